"""How much of a profile was assessed and is met, as a small drawing beside the words that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.criteria.findings import Tally

_WIDTH, _HEIGHT, _STEP = 150.0, 11.0, 5.0
_MET, _UNMET, _LINE = "#0b5c8f", "#9c3d00", "#5f6770"


def tally_bar(of: Tally) -> str:
    """Criteria that apply, as one bar: met filled, not met hatched, not assessed empty.

    It says nothing that the text beside it does not say, and is therefore hidden from those who listen to the page.

    Args:
        of: counts of criteria; nothing is drawn where none applies.
    """
    if not of.applicable:
        return ""
    met = _WIDTH * of.passed / of.applicable
    unmet = _WIDTH * of.failed / of.applicable
    parts = [
        f'<rect x="0" y="0" width="{met:.2f}" height="{_HEIGHT:g}" fill="{_MET}"/>',
        _hatched(met, unmet),
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1:g}" height="{_HEIGHT - 1:g}" fill="none" stroke="{_LINE}"/>',
    ]
    size = f'width="{_WIDTH:g}" height="{_HEIGHT:g}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
    return f'<svg class="bar" {size} aria-hidden="true" focusable="false">{"".join(parts)}</svg>'


def _hatched(left: float, width: float) -> str:
    """Slanted strokes between ``left`` and ``left + width``, cut off at both ends."""
    if width <= 0:
        return ""
    right = left + width
    strokes = []
    start = left - _HEIGHT
    while start < right:
        low, high = max(start, left), min(start + _HEIGHT, right)
        strokes.append(f"M{low:.2f} {_HEIGHT - (low - start):.2f}L{high:.2f} {_HEIGHT - (high - start):.2f}")
        start += _STEP
    outline = f"M{right:.2f} 0V{_HEIGHT:g}"
    return f'<path d="{"".join(strokes)}{outline}" stroke="{_UNMET}" stroke-width="1.6" fill="none"/>'
