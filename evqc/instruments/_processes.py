"""Processes that work on files at the same time, or one thread of this one where one is enough or none starts."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import sys
import warnings
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from evqc.instruments._registry import known

if TYPE_CHECKING:
    from concurrent.futures import Executor

T = TypeVar("T")
#: The first pickle in which arrays stay read-only.
_PICKLE = 5
#: What a new process loads before it is asked for anything.
_LOADED = ["evqc.instruments._many", "evqc.instruments._loaded"]
_NOT_STARTED = (
    "no process could be started, so this one reads alone; a script that reads with several processes does so below "
    'if __name__ == "__main__":, since each new process runs the rest of it once more'
)


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """What a task gives back: as it is within one process, as bytes from one to another.

    The thread of a pool that takes it in has bytes to copy only, and who asked for it opens them.
    """

    content: T

    def opened(self) -> T:
        """The content."""
        return self.content

    def __reduce__(self) -> tuple[object, ...]:
        return _Packed, (pickle.dumps(self.content, _PICKLE),)


@dataclass(frozen=True, slots=True)
class _Packed:
    """The bytes of what another process gave."""

    content: bytes

    def opened(self) -> Any:
        """The content."""
        return pickle.loads(self.content)  # noqa: S301  of a process that this one started


def cores() -> int:
    """Cores that this process may use, which in a container or on a shared server are fewer than the machine has."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def executor(processes: int, *, apart: bool = False) -> Executor:
    """A pool of processes, or one thread of this process for a single one unless it is to be ``apart``.

    Where no process can be started it is one thread too, with a warning.
    """
    if apart:
        return _pool(processes)
    if processes > 1:
        pool = _pool(processes)
        try:
            pool.submit(_settle).result()
        except BrokenExecutor:
            warnings.warn(_NOT_STARTED, stacklevel=2)
        else:
            return pool
    return ThreadPoolExecutor(1)


def _pool(processes: int) -> ProcessPoolExecutor:
    server = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if server else "spawn")
    if server:
        context.set_forkserver_preload(_LOADED)
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_settle)


def _settle() -> None:
    """Takes what the readers consist of out of the search for garbage, which would look through it again and again."""
    known()
    gc.freeze()
