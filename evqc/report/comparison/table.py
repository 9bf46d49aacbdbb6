"""Tables as the page shows them: headings and cells of text, with what is said small below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: what it says.
        small: further lines below.
        missing: that it says what is not known.
        bar: two numbers between 0 and 1 that are also drawn: up to the first filled, up to the second hatched.
    """

    text: str
    small: tuple[str, ...] = ()
    missing: bool = False
    bar: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a column; ``right`` for columns of numbers."""

    text: str
    small: tuple[str, ...] = ()
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings, in groups that may have titles; the first cell of a row names it."""

    heading: tuple[Head, ...]
    groups: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        """All rows, without the titles of their groups."""
        return [row for _, rows in self.groups for row in rows]


def table(heading: Sequence[Head], rows: Sequence[tuple[Cell, ...]]) -> Table:
    """A table without groups."""
    return Table(tuple(heading), (("", tuple(rows)),))


def columns_of(left: Sequence[str], right: Sequence[str] = ()) -> tuple[Head, ...]:
    """Plain headings: texts, then numbers."""
    return (*map(Head, left), *(Head(text, right=True) for text in right))


def unknown(text: str = "not known") -> Cell:
    """A cell that says what is not known."""
    return Cell(text, missing=True)
