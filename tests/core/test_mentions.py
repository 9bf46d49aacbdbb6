"""What a reader's files mention is known without importing it, and is what its module says."""

from __future__ import annotations

import py_compile
import sys
from typing import TYPE_CHECKING

import pytest

from evqc import instruments
from evqc.instruments import _mentions
from evqc.instruments._export import ExportFile, letters_of
from evqc.instruments._registry import Joiner, instrument, names, to_ask
from evqc.instruments.zetasizer import _columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("name", names())
def test_the_source_says_what_the_module_says(name: str) -> None:
    declared = getattr(instrument(name), "MENTIONS", None)
    assert _mentions.mentions(name) == ((declared,) if isinstance(declared, str) else declared)


@pytest.mark.parametrize("name", names())
def test_the_source_says_whether_it_joins(name: str) -> None:
    assert _mentions.joins(name) == isinstance(instrument(name), Joiner)


@pytest.mark.parametrize("name", names())
def test_the_words_can_be_missing_from_a_text(name: str) -> None:
    for word in _mentions.mentions(name) or ():
        assert word == " ".join(word.split()) or word == "| ", "single blanks"
        assert word == word.casefold()
        assert letters_of(word), "nothing of the word counts, so that it stands in every text"


@pytest.mark.parametrize("name", names())
def test_a_reader_that_is_used_on_request_is_never_asked(name: str) -> None:
    assert not getattr(instrument(name), "ON_REQUEST", False) or _mentions.mentions(name) == ()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules are among the instruments."""
    monkeypatch.setattr(instruments, "__path__", [*instruments.__path__, str(tmp_path)])
    yield tmp_path
    sys.modules.pop(f"{instruments.__name__}.spoken", None)
    vars(instruments).pop("spoken", None)
    _mentions.mentions.cache_clear()


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("", None),
        ('MENTIONS = "sample type"', ("sample type",)),
        ("MENTIONS = 'say \\'so\\''", ("say 'so'",)),
        ('MENTIONS = "size (nm)"  # with its unit', ("size (nm)",)),
        ("MENTIONS = ()", ()),
        ('MENTIONS = ("size (nm)", "[a]")', ("size (nm)", "[a]")),
        ('MENTIONS = (\n    "a (b)",  # remark (one)\n    \'"c"\',\n)  # fmt: skip', ("a (b)", '"c"')),
        ('MENTIONS = ("one "\n    "word")', ("one word",)),
    ],
)
def test_a_literal_is_found_without_importing_the_module(
    declared: str, words: tuple[str, ...] | None, folder: Path
) -> None:
    (folder / "spoken.py").write_text(f'"""A reader."""\n\n{declared}\nraise AssertionError("imported")\n')
    assert _mentions.mentions("spoken") == words


@pytest.mark.parametrize("declared", ['MENTIONS = "a".casefold()', 'MENTIONS = ("a",) + ()', 'MENTIONS: str = "a"'])
def test_what_is_no_plain_literal_is_asked_of_the_module(declared: str, folder: Path) -> None:
    (folder / "spoken.py").write_text(f'"""A reader."""\n\n{declared}\n')
    assert _mentions.mentions("spoken") == ("a",)


@pytest.mark.parametrize(("declared", "words"), [('MENTIONS = ("a", "b")', ("a", "b")), ("", None)])
def test_without_source_the_module_is_asked(declared: str, words: tuple[str, ...] | None, folder: Path) -> None:
    source = folder / "written.txt"
    source.write_text(f'"""A reader."""\n\n{declared}\n')
    py_compile.compile(str(source), cfile=str(folder / "spoken.pyc"), doraise=True)
    assert _mentions._source(f"{instruments.__name__}.spoken") is None
    assert _mentions.mentions("spoken") == words


#: The least that a reader of several words recognises, with one of its words each.
BARE = {
    "asm": ['{"$asm.":', '{" aggregate document":'],
    "bioanalyzer": ["<Chipset", "Data File Name,Version Created,Assay Name,"],
    "fragment_analyzer": ["B1\nPeak ID", "Well,Sample ID,Range,Avg. Size,ng/uL"],
    "kaleido": ["EnSight Results from", "Results for A\nKaleido", "Result for A\nPlateRepeat:"],
    "macsplex_table": [",REA control| Med,HLA-DR| Med,ROR1| Med", ";REA control,Med;CD9,Med;CD2,Med"],
    "nanodrop_one": [f"Date,Sample Name,N({unit}),A260" for unit in ("mg/mL", "ng/uL", "ng/µl")],
    "nanosight": ["NTA Experiment Summary File", "NTA Single Analysis Summary File"],
    "softmax_pro": ["##BLOCKS=", "Plate:\t1.3\t"],
    "viewsizer": [
        "/LowerBinCenterBin", "/[Sample Info]#particles", "<SampleData<RecordingSettings>", "<TemperatureLog",
        "<ReportSettings", "<ProcessingSettings",
    ],
    "visionlite": ["a.csv,\nnm,A", "Sample Name,260 nm [A]"],
    "zetaview": ["Use\tPosition\t", "Original File:ZetaView", "Profile Voltage:ZetaView"],
}  # fmt: skip


@pytest.mark.parametrize("name", BARE)
def test_every_word_is_enough_and_one_is_needed(name: str) -> None:
    words = {letters_of(word) for word in _mentions.mentions(name) or ()}
    needed = set()
    for text in BARE[name]:
        file = ExportFile("a.txt", text.encode())
        assert instrument(name).recognises(file), text
        held = {word for word in words if word in file.head_letters}
        assert len(held) == 1, text
        assert name in {reader.NAME for reader in to_ask(file)}
        needed |= held
    assert needed == words


def test_every_heading_of_the_zetasizer_holds_one_of_its_words() -> None:
    words = _mentions.mentions("zetasizer")
    assert words
    arrays = {f"{name}[1] (d.nm)" for name in _columns._OWN_ARRAYS}
    others = {heading.replace("(d.nm)", "(r.um)").replace("(kcps)", "(cps)") for heading in _columns._OWN}
    for heading in arrays | others | _columns._OWN:
        assert _columns.is_own(heading)
        assert any(letters_of(word) in letters_of(heading) for word in words), heading
