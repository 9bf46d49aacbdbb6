"""``evqc compare`` as a person uses it: exit codes, the answer on stdout, messages on stderr, files where asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from evqc.study.weights import shipped_weights
from tests.test_cli import Done, Run, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["run"]  # the fixture of the command line

HEAD = '[study]\nid = "made-up"\ntitle = "Two methods"\nweights = "research"\nseed = 3\n'
ARMS = (("SEC", "size-exclusion chromatography", 3), ("UC", "differential ultracentrifugation", 6))
#: Purity, recovery and albumin of each method on three pools: the first is better in all.
CLEAR = {
    "SEC": ((9e9, 52, 4), (8e9, 48, 5), (1.1e10, 55, 3.5)),
    "UC": ((1e9, 9, 70), (1.2e9, 8, 60), (9e8, 11, 80)),
}
OPEN = {
    "SEC": ((2e9, 9, 60), (9e9, 20, 9), (1e9, 30, 40)),
    "UC": ((1e9, 30, 40), (3e9, 12, 20), (2e9, 11, 30)),
}
NAMES = ("particles_per_protein", "particle_recovery", "albumin_per_particles")


def written(folder: Path, numbers: Mapping[str, Sequence[Sequence[float]]]) -> Path:
    """A folder with a study of these numbers."""
    arms = [f'[[arms]]\nname = "{name}"\nmethods = ["{method}"]\nhours = {hours}\n' for name, method, hours in ARMS]
    batches = [
        f'[[batches]]\narm = "{arm}"\npool = "donor {i}"\nname = "{arm} {i}"\n[batches.numbers]\n'
        + "".join(f"{name} = {value!r}\n" for name, value in zip(NAMES, found, strict=True))
        for arm, of_arm in numbers.items()
        for i, found in enumerate(of_arm, start=1)
    ]
    folder.mkdir(exist_ok=True)
    (folder / "study.toml").write_text("\n".join(['schema = "evqc.study/1"', HEAD, *arms, *batches]), "utf-8")
    return folder


@pytest.fixture
def clear(tmp_path: Path) -> Path:
    return written(tmp_path / "clear", CLEAR)


@pytest.fixture
def undecided(tmp_path: Path) -> Path:
    return written(tmp_path / "open", OPEN)


def test_decided_is_0_and_the_answer_comes_first(run: Run, clear: Path) -> None:
    done = run("compare", clear)
    assert done.code == 0
    assert done.err == ""
    assert done.out.startswith("SEC is best with the research weights")
    assert "method " in done.out


def test_not_decided_is_1(run: Run, undecided: Path) -> None:
    done = run("compare", undecided)
    assert done.code == 1
    assert done.out.startswith("Not decided")


def test_json_is_the_document_and_nothing_else(run: Run, clear: Path) -> None:
    document = run("compare", clear, "--json").document("evqc.comparison/1")
    assert document["seed"] == 3


def test_files_go_where_asked_and_hold_the_document(run: Run, clear: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done: Done = run("compare", clear, "-o", out)
    assert done.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["comparison.html", "comparison.json", "comparison.xlsx"]
    assert "wrote" in done.err
    assert done.out.startswith("SEC is best")
    assert (out / "comparison.json").read_text("utf-8") == run("compare", clear, "--json").out


def test_the_plan_is_a_table(run: Run, undecided: Path) -> None:
    done = run("compare", undecided, "--plan")
    assert done.code == 1
    assert "Particles per protein" in done.out
    assert "1.25-fold" in done.out


def test_other_weights_by_name(run: Run, clear: Path) -> None:
    document = run("compare", clear, "--weights", "clinical-grade", "--json").document("evqc.comparison/1")
    weights = document["weights"]
    assert isinstance(weights, dict)
    assert weights["id"] == "clinical-grade"


def test_other_weights_from_a_file_as_seen_from_here(
    run: Run, clear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = json.loads(shipped_weights()["research"].model_dump_json())
    aspects = "".join(
        "\n[[aspect]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in each.items())
        for each in plain["aspect"]
    )
    own = 'id = "our-own"\ntitle = "Ours"\ndated = 2026-11-21\nabout = "For this test."\n'
    (tmp_path / "ours.toml").write_text(own + aspects, "utf-8")
    monkeypatch.chdir(tmp_path)
    document = run("compare", clear, "--weights", "ours.toml", "--json").document("evqc.comparison/1")
    weights = document["weights"]
    assert isinstance(weights, dict)
    assert weights["id"] == "our-own"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--weights", "unheard-of"), "UNKNOWN_WEIGHTS"), (("--json", "--plan"), "different outputs")],
)
def test_bad_arguments_are_2(run: Run, clear: Path, arguments: tuple[str, ...], code: str) -> None:
    done = run("compare", clear, *arguments)
    assert done.code == 2
    assert code in done.err
    assert "Traceback" not in done.err


def test_no_study_is_2(run: Run, tmp_path: Path) -> None:
    done = run("compare", tmp_path)
    assert done.code == 2
    assert "NO_STUDY" in done.err


def test_nothing_is_written_among_exports(run: Run, clear: Path) -> None:
    record = clear / "study.toml"
    exports = clear / "batch 1" / "exports"
    exports.mkdir(parents=True)
    (exports.parent / "batch.toml").write_text(
        'schema = "evqc.batch/1"\n[batch]\nid = "B-1"\nproduct = "EVs"\n', "utf-8"
    )
    text = record.read_text("utf-8").replace('name = "SEC 1"', 'name = "SEC 1"\nfolder = "batch 1"')
    record.write_text(text, "utf-8")
    done = run("compare", clear, "-o", exports / "out")
    assert done.code == 2
    assert "OUTPUT_AMONG_EXPORTS" in done.err
    assert not (exports / "out").exists()
