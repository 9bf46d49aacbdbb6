"""Endpoint plates: from wells to concentrations with their state, dilution, scatter and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.errors import InputError
from evqc.measurement import Quantity, State
from tests.instruments.plate_assay.plates import (
    BCA,
    BCA_MAPPING,
    FILE,
    assayed,
    endpoint,
    mapped,
    quantity,
    reading,
    refused_reading,
)

if TYPE_CHECKING:
    from typing import Any

    from evqc.reading import Reading

X = np.repeat([0.0, 20, 100, 250, 500, 1000], 2)
Y = np.array([BCA[f"{row}{column}"] for column in range(1, 7) for row in "AB"]) - 0.082


def result(found: Reading, sample: str = "EV batch 7") -> Quantity:
    (one,) = (
        m
        for m in found.measurements
        if isinstance(m, Quantity) and m.sample == sample and m.measurand == "protein_concentration"
    )
    return one


def codes(found: Reading) -> set[str]:
    return {issue.code for issue in found.issues}


def with_sample(wells: str, more: str = "dilution = 1") -> str:
    return BCA_MAPPING + f'\n[[sample]]\nname = "other"\nwells = ["{wells}"]\n{more}\n'


def test_the_curve_is_that_of_polyfit_and_the_dilution_is_multiplied() -> None:
    found = assayed(BCA_MAPPING, endpoint())
    slope, intercept = np.polyfit(X, Y, 1)
    (curve,) = found.curves
    assert curve.parameters == pytest.approx({"intercept": intercept, "slope": slope})
    assert curve.blank == pytest.approx(0.082)
    assert curve.blank_subtracted
    assert (curve.lowest, curve.highest, curve.unit) == (20.0, 1000.0, "ug/mL")
    assert curve.signal == "absorbance at 562 nm"
    in_well = (0.406 - 0.082 - intercept) / slope
    one = result(found)
    assert one.value == pytest.approx(5 * in_well)
    assert one.unit == "ug/mL"
    assert one.method == "BCA"
    assert one.settings["dilution"] == 5
    assert one.settings["concentration_in_well_ug_per_mL"] == pytest.approx(in_well)
    assert one.settings["wells"] == "C1, D1"
    assert one.settings["curve"] == "linear, weights none, blank subtracted"
    assert one.settings["signal_cv_percent"] == pytest.approx(100 * 0.008 / 2**0.5 / (0.406 - 0.082))
    assert found.instrument == "stub"
    assert found.measurements[: len(BCA)] == endpoint().measurements
    assert found.verdict == "accepted", found.issues


def test_the_unit_of_the_mapping_is_converted() -> None:
    text = BCA_MAPPING.replace('"ug/mL"', '"mg/mL"')
    for stated in (20, 100, 250, 500, 1000):
        text = text.replace(f"concentration = {stated}\n", f"concentration = {stated / 1000}\n")
    one, other = result(assayed(BCA_MAPPING, endpoint())), result(assayed(text, endpoint()))
    assert one.value is not None
    assert other.value == pytest.approx(one.value, rel=1e-12)
    assert assayed(text, endpoint()).curves[0].unit == "mg/mL"


@pytest.mark.parametrize(
    ("wells", "state", "bound"), [("C2:D2", State.BELOW_RANGE, 20.0 * 4), ("C3:D3", State.ABOVE_RANGE, 1000.0 * 4)]
)
def test_outside_the_standards_there_is_a_bound_and_no_number(wells: str, state: State, bound: float) -> None:
    one = result(assayed(with_sample(wells, "dilution = 4"), endpoint()), "other")
    assert (one.state, one.value, one.bound) == (state, None, bound)
    assert one.settings["concentration_in_well_ug_per_mL"] is None


@pytest.mark.parametrize(
    ("given", "wells", "expected"),
    [
        ({}, "C4:D4", "REPLICATE_CV"),
        ({"D1": None}, "", "WELL_WITHOUT_NUMBER"),
        ({"A3": 0.35, "B3": 0.36}, "", "STANDARD_RECOVERY"),
        ({"A3": 0.15, "B3": 0.34}, "", "STANDARD_CV"),
        ({"A4": None}, "", "STANDARD_LEFT_OUT"),
        ({"C1": 0.140, "D1": 0.100}, "", "WELLS_DISAGREE"),
    ],
)
def test_what_a_person_should_know_is_a_warning(given: dict[str, Any], wells: str, expected: str) -> None:
    text = with_sample(wells) if wells else BCA_MAPPING
    found = assayed(text, endpoint({**BCA, **given}))
    assert expected in codes(found)
    assert found.verdict == "flagged"


def test_a_masked_well_is_left_out_and_named() -> None:
    masked = quantity("D1", None, reason="masked", as_written="*0.410*")
    rest = {well: value for well, value in BCA.items() if well != "D1"}
    found = assayed(BCA_MAPPING, endpoint(rest, masked))
    slope, intercept = np.polyfit(X, Y, 1)
    assert result(found).value == pytest.approx(5 * (0.402 - 0.082 - intercept) / slope)
    assert result(found).settings["wells_without_number"] == 1
    (issue,) = (i for i in found.issues if i.code == "WELL_WITHOUT_NUMBER")
    assert issue.found == "'EV batch 7' in well D1: *0.410*"


def test_a_sample_without_any_number_is_missing() -> None:
    one = result(assayed(BCA_MAPPING, endpoint({**BCA, "C1": None, "D1": None})))
    assert (one.state, one.value, one.reason) == (State.MISSING, None, "not computed")


def test_an_overflow_is_above_the_range() -> None:
    over = quantity("D1", None, state=State.ABOVE_RANGE, reason="above range", as_written="OVRFLW")
    rest = {well: value for well, value in BCA.items() if well != "D1"}
    found = assayed(BCA_MAPPING, endpoint(rest, over))
    assert (result(found).state, result(found).bound) == (State.ABOVE_RANGE, 5000.0)
    assert {"WELL_WITHOUT_NUMBER", "WELLS_DISAGREE"} <= codes(found)


def test_without_blank_subtraction_the_intercept_holds_it() -> None:
    plain = assayed(BCA_MAPPING.replace("subtract_blank = true", "subtract_blank = false"), endpoint())
    assert result(plain).value == pytest.approx(result(assayed(BCA_MAPPING, endpoint())).value)
    assert plain.curves[0].blank_subtracted is False
    assert plain.curves[0].blank == pytest.approx(0.082)


def test_a_level_that_cannot_take_part_is_kept_and_named() -> None:
    text = BCA_MAPPING.replace('model = "linear"', 'model = "quadratic"\nweights = "1/x"')
    found = assayed(text, endpoint())
    assert [level.used for level in found.curves[0].standards] == [False, True, True, True, True, True]
    assert "STANDARD_NOT_USED" in codes(found)


def test_few_levels_do_not_test_the_model() -> None:
    begin, *standards = BCA_MAPPING.split("[[standard]]")
    text = "[[standard]]".join([begin, *standards[:1], standards[-1]])
    assert "CURVE_NOT_TESTED" in codes(assayed(text, endpoint()))


@pytest.mark.parametrize(
    ("given", "text", "code"),
    [
        ({"B6": ...}, BCA_MAPPING, "WELL_MISSING"),
        ({"A1": None, "B1": None}, BCA_MAPPING, "BLANK_MISSING"),
        ({}, BCA_MAPPING.replace("dilution = 5", ""), "DILUTION_NOT_STATED"),
        ({}, BCA_MAPPING.replace("= 562", "= 660"), "READ_MISSING"),
        (
            {f"{r}{c}": None for r in "AB" for c in range(2, 6)},
            BCA_MAPPING.replace('"linear"', '"quadratic"'),
            "CURVE_NOT_FITTED",
        ),
    ],
)
def test_what_gives_no_result_is_refused(given: dict[str, Any], text: str, code: str) -> None:
    wells = {well: value for well, value in {**BCA, **given}.items() if value is not ...}
    with pytest.raises(InputError) as error:
        assayed(text, endpoint(wells))
    assert error.value.issues[0].code == code


def test_a_well_read_twice_asks_for_the_read() -> None:
    twice = [*endpoint().measurements, *(quantity(w, v, settings={"read": "blank corrected"}) for w, v in BCA.items())]
    given = reading([q for q in twice if isinstance(q, Quantity)])
    with pytest.raises(InputError) as error:
        assayed(BCA_MAPPING, given)
    assert error.value.issues[0].code == "READ_AMBIGUOUS"
    chosen = BCA_MAPPING.replace("wavelength_nm = 562", 'wavelength_nm = 562\nread = "blank corrected"')
    assert result(assayed(chosen, given)).value is not None


def test_the_mapping_takes_the_files_that_hold_its_read() -> None:
    assert mapped(BCA_MAPPING, endpoint()).recognises(FILE)
    assert mapped(BCA_MAPPING, endpoint()).covers == {"stub"}
    assert not mapped(BCA_MAPPING.replace("= 562", "= 660"), endpoint()).recognises(FILE)
    assert not mapped(BCA_MAPPING, refused_reading()).recognises(FILE)
    assert assayed(BCA_MAPPING, refused_reading()).verdict == "refused"


def test_reading_twice_is_equal() -> None:
    assert assayed(BCA_MAPPING, endpoint()) == assayed(BCA_MAPPING, endpoint())
