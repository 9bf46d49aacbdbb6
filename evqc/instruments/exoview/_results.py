"""Particles on spots to measurements: diameters by capture, counts, classes of colocalisation, and the panel."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where
from evqc.instruments.exoview._layout import INTERFEROMETRY
from evqc.instruments.exoview._particles import WINDOW_NM
from evqc.markers.panel import MarkerInput, interpret
from evqc.markers.vocabulary import resolve
from evqc.measurement import (
    Agreement,
    Bins,
    Control,
    Dilution,
    MarkerPanel,
    Quantity,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    State,
    Statistics,
    TotalConcentration,
)
from evqc.numerics.sizing import standard_statistics
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments.exoview._particles import Spots
    from evqc.measurement import Scalar

TECHNIQUE = "SP-IRIS"
_RULE = "the file prints no statistic; evqc's are of bins 1 nm wide"


def cutoffs(read: Sequence[Spots]) -> dict[str, float]:
    """The smallest signal above zero of each fluorescence channel over all spots: at or above the cut-off applied.

    The file does not state the cut-offs, and a count without its cut-off means nothing; these bound them from above.
    """
    channels = [channel for channel in read[0].signals if channel != INTERFEROMETRY]
    whole = {c: np.concatenate([s.signals[c] for s in read]) for c in channels}
    return {c: float(values[values > 0].min()) for c, values in whole.items() if (values > 0).any()}


def _cutoff_settings(read: Sequence[Spots]) -> dict[str, Scalar]:
    return {f"lowest_{channel}_signal_au": value for channel, value in cutoffs(read).items()}


def sizes(read: Sequence[Spots], sample: str | None) -> list[SizeDistribution]:
    """Interferometric diameters on each capture antibody, all its spots together, isotype spots left out.

    Args:
        read: the spots of every capture antibody.
        sample: as the file states it.

    Returns:
        One distribution a capture antibody, in bins of 1 nm over the instrument's window; counts, no concentration.
    """
    settings = _cutoff_settings(read)
    return [_size(spots, sample, settings) for spots in read if not spots.is_isotype]


def _size(spots: Spots, sample: str | None, settings: dict[str, Scalar]) -> SizeDistribution:
    all_of = spots.signals[INTERFEROMETRY]
    diameters = all_of[all_of > 0]
    low, high = diameters.min(initial=WINDOW_NM[0]), diameters.max(initial=WINDOW_NM[1])
    edges = np.arange(np.floor(low), np.ceil(high) + 1)
    count = np.histogram(diameters, edges)[0].astype(np.float64)
    none = SizeStatistics()
    return SizeDistribution(
        technique=TECHNIQUE,
        sample=sample,
        run=f"captured by {spots.capture}",
        acquired_at=None,
        diameter_nm=Bins(lower=array(edges[:-1]), upper=array(edges[1:])),
        count=array(count),
        concentration_per_ml=None,
        dilution=Dilution(factor=None, source="not stated", already_applied=False),
        concentration_total_per_ml=TotalConcentration(reported=None, recomputed=None, undiluted=None),
        statistics=Statistics(reported=none, vendor=none, standard=standard_statistics(edges[:-1], edges[1:], count)),
        agreement=Agreement(within_rounding=None, largest_difference_nm=None, rule=_RULE),
        validity=RunValidity(valid=None),
        settings={
            "capture": spots.capture,
            "spots": len(spots.names),
            "particles": len(all_of),
            "particles_with_a_diameter": len(diameters),
            **settings,
        },
        where=Where(line=spots.first_line, column=spots.capture),
    )


def panel(read: Sequence[Spots], sample: str | None, line: int) -> MarkerPanel:
    """The capture antibodies called by the isotype spots: mean particles on a spot against those on MIgG spots.

    Args:
        read: the spots of every capture antibody.
        sample: as the file states it.
        line: where the antibodies are named.

    Source:
        Each isotype spot is a replicate of the control, see ``markers/limits.py``; the net count is the mean of the
        capture spots less the mean of the isotype spots.
    """
    controls = [
        Control(name=f"{s.capture} {name}", kind="isotype", signal=float(count), unit="1")
        for s in read
        if s.is_isotype
        for name, count in zip(s.names, s.count, strict=True)
    ]
    captures = [s for s in read if not s.is_isotype]
    rows = [MarkerInput(as_written=s.capture, signal=s.mean, unit="1") for s in captures]
    called = interpret(f"{TECHNIQUE}, particles on a capture spot", sample, rows, controls)
    markers = (
        replace(marker, why=f"{marker.why}{_net(spots, marker.background)}")
        for marker, spots in zip(called.markers, captures, strict=True)
    )
    return replace(called, markers=tuple(markers), where=Where(line=line))


def _net(spots: Spots, background: float | None) -> str:
    net = "" if background is None else f", net of the isotype spots {spots.mean - background:.1f}"
    return f"; mean of {len(spots.names)} spots {spots.mean:.1f}{net}"


def counts(read: Sequence[Spots], sample: str | None) -> list[Quantity]:
    """Particles on each spot, in the order of the file."""
    return [
        _count(count, sample, spots, replicate=name, spot=name)
        for spots in read
        for name, count in zip(spots.names, spots.count, strict=True)
    ]


def classes(read: Sequence[Spots], sample: str | None) -> list[Quantity]:
    """Particles on each capture antibody by the channels that detected them, every combination, those of none as 0."""
    return [
        _count(count, sample, spots, detected_by=detected) for spots in read for detected, count in _combinations(spots)
    ]


def _combinations(spots: Spots) -> Iterator[tuple[str, int]]:
    """Every combination of channels, fewest first, with the particles that these and no other channels detected."""
    channels = list(spots.signals)
    bits = sum((spots.signals[c] > 0).astype(np.intp) << i for i, c in enumerate(channels))
    found = np.bincount(np.asarray(bits), minlength=2 ** len(channels))
    for size in range(1, len(channels) + 1):
        for chosen in itertools.combinations(range(len(channels)), size):
            yield " + ".join(channels[i] for i in chosen), int(found[sum(1 << i for i in chosen)])


def shares(read: Sequence[Spots], sample: str | None) -> list[Quantity]:
    """Share of each capture's particles that a channel detected, for channels that are named after a marker."""
    lowest = cutoffs(read)
    return [
        Quantity(
            measurand="marker_positive_particles",
            value=float(np.mean(spots.signals[channel] > 0)) * 100,
            unit="%",
            state=State.MEASURED,
            sample=sample,
            method=TECHNIQUE,
            settings={"capture": spots.capture, "channel": channel, "lowest_signal_au": lowest.get(channel)},
            where=Where(line=spots.first_line, column=f"{spots.capture} / {channel}"),
        )
        for spots in read
        if len(spots.signals[INTERFEROMETRY])
        for channel in spots.signals
        if is_marker(channel)
    ]


def is_marker(channel: str) -> bool:
    """Whether a channel is named after a marker, not after its dye."""
    return channel != INTERFEROMETRY and resolve(channel) is not None


def _count(count: int, sample: str | None, spots: Spots, *, replicate: str | None = None, **settings: str) -> Quantity:
    return Quantity(
        measurand="event_count",
        value=float(count),
        unit="1",
        state=State.MEASURED,
        sample=sample,
        replicate=replicate,
        method=TECHNIQUE,
        settings={"capture": spots.capture, **settings},
        where=Where(line=spots.first_line, column=spots.capture),
    )
