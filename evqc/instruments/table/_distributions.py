"""Rows of a table to size distributions, one a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments.table._cells import each, number_of
from evqc.instruments.table._table import by_sample
from evqc.instruments.table.mapping import Distribution, Mapping
from evqc.measurands import factor
from evqc.measurement import (
    Bins,
    Dilution,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.sizing import standard_statistics
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments.table._table import Entry

#: Neighbouring edges may differ by this share of a bin, since tables print them rounded.
_EDGE_TOLERANCE = 1e-6
_NO_RULE = "the table prints no statistic, and no rule of its software is known"


def distributions(entries: Sequence[Entry], mapping: Mapping, source: str) -> tuple[SizeDistribution, ...]:
    """One size distribution a sample, sizes in nanometres and concentrations per millilitre as measured.

    Args:
        entries: the rows, one a bin.
        mapping: says which columns are bins, counts, concentrations and dilution.
        source: name of the file, for messages.

    Raises:
        InputError: every cell that cannot be read, up to ten; ``BINS`` for bins that do not run upwards or overlap;
            ``EMPTY_CELL`` for a bin without number; ``DILUTION`` for a factor that changes within a sample.
    """
    assert mapping.distribution is not None
    reader = _Reader(mapping.distribution, mapping, source)
    return tuple(_distribution(name, own, reader) for name, own in by_sample(entries).items())


def dilution_issues(made: Sequence[SizeDistribution]) -> tuple[Issue, ...]:
    """A warning for each sample whose dilution the table does not state."""
    return tuple(
        problem("warning", "DILUTION_NOT_STATED", d.where, f"no dilution of '{d.sample}'", "a dilution factor")
        for d in made
        if d.dilution.factor is None
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """A distribution's mapping together with the file it reads."""

    wanted: Distribution
    mapping: Mapping
    source: str

    def column(self, entries: Sequence[Entry], heading: str, unit: float = 1.0) -> NDArray[np.float64]:
        """The numbers of a column, none missing and none negative, times ``unit``; shape (n,)."""
        return array([value * unit for value in each(self.source, entries, lambda e: self.number(e, heading))])

    def number(self, entry: Entry, heading: str) -> float:
        value = number_of(entry.cells[heading], heading, self.mapping.table, self.source, minimum=0.0)
        if value is None:
            where = entry.cells[heading].where(heading)
            raise refusal(self.source, "EMPTY_CELL", where, "nothing", "a number in every bin")
        return value

    def bins(self, entries: Sequence[Entry]) -> Bins:
        wanted, to_nm = self.wanted, factor(self.wanted.unit, "nm")
        if wanted.lower is not None and wanted.upper is not None:
            lower, upper = (self.column(entries, h, to_nm) for h in (wanted.lower, wanted.upper))
        else:
            assert wanted.centre is not None
            assert wanted.width is not None
            centre, half = self.column(entries, wanted.centre, to_nm), wanted.width * to_nm / 2
            lower, upper = array(centre - half), array(centre + half)
        self.check(entries, lower, upper)
        return Bins(lower=lower, upper=upper)

    def check(self, entries: Sequence[Entry], lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        width = upper - lower
        wrong = (width <= 0) | (lower < -_EDGE_TOLERANCE * width)
        wrong[1:] |= lower[1:] - upper[:-1] < -_EDGE_TOLERANCE * width[:-1]
        if wrong.any():
            at = int(np.argmax(wrong))
            found = f"a bin from {lower[at]:g} to {upper[at]:g} nm"
            expected = "bins that run upwards from 0, have a width and do not overlap"
            raise refusal(self.source, "BINS", Where(line=entries[at].line), found, expected)

    def dilution(self, entries: Sequence[Entry]) -> Dilution:
        heading = self.wanted.dilution
        if heading is None:
            return Dilution(factor=None, source="not stated", already_applied=False)
        stated = set(each(self.source, entries, lambda e: self.factor(e, heading)))
        if len(stated) > 1:
            where = entries[0].cells[heading].where(heading)
            raise refusal(self.source, "DILUTION", where, f"factors {sorted(map(str, stated))}", "one factor a sample")
        (only,) = stated
        applied = self.wanted.dilution_applied
        if only is None and applied:
            where = entries[0].cells[heading].where(heading)
            raise refusal(self.source, "DILUTION_NOT_STATED", where, "nothing", "the factor that was applied")
        return Dilution(factor=only, source="not stated" if only is None else "file", already_applied=applied)

    def factor(self, entry: Entry, heading: str) -> float | None:
        return number_of(entry.cells[heading], heading, self.mapping.table, self.source, minimum=1.0)


def _distribution(sample: str, entries: Sequence[Entry], reader: _Reader) -> SizeDistribution:
    wanted, bins, dilution = reader.wanted, reader.bins(entries), reader.dilution(entries)
    count = None if wanted.count is None else reader.column(entries, wanted.count)
    per_ml = _as_measured(entries, reader, dilution)
    weight = count if per_ml is None else per_ml
    assert weight is not None
    empty = not bool((weight > 0).any())
    nothing = SizeStatistics()
    standard = standard_statistics(bins.lower, bins.upper, weight)
    return SizeDistribution(
        technique=wanted.technique,
        sample=sample,
        run=None,
        acquired_at=None,
        diameter_nm=bins,
        count=count,
        concentration_per_ml=per_ml,
        dilution=dilution,
        concentration_total_per_ml=_total(per_ml, dilution),
        statistics=Statistics(reported=nothing, vendor=nothing, standard=standard),
        agreement=agreement(_NO_RULE, ()),
        validity=RunValidity(valid=False if empty else None, reasons=("no particle in any bin",) if empty else ()),
        where=Where(line=entries[0].line),
    )


def _as_measured(entries: Sequence[Entry], reader: _Reader, dilution: Dilution) -> NDArray[np.float64] | None:
    """Concentrations per millilitre of the suspension as measured: an applied dilution is divided out."""
    wanted = reader.wanted
    if wanted.concentration is None or wanted.concentration_unit is None:
        return None
    unit = factor(wanted.concentration_unit, "1/mL")
    applied = dilution.factor if dilution.already_applied and dilution.factor is not None else 1.0
    return reader.column(entries, wanted.concentration, unit / applied)


def _total(per_ml: NDArray[np.float64] | None, dilution: Dilution) -> TotalConcentration:
    if per_ml is None:
        return TotalConcentration(reported=None, recomputed=None, undiluted=None)
    total = float(per_ml.sum())
    undiluted = None if dilution.factor is None else total * dilution.factor
    return TotalConcentration(reported=None, recomputed=total, undiluted=undiluted)
