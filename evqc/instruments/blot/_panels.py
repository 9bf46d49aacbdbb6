"""Bands with their markers to panels, one a sample: signal, background of the marker, lysate and loading control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.markers.panel import MarkerInput, interpret
from evqc.markers.vocabulary import resolve
from evqc.measurement import Control, MarkerPanel, Quantity, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments.blot.mapping import Band, LaneMap

Mapped = list[tuple["Band", Quantity]]
_OUTSIDE: dict[State, Literal["below range", "above range"]] = {
    State.BELOW_RANGE: "below range",
    State.ABOVE_RANGE: "above range",
}


def mapped_bands(lanes: LaneMap, signals: Sequence[Quantity], source: str) -> Mapped:
    """Each band of the map with the signal of the file that it means.

    Args:
        lanes: the map.
        signals: of the file.
        source: name of the file.

    Raises:
        InputError: ``BAND_MISSING`` when no signal of the file is at that place, ``BAND_AMBIGUOUS`` when several are
            or two bands of the map are at one place.
    """
    found: Mapped = []
    for band in lanes.band:
        here = [q for q in signals if all(str(q.settings.get(key)) == str(at) for key, at in band.at.items())]
        where = Where(field=", ".join(f"{key} {at}" for key, at in band.at.items()))
        if not here:
            raise refusal(source, "BAND_MISSING", where, "no such band", f"the band of {band.marker} in the lane map")
        if len(here) > 1 or any(q is here[0] for _, q in found):
            some = f"{len(here)} bands" if len(here) > 1 else "a band that the map names twice"
            raise refusal(source, "BAND_AMBIGUOUS", where, some, f"one band of {band.marker}")
        found.append((band, here[0]))
    return found


def without_marker(signals: Sequence[Quantity], found: Mapped) -> tuple[Issue, ...]:
    """A warning when the file holds bands that the map does not name."""
    count = len(signals) - len(found)
    if not count:
        return ()
    expected = "a lane map that names every band; these are called nothing"
    return (problem("warning", "BANDS_NOT_MAPPED", Where(), f"{count} of {len(signals)} bands", expected),)


def panels(lanes: LaneMap, found: Mapped) -> tuple[MarkerPanel, ...]:
    """One panel a sample, in the order in which the map names them."""
    samples = dict.fromkeys(band.sample for band, _ in found if band.role == "sample")
    return tuple(_panel(lanes, found, sample) for sample in samples)


def _panel(lanes: LaneMap, found: Mapped, sample: str | None) -> MarkerPanel:
    rows = [_input(band, q, found) for band, q in found if (band.role, band.sample) == ("sample", sample)]
    shared = [_control(band, q) for band, q in found if band.role in {"blank", "isotype"}]
    loading = [_control(band, q) for band, q in found if (band.role, band.sample) == ("loading", sample)]
    return interpret(lanes.blot.technique, sample, rows, (*shared, *loading))


def _canonical(name: str) -> str:
    marker = resolve(name)
    return marker.name if marker else name


def _input(band: Band, signal: Quantity, found: Mapped) -> MarkerInput:
    lysates = [q.value for b, q in found if b.role == "lysate" and _canonical(b.marker) == _canonical(band.marker)]
    return MarkerInput(
        as_written=band.marker,
        signal=signal.value,
        outside=_OUTSIDE.get(signal.state),
        bound=signal.bound,
        unit=signal.unit,
        lysate_signal=next((value for value in lysates if value is not None), None),
    )


def _control(band: Band, signal: Quantity) -> Control:
    kinds: dict[str, Literal["blank", "isotype", "loading"]]
    kinds = {"blank": "blank", "isotype": "isotype", "loading": "loading"}
    name = ", ".join(f"{key} {at}" for key, at in band.at.items())
    kind, marker = kinds[band.role], _canonical(band.marker)
    return Control(name=name, kind=kind, marker=marker, signal=signal.value, unit=signal.unit)
