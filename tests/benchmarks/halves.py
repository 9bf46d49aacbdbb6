"""Fresh processes that read a folder, or a part of it each: nothing else that is loaded slows one of them down.

Independent ones that read a part each show the most that several cores of this machine can give.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

Reader = subprocess.Popen[str]


@contextmanager
def waiting(folder: Path, parts: int = 1, *, processes: int = 1) -> Iterator[list[Reader]]:
    """Processes that have loaded evqc and wait to be told to read their part, each with so many of its own."""
    command = [sys.executable, "-m", __name__, str(folder), str(processes), str(parts)]
    pipe = subprocess.PIPE
    readers = [
        subprocess.Popen([*command, str(part)], stdin=pipe, stdout=pipe, text=True, cwd=ROOT) for part in range(parts)
    ]
    try:
        yield readers
    finally:
        for reader in readers:
            reader.communicate()  # the end of its input ends it


def read(readers: list[Reader]) -> int:
    """Lets all read at the same time; the number of files when the last is done."""
    for reader in readers:
        assert reader.stdin is not None
        reader.stdin.write("\n")
        reader.stdin.flush()
    return sum(int(reader.stdout.readline()) for reader in readers if reader.stdout is not None)


def main() -> None:
    """Reads every n-th file of a folder each time a line comes in, and prints how many."""
    import evqc  # noqa: PLC0415  imported in the process of its own

    folder, processes, parts, part = sys.argv[1:]
    files = sorted(Path(folder).iterdir())[int(part) :: int(parts)]
    for _ in sys.stdin:
        sys.stdout.write(f"{len(evqc.read(files, processes=int(processes)).readings)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
