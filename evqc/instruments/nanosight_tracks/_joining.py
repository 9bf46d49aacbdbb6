"""Lists of particles and tracks beside the summary of their run: confirmed by it, and never counted beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments.nanosight_tracks._distribution import RULE
from evqc.measurement import Comparison, SizeDistribution, agreement
from evqc.reading import verdict, with_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.reading import Reading

END_UNMARKED = "END_UNMARKED"
_SUFFIX = re.compile(r"_(ParticleData|AllTracks)$", re.IGNORECASE)


def joined(readings: Sequence[Reading], *, lists: str, summaries: Sequence[str], first: str) -> list[Reading]:
    """The readings with every run once; same number, same order.

    A list carries no name of its run, so that files belong together by their names, which NTA makes of the run's.

    Args:
        readings: of one folder.
        lists: the instrument of the lists.
        summaries: instruments of the summaries.
        first: the kind of list whose distribution is kept where both lists are there.
    """
    made = list(readings)
    places = [i for i, r in enumerate(made) if r.instrument == lists and r.measurements]
    places.sort(key=lambda i: made[i].file_kind != first)
    kept = dict.fromkeys(_run_of(made[i]) for i in places)
    for name in kept:
        own = [i for i in places if _run_of(made[i]) == name]
        for i in own[1:]:
            _pair(made, own[0], i)
        run = _run_in(readings, summaries, name)
        for i in own:
            made[i] = made[i] if run is None else _compared(made[i], *run)
        for i in own if run is not None else own[1:]:
            made[i] = _once(made[i], made[own[0]] if run is None else run[0], tracks=i == own[0])
    return made


def _run_of(reading: Reading) -> str:
    return _SUFFIX.sub("", PurePosixPath(reading.source.name).stem)


def _run_in(readings: Sequence[Reading], of: Sequence[str], name: str) -> tuple[Reading, SizeDistribution] | None:
    """The summary that holds a run of this name, and the run; the single analysis before the experiment."""
    found = [
        (reading, run)
        for reading in sorted(readings, key=lambda r: len(r.measurements))
        for run in reading.measurements
        if reading.instrument in of and isinstance(run, SizeDistribution)
        if re.split(r"[\\/]", run.run or "")[-1] == name
    ]
    return found[0] if found else None


def _numbers(reading: Reading) -> dict[str, float]:
    return reading.summary.average if reading.summary is not None else {}


def _pair(made: list[Reading], i: int, k: int) -> None:
    """The two lists of one run: each confirms the other, or both are flagged where they do not hold the same."""
    one, two = made[i], made[k]
    differing = [name for name, value in _numbers(one).items() if not np.isclose(value, _numbers(two).get(name, -1))]
    if not differing:
        made[i], made[k] = _named(_confirmed(one, two), two), _named(_confirmed(two, one), one)
        return
    name = differing[0]
    found = f"{name} {_numbers(one)[name]:g} in {one.source.name}"
    issue = problem("warning", "RUN_MISMATCH", Where(), found, f"{_numbers(two).get(name)} as in {two.source.name}")
    made[i], made[k] = with_issues(one, issue), with_issues(two, issue)


def _compared(reading: Reading, summary: Reading, run: SizeDistribution) -> Reading:
    """A list beside its run: confirmed when it has as many particles, with a note of each number that differs."""
    said = _numbers(reading)
    included = said["particles_included"]
    pairs = (
        ("valid_tracks", run.validity.valid_tracks, included),
        ("completed_tracks", run.validity.completed_tracks, included + said["particles_excluded"]),
    )
    compared = tuple(_comparison(name, printed, ours) for name, printed, ours in pairs if printed is not None)
    notes = tuple(_differs(reading, c, summary) for c in compared if not c.within)
    assert reading.summary is not None
    made = replace(reading, summary=replace(reading.summary, agreement=agreement(RULE, compared)))
    made = _confirmed(made, summary) if any(c.within for c in compared) else made
    return with_issues(_named(made, summary), *notes)


def _comparison(name: str, printed: int, ours: float) -> Comparison:
    return Comparison(
        statistic=name, reported=float(printed), recomputed=ours, tolerance=0.0, within=float(printed) == ours
    )


def _differs(reading: Reading, compared: Comparison, summary: Reading) -> Issue:
    """A note, no warning: the software is reported to list another number than it prints as valid tracks."""
    found = f"{compared.recomputed:g} particles in {reading.source.name}"
    expected = f"{compared.statistic} {compared.reported:g}, as {summary.source.name} prints"
    return problem("note", "TRACKS_DIFFER", Where(field=compared.statistic), found, expected)


def _confirmed(reading: Reading, by: Reading) -> Reading:
    """With a note in place of the warning that nothing shows the list to be whole."""
    if all(issue.code != END_UNMARKED for issue in reading.issues):
        return reading
    kept = tuple(issue for issue in reading.issues if issue.code != END_UNMARKED)
    note = problem(
        "note", "END_CONFIRMED", Where(), f"as many particles as in {by.source.name}", "a list that is whole"
    )
    return replace(reading, issues=(*kept, note), verdict=verdict((*kept, note)))


def _once(reading: Reading, kept: Reading, *, tracks: bool) -> Reading:
    """Without its distribution, which another file of the run holds too; its tracks stay where no list has them."""
    found, expected = f"the run '{_run_of(reading)}'", f"each run once; the one of {kept.source.name} is used"
    note = problem("note", "SAME_RUN", Where(), found, expected)
    return with_issues(replace(reading, measurements=(), tracks=reading.tracks if tracks else None), note)


def _named(reading: Reading, other: Reading) -> Reading:
    if other.source.name in reading.source.joined:
        return reading
    return replace(reading, source=replace(reading.source, joined=(*reading.source.joined, other.source.name)))
