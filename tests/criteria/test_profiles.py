"""Profiles that extend others, and a laboratory's own in a file anywhere."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from evqc.criteria.evaluate import applies, judge
from evqc.criteria.findings import Fact, Finding, LeftOut, Overridden, Severity, Subject, Verdict
from evqc.criteria.load import Rulebook, chosen, shipped, with_files
from evqc.errors import InputError
from tests.criteria.books import PROFILE, RULE, book

if TYPE_CHECKING:
    from pathlib import Path

SECOND = RULE.replace("TST-01", "TST-02")
OWN = """
[[profile]]
id = "our-lab"
title = "Our laboratory"
edition = "SOP-12, version 3"
about = "What we hold our runs to."
extends = ["test"]

[[profile.override]]
criterion = "TST-01"
limits = [{ fact = "tracks", value = 150 }]
severity = "note"
reason = "validated with 150 tracks, report R-7"
by = "Head of QC"
on = 2026-02-01
"""
WITHOUT = """
[[profile.without]]
criterion = "TST-02"
reason = "no such instrument here"
by = "Head of QC"
on = 2026-02-01
"""
CRITERION = RULE.replace("TST-01", "LAB-01").replace("[design] made up", "[lab: SOP-12] asked for by us")


@pytest.fixture
def small(tmp_path: Path) -> Rulebook:
    profiles = PROFILE.replace('["TST-01"]', '["TST-01", "TST-02"]')
    return book(tmp_path / "book", rules=RULE + SECOND, profiles=profiles)


def larger(small: Rulebook, folder: Path, text: str) -> Rulebook:
    (folder / "our-lab.toml").write_text(text, "utf-8")
    return with_files(small, [folder / "our-lab.toml"])[0]


def faults(small: Rulebook, folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        larger(small, folder, text)
    assert caught.value.source == "our-lab.toml"
    return [issue.code for issue in caught.value.issues]


def findings(of: Rulebook, profile: str, tracks: float, day: date | None = None) -> dict[str, Finding]:
    run = Subject(kind="run", name="run 1", facts={"name": Fact(value="NTA"), "tracks": Fact(value=float(tracks))})
    return {f.criterion: f for f in judge(profile, [run], of, day=day or of.newest).findings}


def test_a_laboratorys_limit_takes_the_place_of_the_shipped_one(small: Rulebook, tmp_path: Path) -> None:
    made = larger(small, tmp_path, OWN)
    found = findings(made, "our-lab", 160)
    assert (found["TST-01"].verdict, found["TST-02"].verdict) == (Verdict.PASS, Verdict.FAIL)
    assert found["TST-01"].severity is Severity.NOTE
    assert found["TST-01"].overridden == Overridden(
        reason="validated with 150 tracks, report R-7",
        by="Head of QC",
        on="2026-02-01",
        shipped="tracks 200; severity review",
    )
    assert found["TST-02"].overridden is None
    limit = found["TST-01"].limit
    assert limit is not None
    assert limit.reference == "Our laboratory, Head of QC: validated with 150 tracks, report R-7"
    assert findings(made, "test", 160)["TST-01"].verdict is Verdict.FAIL, "the shipped profile stays as it is"


def test_before_the_day_of_the_decision_the_shipped_limit_counts(small: Rulebook, tmp_path: Path) -> None:
    made = larger(small, tmp_path, OWN)
    assert findings(made, "our-lab", 160, date(2026, 1, 31))["TST-01"].verdict is Verdict.FAIL
    assert findings(made, "our-lab", 160, date(2026, 2, 1))["TST-01"].verdict is Verdict.PASS
    assert made.newest == date(2026, 2, 1), "by default the decision counts"


def test_what_a_laboratory_leaves_out_is_not_asked_and_stays_visible(small: Rulebook, tmp_path: Path) -> None:
    result = judge("our-lab", [], larger(small, tmp_path, OWN + WITHOUT), day=date(2026, 3, 1))
    assert [f.criterion for f in result.findings] == ["TST-01"]
    assert result.left_out == (
        LeftOut(
            criterion="TST-02",
            title="There are 200 tracks.",
            reason="no such instrument here",
            by="Head of QC",
            on="2026-02-01",
        ),
    )
    assert result.file == "our-lab.toml"


def test_a_profile_of_a_profile_inherits_its_decisions(small: Rulebook, tmp_path: Path) -> None:
    second = (
        OWN.partition("[[profile.override]]")[0].replace('"our-lab"', '"line-two"').replace('["test"]', '["our-lab"]')
    )
    made = larger(small, tmp_path, OWN + WITHOUT + second)
    resolved = made.profile("line-two")
    assert list(resolved.criteria) == ["TST-01"]
    assert set(resolved.overridden) == {"TST-01"}
    assert [each.criterion for each in resolved.left_out] == ["TST-02"]


def test_a_laboratory_adds_criteria_of_its_own(small: Rulebook, tmp_path: Path) -> None:
    text = OWN.replace('extends = ["test"]', 'extends = ["test"]\ncriteria = ["LAB-01"]') + CRITERION
    made = larger(small, tmp_path, text)
    assert list(made.profile("our-lab").criteria) == ["TST-01", "TST-02", "LAB-01"]
    assert made.criteria["LAB-01"].tag == "lab"
    assert "LAB-01" not in small.criteria


def test_a_rule_that_comes_with_evqc_has_no_laboratory_for_a_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LABORATORY_SOURCE"):
        book(tmp_path, rules=CRITERION, profiles=PROFILE.replace("TST-01", "LAB-01"))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('["test"]', '["tset"]', "UNKNOWN_PROFILE"),
        ('["test"]', '["our-lab"]', "CIRCLE"),
        ('extends = ["test"]', "", "EMPTY_PROFILE"),
        ('criterion = "TST-01"', 'criterion = "TST-09"', "UNKNOWN_CRITERION"),
        ('fact = "tracks"', 'fact = "name"', "UNKNOWN_LIMIT"),
        ("value = 150", 'value = "many"', "WRONG_LIMIT"),
        ("value = 150", "value = [100, 150]", "WRONG_LIMIT"),
        ("value = 150", "value = []", "FAULTY_RULE"),
        ("value = 150", "value = true", "FAULTY_RULE"),
        ("value = 150 }", 'value = 150 }, { fact = "tracks", value = 160 }', "DECIDED_TWICE"),
        ('"validated with 150 tracks, report R-7"', '" "', "FAULTY_RULE"),
        ("[[profile]]", "[profile]", "NOT_A_LIST"),
        ("[[profile.override]]", "[profile.override]", "FAULTY_RULE"),
        ("value = 150", "value = [150, 100]", "FAULTY_RULE"),
        ("value = 150", "value = 150.5, places = 0", "WRONG_LIMIT"),
        ('limits = [{ fact = "tracks", value = 150 }]\nseverity = "note"\n', "", "NOTHING_OVERRIDDEN"),
        ('reason = "validated with 150 tracks, report R-7"\n', "", "FAULTY_RULE"),
        ('by = "Head of QC"\n', "", "FAULTY_RULE"),
        ("on = 2026-02-01\n", "", "FAULTY_RULE"),
        ('severity = "note"', 'severity = "grave"', "FAULTY_RULE"),
        ('id = "our-lab"', 'id = "test"', "DUPLICATE_ID"),
        ("[[profile]]", "[[profil]]", "UNKNOWN_KEY"),
        ("[[profile]]", "[[profile", "NOT_TOML"),
    ],
)
def test_a_faulty_profile_of_a_laboratory_is_refused(
    small: Rulebook, tmp_path: Path, old: str, new: str, code: str
) -> None:
    assert old in OWN
    assert faults(small, tmp_path, OWN.replace(old, new, 1)) == [code]


def test_two_decisions_on_one_criterion_are_refused(small: Rulebook, tmp_path: Path) -> None:
    assert faults(small, tmp_path, OWN + WITHOUT.replace("TST-02", "TST-01")) == ["DECIDED_TWICE"]


def test_a_file_without_a_profile_is_refused(small: Rulebook, tmp_path: Path) -> None:
    assert faults(small, tmp_path, CRITERION) == ["NO_PROFILE"]


def test_a_file_that_is_not_there_is_refused(small: Rulebook, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="NOT_A_FILE"):
        with_files(small, [tmp_path / "absent.toml"])


def test_a_reporting_criterion_cannot_be_made_to_block(tmp_path: Path) -> None:
    text = OWN.replace('"test"', '"misev2023"').replace("TST-01", "MISEV2023-NOM-01").replace('"note"', '"blocks"')
    text = text.replace('limits = [{ fact = "tracks", value = 150 }]\n', "")
    assert faults(shipped(), tmp_path, text) == ["REPORTING_BLOCKS"]


def test_a_limit_of_validity_can_be_made_to_block_with_a_reason(tmp_path: Path) -> None:
    text = OWN.replace('"test"', '"nta-validity"').replace("TST-01", "NTA-TRK-01").replace('"note"', '"blocks"')
    text = text.replace('tracks"', 'completed_tracks"')
    made = larger(shipped(), tmp_path, text)
    assert made.profile("our-lab").criteria["NTA-TRK-01"].severity is Severity.BLOCKS


def test_the_hash_tells_own_limits_from_shipped_ones(small: Rulebook, tmp_path: Path) -> None:
    first = larger(small, tmp_path, OWN).profile("our-lab").sha256
    second = larger(small, tmp_path, OWN.replace("150 }", "160 }")).profile("our-lab").sha256
    assert len({first, second, small.profile("test").sha256}) == 3


def test_profiles_are_chosen_by_id_and_by_file(small: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "our-lab.toml").write_text(OWN, "utf-8")
    made, ids = chosen(["test", str(tmp_path / "our-lab.toml")], small)
    assert ids == ("test", "our-lab")
    assert made.files == {"our-lab": "our-lab.toml"}


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ('{ fact = "nothing", test = "true" }', "UNKNOWN_FACT"),
        ('{ fact = "tracks", test = "at_least", value = 1, unit = "1" }', "UNKNOWN_FACT"),
        ('{ fact = "flags", test = "true" }', "WRONG_TEST"),
    ],
)
def test_a_profile_asks_of_the_batch_whether_it_applies(
    small: Rulebook, tmp_path: Path, condition: str, code: str
) -> None:
    text = OWN.replace('extends = ["test"]', f'extends = ["test"]\napplies = [{condition}]')
    assert faults(small, tmp_path, text) == [code]


@pytest.mark.parametrize(
    ("fact", "there"),
    [
        (Fact(value=("swarm",)), True),
        (Fact(value=()), False),
        (Fact(value=None), True),
        (Fact(value=(), undecided=("swarm",)), True),
    ],
)
def test_a_profile_is_left_out_only_when_it_is_known_not_to_apply(
    small: Rulebook, tmp_path: Path, fact: Fact, there: bool
) -> None:
    text = OWN.replace(
        'extends = ["test"]', 'extends = ["test"]\napplies = [{ fact = "flags", test = "count_at_least", value = 1 }]'
    )
    made = larger(small, tmp_path, text)
    assert applies(made.profile("our-lab"), {"flags": fact}, made) is there
    assert applies(made.profile("test"), {}, made), "one without conditions always applies"


def test_of_several_conditions_only_the_one_named_takes_the_limit(small: Rulebook, tmp_path: Path) -> None:
    both = 'requires = [{ fact = "usable", test = "true" }, { fact = "tracks"'
    rules = RULE.replace("TST-01", "LAB-02").replace("[design]", "[lab]").replace('requires = [{ fact = "tracks"', both)
    rules = rules.replace('given = { name = "NTA" }', 'given = { name = "NTA", usable = true }')
    text = OWN.replace("TST-01", "LAB-02").replace('extends = ["test"]', 'extends = ["test", "base"]')
    base = PROFILE.replace('"test"', '"base"').replace("TST-01", "LAB-02")
    resolved = larger(small, tmp_path, rules + base + text).profile("our-lab").criteria["LAB-02"]
    assert [len(condition.limits) for condition in resolved.requires] == [0, 3]


def test_an_own_limit_is_compared_as_the_shipped_one_is_unless_it_says_otherwise(tmp_path: Path) -> None:
    """94.9 meets "at least 95" rounded to whole per cent and not "at least 95.0"."""
    text = OWN.replace('"test"', '"msc-ev"').replace("TST-01", "ISCT-MSC-02").replace('"tracks"', '"parent_cells.CD73"')
    inherited = text.replace("value = 150", "value = 95")
    exact = text.replace("value = 150", "value = 95, places = 1")
    facts = {f"parent_cells.{name}": Fact(value=94.9) for name in ("CD105", "CD73", "CD90")} | {
        "source_is_msc": Fact(value=True)
    }
    verdicts = []
    for own in (inherited, exact):
        made = larger(shipped(), tmp_path, own)
        found = judge("our-lab", [Subject(kind="batch", name="B", facts=facts)], made, day=made.newest).findings
        verdicts += [f.verdict for f in found if f.criterion == "ISCT-MSC-02"]
    assert verdicts == [Verdict.PASS, Verdict.FAIL]


@pytest.mark.parametrize(
    ("criterion", "fact", "limit", "observed", "verdict"),
    [
        ("ISCT-MSC-02", "CD90", 94.6, 94.5, Verdict.FAIL),
        ("ISCT-MSC-02", "CD90", 94.6, 94.55, Verdict.PASS),
        ("ISCT-MSC-03", "HLA-DR", 2.5, 2.5, Verdict.PASS),
        ("ISCT-MSC-03", "HLA-DR", 2.5, 2.55, Verdict.FAIL),
    ],
)
def test_an_own_limit_is_compared_with_no_fewer_decimals_than_it_has(
    criterion: str, fact: str, limit: float, observed: float, verdict: Verdict, tmp_path: Path
) -> None:
    """The shipped limits are whole per cents; rounded so, 94.5 would meet "at least 94.6"."""
    text = OWN.replace('"test"', '"msc-ev"').replace("TST-01", criterion)
    text = text.replace('"tracks", value = 150', f'"parent_cells.{fact}", value = {limit}')
    made = larger(shipped(), tmp_path, text)
    asked = made.profile("our-lab").criteria[criterion].requires
    other = 99.0 if criterion == "ISCT-MSC-02" else 0.1
    facts = {c.fact: Fact(value=other) for c in asked} | {f"parent_cells.{fact}": Fact(value=observed)}
    batch = Subject(kind="batch", name="B", facts=facts | {"source_is_msc": Fact(value=True)})
    findings = judge("our-lab", [batch], made, day=made.newest).findings
    assert [f.verdict for f in findings if f.criterion == criterion] == [verdict]


def test_an_unverified_criterion_cannot_be_made_to_block(tmp_path: Path) -> None:
    """As it cannot when it comes with evqc; a rule of the laboratory's own can."""
    text = OWN.replace('"test"', '"nta-validity"').replace("TST-01", "NTA-REP-01").replace('"note"', '"blocks"')
    assert faults(shipped(), tmp_path, text.replace('"tracks"', '"replicates"')) == ["UNVERIFIED_BLOCKS"]


def test_an_own_criterion_gives_the_verdicts_of_its_examples(small: Rulebook, tmp_path: Path) -> None:
    """Otherwise a limit written the wrong way round would pass what it is there to stop."""
    own = OWN.replace('extends = ["test"]', 'extends = ["test"]\ncriteria = ["LAB-01"]')
    turned = CRITERION.replace('"at_least"', '"at_most"')
    with pytest.raises(InputError, match=r"WRONG_EXAMPLE: our-lab\.toml, 'LAB-01\.examples\.2'.*pass.*fail"):
        larger(small, tmp_path, own + turned)


def test_places_of_an_own_range_are_refused(tmp_path: Path) -> None:
    text = OWN.replace('"test"', '"nta-validity"').replace("TST-01", "NTA-PPF-01")
    text = text.replace('"tracks", value = 150', '"particles_per_frame", value = [20, 120], places = 0')
    assert faults(shipped(), tmp_path, text) == ["WRONG_LIMIT"]


def second(text: str, extends: str) -> str:
    """A further profile without decisions of its own."""
    head = text.partition("[[profile.override]]")[0].replace('"our-lab"', '"line-two"')
    return head.replace('["test"]', extends)


@pytest.mark.parametrize("extends", ['["our-lab", "test"]', '["our-lab"]'])
def test_of_two_profiles_that_ask_the_same_the_first_decides(small: Rulebook, tmp_path: Path, extends: str) -> None:
    """The shipped one behind it must not put its limit back while the finding still says that it was overridden."""
    made = larger(small, tmp_path, OWN + second(OWN, extends))
    found = findings(made, "line-two", 160)["TST-01"]
    assert (found.verdict, found.overridden is not None) == (Verdict.PASS, True)


def test_where_the_first_decides_nothing_no_finding_says_that_it_did(small: Rulebook, tmp_path: Path) -> None:
    made = larger(small, tmp_path, OWN + second(OWN, '["test", "our-lab"]'))
    found = findings(made, "line-two", 160)["TST-01"]
    assert (found.verdict, found.overridden) == (Verdict.FAIL, None)


def test_what_is_asked_after_all_is_not_listed_as_left_out(small: Rulebook, tmp_path: Path) -> None:
    made = larger(small, tmp_path, OWN + WITHOUT + second(OWN, '["our-lab", "test"]'))
    assert list(made.profile("line-two").criteria) == ["TST-01", "TST-02"]
    assert made.profile("line-two").left_out == ()


def test_every_decision_counts_from_its_day(small: Rulebook, tmp_path: Path) -> None:
    made = larger(small, tmp_path, OWN + WITHOUT)
    before, after = (findings(made, "our-lab", 160, date(2026, 1, 31)), findings(made, "our-lab", 160))
    assert (before["TST-01"].severity, before["TST-01"].overridden) == (Severity.REVIEW, None)
    assert after["TST-01"].severity is Severity.NOTE
    assert (list(before), list(after)) == (["TST-01", "TST-02"], ["TST-01"])
    results = [judge("our-lab", [], made, day=day) for day in (date(2026, 1, 31), date(2026, 2, 1))]
    assert [len(result.left_out) for result in results] == [0, 1]
    assert results[0].sha256 == results[1].sha256, "the profile is the same on both days"


def test_by_default_a_decision_without_a_limit_counts_too(small: Rulebook, tmp_path: Path) -> None:
    text = OWN.replace('limits = [{ fact = "tracks", value = 150 }]\n', "")
    made = larger(small, tmp_path, text)
    assert made.newest == date(2026, 2, 1)
    assert findings(made, "our-lab", 160)["TST-01"].severity is Severity.NOTE


def test_a_limit_of_one_of_two_conditions_on_a_fact_is_refused(small: Rulebook, tmp_path: Path) -> None:
    row = '{ valid_from = 2020-01-01, value = 900, reference = "x" }'
    both = f'{{ fact = "tracks", test = "at_most", unit = "1", limits = [{row}] }}, {{ fact = "tracks"'
    rules = RULE.replace("TST-01", "LAB-03").replace("[design]", "[lab]").replace('{ fact = "tracks"', both, 1)
    further = '{ facts = { tracks = 900 }, expect = "pass" },'
    rules = rules.replace("{ facts = { tracks = 199 }", further + "\n  { facts = { tracks = 199 }")
    text = OWN.replace("TST-01", "LAB-03").replace('extends = ["test"]', 'criteria = ["LAB-03"]')
    assert faults(small, tmp_path, rules + text) == ["UNKNOWN_LIMIT"]


def test_files_of_one_name_in_two_folders_are_told_apart(small: Rulebook, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ours.toml").write_text(OWN.replace("our-lab", folder), "utf-8")
    first, second_ = (str(tmp_path / folder / "ours.toml") for folder in ("one", "two"))
    assert chosen([first], small)[1] == ("one",)
    assert chosen([first, second_], small)[1] == ("one", "two")
    assert chosen([first, first], small)[1] == ("one",), "a file asked for twice is asked once"


def test_a_file_that_cannot_be_read_is_refused(
    small: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ours.toml").write_text(OWN, "utf-8")

    def denied(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_text", denied)
    with pytest.raises(InputError, match="UNREADABLE"):
        with_files(small, [tmp_path / "ours.toml"])
