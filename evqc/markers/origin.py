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
    panels: int = 0
    why_missing: str = ""


@record
class _Nets:
    """Net signals of one panel: of MSC markers, of markers of other cells, and whether these are upper bounds."""

    msc: dict[str, float]
    other: dict[str, float]
    bounded: bool
    shown: bool


def origin_ratio(panels: Sequence[MarkerPanel]) -> OriginRatio:
    """The ratio of the mean net signal of MSC markers to that of markers of other cells.

    A net signal is the signal minus the background that the panel compared it with. Calls alone give no ratio, nor
    does mass spectrometry, whose missing signals say nothing. A marker of another cell at or below its limit of
    detection counts with that limit, which makes the ratio a lower bound. Of panels by several techniques or in
    several units those are taken that hold most of the markers, the first where two hold as many; over several panels
    the logarithms are averaged.

    Args:
        panels: of one sample.

    Source:
        Witwer 2019, doi:10.1080/20013078.2019.1609206, asks for a quantifiable metric of cellular origin and names no
        formula and no limit; this one is ``[lit-M]``, from the markers of the sets ``msc-origin`` and
        ``other-origin``.
    """
    alike: dict[tuple[str, str], list[_Nets]] = {}
    for panel in panels:
        found = _nets(panel)
        if found is not None and not shows_presence_only(panel.technique):
            alike.setdefault((panel.technique, _unit(panel)), []).append(found)
    if not alike:
        why = "no panel has signals with their background for markers of MSC and of other cells alike"
        return OriginRatio(why_missing=why)
    (technique, unit), of_panels = max(alike.items(), key=lambda item: len(_names(item[1])))
    return _together(technique, unit, of_panels)


def _unit(panel: MarkerPanel) -> str:
    return next((marker.unit for marker in panel.markers if marker.unit), "a.u.")


def _names(several: Iterable[_Nets]) -> set[str]:
    return {name for nets in several for name in (*nets.msc, *nets.other)}


def _nets(panel: MarkerPanel) -> _Nets | None:
    """The net signals of a panel; None when it has none of the one side or the other."""
    members = {_MSC: marker_set(_MSC).members, _OTHER: marker_set(_OTHER).members}
    results = {found.name: r for r in panel.markers if (found := resolve(r.name)) is not None and r.call in _USABLE}
    msc = {name: net for name in members[_MSC] if (net := _net(results.get(name))) is not None}
    other = {name: bound for name in members[_OTHER] if (bound := _at_most(results.get(name))) is not None}
    if not msc or not other:
        return None
    return _Nets(
        msc=msc,
        other={name: net for name, (net, _) in other.items()},
        bounded=any(is_bound for _, is_bound in other.values()),
        shown=fmean(msc.values()) > 0 and not all(_is_dark(results[name]) for name in msc),
    )


def _net(result: MarkerResult | None) -> float | None:
    if result is None or result.signal is None or result.background is None:
        return None
    return result.signal - result.background


def _at_most(result: MarkerResult | None) -> tuple[float, bool] | None:
    """The net signal of a marker of another cell, or the most that it can be, and whether it is the latter."""
    if result is None or result.background is None:
        return None
    net = _net(result)
    if net is not None and net > 0 and not _is_dark(result):
        return net, False
    limit = result.limit_of_detection
    return (limit - result.background, True) if limit is not None and limit > result.background else None


def _is_dark(result: MarkerResult) -> bool:
    """Whether a signal is at or below its limit of detection, or below the range of its assay."""
    limit = result.limit_of_detection
    return result.signal is None or (limit is not None and result.signal <= limit)


def _together(technique: str, unit: str, of_panels: Sequence[_Nets]) -> OriginRatio:
    names = _names(of_panels)
    shown = [nets for nets in of_panels if nets.shown]
    logs = [math.log10(fmean(nets.msc.values()) / fmean(nets.other.values())) for nets in shown]
    whole = len(shown) == len(of_panels)
    return OriginRatio(
        log10_ratio=fmean(logs) if whole else None,
        at_least=whole and any(nets.bounded for nets in of_panels),
        absent=not shown,
        technique=technique,
        unit=unit,
        msc=tuple(name for name in marker_set(_MSC).members if name in names),
        other=tuple(name for name in marker_set(_OTHER).members if name in names),
        panels=len(of_panels),
        why_missing="" if whole or not shown else "the MSC markers exceed their background in some panels only",
    )
