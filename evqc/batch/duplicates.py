"""Files and runs that are there twice: a copy is no replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.errors import Where, problem
from evqc.measurement import SizeDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.reading import Reading


def duplicates(readings: Sequence[Reading]) -> Iterator[Contradiction]:
    """Every file with the bytes of an earlier one (``DUPLICATE_FILE``) or with a run of one (``DUPLICATE_RUN``).

    Args:
        readings: one for each export. A run is known again by technique, name and time of acquisition.
    """
    files: dict[str, str] = {}
    runs: dict[tuple[str, str, str], str] = {}
    for reading in readings:
        name = reading.source.name
        first = files.setdefault(reading.source.sha256 or name, name)
        if first != name:
            yield _again(reading, "DUPLICATE_FILE", f"the same bytes as {first}", "each export once")
        else:
            yield from _known_runs(reading, runs)


def _known_runs(reading: Reading, runs: dict[tuple[str, str, str], str]) -> Iterator[Contradiction]:
    name = reading.source.name
    for run in reading.measurements:
        if isinstance(run, SizeDistribution) and run.run is not None and run.acquired_at is not None:
            first = runs.setdefault((run.technique, run.run, run.acquired_at), name)
            if first != name:
                found = f"run '{run.run}' of {run.acquired_at}, which stands in {first} too"
                yield _again(reading, "DUPLICATE_RUN", found, "each run in one file; it counts as two replicates now")


def _again(reading: Reading, code: str, found: str, expected: str) -> Contradiction:
    return Contradiction(source=reading.source, issue=problem("warning", code, Where(), found, expected))
