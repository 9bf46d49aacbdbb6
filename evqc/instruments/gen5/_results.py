"""The wells of a Gen5 plate: reads, blank-corrected values and concentrations, each by the label beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._analyte import DNA, PROTEIN, RNA, analyte
from evqc.instruments._dates import acquired
from evqc.instruments._marks import Marks
from evqc.instruments._numbers import number
from evqc.instruments._plate_curves import curve_of, disagrees_with_curve, fit_disagrees
from evqc.instruments._plate_wells import Content, Wells, converted, minus_blank, read_quantities, wells
from evqc.instruments._plates import plate_marks
from evqc.instruments.gen5._layout import contents
from evqc.instruments.gen5._procedure import Labelled, Read, meant, reads
from evqc.instruments.gen5._sections import Plate
from evqc.measurands import UnknownUnitError, unit
from evqc.measurement import Quantity, Scalar

if TYPE_CHECKING:
    from evqc.calibration import Model
    from evqc.instruments._cell import Row
    from evqc.instruments._plates import Grid
    from evqc.instruments._printed import Printed

_BLANK = "Blank "
#: Parts of a read that are reads of their own; those that serve the path length are none.
_PARTS = {"", "Parallel", "Perpendicular"}
_ENDING = re.compile(r"[.,](prt|xpt)$", re.IGNORECASE)
_CONCENTRATION = re.compile(r"conc", re.IGNORECASE)
_PROTEIN_ASSAY = re.compile(r"protein|(?<![a-z])(bca|lowry|bradford)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all wells of a plate have in common.

    Attributes:
        source: name of the file.
        plate: its parts.
        used: marks of its numbers.
        reads: steps of its procedure.
        layout: what is in its wells.
        method: the protocol or experiment, as its file is called.
        acquired_at: date and time.
        settings: for every well.
        issues: what came up on the way.
    """

    source: str
    plate: Plate
    used: Marks
    reads: Sequence[Read]
    layout: Mapping[str, Content]
    method: str | None
    acquired_at: str | None
    settings: Mapping[str, Scalar]
    issues: tuple[Issue, ...]


def context(source: str, plate: Plate) -> Context:
    """What all wells of a plate have in common.

    Raises:
        InputError: ``DECIMAL_AMBIGUOUS``, ``DECIMAL_MIXED``, ``NOT_A_NUMBER`` in layout or temperature, and what
            ``_procedure.reads`` raises.
    """
    steps = reads(source, plate.procedure)
    where = Where(line=plate.grids[0].where.line if plate.grids else None)
    used = plate_marks(_texts(plate), source, where, absorbance=any(read.mode == "absorbance" for read in steps))
    layout, noted = contents(source, plate.layout, used) if plate.layout is not None else ({}, ())
    date, cell = plate.text("Date"), plate.keys.get("Date")
    day = f"{date} {plate.text('Time') or ''}".strip() if date else None
    at, doubts = acquired(day, cell.where("Date") if cell else Where())
    return Context(
        source=source, plate=plate, used=used, reads=steps, layout=layout, method=_method(plate), acquired_at=at,
        settings=_settings(plate), issues=(*plate.issues, *doubts, *noted, *_simulated(plate)),
    )  # fmt: skip


def _simulated(plate: Plate) -> tuple[Issue, ...]:
    """A warning where Gen5 says itself that it simulated the reader; values typed in or imported are a setting."""
    if plate.text("Reading Type") != "Simulation":
        return ()
    where = plate.keys["Reading Type"].where("Reading Type")
    return (problem("warning", "SIMULATED", where, "values of a simulated reader", "a plate that was read"),)


def _texts(plate: Plate) -> list[str]:
    grids = [*plate.grids, *([plate.layout] if plate.layout else [])]
    of_grids = [cell.text for grid in grids for _, _, cells in grid.lines for cell in cells.values()]
    of_reactions = [cell.text for _, _, body in plate.reactions for row in body[:50] for cell in row[1:]]
    of_curves = [cell.text for _, row in plate.curves for cell in row[1:]]
    return [*of_grids, *of_reactions, *of_curves, *(cell.text for cell in plate.temperatures)]


def _method(plate: Plate) -> str | None:
    """The protocol's or, without one, the experiment's file name without folder and ending."""
    path = plate.text("Protocol File Path") or plate.text("Experiment File Path")
    return _ENDING.sub("", PureWindowsPath(path).name) if path else None


def _settings(plate: Plate) -> dict[str, Scalar]:
    return {
        "plate": plate.text("Plate Number"),
        "instrument": plate.text("Reader Type"),
        "serial_number": plate.text("Reader Serial Number"),
        "reading_type": plate.text("Reading Type"),
    }


@dataclass(kw_only=True)
class Results:
    """What came of the grids of a plate, in the order of the file."""

    quantities: list[Quantity]
    issues: list[Issue]
    unread: list[str]


def results(of: Context) -> Results:
    """Every line of every grid as what its label means.

    Lines that belong to one row of wells stand together, and so do their quantities.

    Raises:
        InputError: what ``_plate_wells.wells`` raises, and ``NOT_A_NUMBER``.
    """
    found = Results(quantities=[], issues=[], unread=[])
    signals: dict[str, Wells] = {}
    for grid in of.plate.grids:
        found.issues += grid.issues
        kinds = {label: meant(label, of.reads) for label in grid.labels}
        known = [label for label, kind in kinds.items() if _is_known(label, kind)]
        found.unread += [label for label in grid.labels if label not in known]
        values = {label: wells(label, grid.cells(label), of.source, of.used) for label in known}
        found.issues += _read_twice(signals, values)
        signals |= {label: values[label] for label in known if kinds[label] is not None}
        found.issues += [issue for one in values.values() for issue in one.issues]
        found.quantities += _in_order(of, grid, values, kinds)
        for label in (label for label in known if kinds[label] is None):
            _compare(of, values[label], signals, found)
    found.issues += _fit(of, list(signals.values()))
    return found


def _read_twice(before: Mapping[str, Wells], now: Mapping[str, Wells]) -> tuple[Issue, ...]:
    """A warning for a read that stands twice in one plate with other values, as where the line of a plate is lost."""
    expected = "each read once in a plate, or twice with the same values"
    return tuple(
        problem("warning", "READ_TWICE", next(iter(now[label].cells.values())).where(label), label, expected)
        for label in now
        if label in before and now[label].amounts != before[label].amounts
    )


def _is_known(label: str, kind: Labelled | None) -> bool:
    """Whether a line is a read, its difference to the blank, or a concentration; others may hold times and texts."""
    if kind is not None:
        return kind.part in _PARTS
    return label.startswith(_BLANK) or _CONCENTRATION.search(label) is not None


def _in_order(
    of: Context, grid: Grid, values: Mapping[str, Wells], kinds: Mapping[str, Labelled | None]
) -> list[Quantity]:
    made = {
        str(one.settings["well"]) + "\t" + label: one
        for label, read in values.items()
        for one in _quantities(of, label, read, kinds[label])
    }
    lines = ((label, cells) for _, label, cells in grid.lines)
    keys = (f"{name}\t{label}" for label, cells in lines for name in cells)
    return [made[key] for key in keys if key in made]


def _quantities(of: Context, label: str, values: Wells, kind: Labelled | None) -> list[Quantity]:
    if kind is not None:
        light: dict[str, Scalar] = {**kind.settings, "polarization": kind.part or None}
        said = {**of.settings, "read": label, **light, "temperature_degC": _temperature(of)}
        return read_quantities(values, kind.read.mode, said, of.layout, method=of.method, acquired_at=of.acquired_at)
    return [] if label.startswith(_BLANK) else _concentrations(of, label, values)


def _temperature(of: Context) -> float | None:
    """The temperature that is printed, when all that are printed agree."""
    texts = {cell.text for cell in of.plate.temperatures}
    if len(texts) != 1:
        return None
    cell = of.plate.temperatures[0]
    return number(cell.text, of.source, cell.where("Actual Temperature"), decimal=of.used.decimal)


def _concentrations(of: Context, label: str, values: Wells) -> list[Quantity]:
    """Printed concentrations: of protein, DNA or RNA where label or method say so, and in a unit where it says one."""
    written, measurand, target = _measured(label, of.method)
    analyte_named = label if measurand.startswith("analyte") else None
    said = {**of.settings, "read": label, "analyte": analyte_named}
    stored = converted(values, written, target, of.source)
    return read_quantities(stored, measurand, said, of.layout, method=of.method, acquired_at=of.acquired_at)


def _measured(label: str, method: str | None) -> tuple[str | None, str, str]:
    """The unit that a label ends with, the measurand, and the unit that evqc keeps it in."""
    written = _unit(label)
    if written is None:
        return None, "analyte_result", "a.u."
    kind = analyte(label)
    if kind not in {PROTEIN, DNA, RNA} and _PROTEIN_ASSAY.search(f"{label} {method or ''}"):
        kind = PROTEIN
    return written, *kind


def _unit(label: str) -> str | None:
    """The unit of a concentration behind a label's last blank or in its brackets; None when there is none."""
    last = re.split(r"[\s(\[]", label.rstrip(")] "))[-1]
    if "/" not in last:
        return None
    try:
        return unit(last)
    except UnknownUnitError:
        return None


def _compare(of: Context, told: Wells, signals: dict[str, Wells], found: Results) -> None:
    """Compares computed values with what they come from; blank-corrected values that cannot be compared are unread."""
    read = signals.get(told.title.removeprefix(_BLANK))
    if told.title.startswith(_BLANK) and read is not None:
        found.issues += minus_blank(told, read, of.layout)
        found.unread += [] if any(content.role == "blank" for content in of.layout.values()) else [told.title]
        signals[told.title] = told
    elif not told.title.startswith(_BLANK):
        found.issues += _by_curve(of, told, list(signals.values()))
    else:
        found.unread.append(told.title)


def _by_curve(of: Context, told: Wells, reads: Sequence[Wells]) -> tuple[Issue, ...]:
    curve = _only_curve(of)
    return () if curve is None else disagrees_with_curve(told, curve, reads)


def _only_curve(of: Context) -> tuple[Model, Printed] | None:
    """The curve of a plate that has one: with several, nothing says which belongs to what."""
    if len(of.plate.curves) != 1 or len(of.plate.curves[0][1]) < 2:
        return None
    head, row = of.plate.curves[0]
    return curve_of(row[1].text, _parameters(head, row), of.used)


def _fit(of: Context, reads: Sequence[Wells]) -> tuple[Issue, ...]:
    """A warning when the standards of a plate do not lie on its printed curve as closely as its R2 says."""
    curve = _only_curve(of)
    told = None if curve is None else of.used.parse(_parameters(*of.plate.curves[0]).get("R2", ""))
    if curve is None or told is None:
        return ()
    standards = {well: content.nominal for well, content in of.layout.items() if content.role == "standard"}
    nominal = {well: amount for well, amount in standards.items() if amount is not None}
    return fit_disagrees(told, of.plate.curves[0][1][0].where("R2"), curve, reads, nominal)


def _parameters(head: Row, row: Row) -> dict[str, str]:
    return {heading.text: cell.text for heading, cell in zip(head, row, strict=False)}
