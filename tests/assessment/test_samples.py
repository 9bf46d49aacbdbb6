from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment.samples import facts_of_sample
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts


def facts(*runs: dict[str, Any], dilution: float | None = 100, role: str = "product") -> Facts:
    entry = {"path": "a.csv", "sample": "it"} | ({"dilution": dilution} if dilution is not None else {})
    record = {
        "batch": {"id": "B", "product": "P"},
        "samples": [{"name": "it", "role": role}],
        "files": [entry],
    }
    return facts_of_sample(making.batch(record, [{"name": "a.csv", "runs": list(runs)}]), "it")


def test_scatter_is_of_the_undiluted_concentrations_with_n_minus_one() -> None:
    """1.0, 1.2, 1.4e8: mean 1.2e8, SD 0.2e8, CV 16.67 %."""
    fact = facts({"concentration": 1.0e8}, {"concentration": 1.2e8}, {"concentration": 1.4e8})["concentration_cv"]
    assert fact.value == pytest.approx(100 / 6)
    assert fact.remark == "n = 3 runs"


def test_the_dilution_is_part_of_the_scatter() -> None:
    """The same count at 1:1000 and 1:5000 is a fivefold difference of the sample."""
    made = facts({"concentration": 9e7, "dilution": 1000}, {"concentration": 9e7, "dilution": 5000}, dilution=None)
    assert made["concentration_cv"].value == pytest.approx(94.28, abs=0.01)
    assert made["dilution_disagreement"].value == pytest.approx(400.0)
    assert made["dilutions"].value == ("1000", "5000")


def test_without_any_dilution_the_scatter_is_that_of_the_suspensions() -> None:
    made = facts({"concentration": 1e8}, {"concentration": 3e8}, dilution=None)
    assert made["concentration_cv"].value == pytest.approx(70.71, abs=0.01)
    assert made["dilutions"].value == ()
    assert made["dilutions"].undecided == ("a dilution not stated",)


def test_with_one_dilution_unknown_nothing_is_compared() -> None:
    made = facts({"dilution": 100}, {}, dilution=None)
    assert made["concentration_cv"].value is None
    assert "dilution" in made["concentration_cv"].why_missing
    assert made["dilution_disagreement"].value is None


def test_empty_runs_are_no_replicates_and_are_counted_beside_them() -> None:
    made = facts({}, {"tracks": 0}, {})
    assert made["replicates"].value == 2
    assert made["replicates"].remark == "1 more without tracks"
    assert made["concentration_cv"].value == pytest.approx(0)


def test_one_run_has_no_scatter() -> None:
    made = facts({})
    assert made["replicates"].value == 1
    assert made["concentration_cv"].value is None
    assert made["median_diameter_cv"].value is None


def test_no_run_at_all() -> None:
    made = facts_of_sample(making.batch(None, []), "nothing")
    assert made["replicates"].value == 0
    assert made["role"].value == "not recorded"
    assert made["dilutions"].value is None


def test_medians_scatter_in_per_cent() -> None:
    """100, 110, 120 nm: SD 10, CV 9.09 %."""
    made = facts({"median": 100.0}, {"median": 110.0}, {"median": 120.0})
    assert made["median_diameter_cv"].value == pytest.approx(9.09, abs=0.02)


def test_runs_of_light_scattering_are_no_replicates_of_tracking() -> None:
    assert facts({}, {"technique": "DLS"})["replicates"].value == 1
    assert facts({"technique": "DLS"})["replicates"].value == 0


def test_a_dilution_that_shows_nothing_cannot_be_compared() -> None:
    made = facts({"dilution": 10, "concentration": 0.0}, {"dilution": 100}, dilution=None)
    assert made["dilution_disagreement"].value is None
