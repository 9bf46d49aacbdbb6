"""PEAKS protein lists (``proteins.csv``) of a database search or a label-free quantification.

Source: columns as in published lists; MARKER formats, section 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._bands import torn
from evqc.instruments._first_headings import first_filled
from evqc.instruments._presence import Evidence, ProteinTable, contaminant_share, end_unmarked, panel, remarks
from evqc.instruments._protein_rows import Columns, by_samples
from evqc.instruments._proteins import protein
from evqc.instruments._rows import delimiter, rows, table
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.instruments._export import ExportFile

NAME = "peaks"
TITLE = "PEAKS proteins.csv"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = ("proteins.csv: markers present by unique peptides and spectra, share of plasma contaminants by area",)
MENTIONS = "#peptides"

_NEEDED = ("Protein Group", "Protein ID", "Accession", "#Peptides")
_UNIQUE, _SPECTRA = "#Unique", "#Spec"
_ABUNDANCES = ("Area", "Intensity", _SPECTRA)
_PARTS = ("Coverage (%)", "Area", "Intensity", _SPECTRA, "#Peptides", _UNIQUE, "#Feature")
_ABOUT = (*_NEEDED, _UNIQUE, "Description", "Gene", "Coverage (%)")
_SEVERAL = 2


def recognises(file: ExportFile) -> bool:
    """Whether the first line names a protein group, an accession and the number of peptides as PEAKS writes it."""
    return file.mentions(_NEEDED[-1].casefold()) and any(set(_NEEDED) <= set(line) for line in first_filled(file))


def read(file: ExportFile) -> Reading:
    """The whole reading of a protein list.

    Raises:
        InputError: ``NO_SAMPLES``, ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``, ``TRUNCATED``.
    """
    sheet, mark = rows(file), delimiter(file.text())
    found = table(file.name, sheet, _NEEDED)
    samples = by_samples(found.headings, _PARTS, without=_ABOUT, leading=True)
    abundance = next((a for a in _ABUNDANCES if any(a in own for own in samples.values())), None)
    if abundance is None:
        raise refusal(file.name, "NO_SAMPLES", Where(line=1), "no column of a sample", "'Area <sample>'")
    counted = {name: own for name, own in samples.items() if abundance in own}
    used = [own[p] for own in counted.values() for p in (abundance, _UNIQUE, _SPECTRA) if p in own]
    columns = Columns(found, (*used, "#Peptides", _UNIQUE), mark)
    listed = _proteins(columns)
    evidence = [
        _evidence(columns, listed, name, own, abundance, alone=len(counted) < _SEVERAL) for name, own in counted.items()
    ]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="protein list",
        measurements=tuple(m for e in evidence for m in (panel(listed, e), contaminant_share(listed, e))),
        issues=(*torn(file, found), end_unmarked(len(listed.proteins)), *remarks(listed)),
        unread=found.unread((*(h for h in _ABOUT if h != "Coverage (%)"), *used)),
        status=STATUS,
    )


def _proteins(columns: Columns) -> ProteinTable:
    body, at = columns.table.body, columns.text
    found = [protein(at(row, "Accession"), at(row, "Gene") or _gene(at(row, "Description"))) for row in body]
    unique = columns.table.has(_UNIQUE)
    return ProteinTable(
        proteins=found,
        lines=[row[0].line for row in body],
        genes=[at(row, "Gene") or _gene(at(row, "Description")) for row in body],
        peptides=columns.numbers(_UNIQUE if unique else "#Peptides"),
        peptides_are="unique peptides" if unique else "peptides",
    )


def _gene(description: str) -> str:
    """The gene of a UniProt description: ``CD9 antigen OS=Homo sapiens OX=9606 GN=CD9 PE=1 SV=4``."""
    return description.partition(" GN=")[2].split(" ")[0]


def _evidence(
    columns: Columns, listed: ProteinTable, name: str, own: Mapping[str, str], abundance: str, *, alone: bool
) -> Evidence:
    """One sample. Unique peptides of the whole file are those of the sample when there is no other."""
    by_sample = columns.numbers(own[_UNIQUE]) if _UNIQUE in own else None
    of_file = listed.peptides if alone and listed.peptides_are == "unique peptides" else None
    spectra = columns.numbers(own[_SPECTRA]) if _SPECTRA in own else None
    return Evidence(
        sample=name,
        abundance=columns.numbers(own[abundance]),
        abundance_is=abundance,
        unit="1" if abundance == _SPECTRA else "a.u.",
        peptides=by_sample if by_sample is not None else of_file,
        spectra=spectra,
    )
