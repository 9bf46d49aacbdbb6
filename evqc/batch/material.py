"""What a record says of its cells, medium and product that does not go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.batch.sections import place_of
from evqc.batch.vocabulary import TISSUES
from evqc.batch.wording import quoted
from evqc.errors import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.model import BatchRecord, SourceMaterial
    from evqc.batch.wording import Path
    from evqc.reading import Source

_Found = tuple["Path", str, str, str]

SERUM, PLATELET_LYSATE = "serum", "platelet lysate"
_FREE = r"(?![- ]free)"
#: What a supplement brings along, by the words for it; albumin and what stands in for serum are none.
_SUPPLEMENTS = {
    SERUM: re.compile(rf"\b(FBS|FCS)\b{_FREE}|\bserum\b(?![- ](free|albumin|replacement|substitute))", re.IGNORECASE),
    PLATELET_LYSATE: re.compile(rf"\b(h?PL|platelet lysate)\b{_FREE}", re.IGNORECASE),
}
#: Serum or lysate of which there is none, with up to two words between.
_WITHOUT = re.compile(r"\b(no|without|free of)\s+(\w+\s+){0,2}?(FBS|FCS|serum|h?PL|platelet lysate)\b", re.IGNORECASE)
#: What the conditioned medium holds by its name.
_HOLDS = {
    "conditioned medium, serum-free": frozenset[str](),
    "conditioned medium with fetal bovine serum": frozenset({SERUM}),
    "conditioned medium with human platelet lysate": frozenset({PLATELET_LYSATE}),
}
#: Tissues of which one is part of the other.
_PARTS = (frozenset({"umbilical cord", "Wharton's jelly"}),)


def material_against_itself(record: BatchRecord, source: Source) -> Iterator[Contradiction]:
    """A warning for everything that the record says of its material and that does not go together.

    Args:
        record: its ``source``, ``samples`` and ``statements``.
        source: the file of the record.

    Returns:
        ``SUPPLEMENT_DIFFERS`` (a supplement that the medium is said not to hold), ``TISSUE_DIFFERS`` (cells named after
        another tissue) and ``FORM_DIFFERS`` (a frozen product kept above freezing).
    """
    for path, code, found, expected in (*_of_medium(record), *_of_tissue(record), *_of_form(record)):
        where = place_of(path, source.name)
        yield Contradiction(source=source, issue=problem("warning", code, where, found, expected))


def medium_holds(source: SourceMaterial) -> frozenset[str]:
    """What the medium was made with: ``SERUM``, ``PLATELET_LYSATE``, by its own name or by the supplement's."""
    return _HOLDS.get(source.matrix or "", frozenset()) | _added(source.supplement or "")


def _added(supplement: str) -> frozenset[str]:
    said = _WITHOUT.sub("", supplement)
    return frozenset(name for name, words in _SUPPLEMENTS.items() if words.search(said))


def _of_medium(record: BatchRecord) -> Iterator[_Found]:
    """A supplement of which the contaminants are not looked for, since the medium does not name it."""
    matrix, supplement = record.source.matrix, record.source.supplement or ""
    if matrix in _HOLDS and _added(supplement) - _HOLDS[matrix]:
        found = f"{quoted(supplement)}, while the vesicles are from {quoted(matrix)}"
        yield ("source", "supplement"), "SUPPLEMENT_DIFFERS", found, "a medium that names what was added to it"


def _of_tissue(record: BatchRecord) -> Iterator[_Found]:
    tissue, cells = record.source.tissue, record.source.cell_type
    named = _tissue_of(cells or "")
    if tissue is None or named is None or named == tissue or any({named, tissue} <= each for each in _PARTS):
        return
    found = f"{quoted(str(cells))}, cells of {named}, while the tissue is {quoted(tissue)}"
    yield ("source", "cell_type"), "TISSUE_DIFFERS", found, "cells of the tissue"


def _tissue_of(cell_type: str) -> str | None:
    """The tissue that cells are named after, by a prefix such as UC-MSC; None for one that the list does not have."""
    named = re.search(r"\b(?:hu?)?(([A-Z]{2,4})[- ]?(?:MSC|SC))s?\b", cell_type)
    if named is None:
        return None
    return next((tissue for tissue, others in TISSUES.items() if {named[1], named[2]} & {*others}), None)


def _of_form(record: BatchRecord) -> Iterator[_Found]:
    if record.statements.get("physical_form") != "frozen":
        return
    for index, sample in enumerate(record.samples):
        if sample.role == "product" and sample.storage_degC is not None and sample.storage_degC > 0:
            found = f"{sample.storage_degC:g} °C, while the product is stored frozen"
            yield ("samples", index, "storage_degC"), "FORM_DIFFERS", found, "a temperature at which it is frozen"
