"""A number below the limit of detection of its own assay is a contradiction; everything else is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from evqc.batch.assignment import assign
from evqc.batch.limits import below_detection
from evqc.measurement import RunValidity, State
from tests.batch.readings import BEADS, NTA, RECORD, quantity, reading, run
from tests.batch.records import full

if TYPE_CHECKING:
    from evqc.reading import Reading

Change = tuple[str, str]
BELOW = "BELOW_DETECTION_LIMIT"
BY_HAND = [(BELOW, "results[1].value")]
IN_FILE = [(BELOW, "assays[1].limit_of_detection")]
_LOD = "limit_of_detection = 5\n"
_TABLE = '[[files]]\npath = "bca.csv"\nsample = "EV-1"\n\n[[results]]'
_SECOND = '[[assays]]\nmethod = "Qubit"\nmeasurand = "protein_concentration"\n\n[statements]'
_OF_NTA: Change = (
    """\
method = "BCA"
measurand = "protein_concentration"
limit_of_detection = 5
range_lower = 20
range_upper = 2000
unit = "ug/mL"
""",
    'method = "NTA"\nmeasurand = "particle_concentration"\nlimit_of_detection = {}\nunit = "{}"\n',
)


def found(*changes: Change, readings: tuple[Reading, ...] = (NTA, BEADS)) -> list[tuple[str, str | None]]:
    record = full(*changes)
    said = list(below_detection(record, RECORD, assign(record, readings)))
    assert {each.issue.severity for each in said} <= {"warning"}
    return [(each.issue.code, each.issue.where.field) for each in said]


def limit(number: str) -> Change:
    return _LOD, f"limit_of_detection = {number}\n"


@pytest.mark.parametrize(
    ("number", "expected"), [("5", []), ("12.5", []), ("12.4999", []), ("12.5001", BY_HAND), ("20", BY_HAND)]
)
def test_a_result_by_hand_on_both_sides_of_the_limit(number: str, expected: list[tuple[str, str | None]]) -> None:
    assert found(limit(number)) == expected


@pytest.mark.parametrize(("number", "expected"), [("12500", []), ("12501", BY_HAND)])
def test_the_limit_may_be_in_another_unit(number: str, expected: list[tuple[str, str | None]]) -> None:
    unit = ('range_upper = 2000\nunit = "ug/mL"', 'range_upper = 2000\nunit = "ng/mL"')
    assert found(limit(number), unit) == expected


def test_both_numbers_are_shown_in_the_unit_of_the_limit() -> None:
    record = full(limit("20"), ('value = 12.5\nunit = "ug/mL"', 'value = 12500\nunit = "ng/mL"'))
    (said,) = below_detection(record, RECORD, assign(record, ()))
    assert said.issue.found == "12.5 ug/mL of 'EV-1', and 20 ug/mL as limit of detection of BCA"


def test_a_result_written_as_a_bound_says_it_right() -> None:
    assert found(limit("20"), ("value = 12.5", 'value = "<20"')) == []


@pytest.mark.parametrize(
    ("method", "expected"), [("BCA", BY_HAND), ("bca", BY_HAND), ("BCA, kit of May", BY_HAND), ("Qubit", [])]
)
def test_the_method_of_the_result_has_to_be_that_of_the_assay(
    method: str, expected: list[tuple[str, str | None]]
) -> None:
    assert found(limit("20"), ("uncertainty = 0.5", f'method = "{method}"')) == expected


def test_without_a_method_nobody_knows_which_of_two_assays_it_was() -> None:
    assert found(limit("20"), ("[statements]", _SECOND)) == []


@pytest.mark.parametrize("role", ["process blank", "diluent blank", "reagent blank", "detergent control"])
def test_little_in_a_blank_is_what_it_is_measured_for(role: str) -> None:
    assert found(limit("20"), ('role = "product"', f'role = "{role}"')) == []


def test_a_limit_without_quantity_or_number_is_compared_with_nothing() -> None:
    assert found(limit("20"), ('measurand = "protein_concentration"\nlimit', "limit")) == []
    assert found((_LOD, "")) == []


def test_a_table_of_an_export_is_compared_and_the_limit_is_the_place() -> None:
    table = reading("bca.csv", quantity(value=3.0))
    assert found(("[[results]]", _TABLE), readings=(NTA, BEADS, table)) == IN_FILE
    missing = reading("bca.csv", replace(quantity(), value=None, state=State.MISSING))
    assert found(("[[results]]", _TABLE), readings=(NTA, BEADS, missing)) == []


@pytest.mark.parametrize(
    ("number", "unit", "expected"), [("2e8", "1/mL", []), ("2.1e8", "1/mL", 2 * IN_FILE), ("3", "1e8/mL", 2 * IN_FILE)]
)
def test_particle_tracking_is_compared_as_measured(
    number: str, unit: str, expected: list[tuple[str, str | None]]
) -> None:
    """The runs hold 2e8 particles per millilitre as measured, and a thousand times as many undiluted."""
    assert found((_OF_NTA[0], _OF_NTA[1].format(number, unit))) == expected


def test_a_failed_run_is_no_number() -> None:
    failed = reading("nta/EV-1.csv", replace(run(), validity=RunValidity(valid=False)))
    assert found((_OF_NTA[0], _OF_NTA[1].format("3", "1e8/mL")), readings=(failed, BEADS)) == []
