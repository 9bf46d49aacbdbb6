"""Standard curves against numpy.polyfit, scipy.optimize.curve_fit, numbers worked by hand, and laws that must hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from evqc.measurement import State
from evqc.numerics.curve_fit import CurveNotFittedError, FittedCurve, fit_curve, takes_part
from evqc.numerics.curve_models import gradient, invert, roots, signal_of, slope_at, turns
from evqc.numerics.standard_curve import percent_cv, read_unknown, standard_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evqc.calibration import Model, Weights

X = np.repeat([0.0, 20.0, 50.0, 125.0, 250.0, 500.0, 1000.0], 2)
#: An invented protein assay: bent, with scatter.
Y = np.array([0.08, 0.084, 0.121, 0.124, 0.171, 0.168, 0.299, 0.291, 0.498, 0.512, 0.86, 0.842, 1.402, 1.431])
LOGISTIC = {"zero_dose": 0.05, "slope": 1.3, "midpoint": 300.0, "infinite_dose": 2.5}
MODELS: tuple[Model, ...] = ("linear", "quadratic", "four-parameter logistic", "log-log")
WEIGHTS: tuple[Weights, ...] = ("none", "1/x", "1/x^2", "1/y", "1/y^2")


def fitted(model: Model, weights: Weights = "none") -> FittedCurve:
    use = takes_part(X, model, weights)
    return fit_curve(X[use], Y[use], model, weights)


@pytest.mark.parametrize(("model", "degree"), [("linear", 1), ("quadratic", 2)])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_polynomials_are_those_of_polyfit(model: Model, degree: int, weights: Weights) -> None:
    curve = fitted(model, weights)
    use = takes_part(X, model, weights)
    x, y = X[use], Y[use]
    of = {"x": x, "y": signal_of(model, curve.parameters, x)}
    divisor = np.ones(x.size) if weights == "none" else of[weights[2]] ** (2 if weights.endswith("2") else 1)
    expected, covariance = np.polyfit(x, y, degree, w=1 / np.sqrt(divisor), cov="unscaled")
    assert list(curve.parameters.values()) == pytest.approx(expected[::-1], rel=1e-8)
    assert curve.covariance == pytest.approx(covariance[::-1, ::-1], rel=1e-6)


@pytest.mark.parametrize("weights", ["none", "1/x", "1/x^2"])
def test_the_logistic_is_that_of_curve_fit(weights: Weights) -> None:
    def logistic(x: NDArray[np.float64], a: float, b: float, c: float, d: float) -> NDArray[np.float64]:
        return np.asarray(d + (a - d) / (1 + (x / c) ** b))

    curve = fitted("four-parameter logistic", weights)
    use = takes_part(X, "four-parameter logistic", weights)
    power = {"none": 0.0, "1/x": 0.5, "1/x^2": 1.0}[weights]
    expected, covariance = curve_fit(
        logistic, X[use], Y[use], [0.1, 1, 900, 3], sigma=X[use] ** power, absolute_sigma=True, maxfev=20000
    )
    assert list(curve.parameters.values()) == pytest.approx(expected, rel=1e-4)
    assert np.sqrt(np.diag(curve.covariance)) == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-2)


def test_a_line_worked_by_hand() -> None:
    """x 1 2 3 4, y 2 4 5 8: b = 9.5/5 = 1.9, a = 4.75 - 1.9 * 2.5 = 0; residuals .1 .2 -.7 .4, SS .7; Syy 18.75."""
    curve = fit_curve(np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 5, 8]), "linear")
    assert curve.parameters == pytest.approx({"intercept": 0.0, "slope": 1.9}, abs=1e-12)
    assert curve.residual_sd == pytest.approx(math.sqrt(0.7 / 2))
    assert curve.determination == pytest.approx(1 - 0.7 / 18.75)
    assert curve.correlation == pytest.approx(9.5 / math.sqrt(5 * 18.75))
    # s/b sqrt(1/2 + 1/4 + (3 - 2.5)^2/5) = .591608/1.9 * sqrt(.8)
    assert curve.uncertainty(3.0, 2) == pytest.approx(0.5916079783 / 1.9 * math.sqrt(0.8))
    assert read_unknown(curve, [5.6, 5.8]).concentration == pytest.approx(3.0)


def test_cadmium_of_quam() -> None:
    """EURACHEM/CITAC QUAM 2012, example A5: five standards three times, B1 0.2410, c0 0.26 mg/L, u(c0) 0.018 mg/L."""
    x = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 3)
    y = np.array([28, 29, 29, 84, 83, 81, 135, 131, 133, 180, 181, 183, 215, 230, 216]) / 1000.0
    curve = fit_curve(x, y, "linear")
    assert curve.parameters == pytest.approx({"intercept": 0.0087, "slope": 0.2410}, abs=5e-5)
    assert curve.residual_sd == pytest.approx(0.005486, abs=5e-7)
    assert curve.uncertainty(0.26, 2) == pytest.approx(0.018, abs=5e-4)


@pytest.mark.parametrize("model", MODELS)
def test_derivatives_are_those_of_small_steps(model: Model) -> None:
    curve, x = fitted(model), np.array([20.0, 130.0, 700.0])

    def modelled(parameters: dict[str, float], at: NDArray[np.float64]) -> NDArray[np.float64]:
        signal = signal_of(model, parameters, at)
        return np.log10(signal) if model == "log-log" else signal

    by_parameter = gradient(model, curve.parameters, x)
    for column, (name, value) in enumerate(curve.parameters.items()):
        step = max(abs(value), 1e-6) * 1e-6
        up, down = ({**curve.parameters, name: value + d} for d in (step, -step))
        expected = (modelled(up, x) - modelled(down, x)) / (2 * step)
        assert by_parameter[:, column] == pytest.approx(expected, rel=1e-4, abs=1e-9)
    step = 1e-5
    base = np.log10(x * (1 + step)) - np.log10(x * (1 - step)) if model == "log-log" else 2 * step * x
    expected = (modelled(curve.parameters, x * (1 + step)) - modelled(curve.parameters, x * (1 - step))) / base
    assert slope_at(model, curve.parameters, x) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_the_curve_gives_its_concentrations_back(model: Model, weights: Weights) -> None:
    if model == "log-log" and weights != "none":
        return
    curve = fitted(model, weights)
    x = np.geomspace(curve.lowest, curve.highest, 25)
    found = invert(model, curve.parameters, signal_of(model, curve.parameters, x), curve.lowest, curve.highest)
    assert found.concentration == pytest.approx(x, rel=1e-9)
    assert not (found.below | found.above | found.unresolved).any()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("falls", [False, True])
def test_nothing_is_extrapolated(model: Model, falls: bool) -> None:
    x, y = X[2:], (2.0 - Y[2:] if falls else Y[2:])
    curve = fit_curve(x, y, model)
    ends = signal_of(model, curve.parameters, np.array([20.0, 1000.0]))
    step = -0.001 if falls else 0.001
    below, above = read_unknown(curve, [ends[0] - step]), read_unknown(curve, [ends[1] + step])
    assert (below.state, below.concentration, below.bound) == (State.BELOW_RANGE, None, 20.0)
    assert (above.state, above.concentration, above.bound) == (State.ABOVE_RANGE, None, 1000.0)
    assert below.standard_uncertainty is None
    far = read_unknown(curve, [-50.0 if not falls else 50.0])
    assert far.state is State.BELOW_RANGE


def test_the_range_begins_at_the_lowest_standard_above_zero() -> None:
    curve = fitted("linear")
    assert (curve.lowest, curve.highest) == (20.0, 1000.0)
    assert read_unknown(curve, [float(signal_of("linear", curve.parameters, np.array([10.0]))[0])]).bound == 20.0


def test_a_quadratic_that_turns_gives_only_what_is_unique() -> None:
    """y = 10x - x² from 1 to 8: 9 at 1, 25 at 5, 16 at 8. 12 is at 1.39 alone; 20 is at 2.76 and 7.24."""
    parameters = {"intercept": 0.0, "slope": 10.0, "curvature": -1.0}
    assert turns("quadratic", parameters, 1.0, 8.0)
    assert not turns("quadratic", parameters, 1.0, 4.9)
    found = invert("quadratic", parameters, np.array([12.0, 20.0, 30.0, 5.0]), 1.0, 8.0)
    assert found.concentration[0] == pytest.approx(5 - math.sqrt(13))
    assert found.unresolved.tolist() == [False, True, True, True]
    x = np.arange(1.0, 9.0)
    unresolved = read_unknown(fit_curve(x, 10 * x - x**2, "quadratic"), [20.0])
    assert (unresolved.state, unresolved.concentration, unresolved.bound) == (State.MISSING, None, None)


def test_roots_of_a_quadratic_without_bend_are_those_of_the_line() -> None:
    found = roots("quadratic", {"intercept": 1.0, "slope": 2.0, "curvature": 0.0}, np.array([5.0]))
    assert found[~np.isnan(found)].tolist() == [2.0]


def test_standards_are_read_back() -> None:
    curve = fitted("quadratic", "1/x")
    levels = standard_levels(curve, X.tolist(), Y.tolist())
    assert [level.nominal for level in levels] == [0, 20, 50, 125, 250, 500, 1000]
    assert (levels[0].used, levels[0].recovery_percent) == (False, None)
    assert levels[0].remark == "a concentration of zero has not a weight 1/x"
    level = levels[3]
    assert level.signals == (0.299, 0.291)
    assert level.mean_signal == pytest.approx(0.295)
    assert level.signal_cv_percent == pytest.approx(100 * 0.008 / math.sqrt(2) / 0.295)
    assert level.back_calculated is not None
    assert level.recovery_percent == pytest.approx(100 * level.back_calculated / 125)
    assert float(signal_of("quadratic", curve.parameters, np.array([level.back_calculated]))[0]) == pytest.approx(0.295)


def test_replicates_scatter_and_wells_outside_are_counted() -> None:
    curve = fitted("linear")
    low, high = signal_of("linear", curve.parameters, np.array([15.0, 35.0]))
    found = read_unknown(curve, [low, high])
    assert found.concentration == pytest.approx(25.0)
    assert (found.wells, found.outside, found.concentration_cv_percent) == (2, 1, None)
    assert found.signal_cv_percent == pytest.approx(percent_cv([low, high]))
    assert read_unknown(curve, [high]).signal_cv_percent is None


@pytest.mark.parametrize(
    ("x", "y", "model", "weights"),
    [
        ([1, 1, 1], [1, 2, 3], "linear", "none"),
        ([1, 2], [1, 2], "quadratic", "none"),
        ([1, 2, 3, 3], [1, 2, 3, 3], "four-parameter logistic", "none"),
        ([1, 2, 3], [2, 2, 2], "linear", "none"),
        ([1, 2, 3], [1, 0, -1], "log-log", "none"),
        ([1, 2, 3], [-1, 1, 3], "linear", "1/y"),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], "four-parameter logistic", "none"),
        ([1, 2, 3, 4, 5, 6], [1, 9, 1, 9, 1, 9], "four-parameter logistic", "none"),
    ],
)
def test_what_the_wells_do_not_settle_is_refused(
    x: list[float], y: list[float], model: Model, weights: Weights
) -> None:
    with pytest.raises(CurveNotFittedError):
        fit_curve(np.array(x, dtype=float), np.array(y, dtype=float), model, weights)


@pytest.mark.parametrize(
    ("x", "y", "weights"),
    [([1, math.nan], [1, 2], "none"), ([-1, 2], [1, 2], "none"), ([1, 2, 3], [1, 2], "none"), ([0, 1], [1, 2], "1/x")],
)
def test_what_is_no_well_is_an_error(x: list[float], y: list[float], weights: Weights) -> None:
    with pytest.raises(ValueError, match="concentration"):
        fit_curve(np.array(x, dtype=float), np.array(y, dtype=float), "linear", weights)


def test_without_degrees_of_freedom_there_is_no_uncertainty() -> None:
    curve = fit_curve(np.array([1.0, 2.0]), np.array([1.0, 2.0]), "linear")
    assert (curve.residual_sd, curve.degrees_of_freedom, curve.uncertainty(1.5, 1)) == (None, 0, None)


def test_the_log_log_line_is_that_of_the_logarithms() -> None:
    curve = fit_curve(np.array([0.005, 0.05, 0.5, 5.0]), np.array([4800.0, 3000, 1900, 1300]), "log-log")
    slope, intercept = np.polyfit(np.log10([0.005, 0.05, 0.5, 5.0]), np.log10([4800.0, 3000, 1900, 1300]), 1)
    assert curve.parameters == pytest.approx({"intercept": intercept, "slope": slope})
    assert read_unknown(curve, [6000.0]).state is State.BELOW_RANGE
    assert read_unknown(curve, [900.0]).state is State.ABOVE_RANGE
    u = curve.uncertainty(0.1, 2)
    assert u is not None
    assert 0 < u < 0.1


@pytest.mark.parametrize("weights", ["1/y", "1/y^2"])
def test_reweighting_settles_on_ordinary_plates(weights: Weights) -> None:
    """Nine standards in triplicate with 1 % scatter, 60 times; curve_fit with the fitted signals finds the same."""
    generator, x = np.random.default_rng(3), np.repeat([0.0, 25, 125, 250, 500, 750, 1000, 1500, 2000], 3)
    model: Model = "four-parameter logistic"
    for _ in range(60):
        y = 0.2 + signal_of(model, LOGISTIC, x) + generator.normal(0, 0.02, x.size)
        curve = fit_curve(x, y, model, weights)
        power = 1.0 if weights == "1/y^2" else 0.5

        def logistic(u: NDArray[np.float64], *p: float) -> NDArray[np.float64]:
            return signal_of(model, dict(zip(LOGISTIC, p, strict=True)), u)

        divisor = signal_of(model, curve.parameters, x) ** power
        again, _ = curve_fit(logistic, x, y, list(curve.parameters.values()), sigma=divisor)
        assert list(curve.parameters.values()) == pytest.approx(again, rel=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_uncertainty_is_that_of_repeated_experiments(model: Model) -> None:
    """The curve is made and read 400 times with scatter of known size; the SD of the results is the stated one."""
    generator, sd = np.random.default_rng(7), 0.004
    x = np.repeat(np.geomspace(10, 1000, 8), 2)
    truth = fit_curve(X[2:], Y[2:], model)
    clean, target = signal_of(model, truth.parameters, x), signal_of(model, truth.parameters, np.array([200.0]))[0]
    found, stated = [], []
    for _ in range(400):
        noise, own = generator.normal(0, sd, x.size), generator.normal(0, sd, 2)
        many = 10**noise if model == "log-log" else noise
        curve = fit_curve(x, clean * many if model == "log-log" else clean + many, model)
        read = read_unknown(curve, [float(target * 10**o if model == "log-log" else target + o) for o in own])
        found.append(read.concentration)
        stated.append(read.standard_uncertainty)
    assert np.std(np.array(found, dtype=float)) == pytest.approx(np.mean(np.array(stated, dtype=float)), rel=0.12)


ASYMPTOTE = st.floats(0.01, 0.5)


@settings(max_examples=40, deadline=None)
@given(
    zero=ASYMPTOTE,
    span=st.floats(0.5, 4.0),
    slope=st.floats(0.6, 3.0),
    midpoint=st.floats(50.0, 500.0),
    falls=st.booleans(),
)
def test_exact_data_of_a_logistic_are_recovered(
    zero: float, span: float, slope: float, midpoint: float, falls: bool
) -> None:
    low, high = (zero + span, zero) if falls else (zero, zero + span)
    truth = {"zero_dose": low, "slope": slope, "midpoint": midpoint, "infinite_dose": high}
    x = np.geomspace(2, 5000, 10)
    curve = fit_curve(x, signal_of("four-parameter logistic", truth, x), "four-parameter logistic")
    assert curve.parameters == pytest.approx(truth, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), model=st.sampled_from(MODELS))
def test_the_order_of_the_wells_does_not_matter(data: st.DataObject, model: Model) -> None:
    order = data.draw(st.permutations(range(2, X.size)))
    plain, mixed = fit_curve(X[2:], Y[2:], model), fit_curve(X[order], Y[order], model)
    assert plain.parameters == mixed.parameters


@settings(max_examples=40, deadline=None)
@given(
    by=st.floats(1e-6, 1e6), of=st.floats(1e-6, 1e6), model=st.sampled_from(MODELS), weights=st.sampled_from(WEIGHTS)
)
def test_other_units_give_the_same_concentrations(by: float, of: float, model: Model, weights: Weights) -> None:
    used: Weights = "none" if model == "log-log" else weights
    plain, scaled = fit_curve(X[2:], Y[2:], model, used), fit_curve(X[2:] * by, Y[2:] * of, model, used)
    one, other = read_unknown(plain, [0.41, 0.42]), read_unknown(scaled, [0.41 * of, 0.42 * of])
    assert one.concentration is not None
    assert other.concentration == pytest.approx(one.concentration * by, rel=1e-6)
    assert one.standard_uncertainty is not None
    assert other.standard_uncertainty == pytest.approx(one.standard_uncertainty * by, rel=1e-4)


NUMBER = st.floats(-1e30, 1e30) | st.floats(-3, 3) | st.sampled_from([0.0, 0.5, 1.0, 2.0])


@settings(max_examples=300, deadline=None)
@given(data=st.data(), model=st.sampled_from(MODELS), weights=st.sampled_from(WEIGHTS))
def test_any_wells_are_fitted_to_finite_numbers_or_refused(data: st.DataObject, model: Model, weights: Weights) -> None:
    n = data.draw(st.integers(1, 9))
    x = np.abs(np.array(data.draw(st.lists(NUMBER, min_size=n, max_size=n))))
    y = np.array(data.draw(st.lists(NUMBER, min_size=n, max_size=n)))
    own: Weights = "none" if model == "log-log" else weights
    use = takes_part(x, model, own)
    try:
        curve = fit_curve(x[use], y[use], model, own)
    except CurveNotFittedError:
        return
    found = read_unknown(curve, [data.draw(NUMBER)])
    stated = (
        found.concentration,
        found.standard_uncertainty,
        curve.determination,
        curve.correlation,
        curve.residual_sd,
    )
    assert np.isfinite([v for v in (*stated, *curve.parameters.values()) if v is not None]).all()
    assert all(level.mean_signal is not None for level in standard_levels(curve, x.tolist(), y.tolist()))


@settings(max_examples=60, deadline=None)
@given(signal=st.floats(-5, 5), model=st.sampled_from(MODELS))
def test_a_result_is_within_the_standards_or_says_where_it_is(signal: float, model: Model) -> None:
    found = read_unknown(fit_curve(X[2:], Y[2:], model), [signal])
    assert (found.concentration is not None) == (found.state is State.MEASURED)
    assert found.concentration is None or 20.0 <= found.concentration <= 1000.0
    assert (found.bound is not None) == (found.state in {State.BELOW_RANGE, State.ABOVE_RANGE})
