"""The Quality Table: microRNA of small RNA, RQN and 28S over 18S of RNA, GQN or DQN of DNA."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import refusal
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import DNA, RNA, UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._electrophoresis import graded, key, share
from evqc.instruments._rounded import disagreement
from evqc.instruments._samples import Samples, misplaced, samples, torn
from evqc.instruments.fragment_analyzer._part import SAMPLE, TOTAL, WELL, Part, by_well, holds_numbers, refuse_again

if TYPE_CHECKING:
    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

_SHARE = "% microRNA"
_SMALL = re.compile(r"([np]g/ul) \(small ?rna\)", re.IGNORECASE)
_MICRO = re.compile(r"([np]g/ul) \(micro ?rna\)", re.IGNORECASE)
_INTEGRITY = {"RQN": "rna_integrity_number", "28S/18S": "ribosomal_ratio"}
#: Quality numbers of DNA, with the length that they count from.
_OF_DNA = {"GQN": "gqn", "DQN": "dqn", "Threshold": "threshold_bp", "Size Threshold (b.p.)": "threshold_bp"}


def is_quality(row: list[str]) -> bool:
    """Whether a row of headings (in lower case) is that of a Quality Table."""
    small = _SHARE.casefold() in row and any(map(_SMALL.fullmatch, row))
    numbers = {"rqn", "gqn", "dqn"} & set(row) and any(map(TOTAL.fullmatch, row))
    return row[:2] == [WELL.casefold(), SAMPLE.casefold()] and "peak id" not in row and bool(small or numbers)


def is_rna(row: list[str]) -> bool:
    """Whether the headings (in lower case) of a Quality Table are those of RNA."""
    return bool({_SHARE.casefold(), "rqn", "28s/18s"} & set(row))


def quality(file: ExportFile, *, alone: bool) -> Part:
    """Shares of microRNA and quality numbers of each well.

    Args:
        file: a Quality Table.
        alone: whether the total concentration is a quantity here, as it is when there is no Peak Table with the same.
    """
    part = Part()
    tables = samples(file, (WELL, SAMPLE), holds_numbers)
    refuse_again(tables)
    for found in tables:
        kind = _analyte(found)
        whole = next((m for h in found.table.headings if (m := TOTAL.fullmatch(h))), None)
        for row in _once_a_well(found):
            part.samples[found.text(row, WELL) or ""] = found.text(row, SAMPLE)
            if whole is not None and alone:
                part.quantities.append(_total(found, row, whole, kind))
            part.quantities.extend(_integrity(found, row))
            if found.table.has("RQN"):
                part.issues.extend(graded("RQN", found.amount(row, "RQN"), found.where(row, "RQN")))
            if found.table.has(_SHARE):
                part.quantities.append(_micro(found, row))
                part.issues.extend(_micro_ties(found, row))
        if kind == UNKNOWN and alone:
            part.issues.append(unnamed("", found.where(found.rows[0], WELL)))
        part.issues.extend([*misplaced(found, WELL), *torn(found, found.table.headings)])
        known = [WELL, SAMPLE, _SHARE, *_parts(found), *_INTEGRITY]
        known += [*_OF_DNA, *([whole[0]] if whole else [])] if alone else []
        part.unread.extend(found.table.unread(known))
    return part


def _once_a_well(found: Samples) -> tuple[Row, ...]:
    """The rows of a table that grades each well once; raises InputError ``WELL_TWICE``."""
    again = next((rows[1] for rows in by_well(found) if len(rows) > 1), None)
    if again is not None:
        where, shown = found.where(again, WELL), f"'{found.text(again, WELL)}' again"
        raise refusal(found.file.name, "WELL_TWICE", where, shown, "one row for each well")
    return found.rows


def _analyte(found: Samples) -> Analyte:
    """RNA where it is graded as RNA, DNA where it is graded as DNA."""
    if is_rna([h.casefold() for h in found.table.headings]):
        return RNA
    return DNA if found.table.has("GQN") or found.table.has("DQN") else UNKNOWN


def _total(found: Samples, row: Row, whole: re.Match[str], kind: Analyte) -> Quantity:
    where = found.where(row, whole[0])
    stored = in_unit(found.amount(row, whole[0], minimum=0), found.file.name, where, whole[1], kind.unit)
    said: dict[str, Scalar] = {"well": found.text(row, WELL), **found.settings(row, _OF_DNA)}
    if kind == UNKNOWN:
        said["analyte"] = None
    return quantity(stored, kind.measurand, kind.unit, where, sample=found.text(row, SAMPLE), settings=said)


def _integrity(found: Samples, row: Row) -> list[Quantity]:
    sample, said = found.text(row, SAMPLE), {"well": found.text(row, WELL)}
    return [
        quantity(found.amount(row, h), measurand, "1", found.where(row, h), sample=sample, settings=dict(said))
        for h, measurand in _INTEGRITY.items()
        if found.table.has(h)
    ]


def _parts(found: Samples) -> dict[str, str]:
    """Headings of the concentrations of small and micro RNA with their names in settings."""
    patterns = {"small_rna": _SMALL, "micro_rna": _MICRO}
    return {
        m[0]: f"{name}_{key(m[1])}"
        for name, pattern in patterns.items()
        for h in found.table.headings
        if (m := pattern.fullmatch(h)) is not None
    }


def _micro(found: Samples, row: Row) -> Quantity:
    said = {"well": found.text(row, WELL), "of": "microRNA of small RNA", **found.settings(row, _parts(found))}
    where, sample = found.where(row, _SHARE), found.text(row, SAMPLE)
    amount = found.amount(row, _SHARE, minimum=0)
    return quantity(amount, "small_rna_share", "%", where, sample=sample, settings=said)


def _micro_ties(found: Samples, row: Row) -> tuple[Issue, ...]:
    """The share of microRNA beside the two concentrations."""
    printed = [found.printed(row, h) for h in _parts(found)]
    if len(printed) < 2:
        return ()
    small, micro = printed[:2]
    where = found.where(row, _SHARE)
    return disagreement(_SHARE, found.printed(row, _SHARE), share(micro, small), where, "microRNA over small RNA")
