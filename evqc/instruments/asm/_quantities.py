"""Leaves of an ASM document to quantities, each with its state, its unit and what the document says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, Amount, Words, amount, amount_at, quantity
from evqc.instruments.asm._document import Leaf, Scope, is_negative_zero, plain_name
from evqc.instruments.asm._properties import CALCULATED, PROPERTIES, Property, conversion, which_concentration
from evqc.measurands import measurand
from evqc.measurement import Quantity, State

if TYPE_CHECKING:
    from evqc.measurement import Scalar

MEASUREMENT = "measurement document"
RESULTS = frozenset({"calculated result", "calculated datum"})
#: What stands there describes the sample or the settings and was not measured; ``original sample concentration``, which
#: one converter writes below the sample, is the exception.
_DESCRIBING = frozenset({"sample document", "device control aggregate document", "data processing document"})
_MEASURED_AT_SAMPLE = "original sample concentration"
#: Converters write this time where the instrument's file states none.
_NO_TIME = "1970-01-01T00:00:00"
_ASSAY = ("experiment type", "measurement method identifier", "assay identifier", "analytical method identifier")

_WORDS: Words = {
    **SAID,
    "not reported": (State.MISSING, "not reported"),
    "not reported in file": (State.MISSING, "not reported"),
    "inf": (State.MISSING, "not a number"),
    "infinity": (State.MISSING, "not a number"),
    "-infinity": (State.MISSING, "not a number"),
    "range?": (State.MISSING, "out of range"),
    "path?": (State.MISSING, "invalid"),
    "fail": (State.MISSING, "invalid"),
}
_NOMINAL = "nominal_concentration_ug_per_ml"
_DILUTION = ("dilution factor setting", "cell density dilution factor", "dilution factor")
#: Settings by name: the ASM keys that hold them, and the unit that a number is converted to.
_SETTINGS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "plate": (("well plate identifier", "plate barcode"), None),
    "well": (("well location identifier", "location identifier"), None),
    "role": (("sample role type",), None),
    "wavelength_nm": (("detector wavelength setting",), "nm"),
    "excitation_nm": (("excitation wavelength setting",), "nm"),
    _NOMINAL: (("mass concentration",), "ug/mL"),
    "dilution_factor": (_DILUTION, "1"),
    "analyte": (("analyte name",), None),
    "target": (("target DNA description",), None),
    "population": (("written name",), None),
    "at_least_um": (("particle size",), "um"),
    "compartment_temperature_degC": (("compartment temperature",), "degC"),
}
_OF_MEASURAND = {
    "wavelength_nm": {"absorbance", "fluorescence", "luminescence"},
    "excitation_nm": {"fluorescence"},
    "analyte": {"marker_signal", "analyte_concentration", "molar_concentration", "event_count"},
    "population": {"event_count"},
    "at_least_um": {"subvisible_particle_concentration", "event_count"},
    "compartment_temperature_degC": {"absorbance", "fluorescence", "luminescence"},
}
#: Settings that stand in the very document of the number (or not at all): those further out are of something else.
_BELOW = {"population": "population document", "at_least_um": "distribution document"}


#: Keys that the quantities are named, dated and described by.
DESCRIBED_BY = frozenset(
    {*(key for keys, _ in _SETTINGS.values() for key in keys), *_ASSAY, "sample identifier", "measurement time"}
)


@dataclass(slots=True)
class Found:
    """What has been read of a document so far.

    Attributes:
        source: name of the file.
        absorbance_in_au: the converter writes absorbance units under the label mAU.
        by_identifier: the object of each identifier that calculated data refer to.
        read: paths of properties that a measurement uses.
        results: ids of the calculated results that a measurement uses.
        leaves, quantities: side by side, what was read and what it became.
        dilutions: what stands as dilution factor of something that was read, by identity.
        issues: what should be known.
    """

    source: str
    absorbance_in_au: bool
    by_identifier: Mapping[str, Scope]
    read: set[tuple[str, ...]] = field(default_factory=set)
    results: set[int] = field(default_factory=set)
    leaves: list[Leaf] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)
    dilutions: set[int] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)


def read_leaf(leaf: Leaf, found: Found) -> None:
    """Reads one leaf, when it is a property or a calculated result that evqc knows.

    Raises:
        InputError: ``NOT_A_NUMBER`` for text that is neither a number nor a known word for a missing one.
    """
    known = _calculated(leaf) if leaf.name in RESULTS else _property(leaf)
    if known is None:
        return
    scope = _origin(leaf, found)
    name = known.measurand
    if name == "concentration":
        name = which_concentration(_first_named(scope, _ASSAY))
    times = conversion(leaf.unit, name)
    if times is None:
        _remark_unit(leaf, name, found)
        return
    if leaf.unit == "mAU" and found.absorbance_in_au:
        times = 1.0
    settings = _settings(scope, leaf, known, name)
    found.dilutions.add(id(scope.find(*_DILUTION)))
    found.issues += [issue for issue in _lost_settings(scope, leaf, name) if issue not in found.issues]
    said = _said(leaf, scope, found).times(times)
    method, time = _first_named(scope, _ASSAY), _time(scope)
    sample = scope.named("sample identifier")
    made = quantity(
        said, name, measurand(name).unit, leaf.where, sample=sample, method=method, acquired_at=time, settings=settings
    )
    if leaf.name in RESULTS:
        found.results.add(id(leaf))
    else:
        found.read.add(leaf.path)
    found.leaves.append(leaf)
    found.quantities.append(made)


def _property(leaf: Leaf) -> Property | None:
    path = leaf.scope.path
    if MEASUREMENT not in path or (leaf.plain_name != _MEASURED_AT_SAMPLE and not _DESCRIBING.isdisjoint(path)):
        return None
    if leaf.role not in {None, "median role"}:
        return None
    candidates = PROPERTIES.get(leaf.plain_name, ())
    return next((p for p in candidates if p.below is None or p.below in path), None)


def _calculated(leaf: Leaf) -> Property | None:
    return CALCULATED.get(str(leaf.scope.content.get("calculated data name")).casefold())


def _origin(leaf: Leaf, found: Found) -> Scope:
    """The object that tells what a leaf is of: its own, or that of the first measurement it was calculated from."""
    scope, seen = leaf.scope, 0
    while leaf.name in RESULTS and scope.within(MEASUREMENT) is None and seen < 10:
        sources = sources_of(scope)
        if not sources or (next_scope := found.by_identifier.get(sources[0][0])) is None:
            return leaf.scope
        scope, seen = next_scope, seen + 1
    return scope


def sources_of(scope: Scope) -> list[tuple[str, str]]:
    """Identifier and feature of each source that a calculated datum names."""
    aggregate = scope.content.get("data source aggregate document")
    listed = aggregate.get("data source document") if isinstance(aggregate, dict) else None
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return [(str(e.get("data source identifier")), str(e.get("data source feature", ""))) for e in entries]


def _first_named(scope: Scope, names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := scope.named(name)) is not None), None)


def _time(scope: Scope) -> str | None:
    text = scope.named("measurement time")
    return None if text is None or text.startswith(_NO_TIME) else text


def _said(leaf: Leaf, scope: Scope, found: Found) -> Amount:
    """What a value says; minus zero says what the error document of that property says."""
    value = leaf.value
    if isinstance(value, bool):
        raise refusal(found.source, "NOT_A_NUMBER", leaf.where, str(value), "a number")
    if is_negative_zero(value):
        return _instead(error_of(leaf, scope))
    if isinstance(value, (int, float)):
        return Amount(State.MEASURED, float(value))
    return amount_at("" if value is None else str(value), found.source, leaf.where, words=_WORDS)


def _instead(text: str | None) -> Amount:
    """What stands in an error document in place of a number."""
    said = None if text is None else amount(text, words=_WORDS)
    if said is None or said.state is State.MEASURED:
        return Amount(State.MISSING, reason="not available", as_written=text or "-0.0")
    return said


def error_of(leaf: Leaf, scope: Scope) -> str | None:
    """The text of the error document that names this property, in the measurement document; None when none does."""
    listed = errors_of(scope.within(MEASUREMENT))
    names = _error_names(leaf, scope)
    return next((text for text, feature in listed if feature in names), None)


def errors_of(scope: Scope | None) -> list[tuple[str, str]]:
    """Text and feature (in lower case, empty when none is named) of each error document of an object."""
    aggregate = None if scope is None else scope.content.get("error aggregate document")
    listed = aggregate.get("error document") if isinstance(aggregate, dict) else None
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return [(str(e.get("error", "")), plain_name(str(e.get("error feature", "")))) for e in entries]


def _error_names(leaf: Leaf, scope: Scope) -> set[str]:
    name = plain_name(str(leaf.scope.content.get("calculated data name", leaf.name)))
    analyte, role = scope.find("analyte name"), leaf.role or name
    part = scope.find("distribution identifier")
    return {name, f"{analyte} <{role}>".casefold(), f"{name} - {part}".casefold()}


def _settings(scope: Scope, leaf: Leaf, known: Property, name: str) -> dict[str, Scalar]:
    settings: dict[str, Scalar] = dict(known.settings)
    for setting, (keys, unit) in _SETTINGS.items():
        own = _place_of(setting, scope)
        if own is None or name not in _OF_MEASURAND.get(setting, {name}):
            continue
        if (value := _setting(own, leaf, keys, unit)) is not None:
            settings[setting] = value
    if (text := error_of(leaf, scope)) is not None and not is_negative_zero(leaf.value):
        settings["error"] = text
    return settings


def _lost_settings(scope: Scope, leaf: Leaf, name: str) -> Iterator[Issue]:
    """Warnings for settings whose unit does not fit, so that they are left out: a dilution, a size, a wavelength."""
    for setting, (keys, unit) in _SETTINGS.items():
        own = _place_of(setting, scope)
        if unit is None or setting == _NOMINAL or own is None or name not in _OF_MEASURAND.get(setting, {name}):
            continue
        value: Any = own.find(*keys)
        if not isinstance(value, dict) or value is leaf.scope.content.get(leaf.name) or value.get("value") is None:
            continue
        if _times(value.get("unit"), unit) is None:
            shown, expected = f"unit '{value.get('unit')}'", f"a unit of {setting} that evqc knows; it is left out"
            yield problem("warning", "UNIT_UNKNOWN", Where(field=keys[0]), shown, expected)


def unused_dilutions(found: Found, leaves: Iterable[Leaf]) -> tuple[Issue, ...]:
    """A warning for a dilution factor that no number which was read is described by: a key around it is damaged."""
    for leaf in leaves if found.leaves else ():
        value = leaf.scope.content.get(leaf.name)
        number = leaf.value if isinstance(leaf.value, (int, float)) and not is_negative_zero(leaf.value) else None
        if leaf.name in _DILUTION and number is not None and id(value) not in found.dilutions:
            expected = "a place beside the numbers that it belongs to"
            return (problem("warning", "DILUTION_UNUSED", leaf.where, f"{leaf.name} {leaf.value}", expected),)
    return ()


def _place_of(setting: str, scope: Scope) -> Scope | None:
    """The object that a setting is looked for in and around; None when there is none."""
    if setting in _BELOW:
        return scope.within(_BELOW[setting])
    measured = scope.within(MEASUREMENT)
    if setting != _NOMINAL or measured is None:
        return scope if setting != _NOMINAL else None
    sample = measured.content.get("sample document")
    return Scope(sample, (*measured.path, "sample document"), "", None) if isinstance(sample, dict) else None


def _setting(scope: Scope, leaf: Leaf, keys: tuple[str, ...], unit: str | None) -> Scalar:
    """A setting as text, or as a number in its unit; None when the document does not state it."""
    value: Any = scope.find(*keys) if unit is not None else _first_named(scope, keys)
    if unit is None or value is None:
        return value  # type: ignore[no-any-return]  # text or None
    if not isinstance(value, dict) or value is leaf.scope.content.get(leaf.name):
        return None
    number, times = value.get("value"), _times(value.get("unit"), unit)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or is_negative_zero(number) or times is None:
        return None
    return float(number) * times


_CARRIERS = {"nm": "mean_diameter", "um": "cell_diameter", "ug/mL": "protein_concentration", "1": "ph"}


def _times(written: Any, unit: str) -> float | None:
    if unit == "degC":
        return 1.0 if written == "degC" else None
    return conversion(written if isinstance(written, str) else None, _CARRIERS[unit])


def _remark_unit(leaf: Leaf, name: str, found: Found) -> None:
    """A property with a unit that does not fit is left unread, and said; calculated data often have none."""
    if leaf.name in RESULTS and leaf.unit in {"(unitless)", None}:
        return
    expected = f"a unit of {name} that evqc knows; the number is left unread"
    where = Where(field=" > ".join(leaf.path[-2:]))
    remark = problem("warning", "UNIT_UNKNOWN", where, f"unit '{leaf.unit}'", expected)
    if remark not in found.issues:
        found.issues.append(remark)
