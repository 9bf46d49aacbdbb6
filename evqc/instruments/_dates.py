"""Dates as instruments write them: ISO where the file leaves no doubt, the text itself and a flag where it does."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M:%S.%f")
_NAMED = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y")
_ISO = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.DOTALL)
#: Distance to universal time behind a time, as in ``09:18:19-05:00`` and ``04:38:28 PM(-07:00)``.
_OFFSET = re.compile(r"(?<=[\dmM])\s*\(?([+-]\d{2}:\d{2})\)?$", re.ASCII)
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)


def acquired(text: str | None, where: Where, others: Iterable[str] = ()) -> tuple[str | None, tuple[Issue, ...]]:
    """A date and time as ISO text, or as written with a flag when day and month cannot be told apart.

    The distance to universal time stays where the file states one; none is added.

    Dotted dates (``08.12.2022``) are day first: no locale writes the month first with dots. Of dates with slashes and
    dashes a day above 12 decides, in this date or in any of ``others`` of the same file.

    Args:
        text: as written; None or blank gives None.
        where: its place.
        others: further dates of the same file, written by the same software.

    Returns:
        The date and, when day and month cannot be told apart, a warning ``DATE_AMBIGUOUS``; text that is no date that
        evqc knows comes back as it is, with a note ``DATE_UNKNOWN``.
    """
    if text is None or not text.strip():
        return None, ()
    plain = " ".join(text.split())
    if (offset := _OFFSET.search(plain)) is not None:
        day, issues = _local(plain[: offset.start()], where, others)
        return (plain if issues else f"{day}{offset[1]}"), issues
    return _local(plain, where, others)


def deciding(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of many dates that tell day from month, at most one for each order: what ``others`` need to hold."""
    found: dict[str, str] = {}
    for text in texts:
        hit = _NUMERIC.fullmatch(" ".join(text.split()))
        # 05/05 shows nothing of other dates, though it is clear itself.
        order = _order([text]) if hit is not None and (hit[2] == "." or hit[1] != hit[3]) else None
        if order is not None:
            found.setdefault(order, text)
    return tuple(found.values())


def _local(plain: str, where: Where, others: Iterable[str]) -> tuple[str, tuple[Issue, ...]]:
    """A date without distance to universal time, as ``acquired`` gives it."""
    if (known := _unmistakable(_WEEKDAY.sub("", plain))) is not None:
        return known, ()
    if (numeric := _NUMERIC.fullmatch(plain)) is None:
        return plain, _unknown(plain, where)
    order = _order([plain, *others])
    if order is None:
        expected = "a date whose day and month can be told apart; its text is kept"
        return plain, (problem("warning", "DATE_AMBIGUOUS", where, f"'{plain}'", expected),)
    if (found := _ordered(numeric, order)) is None:
        return plain, _unknown(plain, where)
    return found, ()


def _unknown(plain: str, where: Where) -> tuple[Issue, ...]:
    return (problem("note", "DATE_UNKNOWN", where, f"'{plain}'", "a date; its text is kept"),)


#: How a date in one of the known forms begins: its year, or day and month in words.
_BEGINS = re.compile(r"\d{4}[-/.]?\d|\d{1,2}[ -][^\W\d_]|[^\W\d_]+\.? \d")


@lru_cache(maxsize=1024)  # asked for each row, and a date in no known form tries all of them
def _unmistakable(plain: str) -> str | None:
    if _BEGINS.match(plain) is None:
        return None
    for day in (*_ISO, *_NAMED):
        for time in _TIMES:
            try:
                found = datetime.strptime(plain, day + time)  # noqa: DTZ007  files state no zone
            except ValueError:
                continue
            # A date without a time stays one: midnight would be a time that the file does not state.
            return found.isoformat() if time else found.date().isoformat()
    return None


def _order(texts: Iterable[str]) -> str | None:
    """``day`` or ``month``, whichever stands first in these dates; None when none of them decides."""
    found = [m for text in texts if (m := _NUMERIC.fullmatch(" ".join(text.split()))) is not None]
    if any(m[2] == "." for m in found) or any(int(m[1]) > 12 for m in found):
        return "day"
    if any(int(m[3]) > 12 for m in found) or any(m[1] == m[3] for m in found[:1]):
        return "month"
    return None


def _ordered(numeric: re.Match[str], order: str) -> str | None:
    first, _, second, year, rest = numeric.groups()
    day, month = (first, second) if order == "day" else (second, first)
    full = year if len(year) == 4 else f"20{year}"
    return _unmistakable(f"{full}-{int(month):02d}-{int(day):02d}{rest.replace(' T', 'T')}")
