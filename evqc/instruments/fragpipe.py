"""FragPipe (Philosopher, IonQuant) tables of proteins: of all samples, and of one.

Source: headings as the public code of Philosopher writes them in its versions; MARKER formats, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Where, refusal
from evqc.instruments._bands import torn
from evqc.instruments._first_headings import first_filled
from evqc.instruments._presence import (
    Evidence,
    ProteinTable,
    contaminant_share,
    end_unmarked,
    panel,
    remarks,
    sums_disagree,
)
from evqc.instruments._protein_rows import Columns, by_samples
from evqc.instruments._proteins import protein
from evqc.instruments._rows import delimiter, plain, rows, table
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.instruments._rows import Table

NAME = "fragpipe"
TITLE = "FragPipe protein tables"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = (
    "combined_protein.tsv: markers present in each sample by spectra, share of plasma contaminants",
    "combined_protein.tsv of Philosopher before version 4, with summarized razor spectra",
    "protein.tsv: the same of one sample, markers by its unique peptides",
)
MENTIONS = "protein id"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of one kind of table are called.

    Attributes:
        kind: the kind, for the reading.
        needed: headings that tell it.
        gene: column of the gene.
        peptides: column of peptides over the whole file, and what kind of peptides they are.
        spectra: of one sample, counted for one protein each; with ``alone`` the whole heading, else its ending.
        unique: the same, of unique peptides alone.
        total: column of ``spectra`` over all samples; None in a table of one.
    """

    kind: str
    needed: tuple[str, ...]
    gene: str
    peptides: tuple[str, str]
    spectra: str
    unique: str
    total: str | None

    @property
    def alone(self) -> bool:
        """Whether the table is of one sample, whose name it does not say."""
        return self.total is None


_LAYOUTS = (
    Layout(
        "combined protein table", ("Protein", "Protein ID", "Gene", "Combined Total Peptides"), "Gene",
        ("Combined Total Peptides", "peptides"), "Spectral Count", "Unique Spectral Count", "Combined Spectral Count",
    ),
    Layout(
        "combined protein table with razor spectra",
        ("Protein ID", "Gene Names", "Unique Stripped Peptides", "Summarized Razor Spectral Count"), "Gene Names",
        ("Unique Stripped Peptides", "peptides"), "Razor Spectral Count", "Unique Spectral Count",
        "Summarized Razor Spectral Count",
    ),
    Layout(
        "protein table of one sample", ("Protein", "Protein ID", "Gene", "Unique Peptides", "Razor Spectral Count"),
        "Gene", ("Unique Peptides", "unique peptides"), "Razor Spectral Count", "Unique Spectral Count", None,
    ),
)  # fmt: skip
_COMBINED = tuple(f"{word} {counts}" for word in ("Combined", "Summarized")
                  for counts in ("Spectral Count", "Unique Spectral Count", "Total Spectral Count"))  # fmt: skip
_ABOUT = (
    *(heading for layout in _LAYOUTS for heading in layout.needed), *_COMBINED, "Entry Name", "Organism", "Is Decoy",
    "Is Contaminant",
)  # fmt: skip
#: Endings of the headings of one sample, the longer before those that they end with.
_ENDINGS = (
    "MaxLFQ Total Intensity", "MaxLFQ Unique Intensity", "MaxLFQ Intensity", "Unique Intensity", "Total Intensity",
    "Razor Intensity", "Intensity", "Unique Spectral Count", "Total Spectral Count", "Razor Spectral Count",
    "Spectral Count",
)  # fmt: skip


def recognises(file: ExportFile) -> bool:
    """Whether the first line holds the headings of one of the tables."""
    return file.mentions("protein id") and any(_layout(row) is not None for row in first_filled(file))


def _layout(headings: Sequence[str]) -> Layout | None:
    return next((layout for layout in _LAYOUTS if set(layout.needed) <= set(headings)), None)


def read(file: ExportFile) -> Reading:
    """The whole reading of a protein table.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLES``, ``NOT_A_NUMBER``, ``NOT_WHOLE``, ``DECIMAL_AMBIGUOUS``,
            ``NO_ROWS``, ``TRUNCATED``.
    """
    sheet, mark = rows(file), delimiter(file.text())
    layout = next(filter(None, (_layout([plain(cell.text) for cell in row]) for row in sheet)), _LAYOUTS[0])
    found = table(file.name, sheet, layout.needed)
    counted = _counted(found, layout)
    used = [heading for own in counted.values() for heading in own.values()]
    columns = Columns(found, (*used, layout.peptides[0], layout.total or ""), mark)
    listed = _proteins(columns, layout)
    evidence = [_evidence(columns, listed, name, own, layout) for name, own in counted.items()]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind=layout.kind,
        measurements=tuple(m for e in evidence for m in (panel(listed, e), contaminant_share(listed, e))),
        issues=(
            *torn(file, found),
            end_unmarked(len(listed.proteins)),
            *remarks(listed),
            *_sums(columns, evidence, layout),
        ),
        unread=found.unread((*_ABOUT, *used)),
        status=STATUS,
    )


def _counted(found: Table, layout: Layout) -> dict[str | None, dict[str, str]]:
    """The columns of spectra of each sample that has them; raises InputError ``NO_SAMPLES`` when none has."""
    named: dict[str | None, dict[str, str]] = dict(by_samples(found.headings, _ENDINGS, without=_ABOUT).items())
    samples = {None: {e: e for e in _ENDINGS if found.has(e)}} if layout.alone else named
    wanted = (layout.spectra, layout.unique)
    counted = {name: {e: own[e] for e in wanted if e in own} for name, own in samples.items() if layout.spectra in own}
    if not counted:
        where, expected = Where(line=1), f"'<sample> {layout.spectra}'"
        raise refusal(found.source, "NO_SAMPLES", where, "no column of a sample", expected)
    return counted


def _proteins(columns: Columns, layout: Layout) -> ProteinTable:
    body, at = columns.table.body, columns.text
    found = [
        protein(
            at(row, "Protein") or at(row, "Protein ID"),
            at(row, layout.gene),
            decoy=at(row, "Is Decoy").casefold() == "true",
            listed=at(row, "Is Contaminant").casefold() == "true",
            entry=f"{at(row, 'Entry Name')} {at(row, 'Protein ID')}",
        )
        for row in body
    ]
    return ProteinTable(
        proteins=found,
        lines=[row[0].line for row in body],
        genes=[at(row, layout.gene) for row in body],
        peptides=columns.counts(layout.peptides[0]),
        peptides_are=layout.peptides[1],
    )


def _evidence(
    columns: Columns, listed: ProteinTable, name: str | None, own: Mapping[str, str], layout: Layout
) -> Evidence:
    """One sample: all its spectra as abundance; unique peptides, or the spectra of these, as evidence."""
    return Evidence(
        sample=name,
        abundance=columns.counts(own[layout.spectra]),
        abundance_is=layout.spectra,
        unit="1",
        peptides=listed.peptides if layout.alone else None,
        spectra=columns.counts(own.get(layout.unique, own[layout.spectra])),
    )


def _sums(columns: Columns, evidence: list[Evidence], layout: Layout) -> list[Issue]:
    """Spectra of all samples together, as printed, beside the sum over the samples."""
    if layout.total is None or not columns.table.has(layout.total):
        return []
    summed = np.sum([e.abundance for e in evidence], axis=0)
    return sums_disagree(layout.total, columns.numbers(layout.total), summed, 0)
