"""One mutant read and judged, with its time; and every sample and real file that mutants are made of."""

from __future__ import annotations

import signal
import time
import warnings
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.mutation.judging import Baseline, Judgement, Outcome, judge
from tests.mutation.mutant import Mutant, Original
from tests.mutation.mutations import mutate
from tests.places import corpus_files
from tests.samples import Sample, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A file that takes longer hangs, as far as a laboratory is concerned.
LONGEST_S = 5.0


class TookTooLong(BaseException):
    """Raised into a reader that does not come back; nothing that a reader catches."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One mutant and what came of it."""

    sample: str
    instrument: str
    seed: str
    mutant: Mutant
    judgement: Judgement
    seconds: float

    def __str__(self) -> str:
        return f"{self.sample} [{self.seed}] {self.mutant.kind} ({self.mutant.what}): {self.judgement.because}"


@cache
def subjects(*, corpus: bool) -> tuple[Sample, ...]:
    """Every sample, and every real file that a reader recognises."""
    if not corpus:
        return tuple(samples())
    real = [Sample(path, None) for path in corpus_files("nta", "markers")]
    return tuple(sample for sample in real if baseline(sample).reading.verdict != "refused")


@cache
def baseline(sample: Sample) -> Baseline:
    """A sample as it stands, read."""
    return Baseline(sample.file.data, sample.read())


@cache
def _by_instrument() -> dict[str, tuple[bytes, ...]]:
    found = defaultdict[str, list[bytes]](list)
    for sample in samples():
        if not sample.rejects:
            found[str(sample.instrument)].append(sample.file.data)
    return {name: tuple(data) for name, data in found.items()}


@cache
def original(sample: Sample) -> Original:
    """A sample with the files that it can be spliced with."""
    name = instrument_of(sample)
    groups = _by_instrument()
    strangers = tuple(data[0] for other, data in groups.items() if other != name)
    return Original(sample.file.data, groups.get(name, ()), strangers)


def instrument_of(sample: Sample) -> str:
    """The reader of a sample or real file."""
    return sample.instrument or baseline(sample).reading.instrument or "none"


def attempt(sample: Sample, seed: str) -> Trial:
    """Makes the mutant of a seed, reads it and judges what came of it."""
    mutant = mutate(original(sample), f"{seed} of {sample}")
    before = baseline(sample)
    start = time.perf_counter()
    try:
        with _limit(LONGEST_S), warnings.catch_warnings():
            warnings.simplefilter("error")
            reading = sample.read(mutant.data)
        other = None if mutant.other is None else Baseline(mutant.other, sample.read(mutant.other))
        judgement = judge(before, mutant, reading, instrument_of(sample), other)
    except TookTooLong:
        judgement = Judgement(Outcome.VIOLATION, f"longer than {LONGEST_S} s")
    except Exception as error:  # noqa: BLE001  whatever escapes from a reader is what is looked for
        judgement = Judgement(Outcome.VIOLATION, _escaped(error))
    return Trial(str(sample), instrument_of(sample), seed, mutant, judgement, time.perf_counter() - start)


def _escaped(error: Exception) -> str:
    import traceback  # noqa: PLC0415  only for a defect

    frames = list(traceback.extract_tb(error.__traceback__))
    own = [f for f in frames if "evqc" in f.filename] or frames
    return f"{type(error).__name__}: {error} in {own[-1].filename.rpartition('/')[2]}, line {own[-1].lineno}"


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raises ``TookTooLong`` into what computes longer, where the system has such a timer.

    Processor time, so that a busy machine finds nothing that a quiet one does not.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
