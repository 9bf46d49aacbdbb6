"""The sections of a record, each a table of ``batch.toml`` and a sheet of the workbook, and their closed lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from evqc.batch import fields
from evqc.batch.fields import FieldOfRecord
from evqc.batch.making import methods
from evqc.batch.statements import statements
from evqc.batch.vocabulary import (
    CLAIMS,
    IMAGE_METHODS,
    MATRICES,
    OBSERVATIONS,
    OUTCOMES,
    ROLES,
    SPECIES,
    TISSUES,
    VIEWS,
)
from evqc.batch.wording import Path, shown_path
from evqc.errors import Where
from evqc.measurands import MEASURANDS, UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the record, which is one sheet of the workbook.

    Attributes:
        key: in ``batch.toml``.
        sheet: name of the sheet.
        fields: in the order of the sheet.
        is_list: ``[[key]]`` with any number of entries, one row each.
        also: keys that are no single cell: lists, and tables with free keys.
    """

    key: str
    sheet: str
    fields: tuple[FieldOfRecord, ...]
    is_list: bool = True
    also: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything that may stand in an entry."""
        return (*(field.name for field in self.fields), *self.also, *COMPOUND.get(self.key, ()))

    def field(self, name: str) -> FieldOfRecord | None:
        """The field called ``name``."""
        return next((f for f in self.fields if f.name == name), None)


SECTIONS: tuple[Section, ...] = (
    Section("batch", "Batch", fields.BATCH, is_list=False),
    Section("source", "Source", fields.SOURCE, is_list=False),
    Section("isolation", "Isolation", fields.ISOLATION),
    Section("samples", "Samples", fields.SAMPLES),
    Section("files", "Files", fields.FILES),
    Section("results", "Results", fields.RESULTS),
    Section("spikes", "Spikes", fields.SPIKES),
    Section("markers", "Markers", fields.MARKERS),
    Section("observations", "Observations", fields.OBSERVATIONS),
    Section("images", "Images", fields.IMAGES),
    Section("antibodies", "Antibodies", fields.ANTIBODIES),
    Section("assays", "Assays", fields.ASSAYS),
    Section("statements", "Statements", fields.of_statements(), is_list=False),
)

#: Fields of the model that are no single cell: lists, and tables with free keys.
COMPOUND = {"batch": ("claims", "profiles", "justifications"), "isolation": ("parameters",)}

#: Lists whose entries may be spelled in other ways too (synonyms, units); the workbook warns and does not stop there.
OPEN_LISTS = frozenset(
    {"species", "tissue", "method", "image method", "unit", "sample", "parameter", "test", "outcome"}
)


def section(key: str) -> Section:
    """The section called ``key``; raises KeyError when there is none."""
    return {s.key: s for s in SECTIONS}[key]


def place_of(path: Path, record_name: str) -> Where:
    """Where a value of the record stands, in the words of the file that a person filled in.

    Args:
        path: keys and places in lists, from 0.
        record_name: the file of the record.

    Returns:
        ``files[2].dilution`` in a ``batch.toml``; ``Files, entry 2, Dilution`` in a workbook, whose rows may be empty.
    """
    known = next((s for s in SECTIONS if path and s.key == path[0]), None)
    if known is None or not record_name.endswith(".xlsx"):
        return Where(field=shown_path(path))
    words = [f"entry {part + 1}" if isinstance(part, int) else _label(known, part) for part in path[1:]]
    return Where(field=", ".join([known.sheet, *words]))


def _label(of: Section, name: str) -> str:
    known = of.field(name)
    return known.label if known is not None else name.replace("_", " ")


@cache
def lists() -> Mapping[str, tuple[str, ...]]:
    """The closed lists by name, each in the order in which a person is offered it."""
    parameters = {key: None for method in methods().values() for key in (*method.needed, *method.also)}
    return {
        "role": ROLES,
        "claim": CLAIMS,
        "species": SPECIES,
        "tissue": tuple(TISSUES),
        "matrix": MATRICES,
        "mycoplasma": ("negative", "positive", "not tested"),
        "method": tuple(methods()),
        "parameter": tuple(sorted(parameters)),
        "purpose": ("measurement", "bead check"),
        "measurand": tuple(MEASURANDS),
        "unit": tuple(UNITS),
        "call": ("positive", "negative", "not tested"),
        "lysate": ("positive", "negative"),
        "test": tuple(OBSERVATIONS),
        "outcome": OUTCOMES,
        "image method": IMAGE_METHODS,
        "view": VIEWS,
        "field selection": ("predefined", "operator"),
        **{each.list_name: each.choices for each in statements().values() if each.choices},
    }
