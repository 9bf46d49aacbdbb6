"""What the check of a specification finds: one row for each thing that can be wrong, and nothing on a sound one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evqc.numerics.limits import meets, relation_of
from evqc.release.checks.limits import side
from evqc.release.specification_check import checked, problems
from evqc.release.specification_text import check_lines
from tests.release.specifications import LIMITS, SUBSTANCE, another, sound, specifications, with_changes, with_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.release.specification import Rounding, Specification


def found(specification: Specification, *severities: str) -> set[str]:
    """The codes of what is found, of some severities."""
    return {code for code, _ in places(specification, *severities)}


def places(specification: Specification, *severities: str) -> set[tuple[str, str]]:
    """Code and place of what is found."""
    wanted = severities or ("error", "warning")
    return {(i.code, str(i.where.field)) for i in problems(specification) if i.severity in wanted}


@pytest.mark.parametrize("name", ["msc-ev-drug-product", SUBSTANCE])
def test_a_sound_specification_has_neither_errors_nor_warnings(name: str) -> None:
    assert found(sound(name)) == set()
    assert found(sound(name), "note") == {"SOURCE_NOT_VERIFIED"}
    assert checked(sound(name)).fit


def of(test: str, **changes: Any) -> Callable[[], Specification]:
    return lambda: with_test(sound(), test, **changes)


def dosed(**changes: Any) -> Callable[[], Specification]:
    return lambda: with_changes(sound(), dosage=sound().dosage.model_dump() | changes)


def headed(**changes: Any) -> Callable[[], Specification]:
    return lambda: with_changes(sound(), **changes)


@pytest.mark.parametrize(
    ("made", "severity", "code", "place"),
    [
        # limits
        (of("PH-01", limits=(">= 7.6", "<= 6.8")), "error", "LIMITS_CONTRADICT", "PH-01, limits"),
        (of("OSM-01", limits=("> 300", "< 301")), "error", "LIMITS_CONTRADICT", "OSM-01, limits"),
        (of("OSM-01", limits=(">= 300", ">= 301")), "error", "LIMIT_TWICE", "OSM-01, limits"),
        (of("PH-01", limits=(">= 6.8", "<= 8")), "note", "LIMIT_DECIMALS_DIFFER", "PH-01, limits"),
        (of("SIZ-01", limits=("> 100",)), "error", "LIMIT_UNREACHABLE", "SIZ-01, limits"),
        (of("PC-CD73", limits=(">= 950",)), "error", "LIMIT_UNREACHABLE", "PC-CD73, limits"),
        (of("PUR-02", limits=("< 0",)), "error", "LIMIT_UNREACHABLE", "PUR-02, limits"),
        (of("PH-01", limits=(">= 6.8", "<= 76")), "warning", "LIMIT_ALWAYS_MET", "PH-01, limits"),
        (of("PUR-01", limits=(">= 0",)), "warning", "LIMIT_ALWAYS_MET", "PUR-01, limits"),
        # endotoxin and dosage
        (of("END-01", limits=("< 35.5",)), "error", "ENDOTOXIN_ABOVE_KM", "END-01, limits"),
        (dosed(route="intranasal"), "error", "ENDOTOXIN_LIMIT_NEEDED", "END-01, limits"),
        (dosed(body_weight_kg=None), "error", "LIMIT_NOT_COMPUTABLE", "END-01, asks"),
        (dosed(label_particles_per_ml=None), "error", "LIMIT_NOT_COMPUTABLE", "CON-01, asks"),
        (dosed(container_ml=None), "error", "DOSAGE_MISSING", "dosage, container_ml"),
        (dosed(dose_ml=None), "error", "DOSAGE_MISSING", "dosage, dose_ml"),
        (dosed(dose_particles=1e12), "warning", "DOSES_DIFFER", "dosage, dose_particles"),
        (dosed(container_ml=250), "warning", "PER_CONTAINER_OF_LARGE", "SVP-25M, per"),
        (of("DNA-01", unit="mOsm/kg"), "error", "WRONG_UNIT", "DNA-01, unit"),
        (of("DNA-01", unit="furlong"), "error", "WRONG_UNIT", "DNA-01, unit"),
        # validity, overlaps, stages
        (headed(valid_until=date(2025, 1, 1)), "error", "VALIDITY_ENDS_EARLY", "valid_until"),
        (of("PH-01", valid_until=date(2025, 1, 1)), "error", "VALIDITY_ENDS_EARLY", "PH-01, valid_until"),
        (of("PH-01", valid_until=date(2026, 6, 1)), "warning", "TEST_LAPSES", "PH-01, valid_until"),
        (of("PH-01", valid_from=date(2026, 6, 1)), "note", "TEST_BEGINS_LATER", "PH-01, valid_from"),
        (of("PH-01", valid_from=date(2024, 1, 1), valid_until=date(2025, 1, 1)), "warning", "NEVER_IN_FORCE",
         "PH-01, valid_from"),
        (lambda: another(sound(), "PH-01", "PH-02"), "error", "TESTS_OVERLAP", "PH-02, id"),
        (lambda: another(sound(), "PH-01", "PH-02", mandatory=False), "note", "TESTS_OVERLAP", "PH-02, id"),
        (of("SVP-10", second_stage="SVP-99"), "error", "SECOND_STAGE_UNKNOWN", "SVP-10, second_stage"),
        (of("SVP-10M", second_stage="SVP-10"), "error", "SECOND_STAGE_LOOP", "SVP-10M, second_stage"),
        (of("SVP-10", second_stage="SVP-10"), "error", "SECOND_STAGE_LOOP", "SVP-10, second_stage"),
        (of("SVP-10", second_stage="SVP-25M"), "error", "SECOND_STAGE_SHARED", "SVP-25, second_stage"),
        (of("SVP-10M", valid_until=date(2026, 6, 1)), "warning", "SECOND_STAGE_LAPSES", "SVP-10, second_stage"),
        # names
        (of("ID-CD63", markers=("LAMP-3",)), "error", "MARKER_AMBIGUOUS", "ID-CD63, markers"),
        (of("ID-CD63", markers=("CD63x",)), "warning", "MARKER_NOT_KNOWN", "ID-CD63, markers"),
        (of("PC-CD73", marker=None), "error", "MARKER_MISSING", "PC-CD73, marker"),
        (of("ID-CALNEXIN", markers=("CD63",)), "error", "MARKERS_CONTRADICT", "ID-CALNEXIN, expected"),
        (of("SIZ-01", method=("NTAA",)), "warning", "METHOD_NOT_KNOWN", "SIZ-01, method"),
        (of("SIZ-01", method=("dowsing",)), "note", "METHOD_NOT_KNOWN", "SIZ-01, method"),
        (of("STE-01", observation="sterilty"), "warning", "OBSERVATION_NOT_KNOWN", "STE-01, observation"),
        (of("STE-01", accepted=("no grwth",)), "warning", "OUTCOME_NOT_KNOWN", "STE-01, accepted"),
        # soundness
        (of("STE-01", limits=("<= 1",)), "warning", "FIELD_NOT_USED", "STE-01, limits"),
        (of("CON-01", reportable={"formula": "mean", "determinations": 3}), "warning", "AVERAGE_WITHOUT_CV",
         "CON-01, reportable"),
        (of("STE-01", days=13), "warning", "STERILITY_DAYS", "STE-01, days"),
        (of("STE-01", days=None), "warning", "STERILITY_DAYS", "STE-01, days"),
        (of("ID-CALNEXIN", control=False), "warning", "CONTROL_NOT_NEEDED", "ID-CALNEXIN, control"),
        (of("STE-01", source="[lit-M] somewhere"), "note", "SOURCE_NOT_VERIFIED", "STE-01, source"),
        (lambda: with_test(sound(SUBSTANCE), "PH-01", stage="drug product"), "warning", "OTHER_STAGE", "PH-01, stage"),
        # coverage and people
        (headed(tests=[t.model_dump() for t in sound().tests if t.category != "potency"]), "note",
         "USUAL_TEST_MISSING", "tests"),
        (headed(tests=[t.model_dump() for t in sound().tests if t.id != "ID-CD81"]), "note", "IDENTITY_INCOMPLETE",
         "tests"),
        (headed(tests=[t.model_dump() | {"mandatory": False} for t in sound().tests]), "error", "NOTHING_MANDATORY",
         "tests"),
        (headed(checklist=("batch record reviewed",)), "warning", "NO_AUDIT_TRAIL_REVIEW", "checklist"),
        (headed(signatures=("released",)), "warning", "TOO_FEW_SIGNATURES", "signatures"),
        (headed(signatures=("released", "released")), "error", "SIGNATURE_TWICE", "signatures"),
        (headed(signatures=("reviewed", "approved")), "error", "NO_RELEASE_SIGNATURE", "signatures"),
        (headed(version=2), "warning", "CHANGES_NOT_STATED", "changes"),
    ],
)  # fmt: skip
def test_it_is_found_at_its_place(made: Callable[[], Specification], severity: str, code: str, place: str) -> None:
    specification = made()
    assert (code, place) in places(specification, severity)
    assert checked(specification).fit == (not found(specification, "error"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"valid_until": date(2026, 5, 31)}, {"valid_from": date(2026, 6, 1)}),
        ({"method": ("potentiometry",)}, {"method": ("colour strip",)}),
        ({"sample": "EV-1"}, {"sample": "EV-2"}),
    ],
)
def test_tests_that_differ_in_days_method_or_sample_do_not_overlap(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    begun = with_test(sound(), "PH-01", **first)
    specification = another(begun, "PH-01", "PH-02", **{**first, "valid_until": None, **second})
    codes = found(specification, "error", "warning")
    assert "TESTS_OVERLAP" not in codes
    assert "TEST_LAPSES" not in codes


def test_a_limit_within_km_is_fine() -> None:
    """STANDARDS 10.3: 70 kg, 10 mL/h i.v.: 35 EU/mL."""
    assert "ENDOTOXIN_ABOVE_KM" not in found(with_test(sound(), "END-01", limits=("<= 35",)))
    assert "ENDOTOXIN_ABOVE_KM" in found(with_test(sound(), "END-01", limits=("< 100",)))
    small = with_changes(sound(), dosage=sound().dosage.model_dump() | {"dose_ml": 1, "dose_particles": None})
    assert "ENDOTOXIN_ABOVE_KM" not in found(with_test(small, "END-01", limits=("< 100",)))


RULES: tuple[Rounding, ...] = ("USP", "Ph. Eur.", "ASTM E29", "none")


@given(limit=LIMITS, rule=st.sampled_from(RULES), steps=st.integers(-30, 30))
def test_the_edge_of_a_limit_is_where_results_begin_to_meet_it(limit: str, rule: Rounding, steps: int) -> None:
    relation, text = relation_of(limit)
    of_limit = side(limit, rule)
    place = Decimal((0, (1,), int(Decimal(text).as_tuple().exponent) - 2))
    value = of_limit.edge + steps * place
    if value < 0 or (rule == "Ph. Eur." and value.adjusted() != Decimal(text).adjusted()):
        return
    inside = value > of_limit.edge if of_limit.is_lower else value < of_limit.edge
    assert meets(value, text, relation, rule) == (inside or (value == of_limit.edge and of_limit.included))


@given(specification=specifications())
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_any_specification_can_be_checked(specification: Specification) -> None:
    check = checked(specification)
    severities = [issue.severity for issue in check.issues]
    assert severities == sorted(severities, key=("error", "warning", "note").index)
    assert "sha256" in "\n".join(check_lines(check))


def test_the_text_names_place_and_sum() -> None:
    lines = list(check_lines(checked(with_test(sound(), "PH-01", limits=(">= 7.6", "<= 6.8")))))
    assert any("✕ error: LIMITS_CONTRADICT" in line and "PH-01" in line for line in lines)
    assert lines[-1].startswith("No batch should be judged by it: 1 error")
