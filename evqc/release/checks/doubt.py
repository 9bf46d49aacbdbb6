"""One thing that is wrong or doubtful in a specification, with the place that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from evqc.markers.vocabulary import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.wording import Path
    from evqc.errors import Severity
    from evqc.release.specification import Specification, Test


class Doubt(NamedTuple):
    """One thing that is wrong (``error``), most likely wrong (``warning``) or to be known (``note``).

    Attributes:
        path: keys and places in lists, from 0, to the value in the specification.
        severity: an error makes the specification unfit to judge by.
        code: stable name in capitals.
        found, expected: in the words of a message.
    """

    path: Path
    severity: Severity
    code: str
    found: str
    expected: str


def tests_of(specification: Specification) -> Iterator[tuple[Path, Test]]:
    """Every test with its path."""
    for index, test in enumerate(specification.tests):
        yield ("tests", index), test


def marker_called(name: str) -> str:
    """The canonical name of a marker, or the name itself, without differences in case, when nobody knows it."""
    known = resolve(name)
    return known.name if known is not None else " ".join(name.casefold().split())
