"""Opens a study: its record, its weights and its batch folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.batch.assembled import Batch
from evqc.batch.open import open_batch
from evqc.batch.own_methods import own_below
from evqc.errors import Where, refusal
from evqc.instruments._export import load
from evqc.instruments._processes import executor
from evqc.reading import Source
from evqc.study.check import Surroundings
from evqc.study.model import Study
from evqc.study.toml import read_toml
from evqc.study.weights import WeightSet, weight_set
from evqc.study.workbook import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.instruments._export import ExportFile
    from evqc.instruments._registry import Progress

TOML_NAME, WORKBOOK_NAME = "study.toml", "study.xlsx"
#: With fewer batch folders and fewer bytes in them, starting further processes takes longer than reading.
_MANY_FOLDERS, _MANY_BYTES = 40, 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStudy:
    """A study with what its record names.

    Attributes:
        record: what is compared.
        weights: what counts how much.
        source: the file of the record; None for a study that was made in Python.
        folders: the batches that are folders, by name of the batch.
    """

    record: Study
    weights: WeightSet
    source: Source | None = None
    folders: Mapping[str, Batch] = field(default_factory=dict)


def open_study(
    path: Path, progress: Progress | None = None, weights: str | None = None, processes: int = 1
) -> OpenStudy:
    """A study with its weights and all its batch folders.

    Args:
        path: a folder with ``study.toml`` or ``study.xlsx``, or that file.
        progress: called with (done, all, name) before each batch folder is waited for.
        weights: a shipped set, or a TOML file in the folder of the study, instead of the one in the record.
        processes: how many read batch folders at the same time; a few folders are always read by one.

    Raises:
        InputError: ``NO_STUDY``, ``TWO_RECORDS``, everything wrong in the record, ``FILE_MISSING`` for every batch
            folder and file that is not there, a faulty batch, or faulty weights or methods.
    """
    file_path = _record_path(path)
    folder = file_path.parent
    file = load(file_path, file_path.name)
    record = _record(file, folder)
    chosen = weight_set(weights if weights is not None else record.study.weights, folder)
    opened = _opened(record, folder, progress, processes)
    return OpenStudy(record=record, weights=chosen, source=file.source, folders=opened)


def _opened(record: Study, folder: Path, progress: Progress | None, processes: int) -> dict[str, Batch]:
    """The batches that are folders, by name; of several faulty ones the first in the order of the record is told."""
    named = {batch.name: folder / batch.folder for batch in record.batches if batch.folder is not None}
    opened = {}
    with executor(processes if _is_much(list(named.values())) else 1) as pool:
        reading = pool.map(open_batch, named.values())
        for done, name in enumerate(named):
            if progress is not None:
                progress(done, len(named), name)
            opened[name] = next(reading)
    return opened


def _is_much(folders: Sequence[Path]) -> bool:
    if len(folders) < 2:
        return False
    files = (file for folder in folders for file in folder.rglob("*"))
    return len(folders) >= _MANY_FOLDERS or sum(file.stat().st_size for file in files if file.is_file()) > _MANY_BYTES


def _record_path(path: Path) -> Path:
    if path.is_file():
        if path.name.endswith((".toml", ".xlsx")):
            return path
        raise refusal(str(path), "NO_STUDY", Where(), "a file of another kind", f"{TOML_NAME} or {WORKBOOK_NAME}")
    there = [path / name for name in (TOML_NAME, WORKBOOK_NAME) if (path / name).is_file()]
    if len(there) > 1:
        found = f"{TOML_NAME} and {WORKBOOK_NAME}"
        raise refusal(str(path), "TWO_RECORDS", Where(), found, "one of them; move the other one elsewhere")
    if not there:
        found = "a folder without a study" if path.is_dir() else "nothing there"
        raise refusal(str(path), "NO_STUDY", Where(), found, f"a folder with {TOML_NAME} or {WORKBOOK_NAME}")
    return there[0]


def _record(file: ExportFile, folder: Path) -> Study:
    around = Surroundings(own=own_below(folder), is_folder=lambda below: (folder / below).is_dir())
    return read_workbook(file, around) if file.is_workbook else read_toml(file, around)
