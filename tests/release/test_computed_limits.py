from __future__ import annotations

from typing import Any

import pytest

from evqc.release.computed_limits import exceeding_threshold, limits_of
from tests.release.asking import asked, specification

INTRAVENOUS = {"route": "intravenous", "body_weight_kg": 70}


def endotoxin(dosage: dict[str, Any], **more: Any) -> Any:
    made = specification(asked("endotoxin", **({"unit": "EU/mL"} | more)), dosage=dosage)
    return made, made.tests[0]


@pytest.mark.parametrize(
    ("dosage", "more", "limit", "unit"),
    [
        ({"dose_ml": 1}, {}, "<= 350", "EU/mL"),  # STANDARDS 10.3
        ({"dose_ml": 10}, {}, "<= 35", "EU/mL"),
        ({"dose_ml": 5, "doses_per_hour": 2}, {}, "<= 35", "EU/mL"),
        ({"route": "intrathecal", "dose_ml": 1}, {}, "<= 14", "EU/mL"),
        ({"dose_particles": 1e11}, {"per": "1e9 particles", "unit": "EU"}, "<= 3.5", "EU/1e9 particles"),
        ({"dose_ml": 10}, {"per": "dose", "unit": "EU"}, "<= 350", "EU/dose"),
        ({"dose_ml": 10, "doses_per_hour": 4}, {"per": "dose", "unit": "EU/dose"}, "<= 87.5", "EU/dose"),
        ({"dose_ml": 10, "container_ml": 2}, {"per": "container", "unit": "EU/container"}, "<= 70", "EU/container"),
        ({"dose_ml": 3}, {}, "<= 116.6", "EU/mL"),  # cut, never rounded up
        ({"dose_ml": 1, "body_weight_kg": 62.5}, {}, "<= 312.5", "EU/mL"),
    ],
)
def test_k_by_m(dosage: dict[str, Any], more: dict[str, Any], limit: str, unit: str) -> None:
    found = limits_of(*endotoxin(INTRAVENOUS | dosage, **more))
    assert (found.texts, found.unit, found.unrounded, found.why_missing) == ((limit,), unit, (limit,), "")
    assert "K/M" in found.basis
    assert limit.removeprefix("<= ") in found.basis


@pytest.mark.parametrize("route", ["intranasal", "inhaled", "topical", "other"])
def test_routes_without_k_need_a_filed_limit(route: str) -> None:
    dosage = {"route": route, "dose_ml": 1, "body_weight_kg": 70}
    bare = limits_of(*endotoxin(dosage))
    assert bare.texts == ()
    assert "has to be filed" in bare.why_missing
    assert limits_of(*endotoxin(dosage, limits=["< 5"])).texts == ("< 5",)


@pytest.mark.parametrize(
    ("dosage", "more", "lacking"),
    [
        ({"route": "intravenous", "dose_ml": 1}, {}, "body_weight_kg"),
        (INTRAVENOUS, {}, "dose_ml"),
        (INTRAVENOUS | {"dose_ml": 1}, {"per": "container", "unit": "EU"}, "container_ml"),
        (INTRAVENOUS | {"dose_ml": 1}, {"per": "1e9 particles", "unit": "EU"}, "dose_particles"),
        (INTRAVENOUS | {"dose_ml": 1}, {"unit": "ug/mL"}, "not of 'ug/mL'"),
    ],
)
def test_what_the_dosage_lacks_is_named(dosage: dict[str, Any], more: dict[str, Any], lacking: str) -> None:
    found = limits_of(*endotoxin(dosage, **more))
    assert found.texts == ()
    assert lacking in found.why_missing


def test_a_filed_limit_stands_beside_the_computed_one() -> None:
    within = endotoxin(INTRAVENOUS | {"dose_ml": 1}, limits=["< 100"])
    assert limits_of(*within).texts == ("< 100", "<= 350")
    assert exceeding_threshold(*within) is None
    beyond = endotoxin(INTRAVENOUS | {"dose_ml": 10}, limits=["< 100"])
    assert limits_of(*beyond).texts == ("< 100", "<= 35")
    assert "allows more than K/M" in str(exceeding_threshold(*beyond))


@pytest.mark.parametrize(
    ("label", "tolerance", "texts"),
    [
        ("1.00e10", 20, (">= 8.0e9", "<= 1.20e10")),
        ("1e10", 20, (">= 8e9", "<= 1.2e10")),
        ("1.00e10", 12.5, (">= 8.75e9", "<= 1.125e10")),
        ("2.5e11", 10, (">= 2.25e11", "<= 2.75e11")),
        ("50000", 10, (">= 45000", "<= 55000")),
    ],
)
def test_label_by_its_tolerance(label: str, tolerance: float, texts: tuple[str, str]) -> None:
    dosage = {"route": "intravenous", "label_particles_per_ml": label}
    made = specification(asked("label content", tolerance_percent=tolerance), dosage=dosage)
    found = limits_of(made, made.tests[0])
    assert found.texts == texts
    assert label in found.basis


def test_a_label_that_nobody_filed_gives_no_limits() -> None:
    made = specification(asked("label content", tolerance_percent=20), dosage={"route": "intravenous"})
    assert "not filed" in limits_of(made, made.tests[0]).why_missing


def test_filed_limits_stay_as_they_are() -> None:
    made = specification(asked("quantity", measurand="dna_concentration", unit="ng", per="dose", limits=["<= 10"]))
    found = limits_of(made, made.tests[0])
    assert (found.texts, found.unit, found.basis) == (("<= 10",), "ng/dose", "")
