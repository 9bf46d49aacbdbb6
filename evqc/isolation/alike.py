"""Which runs of different samples compare, and how much a run counted that may be empty."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from evqc.isolation.concentrations import COUNTING, apparatus, usable_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch, Run


def kind_of(batch: Batch, run: Run) -> tuple[str, str, str]:
    """Technique, instrument and optical filter: numbers of runs that differ in one of them do not compare."""
    return run.distribution.technique, *apparatus(batch, run)


def of_role(batch: Batch, role: str, like: Sequence[Run]) -> list[Run]:
    """The runs of all samples with a role that were measured as other runs were; by any counting where there are none.

    Args:
        batch: with a record.
        role: such as ``process blank``.
        like: the runs to compare with.
    """
    kinds = {kind_of(batch, run) for run in like}
    own = [run for run in batch.runs if run.role == role and run.bead_nm is None]
    if not kinds:
        return [run for run in own if run.distribution.technique in COUNTING]
    return [run for run in own if kind_of(batch, run) in kinds]


def measured_alike(batch: Batch, one: str, other: str) -> bool:
    """Whether the runs that two samples rest on compare; samples without runs do not contradict each other."""
    kinds = [{kind_of(batch, run) for run in usable_runs(batch, name)} for name in (one, other)]
    return not all(kinds) or kinds[0] == kinds[1]


def has_looked(run: Run) -> bool:
    """Whether a run looked at its sample at all: frames were analysed, and where positions are stated, some was kept.

    A run that did and saw no particle says that there are hardly any; one that did not says nothing.
    """
    of = run.distribution
    return of.settings.get("total_frames_analysed") != 0 and of.validity.positions_kept != 0


def undiluted(run: Run) -> float | None:
    """Particles per mL of the undiluted sample, zero for a run that looked and saw none; None where it is not known."""
    total = run.distribution.concentration_total_per_ml
    if total.undiluted is not None:
        return total.undiluted
    empty = run.distribution.validity.particles_per_frame == 0 and not total.reported and not total.recomputed
    return 0.0 if empty and has_looked(run) else None


def mean_undiluted(runs: Sequence[Run]) -> float | None:
    """Mean undiluted concentration per mL of all runs; None without runs or when one is not known."""
    values = [undiluted(run) for run in runs]
    numbers = [value for value in values if value is not None]
    return fmean(numbers) if numbers and len(numbers) == len(values) else None
