"""Finds the instrument modules, picks the one that reads a file, and reads files and folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Literal, NoReturn, Protocol, cast, runtime_checkable

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
    """An instrument whose runs stand in more than one file.

    It is given the readings of its own files, and those of the instruments that an optional ``JOINS`` names.
    """

    NAME: str

    def join(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """The readings with files of the same run joined: same number, same order."""
        ...


@runtime_checkable
class Describing(Protocol):
    """A reader that can say what keeps it from recognising a file that is nearly its own."""

    def lacks(self, file: ExportFile) -> str | None:
        """What the file lacks, in words; None when it is nothing like the reader's own."""
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
        alike = len({i.NAME for i in hits}) < len(hits)
        names = " and ".join(f"{i.NAME} '{i.TITLE}'" if alike else i.NAME for i in hits)
        raise refusal(
            file.name, "AMBIGUOUS_FORMAT", Where(), f"a file that {names} claim", "one; choose with --instrument"
        )
    _refuse_no_text(file)
    tried = ", ".join(i.NAME for i in known().values())
    expected = f"an export that one of these recognises: {tried}; or a table with a mapping (--mapping)"
    near = [text for i in mapped if isinstance(i, Describing) and (text := i.lacks(file)) is not None]
    raise refusal(file.name, "UNKNOWN_FORMAT", *_begin(file), "; ".join([expected, *near]))


def _refuse_no_text(file: ExportFile) -> None:
    """An empty, UTF-16 or undecodable file says so instead of "unknown"; one with NUL bytes is simply no text."""
    if file.is_workbook:
        return
    try:
        file.text(nul_allowed=True)
    except InputError as error:
        if error.issues[0].code != "NUL_BYTE":
            raise


def _begin(file: ExportFile) -> tuple[Where, str]:
    """Place and text of the first line that holds something; in words for a workbook."""
    if file.is_workbook:
        return Where(), "an XLSX workbook or another zip container"
    lines = enumerate(file.head.splitlines(), start=1)
    return next(((Where(line=n), line) for n, line in lines if line.strip()), (Where(line=1), "nothing"))


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
    shown = name or _shown(path.name)
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
        InputError: ``FILE_MISSING`` when there is nothing at ``path``, ``EMPTY_FOLDER`` when it holds no file,
            ``FILE_UNREADABLE`` when it or a folder below it cannot be opened.
    """
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
    except OSError as error:
        reason = error.strerror or str(error)
        raise refusal(str(path), "FILE_UNREADABLE", Where(), reason, "a file or a folder") from error
    if is_file:
        return [(path, _shown(path.name))]
    if not is_folder:
        raise refusal(str(path), "FILE_MISSING", Where(), "no such file or folder", "a file or a folder")
    found = [(p, _shown(p.relative_to(path).as_posix())) for p in _below(path)]
    if not found:
        raise refusal(str(path), "EMPTY_FOLDER", Where(), "no file", "a folder that holds exports")
    return sorted(found, key=lambda pair: pair[1])


def _below(folder: Path) -> Iterator[Path]:
    """Everything below a folder that is no folder: a link to nothing too, so that it is refused and not passed over."""

    def refuse(error: OSError) -> NoReturn:
        found = error.strerror or str(error)
        raise refusal(str(error.filename), "FILE_UNREADABLE", Where(), found, "a readable folder") from error

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(place, name) for name in names)


def _shown(name: str) -> str:
    """A file's name as text: what is no UTF-8 in it, as in names from other systems, becomes a replacement sign."""
    return os.fsencode(name).decode("utf-8", errors="replace")


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    instrument: str | None = None,
    mappings: Iterable[Path] = (),
    mappings_of: Mapping[str, Sequence[Path]] | None = None,
    progress: Progress | None = None,
) -> Readings:
    """Reads files and folders, joins files of the same run, and returns one reading for each file.

    Args:
        paths: one path or several; a folder stands for every file below it.
        instrument: name of the reader to use instead of detection by content.
        mappings: TOML files that say what the columns of a laboratory's own tables are; they are not read as exports.
        mappings_of: by the name of a file, those among ``mappings`` that alone are tried on it.
        progress: called with (done, all, name) before each file.

    Returns:
        The document ``evqc.readings/1``; its readings are in the order of the arguments and sorted within a folder.

    Raises:
        InputError: an argument names nothing, an empty folder, an unknown instrument or a faulty mapping.
    """
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    told = list(dict.fromkeys(mappings))
    no_exports = {path.resolve() for path in told}
    files = [pair for path in given for pair in files_of(Path(path)) if pair[0].resolve() not in no_exports]
    mapped = dict(zip(told, mapped_tables(told), strict=True))
    if instrument is not None:
        chosen(instrument)
    readings: list[Reading] = []
    for done, (path, name) in enumerate(files):
        if progress is not None:
            progress(done, len(files), name)
        candidates = [mapped[mapping] for mapping in (mappings_of or {}).get(name, told)]
        readings.append(read_file(path, name, instrument=instrument, mapped=candidates))
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
            for places in _together(joined, folders, _joins(instrument)):
                for i, reading in zip(places, instrument.join([joined[i] for i in places]), strict=True):
                    joined[i] = reading
    return joined


def _joins(instrument: Joiner) -> tuple[str, ...]:
    return (instrument.NAME, *getattr(instrument, "JOINS", ()))


def _together(readings: Sequence[Reading], folders: Sequence[Path], names: Sequence[str]) -> list[list[int]]:
    """The places of the readings that these instruments read, folder by folder."""
    places: dict[Path, list[int]] = {}
    for i, (reading, folder) in enumerate(zip(readings, folders, strict=True)):
        if reading.instrument in names and reading.verdict != "refused":
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
