"""Writes Discovery Workbench lists of known content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from openpyxl import Workbook

HEADINGS = (
    "Sample", "Assay", "Well", "Spot", "Fit Statistic: RSquared", "Detection Range", "Dilution", "Concentration",
    "Signal", "Adjusted Signal", "Mean", "Adj. Sig. Mean", "CV", "% Recovery", "% Recovery Mean",
    "Calc. Concentration", "Calc. Conc. Mean", "Calc. Conc. CV",
)  # fmt: skip
IN, BELOW, ABOVE = "In Detection Range", "Below Detection Range", "Above Fit Curve Range"


@dataclass(frozen=True)
class Spot:
    """One spot of one well: sample, assay, well, range, dilution, known concentration, signal, calculated."""

    sample: str
    assay: str
    well: str
    range: str
    dilution: str
    known: str
    signal: float
    calculated: str


SPOTS = (
    Spot("Blank", "CD81", "A01", BELOW, "", "0", 61, "NaN"),
    Spot("Blank", "CD81", "A02", BELOW, "", "0", 65, "NaN"),
    Spot("Blank", "IL-8", "A01", BELOW, "", "0", 40, "0.011"),
    Spot("Blank", "IL-8", "A02", BELOW, "", "0", 44, "0.013"),
    Spot("S001", "CD81", "B01", IN, "", "50", 30513, "51"),
    Spot("S001", "CD81", "B02", IN, "", "50", 29328, "48.5"),
    Spot("S001", "IL-8", "B01", IN, "", "100", 41513, "101.5"),
    Spot("S001", "IL-8", "B02", IN, "", "100", 40328, "98.5"),
    Spot("EV batch 7", "CD81", "C01", IN, "2", "", 9513, "15.25"),
    Spot("EV batch 7", "CD81", "C02", IN, "2", "", 9328, "14.75"),
    Spot("EV batch 7", "IL-8", "C01", BELOW, "2", "", 47, "0.015"),
    Spot("EV batch 7", "IL-8", "C02", BELOW, "2", "", 45, "NaN"),
    Spot("EV batch 8", "CD81", "D01", ABOVE, "2", "", 913513, "NaN"),
    Spot("EV batch 8", "CD81", "D02", ABOVE, "2", "", 909328, "NaN"),
    Spot("EV batch 8", "IL-8", "D01", IN, "2", "", 1047, "2.5"),
    Spot("EV batch 8", "IL-8", "D02", IN, "2", "", 1045, "2.4"),
)


def rows(spots: tuple[Spot, ...] = SPOTS) -> list[list[str]]:
    """Headings and one row a spot; every mean, CV and recovery follows from the spots."""
    return [list(HEADINGS), *(_row(spot, spots) for spot in spots)]


def _row(spot: Spot, spots: tuple[Spot, ...]) -> list[str]:
    alike = [s for s in spots if (s.sample, s.assay) == (spot.sample, spot.assay)]
    signals, calculated = [s.signal for s in alike], [s.calculated for s in alike]
    recovery = [_recovery(s) for s in alike]
    number = "1" if spot.assay == "CD81" else "2"
    return [spot.sample, spot.assay, spot.well, number, "0.9989664195", spot.range, spot.dilution, spot.known,
            f"{spot.signal:g}", f"{spot.signal:g}", f"{fmean(signals):.10g}", f"{fmean(signals):.10g}", _cv(signals),
            _recovery(spot), _mean(recovery), spot.calculated, _mean(calculated),
            "NaN" if "NaN" in calculated else _cv([float(c) for c in calculated])]  # fmt: skip


def _cv(values: list[float]) -> str:
    return f"{100 * stdev(values) / fmean(values):.9g}"


def _recovery(spot: Spot) -> str:
    known = float(spot.known or 0)
    return f"{100 * float(spot.calculated) / known:.9g}" if known and spot.calculated != "NaN" else "NaN"


def _mean(texts: list[str]) -> str:
    return "NaN" if "NaN" in texts else f"{fmean(float(text) for text in texts):.10g}"


def text(table: list[list[str]], title: str = "Plate_EV0042") -> str:
    """The list as the software writes it, below the plate's name."""
    title_row = [title, *[""] * (len(table[0]) - 1)]
    return "\r\n".join(",".join(row) for row in [title_row, *table]) + "\r\n"


def with_units(table: list[list[str]]) -> list[list[str]]:
    """The list with the unit in the heading of the concentrations."""
    return [[h.replace("Calc. Concentration", "Calc. Concentration (pg/mL)") for h in table[0]], *table[1:]]


def below_about(table: list[list[str]]) -> str:
    """The list below what the software says of plate and experiment, with the plate in a column."""
    about = [
        ["Name", "Value"], ["User", "night shift"], ["Read Time", "01/20/2026 13:40:36 EST"], ["Layout", "Standard"],
        ["Type", "96 Multi-Spot 4"], *([f"Barcode{n}", "N/A"] for n in range(1, 10)), ["Serial #", "SN0001"],
        ["Version", "4.0.12"], [""], ["Experiment_7: Experiment Data Table"],
    ]  # fmt: skip
    named = [["Plate Name" if i == 0 else "Plate_EV0042", *row] for i, row in enumerate(table)]
    width = len(named[0])
    return "\r\n".join(",".join([*row, *[""] * (width - len(row))]) for row in [*about, *named]) + "\r\n"


def main() -> None:
    """Writes the samples beside this file."""
    here, table = Path(__file__).parent, rows()
    files = {
        "list-of-a-plate.csv": text(table),
        "unit-in-the-heading.csv": text(with_units(table)),
        "below-what-is-said-of-it.csv": below_about(table),
        "two-samples-in-a-well.reject.csv": text(table).replace("EV batch 7,IL-8,C01", "EV batch 8,IL-8,C01"),
        "cut-between-spots.reject.csv": text(table[:-2]),
        "unknown-range.reject.csv": text(table).replace(ABOVE, "Somewhere"),
    }
    for name, data in files.items():
        (here / name).write_text(data, "utf-8", newline="")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "MSD Data"
    for row in (["FileName :", "EV0042.txt"], ["Run Name  :", "October"], ["Read Time  :", "2026-10-18"],
                ["MSD Read Software Version :", "MMPR 2.0.10"], ["Machine ID :", "SN0001"]):  # fmt: skip
        sheet.append(row)
    wells = book.create_sheet("Workbench data")
    for row in [["Plate_EV0042"], *table]:
        wells.append([float(cell) if cell.replace(".", "", 1).isdigit() else cell or None for cell in row])
    book.save(here / "workbook-of-a-plate.xlsx")


if __name__ == "__main__":
    main()
