"""Finds the instrument modules, picks the one that reads a file, and reads it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal, Protocol, cast, get_args, runtime_checkable

from evqc import instruments
from evqc.errors import InputError, Where, refusal
from evqc.garbage import without_collection
from evqc.instruments import _pdf
from evqc.instruments._ambiguous import with_ambiguous_names
from evqc.instruments._export import ExportFile, digest, letters_of, load
from evqc.instruments._family import Family
from evqc.instruments._mentions import joins, mentions
from evqc.reading import Reading, refused
from evqc.records import record

if TYPE_CHECKING:
    from pathlib import Path


class Instrument(Protocol):
    """What every instrument module offers at its top level."""

    NAME: str
    TITLE: str
    FAMILY: Family
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


@runtime_checkable
class Mapped(Protocol):
    """A module whose reader a laboratory's mapping describes."""

    def describes(self, path: Path) -> bool:
        """Whether a mapping file has the module's section."""
        ...

    def mapped(self, path: Path, readers: Mapping[str, Instrument]) -> Instrument:
        """The reader that a mapping file describes, built on the other ``readers``."""
        ...


Progress = Callable[[int, int, str], None]


@cache
def names() -> tuple[str, ...]:
    """The names of all instruments, in alphabetical order; none of them is loaded for it."""
    return tuple(sorted(m.name for m in iter_modules(instruments.__path__) if not m.name.startswith("_")))


@cache
def instrument(name: str) -> Instrument:
    """One of ``names()``, loaded when it is first wanted: a file needs one or two of them."""
    with without_collection():
        return cast("Instrument", import_module(f"{instruments.__name__}.{name}"))


@cache
def known() -> dict[str, Instrument]:
    """All instruments by name, in alphabetical order; it loads every one of them."""
    with without_collection():
        return {name: instrument(name) for name in names()}


@cache
def joiners() -> tuple[Joiner, ...]:
    """The instruments whose runs may stand in more than one file, in alphabetical order; no others are loaded."""
    return joiners_of(filter(joins, names()))


def joiners_of(wanted: Iterable[str]) -> tuple[Joiner, ...]:
    """Those of ``joiners()`` that are among the named instruments; nothing else is loaded.

    Args:
        wanted: names in any order, such as those of the instruments of some readings; what names none is passed over.
    """
    among = set(wanted)
    found = (instrument(name) for name in names() if name in among)
    return tuple(reader for reader in found if isinstance(reader, Joiner))


def identify(file: ExportFile, mapped: Sequence[Instrument] = ()) -> Instrument:
    """The one instrument that recognises the file's content.

    Args:
        file: the file.
        mapped: readers of tables that the laboratory's own mappings describe.

    Raises:
        InputError: ``UNKNOWN_FORMAT`` with what was tried, or ``AMBIGUOUS_FORMAT`` naming the candidates.
    """
    # What the laboratory says of its own table goes before what evqc would make of it.
    hits = [i for i in mapped if i.recognises(file)] or [i for i in to_ask(file) if i.recognises(file)]
    if len(hits) == 1:
        return hits[0]
    if hits:
        alike = len({i.NAME for i in hits}) < len(hits)
        named = " and ".join(f"{i.NAME} '{i.TITLE}'" if alike else i.NAME for i in hits)
        raise refusal(
            file.name, "AMBIGUOUS_FORMAT", Where(), f"a file that {named} claim", "one; choose with --instrument"
        )
    if _pdf.is_pdf(file):
        _pdf.require(file)
    _refuse_no_text(file)
    expected = f"an export that one of {len(names())} readers recognises (evqc instruments), or a mapping (--mapping)"
    near = _shipped(file)
    near += [text for i in mapped if isinstance(i, Describing) and (text := i.lacks(file)) is not None]
    raise refusal(file.name, "UNKNOWN_FORMAT", *_begin(file), "; ".join([expected, *near]))


def to_ask(file: ExportFile) -> Iterable[Instrument]:
    """The instruments whose reader may recognise the file, each loaded when its turn comes.

    Those are left out of whose words the head of a text holds none, and those that recognise nothing.
    """
    if file.is_workbook:
        return (instrument(name) for name in names() if mentions(name) != ())
    held = file.head_letters
    found = {name for letters, name in _letters_of_words() if letters in held}
    return (instrument(name) for name in names() if name in found)


@cache
def _letters_of_words() -> tuple[tuple[str, str], ...]:
    """The letters of each word that files mention, with its instrument's name; none, which every file has, without."""
    words = {name: mentions(name) for name in names()}
    return tuple((letters_of(word), name) for name, of in words.items() for word in (("",) if of is None else of))


def _shipped(file: ExportFile) -> list[str]:
    """A line for each mapping that comes with evqc and whose headings a file has; it is for the user to choose it."""
    from evqc.instruments.table.shipped import fitting  # noqa: PLC0415  table is one of the modules found here

    return [f"the file has the headings of the shipped mapping '{name}': --mapping {name}" for name in fitting(file)]


def _refuse_no_text(file: ExportFile) -> None:
    """An empty, UTF-16 or undecodable file says so instead of "unknown"; one with NUL bytes is simply no text."""
    if file.is_workbook or _binary_kind(file) is not None:
        return
    try:
        file.text(nul_allowed=True)
    except InputError as error:
        if error.issues[0].code != "NUL_BYTE":
            raise


def _begin(file: ExportFile) -> tuple[Where, str]:
    """Place and text of the first line that holds something; in words for a workbook and what else is no text."""
    if file.is_workbook:
        return Where(), "an XLSX workbook or another zip container"
    if (kind := _binary_kind(file)) is not None:
        return Where(), kind
    lines = enumerate(file.head.splitlines(), start=1)
    return next(((Where(line=n), line) for n, line in lines if line.strip()), (Where(line=1), "nothing"))


#: What files that are no text begin with.
_BINARY = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"\xd0\xcf\x11\xe0": "an office document of the format before 2007, or one with a password",
}


def _binary_kind(file: ExportFile) -> str | None:
    """What a file that is no text is, in words; None for text and for what is not known."""
    return next((kind for magic, kind in _BINARY.items() if file.data.startswith(magic)), None)


def chosen(name: str) -> Instrument:
    """The instrument that the user named; raises InputError ``UNKNOWN_INSTRUMENT`` with the list when there is none."""
    if name not in names():
        raise refusal("--instrument", "UNKNOWN_INSTRUMENT", Where(), name, f"one of {', '.join(names())}")
    return instrument(name)


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
    shown = name or shown_name(path.name)
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
        return with_ambiguous_names(reader.read(file))
    except InputError as error:
        return refused(file.source, error.issues, instrument=reader.NAME if reader else None)


def mapped_tables(mappings: Sequence[Path]) -> tuple[Instrument, ...]:
    """A reader for each mapping file; raises InputError with everything that is wrong in one."""
    if not mappings:
        return ()
    from evqc.instruments.table.shipped import path_of  # noqa: PLC0415  table is one of the modules found here

    return tuple(_mapped(path_of(path)) for path in mappings)


def _mapped(path: Path) -> Instrument:
    """The reader that one mapping file describes: of the module that knows one of its sections, else of a table."""
    from evqc.instruments.table._mapped import MappedTable  # noqa: PLC0415  table is one of the modules found here
    from evqc.instruments.table.mapping import load_mapping  # noqa: PLC0415

    for module in known().values():
        if isinstance(module, Mapped) and module.describes(path):
            return module.mapped(path, known())
    return MappedTable(load_mapping(path))


def shown_name(name: str) -> str:
    """A file's name as text: what is no UTF-8 in it, as in names from other systems, becomes a replacement sign."""
    return os.fsencode(name).decode("utf-8", errors="replace")


def run_folder(instrument: Joiner, folder: Path) -> Path:
    """The folder of the run that a file belongs to: its own, unless the instrument spreads a run over several."""
    found: Path = getattr(instrument, "run_folder", lambda own: own)(folder)
    return found


@record
class Listed:
    """One instrument as ``evqc instruments`` lists it."""

    name: str
    title: str
    family: Family
    status: Literal["verified", "experimental"]
    reads: tuple[str, ...]


@record
class Catalogue:
    """The document ``evqc.instruments/1``."""

    schema: Literal["evqc.instruments/1"] = "evqc.instruments/1"
    instruments: tuple[Listed, ...]


def catalogue() -> Catalogue:
    """All instruments of this build, family by family, in alphabetical order within each."""
    families = get_args(Family)
    found = sorted(known().values(), key=lambda i: (families.index(i.FAMILY), i.NAME))
    listed = (Listed(name=i.NAME, title=i.TITLE, family=i.FAMILY, status=i.STATUS, reads=i.READS) for i in found)
    return Catalogue(instruments=tuple(listed))
