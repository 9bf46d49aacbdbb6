"""Statistics tables of known content: a kit's beads with drawn medians, as text and as a workbook."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

from openpyxl import Workbook

from evqc.workbooks import fixed_zip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Bead number, name as the kit's sheet writes it.
KIT = (
    (99, "mIgG1 Control"), (96, "REA Control"), (43, "CD1c"), (42, "CD2"), (22, "CD3"), (23, "CD4"), (32, "CD8"),
    (53, "CD9"), (64, "CD11c"), (98, "CD14"), (24, "CD19"), (97, "CD20"), (75, "CD24"), (44, "CD25"), (85, "CD29"),
    (89, "CD31"), (57, "CD40"), (68, "CD41b"), (74, "CD42a"), (77, "CD44"), (88, "CD45"), (45, "CD49e"), (34, "CD56"),
    (63, "CD62P"), (56, "CD63"), (86, "CD69"), (65, "CD81"), (76, "CD86"), (35, "CD105"), (79, "CD133/1"),
    (87, "CD142"), (67, "CD146"), (52, "CD209"), (78, "CD326"), (55, "HLA-ABC"), (33, "HLA-DR,DP,DQ"), (66, "MCSP"),
    (46, "ROR1"), (54, "SSEA-4"),
)  # fmt: skip
NAMES = tuple(name for _, name in KIT)
#: What vesicles of mesenchymal stromal cells carry, roughly.
BRIGHT = {
    "CD9": 30.0, "CD63": 210.0, "CD81": 160.0, "CD29": 88.0, "CD44": 95.0, "CD49e": 40.0, "CD105": 25.0, "CD146": 12.0,
}  # fmt: skip


def medians(level: float, seed: int) -> dict[str, float]:
    """A median for every bead: about 1 everywhere, and ``level`` of what is bright."""
    draw = random.Random(seed)
    return {name: round(draw.uniform(0.8, 1.2) + level * BRIGHT.get(name, 0.0), 2) for name in NAMES}


def events(seed: int) -> dict[str, int]:
    """Events of every bead."""
    draw = random.Random(seed)
    return {name: draw.randint(120, 400) for name in NAMES}


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """An XLSX file that is the same bytes every time."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    raw = io.BytesIO()
    made.save(raw)
    return fixed_zip(raw.getvalue())


def gates(runs: Iterable[tuple[str, str, float, float, float]]) -> list[tuple[object, ...]]:
    """Rows of runs of cells: name, well, percent and concentration of P1, percent of P2 in it."""
    rows: list[tuple[object, ...]] = [("Full path", "WID", "%-#", "Count/mL")]
    for run, well, share, concentration, inner in runs:
        rows.append((f"{run}\\P1", well, share, concentration))
        rows.append((f"{run}\\P1\\P2", well, inner, round(concentration * inner / 100, 2)))
    return rows


def beads(runs: Iterable[tuple[str, str, dict[str, float], dict[str, int]]]) -> list[tuple[object, ...]]:
    """Rows of runs of a kit: name, well, medians and events of its beads."""
    rows: list[tuple[object, ...]] = [("Full path", "WID", "#", "%-#", "Md(APC-A)", "Md(FITC-A)")]
    for run, well, signal, counted in runs:
        whole = sum(counted.values())
        rows.append((f"{run}\\Beads", well, whole, 92.5, 2.25, 11.5))
        rows += [
            (f"{run}\\Beads\\{name}", well, counted[name], round(100 * counted[name] / whole, 2), signal[name], 11.5)
            for name in signal
        ]
    return rows


def as_text(rows: Iterable[Sequence[object]], mark: str = "\t", end: str = "\r\n") -> str:
    """The same rows as text."""
    return end.join(mark.join(str(cell) for cell in row) for row in rows) + end
