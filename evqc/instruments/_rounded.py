"""Single printed numbers with their rounding, and what follows from them beside what else is printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import half_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.instruments._marks import Marks

#: Binary fractions may miss a tie by this share.
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Rounded:
    """A number and how far rounding may have moved it to either side."""

    value: float
    half: float = 0.0

    def times(self, other: Rounded) -> Rounded:
        """The product with the widest error of both roundings."""
        half = abs(self.value) * other.half + abs(other.value) * self.half + self.half * other.half
        return Rounded(self.value * other.value, half)

    def over(self, other: Rounded) -> Rounded | None:
        """The quotient with the widest error of both roundings; None when the divisor may be zero."""
        if not abs(other.value) > other.half:
            return None
        quotient = self.value / other.value
        return Rounded(quotient, (self.half + abs(quotient) * other.half) / (abs(other.value) - other.half))

    def by(self, factor: float) -> Rounded:
        """The number in another unit."""
        return Rounded(self.value * factor, self.half * abs(factor))


def total(parts: Iterable[Rounded]) -> Rounded:
    """The sum, whose error is the sum of the errors."""
    parts = list(parts)
    return Rounded(math.fsum(p.value for p in parts), math.fsum(p.half for p in parts))


def rounded(text: str, marks: Marks, *, figures: int | None = None) -> Rounded | None:
    """The number that ``text`` is, with half a unit of its last digit; None when it is no number.

    Args:
        text: as written.
        marks: of the file.
        figures: significant figures that the software keeps, so that ``1230`` of three may be 1225 to 1235.
    """
    value = marks.parse(text)
    if value is None:
        return None
    half = half_unit("".join(c for c in text.strip() if c not in marks.thousands))
    if figures is not None and value:
        half = max(half, 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) - figures + 1))
    return Rounded(value, half)


def disagreement(
    what: str, shown: Rounded | None, recomputed: Rounded | None, where: Where, rule: str
) -> tuple[Issue, ...]:
    """A warning when a printed number and the one that follows from others differ by more than rounding.

    Args:
        what: the printed number's name.
        shown: the printed number; nothing is compared when it or ``recomputed`` is None.
        recomputed: what the other numbers of the file give.
        where: the place of ``shown``.
        rule: how it was recomputed, in words.
    """
    if shown is None or recomputed is None:
        return ()
    allowed = (shown.half + recomputed.half) * (1 + _TIE) + abs(shown.value) * _TIE
    if abs(shown.value - recomputed.value) <= allowed:
        return ()
    expected = f"{recomputed.value:.6g} ({rule}) within {allowed:.2g}"
    return (problem("warning", "PRINTED_DISAGREES", where, f"{what} {shown.value:.10g}", expected),)
