"""Lists of tracks as a report shows them: apparent sizes, those behind them, and what may be concluded of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.deconvolution import FEW_TRACKS_FOR_MODES, FEW_TRACKS_FOR_SHAPE, MODES_TOO_CLOSE
from evqc.numerics.elementary import log
from evqc.numerics.penalised_likelihood import Smoothed
from evqc.records import array
from evqc.report.format import digits, number, quantity
from evqc.report.shown import Number, TracksView
from evqc.report.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.isolation.tracks_of_batch import TracksOfSample
    from evqc.measurement import SizeStatistics
    from evqc.numerics.deconvolution import Band, Deconvolution

_NAMES = ("mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm")
_NOTHING = array([])


def tracks_views(tracks: Sequence[TracksOfSample], floor_nm: float) -> tuple[TracksView, ...]:
    """What a report shows of the tracks of each sample.

    Args:
        tracks: as ``isolation.tracks_of_batch`` gives them.
        floor_nm: below it the instrument hardly sees anything.
    """
    return tuple(_view(each, floor_nm) for each in tracks)


def _view(of: TracksOfSample, floor_nm: float) -> TracksView:
    raw, found = of.cells.counts.sum(axis=0), of.found
    band = None if found is None else found.band
    width = None if found is None else np.diff(found.edges_nm)
    per_nm = None if found is None or width is None else np.diff(log(found.edges_nm)) / width
    return TracksView(
        sample=of.sample,
        files=of.files,
        tracks=of.cells.tracks,
        median_steps=of.cells.median_steps,
        raw_edges_nm=array(of.cells.edges_nm),
        raw=array(raw / raw.sum() / np.diff(of.cells.edges_nm)),
        edges_nm=_NOTHING if found is None else array(found.edges_nm),
        share=_NOTHING if found is None or width is None else array(found.share / width),
        low=_NOTHING if band is None or per_nm is None else array(band.density_lower * per_nm),
        high=_NOTHING if band is None or per_nm is None else array(band.density_upper * per_nm),
        models="" if found is None else _models(found),
        band="" if band is None else _band(band),
        raw_statistics=_raw_statistics(of.raw),
        statistics={} if found is None or band is None else _statistics(found, band),
        why_missing=of.why_missing,
        may=() if found is None else tuple(_may(found)),
        may_not=() if found is None else tuple(_may_not(of, found, floor_nm)),
        seed=None if band is None else band.seed,
        draws=None if band is None else band.draws,
    )


def _models(of: Deconvolution) -> str:
    """How much of the curve is smooth, and how much populations; not how many these are, which would be a claim."""
    smooth = 100 * sum(each.weight for each in of.models if isinstance(each.fit, Smoothed))
    weights = f"smooth curve (weight {_percent(smooth)}) and of log-normal mixtures ({_percent(100 - smooth)})"
    return f"the mean of a {weights}, by how probable the tracks make them"


def _percent(value: float) -> str:
    text = "under 1" if value < 1 else "over 99" if value > 99 else f"{value:.0f}"
    return f"{text}\N{NO-BREAK SPACE}%"


def _band(of: Band) -> str:
    level = f"{digits(100 * of.level, '1')}\N{NO-BREAK SPACE}%"
    return f"approximate {level} band ({of.draws} refits over {of.over}, seed {of.seed})"


def _raw_statistics(of: SizeStatistics) -> dict[str, Number]:
    return {name: number(getattr(of, name), "nm", "the rule gives none") for name in _NAMES}


def _statistics(found: Deconvolution, band: Band) -> dict[str, Number]:
    return {name: _with_ends(name, found, band) for name in _NAMES}


def _with_ends(name: str, found: Deconvolution, band: Band) -> Number:
    value, low, high = (getattr(of, name) for of in (found.statistics, band.statistics_lower, band.statistics_upper))
    plain = number(value, "nm", "the rule gives none")
    return Number(
        value=value,
        unit="nm",
        text=plain.text,
        lower=low,
        upper=high,
        interval=f"approximate band {digits(low, 'nm')} to {quantity(high, 'nm')}",
        n=found.tracks,
        method=found.method,
        flags=found.flags,
    )


def _may(found: Deconvolution) -> Iterator[str]:
    if FEW_TRACKS_FOR_SHAPE in found.flags:
        yield "where the middle lies (D50)."
        return
    yield "D10, D50, D90 and the width."
    if not {FEW_TRACKS_FOR_MODES, MODES_TOO_CLOSE} & {*found.flags} and len(found.modes_nm) > 1:
        yield f"{len(found.modes_nm)} modes, at {listed([quantity(mode, 'nm') for mode in found.modes_nm])}."


def _may_not(of: TracksOfSample, found: Deconvolution, floor_nm: float) -> Iterator[str]:
    if FEW_TRACKS_FOR_SHAPE in found.flags:
        yield f"the shape, which {found.tracks} tracks leave uncertain (1000 are needed);"
    if FEW_TRACKS_FOR_MODES in found.flags:
        yield f"more than one mode, of {found.tracks} tracks (5000 are needed);"
    elif MODES_TOO_CLOSE in found.flags:
        apart = digits(100 * 2 / np.sqrt(found.median_steps), "1")
        yield f"more than one mode: peaks closer than {apart}\N{NO-BREAK SPACE}% are not told apart;"
    yield f"anything below {quantity(floor_nm, 'nm')}, where hardly any particle is seen;"
    yield (
        "that the truth lies in the band as often as it says, since the bias of the smoothing is not in it, nor how "
        "sure the weights of the models are."
    )
    if of.cautious is not None and found.statistics.sd_nm is not None and of.cautious.statistics.sd_nm is not None:
        less = quantity(of.cautious.statistics.sd_nm, "nm")
        yield (
            f"With {of.cautious.effective_share:g} of the steps independent (motion blur, noise of positions), the "
            f"SD would be {less}."
        )
