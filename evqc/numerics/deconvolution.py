"""The sizes behind finite tracks: takes out the broadening that a short Brownian track adds to every size.

A track of N steps gives its particle's size only within 1/√(N-2); a distribution of apparent sizes is the true one
blurred by that. What is taken out here is this blur, with the length of every track known; where lengths are not
known, or the instrument's software already corrected for them, nothing is done and the refusal says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import EvqcError
from evqc.measurement import SizeStatistics
from evqc.numerics.elementary import geometric_steps, log
from evqc.numerics.model_averaging import Model, ModelWeight, averaged, weighed
from evqc.numerics.peaks import peaks
from evqc.numerics.penalised_likelihood import Smoothed, second_differences
from evqc.numerics.sizing import standard_statistics
from evqc.numerics.tracks import TrackCells, blurring_kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Fewer tracks, or shorter ones, say too little to take anything out. Source: METHODS A, validity (judgement).
LEAST_TRACKS, LEAST_MEDIAN_STEPS = 200, 5
#: Tracks from which the shape, and from which two modes, may be spoken of. Source: METHODS A, validity (judgement).
TRACKS_FOR_SHAPE, TRACKS_FOR_MODES = 1000, 5000
#: Points of the grid of sizes.
POINTS = 120
#: Of the apparent sizes, the share beyond which the grid ends; and how far it reaches past them.
_TAIL, _BELOW, _ABOVE = 5e-4, 0.6, 1.1
_SMALLEST_NM, _LARGEST_NM = 10.0, 1500.0

FEW_TRACKS_FOR_SHAPE = "fewer_than_1000_tracks_shape_is_uncertain"
FEW_TRACKS_FOR_MODES = "fewer_than_5000_tracks_modes_are_not_claimed"
MODES_TOO_CLOSE = "modes_closer_than_the_resolution_of_the_tracks"
LENGTHS_ASSUMED = "track_lengths_assumed"


class DeconvolutionRefusedError(EvqcError):
    """What would be taken out is not known, or there is too little to take it out of; the message says which."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Band:
    """A bootstrap band: approximate, since what the smoothing itself changes is not in it.

    Attributes:
        level: two-sided.
        draws: how many refits it rests on.
        seed: of the random numbers.
        over: what was resampled, such as ``tracks within 3 videos``.
        density_lower, density_upper: per unit of log size, shape (k,).
        statistics_lower, statistics_upper: of each statistic.
    """

    level: float
    draws: int
    seed: int
    over: str
    density_lower: Floats
    density_upper: Floats
    statistics_lower: SizeStatistics
    statistics_upper: SizeStatistics


@dataclass(frozen=True, kw_only=True, eq=False)
class Deconvolution:
    """A distribution with the broadening of finite tracks taken out.

    Attributes:
        edges_nm: of the grid, shape (k + 1,).
        share: of the particles in the observed volume, shape (k,), summing to 1: the mean of the models, each particle
            weighted by the frames that it was seen in.
        share_of_tracks: the mean of the models itself, every track counted once, shape (k,).
        tracks, median_steps: what it rests on.
        models: that were averaged, the one of the greatest weight first.
        smoothing, effective_parameters: of the smooth one of them.
        effective_share: independent steps per step that were assumed.
        band: None until ``with_band`` of ``deconvolution_band`` makes one.
        flags: what a reader should know, as stable names.
    """

    edges_nm: Floats
    share: Floats
    share_of_tracks: Floats
    tracks: int
    median_steps: float
    models: tuple[ModelWeight, ...]
    smoothing: float
    effective_parameters: float
    effective_share: float = 1.0
    band: Band | None = None
    flags: tuple[str, ...] = ()
    method: str = (
        "gamma law of finite tracks; mean of a smooth curve (penalised maximum likelihood, smoothing by evidence) and "
        "of one to five log-normal populations, weighted by evidence"
    )
    assumptions: tuple[str, ...] = (
        "free diffusion in two dimensions with independent steps",
        "a track's length depends on its size only through the observed volume, which weighting by frames allows for",
        "a smooth curve, populations of one width and populations of widths of their own are as likely beforehand",
        "a population describes the curve and need not be a kind of particle",
    )

    @property
    def size_nm(self) -> Floats:
        """Geometric centres of the grid, shape (k,)."""
        found: Floats = np.sqrt(self.edges_nm[:-1] * self.edges_nm[1:])
        return found

    @property
    def density(self) -> Floats:
        """Share per unit of log size, shape (k,)."""
        return self.share / np.diff(log(self.edges_nm))

    @cached_property
    def statistics(self) -> SizeStatistics:
        """Mean, mode, SD and D-values by evqc's own rule at the edges of the grid, nm."""
        return standard_statistics(self.edges_nm[:-1], self.edges_nm[1:], self.share)

    @cached_property
    def modes_nm(self) -> tuple[float, ...]:
        """Where the density per nm has its peaks, nm; those that the number of tracks allows to be claimed."""
        found = peaks(self.share / np.diff(self.edges_nm))
        allowed = found if not {FEW_TRACKS_FOR_MODES, MODES_TOO_CLOSE} & {*self.flags} else found[:1]
        return tuple(float(self.size_nm[k]) for k in sorted(allowed))

    def to_pandas(self) -> pd.DataFrame:
        """One row a size: edges in nm, share, share of tracks and, where there is one, the band of the density."""
        import pandas as pd  # noqa: PLC0415  pandas loads when a table is asked for

        columns = {
            "lower_nm": self.edges_nm[:-1],
            "upper_nm": self.edges_nm[1:],
            "share": self.share,
            "share_of_tracks": self.share_of_tracks,
            "density_per_log_size": self.density,
        }
        if self.band is not None:
            columns |= {"density_lower": self.band.density_lower, "density_upper": self.band.density_upper}
        return pd.DataFrame(columns)


def deconvolve(cells: TrackCells, effective_share: float = 1.0) -> Deconvolution:
    """The sizes behind tracks whose lengths are known.

    Args:
        cells: of ``tracks.count_tracks``, of the tracks that the software included.
        effective_share: independent steps per step; 0.85 as a sensitivity to motion blur and localisation noise.

    Raises:
        DeconvolutionRefusedError: fewer than 200 tracks, or a median of fewer than five steps.

    Source:
        METHODS A (a): gamma kernel on (length, size) cells, penalised likelihood by damped Newton, frames afterwards;
        averaged with log-normal populations (``model_averaging``).
    """
    _refuse_too_little(cells.tracks, cells.median_steps)
    model = model_of(cells, effective_share)
    return _fitted(model, cells.counts.ravel(), cells.tracks, cells.median_steps, effective_share)


def model_of(cells: TrackCells, effective_share: float = 1.0) -> Model:
    """Grid, kernel and penalty for these tracks; the grid spans what they can come from."""
    edges = _grid(cells.edges_nm, cells.counts.sum(axis=0))
    sizes = np.sqrt(edges[:-1] * edges[1:])
    kernel = blurring_kernel(cells.steps, cells.edges_nm, sizes, effective_share).reshape(-1, POINTS)
    frames = np.repeat(cells.steps + 1, len(cells.edges_nm) - 1)[:, np.newaxis]
    return Model(edges_nm=edges, kernel=kernel, frames=frames, penalty=_penalty(edges))


def deconvolve_bins(
    edges_nm: Floats,
    counts: Floats,
    law: tuple[Floats, Floats],
    *,
    corrected: bool | None,
    effective_share: float = 1.0,
) -> Deconvolution:
    """The sizes behind a histogram of tracks, when the law of their lengths is known.

    Args:
        edges_nm: of the bins, shape (b + 1,), ascending and above zero but for the first.
        counts: of tracks in the bins, shape (b,); concentrations are no counts.
        law: numbers of steps, shape (l,), and the share of tracks that have each, shape (l,).
        corrected: whether the software already took the broadening out (FTLA); None when that is not known.
        effective_share: as of ``deconvolve``.

    Raises:
        DeconvolutionRefusedError: already corrected, or not known whether; too few or too short tracks.
        ValueError: shapes differ or a number is not of its range.

    Source:
        METHODS A (b). The wrong length is worse than none: set to the minimum it doubled the error of the raw sizes.
    """
    if corrected is None:
        raise DeconvolutionRefusedError(
            "it is not known whether the software already corrected for the lengths of tracks (FTLA); "
            "a second correction would narrow the distribution further than it is"
        )
    if corrected:
        raise DeconvolutionRefusedError("the software already corrected for the lengths of tracks (FTLA)")
    steps, shares = law
    if steps.shape != shares.shape or not (shares >= 0).all() or not shares.sum() > 0:
        raise ValueError("a law of lengths has a share for each length, none negative")
    if edges_nm.shape != (len(counts) + 1,) or not ((counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError("bins have one edge more than counts, and counts are whole numbers from 0")
    shares = shares / shares.sum()
    median = float(steps[np.searchsorted(np.cumsum(shares), 0.5)])
    _refuse_too_little(int(counts.sum()), median)
    edges = _grid(edges_nm, counts)
    sizes = np.sqrt(edges[:-1] * edges[1:])
    by_length = blurring_kernel(steps, edges_nm, sizes, effective_share) * shares[:, np.newaxis, np.newaxis]
    kernel = by_length.sum(axis=0)
    frames = ((steps + 1)[:, np.newaxis, np.newaxis] * by_length).sum(axis=0) / np.maximum(kernel, np.finfo(float).tiny)
    model = Model(edges_nm=edges, kernel=kernel, frames=frames, penalty=_penalty(edges))
    return _fitted(model, counts.astype(np.float64), int(counts.sum()), median, effective_share)


def deconvolve_bins_of_length(
    edges_nm: Floats, counts: Floats, steps: float, *, corrected: bool | None
) -> tuple[Deconvolution, Deconvolution, Deconvolution]:
    """The same for a length that a person states: with two thirds of it, with it, and with half as much again.

    The three are the answer: how far they lie apart is what not knowing the lengths costs.

    Raises:
        DeconvolutionRefusedError: as of ``deconvolve_bins``.
    """
    several = tuple(
        deconvolve_bins(edges_nm, counts, (np.array([each]), np.array([1.0])), corrected=corrected)
        for each in (steps / 1.5, steps, steps * 1.5)
    )
    low, middle, high = (replace(each, flags=(*each.flags, LENGTHS_ASSUMED)) for each in several)
    return low, middle, high


def _refuse_too_little(tracks: int, median_steps: float) -> None:
    if tracks < LEAST_TRACKS:
        raise DeconvolutionRefusedError(f"{tracks} tracks are too few: at least {LEAST_TRACKS} are needed")
    if median_steps < LEAST_MEDIAN_STEPS:
        raise DeconvolutionRefusedError(
            f"half of the tracks have {median_steps:g} steps or fewer: at least {LEAST_MEDIAN_STEPS} are needed"
        )


def _grid(edges_nm: Floats, counts: Floats) -> Floats:
    """Edges of the grid of sizes, shape (POINTS + 1,): from below the smallest to above the largest apparent size."""
    cumulated = np.cumsum(counts) / counts.sum()
    low = float(edges_nm[np.searchsorted(cumulated, _TAIL)])
    high = float(edges_nm[np.searchsorted(cumulated, 1 - _TAIL) + 1])
    return geometric_steps(max(_SMALLEST_NM, low * _BELOW), min(_LARGEST_NM, high * _ABOVE), POINTS + 1)


def _penalty(edges_nm: Floats) -> Floats:
    return second_differences(POINTS, math.log(edges_nm[1] / edges_nm[0]))


def _fitted(model: Model, counts: Floats, tracks: int, median_steps: float, effective_share: float) -> Deconvolution:
    held = counts > 0
    model, counts = model.of_cells(held), counts[held]
    models = weighed(model, counts)
    share = averaged(model, counts, models)
    (smooth,) = (each.fit for each in models if isinstance(each.fit, Smoothed))
    return Deconvolution(
        edges_nm=model.edges_nm,
        share=share,
        share_of_tracks=np.sum([each.weight * each.fit.shares for each in models], axis=0),
        tracks=tracks,
        median_steps=median_steps,
        models=models,
        smoothing=smooth.smoothing,
        effective_parameters=smooth.effective_parameters,
        effective_share=effective_share,
        flags=tuple(_flags(model.edges_nm, share, tracks, median_steps)),
    )


def _flags(edges_nm: Floats, share: Floats, tracks: int, median_steps: float) -> Sequence[str]:
    flags = []
    if tracks < TRACKS_FOR_SHAPE:
        flags.append(FEW_TRACKS_FOR_SHAPE)
    if tracks < TRACKS_FOR_MODES:
        flags.append(FEW_TRACKS_FOR_MODES)
    places = np.sort(np.array(peaks(share / np.diff(edges_nm))))
    apart = np.diff(log(edges_nm[places]))
    if (apart < 2 / np.sqrt(median_steps)).any():
        flags.append(MODES_TOO_CLOSE)
    return flags
