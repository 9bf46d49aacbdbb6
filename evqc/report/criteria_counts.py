"""How many criteria a profile has, by what follows from them and by how their source was verified."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evqc.criteria.findings import Severity
from evqc.report.criterion_text import TAGS
from evqc.report.words import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.criteria.catalogue import Catalogue, CatalogueEntry

_SEVERITIES = tuple(severity.value for severity in Severity)


def counts(listed: Catalogue) -> tuple[tuple[str, ...], ...]:
    """A heading and one row a profile, the last over all criteria; a criterion may stand in several profiles.

    Args:
        listed: what is counted; tags that no criterion has are left out.
    """
    tags = [tag for tag in TAGS if any(entry.tag == tag for entry in listed.criteria)]
    heading = ("profile", "criteria", *_SEVERITIES, *tags)
    rows = [_row(p.id, [e for e in listed.criteria if p.id in e.profiles], tags) for p in listed.profiles]
    return (heading, *rows, _row("all", listed.criteria, tags))


def count_lines(listed: Catalogue) -> Iterator[str]:
    """The counts as two tables for the terminal, by severity and by tag, with the meaning of each tag.

    Args:
        listed: what is counted.
    """
    rows = counts(listed)
    split = 2 + len(_SEVERITIES)
    yield from columns([row[:split] for row in rows])
    yield ""
    yield from columns([(row[0], *row[split:]) for row in rows])
    yield ""
    yield from (f"[{tag}]: {TAGS[tag]}" for tag in rows[0][split:])


def _row(name: str, of: Sequence[CatalogueEntry], tags: Iterable[str]) -> tuple[str, ...]:
    severities, sources = Counter(entry.severity.value for entry in of), Counter(entry.tag for entry in of)
    return (name, str(len(of)), *(str(severities[s]) for s in _SEVERITIES), *(str(sources[tag]) for tag in tags))
