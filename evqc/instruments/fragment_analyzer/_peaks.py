"""The Peak Table: total concentration of each well, and its peaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import amount_in, quantity
from evqc.instruments._analyte import UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._electrophoresis import LENGTHS, fragment, inside, key, nucleic_acid, share
from evqc.instruments._rounded import Rounded, disagreement, rounded, total
from evqc.instruments._samples import Samples, misplaced, samples, torn
from evqc.instruments.fragment_analyzer import _blocks
from evqc.instruments.fragment_analyzer._part import (
    MASS,
    SAMPLE,
    TOTAL,
    WELL,
    Part,
    by_well,
    holds_numbers,
    refuse_again,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

_LENGTH = re.compile(r"size \((\w+)\)", re.IGNORECASE)
#: The size of a marker in some versions: ``1 (LM)`` and ``6000 (UM)``.
_MARKER = re.compile(r"(\S+) \((LM|UM)\)", re.IGNORECASE)
_MARKERS = {"LM": "lower", "UM": "upper"}
_PLAIN = {"RFU": "height_rfu"}


def is_peaks(row: list[str]) -> bool:
    """Whether a row of headings (in lower case) is that of a Peak Table."""
    own = "peak id" in row and any(map(_LENGTH.fullmatch, row)) and any(map(TOTAL.fullmatch, row))
    return own and row[:2] == [WELL.casefold(), SAMPLE.casefold()]


def _tables(file: ExportFile) -> tuple[list[Samples], tuple[Issue, ...]]:
    """The tables of a file, in either layout, and what is odd in the lines of blocks."""
    if _blocks.is_blocks(file):
        return [_blocks.table_of(file)], _blocks.uneven(file)
    return samples(file, (WELL, SAMPLE, "Peak ID"), holds_numbers), ()


def peaks(file: ExportFile, kind: Analyte | None) -> Part:
    """Total concentration of each well and the length of each of its peaks, in the order of the rows.

    Args:
        file: a Peak Table.
        kind: what was measured where the run's other tables say so; base pairs are DNA otherwise.
    """
    tables, odd = _tables(file)
    refuse_again(tables)
    part = Part(issues=[*odd])
    for found in tables:
        of = _Columns.of(found, kind)
        for rows in by_well(found):
            part.samples[found.text(rows[0], WELL) or ""] = found.text(rows[0], SAMPLE)
            part.quantities.append(_total(found, rows[0], of))
            part.quantities.extend(_peak(found, row, of) for row in rows if found.text(row, "Peak ID") is not None)
            part.issues.extend((*_sums(found, rows, of), *_unnumbered(found, rows, of)))
        part.issues.extend([*misplaced(found, WELL), *torn(found, found.table.headings), *of.notes(found)])
        part.unread.extend(found.table.unread([*of.read(), WELL, SAMPLE]))
    return part


@dataclass(frozen=True)
class _Columns:
    """Headings of a Peak Table with their units, and what was measured."""

    size: str
    length: str
    concentration: str
    unit: str
    peak: str
    molarity: str | None
    integrated: str | None
    integrated_molarity: str | None
    share: str | None
    lengths: dict[str, str]
    kind: Analyte

    @staticmethod
    def of(found: Samples, kind: Analyte | None) -> _Columns:
        headings = found.table.headings
        size = next((m for h in headings if (m := _LENGTH.fullmatch(h))), None)
        whole = next((m for h in headings if (m := TOTAL.fullmatch(h))), None)
        peak = next((h for h in headings if MASS.fullmatch(h)), None)
        if size is None or whole is None or peak is None or size[1] not in LENGTHS:
            expected = "columns 'Size (nt)' or 'Size (bp)', 'Total Conc. (ng/ul)' and 'ng/ul'"
            where = Where(line=found.table.header[0].line)
            raise refusal(found.file.name, "HEADING_MISSING", where, str(list(headings)[:20]), expected)

        def named(beginning: str) -> str | None:
            return next((h for h in headings if h.casefold().startswith(beginning)), None)

        lengths = {h: f"{side}_{size[1]}" for side in ("from", "to") if (h := named(f"{side} (")) is not None}
        lengths |= {h: f"mean_length_{size[1]}" for h in headings if h.casefold() == "avg. size"}
        return _Columns(
            size[0], size[1], whole[0], whole[1], peak, named("nmole/l"), named("tic ("), named("tim ("),
            named("% (conc.)"), lengths, kind or nucleic_acid(None, size[1]),
        )  # fmt: skip

    def read(self) -> list[str]:
        """The headings that are read."""
        several = (self.molarity, self.integrated, self.integrated_molarity, self.share)
        return [self.size, self.concentration, self.peak, "Peak ID", *filter(None, several), *self.lengths, *_PLAIN]

    def notes(self, found: Samples) -> tuple[Issue, ...]:
        """A note where nothing says what was measured."""
        return (unnamed("", found.where(found.rows[0], self.concentration)),) if self.kind == UNKNOWN else ()


def _unnumbered(found: Samples, rows: Sequence[Row], of: _Columns) -> tuple[Issue, ...]:
    """A warning for the first row with a length and no number of a peak: it is not read."""
    lost = next((r for r in rows if found.text(r, "Peak ID") is None and found.text(r, of.size) is not None), None)
    if lost is None:
        return ()
    shown, expected = f"a length of {found.text(lost, of.size)} without one", "the number of every peak"
    return (problem("warning", "CELL_EMPTY", found.where(lost, "Peak ID"), shown, expected),)


def _total(found: Samples, row: Row, of: _Columns) -> Quantity:
    where = found.where(row, of.concentration)
    stored = in_unit(found.amount(row, of.concentration, minimum=0), found.file.name, where, of.unit, of.kind.unit)
    said: dict[str, Scalar] = {"well": found.text(row, WELL)}
    if of.integrated is not None:
        said |= found.settings(row, {of.integrated: f"peaks_together_{key(of.unit)}"})
    if of.kind == UNKNOWN:
        said["analyte"] = None
    return quantity(stored, of.kind.measurand, of.kind.unit, where, sample=found.text(row, SAMPLE), settings=said)


def _peak(found: Samples, row: Row, of: _Columns) -> Quantity:
    names = {"Peak ID": "peak", of.peak: f"concentration_{key(of.unit)}", **of.lengths, **_PLAIN}
    names |= {h: n for h, n in ((of.molarity, "molarity_nmol_per_l"), (of.share, "share_of_total_percent")) if h}
    said = {"well": found.text(row, WELL), **found.settings(row, names)}
    cell, where = found.table.cell(row, of.size), found.where(row, of.size)
    if (marker := _MARKER.fullmatch(cell.text)) is not None:
        cell, said = replace(cell, text=marker[1]), {**said, "marker": _MARKERS[marker[2].upper()]}
    amount = amount_in(cell, of.size, found.file.name, found.marks, found.words, minimum=0)
    return fragment(amount, of.length, where, sample=found.text(row, SAMPLE), method=None, settings=said)


def _sums(found: Samples, rows: list[Row], of: _Columns) -> list[Issue]:
    """Sums over the peaks that are no marker, and their shares, beside what is printed.

    A marker has no share. Source: found in real files, whose sums and shares all hold.
    """
    issues: list[Issue] = []
    inner = [row for row in rows if of.share is not None and found.printed(row, of.share) is not None]
    for whole, part in ((of.integrated, of.peak), (of.integrated_molarity, of.molarity)):
        if whole is None or part is None or not inner:
            continue
        parts = [p for row in inner if (p := found.printed(row, part)) is not None]
        where = found.where(rows[0], whole)
        issues += disagreement(whole, _printed(found, rows[0], whole), total(parts), where, f"sum of '{part}'")
    for row in inner:
        if of.share is not None and of.integrated is not None:
            recomputed = share(found.printed(row, of.peak), found.printed(row, of.integrated))
            where = found.where(row, of.share)
            issues += disagreement(of.share, found.printed(row, of.share), recomputed, where, "share of the peaks")
    ends = [next((h for h, n in of.lengths.items() if n.startswith(side)), "") for side in ("from", "to")]
    for row in inner:
        where, limits = found.where(row, of.size), (found.printed(row, h) for h in ends)
        issues += inside(of.size, found.printed(row, of.size), limits, where)
    return issues + _constant(found, rows, of)


def _constant(found: Samples, rows: list[Row], of: _Columns) -> list[Issue]:
    """A warning for a row whose total is not that of its well's first row."""
    first = found.printed(rows[0], of.concentration) or Rounded(0.0)
    return [
        issue
        for row in rows[1:]
        for issue in disagreement(
            of.concentration,
            found.printed(row, of.concentration),
            first,
            found.where(row, of.concentration),
            "the first row of the well",
        )
    ]


def _printed(found: Samples, row: Row, heading: str) -> Rounded | None:
    """A printed number, behind which older versions repeat the unit of the heading: ``65.343 nmole/L``."""
    number, _, unit = (found.text(row, heading) or "").partition(" ")
    return rounded(number, found.marks) if f"({unit})" in heading or not unit else None
