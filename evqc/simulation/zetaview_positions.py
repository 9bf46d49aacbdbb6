"""What a ZetaView makes of a truth: eleven positions with their traces, some of them removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import InputError
from evqc.records import Array, record
from evqc.simulation.truth import SOURCE, Truth, bad_option, concentration_of_run, diameters_of_run, generator

if TYPE_CHECKING:
    from collections.abc import Mapping

POSITIONS = 11
#: Particles per cm³ of the suspension for one particle in view; real instruments lie between 3.8e5 and 4.6e5.
PER_PARTICLE_IN_VIEW = 4.29e5
#: Traces that one particle in view gives in one cycle (between 0.4 and 0.6 in real files).
_TRACES_PER_PARTICLE = 0.45
#: Reasons that real position tables give, and what each does to a position: factors of the particles, of their
#: diameters and of the drift.
REMOVALS: dict[str, tuple[float, float, float]] = {
    "MIN_TRACES": (0.02, 1.0, 1.0),
    "GRUBBS_NUMBER": (3.0, 1.0, 1.0),
    "RANGE_NUMBER": (0.2, 1.0, 1.0),
    "GRUBBS_SIZE": (1.0, 1.8, 1.0),
    "MAX_DRIFT": (1.0, 1.0, 60.0),
}


@record
class CellPosition:
    """One position of the cell in one run.

    Attributes:
        depth: relative, 0 to 1.
        removal: why the software dropped it, None when it did not.
        particles: mean number in view.
        diameters_nm: of its traces, shape (traces,).
        drift_um_per_s: of the liquid.
        intensity: mean brightness.
    """

    depth: float
    removal: str | None
    particles: float
    diameters_nm: Array
    drift_um_per_s: float
    intensity: float


def positions_of(truth: Truth, run: int, cycles: int, removals: Mapping[int, str]) -> list[CellPosition]:
    """The eleven positions of one run.

    Args:
        truth: the sample.
        run: which of its runs, from 0.
        cycles: how often the instrument went through the positions.
        removals: reason by index of the position, from 0 to 10.

    Raises:
        InputError: ``OPTION``: a run, position, reason or number of cycles that there is not.
    """
    wrong = [
        bad_option("removals", f"{index}: {reason}", f"positions 0 to 10 with one of {', '.join(REMOVALS)}")
        for index, reason in removals.items()
        if not (0 <= index < POSITIONS and reason in REMOVALS)
    ]
    if not 0 <= run < truth.runs:
        wrong.append(bad_option("run", run, f"a run from 0 to {truth.runs - 1}"))
    if not 1 <= cycles <= 100:
        wrong.append(bad_option("cycles", cycles, "from 1 to 100 cycles"))
    if wrong:
        raise InputError(SOURCE, *wrong)
    return [_position(truth, run, index, cycles, removals.get(index)) for index in range(POSITIONS)]


def _position(truth: Truth, run: int, index: int, cycles: int, removal: str | None) -> CellPosition:
    rng = generator(truth, run, 4, index)
    more, larger, faster = REMOVALS.get(removal or "", (1.0, 1.0, 1.0))
    expected = concentration_of_run(truth, run) / PER_PARTICLE_IN_VIEW * more
    particles = float(rng.poisson(expected * cycles)) / cycles
    traces = int(rng.poisson(particles * cycles * _TRACES_PER_PARTICLE))
    diameters = larger * diameters_of_run(truth, run, traces, index)
    return CellPosition(
        depth=0.1 + 0.08 * index,
        removal=removal,
        particles=particles,
        diameters_nm=np.clip(diameters, 5.0, 5990.0),
        drift_um_per_s=faster * truth.drift + rng.normal(0.0, 0.1),
        intensity=rng.uniform(40.0, 50.0),
    )
