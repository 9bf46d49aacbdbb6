"""Files of the same run joined: only readings that may belong together are looked into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from evqc.instruments._processes import Given
from evqc.instruments._registry import joiners_of, run_folder
from evqc.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evqc.instruments._registry import Joiner

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadFile(Generic[T]):
    """One file as the process that read it gives it.

    Attributes:
        instrument, file_kind: of its reading, which tell whether it may be joined; None when it was refused.
        told: what the process made of the reading.
        reading: the reading, unless it was not asked for: to send it to another process takes a fifth of the time of
            reading the file.
    """

    instrument: str | None
    file_kind: str | None
    told: T
    reading: Given[Reading] | None

    def given(self) -> Given[Reading]:
        """The reading; raises ValueError when it was not asked for."""
        if self.reading is None:
            raise ValueError("a reading that was not asked for")
        return self.reading


def read_file_of(reading: Reading, tell: Callable[[Reading], T]) -> ReadFile[T]:
    """A reading with what ``tell`` makes of it."""
    refused = reading.verdict == "refused"
    instrument, kind = (None, None) if refused else (reading.instrument, reading.file_kind)
    return ReadFile(instrument, kind, tell(reading), Given(reading))


def to_join(files: Sequence[ReadFile[T]], folders: Sequence[Path]) -> set[int]:
    """The places of the files that are looked into by an instrument that joins files of one run.

    Args:
        files: that were read.
        folders: where each stands; only files of one folder are joined.
    """
    return {i for joiner in _joiners(files) for places in _together(files, folders, joiner) for i in places}


def join(files: Sequence[ReadFile[T]], folders: Sequence[Path], tell: Callable[[Reading], T]) -> list[ReadFile[T]]:
    """The files after every instrument that joins files of one run has done so; same number, same order.

    Args:
        files: that were read; those ``to_join`` with their readings.
        folders: as of ``to_join``.
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
    """The places of the files that are given to a joiner, folder by folder, where it has anything to join."""
    names = (joiner.NAME, *getattr(joiner, "JOINS", ()))
    parts: tuple[str, ...] | None = getattr(joiner, "PARTS", None)
    places: dict[Path, list[int]] = {}
    for i, (file, folder) in enumerate(zip(files, folders, strict=True)):
        if file.instrument in names:
            places.setdefault(run_folder(joiner, folder), []).append(i)

    def is_part(file: ReadFile[T]) -> bool:
        return file.instrument == joiner.NAME and (parts is None or file.file_kind in parts)

    return [group for group in places.values() if any(is_part(files[i]) for i in group)]
