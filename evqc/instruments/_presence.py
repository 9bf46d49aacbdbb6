"""What a protein table shows of each sample: markers present, and the share of co-isolated plasma proteins.

Rule of presence, common practice of the field: two unique peptides or more show a protein, one does not suffice, and
none shows nothing: mass spectrometry that did not find a protein has not excluded it, so nothing is ever negative here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.errors import Issue, Where, problem
from evqc.instruments._proteins import Protein, damaged
from evqc.measurement import Call, MarkerPanel, MarkerResult, Quantity, Scalar, State

if TYPE_CHECKING:
    from evqc.markers.vocabulary import Marker

TECHNIQUE = "mass spectrometry"
_ENOUGH = 2
#: No abundance comes near it; a sum of larger ones would be no number.
_LARGEST = 1e290
_HOW_SHARE = "co-isolated plasma and serum proteins over all proteins but decoys"


@dataclass(frozen=True)
class Evidence:
    """One sample of a protein table, every array of shape (proteins,) with NaN where the table holds no number.

    Attributes:
        sample: its name; None when the table is of one sample without a name.
        abundance: what is summed up for shares and stands as the signal.
        abundance_is: its column as the file heads it, without the sample.
        unit: of the abundance, ``1`` for spectra and ``a.u.`` for intensities.
        peptides: unique peptides found in this sample; None when the table gives none by sample.
        spectra: spectra of this sample, of unique peptides where the table tells; None when it gives none.
        comparable: abundances are on a linear scale and none is imputed.
    """

    sample: str | None
    abundance: NDArray[np.float64]
    abundance_is: str
    unit: str
    peptides: NDArray[np.float64] | None = None
    spectra: NDArray[np.float64] | None = None
    comparable: bool = True


@dataclass(frozen=True)
class ProteinTable:
    """The rows of a protein table.

    Attributes:
        proteins: one a row.
        lines: their places in the file.
        genes: gene cells as written, one a row.
        peptides: peptides over all samples of the file, shape (proteins,), NaN where not stated.
        peptides_are: what kind of peptides these are, in words.
    """

    proteins: Sequence[Protein]
    lines: Sequence[int]
    genes: Sequence[str]
    peptides: NDArray[np.float64]
    peptides_are: str

    @cached_property
    def markers(self) -> tuple[tuple[Marker, ...], ...]:
        """The markers that each row is."""
        return tuple(protein.markers for protein in self.proteins)

    @cached_property
    def plasma(self) -> tuple[str | None, ...]:
        """Which co-isolated protein of plasma or serum each row is; None for all others."""
        return tuple(protein.plasma for protein in self.proteins)


def panel(table: ProteinTable, evidence: Evidence) -> MarkerPanel:
    """The markers of the vocabulary that a table lists, in its order, each with what one sample shows of it."""
    rows: dict[str, list[int]] = {}
    shared: set[int] = set()
    for i, found in enumerate(table.markers):
        shared |= {i} if len(found) > 1 else set()
        for marker in found:
            rows.setdefault(marker.name, []).append(i)
    results = (_result(table, evidence, name, own, shared) for name, own in rows.items())
    return MarkerPanel(technique=TECHNIQUE, sample=evidence.sample, controls=(), markers=tuple(results))


def _result(table: ProteinTable, evidence: Evidence, name: str, rows: list[int], shared: set[int]) -> MarkerResult:
    """A marker by its best row, the one that shows most of it; rows are never summed, as they may share peptides."""
    judged = {i: _judged(table, evidence, i, shared=i in shared) for i in rows}
    best = max(rows, key=lambda i: (judged[i][0] is Call.POSITIVE, _or_zero(float(evidence.abundance[i])), -i))
    marker = next(m for m in table.markers[best] if m.name == name)
    call, why = judged[best]
    several = f"; the best of {len(rows)} entries" if len(rows) > 1 else ""
    return _as_result(marker, table.proteins[best].as_written, evidence, best, call, why + several)


def _as_result(marker: Marker, written: str, evidence: Evidence, row: int, call: Call, why: str) -> MarkerResult:
    value = float(evidence.abundance[row])
    counted = evidence.unit == "1" or value > 0
    return MarkerResult(
        name=marker.name,
        symbol=marker.symbol,
        as_written=written,
        signal=value if counted and math.isfinite(value) else None,
        unit=evidence.unit,
        background=None,
        limit_of_detection=None,
        call=call,
        why=why,
    )


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _judged(table: ProteinTable, evidence: Evidence, row: int, *, shared: bool) -> tuple[Call, str]:
    """The call that one row supports in one sample, with its reason."""
    if shared:
        return Call.INDETERMINATE, "its peptides belong to several markers of the vocabulary alike"
    if not evidence.comparable:
        return Call.INDETERMINATE, "the table holds transformed and perhaps imputed values, which show no presence"
    if evidence.peptides is not None and not math.isnan(evidence.peptides[row]):
        return _by_peptides(int(evidence.peptides[row]))
    return _by_spectra(table, evidence, row)


def _by_peptides(found: int) -> tuple[Call, str]:
    if found >= _ENOUGH:
        return Call.POSITIVE, f"{found} unique peptides in this sample"
    if found == 1:
        return Call.INDETERMINATE, "a single unique peptide in this sample does not suffice"
    return Call.INDETERMINATE, "no unique peptide in this sample; not found is not absent"


def _by_spectra(table: ProteinTable, evidence: Evidence, row: int) -> tuple[Call, str]:
    """Without peptides by sample: two spectra in this sample and two peptides over all samples of the file."""
    spectra = None if evidence.spectra is None else evidence.spectra[row]
    if not (_or_zero(float(evidence.abundance[row])) > 0 or (spectra is not None and spectra > 0)):
        return Call.INDETERMINATE, "not found in this sample; not found is not absent"
    if spectra is None or math.isnan(spectra):
        return Call.INDETERMINATE, "found, but neither peptides nor spectra of this sample are given"
    of_file = table.peptides[row]
    counts = f"{spectra:g} spectra in this sample"
    if math.isnan(of_file):
        return Call.INDETERMINATE, f"{counts}, but no number of peptides is given"
    both = f"{counts} and {of_file:g} {table.peptides_are} over all samples; the table gives no peptides by sample"
    enough = spectra >= _ENOUGH and of_file >= _ENOUGH
    return (Call.POSITIVE, both) if enough else (Call.INDETERMINATE, f"{both}; two of each are needed")


def contaminant_share(table: ProteinTable, evidence: Evidence) -> Quantity:
    """The share of co-isolated plasma and serum proteins in the summed abundance of one sample, in percent.

    Decoys are left out. Entries of the search's own contaminant list (trypsin, keratins) stay in the sum, and their
    share is stated beside it, as is that of bovine proteins. Which proteins were counted stands in the settings.

    Source: the ratio (albumin + apolipoproteins + immunoglobulins) over all; MARKER formats, proteomics, decision.
    """
    counted = np.where([not p.decoy for p in table.proteins], np.nan_to_num(evidence.abundance), 0.0)
    total = math.fsum(counted) if counted.max(initial=0) < _LARGEST else math.inf
    there = evidence.comparable and 0 < total < math.inf
    names = dict.fromkeys(name for name, value in zip(table.plasma, counted, strict=True) if name and value > 0)
    share = _percent(counted, [name is not None for name in table.plasma], total) if there else None
    settings: dict[str, Scalar] = {"rule": _HOW_SHARE, "abundance": evidence.abundance_is}
    settings |= {"counted_proteins": "; ".join(names) or "none", "proteins": len(table.proteins)}
    settings["rows_without_abundance"] = int(np.isnan(evidence.abundance).sum())
    if there:
        settings["summed_abundance"] = total
        settings["search_contaminant_list_percent"] = _percent(counted, [p.listed for p in table.proteins], total)
        settings["bovine_percent"] = _percent(counted, ["BOVIN" in p.species for p in table.proteins], total)
    return Quantity(
        measurand="contaminant_share",
        value=share,
        unit="%",
        state=State.MISSING if share is None else State.MEASURED,
        reason="not computed" if share is None else None,
        sample=evidence.sample,
        method=TECHNIQUE,
        settings=settings,
    )


def _percent(counted: NDArray[np.float64], chosen: Sequence[bool], total: float) -> float:
    return 100 * (float(counted[np.array(chosen, dtype=bool)].sum()) / total)


def end_unmarked(rows: int) -> Issue:
    """The note that such tables do not say how many proteins they list, so that missing rows go unnoticed."""
    expected = "a table that says how many rows it has; compare with the search's own report"
    return problem("warning", "END_UNMARKED", Where(), f"{rows} proteins and no mark of the end", expected)


def remarks(table: ProteinTable) -> tuple[Issue, ...]:
    """Gene names that a spreadsheet damaged, proteins that stand there twice, decoys left out, and bovine proteins."""
    rows = list(zip(table.proteins, table.lines, table.genes, strict=True))
    spoilt = [(line, genes) for _, line, genes in rows if damaged(genes)]
    decoys = [line for protein, line, _ in rows if protein.decoy]
    bovine = [(line, p.as_written) for p, line, _ in rows if "BOVIN" in p.species and not p.decoy and not p.listed]
    issues = []
    if spoilt:
        found = f"{len(spoilt)} gene names that are dates, such as '{spoilt[0][1]}'"
        expected = "gene symbols; a spreadsheet changed them, and may have changed numbers"
        issues.append(problem("warning", "GENE_NAME_DAMAGED", Where(line=spoilt[0][0]), found, expected))
    if twice := _twice(table):
        found = f"{len(twice)} proteins again, such as '{twice[0][1]}'"
        expected = "each protein once; sums count these more than once"
        issues.append(problem("warning", "PROTEIN_TWICE", Where(line=twice[0][0]), found, expected))
    if decoys:
        found = f"{len(decoys)} decoys, or groups that a modified site alone shows"
        issues.append(problem("note", "DECOYS_LEFT_OUT", Where(line=decoys[0]), found, "proteins"))
    if bovine:
        found = f"{len(bovine)} bovine entries, such as '{bovine[0][1]}'"
        expected = "proteins of the producing cells; these come from serum, and count as no human marker"
        issues.append(problem("note", "BOVINE_PROTEINS", Where(line=bovine[0][0]), found, expected))
    return tuple(issues)


def _twice(table: ProteinTable) -> list[tuple[int, str]]:
    """Lines and names of rows whose protein or group of proteins stands further up already."""
    seen = set[str]()
    again = []
    for protein, line in zip(table.proteins, table.lines, strict=True):
        if protein.as_written and protein.as_written in seen:
            again.append((line, protein.as_written))
        seen.add(protein.as_written)
    return again


def sums_disagree(name: str, printed: NDArray[np.float64], summed: NDArray[np.float64], slack: float) -> list[Issue]:
    """A warning with the number of rows in which a printed total is not the sum over the samples.

    Args:
        name: heading of the total.
        printed: the totals, shape (proteins,), NaN where there is no number.
        summed: over the samples, shape (proteins,).
        slack: relative difference that rounding explains.
    """
    off = np.abs(printed - summed) > slack * np.maximum(np.abs(printed), np.abs(summed)) + 0.5 * (slack == 0)
    if not off.any():
        return []
    first = int(np.flatnonzero(off)[0])
    found = f"{int(off.sum())} rows, the first with {printed[first]:g}"
    return [
        problem("warning", "PRINTED_DISAGREES", Where(column=name), found, f"{summed[first]:g}, the sum by samples")
    ]
