"""Text as Markdown shows it, and tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")


def plain(text: str) -> str:
    """One line of text, with a backslash before every sign that Markdown would take for its own."""
    return " ".join(_SPECIAL.sub(r"\\\1", text).split())


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], *, marked_up: bool = False) -> str:
    """A table; ``marked_up`` when its cells are Markdown already."""
    lines = [heading, ["---"] * len(heading), *(row if marked_up else [plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
