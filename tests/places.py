"""Where the tests find the project, its samples and, when it is there, the corpus of real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "evqc"
SAMPLES = ROOT / "tests" / "instruments"
CORPUS = ROOT.parent / "shared" / "corpus"

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the folder shared/corpus of real instrument files is not there"
)


def corpus_files(*below: str) -> list[Path]:
    """The real files below some folders of the corpus, sorted; none when the corpus is not there."""
    return sorted(p for folder in below for p in (CORPUS / folder).rglob("*") if p.is_file())


def reference_case(identity: str) -> dict[str, Any]:
    """One of the reference cases of the numerics; skips the test where they are not there."""
    file = ROOT.parent / "shared" / "reference" / "reference_cases.json"
    if not file.is_file():
        pytest.skip("the file shared/reference/reference_cases.json is not there")
    cases: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return {case["id"]: case for case in cases}[identity]
