"""FragPipe (Philosopher, IonQuant) tables of proteins over all samples: ``combined_protein.tsv``.

Source: columns as public readers of the file describe them; MARKER formats, section 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Where, refusal
from evqc.instruments._bands import torn
from evqc.instruments._headings import first_lines
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
from evqc.instruments._rows import delimiter, rows, table
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile

NAME = "fragpipe"
TITLE = "FragPipe combined_protein.tsv"
STATUS: Literal["experimental"] = "experimental"
READS = ("combined_protein.tsv: markers present in each sample by spectra, share of plasma contaminants",)

_NEEDED = ("Protein", "Protein ID", "Gene", "Combined Total Peptides")
_ABOUT = (
    *_NEEDED, "Entry Name", "Organism", "Combined Spectral Count", "Combined Unique Spectral Count",
    "Combined Total Spectral Count",
)  # fmt: skip
_SPECTRA, _UNIQUE, _TOTAL = "Spectral Count", "Unique Spectral Count", "Total Spectral Count"
#: Endings of the headings of one sample, the longer before those that they end with.
_ENDINGS = (
    "MaxLFQ Total Intensity", "MaxLFQ Unique Intensity", "MaxLFQ Intensity", "Unique Intensity", "Total Intensity",
    "Intensity", _UNIQUE, _TOTAL, _SPECTRA,
)  # fmt: skip


def recognises(file: ExportFile) -> bool:
    """Whether the first line names a protein, its gene and counts combined over samples."""
    return any(set(_NEEDED) <= set(line) for line in first_lines(file, 1))


def read(file: ExportFile) -> Reading:
    """The whole reading of a combined protein table.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLES``, ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``, ``TRUNCATED``.
    """
    sheet, mark = rows(file), delimiter(file.text())
    found = table(file.name, sheet, _NEEDED)
    samples = by_samples(found.headings, _ENDINGS, without=_ABOUT)
    counted = {name: own for name, own in samples.items() if _SPECTRA in own}
    if not counted:
        raise refusal(file.name, "NO_SAMPLES", Where(line=1), "no column of a sample", f"'<sample> {_SPECTRA}'")
    used = [own[e] for own in counted.values() for e in (_SPECTRA, _UNIQUE) if e in own]
    columns = Columns(found, (*used, "Combined Total Peptides", "Combined Spectral Count"), mark)
    listed = _proteins(columns)
    evidence = [_evidence(columns, name, own) for name, own in counted.items()]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="combined protein table",
        measurements=tuple(m for e in evidence for m in (panel(listed, e), contaminant_share(listed, e))),
        issues=(*torn(file, found), end_unmarked(len(listed.proteins)), *remarks(listed), *_sums(columns, evidence)),
        unread=found.unread((*_ABOUT, *used)),
        status=STATUS,
    )


def _proteins(columns: Columns) -> ProteinTable:
    body, at = columns.table.body, columns.text
    found = [
        protein(
            f"{at(row, 'Protein')}",
            at(row, "Gene"),
            entry=f"{at(row, 'Entry Name')} {at(row, 'Protein ID')}",
        )
        for row in body
    ]
    return ProteinTable(
        proteins=found,
        lines=[row[0].line for row in body],
        genes=[at(row, "Gene") for row in body],
        peptides=columns.numbers("Combined Total Peptides"),
        peptides_are="peptides",
    )


def _evidence(columns: Columns, name: str, own: Mapping[str, str]) -> Evidence:
    """One sample: all its spectra as abundance, those of unique peptides as evidence."""
    return Evidence(
        sample=name,
        abundance=columns.numbers(own[_SPECTRA]),
        abundance_is=_SPECTRA,
        unit="1",
        spectra=columns.numbers(own.get(_UNIQUE, own[_SPECTRA])),
    )


def _sums(columns: Columns, evidence: list[Evidence]) -> list[Issue]:
    """Combined spectra beside the sum over the samples."""
    name = "Combined Spectral Count"
    if not columns.table.has(name):
        return []
    return sums_disagree(name, columns.numbers(name), np.sum([e.abundance for e in evidence], axis=0), 0)
