"""Bio-Rad Bio-Plex Manager: the XML export of a plate, with readings, statistics and concentrations of each sample.

Built to the layout that public converters of the format rely on; no export of a vesicle laboratory was at hand.
"""

from __future__ import annotations

import re
import string
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, Amount, amount_at
from evqc.instruments._cell import Cell
from evqc.instruments._dates import acquired
from evqc.instruments._immunoassay import (
    FEWEST_BEADS,
    AssayWell,
    Role,
    Signal,
    bead_issues,
    blank_issues,
    concentration,
    dilution_issues,
    measured_in,
    name_issues,
    refuse_blank,
    unit_issues,
)
from evqc.instruments._marks import Marks
from evqc.instruments._printed import disagreement, printed
from evqc.instruments._xml import local, root
from evqc.measurement import Scalar, State
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Measurement, Quantity
    from evqc.reading import Reading

NAME = "bioplex"
TITLE = "Bio-Rad Bio-Plex Manager"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = ("XML export of a plate, Bio-Plex Manager 6",)
MENTIONS = "bioplexmanager"
TECHNIQUE = "bead-based immunoassay"

_ROLES: dict[str, Role] = {"Blank": "blank", "Standard": "standard", "Control": "control", "Unknown": "sample"}
_OUTSIDE = {
    "oor <": (State.BELOW_RANGE, "below range"),
    "oor >": (State.ABOVE_RANGE, "above range"),
}
_LETTERS = [*string.ascii_uppercase, *(f"A{letter}" for letter in string.ascii_uppercase)]
_READ = {"Samples", "Wells", "StandardCurves", "NativeDocumentName"}


def recognises(file: ExportFile) -> bool:
    """Whether the content is XML whose first element is ``BioPlexManager``."""
    return file.head.lstrip().startswith("<") and "BioPlexManager" in file.head[:1000]


@dataclass(frozen=True)
class _Sample:
    """One sample, standard, control or blank with its wells.

    Attributes:
        element: its element.
        role: what it is.
        label: its name as the layout gives it.
        description: as the person who set up the plate gives it.
    """

    element: ET.Element
    role: Role
    label: str
    description: str | None

    @property
    def name(self) -> str:
        return self.description or self.label


@dataclass(frozen=True)
class _About:
    """What the export says beside its numbers: name of the file, units and regressions by region, date, settings."""

    source: str
    units: dict[str, str]
    methods: dict[str, str]
    date: str | None
    common: dict[str, Scalar]


def read(file: ExportFile) -> Reading:
    """The reading of a plate: one panel a sample's well, one concentration a well and analyte.

    Raises:
        InputError: ``XML_BROKEN`` and the like, ``NO_SAMPLES``, ``WELL_TWICE``, ``WELLS_DIFFER``, ``NOT_A_NUMBER``,
            ``ANALYTE_MISSING``.
    """
    top = root(file)
    samples = list(_samples(top, file.name))
    pairs = [(sample, well) for sample in samples for well in _children(sample.element, "MemberWells")]
    _refuse_other_number(top, [element for _, element in pairs], file.name)
    wells = [_well(sample, well, file.name) for sample, well in pairs]
    _refuse_twice(wells, file.name)
    _refuse_other_wells(top, wells, file.name)
    date, date_issues = acquired(_date(top), Where(field="AcquisitionTime"))
    about = _About(
        file.name, _interpolators(top, "ConcentrationUnits"), _interpolators(top, "Regression"), date, _common(top)
    )
    measurements: list[Measurement] = []
    refuse_blank(wells, file.name, Where(field="Samples"))
    for (sample, element), own in zip(pairs, measured_in(wells, TECHNIQUE, "fluorescence"), strict=True):
        measurements += [*own, *_quantities(sample, element, about)]
    names = [signal.analyte for well in wells for signal in well.signals]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=top.get("BioPlexManagerVersion"),
        file_kind="plate export",
        status=STATUS,
        measurements=tuple(measurements),
        issues=(
            *date_issues,
            *name_issues(names, Where(field="AnalyteName")),
            *blank_issues(wells, Where(field="Samples")),
            *_region_issues(top),
            *_few_beads(top, file.name),
            *_lost_concentrations(pairs, file.name),
            *_lost_dilutions(samples),
            *_comparisons(samples, file.name),
            *_open(measurements),
        ),
        unread=_unread(top),
    )


def _children(element: ET.Element | None, name: str) -> Iterator[ET.Element]:
    """The elements inside the child of that name; none when there is no such child."""
    return iter(() if element is None or (found := _child(element, name)) is None else found)


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in element if local(child.tag) == name), None)


def _text(element: ET.Element, *path: str) -> str | None:
    """Text of an element below, one child a step; None when a step is missing or the text blank."""
    for name in path:
        found = _child(element, name)
        if found is None:
            return None
        element = found
    return "".join(element.itertext()).strip() or None if not len(element) else _own_text(element)


def _own_text(element: ET.Element) -> str | None:
    """Text of an element itself, before, between and behind its children."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip() or None


def _samples(top: ET.Element, source: str) -> Iterator[_Sample]:
    groups = _child(top, "Samples")
    if groups is None:
        raise refusal(source, "NO_SAMPLES", Where(), "no element 'Samples'", "samples with their wells")
    for element in (one for group in groups for one in group):
        role = _ROLES.get(local(element.tag))
        if role is None:
            where = Where(field="Samples")
            raise refusal(source, "SAMPLE_KIND", where, f"'{local(element.tag)}'", f"one of {', '.join(_ROLES)}")
        yield _Sample(element, role, _text(element, "Label") or "", _text(element, "Description"))


def _place(element: ET.Element, source: str) -> str:
    """The well of an element with ``RowNo`` and ``ColNo``."""
    row, column = element.get("RowNo", ""), element.get("ColNo", "")
    if not (row.isdigit() and column.isdigit() and 1 <= int(row) <= len(_LETTERS)):
        raise refusal(source, "WELL_MISSING", Where(field=local(element.tag)), f"row '{row}'", "RowNo and ColNo")
    return f"{_LETTERS[int(row) - 1]}{int(column)}"


def _well(sample: _Sample, element: ET.Element, source: str) -> AssayWell:
    place = _place(element, source)
    signals = tuple(_signal(one, place, source) for one in _children(element, "MWAnalytes"))
    return AssayWell(sample.name or None, sample.role, place, Where(field=place), signals)


def _signal(element: ET.Element, place: str, source: str) -> Signal:
    name, reading = _text(element, "AnalyteName") or "", _child(element, "Reading")
    told = {} if reading is None else reading.attrib
    excluded = told.get("Valid", "true") != "true" or told.get("OutlierType", "None") != "None"
    where = Where(column=name, field=place)
    if not name:
        found = f"region {element.get('RegionNumber')} without a name"
        raise refusal(source, "ANALYTE_MISSING", where, found, "'AnalyteName' beside each reading")
    return Signal(name, amount_at(_text(element, "Reading") or "", source, where, Marks(), SAID), excluded)


def _refuse_twice(wells: Sequence[AssayWell], source: str) -> None:
    seen: set[str] = set()
    for well in wells:
        if well.well in seen:
            raise refusal(source, "WELL_TWICE", well.where, f"'{well.well}' again", "each well in one sample")
        seen.add(well.well)


def _refuse_other_wells(top: ET.Element, wells: Sequence[AssayWell], source: str) -> None:
    """Raises InputError ``WELLS_DIFFER`` unless the wells of the samples are those whose beads the file lists."""
    listed = {_place(one, source) for one in _children(top, "Wells") if one.get("RowNo") is not None}
    odd = sorted(listed ^ {well.well for well in wells}) if listed else []
    if odd:
        found = f"{odd[0]} among the " + ("samples" if odd[0] not in listed else "wells")
        raise refusal(source, "WELLS_DIFFER", Where(field=odd[0]), f"{found} only", "the same wells in both")


def _refuse_other_number(top: ET.Element, elements: Sequence[ET.Element], source: str) -> None:
    """Refuse a well whose number, counted row by row, is not that of its row and column."""
    size = _child(top, "PlateDimensions")
    columns = "" if size is None else size.get("Columns", "")
    for one in elements if columns.isdigit() else ():
        row, column, told = (one.get(key, "") for key in ("RowNo", "ColNo", "WellNumber"))
        if all(text.isdigit() for text in (row, column, told)):
            number = (int(row) - 1) * int(columns) + int(column)
            if number != int(told):
                where, found = Where(field=_place(one, source)), f"well number {told}"
                raise refusal(source, "WELL_DISAGREES", where, found, f"{number} for row {row} and column {column}")


def _region_issues(top: ET.Element) -> tuple[Issue, ...]:
    """A warning when one bead region has two analytes in the file, or one analyte two regions."""
    names: dict[str, str] = {}
    regions: dict[str, str] = {}
    for one in top.iter():
        region, name = one.get("RegionNumber"), _text(one, "AnalyteName")
        if region is None or name is None:
            continue
        where, expected = Where(field=f"region {region}"), "one analyte for each bead region, the same everywhere"
        if names.setdefault(region, name) != name:
            found = f"'{name}' and '{names[region]}' on region {region}"
            return (problem("warning", "ANALYTES_DIFFER", where, found, expected),)
        if regions.setdefault(name, region) != region:
            found = f"'{name}' on regions {regions[name]} and {region}"
            return (problem("warning", "ANALYTES_DIFFER", where, found, expected),)
    return ()


def _lost_concentrations(pairs: Sequence[tuple[_Sample, ET.Element]], source: str) -> tuple[Issue, ...]:
    """A warning where a reading has no concentration, while others of its well, or of its region and kind, have one."""
    found = [
        (sample.role, one.get("RegionNumber"), _child(one, "MWObsConc") is not None, _place(well, source))
        for sample, well in pairs
        for one in _children(well, "MWAnalytes")
        if sample.role != "blank"
    ]
    wells = {place for _, _, told, place in found if told}
    known = {(role, region) for role, region, told, _ in found if told}
    lost = [(region, at) for role, region, told, at in found if not told and (at in wells or (role, region) in known)]
    if not lost:
        return ()
    shown = f"no concentration of region {lost[0][0]} in {lost[0][1]}; {len(lost)} such readings"
    expected = "'MWObsConc' beside each reading, as in other wells"
    return (problem("warning", "CONCENTRATION_MISSING", Where(field=lost[0][1]), shown, expected),)


def _lost_dilutions(samples: Sequence[_Sample]) -> tuple[Issue, ...]:
    """A warning for a sample without a dilution where others of its kind, or all but it, have one."""
    told = [(one, _text(one.element, "Dilution")) for one in samples if one.role != "blank"]
    known = {one.role for one, text in told if text}
    bare = [one for one, text in told if not text]
    lost = next((one for one in bare if one.role in known or (known and len(bare) == 1)), None)
    if lost is None:
        return ()
    where, expected = Where(field="Dilution"), "a dilution, as of other samples; 1 where undiluted"
    return (problem("warning", "DILUTION_UNCLEAR", where, f"no dilution of {lost.label or lost.name}", expected),)


def _quantities(sample: _Sample, well: ET.Element, about: _About) -> list[Quantity]:
    analytes = [one for one in _children(well, "MWAnalytes") if _child(one, "MWObsConc") is not None]
    return [] if sample.role == "blank" else [_quantity(sample, well, one, about) for one in analytes]


def _quantity(sample: _Sample, well: ET.Element, element: ET.Element, about: _About) -> Quantity:
    region, name, place = (
        element.get("RegionNumber", ""),
        _text(element, "AnalyteName") or "",
        _place(well, about.source),
    )
    told = _child(element, "MWObsConc")
    assert told is not None
    where = Where(column=name, field=place)
    dilution = amount_at(_text(sample.element, "Dilution") or "", about.source, where).value
    return concentration(
        _observed(told, about.source, where),
        name,
        about.units.get(region, ""),
        where,
        role=sample.role,
        settings={
            "well": place,
            "bead_region": region or None,
            "label": sample.label,
            "dilution_factor": dilution,
            "dilution": "as printed; the file does not show whether the factor is in it" if dilution else None,
            "recovery_range": told.get("RecoveryRange"),
            **about.common,
        },
        sample=sample.name or None,
        replicate=place,
        method=about.methods.get(region),
        acquired_at=about.date,
    )


def _observed(element: ET.Element, source: str, where: Where) -> Amount:
    """The observed concentration; a reading that is not in order gives none, whatever number stands there."""
    if element.get("ReadingOK", "true") == "true":
        return amount_at(_own_text(element) or "", source, where, Marks(), SAID)
    error = element.get("ReadError") or "reading not in order"
    outside = _OUTSIDE.get(error.casefold())
    if outside is None:
        return Amount(State.MISSING, reason="not computed", as_written=error)
    below = outside[0] is State.BELOW_RANGE
    return Amount(outside[0], reason="below range" if below else "above range", as_written=error)


def _interpolators(top: ET.Element, name: str) -> dict[str, str]:
    """A text of each region's standard curve, by region."""
    curves = _child(top, "StandardCurves")
    told = {one.get("RegionNumber", ""): _text(one, name) for one in _children(curves, "Interpolators")}
    return {region: text for region, text in told.items() if text is not None}


def _date(top: ET.Element) -> str | None:
    """When the first well was read; ``Z`` is universal time."""
    text = next((text for well in _children(top, "Wells") if (text := _text(well, "AcquisitionTime"))), None)
    return None if text is None else re.sub("Z$", "+00:00", text)


def _common(top: ET.Element) -> dict[str, Scalar]:
    first = next(_children(top, "Wells"), None)
    if first is None:
        return {}
    return {
        "serial_number": _text(first, "MachineInfo", "SerialNumber"),
        "operator": _text(first, "User"),
        "protocol": _text(first, "RunProtocolDocumentName"),
    }


def _few_beads(top: ET.Element, source: str) -> tuple[Issue, ...]:
    """A warning when regions of interest hold too few beads; the counts stand apart, by well and region."""
    found = [
        (_place(well, source), region, count) for well in _children(top, "Wells") for region, count in _counts(well)
    ]
    few = [(place, f"region {region}", count) for place, region, count in found if count < FEWEST_BEADS]
    return bead_issues(few, len(found), Where(field=few[0][0] if few else None))


def _counts(well: ET.Element) -> Iterator[tuple[str, float]]:
    settings = _child(well, "RunSettings")
    wanted = {one.get("RegionNumber") for one in _children(settings, "RegionsOfInterest")}
    for one in _children(well, "BeadRegions"):
        count = Marks().parse(_text(one, "RegionCount") or "")
        if one.get("RegionNumber") in wanted and count is not None:
            yield one.get("RegionNumber", ""), count


@np.errstate(all="ignore")  # numbers of any size may stand in a file; what overflows agrees with nothing
def _comparisons(samples: Sequence[_Sample], source: str) -> tuple[Issue, ...]:
    """Statistics that the file prints of each sample's replicate wells, beside those of the wells' readings.

    RawMean is their mean, StdDeviation with n - 1, PercentCV 100 SD over RawMean, Mean is RawMean minus the blank's.
    """
    rows = [row for sample in samples for row in _statistics(sample, source)]
    blanks = {region: raw for role, region, raw, _, _ in rows if role == "blank"}
    issues: list[Issue] = []
    for statistic in ("RawMean", "Mean", "StdDeviation", "PercentCV"):
        rules = [_rule(statistic, role, region, raw, sd, blanks) for role, region, raw, sd, _ in rows]
        cells = [[Cell(told.get(statistic, ""), 1)] for *_, told in rows]
        where = Where(field=statistic)
        amounts = [[amount_at(cell.text, source, where, Marks(), SAID)] for (cell,) in cells]
        recomputed = np.array(rules, dtype=float).reshape(-1, 1)
        issues += disagreement(statistic, printed(cells, amounts), [recomputed], lambda _, at=where: at)  # type: ignore[misc]
    return tuple(issues)


def _rule(statistic: str, role: Role, region: str, raw: float, sd: float, blanks: dict[str, float]) -> float:
    """What one statistic should be, from the mean and SD of the readings."""
    off = 0.0 if role == "blank" else blanks.get(region, 0.0)
    cv = 100 * sd / raw if raw else np.nan
    return {"RawMean": raw, "Mean": raw - off, "StdDeviation": sd, "PercentCV": cv}[statistic]


def _statistics(sample: _Sample, source: str) -> Iterator[tuple[Role, str, float, float, dict[str, str]]]:
    """Role, region, mean and SD of the wells' readings, and the texts printed, for each analyte of one sample."""
    readings: dict[str, list[float]] = {}
    for well in _children(sample.element, "MemberWells"):
        for one in _children(well, "MWAnalytes"):
            signal = _signal(one, _place(well, source), source)
            value = np.nan if signal.amount.value is None or signal.excluded else signal.amount.value
            readings.setdefault(one.get("RegionNumber", ""), []).append(value)
    for one in _children(sample.element, "Analytes"):
        region = one.get("RegionNumber", "")
        own = np.array(readings.get(region, []))
        told = {local(child.tag): (child.text or "").strip() for child in one}
        if own.size and told.get("ReplicateCount", str(own.size)) == str(own.size):
            yield sample.role, region, float(own.mean()), float(own.std(ddof=1)) if own.size > 1 else np.nan, told


def _open(measurements: Sequence[Measurement]) -> tuple[Issue, ...]:
    """Units that are not known, and dilutions of which the file does not tell whether results include them."""
    told = [m.settings for m in measurements if m.kind == "quantity"]
    units = {str(s["analyte"]): str(s.get("unit_as_written", "")) for s in told}
    factors = [factor for s in told if isinstance(factor := s.get("dilution_factor"), float)]
    return (*unit_issues(units, Where(field="Interpolators")), *dilution_issues(factors, Where(field="Dilution")))


def _unread(top: ET.Element) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            local(child.tag) for child in top if local(child.tag) not in _READ and "".join(child.itertext()).strip()
        )
    )
