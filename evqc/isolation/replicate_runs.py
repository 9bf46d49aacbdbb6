"""What the replicate runs of one sample say together: its shape above the floor, drift, crowding and beads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from evqc.isolation.concentrations import TRACKING, is_usable
from evqc.numerics.bead_check import bead_bias
from evqc.numerics.coincidence import Coincidence, coincidence
from evqc.numerics.descriptive import Described, described
from evqc.numerics.drift import Drift, drift
from evqc.numerics.equivalence import Equivalence
from evqc.numerics.size_windows import size_windows
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Run
    from evqc.measurement import SizeDistribution

#: Of the resampling of runs, and of the orders of more than eight of them.
SEED, DRAWS = 1, 1000
#: Fewer runs have no order to speak of: two are always perfectly up or down.
_LEAST_FOR_DRIFT = 3


@record
class WindowShare:
    """A size window of which ``Described`` states the share.

    Attributes:
        name: in ``Described.estimates``.
        lower_nm, upper_nm: its ends, the lower one not below the floor.
        ranges: the published windows that are this one above the floor, in words.
    """

    name: str
    lower_nm: float
    upper_nm: float
    ranges: tuple[str, ...]


@record
class OrderedDrift:
    """Drift of one number over the order in which runs were acquired.

    Attributes:
        of: what drifts, in words.
        order: ``by their times``, or ``in the order of the file`` where that states one time for all, or none.
    """

    of: str
    order: str
    drift: Drift


@record
class ReplicateRuns:
    """What the usable runs of one sample say together.

    Attributes:
        shape: statistics of the mean of their normalised curves, shares being of the particles above ``floor_nm``; None
            where runs differ in bins or hold no particles.
        windows: whose shares ``shape`` states.
        drifts: of concentration and D50 over time; none where it cannot be told.
        why_no_drift: why there are none; empty below three runs too, of which no order can be told from chance.
        crowded: runs with more particles a frame than recommended, by their place among all runs, from 1.
        beads: bias of the modal diameter against the certificate; None but for bead checks with its uncertainty.
        why_no_beads: why a bead check is not judged; empty for what is none.
    """

    floor_nm: float | None
    shape: Described | None
    windows: tuple[WindowShare, ...]
    drifts: tuple[OrderedDrift, ...]
    why_no_drift: str
    crowded: tuple[tuple[int, Coincidence], ...]
    beads: Equivalence | None
    why_no_beads: str


def replicate_runs(runs: Sequence[Run], floor_nm: float | None) -> ReplicateRuns:
    """What runs of one sample, measured alike, say together; runs without particles say nothing here.

    Args:
        runs: in any order, of one sample, technique, instrument and filter.
        floor_nm: of tracking of vesicles by scatter, below which shares leave particles out; None for all others.
    """
    used = [run.distribution for run in runs if is_usable(run.distribution)]
    floor = floor_nm if runs[0].distribution.technique == TRACKING and runs[0].bead_nm is None else None
    windows = _windows(floor) if runs[0].bead_nm is None else ()
    drifts, why_no_drift = _drifts([run for run in runs if is_usable(run.distribution)])
    beads, why_no_beads = _beads(runs[0], used)
    return ReplicateRuns(
        floor_nm=floor,
        shape=_shape(used, windows, floor),
        windows=windows,
        drifts=drifts,
        why_no_drift=why_no_drift,
        crowded=tuple(_crowded(runs)),
        beads=beads,
        why_no_beads=why_no_beads,
    )


def _windows(floor: float | None) -> tuple[WindowShare, ...]:
    """The published windows, those that are one above the floor as one."""
    ranges: dict[tuple[float, float], list[str]] = {}
    for window in size_windows():
        lower = window.lower_nm if floor is None else max(window.lower_nm, floor)
        if lower < window.upper_nm:
            ranges.setdefault((lower, window.upper_nm), []).append(window.range)
    return tuple(
        WindowShare(name=f"{low:g} to {high:g} nm", lower_nm=low, upper_nm=high, ranges=tuple(dict.fromkeys(said)))
        for (low, high), said in sorted(ranges.items())
    )


def _shape(used: Sequence[SizeDistribution], windows: Sequence[WindowShare], floor: float | None) -> Described | None:
    if not used:
        return None
    bins = used[0].diameter_nm
    weights = [run.count if run.concentration_per_ml is None else run.concentration_per_ml for run in used]
    alike = all(
        np.array_equal(run.diameter_nm.lower, bins.lower) and np.array_equal(run.diameter_nm.upper, bins.upper)
        for run in used
    )
    if not alike or any(weight is None or not weight.any() for weight in weights):
        return None
    curves = np.stack([weight for weight in weights if weight is not None])
    named = {each.name: (each.lower_nm, each.upper_nm) for each in windows}
    return described(
        bins.lower, bins.upper, curves, replicates="runs", seed=SEED, windows=named, floor_nm=floor, draws=DRAWS
    )


def _drifts(used: Sequence[Run]) -> tuple[tuple[OrderedDrift, ...], str]:
    if len(used) < _LEAST_FOR_DRIFT:
        return (), ""
    places, order = _places(used)
    if places is None:
        return (), order
    of_runs = [run.distribution for run in used]
    totals = [run.concentration_total_per_ml for run in of_runs]
    columns = {
        "concentration": [total.recomputed if total.reported is None else total.reported for total in totals],
        "D50": [run.statistics.standard.d50_nm for run in of_runs],
    }
    found = []
    for of, column in columns.items():
        known = [value for value in column if value is not None]
        if len(known) == len(used):
            found.append(OrderedDrift(of=of, order=order, drift=drift(known, places, seed=SEED)))
    return tuple(found), ""


def _places(used: Sequence[Run]) -> tuple[list[float] | None, str]:
    """Place of each run in the order of acquisition, and how that is known; None and why it is not."""
    times, stated = _times(used), {run.distribution.acquired_at for run in used}
    if times is not None and len(set(times)) == len(times):
        return times, "by their times"
    if len(stated) == 1 and len({run.file.name for run in used}) == 1:
        return [float(place) for place in range(len(used))], "in the order of the file"
    if times is None:
        return None, "the files do not state when each run was acquired"
    return None, "the files state the same time for several runs"


def _times(used: Sequence[Run]) -> list[float] | None:
    """Seconds of each run after the first one; None where one states none, or only some a time zone."""
    try:
        at = [datetime.fromisoformat(run.distribution.acquired_at or "") for run in used]
        return [(each - min(at)).total_seconds() for each in at]
    except (ValueError, TypeError):
        return None


def _crowded(runs: Sequence[Run]) -> list[tuple[int, Coincidence]]:
    found = []
    for place, run in enumerate(runs, start=1):
        seen = run.distribution.validity.particles_per_frame
        if seen is not None and run.distribution.technique == TRACKING and (of := coincidence(seen)).crowded:
            found.append((place, of))
    return found


def _beads(first: Run, used: Sequence[SizeDistribution]) -> tuple[Equivalence | None, str]:
    if first.bead_nm is None:
        return None, ""
    if first.bead_uncertainty_nm is None:
        return None, "the record does not state the uncertainty of the certificate"
    modes = [mode for run in used if (mode := run.statistics.standard.mode_nm) is not None]
    if not modes:
        return None, "no run has a mode"
    return bead_bias(modes, first.bead_nm, first.bead_uncertainty_nm), ""
