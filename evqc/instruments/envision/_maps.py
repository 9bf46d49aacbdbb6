"""The plate maps of an EnVision export: what each well of a plate holds."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from evqc.instruments._plate_wells import Content
from evqc.instruments._plates import grid, heads_grid, lettered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Row

#: Letters that a plate map begins its wells with, by what they mean, where no legend below the map says it.
_ROLES = {"B": "blank", "C": "control", "S": "standard", "ST": "standard", "UN": "sample", "U": "sample"}
_ROLES |= {"STD": "standard", "UNK": "sample", "BLK": "blank", "CTL": "control"}
_MAPPED = re.compile(r"([A-Z]+)\d*", re.IGNORECASE)
#: A line of the legend: ``UNK - Unknown``.
_LEGEND = re.compile(r"([A-Za-z]+)\s+-\s+(\S.*)")
_MEANINGS = {"standard": "standard", "calibrator": "standard", "blank": "blank", "control": "control"}
_MEANINGS |= {"unknown": "sample", "sample": "sample"}


def plate_maps(source: str, rows: Sequence[Row]) -> tuple[dict[str, dict[str, Content]], tuple[Issue, ...]]:
    """What the plate maps put into the wells of each plate, ``-`` for undefined, and warnings for torn maps.

    Args:
        source: name of the file.
        rows: the description of the assay.

    Raises:
        InputError: what a grid raises.
    """
    found: dict[str, dict[str, Content]] = {}
    issues: list[Issue] = []
    passed: list[Row] = []
    plate, place = "", 0
    while place < len(rows):
        row = rows[place]
        if row[0].text == "Plate":
            plate = next((cell.text for cell in row[1:] if cell.text), "")
        if heads_grid(row) and plate:
            one = grid(source, rows, place, "Platemap")
            roles = _legend(rows[one.end :])
            mapped = {w: _content(c.text, roles) for w, c in one.cells().items() if c.text not in {"", "-"}}
            found[plate] = found.get(plate, {}) | mapped  # a plate has a map for each of its groups
            issues += one.issues
            place = one.end
        else:
            passed.append(row)
            place += 1
    return found, (*issues, *lettered(passed))


def _legend(below: Sequence[Row]) -> dict[str, str]:
    """What the letters of a plate map mean, by the lines below it such as ``UNK - Unknown``."""
    lines = takewhile(lambda row: not heads_grid(row) and row[0].text != "Plate", below)
    said = [m for row in lines if (m := _LEGEND.fullmatch(row[0].text)) is not None]
    return _ROLES | {m[1]: _MEANINGS[m[2].casefold()] for m in said if m[2].casefold() in _MEANINGS}


def _content(text: str, roles: Mapping[str, str]) -> Content:
    match = _MAPPED.fullmatch(text)
    role = roles.get(match[1]) if match is not None else None
    return Content(role=role, group=text, sample=text if role == "sample" else None)
