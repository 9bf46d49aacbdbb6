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
def waiting(folder: Path, parts: int = 1, *, processes: int = 1, way: str = "read") -> Iterator[list[Reader]]:
    """Processes that have loaded evqc and wait to be told to read their part, each with so many of its own.

    They read it as ``evqc read`` does, or as ``evqc.read``, which gives every reading to the caller (``way="import"``).
    """
    command = [sys.executable, "-m", __name__, way, str(folder), str(processes), str(parts)]
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
    from evqc.instruments import _many  # noqa: PLC0415
    from evqc.report.rows import told  # noqa: PLC0415

    way, folder, processes, parts, part = sys.argv[1:]
    files = sorted(Path(folder).iterdir())[int(part) :: int(parts)]
    asked = _many.Asked(tell=told, readings=False)

    def read() -> int:
        if way == "import":
            return len(evqc.read(files, processes=int(processes)).readings)
        return sum(1 for _ in _many.files_read(_many.tasks_of(files), asked, processes=int(processes)))

    for _ in sys.stdin:
        sys.stdout.write(f"{read()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
