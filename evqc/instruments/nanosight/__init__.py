"""Malvern NanoSight, software NTA 3.2, 3.3 and 3.4: ``*-ExperimentSummary.csv``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments.nanosight._experiment import read_experiment
from evqc.instruments.nanosight._measurements import measurements, recompute_videos
from evqc.instruments.nanosight._remarks import remarks
from evqc.instruments.nanosight._sections import lines_of, refuse_other_delimiter, take_apart
from evqc.instruments.nanosight._settings import unread
from evqc.instruments.nanosight._statistics import RULES
from evqc.instruments.nanosight._summary import summarise
from evqc.measurement import SizeDistribution
from evqc.reading import accepted, with_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.instruments.nanosight._experiment import Experiment
    from evqc.measurement import Measurement, SizeStatistics
    from evqc.reading import Reading

NAME = "nanosight"
TITLE = "Malvern NanoSight (NTA 3.2 to 3.4)"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "experiment summary (*-ExperimentSummary.csv): every video's size distribution, settings and flags",
    "single analysis summary (*_Summary.csv): the same of one video (experimental)",
)
MENTIONS = ("nta experiment summary file", "nta single analysis summary file")

EXPERIMENT, SINGLE = "experiment summary", "single analysis summary"
_EXPERIMENT = "NTA Experiment Summary File"
_SINGLE = "NTA Single Analysis Summary File"
_CREATED = "Created with "
# Never by looking for "3.2" in the text: the build number 3.3.203 holds it.
_VERSION = re.compile(r"NTA (\d+\.\d+)(?!\d)")


def recognises(file: ExportFile) -> bool:
    """Whether line 1 is the one that NTA writes, whatever separates its empty cells."""
    return _first_line(file.head) in {_EXPERIMENT, _SINGLE}


def read(file: ExportFile) -> Reading:
    """Reads an experiment summary or the summary of a single video: one measurement a video.

    Raises:
        InputError: the file is not complete, not of a known version, contradicts itself in its columns, or holds
            something else where a number belongs; each with line, column, found and expected.
    """
    text = file.text()
    single = _first_line(text) == _SINGLE
    _refuse_other_kind(text, file.name)
    refuse_other_delimiter(text, file.name)
    version, software = _version(text, file.name)
    sections = take_apart(lines_of(text), file.name)
    experiment = read_experiment(sections, version)
    _refuse_several(experiment, single=single)
    videos = recompute_videos(experiment)
    summary, averages = summarise(experiment)
    left = unread(sections, experiment.blocks)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=software,
        file_kind=SINGLE if single else EXPERIMENT,
        measurements=measurements(experiment, videos),
        issues=remarks(
            sections, experiment, videos, software=software, summary=summary, averages=averages, unread=left
        ),
        unread=left,
        summary=summary,
        status="experimental" if single else STATUS,
    )


def is_part(file: ExportFile) -> bool:
    """Whether it is the summary of a single video, which an experiment summary may hold too."""
    return _first_line(file.head) == _SINGLE


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings; the summary of a video that an experiment summary holds too keeps no second copy of it."""
    known = {_base(m): (r.source.name, m) for r in readings if r.file_kind == EXPERIMENT for m in r.measurements}
    return [_once(r, known) if r.file_kind == SINGLE and r.measurements else r for r in readings]


def _base(run: Measurement) -> str:
    return re.split(r"[\\/]", (run.run if isinstance(run, SizeDistribution) else None) or "")[-1]


def _reported(run: Measurement) -> SizeStatistics | None:
    return run.statistics.reported if isinstance(run, SizeDistribution) else None


def _once(reading: Reading, known: dict[str, tuple[str, Measurement]]) -> Reading:
    """Without its run when an experiment summary holds it; a warning when the two print other statistics of it."""
    (run,) = reading.measurements
    if _base(run) not in known:
        return reading
    name, other = known[_base(run)]
    same = _reported(run) == _reported(other)
    found = f"the run '{_base(run)}'" if same else f"the run '{_base(run)}' with other statistics"
    expected = f"each video once; the one of {name} is used"
    note = problem("note" if same else "warning", "SAME_RUN" if same else "RUN_MISMATCH", Where(), found, expected)
    return with_issues(replace(reading, measurements=()), note)


def _first_line(text: str) -> str:
    return re.split(r"[\r\n]", text, maxsplit=1)[0].strip(' ,;\t"')


def _refuse_other_kind(text: str, source: str) -> None:
    first = _first_line(text)
    if first not in {_EXPERIMENT, _SINGLE}:
        raise refusal(source, "UNSUPPORTED_KIND", Where(line=1), f"'{first}'", f"'{_EXPERIMENT}' or '{_SINGLE}'")


def _refuse_several(experiment: Experiment, *, single: bool) -> None:
    if single and len(experiment.runs) != 1:
        where = Where(line=experiment.runs_line)
        raise refusal(experiment.source, "NO_RUNS", where, f"{len(experiment.runs)} videos", "one, as line 1 says")


def _version(text: str, source: str) -> tuple[str, str]:
    """The version that decides the vendor's rule, and the software as line 2 names it."""
    second = [*re.split(r"\r\n|\n|\r", text, maxsplit=2), ""][1]
    software = second.strip(' ,;\t"').removeprefix(_CREATED)
    hit = _VERSION.match(software)
    if hit is None or not second.strip('"').startswith(_CREATED) or hit[1] not in RULES:
        expected = f"'{_CREATED}NTA' {', '.join(RULES)}: the rule for percentiles depends on it and is not guessed"
        raise refusal(source, "UNSUPPORTED_VERSION", Where(line=2), f"'{second.strip()}'", expected)
    return hit[1], software
