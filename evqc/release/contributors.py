"""Whose names stand under the data of a batch: who entered values by hand, and who worked an instrument; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evqc.batch.assembled import Batch

#: Where readers put the name that an export gives of who measured.
_OPERATOR = "operator"


def contributors(batch: Batch) -> tuple[str, ...]:
    """The names of everybody who entered or measured data of a batch, as its record and exports have them, each once.

    Source:
        DEPENDENCIES, REGULATED B: whoever made the data cannot release it.
    """
    return tuple(sorted({" ".join(name.split()) for name in (*_entered(batch), *_measured(batch)) if name.strip()}))


def _entered(batch: Batch) -> Iterator[str]:
    if batch.record is not None:
        of = batch.record
        yield from (each.entered_by or "" for each in of.results)
        yield from (each.entered_by or "" for each in of.markers)
        yield from (each.entered_by or "" for each in of.observations)


def _measured(batch: Batch) -> Iterator[str]:
    for reading in batch.readings:
        for each in reading.measurements:
            yield str(getattr(each, "settings", {}).get(_OPERATOR) or "")


def named(names: Iterable[str], user: str, printed_name: str) -> bool:
    """Whether one of the names is that of a user: id, printed name, or the printed name with initials.

    Doubt counts as a match: ``A. Example`` is Anna Example here, and Arno Example too.

    Args:
        names: as written in a record or an export.
        user: id.
        printed_name: such as ``Anna Example``.
    """
    return any(_folded(name) == user or _alike(_words(name), _words(printed_name)) for name in names)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _words(name: str) -> list[str]:
    """``A.B. Example`` and ``Example, A. B.`` as ``a``, ``b``, ``example``."""
    last, comma, first = name.casefold().partition(",")
    return (f"{first} {last}" if comma else last).replace(".", ". ").split()


def _alike(written: list[str], printed: list[str]) -> bool:
    """Whether two names have the same last word, and first words that are equal or the initial of one another."""
    if not written or not printed or written[-1] != printed[-1]:
        return False
    first, other = written[0].rstrip("."), printed[0].rstrip(".")
    if written == printed or min(len(written), len(printed)) == 1:
        return written == printed
    return first == other or (1 in {len(first), len(other)} and first[:1] == other[:1])
