"""Findings of one criterion over many subjects, as one row of a printed report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from evqc.report.format import quantity
from evqc.report.model import FindingRow
from evqc.report.words import subjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.criteria.findings import Finding

#: Up to this many findings of one criterion stand in full, unless they say the same.
_IN_FULL = 3


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one criterion with one verdict.

    Attributes:
        first: stands for all of them.
        observed: what was observed, from the lowest to the highest or each text once.
        rows: all of them; one when the finding stands in full.
        alike: whether all have the same reason.
    """

    first: FindingRow
    observed: str
    rows: tuple[FindingRow, ...]
    alike: bool = False


def by_group(rows: Sequence[FindingRow]) -> dict[str, list[FindingRow]]:
    """Findings of a profile under the groups of their criteria, as the profile first names them."""
    together: dict[str, list[FindingRow]] = {}
    for row in rows:
        together.setdefault(row.finding.group, []).append(row)
    return together


def finding_groups(rows: Sequence[FindingRow]) -> tuple[FindingGroup, ...]:
    """The findings of one profile, those of a criterion with the same verdict together.

    They stand together when there are many, or when all say the same.

    Args:
        rows: of one profile, sorted by verdict.
    """
    groups: list[FindingGroup] = []
    first: dict[tuple[str, str], int] = {}
    for place, row in enumerate(rows):
        first.setdefault(_kind(row), place)
    for _, same in groupby(sorted(rows, key=lambda row: first[_kind(row)]), _kind):
        of = tuple(same)
        alike = len({row.finding.because for row in of}) == 1
        if len(of) > (1 if alike else _IN_FULL):
            groups.append(FindingGroup(first=of[0], observed=_observed(of), rows=of, alike=alike))
        else:
            groups += [FindingGroup(first=row, observed=_short(row), rows=(row,)) for row in of]
    return tuple(groups)


def _short(row: FindingRow) -> str:
    """What was observed; of a long list its beginning, since the reason names what counts."""
    value = row.finding.observed
    return subjects(value) if isinstance(value, tuple) and value else row.observed


def short_limit(row: FindingRow) -> str:
    """The limit; of a long list of texts its beginning."""
    limit = row.finding.limit
    if limit is None or not isinstance(limit.value, tuple) or len(limit.value) <= 4:
        return row.limit
    return f"{limit.test} {subjects(str(each) for each in limit.value)}"


def _kind(row: FindingRow) -> tuple[str, str]:
    return row.finding.verdict, row.finding.criterion


def _observed(rows: Sequence[FindingRow]) -> str:
    numbers = [n for row in rows if (n := _number(row.finding)) is not None]
    if len(numbers) == len(rows):
        unit = rows[0].finding.unit
        low, high = quantity(min(numbers), unit), quantity(max(numbers), unit)
        return low if low == high else f"{low} to {high}"
    each = list(dict.fromkeys(_short(row) for row in rows))
    return "; ".join(each[:3]) + (f"; and {len(each) - 3} others" if len(each) > 3 else "")


def _number(finding: Finding) -> float | None:
    value = finding.observed
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
