"""What a plate gives beside single numbers: a well over time, and a standard curve with its range."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from evqc.errors import Where
from evqc.records import Array, record

#: How signal depends on concentration.
Model = Literal["linear", "quadratic", "four-parameter logistic", "log-log"]

#: What the squared residuals of the fit are divided by. ``x`` is the concentration, ``y`` the fitted signal.
Weights = Literal["none", "1/x", "1/x^2", "1/y", "1/y^2"]


@record
class WellSeries:
    """One well of a plate that was read many times.

    Attributes:
        plate: its name as the file states it; None when it states none.
        well: such as ``B7``.
        signal: what was read: ``absorbance``, ``fluorescence`` or ``luminescence``.
        signal_unit: ``1`` for absorbance, ``a.u.`` for the others.
        wavelength_nm: None when not stated.
        time_s: seconds since the first read of the plate, shape (n,).
        value: one for each time, shape (n,); reads without a number are left out of both and counted in ``missing``.
        missing: reads of this well that hold no number.
        where: where in the file the plate begins.
    """

    plate: str | None
    well: str
    signal: Literal["absorbance", "fluorescence", "luminescence"]
    signal_unit: str
    wavelength_nm: float | None
    time_s: Array
    value: Array
    missing: int = 0
    where: Where = field(default_factory=Where)


@record
class StandardLevel:
    """One concentration of the standard series.

    Attributes:
        nominal: concentration as the layout states it, in the curve's ``unit``.
        signals: of its wells as used in the fit (blank subtracted when the curve says so), in ``signal_unit``.
        mean_signal: their mean.
        signal_cv_percent: SD (n - 1) of ``signals`` over their mean; None for one well or a mean of zero or less.
        back_calculated: the concentration that the curve gives for ``mean_signal``; None where it gives none.
        recovery_percent: back-calculated over nominal, in percent; None for a nominal of zero.
        used: the level took part in the fit.
        remark: why it did not, or what is wrong with it; empty when nothing is.
    """

    nominal: float
    signals: tuple[float, ...]
    mean_signal: float
    signal_cv_percent: float | None
    back_calculated: float | None
    recovery_percent: float | None
    used: bool = True
    remark: str = ""


@record
class StandardCurve:
    """A fitted standard curve.

    Attributes:
        measurand: what it measures, a name of ``measurands.MEASURANDS``.
        unit: of the concentrations.
        signal: what the instrument read, such as ``absorbance at 562 nm`` or ``onset time``.
        signal_unit: of the signals.
        model, weights: how it was fitted.
        parameters: by name, as ``numerics/curve_models.py`` defines them.
        standards: the levels in ascending order.
        blank: mean signal of the blank wells; None when there are none.
        blank_subtracted: it was taken off every signal before the fit.
        correlation: Pearson's r of the straight line (log-log: of the logarithms); None for other models.
        determination: R², 1 - SS(residual) / SS(total), unweighted, on the scale of the fit.
        lowest, highest: the range of concentrations that the standards span and that the curve may be used in.
        where: where in the file the plate begins.
    """

    measurand: str
    unit: str
    signal: str
    signal_unit: str
    model: Model
    weights: Weights
    parameters: dict[str, float]
    standards: tuple[StandardLevel, ...]
    blank: float | None
    blank_subtracted: bool
    correlation: float | None
    determination: float | None
    lowest: float
    highest: float
    where: Where = field(default_factory=Where)
