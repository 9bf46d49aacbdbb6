"""Limits that contradict each other, that nothing or everything meets, or whose two sides are written unlike."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from evqc.numerics.limits import Comparison, decimal, relation_of
from evqc.release.checks.doubt import Doubt, tests_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.wording import Path
    from evqc.release.specification import Rounding, Specification, Test

_LOWER: frozenset[Comparison] = frozenset({">=", ">"})
#: What some quantities lie between; all others are not negative but for those that are signed.
_BOTH_ENDS = {"ph": (Decimal(0), Decimal(14))}
_SIGNED = frozenset({"zeta_potential", "zeta_potential_25_degC", "electrophoretic_mobility", "temperature"})
_SHARE = (Decimal(0), Decimal(100))


class Side(NamedTuple):
    """One limit as it bounds a result.

    Attributes:
        filed: as it stands in the specification.
        relation, text: its parts.
        edge: where unrounded results begin or end to meet it, rounding considered.
        included: whether a result exactly at ``edge`` meets it.
    """

    filed: str
    relation: Comparison
    text: str
    edge: Decimal
    included: bool

    @property
    def is_lower(self) -> bool:
        """Whether it bounds from below."""
        return self.relation in _LOWER


def side(filed: str, rounding: Rounding) -> Side:
    """A limit with the edge of the unrounded results that meet it.

    ``>= 95`` by USP is met from 94.5 on, since 94.5 rounds to 95; ``>= 95.0`` from 94.95 on. By Ph. Eur. the place of
    rounding is the same for results near the limit; by ASTM E29 a tie goes to the even digit, by the others away
    from zero.

    Args:
        filed: relation and number.
        rounding: by which results are rounded before they are compared.
    """
    relation, text = relation_of(filed)
    limit = decimal(text)
    if rounding == "none":
        return Side(filed, relation, text, limit, relation in {">=", "<="})
    half = Decimal((0, (5,), int(limit.as_tuple().exponent) - 1))
    beyond = relation in {">=", "<"}
    edge = limit - half if beyond else limit + half
    is_even = limit.as_tuple().digits[-1] % 2 == 0
    ties_up = is_even == beyond if rounding == "ASTM E29" else edge > 0
    return Side(filed, relation, text, edge, ties_up == (relation in _LOWER))


def sides(test: Test, specification: Specification) -> tuple[Side, ...]:
    """The filed limits of a test."""
    return tuple(side(filed, test.rounding or specification.rounding) for filed in test.limits)


def doubts_of_limits(specification: Specification) -> Iterator[Doubt]:
    """``LIMITS_CONTRADICT``, ``LIMIT_TWICE``, ``LIMIT_UNREACHABLE`` (nothing meets it), ``LIMIT_ALWAYS_MET`` and
    ``LIMIT_DECIMALS_DIFFER``.
    """  # noqa: D205  the codes are the summary
    for path, test in tests_of(specification):
        found = sides(test, specification)
        yield from _against_each_other((*path, "limits"), found)
        for index, each in enumerate(found):
            yield from _against_nature((*path, "limits", index), test, each)


def _against_each_other(path: Path, found: Sequence[Side]) -> Iterator[Doubt]:
    lower, upper = [each for each in found if each.is_lower], [each for each in found if not each.is_lower]
    for same in (lower, upper):
        if len(same) > 1:
            filed = " and ".join(each.filed for each in same)
            yield Doubt(path, "error", "LIMIT_TWICE", filed, "one limit to each side")
    if len(lower) != 1 or len(upper) != 1:
        return
    low, high = lower[0], upper[0]
    filed = f"{low.filed} and {high.filed}"
    if low.edge > high.edge or (low.edge == high.edge and not (low.included and high.included)):
        yield Doubt(path, "error", "LIMITS_CONTRADICT", filed, "limits that some result meets, rounded as they ask for")
    if _places(low) != _places(high):
        expected = "the same decimals on both sides, since they decide how a result is rounded"
        yield Doubt(path, "note", "LIMIT_DECIMALS_DIFFER", filed, expected)


def _places(of: Side) -> int:
    return int(decimal(of.text).as_tuple().exponent)


def _against_nature(path: Path, test: Test, each: Side) -> Iterator[Doubt]:
    """Limits beyond what the quantity can be, such as a share of over 100 %."""
    lowest, highest = _range(test)
    limit = decimal(each.text)
    end = highest if each.is_lower else lowest
    if end is not None and (_beyond(limit, end, each) or (limit == end and each.relation in {">", "<"})):
        yield Doubt(path, "error", "LIMIT_UNREACHABLE", each.filed, f"a limit that can be met; the end is {end:f}")
    open_end = lowest if each.is_lower else highest
    if open_end is not None and (limit < open_end if each.is_lower else limit > open_end):
        yield Doubt(path, "warning", "LIMIT_ALWAYS_MET", each.filed, f"a limit that can fail; the end is {open_end:f}")
    if limit == open_end and each.relation in {">=", "<="}:
        yield Doubt(path, "warning", "LIMIT_ALWAYS_MET", each.filed, "a limit that can fail, or none on this side")


def _beyond(limit: Decimal, end: Decimal, each: Side) -> bool:
    return limit > end if each.is_lower else limit < end


def _range(test: Test) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that the value of a test can be; None where there is no end."""
    if test.asks == "size share" or (test.measurand or "") in {"cell_viability", "marker_positive_cells"}:
        return _SHARE if test.unit in {None, "%"} else (_SHARE[0], None)
    if test.measurand in _SIGNED:
        return None, None
    return _BOTH_ENDS.get(test.measurand or "", (Decimal(0), None))
