"""A layout file of grids that stand one below the other: names, concentrations and labels of the wells."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._amounts import amount_in
from evqc.instruments._export import load
from evqc.instruments._marks import marks
from evqc.instruments._rows import delimiter, filled, rows
from evqc.instruments.plate_assay._layout import Layout, SampleWells
from evqc.instruments.plate_assay.mapping import place

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.instruments._cell import Cell, Row
    from evqc.instruments.plate_assay.mapping import LayoutFile

_KINDS = ("name", "conc", "label")
_ROW = re.compile(r"[A-Z]{1,2}", re.IGNORECASE)

Grid = dict[str, "Cell"]


def of_grids(layout: LayoutFile, folder: Path) -> Layout:
    """The layout that a file of three grids states.

    Sample wells of one name are replicates when the grid of concentrations says the same of them; that number, which
    may be the protein in the well, is kept beside the result and never used.

    Args:
        layout: the file's name and what its labels mean.
        folder: where the mapping stands.

    Raises:
        InputError: the file cannot be read, ``GRID_MISSING``, ``GRID_TWICE``, ``EMPTY_CELL`` for a well that lacks
            its name or concentration, ``LAYOUT_MISSING`` without standards or samples.
    """
    file = load(folder / layout.file, layout.file)
    found = grids(rows(file), file.name)
    numbers = marks((c.text for c in found["conc"].values()), file.name, Where(), delimiter=delimiter(file.text()))
    standards: dict[float, list[str]] = defaultdict(list)
    samples: dict[tuple[str, float | None], list[str]] = defaultdict(list)
    blank: list[str] = []
    for well, label in found["label"].items():
        stated = found["conc"].get(well)
        said = None if stated is None else amount_in(stated, well, file.name, numbers, minimum=0.0).value
        if label.text == layout.standard:
            if said is None:
                raise refusal(
                    file.name, "EMPTY_CELL", label.where(well), "nothing", f"the concentration of well {well}"
                )
            standards[said].append(well)
        elif label.text == layout.blank:
            blank.append(well)
        elif label.text == layout.sample:
            samples[(_name(found["name"], well, label, file.name), said)].append(well)
    if not standards or not samples:
        said_labels = sorted({c.text for c in found["label"].values()})
        expected = f"wells '{layout.standard}' and '{layout.sample}', or other labels in the mapping's [layout]"
        raise refusal(file.name, "LAYOUT_MISSING", Where(), f"labels {said_labels}", expected)
    return Layout(
        standards={concentration: tuple(wells) for concentration, wells in standards.items()},
        blank=tuple(blank),
        samples=tuple(
            SampleWells(name=name, wells=tuple(wells), stated={} if said is None else {"layout_concentration": said})
            for (name, said), wells in samples.items()
        ),
    )


def grids(sheet: list[Row], source: str) -> dict[str, Grid]:
    """The filled cells of each grid by well; its title is the last filled row before the row of column numbers.

    Args:
        sheet: all rows of the file.
        source: its name, for messages.

    Raises:
        InputError: ``GRID_MISSING``, ``GRID_TWICE``.
    """
    found: dict[str, Grid] = {}
    for i, row in enumerate(sheet[1:], start=1):
        if not _is_numbered(row):
            continue
        title = " ".join(cell.text for cell in sheet[i - 1] if cell.text)
        kind = next((k for k in _KINDS if k in title.casefold()), None)
        if kind in found:
            raise refusal(source, "GRID_TWICE", Where(line=row[0].line), f"a second grid '{title}'", "one of each kind")
        if kind is not None:
            found[kind] = _cells(row, sheet[i + 1 :])
    if missing := [kind for kind in _KINDS if kind not in found]:
        expected = "grids of names, concentrations and labels, each with its title above the column numbers"
        raise refusal(source, "GRID_MISSING", Where(), f"no grid for {missing}", expected)
    return found


def _is_numbered(row: Row) -> bool:
    """Whether a row is ``, 1, 2, 3, …``: an empty cell and the numbers of the columns."""
    numbers = [cell.text for cell in row[1:] if cell.text]
    return len(numbers) > 1 and not row[0].text and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _cells(head: Row, below: list[Row]) -> Grid:
    grid: Grid = {}
    for row in below:
        if not filled(row) or _ROW.fullmatch(row[0].text) is None:
            break
        grid |= {
            f"{row[0].text.upper()}{number.text}": cell
            for number, cell in zip(head[1:], row[1:], strict=False)
            if number.text and cell.text
        }
    return dict(sorted(grid.items(), key=lambda item: place(item[0])))


def _name(names: Grid, well: str, label: Cell, source: str) -> str:
    if well not in names:
        raise refusal(source, "EMPTY_CELL", label.where(well), "nothing", f"the name of well {well}")
    return names[well].text
