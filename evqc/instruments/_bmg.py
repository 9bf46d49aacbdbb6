"""What the exports of BMG LABTECH's MARS and SMART Control share: header lines, titles of grids, contents of wells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import amount_in
from evqc.instruments._plate_layouts import uneven_groups
from evqc.instruments._plate_wells import Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._marks import Marks
    from evqc.measurement import Scalar

#: Above a grid of values, and of values minus the blank.
RAW = re.compile(r"(?:Raw Data|Well Scan: Average)\s*\((?P<optics>.+)\)")
CORRECTED = re.compile(r"Blank corrected based on (?P<raw>Raw Data\s*\(.+\))")
LAYOUT = re.compile(r"Layout|Content")
STANDARDS = re.compile(r"Standard Concentrations(?:\s+in\s+|\s*\[)?(?P<unit>[^\]]*)\]?")
DILUTIONS = re.compile(r"Dilutions")
_NUMBERED = re.compile(r"^\d+\.\s+")
_MODE = re.compile(r"(?:time.resolved\s+)?(absorbance|fluorescence|luminescence)\b.*", re.IGNORECASE)
_BAND = re.compile(r"(\d{3,4})(?:-(\d+))?")
_ROLES = {"S": "standard", "X": "sample", "B": "blank", "C": "control", "N": "control", "P": "control"}
#: What may be diluted: samples, and what somebody named.
_DILUTED = {"sample", None}
#: Marks without letter or digit; a dash may stand for an empty well.
_NAMELESS = re.compile(r"(?!-+$)[\W_]+")
_CONTENT = re.compile(r"(?:(?:Standard|Sample|Blank|Control|Negative control|Positive control)\s+)?([SXBCNP])(\d*)")


def titled(text: str) -> str:
    """A title without the number before it: ``4. Raw Data (450)`` as ``Raw Data (450)``, blanks single."""
    return " ".join(_NUMBERED.sub("", text.strip()).split())


def keys(rows: Iterable[Row]) -> dict[str, Cell]:
    """The cells ``Key: value`` of some rows, by key."""
    found: dict[str, Cell] = {}
    for row in rows:
        for cell in row:
            key, colon, _ = cell.text.partition(":")
            if colon and key.strip() and len(key) <= 20:
                found.setdefault(key.strip(), cell)
    return found


def value(found: Mapping[str, Cell], key: str) -> str | None:
    """The text behind a key's colon; None when there is none."""
    cell = found.get(key)
    return cell.text.partition(":")[2].strip() or None if cell is not None else None


def mode(rows: Iterable[Row], source: str) -> str:
    """``absorbance``, ``fluorescence`` or ``luminescence``: what the line that names the method says.

    Raises:
        InputError: ``MODE_MISSING``.
    """
    for row in rows:
        match = _MODE.fullmatch(row[0].text) if row else None
        if match is not None:
            return match[1].casefold()
    expected = "a line such as 'Absorbance' or 'Fluorescence (FI)' above the values"
    raise refusal(source, "MODE_MISSING", Where(), "no line that names the method", expected)


def optics(text: str, method: str) -> dict[str, Scalar]:
    """Wavelengths and band widths in nanometres from what stands in brackets: ``450``, ``580/620``, ``480-14/520-30``.

    Args:
        text: without the brackets; what is no wavelength, such as ``No filter``, gives none.
        method: of ``mode``.
    """
    bands = [_BAND.match(part.strip()) for part in text.split("/")]
    names = {"absorbance": ["wavelength"], "luminescence": ["emission"]}.get(method, ["excitation", "emission"])
    said: dict[str, Scalar] = {}
    for name, band in zip(names, bands if len(bands) == len(names) else [], strict=False):
        if band is not None:
            said[f"{name}_nm"] = float(band[1])
            said |= {f"{name}_bandwidth_nm": float(band[2])} if band[2] else {}
    return said


def contents(parts: Mapping[str, Mapping[str, Cell]], source: str, used: Marks) -> dict[str, Content]:
    """What is in the wells, from the grids of layout, standard concentrations and dilutions.

    Args:
        parts: grids by title.
        source: name of the file.
        used: marks of the file.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    groups = _first(parts, LAYOUT)
    nominal = {name: _number(cell, source, used) for name, cell in _first(parts, STANDARDS).items()}
    dilution = {name: _number(cell, source, used) for name, cell in _first(parts, DILUTIONS).items()}
    match = next((m for title in parts if (m := STANDARDS.fullmatch(title)) is not None), None)
    unit = match["unit"].strip() or None if match is not None else None
    return {
        name: _content(cell.text, nominal.get(name), unit, dilution.get(name))
        for name, cell in groups.items()
        if cell.text
    }


def layout_issues(
    layout: Mapping[str, Content], parts: Mapping[str, Mapping[str, Cell]], source: str, used: Marks
) -> tuple[Issue, ...]:
    """Warnings for what the grids of layout, standard concentrations and dilutions cannot say together.

    Args:
        layout: what ``contents`` makes of them.
        parts: grids by title.
        source: name of the file.
        used: marks of the file.

    Raises:
        InputError: as ``contents``.
    """
    names = {name: cell for cells in parts.values() for name, cell in cells.items()}
    return (
        *_nameless(parts),
        *_unplaced(layout, parts, source, used),
        *_undiluted(layout, parts),
        *uneven_groups(layout, lambda name: names[name].where(name)),
    )


def _nameless(parts: Mapping[str, Mapping[str, Cell]]) -> tuple[Issue, ...]:
    """A warning for a layout that names a well by marks alone: neither a content nor a name of somebody's choice."""
    odd = [(n, cell) for n, cell in _first(parts, LAYOUT).items() if cell.text and _NAMELESS.fullmatch(cell.text)]
    if not odd:
        return ()
    name, cell = odd[0]
    where, expected = cell.where(name), "a content such as X1, a name with letters or digits, or nothing"
    return (problem("warning", "CONTENT_UNKNOWN", where, f"'{cell.text}' in the layout of well {name}", expected),)


def _unplaced(
    layout: Mapping[str, Content], parts: Mapping[str, Mapping[str, Cell]], source: str, used: Marks
) -> tuple[Issue, ...]:
    """A warning for the concentration of a standard, or a dilution, in a well that the layout gives no such content."""
    cells = _first(parts, LAYOUT)
    stated = {title: _first(parts, title) for title in (STANDARDS, DILUTIONS)} if cells else {}
    for title, numbers in stated.items():
        for name, cell in numbers.items():
            lost = name not in layout or (title is STANDARDS and layout[name].role is None)
            number = _number(cell, source, used) if lost and name in cells else None
            if number is not None and (title is STANDARDS or number != 1):
                found = f"'{cells[name].text}' in the layout of well {name}, with {number:g} among the " + (
                    "standard concentrations" if title is STANDARDS else "dilutions"
                )
                expected = "a content such as S1 or X1 in the layout of each such well"
                return (problem("warning", "CONTENT_UNKNOWN", cell.where(name), found, expected),)
    return ()


def _undiluted(layout: Mapping[str, Content], parts: Mapping[str, Mapping[str, Cell]]) -> tuple[Issue, ...]:
    """A warning where the dilutions of the plate hold none for a sample, or one below 1, which is not used."""
    cells = _first(parts, DILUTIONS)
    wanted = [name for name, content in layout.items() if name in cells and content.role == "sample"]
    stated = any(layout[name].dilution is not None for name in wanted)
    odd = [name for name in wanted if layout[name].dilution is None and (stated or cells[name].text)]
    if not odd:
        return ()
    where, expected = cells[odd[0]].where(odd[0]), "a dilution factor of at least 1 for every sample"
    found = f"'{cells[odd[0]].text}' for {layout[odd[0]].group} in {odd[0]}"
    return (problem("warning", "DILUTION_UNCLEAR", where, found, expected),)


def _first(parts: Mapping[str, Mapping[str, Cell]], title: re.Pattern[str]) -> Mapping[str, Cell]:
    return next((cells for name, cells in parts.items() if title.fullmatch(name)), {})


def _number(cell: Cell, source: str, used: Marks) -> float | None:
    return amount_in(cell, "number", source, used, minimum=0).value


def _content(text: str, nominal: float | None, unit: str | None, dilution: float | None) -> Content:
    match = _CONTENT.fullmatch(text)
    role = _ROLES[match[1]] if match is not None else None
    group = f"{match[1]}{match[2]}" if match is not None else text
    sample = role == "sample"
    return Content(
        role=role,
        group=group,
        sample=group if sample else None,
        nominal=nominal if role in {"standard", "control", None} else None,
        unit=unit,
        dilution=dilution if role in _DILUTED and dilution is not None and dilution >= 1 else None,
    )
