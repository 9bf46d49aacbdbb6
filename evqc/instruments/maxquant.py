"""MaxQuant protein groups (``proteinGroups.txt``), and the same table after Perseus.

Perseus writes comment rows (``#!{Type}``, ``#!{C:Group}``) below the headings, and its values may be logarithms with
imputed numbers in place of missing ones: then nothing is called present and no share is computed.

Source: MaxQuant output tables, https://cox-labs.github.io/coxdocs/output_tables.html; MARKER formats, section 7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
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
from evqc.instruments._rows import Table, delimiter, rows, table
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile

NAME = "maxquant"
TITLE = "MaxQuant proteinGroups.txt, also after Perseus"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = (
    "proteinGroups.txt: markers present in each sample by unique peptides, share of plasma contaminants",
    "the same table saved by Perseus, with comment rows: markers listed, nothing called present",
)
MENTIONS = "majority protein ids"

_IDS, _MAJORITY = "Protein IDs", "Majority protein IDs"
_UNIQUE, _SPECTRA = "Unique peptides", "MS/MS count"
#: What may be summed up, the plainest first. LFQ intensities are normalised over samples and come last.
_ABUNDANCES = ("Intensity", "iBAQ", "LFQ intensity", _SPECTRA)
_PARTS = (
    "Razor + unique peptides", _UNIQUE, "Peptides", "Sequence coverage", "Identification type", "LFQ intensity",
    "iBAQ", "Intensity", _SPECTRA,
)  # fmt: skip
_FLAGS = {"Reverse": "decoy", "Potential contaminant": "listed", "Contaminant": "listed"}
_BY_SITE = "Only identified by site"
_ABOUT = (_IDS, _MAJORITY, "Gene names", "Fasta headers", *_FLAGS, _BY_SITE, "iBAQ peptides", *_PARTS)
_INTENSITY_SLACK = 1e-3
#: Ratios of labels (SILAC, dimethyl), which name the labels of a table: light, medium, heavy.
_RATIO = re.compile(r"Ratio ([HML])/([HML])( .*)?")
_REPORTER = "Reporter intensity"


def recognises(file: ExportFile) -> bool:
    """Whether the first line names protein groups and something that only MaxQuant counts or marks."""
    there = file.mentions(_MAJORITY.casefold())
    return there and any(_MAJORITY in row and any(map(_counts, row)) for row in first_filled(file))


def _counts(heading: str) -> bool:
    """Whether a heading is one of MaxQuant's own counts, abundances or marks."""
    return heading.startswith((*_ABUNDANCES, _UNIQUE)) or heading in _FLAGS


def read(file: ExportFile) -> Reading:
    """The whole reading of a table of protein groups.

    Raises:
        InputError: ``NO_SAMPLES``, ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``, ``TRUNCATED``.
    """
    sheet, mark = rows(file), delimiter(file.text())
    whole = table(file.name, sheet, (_MAJORITY,))
    comments = [row for row in whole.body if row[0].text.startswith("#!")]
    found = Table(file.name, whole.header, tuple(row for row in whole.body if row not in comments))
    counted, abundance = _samples(found)
    used = [own[p] for own in counted.values() for p in (abundance, _UNIQUE, _SPECTRA) if p in own]
    columns = Columns(found, (*used, _UNIQUE, abundance), mark)
    listed = _groups(columns)
    evidence = [_evidence(columns, name, own, abundance, raw=not comments) for name, own in counted.items()]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="protein groups after Perseus" if comments else "protein groups",
        measurements=tuple(m for e in evidence for m in (panel(listed, e), contaminant_share(listed, e))),
        issues=(
            *torn(file, found),
            end_unmarked(len(listed.proteins)),
            *_transformed(comments),
            *_multiplexed(found),
            *remarks(listed),
            *_sums(columns, evidence, abundance),
        ),
        unread=found.unread((*(h for h in _ABOUT if h not in _PARTS), _UNIQUE, abundance, *used)),
        status=STATUS,
    )


def _samples(found: Table) -> tuple[dict[str | None, dict[str, str]], str]:
    """The columns of each sample, and what is summed up; a table of one experiment has columns without its name."""
    named = _of_labels(found.headings, by_samples(found.headings, _PARTS, without=_ABOUT, leading=True))
    alone = {part: part for part in (*_ABUNDANCES, _UNIQUE) if found.has(part)}
    for abundance in _ABUNDANCES:
        counted: dict[str | None, dict[str, str]] = {name: own for name, own in named.items() if abundance in own}
        if counted:
            return counted, abundance
    for abundance in _ABUNDANCES:
        if abundance in alone:
            return {None: alone}, abundance
    raise refusal(found.source, "NO_SAMPLES", Where(line=1), "no column of a sample", "'Intensity <sample>'")


def _of_labels(headings: Sequence[str], named: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The samples of a table; with labels each label of each experiment, which add up to what is printed of both."""
    labels = {label for heading in headings if (hit := _RATIO.fullmatch(heading)) for label in (hit[1], hit[2])}
    labelled = {name: own for name, own in named.items() if name.partition(" ")[0] in labels}
    experiments = {name: own for name, own in labelled.items() if name not in labels}
    return experiments or labelled or named


def _multiplexed(found: Table) -> list[Issue]:
    """A warning that reporter ions tell samples apart which the columns that are read do not."""
    reporter = next((heading for heading in found.headings if heading.startswith(_REPORTER)), None)
    if reporter is None:
        return []
    where, expected = Where(line=1, column=reporter), "one sample in each column; here each holds all labelled samples"
    return [problem("warning", "SAMPLES_MULTIPLEXED", where, "reporter intensities (TMT, iTRAQ)", expected)]


def _groups(columns: Columns) -> ProteinTable:
    """The protein groups. One that a modified site alone shows is no evidence and counts as a decoy."""
    body, at = columns.table.body, columns.text
    marked = [{role for name, role in _FLAGS.items() if at(row, name) == "+"} for row in body]
    found = [
        protein(
            at(row, _MAJORITY),
            at(row, "Gene names"),
            decoy="decoy" in flags or at(row, _BY_SITE) == "+",
            listed="listed" in flags,
            entry=at(row, "Fasta headers"),
        )
        for row, flags in zip(body, marked, strict=True)
    ]
    there = columns.table.has(_UNIQUE)
    return ProteinTable(
        proteins=found,
        lines=[row[0].line for row in body],
        genes=[at(row, "Gene names") for row in body],
        peptides=columns.numbers(_UNIQUE) if there else np.full(len(body), np.nan),
        peptides_are="unique peptides",
    )


def _evidence(columns: Columns, name: str | None, own: Mapping[str, str], abundance: str, *, raw: bool) -> Evidence:
    return Evidence(
        sample=name,
        abundance=columns.numbers(own[abundance], minimum=0 if raw else None),
        abundance_is=abundance,
        unit="1" if abundance == _SPECTRA else "a.u.",
        peptides=columns.numbers(own[_UNIQUE]) if _UNIQUE in own else None,
        spectra=columns.numbers(own[_SPECTRA]) if _SPECTRA in own else None,
        comparable=raw,
    )


def _transformed(comments: list[Row]) -> list[Issue]:
    if not comments:
        return []
    where, found = Where(line=comments[0][0].line), f"{len(comments)} comment rows of Perseus"
    expected = "values as MaxQuant wrote them; logarithms and imputed numbers cannot be summed up"
    return [problem("warning", "PERSEUS_TRANSFORMED", where, found, expected)]


def _sums(columns: Columns, evidence: list[Evidence], abundance: str) -> list[Issue]:
    """The intensity (or spectra) of all samples together beside the sum over the samples."""
    if abundance not in {"Intensity", _SPECTRA} or not columns.table.has(abundance) or not evidence[0].comparable:
        return []
    slack = _INTENSITY_SLACK if abundance == "Intensity" else 0
    return sums_disagree(
        abundance, columns.numbers(abundance), np.nansum([e.abundance for e in evidence], axis=0), slack
    )
