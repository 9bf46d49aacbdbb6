"""What flow cytometers measured of a batch: one acquisition of one sample with its gates, rate and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from evqc.batch.assignment import label, path_of, same_name
from evqc.batch.vocabulary import Role
from evqc.errors import Where
from evqc.markers.vocabulary import resolve
from evqc.measurement import Scalar, State
from evqc.reading import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.assembled import Batch, Run, Value

#: Particles one by one in the laser, or vesicles captured on beads of which a bead is the event.
Assay = Literal["single vesicles", "vesicles on beads"]
SINGLE: Assay = "single vesicles"
BEADS: Assay = "vesicles on beads"
#: The gate of an acquisition that nobody gated.
ALL_EVENTS = "all events"
NANO_FLOW = "nFCM"
#: How the readers of files that hold single events are called.
_EVENT_FILES = "fcs"
_FLOW = re.compile(r"cytometr|\bn?fcm\b|facs|macsplex", re.IGNORECASE)
_ON_BEADS = re.compile(r"bead|macsplex", re.IGNORECASE)
_MEASURANDS = frozenset(
    {"event_count", "event_concentration", "event_share", "marker_signal", "marker_positive_particles"}
)
_POSITIVE = re.compile(r"[\s_]*(\+|pos(itive)?)$", re.IGNORECASE)
#: Shorter acquisitions are not timed: files state begin and end in whole seconds, which is 3 % of this.
_SHORTEST_S = 30.0
_NL_PER_ML = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """One measurement of one sample by a flow cytometer.

    Attributes:
        sample, role: as the record has them.
        file, where: its place.
        assay: what an event is.
        by_hand: the numbers stand in the record, of the undiluted sample; they compare with no file.
        dilution: as the record or the file states it; None when neither does.
        events: by gate.
        per_ml: events per millilitre of the suspension as measured, by gate.
        medians: by channel, of all events or of a gate.
        saturated: by channel, per cent of the events at the top of its range.
        volume_ml, seconds: of the acquisition, where the file states them.
        not_counted: events that the cytometer aborted or lost; None where the file does not say.
        settings: what else the file states of the acquisition.
    """

    sample: str
    role: Role | None
    file: Source
    where: Where
    assay: Assay
    by_hand: bool = False
    dilution: float | None
    events: Mapping[str, float] = field(default_factory=dict)
    per_ml: Mapping[str, float] = field(default_factory=dict)
    medians: Mapping[str, float] = field(default_factory=dict)
    saturated: Mapping[str, float] = field(default_factory=dict)
    volume_ml: float | None = None
    seconds: float | None = None
    not_counted: float | None = None
    settings: Mapping[str, Scalar] = field(default_factory=dict)

    def amounts(self) -> tuple[tuple[str, Mapping[str, float]], ...]:
        """Events by gate in units that compare between acquisitions, each with its name: per mL, then per second."""
        volume, seconds = self.volume_ml, self.seconds
        by_volume = {gate: n / volume for gate, n in self.events.items()} if volume else {}
        by_time = {gate: n / seconds for gate, n in self.events.items()} if seconds else {}
        return ("events per mL", {**by_volume, **self.per_ml}), ("events per second", by_time)


def is_flow(text: str | None) -> bool:
    """Whether a method or technique, as written, is flow cytometry."""
    return text is not None and _FLOW.search(text) is not None


def assay_of(text: str) -> Assay:
    """What an event is by the name of a technique: ``bead-based flow cytometry`` counts beads."""
    return BEADS if _ON_BEADS.search(text) else SINGLE


def acquisitions(batch: Batch) -> tuple[Acquisition, ...]:
    """Every acquisition of a batch, those of nano-flow cytometers last.

    Args:
        batch: with a record, since roles and dilutions stand there; without one there are none.
    """
    if batch.record is None:
        return ()
    grouped: dict[tuple[str, str, str], list[Value]] = {}
    for value in batch.values:
        if value.of_assay is None and _is_of_flow(value):
            grouped.setdefault((value.file.name, value.sample, _acquisition(value)), []).append(value)
    panels = [p for p in batch.panels if is_flow(p.panel.technique)]
    on_beads = {p.file.name for p in panels if assay_of(p.panel.technique) == BEADS}
    made = [_made(batch, values, on_beads) for values in grouped.values()]
    nano = (run for run in batch.runs if run.distribution.technique == NANO_FLOW and run.bead_nm is None)
    events = {r.source.name for r in batch.readings if (r.instrument or "").startswith(_EVENT_FILES)}
    return (*_once(made, events), *map(_of_run, nano))


def marker_gates(gates: Iterable[str]) -> tuple[str, ...]:
    """The gates that hold the events positive for one marker: the last part of the path is its name."""
    return tuple(gate for gate in gates if resolve(_POSITIVE.sub("", gate.rpartition("/")[2])) is not None)


def widest(gates: Sequence[str]) -> str:
    """The gate that holds the others: the one with the shortest path."""
    return min(gates, key=lambda gate: (gate != ALL_EVENTS, gate.count("/")))


def _is_of_flow(value: Value) -> bool:
    of = value.quantity
    return of.measurand in _MEASURANDS and is_flow(of.method)


def _acquisition(value: Value) -> str:
    """What tells the acquisitions of one file apart: its sample with run and well, or the file analysed."""
    of = value.quantity
    if of.replicate is not None:
        return f"{of.sample} {of.replicate} {of.settings.get('well')} {of.settings.get('sheet')}"
    analysed = (of.where.field or "").partition(": ")[0] if "population" in of.settings else ""
    return f"{of.sample} {analysed}"


def _made(batch: Batch, values: Sequence[Value], on_beads: set[str]) -> Acquisition:
    first = values[0]
    told: dict[str, Scalar] = {}
    for value in reversed(values):
        told |= value.quantity.settings
    beads = first.file.name in on_beads or any(assay_of(v.quantity.method or "") is BEADS for v in values)
    volume = told.get("volume_nL")
    return Acquisition(
        sample=first.sample,
        role=first.role,
        file=first.file,
        where=first.quantity.where,
        assay=BEADS if beads else SINGLE,
        by_hand=first.file == batch.record_source,
        dilution=_dilution(batch, first),
        events=_by_gate(values, "event_count"),
        per_ml=_by_gate(values, "event_concentration"),
        medians=_medians(values),
        saturated=_saturated(values),
        volume_ml=volume / _NL_PER_ML if isinstance(volume, int | float) else None,
        seconds=_seconds(first.quantity.acquired_at, told.get("ended_at")),
        not_counted=_not_counted(told),
        settings=told,
    )


def _by_gate(values: Iterable[Value], measurand: str) -> dict[str, float]:
    of = [v.quantity for v in values if v.quantity.measurand == measurand and v.quantity.state is State.MEASURED]
    return {_gate(q.settings): q.value for q in of if q.value is not None}


def _gate(settings: Mapping[str, Scalar]) -> str:
    named = str(settings.get("gate") or settings.get("population") or ALL_EVENTS)
    return ALL_EVENTS if named == "none" else named


def _medians(values: Iterable[Value]) -> dict[str, float]:
    """Medians of stained channels, and of the channels of a gate."""
    found = {}
    for of in (v.quantity for v in values if v.quantity.measurand == "marker_signal"):
        gate, stain = _gate(of.settings), of.settings.get("stain")
        is_median = "median" in str(of.settings.get("statistic", "median")).lower()
        if of.value is not None and is_median and (stain or gate != ALL_EVENTS):
            found[f"{stain or of.settings.get('channel')} of {gate}"] = of.value
    return found


def _saturated(values: Iterable[Value]) -> dict[str, float]:
    found = ((v.quantity.settings.get("channel"), v.quantity.settings.get("at_top_of_range_percent")) for v in values)
    return {str(channel): share for channel, share in found if isinstance(share, float)}


def _not_counted(told: Mapping[str, Scalar]) -> float | None:
    counted = [n for key in ("events_aborted", "events_lost") if isinstance(n := told.get(key), int | float)]
    return float(sum(counted)) if counted else None


def _seconds(begun: str | None, ended: Scalar) -> float | None:
    """Length of an acquisition from its begin and the time of its end, which may lie behind midnight."""
    try:
        first, last = (time.fromisoformat(text) for text in ((begun or "").partition("T")[2][:8], str(ended)[:8]))
    except ValueError:
        return None
    length = float((_of_day(last) - _of_day(first)) % 86400)
    return length if length >= _SHORTEST_S else None


def _of_day(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _dilution(batch: Batch, value: Value) -> float | None:
    """The dilution that the record states for the sample in this file; None when it states none or several."""
    assert batch.record is not None
    entries = [e for e in batch.record.files if path_of(e) == value.file.name and e.sample == value.sample]
    named = [e for e in entries if same_name(e.runs, label(value.quantity))]
    factors = {entry.dilution for entry in named or entries}
    return factors.pop() if len(factors) == 1 else None


def _once(made: Sequence[Acquisition], events: set[str]) -> list[Acquisition]:
    """Acquisitions without the cytometer's own files that a workspace beside them analyses.

    The same events are no second measurement. The analysis takes volume, time, medians and a total that it does not
    state itself from the file.

    Args:
        made: acquisitions of files.
        events: names of the files that hold events.
    """
    raw = {(PurePosixPath(a.file.name).name, a.sample): a for a in made if a.file.name in events}
    analysed = {
        id(a): own
        for a in made
        if a.file.name not in events and (own := raw.get((str(a.settings.get("file")), a.sample))) is not None
    }
    left_out = {id(own) for own in analysed.values()}
    return [_analysis(a, analysed[id(a)]) if id(a) in analysed else a for a in made if id(a) not in left_out]


def _analysis(of: Acquisition, own: Acquisition) -> Acquisition:
    return replace(
        of,
        dilution=own.dilution if of.dilution is None else of.dilution,
        events={**own.events, **of.events},
        medians={**own.medians, **of.medians},
        saturated=own.saturated,
        volume_ml=own.volume_ml,
        seconds=own.seconds,
        not_counted=own.not_counted,
        settings={**own.settings, **of.settings},
    )


def _of_run(run: Run) -> Acquisition:
    """A run of a nano-flow cytometer: all its particles, of the suspension as measured."""
    of = run.distribution
    total = of.concentration_total_per_ml
    concentration = total.recomputed if total.reported is None else total.reported
    seconds = of.settings.get("duration_s")
    return Acquisition(
        sample=run.sample,
        role=run.role,
        file=run.file,
        where=of.where,
        assay=SINGLE,
        dilution=of.dilution.factor,
        events={} if of.count is None else {ALL_EVENTS: float(of.count.sum())},
        per_ml={} if concentration is None else {ALL_EVENTS: concentration},
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        settings={"cytometer": "NanoFCM", **of.settings},
    )
