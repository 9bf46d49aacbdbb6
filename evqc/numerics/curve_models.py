"""The models of a standard curve: signal of a concentration, its derivatives, and the way back within a range.

Parameters, by model, with signal ``y`` of concentration ``x``:

``linear``
    y = intercept + slope x
``quadratic``
    y = intercept + slope x + curvature x²
``four-parameter logistic``
    y = infinite_dose + (zero_dose - infinite_dose) / (1 + (x / midpoint)^slope), x ≥ 0, midpoint and slope positive
``log-log``
    log10 y = intercept + slope log10 x, x and y positive
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import exp, log, log10, ten_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.calibration import Model

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PARAMETERS: dict[Model, tuple[str, ...]] = {
    "linear": ("intercept", "slope"),
    "quadratic": ("intercept", "slope", "curvature"),
    "four-parameter logistic": ("zero_dose", "slope", "midpoint", "infinite_dose"),
    "log-log": ("intercept", "slope"),
}

#: Share by which a root may lie outside the range before it does: the rounding of floats, far below any measurement.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Inverse:
    """Where signals fall on a curve, each array of shape (n,).

    Attributes:
        concentration: NaN where a signal has none within the range.
        below, above: the signal lies beyond the one of the lowest or highest standard.
    """

    concentration: Floats
    below: Flags
    above: Flags

    @property
    def unresolved(self) -> Flags:
        """Neither within nor on a known side of the range: the curve turns and gives two concentrations, or none."""
        return np.isnan(self.concentration) & ~self.below & ~self.above


def signal_of(model: Model, parameters: Mapping[str, float], x: Floats) -> Floats:
    """The fitted signal of concentrations ``x``, shape (n,)."""
    p = [parameters[name] for name in PARAMETERS[model]]
    if model == "four-parameter logistic":
        return np.asarray(p[3] + (p[0] - p[3]) * _share(x, p[1], p[2]))
    if model == "log-log":
        return np.asarray(ten_to(p[0] + p[1] * log10(x)))
    return np.asarray(np.polynomial.polynomial.polyval(x, p))


def gradient(model: Model, parameters: Mapping[str, float], x: Floats) -> Floats:
    """Derivatives of the fitted quantity (log-log: of log10 y) by the parameters, in their order, shape (n, p)."""
    if model == "log-log":
        return np.vander(log10(x), 2, increasing=True)
    if model != "four-parameter logistic":
        return np.vander(x, len(PARAMETERS[model]), increasing=True)
    zero, slope, midpoint, infinite = (parameters[name] for name in PARAMETERS[model])
    share = _share(x, slope, midpoint)
    bend = (zero - infinite) * share * (1.0 - share)
    ratio = log(np.where(x > 0, x, midpoint) / midpoint)  # at x = 0 ``bend`` is 0 and so is the product
    return np.stack([share, -bend * ratio, bend * slope / midpoint, 1.0 - share], axis=1)


def slope_at(model: Model, parameters: Mapping[str, float], x: Floats) -> Floats:
    """dy/dx at concentrations ``x`` (log-log: d log10 y / d log10 x), shape (n,)."""
    if model == "four-parameter logistic":
        zero, slope, midpoint, infinite = (parameters[name] for name in PARAMETERS[model])
        share = _share(x, slope, midpoint)
        return np.asarray(-(zero - infinite) * share * (1.0 - share) * slope / x)
    curvature = parameters.get("curvature", 0.0)
    return np.asarray(parameters["slope"] + 2.0 * curvature * (0.0 if model == "log-log" else x) + 0.0 * x)


def roots(model: Model, parameters: Mapping[str, float], y: Floats) -> Floats:
    """Every concentration that the model gives for signals ``y``, in or out of range; NaN for none, shape (k, n)."""
    p = [parameters[name] for name in PARAMETERS[model]]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if model == "four-parameter logistic":
            odds = (p[0] - y) / (y - p[3])
            found = p[2] * exp(log(np.where(odds >= 0, odds, np.nan)) / p[1])
        elif model == "log-log":
            found = ten_to((log10(np.where(y > 0, y, np.nan)) - p[0]) / p[1])
        else:
            found = _polynomial_roots(p, y)
    return np.where(np.isfinite(found), found, np.nan).reshape(-1, y.size)


def turns(model: Model, parameters: Mapping[str, float], lowest: float, highest: float) -> bool:
    """Whether the curve has its highest or lowest point between two concentrations; only a quadratic can."""
    ends = slope_at(model, parameters, np.array([lowest, highest]))
    return bool(model == "quadratic" and not ends[0] * ends[1] > 0)


def invert(model: Model, parameters: Mapping[str, float], y: Floats, lowest: float, highest: float) -> Inverse:
    """Concentrations of signals where the range of the standards holds exactly one; nothing is extrapolated.

    Args:
        model: its name.
        parameters: by name.
        y: signals, finite, shape (n,).
        lowest: of the standards, included.
        highest: of the standards, included.
    """
    found = roots(model, parameters, y)
    inside = (found >= lowest * (1 - _ROUNDING)) & (found <= highest * (1 + _ROUNDING))
    one = inside.sum(axis=0) == 1
    value = np.where(one, np.where(inside, found, 0.0).sum(axis=0), np.nan)
    nowhere = np.zeros(y.shape, dtype=bool)
    if turns(model, parameters, lowest, highest):
        return Inverse(np.clip(value, lowest, highest), nowhere, nowhere)
    low, high = signal_of(model, parameters, np.array([lowest, highest]))
    sign = 1.0 if high > low else -1.0
    return Inverse(np.clip(value, lowest, highest), ~one & (sign * (y - low) < 0), ~one & (sign * (y - high) > 0))


def _share(x: Floats, slope: float, midpoint: float) -> Floats:
    """1 / (1 + (x / midpoint)^slope), without overflow."""
    with np.errstate(over="ignore", divide="ignore"):
        return np.asarray(1.0 / (1.0 + exp(slope * log(x / midpoint))))


def _polynomial_roots(p: list[float], y: Floats) -> Floats:
    """Roots of p0 + p1 x + p2 x² = y without cancellation; the second is infinite for a straight line."""
    if len(p) == 2:
        return np.asarray((y - p[0]) / p[1])
    half = -0.5 * (p[1] + np.copysign(np.sqrt(p[1] ** 2 - 4.0 * p[2] * (p[0] - y)), p[1]))
    near, far = (p[0] - y) / half, half / p[2]
    return np.stack([near, np.where(np.isclose(near, far, rtol=1e-15, atol=0.0), np.nan, far)])
