"""The markers that evqc knows, and which of them a name as people write it means.

The data stand beside this module: ``vocabulary.csv`` (one marker a row), ``families.csv`` (families that MISEV2018
names with a wildcard, such as GNA*), ``clones.csv`` (antibody clones that people write behind a name, ``[lit-M]``),
``ambiguous.csv`` (names that mean more than one thing and therefore resolve to nothing) and ``sets.toml`` (the closed
sets that rules speak of).
"""

from __future__ import annotations

import csv
import difflib
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from evqc.markers.names import GREEK_SHORT, aliases, clone_key, key, plainer, stated_clone, without_token
from evqc.records import from_plain, record

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Categories of MISEV2018 table 3 (doi:10.1080/20013078.2018.1535750). Where the table does not name a protein, the
#: letter follows from where the protein sits and is a default.
Category = Literal["1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b", "4c", "4d", "5a", "5b"]

#: What a marker is looked for as.
Role = Literal[
    "positive", "cell type", "msc positive", "msc negative", "variable", "safety", "promiscuous", "contaminant",
    "negative", "secreted", "isotype control",
]  # fmt: skip


@record
class Marker:
    """One marker of the vocabulary.

    Attributes:
        name: canonical name.
        symbol: HGNC gene symbol, several joined by ``;`` for a multi-gene target; None for a glycolipid or a control.
        mouse, rat: gene symbols of the counterpart in these species (nomenclature of MGI and RGD, ``[lit-H]``); None
            when the species has none or it is not known, as for CD1c, which rodents lack.
        uniprot: accessions of the human proteins, in the order of ``symbol``.
        synonyms: further names that mean this marker and no other.
        category: of MISEV2018 table 3; None for controls.
        source: of the category: ``lit-H`` for what the table names (members known from the literature, not verified
            against its text), ``design`` where evqc placed a protein that the table does not name.
        role: what it is looked for as.
        detail: which cell type, compartment or contaminant.
        notes: what a person should know of it.
    """

    name: str
    symbol: str | None
    mouse: str | None = None
    rat: str | None = None
    uniprot: str | None
    synonyms: tuple[str, ...]
    category: Category | None
    source: Literal["lit-H", "design"] | None = None
    role: Role
    detail: str = ""
    notes: str = ""


@record
class AmbiguousName:
    """A name that resolves to nothing, since it means more than one thing.

    Attributes:
        name: as people write it.
        markers: canonical names that it may mean.
        others: what it may mean outside the vocabulary.
    """

    name: str
    markers: tuple[str, ...]
    others: str = ""


@record
class Family:
    """Proteins that MISEV2018 names together with a wildcard; its members are markers by their gene symbol alone.

    A member that stands in the vocabulary by itself is what is said of it there: ITGB3 is a marker of platelets.

    Attributes:
        family: as the table writes it.
        title: one line for a person.
        pattern: of the keys of its members.
        category, source, role, detail: as of ``Marker``, for every member.
        human_only: symbols of members of which mouse and rat have no gene ``[lit-H]``; of any other the symbol there is
            taken to be the same.
    """

    family: str
    title: str
    pattern: str
    category: Category
    source: Literal["lit-H", "design"]
    role: Role
    detail: str = ""
    human_only: tuple[str, ...] = ()


@record
class Explanation:
    """What a name as somebody wrote it means, or may mean.

    Attributes:
        text: as written.
        verdict: ``one marker``, ``ambiguous`` or ``unknown``.
        marker: the one it means.
        may_be: every marker that it may mean.
        why: one sentence without its full stop.
        near: canonical names that are spelled like an unknown one.
    """

    text: str
    verdict: Literal["one marker", "ambiguous", "unknown"]
    marker: Marker | None
    may_be: tuple[Marker, ...]
    why: str
    near: tuple[str, ...] = ()


@record
class MarkerSet:
    """A closed set of markers that rules speak of.

    Attributes:
        id: stable name.
        title: one line for a person.
        members: canonical names.
        one_of: groups of members of which a single one is enough.
        matrix: the starting material for which the set is, as the batch record names it; for all when empty.
        source: where the set comes from.
    """

    id: str
    title: str
    members: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    matrix: str = ""
    source: str


@record
class Catalogue:
    """The document ``evqc.markers/1``: everything that this build knows of markers."""

    schema: Literal["evqc.markers/1"] = "evqc.markers/1"
    markers: tuple[Marker, ...]
    families: tuple[Family, ...]
    ambiguous: tuple[AmbiguousName, ...]
    sets: tuple[MarkerSet, ...]


def catalogue() -> Catalogue:
    """Markers, families, ambiguous names and sets as one document, for ``evqc markers --json``."""
    return Catalogue(markers=known(), families=families(), ambiguous=ambiguous(), sets=sets())


@cache
def known() -> tuple[Marker, ...]:
    """All markers, in the order of ``vocabulary.csv``."""
    may_lack = ("symbol", "mouse", "rat", "uniprot", "category", "source")
    rows = [row | {name: row[name] or None for name in may_lack} for row in _rows("vocabulary.csv")]
    return tuple(from_plain(Marker, row | {"synonyms": _parts(row["synonyms"])}) for row in rows)


@cache
def families() -> tuple[Family, ...]:
    """The families of MISEV2018 table 3, in the order of ``families.csv``."""
    rows = _rows("families.csv")
    return tuple(from_plain(Family, row | {"human_only": _parts(row["human_only"])}) for row in rows)


@cache
def ambiguous() -> tuple[AmbiguousName, ...]:
    """All names that mean more than one thing, in the order of ``ambiguous.csv``."""
    return tuple(
        AmbiguousName(name=row["name"], markers=_parts(row["markers"]), others=row["others"])
        for row in _rows("ambiguous.csv")
    )


@cache
def sets() -> tuple[MarkerSet, ...]:
    """The closed sets of ``sets.toml``: tetraspanins, markers of MSC and of other cells, contaminants by matrix."""
    read = tomllib.loads(_text("sets.toml"))
    return tuple(from_plain(MarkerSet, entry) for entry in read["set"])


def marker_set(identity: str) -> MarkerSet:
    """The set called ``identity``, such as ``msc-positive``; raises KeyError naming the sets there are."""
    for one in sets():
        if one.id == identity:
            return one
    raise KeyError(f"no marker set '{identity}'; there are {', '.join(s.id for s in sets())}")


def marker(name: str) -> Marker:
    """The marker of exactly this canonical name, or the member of a family; raises KeyError when there is none."""
    member = None if name in _by_name() else _member(key(name))
    return member if member is not None and member.name == name else _by_name()[name]


@lru_cache(maxsize=4096)
def resolve(text: str) -> Marker | None:
    """The one marker that a name means.

    Case, hyphens, blanks and Greek letters do not matter, nor do ``anti-``, ``human``, ``h`` before a CD number, a
    fluorophore, a clone, a catalogue number or a supplier behind the name. Two names of one marker (``CD81/TAPA-1``)
    mean that marker; a name beside a clone that is known to be of another marker (``CD9 (H5C6)``) means neither. A gene
    symbol in the spelling of mouse and rat (``Cd63``, ``H2-K1``) means the counterpart of the human marker.

    Args:
        text: the name as somebody wrote it.

    Returns:
        The marker; None when the name is unknown or means more than one thing.
    """
    meaning = _meaning(text)
    return marker(meaning.names[0]) if meaning.certain else None


def candidates(text: str) -> tuple[Marker, ...]:
    """Every marker that a name may mean, in the order of the vocabulary; none when it is unknown.

    A single candidate is not an answer: ``LAMP-3`` is an old name of CD63 and also a gene of its own.
    """
    names = _meaning(text).names
    members = (marker(name) for name in names if name not in _by_name())
    return (*(m for m in known() if m.name in names), *members)


def doubt(text: str) -> str | None:
    """Why ``resolve`` has no answer, in a few words; None when it has one."""
    meaning = _meaning(text)
    if meaning.certain:
        return None
    if not meaning.names:
        return f"'{text}' is not in the marker vocabulary"
    may_be = " or ".join([*meaning.names, *filter(None, [meaning.others])])
    return f"'{text}' may mean {may_be}"


def explain(text: str) -> Explanation:
    """What a name means and why, what it may mean, or what is spelled like it; for a person who asks."""
    found, may_be = _meaning(text), candidates(text)
    if found.certain:
        of = may_be[0]
        why = f"{_why(text, found, of)}{f'; {of.notes}' if of.notes else ''}"
        return Explanation(text=text, verdict="one marker", marker=of, may_be=may_be, why=why)
    verdict: Literal["ambiguous", "unknown"] = "ambiguous" if may_be else "unknown"
    near = () if may_be else _near(text)
    return Explanation(text=text, verdict=verdict, marker=None, may_be=may_be, why=str(doubt(text)), near=near)


def _near(text: str) -> tuple[str, ...]:
    spelled = difflib.get_close_matches(key(text), _index(), n=5, cutoff=0.7)
    return tuple(dict.fromkeys(name for each in spelled for name in _index()[each].names))


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a name can mean: canonical names, what else outside the vocabulary, and the part of the text it is of."""

    names: tuple[str, ...] = ()
    others: str = ""
    of: str = ""

    @property
    def certain(self) -> bool:
        return len(self.names) == 1 and not self.others


_UNKNOWN = _Meaning()


def _text(name: str) -> str:
    return (files("evqc.markers") / name).read_text(encoding="utf-8")


def _rows(name: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _parts(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(";") if part)


@cache
def _by_name() -> dict[str, Marker]:
    return {m.name: m for m in known()}


@cache
def _index() -> dict[str, _Meaning]:
    found: dict[str, tuple[str, ...]] = {}
    for m in known():
        symbols = (*_parts(m.symbol), *_parts(m.mouse), *_parts(m.rat))
        for name in (m.name, *symbols, *_parts(m.uniprot), *m.synonyms):
            found[key(name)] = tuple(dict.fromkeys((*found.get(key(name), ()), m.name)))
    certain = {spelled: _Meaning(names) for spelled, names in found.items()}
    return certain | {key(a.name): _Meaning(a.markers, a.others) for a in ambiguous()}


@cache
def _clones() -> dict[str, str]:
    return {clone_key(row["clone"]): row["marker"] for row in _rows("clones.csv")}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Family], ...]:
    return tuple((re.compile(family.pattern), family) for family in families())


@cache
def _member(spelled: str) -> Marker | None:
    """The member of a family that a key names, such as ``gnai2``."""
    family = next((f for pattern, f in _patterns() if pattern.fullmatch(spelled)), None)
    if family is None:
        return None
    symbol = spelled.upper().replace("/", "-")
    in_rodents = None if symbol in family.human_only else symbol.capitalize()
    return Marker(
        name=symbol, symbol=symbol, mouse=in_rodents, rat=in_rodents, uniprot=None, synonyms=(),
        category=family.category, source=family.source, role=family.role, detail=family.detail,
        notes=f"one of the {family.title}: category by the rule of the family {family.family}",
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _meaning(text: str) -> _Meaning:
    texts = list(plainer(text.strip()))
    exact = (_exact(each) for each in texts)
    several = (parts for each in texts if len(parts := aliases(each, _clones())) > 1)
    named = (_common([_part(part) for part in parts]) for parts in several)
    found = next((meaning for meaning in (*exact, *named, _before_token(text)) if meaning.names), _UNKNOWN)
    return _against(found, stated_clone(text))


def _before_token(text: str) -> _Meaning:
    """What a name means without the clone or catalogue number behind it, unless that means a marker by itself."""
    parted = without_token(text)
    if parted is None:
        return _UNKNOWN
    name, token = parted
    means_something = any(_part(part).names for part in (token, *re.split(r"[/.\s-]", token)) if part)
    return _UNKNOWN if means_something else _meaning(name)


def _part(text: str) -> _Meaning:
    """What one of several names means; beside a name also a clone has a meaning."""
    found, clone = _meaning(text), _clones().get(clone_key(text))
    return found if found.names or clone is None else _Meaning((clone,), of=text)


def _against(found: _Meaning, clone: str | None) -> _Meaning:
    """A name beside the clone that it states: a clone of another marker leaves open which of the two is meant."""
    of = _clones().get(clone_key(clone)) if clone is not None else None
    return found if of is None or of in found.names or not found.names else replace(found, names=(*found.names, of))


def _exact(text: str) -> _Meaning:
    keys = (key(text), key(text, GREEK_SHORT))
    listed = next((_index()[each] for each in keys if each in _index()), None)
    if listed is not None:
        return replace(listed, of=text)
    member = next((m for each in keys if (m := _member(each)) is not None), None)
    return _UNKNOWN if member is None else _Meaning((member.name,), of=text)


def _common(meanings: Iterable[_Meaning]) -> _Meaning:
    """What several names of one thing mean together: the one that a certain name says and no other contradicts."""
    all_of = list(meanings)
    if not all(m.names for m in all_of):
        return _UNKNOWN
    sure = {m.names[0]: m.of for m in reversed(all_of) if m.certain}
    if len(sure) == 1 and all(set(sure) <= set(m.names) for m in all_of):
        return _Meaning(tuple(sure), of=next(iter(sure.values())))
    names = tuple(dict.fromkeys(name for m in all_of for name in m.names))
    return _Meaning(names, "; ".join(filter(None, (m.others for m in all_of))))


def _why(text: str, found: _Meaning, of: Marker) -> str:
    """By which of its names a marker was found, and what was left out of the text for it."""
    spelled = {key(found.of), key(found.of, GREEK_SHORT)}
    kinds = (
        ("its name", (of.name,)), ("its HGNC symbol", _parts(of.symbol)), ("its UniProt accession", _parts(of.uniprot)),
        ("a synonym", of.synonyms), ("its gene symbol in mouse", _parts(of.mouse)),
        ("its gene symbol in rat", _parts(of.rat)),
    )  # fmt: skip
    kind = next((kind for kind, names in kinds if spelled & {key(name) for name in names}), "a clone of its antibodies")
    rest = "" if key(found.of) == key(text) else f", read in '{text}'"
    return f"'{found.of.strip()}' is {kind}{rest}"
