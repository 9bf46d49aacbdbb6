"""Potency of a preparation relative to a standard: parallel four-parameter curves on the logarithm of dose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evqc.errors import EvqcError
from evqc.numerics.curve_fit import CurveNotFittedError, FittedCurve, fit_curve
from evqc.numerics.curve_models import gradient, signal_of
from evqc.numerics.elementary import exp, matrix_product
from evqc.numerics.equivalence import Equivalence, equivalent_value
from evqc.numerics.estimate import Estimate, coverage_factor
from evqc.numerics.linear_equations import dot, inverse_of_squares
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    import pandas as pd

    from evqc.calibration import Model

Floats = NDArray[np.float64]
_MODEL: Model = "four-parameter logistic"
_ZERO, _SLOPE, _MIDPOINT, _INFINITE = "zero_dose", "slope", "midpoint", "infinite_dose"


class PotencyRefusedError(EvqcError):
    """Curves that do not settle, are not shown to be parallel, or lack an asymptote: no potency is stated."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What parallelism and complete curves mean; judgements of the laboratory, not facts.

    Attributes:
        ratio: slopes and spans of both curves may differ by this factor.
        shift: their zero doses by this share of the standard's span.
        asymptote: at the lowest and the highest dose a curve has come this near to its asymptotes, as a share of the
            span.
        alpha: level of each of both one-sided tests of an equivalence.
    """

    ratio: float = 1.25
    shift: float = 0.1
    asymptote: float = 0.15
    alpha: float = 0.05


@record
class RelativePotency:
    """How many times as potent a preparation is as the standard.

    Attributes:
        potency: with its t interval on the log scale; above 1 the preparation needs less dose.
        zero_dose, slope, midpoint, infinite_dose: of the common curve; the midpoint is the standard's.
        residual_sum_of_squares: about the common curves.
        slope_ratio, span_ratio: preparation by standard, of curves fitted apart, tested for equivalence.
        shift: of the zero dose, as a share of the standard's span, likewise.
        p_not_parallel: of the F test of common against separate curves, beside the equivalence and never instead: it
            rewards scatter. None when nothing scatters.
    """

    potency: Estimate
    zero_dose: float
    slope: float
    midpoint: float
    infinite_dose: float
    residual_sum_of_squares: float
    slope_ratio: Equivalence
    span_ratio: Equivalence
    shift: Equivalence
    f_not_parallel: float | None
    p_not_parallel: float | None
    method: str = "parallel four-parameter logistic curves by least squares"
    assumptions: tuple[str, ...] = ("responses scatter alike at every dose", "wells are independent")
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


@dataclass(frozen=True)
class _Data:
    """Wells of both preparations: doses, responses, and which are of the one under test."""

    dose: Floats
    response: Floats
    tested: NDArray[np.bool_]


def relative_potency(
    standard: tuple[Floats, Floats], tested: tuple[Floats, Floats], *, limits: Limits | None = None, level: float = 0.95
) -> RelativePotency:
    """Potency of a preparation relative to a standard, where both curves are shown to be parallel.

    Args:
        standard: doses and responses of its wells, each of shape (n,); doses not negative.
        tested: the same of the preparation, shape (m,), doses in the same unit.
        limits: what parallel and complete mean.
        level: two-sided confidence level.

    Raises:
        PotencyRefusedError: a curve is not settled or lacks an asymptote, or the curves are not shown to be parallel.
        ValueError: shapes differ, or a number is not finite.

    Source:
        METHODS F; parallelism by equivalence of parameters as in USP <1032> and <1034> [lit]; reference case F16.
    """
    given = limits or Limits()
    if any(dose.shape != response.shape or dose.ndim != 1 or not dose.size for dose, response in (standard, tested)):
        raise ValueError("doses and responses are of one length")
    data = _Data(
        np.concatenate([standard[0], tested[0]]),
        np.concatenate([standard[1], tested[1]]),
        np.repeat([False, True], [len(standard[0]), len(tested[0])]),
    )
    apart = (_complete("standard", *standard, given), _complete("preparation", *tested, given))
    checks = _parallelism(*apart, given)
    if any(check.equivalent is not True for check in checks):
        raise PotencyRefusedError(f"the curves are not shown to be parallel: {_said(checks)}")
    start = [_parameter(apart[0], name) for name in (_ZERO, _SLOPE, _MIDPOINT, _INFINITE)]
    ratio = start[2] / _parameter(apart[1], _MIDPOINT)
    return _common(data, [*start, ratio], apart, checks, level)


def _complete(name: str, dose: Floats, response: Floats, limits: Limits) -> FittedCurve:
    """The curve of one preparation, refused where its wells do not reach both asymptotes."""
    try:
        found = fit_curve(dose, response, _MODEL)
    except CurveNotFittedError as error:
        raise PotencyRefusedError(f"the curve of the {name} is not settled: {error}") from error
    ends = np.array([dose.min(), dose.max()])
    unit = {_ZERO: 1.0, _INFINITE: 0.0, _SLOPE: _parameter(found, _SLOPE), _MIDPOINT: _parameter(found, _MIDPOINT)}
    left, right = signal_of(_MODEL, unit, ends)
    if max(1 - left, right) <= limits.asymptote:
        return found
    where = "lowest" if 1 - left > right else "highest"
    raise PotencyRefusedError(f"an asymptote of the {name} is missing: its {where} dose lies on the bend of the curve")


def _parameter(curve: FittedCurve, name: str) -> float:
    return float(curve.parameters[name])


def _parallelism(standard: FittedCurve, tested: FittedCurve, limits: Limits) -> tuple[Equivalence, ...]:
    """Equivalence of the slopes and spans (as logarithms of their ratio) and of the zero doses."""
    margin, n = math.log(limits.ratio), min(standard.wells, tested.wells)
    degrees = standard.degrees_of_freedom + tested.degrees_of_freedom
    pooled = _pooled_sd(standard, tested)

    def tested_for(difference: float, gradients: tuple[Floats, Floats], edge: float) -> Equivalence:
        variance = sum(
            dot(g, matrix_product(c.covariance, g)) for g, c in zip(gradients, (standard, tested), strict=True)
        )
        u = pooled * math.sqrt(max(variance, 0.0)) if degrees else None
        return equivalent_value(difference, u, degrees or None, (-edge, edge), n=n, alpha=limits.alpha)

    slopes = [_parameter(c, _SLOPE) for c in (standard, tested)]
    spans = [_parameter(c, _INFINITE) - _parameter(c, _ZERO) for c in (standard, tested)]
    if not spans[1] / spans[0] > 0:
        raise PotencyRefusedError("the curves are not shown to be parallel: one rises and one falls")
    of_slope = tuple(np.array([0.0, 1 / slope, 0.0, 0.0]) for slope in slopes)
    of_span = tuple(np.array([-1.0, 0.0, 0.0, 1.0]) / span for span in spans)
    share = (_parameter(tested, _ZERO) - _parameter(standard, _ZERO)) / spans[0]
    of_shift = (np.array([-1 + share, 0.0, 0.0, -share]) / spans[0], np.array([1.0, 0.0, 0.0, 0.0]) / spans[0])
    return (
        tested_for(math.log(slopes[1] / slopes[0]), (of_slope[0], of_slope[1]), margin),
        tested_for(math.log(spans[1] / spans[0]), (of_span[0], of_span[1]), margin),
        tested_for(share, of_shift, limits.shift),
    )


def _pooled_sd(standard: FittedCurve, tested: FittedCurve) -> float:
    degrees = standard.degrees_of_freedom + tested.degrees_of_freedom
    return math.sqrt(_squares(standard, tested) / degrees) if degrees else 0.0


def _squares(*curves: FittedCurve) -> float:
    """Residual sum of squares of curves fitted apart."""
    return math.fsum((c.residual_sd or 0.0) ** 2 * c.degrees_of_freedom for c in curves)


def _said(checks: tuple[Equivalence, ...]) -> str:
    names = ("logarithm of the slopes' ratio", "logarithm of the spans' ratio", "shift of the zero dose")
    return "; ".join(
        f"{name} {c.estimate:.3g}, {_ends(c)}, has to lie within ±{c.margin_upper:.3g}"
        for name, c in zip(names, checks, strict=True)
        if c.equivalent is not True
    )


def _ends(check: Equivalence) -> str:
    if check.lower is None or check.upper is None:
        return "without an interval"
    return f"interval {check.lower:.3g} to {check.upper:.3g}"


def _common(
    data: _Data, start: list[float], apart: tuple[FittedCurve, ...], checks: tuple[Equivalence, ...], level: float
) -> RelativePotency:
    """Both curves with all but the midpoint in common; potency is the ratio of their midpoints."""
    parameters, jacobian, residuals = _fitted(data, start)
    squares, degrees = dot(residuals, residuals), data.dose.size - len(start)
    zero, slope, midpoint, infinite, log_ratio = parameters
    covariance = inverse_of_squares(jacobian)
    error = math.sqrt(squares / degrees * covariance[4, 4])
    half, value = coverage_factor(level, degrees) * error, math.exp(log_ratio)
    separate, freedom = _squares(*apart), sum(c.degrees_of_freedom for c in apart)
    scatters = separate > 1e-20 * float(np.ptp(data.response)) ** 2 and freedom > 0
    statistic = max((squares - separate) / (degrees - freedom) / (separate / freedom), 0.0) if scatters else None
    return RelativePotency(
        potency=Estimate(
            value=value, lower=value * math.exp(-half), upper=value * math.exp(half), unit="1",
            n=min(c.wells for c in apart), level=level, scale="log", replicates="wells",
            method=f"parallel four-parameter curves, {level:.0%} t interval on the log scale",
            standard_uncertainty=value * error, degrees_of_freedom=float(degrees),
            assumptions=("both curves have one shape", "responses scatter alike at every dose"),
        ),
        zero_dose=zero, slope=slope, midpoint=midpoint, infinite_dose=infinite, residual_sum_of_squares=squares,
        slope_ratio=checks[0], span_ratio=checks[1], shift=checks[2],
        f_not_parallel=statistic,
        p_not_parallel=None if statistic is None else _p_of_f(statistic, degrees - freedom, freedom),
    )  # fmt: skip


def _fitted(data: _Data, start: list[float]) -> tuple[list[float], Floats, Floats]:
    """Zero dose, slope, midpoint, infinite dose and log potency; derivatives by them (log slope, log midpoint)."""
    from scipy.optimize import least_squares  # noqa: PLC0415  loads only when curves are fitted

    scale = float(np.ptp(data.response))

    def named(t: Floats) -> tuple[dict[str, float], Floats]:
        # A preparation of r times the potency acts at a dose as the standard does at r times that dose.
        dose = data.dose * exp(np.where(data.tested, t[4], 0.0))
        return {_ZERO: t[0], _SLOPE: math.exp(t[1]), _MIDPOINT: math.exp(t[2]), _INFINITE: t[3]}, dose

    def residuals(t: Floats) -> Floats:
        curve, dose = named(t)
        return np.asarray((signal_of(_MODEL, curve, dose) - data.response) / scale)

    def derivatives(t: Floats) -> Floats:
        curve, dose = named(t)
        by = gradient(_MODEL, curve, dose) * np.array([1.0, curve[_SLOPE], curve[_MIDPOINT], 1.0])
        return np.asarray(np.column_stack([by, np.where(data.tested, -by[:, 2], 0.0)]) / scale)

    first = np.array([start[0], math.log(start[1]), math.log(start[2]), start[3], math.log(start[4])])
    solve: Any = least_squares
    found = solve(residuals, first, derivatives, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if found.status <= 0:
        raise PotencyRefusedError("the common curve does not converge")
    t = [float(x) for x in found.x]
    return [t[0], math.exp(t[1]), math.exp(t[2]), t[3], t[4]], derivatives(found.x) * scale, found.fun * scale


def _p_of_f(statistic: float, between: int, within: int) -> float:
    from scipy.special import fdtrc  # noqa: PLC0415  loads only when a p is made

    return float(fdtrc(between, within, statistic))
