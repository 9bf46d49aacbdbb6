"""Facts that say whether a measurement can be used, at their edges; whole batches stand in validity.cases.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.assessment.repeats import stated_cv
from evqc.assessment.validity import measured_otherwise, validity_of_batch, validity_of_product, validity_of_sample
from evqc.assessment.validity_counting import facts_of_counting
from evqc.batch.assembled import Run, Value
from tests.assessment import making
from tests.assessment.measuring import quantity

if TYPE_CHECKING:
    from evqc.criteria.findings import Fact

RECORD: dict[str, Any] = {
    "batch": {"id": "1", "product": "EV"},
    "samples": [{"name": "EV", "role": "product"}],
    "files": [{"path": "a.csv", "sample": "EV"}],
}


def of_positions(positions: list[dict[str, Any]], **run: Any) -> Fact:
    described = making.run(instrument="zetaview", positions=positions, **run)
    run_ = Run(sample="EV", role="product", bead_nm=None, file=making.source("a.txt"), distribution=described)
    return facts_of_counting(run_)["concentration_per_particle_spread"]


def of_sample(*quantities: dict[str, Any], record: dict[str, Any] | None = None) -> dict[str, Fact]:
    """Facts of the sample EV of one export with these quantities."""
    made = making.batch((record or {}) | RECORD, [{"name": "a.csv", "instrument": "gen5", "quantities": [*quantities]}])
    return validity_of_sample(made, "EV")


@given(
    factor=st.floats(1e4, 1e7),
    particles=st.lists(st.integers(1, 900), min_size=1, max_size=11),
)
def test_one_factor_printed_with_two_digits_is_never_called_another(factor: float, particles: list[int]) -> None:
    positions = [{"particles_per_frame": n, "concentration_per_ml": float(f"{factor * n:.1e}")} for n in particles]
    mean = sum(particles) / len(particles)
    spread = of_positions(positions, concentration=float(f"{factor * mean:.1e}"), particles_per_frame=round(mean, 1))
    assert spread.value == pytest.approx(0, abs=1e-6)


@given(n=st.integers(20, 500), wrong=st.floats(1.3, 5))
def test_a_position_with_another_factor_is_seen(n: int, wrong: float) -> None:
    positions = [{"particles_per_frame": n, "concentration_per_ml": 4.3e5 * n}]
    spread = of_positions(positions, concentration=4.3e5 * n * wrong, particles_per_frame=float(n))
    assert isinstance(spread.value, float)
    assert 0 < spread.value <= 100 * (wrong - 1) + 1e-6


def test_a_single_pair_shows_no_factor() -> None:
    assert of_positions([], particles_per_frame=50.0).value is None
    assert of_positions([{"particles_per_frame": 50}], particles_per_frame=None).value is None


def test_positions_with_less_than_one_particle_in_view_are_left_out_since_their_print_is_too_coarse() -> None:
    spread = of_positions([{"particles_per_frame": 0.4, "concentration_per_ml": 9e5}], particles_per_frame=50.0)
    assert spread.value is None


@pytest.mark.parametrize(
    ("value", "uncertainty", "replicates", "expected"),
    [(3.0, 0.15, 3, 0.0866), (3.0, None, 3, None), (3.0, 0.15, 1, None), (0.0, 0.1, 3, None)],
)
def test_the_scatter_behind_a_mean_follows_from_its_uncertainty(
    value: float, uncertainty: float | None, replicates: int, expected: float | None
) -> None:
    entry = Value(
        sample="EV",
        role="product",
        file=making.source("a"),
        quantity=quantity("protein_concentration", value),
        uncertainty=uncertainty,
        replicates=replicates,
    )
    assert stated_cv(entry) == (None if expected is None else pytest.approx(expected, rel=1e-3))


def test_repeats_of_one_method_scatter_where_wells_do_not_say() -> None:
    facts = of_sample(
        {"measurand": "protein_concentration", "value": 2.0, "method": "BCA"},
        {"measurand": "protein_concentration", "value": 3.0, "method": "BCA"},
        {"measurand": "protein_concentration", "value": 90.0, "method": "A280"},
    )
    assert facts["protein_cv"].value == pytest.approx(100 * 2**-0.5 / 2.5)
    assert facts["protein_determinations"].value == 2.0, "the absorbance is no repeat of the assay"


def test_a_dilution_in_the_record_that_is_not_applied_states_nothing() -> None:
    diluted = {"files": [{"path": "a.csv", "sample": "EV", "dilution": 5}]}
    undiluted = {"files": [{"path": "a.csv", "sample": "EV", "dilution": 1}]}
    protein = {"measurand": "protein_concentration", "value": 2.0, "method": "BCA"}
    for files, names in ((diluted, ("2 µg/mL (a.csv)",)), (undiluted, ())):
        made = making.batch(RECORD | files, [{"name": "a.csv", "instrument": "gen5", "quantities": [protein]}])
        assert validity_of_sample(made, "EV")["protein_dilution_not_stated"].value == names


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        ({}, False),
        ({"dilution": 5.0}, True),
        ({"dilution_factor": 200.0, "dilution_applied": True}, True),
        ({"dilution_applied": True}, True),
        ({"dilution": "as printed; the file does not show whether the factor is in it"}, False),
        ({"dilution_applied": False}, False),
        ({"dilution": 5.0, "dilution_applied": False}, False),
        ({"dilution": 1.0, "dilution_applied": False}, True),
    ],
)
def test_a_result_is_of_the_sample_when_its_dilution_is_in_it(settings: dict[str, Any], *, known: bool) -> None:
    facts = of_sample({"measurand": "protein_concentration", "value": 2.0, "settings": settings})
    assert (facts["protein_dilution_not_stated"].value == ()) is known


BCA = {"method": "BCA", "range_lower": 1, "range_upper": 400, "unit": "ug/mL"}


def beyond(
    value: float, settings: dict[str, Any] | None = None, *, dilution: float | None = None, **more: Any
) -> tuple[Any, tuple[str, ...]]:
    """What lies beyond and what is undecided of one result of a file by BCA, with the assays of the record."""
    entry = {"path": "a.csv", "sample": "EV"} | ({} if dilution is None else {"dilution": dilution})
    result = {"measurand": "protein_concentration", "value": value, "method": "BCA", "settings": settings or {}}
    export = {"name": "a.csv", "instrument": "table", "quantities": [result], "curves": more.pop("curves", [])}
    made = making.batch(RECORD | {"files": [entry], "assays": [BCA]} | more, [export])
    fact = validity_of_sample(made, "EV")["protein_beyond_standards"]
    return fact.value, fact.undecided


@pytest.mark.parametrize(
    ("value", "settings", "found"),
    [
        (800.0, {"dilution": 2.0, "dilution_applied": True}, ()),
        (900.0, {"dilution": 2.0, "dilution_applied": True}, ("900 µg/mL (a.csv), above the range stated",)),
        (400.0, {"dilution": 2.0, "dilution_applied": False}, ()),
        (450.0, {"dilution": 2.0, "dilution_applied": False}, ("450 µg/mL (a.csv), above the range stated",)),
        (2.0, {"dilution": 2.0}, ()),
        (0.8, {"dilution": 2.0}, ("0.8 µg/mL (a.csv), below the range stated",)),
        (1.8, {"dilution": 2.0}, ("1.8 µg/mL (a.csv), below the range stated",)),
        (0.8, {}, ("0.8 µg/mL (a.csv), below the range stated",)),
    ],
)
def test_what_stood_in_the_well_is_held_to_the_range_stated(
    value: float, settings: dict[str, Any], found: tuple[str, ...]
) -> None:
    """A well holds no more than the sample, so that 0.8 of unknown dilution is below 1 in any case."""
    assert beyond(value, settings) == (found, ())


@pytest.mark.parametrize(("value", "is_beyond"), [(401.9, False), (402.1, True), (0.9951, False), (0.9949, True)])
def test_the_rounding_of_a_print_is_no_extrapolation(value: float, *, is_beyond: bool) -> None:
    assert bool(beyond(value, dilution=1)[0]) is is_beyond


@pytest.mark.parametrize("settings", [{}, {"dilution_applied": True}])
def test_a_result_of_unknown_dilution_is_within_no_range(settings: dict[str, Any]) -> None:
    assert beyond(90.0, settings) == ((), ("90 µg/mL (a.csv) since its dilution is not stated",))
    assert beyond(900.0, settings, dilution=5) == ((), ("900 µg/mL (a.csv) since its dilution is not stated",))
    assert beyond(90.0, settings, dilution=1) == ((), ())


@pytest.mark.parametrize("ends", [{}, {"range_lower": 1, "unit": "1/mL"}])
def test_where_no_standards_and_no_range_are_known_nothing_is_within_them(ends: dict[str, Any]) -> None:
    why = "no standards and no range are stated"
    assert beyond(90.0, dilution=1, assays=[{"method": "BCA"} | ends]) == ((), (f"90 µg/mL (a.csv) since {why}",))
    result = {"sample": "EV", "measurand": "protein_concentration", "value": 2, "unit": "ug/mL", "method": "BCA"}
    by_hand = validity_of_sample(making.batch(RECORD | {"results": [result]}, []), "EV")["protein_beyond_standards"]
    assert (by_hand.value, by_hand.undecided) == ((), (f"2 µg/mL (batch.toml) since {why}",))


def test_one_end_of_a_range_decides_on_its_own_side_alone() -> None:
    lower = [{"method": "BCA", "range_lower": 1, "unit": "ug/mL"}]
    assert beyond(0.5, dilution=1, assays=lower)[0] == ("0.5 µg/mL (a.csv), below the range stated",)
    assert beyond(90.0, dilution=1, assays=lower)[1] == ("90 µg/mL (a.csv) since only one end of its range is stated",)


def test_the_range_of_another_assay_says_nothing() -> None:
    others = [BCA, {"method": "Qubit", "range_lower": 100, "range_upper": 5000, "unit": "ug/mL"}]
    assert beyond(90.0, dilution=1, assays=others) == ((), ())


def test_ranges_of_one_method_that_disagree_decide_nothing() -> None:
    others = [BCA, BCA | {"range_lower": 100}]
    assert beyond(90.0, dilution=1, assays=others)[1] == ("90 µg/mL (a.csv) since the ranges stated for it disagree",)
    assert beyond(900.0, dilution=1, assays=others)[0] == ("900 µg/mL (a.csv), above the range stated",)


def test_a_curve_in_the_file_goes_before_the_range_of_the_record() -> None:
    curves = [{"levels": [[500, 0.2], [2000, 0.6]]}]
    assert beyond(900.0, dilution=1, curves=curves) == ((), ())
    assert beyond(90.0, dilution=1, curves=curves)[0] == ("90 µg/mL (a.csv), extrapolated",)


def test_a_fluorometer_with_two_standards_says_itself_what_is_out_of_range() -> None:
    settings = {"standard_1_rfu": 49.4, "standard_2_rfu": 21133.0}
    assert beyond(90.0, settings, assays=[]) == ((), ())


@pytest.mark.parametrize(
    ("value", "found", "undecided"),
    [
        (0.8, ("0.8 µg/mL (batch.toml), below the range stated",), ()),
        (1, (), ()),
        (400, (), ()),
        (450, (), ("450 µg/mL (batch.toml) since it lies above the range stated and may have been diluted",)),
    ],
)
def test_a_result_by_hand_above_the_range_may_have_been_diluted(
    value: float, found: tuple[str, ...], undecided: tuple[str, ...]
) -> None:
    result = {"sample": "EV", "measurand": "protein_concentration", "value": value, "unit": "ug/mL", "method": "BCA"}
    made = making.batch(RECORD | {"assays": [BCA], "results": [result]}, [])
    fact = validity_of_sample(made, "EV")["protein_beyond_standards"]
    assert (fact.value, fact.undecided) == (found, undecided)


def test_an_assay_of_another_unit_bounds_no_result() -> None:
    record = {
        "assays": [{"method": "BCA", "range_lower": 5, "unit": "1/mL"}],
        "results": [{"sample": "EV", "measurand": "protein_mass", "value": 2, "unit": "ug", "method": "BCA"}],
    }
    facts = validity_of_sample(making.batch(RECORD | record, []), "EV")
    assert facts["protein_beyond_standards"].value == ()
    assert facts["protein_per_volume"].value is False


def test_an_assay_without_a_method_beside_it_is_known_by_its_quantity() -> None:
    record = {
        "assays": [{"method": "BCA", "measurand": "protein_concentration", "calibration": "albumin"}],
        "results": [{"sample": "EV", "measurand": "protein_concentration", "value": 2, "unit": "ug/mL"}],
    }
    facts = validity_of_sample(making.batch(RECORD | record, []), "EV")
    assert facts["protein_calibration"].value == ("BCA: albumin",)


def test_two_standards_of_a_fluorometer_are_a_calibration() -> None:
    settings = {"standard_1_rfu": 49.4, "standard_2_rfu": 21133.0, "dilution_factor": 200.0}
    facts = of_sample({"measurand": "protein_concentration", "value": 2.0, "method": "Protein", "settings": settings})
    assert facts["protein_calibration"].value == ("two standards (a.csv)",)
    assert facts["protein_dilution_not_stated"].value == ()


def test_a_standard_to_which_the_curve_gives_nothing_leaves_its_error_open() -> None:
    export = {
        "name": "a.csv",
        "instrument": "gen5",
        "quantities": [{"measurand": "protein_concentration", "value": 2.0}],
        "curves": [{"levels": [[1, 0.1], [2, 0.2]], "blank": 0.4}],
    }
    made = making.batch(RECORD, [export])
    facts = validity_of_sample(made, "EV")
    assert facts["standard_error_highest"].value == 0.0
    assert facts["blank_below_lowest_standard"].value is False
    assert validity_of_sample(making.batch(RECORD, []), "EV")["standard_error_highest"].value is None


@pytest.mark.parametrize(
    ("levels", "blank", "subtracted", "below"),
    [
        ([[1, 0.1], [2, 0.2]], 0.09, False, True),
        ([[1, 0.1], [2, 0.2]], 0.1, False, False),
        ([[1, 0.01], [2, 0.11]], 0.09, True, True),
        ([[1, -0.01], [2, 0.11]], 0.09, True, False),
        ([[1, 0.9], [2, 0.5]], 1.1, False, True),
        ([[1, 0.9], [2, 0.5]], 0.8, False, False),
    ],
)
def test_a_blank_lies_on_the_far_side_of_the_lowest_standard_whichever_way_the_curve_runs(
    levels: list[list[float]], blank: float, *, subtracted: bool, below: bool
) -> None:
    curve = {"levels": levels, "blank": blank, "blank_subtracted": subtracted}
    export = {"name": "a.csv", "instrument": "gen5", "curves": [curve]}
    export["quantities"] = [{"measurand": "protein_concentration", "value": 1.5}]
    made = making.batch(RECORD, [export])
    assert validity_of_sample(made, "EV")["blank_below_lowest_standard"].value is below


def test_a_stopped_record_and_a_viscosity_of_another_liquid_are_told() -> None:
    runs = [
        {"technique": "DLS", "flags": flags, "settings": {"temperature_degC": 25.0, "viscosity_mPa_s": viscosity}}
        for flags, viscosity in (({"Measurement Status": "Aborted"}, 1.2), ({}, 0.89))
    ]
    export = {"name": "a.csv", "instrument": "zetasizer", "runs": runs}
    facts = validity_of_sample(making.batch(RECORD, [export]), "EV")
    assert facts["scattering_warnings"].value == ("a_00: Measurement Status: Aborted",)
    assert facts["scattering_viscosity_off_water"].value == pytest.approx(34.8, abs=0.1)
    assert facts["light_scattering_reported"].value == ()
    assert facts["scattering_repeats"].value == 0.0


def test_an_export_beside_a_number_by_hand_tells_its_warnings() -> None:
    number = {"measurand": "z_average_diameter", "value": 118, "unit": "nm"}
    export = {"name": "a.csv", "instrument": "zetasizer", "quantities": [{"measurand": "z_average_diameter"}]}
    by_hand = RECORD | {"results": [number | {"sample": "EV", "method": "DLS"}]}
    both = validity_of_sample(making.batch(by_hand, [export]), "EV")["scattering_warnings"]
    alone = validity_of_sample(making.batch(by_hand, []), "EV")["scattering_warnings"]
    assert both.value == ("a.csv: no Z-average",)
    assert alone.value is None
    assert validity_of_sample(making.batch(RECORD, []), "EV")["scattering_warnings"].why_missing == (
        "no record of light scattering"
    )


def test_a_sample_that_was_only_assayed_was_not_sized() -> None:
    record = RECORD | {
        "samples": [{"name": "EV", "role": "product"}, {"name": "waste", "role": "step sample"}],
        "files": [{"path": "a.csv", "sample": "waste"}],
    }
    protein = {"measurand": "protein_concentration", "value": 2.0}
    made = making.batch(record, [{"name": "a.csv", "instrument": "gen5", "quantities": [protein]}])
    assert tuple(measured_otherwise(made)) == ("waste",)
    assert validity_of_sample(made, "waste")["techniques"].value == ()
    assert "techniques" not in validity_of_sample(made, "EV"), "of a product it stays open"


def detergent(**change: Any) -> Fact:
    """A product of 1e10 per mL, 2e9 after detergent, 5e8 of them from the reagents."""
    record = RECORD | {
        "samples": [
            {"name": "EV", "role": "product"},
            {"name": "EV + Triton", "role": "detergent control"},
            {"name": "Triton", "role": "reagent blank"},
        ],
        "files": [
            {"path": "a.csv", "sample": "EV", "dilution": 100},
            {"path": "b.csv", "sample": "EV + Triton", "dilution": 100},
            {"path": "c.csv", "sample": "Triton", "dilution": 100},
        ],
    }
    exports = {"a.csv": [{"concentration": 1e8}], "b.csv": [{"concentration": 2e7}], "c.csv": [{"concentration": 5e6}]}
    described = [{"name": name, "runs": runs} for name, runs in (exports | change.pop("exports", {})).items() if runs]
    return validity_of_product(making.batch(record | change, described), "EV")["particles_lost_to_detergent"]


def test_detergent_takes_away_what_neither_stays_nor_comes_from_the_reagents() -> None:
    assert detergent().value == pytest.approx(85)


def test_without_a_reagent_blank_the_remark_says_so() -> None:
    fact = detergent(exports={"c.csv": []})
    assert fact.value == pytest.approx(80)
    assert fact.remark == "no reagent blank measured"


def test_reagents_that_explain_everything_leave_nothing_and_not_less() -> None:
    assert detergent(exports={"c.csv": [{"concentration": 4e7}]}).value == 100.0


def test_a_control_without_a_track_is_zero() -> None:
    assert detergent(exports={"b.csv": [{"tracks": 0}]}).value == 100.0


def test_with_two_products_nothing_says_of_which_the_control_is() -> None:
    samples = [{"name": "EV", "role": "product"}, {"name": "EV 2", "role": "product"}]
    samples += [{"name": "EV + Triton", "role": "detergent control"}, {"name": "Triton", "role": "reagent blank"}]
    fact = detergent(samples=samples)
    assert fact.value is None
    assert "several products" in fact.why_missing


def test_without_a_record_no_reference_is_known() -> None:
    facts = validity_of_batch(making.batch(None, [{"name": "a.csv", "runs": [{}]}]))
    assert facts["labelled_references"].value is None
    assert facts["bead_check_days"].value is None


@pytest.mark.parametrize("acquired_at", [None, "yesterday"])
def test_a_run_without_a_day_leaves_the_age_of_the_bead_check_open(acquired_at: str | None) -> None:
    beads = {"path": "b.csv", "purpose": "bead check", "bead_nm": 100}
    made = making.batch(
        RECORD | {"files": [{"path": "a.csv", "sample": "EV"}, beads]},
        [{"name": "a.csv", "runs": [{}]}, {"name": "b.csv", "runs": [{"acquired_at": acquired_at}]}],
    )
    assert validity_of_batch(made)["bead_check_days"].value is None


def test_a_run_in_which_nothing_was_seen_takes_no_part_in_a_slope() -> None:
    record = RECORD | {"files": [{"path": "a.csv", "sample": "EV"}]}
    runs = [{"concentration": 4e8, "dilution": 100}, {"tracks": 0, "dilution": 200}]
    made = making.batch(record, [{"name": "a.csv", "runs": runs}])
    assert validity_of_sample(made, "EV")["dilution_slope"].value is None


def test_a_blot_of_a_lysate_of_its_own_shows_what_the_product_lacks() -> None:
    record = RECORD | {
        "samples": [{"name": "EV", "role": "product"}, {"name": "cells", "role": "lysate"}],
        "files": [],
        "markers": [
            {"sample": "EV", "technique": "western blot", "marker": "Calnexin", "call": "negative"},
            {"sample": "cells", "technique": "western blot", "marker": "Calnexin", "call": "positive"},
        ],
    }
    facts = validity_of_product(making.batch(record, []), "EV")
    assert facts["blot_lysates"].value == ("cells",)
    assert facts["blot_negatives_without_lysate"].value == ()
    assert facts["blot_read_by_densitometry"].value is False


@pytest.mark.parametrize(
    ("technique", "is_panel"),
    [
        ("bead-based flow cytometry", True),
        ("MACSPlex", True),
        ("CD63 beads", True),
        ("bead-based immunoassay", False),
        ("western blot", False),
    ],
)
def test_an_immunoassay_on_beads_is_no_panel_of_antibody_beads(technique: str, *, is_panel: bool) -> None:
    markers = {"technique": technique, "markers": {"CD9": 20}}
    made = making.batch(RECORD, [{"name": "a.csv", "instrument": "a", "panels": [markers]}])
    assert validity_of_product(made, "EV")["bead_panel"].value is is_panel


def isotypes_above_blank(isotypes: dict[str, float], blanks: list[float], **markers: float) -> Fact:
    panel = {"technique": "bead-based flow cytometry", "isotypes": isotypes, "blanks": blanks}
    panel["markers"] = markers or {"CD9": 700}
    made = making.batch(RECORD, [{"name": "a.csv", "instrument": "macsplex_table", "panels": [panel]}])
    return validity_of_product(made, "EV")["isotypes_above_blank"]


@pytest.mark.parametrize(
    ("blanks", "why"),
    [
        ([10], "one blank has no spread, so that no limit follows from it"),
        ([10, 10, 10], "the blanks do not scatter, so that no limit follows from them"),
    ],
)
def test_blanks_without_a_limit_say_nothing_of_what_is_brighter(blanks: list[float], why: str) -> None:
    found = isotypes_above_blank({"REA control": 500, "mIgG1 control": 500}, blanks)
    assert (found.value, found.why_missing) == (None, why)


def test_what_is_no_brighter_than_the_blanks_is_above_no_limit_of_theirs() -> None:
    assert isotypes_above_blank({"REA control": 10}, [10, 10, 10]).value == ()
    assert isotypes_above_blank({"REA control": 0.7}, [0.7, 0.7, 0.7]).value == (), "their sum by 3 is less"
    assert isotypes_above_blank({"REA control": 9}, [10]).value == ()
    both = isotypes_above_blank({"REA control": 10, "mIgG1 control": 500}, [10, 10, 10])
    assert both.value == ()
    assert both.undecided == ("mIgG1 control since the blanks do not scatter, so that no limit follows from them",)


def test_a_panel_without_any_signal_shows_no_quiet_isotype() -> None:
    found = isotypes_above_blank({"REA control": 0}, [0, 0, 0], CD9=0)
    assert (found.value, found.why_missing) == (None, "there is no signal anywhere in the panel")
    assert isotypes_above_blank({"REA control": 0}, [0, 0, 0], CD9=700).value == ()


def test_a_bead_panel_without_events_or_blanks_leaves_both_open() -> None:
    panel = {"technique": "bead-based flow cytometry", "markers": {"CD9": 20}, "isotypes": {"REA control": 1}}
    made = making.batch(RECORD, [{"name": "a.csv", "instrument": "macsplex_table", "panels": [panel]}])
    facts = validity_of_product(made, "EV")
    assert facts["isotypes_above_blank"].value is None
    assert facts["isotypes_above_blank"].why_missing == "no blank was measured beside the isotype controls"
    assert facts["beads_with_few_events"].value is None
    assert facts["bead_blanks"].value == ()
    assert facts["blotted"].value is False
