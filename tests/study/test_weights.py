from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.study.weights import aspects, read_weights, shipped_weights, weight_set

if TYPE_CHECKING:
    from pathlib import Path

OWN = """
id = "ours"
title = "Ours"
dated = 2026-11-01
about = "What we need."

[[aspect]]
name = "hours"
weight = 3
worst = 24
best = 1
scale = "log"
reference = "our day"

[[aspect]]
name = "particle_recovery"
weight = 1
worst = 0
best = 100
scale = "linear"
reference = "all or nothing"
"""


@pytest.mark.parametrize("name", shipped_weights())
def test_shipped_weights_cover_purity_yield_and_practicality(name: str) -> None:
    found = shipped_weights()[name]
    assert {aspects()[each.name].group for each in found.aspect} == {"purity", "yield", "practicality"}
    assert sum(found.shares) == pytest.approx(1)
    assert "proposal" in found.about, "no guideline sets weights or ends, and the set says so"


def test_a_laboratorys_own_weights_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OWN, "utf-8")
    found = weight_set("ours.toml", tmp_path)
    assert found.shares == (0.75, 0.25)
    assert [each.name for each in found.aspect] == ["hours", "particle_recovery"]
    assert weight_set("research").id == "research"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "hours"', 'name = "houres"', "FAULTY_WEIGHTS"),
        ("best = 1\n", "best = 48\n", "FAULTY_WEIGHTS"),
        ("worst = 0\n", "worst = 200\n", "FAULTY_WEIGHTS"),
        ("best = 1\n", "best = 0\n", "FAULTY_WEIGHTS"),
        ("weight = 3", "weight = 0", "FAULTY_WEIGHTS"),
        ("weight = 3", "weight = nan", "FAULTY_WEIGHTS"),
        ('name = "particle_recovery"', 'name = "hours"', "FAULTY_WEIGHTS"),
        ("dated = 2026-11-01\n", "", "FAULTY_WEIGHTS"),
        ('title = "Ours"', 'titel = "Ours"', "FAULTY_WEIGHTS"),
        ('id = "ours"', "id = ", "NOT_TOML"),
    ],
)
def test_faulty_weights_are_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in OWN
    file = tmp_path / "ours.toml"
    file.write_text(OWN.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as caught:
        read_weights(file)
    assert {issue.code for issue in caught.value.issues} == {code}


def test_what_is_wrong_with_weights_is_said_once_and_plainly(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OWN.replace("dated = 2026-11-01\n", "day = 3\n").replace("weight = 3", "weight = 0", 1), "utf-8")
    with pytest.raises(InputError) as caught:
        read_weights(file)
    assert {(issue.where.field, issue.found) for issue in caught.value.issues} == {
        ("dated", "nothing"), ("day", "'day'"), ("aspect.1.weight", "0"),
    }  # fmt: skip


def test_weights_that_are_nowhere_are_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="biomarker-discovery, clinical-grade, research"):
        weight_set("absent.toml", tmp_path)
    with pytest.raises(InputError, match="UNKNOWN_WEIGHTS"):
        weight_set("absent")
