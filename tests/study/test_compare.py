"""The comparison as a whole: the answer in words, the same whatever the order, valid, quick."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import evqc
from evqc.documents import schema
from evqc.records import from_plain, to_json, to_plain
from evqc.study.compare import compare
from evqc.study.comparison import Comparison
from evqc.study.words import percent
from tests.study.making import TOML, TRUTH, arm_batches, opened, plain, without

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

#: Close in score: more of one thing, less of another, so that scatter matters.
CLOSE = {"SEC": (6e9, 50.0, 1.5, 3.0), "SEC 2": (7.5e9, 62.0, 1.3, 3.0)}
AT_ODDS = {"SEC": (6e9, 9.0, 3.0, 3.0), "precipitation": (1.5e9, 80.0, 8.0, 3.0)}


def told(study: dict[str, Any], weights: str = "research", draws: int = 10_000) -> Comparison:
    return compare(opened(study, weights), draws=draws)


def test_the_best_method_is_named_with_its_probability() -> None:
    found = told(plain()).answer
    assert (found.outcome, found.decided) == ("best", True)
    assert (
        found.sentence == "SEC is best with the research weights: first in more than 99 % of the draws, over 4 pools."
    )


def test_what_can_be_read_of_every_outcome() -> None:
    few = told(plain(CLOSE, pools=2, cv=0.3, seed=4)).answer
    assert few.outcome == "more pools needed"
    assert few.sentence.startswith("Not decided: with the research weights SEC")
    assert "By the scatter of these batches" in few.sentence
    odds = told(plain(AT_ODDS, cv=0.05)).answer
    assert odds.outcome == "weights decide"
    assert "more batches would not decide: it depends on how much purity (where SEC is ahead) counts against yield" in (
        odds.sentence
    )
    one_pool = told(plain(pools=1)).answer
    assert one_pool.outcome == "no scatter"
    assert "to tell how far another one would lie" in one_pool.sentence
    alone = told(plain({"SEC": TRUTH["SEC"]})).answer
    assert (alone.outcome, alone.decided) == ("one method", False)


def test_missing_numbers_leave_the_answer_open_and_say_between_what() -> None:
    found = told(without(plain(), "precipitation", "protein_ug")).answer
    assert (found.outcome, found.decided) == ("incomplete", False)
    assert "missing or known only as bounds" in found.sentence
    assert any("precipitation is scored between bounds, 0 and" in remark for remark in found.remarks)


def test_a_bound_that_settles_it_still_decides() -> None:
    study = plain()
    for batch in arm_batches(study, "UC"):
        batch["numbers"]["protein_ug"] = f">{batch['numbers']['protein_ug']:.6g}"
    found = told(study)
    assert found.answer.decided
    assert next(o for o in found.observations if o.arm == "UC" and o.aspect == "particles_per_protein").lower is None


def test_methods_that_share_no_pool_are_not_ranked_against_each_other() -> None:
    study = plain()
    for batch in arm_batches(study, "UC"):
        batch["pool"] = f"other {batch['pool']}"
    found = told(study).answer
    assert (found.outcome, found.decided, len(found.sets)) == ("not comparable", False, 2)
    assert "never shared a starting pool" in found.sentence
    assert "SEC and precipitation; UC" in found.sentence
    assert "SEC is best" in found.sentence


def test_beside_a_claim_stands_how_often_it_is_false_and_what_the_paired_test_says() -> None:
    choice, tested = told(plain()).answer.remarks[:2]
    assert choice.startswith("“Best” is a choice by these weights and no proof")
    assert "of two that are alike, one is called best in about 15 % (two pools) to 35 % (eight pools)" in choice
    assert tested.startswith(
        "Against UC, the next, the paired t test (adjusted by Holm for 9 comparisons) finds SEC ahead"
    )
    assert "Particles per protein (p " in tested
    close = {"SEC": (6e9, 50.0, 1.5, 3.0), "TFF + SEC": (9e9, 62.0, 1.2, 2.0)}
    found = told(plain(close, pools=3, cv=0.3, seed=3))
    assert found.answer.decided
    assert "finds TFF + SEC not significantly different in" in found.answer.remarks[1]
    assert "ahead" not in found.answer.remarks[1]


def test_where_the_leader_is_behind_the_paired_test_says_so() -> None:
    found = told(plain({key: TRUTH[key] for key in ("SEC", "precipitation")})).answer
    assert "finds SEC ahead in Particles per protein (p " in found.remarks[1]
    assert "; behind in Recovery of particles (p " in found.remarks[1]


def test_nothing_stands_beside_what_is_no_claim() -> None:
    few = told(plain(CLOSE, pools=2, cv=0.3, seed=4)).answer
    assert not any("“Best”" in remark or "paired" in remark for remark in few.remarks)


def test_pools_of_each_number_are_told_where_they_are_fewer() -> None:
    study = plain()
    for batch in study["batches"]:
        if batch["pool"] in {"d3", "d4"}:
            del batch["numbers"]["albumin_ng"]
    found = told(study)
    assert "over 4 pools (2 to 4 for each method and aspect)." in found.answer.sentence
    study["batches"].append({"arm": "UC", "pool": "d9", "name": "x", "numbers": {"cells": 1e7, "particles_total": 1e9}})
    assert told(study).sets[0].ranking.pools == 4, "a pool of which nothing is weighted counts for nothing"


def test_weights_of_what_is_stated_alone_say_that_nothing_was_measured(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'id = "own"\ntitle = "T"\ndated = 2026-11-21\nabout = "For tests."\n[[aspect]]\nname = "hours"\nweight = 1\n'
        'worst = 48\nbest = 0.5\nscale = "log"\nreference = "for tests"\n',
        "utf-8",
    )
    found = compare(opened(plain(), "own.toml", tmp_path), draws=500).answer
    assert found.sentence.endswith("of the draws, by what the study states of the methods, without any measurement.")
    assert "no difference can be tested" in found.remarks[1]


def test_a_recovery_above_what_there_was_is_told_with_the_answer() -> None:
    found = told(plain({**TRUTH, "precipitation": (4e8, 300.0, 60.0, 2.0)})).answer
    assert any(remark.startswith("precipitation seems to recover 29") for remark in found.remarks)


def test_batches_that_are_copies_decide_nothing() -> None:
    found = told(plain(cv=0.0)).answer
    assert found.outcome == "no scatter"
    assert "or their numbers agree in every digit, as copies would" in found.sentence


def test_a_method_without_any_number_is_named_and_keeps_the_answer_open() -> None:
    study = plain()
    study["arms"].append({"name": "AF4", "methods": ("AF4",)})
    found = told(study)
    assert not found.answer.decided
    assert "no aspect of the weights is known of it: AF4" in found.answer.remarks[-1]
    assert found.noticed[-1].issue.code == "ARM_WITHOUT_BATCH"


def test_a_study_without_numbers_of_the_weights_is_not_decided() -> None:
    study = {
        "study": {"id": "S", "title": "T"},
        "arms": [{"name": "UC", "methods": ("UC",)}],
        "batches": [{"arm": "UC", "pool": "p", "name": "b", "numbers": {"cells": 1e7}}],
    }
    found = told(study)
    assert (found.answer.outcome, found.sets) == ("incomplete", ())
    assert {m.aspect for m in found.missing} == {each.name for each in found.weights.aspects}


def test_an_aspect_that_nobody_has_is_said_to_count_for_nobody() -> None:
    study = plain()
    for arm in TRUTH:
        study = without(study, arm, "albumin_ng")
    remarks = told(study).answer.remarks
    assert remarks[-1] == (
        "No method has Albumin per 10⁹ particles: it counts for nobody, and the other weights are the whole."
    )
    assert len(told(study).missing) == 12


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.936, "93 %"),
        (0.7999, "79 %"),
        (0.8, "80 %"),
        (1.0, "more than 99 %"),
        (0.991, "more than 99 %"),
        (0.0, "less than 1 %"),
    ],
)
def test_shares_are_never_rounded_up(share: float, text: str) -> None:
    assert percent(share) == text


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_methods_and_batches_changes_no_byte(random: Random) -> None:
    study = plain(pools=3)
    shuffled = study | {key: random.sample(study[key], len(study[key])) for key in ("arms", "batches")}
    assert to_json(told(shuffled, draws=500)) == to_json(told(study, draws=500))


def test_a_poor_method_more_changes_nobodys_order() -> None:
    more = plain({**TRUTH, "cup": (1.5e8, 2.0, 500.0, 20.0)})
    more["batches"] = [*plain()["batches"], *arm_batches(more, "cup")]
    before, after = told(plain()).sets[0], told(more).sets[0]
    assert [arm for arm in after.arms if arm != "cup"] == list(before.arms)
    scores = {m.arm: m.score_lower for m in after.ranking.methods}
    assert all(scores[m.arm] == pytest.approx(m.score_lower, rel=1e-9) for m in before.ranking.methods)


def test_the_seed_of_the_study_is_the_seed_of_the_result() -> None:
    study = plain()
    other = study | {"study": study["study"] | {"seed": 2}}
    assert told(study).seed == 1
    assert told(other).seed == told(other).sets[0].ranking.seed == 2
    assert told(study) == told(study)
    assert told(other) != told(study)


@pytest.mark.parametrize("weights", ["research", "clinical-grade", "biomarker-discovery"])
def test_the_document_is_valid_and_comes_back_equal(weights: str) -> None:
    found = told(plain(pools=3), weights, draws=500)
    document = json.loads(to_json(found))
    Draft202012Validator(schema("evqc.comparison/1")).validate(document)
    assert from_plain(Comparison, to_plain(found)) == found
    assert document["schema"] == "evqc.comparison/1"
    assert found.weights.id == weights


def test_a_folder_is_compared_by_one_call(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(TOML, "utf-8")
    found = evqc.compare(tmp_path)
    assert (found.study.title, found.weights.id, found.seed) == ("Which isolation?", "clinical-grade", 7)
    assert found.study.source is not None
    assert evqc.compare(tmp_path, weights="research").weights.id == "research"
    assert [m.aspect for m in found.missing if m.arm == "UC"] == [
        "capacity_ml",
        "hands_on_hours",
        "albumin_per_particles",
    ]


@pytest.mark.parametrize(("methods", "pools"), [(5, 100), (25, 20), (31, 16), (100, 5)])
def test_five_hundred_batches_take_less_than_ten_seconds(methods: int, pools: int) -> None:
    rng = np.random.default_rng(4)
    truth = {
        f"m{i:03d}": (float(10 ** rng.uniform(8.5, 10.2)), float(rng.uniform(5, 90)), float(rng.uniform(0.5, 30)), 3.0)
        for i in range(methods)
    }
    study = opened(plain(truth, pools=pools, cv=0.3))
    started = time.process_time()
    assert compare(study).answer.sentence
    assert time.process_time() - started < 10


NUMBER = (
    st.floats(1e-3, 1e12) | st.floats(1e-3, 1e12).map("<{:.6g}".format) | st.floats(1e-3, 1e12).map(">{:.6g}".format)
)
NAMES = ("particles_total", "protein_ug", "albumin_ng", "feed_particles", "particles_per_protein", "source_volume_ml")
BATCH = st.fixed_dictionaries(
    {
        "arm": st.sampled_from(("a", "b", "c")),
        "pool": st.sampled_from(("1", "2", "3")),
        "numbers": st.dictionaries(st.sampled_from(NAMES), NUMBER, min_size=1),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(BATCH, min_size=1, max_size=9), st.sampled_from(["research", "clinical-grade"]), st.booleans())
def test_whatever_is_known_or_missing_there_is_a_valid_answer(
    batches: list[dict[str, Any]], weights: str, constants: bool
) -> None:
    study = {
        "study": {"id": "S", "title": "T"},
        "arms": [{"name": n, "methods": ("UC",)} | ({"hours": 3.0} if constants and n != "c" else {}) for n in "abc"],
        "batches": [batch | {"name": str(i)} for i, batch in enumerate(batches)],
    }
    found = told(study, weights, draws=50)
    Draft202012Validator(schema("evqc.comparison/1")).validate(json.loads(to_json(found)))
    assert found.answer.sentence.endswith(".")
    ranked = [method for one in found.sets for method in one.ranking.methods]
    assert all(m.score_lower <= m.score_upper + 1e-12 and m.first_lower <= m.first_upper + 1e-9 for m in ranked)
    if found.answer.decided:
        assert all(m.first_upper <= 0.2 + 1e-9 for m in ranked if m.arm != found.answer.sets[0].leader)
