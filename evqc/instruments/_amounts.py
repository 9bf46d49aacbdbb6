"""What a number cell says: a number, below or above the range, or no number and for which reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.errors import refusal
from evqc.instruments._marks import Marks
from evqc.measurement import Quantity, Reason, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.errors import Where
    from evqc.instruments._cell import Cell


@dataclass(frozen=True, slots=True)
class Amount:
    """What a number cell says.

    Attributes:
        state: measured, below range, above range or missing.
        value: there exactly when measured.
        bound: the end of the range, where the cell names it.
        reason: why there is no value; None when there is one.
        as_written: the cell's text, kept when there is no value.
    """

    state: State
    value: float | None = None
    bound: float | None = None
    reason: Reason | None = None
    as_written: str | None = None

    def times(self, factor: float) -> Amount:
        """The same amount in another unit or of the undiluted sample."""
        value = None if self.value is None else self.value * factor
        return replace(self, value=value, bound=None if self.bound is None else self.bound * factor)


#: What instruments write instead of a number, in lower case. A reader adds the words of its own format.
SAID: dict[str, tuple[State, Reason]] = {
    "": (State.MISSING, "empty"),
    "n/a": (State.MISSING, "not available"),
    "na": (State.MISSING, "not available"),
    "#n/a": (State.MISSING, "not available"),
    "-": (State.MISSING, "not reported"),
    "--": (State.MISSING, "not reported"),
    "---": (State.MISSING, "not reported"),
    "nan": (State.MISSING, "not a number"),
    "?????": (State.MISSING, "not computed"),
    "#num!": (State.MISSING, "not computed"),
    "#div/0!": (State.MISSING, "not computed"),
    "#value!": (State.MISSING, "not computed"),
    "out of range": (State.MISSING, "out of range"),
    "too low": (State.BELOW_RANGE, "below range"),
    "too high": (State.ABOVE_RANGE, "above range"),
    "ovrflw": (State.ABOVE_RANGE, "above range"),
    "overflow": (State.ABOVE_RANGE, "above range"),
    "over": (State.ABOVE_RANGE, "above range"),
}

Words = dict[str, tuple[State, Reason]]
_BELOW: tuple[State, Reason] = (State.BELOW_RANGE, "below range")
_ABOVE: tuple[State, Reason] = (State.ABOVE_RANGE, "above range")
_OUTSIDE: Words = {"<": _BELOW, ">": _ABOVE}
_POINT = Marks()


def amount(text: str, marks: Marks = _POINT, words: Mapping[str, tuple[State, Reason]] = SAID) -> Amount | None:
    """What the text of a number cell says; None when it is neither a number nor a word of ``words``.

    ``<1.0`` is below and ``>6000`` above the range with that bound; ``*0.356*`` is a well that somebody masked and
    ``????`` of any length a value that was not computed. None of them is a number, and none is zero.

    Args:
        text: as written.
        marks: the decimal and thousands marks of the file.
        words: what else may stand there, in lower case.
    """
    plain = text.strip()
    value = marks.parse(plain)
    if value is not None:
        return Amount(State.MEASURED, value)
    if (said := words.get(plain.casefold())) is not None:
        return Amount(said[0], reason=said[1], as_written=plain)
    return _marked(plain, marks)


def _marked(plain: str, marks: Marks) -> Amount | None:
    if plain[0] in _OUTSIDE:
        state, reason = _OUTSIDE[plain[0]]
        bound = marks.parse(plain[1:])
        return None if bound is None else Amount(state, bound=bound, reason=reason, as_written=plain)
    if len(plain) > 2 and plain[0] == plain[-1] == "*" and marks.parse(plain[1:-1]) is not None:
        return Amount(State.MISSING, reason="masked", as_written=plain)
    if len(plain) > 2 and set(plain) in ({"?"}, {"*"}):
        return Amount(State.MISSING, reason="not computed", as_written=plain)
    return None


def amount_at(
    text: str,
    source: str,
    where: Where,
    marks: Marks = _POINT,
    words: Mapping[str, tuple[State, Reason]] = SAID,
    *,
    minimum: float | None = None,
) -> Amount:
    """What the number cell at a place says.

    Args:
        text: as written.
        source: name of the file.
        where: the place.
        marks: of the file.
        words: what else may stand there, in lower case.
        minimum: the least number that makes sense there.

    Raises:
        InputError: ``NOT_A_NUMBER``, or ``OUT_OF_RANGE`` when it is below ``minimum``.
    """
    found = amount(text, marks, words)
    if found is None:
        mark = "point" if marks.decimal == "." else "comma"
        raise refusal(source, "NOT_A_NUMBER", where, f"'{text.strip()}'", f"a number with decimal {mark}, or its state")
    number = found.value if found.value is not None else found.bound
    if minimum is not None and number is not None and not number >= minimum:
        raise refusal(source, "OUT_OF_RANGE", where, text.strip(), f"a number of at least {minimum:g}")
    return found


def amount_in(
    cell: Cell,
    heading: str,
    source: str,
    marks: Marks = _POINT,
    words: Mapping[str, tuple[State, Reason]] = SAID,
    *,
    minimum: float | None = None,
) -> Amount:
    """``amount_at`` for a cell of a table or workbook; a workbook's number cell needs no marks.

    Raises:
        InputError: as ``amount_at``, or the cell's own fault (``MERGED_CELL``, ``FORMULA_WITHOUT_VALUE``, …); an error
            cell such as ``#NUM!`` is a value that was not computed.
    """
    where = cell.where(heading)
    if cell.fault is not None and cell.fault.code != "ERROR_CELL":
        raise refusal(source, cell.fault.code, where, cell.fault.found, cell.fault.expected)
    text = cell.text if cell.number is None else repr(cell.number)
    return amount_at(text, source, where, _POINT if cell.number is not None else marks, words, minimum=minimum)


def quantity(found: Amount, measurand: str, unit: str, where: Where, **more: object) -> Quantity:
    """A quantity in ``unit`` with the value, bound, state and reason of an amount; ``more`` are its other fields."""
    return Quantity(
        measurand=measurand,
        unit=unit,
        value=found.value,
        state=found.state,
        bound=found.bound,
        reason=found.reason,
        as_written=found.as_written,
        where=where,
        **more,  # type: ignore[arg-type]  # the caller's keywords are those of Quantity
    )
