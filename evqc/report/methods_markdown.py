"""Methods, characterisation and the MISEV table as one Markdown text for a manuscript, with its gaps named."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evqc.report.markdown import plain, table
from evqc.report.words import sentence_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evqc.report.model import Report, ReportingTable

_NOT_APPLICABLE, _MET = "does not apply", "met"


def methods_markdown(report: Report) -> str:
    """Paragraphs, contradictions, gaps and table; what was not stated or not shown is said to be so.

    Args:
        report: of an assessed batch.
    """
    return "\n\n".join((*_text(report), *_table(report.methods.table))) + "\n"


def _text(report: Report) -> Iterator[str]:
    methods = report.methods
    yield "# Methods"
    yield plain(methods.paragraph)
    yield "# Characterisation"
    yield plain(methods.characterisation) or "Nothing was measured that could be told."
    if methods.to_settle:
        yield "# To settle"
        yield "Numbers above rest on what follows. It has to be settled before these texts are used."
        yield _list(methods.to_settle)
    if methods.missing:
        yield "# Not stated"
        yield "A methods section also needs what follows, and neither the record nor any file states it."
        yield _list(methods.missing)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {plain(sentence_case(line))}" for line in lines)


def _table(of: ReportingTable | None) -> Iterator[str]:
    if of is None:
        yield "No MISEV profile was asked, so there is no reporting table."
        return
    yield f"# Reporting by {plain(of.profile)}"
    yield plain(f"{of.edition}. {sentence_case(of.fraction)}. MISEV sets no limit; what is not met is to be justified.")
    applying = [item for item in of.items if item.answer != _NOT_APPLICABLE]
    for group, items in groupby(applying, lambda item: item.group):
        yield f"## {plain(group)}"
        rows = [(item.criterion, item.asked, item.answer, item.found) for item in items]
        yield table(("item", "asked for", "answer", "what was found"), rows)
    if unmet := [item.criterion for item in applying if item.answer != _MET]:
        yield f"Not met or not assessed, and to be supplied or justified: {', '.join(unmet)}."
    if others := [item.criterion for item in of.items if item.answer == _NOT_APPLICABLE]:
        yield f"Do not apply: {', '.join(others)}."
