"""What one cell says: a number, below or above the range, missing, or something that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import InputError, refusal
from evqc.instruments import _amounts
from evqc.instruments._amounts import SAID, Amount, Words
from evqc.instruments._marks import Marks
from evqc.measurement import Reason, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from evqc.errors import Issue
    from evqc.instruments._cell import Cell
    from evqc.instruments.table.mapping import TableOptions

    T = TypeVar("T")
    U = TypeVar("U")

_MOST_ISSUES = 10


def amount(text: str, options: TableOptions) -> Amount | None:
    """What the text of a number cell says; None when it is neither number nor a word the mapping declares.

    An empty cell is missing, ``<1.0`` below and ``>600`` above the range with that bound. Nothing is guessed: the other
    decimal mark, thousands separators, units and ``n.d.`` are not understood.

    Args:
        text: without white space around it.
        options: decimal mark and declared words.
    """
    declared: tuple[tuple[tuple[str, ...], tuple[State, Reason]], ...] = (
        (options.missing_words, (State.MISSING, "not available")),
        (options.below_range_words, (State.BELOW_RANGE, "below range")),
        (options.above_range_words, (State.ABOVE_RANGE, "above range")),
    )
    words: Words = {word.casefold(): said for of_kind, said in declared for word in of_kind}
    return _amounts.amount(text, Marks(options.decimal), {"": SAID[""], **words})


def amount_of(cell: Cell, heading: str, options: TableOptions, source: str, *, minimum: float | None = None) -> Amount:
    """What a number cell says.

    Args:
        cell: the cell.
        heading: its column, for messages.
        options: decimal mark and declared words.
        source: name of the file.
        minimum: the least number that makes sense there.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, or the cell's own fault (``MERGED_CELL``, ``ERROR_CELL``, …).
    """
    where = cell.where(heading)
    if cell.fault is not None:
        raise refusal(source, cell.fault.code, where, cell.fault.found, cell.fault.expected)
    found = Amount(State.MEASURED, cell.number) if cell.number is not None else amount(cell.text, options)
    if found is None:
        mark = "point" if options.decimal == "." else "comma"
        expected = f"a number with decimal {mark}, <number, >number, nothing, or a word that the mapping declares"
        raise refusal(source, "NOT_A_NUMBER", where, f"'{cell.text}'", expected)
    number = found.value if found.value is not None else found.bound
    if minimum is not None and number is not None and not number >= minimum:
        raise refusal(source, "OUT_OF_RANGE", where, cell.text, f"a number of at least {minimum:g}")
    return found


def refuse_percent(cell: Cell, heading: str, unit: str, source: str) -> None:
    """Refuse a number that the workbook shows a hundredfold, unless ``unit`` says that it is a fraction.

    Raises:
        InputError: ``PERCENT_CELL``.
    """
    if cell.percent and unit != "fraction":
        expected = 'unit = "fraction" in the mapping, or a number in the unit that the mapping states'
        raise refusal(source, "PERCENT_CELL", cell.where(heading), f"{cell.text}, shown as a percentage", expected)


def number_of(
    cell: Cell, heading: str, options: TableOptions, source: str, *, minimum: float | None = None
) -> float | None:
    """The number of a cell that holds one or nothing.

    Raises:
        InputError: as ``amount_of``, and ``NOT_A_NUMBER`` for a number outside the range such as ``<1``.
    """
    found = amount_of(cell, heading, options, source, minimum=minimum)
    if found.state in {State.BELOW_RANGE, State.ABOVE_RANGE}:
        raise refusal(source, "NOT_A_NUMBER", cell.where(heading), f"'{cell.text}'", "a number or nothing")
    return found.value


def text_of(cell: Cell, heading: str, source: str) -> str:
    """The text of a cell that must hold one.

    Raises:
        InputError: ``EMPTY_CELL``, or the cell's own fault.
    """
    where = cell.where(heading)
    if cell.fault is not None:
        raise refusal(source, cell.fault.code, where, cell.fault.found, cell.fault.expected)
    if not cell.text:
        raise refusal(source, "EMPTY_CELL", where, "nothing", "a name")
    return cell.text


def each(source: str, items: Iterable[T], made: Callable[[T], U]) -> list[U]:
    """``made`` of every item.

    Raises:
        InputError: everything that was wrong with any of them, up to ten issues.
    """
    issues: list[Issue] = []
    results: list[U] = []
    for item in items:
        try:
            results.append(made(item))
        except InputError as error:
            issues.extend(error.issues)
    if issues:
        raise InputError(source, *issues[:_MOST_ISSUES])
    return results
