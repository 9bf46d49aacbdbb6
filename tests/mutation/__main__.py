"""``python -m tests.mutation --cases 100000 --seed 7``: mutants of all samples and real files, and a table by reader.

Each process may use a limited amount of memory; what needs more is a violation, as is an exception, a file that takes
longer than five seconds, and a number that differs unseen.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from tests.mutation.judging import Outcome
from tests.mutation.trial import Trial, attempt, instrument_of, subjects

if TYPE_CHECKING:
    from tests.samples import Sample

_MEMORY = 2 * 2**30
_COLUMNS = (Outcome.REFUSED, Outcome.FLAGGED, Outcome.SAME, Outcome.TOUCHED, Outcome.VIOLATION)
Row = Counter[Outcome]


def limit_memory() -> None:
    """Lets this process have two GiB of addresses, where the system knows such a limit."""
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def chosen(only: str | None) -> list[Sample]:
    """All samples and the real files that a reader reads, or those of one reader."""
    every = [*subjects(corpus=False), *subjects(corpus=True)]
    return [sample for sample in every if only is None or instrument_of(sample) == only]


def tried(seeds: list[str], sample: Sample) -> list[Trial]:
    """The trials of one file."""
    return [attempt(sample, seed) for seed in seeds]


def table(rows: dict[str, Row]) -> str:
    """The outcomes by reader, and all of them."""
    rows = {**dict(sorted(rows.items())), "all": sum(rows.values(), Counter())}
    heading = f"{'reader':22}{'mutants':>9}{'refused':>9}{'flagged':>9}{'same':>9}{'touched':>9}{'violations':>11}"
    lines = [
        f"{name:22}{sum(row.values()):9}" + "".join(f"{row[c]:9}" for c in _COLUMNS[:-1]) + f"{row[_COLUMNS[-1]]:11}"
        for name, row in rows.items()
    ]
    return "\n".join([heading, *lines])


def say(text: str) -> None:
    """Prints what was found as it is found."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Runs the cases, prints each violation as it is found and the table at the end; 1 when there is a violation."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    asked.add_argument("--cases", type=int, default=10_000, help="mutants in all, spread over the files")
    asked.add_argument("--seed", default="1", help="begin of every case's seed")
    asked.add_argument("--only", help="one reader")
    asked.add_argument("--case", help="one seed, as a violation names it, on every file chosen, with what came of it")
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    args = asked.parse_args()
    files = chosen(args.only)
    each = max(1, round(args.cases / len(files)))
    seeds = [args.case] if args.case else [f"{args.seed} {n}" for n in range(each)]
    rows: dict[str, Row] = defaultdict(Counter)
    start = time.perf_counter()
    with ProcessPoolExecutor(args.processes, initializer=limit_memory) as pool:
        for trials in pool.map(partial(tried, seeds), files):
            for trial in trials:
                rows[trial.instrument][trial.judgement.outcome] += 1
                if trial.judgement.outcome is Outcome.VIOLATION or args.case:
                    say(f"{trial.judgement.outcome.name}: {trial}")
    say(f"{table(rows)}\n{time.perf_counter() - start:.0f} s")
    return int(any(row[Outcome.VIOLATION] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
