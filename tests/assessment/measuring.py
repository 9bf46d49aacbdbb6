"""Measurements that are no sizing runs, from a few words: quantities, standard curves and panels with controls."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import Any

from evqc.calibration import StandardCurve, StandardLevel
from evqc.errors import Issue, Where, problem
from evqc.markers.panel import MarkerInput, interpret
from evqc.measurands import measurand as measurand_called
from evqc.measurement import Control, MarkerPanel, Quantity, State

_STATES = {"below": State.BELOW_RANGE, "above": State.ABOVE_RANGE}


def quantity(
    measurand: str, value: float | None = None, *, unit: str | None = None, line: int = 2, **more: Any
) -> Quantity:
    """One number; ``below`` or ``above`` give a bound instead, ``outside`` one without its end.

    Args:
        measurand: a name of the vocabulary.
        value: None for a quantity without a number.
        unit: the canonical one by default.
        more: ``sample``, ``method``, ``settings``, ``below``, ``above``, ``outside``.
    """
    side = next((side for side in _STATES if side in more or more.get("outside") == side), None)
    bound = None if side is None else more.pop(side, None)
    more.pop("outside", None)
    state = State.MEASURED if value is not None else _STATES.get(side or "", State.MISSING)
    return Quantity(
        measurand=measurand,
        value=None if value is None else float(value),
        unit=unit or measurand_called(measurand).unit,
        state=state,
        bound=None if bound is None else float(bound),
        sample=more.pop("sample", None),
        where=Where(line=line),
        **more,
    )


def curve(
    *levels: list[float],
    recoveries: dict[str, float] | None = None,
    blank: float | None = None,
    blank_subtracted: bool = False,
) -> StandardCurve:
    """A curve of protein whose standards come back as they are, unless a recovery says otherwise.

    Args:
        levels: nominal concentration, then the signals of its wells.
        recoveries: per cent by nominal concentration.
        blank: mean signal of the blank wells.
        blank_subtracted: the signals are those without it.
    """
    given = {float(nominal): percent for nominal, percent in (recoveries or {}).items()}
    standards = tuple(_level(float(n), [float(s) for s in signals], given.get(n, 100.0)) for n, *signals in levels)
    return StandardCurve(
        measurand="protein_concentration",
        unit="ug/mL",
        signal="absorbance at 562 nm",
        signal_unit="1",
        model="linear",
        weights="none",
        parameters={"intercept": 0.09, "slope": 0.001},
        standards=standards,
        blank=blank,
        blank_subtracted=blank_subtracted,
        correlation=0.999,
        determination=0.998,
        lowest=min(level.nominal for level in standards if level.nominal > 0),
        highest=standards[-1].nominal,
        where=Where(line=29),
    )


def _level(nominal: float, signals: list[float], recovery: float) -> StandardLevel:
    mean = fmean(signals)
    return StandardLevel(
        nominal=nominal,
        signals=tuple(signals),
        mean_signal=mean,
        signal_cv_percent=100 * stdev(signals) / mean if len(signals) > 1 else None,
        back_calculated=nominal * recovery / 100,
        recovery_percent=recovery if nominal > 0 else None,
    )


def panel(
    technique: str,
    markers: dict[str, float],
    *,
    sample: str | None = None,
    isotypes: dict[str, float] | None = None,
    blanks: list[float] | None = None,
    lysate: dict[str, float] | None = None,
    background: dict[str, float] | None = None,
) -> MarkerPanel:
    """A panel by numbers, each marker called against the controls given.

    Args:
        technique: such as ``western blot``.
        markers: signal by marker.
        sample: as the file states it.
        isotypes: signal by name of the control, for the whole panel.
        blanks: signals without sample, for the whole panel.
        lysate: signal of the lysate by marker.
        background: signal of a marker's own control.
    """
    own, shown = background or {}, lysate or {}
    rows = [
        MarkerInput(
            as_written=name,
            signal=float(signal),
            unit="a.u.",
            background=(float(own[name]),) if name in own else (),
            lysate_signal=float(shown[name]) if name in shown else None,
        )
        for name, signal in markers.items()
    ]
    controls = [Control(name=n, kind="isotype", signal=float(s), unit="a.u.") for n, s in (isotypes or {}).items()]
    controls += [
        Control(name=f"Blank {i}", kind="blank", signal=float(s), unit="a.u.") for i, s in enumerate(blanks or [], 1)
    ]
    return interpret(technique, sample, rows, controls)


def issue(code: str, found: str, line: int = 2) -> Issue:
    """A warning of a reader."""
    return problem("warning", code, Where(line=line), found, "something else")
