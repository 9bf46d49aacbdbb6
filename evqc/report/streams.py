"""Readings written one by one while further files are read: the JSON document."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from evqc.report.in_words import InWords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evqc.instruments._processes import Given
    from evqc.reading import Reading

    Write = Callable[[Given[Reading]], None]


@contextmanager
def json_document(out: BinaryIO, processes: int = 1) -> Iterator[Write]:
    """Writes ``evqc.readings/1`` to ``out``, the same bytes as ``to_json`` of the whole document.

    Args:
        out: where to.
        processes: how many put readings in words, which takes longer than to read them; a few are always put by this.

    Yields:
        What takes one reading after the other.
    """
    written = 0

    def put(text: bytes) -> None:
        nonlocal written
        out.write(b",\n    " if written else b"\n    ")
        out.write(text)
        out.flush()
        written += 1

    out.write(b'{\n  "schema": "evqc.readings/1",\n  "readings": [')
    with InWords(put, processes) as write:
        yield write
    out.write(b"\n  ]\n}\n" if written else b"]\n}\n")
