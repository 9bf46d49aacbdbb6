"""The files of one run joined: every particle is counted once, however many tables list it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where, problem
from evqc.instruments.viewsizer._bins import BIN_TABLE, CORRECTED_TABLE
from evqc.instruments.viewsizer._sample import SAMPLE, TEMPERATURES, stated_dilution
from evqc.instruments.viewsizer._videos import VIDEOS
from evqc.measurement import Comparison, Dilution, Quantity, SizeDistribution, agreement
from evqc.reading import Reading, with_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.measurement import Scalar

_FLOAT = 1e-6
_TABLE_NAME = re.compile(r"^(\w*BinsTable|DisplayBins|ISOBinning|LogBin[A-Za-z]*|Videos)_")
_TIME = re.compile(r"(_Temperature)?_\d{8}_\d{6}$")


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one folder, those of one run joined; same number, same order.

    The table with most bins keeps the distribution; other tables and the list of videos keep none when they hold the
    same particles, which is told by their counts and not by their names. The sample record belongs to the run when
    its videos and volume give the printed concentration.
    """
    joined = list(readings)
    heads: list[int] = []
    for i in _tables_first(joined):
        head = next((h for h in heads if _same_run(joined[h], joined[i])), None)
        if head is None and joined[i].file_kind in {BIN_TABLE, CORRECTED_TABLE}:
            heads.append(i)
        elif head is not None:
            joined[head], joined[i] = _absorbed(joined[head], joined[i])
    _flag_strangers(joined, heads)
    for head in heads:
        _with_documents(joined, head, alone=len(heads) == 1)
    return joined


def _tables_first(readings: Sequence[Reading]) -> list[int]:
    """Places of tables, the one with most bins first, corrected ones behind them, and lists of videos last."""
    ranks = {BIN_TABLE: 0, CORRECTED_TABLE: 1, VIDEOS: 2}
    places = [i for i, r in enumerate(readings) if r.file_kind in ranks and r.measurements]

    def order(i: int) -> tuple[int, int, str]:
        bins = _run(readings[i]).settings.get("bins_in_table")
        return ranks[readings[i].file_kind or ""], -(bins if isinstance(bins, int) else 0), readings[i].source.name

    return sorted(places, key=order)


def _run(reading: Reading) -> SizeDistribution:
    run = reading.measurements[0]
    if not isinstance(run, SizeDistribution):
        raise TypeError("a table gives one size distribution")
    return run


def _same_run(head: Reading, other: Reading) -> bool:
    a, b = _run(head), _run(other)
    one, two = (_number(run, "concentration_per_particle_per_mL") for run in (a, b))
    if one is not None and two is not None and abs(one - two) > _FLOAT * one:
        return False
    if a.count is not None and b.count is not None:
        return same_particles(a, b)
    return stem(head) == stem(other) and one is not None and two is not None


def same_particles(a: SizeDistribution, b: SizeDistribution) -> bool:
    """Whether two sets of bins can hold the same particles: as many in all, and as many below each edge.

    Below an edge of ``a`` that lies inside a bin of ``b`` there are at least as many as below that bin, and at most as
    many as with it. One particle more or less is let pass: one that lies on an edge may be counted on either side.

    Args:
        a: a distribution with counts.
        b: another one, in any bins.
    """
    edges, below = _cumulated(a)
    others, below_others = _cumulated(b)
    if below[-1] != below_others[-1]:
        return False
    slack = _FLOAT * edges
    low = np.searchsorted(others, edges + slack, side="right") - 1
    high = np.searchsorted(others, edges - slack, side="left")
    least = np.where(low >= 0, below_others[np.maximum(low, 0)], 0.0)
    most = below_others[np.minimum(high, len(others) - 1)]
    return bool(((below >= least - 1) & (below <= most + 1)).all())


def _cumulated(of: SizeDistribution) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bin edges and the particles below each, both of shape (n + 1,)."""
    count = of.count if of.count is not None else np.zeros(len(of.diameter_nm.lower))
    edges = np.append(of.diameter_nm.lower[:1], of.diameter_nm.upper)
    return edges, np.append(0.0, np.cumsum(count))


def stem(reading: Reading) -> str:
    """The name that the files of one run share: without folder, kind and time."""
    name = PurePosixPath(reading.source.name).stem
    return _TIME.sub("", _TABLE_NAME.sub("", name))


def _number(run: SizeDistribution, key: str) -> float | None:
    value = run.settings.get(key)
    return float(value) if isinstance(value, (int, float)) else None


def _absorbed(head: Reading, other: Reading) -> tuple[Reading, Reading]:
    """The head with what the other adds, and the other without its distribution, which would count twice."""
    again = head.source.sha256 == other.source.sha256
    found = "the same bytes" if again else f"the same {_run(head).validity.valid_tracks} particles"
    where, expected = Where(), f"each particle once; the distribution of {head.source.name} is used"
    if other.file_kind == CORRECTED_TABLE:
        found = "the same run with corrected counts"
    note = problem("warning" if again else "note", "DUPLICATE_FILE" if again else "SAME_RUN", where, found, expected)
    run = _with_videos(_run(head), _run(other)) if other.file_kind == VIDEOS else _run(head)
    issues = tuple(i for i in other.issues if i.code != "COUNTS_NOT_WHOLE")
    kept = with_issues(replace(other, measurements=(), issues=issues), note)
    return _named(replace(head, measurements=(run,)), other), _named(kept, head)


def _with_videos(run: SizeDistribution, listed: SizeDistribution) -> SizeDistribution:
    compared = (*run.agreement.compared, *listed.agreement.compared)
    rule = f"{run.agreement.rule}; {listed.agreement.rule}"
    return replace(run, run=listed.run, settings=run.settings | listed.settings, agreement=agreement(rule, compared))


def _named(reading: Reading, other: Reading) -> Reading:
    joined = (*reading.source.joined, other.source.name)
    return replace(reading, source=replace(reading.source, joined=joined))


def _flag_strangers(joined: list[Reading], heads: Sequence[int]) -> None:
    """A warning for a list of videos that goes by the name of a table and does not hold its particles."""
    for i, reading in enumerate(joined):
        if reading.file_kind != VIDEOS or not reading.measurements:
            continue
        for head in (h for h in heads if stem(joined[h]) == stem(reading)):
            one, two = _run(joined[head]), _run(reading)
            found = f"{two.validity.valid_tracks} particles in {reading.source.name}"
            expected = f"the {one.validity.valid_tracks} particles of {joined[head].source.name}, bin by bin"
            issue = problem("warning", "RUN_MISMATCH", Where(), found, expected)
            joined[head], joined[i] = with_issues(joined[head], issue), with_issues(reading, issue)


def _with_documents(joined: list[Reading], head: int, *, alone: bool) -> None:
    """The run with its sample record and temperatures, where one of each belongs to it."""
    for kind, add in ((SAMPLE, _with_record), (TEMPERATURES, _with_temperatures)):
        at = _document(joined, head, kind, alone=alone)
        if at is not None:
            add(joined, head, at)


def _document(joined: Sequence[Reading], head: int, kind: str, *, alone: bool) -> int | None:
    places = [i for i, r in enumerate(joined) if r.file_kind == kind and r.measurements]
    if alone and len(places) == 1:
        return places[0]
    same = [i for i in places if stem(joined[i]) == stem(joined[head])]
    return same[0] if len(same) == 1 else None


def _with_record(joined: list[Reading], head: int, at: int) -> None:
    run, record = _run(joined[head]), joined[at].measurements[0]
    if not isinstance(record, Quantity) or record.value is None:
        return
    compared = _concentration(run, record)
    if compared is not None and not compared.within:
        expected = f"{compared.recomputed:.7g} by videos and volume of {joined[at].source.name}"
        issue = problem("warning", "PRINTED_DISAGREES", Where(), f"{compared.reported:.7g} per mL a particle", expected)
        joined[head], joined[at] = with_issues(joined[head], issue), with_issues(joined[at], issue)
        return
    whole = _stated(run, record, () if compared is None else (compared,))
    note = problem("note", "SAME_RUN", Where(), "the sample record", f"it is joined to {joined[head].source.name}")
    about = tuple(i for i in joined[at].issues if i.code == "DILUTION_NOT_STATED")
    read = replace(joined[head], measurements=(whole,), software_version=joined[at].software_version)
    joined[head] = _named(with_issues(read, *about), joined[at])
    joined[at] = _named(with_issues(replace(joined[at], measurements=()), note), joined[head])


def _concentration(run: SizeDistribution, record: Quantity) -> Comparison | None:
    """What one particle stands for: as the table has it, and by videos and volume; None without particles."""
    printed = _number(run, "concentration_per_particle_per_mL")
    videos = run.settings.get("videos_analysed", record.settings.get("videos_recorded"))
    if printed is None or not isinstance(videos, int) or videos < 1 or record.value is None:
        return None
    ours = 1 / (videos * record.value)
    return Comparison(
        statistic="concentration per particle",
        reported=printed,
        recomputed=ours,
        tolerance=_FLOAT * ours,
        within=abs(printed - ours) <= _FLOAT * ours,
    )


def _stated(run: SizeDistribution, record: Quantity, compared: tuple[Comparison, ...]) -> SizeDistribution:
    """The run with sample, time, dilution and settings of its record."""
    factor, total = stated_dilution(record.settings), run.concentration_total_per_ml
    undiluted = None if factor is None or total.recomputed is None else total.recomputed * factor
    return replace(
        run,
        sample=record.sample,
        acquired_at=record.acquired_at,
        dilution=Dilution(factor=factor, source="not stated" if factor is None else "file", already_applied=False),
        concentration_total_per_ml=replace(total, undiluted=undiluted),
        settings=run.settings | record.settings,
        agreement=agreement(run.agreement.rule, (*run.agreement.compared, *compared)),
    )


def _with_temperatures(joined: list[Reading], head: int, at: int) -> None:
    run = _run(joined[head])
    log = [q for q in joined[at].measurements if isinstance(q, Quantity)]
    values = [q.value for q in log if q.value is not None]
    if not values:
        return
    extremes: dict[str, Scalar] = {"lowest_temperature_degC": min(values), "highest_temperature_degC": max(values)}
    same: dict[str, Scalar] = {"temperature_degC": values[0]}
    settings = run.settings | (same if min(values) == max(values) else extremes)
    named = tuple(replace(q, sample=run.sample) for q in log)
    joined[head] = _named(replace(joined[head], measurements=(replace(run, settings=settings),)), joined[at])
    joined[at] = _named(replace(joined[at], measurements=named), joined[head])
