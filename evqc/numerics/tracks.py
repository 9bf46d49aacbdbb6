"""Particle tracks as an instrument lists them: apparent sizes and lengths, counted in cells, and what blurs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import geometric_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Where the levels of length begin: up to 10 steps each is a level, longer ones share it with those 10 % longer. The
#: same for all tracks, so that cells of several videos add up.
LEVEL_STARTS = np.unique(np.round(np.geomspace(1, 1e6, 146)))
#: Bins of the apparent size, and the sizes between which they lie, in nm; the outer bins take what lies beyond.
BINS, SMALLEST_NM, LARGEST_NM = 200, 8.0, 2500.0


@dataclass(frozen=True, kw_only=True, eq=False)
class TrackCells:
    """Tracks counted by length and apparent size: what a fit needs of a million tracks fits into some thousand cells.

    Attributes:
        steps: independent steps of each level, shape (l,), ascending; of a level of several lengths their mean.
        edges_nm: of the bins of apparent size, shape (b + 1,).
        counts: tracks in each cell, shape (l, b); of several videos their sum.
        videos: the same for each video, shape (v, l, b); v = 1 when the videos are not told apart.
    """

    steps: Floats
    edges_nm: Floats
    videos: Floats

    @property
    def counts(self) -> Floats:
        """Tracks in each cell over all videos, shape (l, b)."""
        found: Floats = self.videos.sum(axis=0)
        return found

    @property
    def tracks(self) -> int:
        """How many tracks were counted."""
        return int(self.videos.sum())

    @property
    def median_steps(self) -> float:
        """The median number of steps of a track."""
        cumulated = np.cumsum(self.counts.sum(axis=1))
        return float(self.steps[np.searchsorted(cumulated, cumulated[-1] / 2)])


def count_tracks(apparent_nm: Floats, steps: Floats, video: NDArray[np.int_] | None = None) -> TrackCells:
    """Tracks counted in cells of length and apparent size.

    Args:
        apparent_nm: size by the diffusion of each track, shape (n,), above zero.
        steps: independent steps of each track (positions less one), shape (n,), whole numbers from 1.
        video: index of the video of each track, shape (n,), from 0; one video when absent.

    Raises:
        ValueError: shapes differ, there is no track, or a number is not of its range.
    """
    _check_tracks(apparent_nm, steps)
    level, means = _levels(steps.astype(np.int_))
    edges = geometric_steps(SMALLEST_NM, LARGEST_NM, BINS + 1)
    place = np.clip(np.searchsorted(edges, apparent_nm, side="right") - 1, 0, BINS - 1)
    film = np.zeros(len(steps), dtype=np.int_) if video is None else video
    films = int(film.max()) + 1
    cell = (film * len(means) + level) * BINS + place
    counts = np.bincount(cell, minlength=films * len(means) * BINS).astype(np.float64)
    return TrackCells(steps=means, edges_nm=edges, videos=counts.reshape(films, len(means), BINS))


def _check_tracks(apparent_nm: Floats, steps: Floats) -> None:
    if apparent_nm.shape != steps.shape or apparent_nm.ndim != 1 or apparent_nm.size == 0:
        raise ValueError("tracks have one apparent size and one number of steps each, and there is at least one")
    if not (np.isfinite(apparent_nm) & (apparent_nm > 0)).all():
        raise ValueError("an apparent size is finite and above zero")
    if not ((steps >= 1) & (steps == np.floor(steps))).all():
        raise ValueError("a track has a whole number of steps, at least one")


def _levels(steps: NDArray[np.int_]) -> tuple[NDArray[np.int_], Floats]:
    """The level of each track, shape (n,), and the mean number of steps of each level, shape (l,)."""
    raw = np.searchsorted(LEVEL_STARTS, steps, side="right") - 1
    number, total = np.bincount(raw), np.bincount(raw, weights=steps)
    held = number > 0
    return (np.cumsum(held) - 1)[raw], total[held] / number[held]


def together(videos: Sequence[TrackCells]) -> TrackCells:
    """The cells of several videos, which stay told apart.

    Args:
        videos: of ``count_tracks``, each of one video or more.

    Raises:
        ValueError: there is none, or their bins differ.
    """
    if not videos or any(not np.array_equal(each.edges_nm, videos[0].edges_nm) for each in videos):
        raise ValueError("cells of at least one video, all of the same bins, go together")
    levels = [np.searchsorted(LEVEL_STARTS, each.steps, side="right") - 1 for each in videos]
    held = np.unique(np.concatenate(levels))
    number, total, films = np.zeros(len(held)), np.zeros(len(held)), []
    for each, own in zip(videos, levels, strict=True):
        place, tracks = np.searchsorted(held, own), each.counts.sum(axis=1)
        number[place] += tracks
        total[place] += tracks * each.steps
        film = np.zeros((len(each.videos), len(held), len(each.edges_nm) - 1))
        film[:, place] = each.videos
        films.append(film)
    return TrackCells(steps=total / number, edges_nm=videos[0].edges_nm, videos=np.concatenate(films))


def blurring_kernel(steps: Floats, edges_nm: Floats, sizes_nm: Floats, effective_share: float = 1.0) -> Floats:
    """Probability that a particle of a size, tracked over so many steps, appears in each bin, shape (l, b, k).

    The estimated diffusion coefficient of N independent steps is gamma distributed, and the apparent size d N / G with
    G of shape N: exact at the edges of the bins, the outer bins taking everything beyond.

    Args:
        steps: shape (l,), at least 1.
        edges_nm: of the bins, shape (b + 1,), ascending; the outermost two are not looked at.
        sizes_nm: true sizes, shape (k,), above zero.
        effective_share: independent steps per step; motion blur and localisation noise make it less than 1, down to
            about 0.67.

    Raises:
        ValueError: a number is not of its range.

    Source:
        METHODS A, finite track (A02); blur and noise (A03).
    """
    from scipy.special import gammaincc  # noqa: PLC0415  loads when something is fitted

    if not (steps >= 1).all() or not (sizes_nm > 0).all() or not 0 < effective_share <= 1:
        raise ValueError("steps are at least 1, sizes above zero, and the effective share between 0 and 1")
    shape = (effective_share * steps)[:, np.newaxis, np.newaxis]
    below = gammaincc(shape, shape * sizes_nm / edges_nm[1:-1, np.newaxis])
    found: Floats = np.diff(below, axis=1, prepend=0.0, append=1.0)
    return found
