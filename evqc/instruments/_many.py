"""Reads many files: finds them, spreads them over processes, joins files of one run, and gives results as they come."""

from __future__ import annotations

import os
import traceback
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from evqc.errors import Where, problem, refusal
from evqc.garbage import without_collection
from evqc.instruments._export import begin, digest
from evqc.instruments._joined import ReadFile, is_part, join, read_file_of
from evqc.instruments._processes import Given, executor
from evqc.instruments._registry import Progress, chosen, joiners, mapped_tables, read_file, run_folder, shown_name
from evqc.reading import Reading, Readings, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from evqc.instruments._registry import Instrument

T = TypeVar("T")
#: Below this many bytes in all, starting further processes takes longer than reading.
_WORTH_PROCESSES = 32 * 1024 * 1024
#: Files that one process reads at a time, at most, and their bytes.
_CHUNK_FILES, _CHUNK_BYTES = 32, 2 * 1024 * 1024
#: Of so many files at most it is not asked first which belong together.
_FEW = 64
#: Chunks given out ahead for each process.
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read.

    Attributes:
        path, name: where it is, and how readings and messages call it.
        size: its bytes; 0 when it cannot be asked.
        instrument: the reader that the user named.
        mappings: files of the mappings that are tried on it.
        joined: whether it may be joined with others of its folder, which all have to be there before.
    """

    path: Path
    name: str
    size: int
    instrument: str | None
    mappings: tuple[Path, ...]
    joined: bool = True


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    instrument: str | None = None,
    mappings: Iterable[Path] = (),
    mappings_of: Mapping[str, Sequence[Path]] | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Readings:
    """Reads files and folders, joins files of the same run, and returns one reading for each file.

    Args:
        paths: one path or several; a folder stands for every file below it.
        instrument: name of the reader to use instead of detection by content.
        mappings: TOML files that say what the columns of a laboratory's own tables are; they are not read as exports.
        mappings_of: by the name of a file, those among ``mappings`` that alone are tried on it.
        processes: how many work at the same time; a few small files are always read by one.
        progress: called with (done, all, name) before each file or group of files.

    Returns:
        The document ``evqc.readings/1``; its readings are in the order of the arguments and sorted within a folder.

    Raises:
        InputError: an argument names nothing, an empty folder, an unknown instrument or a faulty mapping.
    """
    tasks = tasks_of(paths, instrument=instrument, mappings=mappings, mappings_of=mappings_of)
    # What other processes give stays, thousands of records a chunk: to look through all of it for garbage again and
    # again takes longer than to take it in. Where this process reads, its readers may leave garbage.
    with without_collection(stays=True) if _is_worth(tasks, processes) else nullcontext():
        return Readings(readings=tuple(readings_of(tasks, processes=processes, progress=progress)))


def tasks_of(
    paths: Path | str | Iterable[Path | str],
    *,
    instrument: str | None = None,
    mappings: Iterable[Path] = (),
    mappings_of: Mapping[str, Sequence[Path]] | None = None,
) -> list[Task]:
    """The files that are to be read, in order. Arguments and errors as of ``read``."""
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    told = tuple(dict.fromkeys(mappings))
    beside = (path for reader in mapped_tables(told) for path in getattr(reader, "layout_files", ()))
    no_exports = {path.resolve() for path in (*told, *beside)}
    files = [pair for path in given for pair in files_of(Path(path))]
    if no_exports:
        files = [(path, name) for path, name in files if path.resolve() not in no_exports]
    if instrument is not None:
        chosen(instrument)
    of_file = mappings_of or {}
    return [Task(path, name, _size(path), instrument, tuple(of_file.get(name, told))) for path, name in files]


def readings_of(tasks: Sequence[Task], *, processes: int = 1, progress: Progress | None = None) -> Iterator[Reading]:
    """The readings in order, as ``files_read`` gives the files."""
    asked = Asked(tell=_nothing, readings=True)
    return (file.given().opened() for file in files_read(tasks, asked, processes=processes, progress=progress))


def _nothing(_: Reading) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """What is asked of the process that reads a file.

    Attributes:
        tell: what it makes of a reading; a function of a module, which the process finds by name.
        readings: whether it gives the readings too, and not only those of files that may be joined.
    """

    tell: Callable[[Reading], T]
    readings: bool


def files_read(
    tasks: Sequence[Task], asked: Asked[T], *, processes: int = 1, progress: Progress | None = None
) -> Iterator[ReadFile[T]]:
    """The files in order, each as soon as it was read, or its folder where files may belong together.

    A defect of a reader costs only that file.

    Args:
        tasks: the files.
        asked: what is asked of the process that reads one.
        processes: how many work at the same time.
        progress: called with (done, all, name) before each file or group of files.
    """
    own = _folders(tasks)
    folders = _groups(own)
    left = Counter(folders)
    joined = _with_parts(tasks, folders)
    tasks = [replace(task, joined=folder in joined) for task, folder in zip(tasks, folders, strict=True)]
    waiting: dict[Path, list[int]] = {}
    done: dict[int, ReadFile[T]] = {}
    given = 0
    for i, file in enumerate(_read_all(tasks, asked, processes, progress)):
        done[i] = file
        if tasks[i].joined:
            together = waiting.setdefault(folders[i], [])
            together.append(i)
            if len(together) == left[folders[i]]:
                files = join([done[k] for k in together], [own[k] for k in together], asked.tell)
                done |= zip(together, files, strict=True)
                waiting.pop(folders[i])
        while given in done and folders[given] not in waiting:
            yield done.pop(given)
            given += 1


def _with_parts(tasks: Sequence[Task], folders: Sequence[Path]) -> set[Path]:
    """The folders in which files may belong together; of a few files all, since nobody waits for them."""
    if len(tasks) <= _FEW or tasks[0].instrument is not None:
        return set(folders)
    chunks = _chunks(tasks)
    with executor(1) as pool:
        looks = [pool.submit(_are_parts, chunk) for chunk in chunks]
    # A look that fails does so again when the files are read, one by one.
    found = [[True] * len(c) if look.exception() else look.result() for c, look in zip(chunks, looks, strict=True)]
    return {folder for folder, is_one in zip(folders, chain.from_iterable(found), strict=True) if is_one}


def _are_parts(tasks: Sequence[Task]) -> list[bool]:
    return [is_part(begin(task.path, task.name)) for task in tasks]


def _folders(tasks: Sequence[Task]) -> list[Path]:
    """The folder that each file stands in, a link's being that of the file it leads to."""
    resolved = {folder: folder.resolve() for folder in {task.path.parent for task in tasks}}
    return [t.path.resolve().parent if t.path.is_symlink() else resolved[t.path.parent] for t in tasks]


def _groups(folders: Sequence[Path]) -> list[Path]:
    """For each folder the one that stands for all whose files may be joined with its own."""
    apart = set(folders)
    if len(apart) < 2:
        return list(folders)  # nothing to ask: readers that are not needed are not loaded
    group = {f: min((run_folder(joiner, f) for joiner in joiners()), key=lambda g: len(g.parts)) for f in apart}
    return [group[folder] for folder in folders]


def _read_all(
    tasks: Sequence[Task], asked: Asked[T], processes: int, progress: Progress | None
) -> Iterator[ReadFile[T]]:
    """The files in order, before joining."""
    worth = _is_worth(tasks, processes)
    chunks = deque(_chunks(tasks) if worth else [[task] for task in tasks])
    done = 0
    while chunks:
        with executor(processes if worth else 1) as pool:
            for chunk, future in _submitted(pool, chunks, asked, _AHEAD * processes if worth else 1):
                if progress is not None:
                    progress(done, len(tasks), chunk[0].name)
                error = future.exception()
                if error is None:
                    yield from future.result().opened()
                else:
                    yield from _one_by_one(chunk, asked, error, processes=worth)
                done += len(chunk)
                if isinstance(error, BrokenExecutor):
                    break  # a process was lost, and with it the pool: go on with a new one


def _is_worth(tasks: Sequence[Task], processes: int) -> bool:
    """Whether other processes read."""
    return processes > 1 and sum(task.size for task in tasks) > _WORTH_PROCESSES


def _submitted(
    executor: Executor, chunks: deque[list[Task]], asked: Asked[T], ahead: int
) -> Iterator[tuple[list[Task], Future[Given[list[ReadFile[T]]]]]]:
    """Chunks with their futures in order, never more than ``ahead`` given out; a chunk leaves ``chunks`` when due."""
    running: deque[Future[Given[list[ReadFile[T]]]]] = deque()
    while chunks:
        while len(running) < min(ahead, len(chunks)):
            with suppress(BrokenExecutor):
                running.append(executor.submit(read_chunk, chunks[len(running)], asked))
                continue
            failed: Future[Given[list[ReadFile[T]]]] = Future()
            failed.set_exception(BrokenExecutor("a process that reads files was lost"))
            running.append(failed)
        yield chunks.popleft(), running.popleft()


def read_chunk(tasks: Sequence[Task], asked: Asked[T]) -> Given[list[ReadFile[T]]]:
    """Some files as this process reads them, with the readings that are asked for or may be joined."""
    return Given([_told(task, asked) for task in tasks])


def _told(task: Task, asked: Asked[T]) -> ReadFile[T]:
    file = read_file_of(_read(task), asked.tell)
    return file if asked.readings or task.joined else replace(file, reading=None)


def _read(task: Task) -> Reading:
    mapped = [_mapped(path) for path in task.mappings]
    return read_file(task.path, task.name, instrument=task.instrument, mapped=mapped)


@cache
def _mapped(path: Path) -> Instrument:
    [reader] = mapped_tables([path])
    return reader


def _one_by_one(
    chunk: Sequence[Task], asked: Asked[T], error: BaseException, *, processes: bool
) -> Iterator[ReadFile[T]]:
    """The files of a chunk in which a reader failed; the one at fault is refused by name."""
    if len(chunk) == 1 and not isinstance(error, BrokenExecutor):
        yield read_file_of(_defect(chunk[0], error), asked.tell)
        return
    for task in chunk:
        with executor(1, apart=processes) as pool:
            future = pool.submit(read_chunk, [task], asked)
            failed = future.exception()
            yield future.result().opened()[0] if failed is None else read_file_of(_defect(task, failed), asked.tell)


def _defect(task: Task, error: BaseException) -> Reading:
    """The refusal of a file that a reader failed on: our defect, not the user's."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}evqc{os.sep}" in f.filename]
    place = f" in {Path(frames[-1].filename).stem}, line {frames[-1].lineno}" if frames else ""
    found = f"{type(error).__name__}: {error}{place}"
    expected = "no failure: this is a defect in evqc, not in your file; please report it"
    return refused(digest(task.path, task.name), (problem("error", "DEFECT", Where(), found, expected),))


def _chunks(tasks: Sequence[Task]) -> list[list[Task]]:
    """The tasks in order, in groups of a few files or bytes."""
    starts, files, size = [0], 0, 0
    for i, task in enumerate(tasks):
        if files == _CHUNK_FILES or (files and size + task.size > _CHUNK_BYTES):
            starts.append(i)
            files, size = 0, 0
        files, size = files + 1, size + task.size
    return [list(tasks[a:b]) for a, b in pairwise([*starts, len(tasks)])]


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
        return [(path, shown_name(path.name))]
    if not is_folder:
        raise refusal(str(path), "FILE_MISSING", Where(), "no such file or folder", "a file or a folder")
    found = [(p, shown_name(p.relative_to(path).as_posix())) for p in _below(path)]
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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
