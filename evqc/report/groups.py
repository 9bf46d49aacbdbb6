"""Findings of one criterion over many subjects, as one row of a printed report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from evqc.report.format import quantity
from evqc.report.model import FindingRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.criteria.findings import Finding

#: Up to this many findings of one criterion stand in full.
_IN_FULL = 3


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one criterion with one verdict.

    Attributes:
        first: stands for all of them.
        observed: what was observed, from the lowest to the highest or each text once.
        rows: all of them; one when the finding stands in full.
    """

    first: FindingRow
    observed: str
    rows: tuple[FindingRow, ...]


def finding_groups(rows: Sequence[FindingRow]) -> tuple[FindingGroup, ...]:
    """The findings of one profile, those of a criterion with the same verdict together when there are many.

    Args:
        rows: of one profile, sorted by verdict.
    """
    groups: list[FindingGroup] = []
    first: dict[tuple[str, str], int] = {}
    for place, row in enumerate(rows):
        first.setdefault(_kind(row), place)
    for _, same in groupby(sorted(rows, key=lambda row: first[_kind(row)]), _kind):
        of = tuple(same)
        if len(of) > _IN_FULL:
            groups.append(FindingGroup(first=of[0], observed=_observed(of), rows=of))
        else:
            groups += [FindingGroup(first=row, observed=row.observed, rows=(row,)) for row in of]
    return tuple(groups)


def _kind(row: FindingRow) -> tuple[str, str]:
    return row.finding.verdict, row.finding.criterion


def _observed(rows: Sequence[FindingRow]) -> str:
    numbers = [n for row in rows if (n := _number(row.finding)) is not None]
    if len(numbers) == len(rows):
        unit = rows[0].finding.unit
        low, high = quantity(min(numbers), unit), quantity(max(numbers), unit)
        return low if low == high else f"{low} to {high}"
    each = list(dict.fromkeys(row.observed for row in rows))
    return "; ".join(each[:3]) + (f"; and {len(each) - 3} others" if len(each) > 3 else "")


def _number(finding: Finding) -> float | None:
    value = finding.observed
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
