"""Damaged files never give another number unseen: every reader, every sample, and the real files where they are.

A case is one seed; ``python -m tests.mutation --only NAME --case SEED`` shows it again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evqc.instruments._registry import known
from tests.mutation.judging import Outcome
from tests.mutation.mutations import mutate
from tests.mutation.trial import Trial, attempt, instrument_of, original, subjects
from tests.places import needs_corpus

if TYPE_CHECKING:
    from tests.samples import Sample

#: Sample and case of every violation that is known and not mended yet, as ``python -m tests.mutation`` names them.
OPEN = tuple((Path(__file__).parent / "open_cases.txt").read_text("utf-8").splitlines())
#: Mutants of each sample: by default, with ``-m slow``, and of each real file with ``-m slow``.
QUICK, MANY, REAL = 1, 40, 12
#: Parts that the mutants of one reader are split into, so that they run side by side.
PARTS = 2


def tried(chosen: list[Sample], seeds: range, label: str) -> list[Trial]:
    return [attempt(sample, f"{label} {seed}") for sample in chosen for seed in seeds]


def violations(trials: list[Trial]) -> list[str]:
    """What is not excused, but for the cases that ``open_cases.txt`` lists: known, and still to be mended."""
    found = [str(trial) for trial in trials if trial.judgement.outcome is Outcome.VIOLATION]
    return [text for text in found if not text.startswith(OPEN)]


def of_reader(name: str) -> list[Sample]:
    return [sample for sample in subjects(corpus=False) if sample.instrument == name]


@pytest.mark.parametrize("name", sorted(known()))
def test_mutants_never_give_another_number_unseen(name: str) -> None:
    assert violations(tried(of_reader(name), range(QUICK), "quick")) == []


@pytest.mark.slow
@pytest.mark.parametrize("half", range(PARTS))
@pytest.mark.parametrize("name", sorted(known()))
def test_many_mutants_never_give_another_number_unseen(name: str, half: int) -> None:
    seeds = range(half * MANY // PARTS, (half + 1) * MANY // PARTS)
    assert violations(tried(of_reader(name), seeds, "many")) == []


@needs_corpus
@pytest.mark.slow
@pytest.mark.parametrize("half", range(PARTS))
def test_mutants_of_real_files_never_give_another_number_unseen(half: int) -> None:
    chosen = list(subjects(corpus=True))[half::PARTS]
    assert violations(tried(chosen, range(REAL), "real")) == []


def test_the_same_seed_gives_the_same_mutant() -> None:
    for sample in subjects(corpus=False)[::20]:
        assert mutate(original(sample), "again") == mutate(original(sample), "again")


def test_every_reader_is_tried() -> None:
    assert {instrument_of(sample) for sample in subjects(corpus=False)} == set(known())
