"""What differs between two specifications, and what gets stricter or laxer by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from evqc.numerics.limits import meets, relation_of
from evqc.release.filing.toml import read_toml, write_toml
from evqc.release.specification_difference import difference
from evqc.release.specification_text import difference_lines
from tests.release.specifications import another, sound, specifications, with_changes, with_test

if TYPE_CHECKING:
    from evqc.release.specification import Specification


def changes(old: Specification, new: Specification) -> dict[tuple[str | None, str], str]:
    """The effect of each change, by test and field."""
    return {(each.test, each.field): each.effect for each in difference(old, new).changes}


@given(specification=specifications())
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_specification_does_not_differ_from_itself(specification: Specification) -> None:
    from evqc.instruments._export import ExportFile  # noqa: PLC0415  it is needed here only

    again = read_toml(ExportFile("a.toml", write_toml(specification).encode()))
    found = difference(specification, again)
    assert found.identical
    assert (found.changes, found.added, found.removed) == ((), (), ())
    assert not found.same_version
    assert "Both say the same." in list(difference_lines(found))


@pytest.mark.parametrize(
    ("test", "before", "after", "effect"),
    [
        ("PC-CD73", {"limits": (">= 95",)}, {"limits": (">= 96",)}, "stricter"),
        ("PC-CD73", {"limits": (">= 95",)}, {"limits": (">= 95.0",)}, "stricter"),  # 94.6 rounds to 95
        ("PC-CD45", {"limits": ("<= 2",)}, {"limits": ("<= 2.0",)}, "stricter"),
        ("PC-CD73", {"limits": (">= 95",)}, {"limits": ("> 95",)}, "stricter"),
        ("PC-CD73", {"limits": (">= 95",)}, {"limits": ("> 94",)}, "same"),  # both begin at 94.5
        ("PC-CD73", {"limits": (">= 95",)}, {"limits": (">=95",)}, "same"),
        ("PC-CD73", {"limits": (">= 95",)}, {"limits": (">= 90",)}, "laxer"),
        ("PH-01", {"limits": (">= 6.8", "<= 7.6")}, {"limits": ("<= 7.6", ">= 6.8")}, "same"),
        ("PH-01", {"limits": (">= 6.8", "<= 7.6")}, {"limits": (">= 6.8",)}, "laxer"),
        ("PH-01", {"limits": (">= 6.8", "<= 7.6")}, {"limits": (">= 7.0", "<= 7.8")}, "changed"),
        ("PH-01", {"limits": (">= 6.8",)}, {"limits": (">= 6.8", "<= 7.6")}, "stricter"),
        ("PC-CD73", {"rounding": "USP"}, {"rounding": "none"}, "stricter"),
        ("OSM-01", {"unit": "mOsm/kg"}, {"unit": "mOsm/kg", "note": "new"}, "changed"),
        ("STE-01", {"mandatory": True}, {"mandatory": False}, "laxer"),
        ("ID-CALNEXIN", {"control": False}, {"control": True}, "stricter"),
        ("STE-01", {"days": 14}, {"days": 7}, "laxer"),
        ("STE-01", {"days": 14}, {"days": None}, "laxer"),
        ("CON-01", {"tolerance_percent": 20}, {"tolerance_percent": 10}, "stricter"),
        ("APP-01", {"accepted": ("clear",)}, {"accepted": ("clear", "turbid")}, "laxer"),
        ("APP-01", {"accepted": ("clear",)}, {"accepted": ("turbid",)}, "changed"),
        ("SIZ-01", {"method": ("NTA",)}, {"method": ()}, "laxer"),
        ("SIZ-01", {"method": ()}, {"method": ("NTA",)}, "stricter"),
        ("SIZ-01", {"method": ("NTA",)}, {"method": ("NTA", "TRPS")}, "laxer"),
        ("SIZ-01", {"window_nm": (50, 400)}, {"window_nm": (50, 500)}, "laxer"),
        ("SIZ-01", {"window_nm": (50, 400)}, {"window_nm": (50, 300)}, "stricter"),
        ("SIZ-01", {"window_nm": (50, 400)}, {"window_nm": (40, 300)}, "changed"),
        ("SVP-10", {"second_stage": "SVP-10M"}, {"second_stage": None}, "stricter"),
        ("SVP-10", {"second_stage": "SVP-10M"}, {"second_stage": "SVP-25M"}, "changed"),
        ("ID-CD63", {"markers": ("CD63",)}, {"markers": ("CD63", "CD9")}, "laxer"),
        ("ID-CD14", {"markers": ("CD14", "CD11b")}, {"markers": ("CD14",)}, "changed"),
        ("PUR-02", {"measurand": "albumin_concentration"}, {"measurand": "protein_concentration"}, "changed"),
    ],
)
def test_what_a_changed_field_does(test: str, before: dict[str, Any], after: dict[str, Any], effect: str) -> None:
    base = sound()
    found = changes(with_test(base, test, **before), with_test(base, test, **after))
    field = next(key for key in after if before.get(key) != after[key])
    assert found[test, field] == effect
    assert {name for name, _ in found} == {test}


def test_a_unit_is_converted_before_limits_are_compared() -> None:
    old = with_test(sound(), "PUR-02", per="as measured", unit="ng/mL", limits=("<= 5",))
    new = with_test(sound(), "PUR-02", per="as measured", unit="ug/mL", limits=("<= 0.0050",))
    assert changes(old, new)["PUR-02", "limits"] == "stricter"  # 5.4 ng/mL passed as 5 and is 0.0054 now


@pytest.mark.parametrize(
    ("value", "passes"), [("94.6", (True, False)), ("94.96", (True, True)), ("94.4", (False, False))]
)
def test_stricter_means_that_less_passes(value: str, passes: tuple[bool, bool]) -> None:
    """STANDARDS 10.6: the decimals of the limit decide."""
    assert tuple(meets(value, *relation_of(limit)[::-1]) for limit in (">= 95", ">= 95.0")) == passes


def test_tests_are_added_and_removed() -> None:
    old, new = sound(), another(sound(), "PH-01", "PH-02", mandatory=False)
    found = difference(old, new)
    assert [(each.test, each.effect) for each in found.added] == [("PH-02", "changed")]
    assert [each.effect for each in difference(new, old).removed] == ["changed"]
    assert [each.effect for each in difference(old, another(old, "PH-01", "PH-02")).added] == ["stricter"]


def test_the_dosage_changes_the_limits_that_are_computed_of_it() -> None:
    old = sound()
    new = with_changes(old, version=2, changes="dose", dosage=old.dosage.model_dump() | {"dose_ml": 20})
    found = changes(old, new)
    assert found[None, "dosage.dose_ml"] == "changed"
    assert found["END-01", "computed limits"] == "stricter"
    assert changes(new, old)["END-01", "computed limits"] == "laxer"
    label = with_changes(old, dosage=old.dosage.model_dump() | {"label_particles_per_ml": "2.0e10"})
    assert changes(old, label)["CON-01", "computed limits"] == "changed"


def test_signatures_and_attestations_that_fall_away_are_laxer() -> None:
    old = sound()
    new = with_changes(old, checklist=old.checklist[1:], signatures=("released",))
    assert changes(old, new) == {(None, "checklist"): "laxer", (None, "signatures"): "laxer"}
    assert changes(new, old) == {(None, "checklist"): "stricter", (None, "signatures"): "stricter"}


def test_the_order_of_tests_is_told_and_means_nothing() -> None:
    old = sound()
    new = with_changes(old, tests=[test.model_dump() for test in reversed(old.tests)])
    assert changes(old, new) == {(None, "order of tests"): "same"}


def test_an_edited_version_is_called_out() -> None:
    new = with_test(sound(), "PC-CD73", limits=(">= 90",))
    found = difference(sound(), new)
    assert found.same_version
    lines = list(difference_lines(found))
    assert any("never edited" in line for line in lines)
    assert "  ▼ laxer         limits: >= 95 → >= 90" in lines
    assert lines[-1] == "1 differences: 1 laxer."
