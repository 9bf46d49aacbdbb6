from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.numerics.limits import RULES, Rule, meets
from evqc.release.judging import _holds
from evqc.release.record import Outcome
from tests.release.asking import asked, batch, judged, result, specification, with_runs

if TYPE_CHECKING:
    from fractions import Fraction

PASS, FAIL, PENDING = Outcome.PASS, Outcome.FAIL, Outcome.PENDING
CANNOT, UNTESTED = Outcome.CANNOT_JUDGE, Outcome.NOT_TESTED


def cells(marker: str, percent: float | str, **more: Any) -> dict[str, Any]:
    return result("marker_positive_cells", percent, "%", marker=marker) | more


def of_cells(limit: str, **more: Any) -> dict[str, Any]:
    return asked("quantity", **({"measurand": "marker_positive_cells", "unit": "%", "limits": [limit]} | more))


@pytest.mark.parametrize(
    ("marker", "percent", "limit", "outcome"),
    [
        *(("CD105", 95.0, ">= 95", PASS), ("CD73", 95, ">= 95", PASS), ("CD90", 95, ">= 95.0", PASS)),
        *((name, 2.0, "<= 2", PASS) for name in ("CD45", "CD34", "CD14", "CD19", "HLA-DR")),
        ("CD90", 94.9, ">= 95", PASS),  # rounds to 95 under USP: the limit's decimals decide
        ("CD90", 94.9, ">= 95.0", FAIL),
    ],
)
def test_isct_limits(marker: str, percent: float, limit: str, outcome: Outcome) -> None:
    # STANDARDS 10.6, rows one and two.
    found = judged(batch(results=[cells(marker, percent)]), of_cells(limit, marker=marker))
    assert found.outcome is outcome, found.because


@pytest.mark.parametrize("asked_as", [{"marker": "CD14 or CD11b"}, {"markers": ["CD14", "CD11b"]}])
@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ([("CD11b", 1.2)], PASS),
        ([("CD14", 1.2)], PASS),
        ([("CD14", 0.4), ("CD11b", 7.0)], FAIL),  # the one that fails is not made good by the other
        ([("CD19", 1.2)], UNTESTED),
    ],
)
def test_one_marker_or_another(asked_as: dict[str, Any], given: list[tuple[str, float]], outcome: Outcome) -> None:
    # STANDARDS 10.6: CD11b satisfies "CD14 or CD11b".
    of = batch(results=[cells(name, percent) for name, percent in given])
    assert judged(of, of_cells("<= 2", **asked_as)).outcome is outcome


def in_window(monkeypatch: pytest.MonkeyPatch, percent: float) -> Any:
    monkeypatch.setattr("evqc.release.evidence_of_runs.share", lambda *_: percent / 100)
    return with_runs({})


@pytest.mark.parametrize(
    ("percent", "limit", "outcome"),
    [(90.0, "> 90", FAIL), (90.4, "> 90", FAIL), (90.6, "> 90", PASS), (90.1, "> 90.0", PASS), (90.0, ">= 90", PASS)],
)
def test_share_in_a_window(monkeypatch: pytest.MonkeyPatch, percent: float, limit: str, outcome: Outcome) -> None:
    # STANDARDS 10.6: 90.0 % of "> 90 %" fails.
    found = judged(in_window(monkeypatch, percent), asked("size share", limits=[limit]))
    assert found.outcome is outcome
    assert found.reportable == percent


def test_the_share_is_that_of_the_runs() -> None:
    narrow = judged(with_runs({"median": 110.0, "spread": 0.2}), asked("size share", limits=[">= 99"]))
    assert narrow.outcome is PASS
    wide = judged(with_runs({"median": 50.0, "spread": 0.2}), asked("size share", limits=["> 90"]))
    assert wide.outcome is FAIL
    assert wide.reportable == pytest.approx(50, abs=3)


@pytest.mark.parametrize(
    ("content", "outcome"), [(1.21e10, FAIL), (1.20e10, PASS), (1.204e10, PASS), (8.0e9, PASS), (7.9e9, FAIL)]
)
def test_content_against_its_label(content: float, outcome: Outcome) -> None:
    # STANDARDS 10.6: label 1.00e10 ± 20 %.
    of = batch(results=[result("particle_concentration", content, "1/mL")])
    found = judged(of, asked("label content"), dosage={"route": "intravenous", "label_particles_per_ml": "1.00e10"})
    assert found.outcome is outcome
    assert "label 1.00e10/mL" in found.limit_basis


def particles(per_ml: float, size: float, **more: Any) -> dict[str, Any]:
    return result("subvisible_particle_concentration", per_ml, "1/mL", size_um=size) | more


def of_particles(limit: str, size: float, **more: Any) -> dict[str, Any]:
    asked_for = {
        "measurand": "subvisible_particle_concentration", "unit": "1", "per": "container",
        "settings": {"size_um": size}, "limits": [limit], "category": "sub-visible particles",
    }  # fmt: skip
    return asked("quantity", **(asked_for | more))


@pytest.mark.parametrize(
    ("per_ml", "size", "limit", "outcome"),
    [
        (3000, 10, "<= 6000", PASS),
        (300, 25, "<= 600", PASS),
        (3000.5, 10, "<= 6000", FAIL),
        (300.5, 25, "<= 600", FAIL),
    ],
)
def test_sub_visible_particles_of_a_vial_of_2_ml(per_ml: float, size: float, limit: str, outcome: Outcome) -> None:
    # STANDARDS 10.6: 6000 and 600 pass, 6001 goes to stage 2.
    of = batch(results=[particles(per_ml, size), particles(1e6, 99)])
    found = judged(of, of_particles(limit, size))
    assert found.outcome is outcome
    assert found.reportable == 2 * per_ml
    assert found.limits == (f"{limit} /container",)


def test_a_count_without_its_size_is_left_out() -> None:
    of = batch(results=[result("subvisible_particle_concentration", 10, "1/mL")])
    found = judged(of, of_particles("<= 6000", 10))
    assert found.outcome is CANNOT
    assert found.determinations[0].left_out == "does not state size_um"


@pytest.mark.parametrize(
    ("value", "limits", "outcome"),
    [
        ("<0.5", ["<= 1"], PASS),
        ("<0.5", ["<= 0.1"], CANNOT),
        ("<0.5", ["<= 0.5"], PASS),
        ("<0.5", ["< 0.5"], PASS),
        ("<0.5", [">= 1"], FAIL),
        ("<0.504", ["<= 0.50"], PASS),  # whatever is below rounds to 0.50 at most
        ("<0.504", ["< 0.50"], CANNOT),  # and may round to 0.50
        ("<2", [">= 1"], CANNOT),
        (">600", [">= 500"], PASS),
        (">600", [">= 1000"], CANNOT),
        (">600", ["<= 500"], FAIL),
        ("<0.5", [">= 0.1", "<= 1"], CANNOT),
        ("<0.5", ["<= 1", ">= 2"], FAIL),
    ],
)
def test_bounds_pass_only_when_everything_on_their_side_does(value: str, limits: list[str], outcome: Outcome) -> None:
    found = judged(batch(results=[result("protein_concentration", value, "ug/mL")]), asked("quantity", limits=limits))
    assert found.outcome is outcome, found.because
    assert found.reportable is None
    assert found.probability_outside is None


@given(
    st.decimals("0.001", "10", places=3),
    st.decimals("0.01", "10", places=2),
    st.sampled_from(RULES),
    st.fractions(0, 1, max_denominator=1000),
)
def test_a_bound_that_passes_stands_for_every_value_below_it(
    bound: Decimal, limit: Decimal, rule: Rule, part: Fraction
) -> None:
    verdict = _holds(bound, "<", f"<= {limit}", rule)
    below = Decimal(part.numerator) * bound / part.denominator
    assert verdict is not False
    if verdict is True and below < bound:
        assert meets(below, str(limit), "<=", rule)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=6), st.integers(1, 4))
def test_no_failing_value_is_hidden_unless_the_mean_is_declared(values: list[int], wanted: int) -> None:
    # STANDARDS 7.6, OOS-04.
    for formula in ("single", "each", "mean"):
        if (formula == "single") != (wanted == 1):
            continue
        found = judged(proteins(*values), asked("quantity", reportable={"formula": formula, "determinations": wanted}))
        averaged = formula == "mean" and len(values) == wanted
        if any(value > 100 for value in values) and not averaged:
            assert found.outcome is not PASS
        if len(values) < wanted:
            assert found.outcome is CANNOT
        assert len(found.determinations) == len(values)


def test_a_wrong_unit_is_never_a_pass() -> None:
    # REGULATED B, senaite.core#2352.
    of = batch(results=[result("specific_activity", 5, "a.u.")])
    found = judged(of, asked("quantity", measurand="specific_activity", unit="IU", per="dose", limits=["<= 10"]))
    assert found.outcome is CANNOT
    assert found.because.startswith("Wrong unit")


def test_a_result_by_another_method_is_named_and_does_not_count() -> None:
    of = batch(results=[result("protein_concentration", 12, "ug/mL", method="Bradford")])
    found = judged(of, asked("quantity", method=["BCA"]))
    assert found.outcome is UNTESTED
    assert [d.left_out for d in found.determinations] == ["by Bradford; the specification asks for BCA"]
    assert judged(of, asked("quantity", method=["bradford"])).outcome is PASS


def test_nothing_recorded_is_not_tested() -> None:
    assert judged(batch(), asked("quantity")).outcome is UNTESTED
    assert judged(batch(), asked("quantity", role="lysate")).because.endswith("with the role 'lysate'.")
    assert judged(batch(), asked("quantity", sample="elsewhere")).outcome is UNTESTED


@pytest.mark.parametrize("asks", ["quantity", "size share", "marker", "particles per protein"])
def test_a_refused_file_of_the_sample_cannot_be_judged(asks: str) -> None:
    of = batch([{"name": "it.csv", "refused": True}], files=[{"path": "it.csv", "sample": "it"}])
    found = judged(of, asked(asks))
    assert found.outcome is CANNOT
    assert "it.csv was refused: TRUNCATED" in found.because


def test_the_worst_sample_of_a_role_decides() -> None:
    samples = [{"name": name, "role": "product"} for name in ("a", "b")]
    values = [result("protein_concentration", v, "ug/mL") | {"sample": n} for n, v in (("a", 5), ("b", 500))]
    found = judged(batch(samples=samples, results=values), asked("quantity"))
    assert found.outcome is FAIL
    assert found.because.startswith("b, of 2 samples: ")
    assert len(found.determinations) == 2
    assert judged(batch(samples=samples, results=values), asked("quantity", sample="a")).outcome is PASS
    alone = judged(batch(samples=samples, results=values[:1]), asked("quantity"))
    assert alone.outcome is UNTESTED


MEAN = {"formula": "mean", "determinations": 3}


def proteins(*values: float | str, **more: Any) -> Any:
    return batch(results=[result("protein_concentration", value, "ug/mL") | more for value in values])


@pytest.mark.parametrize(
    ("values", "reportable", "outcome"),
    [
        ((90, 100, 110), MEAN, PASS),  # the declared mean is judged, single values are shown
        ((90, 100, 111.6), MEAN, FAIL),
        ((90, 100), MEAN, CANNOT),  # fewer than declared
        ((90, 100, 101, 110), MEAN, FAIL),  # more are not averaged
        ((90, 95, 99, 100), MEAN, PASS),
        ((90, 100, 110), {"formula": "each", "determinations": 3}, FAIL),
        ((90, 110), {}, FAIL),  # two where a single one is declared: no choice, no mean
        ((90, 95), {}, PASS),
        ((90, 100, 190), MEAN | {"formula": "median"}, PASS),
        ((10, 100, 1000), MEAN | {"formula": "geometric mean"}, PASS),
        ((90, 100, 110), MEAN | {"largest_cv_percent": 10}, PASS),
        ((80, 100, 110), MEAN | {"largest_cv_percent": 10}, CANNOT),  # scatter above the declared one
        (("<10", 20, 30), MEAN, PASS),
        (("<10", ">200", 30), MEAN, CANNOT),
        (("<10", "<10", "<10"), MEAN | {"largest_cv_percent": 10}, PASS),
        (("<10", 20, 30), MEAN | {"largest_cv_percent": 10}, CANNOT),
        ((0, 20, 30), MEAN | {"formula": "geometric mean"}, CANNOT),
    ],
)
def test_the_reportable_value_only_as_declared(
    values: tuple[float | str, ...], reportable: dict[str, Any], outcome: Outcome
) -> None:
    found = judged(proteins(*values), asked("quantity", reportable=reportable))
    assert found.outcome is outcome, found.because
    assert len(found.determinations) == len(values)
    assert not any(d.left_out for d in found.determinations)


def test_means_are_exact() -> None:
    # 97.9 and 98.0 average to 97.95, which rounds up; the geometric mean of equal numbers is that number.
    found = judged(proteins(97.9, 98.0), asked("quantity", limits=[">= 98.0"], reportable=MEAN | {"determinations": 2}))
    assert (found.reportable, found.as_rounded, found.outcome) == (97.95, "98.0", PASS)
    same = asked("quantity", limits=[">= 98.0"], reportable={"formula": "geometric mean", "determinations": 3})
    assert judged(proteins(97.95, 97.95, 97.95), same).outcome is PASS


def test_a_conversion_does_not_decide() -> None:
    # 1.005 mg/mL are 1004.9999999999999 in binary arithmetic.
    of = batch(results=[result("protein_concentration", 1.005, "mg/mL")])
    assert judged(of, asked("quantity", limits=[">= 1005"])).as_rounded == "1005"
    assert judged(of, asked("quantity", unit="mg/mL", limits=[">= 1.005"])).outcome is PASS


def test_a_mean_entered_as_one_number_stands_for_its_replicates() -> None:
    of = proteins(99, replicates=3, uncertainty=1.0)
    assert judged(of, asked("quantity", reportable=MEAN)).outcome is PASS
    scattered = asked("quantity", reportable=MEAN | {"largest_cv_percent": 1.0})
    assert "scatter by 1.75 %" in judged(of, scattered).because
    unsaid = judged(proteins(99, replicates=3), asked("quantity", reportable=MEAN | {"largest_cv_percent": 10}))
    assert unsaid.outcome is CANNOT
    assert judged(proteins(99, replicates=2), asked("quantity", reportable=MEAN)).outcome is CANNOT


@pytest.mark.parametrize(
    ("rule", "value", "rounded", "outcome"),
    [
        ("USP", 99.95, "100.0", PASS),
        ("ASTM E29", 100.05, "100.0", PASS),
        ("USP", 100.05, "100.1", FAIL),
        ("Ph. Eur.", 100.04, "100.0", PASS),
        ("none", 100.001, "100.001", FAIL),
    ],
)
def test_rounding_of_the_test_or_of_the_specification(rule: str, value: float, rounded: str, outcome: Outcome) -> None:
    limits = ["<= 100.0"]
    own = judged(proteins(value), asked("quantity", limits=limits, rounding=rule))
    general = judged(proteins(value), asked("quantity", limits=limits), rounding=rule)
    assert (own.as_rounded, own.outcome, own.rounding) == (rounded, outcome, rule)
    assert (general.as_rounded, general.outcome) == (rounded, outcome)


def test_limits_with_different_places_are_each_rounded_to() -> None:
    found = judged(proteins(94.96), asked("quantity", limits=[">= 95", "<= 105.0"]))
    assert found.as_rounded == "95 (against >= 95), 95.0 (against <= 105.0)"


def test_what_a_dose_holds() -> None:
    of = batch(results=[result("dna_concentration", 6, "ng/mL")])
    test = asked("quantity", measurand="dna_concentration", unit="ng", per="dose", limits=["<= 10"])
    assert judged(of, test, dosage={"route": "intravenous", "dose_ml": 1.5}).outcome is PASS
    found = judged(of, test, dosage={"route": "intravenous", "dose_ml": 2})
    assert (found.outcome, found.reportable, found.unit) == (FAIL, 12.0, "ng/dose")
    unfiled = judged(of, test, dosage={"route": "intravenous"})
    assert unfiled.outcome is CANNOT
    assert "volume of a dose is not filed" in unfiled.because


def test_what_1e9_particles_hold() -> None:
    runs = with_runs({"concentration": 1e8}, results=[result("dna_concentration", 40, "ng/mL")])
    test = asked("quantity", measurand="dna_concentration", unit="ng", per="1e9 particles", limits=["<= 4"])
    assert judged(runs, test).reportable == 4.0
    unknown = with_runs({}, dilution=None, results=[result("dna_concentration", 40, "ng/mL")])
    assert judged(unknown, test).outcome is CANNOT


def of_concentration(**more: Any) -> dict[str, Any]:
    return asked("quantity", **({"measurand": "particle_concentration", "unit": "1/mL", "limits": [">= 1e10"]} | more))


def test_an_unknown_dilution_cannot_be_judged() -> None:
    found = judged(with_runs({}, dilution=None), of_concentration())
    assert found.outcome is CANNOT
    assert "by which factor nobody states" in found.because


def test_an_invalid_run_is_left_out_with_its_reason() -> None:
    found = judged(with_runs({"tracks": 0}), of_concentration())
    assert found.outcome is CANNOT
    assert found.because == "Invalid run: no track was completed."
    three = judged(with_runs({}, {}, {"tracks": 0}, {}), of_concentration(reportable=MEAN))
    assert three.outcome is PASS
    assert [bool(d.left_out) for d in three.determinations] == [False, False, False, True]
    assert judged(with_runs({}, {}, {"tracks": 0}), of_concentration(reportable=MEAN)).outcome is CANNOT


def test_runs_stand_before_what_was_entered_by_hand() -> None:
    entered = [result("particle_concentration", 1e8, "1/mL")]
    found = judged(with_runs({}, results=entered), of_concentration())
    assert found.outcome is PASS
    assert found.determinations[1].left_out == "entered by hand, and there are runs of the instrument"
    assert judged(with_runs({}), of_concentration(method=["zetaview"])).outcome is UNTESTED


def test_sizes_of_runs() -> None:
    test = asked("quantity", measurand="median_diameter", unit="nm", limits=[">= 100", "<= 120"])
    assert judged(with_runs({"median": 110.0}), test).outcome is PASS
    assert judged(with_runs({"median": 140.0}), test).outcome is FAIL


def test_particles_per_protein() -> None:
    of = with_runs(
        {"concentration": 1e8}, {"concentration": 1.2e8}, results=[result("protein_concentration", 5, "ug/mL")]
    )
    found = judged(of, asked("particles per protein"))
    assert (found.outcome, found.reportable, found.unit) == (PASS, 2.2e9, "1/ug")
    assert len(found.determinations[0].evidence) == 3
    assert judged(with_runs({}), asked("particles per protein")).outcome is CANNOT
    below = with_runs({"concentration": 1e8}, results=[result("protein_concentration", "<5", "ug/mL")])
    assert judged(below, asked("particles per protein")).as_rounded == ">2e9"
    assert judged(of, asked("particles per protein", method=["NTA"])).outcome is UNTESTED


def endotoxin(value: float | str, recovery: float | None = 100) -> Any:
    controls = [] if recovery is None else [result("spike_recovery", recovery, "%")]
    return batch(results=[result("endotoxin_concentration", value, "EU/mL"), *controls])


@pytest.mark.parametrize(
    ("value", "recovery", "outcome"),
    [
        (300, 100, PASS),
        ("<0.05", 100, PASS),
        (350, 100, PASS),
        (350.2, 100, FAIL),  # a threshold of safety has no places
        (300, 49, CANNOT),  # STANDARDS 10.3
        (300, 50, PASS),
        (300, 200, PASS),
        (300, 201, CANNOT),
        (300, None, CANNOT),
    ],
)
def test_endotoxin_against_k_by_m(value: float | str, recovery: float | None, outcome: Outcome) -> None:
    found = judged(endotoxin(value, recovery), asked("endotoxin"))
    assert found.outcome is outcome, found.because
    assert found.limit_basis.startswith("K/M = 5 EU/kg/h")


def test_the_stricter_of_the_filed_and_the_computed_limit_decides() -> None:
    test = asked("endotoxin", limits=["< 100"])
    assert judged(endotoxin(99), test).outcome is PASS
    assert judged(endotoxin(100), test).outcome is FAIL
    ten = {"route": "intravenous", "dose_ml": 10, "body_weight_kg": 70}
    found = judged(endotoxin(50), test, dosage=ten)
    assert found.outcome is FAIL
    assert "<= 35" in found.because
    without = judged(endotoxin(50, None), asked("endotoxin", control=False))
    assert without.outcome is PASS


def test_a_route_without_k_and_without_limit_cannot_be_judged() -> None:
    found = judged(endotoxin(1), asked("endotoxin"), dosage={"route": "intranasal", "dose_ml": 1})
    assert found.outcome is CANNOT
    assert "has to be filed" in found.because


def test_the_limit_of_a_test_stands_in_its_result() -> None:
    found = judged(batch(), asked("quantity", limits=[">= 95.0", "<= 105.0"]))
    assert found.limits == (">= 95.0 µg/mL", "<= 105.0 µg/mL")
    assert specification(asked("quantity")).tests[0].id == found.test


def test_nothing_passes_by_what_is_dated_after_the_day_that_is_judged_for() -> None:
    later, before = {"measured_on": "2026-04-02"}, {"measured_on": "2026-04-01"}
    assert judged(proteins(50, **before), asked("quantity")).outcome is PASS
    found = judged(proteins(50, **later), asked("quantity"))
    assert (found.outcome, found.as_measured) == (CANNOT, "50 µg/mL")
    assert found.because == "batch.toml is dated 2026-04-02, after the day 2026-04-01 that is judged for."
    assert judged(proteins(150, **later), asked("quantity")).outcome is FAIL, "a fail is no better for its date"


def test_nor_by_a_run_of_an_instrument_dated_after_it() -> None:
    of = with_runs({"concentration": 1e8})
    on = date.fromisoformat(str(of.runs[0].distribution.acquired_at)[:10])
    test = of_concentration(limits=[">= 1e9"], valid_from="2000-01-01")
    assert judged(of, test, day=on).outcome is PASS
    assert judged(of, test, day=on - timedelta(days=1)).outcome is CANNOT
