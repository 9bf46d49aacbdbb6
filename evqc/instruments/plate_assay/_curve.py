"""From the signals of the standard wells to the standard curve, and what a person should know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.calibration import StandardCurve
from evqc.errors import Issue, Where, problem, refusal
from evqc.numerics.curve_fit import CurveNotFittedError, FittedCurve, fit_curve, takes_part
from evqc.numerics.curve_models import turns
from evqc.numerics.endotoxin import LARGEST_ONSET_CV_PERCENT, LEAST_CORRELATION, blanks_are_slower
from evqc.numerics.standard_curve import standard_levels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments.plate_assay._layout import Layout
    from evqc.instruments.plate_assay._signals import Signals, WellSignal
    from evqc.instruments.plate_assay.mapping import PlateMapping

#: Largest CV of replicate signals, percent [MARKER_FORMATS 6: sample CV <= 20 as plate-reader protocols have it].
LARGEST_CV_PERCENT = 20.0
#: Back-calculated over nominal concentration of a standard, percent, both included [lit: ICH M10, ligand binding].
STANDARD_RECOVERY_PERCENT = (80.0, 120.0)


@dataclass(frozen=True, kw_only=True)
class PlateCurve:
    """The curve of a plate.

    Attributes:
        fitted: to read unknowns from.
        record: as readings hold it.
        offset: mean of the blanks when they are subtracted, else 0; taken off the signals of unknowns too.
        issues: what should be known of it.
    """

    fitted: FittedCurve
    record: StandardCurve
    offset: float
    issues: tuple[Issue, ...]


def plate_curve(mapping: PlateMapping, layout: Layout, signals: Signals, source: str) -> PlateCurve:
    """Fits the standard curve of a plate.

    Args:
        mapping: model, weights and blank subtraction.
        layout: which wells are standards and blanks.
        signals: of the wells.
        source: name of the file, for messages.

    Raises:
        InputError: ``WELL_MISSING``, ``BLANK_MISSING`` when the blank is to be subtracted and none has a number,
            ``CURVE_NOT_FITTED``.
    """
    plate = mapping.plate
    blanks = usable(layout.blank, signals, source)
    blank = float(np.mean(blanks)) if blanks else None
    if plate.subtract_blank and blank is None:
        raise refusal(source, "BLANK_MISSING", Where(), "no blank well with a number", "blank wells to subtract")
    offset = blank if plate.subtract_blank and blank is not None else 0.0
    pairs = [(x, y - offset) for x, wells in layout.standards.items() for y in usable(wells, signals, source)]
    x, y = np.array(pairs, dtype=float).reshape(-1, 2).T
    use = takes_part(x, plate.model, plate.weights)
    try:
        fitted = fit_curve(x[use], y[use], plate.model, plate.weights)
    except CurveNotFittedError as error:
        raise refusal(source, "CURVE_NOT_FITTED", Where(), error.found, error.expected) from None
    record = StandardCurve(
        measurand=plate.measurand,
        unit=plate.unit,
        signal=signals.name,
        signal_unit=signals.unit,
        model=plate.model,
        weights=plate.weights,
        parameters=fitted.parameters,
        standards=standard_levels(fitted, x.tolist(), y.tolist()),
        blank=blank,
        blank_subtracted=plate.subtract_blank,
        correlation=fitted.correlation,
        determination=fitted.determination,
        lowest=fitted.lowest,
        highest=fitted.highest,
        where=signals.by_well[next(iter(next(iter(layout.standards.values()))))].where,
    )
    issues = (*_left_out(layout, signals), *_of_levels(record, kinetic=mapping.kinetic is not None), *_of_fit(fitted))
    kinetic = _of_reactions(record, layout, signals) if mapping.kinetic is not None else ()
    return PlateCurve(fitted=fitted, record=record, offset=offset, issues=(*issues, *kinetic))


def usable(wells: Sequence[str], signals: Signals, source: str) -> list[float]:
    """The numbers of wells, those without one left out.

    Raises:
        InputError: ``WELL_MISSING`` for a well that the layout has and the file has not.
    """
    return [signal.value for signal in of_wells(wells, signals, source) if signal.value is not None]


def of_wells(wells: Sequence[str], signals: Signals, source: str) -> list[WellSignal]:
    """The signals of wells; errors as of ``usable``."""
    for well in wells:
        if well not in signals.by_well:
            raise refusal(
                source, "WELL_MISSING", Where(field=well), "no read of this well", f"{signals.name} of {well}"
            )
    return [signals.by_well[well] for well in wells]


def _left_out(layout: Layout, signals: Signals) -> Iterator[Issue]:
    """A warning for each standard or blank without a number; a blank that never reacts is what it should be."""
    for x, wells in (*layout.standards.items(), (None, layout.blank)):
        for signal in (signals.by_well[well] for well in wells):
            if signal.value is None and not (x is None and signal.beyond):
                what = "blank" if x is None else f"standard {x:g}"
                found = f"{what} in well {signal.well}: {signal.why}"
                yield problem("warning", "STANDARD_LEFT_OUT", signal.where, found, "a number")


def _of_levels(curve: StandardCurve, *, kinetic: bool) -> Iterator[Issue]:
    """A warning for each level whose replicates scatter or that the curve does not give back."""
    low, high = STANDARD_RECOVERY_PERCENT
    largest = LARGEST_ONSET_CV_PERCENT if kinetic else LARGEST_CV_PERCENT
    for level in curve.standards:
        name = f"standard {level.nominal:g} {curve.unit}"
        if not level.used:
            yield problem("note", "STANDARD_NOT_USED", curve.where, f"{name}: {level.remark}", "a standard of the fit")
            continue
        if level.nominal > 0 and (level.recovery_percent is None or not low <= level.recovery_percent <= high):
            recovered = "nothing" if level.recovery_percent is None else f"{level.recovery_percent:.1f} %"
            found = f"{name}: the curve gives back {recovered}"
            yield problem("warning", "STANDARD_RECOVERY", curve.where, found, f"{low:g} to {high:g} % of nominal")
        if level.signal_cv_percent is not None and level.nominal > 0 and not level.signal_cv_percent <= largest:
            found = f"{name}: CV {level.signal_cv_percent:.1f} %"
            yield problem(
                "warning", "STANDARD_CV", curve.where, found, f"replicates with a CV of at most {largest:g} %"
            )


def _of_fit(fitted: FittedCurve) -> Iterator[Issue]:
    if fitted.levels.size <= len(fitted.parameters):
        found = f"{fitted.levels.size} concentrations for {len(fitted.parameters)} parameters"
        expected = "more concentrations than parameters, to show whether the model fits"
        yield problem("warning", "CURVE_NOT_TESTED", Where(), found, expected)
    if turns(fitted.model, fitted.parameters, fitted.lowest, fitted.highest):
        found = "a curve that turns within the range of its standards"
        yield problem("warning", "CURVE_TURNS", Where(), found, "signals that only rise or only fall")


def _of_reactions(curve: StandardCurve, layout: Layout, signals: Signals) -> Iterator[Issue]:
    """Correlation of the line, and blanks against the lowest standard that reacted."""
    if curve.correlation is None or not abs(curve.correlation) >= LEAST_CORRELATION:
        found = "no r" if curve.correlation is None else f"r {curve.correlation:.4f}"
        yield problem("warning", "CORRELATION", curve.where, found, f"|r| of at least {LEAST_CORRELATION:.3f}")
    if curve.correlation is not None and curve.parameters["slope"] >= 0:
        found = f"slope {curve.parameters['slope']:.4f}"
        yield problem("warning", "SLOPE", curve.where, found, "a reaction that begins earlier with more endotoxin")
    lowest = next(level for level in curve.standards if level.used)
    slower = blanks_are_slower([signals.by_well[well].value for well in layout.blank], lowest.signals)
    if slower is None:
        yield problem("warning", "BLANK_MISSING", curve.where, "no blank", "blanks slower than the lowest standard")
    elif not slower:
        found = f"a blank that begins within {max(lowest.signals):.0f} s, the time of standard {lowest.nominal:g}"
        yield problem("warning", "BLANK_NOT_SLOWER", curve.where, found, "blanks slower than the lowest standard")
