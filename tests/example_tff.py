"""Makes ``examples/tff-process``: concentration and diafiltration of one harvest, every stream measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.example_tables import counting_dilution, put_albumin, put_protein
from tests.update_examples import EVS, at, nanosight

if TYPE_CHECKING:
    from pathlib import Path

#: Stream: volume in mL, particles per mL, protein in µg/mL, albumin in ng/mL. What is in none of them stuck to the
#: membrane: 11 % of the particles in the first step and 6.5 % in the second.
STREAMS = {
    "feed": (1000.0, 2.4e9, 120.0, 40_000.0),
    "concentrate": (50.0, 4.224e10, 480.0, 70_000.0),
    "permeate": (950.0, 2.5e7, 96.0, 36_000.0),
    "retentate": (50.0, 3.93e10, 60.0, 1_500.0),
    "wash": (300.0, 3.5e7, 63.0, 10_500.0),
}


def tff_process(folder: Path) -> None:
    """The exports of the five streams, of the diluent and of a process blank."""
    for seed, (stream, (_, per_ml, _, _)) in enumerate(STREAMS.items(), start=41):
        nanosight(
            folder, stream, per_ml, counting_dilution(per_ml), seed=seed, replicate_cv=0.06, components=EVS,
            captured=at("2026-04-15T09:30"),
        )  # fmt: skip
    for seed, blank in enumerate(("process blank", "PBS"), start=51):
        nanosight(folder, blank, 1.0e6, 1, seed=seed, runs=3, captured=at("2026-04-15T08:45"))
    put_protein(folder, {stream: row[2] for stream, row in STREAMS.items()}, seed=61)
    put_albumin(folder, {stream: row[3] for stream, row in STREAMS.items()}, seed=71)
