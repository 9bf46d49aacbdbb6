"""Opens a batch folder, or a folder of exports: reads everything, joins it and says what contradicts what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.assembled import Batch, Contradiction, ImageEvidence
from evqc.batch.crosscheck import crosscheck
from evqc.batch.duplicates import duplicates
from evqc.batch.join import join, join_without_record
from evqc.batch.own_methods import own_below
from evqc.batch.toml_record import read_toml
from evqc.batch.workbook import read_workbook
from evqc.errors import Where, problem, refusal
from evqc.instruments import _many
from evqc.instruments._export import digest, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evqc.batch.model import BatchRecord
    from evqc.instruments._registry import Progress
    from evqc.reading import Reading, Source

TOML_NAME, WORKBOOK_NAME = "batch.toml", "batch.xlsx"
EXPORTS, IMAGES, MAPPINGS = "exports", "images", "mappings"
_LOCK_PREFIXES = ("~$", ".~lock.")


def open_batch(path: Path, progress: Progress | None = None) -> Batch:
    """A batch with its record joined with its exports, or a folder of exports without a record.

    Args:
        path: a folder with ``batch.toml`` or ``batch.xlsx`` beside ``exports/``; any other folder, of which every file
            is an export; the record itself; or a single export.
        progress: called with (done, all, name) before each export is read.

    Raises:
        InputError: ``FILE_MISSING``, ``EMPTY_FOLDER``, ``TWO_RECORDS``, everything wrong in the record, or a faulty
            mapping.
    """
    folder = path.parent if path.name in {TOML_NAME, WORKBOOK_NAME} and path.is_file() else path
    record_path = _record_path(folder)
    if record_path is None:
        return _without_record(folder, progress)
    return _with_record(folder, record_path, progress)


def refuse_among_exports(path: Path, out: Path) -> None:
    """Raises InputError ``OUTPUT_AMONG_EXPORTS`` when ``out`` lies where the next reading would take it for exports.

    Args:
        path: what ``open_batch`` opens.
        out: where something is to be written.
    """
    if not path.is_dir():
        return
    exports = path if _record_path(path) is None else path / EXPORTS
    if out.resolve().is_relative_to(exports.resolve()):
        expected = f"a place outside '{_name(exports)}', whose files are read as exports"
        raise refusal(str(out), "OUTPUT_AMONG_EXPORTS", Where(), "a place among the exports", expected)


def _record_path(folder: Path) -> Path | None:
    there = [folder / name for name in (TOML_NAME, WORKBOOK_NAME) if (folder / name).is_file()]
    if len(there) > 1:
        found = f"{TOML_NAME} and {WORKBOOK_NAME}"
        raise refusal(_name(folder), "TWO_RECORDS", Where(), found, "one of them; move the other one elsewhere")
    return there[0] if there else None


def _name(folder: Path) -> str:
    return folder.resolve().name


def _without_record(folder: Path, progress: Progress | None) -> Batch:
    readings = _many.read(folder, progress=progress).readings
    joined = join_without_record(readings)
    return Batch(
        name=_name(folder),
        record=None,
        record_source=None,
        readings=readings,
        runs=joined.runs,
        panels=joined.panels,
        values=joined.values,
        contradictions=tuple(duplicates(readings)),
    )


def _with_record(folder: Path, record_path: Path, progress: Progress | None) -> Batch:
    file = load(record_path, record_path.name)
    own = own_below(folder)
    record = read_toml(file, own) if record_path.name == TOML_NAME else read_workbook(file, own)
    mappings = sorted(p for p in (folder / MAPPINGS).rglob("*.toml") if p.is_file())
    by_name = {p.relative_to(folder / MAPPINGS).as_posix(): p for p in mappings}
    readings = _exports(folder / EXPORTS, by_name, record, progress)
    images = _images(folder, record)
    joined = join(record, file.source, readings)
    contradictions = crosscheck(record, file.source, readings, images=tuple(images), mappings=tuple(by_name))
    return Batch(
        name=record.batch.id,
        folder=folder,
        record=record,
        record_source=file.source,
        readings=readings,
        runs=joined.runs,
        panels=joined.panels,
        values=joined.values,
        images=_evidence(record, images),
        contradictions=(*_open_elsewhere(record_path, file.source), *contradictions),
    )


def _exports(
    folder: Path, mappings: Mapping[str, Path], record: BatchRecord, progress: Progress | None
) -> tuple[Reading, ...]:
    """The readings of all files below the folder, by the mappings that the record names; a batch may have none yet."""
    if not any(p.is_file() for p in folder.rglob("*")):
        return ()
    named: dict[str, list[Path]] = {}
    for entry in record.files:
        if entry.mapping is not None and entry.mapping in mappings:
            named.setdefault(entry.path, []).append(mappings[entry.mapping])
    of_file = {path: tuple(dict.fromkeys(paths)) for path, paths in named.items()}
    return _many.read(folder, mappings=mappings.values(), mappings_of=of_file, progress=progress).readings


def _images(folder: Path, record: BatchRecord) -> dict[str, Source]:
    """The image files that the record names and that exist inside the folder, also behind symbolic links."""
    named = [image.path for image in record.images] + [entry.image for entry in record.markers if entry.image]
    root = folder.resolve()
    inside = {p: (root / p).resolve() for p in dict.fromkeys(named)}
    return {p: digest(real, p) for p, real in inside.items() if real.is_relative_to(root) and real.is_file()}


def _evidence(record: BatchRecord, images: dict[str, Source]) -> tuple[ImageEvidence, ...]:
    return tuple(
        ImageEvidence(
            sample=image.sample,
            method=image.method,
            view=image.view,
            field_selection=image.field_selection,
            file=images[image.path],
        )
        for image in record.images
        if image.path in images
    )


def _open_elsewhere(record_path: Path, source: Source) -> tuple[Contradiction, ...]:
    """A note when a spreadsheet has the record open: what is not saved there is not seen here."""
    locks = [prefix + record_path.name for prefix in _LOCK_PREFIXES]
    if not any(p.name.startswith(lock) for p in record_path.parent.iterdir() for lock in locks):
        return ()
    found, expected = "the record is open in a spreadsheet", "a saved and closed record; unsaved changes are not read"
    return (Contradiction(source=source, issue=problem("note", "RECORD_OPEN", Where(), found, expected)),)
