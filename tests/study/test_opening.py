"""Batch folders of a study: read by one process or by several, with progress, and the same whichever."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError, Where, refusal
from evqc.study import open as opening
from evqc.study.open import open_study
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
schema = "evqc.study/1"
[study]
id = "S-1"
title = "T"
[[arms]]
name = "UC"
methods = ["UC"]
"""
BATCH = """
[[batches]]
arm = "UC"
pool = "donor {n}"
name = "U{n}"
folder = "u{n}"
"""
RECORD = """
schema = "evqc.batch/1"
[batch]
id = "{n}"
product = "P"
[[samples]]
name = "EV"
role = "product"
"""


def study(folder: Path, faulty: tuple[int, ...] = ()) -> Path:
    """Three batch folders, each with a record and nothing else."""
    (folder / "study.toml").write_text(HEAD + "".join(BATCH.format(n=n) for n in (1, 2, 3)), "utf-8")
    for n in (1, 2, 3):
        (folder / f"u{n}").mkdir()
        text = RECORD.format(n=n).replace("role", "rolle" if n in faulty else "role")
        (folder / f"u{n}" / "batch.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three folders are worth further processes."""
    monkeypatch.setattr(opening, "_MANY_FOLDERS", 3)


def test_progress_names_each_folder_before_it_is_waited_for(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    found = open_study(study(tmp_path), lambda *step: told.append(step))
    assert told == [(0, 3, "U1"), (1, 3, "U2"), (2, 3, "U3")]
    assert list(found.folders) == ["U1", "U2", "U3"]


@pytest.mark.usefixtures("worth_it")
def test_several_processes_give_what_one_gives(tmp_path: Path) -> None:
    folder = study(tmp_path)
    told: list[str] = []
    found = open_study(folder, lambda _, __, name: told.append(name), processes=2)
    assert found == open_study(folder)
    assert told == ["U1", "U2", "U3"]


@pytest.mark.usefixtures("worth_it")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_faulty_folder_is_refused_by_the_record_in_it(tmp_path: Path, processes: int) -> None:
    with pytest.raises(InputError, match="rolle") as caught:
        open_study(study(tmp_path, faulty=(2, 3)), processes=processes)
    assert {issue.code for issue in caught.value.issues} == {"MISSING_KEY", "UNKNOWN_KEY"}


def test_a_refusal_comes_whole_out_of_another_process() -> None:
    error = refusal("batch.toml", "UNKNOWN_KEY", Where(line=3), "'rolle'", "role")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.source, again.issues) == (str(error), error.source, error.issues)


@pytest.mark.slow
def test_the_example_is_the_same_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_MANY_FOLDERS", 2)
    folder = ROOT / "examples" / "isolation-comparison"
    assert pickle.dumps(open_study(folder, processes=2).record) == pickle.dumps(open_study(folder).record)
