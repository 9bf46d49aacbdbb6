"""Lane and band workbooks of invented bands."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import Workbook

HEADINGS = (
    "Lane", "Band No.", "Band Label", "Mol. Wt. (KDa)", "Relative Front", "Adj. Volume (Int)", "Volume (Int)",
    "Abs. Quant.", "Rel. Quant.", "Band %", "Lane %",
)  # fmt: skip
Band = tuple[object, ...]
LANES: tuple[tuple[Band, ...], ...] = (
    (
        (1, 1, "CD9", 24.1, 0.61, 150000, 210000, "N/A", 1.0, 75.0, 60.2),
        (1, 2, "", 48.0, 0.35, 50000, 90000, "N/A", 0.33, 25.0, 20.1),
    ),
    ((2, 1, "CD9", 24.3, 0.608, 30000, 70000, "N/A", 0.2, 100.0, 33.3),),
)


def workbook(lanes: tuple[tuple[Band, ...], ...], headings: tuple[str, ...] = HEADINGS, title: str = "Blot 1") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([title])
    sheet.append(list(headings) * len(lanes))
    for i in range(max(map(len, lanes))):
        bands = [lane[i] if i < len(lane) else ("",) * len(headings) for lane in lanes]
        sheet.append([value if value != "" else None for band in bands for value in band])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def text(lanes: tuple[tuple[Band, ...], ...], headings: tuple[str, ...] = HEADINGS, mark: str = ",") -> str:
    rows = [["Blot 1"], list(headings) * len(lanes)]
    rows += [
        [str(value) for lane in lanes for value in (lane[i] if i < len(lane) else ("",) * len(headings))]
        for i in range(max(map(len, lanes)))
    ]
    return "".join(mark.join(row) + "\r\n" for row in rows)


def samples() -> dict[str, bytes]:
    """Every sample file by its name."""
    swapped = ((LANES[0][0], (1, 3, *LANES[0][1][2:])), LANES[1])
    wrong = ((LANES[0][0], (*LANES[0][1][:5], 95000, *LANES[0][1][6:])), LANES[1])
    three = (("Lane", "Band No.", "Volume (Int)"), (((1, 1, 5000), (1, 2, "over")), ((2, 1, 7000.5),)))
    return {
        "two_lanes.xlsx": workbook(LANES),
        "without_adjusted_volume.csv": text(three[1], three[0]).encode(),
        "percent_and_volume_contradict.csv": text(wrong).encode(),
        "band_taken_out.reject.xlsx": workbook(swapped),
        "torn.reject.csv": text(LANES).encode()[:-3],
    }


def write() -> None:
    """Writes the samples beside this module."""
    for name, data in samples().items():
        (Path(__file__).parent / name).write_bytes(data)


if __name__ == "__main__":
    write()
