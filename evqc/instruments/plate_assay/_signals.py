"""The one signal of each well that the standard curve is made of: an endpoint read, or the onset time of a reaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments.plate_assay.mapping import place, well
from evqc.measurement import Quantity, State
from evqc.numerics.curve_fit import LARGEST
from evqc.numerics.endotoxin import onset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.calibration import WellSeries
    from evqc.instruments.plate_assay.mapping import Kinetic, Plate
    from evqc.reading import Reading

#: What a plate reader reads of a well.
READ = frozenset({"absorbance", "fluorescence", "luminescence"})


@dataclass(frozen=True, kw_only=True)
class WellSignal:
    """What one well gave.

    Attributes:
        well: its name.
        value: None when the well has no number.
        beyond: 1 for a signal larger than the instrument could read (or a reaction that never began), -1 for a smaller
            one, 0 for a value or a well that is missing.
        why: in words, when there is no value.
        where: its place in the file.
        acquired_at: when it was read, as the file states it.
    """

    well: str
    value: float | None
    beyond: int = 0
    why: str = ""
    where: Where = field(default_factory=Where)
    acquired_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Signals:
    """The signals of a plate.

    Attributes:
        by_well: one a well.
        wells: every well of the plate that was read, whether it means something or not.
        end: how many measurements of the reading stand before the results, so that they keep the order of the file.
        plate: name of the plate.
        name: what was read, in words, such as ``absorbance at 562 nm``.
        unit: of the signals.
        measured: further quantities that come of them: the onset times.
        issues: what should be known of them.
    """

    by_well: Mapping[str, WellSignal]
    wells: frozenset[str]
    end: int
    plate: str | None
    name: str
    unit: str
    measured: tuple[Quantity, ...] = ()
    issues: tuple[Issue, ...] = ()


def endpoint_wells(reading: Reading, plate: Plate) -> dict[str, Quantity]:
    """The one read of each well that the mapping means.

    Args:
        reading: of the plate reader's file.
        plate: says which plate, wavelength and read.

    Raises:
        InputError: ``READ_MISSING`` when nothing in the file is what the mapping asks for, ``READ_AMBIGUOUS`` when a
            well has several such reads.
    """
    found: dict[str, Quantity] = {}
    for one in _reads(reading, plate):
        name = well(str(one.settings["well"]))
        if name in found:
            asked = "'plate', 'wavelength_nm' or 'read' in the mapping"
            shown = f"well {name} as {_described(found[name])} and as {_described(one)}"
            raise refusal(reading.source.name, "READ_AMBIGUOUS", one.where, shown, f"one read of a well: {asked}")
        found[name] = one
    if not found:
        reads = sorted({_described(m) for m in _of_wells(reading)})
        raise refusal(reading.source.name, "READ_MISSING", Where(), f"reads {reads[:10]}", _asked(plate))
    return found


def endpoint_signals(reading: Reading, wells: Mapping[str, Quantity]) -> Signals:
    """The signals of wells that were read once.

    Args:
        reading: of the plate reader's file.
        wells: those of its measurements that ``endpoint_wells`` found.

    Raises:
        InputError: ``OUT_OF_RANGE`` for a number that no instrument reads.
    """
    own = {id(one) for one in wells.values()}
    first = next(iter(wells.values()))
    wavelength = first.settings.get("wavelength_nm")
    plate = first.settings.get("plate")
    return Signals(
        by_well={name: _signal(name, one, reading.source.name) for name, one in wells.items()},
        wells=frozenset(wells),
        end=1 + max(i for i, one in enumerate(reading.measurements) if id(one) in own),
        plate=None if plate is None else str(plate),
        name=first.measurand if wavelength is None else f"{first.measurand} at {wavelength:g} nm",
        unit=first.unit,
    )


def onset_signals(reading: Reading, plate: Plate, kinetic: Kinetic, wells: Iterable[str]) -> Signals:
    """The onset times of the wells that mean something, by the rule of the mapping.

    Args:
        reading: of the plate reader's file.
        plate: says which plate and wavelength.
        kinetic: the rule.
        wells: whose onset is wanted.

    Raises:
        InputError: ``READ_MISSING``, ``READ_AMBIGUOUS``, or ``READS_TOO_FEW`` for fewer reads than the baseline.
    """
    series = _series(reading, plate)
    made = [_onset(series[name], kinetic, reading.source.name) for name in sorted(wells, key=place) if name in series]
    first = next(iter(series.values()))
    how = "interpolated" if kinetic.onset == "interpolated" else "at the first read"
    return Signals(
        by_well={signal.well: signal for signal, _, _ in made},
        wells=frozenset(series),
        end=sum(1 for m in reading.measurements if (m.where.line or 0) <= (first.where.line or 0)),
        plate=first.plate,
        name=f"onset time of a rise by {kinetic.rise:g}, {how}",
        unit="s",
        measured=tuple(quantity for _, quantity, _ in made),
        issues=tuple(issue for _, _, issues in made for issue in issues),
    )


def _of_wells(reading: Reading) -> list[Quantity]:
    quantities = [m for m in reading.measurements if isinstance(m, Quantity)]
    return [q for q in quantities if q.measurand in READ and q.settings.get("well") is not None]


def _reads(reading: Reading, plate: Plate) -> list[Quantity]:
    return [q for q in _of_wells(reading) if _fits(plate, q)]


def _fits(plate: Plate, one: Quantity) -> bool:
    """Whether a read is of the plate, at the wavelength and of the name that the mapping gives."""
    wavelength = one.settings.get("wavelength_nm")
    return (
        (plate.plate is None or one.settings.get("plate") == plate.plate)
        and (plate.wavelength_nm is None or wavelength == plate.wavelength_nm)
        and (plate.read is None or one.settings.get("read") == plate.read)
    )


def _described(one: Quantity) -> str:
    said = (f"{key} {one.settings[key]}" for key in ("plate", "wavelength_nm", "read") if one.settings.get(key))
    return ", ".join((one.measurand, *said))


def _asked(plate: Plate) -> str:
    asked = {"plate": plate.plate, "wavelength_nm": plate.wavelength_nm, "read": plate.read}
    said = ", ".join(f"{key} {value}" for key, value in asked.items() if value is not None)
    return f"a read of wells with {said}" if said else "a read of wells"


def _signal(name: str, one: Quantity, source: str) -> WellSignal:
    if one.value is not None and not abs(one.value) <= LARGEST:
        found, expected = f"{one.value:g} in well {name}", f"a signal of at most {LARGEST:g}"
        raise refusal(source, "OUT_OF_RANGE", one.where, found, expected)
    beyond = {State.ABOVE_RANGE: 1, State.BELOW_RANGE: -1}.get(one.state, 0)
    why = "" if one.value is not None else str(one.as_written or one.reason or one.state)
    return WellSignal(well=name, value=one.value, beyond=beyond, why=why, where=one.where, acquired_at=one.acquired_at)


def _series(reading: Reading, plate: Plate) -> dict[str, WellSeries]:
    found: dict[str, WellSeries] = {}
    for one in reading.series:
        wanted = plate.plate in {None, one.plate} and plate.wavelength_nm in {None, one.wavelength_nm}
        name = well(one.well)
        if wanted and name in found:
            expected = "one reaction of a well: 'plate' or 'wavelength_nm' in the mapping"
            raise refusal(reading.source.name, "READ_AMBIGUOUS", one.where, f"well {name} more than once", expected)
        if wanted:
            found[name] = one
    if not found:
        raise refusal(reading.source.name, "READ_MISSING", Where(), f"{len(reading.series)} reactions", _asked(plate))
    return found


def _onset(series: WellSeries, kinetic: Kinetic, source: str) -> tuple[WellSignal, Quantity, tuple[Issue, ...]]:
    """Signal, quantity and remarks of one well."""
    name = well(series.well)
    if not (np.diff(series.time_s) > 0).all():
        raise refusal(
            source, "TIME", series.where, f"times of well {name} that do not ascend", "reads one after another"
        )
    if series.time_s.size < kinetic.baseline_reads:
        found = f"{series.time_s.size} reads of well {name}"
        raise refusal(source, "READS_TOO_FEW", series.where, found, f"at least {kinetic.baseline_reads}")
    found_onset = onset(
        series.time_s,
        series.value,
        kinetic.rise,
        baseline_reads=kinetic.baseline_reads,
        interpolated=kinetic.onset == "interpolated",
    )
    time, last = found_onset.time_s, float(series.time_s[-1])
    never = time is None
    quantity = Quantity(
        measurand="endotoxin_onset_time",
        value=time,
        unit="s",
        state=State.ABOVE_RANGE if never else State.MEASURED,
        bound=last if never else None,
        reason="above range" if never else None,
        sample=None,
        method=f"rise by {kinetic.rise:g} over the first {kinetic.baseline_reads} read(s), {kinetic.onset}",
        settings={"plate": series.plate, "well": name, "wavelength_nm": series.wavelength_nm, "last_read_s": last},
        where=series.where,
    )
    why = f"no onset within {last:g} s" if never else ""
    issues = []
    if not found_onset.lasts:
        expected = "a signal that stays above the threshold"
        shown = f"well {name} falls below its threshold again after {time:g} s"
        issues.append(problem("warning", "ONSET_NOT_LASTING", series.where, shown, expected))
    if series.missing:
        shown = f"{series.missing} reads of well {name} without a number"
        issues.append(problem("warning", "READS_MISSING", series.where, shown, "every read of a reaction"))
    return WellSignal(well=name, value=time, beyond=int(never), why=why, where=series.where), quantity, tuple(issues)
