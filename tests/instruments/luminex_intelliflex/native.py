"""Writes INTELLIFLEX plate exports of known content."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

from openpyxl import Workbook

#: Analyte by region.
REGIONS = {"R25": "CD9", "R27": "CD63", "R42": "Calnexin"}
SOFTWARE = "Luminex INTELLIFLEX Bundle - 2.1.1015/Luminex INTELLIFLEX Services - 2.1.160.0/Shell - N/A"
#: Well, type, state, sample, dilution, medians and counts by region.
WELLS: tuple[tuple[str, str, str, str, str, tuple[float, ...], tuple[int, ...]], ...] = (
    ("A1", "B1", "Completed", "diluent", "1", (8.5, 11.25, 6.0), (80, 91, 77)),
    ("B1", "B1", "Completed", "diluent", "1", (9.5, 12.25, 7.0), (81, 88, 70)),
    ("C1", "B1", "Completed", "diluent", "1", (9.0, 11.75, 8.0), (95, 82, 75)),
    ("D1", "U1", "Completed", "EV batch 7", "20", (2616.125, 1411.5, 6.25), (93, 73, 50)),
    ("E1", "U1", "Warning", "EV batch 7", "20", (2580.5, 1390.25, 6.5), (53, 21, 60)),
    ("F1", "U2", "Dry", "EV batch 8", "20", (), ()),
)
_STATISTICS = ("ANALYTE NAME", "REGION", "MEDIAN", "BACKGROUND", "NET MEDIAN", "MEAN", "COUNT", "%CV",
               "STANDARD DEVIATION", "AVERAGE MFI")  # fmt: skip


def headings(*reporters: str) -> list[str]:
    """The row of headings."""
    plate = ["MODEL NAME", "INSTRUMENT TYPE", "SERIAL NUMBER", "SOFTWARE VERSION", "PLATE NAME", "PLATE START",
             "WELL LOCATION", "WELL TYPE", "WELL STATUS", "SAMPLE ID", "DILUTION", "TOTAL ACTIVE EVENTS"]  # fmt: skip
    return [*plate, *(f"{region}: {rp} {name}" for region in REGIONS for rp in reporters for name in _STATISTICS)]


def rows(*reporters: str) -> list[list[str]]:
    """All rows: headings and wells; the second reporter reads a tenth of the first."""
    return [headings(*reporters), *(_row(well, reporters) for well in WELLS)]


def _row(
    well: tuple[str, str, str, str, str, tuple[float, ...], tuple[int, ...]], reporters: tuple[str, ...]
) -> list[str]:
    place, kind, state, sample, dilution, _, counts = well
    about = ["xMAP INTELLIFLEX® DR-SE", "INTELLIFLEX", "IFLX0001", SOFTWARE, "Plate 12", "2026-02-25 04:42:08 PM",
             place, kind, state, sample, dilution, str(sum(counts))]  # fmt: skip
    return [*about, *(text for i in range(len(REGIONS)) for rp in reporters for text in _region(well, i, rp))]


def _region(
    well: tuple[str, str, str, str, str, tuple[float, ...], tuple[int, ...]], i: int, reporter: str
) -> list[str]:
    _, _, _, sample, dilution, medians, counts = well
    if not medians:
        return ["NaN"] * len(_STATISTICS)
    share = 1.0 if reporter == "RP1" else 0.1
    background = fmean(w[5][i] for w in WELLS if w[1] == "B1") * share
    alike = [w[5][i] for w in WELLS if (w[3], w[4]) == (sample, dilution) and w[5]]
    median = medians[i] * share
    mean, sd = median * 1.05, median * 0.4
    name, region = list(REGIONS.values())[i], list(REGIONS)[i].removeprefix("R")
    numbers = [median, background, median - background, mean]
    return [name, region, *(f"{n:.6g}" for n in numbers), str(counts[i]), f"{100 * sd / mean:.4f}", f"{sd:.6g}",
            f"{fmean(alike) * share:.6g}"]  # fmt: skip


def text(table: list[list[str]], *, signature: bool = False) -> str:
    """The rows as the software writes them, with the signature of some versions."""
    lines = [",".join(row) for row in table]
    end = ["--DOCUMENT SIGNATURE--", "Instrument Serial Number: IFLX0001", "Data Signature: ", "ABCD1234"]
    return "\n".join([*lines, *(end if signature else [])]) + "\n"


def main() -> None:
    """Writes the samples beside this file."""
    here = Path(__file__).parent
    one, two = rows("RP1"), rows("RP1", "RP2")
    files = {
        "one-reporter-signed.csv": text(one, signature=True),
        "two-reporters.csv": text(two),
        "region-exchanged.reject.csv": text(one).replace("CD63,27,", "CD63,42,", 1),
        "cut-in-a-row.reject.csv": text(one)[:-40],
        "word-in-a-median.reject.csv": text(one).replace("2616.12", "saturated"),
    }
    for name, data in files.items():
        (here / name).write_text(data, "utf-8")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in one:
        sheet.append([float(cell) if cell.replace(".", "", 1).replace("-", "", 1).isdigit() else cell for cell in row])
    book.save(here / "one-reporter.xlsx")


if __name__ == "__main__":
    main()
