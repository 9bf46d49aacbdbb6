"""Where the tests find the project, its samples and, when it is there, the corpus of real files."""

from __future__ import annotations

from pathlib import Path

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
