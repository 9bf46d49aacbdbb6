from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

from evqc.numerics.deconvolution import model_of
from evqc.numerics.model_averaging import Model, ModelWeight, averaged, refitted, weighed
from evqc.numerics.penalised_likelihood import Smoothed, fit_path, marginal_likelihood, second_differences
from evqc.numerics.population_posterior import MOST_OVERLAP
from evqc.numerics.populations import Populations
from tests.numerics.known_tracks import Floats, cells_of

Case = tuple[Model, Floats, tuple[ModelWeight, ...]]


def case(name: str, number: int) -> Case:
    cells = cells_of(name, number, 1)
    held = cells.counts.ravel() > 0
    model, counts = model_of(cells).of_cells(held), cells.counts.ravel()[held]
    return model, counts, weighed(model, counts)


@pytest.fixture(scope="module")
def of_vesicles() -> Case:
    return case("EV-like", 2000)


@pytest.fixture(scope="module")
def of_a_tail() -> Case:
    return case("tail", 5000)


def test_weights_are_probabilities(of_vesicles: Case, of_a_tail: Case) -> None:
    for _, _, models in (of_vesicles, of_a_tail):
        weights = [each.weight for each in models]
        assert sum(weights) == pytest.approx(1)
        assert weights == sorted(weights, reverse=True)
        assert len({each.name for each in models}) == len(models) <= 10
        assert [each.name for each in models].count("smooth") == 1


def test_the_family_that_the_sizes_come_from_has_the_weight(of_vesicles: Case, of_a_tail: Case) -> None:
    assert of_vesicles[2][0].name == "1 log-normal population"
    assert of_vesicles[2][0].weight > 0.8
    assert of_a_tail[2][0].name == "smooth"


def test_populations_that_overlap_have_no_part(of_vesicles: Case) -> None:
    several = [each.fit for each in of_vesicles[2] if isinstance(each.fit, Populations)]
    assert all(fit.overlap <= MOST_OVERLAP for fit in several)


def test_names_say_how_many_and_how_wide(of_vesicles: Case) -> None:
    names = {(len(each.fit.share), each.fit.one_width): each.name for each in of_vesicles[2] if each.name != "smooth"
             and isinstance(each.fit, Populations)}  # fmt: skip
    assert names[1, True] == "1 log-normal population"
    assert names[2, True] == "2 log-normal populations of one width"
    assert names[2, False] == "2 log-normal populations"


def test_the_weights_follow_the_evidence_and_the_prior(of_vesicles: Case) -> None:
    """Written here from the formula: a third for each family, Poisson's law of mean 1 above zero."""
    model, counts, models = of_vesicles
    path = fit_path(model.kernel, counts, model.penalty)
    logs = {"smooth": marginal_likelihood(path, model.kernel, counts, model.penalty) + math.log(1 / 3)}
    for each in models:
        if isinstance(each.fit, Populations):
            k = len(each.fit.share)
            poisson = math.exp(-1) / math.factorial(k) / (1 - math.exp(-1))
            logs[each.name] = each.fit.evidence + math.log(poisson * (2 / 3 if k == 1 else 1 / 3))
    total = logsumexp([*logs.values()])
    assert {each.name: each.weight for each in models} == pytest.approx(
        {name: math.exp(value - total) for name, value in logs.items()}, abs=1e-9
    )


def test_the_average_is_that_of_the_models_each_weighted_by_frames(of_vesicles: Case) -> None:
    model, counts, models = of_vesicles
    found = averaged(model, counts, models)
    assert found.sum() == pytest.approx(1)
    assert found == pytest.approx(sum(each.weight * model.shares(counts, each.fit) for each in models))
    assert averaged(model, counts, models[:1]) == pytest.approx(model.shares(counts, models[0].fit))


def test_models_without_weight_are_not_fitted_again(of_vesicles: Case) -> None:
    model, counts, models = of_vesicles
    again = refitted(model, counts, models)
    assert [(each.name, each.weight) for each in again] == [(x.name, x.weight) for x in models if x.weight >= 0.01]
    assert averaged(model, counts, again) == pytest.approx(averaged(model, counts, models), abs=1e-3)
    light = tuple(replace(each, weight=0.005) if each.name == "smooth" else each for each in models)
    assert not any(isinstance(each.fit, Smoothed) for each in refitted(model, counts, light))


def test_the_marginal_likelihood_of_a_smooth_curve_is_its_integral() -> None:
    """Three sizes seen as they are: what is left to integrate are the slope and the bend of the log shares."""
    counts, penalty, smoothing = np.array([300.0, 500.0, 400.0]), second_differences(3, 0.5), 20.0
    (fit,) = fit_path(np.eye(3), counts, penalty, (smoothing,))
    slope, bend = np.array([-1, 0, 1]) / math.sqrt(2), np.array([1, -2, 1]) / math.sqrt(6)
    variance = fit.shares @ slope**2 - (fit.shares @ slope) ** 2  # of what one particle says of the slope
    precision = smoothing * bend @ penalty @ bend
    theta = np.log(fit.shares)
    steps = np.linspace(-0.6, 0.6, 121)
    slopes, bends = np.meshgrid(slope @ theta + steps, bend @ theta + steps)
    logits = slopes[..., np.newaxis] * slope + bends[..., np.newaxis] * bend
    values = (logits - logsumexp(logits, axis=2, keepdims=True)) @ counts - precision * bends**2 / 2
    prior = (math.log(precision / 2 / math.pi) + math.log(variance / 2 / math.pi)) / 2
    expected = logsumexp(values) + 2 * math.log(steps[1] - steps[0]) + prior
    # The information by the counts is that by the shares but for the pull of the penalty.
    assert marginal_likelihood([fit], np.eye(3), counts, penalty) == pytest.approx(float(expected), abs=0.05)
    twice = marginal_likelihood([fit, fit], np.eye(3), counts, penalty)
    assert twice == pytest.approx(marginal_likelihood([fit], np.eye(3), counts, penalty))
