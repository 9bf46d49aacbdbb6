"""Files that were read, and those of the same run joined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Generic, TypeVar

from evqc.instruments._processes import Given
from evqc.instruments._registry import instrument, joiners, joiners_of, run_folder
from evqc.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evqc.instruments._export import ExportFile
    from evqc.instruments._registry import Joiner

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadFile(Generic[T]):
    """One file as the process that read it gives it.

    Attributes:
        instrument: of its reading; None when it was refused.
        told: what the process made of the reading.
        reading: the reading, unless it was not asked for: to send it to another process takes a fifth of the time of
            reading the file.
    """

    instrument: str | None
    told: T
    reading: Given[Reading] | None

    def given(self) -> Given[Reading]:
        """The reading; raises ValueError when it was not asked for."""
        if self.reading is None:
            raise ValueError("a reading that was not asked for")
        return self.reading


def read_file_of(reading: Reading, tell: Callable[[Reading], T]) -> ReadFile[T]:
    """A reading with what ``tell`` makes of it."""
    return ReadFile(None if reading.verdict == "refused" else reading.instrument, tell(reading), Given(reading))


def is_part(file: ExportFile) -> bool:
    """Whether a file, by how it begins, may be one that others of its run are joined with."""
    return any(ask(file) for ask in _to_ask_for_parts())


@cache
def _to_ask_for_parts() -> tuple[Callable[[ExportFile], bool], ...]:
    return tuple(getattr(joiner, "is_part", instrument(joiner.NAME).recognises) for joiner in joiners())


def join(files: Sequence[ReadFile[T]], folders: Sequence[Path], tell: Callable[[Reading], T]) -> list[ReadFile[T]]:
    """The files after every instrument that joins files of one run has done so; same number, same order.

    Args:
        files: that were read, with their readings.
        folders: where each stands; only files of one folder are joined.
        tell: what is made of each reading, and made again of what was joined.
    """
    joined = list(files)
    for joiner in _joiners(files):
        for places in _together(joined, folders, joiner):
            readings = [joined[i].given().opened() for i in places]
            for i, before, after in zip(places, readings, joiner.join(readings), strict=True):
                if after is not before:
                    joined[i] = read_file_of(after, tell)
    return joined


def _joiners(files: Sequence[ReadFile[T]]) -> tuple[Joiner, ...]:
    """Those that have a file of their own among the files: no other one changes anything."""
    return joiners_of({file.instrument for file in files if file.instrument is not None})


def _together(files: Sequence[ReadFile[T]], folders: Sequence[Path], joiner: Joiner) -> list[list[int]]:
    """The places of the files that are given to a joiner, folder by folder."""
    names = (joiner.NAME, *getattr(joiner, "JOINS", ()))
    places: dict[Path, list[int]] = {}
    for i, (file, folder) in enumerate(zip(files, folders, strict=True)):
        if file.instrument in names:
            places.setdefault(run_folder(joiner, folder), []).append(i)
    return list(places.values())
