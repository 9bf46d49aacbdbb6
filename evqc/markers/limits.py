"""Limits that follow from control values, and the call that one signal and its controls support."""

from __future__ import annotations

import math
from statistics import fmean, mean, stdev
from typing import TYPE_CHECKING

from evqc.measurement import Call
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Fewer control values than this estimate their SD so badly that a prediction limit is asked for beside mean + 3 SD.
ENOUGH_CONTROLS = 20
_LEVEL = 0.95


@record
class Limits:
    """Limits that follow from replicate controls.

    Attributes:
        n: number of control values.
        mean, sd: of the values; ``sd`` with n - 1.
        blank: limit of blank, mean + 1.645 SD.
        detection: limit of detection: mean + 3 SD, or the prediction limit where that is higher.
        prediction: upper 95 % limit of one further control value, mean + t SD √(1 + 1/n); None from 20 values on.
    """

    n: int
    mean: float
    sd: float
    blank: float
    detection: float
    prediction: float | None


@record
class Judgement:
    """A call with its reason.

    Attributes:
        call: what follows.
        why: the control or limit that decided, in one sentence.
        background: the highest control level that was compared; None without control.
        limit_of_detection: what the signal had to exceed; None when the controls give no limit.
    """

    call: Call
    why: str
    background: float | None = None
    limit_of_detection: float | None = None


def limits(values: Sequence[float]) -> Limits | None:
    """Limit of blank and limit of detection of replicate controls.

    Args:
        values: control values, shape (n,).

    Returns:
        The limits; None for fewer than two values and for values without any spread, which give none.

    Source:
        METHODS E (case E01): LoB = mean + 1.645 SD, LOD = mean + 3 SD; below 20 values the 95 % prediction limit.
    """
    if len(values) < 2 or not (sd := stdev(values)) > 0:
        return None
    n, mean = len(values), fmean(values)
    prediction = mean + _student(n - 1) * sd * math.sqrt(1 + 1 / n) if n < ENOUGH_CONTROLS else None
    three_sd = mean + 3 * sd
    return Limits(
        n=n,
        mean=mean,
        sd=sd,
        blank=mean + 1.645 * sd,
        detection=max(three_sd, prediction) if prediction is not None else three_sd,
        prediction=prediction,
    )


def call(
    signal: float,
    *,
    isotype: Sequence[float] = (),
    blank: Sequence[float] = (),
    limit_of_detection: float | None = None,
    tetraspanins: Sequence[float] = (),
) -> Judgement:
    """The call that one signal and its controls support.

    The limits of replicate controls are taken at the level of the highest control: with one isotype value and several
    blanks, the blanks' spread stands on top of the isotype.

    Args:
        signal: of the marker.
        isotype: isotype control values, same unit.
        blank: values without sample, same unit.
        limit_of_detection: as the laboratory states it, same unit; at or below it is negative.
        tetraspanins: signals of the panel's tested tetraspanins; they show, where no blank and no stated limit does,
            whether the isotype control stains unspecifically.

    Returns:
        ``positive``, ``negative``, ``indeterminate`` or ``invalid`` with its reason.
    """
    level, name = max(((fmean(v), n) for v, n in ((isotype, "isotype control"), (blank, "blank")) if v), default=_NONE)
    band = _band([found for values in (isotype, blank) if (found := limits(values))], level, limit_of_detection)
    verdict, why = _by_level(signal, level, name) if band is None else _by_band(signal, *band)
    if verdict is Call.NEGATIVE:
        specific, doubt = _specific(isotype, blank, limit_of_detection, tetraspanins)
        if not specific:
            failed = specific is False and signal <= fmean(isotype)
            verdict, why = Call.INVALID if failed else Call.INDETERMINATE, doubt
    return Judgement(call=verdict, why=why, background=level, limit_of_detection=band[1] if band else None)


_NONE: tuple[float | None, str] = (None, "control")


def _band(replicates: Sequence[Limits], level: float | None, stated_limit: float | None) -> tuple[float, float] | None:
    """Below which a signal is negative and above which positive; None where the controls give no limit."""
    if not replicates and stated_limit is None:
        return None
    floor = -math.inf if level is None else level
    stated_at = -math.inf if stated_limit is None else max(stated_limit, floor)
    rises = [(found, max(0.0, floor - found.mean)) for found in replicates]
    lower = max((found.blank + rise for found, rise in rises), default=stated_at)
    return lower, max(stated_at, *(found.detection + rise for found, rise in rises), lower)


def _by_band(signal: float, lower: float, upper: float) -> tuple[Call, str]:
    if signal > upper:
        return Call.POSITIVE, f"{signal:g} is above the limit of detection {upper:.4g}"
    if lower == upper:
        return Call.NEGATIVE, f"{signal:g} is not above the limit of detection {upper:.4g}"
    if signal < lower:
        return Call.NEGATIVE, f"{signal:g} is below the limit of blank {lower:.4g}"
    between = f"between the limit of blank {lower:.4g} and the limit of detection {upper:.4g}"
    return Call.INDETERMINATE, f"{signal:g} lies {between}"


def _by_level(signal: float, level: float | None, name: str) -> tuple[Call, str]:
    if level is None:
        return Call.INDETERMINATE, "no control and no limit of detection"
    if signal > level:
        why = f"{signal:g} is above the {name} {level:.4g}, but without spread of controls no limit follows"
        return Call.INDETERMINATE, why
    return Call.NEGATIVE, f"{signal:g} is not above the {name} {level:.4g}"


def _student(degrees_of_freedom: int) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415  loads only when a limit is made

    return float(stdtrit(degrees_of_freedom, _LEVEL))


def _specific(
    isotype: Sequence[float], blank: Sequence[float], stated_limit: float | None, tetraspanins: Sequence[float]
) -> tuple[bool | None, str]:
    """Whether the isotype control stains no more than background, None when nothing shows it; and why not."""
    if not isotype:
        return True, ""
    level, found = fmean(isotype), limits(blank)
    reference = found.detection if found else stated_limit
    if reference is not None:
        what = f"the isotype control {level:.4g} is itself above the limit of detection {reference:.4g} of the blank"
        return level <= reference, what
    if blank and mean(isotype) <= mean(blank):  # exact, so that equal values are equal
        return True, ""
    if tetraspanins:
        dimmest = min(tetraspanins)
        silent = "blanks without spread do not tell" if len(blank) > 1 else "one blank does not tell"
        doubt = f"{silent if blank else 'no blank tells'} why"
        what = f"the isotype control {level:.4g} is not below the tetraspanin at {dimmest:.4g}; {doubt}"
        return level < dimmest, what
    return True if limits(isotype) else None, "nothing shows that the isotype control is at background"
