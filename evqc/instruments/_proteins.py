"""Protein tables of mass spectrometry: what an accession says, and which marker of the vocabulary it means.

A protein is a marker by its accession, else by its gene symbol, and only when it is human or says no species: bovine
CD9 from the serum of the medium is not a marker of human vesicles, while bovine albumin is a contaminant all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from evqc.markers.vocabulary import Marker, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Prefixes by which search software marks decoys and entries of its contaminant database.
_DECOY = re.compile(r"^(rev_+|REV__|XXX_|DECOY_|##)", re.IGNORECASE)
_CONTAMINANT = re.compile(r"^(contam_|CON__|#CONTAM#|cont_|zz\|)", re.IGNORECASE)
#: UniProt accessions, https://www.uniprot.org/help/accession_numbers, with an isoform's number behind them or not.
_ACCESSION = re.compile(r"(?<![A-Z0-9])([OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})(-\d+)?(?![A-Z0-9])")
_ENTRY = re.compile(r"(?:^|[|;\s])([A-Z0-9]{1,11})_([A-Z0-9]{3,5})\b")
#: Contaminants by entry name, which is the same for every species: ``ALBU_BOVIN`` is albumin.
_ENTRIES = {
    "ALBU": "Albumin", "TRFE": "Transferrin", "APOA1": "ApoA-I", "APOA2": "ApoA-II", "APOB": "ApoB-100",
    "APOE": "ApoE", "A2MG": "Alpha-2-macroglobulin", "HBA": "Haemoglobin alpha", "UROM": "Tamm-Horsfall",
    "AGO2": "Argonaute-2",
}  # fmt: skip
#: Serum proteins of cattle, by which the medium shows where a table gives accessions without species.
_BOVINE = {
    "P02769": "Albumin", "P15497": "ApoA-I", "Q29443": "Transferrin", "Q7SIH1": "Alpha-2-macroglobulin",
    "P01966": "Haemoglobin alpha",
}  # fmt: skip
_IMMUNOGLOBULIN = re.compile(r"IG[HKL][A-Z]?\d?.*|JCHAIN")
_DAMAGED = re.compile(
    r"\d{1,2}[-. ]+(Sept?|Mar|Mrz|Dec|Dez|Oct|Okt|Apr)[a-z]*\.?|(Sep|Mar|Dec|Oct)[a-z]*-\d{1,2}|\d{4}-\d{2}-\d{2}.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Protein:
    """What a row of a protein table says of itself.

    Attributes:
        as_written: accessions, as the file has them.
        accessions: UniProt accessions without isoform, each once.
        genes: gene names.
        species: mnemonics such as ``HUMAN`` and ``BOVIN``, as far as entry names state them.
        entries: entry names without species, such as ``ALBU``.
        decoy: it is no protein but a measure of false hits.
        listed: the search took it from its list of contaminants.
    """

    as_written: str
    accessions: tuple[str, ...]
    genes: tuple[str, ...]
    species: tuple[str, ...]
    entries: tuple[str, ...]
    decoy: bool
    listed: bool

    @property
    def human(self) -> bool:
        """Whether nothing says that it is of another species alone."""
        return not self.species or "HUMAN" in self.species

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers of the vocabulary that it is: by accession, else by gene; none for another species' protein."""
        if not self.human or self.decoy:
            return ()
        return _named(self.accessions, _by_accession()) or _named(self.genes, _by_symbol())

    @property
    def plasma(self) -> str | None:
        """Which co-isolated protein of plasma or serum it is, of any species; None when it is none."""
        if self.decoy:
            return None
        markers = _named(self.accessions, _by_accession()) or _named(self.genes, _by_symbol())
        contaminants = [m.name for m in markers if m.role == "contaminant"]
        if not markers:
            contaminants += [_BOVINE[accession] for accession in self.accessions if accession in _BOVINE]
            contaminants += [_ENTRIES[entry] for entry in self.entries if entry in _ENTRIES]
        if contaminants:
            return contaminants[0]
        return "immunoglobulins" if any(_IMMUNOGLOBULIN.fullmatch(gene) for gene in self.genes) else None


def protein(identity: str, genes: str = "", *, decoy: bool = False, listed: bool = False, entry: str = "") -> Protein:
    """A row's protein or group of proteins.

    Args:
        identity: accessions joined by ``;``, ``:`` or ``,``, each bare (``P02768``), with its database
            (``sp|P02768|ALBU_HUMAN``) or with the entry name (``P02768|ALBU_HUMAN``), and with the search's prefixes.
        genes: gene names joined by ``;``.
        decoy: a column of the table says so, beside the prefixes.
        listed: a column of the table says that it is of the search's list of contaminants.
        entry: entry name or organism of the table's own column.
    """
    parts = [part.strip() for part in re.split(r"[;:]", identity) if part.strip()]
    entries = _ENTRY.findall(f"{identity} {entry}")
    accessions = tuple(dict.fromkeys(found[0] for part in parts for found in _ACCESSION.findall(part)[:1]))
    cattle = ("BOVIN",) if any(accession in _BOVINE for accession in accessions) else ()
    return Protein(
        as_written=identity,
        accessions=accessions,
        genes=tuple(gene.strip() for gene in re.split(r"[;,]", genes) if gene.strip()),
        species=tuple(dict.fromkeys((*(species for _, species in entries), *cattle))),
        entries=tuple(dict.fromkeys(name for name, _ in entries)),
        decoy=decoy or (bool(parts) and all(_DECOY.match(part) for part in parts)),
        listed=listed or any(_CONTAMINANT.match(part) for part in parts),
    )


def damaged(genes: str) -> bool:
    """Whether a spreadsheet made a date of a gene name: SEPT2 becomes ``2-Sep``, MARCHF1 ``1-Mar``."""
    return any(_DAMAGED.fullmatch(gene.strip()) is not None for gene in re.split(r"[;,]", genes))


@cache
def _by_accession() -> dict[str, Marker]:
    return {accession: m for m in known() for accession in (m.uniprot or "").split(";") if accession}


@cache
def _by_symbol() -> dict[str, Marker]:
    return {symbol: m for m in known() for symbol in (m.symbol or "").split(";") if symbol}


def _named(names: Iterable[str], index: Mapping[str, Marker]) -> tuple[Marker, ...]:
    return tuple({index[name].name: index[name] for name in names if name in index}.values())
