"""A criterion in words, for the terminal and for whoever asks what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.format import digits, shown_unit
from evqc.report.words import counted, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.criteria.catalogue import Asked, CatalogueEntry, CatalogueExample, CatalogueProfile, Shown
    from evqc.criteria.model import LimitValue

#: What the tag in front of a source says of how it was verified.
TAGS = {
    "src": "read at its source",
    "computed": "follows from calculation",
    "design": "evqc's own rule",
    "lab": "a laboratory's own rule, in its own file",
    "2nd": "read in a secondary text, which is named",
    "seed": "a starting value, not verified",
    "lit-H": "from the literature, not verified against its text; high confidence",
    "lit-M": "from the literature, not verified against its text; medium confidence",
    "lit-L": "from the literature, not verified against its text; low confidence",
}
SEVERITIES = {"blocks": "blocks the batch", "review": "asks a person to look", "note": "is only noted"}


def criterion_lines(of: CatalogueEntry) -> tuple[str, ...]:
    """One criterion: title, what follows from it, its conditions with their dated limits, source and examples.

    Args:
        of: an entry of the catalogue.
    """
    return (
        f"{of.id} v{of.version}: {of.title}",
        "",
        f"group     {of.group}",
        f"kind      {of.kind}; asked of each {of.subject}; not met, it {SEVERITIES[of.severity]}",
        f"profiles  {', '.join(of.profiles) or 'none'}",
        *(f"applies   when {line}" for asked in of.applies for line in condition_lines(asked)),
        *(f"requires  {line}" for asked in of.requires for line in condition_lines(asked)),
        *_changed(of),
        f"source    {of.source}",
        f"          [{of.tag}]: {TAGS[of.tag]}",
        "",
        "examples",
        *(f"  {_example(example)}" for example in of.examples),
    )


def entry_lines(entries: Sequence[CatalogueEntry], width: int | None) -> Iterator[str]:
    """A table of criteria: id, version, severity, tag, title and profiles, under the headings of their groups.

    Args:
        entries: of the catalogue.
        width: columns that titles are broken at; None for one line a criterion.
    """
    longest = max((len(entry.id) for entry in entries), default=0)
    group = None
    for entry in entries:
        if entry.group != group:
            group = entry.group
            yield group
        head = f"  {entry.id:<{longest}}  v{entry.version}  {entry.severity:<8}  {entry.tag:<8}  "
        yield from paragraph(f"{entry.title} ({', '.join(entry.profiles)})", width, head, " " * len(head))


def profile_lines(of: CatalogueProfile, width: int | None) -> Iterator[str]:
    """One profile: id, number of criteria, title, edition and what a pass means.

    Args:
        of: an entry of the catalogue.
        width: columns that lines are broken at; None for unbroken lines.
    """
    yield from paragraph(f"{of.id} ({counted(len(of.criteria), 'criterion', 'criteria')}): {of.title}", width, "", "  ")
    yield from paragraph(of.edition, width, "  ")
    if of.file:
        yield from paragraph(f"from {of.file}, SHA-256 {of.sha256}", width, "  ")
    yield from paragraph(of.about, width, "  ")


def _changed(of: CatalogueEntry) -> Iterable[str]:
    """What the edition changed, and which criteria of an earlier one it follows."""
    if of.changed:
        yield f"changed   {of.changed}"
    if of.follows:
        yield f"follows   {', '.join(of.follows)}"


def condition_lines(asked: Asked) -> Iterable[str]:
    """One condition in words: a line without limits, or one for each dated limit."""
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
    note = f" ({example.note})" if example.note else ""
    return f"{example.expect:<14} {example_text(example)}{note}"


def example_text(example: CatalogueExample) -> str:
    """The facts of an example in words."""
    told = (f"{name.replace('_', ' ')} {_shown(shown)}" for name, shown in example.facts.items())
    return "; ".join(told) or "nothing is known"


def _shown(of: Shown) -> str:
    sides = [f"above {of.above:g}"] if of.above is not None else []
    sides += [f"below {of.below:g}"] if of.below is not None else []
    said = _fact(of.value) if of.value is not None or not sides else " and ".join(sides)
    return f"{said}, undecided: {', '.join(of.undecided)}" if of.undecided else said


def _fact(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value) or "not stated"
