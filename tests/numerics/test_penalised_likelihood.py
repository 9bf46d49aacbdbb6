from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from evqc.numerics import penalised_likelihood
from evqc.numerics.deconvolution import model_of
from evqc.numerics.penalised_likelihood import NotConvergedError, Smoothed, chosen, fit_path, second_differences
from tests.numerics.known_tracks import Floats, cells_of


def problem(name: str, number: int) -> tuple[Floats, Floats, Floats]:
    cells = cells_of(name, number, 1)
    model, counts = model_of(cells), cells.counts.ravel()
    return model.kernel[counts > 0], counts[counts > 0], model.penalty


def objective(theta: Floats, kernel: Floats, counts: Floats, penalty: Floats, smoothing: float) -> tuple[float, Floats]:
    """What is maximised, negative, and its gradient: written here from the formula."""
    shares = np.exp(theta - theta.max())
    shares /= shares.sum()
    expected = kernel @ shares
    value = counts @ np.log(expected) - smoothing / 2 * theta @ penalty @ theta
    gradient = shares * (kernel.T @ (counts / expected)) - counts.sum() * shares - smoothing * penalty @ theta
    return -float(value), -gradient


@pytest.mark.parametrize(("name", "smoothing"), [("EV-like", 1.0), ("beads", 0.1), ("tail", 10.0)])
def test_the_optimum_is_that_of_another_optimiser(name: str, smoothing: float) -> None:
    kernel, counts, penalty = problem(name, 2000)
    (ours,) = fit_path(kernel, counts, penalty, (smoothing,))
    other = minimize(
        objective, np.zeros(kernel.shape[1]), (kernel, counts, penalty, smoothing), "L-BFGS-B", jac=True,
        options={"maxiter": 20_000, "maxfun": 40_000, "maxcor": 50, "ftol": 1e-15, "gtol": 1e-4},
    )  # fmt: skip
    theta = np.log(ours.shares)
    value = -objective(theta - theta.mean(), kernel, counts, penalty, smoothing)[0]
    assert value >= -other.fun - 0.02  # a log-likelihood: what a Newton step may still promise at the end
    theirs = np.exp(other.x - other.x.max())
    assert np.abs(np.cumsum(ours.shares) - np.cumsum(theirs / theirs.sum())).max() < 5e-3


def test_the_stop_is_at_an_optimum_whatever_the_damping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flat, undamped Newton steps overshoot, and heavily damped ones gain little: neither may pass for the end."""
    kernel, counts, penalty = problem("beads", 2000)
    (reference,) = fit_path(kernel, counts, penalty, (0.1,))
    for damping in (1e-12, 1e-6, 1e6):
        monkeypatch.setattr(penalised_likelihood, "_FIRST_DAMPING", damping)
        try:
            (found,) = fit_path(kernel, counts, penalty, (0.1,))
        except NotConvergedError:
            continue
        assert found.steps > 1
        assert found.log_likelihood == pytest.approx(reference.log_likelihood, abs=0.1)


def test_what_does_not_converge_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, counts, penalty = problem("beads", 2000)
    monkeypatch.setattr(penalised_likelihood, "_STEPS", 2)
    with pytest.raises(NotConvergedError, match=r"smoothing 0\.1 did not converge"):
        fit_path(kernel, counts, penalty, (0.1,))


def test_a_step_that_leads_nowhere_does_not_end_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, counts, penalty = problem("beads", 2000)
    monkeypatch.setattr(penalised_likelihood, "_MOST_DAMPING", 1e-9)
    with pytest.raises(NotConvergedError):
        fit_path(kernel, counts, penalty, (0.1,))


def test_the_start_does_not_matter() -> None:
    kernel, counts, penalty = problem("EV-like", 2000)
    (flat,) = fit_path(kernel, counts, penalty, (1.0,))
    start = np.random.default_rng(3).dirichlet(np.ones(kernel.shape[1])) + 1e-6
    (other,) = fit_path(kernel, counts, penalty, (1.0,), start / start.sum())
    assert np.abs(np.cumsum(flat.shares - other.shares)).max() < 5e-3


def test_stronger_smoothing_leaves_fewer_parameters_and_a_lower_likelihood() -> None:
    path = fit_path(*problem("beads", 2000))
    parameters = [fit.effective_parameters for fit in path]
    assert parameters == sorted(parameters)
    assert all(a.log_likelihood <= b.log_likelihood + 0.05 for a, b in pairwise(path))
    assert 1 < parameters[0] < parameters[-1] < 60
    assert chosen(path).evidence == max(fit.evidence for fit in path)
    assert chosen(path).aic == pytest.approx(2 * (chosen(path).effective_parameters - chosen(path).log_likelihood))


def test_cells_without_counts_may_be_left_out() -> None:
    cells = cells_of("EV-like", 1000, 1)
    model, counts = model_of(cells), cells.counts.ravel()
    (whole,) = fit_path(model.kernel, counts, model.penalty, (1.0,))
    (held,) = fit_path(model.kernel[counts > 0], counts[counts > 0], model.penalty, (1.0,))
    assert np.array_equal(whole.shares, held.shares)
    assert whole.expected.shape == counts.shape


def test_the_penalty_knows_straight_lines_only() -> None:
    penalty = second_differences(50, 0.03)
    line = 3 + 2 * np.arange(50.0)
    assert line @ penalty @ line == pytest.approx(0, abs=1e-8)
    assert np.linalg.matrix_rank(penalty) == 48


def test_the_penalty_of_a_curve_does_not_depend_on_the_grid() -> None:
    """The integral of the squared second derivative of a parabola is that on a coarse and on a fine grid."""
    found = []
    for points in (61, 241):
        x = np.linspace(0, 3, points)
        found.append(float(x**2 @ second_differences(points, x[1]) @ x**2) * (points - 1) / (points - 2))
    assert found[0] == pytest.approx(found[1], rel=1e-6)


@pytest.mark.parametrize(
    ("kernel", "counts"),
    [
        (np.ones((3, 4)), np.ones(2)),
        (-np.ones((3, 4)), np.ones(3)),
        (np.ones((3, 4)), np.array([1.0, -1.0, 1.0])),
        (np.ones((3, 4)), np.zeros(3)),
        (np.ones((3, 4)), np.array([1.0, math.nan, 1.0])),
        (np.ones((3, 5)), np.ones(3)),
    ],
)
def test_what_makes_no_fit_is_refused(kernel: Floats, counts: Floats) -> None:
    with pytest.raises(ValueError, match="kernel"):
        fit_path(kernel, counts, second_differences(4, 0.1))


def test_a_kernel_without_blur_gives_the_counts_back() -> None:
    counts = 1e6 * np.exp(-((np.arange(20.0) - 10) ** 2) / 20)
    (found,) = fit_path(np.eye(20), counts, second_differences(20, 0.1), (1e-6,))
    assert isinstance(found, Smoothed)
    assert found.shares == pytest.approx(counts / counts.sum(), rel=3e-3, abs=1e-6)
