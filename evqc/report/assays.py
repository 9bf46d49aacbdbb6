"""What plates give beside numbers: standard curves with their standards, and wells over time with their onset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.batch.assignment import path_of
from evqc.measurement import Quantity
from evqc.numerics.curve_models import signal_of
from evqc.numerics.elementary import geometric_steps
from evqc.report.format import number
from evqc.report.shown import CurveView, KineticView, LevelRow, Number, WellCurve
from evqc.report.words import measurand_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from evqc.batch.assembled import Batch
    from evqc.calibration import StandardCurve, StandardLevel, WellSeries
    from evqc.measurement import Scalar
    from evqc.reading import Reading

#: Points at which a fitted curve is drawn.
_POINTS = 120
#: A sigmoid curve over more than this factor of concentrations is drawn on a logarithmic axis.
_WIDE = 50
_ONSET = "endotoxin_onset_time"


def _relied_on(batch: Batch) -> Iterable[Reading]:
    """The readings that the record names, each content once; all of them without a record."""
    named = {path_of(entry) for entry in batch.record.files} if batch.record is not None else None
    seen: set[str] = set()
    for reading in batch.readings:
        if (named is None or reading.source.name in named) and reading.source.sha256 not in seen:
            seen.add(reading.source.sha256)
            yield reading


def curve_views(batch: Batch) -> tuple[CurveView, ...]:
    """Every standard curve of the files that the batch relies on."""
    return tuple(_curve(reading, curve) for reading in _relied_on(batch) for curve in reading.curves)


def _curve(reading: Reading, of: StandardCurve) -> CurveView:
    at = _abscissa(of)
    return CurveView(
        title=measurand_in_words(of.measurand),
        file=reading.source.name,
        where=str(of.where),
        unit=of.unit,
        signal=of.signal,
        signal_unit=of.signal_unit,
        model=of.model,
        weights=of.weights,
        parameters=of.parameters,
        levels=tuple(_level(level, of) for level in of.standards),
        blank=number(of.blank, of.signal_unit, "no blank wells"),
        blank_subtracted=of.blank_subtracted,
        correlation=_coefficient(of.correlation, "the model has none"),
        determination=_coefficient(of.determination, "not computed"),
        lowest=number(of.lowest, of.unit),
        highest=number(of.highest, of.unit),
        logarithmic=_is_wide(of),
        drawn_at=at,
        drawn_signal=signal_of(of.model, of.parameters, at),
    )


def _coefficient(value: float | None, why: str) -> Number:
    """R² or r with the digits that tell a good curve from a very good one."""
    return number(None, "", why) if value is None else Number(value=value, unit="", text=f"{value:.5f}")


def _is_wide(of: StandardCurve) -> bool:
    if of.model == "four-parameter logistic":
        return of.lowest > 0 and of.highest > _WIDE * of.lowest
    return of.model == "log-log"


def _abscissa(of: StandardCurve) -> NDArray[np.float64]:
    """Concentrations at which the curve is drawn: within its range, evenly on the axis that shows it."""
    if _is_wide(of):
        return geometric_steps(of.lowest, of.highest, _POINTS)
    return np.linspace(of.lowest, of.highest, _POINTS)


def _level(level: StandardLevel, of: StandardCurve) -> LevelRow:
    return LevelRow(
        nominal=number(level.nominal, of.unit),
        signals=level.signals,
        mean=number(level.mean_signal, of.signal_unit),
        cv=number(level.signal_cv_percent, "%", "a single well"),
        back_calculated=number(level.back_calculated, of.unit, "beyond the curve"),
        recovery=number(level.recovery_percent, "%", "a standard of 0 has none"),
        used=level.used,
        remark=level.remark,
    )


def kinetic_views(batch: Batch) -> tuple[KineticView, ...]:
    """The wells over time of every plate of which onset times were read."""
    return tuple(view for reading in _relied_on(batch) for view in _kinetics(reading))


def _kinetics(reading: Reading) -> Iterable[KineticView]:
    onsets = {
        (m.settings.get("plate"), m.settings.get("well")): m.value
        for m in reading.measurements
        if isinstance(m, Quantity) and m.measurand == _ONSET
    }
    plates: dict[str | None, list[WellSeries]] = {}
    for one in reading.series:
        if (one.plate, one.well) in onsets:
            plates.setdefault(one.plate, []).append(one)
    for plate, wells in plates.items():
        yield _kinetic(reading, plate, wells, onsets)


def _kinetic(
    reading: Reading, plate: str | None, wells: Sequence[WellSeries], onsets: dict[tuple[Scalar, Scalar], float | None]
) -> KineticView:
    first = wells[0]
    return KineticView(
        title="endotoxin onset time",
        file=reading.source.name,
        plate=plate or "plate",
        signal=first.signal,
        signal_unit=first.signal_unit,
        wavelength=number(first.wavelength_nm, "nm", "the file does not state it"),
        wells=tuple(
            WellCurve(
                well=one.well,
                time_s=one.time_s,
                value=one.value,
                onset=number(onsets[one.plate, one.well], "s", "no onset within the time of the run"),
            )
            for one in wells
        ),
    )
