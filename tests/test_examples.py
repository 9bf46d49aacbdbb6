"""The exports of the examples are those that their scripts make: the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.example_comparison import comparison
from tests.example_tff import tff_process
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_process_is_made_anew_byte_for_byte(tmp_path: Path) -> None:
    tff_process(tmp_path)
    made, shipped = files(tmp_path), files(ROOT / "examples" / "tff-process")
    by_hand = {"README.md", "batch.toml", "expected-exit"}
    assert made.keys() == shipped.keys() - by_hand
    assert all(shipped[name] == content for name, content in made.items())


@pytest.mark.slow
def test_the_comparison_is_made_anew_byte_for_byte(tmp_path: Path) -> None:
    comparison(tmp_path)
    made, shipped = files(tmp_path), files(ROOT / "examples" / "isolation-comparison")
    assert made.keys() == shipped.keys() - {"README.md", "expected-exit", "comparison.png"}
    assert all(shipped[name] == content for name, content in made.items())
