from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from evqc.release.probability import SOURCE, is_by_shares
from tests.release.asking import asked, batch, judged, result, specification


def of(test: dict[str, Any], *results: dict[str, Any]) -> Any:
    return judged(batch(results=list(results)), test)


def test_reference_case_f02() -> None:
    # METHODS F: 96.5 with u = 2 against at most 100 conforms with p = 0.95994.
    found = of(
        asked("quantity", measurand="cell_viability", unit="%", limits=["<= 100"]),
        result("cell_viability", 96.5, "%", uncertainty=2.0),
    )
    assert found.probability_outside == pytest.approx(1 - 0.95994, abs=5e-5)
    assert found.probability_basis == f"normal, standard uncertainty of the result ({SOURCE})"


def test_a_concentration_is_log_normal() -> None:
    found = of(asked("quantity", limits=["<= 100"]), result("protein_concentration", 90, "ug/mL", uncertainty=9))
    expected = stats.norm.sf((np.log(100) - np.log(90)) / 0.1)
    assert found.probability_outside == pytest.approx(expected, rel=5e-3)
    assert found.probability_basis.startswith("log-normal")
    assert is_by_shares(specification(asked("quantity")).tests[0])
    assert not is_by_shares(specification(asked("quantity", measurand="ph", unit="1")).tests[0])


def test_scatter_of_replicates_has_few_degrees_of_freedom() -> None:
    values = (96.0, 97.0, 99.0)
    test = asked(
        "quantity", measurand="cell_viability", unit="%", limits=[">= 95"],
        reportable={"formula": "mean", "determinations": 3},
    )  # fmt: skip
    found = of(test, *(result("cell_viability", value, "%") for value in values))
    error = np.std(values, ddof=1) / np.sqrt(3)
    assert found.probability_outside == pytest.approx(stats.t.cdf((95 - np.mean(values)) / error, 2), rel=5e-3)
    assert "t with 2 degrees of freedom, scatter of 3 determinations" in found.probability_basis


def test_both_sides_count_and_the_larger_uncertainty() -> None:
    test = asked("quantity", measurand="ph", unit="1", limits=[">= 6.8", "<= 7.6"], uncertainty_percent=10)
    found = of(test, result("ph", 7.2, "1", uncertainty=0.1))
    assert found.probability_outside == pytest.approx(2 * stats.norm.cdf(-0.4 / 0.72), rel=5e-3)
    assert "10 % stated in the specification" in found.probability_basis


def test_what_is_not_known_is_not_stated_and_nothing_changes_the_verdict() -> None:
    bare = of(asked("quantity"), result("protein_concentration", 99.9, "ug/mL"))
    wide = of(asked("quantity", uncertainty_percent=50), result("protein_concentration", 99.9, "ug/mL"))
    assert (bare.probability_outside, bare.probability_basis) == (None, "")
    assert wide.probability_outside == pytest.approx(0.5, abs=0.01)
    assert bare.outcome is wide.outcome


def test_values_that_agree_in_every_digit_have_no_scatter() -> None:
    test = asked("quantity", reportable={"formula": "mean", "determinations": 2})
    assert of(test, *2 * [result("protein_concentration", 50, "ug/mL")]).probability_outside is None
