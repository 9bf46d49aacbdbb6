"""Every result of the numerics: a document that comes back the same, a table, and what must travel with a number."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from evqc.numerics.bead_check import bead_bias, bead_trend
from evqc.numerics.blanks import concentration_limits, net_distribution, net_of_both_blanks
from evqc.numerics.brownian import apparent_sizes
from evqc.numerics.capability import capability, individuals_chart
from evqc.numerics.coincidence import coincidence
from evqc.numerics.colocalisation import colocalised
from evqc.numerics.conformity import decided
from evqc.numerics.descriptive import described
from evqc.numerics.dilution_series import linearity, slope
from evqc.numerics.distances import compare_groups, distances
from evqc.numerics.drift import drift
from evqc.numerics.equivalence import equivalent_means, equivalent_ratio
from evqc.numerics.mixtures import fit_mixture
from evqc.numerics.relative_potency import relative_potency
from evqc.numerics.replicates import Moments
from evqc.numerics.tolerance_intervals import tolerance_interval
from evqc.numerics.variance_components import mean_of_groups, variance_components
from evqc.numerics.weighted_diameters import weighted_diameters
from evqc.records import from_plain, to_plain

EDGES = np.arange(0.0, 300.0, 10.0)
LOWER, UPPER = EDGES[:-1], EDGES[1:]
ROWS = np.random.default_rng(1).multinomial(400, np.full(29, 1 / 29), size=6).astype(float)
DOSE = np.tile([0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0], 2)
SIGNAL = 2 - 1.9 / (1 + (DOSE / 5) ** 1.3) + 0.01 * np.sin(np.arange(14.0))
ONE = Moments(mean=20.0, sd=1.0, n=3)

RESULTS: list[Any] = [
    equivalent_means([1.0, 2.0, 3.0], [1.0, 2.0, 3.5], 3.0),
    equivalent_ratio([1.0, 2.0], [1.0, 2.0]),
    linearity((100, 200, 400), (4.0, 2.0, 1.1)),
    slope((100, 200, 400), (4.0, 2.0, 1.1)),
    bead_bias([100.0, 101.0], 100.0, 1.0),
    bead_trend([0, 1, 2], [0.01, 0.02, 0.0], seed=1),
    drift([float(x) for x in range(10)], seed=1),
    tolerance_interval([1.0, 2.0, 3.0], side="lower"),
    decided("96.5", "100", "<=", uncertainty=2.0, guard=1.645),
    capability([9.0, 10.0, 11.0], lower=5.0),
    individuals_chart([9.0, 10.0, 11.0, 30.0]),
    variance_components([[1.0, 2.0], [3.0, 5.0]]),
    mean_of_groups([[1.0, 2.0], [3.0, 5.0]], "1/mL", group="batches", within="videos"),
    colocalised(10, 0, 5, 20),
    apparent_sizes(100.0, 15.0),
    weighted_diameters(LOWER, UPPER, ROWS[0], counts=ROWS[0]),
    described(LOWER, UPPER, ROWS, replicates="videos", seed=1, windows={"below 200": (0.0, 200.0)}, draws=200),
    net_distribution(ROWS[:3], ROWS[3:], unit="1/mL", replicates="runs", dilution=100.0),
    net_of_both_blanks(ONE, ONE, ONE, unit="1/mL", replicates="runs", dilution=100.0, process_dilution=10.0),
    concentration_limits([1.0, 2.0, 3.0], "1/mL"),
    coincidence(120.0),
    distances(EDGES, ROWS[0], ROWS[1]),
    compare_groups(EDGES, ROWS[:3], ROWS[3:], seed=1),
    fit_mixture(EDGES, ROWS[0], 400, seed=1, most=2),
    relative_potency((DOSE, SIGNAL), (DOSE, SIGNAL)),
]
#: Numbers that follow from others and rest on no assumption of their own.
PLAIN = {"ApparentSizes", "DilutionSeries", "Decision", "Estimate"}

each = pytest.mark.parametrize("made", RESULTS, ids=[type(made).__name__ for made in RESULTS])


@each
def test_a_result_survives_its_document(made: Any) -> None:
    assert from_plain(type(made), to_plain(made)) == made
    assert "NaN" not in str(to_plain(made))


@each
def test_a_result_makes_a_table(made: Any) -> None:
    assert len(made.to_pandas()) >= 1


@each
def test_a_result_says_how_it_was_found(made: Any) -> None:
    names = {field.name for field in dataclasses.fields(made)}
    if type(made).__name__ not in PLAIN:
        assert {"method", "assumptions", "flags"} <= names
        assert made.method


@each
def test_a_seed_stands_in_what_was_drawn(made: Any) -> None:
    if getattr(made, "draws", None) and not getattr(made, "exact", False):
        assert made.seed == 1
