"""How numbers and names stand in the sentences of a comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Sequence


def titles(names: Sequence[str]) -> str:
    """Aspects by their titles, as a list in words."""
    return listed([aspects()[name].title for name in names])


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def p_in_words(p: float) -> str:
    """``p 0.031``, never zero."""
    return "p below 0.0001" if p < 1e-4 else f"p {p:.2g}"


def percent(share: float) -> str:
    """A share of draws in whole per cent, rounded down so that 79.9 never reads as 80; draws are never certain."""
    whole = math.floor(100 * share + 1e-9)
    return "less than 1 %" if whole < 1 else "more than 99 %" if whole >= 99 else f"{whole} %"


def counted_pools(count: int) -> str:
    """``1 pool``, ``4 pools``."""
    return f"{count} pool" if count == 1 else f"{count} pools"
