from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from evqc.criteria.load import load, shipped
from evqc.errors import InputError
from tests.criteria.books import FACTS, PROFILE, RULE, book, write

if TYPE_CHECKING:
    from pathlib import Path


def refusal_of(folder: Path, **parts: str) -> InputError:
    with pytest.raises(InputError) as caught:
        book(folder, **parts)
    return caught.value


def test_a_sound_rulebook_is_read(tmp_path: Path) -> None:
    made = book(tmp_path)
    assert list(made.criteria) == ["TST-01"]
    assert list(made.profile("test").criteria) == ["TST-01"]
    assert made.newest == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "measurement validity"\n', 'kind = "measurement validity"\nseverty = "note"\n', "severty"),
        ('test = "at_least"', 'test = "roughly"', "is not one of"),
        ('test = "at_least", unit = "1"', 'test = "at_least"', "unit '1'"),
        ('unit = "1", limits', 'unit = "%", limits', "unit '1'"),
        ('test = "is", value = "NTA"', 'test = "at_least", value = 3, unit = "1"', "a test of a text"),
        ('"[design] made up"', '"made up"', "must begin with a tag"),
        ('"[design] made up"', '"[hearsay] made up"', "must begin with a tag"),
        ('severity = "review"', 'severity = "blocks"', None),
        ('{ facts = { tracks = 199 }, expect = "fail" },', "", "no example shows fail"),
        ('{ expect = "not assessed" },', "", "no example shows not assessed"),
        ('{ facts = { name = "DLS" }, expect = "not applicable" },', "", "no example shows not applicable"),
        ("tracks = 200 }", "tracks = 201 }", "exactly at its limit 200"),
        ("tracks = 199 }", "trax = 199 }", "a fact that exists"),
        ("tracks = 199 }", 'tracks = "199" }', "a fact that exists, with its kind of value"),
        ('id = "TST-01"', 'id = "tst 1"', "should match"),
        ("value = 200", 'value = "many"', "is compared with a number"),
        ("value = 200", "value = nan", "finite number"),
        ("2024-01-01", "2020-01-01", "two limits from the same day"),
        ("2024-01-01", '"some day"', "valid date"),
        ('reference = "second edition"', 'reference = ""', "at least 1 character"),
    ],
)
def test_a_faulty_rule_is_refused_with_file_and_id(tmp_path: Path, old: str, new: str, says: str | None) -> None:
    assert old in RULE
    rules = RULE.replace(old, new, 1)
    if says is None:
        assert book(tmp_path, rules=rules).criteria["TST-01"].severity == "blocks"
        return
    error = refusal_of(tmp_path, rules=rules)
    assert error.source == "a.toml"
    assert "TST-01" in str(error) or "tst 1" in str(error)
    assert any(says in issue.expected or says in (issue.where.field or "") for issue in error.issues), str(error)


@pytest.mark.parametrize("tag", ["lit-H", "lit-M", "lit-L", "2nd", "seed"])
def test_what_was_not_verified_may_not_block(tmp_path: Path, tag: str) -> None:
    rules = RULE.replace("[design]", f"[{tag}]").replace('severity = "review"', 'severity = "blocks"')
    assert "may block" in str(refusal_of(tmp_path, rules=rules))


def test_a_rule_about_a_fact_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "a fact of a run" in str(refusal_of(tmp_path, rules=RULE.replace("tracks", "trax")))


def test_a_rule_about_another_subjects_fact_is_refused(tmp_path: Path) -> None:
    assert "a fact of a batch" in str(refusal_of(tmp_path, rules=RULE.replace('"run"', '"batch"')))


def test_a_dated_selector_counts_for_the_day_of_an_assessment(tmp_path: Path) -> None:
    dated = """applies = [{ fact = "tracks", test = "above", unit = "1", limits = [
      { valid_from = 2025-05-01, value = 0, reference = "third edition" },
    ] }, {"""
    rules = (
        RULE.replace("applies = [{", dated, 1)
        .replace("tracks = 199 }", "tracks = 199 }")
        .replace('{ facts = { name = "DLS" }', '{ facts = { name = "DLS", tracks = 7 }')
    )
    assert book(tmp_path, rules=rules).newest == date(2025, 5, 1)


def test_a_limit_without_a_date_is_refused(tmp_path: Path) -> None:
    start, end = RULE.index("limits = ["), RULE.index("] }]")
    rules = RULE[:start] + "value = 200 }]" + RULE[end + len("] }]") :]
    assert "needs a date and a reference" in str(refusal_of(tmp_path, rules=rules))


def test_everything_wrong_in_a_file_is_said_at_once(tmp_path: Path) -> None:
    second = RULE.replace("TST-01", "TST-02").replace("[design] made up", "made up")
    error = refusal_of(tmp_path, rules=RULE.replace('test = "at_least"', 'test = "roughly"') + second)
    assert {(issue.where.field or "").split(".")[0] for issue in error.issues} == {"TST-01", "TST-02"}


def test_an_id_used_twice_is_refused_over_all_files(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "rules" / "b.toml").write_text(RULE, "utf-8")
    with pytest.raises(InputError, match=r"DUPLICATE_ID: b\.toml, 'TST-01'"):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('["TST-01"]', '["TST-09"]', "UNKNOWN_CRITERION"),
        ('["TST-01"]', '["TST-01", "TST-01"]', "DUPLICATE_ID"),
        ('["TST-01"]', "[]", "EMPTY_PROFILE"),
        ('id = "test"', 'id = "Test"', "FAULTY_RULE"),
        ("[[profile]]", "[[profil]]", "UNKNOWN_KEY"),
    ],
)
def test_a_faulty_profile_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert {i.code for i in refusal_of(tmp_path, profiles=PROFILE.replace(old, new)).issues} == {code}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('unit = "1"', 'unit = "furlong"', "WRONG_UNIT"),
        ('unit = "1"', "", "WRONG_UNIT"),
        ('holds = "number"', 'holds = "figure"', "FAULTY_RULE"),
        ('of = ["run"]', "of = []", "FAULTY_RULE"),
        ('label = "number of tracks"', 'lable = "number of tracks"', "FAULTY_RULE"),
    ],
)
def test_a_faulty_word_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    error = refusal_of(tmp_path, facts=FACTS.replace(old, new, 1))
    assert error.source == "facts.toml"
    assert error.issues[0].code == code


@pytest.mark.parametrize("broken", [b"id = [", b"\xff\xfe", b"a = 1\na = 2"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, broken: bytes) -> None:
    folder = write(tmp_path)
    (folder / "rules" / "a.toml").write_bytes(broken)
    with pytest.raises(InputError, match=r"NOT_TOML: a\.toml"):
        load(folder)


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(InputError, match=r"misev2018, misev2023"):
        shipped().profile("misev2014")


def test_the_hash_of_a_profile_changes_with_its_rules_and_with_nothing_else(tmp_path: Path) -> None:
    plain = book(tmp_path / "plain").profile("test").sha256
    spaced = book(tmp_path / "spaced", rules="# a comment\n" + RULE).profile("test").sha256
    other = book(tmp_path / "other", rules=RULE.replace("value = 200", "value = 200.0")).profile("test").sha256
    stricter = (
        book(tmp_path / "stricter", rules=RULE.replace("value = 200", "value = 201").replace("= 200 }", "= 201 }"))
        .profile("test")
        .sha256
    )
    reworded = book(tmp_path / "reworded", rules=RULE.replace("200 tracks.", "200 tracks!")).profile("test").sha256
    assert plain == spaced == other
    assert len({plain, stricter, reworded}) == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('test = "is", value = "NTA"', 'test = "is"', "is compared with text"),
        ('test = "is", value = "NTA"', 'test = "true", value = "NTA"', "is compared with nothing"),
        ('unit = "1", limits', 'unit = "1", value = 100, limits', "both a value and limits"),
        ("value = 200, ", "value = [100, 200], places = 0, ", "how a single number is compared"),
        ("value = 200, ", "value = 200.5, places = 0, ", "more than 0 places"),
        ("value = 200, ", "value = [200, 100], ", "the lower end first"),
        ('test = "is", value = "NTA"', 'test = "none_of", value = []', "at least one text"),
        (
            'kind = "measurement validity"\nseverity = "review"',
            'kind = "reporting"\nseverity = "blocks"',
            "a reporting criterion cannot block",
        ),
    ],
)
def test_a_contradiction_within_a_rule_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in RULE
    error = refusal_of(tmp_path, rules=RULE.replace(old, new, 1))
    assert says in str(error)
