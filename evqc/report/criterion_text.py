"""A criterion in words, for the terminal and for whoever asks what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.format import digits, shown_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.criteria.catalogue import Asked, CatalogueEntry, CatalogueExample
    from evqc.criteria.model import LimitValue

#: What the tag in front of a source says of how it was verified.
TAGS = {
    "src": "read at its source",
    "computed": "follows from calculation",
    "design": "evqc's own rule",
    "2nd": "read in a secondary text, which is named",
    "seed": "a starting value, not verified",
    "lit-H": "from the literature, not verified against its text; high confidence",
    "lit-M": "from the literature, not verified against its text; medium confidence",
    "lit-L": "from the literature, not verified against its text; low confidence",
}
_SEVERITIES = {"blocks": "blocks the batch", "review": "asks a person to look", "note": "is only noted"}


def criterion_lines(of: CatalogueEntry) -> tuple[str, ...]:
    """One criterion: title, what follows from it, its conditions with their dated limits, source and examples.

    Args:
        of: an entry of the catalogue.
    """
    return (
        f"{of.id} v{of.version}: {of.title}",
        "",
        f"kind      {of.kind}; asked of each {of.subject}; not met, it {_SEVERITIES[of.severity]}",
        f"profiles  {', '.join(of.profiles) or 'none'}",
        *(f"applies   when {line}" for asked in of.applies for line in _condition(asked)),
        *(f"requires  {line}" for asked in of.requires for line in _condition(asked)),
        f"source    {of.source}",
        f"          [{of.tag}]: {TAGS[of.tag]}",
        "",
        "examples",
        *(f"  {_example(example)}" for example in of.examples),
    )


def _condition(asked: Asked) -> Iterable[str]:
    if not asked.limits:
        yield f"{asked.label} {asked.test}".strip()
    for limit in asked.limits:
        since = f" ({limit.reference}, from {limit.valid_from})" if limit.valid_from else ""
        yield f"{asked.label}: {asked.test.removesuffix(':')} {_value(limit.value, asked.unit)}{since}"


def _value(value: LimitValue, unit: str) -> str:
    if isinstance(value, tuple):
        joiner = " and " if all(isinstance(each, float) for each in value) else ", "
        return joiner.join(_value(each, unit) for each in value)
    if isinstance(value, str):
        return value
    shown = shown_unit(unit)
    number = f"{value:.0f}" if value.is_integer() and abs(value) < 1e5 else digits(value, unit)
    return f"{number} {shown}".strip()


def _example(example: CatalogueExample) -> str:
    facts = "; ".join(f"{name.replace('_', ' ')} {_fact(shown.value)}" for name, shown in example.facts.items())
    note = f" ({example.note})" if example.note else ""
    return f"{example.expect:<14} {facts or 'nothing is known'}{note}"


def _fact(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value) or "not stated"
