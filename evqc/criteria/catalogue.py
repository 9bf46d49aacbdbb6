"""The criteria as a document: what ``evqc criteria`` prints."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal

from evqc.criteria.findings import Fact, FactValue, Kind, Severity, SubjectKind, Verdict
from evqc.criteria.load import Rulebook, chosen, shipped
from evqc.criteria.model import Condition, Criterion, Example, LimitValue, example_facts
from evqc.criteria.operators import TESTS
from evqc.errors import Where, refusal
from evqc.records import record

if TYPE_CHECKING:
    from evqc.criteria.profiles import Resolved


@record
class DatedLimit:
    """One row of a limit's history; ``valid_from`` is None for what is part of the criterion and not a limit."""

    valid_from: str | None
    value: LimitValue
    reference: str


@record
class Asked:
    """One condition: the fact by name and label, the test in words, the limits it is compared with."""

    fact: str
    label: str
    test: str
    unit: str
    limits: tuple[DatedLimit, ...]


@record
class Shown:
    """A fact of an example; see ``findings.Fact``."""

    value: FactValue
    undecided: tuple[str, ...] = ()
    above: float | None = None
    below: float | None = None


@record
class CatalogueExample:
    """Facts by name, and the verdict that the criterion gives on them."""

    facts: dict[str, Shown]
    expect: Verdict
    note: str


@record
class CatalogueEntry:
    """One criterion as people read it.

    Attributes:
        profiles: ids of those that contain it.
        follows: criteria of an earlier edition that it takes the place of.
        changed: what the edition changed; with nothing to follow, that the criterion is new in it.
    """

    id: str
    version: int
    title: str
    group: str
    kind: Kind
    severity: Severity
    subject: SubjectKind
    source: str
    tag: str
    profiles: tuple[str, ...]
    follows: tuple[str, ...]
    changed: str
    applies: tuple[Asked, ...]
    requires: tuple[Asked, ...]
    examples: tuple[CatalogueExample, ...]


@record
class CatalogueProfile:
    """One profile as people choose it; ``file`` is None for one that comes with evqc, ``criteria`` are ids in order."""

    id: str
    title: str
    edition: str
    about: str
    file: str | None
    sha256: str
    scored: bool
    criteria: tuple[str, ...]


@record
class Catalogue:
    """The document ``evqc.criteria/1``."""

    schema: Literal["evqc.criteria/1"] = "evqc.criteria/1"
    profiles: tuple[CatalogueProfile, ...]
    criteria: tuple[CatalogueEntry, ...]


def catalogue(identity: str | None = None, *, rulebook: Rulebook | None = None) -> Catalogue:
    """All criteria in the order of their files, those of a profile as it asks them, or one; with the profiles of them.

    Args:
        identity: id of a criterion, in any case, or of a profile.
        rulebook: the shipped one by default.

    Raises:
        InputError: there is no such criterion or profile; the nearest ids are named.
    """
    book = rulebook or shipped()
    asked = _chosen(identity, book)
    named = (identity,) if identity in book.profiles else tuple(book.profiles)
    profiles = (book.profile(name) for name in named if name is not None)
    return Catalogue(
        profiles=tuple(_profile(p, book) for p in profiles if any(c.id in p.criteria for c in asked)),
        criteria=tuple(_entry(criterion, book) for criterion in asked),
    )


def catalogue_of(name: str) -> Catalogue:
    """What a name on the command line asks for: a criterion, a profile, or the profiles of a laboratory's own file.

    Args:
        name: an id as ``catalogue`` takes it, or a path that ends in ``.toml``.

    Raises:
        InputError: there is no such criterion or profile, or the file is faulty.
    """
    if not name.endswith(".toml"):
        return catalogue(name)
    book, ids = chosen([name], shipped())
    parts = [catalogue(each, rulebook=book) for each in ids]
    entries: dict[str, CatalogueEntry] = {}
    for entry in (entry for part in parts for entry in part.criteria):
        entries.setdefault(entry.id, entry)
    return Catalogue(
        profiles=tuple(profile for part in parts for profile in part.profiles),
        criteria=tuple(entries.values()),
    )


def _profile(of: Resolved, book: Rulebook) -> CatalogueProfile:
    return CatalogueProfile(
        id=of.profile.id,
        title=of.profile.title,
        edition=of.profile.edition,
        about=of.profile.about,
        file=book.files.get(of.profile.id),
        sha256=of.sha256,
        scored=of.profile.scored,
        criteria=tuple(of.criteria),
    )


def _chosen(identity: str | None, book: Rulebook) -> tuple[Criterion, ...]:
    if identity is None:
        return tuple(book.criteria.values())
    if identity in book.profiles:
        return tuple(book.profile(identity).criteria.values())
    if identity.upper() in book.criteria:
        return (book.criteria[identity.upper()],)
    known = (*book.criteria, *book.profiles)
    near = difflib.get_close_matches(identity, known, n=3, cutoff=0.4)
    raise refusal(
        "criteria",
        "UNKNOWN_CRITERION",
        Where(field=identity),
        identity,
        f"an id such as {', '.join(near or known[:3])}",
    )


def _entry(criterion: Criterion, book: Rulebook) -> CatalogueEntry:
    return CatalogueEntry(
        id=criterion.id,
        version=criterion.version,
        title=criterion.title,
        group=criterion.group,
        kind=criterion.kind,
        severity=criterion.severity,
        subject=criterion.subject,
        source=criterion.source,
        tag=criterion.tag,
        profiles=tuple(p.id for p in book.profiles.values() if criterion.id in book.profile(p.id).criteria),
        follows=criterion.follows,
        changed=criterion.changed,
        applies=tuple(_asked(condition, book) for condition in criterion.applies),
        requires=tuple(_asked(condition, book) for condition in criterion.requires),
        examples=tuple(_example(criterion, example) for example in criterion.examples),
    )


def _asked(condition: Condition, book: Rulebook) -> Asked:
    rows = [
        DatedLimit(valid_from=r.valid_from.isoformat(), value=r.value, reference=r.reference) for r in condition.limits
    ]
    if condition.value is not None:
        rows.append(DatedLimit(valid_from=None, value=condition.value, reference="part of the criterion"))
    return Asked(
        fact=condition.fact,
        label=book.word(condition.fact).label.replace("*", condition.fact.rpartition(".")[2]),
        test=TESTS[condition.test].words or "is",
        unit=condition.unit,
        limits=tuple(rows),
    )


def _example(criterion: Criterion, example: Example) -> CatalogueExample:
    facts = example_facts(criterion, example)
    shown = {name: _shown(fact) for name, fact in facts.items()}
    return CatalogueExample(facts=shown, expect=example.expect, note=example.note)


def _shown(fact: Fact) -> Shown:
    return Shown(value=fact.value, undecided=fact.undecided, above=fact.above, below=fact.below)
