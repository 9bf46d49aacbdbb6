"""Writes Methodical Mind plate files of known content: small plates of six wells, whose size the header states."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: Two rows, three columns, by spot.
SPOTS = (
    ((95, 216, 15900), (4154, 130, 168)),
    ((3328, 3513, 565477), (546073, 545577, 544802)),
)
_RULER = "=" * 10


@dataclass(frozen=True)
class Native:
    """One plate: its name, spots, sub-rows and what the header says."""

    spots: tuple[tuple[tuple[int, ...], ...], ...] = SPOTS[:1]
    barcode: str = "EV0042"
    number: int = 1
    spot_id: str = ""
    assays: str = ""
    read_time: str = "10/17/2024\t15:06:11 EDT"

    def text(self) -> str:
        """Header, grid, statistics and the sections behind."""
        header = [
            "Stack ID :\t0.1", f"Plate #  :\t{self.number}", f"Barcode1 :\t<{self.barcode}>", "Barcode2 :\t<>",
            "Type     :\t6", "Wells Per Row :\t3", "Wells Per Col :\t2", f"Spots Per Well:\t{len(self.spots)}",
            "Det Param:\tStandard", f"Read Time:\t{self.read_time}", "Version  :\tMMPR 1.0.38", "",
            "User     :\tnight shift", "Serial # :\t0001", "Model    :\tQuickPlex", "",
            *([f"Assays   :\t{self.assays}"] if self.assays else []),
            *([f"SpotID   :\t{self.spot_id}"] if self.spot_id else []),
        ]  # fmt: skip
        grid = [f"{_RULER}Data{_RULER}", "  \t1         \t2         \t3         ", *self._grid(), "", *_BEFORE]
        return "\n".join([*header, *grid, *self._statistics(), *_SECTIONS]) + "\n\n"

    def _grid(self) -> list[str]:
        lines = []
        for row, letter in enumerate("AB"):
            for spot, wells in enumerate(self.spots):
                lines.append(f"{letter if spot == 0 else ' '} \t" + "\t".join(f"{n:10d}  " for n in wells[row]))
            lines.append("")
        return lines

    def _statistics(self) -> list[str]:
        wells = np.array(self.spots, dtype=float)
        groups = [*wells.reshape(len(self.spots), -1).T, wells.ravel()]
        averages = "\t".join(f"{group.mean():10.0f}" for group in groups)
        cvs = "\t".join(f"{100 * group.std(ddof=1) / group.mean() if len(group) > 1 else 0:10.2f}" for group in groups)
        sectors = "\t".join(str(n) for n in range(1, 7))
        return [
            f"{_RULER}Statistics{_RULER}",
            f"Sector   :\t{sectors}",
            f"Average  :\t{averages}",
            f"CV (%)   :\t{cvs}",
        ]


_BEFORE = [f"{_RULER}Processing{_RULER}", "Radius   :\t18.00\t18.00"]
_SECTIONS = [
    f"{_RULER}Camera Status{_RULER}",
    "Binning  :\t4\t4",
    f"{_RULER}Waveform/Current{_RULER}",
    "Max      :\t4700\t4700",
    "Peak Vltg:\t4970\t4970",
]


def main() -> None:
    """Writes the samples beside this file."""
    here = Path(__file__).parent
    first = "FileName :\tC:\\ECL\\EV0042.txt\n"
    one, two = Native().text(), Native(spots=SPOTS, barcode="EV0043", number=2, assays="CD9,CD63").text()
    third = Native(spots=SPOTS[1:], spot_id="3", read_time="09/08/2023\t13:39:33 EDT").text()
    files = {
        "one-spot.txt": first + one,
        "two-plates.txt": first + one + two,
        "grid-of-one-spot.txt": first + third.replace("Type     :\t6", "Type     :\t96 Multi-Spot 10"),
        "cut-in-the-grid.reject.txt": first + one[: one.index("B \t")],
        "row-letters-exchanged.reject.txt": first + one.replace("A \t", "B \t"),
        "word-in-a-well.reject.txt": first + one.replace("  216", "burnt"),
        "one-well-less.reject.txt": first + one.replace("\t     15900  ", ""),
    }
    for name, data in files.items():
        (here / name).write_text(data, "utf-8", newline="")


if __name__ == "__main__":
    main()
