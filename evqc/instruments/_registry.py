"""Finds the instrument modules, picks the one that reads a file, and reads files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Literal, Protocol, cast, runtime_checkable

from evqc import instruments
from evqc.errors import InputError, Where, refusal
from evqc.instruments._export import ExportFile, digest, load
from evqc.reading import Reading, Readings, refused
from evqc.records import record


class Instrument(Protocol):
    """What every instrument module offers at its top level."""

    NAME: str
    TITLE: str
    STATUS: Literal["verified", "experimental"]
    READS: tuple[str, ...]

    def recognises(self, file: ExportFile) -> bool:
        """Whether the content, usually ``file.head``, is this instrument's format; never the name."""
        ...

    def read(self, file: ExportFile) -> Reading:
        """The whole reading of a file that ``recognises`` accepted."""
        ...


@runtime_checkable
class Joiner(Protocol):
    """An instrument whose runs stand in more than one file."""

    NAME: str

    def join(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """The readings with files of the same run joined: same number, same order."""
        ...


Progress = Callable[[int, int, str], None]


@cache
def known() -> dict[str, Instrument]:
    """All instruments by name, in alphabetical order."""
    names = sorted(m.name for m in iter_modules(instruments.__path__) if not m.name.startswith("_"))
    found = [cast("Instrument", import_module(f"{instruments.__name__}.{name}")) for name in names]
    return {instrument.NAME: instrument for instrument in found}


def identify(file: ExportFile, mapped: Sequence[Instrument] = ()) -> Instrument:
    """The one instrument that recognises the file's content.

    Args:
        file: the file.
        mapped: readers of tables that the laboratory's own mappings describe.

    Raises:
        InputError: ``UNKNOWN_FORMAT`` with what was tried, or ``AMBIGUOUS_FORMAT`` naming the candidates.
    """
    hits = [i for i in (*known().values(), *mapped) if i.recognises(file)]
    if len(hits) == 1:
        return hits[0]
    if hits:
        names = " and ".join(i.NAME for i in hits)
        raise refusal(
            file.name, "AMBIGUOUS_FORMAT", Where(), f"a file that {names} claim", "one; choose with --instrument"
        )
    if not file.is_workbook:
        file.text(nul_allowed=True)  # an empty or UTF-16 file says so instead of "unknown"
    tried = ", ".join(i.NAME for i in known().values())
    first = file.head.splitlines()[0] if file.head.strip() else "nothing"
    expected = f"an export that one of these recognises: {tried}; or a table with a mapping (--mapping)"
    raise refusal(file.name, "UNKNOWN_FORMAT", Where(line=1), first, expected)


def chosen(name: str) -> Instrument:
    """The instrument that the user named; raises InputError ``UNKNOWN_INSTRUMENT`` with the list when there is none."""
    if name not in known():
        raise refusal("--instrument", "UNKNOWN_INSTRUMENT", Where(), name, f"one of {', '.join(known())}")
    return known()[name]


def read_file(
    path: Path, name: str | None = None, *, instrument: str | None = None, mapped: Sequence[Instrument] = ()
) -> Reading:
    """The reading of one file; whatever is wrong with the file is in the reading.

    Args:
        path: the file.
        name: as the reading shows it; the file's own name by default.
        instrument: name of the reader to use instead of detection by content.
        mapped: readers of tables that the laboratory's own mappings describe.
    """
    shown = name or path.name
    try:
        file = load(path, shown)
    except InputError as error:
        return refused(digest(path, shown), error.issues)
    return read_export(file, instrument=instrument, mapped=mapped)


def read_export(file: ExportFile, *, instrument: str | None = None, mapped: Sequence[Instrument] = ()) -> Reading:
    """The reading of a file that is in memory already; the arguments are those of ``read_file``."""
    reader: Instrument | None = None
    try:
        reader = chosen(instrument) if instrument else identify(file, mapped)
        return reader.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=reader.NAME if reader else None)


def mapped_tables(mappings: Iterable[Path]) -> tuple[Instrument, ...]:
    """A reader for each mapping file; raises InputError with everything that is wrong in one."""
    from evqc.instruments.table import MappedTable, load_mapping  # noqa: PLC0415  table is one of the modules found here

    return tuple(MappedTable(load_mapping(path)) for path in mappings)


def files_of(path: Path) -> list[tuple[Path, str]]:
    """The files to read for one argument, each with the name to show, sorted by that name.

    A file is itself; a folder is every file below it.

    Raises:
        InputError: ``FILE_MISSING`` when there is nothing at ``path``, ``EMPTY_FOLDER`` when it holds no file.
    """
    if path.is_file():
        return [(path, path.name)]
    if not path.is_dir():
        raise refusal(str(path), "FILE_MISSING", Where(), "no such file or folder", "a file or a folder")
    found = [(p, p.relative_to(path).as_posix()) for p in path.rglob("*") if p.is_file()]
    if not found:
        raise refusal(str(path), "EMPTY_FOLDER", Where(), "no file", "a folder that holds exports")
    return sorted(found, key=lambda pair: pair[1])


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    instrument: str | None = None,
    mappings: Iterable[Path] = (),
    progress: Progress | None = None,
) -> Readings:
    """Reads files and folders, joins files of the same run, and returns one reading for each file.

    Args:
        paths: one path or several; a folder stands for every file below it.
        instrument: name of the reader to use instead of detection by content.
        mappings: TOML files that say what the columns of a laboratory's own tables are.
        progress: called with (done, all, name) before each file.

    Returns:
        The document ``evqc.readings/1``; its readings are in the order of the arguments and sorted within a folder.

    Raises:
        InputError: an argument names nothing, an empty folder, an unknown instrument or a faulty mapping.
    """
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    files = [pair for path in given for pair in files_of(Path(path))]
    mapped = mapped_tables(mappings)
    if instrument is not None:
        chosen(instrument)
    readings: list[Reading] = []
    for done, (path, name) in enumerate(files):
        if progress is not None:
            progress(done, len(files), name)
        readings.append(read_file(path, name, instrument=instrument, mapped=mapped))
    return Readings(readings=tuple(join(readings, [path.resolve().parent for path, _ in files])))


def join(readings: Sequence[Reading], folders: Sequence[Path]) -> list[Reading]:
    """The readings after every instrument that joins files of one run has done so; same number, same order.

    Args:
        readings: one for each file.
        folders: where each file stands; only files of one folder are joined.
    """
    joined = list(readings)
    for instrument in known().values():
        if isinstance(instrument, Joiner):
            for places in _together(joined, folders, instrument.NAME):
                for i, reading in zip(places, instrument.join([joined[i] for i in places]), strict=True):
                    joined[i] = reading
    return joined


def _together(readings: Sequence[Reading], folders: Sequence[Path], name: str) -> list[list[int]]:
    """The places of the readings that one instrument read, folder by folder."""
    places: dict[Path, list[int]] = {}
    for i, (reading, folder) in enumerate(zip(readings, folders, strict=True)):
        if reading.instrument == name and reading.verdict != "refused":
            places.setdefault(folder, []).append(i)
    return list(places.values())


@record
class Listed:
    """One instrument as ``evqc instruments`` lists it."""

    name: str
    title: str
    status: Literal["verified", "experimental"]
    reads: tuple[str, ...]


@record
class Catalogue:
    """The document ``evqc.instruments/1``."""

    schema: Literal["evqc.instruments/1"] = "evqc.instruments/1"
    instruments: tuple[Listed, ...]


def catalogue() -> Catalogue:
    """All instruments of this build."""
    listed = (Listed(name=i.NAME, title=i.TITLE, status=i.STATUS, reads=i.READS) for i in known().values())
    return Catalogue(instruments=tuple(listed))
