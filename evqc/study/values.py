"""From the batches of a study to what is known of every aspect: out of batch folders, stated numbers, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Where, problem
from evqc.measurement import Call
from evqc.study.columns import Observation
from evqc.study.comparison import Noticed
from evqc.study.folders import of_folder
from evqc.study.numbers import STATED, Known, computed, disagreeing, stated
from evqc.study.steps import StepRecovery, steps_of
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.batch.assembled import Batch
    from evqc.errors import Issue
    from evqc.study.folders import OfFolder
    from evqc.study.model import BatchOfStudy, Study
    from evqc.study.open import OpenStudy

#: Above it a recovery is more than counting error. Source: STANDARDS YLD-03.
_HIGHEST_RECOVERY = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the batches of a study say.

    Attributes:
        observations: by arm, pool, batch and aspect.
        because: by batch and aspect, why a folder does not give a number.
        steps: what every step of the folders kept.
        noticed: what a person should look at.
    """

    observations: tuple[Observation, ...]
    because: Mapping[tuple[str, str], str]
    steps: tuple[StepRecovery, ...]
    noticed: tuple[Noticed, ...]


def gather(study: OpenStudy) -> Gathered:
    """Everything known of the aspects of all batches.

    A number out of a folder stands before one stated in the study, which only adds what the folder lacks; where both
    are there and disagree, that is noticed and the folder's counts.
    """
    ordered = sorted(study.record.batches, key=lambda b: (b.arm, b.pool, b.name))
    opened = {
        batch.name: of_folder(study.folders[batch.name], batch) for batch in ordered if batch.name in study.folders
    }
    _take_calls(opened.values())
    known = {batch.name: _known(batch, opened.get(batch.name)) for batch in ordered}
    observations = [each for batch in ordered for each in _observations(batch, known[batch.name])]
    return Gathered(
        observations=tuple(observations),
        because={(name, aspect): why for name, own in opened.items() for aspect, why in own.because.items()},
        steps=tuple(s for b in ordered if b.name in opened for s in steps_of(study.folders[b.name], b)),
        noticed=tuple(_noticed(study, ordered, opened, observations)),
    )


def _take_calls(opened: Iterable[OfFolder]) -> None:
    """Of the contaminants that some panel of the study asks for, the share that is negative in each batch.

    One that a batch does not answer may be either, so that its share is known between bounds.
    """
    answered = [found for found in opened if found.calls]
    asked = sorted({marker for found in answered for marker in found.calls})
    for found in answered:
        calls = [found.calls.get(marker) for marker in asked]
        negative, positive = calls.count(Call.NEGATIVE), calls.count(Call.POSITIVE)
        least, most = (100.0 * count / len(asked) for count in (negative, len(asked) - positive))
        source = f"{', '.join(asked)} in the marker panels of the product, from the batch folder"
        found.known["contaminant_markers_negative"] = Known(least, most, source)


def _known(batch: BatchOfStudy, folder: OfFolder | None) -> dict[str, Known]:
    """By name, what is known: computed in the folder, then from quantities, then as stated."""
    said = stated(batch.numbers)
    own = folder.known if folder is not None else {}
    return said | computed(said | own) | own


def _observations(batch: BatchOfStudy, known: Mapping[str, Known]) -> Iterator[Observation]:
    for name in aspects():
        found = known.get(name)
        if found is not None and (found.lower is not None or found.upper is not None):
            yield Observation(
                arm=batch.arm, pool=batch.pool, batch=batch.name, aspect=name, lower=found.lower, upper=found.upper,
                source=found.source,
            )  # fmt: skip


def _noticed(
    study: OpenStudy,
    ordered: Sequence[BatchOfStudy],
    opened: Mapping[str, OfFolder],
    observations: Sequence[Observation],
) -> Iterator[Noticed]:
    for batch in ordered:
        if batch.name in opened:
            folder = study.folders[batch.name]
            yield from _of_batch(batch.name, folder)
            issues = (*_other_methods(study.record, batch, folder), *_disagreements(batch, opened[batch.name]))
            yield from (Noticed(source=batch.name, issue=issue) for issue in issues)
    yield from (Noticed(source=o.batch, issue=issue) for o in observations for issue in _recovered_too_much(o))
    yield from (Noticed(source=study.record.study.id, issue=issue) for issue in _shares(observations))


def _of_batch(name: str, folder: Batch) -> Iterator[Noticed]:
    """Files that were refused, and what in the folder contradicts itself; notes stay in the batch's own report."""
    for reading in folder.readings:
        if reading.verdict == "refused":
            found = f"{reading.source.name} was refused"
            issue = problem("warning", "FILE_REFUSED", Where(), found, "files that evqc reads, or none; see evqc read")
            yield Noticed(source=name, issue=issue)
    for each in folder.contradictions:
        if each.issue.severity != "note":
            yield Noticed(source=f"{name}: {each.source.name}", issue=each.issue)


def _other_methods(record: Study, batch: BatchOfStudy, folder: Batch) -> Iterator[Issue]:
    """A warning when the steps of a batch are not those of its method, in order."""
    steps = [step.method for step in folder.record.isolation] if folder.record is not None else []
    left = iter(steps)
    wanted = record.arm(batch.arm).methods
    if steps and not all(method in left for method in wanted):
        found = f"steps {', '.join(steps)}"
        expected = f"{', '.join(wanted)} among the steps, in this order, as the method '{batch.arm}' says"
        yield problem("warning", "OTHER_METHODS", Where(field="isolation"), found, expected)


def _disagreements(batch: BatchOfStudy, folder: OfFolder) -> Iterator[Issue]:
    given = stated(batch.numbers)
    for name, said, own in disagreeing(given, computed(given | folder.known) | folder.known):
        found = f"{said.in_words} stated in the study"
        expected = f"{own.in_words}, which the batch folder gives and which counts"
        yield problem("warning", "NUMBERS_DISAGREE", Where(field=f"numbers.{name}"), found, expected)


def _recovered_too_much(observation: Observation) -> Iterator[Issue]:
    lower = observation.lower
    if observation.aspect == "particle_recovery" and lower is not None and lower > _HIGHEST_RECOVERY:
        expected = "at most 100 %; a step may add or break up particles, or dilutions or counting limits may differ"
        yield problem("warning", "RECOVERY_ABOVE_100", Where(field="particle_recovery"), f"{lower:.4g} %", expected)


def _shares(observations: Sequence[Observation]) -> Iterator[Issue]:
    """A warning for each aspect in per cent of which every number is 1 or less: shares, perhaps."""
    for name, aspect in aspects().items():
        own = [o for o in observations if o.aspect == name and o.source == STATED]
        ends = [o.upper for o in own if o.upper is not None]
        if aspect.unit == "%" and len(ends) > 1 and max(ends) <= 1:
            found = f"no number above 1 for {aspect.title.lower()}"
            yield problem("warning", "SHARE_NOT_PERCENT", Where(field=name), found, "per cent: 42 for 42 %")
