"""Ties what files and hand-written entries hold to the samples of the batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isclose
from typing import TYPE_CHECKING

from evqc.batch.assembled import Panel, Run, Value
from evqc.batch.assignment import assay_roles, assign, label
from evqc.batch.measuring import number_of
from evqc.batch.model import FileEntry
from evqc.batch.sections import place_of
from evqc.batch.vocabulary import Role
from evqc.markers.panel import MarkerInput, interpret
from evqc.markers.presence import as_evidence
from evqc.markers.vocabulary import resolve
from evqc.measurands import factor, measurand, unit
from evqc.measurement import Dilution, MarkerPanel, Measurement, Quantity, SizeDistribution, State
from evqc.reading import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.batch.model import BatchRecord, MarkerEntry, Result
    from evqc.measurement import MarkerResult
    from evqc.reading import Reading

_BOUNDS = {"<": State.BELOW_RANGE, ">": State.ABOVE_RANGE}
BEAD_CHECK = "bead check"
#: Two statements of one dilution are the same when they differ by less than their writing can.
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Everything measured, tied to samples."""

    runs: tuple[Run, ...]
    panels: tuple[Panel, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tied:
    """One measurement of a file with the sample it belongs to."""

    sample: str
    role: Role | None
    file: Source
    measurement: Measurement
    entry: FileEntry | None = None
    of_assay: str | None = None


def join(record: BatchRecord, source: Source, readings: Sequence[Reading]) -> Joined:
    """Runs, panels and values of a batch with a record.

    Args:
        record: says which file is of which sample, and holds what was entered by hand.
        source: the file of the record, which is the file of what was entered by hand.
        readings: one for each export.

    Returns:
        Measurements of listed files in the order of the record's files, then those of the assays themselves, then what
        was entered by hand. A file that is there twice, byte for byte, counts once for a sample. Files and groups that
        no entry names are left out.
    """
    shared = assign(record, readings)
    tied = [_tie(record, share.entry, share.reading, m) for share in shared.shares for m in share.measurements]
    tied += [_tie_to_assay(reading, m, role) for reading, m, role in shared.of_assays]
    files = _sorted_out(_once(tied))
    return replace(
        files,
        panels=(*files.panels, *_panels_by_hand(record, source)),
        values=(*files.values, *_values_by_hand(record, source)),
    )


def join_without_record(readings: Sequence[Reading]) -> Joined:
    """Runs, panels and values of a folder of exports; every file names its own sample.

    The sample is the one that the file states, or the run group when the file holds several, or the file's name. Files
    whose dilution nobody states stay apart even when their sample has the same name: a mean over suspensions of
    unknown and perhaps different dilution would be no number of any sample.
    """
    tied = [
        _tie_alone(reading, m) if role is None else _tie_to_assay(reading, m, role)
        for reading in readings
        for m, role in zip(reading.measurements, assay_roles(reading.measurements), strict=True)
    ]
    return _sorted_out(_undiluted_apart(_once(tied)))


def with_dilution(run: SizeDistribution, stated: float | None) -> SizeDistribution:
    """The run with the dilution of the record, where the export states none.

    ``undiluted`` is then the concentration as measured (the instrument's own number, or else the sum of the bins)
    times the dilution and the correction that the instrument asks for.

    Args:
        run: as it was read.
        stated: 1000 for 1:1000; None leaves the run as it is.
    """
    if stated is None or run.dilution.source == "file":
        return run
    total = run.concentration_total_per_ml
    measured = total.recomputed if total.reported is None else total.reported
    undiluted = None if measured is None else measured * stated * run.dilution.correction
    dilution = Dilution(factor=stated, source="batch record", already_applied=False, correction=run.dilution.correction)
    return replace(run, dilution=dilution, concentration_total_per_ml=replace(total, undiluted=undiluted))


def same_dilution(one: float, other: float) -> bool:
    """Whether two statements of a dilution, 1000 for 1:1000, are one."""
    return isclose(one, other, rel_tol=_SAME)


def _tie(record: BatchRecord, entry: FileEntry, reading: Reading, measurement: Measurement) -> _Tied:
    sample = record.sample(entry.sample) if entry.sample is not None else None
    role: Role = sample.role if sample else "reference"  # only a bead check may stand without a sample
    name = entry.sample or BEAD_CHECK
    return _Tied(sample=name, role=role, file=reading.source, measurement=measurement, entry=entry)


def _tie_to_assay(reading: Reading, measurement: Measurement, role: str) -> _Tied:
    name = measurement.sample or role
    return _Tied(sample=name, role=None, file=reading.source, measurement=measurement, of_assay=role)


def _tie_alone(reading: Reading, measurement: Measurement) -> _Tied:
    several = len({label(m) for m in reading.measurements}) > 1
    sample = (label(measurement) if several else measurement.sample) or label(measurement) or reading.source.name
    return _Tied(sample=sample, role=None, file=reading.source, measurement=measurement)


def _undiluted_apart(tied: Sequence[_Tied]) -> list[_Tied]:
    unknown = [each for each in tied if _dilution_unknown(each.measurement)]
    files: dict[str, set[str]] = {}
    for each in unknown:
        files.setdefault(each.sample, set()).add(each.file.name)
    apart = {sample for sample, names in files.items() if len(names) > 1}
    return [
        replace(each, sample=f"{each.sample} ({each.file.name})")
        if each.sample in apart and _dilution_unknown(each.measurement)
        else each
        for each in tied
    ]


def _dilution_unknown(measurement: Measurement) -> bool:
    return (
        isinstance(measurement, SizeDistribution)
        and measurement.dilution.factor is None
        and states_concentration(measurement)
    )


def states_concentration(run: SizeDistribution) -> bool:
    """Whether a run says how many particles a millilitre holds, so that its dilution matters."""
    total = run.concentration_total_per_ml
    return run.concentration_per_ml is not None or total.reported is not None or total.recomputed is not None


def _once(tied: Sequence[_Tied]) -> list[_Tied]:
    """Without the second copy of a file's measurements: the same bytes are no replicate."""
    first: dict[tuple[str, str], str] = {}
    for each in tied:
        first.setdefault((each.sample, each.file.sha256), each.file.name)
    return [each for each in tied if first[each.sample, each.file.sha256] == each.file.name]


def _sorted_out(tied: Iterable[_Tied]) -> Joined:
    runs, panels, values = [], [], []
    for each in tied:
        match each.measurement:
            case SizeDistribution():
                runs.append(_run(each, each.measurement))
            case MarkerPanel():
                shown = as_evidence(each.measurement)
                panels.append(Panel(sample=each.sample, role=each.role, file=each.file, panel=shown))
            case Quantity():
                values.append(_value_of_file(each, each.measurement))
    return Joined(runs=tuple(runs), panels=tuple(panels), values=tuple(values))


def _value_of_file(tied: _Tied, quantity: Quantity) -> Value:
    """The quantity with the number of its wells and its uncertainty, where an assay of several wells states them."""
    of = quantity.settings
    uncertainty = of.get(f"standard_uncertainty_{quantity.unit.replace('/', '_per_')}")
    wells, without = of.get("wells"), of.get("wells_without_number", 0)
    counted = len(wells.split(",")) - int(without) if isinstance(wells, str) and isinstance(without, int) else 1
    return Value(
        sample=tied.sample,
        role=tied.role,
        file=tied.file,
        quantity=quantity,
        uncertainty=uncertainty if isinstance(uncertainty, float) else None,
        replicates=max(counted, 1),
        of_assay=tied.of_assay,
    )


def _run(tied: _Tied, distribution: SizeDistribution) -> Run:
    entry = tied.entry
    beads = entry if entry is not None and entry.purpose == BEAD_CHECK else None
    stated = entry.dilution if entry is not None else None
    of_file = distribution.dilution.factor
    differs = stated is not None and of_file is not None and not same_dilution(of_file, stated)
    return Run(
        sample=tied.sample,
        role=tied.role,
        bead_nm=None if beads is None else beads.bead_nm,
        file=tied.file,
        distribution=with_dilution(distribution, stated),
        bead_uncertainty_nm=None if beads is None else beads.bead_uncertainty_nm,
        other_dilution=stated if differs else None,
    )


def _values_by_hand(record: BatchRecord, source: Source) -> list[Value]:
    return [_value(record, source, result, index) for index, result in enumerate(record.results)]


def _value(record: BatchRecord, source: Source, result: Result, index: int) -> Value:
    """A result in the canonical unit of its measurand; a bound such as ``<0.5`` becomes a state."""
    canonical = measurand(result.measurand).unit
    times = factor(result.unit, canonical)
    is_bound = isinstance(result.value, str)
    stated = number_of(result.value)
    assert stated is not None
    number = stated * times
    quantity = Quantity(
        measurand=result.measurand,
        value=None if is_bound else number,
        unit=canonical,
        state=_BOUNDS[str(result.value)[0]] if is_bound else State.MEASURED,
        sample=result.sample,
        bound=number if is_bound else None,
        method=result.method,
        settings={} if result.size_um is None else {"size_um": result.size_um},
        where=place_of(("results", index), source.name),
    )
    return Value(
        sample=result.sample,
        role=_role(record, result.sample),
        file=source,
        quantity=quantity,
        marker=_marker(result.marker),
        uncertainty=None if result.uncertainty is None else result.uncertainty * times,
        replicates=result.replicates,
    )


def _role(record: BatchRecord, name: str) -> Role | None:
    sample = record.sample(name)
    return sample.role if sample else None


def _marker(name: str | None) -> str | None:
    known = resolve(name) if name is not None else None
    return known.name if known else name


def called_by_hand(record: BatchRecord, source: Source) -> Iterator[tuple[int, MarkerResult]]:
    """The call of every marker entered by hand, with the index of its entry.

    Args:
        record: its ``markers``.
        source: the file of the record.
    """
    panels = _panels_by_hand(record, source)
    for entries, panel in zip(_by_panel(record).values(), panels, strict=True):
        yield from zip((index for index, _ in entries), panel.panel.markers, strict=True)


def _by_panel(record: BatchRecord) -> dict[tuple[str, str], list[tuple[int, MarkerEntry]]]:
    """Markers by sample and technique, in the order in which these first stand there."""
    grouped: dict[tuple[str, str], list[tuple[int, MarkerEntry]]] = {}
    for index, entry in enumerate(record.markers):
        grouped.setdefault((entry.sample, entry.technique), []).append((index, entry))
    return grouped


def _panels_by_hand(record: BatchRecord, source: Source) -> list[Panel]:
    """One panel for each sample and technique."""
    return [
        Panel(
            sample=sample,
            role=_role(record, sample),
            file=source,
            panel=replace(
                as_evidence(interpret(technique, sample, [_marker_input(entry) for _, entry in entries])),
                where=place_of(("markers", entries[0][0]), source.name),
            ),
        )
        for (sample, technique), entries in _by_panel(record).items()
    ]


def _marker_input(entry: MarkerEntry) -> MarkerInput:
    tested = entry.call != "not tested"
    return MarkerInput(
        as_written=entry.marker,
        signal=entry.signal,
        unit=None if entry.unit is None else unit(entry.unit),
        background=() if entry.control_signal is None else (entry.control_signal,),
        limit_of_detection=entry.limit_of_detection,
        stated_call=entry.call if tested else None,
        lysate_call=entry.lysate,
        tested=tested,
    )
