"""Where real files stand, when they do; nothing of them is part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "nta"


def lines_of_first(beginning: str, folder: str) -> list[str]:
    """The lines of the first real file below ``folder`` that has ``beginning`` in its first 4000 bytes.

    Skips the test, naming what is missing, when there is none.
    """
    for path in sorted((CORPUS / folder).rglob("*")) if CORPUS.is_dir() else []:
        if path.is_file() and beginning.encode("latin-1") in (data := path.read_bytes())[:4000]:
            return data.decode("latin-1").replace("\r\n", "\n").split("\n")
    pytest.skip(f"no real file with '{beginning}' in ../shared/corpus/nta/{folder}")
