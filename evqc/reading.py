"""What came of reading one export file: verdict, issues, what was not read, and the measurements."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from evqc.calibration import StandardCurve, WellSeries
from evqc.errors import Issue
from evqc.measurement import Agreement, Measurement, Position
from evqc.records import Array, record

Verdict = Literal["accepted", "flagged", "refused"]


@record
class Source:
    """The file itself.

    Attributes:
        name: the file's name, or its path below the folder that was given, with ``/``.
        sha256: of the file's bytes, in hexadecimal.
        bytes: its size.
        joined: names of other files of the same run that were read with it.
    """

    name: str
    sha256: str
    bytes: int
    joined: tuple[str, ...] = ()


@record
class RunGroup:
    """Runs of one file that, by their names, are replicates of one sample."""

    name: str
    runs: tuple[str, ...]


@record
class Summary:
    """The average and standard error that a file prints over all its runs, kept as reported.

    Attributes:
        runs: number of runs the file averages over.
        groups: the runs by stem; more than one group means that the average mixes samples.
        mixes_samples: more than one group.
        average, standard_error: as printed, by statistic.
        agreement: both recomputed from the printed values of the runs.
    """

    runs: int
    groups: tuple[RunGroup, ...]
    mixes_samples: bool
    average: dict[str, float]
    standard_error: dict[str, float]
    agreement: Agreement


@record
class Printed:
    """What a report of a run prints, kept to be compared with the run's own export and never used instead of it.

    Attributes:
        identity: what says of which run it is, such as ``sample`` and ``acquired_at``, as written.
        runs: names of the runs that it reports on.
        values: numbers by name, in the unit of their names; concentrations per mL.
        rounding: half a unit of the last printed digit of each value.
    """

    identity: dict[str, str]
    runs: tuple[str, ...] = ()
    values: dict[str, float]
    rounding: dict[str, float]


@record
class CountedTracks:
    """The tracks that a software included in its distribution, counted by length and apparent size.

    Only cells that hold tracks are listed, so that a million tracks take no more room than ten thousand.

    Attributes:
        tracks: how many.
        steps: mean number of steps (positions less one) of each level of length, shape (l,), ascending.
        edges_nm: of the bins of apparent size, shape (b + 1,); the outer bins hold what lies beyond.
        level, bin: of each cell, from 0, shape (m,).
        count: tracks in it, shape (m,).
    """

    tracks: int
    steps: Array
    edges_nm: Array
    level: Array
    bin: Array
    count: Array


@record
class Reading:
    """What came of one input file.

    Attributes:
        source: the file.
        verdict: ``accepted``, ``flagged`` (a warning stands among the issues) or ``refused`` (an error does).
        instrument: name of the reader, None when none recognised the file.
        software_version: as the file states it.
        file_kind: what kind of export it is, such as ``experiment summary``.
        status: ``verified`` when the reader rests on real files, ``experimental`` when on third-party code only.
        issues: everything noticed, in the order of the file.
        unread: keys and columns present in the file that no measurement uses.
        measurements: empty when refused.
        summary: the file's own average over its runs, where it prints one.
        positions: rows of a position table that stands in a file of its own; they join the run they belong to.
        series: wells of a plate that were read many times.
        curves: standard curves that the quantities were read from.
        printed: what a report prints, for comparison with the export of its run only.
        tracks: of a list of tracks, those that were included.
    """

    source: Source
    verdict: Verdict
    instrument: str | None
    software_version: str | None
    file_kind: str | None
    status: Literal["verified", "experimental"] | None = None
    issues: tuple[Issue, ...] = ()
    unread: tuple[str, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    summary: Summary | None = None
    positions: tuple[Position, ...] = ()
    series: tuple[WellSeries, ...] = ()
    curves: tuple[StandardCurve, ...] = ()
    printed: Printed | None = None
    tracks: CountedTracks | None = None


@record
class Readings:
    """The document ``evqc.readings/1``."""

    schema: Literal["evqc.readings/1"] = "evqc.readings/1"
    readings: tuple[Reading, ...]


def verdict(issues: tuple[Issue, ...]) -> Verdict:
    """``refused`` when an error stands among the issues, ``flagged`` when a warning does, else ``accepted``."""
    severities = {issue.severity for issue in issues}
    if "error" in severities:
        return "refused"
    return "flagged" if "warning" in severities else "accepted"


def accepted(
    source: Source,
    *,
    instrument: str,
    software_version: str | None,
    file_kind: str,
    measurements: tuple[Measurement, ...],
    issues: tuple[Issue, ...] = (),
    unread: tuple[str, ...] = (),
    summary: Summary | None = None,
    positions: tuple[Position, ...] = (),
    series: tuple[WellSeries, ...] = (),
    curves: tuple[StandardCurve, ...] = (),
    status: Literal["verified", "experimental"] = "verified",
    printed: Printed | None = None,
    tracks: CountedTracks | None = None,
) -> Reading:
    """A reading whose verdict follows from its issues; measurements are kept only when none of them is an error."""
    found = verdict(issues)
    return Reading(
        source=source,
        verdict=found,
        instrument=instrument,
        software_version=software_version,
        file_kind=file_kind,
        status=status,
        issues=issues,
        unread=unread,
        measurements=() if found == "refused" else measurements,
        summary=None if found == "refused" else summary,
        positions=() if found == "refused" else positions,
        series=() if found == "refused" else series,
        curves=() if found == "refused" else curves,
        printed=None if found == "refused" else printed,
        tracks=None if found == "refused" else tracks,
    )


def refused(source: Source, issues: tuple[Issue, ...], *, instrument: str | None = None) -> Reading:
    """A reading that gives nothing but the reasons."""
    return Reading(
        source=source,
        verdict="refused",
        instrument=instrument,
        software_version=None,
        file_kind=None,
        issues=issues,
    )


def with_issues(reading: Reading, *more: Issue) -> Reading:
    """``reading`` with further issues, its verdict set anew; measurements go when it is refused by them."""
    issues = (*reading.issues, *more)
    found = verdict(issues)
    kept = () if found == "refused" else reading.measurements
    return replace(reading, issues=issues, verdict=found, measurements=kept)
