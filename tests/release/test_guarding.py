"""Guard bands of a specification: judged, recorded beside simple acceptance, printed, checked and compared."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from scipy import stats

from evqc.documents import schema
from evqc.instruments._export import ExportFile
from evqc.records import from_plain, json_schema, to_plain
from evqc.release.bundle import contents
from evqc.release.canonical import digest
from evqc.release.certificate.results import results
from evqc.release.checklist_text import checklist_lines
from evqc.release.filing.toml import read_toml, write_toml
from evqc.release.filing.workbook import read_workbook, write_workbook
from evqc.release.record import Outcome, ReleaseRecord, TestResult
from evqc.release.specification import Specification
from evqc.release.specification_check import problems
from evqc.release.specification_difference import difference
from evqc.release.verify import recomputed
from tests.release.asking import asked, batch, judged, result, specification
from tests.release.releases import SPECIFICATION, drafted, raw_files, real_release, rich_record
from tests.release.releases import specification as made_of
from tests.release.specifications import sound, with_test

if TYPE_CHECKING:
    from evqc.release.record import GuardBand

POTENT: dict[str, Any] = {"measurand": "relative_potency", "unit": "%", "limits": ["<= 100"]}


def of(value: float | str, uncertainty: float | None = None, **test: Any) -> TestResult:
    """One potency judged against at most 100 %, with a risk of 5 % unless told otherwise."""
    stated = {} if uncertainty is None else {"uncertainty": uncertainty}
    asks = asked("quantity", **({**POTENT, "guard_risk_percent": 5} | test))
    return judged(batch(results=[result("relative_potency", value, "%", **stated)]), asks)


def band_of(found: TestResult) -> GuardBand:
    assert found.guard_band is not None
    return found.guard_band


@pytest.mark.parametrize(("value", "outcome"), [(96.5, Outcome.PASS), (96.71, Outcome.PASS), (96.72, Outcome.FAIL)])
def test_reference_case_f02(value: float, outcome: Outcome) -> None:
    # METHODS F: with u = 2 and 1.645 u the acceptance limit is 96.710.
    found = of(value, 2.0)
    band, edge = band_of(found), band_of(found).limits[0]
    assert found.outcome is outcome
    assert band.standard_uncertainty == 2.0
    assert band.multiple == pytest.approx(1.6448536, abs=1e-6)
    assert edge.acceptance_limit == pytest.approx(96.7103, abs=1e-4)
    assert (edge.limit, edge.simple, edge.accepted) == ("<= 100", True, outcome is Outcome.PASS)
    assert band.guard_band_decides is (outcome is Outcome.FAIL)


def test_the_sentence_names_both_limits() -> None:
    said = of(98, 2.0).because
    assert said == (
        "98 % meets <= 100 % (rounded) but not the acceptance limit <= 96.7103 % that a guard band for a risk of 5 % "
        "asks for."
    )


def test_a_concentration_has_a_band_of_shares() -> None:
    asks = asked("quantity", limits=["<= 100"], uncertainty_percent=10, guard_risk_percent=5)
    found = judged(batch(results=[result("protein_concentration", 90, "ug/mL")]), asks)
    assert band_of(found).limits[0].acceptance_limit == pytest.approx(100 * exp(-1.6448536 * 0.1), rel=1e-6)
    assert found.outcome is Outcome.FAIL
    assert band_of(found).basis == "log-normal, 10 % stated in the specification (JCGM 106:2012)"


def test_scatter_of_few_determinations_has_a_wide_band() -> None:
    test = asked(
        "quantity", **(POTENT | {"limits": [">= 95"]}), guard_risk_percent=5,
        reportable={"formula": "mean", "determinations": 3},
    )  # fmt: skip
    found = judged(batch(results=[result("relative_potency", value, "%") for value in (96, 97, 99)]), test)
    error = stats.sem([96, 97, 99])
    assert band_of(found).multiple == pytest.approx(stats.t.ppf(0.95, 2), rel=1e-9)
    assert band_of(found).limits[0].acceptance_limit == pytest.approx(95 + stats.t.ppf(0.95, 2) * error, rel=1e-9)
    assert found.outcome is Outcome.FAIL
    assert found.because.startswith("The mean of 3, ")


def test_rounding_gives_nothing_away_inside_a_guard_band() -> None:
    found = of(94.6, 0.01, limits=[">= 95"])
    assert (found.outcome, found.as_rounded) == (Outcome.FAIL, "95")
    assert (band_of(found).limits[0].simple, band_of(found).limits[0].accepted) == (True, False)


def test_nothing_is_accepted_without_an_uncertainty() -> None:
    found, failing = of(90), of(101)
    assert found.outcome is Outcome.CANNOT_JUDGE
    assert "without a known uncertainty there is no guard band" in found.because
    assert failing.outcome is Outcome.FAIL
    assert not band_of(failing).guard_band_decides


@pytest.mark.parametrize(
    ("value", "outcome"), [("<50", Outcome.PASS), ("<97", Outcome.CANNOT_JUDGE), (">101", Outcome.FAIL)]
)
def test_a_bound_is_accepted_only_with_everything_behind_it(value: str, outcome: Outcome) -> None:
    assert of(value, uncertainty_percent=2).outcome is outcome


def test_one_side_fails_by_its_limit_and_says_so() -> None:
    found = of(99.5, 2.0, limits=[">= 95", "<= 99"], rounding="none")
    assert found.because == "99.5 does not meet <= 99 %."
    assert band_of(found).guard_band_decides is False


@settings(max_examples=40, deadline=None)
@given(st.integers(800, 1000).map(lambda n: n / 10), st.floats(0.1, 5), st.floats(0.1, 40))
def test_a_guard_band_never_accepts_what_the_limit_does_not(value: float, uncertainty: float, risk: float) -> None:
    guarded, bare = of(value, uncertainty, guard_risk_percent=risk), of(value, uncertainty, guard_risk_percent=None)
    assert bare.guard_band is None
    assert not (guarded.outcome is Outcome.PASS and bare.outcome is not Outcome.PASS)
    assert band_of(guarded).limits[0].simple is (bare.outcome is Outcome.PASS)


def test_documents_without_a_guard_band_keep_their_bytes() -> None:
    # Hashes of specifications in force and of records that were signed do not change.
    plain = to_plain(sound())
    assert all("guard_risk_percent" not in test for test in plain["tests"])
    assert digest(sound()) == digest(from_plain(Specification, plain))
    assert all("guard_band" not in each for each in to_plain(rich_record())["results"])
    for kind, name, field in (
        (Specification, "Test", "guard_risk_percent"), (ReleaseRecord, "TestResult", "guard_band"),
    ):  # fmt: skip
        described = json_schema(kind, "x")["$defs"][name]
        assert field in described["properties"]
        assert field not in described["required"]


def test_a_record_with_a_guard_band_is_read_back() -> None:
    record = replace(rich_record(), results=(of(98, 2.0),))
    assert to_plain(record)["results"][0]["guard_band"]["guard_band_decides"] is True
    assert from_plain(ReleaseRecord, to_plain(record)) == record
    Draft202012Validator(schema("evqc.release-record/1")).validate(to_plain(record))


def test_the_files_of_a_specification_hold_it() -> None:
    guarded = with_test(sound(), "PH-01", uncertainty_percent=1.0, guard_risk_percent=2.5)
    assert "guard_risk_percent = 2.5" in write_toml(guarded)
    assert read_toml(ExportFile("a.toml", write_toml(guarded).encode())) == guarded
    assert read_workbook(ExportFile("a.xlsx", write_workbook(guarded))) == guarded


@pytest.mark.parametrize("risk", [0, 50, -5])
def test_a_risk_lies_below_one_half(risk: float) -> None:
    with pytest.raises(ValueError, match="guard_risk_percent"):
        with_test(sound(), "PH-01", uncertainty_percent=1.0, guard_risk_percent=risk)


@pytest.mark.parametrize(
    ("test", "changes", "code"),
    [
        ("PH-01", {}, "GUARD_BAND_WITHOUT_UNCERTAINTY"),
        ("PH-01", {"reportable": {"formula": "median", "determinations": 3}}, "GUARD_BAND_WITHOUT_UNCERTAINTY"),
        ("PH-01", {"reportable": {"formula": "mean", "determinations": 3}}, None),
        ("PH-01", {"uncertainty_percent": 1.0}, None),
        ("STE-01", {}, "FIELD_NOT_USED"),
    ],
)
def test_the_check_names_a_guard_band_without_uncertainty(test: str, changes: dict[str, Any], code: str | None) -> None:
    found = problems(with_test(sound(), test, guard_risk_percent=5, **changes))
    at = [issue.code for issue in found if str(issue.where.field) == f"{test}, guard_risk_percent"]
    assert at == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [(None, 5.0, "stricter"), (5.0, 1.0, "stricter"), (5.0, 10.0, "laxer"), (5.0, None, "laxer")],
)
def test_adding_or_widening_a_guard_band_is_stricter(before: float | None, after: float | None, effect: str) -> None:
    old, new = (with_test(sound(), "PH-01", guard_risk_percent=risk) for risk in (before, after))
    changes = [(each.field, each.effect) for each in difference(old, new).changes]
    assert changes == [("guard_risk_percent", effect)]


def test_certificate_and_draft_print_both_limits_and_both_verdicts() -> None:
    found = of(98, 2.0)
    record = replace(rich_record(), results=(found,))
    table = results(record, specification(asked("quantity", **POTENT))).table
    assert table is not None
    _, limit, _, rounded, _ = table.groups[0].rows[0]
    assert limit.text == "<= 100 %"
    assert limit.small[0] == "filed"
    assert limit.small[1].startswith("Acceptance limit <= 96.7103 for <= 100, compared unrounded (guard band")
    assert rounded.small[1:] == ("by this alone: accepted", "with the guard band: not accepted")
    assert "acceptance limit <= 96.7103 for <= 100" in "\n".join(checklist_lines(record))


def test_verification_works_the_guard_band_out_anew() -> None:
    first, *others = SPECIFICATION["tests"]
    guarded = {**first, "uncertainty_percent": 5, "guard_risk_percent": 5}
    made = real_release(drafted(used=made_of(tests=[guarded, *others])))
    members = dict(contents(made, raw_files(made)))
    assert recomputed.of_findings(made, members).held == "holds"
    result = made.record.results[0]
    (edge,) = band_of(result).limits
    assert edge.acceptance_limit == pytest.approx(1e9 * exp(1.6448536 * 0.05), rel=1e-3)
    eased = replace(band_of(result), limits=(replace(edge, acceptance_limit=1e9),))
    changed = replace(made.record, results=(replace(result, guard_band=eased), *made.record.results[1:]))
    found = recomputed.of_findings(replace(made, record=changed), members)
    assert found.held == "fails"
    assert "results.0.guard_band.limits.0.acceptance_limit" in found.faults[0]
