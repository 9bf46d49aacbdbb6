"""How much brighter the markers of mesenchymal stromal cells are on vesicles than those of other cells."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from evqc.markers.presence import shows_presence_only
from evqc.markers.vocabulary import marker_set, resolve
from evqc.measurement import Call, MarkerPanel, MarkerResult
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MSC, _OTHER = "msc-origin", "other-origin"
_USABLE = {Call.POSITIVE, Call.NEGATIVE, Call.INDETERMINATE}


@record
class OriginRatio:
    """The ratio of MSC marker signals to those of other cells, by one technique in one unit.

    Attributes:
        log10_ratio: mean over the panels of the decadic logarithm; None when it cannot be computed, and then
            ``why_missing`` says why. Minus infinity does not occur: without MSC signal ``absent`` is true.
        at_least: the ratio is greater, since markers of other cells are at or below their limit of detection.
        absent: the MSC markers do not exceed their background, so that the ratio is zero.
        technique, unit: of the panels.
        msc, other: the markers whose signals were taken.
        left_out: markers of either side that were tested and do not count.
        panels: how many.
        why_missing: empty when there is an answer.
    """

    log10_ratio: float | None = None
    at_least: bool = False
    absent: bool = False
    technique: str = ""
    unit: str = ""
    msc: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    panels: int = 0
    why_missing: str = ""


@record
class _Nets:
    """Net signals of one panel.

    Attributes:
        msc: of MSC markers.
        other: of markers of other cells; empty where no limit of detection tells one from its background.
        bounded: some of ``other`` are upper bounds.
        shown: the MSC markers exceed their background.
        left_out: markers of either side that were tested and do not count.
    """

    msc: dict[str, float]
    other: dict[str, float]
    bounded: bool
    shown: bool
    left_out: tuple[str, ...]


def origin_ratio(panels: Sequence[MarkerPanel]) -> OriginRatio:
    """The ratio of the mean net signal of MSC markers to that of markers of other cells.

    A net signal is the signal minus the background that the panel compared it with. Calls alone give no ratio, nor
    does mass spectrometry, whose missing signals say nothing. A marker of another cell at or below its limit of
    detection counts with that limit, which makes the ratio a lower bound. One without such a limit, which nobody can
    tell from background, counts only beside others and where it makes the ratio smaller. Of panels by several
    techniques or in several units those are taken that hold most of the markers, the first where two hold as many;
    over several panels the logarithms are averaged.

    Args:
        panels: of one sample.

    Source:
        Witwer 2019, doi:10.1080/20013078.2019.1609206, asks for a quantifiable metric of cellular origin and names no
        formula and no limit; this one is ``[lit-M]``, from the markers of the sets ``msc-origin`` and
        ``other-origin``.
    """
    found = [(p, nets) for p in panels if not shows_presence_only(p.technique) and (nets := _nets(p)) is not None]
    alike: dict[tuple[str, str], list[_Nets]] = {}
    for panel, nets in found:
        if nets.other:
            alike.setdefault((panel.technique, _unit(panel)), []).append(nets)
    if not alike:
        return OriginRatio(why_missing=_why_none([nets for _, nets in found]))
    (technique, unit), of_panels = max(alike.items(), key=lambda item: len(_names(item[1])))
    return _together(technique, unit, of_panels)


def _why_none(found: Sequence[_Nets]) -> str:
    """Why no panel gives a ratio, of those with signals of both sides."""
    open_ones = _ordered(_OTHER, {name for nets in found for name in nets.left_out})
    if not open_ones:
        return "no panel has signals with their background for markers of MSC and of other cells alike"
    names = " and ".join(part for part in (", ".join(open_ones[:-1]), open_ones[-1]) if part)
    return f"nobody can tell {names} from {'their' if len(open_ones) > 1 else 'its'} background"


def _ordered(name: str, names: set[str]) -> tuple[str, ...]:
    return tuple(member for member in marker_set(name).members if member in names)


def _unit(panel: MarkerPanel) -> str:
    return next((marker.unit for marker in panel.markers if marker.unit), "a.u.")


def _names(several: Iterable[_Nets]) -> set[str]:
    return {name for nets in several for name in (*nets.msc, *nets.other)}


def _nets(panel: MarkerPanel) -> _Nets | None:
    """The net signals of a panel; None when it has none of the one side or the other."""
    of_msc, of_others = marker_set(_MSC).members, marker_set(_OTHER).members
    named = {found.name: r for r in panel.markers if (found := resolve(r.name)) is not None}
    tested = {n: named[n] for n in (*of_msc, *of_others) if n in named and named[n].call is not Call.NOT_TESTED}
    usable = {name: r for name, r in tested.items() if r.call in _USABLE}
    msc = {name: net for name in of_msc if (net := _net(usable.get(name))) is not None}
    if not msc or not any(tested[name].background is not None for name in of_others if name in tested):
        return None
    other = {name: usable[name] for name in of_others if name in usable}
    most = {name: bound for name, result in other.items() if (bound := _at_most(result)) is not None}
    counted = {name: net for name, (net, _) in most.items()}
    counted |= _brighter(other, counted)
    return _Nets(
        msc=msc,
        other=counted,
        bounded=any(is_bound for _, is_bound in most.values()),
        shown=fmean(msc.values()) > 0 and not all(_is_dark(usable[name]) for name in msc),
        left_out=tuple(name for name in tested if name not in msc and name not in counted),
    )


def _brighter(other: dict[str, MarkerResult], counted: dict[str, float]) -> dict[str, float]:
    """Net signals without a limit of detection above the mean of those with one, so that they make a ratio smaller."""
    if not counted:
        return {}
    mean = fmean(counted.values())
    nets = {name: net for name, r in other.items() if name not in counted and (net := _net(r)) is not None}
    return {name: net for name, net in nets.items() if net > mean}


def _net(result: MarkerResult | None) -> float | None:
    if result is None or result.signal is None or result.background is None:
        return None
    return result.signal - result.background


def _at_most(result: MarkerResult) -> tuple[float, bool] | None:
    """The net signal of a marker of another cell, or the most that it can be, and whether it is the latter.

    None without a limit of detection, since nobody knows then whether the signal is one.
    """
    limit = result.limit_of_detection
    if result.background is None or limit is None:
        return None
    net = _net(result)
    if net is not None and net > 0 and not _is_dark(result):
        return net, False
    return (limit - result.background, True) if limit > result.background else None


def _is_dark(result: MarkerResult) -> bool:
    """Whether a signal is at or below its limit of detection, or below the range of its assay."""
    limit = result.limit_of_detection
    return result.signal is None or (limit is not None and result.signal <= limit)


def _together(technique: str, unit: str, of_panels: Sequence[_Nets]) -> OriginRatio:
    names = _names(of_panels)
    left_out = {name for nets in of_panels for name in nets.left_out} - names
    shown = [nets for nets in of_panels if nets.shown]
    logs = [math.log10(fmean(nets.msc.values()) / fmean(nets.other.values())) for nets in shown]
    whole = len(shown) == len(of_panels)
    return OriginRatio(
        log10_ratio=fmean(logs) if whole else None,
        at_least=whole and any(nets.bounded for nets in of_panels),
        absent=not shown,
        technique=technique,
        unit=unit,
        msc=_ordered(_MSC, names),
        other=_ordered(_OTHER, names),
        left_out=_ordered(_MSC, left_out) + _ordered(_OTHER, left_out),
        panels=len(of_panels),
        why_missing="" if whole or not shown else "the MSC markers exceed their background in some panels only",
    )
