"""Fits the models of a standard curve to wells: weighted least squares that says when the wells do not settle it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.calibration import Model, Weights
from evqc.errors import EvqcError
from evqc.numerics.curve_models import PARAMETERS, Floats, gradient, signal_of, slope_at
from evqc.numerics.elementary import exp, geometric_steps, log, log10
from evqc.numerics.linear_equations import dot, inverse_root, least_squares, squares

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from evqc.numerics.curve_models import Flags

#: Rounds of reweighting by the fitted signal, and the change of the signals (relative) at which they have settled.
_MOST_ROUNDS = 200
_SETTLED = 1e-12
#: The same for a logistic, whose parameters are searched for and not solved for.
_SETTLED_LOGISTIC = 1e-9
#: Condition of the scaled Jacobian beyond which the wells leave a parameter open.
_LARGEST_CONDITION = 1e8
#: A sum of squares of a few numbers below it is finite.
_LARGEST_ROOT = 1e153
#: Slopes and midpoints (over the geometric mean of the standards) that the logistic may start from.
_START_SLOPES = geometric_steps(0.25, 8.0, 11)
_START_MIDPOINTS = geometric_steps(1e-3, 1e3, 61)
#: The square of a smaller signal is no float.
_SMALLEST = 1e-150
#: No instrument reads farther, and squares of such numbers are floats.
LARGEST = 1e30
#: An asymptote that many times the span of the signals away, or a midpoint or slope beyond its exponential, is no fit.
_FARTHEST = 100.0


class CurveNotFittedError(EvqcError):
    """The wells do not settle the parameters of the model.

    Attributes:
        found, expected: for the message of a refusal ``CURVE_NOT_FITTED``.
    """

    def __init__(self, found: str, expected: str) -> None:
        self.found, self.expected = found, expected
        super().__init__(f"found {found}; expected {expected}")


@dataclass(frozen=True, kw_only=True)
class FittedCurve:
    """A model with the parameters that the standards gave it.

    Attributes:
        model, weights: what was fitted, and what the squared residuals were divided by.
        parameters: by name, as ``curve_models`` defines them.
        wells: that took part.
        levels: different concentrations among them, ascending, shape (k,).
        degrees_of_freedom: wells minus parameters.
        residual_sd: root of the weighted residual sum of squares over the degrees of freedom (log-log: of log10 y);
            None without degrees of freedom. Without weights it is the SD of one well about the curve.
        covariance: of the parameters for a residual SD of 1, shape (p, p).
        correlation: Pearson's r of the wells (log-log: of the logarithms); None for curved models or no scatter.
        determination: R², 1 - SS(residual) / SS(total), unweighted, on the scale of the fit; None without scatter.
        lowest, highest: range that the curve may be read in: the lowest concentration above zero and the highest.
    """

    model: Model
    weights: Weights
    parameters: dict[str, float]
    wells: int
    levels: Floats
    degrees_of_freedom: int
    residual_sd: float | None
    covariance: Floats
    correlation: float | None
    determination: float | None
    lowest: float
    highest: float

    def to_pandas(self) -> pd.DataFrame:
        """One row a parameter: its value and standard error (missing without degrees of freedom)."""
        import pandas as pd  # noqa: PLC0415  pandas loads when a table is asked for

        scale = self.residual_sd if self.residual_sd is not None else math.nan
        errors = scale * np.sqrt(np.diag(self.covariance))
        values = [*self.parameters.values()]
        return pd.DataFrame({"parameter": [*self.parameters], "value": values, "standard_error": errors})

    def uncertainty(self, concentration: float, replicates: int) -> float | None:
        """Standard uncertainty of a concentration read from the curve for the mean of ``replicates`` wells.

        For an unweighted straight line this is s/b √(1/p + 1/n + (x - x̄)²/Sxx); weights and curved models follow by
        first-order propagation: √(s²/(w p) + s² gᵀCg) / |f'|, g the derivatives by the parameters there.

        Returns:
            In the unit of the concentration; None without degrees of freedom or where the curve is flat.

        Source:
            EURACHEM/CITAC QUAM 2012, example A5, eq. E3.4; Miller and Miller for the weighted line [lit].
        """
        at = np.array([concentration])
        slope = abs(float(slope_at(self.model, self.parameters, at)[0]))
        if self.residual_sd is None or not slope > 0:
            return None
        g = gradient(self.model, self.parameters, at)[0]
        weight = float(_weight(self.weights, at, signal_of(self.model, self.parameters, at))[0])
        variance = 1.0 / (weight * replicates) + dot(g, np.array([dot(row, g) for row in self.covariance]))
        found = self.residual_sd * math.sqrt(max(variance, 0.0)) / slope
        return found * concentration * math.log(10) if self.model == "log-log" else found


def takes_part(concentration: Floats, model: Model, weights: Weights) -> Flags:
    """Which wells a fit can use, shape (n,): a concentration of zero has no logarithm and no weight 1/x."""
    positive_only = model == "log-log" or weights in {"1/x", "1/x^2"}
    return concentration > 0 if positive_only else np.ones(concentration.shape, dtype=bool)


def fit_curve(concentration: Floats, signal: Floats, model: Model, weights: Weights = "none") -> FittedCurve:
    """Fits a model to wells of known concentration, each well being one observation; their order does not matter.

    Args:
        concentration: of the wells, not negative, shape (n,).
        signal: of the wells, shape (n,).
        model: its name.
        weights: what the squared residuals are divided by; ``y`` is the fitted signal, found by reweighting in rounds.

    Raises:
        CurveNotFittedError: fewer concentrations than parameters, no two different signals, or wells that leave a
            parameter open.
        ValueError: numbers that are not finite, shapes that differ, or wells that ``takes_part`` excludes.

    Source:
        Weighted least squares; EURACHEM/CITAC QUAM 2012, E3.
    """
    x, y = _checked(concentration, signal, model, weights)
    fitted_x, fitted_y = (log10(x), log10(y)) if model == "log-log" else (x, y)
    parameters = _settled(x, y, model, weights)
    named = dict(zip(PARAMETERS[model], map(float, parameters), strict=True))
    modelled = signal_of(model, named, x)
    weight = _weight(weights, x, modelled)
    residual = fitted_y - (log10(modelled) if model == "log-log" else modelled)
    freedom = x.size - len(named)
    return FittedCurve(
        model=model,
        weights=weights,
        parameters=named,
        wells=x.size,
        levels=np.unique(x),
        degrees_of_freedom=freedom,
        residual_sd=math.sqrt(dot(weight, residual**2) / freedom) if freedom else None,
        covariance=_covariance(gradient(model, named, x) * np.sqrt(weight)[:, None]),
        correlation=_correlation(fitted_x, fitted_y) if model in {"linear", "log-log"} else None,
        determination=_determination(fitted_y, residual),
        lowest=float(x[x > 0].min()),
        highest=float(x.max()),
    )


def _checked(concentration: Floats, signal: Floats, model: Model, weights: Weights) -> tuple[Floats, Floats]:
    """The wells sorted by concentration and signal, so that their order in the file cannot matter."""
    if concentration.shape != signal.shape or concentration.ndim != 1:
        raise ValueError("concentrations and signals are of one length")
    if not (np.isfinite(concentration).all() and np.isfinite(signal).all() and (concentration >= 0).all()):
        raise ValueError("concentrations and signals are finite and concentrations not negative")
    if not takes_part(concentration, model, weights).all():
        raise ValueError(f"a concentration of zero cannot take part in a {model} fit with weights {weights}")
    sizes = np.abs(np.concatenate([concentration[concentration > 0], signal]))
    if sizes.max(initial=0) > LARGEST or concentration[concentration > 0].min(initial=1) < 1 / LARGEST:
        raise CurveNotFittedError("numbers whose squares leave the floats", f"numbers of at most {LARGEST:g}")
    needed, levels = len(PARAMETERS[model]), np.unique(concentration)
    if levels.size < needed:
        raise CurveNotFittedError(
            f"{levels.size} concentrations of the standard", f"at least {needed} for a {model} fit"
        )
    if np.ptp(signal) == 0:
        raise CurveNotFittedError("the same signal in all standards", "signals that depend on the concentration")
    if model == "log-log" and not (signal > 0).all():
        raise CurveNotFittedError(f"a signal of {signal.min():g}", "signals above zero for a log-log fit")
    order = np.lexsort((signal, concentration))
    return concentration[order], signal[order]


def _weight(weights: Weights, x: Floats, fitted: Floats) -> Floats:
    """Weights of the squared residuals, shape (n,); refuses fitted signals that are not positive for 1/y."""
    if weights == "none":
        return np.ones(x.shape)
    power = 2 if weights.endswith("^2") else 1
    if weights.startswith("1/x"):
        return np.asarray(1.0 / x**power)
    if not (fitted > _SMALLEST).all():
        found = f"a fitted signal of {fitted.min():g}"
        raise CurveNotFittedError(found, f"fitted signals above zero for weights {weights}")
    return np.asarray(1.0 / fitted**power)


def _settled(x: Floats, y: Floats, model: Model, weights: Weights) -> Floats:
    """Parameters; for weights by the fitted signal those that their own weights give again."""
    names = PARAMETERS[model]
    if weights in {"none", "1/x", "1/x^2"}:
        return _solve(x, y, model, _weight(weights, x, y))
    settled = (_SETTLED_LOGISTIC if model == "four-parameter logistic" else _SETTLED) * np.abs(y).max()
    parameters = _solve(x, y, model, np.ones(x.shape))
    for _ in range(_MOST_ROUNDS):
        fitted = signal_of(model, dict(zip(names, parameters, strict=True)), x)
        parameters = _solve(x, y, model, _weight(weights, x, fitted))
        again = signal_of(model, dict(zip(names, parameters, strict=True)), x)
        if np.abs(again - fitted).max() <= settled:
            return parameters
    raise CurveNotFittedError(f"weights {weights} that do not settle", "weights that the fit gives again")


def _solve(x: Floats, y: Floats, model: Model, weight: Floats) -> Floats:
    if model == "four-parameter logistic":
        return _logistic(x, y, weight / weight.mean())
    if model == "log-log":
        return _weighted(np.vander(log10(x), 2, increasing=True), log10(y), np.ones(x.shape))
    return _weighted(np.vander(x, len(PARAMETERS[model]), increasing=True), y, weight)


def _weighted(design: Floats, y: Floats, weight: Floats) -> Floats:
    """Weighted linear least squares."""
    rows = design * np.sqrt(weight)[:, None]
    _refuse_open(rows / np.linalg.norm(rows, axis=0))
    return least_squares(rows, y * np.sqrt(weight))


def _refuse_open(scaled: Floats) -> None:
    if not np.isfinite(scaled).all() or not np.linalg.cond(scaled) < _LARGEST_CONDITION:
        raise CurveNotFittedError("standards that leave a parameter open", "standards that span the bend of the curve")


def _covariance(rows: Floats) -> Floats:
    """(JᵀWJ)⁻¹ from √W J, shape (p, p)."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        _refuse_open(rows / np.linalg.norm(rows, axis=0))
        root = inverse_root(rows)
        largest = float(np.abs(root).max())
    if not largest < _LARGEST_ROOT:
        raise CurveNotFittedError("standards that leave a parameter open", "standards that span the bend of the curve")
    return squares(root)


def _logistic(x: Floats, y: Floats, weight: Floats) -> Floats:
    """The four parameters; fitted with x over its geometric mean, y from 0 to 1, slope and midpoint as logarithms."""
    from scipy.optimize import least_squares  # noqa: PLC0415  loads only when a logistic is fitted

    scale, base, span = math.exp(log(x[x > 0]).mean()), float(y.min()), float(np.ptp(y))
    u, v, root = x / scale, (y - base) / span, np.sqrt(weight)
    model: Model = "four-parameter logistic"

    def named(t: Floats) -> dict[str, float]:
        with np.errstate(over="ignore"):
            return dict(zip(PARAMETERS[model], (t[0], exp(t[1]), exp(t[2]), t[3]), strict=True))

    def residuals(t: Floats) -> Floats:
        return np.asarray(root * (signal_of(model, named(t), u) - v))

    def jacobian(t: Floats) -> Floats:
        by = gradient(model, named(t), u) * np.array([1.0, exp(t[1]), exp(t[2]), 1.0])
        return np.asarray(by * root[:, None])

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        try:
            found = least_squares(
                residuals,
                _start(u, v, weight),
                jacobian,
                method="lm",
                xtol=1e-15,
                ftol=1e-15,
                gtol=1e-15,
                max_nfev=2000,
            )
        except ValueError:  # residuals that are not finite: a midpoint that ran away
            found = None
    if found is None or found.status <= 0 or not np.abs(found.x).max() < _FARTHEST:
        raise CurveNotFittedError("a logistic that does not converge", "standards that span the bend of the curve")
    slope, midpoint = exp(found.x[1:3])
    return np.array([base + span * found.x[0], slope, midpoint * scale, base + span * found.x[3]])


def _start(u: Floats, v: Floats, weight: Floats) -> NDArray[np.float64]:
    """The best start on a grid of slopes and midpoints, both asymptotes being linear least squares at each."""
    slope, midpoint = (m.ravel()[:, None] for m in np.meshgrid(_START_SLOPES, _START_MIDPOINTS))
    with np.errstate(divide="ignore"):
        share = 1.0 / (1.0 + exp(np.clip(slope * log(u / midpoint), -700, 700)))
    other = 1 - share
    products = (share * share, share * other, other * other, share * v, other * v)
    aa, ab, bb, av, bv = ((product * weight).sum(axis=1) for product in products)
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = aa * bb - ab**2
        zero, infinite = (bb * av - ab * bv) / determinant, (aa * bv - ab * av) / determinant
        cost = ((zero[:, None] * share + infinite[:, None] * other - v) ** 2 * weight).sum(axis=1)
    best = int(np.argmin(np.where(determinant > 1e-9 * weight.sum() ** 2, cost, np.inf)))
    return np.array([zero[best], math.log(slope[best, 0]), math.log(midpoint[best, 0]), infinite[best]])


def _correlation(x: Floats, y: Floats) -> float | None:
    dx, dy = x - x.mean(), y - y.mean()
    scatter = math.sqrt(dot(dx, dx) * dot(dy, dy))
    return max(-1.0, min(1.0, dot(dx, dy) / scatter)) if scatter > 0 else None


def _determination(y: Floats, residual: Floats) -> float | None:
    total = float(((y - y.mean()) ** 2).sum())
    return 1.0 - dot(residual, residual) / total if total > 0 else None
