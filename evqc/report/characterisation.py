"""The characterisation paragraph for a paper: what was found of the product, and nothing that was not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.markers.panel import BY_THE_LABORATORY
from evqc.measurement import Call
from evqc.report.sizes import STATISTICS
from evqc.report.words import counted, listed, sentence_case, was

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.report.shown import DerivedRow, MarkerRow, PanelView, SizedSample, ValueRow

_PRODUCT = "product"
_UNKNOWN_ROLE = "role not stated"
#: The order of the calls in a sentence.
_CALLS = (Call.POSITIVE, Call.NEGATIVE, Call.INDETERMINATE, Call.INVALID, Call.NOT_TESTED)
#: What decided, and how it is told of a single marker.
_AGAINST, _ABOVE = "positive against their controls", "above their limits of detection"
_CONTROL_FAILED = "not judged, since their control was invalid"
_NO_SIGNAL = "not judged, since nothing in their panel gave a signal"
_SINGULAR = {
    _AGAINST: "positive against its control",
    _ABOVE: "above its limit of detection",
    _CONTROL_FAILED: "not judged, since its control was invalid",
    _NO_SIGNAL: "not judged, since nothing in its panel gave a signal",
}
#: Calls that a person can make where no number decides.
_SAID = (Call.POSITIVE, Call.NEGATIVE, Call.INVALID)


def characterisation(
    sizes: Sequence[SizedSample],
    panels: Sequence[PanelView],
    values: Sequence[ValueRow],
    derived: Sequence[DerivedRow],
) -> str:
    """What was found of the product, of every sample where no product is known; empty when nothing was.

    Args:
        sizes: as the report shows them.
        panels: as the report shows them.
        values: results as the report shows them.
        derived: yields and purities as the report shows them.
    """
    of_product = [s for s in sizes if s.role == _PRODUCT] or [s for s in sizes if s.role == _UNKNOWN_ROLE]
    products = {s.name for s in of_product} | {v.sample for v in values if v.role == _PRODUCT}
    sentences = [
        *(text for sample in of_product for text in _sized(sample)),
        *(text for panel in panels if panel.sample in products for text in _panel(panel)),
        *_results([row for row in values if row.sample in products]),
        *_scores([row for row in derived if row.sample in products]),
    ]
    return " ".join(sentences)


def _sized(of: SizedSample) -> Iterable[str]:
    used = sum(row.used for row in of.runs)
    concentration = of.summary["concentration"]
    if concentration.value is not None:
        interval = f"; {concentration.interval}" if concentration.interval else ""
        yield f"The particle concentration of {of.label} was {concentration.text} ({of.basis}{interval})."
    told = [f"{_plain(name)} {of.summary[name].text}" for name in STATISTICS if of.summary[name].value is not None]
    if told:
        runs = f"{used} of {counted(len(of.runs), 'run')}"
        yield f"Its diameters by {of.technique} were: {listed(told)} (means over {runs})."
    if not told and concentration.value is None:
        yield f"Neither size nor concentration of {of.label} could be stated."


def _plain(name: str) -> str:
    """What a statistic is called within a sentence: ``mean``, ``D50``."""
    title = STATISTICS[name]
    return title.lower() if title[1:].islower() else title


def _panel(of: PanelView) -> Iterable[str]:
    rows = [row for group in of.groups for row in group.markers]
    told: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: _CALLS.index(row.call)):
        told.setdefault(_called(row, has_controls=bool(of.controls)), []).append(row.name)
    if told:
        parts = (_sentence(list(dict.fromkeys(names)), words) for words, names in told.items())
        yield f"In {of.sample}, by {of.technique}, {'; '.join(parts)}."


def _sentence(names: Sequence[str], words: str) -> str:
    return f"{listed(names)} {was(len(names))} {words if len(names) > 1 else _SINGULAR.get(words, words)}"


def _called(row: MarkerRow, *, has_controls: bool) -> str:
    """What is known of one call: who made it, or by what; a control is named only where it was compared."""
    if row.call is Call.POSITIVE and not has_controls:
        return f"called positive{' by the laboratory' if _is_said(row) else ''}, with no control stated"
    if row.call in _SAID and _is_said(row):
        return f"called {row.call} by the laboratory"
    if row.call is Call.POSITIVE:
        return _positive(row)
    if row.call is Call.INVALID:
        return _NO_SIGNAL if row.control.value is None else _CONTROL_FAILED
    return "neither positive nor negative (indeterminate)" if row.call is Call.INDETERMINATE else row.call.value


def _positive(row: MarkerRow) -> str:
    if row.control.value is not None:
        return _AGAINST
    return "called positive" if row.limit_of_detection.value is None else _ABOVE


def _is_said(row: MarkerRow) -> bool:
    return row.why.startswith(BY_THE_LABORATORY)


def _results(rows: Sequence[ValueRow]) -> Iterable[str]:
    told: dict[tuple[str, str, str, str], list[str]] = {}
    for row in sorted(rows, key=lambda row: (row.sample, row.title, row.method)):
        if not row.number.text.startswith("not known"):
            told.setdefault((row.sample, row.title, row.method, row.particulars), []).append(row.number.text)
    for (sample, title, method, particulars), numbers in told.items():
        by = "by a method that is not stated" if method == "not stated" else f"by {method}"
        of = f"{title} ({particulars})" if particulars else title
        yield f"{sentence_case(of)} of {sample} was {listed(dict.fromkeys(numbers))} ({by})."


def _scores(rows: Sequence[DerivedRow]) -> Iterable[str]:
    for row in rows:
        if row.number.value is not None:
            interval = f" ({row.number.interval})" if row.number.interval else ""
            yield f"{row.title[:1].upper()}{row.title[1:]} of {row.sample}: {row.number.text}{interval}."
