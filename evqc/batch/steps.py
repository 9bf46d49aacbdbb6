"""Isolation steps that do not follow from each other: volumes that grow between steps, samples out of order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import isclose
from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.batch.sections import place_of
from evqc.batch.wording import quoted
from evqc.errors import Severity, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.model import BatchRecord
    from evqc.batch.wording import Path
    from evqc.reading import Source

#: Volumes are read from tubes: what is larger by less than this is the same volume.
_ROUNDING = 0.01
#: Liquid that stays in tubing and membranes: a concentration factor off by less is that of the volumes.
_HOLD_UP = 0.1


def steps_that_do_not_follow(record: BatchRecord, source: Source) -> Iterator[Contradiction]:
    """Nonsense in the order of the steps; a step that concentrates or dilutes is none.

    Args:
        record: its ``isolation`` and ``source.volume_ml``.
        source: the file of the record.

    Returns:
        ``STEP_VOLUME`` (a step takes in more than the one before gave, or gives another volume than the whole sample
        after it has, and no note says why), ``STEP_FACTOR`` (the concentration factor is not volume in by volume out),
        ``STEP_SAMPLE`` (the sample before a step is not the one after the step before), ``STEP_ORDER`` (a sample comes
        out of a step at or after which it goes in, or out of two steps), ``STEP_ROLE`` (a sample of a step that is a
        blank or reference).
    """
    for path, severity, code, found, expected in (*_volumes(record), *_whole_samples(record), *_factors(record),
                                                  *_neighbours(record), *_order(record),
                                                  *_roles(record)):  # fmt: skip
        where = place_of(path, source.name)
        yield Contradiction(source=source, issue=problem(severity, code, where, found, expected))


_Found = tuple["Path", Severity, str, str, str]


def _volumes(record: BatchRecord) -> Iterator[_Found]:
    available = record.source.volume_ml
    for index, step in enumerate(record.isolation):
        taken = step.volume_in_ml
        if available is not None and taken is not None and taken > available * (1 + _ROUNDING) and step.note is None:
            found = f"{taken:g} mL into a step for which {available:g} mL were there"
            expected = "at most that volume, or a note that says where the rest comes from"
            yield ("isolation", index, "volume_in_ml"), "note", "STEP_VOLUME", found, expected
        available = step.volume_out_ml


def _whole_samples(record: BatchRecord) -> Iterator[_Found]:
    """Yields rest on the volume of the sample, recoveries on that of the step: the two have to be one."""
    made = Counter(step.sample_out for step in record.isolation)
    for index, step in enumerate(record.isolation):
        sample = record.sample(step.sample_out or "")
        if sample is None or step.note is not None or made[step.sample_out] > 1:
            continue
        given, whole = step.volume_out_ml, sample.volume_ml
        if given is not None and whole is not None and not isclose(given, whole, rel_tol=_ROUNDING):
            found = f"{given:g} mL out of the step, {whole:g} mL of {quoted(sample.name)}"
            expected = "the volume of the whole sample in both, or a note that says where the rest is"
            yield ("isolation", index, "volume_out_ml"), "warning", "STEP_VOLUME", found, expected


def _factors(record: BatchRecord) -> Iterator[_Found]:
    for index, step in enumerate(record.isolation):
        stated, into, out = step.parameters.get("concentration_factor"), step.volume_in_ml, step.volume_out_ml
        if not isinstance(stated, (int, float)) or into is None or out is None or step.note is not None:
            continue
        if not isclose(stated, into / out, rel_tol=_HOLD_UP):
            found = f"{stated:g}, with {into:g} mL in and {out:g} mL out"
            expected = f"about {into / out:.3g}, or a note"
            place = ("isolation", index, "parameters", "concentration_factor")
            yield place, "note", "STEP_FACTOR", found, expected


def _neighbours(record: BatchRecord) -> Iterator[_Found]:
    for index, (before, after) in enumerate(pairwise(record.isolation), start=1):
        if before.sample_out is not None and after.sample_in not in {None, before.sample_out}:
            found, expected = quoted(after.sample_in), f"{quoted(before.sample_out)}, the sample after the step before"
            yield ("isolation", index, "sample_in"), "note", "STEP_SAMPLE", found, expected


def _order(record: BatchRecord) -> Iterator[_Found]:
    made: dict[str, int] = {}
    for index, step in enumerate(record.isolation):
        if step.sample_out is None:
            continue
        if step.sample_out in made:
            found = f"{quoted(step.sample_out)}, which step {made[step.sample_out] + 1} made already"
            yield ("isolation", index, "sample_out"), "warning", "STEP_ORDER", found, "a sample of its own"
        made.setdefault(step.sample_out, index)
    for index, step in enumerate(record.isolation):
        origin = made.get(step.sample_in or "")
        if origin is not None and origin >= index:
            found = f"{quoted(step.sample_in)}, which only step {origin + 1} makes"
            yield ("isolation", index, "sample_in"), "warning", "STEP_ORDER", found, "a sample from before the step"
    for index, sample in enumerate(record.samples):
        origin = made.get(sample.name)
        if sample.from_step is not None and origin is not None and origin + 1 != sample.from_step:
            found = f"step {sample.from_step} of {quoted(sample.name)}, which step {origin + 1} makes"
            yield ("samples", index, "from_step"), "warning", "STEP_ORDER", found, "one step that a sample comes out of"


def _roles(record: BatchRecord) -> Iterator[_Found]:
    for index, step in enumerate(record.isolation):
        for key, name in (("sample_in", step.sample_in), ("sample_out", step.sample_out)):
            sample = record.sample(name) if name is not None else None
            if sample is not None and sample.role not in {"product", "step sample"}:
                found = f"{quoted(name)}, a {sample.role}"
                yield ("isolation", index, key), "warning", "STEP_ROLE", found, "a step sample or the product"
