"""The markers that evqc knows, and which of them a name as people write it means.

The data stand beside this module: ``vocabulary.csv`` (one marker a row), ``ambiguous.csv`` (names that mean more than
one thing and therefore resolve to nothing) and ``sets.toml`` (the closed sets that rules speak of).
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from evqc.records import from_plain, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        uniprot: accessions of the human proteins, in the order of ``symbol``.
        synonyms: further names that mean this marker and no other.
        category: of MISEV2018 table 3; None for controls.
        role: what it is looked for as.
        detail: which cell type, compartment or contaminant.
        notes: what a person should know of it.
    """

    name: str
    symbol: str | None
    uniprot: str | None
    synonyms: tuple[str, ...]
    category: Category | None
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
class MarkerSet:
    """A closed set of markers that rules speak of.

    Attributes:
        id: stable name.
        title: one line for a person.
        members: canonical names.
        one_of: groups of members of which a single one is enough.
        source: where the set comes from.
    """

    id: str
    title: str
    members: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    source: str


@record
class Catalogue:
    """The document ``evqc.markers/1``: everything that this build knows of markers."""

    schema: Literal["evqc.markers/1"] = "evqc.markers/1"
    markers: tuple[Marker, ...]
    ambiguous: tuple[AmbiguousName, ...]
    sets: tuple[MarkerSet, ...]


def catalogue() -> Catalogue:
    """Markers, ambiguous names and sets as one document, for ``evqc markers --json``."""
    return Catalogue(markers=known(), ambiguous=ambiguous(), sets=sets())


@cache
def known() -> tuple[Marker, ...]:
    """All markers, in the order of ``vocabulary.csv``."""
    may_lack = ("symbol", "uniprot", "category")
    rows = [row | {name: row[name] or None for name in may_lack} for row in _rows("vocabulary.csv")]
    return tuple(from_plain(Marker, row | {"synonyms": _parts(row["synonyms"])}) for row in rows)


@cache
def ambiguous() -> tuple[AmbiguousName, ...]:
    """All names that mean more than one thing, in the order of ``ambiguous.csv``."""
    return tuple(
        AmbiguousName(name=row["name"], markers=_parts(row["markers"]), others=row["others"])
        for row in _rows("ambiguous.csv")
    )


@cache
def sets() -> tuple[MarkerSet, ...]:
    """The closed sets of ``sets.toml``: tetraspanins, MSC positive and negative markers."""
    read = tomllib.loads(_text("sets.toml"))
    return tuple(from_plain(MarkerSet, entry) for entry in read["set"])


def marker_set(identity: str) -> MarkerSet:
    """The set called ``identity``, such as ``msc-positive``; raises KeyError naming the sets there are."""
    for one in sets():
        if one.id == identity:
            return one
    raise KeyError(f"no marker set '{identity}'; there are {', '.join(s.id for s in sets())}")


def marker(name: str) -> Marker:
    """The marker of exactly this canonical name; raises KeyError when there is none."""
    return _by_name()[name]


def resolve(text: str) -> Marker | None:
    """The one marker that a name means.

    Case, hyphens, blanks and Greek letters do not matter, nor do ``anti-``, ``human``, ``h`` before a CD number, a
    fluorophore behind the name or a clone in brackets. Two names of one marker (``CD81/TAPA-1``) mean that marker.

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
    return tuple(m for m in known() if m.name in _meaning(text).names)


def doubt(text: str) -> str | None:
    """Why ``resolve`` has no answer, in a few words; None when it has one."""
    meaning = _meaning(text)
    if meaning.certain:
        return None
    if not meaning.names:
        return f"'{text}' is not in the marker vocabulary"
    may_be = " or ".join([*meaning.names, *filter(None, [meaning.others])])
    return f"'{text}' may mean {may_be}"


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a name can mean: canonical names, and what else outside the vocabulary."""

    names: tuple[str, ...] = ()
    others: str = ""

    @property
    def certain(self) -> bool:
        return len(self.names) == 1 and not self.others


_UNKNOWN = _Meaning()
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "κ": "kappa", "λ": "lambda",
}  # fmt: skip
_GREEK_SHORT = {"α": "a", "β": "b", "γ": "g", "δ": "d", "ε": "e"}
#: What may stand between the parts of a name. Any other sign (``+``, ``%``, ``|``) says more than a name does.
_NAME = re.compile(r"[^\W_][\w\s\-‐‑‒–—−./,'’()]*")
_FLUOROPHORE = (
    r"apc|pe|fitc|percp|biotin|hrp|cy\s?[357](\.5)?|(apc|pe|percp)[\s/-]?(cy\s?[57](\.5)?|vio\s?\d+|fire\s?\d+)|"
    r"b[bvu]v?\s?\d{3}|(af|alexa(\s?fluor)?|dylight|efluor|e?fluor|cf)[\s-]?\d{3}[a-z]?|vio(blue|green|bright\s?\w+)|"
    r"pacific\s(blue|orange)"
)
#: What surrounds a name without changing its meaning; each is taken off once.
_DECORATIONS = (
    re.compile(r"^anti[\s-]+", re.IGNORECASE),
    re.compile(r"^(hu|human)[\s-]+", re.IGNORECASE),
    re.compile(r"^[hα][\s-]?(?=cd\d)", re.IGNORECASE),
    re.compile(r"\s*[(\[](clone|cat|lot|human|~?\d+(-\d+)?\s?kda)[^()]*[)\]]$", re.IGNORECASE),
    re.compile(rf"\s*\(({_FLUOROPHORE})\)$", re.IGNORECASE),
    re.compile(r"[\s,]+clone\s+\S+$", re.IGNORECASE),
    re.compile(rf"[\s\-_]+({_FLUOROPHORE})$", re.IGNORECASE),
    re.compile(r"[\s-]+(antigen|protein|antibody|m?ab)$", re.IGNORECASE),
)
_ALIASES = re.compile(r"\s*[/(]\s*|\)")


def _text(name: str) -> str:
    return (files("evqc.markers") / name).read_text(encoding="utf-8")


def _rows(name: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


@cache
def _by_name() -> dict[str, Marker]:
    return {m.name: m for m in known()}


def _key(text: str, greek: dict[str, str] = _GREEK) -> str:
    """Letters and digits of a name; between two digits a separator stays, so that CD8-1 is not CD81."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for letter, name in greek.items():
        plain = plain.replace(letter, name)
    if not _NAME.fullmatch(plain.strip()) or plain.rstrip()[-1] in "-‐‑‒–—−":
        return ""
    parts: list[str] = re.findall(r"[^\W_]+", plain)
    return reduce(_joined, parts)


def _joined(left: str, right: str) -> str:
    return f"{left}/{right}" if left[-1].isdigit() and right[0].isdigit() else left + right


@cache
def _index() -> dict[str, _Meaning]:
    found: dict[str, tuple[str, ...]] = {}
    for m in known():
        for name in (m.name, *_parts(m.symbol or ""), *_parts(m.uniprot or ""), *m.synonyms):
            key = _key(name)
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), m.name)))
    certain = {key: _Meaning(names) for key, names in found.items()}
    return certain | {_key(a.name): _Meaning(a.markers, a.others) for a in ambiguous()}


def _meaning(text: str) -> _Meaning:
    texts = list(_plainer(text.strip()))
    exact = [_exact(plainer) for plainer in texts]
    aliases = (_common([_meaning(part) for part in parts]) for parts in map(_aliases, texts) if len(parts) > 1)
    return next((meaning for meaning in (*exact, *aliases) if meaning.names), _UNKNOWN)


def _aliases(text: str) -> list[str]:
    return [part for part in _ALIASES.split(text) if part.strip()]


def _exact(text: str) -> _Meaning:
    keys = (_key(text), _key(text, _GREEK_SHORT))
    return next((_index()[key] for key in keys if key in _index()), _UNKNOWN)


def _plainer(text: str) -> Iterator[str]:
    """The text, and the text with one decoration after the other taken off."""
    yield text
    for decoration in _DECORATIONS:
        plainer = decoration.sub("", text)
        if plainer != text:
            text = plainer
            yield text


def _common(meanings: Iterable[_Meaning]) -> _Meaning:
    """What several names of one thing mean together: the one that a certain name says and no other contradicts."""
    all_of = list(meanings)
    if not all(m.names for m in all_of):
        return _UNKNOWN
    sure = {m.names[0] for m in all_of if m.certain}
    if len(sure) == 1 and all(sure <= set(m.names) for m in all_of):
        return _Meaning(tuple(sure))
    names = tuple(dict.fromkeys(name for m in all_of for name in m.names))
    return _Meaning(names, "; ".join(filter(None, (m.others for m in all_of))))
