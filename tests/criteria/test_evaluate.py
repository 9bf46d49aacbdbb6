from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from statistics import fmean
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc import open_batch
from evqc.assessment import subjects
from evqc.criteria.evaluate import ask, judge, judge_each
from evqc.criteria.findings import (
    Assessment,
    BatchName,
    Evidence,
    Fact,
    Finding,
    Severity,
    Subject,
    SubjectKind,
    Verdict,
    blocking,
)
from evqc.criteria.load import Rulebook, load, shipped
from evqc.criteria.model import Condition, example_facts
from evqc.criteria.questions import limit_on
from evqc.errors import InputError, Where
from tests.criteria.books import RULE, book
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BOOK = shipped()
DAY = date(2025, 1, 1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return book(tmp_path_factory.mktemp("book"))


def asked(small: Rulebook, facts: dict[str, Fact], day: date = DAY) -> Finding:
    subject = Subject(kind="run", name="run 1", facts=facts)
    return ask(small.criteria["TST-01"], subject, words=small.words, day=day)


def shipped_finding(
    identity: str, facts: dict[str, Fact], *, day: date | None = None, reasons: dict[str, str] | None = None
) -> Finding:
    criterion = BOOK.criteria[identity]
    subject = Subject(kind=criterion.subject, name="it", facts=facts)
    return ask(criterion, subject, words=BOOK.words, day=day or BOOK.newest, justifications=reasons)


NTA = Fact(value="NTA")


@pytest.mark.parametrize(
    ("facts", "verdict", "because"),
    [
        ({"name": NTA, "tracks": Fact(value=200.0)}, "pass", "Number of tracks is 200, which is at least 200."),
        ({"name": NTA, "tracks": Fact(value=12.0)}, "fail", "Number of tracks is 12; asked for: at least 200."),
        (
            {"name": NTA, "tracks": Fact(value=None, why_missing="the file stops early")},
            "not assessed",
            "Number of tracks: the file stops early.",
        ),
        ({"name": NTA}, "not assessed", "Number of tracks: not known."),
        ({"name": Fact(value="DLS"), "tracks": Fact(value=1.0)}, "not applicable", "Does not apply; the name: DLS."),
        ({"tracks": Fact(value=999.0)}, "not assessed", "Not known whether it applies; the name: not known."),
    ],
)
def test_verdict_and_sentence(small: Rulebook, facts: dict[str, Fact], verdict: str, because: str) -> None:
    finding = asked(small, facts)
    assert (finding.verdict, finding.because) == (verdict, because)


@pytest.mark.parametrize(
    ("day", "verdict", "limit"),
    [
        (date(2019, 12, 31), Verdict.NOT_ASSESSED, None),
        (date(2020, 1, 1), Verdict.PASS, 100.0),
        (date(2023, 12, 31), Verdict.PASS, 100.0),
        (date(2024, 1, 1), Verdict.FAIL, 200.0),
    ],
)
def test_the_limit_in_force_on_the_day_counts(
    small: Rulebook, day: date, verdict: Verdict, limit: float | None
) -> None:
    finding = asked(small, {"name": NTA, "tracks": Fact(value=150.0)}, day)
    assert finding.verdict is verdict
    assert (finding.limit.value if finding.limit else None) == limit


def test_the_order_of_the_rows_does_not_matter(small: Rulebook) -> None:
    [condition] = small.criteria["TST-01"].requires
    turned = condition.model_copy(update={"limits": condition.limits[::-1]})
    assert limit_on(turned, DAY) == limit_on(condition, DAY)


def test_a_finding_carries_limit_reference_evidence_and_what_would_be_needed(small: Rulebook) -> None:
    place = Evidence(name="run.csv", sha256="00", where=Where(line=7))
    finding = asked(small, {"name": NTA, "tracks": Fact(value=12.0, evidence=(place, place))})
    assert finding.evidence == (place,)
    assert finding.limit is not None
    assert (finding.limit.test, finding.limit.valid_from, finding.limit.reference) == (
        "at least", "2024-01-01", "second edition",
    )  # fmt: skip
    assert finding.needed == "number of tracks at least 200"
    assert asked(small, {"name": NTA}).needed == "an export with tracks"


MARKERS = ("CD73", "CD90", "CD105", "CD44", "CD29")


@given(st.lists(st.sampled_from(["positive", "negative", None]), min_size=5, max_size=5))
def test_conditions_join_three_valued(calls: list[str | None]) -> None:
    """Any fail decides, else any unknown leaves it open, else it is met."""
    facts = {f"marker.{name}": Fact(value=call) for name, call in zip(MARKERS, calls, strict=True)}
    finding = shipped_finding("MSC-EV-MRK-03", facts | {"source_is_msc": Fact(value=True)})
    expected = Verdict.FAIL if "negative" in calls else Verdict.NOT_ASSESSED if None in calls else Verdict.PASS
    assert finding.verdict is expected


def test_all_failing_conditions_are_named() -> None:
    facts = {f"marker.{name}": Fact(value="negative" if name in {"CD90", "CD29"} else "positive") for name in MARKERS}
    finding = shipped_finding("MSC-EV-MRK-03", facts | {"source_is_msc": Fact(value=True)})
    assert finding.because == ("CD90 is negative; asked for: positive; CD29 is negative; asked for: positive.")


@pytest.mark.parametrize(
    ("share", "verdict", "said"),
    [
        (94.9, Verdict.PASS, "94.9 %, rounded 95 %"),
        (94.5, Verdict.PASS, "94.5 %, rounded 95 %"),
        (94.49, Verdict.FAIL, "94.49 %, rounded 94 %"),
        (95.0, Verdict.PASS, "95 %"),
    ],
)
def test_a_share_of_cells_is_rounded_to_the_places_of_its_limit(share: float, verdict: Verdict, said: str) -> None:
    """USP General Notices 7.20: half away from zero, to the places of the limit."""
    facts = {f"parent_cells.{name}": Fact(value=99.0) for name in ("CD105", "CD73")}
    finding = shipped_finding(
        "ISCT-MSC-02", {"source_is_msc": Fact(value=True), "parent_cells.CD90": Fact(value=share), **facts}
    )
    assert finding.verdict is verdict
    assert said in finding.because


def test_a_number_near_its_limit_is_printed_apart_from_it() -> None:
    facts = {"role": Fact(value="product"), "techniques": Fact(value=("NTA",)), "concentration_cv": Fact(value=30.0004)}
    finding = shipped_finding("NTA-REP-02", facts)
    assert finding.verdict is Verdict.FAIL
    assert "is 30.0004 %; asked for: at most 30 %" in finding.because


@pytest.mark.parametrize(
    ("fact", "verdict", "observed"),
    [
        (Fact(value=None, above=3e9), Verdict.PASS, "> 3e9"),
        (Fact(value=4.25e9), Verdict.PASS, 4.25e9),
        (Fact(value=None), Verdict.NOT_ASSESSED, None),
    ],
)
def test_a_bound_is_observed_as_a_bound(fact: Fact, verdict: Verdict, observed: object) -> None:
    finding = shipped_finding("PUR-01", {"particles_per_protein": fact})
    assert (finding.verdict, finding.observed) == (verdict, observed)


def test_comply_or_explain_quotes_the_record_and_changes_no_verdict() -> None:
    facts = {"ev_track_id": Fact(value="")}
    plain = shipped_finding("MISEV2018-REP-01", facts)
    explained = shipped_finding("MISEV2018-REP-01", facts, reasons={"MISEV2018-REP-01": "in-house batch"})
    assert explained.verdict is plain.verdict is Verdict.FAIL
    assert explained.because == plain.because + ' The record explains: "in-house batch"'


def test_only_reporting_criteria_that_are_not_met_are_explained() -> None:
    met = shipped_finding(
        "MISEV2018-REP-01", {"ev_track_id": Fact(value="EV1")}, reasons={"MISEV2018-REP-01": "because"}
    )
    validity = shipped_finding(
        "REC-DIL-01", {"dilution_contradictions": Fact(value=("a",))}, reasons={"REC-DIL-01": "because"}
    )
    assert "because" not in met.because + validity.because
    assert validity.severity is Severity.BLOCKS


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("run", "no run"), ("sample", "no sample"), ("product", "no product"), ("batch", "no batch")],
)
def test_a_profile_without_its_subject_is_not_assessed_rather_than_empty(kind: SubjectKind, subject: str) -> None:
    result = judge("nta-validity", [], BOOK, day=BOOK.newest)
    assert len(result.findings) == len(BOOK.profile("nta-validity").criteria)
    result = judge("purity-yield" if kind == "product" else "nta-validity", [], BOOK, day=BOOK.newest)
    of_kind = [f for f in result.findings if BOOK.criteria[f.criterion].subject == kind]
    assert of_kind
    assert {(f.verdict, f.subject) for f in of_kind} == {(Verdict.NOT_ASSESSED, subject)}
    assert all(f.needed for f in of_kind)


def test_findings_stand_in_the_order_of_the_profile_and_then_of_the_subjects() -> None:
    runs = [Subject(kind="run", name=name, facts={}) for name in ("b", "a")]
    result = judge("nta-validity", runs, BOOK, day=BOOK.newest)
    of_runs = [(f.criterion, f.subject) for f in result.findings if BOOK.criteria[f.criterion].subject == "run"]
    in_profile = [i for i in BOOK.profile("nta-validity").criteria if BOOK.criteria[i].subject == "run"]
    assert of_runs == [(identity, name) for identity in in_profile for name in ("b", "a")]


@pytest.mark.parametrize("day", [BOOK.newest, date(2019, 6, 1)])
def test_profiles_asked_together_find_what_each_finds_alone(day: date) -> None:
    """The editions of one guideline share most of their questions."""
    of = subjects(open_batch(ROOT / "examples" / "troubled-batch"))
    profiles = sorted(BOOK.profiles, reverse=True)
    together = judge_each(profiles, of, BOOK, day=day)
    assert [result.id for result in together] == profiles
    assert together == tuple(judge(profile, of, BOOK, day=day) for profile in profiles)


@pytest.mark.parametrize(
    ("criterion", "fact", "computed", "observed", "verdict"),
    [
        ("NTA-CAL-01", "bead_deviation", 100 * (110 / 100 - 1), 10, Verdict.PASS),
        ("NTA-CAL-01", "bead_deviation", 100 * (90 / 100 - 1), -10, Verdict.PASS),
        ("NTA-CAL-01A", "bead_deviation", 100 * (105 / 100 - 1), 5, Verdict.PASS),
        ("NTA-CAL-01A", "bead_deviation", 100 * (95 / 100 - 1), -5, Verdict.PASS),
        ("NTA-CAL-02", "reference_concentration_off", 100 * (2.4e8 / 2e8 - 1), 20, Verdict.PASS),
        ("NTA-DIL-01", "dilution_disagreement", 100 * (1.2e10 / 1e10 - 1), 20, Verdict.PASS),
        ("MFC-CHK-01A", "flow_brightness_drift", 100 * (1200 / 1000 - 1), 20, Verdict.FAIL),
        ("SIZ-REL-02", "size_window.release-30-160", 100 * fmean([0.8, 0.8, 0.8]), 80, Verdict.FAIL),
        ("SIZ-REL-02", "size_window.release-30-160", 80.00000001, 80.00000001, Verdict.PASS),
    ],
)
def test_what_binary_arithmetic_left_decides_nothing(
    criterion: str, fact: str, computed: float, observed: float, verdict: Verdict
) -> None:
    """10 % is within 10 %, though 100 * (110 / 100 - 1) is 10.000000000000009; 80 % is not above 80 %."""
    rule = BOOK.criteria[criterion]
    passing = next(example for example in rule.examples if example.expect is Verdict.PASS)
    finding = shipped_finding(criterion, example_facts(rule, passing) | {fact: Fact(value=computed, unit="%")})
    assert (finding.verdict, finding.observed) == (verdict, observed)


def test_what_binary_arithmetic_left_rounds_to_no_other_side() -> None:
    """94.5 % of the cells are rounded to 95 %, and so is 94.5 % less the last bit."""
    facts = {f"parent_cells.{name}": Fact(value=math.nextafter(94.5, 0)) for name in ("CD105", "CD73", "CD90")}
    assert shipped_finding("ISCT-MSC-02", facts | {"source_is_msc": Fact(value=True)}).verdict is Verdict.PASS


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("criterion", ["ISCT-MSC-02", "NTA-REP-01A"])
def test_what_is_no_finite_number_is_not_assessed_where_a_limit_rounds(criterion: str, value: float) -> None:
    rule = BOOK.criteria[criterion]
    passing = next(example for example in rule.examples if example.expect is Verdict.PASS)
    facts = example_facts(rule, passing) | {rule.requires[0].fact: Fact(value=value)}
    assert shipped_finding(criterion, facts).verdict is Verdict.NOT_ASSESSED


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InputError, match="UNKNOWN_PROFILE"):
        judge("misev2014", [], BOOK, day=BOOK.newest)


def test_a_fact_that_holds_at_the_limit_of_the_old_edition_only(tmp_path: Path) -> None:
    """An appended row changes verdicts from its day on and no earlier ones."""
    appended = RULE.replace(
        '{ valid_from = 2024-01-01, value = 200, reference = "second edition" },',
        '{ valid_from = 2024-01-01, value = 200, reference = "second edition" },\n'
        '  { valid_from = 2026-01-01, value = 300, reference = "third edition" },',
    ).replace("tracks = 200 }", "tracks = 300 }")
    newer = book(tmp_path, rules=appended)
    facts = {"name": NTA, "tracks": Fact(value=250.0)}
    assert asked(newer, facts, date(2025, 12, 31)).verdict is Verdict.PASS
    assert asked(newer, facts, date(2026, 1, 1)).verdict is Verdict.FAIL


def test_words_of_a_family_serve_every_member() -> None:
    condition = Condition(fact="marker.CD9", test="is", value="positive")
    assert BOOK.word(condition.fact).label == "*"
    with pytest.raises(KeyError):
        BOOK.word("nothing.CD9")


def test_the_loader_takes_another_folder_with_the_shipped_words(tmp_path: Path) -> None:
    for name in ("rules", "profiles"):
        (tmp_path / name).mkdir()
    own = load(tmp_path, words=BOOK.words)
    assert own.words is BOOK.words
    assert not own.criteria


def test_asking_does_not_change_the_subject(small: Rulebook) -> None:
    facts = {"name": NTA, "tracks": Fact(value=150.0)}
    before = {name: replace(fact) for name, fact in facts.items()}
    asked(small, facts)
    assert facts == before


def test_a_fact_that_is_missing_is_not_rounded() -> None:
    finding = shipped_finding("ISCT-MSC-02", {f"parent_cells.{n}": Fact(value=None) for n in ("CD105", "CD73", "CD90")})
    assert finding.verdict is Verdict.NOT_ASSESSED


def test_what_blocks_is_a_fail_of_a_criterion_that_blocks() -> None:
    subject = Subject(kind="batch", name="B-1", facts={"files_missing": Fact(value=("run3.csv",))})
    result = judge("record", [subject], BOOK, day=BOOK.newest)
    name = BatchName(id="B-1", product=None, record=None, record_sha256=None)
    made = Assessment(evqc_version="0", assessed_for="2026-11-01", batch=name, profiles=(result,))
    assert [finding.criterion for finding in blocking(made)] == ["REC-FIL-01"]


MISSING = [
    Fact(value=None, why_missing="the file stops early"),
    Fact(value=None, why_missing="nobody looked"),
    Fact(value=None, needed="a file"),
]
NAMES = st.sampled_from([NTA, Fact(value="NTA", remark="as the record says"), Fact(value="DLS"), *MISSING])
TRACKS = st.sampled_from(
    [Fact(value=True), Fact(value=1.0), Fact(value=500.0, unit="1"), Fact(value=None, above=300.0), *MISSING]
)


@given(told=st.lists(st.fixed_dictionaries({}, optional={"name": NAMES, "tracks": TRACKS}), max_size=6))
def test_subjects_judged_together_have_the_findings_of_each_alone(small: Rulebook, told: list[dict[str, Fact]]) -> None:
    """Those of which a selector hears the same are asked once, and still each finding shows its own evidence."""
    runs = [
        Subject(kind="run", name=f"run {n}", facts={name: replace(fact, evidence=_in(n)) for name, fact in of.items()})
        for n, of in enumerate(told)
    ]
    together = judge("test", runs, small, day=DAY).findings
    alone = [ask(criterion, run, words=small.words, day=DAY) for criterion in small.criteria.values() for run in runs]
    assert list(together) == (alone or list(judge("test", [], small, day=DAY).findings))


def _in(n: int) -> tuple[Evidence, ...]:
    return (Evidence(name=f"{n}.csv", sha256=f"{n:064}", where=Where(line=1)),)


@pytest.mark.parametrize("example", ["umbilical-cord-batch", "troubled-batch"])
def test_every_subject_of_an_example_has_the_findings_of_it_alone(example: str) -> None:
    every = subjects(open_batch(ROOT / "examples" / example))
    for profile in BOOK.profiles:
        together = [f for f in judge(profile, every, BOOK, day=BOOK.newest).findings if not f.subject.startswith("no ")]
        alone = [f for one in every for f in judge(profile, [one], BOOK, day=BOOK.newest).findings]
        own = [f for f in alone if not f.subject.startswith("no ")]
        assert {(f.criterion, f.subject): f for f in together} == {(f.criterion, f.subject): f for f in own}


def test_yes_and_one_are_equal_but_not_the_same(tmp_path: Path) -> None:
    """A selector that hears both says of each what it heard."""
    many = '{ fact = "tracks", test = "at_least", value = 200, unit = "1" }'
    rule = RULE.replace('applies = [{ fact = "name", test = "is", value = "NTA" }]', f"applies = [{many}]")
    runs = [
        Subject(kind="run", name=str(value), facts={"tracks": Fact(value=value), "name": NTA}) for value in (True, 1.0)
    ]
    found = judge("test", runs, book(tmp_path, rules=rule), day=DAY).findings
    assert [finding.because for finding in found] == [
        "Does not apply; number of tracks: yes.",
        "Does not apply; number of tracks: 1.",
    ]


def test_a_test_that_hears_yes_and_one_answers_each(small: Rulebook) -> None:
    told = [{"tracks": Fact(value=value), "name": NTA} for value in (True, 1.0, -0.0, 0.0, True)]
    runs = [Subject(kind="run", name=str(n), facts=of) for n, of in enumerate(told)]
    found = [finding.because for finding in judge("test", runs, small, day=DAY).findings]
    assert found == [asked(small, of).because for of in told]
    assert found[0] == found[-1] != found[1]
    assert found[2] == found[3], "zero has no sign"


@pytest.mark.parametrize("values", [(-0.0, 0.0), (0.0, -0.0)])
def test_what_is_observed_of_a_run_does_not_hang_on_the_runs_beside_it(
    small: Rulebook, values: tuple[float, float]
) -> None:
    runs = [
        Subject(kind="run", name=str(n), facts={"tracks": Fact(value=v), "name": NTA}) for n, v in enumerate(values)
    ]
    together = [repr(finding.observed) for finding in judge("test", runs, small, day=DAY).findings]
    alone = [repr(finding.observed) for run in runs for finding in judge("test", [run], small, day=DAY).findings]
    assert together == alone
