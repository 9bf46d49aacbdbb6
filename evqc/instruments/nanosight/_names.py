"""What run names and free texts say: the stem of replicates, a time, and what looks like a dilution."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

#: What stands around cells, and what a blank row is made of: separators, white space and quotes.
GAP = ", \t"
BLANK = f'{GAP}"'
_TIMESTAMP = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)[ _T](\d\d)-(\d\d)-(\d\d)(?!\d)")
_VIDEO_NUMBER = re.compile(r"(?<=.)_\d\d$")
_CAPTURED = re.compile(r"(\d{1,2}:\d\d:\d\d)\s+(\d{1,2}/\d{1,2}/\d{4})")
_DATE = re.compile(r"(?<!\d)(?:\d{4}-\d\d?-\d\d?|\d\d?[-./]\d\d?[-./]\d{4})(?!\d)")
#: What people write for a dilution. Nothing is read from it: it only shows where to ask.
_DILUTION = re.compile(
    r"""
    (?<![\d.:/-]) 1 \s* [-:/] \s* \d{1,7} (?![\d:/-])   # 1-100, 1:500, 1/1000
    | (?<![a-z0-9]) d(?:il)? [ ]? \d{2,7} (?![a-z0-9])  # d20, dil500
    | (?<![a-z0-9]) \d{2,7} [ ]? x (?![a-z0-9])         # 10X
    | (?<![a-z0-9]) x [ ]? \d{2,7} (?![a-z0-9])         # x100
    | (?<![a-z0-9]) \d+ [ ]? [uµμ]l (?![a-z0-9])        # 900ul PBS + 100ul sample
    | (?<![a-z0-9.:/-]) \d{1,6}[05] (?![a-z0-9.:/-])    # _1000_, _125
    | dilut | diluid | verd[uü]nn                       # diluted 10 times
    """,
    re.VERBOSE | re.IGNORECASE,
)


@lru_cache(maxsize=256)
def stem(run: str) -> str:
    """A run name without the instrument's time stamp or, when it has none, without its video number ``_NN``.

    Runs with the same stem are replicates of one sample, as far as their names say.
    """
    if (hit := _TIMESTAMP.search(run)) is not None and run[hit.end() :].strip() == "":
        return run[: hit.start()].rstrip(" _-") or run
    return _VIDEO_NUMBER.sub("", run)


def captured_at(text: str) -> str | None:
    """ISO date and time of ``HH:MM:SS  dd/mm/yyyy``, the day always first; None when it is not that."""
    if (hit := _CAPTURED.fullmatch(text.strip())) is None:
        return None
    day, month, year = hit[2].split("/")
    return _iso(year, month, day, *hit[1].split(":"))


def time_in_name(run: str) -> str | None:
    """ISO date and time that a run name carries as ``YYYY-MM-DD HH-MM-SS``; None when it carries none or several."""
    hits = _TIMESTAMP.findall(run)
    if len(hits) != 1:
        return None
    day, *time = hits[0]
    return _iso(*day.split("-"), *time)


def dilution_hint(text: str) -> str | None:
    """The part of a free text or run name that looks like a dilution; None when nothing does."""
    plain = _DATE.sub(" ", _TIMESTAMP.sub(" ", _VIDEO_NUMBER.sub("", text)))
    hit = _DILUTION.search(plain)
    return hit[0].strip() if hit is not None else None


def _iso(*parts: str) -> str | None:
    """Year to second as ISO; None when they make no time."""
    year, month, day, hour, minute, second = map(int, parts)
    try:
        return datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001  the file states no zone
    except ValueError:
        return None
