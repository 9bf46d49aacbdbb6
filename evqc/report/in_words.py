"""Readings as JSON text in their order, where there are many of them by several processes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING, Self

from evqc.instruments._processes import executor
from evqc.records import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

    from evqc.instruments._processes import Given
    from evqc.reading import Reading

#: So many readings are put in words before it is worth to start processes.
_FEW = 64
#: Readings that a process is given at a time, and how many times for each process ahead.
_CHUNK, _AHEAD = 16, 2


class InWords:
    """Gives ``put`` the text of each reading, in order; as a context manager, all of them by its end.

    Args:
        put: takes a text as it stands in the document ``evqc.readings/1``, without a line end.
        processes: how many work at the same time once there are more than a few.
    """

    def __init__(self, put: Callable[[bytes], None], processes: int) -> None:
        self._put, self._processes = put, processes
        self._alone = _FEW
        self._pool: Executor | None = None
        self._chunk: list[Given[Reading]] = []
        self._running: deque[tuple[list[Given[Reading]], Future[list[bytes]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __call__(self, reading: Given[Reading]) -> None:
        """Takes one reading after the other; what another process read is passed on as it came."""
        if self._processes < 2 or self._alone:
            self._alone -= 1
            self._put(_text(reading))
            return
        self._chunk.append(reading)
        if len(self._chunk) == _CHUNK:
            self._give()
        while self._running and (self._running[0][1].done() or len(self._running) > _AHEAD * self._processes):
            self._take()

    def _give(self) -> None:
        self._pool = self._pool or executor(self._processes)
        try:
            self._running.append((self._chunk, self._pool.submit(_texts, self._chunk)))
        except BrokenExecutor:  # a process was lost, and with it the pool: go on with a new one
            self._pool = None
            self._give()
        else:
            self._chunk = []

    def _take(self) -> None:
        chunk, future = self._running.popleft()
        lost = isinstance(future.exception(), BrokenExecutor)
        for text in map(_text, chunk) if lost else future.result():
            self._put(text)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            if self._chunk:
                self._give()
            while self._running:
                self._take()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _texts(readings: Sequence[Given[Reading]]) -> list[bytes]:
    return list(map(_text, readings))


def _text(reading: Given[Reading]) -> bytes:
    """A text of hundreds of kilobytes, which goes from one process to another as bytes in a third of the time."""
    return to_json(reading.opened(), margin="    ").rstrip("\n").encode()
