"""Which mark is the decimal one: decided by evidence in the file, and refused when two readings are possible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._numbers import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Blanks that stand between groups of three digits: no-break, thin, narrow no-break and figure space; and apostrophes.
_BLANKS = " \u00a0\u2009\u202f\u2007'’"
_NUMBER = re.compile(rf"[+-]?\d[\d.,{_BLANKS}]*(e[+-]?\d+)?|[+-]?[.,]\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(.)\d{3}(\1\d{3})*")


@dataclass(frozen=True, slots=True)
class Marks:
    """The decimal mark of a file, and what stands between groups of three digits (empty when nothing does)."""

    decimal: str = "."
    thousands: str = ""

    def parse(self, text: str) -> float | None:
        """The number that ``text`` is by these marks; None when it is none."""
        plain = text.strip()
        mantissa = re.split(r"[eE]", plain)[0].lstrip("+-")
        whole = mantissa.partition(self.decimal)[0]
        if self.thousands and any(mark in whole for mark in self.thousands):
            if _GROUPED.fullmatch(whole) is None:
                return None
            for mark in self.thousands:
                plain = plain.replace(mark, "")
        return parse(plain, decimal=self.decimal)


def marks(texts: Iterable[str], source: str, where: Where, *, delimiter: str | None = None) -> Marks:
    """The marks that the numbers among ``texts`` are written with.

    ``0,5``, ``12,34`` and ``1.234,5`` show a decimal comma, ``0.5`` and ``5,411.3`` a decimal point. ``1,234`` shows
    nothing: it is 1.234 or 1234. A file whose cells are separated by commas has a decimal point, unless quoted numbers
    in it show otherwise. A file without any mark has no question to answer.

    Args:
        texts: cells of the file's number columns; what is no number is passed over.
        source: name of the file.
        where: where its numbers stand, for the message.
        delimiter: what separates its cells.

    Raises:
        InputError: ``DECIMAL_AMBIGUOUS`` with the two readings, ``DECIMAL_MIXED`` when numbers contradict each other.
    """
    numbers = [text.strip() for text in texts if _NUMBER.fullmatch(text.strip())]
    shown = {found: text for text in numbers if (found := _decimal(text)) is not None}
    if len(shown) > 1:
        found = f"'{shown['.']}' beside '{shown[',']}'"
        raise refusal(source, "DECIMAL_MIXED", where, found, "numbers with one decimal mark throughout")
    unclear = next((text for text in numbers if _unclear(text)), None)
    decimal = next(iter(shown), "." if delimiter == "," or unclear is None else None)
    if decimal is None:
        assert unclear is not None
        readings = f"{unclear.replace(',', '.')} with a decimal mark, {re.sub('[.,]', '', unclear)} with thousands"
        expected = "one number in the file that shows which mark is the decimal one, such as 0.5 or 0,5"
        raise refusal(source, "DECIMAL_AMBIGUOUS", where, f"'{unclear}': {readings}", expected)
    return Marks(decimal, ("," if decimal == "." else ".") + _BLANKS)


def _bare(text: str) -> str:
    """The mantissa without sign and blanks between groups."""
    mantissa = re.split(r"[eE]", text.lstrip("+-"))[0]
    return re.sub(f"[{_BLANKS}]", "", mantissa)


def _decimal(text: str) -> str | None:
    """The decimal mark that one number shows; None when it shows none."""
    bare = _bare(text)
    found = [c for c in bare if c in ".,"]
    if not found:
        return None
    if len(set(found)) == 2:
        return found[-1] if found.count(found[-1]) == 1 else None
    mark = found[0]
    grouped = _GROUPED.fullmatch(bare) is not None and not bare.startswith("0")
    if len(found) > 1:
        return {",": ".", ".": ","}[mark] if grouped else None
    return None if grouped else mark


def _unclear(text: str) -> bool:
    """Whether one number can be read in two ways: one mark, three digits behind it and one to three before."""
    bare = _bare(text)
    return sum(bare.count(mark) for mark in ".,") == 1 and _GROUPED.fullmatch(bare) is not None and bare[0] != "0"
