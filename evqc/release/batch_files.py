"""Every file that a batch was judged from, by its path in the batch folder, so that the folder can be built again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.open import EXPORTS, MAPPINGS
from evqc.errors import Where, refusal
from evqc.instruments._export import digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from evqc.batch.assembled import Batch
    from evqc.batch.model import BatchRecord
    from evqc.reading import Source


def batch_files(batch: Batch, folder: Path) -> tuple[Source, ...]:
    """The record, exports, mappings, images, and files of own methods and profiles, by path, sorted, each hashed.

    Args:
        batch: as opened.
        folder: from which it was opened.
    """
    names = dict.fromkeys([*_exports(batch), *_beside(batch.record, folder)])
    if batch.record_source is not None:
        names[batch.record_source.name] = None
    return tuple(digest(folder / name, name) for name in sorted(names) if (folder / name).is_file())


def _exports(batch: Batch) -> Iterable[str]:
    below = f"{EXPORTS}/" if batch.record is not None else ""
    for reading in batch.readings:
        yield f"{below}{reading.source.name}"
        yield from (f"{below}{name}" for name in reading.source.joined)


def _beside(record: BatchRecord | None, folder: Path) -> Iterable[str]:
    if record is None:
        return
    yield from (path.relative_to(folder).as_posix() for path in (folder / MAPPINGS).rglob("*.toml"))
    yield from (image.path for image in record.images)
    yield from (entry.image for entry in record.markers if entry.image)
    yield from (name for name in record.batch.profiles if name.endswith(".toml"))
    if record.batch.methods:
        yield record.batch.methods


def read_files(folder: Path, sources: Iterable[Source]) -> dict[str, bytes]:
    """The content of the files of a record by their SHA-256.

    Raises:
        InputError: ``FILE_MISSING`` or ``FILE_CHANGED``; the folder is not what the record was made from.
    """
    found = {}
    for source in sources:
        path = folder / source.name
        if not path.is_file():
            raise refusal(
                str(folder), "FILE_MISSING", Where(field=source.name), "no such file", "the file of the record"
            )
        there = digest(path, source.name)
        if there.sha256 != source.sha256:
            raise refusal(
                str(folder), "FILE_CHANGED", Where(field=source.name), f"SHA-256 {there.sha256}", source.sha256
            )
        found[source.sha256] = path.read_bytes()
    return found
