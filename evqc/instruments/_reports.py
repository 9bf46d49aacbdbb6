"""PDF reports of a run beside its text export: what they print is compared, and never read instead of the export."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import half_unit, parse
from evqc.reading import Printed, Reading, accepted, verdict, with_issues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from evqc.instruments._export import ExportFile

ALONE = "NO_TEXT_EXPORT"
_NUMBER = r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
NUMBER = re.compile(_NUMBER)
_LABEL = re.compile(r"(?:^|  )([A-Za-z][^:]{0,60}?)\s*:\s+\S")


@dataclass(frozen=True, slots=True)
class Ours:
    """A number of the text export that a report prints too, and how far its own rounding can move it."""

    value: float
    tolerance: float = 0.0


def printed(identity: Mapping[str, str], texts: Mapping[str, str], runs: Sequence[str] = ()) -> Printed:
    """What a report prints, from the texts of its numbers; a text that is no number is left out.

    Args:
        identity: what says of which run it is.
        texts: numbers as printed, by name.
        runs: names of the runs.
    """
    marks = {name: "," if "," in text else "." for name, text in texts.items()}
    values = {name: parse(text, decimal=marks[name]) for name, text in texts.items()}
    known = {name: value for name, value in values.items() if value is not None}
    return Printed(
        identity=dict(identity),
        runs=tuple(runs),
        values=known,
        rounding={name: half_unit(texts[name]) for name in known},
    )


def reading(
    file: ExportFile, found: Printed, *, name: str, version: str | None, unread: tuple[str, ...] = ()
) -> Reading:
    """A report that stands alone: no measurement, its numbers kept, and flagged until its export is beside it."""
    expected = "the text export of this run in the same folder; a report is compared with it, never read instead"
    return accepted(
        file.source,
        instrument=name,
        software_version=version,
        file_kind="PDF report",
        measurements=(),
        issues=(problem("warning", ALONE, Where(), "a PDF report", expected),),
        unread=unread,
        status="experimental",
        printed=found,
    )


def joined(
    readings: Sequence[Reading],
    name: str,
    is_of: Callable[[Printed, Reading], bool],
    numbers: Callable[[Reading], Mapping[str, Ours]],
) -> list[Reading]:
    """The readings, each report compared with the one export that it is of; same number, same order.

    A report that fits several exports, or none, stays as it is.

    Args:
        readings: reports and exports of one folder.
        name: of the reader of the reports.
        is_of: whether a report is of an export's run, by their content.
        numbers: what an export gives for the numbers that reports print, by the same names.
    """
    together = list(readings)
    for i, report in enumerate(readings):
        found = report.printed
        if report.instrument != name or found is None:
            continue
        fits = [j for j, r in enumerate(readings) if r.instrument != name and r.measurements and is_of(found, r)]
        if len(fits) == 1:
            issues = compared(found, numbers(readings[fits[0]]))
            together[i] = _beside(_no_longer_alone(report), readings[fits[0]], issues)
            together[fits[0]] = _beside(together[fits[0]], report, issues)
    return together


def compared(found: Printed, ours: Mapping[str, Ours]) -> tuple[Issue, ...]:
    """``PDF_DISAGREES`` for each number that differs beyond both roundings, else one ``PDF_AGREES``.

    Args:
        found: what the report prints.
        ours: what the export gives.
    """
    shared = [name for name in found.values if name in ours]
    wrong = [name for name in shared if not _agrees(found, name, ours[name])]
    if not shared:
        expected = "a number that both print"
        return (problem("note", "PDF_NOT_COMPARED", Where(), "nothing that report and export share", expected),)
    if not wrong:
        said = f"{len(shared)} numbers: {', '.join(shared)}"
        return (problem("note", "PDF_AGREES", Where(), said, "the same numbers in report and text export"),)
    return tuple(_disagreement(name, found.values[name], ours[name].value) for name in wrong)


def _agrees(found: Printed, name: str, ours: Ours) -> bool:
    allowed = found.rounding[name] + ours.tolerance
    return abs(found.values[name] - ours.value) <= allowed * (1 + 1e-9) + 1e-12 * abs(ours.value)


def _disagreement(name: str, theirs: float, ours: float) -> Issue:
    said = f"{name} {theirs:.10g} in the PDF report"
    return problem("warning", "PDF_DISAGREES", Where(field=name), said, f"{ours:.10g} as in the text export")


def _no_longer_alone(report: Reading) -> Reading:
    rest = tuple(issue for issue in report.issues if issue.code != ALONE)
    return replace(report, issues=rest, verdict=verdict(rest))


def _beside(own: Reading, other: Reading, issues: Sequence[Issue]) -> Reading:
    names = (*own.source.joined, other.source.name)
    return with_issues(replace(own, source=replace(own.source, joined=names)), *issues)


def labelled(lines: Sequence[str], label: str) -> str | None:
    """The text behind ``label:`` in the first line that has it, up to the next column; None when no line has it.

    Args:
        lines: of the report, columns apart by two blanks.
        label: without colon, at the beginning of a column; case does not matter.
    """
    wanted = re.compile(rf"(?:^|  ){re.escape(label)}\s*:\s*(.*)", re.IGNORECASE)
    for line in lines:
        if (hit := wanted.search(line)) is not None:
            return hit[1].strip().split("  ")[0].strip() or None
    return None


def other_labels(lines: Sequence[str], read: Iterable[str]) -> tuple[str, ...]:
    """The labels with a text behind them that are not among ``read``, in the order of the report, each once."""
    found = dict.fromkeys(hit[1] for line in lines for hit in _LABEL.finditer(line))
    kept = {label.casefold() for label in read}
    return tuple(label for label in found if label.casefold() not in kept)


def number_text(text: str | None) -> str | None:
    """The first number of a text, as written; None when it begins with none."""
    hit = NUMBER.match(text.strip()) if text else None
    return hit[0] if hit else None


def known(texts: Mapping[str, str | None]) -> dict[str, str]:
    """The entries that hold a text."""
    return {name: text for name, text in texts.items() if text is not None}
