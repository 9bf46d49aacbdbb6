"""What every isolation step of a batch folder kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.isolation.of_batch import derive
from evqc.numerics.estimate import Estimate
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.assembled import Batch
    from evqc.study.model import BatchOfStudy


@record
class StepRecovery:
    """What one isolation step of a batch kept.

    Attributes:
        number: of the step, from 1.
        recovered: ``particles`` or ``protein``.
        percent: of what went in; None when ``why_missing`` says why.
    """

    arm: str
    pool: str
    batch: str
    number: int
    method: str
    recovered: str
    percent: Estimate | None
    why_missing: str = ""


def steps_of(batch: Batch, entry: BatchOfStudy) -> Iterator[StepRecovery]:
    """What every step of a batch kept, where samples before and after it are named."""
    steps = batch.record.isolation if batch.record is not None else ()
    for scored in derive(batch):
        if scored.step is not None:
            yield StepRecovery(
                arm=entry.arm,
                pool=entry.pool,
                batch=entry.name,
                number=scored.step,
                method=steps[scored.step - 1].method,
                recovered=scored.recovered,
                percent=scored.derived.estimate,
                why_missing=scored.derived.why_missing,
            )
