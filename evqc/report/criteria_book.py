"""Every rule as one Markdown document: what it asks, where it comes from, and examples on both sides of its limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.report.criteria_counts import counts
from evqc.report.criterion_text import SEVERITIES, TAGS, condition_lines, example_text
from evqc.report.markdown import plain, table
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.criteria.catalogue import Catalogue, CatalogueEntry, CatalogueProfile

_NOT_IN_SLUGS = re.compile(r"[^\w\- ]")
_HOW_TO_READ = (
    "Each criterion says to what it applies, what it asks, and where that comes from. It answers *pass*, *fail*, *not "
    "assessed* (something is not known, and that is never a pass) or *not applicable*. What follows from a fail is its "
    "severity: it *blocks* the batch, asks for a *review* by a person, or is only a *note*. Criteria of reporting (was "
    "it stated?), of measurement validity (is the number usable?) and of specification (does the batch meet a limit?) "
    "stay apart. Examples are part of each rule and are run as tests."
)


def criteria_book(listed: Catalogue) -> str:
    """The book as Markdown (CommonMark with tables); the same bytes for the same rules.

    Args:
        listed: the whole catalogue, or a profile's part of it.
    """
    parts = [
        f"# The criteria of evqc {__version__}",
        _HOW_TO_READ,
        *_contents(listed),
        *_sources(listed),
        *_counted(listed),
        *_chapters(listed),
        *_editions(listed.criteria),
    ]
    return "\n\n".join(parts) + "\n"


def slug(heading: str) -> str:
    """The anchor that Markdown renderers give a heading: small letters, blanks as hyphens, no other signs."""
    return _NOT_IN_SLUGS.sub("", heading.lower()).replace(" ", "-")


def _contents(listed: Catalogue) -> Iterator[str]:
    yield "## Contents"
    lines = [_entry(title) for title in ("How sources were verified", "Counts")]
    for profile in listed.profiles:
        lines.append(_entry(_chapter(profile)))
        groups = dict.fromkeys(e.group for e in listed.criteria if e.id in profile.criteria)
        lines += [_entry(f"{profile.id}: {group}", group, "  ") for group in groups]
    lines += [_entry("What changed between editions")] if _changes(listed.criteria) else []
    yield "\n".join(lines)


def _entry(heading: str, title: str = "", indent: str = "") -> str:
    return f"{indent}- [{plain(title or heading)}](#{slug(heading)})"


def _chapter(of: CatalogueProfile) -> str:
    return f"Profile {of.id}: {of.title}"


def _sources(listed: Catalogue) -> Iterator[str]:
    yield "## How sources were verified"
    yield "A criterion whose source was not verified against the primary text cannot block."
    used = {entry.tag for entry in listed.criteria}
    yield table(("tag", "meaning"), [(tag, meaning) for tag, meaning in TAGS.items() if tag in used])


def _counted(listed: Catalogue) -> Iterator[str]:
    heading, *rows = counts(listed)
    yield "## Counts"
    yield table(heading, rows)


def _chapters(listed: Catalogue) -> Iterator[str]:
    """A chapter a profile; a criterion of several profiles stands in the first, and the others refer to it."""
    told: dict[str, str] = {}
    entries = {entry.id: entry for entry in listed.criteria}
    for profile in listed.profiles:
        yield f"## {plain(_chapter(profile))}"
        yield plain(f"{profile.edition}. {profile.about}")
        if profile.file:
            yield plain(f"The laboratory's own, from {profile.file}, SHA-256 {profile.sha256}.")
        for group, of in _groups(entries[name] for name in profile.criteria if name in entries):
            yield f"### {plain(f'{profile.id}: {group}')}"
            for entry in of:
                yield from _referred(entry, told[entry.id]) if entry.id in told else _criterion(entry)
                told.setdefault(entry.id, profile.id)


def _groups(entries: Iterable[CatalogueEntry]) -> Iterable[tuple[str, list[CatalogueEntry]]]:
    together: dict[str, list[CatalogueEntry]] = {}
    for entry in entries:
        together.setdefault(entry.group, []).append(entry)
    return together.items()


def _referred(entry: CatalogueEntry, profile: str) -> Iterator[str]:
    yield f"[{entry.id}](#{slug(entry.id)}) as in {profile}: {plain(entry.title)}"


def _criterion(of: CatalogueEntry) -> Iterator[str]:
    yield f"#### {of.id}"
    yield f"**{plain(of.title)}** (version {of.version})"
    lines = [f"{of.kind}, asked of each {of.subject}; not met, it {SEVERITIES[of.severity]}"]
    lines += [f"applies when {line}" for asked in of.applies for line in condition_lines(asked)]
    lines += [f"asks: {line}" for asked in of.requires for line in condition_lines(asked)]
    lines += [f"source: {of.source}"]
    lines += [f"what the edition changed: {of.changed}"] if of.changed else []
    yield "\n".join(f"- {plain(line)}" for line in lines)
    yield table(("verdict", "example", "shows"), [(str(e.expect), example_text(e), e.note) for e in of.examples])


def _changes(entries: Sequence[CatalogueEntry]) -> list[tuple[str, str, str]]:
    """Rows of earlier criterion, later criterion and what changed; what nothing follows comes last."""
    known = {entry.id: entry for entry in entries}
    rows = [
        (_linked(entry.follows, known) or "none", _linked((entry.id,), known), plain(entry.changed))
        for entry in entries
        if entry.changed
    ]
    followed = {name for entry in entries for name in entry.follows}
    families = {name.partition("-")[0] for name in followed}
    dropped = [e for e in entries if e.id.partition("-")[0] in families and e.id not in followed and not e.changed]
    return rows + [(_linked((e.id,), known), "none", f"Not asked any more: {plain(e.title)}") for e in dropped]


def _linked(names: Sequence[str], known: dict[str, CatalogueEntry]) -> str:
    return ", ".join(f"[{name}](#{slug(name)})" if name in known else name for name in names)


def _editions(entries: Sequence[CatalogueEntry]) -> Iterator[str]:
    if rows := _changes(entries):
        yield "## What changed between editions"
        yield table(("earlier", "later", "what changed"), rows, marked_up=True)
