"""Standard curves read back: the standards against their nominal concentrations, and unknowns within the range.

A signal beyond those of the lowest and highest standard has no concentration: it is below or above the range.
The models and their parameters are those of ``curve_models``; ``curve_fit`` fits them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.calibration import StandardLevel
from evqc.measurement import State
from evqc.numerics.curve_fit import FittedCurve, takes_part
from evqc.numerics.curve_models import invert, roots
from evqc.numerics.replicates import coefficient_of_variation, moments
from evqc.numerics.tables import as_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from evqc.numerics.curve_models import Inverse


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """What a curve says of the replicate wells of one unknown, as measured and without dilution.

    Attributes:
        state: measured, below range, above range, or missing when the curve turns and gives no single concentration.
        concentration: of the mean signal; there exactly when measured.
        bound: the end of the range that it lies beyond, when it does.
        standard_uncertainty: of ``concentration``, from the curve and the replicates; None without degrees of freedom.
        mean_signal: over the wells.
        signal_cv_percent: of the wells; None for one well or a mean that is not positive.
        concentration_cv_percent: of the wells' own concentrations; None for one well or when one is out of range.
        wells: how many there are.
        outside: how many of them lie outside the range by their own signal.
    """

    state: State
    concentration: float | None
    bound: float | None
    standard_uncertainty: float | None
    mean_signal: float
    signal_cv_percent: float | None
    concentration_cv_percent: float | None
    wells: int
    outside: int

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def read_unknown(curve: FittedCurve, signals: Sequence[float]) -> Unknown:
    """The concentration that belongs to the mean signal of replicate wells, never beyond the standards.

    Args:
        curve: the fitted curve.
        signals: of the wells, as the fit's signals are (blank subtracted or not), at least one and finite.

    Raises:
        ValueError: there is no signal, or one is not finite.

    Source:
        EURACHEM/CITAC QUAM 2012, example A5 (the mean of p observations is read from the line);
        MARKER_FORMATS 6: values under the lowest standard are below range and never extrapolated.
    """
    of = moments(signals)
    wells = _inverse(curve, list(signals))
    outside = int(np.isnan(wells.concentration).sum())
    state, value, bound = _position(curve, _inverse(curve, [of.mean]))
    return Unknown(
        state=state,
        concentration=value,
        bound=bound,
        standard_uncertainty=None if value is None else curve.uncertainty(value, of.n),
        mean_signal=of.mean,
        signal_cv_percent=percent_cv(signals),
        concentration_cv_percent=None if outside else percent_cv(wells.concentration.tolist()),
        wells=of.n,
        outside=outside,
    )


def standard_levels(
    curve: FittedCurve, concentrations: Sequence[float], signals: Sequence[float]
) -> tuple[StandardLevel, ...]:
    """The standards by concentration in ascending order, each read back from the curve, beyond its range if need be.

    Args:
        curve: fitted to those of these wells that can take part.
        concentrations: nominal, one a well, shape (n,).
        signals: of the wells as the fit took them, shape (n,).

    Source:
        ICH M10 [lit]: back-calculated concentrations of the standards, and their recovery of the nominal ones.
    """
    by_level: dict[float, list[float]] = defaultdict(list)
    for nominal, signal in zip(concentrations, signals, strict=True):
        by_level[nominal].append(signal)
    return tuple(_level(curve, nominal, by_level[nominal]) for nominal in sorted(by_level))


def percent_cv(values: Sequence[float]) -> float | None:
    """SD (n - 1) over the mean, in percent; None for one value or a mean that is not positive."""
    share = coefficient_of_variation(values)
    return None if share is None else 100.0 * share


def _inverse(curve: FittedCurve, signals: list[float]) -> Inverse:
    return invert(curve.model, curve.parameters, np.array(signals), curve.lowest, curve.highest)


def _position(curve: FittedCurve, found: Inverse) -> tuple[State, float | None, float | None]:
    """State, concentration and bound of one inverted signal."""
    if found.below[0]:
        return State.BELOW_RANGE, None, curve.lowest
    if found.above[0]:
        return State.ABOVE_RANGE, None, curve.highest
    if found.unresolved[0]:
        return State.MISSING, None, None
    return State.MEASURED, float(found.concentration[0]), None


def _level(curve: FittedCurve, nominal: float, signals: list[float]) -> StandardLevel:
    mean = moments(signals).mean
    back = _nearest_root(curve, mean, nominal)
    used = bool(takes_part(np.array([nominal]), curve.model, curve.weights)[0])
    reason = "a logarithm" if curve.model == "log-log" else f"a weight {curve.weights}"
    return StandardLevel(
        nominal=nominal,
        signals=tuple(signals),
        mean_signal=mean,
        signal_cv_percent=percent_cv(signals),
        back_calculated=back,
        recovery_percent=100.0 * back / nominal if back is not None and nominal > 0 else None,
        used=used,
        remark="" if used else f"a concentration of zero has not {reason}",
    )


def _nearest_root(curve: FittedCurve, signal: float, nominal: float) -> float | None:
    """The concentration nearest to the nominal one that the model gives for a signal; None when it gives none."""
    found = roots(curve.model, curve.parameters, np.array([signal]))[:, 0]
    found = found[~np.isnan(found)]
    return float(found[np.abs(found - nominal).argmin()]) if found.size else None
