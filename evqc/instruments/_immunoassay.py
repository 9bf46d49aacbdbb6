"""Wells of an immunoassay, on beads or on spots, to marker panels and concentrations, whichever software read them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._rows import ends_open
from evqc.markers.panel import MarkerInput, interpret
from evqc.markers.vocabulary import candidates, doubt, resolve
from evqc.measurands import MEASURANDS, UNITS, UnknownUnitError, factor, unit
from evqc.measurement import Control, MarkerPanel, Measurement, Quantity, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Scalar

Role = Literal["sample", "blank", "standard", "control"]

#: Below so many beads a median is not reliable; a flag, never a rule (MARKER_FORMATS section 5: 35 to 50).
FEWEST_BEADS = 35
SIGNAL_UNIT = "a.u."
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("blank", re.compile(r"(background|blank)[ _-]?\d*", re.IGNORECASE)),
    ("standard", re.compile(r"(standard|std)[ _-]?\d+", re.IGNORECASE)),
    ("control", re.compile(r"(control|qc)[ _-]?\d+", re.IGNORECASE)),
)
_OWN_MEASURAND = {
    "Albumin": "albumin_concentration",
    "ApoA-I": "apolipoprotein_a1_concentration",
    "ApoB-100": "apolipoprotein_b_concentration",
}
_OUTSIDE: dict[State, Literal["below range", "above range"]] = {
    State.BELOW_RANGE: "below range",
    State.ABOVE_RANGE: "above range",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """What one analyte gave in one well.

    Attributes:
        analyte: as written.
        amount: the signal.
        excluded: the instrument or a person took it out.
    """

    analyte: str
    amount: Amount
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class AssayWell:
    """One well with all its analytes.

    Attributes:
        sample: as written; None when the file names none.
        role: what was in the well.
        well: such as ``A1``.
        where: the line it begins in.
        signals: one an analyte, in the order of the file.
        plate: its name or number; None when the file holds one without name.
    """

    sample: str | None
    role: Role
    well: str
    where: Where
    signals: tuple[Signal, ...]
    plate: str | None = None


def role_of(name: str | None) -> Role:
    """What a well holds by the name that software gives it, such as ``Background0``, ``Standard3``, ``Control1``."""
    text = (name or "").strip()
    return next((role for role, pattern in _ROLES if pattern.fullmatch(text)), "sample")


def measured_in(
    wells: Sequence[AssayWell], technique: str, signal: Literal["fluorescence", "luminescence"]
) -> list[list[Measurement]]:
    """What each well shows: a panel when it holds a sample, else the signal of each analyte with the well's role.

    A sample in several wells has several panels, since nothing is averaged here. The background wells of a plate are
    the blanks of its panels; replicate ones give limits (``markers.limits``). Standards and controls are never panels,
    so that nobody takes one for a sample.

    Args:
        wells: of all plates.
        technique: such as ``bead-based immunoassay``.
        signal: what the instrument reads.
    """
    plates = {well.plate for well in wells}
    blanks = {plate: _blanks([well for well in wells if well.plate == plate]) for plate in plates}
    return [
        [_panel(well, technique, blanks[well.plate])] if well.role == "sample" else _signals(well, technique, signal)
        for well in wells
    ]


def refuse_blank(wells: Sequence[AssayWell], source: str, where: Where) -> None:
    """Refuse an export in which no well holds a sample, standard or control.

    Raises:
        InputError: ``NO_SAMPLES``.
    """
    if all(well.role == "blank" for well in wells):
        found, expected = f"{len(wells)} wells, all of them background", "a well of a sample, standard or control"
        raise refusal(source, "NO_SAMPLES", where, found, expected)


def _signals(well: AssayWell, technique: str, signal: str) -> list[Measurement]:
    masked = Amount(State.MISSING, reason="masked")
    told = {"plate": well.plate, "well": well.well, "role": well.role}
    settings: dict[str, Scalar] = {key: text for key, text in told.items() if text is not None}
    return [
        quantity(
            masked if one.excluded else one.amount,
            signal,
            SIGNAL_UNIT,
            replace(well.where, column=one.analyte),
            sample=well.sample,
            replicate=well.well,
            method=technique,
            settings={"analyte": one.analyte, **settings},
        )
        for one in well.signals
    ]


def _blanks(wells: Iterable[AssayWell]) -> tuple[Control, ...]:
    """Every analyte of every background well as a blank of that analyte's marker."""
    return tuple(
        Control(
            name=well.sample or well.well,
            kind="blank",
            marker=_canonical(signal.analyte),
            signal=signal.amount.value,
            unit=SIGNAL_UNIT,
        )
        for well in wells
        if well.role == "blank"
        for signal in well.signals
        if signal.amount.value is not None and not signal.excluded
    )


def _panel(well: AssayWell, technique: str, blanks: Sequence[Control]) -> MarkerPanel:
    rows = [_marker(signal) for signal in well.signals]
    own = {_canonical(signal.analyte) for signal in well.signals}
    controls = [blank for blank in blanks if blank.marker in own]
    return replace(interpret(technique, well.sample, rows, controls), where=well.where)


def _marker(signal: Signal) -> MarkerInput:
    if signal.excluded:
        return MarkerInput(as_written=signal.analyte, unit=SIGNAL_UNIT, stated_call="invalid")
    found = signal.amount
    outside = _OUTSIDE.get(found.state)
    return MarkerInput(
        as_written=signal.analyte, signal=found.value, outside=outside, bound=found.bound, unit=SIGNAL_UNIT
    )


def _canonical(analyte: str) -> str:
    marker = resolve(analyte)
    return marker.name if marker else analyte


def name_issues(analytes: Iterable[str], where: Where) -> tuple[Issue, ...]:
    """A warning for each name that means more than one marker, one note for all that mean none that is known."""
    names = list(dict.fromkeys(analytes))
    expected = "a name that means one marker of the vocabulary"
    doubtful = [name for name in names if candidates(name) and resolve(name) is None]
    issues = [problem("warning", "MARKER_AMBIGUOUS", where, str(doubt(name)), expected) for name in doubtful]
    if unknown := [name for name in names if not candidates(name)]:
        found = f"{', '.join(unknown)}: not in the marker vocabulary"
        issues.append(problem("note", "MARKER_UNKNOWN", where, found, f"{expected}; kept as written"))
    return tuple(issues)


def blank_issues(wells: Sequence[AssayWell], where: Where) -> tuple[Issue, ...]:
    """A note when there are samples and no background well: nothing then tells a signal from none."""
    roles = {well.role for well in wells}
    if "sample" not in roles or "blank" in roles:
        return ()
    expected = "background wells; without them no marker is called positive or negative"
    return (problem("note", "NO_BACKGROUND", where, "no background well", expected),)


def concentration(
    found: Amount, analyte: str, unit_as_written: str, where: Where, *, role: Role, settings: dict[str, Scalar],
    **more: object,
) -> Quantity:  # fmt: skip
    """The concentration of an analyte, in the canonical unit of its measurand.

    Albumin and the apolipoproteins of a sample have measurands of their own; standards and controls never do, so that
    nobody takes one for a sample. Where no unit of mass concentration is stated, the number stands as
    ``analyte_result`` in arbitrary units with the unit's text beside it.

    Args:
        found: as printed.
        analyte: as written.
        unit_as_written: such as ``pg/ml``; may be empty.
        where: the place.
        role: what the well holds.
        settings: what else the file says.
        more: further fields of the quantity.
    """
    known = mass_concentration(unit_as_written)
    said: dict[str, Scalar] = {"analyte": analyte, "role": role, "unit_as_written": unit_as_written or None, **settings}
    said = {key: value for key, value in said.items() if value is not None}
    if known is None:
        return quantity(found, "analyte_result", SIGNAL_UNIT, where, settings=said, **more)
    name = _OWN_MEASURAND.get(_canonical(analyte)) if role == "sample" else None
    measurand = name or "analyte_concentration"
    canonical = MEASURANDS[measurand].unit
    return quantity(found.times(factor(known, canonical)), measurand, canonical, where, settings=said, **more)


def mass_concentration(text: str) -> str | None:
    """The unit of mass concentration that a text is, as evqc spells it; None when it is none."""
    try:
        known = unit(text)
    except UnknownUnitError:
        return None
    return known if UNITS[known].dimension == "mass concentration" else None


def unit_issues(units: dict[str, str], where: Where) -> tuple[Issue, ...]:
    """A warning naming the analytes whose unit is no mass concentration; a note where none is stated.

    Args:
        units: texts by analyte.
        where: the place.
    """
    strange = [f"{name} in '{text}'" for name, text in units.items() if text and mass_concentration(text) is None]
    unstated = [name for name, text in units.items() if not text]
    expected = "a unit such as pg/mL; the results stand in arbitrary units"
    issues = [problem("warning", "UNIT_UNKNOWN", where, ", ".join(strange), expected)] if strange else []
    if unstated:
        issues.append(problem("note", "UNIT_NOT_STATED", where, f"no unit of {', '.join(unstated)}", expected))
    return tuple(issues)


def dilution_issues(factors: Iterable[float | None], where: Where) -> tuple[Issue, ...]:
    """A warning when samples were diluted and the file does not show whether its results include the factor.

    Args:
        factors: as stated; 1 and None ask no question.
        where: the place.
    """
    open_ones = sorted({factor for factor in factors if factor is not None and factor != 1})
    if not open_ones:
        return ()
    found = f"dilution factors {', '.join(f'{factor:g}' for factor in open_ones)}"
    expected = "a file that shows whether its results include them; results are taken as printed"
    return (problem("warning", "DILUTION_UNCLEAR", where, found, expected),)


def bead_issues(few: Sequence[tuple[str, str, float]], of: int, where: Where) -> tuple[Issue, ...]:
    """A warning when medians rest on too few beads.

    Args:
        few: well, analyte and number of beads of each such median, the first one being shown.
        of: how many medians there are.
        where: place of the first.
    """
    if not few:
        return ()
    well, analyte, beads = few[0]
    found = f"{beads:g} beads of {analyte} in {well}; {len(few)} of {of} counts are as low"
    return (problem("warning", "FEW_BEADS", where, found, f"at least {FEWEST_BEADS} beads behind a median"),)


def refuse_open_end(file: ExportFile, last: str) -> None:
    """Refuse a text that ends without a line end in what may be the beginning of a longer number.

    Args:
        file: the file.
        last: text of its last cell; a word such as ``NaN`` cannot be a part of another one.

    Raises:
        InputError: ``TRUNCATED``.
    """
    if not file.is_workbook and ends_open(file) and last.casefold() not in {"nan", "n/a"}:
        expected = "a line end behind the last cell"
        raise refusal(file.name, "TRUNCATED", Where(), f"'{last}' and no line end", expected)
