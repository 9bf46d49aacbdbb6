"""What a marker's name means, in words for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.markers.vocabulary import Explanation, Marker


def explanation_lines(of: Explanation) -> Iterator[str]:
    """What a name means and why, what it may mean, or what is spelled like it.

    Args:
        of: as ``markers.vocabulary.explain`` gives it.
    """
    yield f"'{of.text}': {of.verdict if of.marker is None else of.marker.name}"
    yield f"  why            {of.why}"
    if of.marker is not None:
        yield from _marker(of.marker)
    elif of.may_be:
        yield "  may be"
        yield from (f"    {each.name}: {_role(each)}, MISEV category {each.category or 'none'}" for each in of.may_be)
    if of.near:
        yield f"  spelled alike  {', '.join(of.near)}"


def _marker(of: Marker) -> Iterator[str]:
    told = {
        "gene": of.symbol,
        "protein": of.uniprot,
        "MISEV category": of.category,
        "looked for as": _role(of),
        "also written": ", ".join(of.synonyms),
    }
    yield from (f"  {name:<14} {text}" for name, text in told.items() if text)


def _role(of: Marker) -> str:
    return f"{of.role} ({of.detail})" if of.detail else of.role
