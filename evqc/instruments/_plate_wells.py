"""The values of a plate's wells: as amounts, as numbers with their rounding, as quantities, and minus the blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments._amounts import SAID, Amount, Words, amount_in, quantity
from evqc.instruments._analyte import in_unit
from evqc.instruments._cell import Cell
from evqc.instruments._marks import Marks
from evqc.instruments._printed import Printed, disagreement, printed
from evqc.measurands import MEASURANDS
from evqc.measurement import Scalar, State
from evqc.numerics.elementary import ten_to

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evqc.measurement import Quantity

#: What stands in a well besides the words that every instrument uses.
WORDS: Words = {
    **SAID,
    "empty": (State.MISSING, "empty"),
    "missed": (State.MISSING, "not reported"),
    "#sat": (State.ABOVE_RANGE, "above range"),
    "range?": (State.MISSING, "out of range"),
    "path?": (State.MISSING, "not computed"),
    "> max": (State.ABOVE_RANGE, "above range"),
    "< min": (State.BELOW_RANGE, "below range"),
}
_DIGIT = re.compile(r"\d", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Wells:
    """The values of a grid.

    Attributes:
        title: what was read or computed.
        cells, amounts: by well, as written and what that says, in the order of the file.
        issues: words in it that evqc does not know.
    """

    title: str
    cells: Mapping[str, Cell]
    amounts: Mapping[str, Amount]
    issues: tuple[Issue, ...] = ()

    def numbers(self, names: Sequence[str]) -> Printed:
        """The numbers of some wells with their rounding, each of shape (n, 1); NaN where a well has none.

        A workbook drops zeros at the end of a number. Its grid is rounded to as many decimals, or as many digits, as
        the longest of its numbers shows, whichever is coarser.
        """
        missing = Cell("", 0), Amount(State.MISSING, reason="empty")
        found = [(self.cells.get(name, missing[0]), self.amounts.get(name, missing[1])) for name in names]
        if not found:
            return Printed(np.empty((0, 1)), np.empty((0, 1)))
        told = printed([[cell] for cell, _ in found], [[amount] for _, amount in found])
        if self._digits is None:
            return told
        decimals, digits = self._digits
        with np.errstate(divide="ignore"):
            magnitude = np.floor(np.log10(np.where(told.value == 0, np.nan, np.abs(told.value))))
        rounding = np.fmax(0.5 * 10.0**-decimals, 0.5 * ten_to(magnitude - digits + 1))
        return Printed(told.value, np.where(np.isfinite(told.value), rounding, np.nan))

    @cached_property
    def _digits(self) -> tuple[int, int] | None:
        """Decimals and digits of the longest numbers of a workbook's grid; None in a text, which shows them itself."""
        numbers = [Decimal(repr(cell.number)).normalize().as_tuple() for cell in self.cells.values() if cell.number]
        if not numbers:
            return None
        return max(-int(n.exponent) if int(n.exponent) < 0 else 0 for n in numbers), max(len(n.digits) for n in numbers)

    def place(self, names: Sequence[str]) -> Callable[[tuple[int, ...]], Where]:
        """From the index of a number of ``numbers(names)`` to its place in the file."""
        return lambda index: self.cells[names[index[0]]].where(f"{self.title}, well {names[index[0]]}")


def wells(title: str, cells: Mapping[str, Cell], source: str, used: Marks | None = None, words: Words = WORDS) -> Wells:
    """What the cells of a grid say.

    A word that is not known is a state of its own, with a warning; what has digits in it and is no number is refused.

    Args:
        title: what was read or computed.
        cells: by well.
        source: name of the file.
        used: marks of its numbers; a decimal point by default.
        words: what else may stand there, in lower case.

    Raises:
        InputError: as ``_amounts.amount_in``.
    """
    unknown = {c.text.casefold(): c for c in cells.values() if c.number is None and is_word(c.text, words)}
    known: Words = {**words, **dict.fromkeys(unknown, (State.MISSING, "not a number"))}
    amounts = {name: amount_in(cell, name, source, used or Marks(), known) for name, cell in cells.items()}
    return Wells(
        title=title, cells=cells, amounts=amounts, issues=tuple(_unknown(cell, title) for cell in unknown.values())
    )


def is_word(text: str, words: Words = WORDS) -> bool:
    """Whether a cell holds a word without digits that is not among ``words``."""
    plain = text.casefold()
    return plain not in words and any(c.isalpha() for c in plain) and _DIGIT.search(plain) is None


def _unknown(cell: Cell, title: str) -> Issue:
    expected = "a number or a word that evqc knows; the well has no value"
    return problem("warning", "UNKNOWN_WORD", cell.where(title), f"'{cell.text}'", expected)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is in a well, as far as the file says.

    Attributes:
        role: ``standard``, ``blank``, ``sample`` or ``control``.
        group: as the file names it, such as ``STD1``; wells of one group are replicates.
        sample: the sample's own name.
        nominal: stated concentration, in ``unit``.
        unit: of it, as the file writes it.
        dilution: factor, at least 1, that the sample was diluted by.
        more: what else the layout says.
    """

    role: str | None = None
    group: str | None = None
    sample: str | None = None
    nominal: float | None = None
    unit: str | None = None
    dilution: float | None = None
    more: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Scalar]:
        """For a quantity, what is not said left out."""
        said: dict[str, Scalar] = {
            "content": self.role,
            "group": self.group,
            "nominal_concentration": self.nominal,
            "concentration_unit": self.unit if self.nominal is not None else None,
            "dilution": self.dilution,
            **self.more,
        }
        return {key: value for key, value in said.items() if value is not None}


_NOTHING = Content()


def read_quantities(
    read: Wells,
    measurand: str,
    settings: Mapping[str, Scalar],
    layout: Mapping[str, Content],
    *,
    method: str | None = None,
    acquired_at: str | None = None,
) -> list[Quantity]:
    """One quantity a well, in the order of the file; an empty well only where the layout puts something in it.

    Args:
        read: the values.
        measurand: ``absorbance``, ``fluorescence`` or ``luminescence``, or a measurand in its canonical unit.
        settings: of the whole read, such as plate and wavelength; None values are left out.
        layout: what is in the wells.
        method: the protocol's name.
        acquired_at: date and time of the read.
    """
    said = {key: value for key, value in settings.items() if value is not None}
    unit = MEASURANDS[measurand].unit
    found = []
    for name, amount in read.amounts.items():
        content = layout.get(name, _NOTHING)
        if amount.reason == "empty" and content == _NOTHING:
            continue
        where = read.cells[name].where(name)
        own: dict[str, Scalar] = {"well": name, **said, **content.settings}
        fields = {"sample": content.sample, "method": method, "acquired_at": acquired_at, "settings": own}
        found.append(quantity(amount, measurand, unit, where, **fields))
    return found


def converted(told: Wells, written: str | None, target: str, source: str) -> Wells:
    """Printed concentrations in another unit, without the wells that hold none.

    Args:
        told: as printed.
        written: their unit; None when the file states none, and the numbers stay as they are.
        target: the unit that evqc keeps them in.
        source: name of the file.

    Raises:
        InputError: ``UNIT_UNKNOWN``.
    """
    kept = {name: amount for name, amount in told.amounts.items() if amount.reason != "empty"}
    if written is not None:
        places = {name: told.cells[name].where(name) for name in kept}
        kept = {name: in_unit(amount, source, places[name], written, target) for name, amount in kept.items()}
    return Wells(title=told.title, cells=told.cells, amounts=kept)


def minus_blank(told: Wells, read: Wells, layout: Mapping[str, Content]) -> tuple[Issue, ...]:
    """A warning when blank-corrected values are not the values minus the mean of the blank wells, within rounding.

    Args:
        told: as the file prints them.
        read: what they were corrected from.
        layout: says which wells are blanks; without one nothing is compared.
    """
    names = [name for name in told.cells if name in read.cells]
    mean, rounding = _blank(read, layout)
    raw = read.numbers(names)
    expected = [raw.value - mean]
    return disagreement(told.title, told.numbers(names), expected, told.place(names), tolerance=raw.rounding + rounding)


def blank_disagrees(told: float, where: Where, read: Wells, layout: Mapping[str, Content]) -> tuple[Issue, ...]:
    """A warning when the mean of the blanks that a file prints is not the mean of its blank wells."""
    mean, rounding = _blank(read, layout)
    if not abs(told - mean) > rounding + 1e-6 * abs(mean):
        return ()
    expected = f"{mean:.9g}, the mean of the blank wells"
    return (problem("warning", "PRINTED_DISAGREES", where, f"mean of the blanks {told:.9g}", expected),)


def _blank(read: Wells, layout: Mapping[str, Content]) -> tuple[float, float]:
    """Mean of the blank wells and how far rounding can move it; NaN when there is none."""
    own = read.numbers([name for name, content in layout.items() if content.role == "blank"])
    if not np.isfinite(own.value).any():
        return np.nan, np.nan
    return float(np.nanmean(own.value)), float(np.nanmean(own.rounding))
