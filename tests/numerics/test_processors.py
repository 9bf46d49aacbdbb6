"""The same input gives the same digits whichever vector instructions numpy and its linear algebra find."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.acceptability import draw_weights, rank_acceptability
from evqc.numerics.blocks import draw_means, fit_blocks
from evqc.numerics.curve_fit import FittedCurve, fit_curve
from evqc.numerics.curve_models import invert
from evqc.numerics.deconvolution import deconvolve
from evqc.numerics.deconvolution_band import with_band
from evqc.numerics.descriptive import described
from evqc.numerics.elementary import exp, geometric_steps, log, log10, matrix_product, ten_to
from evqc.numerics.mixtures import fit_mixture
from evqc.numerics.relative_potency import relative_potency
from evqc.numerics.scoring import desirability, weighted_geometric_mean
from evqc.numerics.vesicles import protein_by_parts_g
from evqc.numerics.weighted_diameters import weighted_diameters
from tests.numerics.known_tracks import cells_of
from tests.numerics.test_relative_potency import DOSE, noisy, response
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: What the numbers of this module print in a process of its own.
_NUMBERS = "from tests.numerics.test_processors import numbers; print(numbers())"


def numbers() -> str:
    """What fits, intervals, scores and populations of made-up data give, to the last digit."""
    return "\n".join(f"{name}: {made()!r}" for name, made in _MADE.items())


def _curves() -> object:
    x = np.repeat([25.0, 125.0, 250.0, 500.0, 1000.0, 2000.0], 3)
    y = 0.09 + 1.3e-3 * x - 1.1e-7 * x**2 + np.tile([0.0, 0.011, -0.007], 6)
    fits = [
        fit_curve(x, y, "linear", "1/y"), fit_curve(x, y, "quadratic", "1/x"), fit_curve(x, y, "log-log"),
        fit_curve(x, y, "four-parameter logistic", "1/y^2"),
    ]  # fmt: skip
    return [(f.parameters, f.residual_sd, f.covariance.tolist(), f.uncertainty(300.0, 3), _read(f)) for f in fits]


def _read(fit: FittedCurve) -> object:
    return invert(fit.model, fit.parameters, np.array([0.3, 0.7]), fit.lowest, fit.highest).concentration.tolist()


def _shapes() -> object:
    edges, rng = np.linspace(0.5, 1000.5, 1001), np.random.default_rng(1)
    counts = [np.histogram(rng.lognormal(4.7, 0.4, 3000), edges)[0] for _ in range(6)]
    found = described(
        edges[:-1], edges[1:], np.array(counts, float), replicates="videos", seed=2, windows={"small": (30, 150)},
        draws=300,
    )  # fmt: skip
    return found.estimates


def _tracks() -> object:
    cells = cells_of("beads", 1000, 1)
    found = with_band(deconvolve(cells), cells, seed=1, draws=20)
    weights = [(each.name, each.weight) for each in found.models]
    return found.share.tolist(), found.statistics, weights, found.band and found.band.density_upper.tolist()


def _mixture() -> object:
    edges, rng = np.linspace(0.0, 600.0, 121), np.random.default_rng(3)
    counts = np.histogram(rng.lognormal(4.7, 0.3, 2000), edges)[0].astype(float)
    found = fit_mixture(edges, counts, int(counts.sum()), seed=1, most=2)
    return found.median_nm.tolist(), found.sigma_error, found.bic


def _weights() -> object:
    edges, rng = np.linspace(0.5, 1000.5, 201), np.random.default_rng(4)
    counts = np.histogram(rng.lognormal(4.7, 0.4, 3000), edges)[0].astype(float)
    protein = protein_by_parts_g(edges[1:])
    return weighted_diameters(edges[:-1], edges[1:], counts, counts=counts), protein.tolist()


def _methods() -> object:
    fit = fit_blocks([2.1, 3.2, 2.6, 4.4, 1.9, 3.1, 2.2, 3.9], list("ABABABAB"), list("11223344"))
    means = draw_means(fit, np.random.default_rng(1), 400)
    scores = desirability(exp(means), 1.0, 6.0, logarithmic=True)[:, :, np.newaxis].repeat(2, axis=2)
    scores[:, :, 1] = 1 - scores[:, :, 1] / 2
    weights = draw_weights(np.random.default_rng(2), 400, [0.5, 0.5], 2.0)
    ranks = rank_acceptability(["A", "B"], scores, weights)
    return fit.mean, fit.covariance, fit.residual_sd, means.sum(), weighted_geometric_mean(scores, weights[0]), ranks


def _potency() -> object:
    return relative_potency((DOSE, noisy(response(DOSE), 1)), (DOSE, noisy(response(DOSE, middle=4.0), 2)))


#: What is made of data, by name.
_MADE = {
    "curves": _curves,
    "shapes": _shapes,
    "tracks": _tracks,
    "mixture": _mixture,
    "methods": _methods,
    "weights": _weights,
    "potency": _potency,
}


def _bare() -> dict[str, str]:
    """The environment in which both take what every x86-64 processor has.

    ``Nehalem`` is the kernel of the linear algebra that all of them can run; where a name is not known it changes
    nothing.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": " ".join(found)}


def _run(command: Sequence[str], more: dict[str, str]) -> str:
    own = {name: text for name, text in os.environ.items() if name not in _bare()}
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=own | more, capture_output=True, text=True, check=False
    )
    assert run.returncode in {0, 1}, run.stderr
    return run.stdout


def test_numbers_are_the_same_without_the_vector_instructions_of_this_processor() -> None:
    assert _run(["-c", _NUMBERS], _bare()) == _run(["-c", _NUMBERS], {}) != ""


@pytest.mark.slow
@pytest.mark.parametrize("example", ["umbilical-cord-batch", "troubled-batch", "tff-process", "isolation-comparison"])
def test_reports_are_the_same_bytes(example: str, tmp_path: Path) -> None:
    verb = "compare" if example == "isolation-comparison" else "report"
    for folder, more in (("here", {}), ("bare", _bare())):
        _run(["-m", "evqc", verb, f"examples/{example}", "-o", str(tmp_path / folder)], more)
    here, bare = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).rglob("*") if path.is_file()}
        for folder in ("here", "bare")
    )
    assert here == bare
    assert any(name.endswith(".json") for name in here)


@pytest.mark.parametrize("x", [np.linspace(-745.0, 709.5, 4001), np.array([-np.inf, 0.0, np.nan])])
def test_an_exponential_is_that_of_the_c_library(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    np.testing.assert_array_equal(exp(x), [math.exp(value) for value in x])


def test_a_logarithm_is_that_of_the_c_library() -> None:
    x = np.concatenate([geometric_steps(5e-324, 1.7e308, 4001), [1.0, 10.0, 1000.0]])
    np.testing.assert_array_equal(log(x), [math.log(value) for value in x])
    np.testing.assert_array_equal(log10(x), [math.log10(value) for value in x])


def test_the_ends_of_what_has_a_logarithm() -> None:
    edge = np.array([0.0, -1.0, np.inf])
    for found in (log(edge), log10(edge)):
        np.testing.assert_array_equal(found, [-np.inf, np.nan, np.inf])
    np.testing.assert_array_equal(exp(np.array([710.0, -np.inf])), [np.inf, 0.0])
    np.testing.assert_array_equal(ten_to(np.array([-np.inf, -2.0, 0.0, 3.0, 309.0])), [0.0, 0.01, 1.0, 1000.0, np.inf])


def test_steps_in_equal_ratios_keep_their_ends() -> None:
    made = geometric_steps(0.1, 1000.0, 5)
    assert made.tolist() == pytest.approx([0.1, 1.0, 10.0, 100.0, 1000.0], rel=1e-15)
    assert (made[0], made[-1]) == (0.1, 1000.0)


@pytest.mark.parametrize(
    "shapes", [((7,), (7, 3)), ((5, 7), (7,)), ((5, 7), (7, 3)), ((5, 2), (2, 9)), ((5, 0), (0, 3))]
)
def test_a_product_of_matrices_is_one(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.standard_normal(shape) for shape in shapes)
    np.testing.assert_allclose(matrix_product(a, b), a @ b, rtol=1e-13, atol=1e-15)
