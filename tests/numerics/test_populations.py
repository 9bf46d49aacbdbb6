from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import Bounds, minimize
from scipy.special import logsumexp
from scipy.stats import norm

from evqc.numerics import population_posterior
from evqc.numerics.deconvolution import model_of
from evqc.numerics.mixtures import LEAST_SIGMA
from evqc.numerics.penalised_likelihood import NotConvergedError, chosen, fit_path
from evqc.numerics.population_posterior import climb, overlap, posterior
from evqc.numerics.population_starts import starts
from evqc.numerics.populations import Populations, fit_populations, refit
from evqc.numerics.tracks import count_tracks
from evqc.simulation.tracks import gamma_sizes
from tests.numerics.known_tracks import Floats, cells_of

if TYPE_CHECKING:
    from evqc.numerics.tracks import TrackCells


class Problem:
    """Edges of the grid, kernel and counts of the cells that hold tracks, and a smooth fit of them."""

    def __init__(self, cells: TrackCells) -> None:
        counts, model = cells.counts.ravel(), model_of(cells)
        self.edges, self.kernel, self.counts = model.edges_nm, model.kernel[counts > 0], counts[counts > 0]
        self.smooth = chosen(fit_path(self.kernel, self.counts, model.penalty)).shares

    def fits(self, most: int) -> tuple[Populations, ...]:
        return fit_populations(self.edges, self.kernel, self.counts, [self.smooth], most)


@pytest.fixture(scope="module")
def beads() -> Problem:
    return Problem(cells_of("beads", 4000, 1))


@pytest.fixture(scope="module")
def of_beads(beads: Problem) -> tuple[Populations, ...]:
    return beads.fits(3)


def log_posterior(of: Problem, share: Floats, means: Floats, sigmas: Floats, *, one_width: bool) -> float:
    """Written here from the formulas: multinomial, Dirichlet in logits, normal priors of means and log sigma."""
    inner = np.log(of.edges[1:-1])
    below = norm.cdf((inner[:, np.newaxis] - means) / sigmas)
    mass = np.diff(below, axis=0, prepend=0.0, append=1.0) @ share
    likelihood = of.counts @ np.log(of.kernel @ mass)
    places = norm((inner[0] + inner[-1]) / 2, (inner[-1] - inner[0]) / math.sqrt(12)).logpdf(means)
    low, high = math.log(0.03), math.log(0.6)
    widths = norm((low + high) / 2, (high - low) / 4).logpdf(np.log(sigmas[:1] if one_width else sigmas))
    return float(likelihood + math.lgamma(len(share)) + np.log(share).sum() + places.sum() + widths.sum())


@pytest.mark.parametrize(("k", "one_width"), [(1, True), (2, True), (2, False), (3, True), (3, False)])
def test_the_optimum_is_that_of_another_optimiser(
    beads: Problem, of_beads: tuple[Populations, ...], k: int, one_width: bool
) -> None:
    (ours,) = (fit for fit in of_beads if (len(fit.share), fit.one_width) == (k, one_width))

    def parts(t: Floats) -> tuple[Floats, Floats, Floats]:
        raised = np.exp(np.append(t[: k - 1], 0.0))
        return raised / raised.sum(), t[k - 1 : 2 * k - 1], np.exp(np.broadcast_to(t[2 * k - 1 :], k))

    def negative(t: Floats) -> float:
        return -log_posterior(beads, *parts(t), one_width=one_width)

    free, widths = np.full(2 * k - 1, np.inf), np.ones(1 if one_width else k)
    start: Floats = np.concatenate([np.zeros(k - 1), np.log(ours.median_nm * 1.05), -2 * widths])
    limits = Bounds(np.append(-free, math.log(LEAST_SIGMA) * widths), np.append(free, widths))
    other = minimize(negative, start, method="L-BFGS-B", bounds=limits, options={"maxiter": 2000, "ftol": 1e-13})
    share, means, sigmas = parts(other.x)
    order = np.argsort(means)
    of_ours = log_posterior(beads, ours.share, np.log(ours.median_nm), ours.sigma_ln, one_width=one_width)
    assert ours.log_posterior == pytest.approx(of_ours, abs=1e-6)
    assert ours.log_posterior == pytest.approx(-other.fun, abs=1e-3)
    assert ours.median_nm == pytest.approx(np.exp(means[order]), rel=1e-3)
    assert ours.share == pytest.approx(share[order], abs=1e-3)
    assert ours.sigma_ln == pytest.approx(sigmas[order], abs=1e-3)


def test_three_populations_of_beads_are_found(of_beads: tuple[Populations, ...]) -> None:
    found = of_beads[-2]
    assert found.one_width
    assert found.median_nm == pytest.approx([60, 100, 150], rel=0.03)
    assert found.share == pytest.approx([1 / 3] * 3, abs=0.04)
    assert found.sigma_ln == pytest.approx([0.06] * 3, abs=0.03)
    assert found.overlap < 0.1


def test_the_evidence_of_one_population_is_its_integral() -> None:
    of = Problem(cells_of("EV-like", 1000, 1))
    (fit,) = of.fits(1)
    mean, log_sigma = math.log(fit.median_nm[0]), math.log(fit.sigma_ln[0])
    means, logs = mean + np.linspace(-0.15, 0.15, 41), log_sigma + np.linspace(-0.5, 0.5, 41)
    values = [[log_posterior(of, np.ones(1), np.array([m]), np.exp([s]), one_width=True) for s in logs] for m in means]
    integral = logsumexp(values) + math.log((means[1] - means[0]) * (logs[1] - logs[0]))
    assert fit.evidence == pytest.approx(float(integral), abs=0.1)


def test_gradient_and_curvature_are_what_small_changes_make(beads: Problem) -> None:
    of = posterior(beads.edges, beads.kernel, beads.counts, 2, one_width=False)
    t, step = np.array([0.3, 4.2, 4.9, -1.5, -2.0]), 1e-5
    gradient, information, curvature = of.slope(t, of.at(t)[1])
    either = [(t + step * each, t - step * each) for each in np.eye(5)]
    assert gradient == pytest.approx([(of.at(up)[0] - of.at(down)[0]) / 2 / step for up, down in either], rel=1e-5)
    slopes = [[of.slope(each, of.at(each)[1])[0] for each in pair] for pair in either]
    assert curvature == pytest.approx(-np.array([(up - down) / 2 / step for up, down in slopes]), rel=1e-4, abs=1e-2)
    assert (np.linalg.eigvalsh(information) > 0).all()


def test_one_size_is_no_spike() -> None:
    steps = np.full(3000, 20)
    of = Problem(count_tracks(gamma_sizes(np.full(3000, 100.0), steps, seed=1), steps.astype(np.float64)))
    for fit in of.fits(3):
        assert (fit.sigma_ln >= LEAST_SIGMA * (1 - 1e-12)).all()
        assert np.log(fit.median_nm) @ fit.share == pytest.approx(math.log(100), abs=0.01)


def test_two_populations_of_one_overlap() -> None:
    of = Problem(cells_of("EV-like", 5000, 0))
    one, two, _ = of.fits(2)
    assert one.overlap == 0
    assert two.overlap > 0.5
    assert np.abs(np.cumsum(one.shares - two.shares)).max() < 0.02


def test_the_overlap_is_the_integral_of_the_geometric_mean() -> None:
    x = np.linspace(0, 10, 20_001)
    first, second = norm(4.0, 0.3).pdf(x), norm(4.7, 0.5).pdf(x)
    expected = float(np.sqrt(first * second).sum() * (x[1] - x[0]))
    assert overlap(np.array([4.7, 4.0]), np.array([0.5, 0.3])) == pytest.approx(expected, rel=1e-6)
    assert overlap(np.array([4.0, 9.0, 4.0]), np.full(3, 0.3)) == pytest.approx(1)
    assert overlap(np.array([4.0]), np.array([0.3])) == 0


def test_the_same_counts_give_the_same_populations(beads: Problem, of_beads: tuple[Populations, ...]) -> None:
    for fit in of_beads:
        again = refit(fit, beads.edges, beads.kernel, beads.counts)
        assert again.log_posterior == pytest.approx(fit.log_posterior, abs=0.02)
        assert again.median_nm == pytest.approx(fit.median_nm, rel=0.01)
        assert again.steps <= 2


def test_other_counts_give_what_a_fit_from_anywhere_gives(beads: Problem, of_beads: tuple[Populations, ...]) -> None:
    counts = np.random.default_rng(1).poisson(beads.counts).astype(np.float64)
    held = counts > 0
    whole = fit_populations(beads.edges, beads.kernel[held], counts[held], [beads.smooth], 3)
    for before, after in zip(of_beads, whole, strict=True):
        warm = refit(before, beads.edges, beads.kernel, counts)
        assert warm.log_posterior == pytest.approx(after.log_posterior, abs=0.1)
        assert warm.shares == pytest.approx(after.shares, abs=2e-3)


def test_what_does_not_converge_is_no_number(beads: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population_posterior, "_STEPS", 1)
    of = posterior(beads.edges, beads.kernel, beads.counts, 2, one_width=False)
    with pytest.raises(NotConvergedError, match="of 2 populations did not converge in 1 steps"):
        climb(of, np.array([0.0, 3.5, 6.0, -3.0, -3.0]), 1e-3, 1e-2)


def test_a_search_begins_at_peaks_and_at_quantiles() -> None:
    edges = np.geomspace(20, 400, 121)
    size = np.sqrt(edges[1:] * edges[:-1])
    shares = norm(math.log(60), 0.1).pdf(np.log(size)) + 2 * norm(math.log(150), 0.1).pdf(np.log(size))
    shares /= shares.sum()
    for one_width in (True, False):
        for begun in starts(edges, [shares], 2, one_width=one_width):
            logits, means, log_sigma = begun.reshape(3, -1)
            assert np.exp(np.sort(means)) == pytest.approx([60, 150], rel=0.01)
            assert np.sort(np.exp(logits)) == pytest.approx([1 / 3, 2 / 3], abs=0.01)
            assert np.exp(log_sigma) == pytest.approx([0.1, 0.1], abs=0.01)
    assert len(starts(edges, [shares, shares], 5, one_width=False)) == 4
    assert np.isfinite(starts(edges, [np.eye(120)[60]], 3, one_width=True)).all()
