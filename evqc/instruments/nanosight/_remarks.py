"""What a careful reader of the file would want to be told: issues that do not stop the reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments.nanosight._agreement import disagreement, disagreements
from evqc.instruments.nanosight._blocks import declared, name_of
from evqc.instruments.nanosight._experiment import DILUTION
from evqc.instruments.nanosight._names import captured_at, dilution_hint, stem
from evqc.instruments.nanosight._sections import DETAILS, INCLUDED, RESULTS, SIZE
from evqc.instruments.nanosight._settings import FILENAME, SAMPLE_KEYS, analysis_method, missing_keys, unsure_rows
from evqc.instruments.nanosight._statistics import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments.nanosight._agreement import Checked
    from evqc.instruments.nanosight._experiment import Experiment
    from evqc.instruments.nanosight._measurements import Video
    from evqc.instruments.nanosight._sections import Sections
    from evqc.reading import Summary

#: Concentration per particle in a frame, as measured, in 1/mL: 5e6 to 1.6e7 in real files, by camera and its level.
LEAST_PER_PARTICLE, MOST_PER_PARTICLE = 1e5, 1e8
#: Between videos of one file it differs by less than this, unless some include a dilution and others do not.
LARGEST_JUMP = 50.0
#: Line 1 as every version writes it; a spreadsheet program pads it to the width of the table, or puts it in quotes.
_FIRST_LINES = ("NTA Experiment Summary File", "NTA Single Analysis Summary File")
_NATIVE_FIRST_LINES = (*_FIRST_LINES, *(f"{line}," for line in _FIRST_LINES))
#: The only analysis that real files show; the vendor's rules were read off it.
_KNOWN_METHOD = "FTLA"


def remarks(
    sections: Sections,
    experiment: Experiment,
    videos: list[Video],
    *,
    software: str,
    summary: Summary,
    averages: tuple[Checked, ...],
    unread: tuple[str, ...],
) -> tuple[Issue, ...]:
    """Every warning and note on a file that was read, in the order of its lines."""
    found = [
        *_on_print(sections),
        *_on_version(sections, software),
        *missing_keys(sections),
        *unsure_rows(sections, len(experiment.runs)),
        *_on_time(sections, experiment),
        *_on_runs(experiment, summary),
        *_on_dilution(sections, experiment, videos),
        *_on_blocks(sections, experiment),
        *(issue for video in videos for issue in _on_video(experiment, video)),
        *map(disagreement, averages),
        *_on_unread(unread),
    ]
    return tuple(sorted(found, key=lambda issue: issue.where.line or 0))


def _on_print(sections: Sections) -> Iterator[Issue]:
    first = sections.heading[0]
    if first.text not in _NATIVE_FIRST_LINES:
        expected = "the export as NTA wrote it: another program saved this file again and may have changed cells"
        yield problem("warning", "RESAVED", Where(line=first.line), f"'{first.text}'", expected)


def _on_version(sections: Sections, software: str) -> Iterator[Issue]:
    inside = sections.find(DETAILS, "Software Version")
    if inside is not None and inside.value not in {"Unknown", "", software}:
        where = Where(line=inside.line, field=f"{DETAILS} / Software Version")
        expected = f"'{software}', as line 2 says; the rule of line 2 is applied"
        yield problem("warning", "SOFTWARE_VERSION_DIFFERS", where, f"'{inside.value}'", expected)
    method = analysis_method(sections)
    if method != _KNOWN_METHOD:
        where = Where(line=sections.titles[SIZE].line, field=f"{SIZE} / Analysis Method")
        yield problem("warning", "UNKNOWN_ANALYSIS_METHOD", where, f"'{method}'", f"'{_KNOWN_METHOD}'")


def _on_time(sections: Sections, experiment: Experiment) -> Iterator[Issue]:
    row = sections.find(DETAILS, "Time Captured")
    if row is not None and experiment.captured and captured_at(experiment.captured) is None:
        where = Where(line=row.line, field=f"{DETAILS} / Time Captured")
        expected = "HH:MM:SS  dd/mm/yyyy, the day first; no time is taken from it"
        yield problem("warning", "NOT_A_TIME", where, f"'{experiment.captured}'", expected)


def _on_runs(experiment: Experiment, summary: Summary) -> Iterator[Issue]:
    where = Where(line=experiment.runs_line, field=FILENAME)
    twice = sorted({run for run in experiment.runs if experiment.runs.count(run) > 1})
    if twice:
        found = f"{', '.join(twice)}, each more than once"
        yield problem("warning", "DUPLICATE_RUN", where, found, "run names that differ")
    if summary.mixes_samples:
        names = ", ".join(group.name for group in summary.groups)
        kind = "a combined experiment" if experiment.merged else "several run names"
        found = f"{kind}: {len(experiment.runs)} videos, by name of {names}"
        expected = "videos of one sample; the printed Average and Standard Error mix samples and are not used as a mean"
        yield problem("warning", "MIXED_SAMPLES", where, found, expected)


def _on_dilution(sections: Sections, experiment: Experiment, videos: list[Video]) -> Iterator[Issue]:
    where = Where(line=experiment.dilution_line, field=f"{RESULTS} / {DILUTION}")
    recorded = sorted({factor for factor in experiment.dilution if factor is not None})
    if recorded:
        found = "dilution factor " + ", ".join(f"{factor:g}" for factor in recorded)
        expected = (
            "that the file's concentrations are multiplied by it already, as NTA does; as measured they are less by it"
        )
        yield problem("note", "DILUTION_APPLIED", where, found, expected)
    if None in experiment.dilution:
        yield from _on_hints(sections, experiment)
    yield from _on_concentration_per_particle(experiment, videos)


def _on_hints(sections: Sections, experiment: Experiment) -> Iterator[Issue]:
    places = [(key, sections.find(DETAILS, key)) for key in (*SAMPLE_KEYS, "Diluent", "Pre-treatment")]
    texts: list[tuple[int, str, tuple[str, ...]]] = [
        (row.line, f"{DETAILS} / {key}", (row.value,)) for key, row in places if row is not None
    ]
    unknown = [run for run, factor in zip(experiment.runs, experiment.dilution, strict=True) if factor is None]
    texts.append((experiment.runs_line, FILENAME, tuple(dict.fromkeys(stem(run) for run in unknown))))
    for line, field, written in texts:
        hints = {text: hint for text in written if (hint := dilution_hint(text)) is not None}
        if hints:
            found = ", ".join(f"'{hint}' in '{text}'" for text, hint in hints.items())
            expected = "the dilution in the batch record: this text looks like one and was not used"
            yield problem("note", "DILUTION_HINT", Where(line=line, field=field), found, expected)


def _on_concentration_per_particle(experiment: Experiment, videos: list[Video]) -> Iterator[Issue]:
    ratios = {v.index: ratio for v in videos if (ratio := _per_particle(experiment, v.index)) is not None}
    low, high = (pick(ratios, key=ratios.__getitem__, default=None) for pick in (min, max))
    if low is None or high is None:
        return
    if ratios[high] >= LARGEST_JUMP * ratios[low]:
        found = f"{ratios[high]:.2g}/mL for each particle in a frame, and {ratios[low]:.2g}/mL in video {low + 1}"
        expected = "about the same in all videos: one of them may include a dilution that was not recorded, or lack one"
        yield problem("warning", "DILUTION_DOUBTFUL", experiment.concentration.where(high), found, expected)
    for video in (low, high):
        if not LEAST_PER_PARTICLE <= ratios[video] <= MOST_PER_PARTICLE:
            found = f"{ratios[video]:.2g}/mL for each particle in a frame"
            expected = f"{LEAST_PER_PARTICLE:.0e} to {MOST_PER_PARTICLE:.0e}: the dilution in the file may be wrong"
            yield problem("warning", "DILUTION_DOUBTFUL", experiment.concentration.where(video), found, expected)


def _per_particle(experiment: Experiment, video: int) -> float | None:
    """Concentration as measured for each particle in a frame, 1/mL; None when there are none."""
    concentration, particles = experiment.concentration.values[video], experiment.particles.values[video]
    if not (concentration > 0 and particles > 0):
        return None
    return concentration / (experiment.dilution[video] or 1.0) / particles


def _on_blocks(sections: Sections, experiment: Experiment) -> Iterator[Issue]:
    announced = {item.kind for item in declared(sections)[0]}
    for kind, block in experiment.blocks.items():
        if kind not in announced:
            where = Where(line=block.line, field=name_of(kind))
            yield problem("warning", "UNDECLARED_BLOCK", where, "a block", f"its line in [{INCLUDED}]")
        if not RULES[experiment.version].percentiles_of(kind[0]):
            where = Where(line=block.line, field=name_of(kind))
            found = f"D-values and percentiles of NTA {experiment.version} in other units than nm"
            yield problem("note", "RULE_UNKNOWN", where, found, "nm: no real file shows that rule, so none is applied")


def _on_video(experiment: Experiment, video: Video) -> Iterator[Issue]:
    if video.no_data:
        found = f"{experiment.runs[video.index]}: {'; '.join(video.no_data)}"
        expected = "a video with data; it is kept, marked invalid, and its printed zeros are no results"
        yield problem("warning", "NO_DATA", experiment.concentration.where(video.index), found, expected)
    for check in video.checks.values():
        yield from disagreements(check)
    if video.total is not None and not video.total.comparison.within:
        yield disagreement(video.total)
    printed = experiment.concentration.values[video.index]
    if printed > 0 and not video.has_distribution:
        found, where = f"concentration {printed:.6g}", experiment.concentration.where(video.index)
        yield problem("warning", "STATISTICS_DISAGREE", where, found, "0, as all bins of the distribution are 0")


def _on_unread(unread: tuple[str, ...]) -> Iterator[Issue]:
    if unread:
        found = f"{len(unread)} keys that no measurement uses: {', '.join(unread)}"
        yield problem("note", "UNREAD", Where(), found, "the keys that NTA 3.2 to 3.4 are known to write")
