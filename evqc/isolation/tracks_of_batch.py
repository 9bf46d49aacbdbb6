"""The tracks of each sample of a batch, and the sizes behind them once the broadening of short tracks is taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from evqc.batch.remembered import remembered
from evqc.isolation.concentrations import is_usable
from evqc.measurement import SizeStatistics
from evqc.numerics.deconvolution import Deconvolution, DeconvolutionRefusedError, deconvolve
from evqc.numerics.deconvolution_band import with_band
from evqc.numerics.penalised_likelihood import NotConvergedError
from evqc.numerics.sizing import standard_statistics
from evqc.numerics.tracks import TrackCells, together

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.reading import CountedTracks, Reading

#: Of the bootstrap; more draws than a hundred move its ends by less than its own error, and take twice the time.
SEED, DRAWS = 1, 100
#: Independent steps per step that motion blur and localisation noise may leave. Source: METHODS A, sensitivity.
CAUTIOUS_SHARE = 0.85
_SUFFIX = re.compile(r"_(ParticleData|AllTracks)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracksOfSample:
    """The tracks of one sample, each list being of one video.

    Attributes:
        sample: name in the record, or as runs without a record are called.
        files: the lists.
        cells: every track, the videos told apart.
        raw: statistics of the apparent sizes, every track counted once, in nm.
        found: the sizes behind them, with their band; None where it was refused.
        cautious: the same with fewer independent steps, without a band.
        why_missing: why there is none.
    """

    sample: str
    files: tuple[str, ...]
    cells: TrackCells
    raw: SizeStatistics
    found: Deconvolution | None = None
    cautious: Deconvolution | None = None
    why_missing: str = ""


@remembered
def tracks_of_batch(batch: Batch) -> tuple[TracksOfSample, ...]:
    """The tracks of every sample that has lists of them, in the order of the runs; lists of invalid runs left out.

    Args:
        batch: with or without a record.
    """
    lists: dict[str, list[Reading]] = {}
    for reading in batch.readings:
        sample = _sample_of(batch, reading)
        if reading.tracks is not None and sample is not None:
            lists.setdefault(sample, []).append(reading)
    order = list(dict.fromkeys(run.sample for run in batch.runs))
    return tuple(_of_sample(name, lists[name]) for name in order if name in lists)


def _sample_of(batch: Batch, reading: Reading) -> str | None:
    """The sample of the run that a list is of: its own run, or the one of this name in the summary beside it."""
    name = _SUFFIX.sub("", PurePosixPath(reading.source.name).stem)
    for run in batch.runs:
        own = run.file.name == reading.source.name
        beside = run.file.name in reading.source.joined and re.split(r"[\\/]", run.distribution.run or "")[-1] == name
        if (own or beside) and is_usable(run.distribution):
            return run.sample
    return None


def cells_of(tracks: CountedTracks) -> TrackCells:
    """The cells of one video as the numerics take them."""
    counts = np.zeros((1, len(tracks.steps), len(tracks.edges_nm) - 1))
    counts[0, tracks.level.astype(np.int_), tracks.bin.astype(np.int_)] = tracks.count
    return TrackCells(steps=tracks.steps, edges_nm=tracks.edges_nm, videos=counts)


def _of_sample(sample: str, readings: list[Reading]) -> TracksOfSample:
    cells = together([cells_of(each.tracks) for each in readings if each.tracks is not None])
    files, edges = tuple(each.source.name for each in readings), cells.edges_nm
    raw = standard_statistics(edges[:-1], edges[1:], cells.counts.sum(axis=0))
    try:
        found = with_band(deconvolve(cells), cells, seed=SEED, draws=DRAWS)
        cautious = deconvolve(cells, CAUTIOUS_SHARE)
    except (DeconvolutionRefusedError, NotConvergedError) as error:
        return TracksOfSample(sample=sample, files=files, cells=cells, raw=raw, why_missing=str(error))
    return TracksOfSample(sample=sample, files=files, cells=cells, raw=raw, found=found, cautious=cautious)
