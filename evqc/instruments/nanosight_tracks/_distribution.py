"""Particles to the sizes of those that the software included, and to the numbers that tell two lists apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where
from evqc.measurement import (
    Bins,
    Dilution,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.sizing import standard_statistics
from evqc.numerics.tracks import count_tracks
from evqc.reading import CountedTracks, Summary
from evqc.records import array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evqc.instruments.nanosight_tracks._particles import Particles

RULE = "particles included beside the summary's valid tracks, and all particles beside its completed tracks"
#: The abscissa of the bins that the software itself prints, in nm.
_ABSCISSA_NM = 1000


def distribution(found: Particles) -> SizeDistribution:
    """The included particles by size in bins of 1 nm from 0; counts, since a list states no volume.

    Args:
        found: every particle of the list.
    """
    size = found.size[found.included]
    edges = np.arange(float(max(_ABSCISSA_NM, np.floor(size.max(initial=0.0)) + 1)) + 1)
    count = np.bincount(size.astype(np.int_), minlength=len(edges) - 1).astype(np.float64)
    none, total = SizeStatistics(), TotalConcentration(reported=None, recomputed=None, undiluted=None)
    return SizeDistribution(
        technique="NTA",
        sample=None,
        run=None,
        acquired_at=None,
        diameter_nm=Bins(lower=array(edges[:-1]), upper=array(edges[1:])),
        count=array(count),
        concentration_per_ml=None,
        dilution=Dilution(factor=None, source="not stated", already_applied=False),
        concentration_total_per_ml=total,
        statistics=Statistics(reported=none, vendor=none, standard=standard_statistics(edges[:-1], edges[1:], count)),
        agreement=agreement(RULE, ()),
        validity=_validity(found.included),
        where=Where(line=int(found.line[0])),
    )


def counted_tracks(found: Particles) -> CountedTracks | None:
    """The included tracks by length and size; None where there are none, or one of them is a single position.

    A single position has no motion and so no size of its own: such a list is of something else than tracks.
    """
    steps = found.length[found.included] - 1
    if not len(steps) or steps.min() < 1:
        return None
    cells = count_tracks(found.size[found.included], steps)
    level, place = np.nonzero(cells.counts)
    return CountedTracks(
        tracks=cells.tracks,
        steps=array(cells.steps),
        edges_nm=array(cells.edges_nm),
        level=array(level),
        bin=array(place),
        count=array(cells.counts[level, place]),
    )


def _validity(included: NDArray[np.bool_]) -> RunValidity:
    """A list says nothing of the run but which particles were tracked and which of them were used."""
    usable = bool(included.any())
    return RunValidity(
        valid=None if usable else False,
        reasons=() if usable else ("no particle is included in the distribution",),
        completed_tracks=len(included),
        valid_tracks=int(included.sum()),
    )


def summary(found: Particles) -> Summary:
    """What the list holds, by number: included ones, excluded ones, positions, and the included sizes in nm."""
    size = found.size[found.included]
    numbers = {
        "particles_included": float(found.included.sum()),
        "particles_excluded": float((~found.included).sum()),
        "positions": float(found.length.sum()),
    }
    sizes = {"mean_nm": float(size.mean()), "d50_nm": float(np.median(size))} if len(size) else {}
    sd = {"sd_nm": float(size.std(ddof=1))} if len(size) > 1 else {}
    return Summary(
        runs=1,
        groups=(),
        mixes_samples=False,
        average=numbers | sizes | sd,
        standard_error={},
        agreement=agreement(RULE, ()),
    )
