"""Tables for the examples: protein and albumin of several samples in one file each, and mappings to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import evqc
from tests.update_examples import BCA_MAPPING, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ALBUMIN_MAPPING = """\
# Which column of the ELISA's table is which quantity.
title = "Albumin ELISA"
method = "ELISA"

[table]
delimiter = "comma"
decimal = "."
below_range_words = ["Too low"]
above_range_words = ["Too high"]

[sample]
column = "Sample"
replicate = "Replicate"

[[column]]
heading = "Albumin (ng/mL)"
measurand = "albumin_concentration"
unit = "ng/mL"
dilution_column = "Dilution"
"""
#: Wells of the ELISA scatter so much, and it holds from here to there, in ng/mL of the diluted sample.
_ELISA_CV, _ELISA_FROM, _ELISA_TO = 0.06, 2.0, 400.0


def put_protein(batch: Path, concentrations: Mapping[str, float], seed: int, below: str = "exports/protein") -> None:
    """One BCA table of several samples, each in µg/mL, in triplicate, in a folder below that of the batch."""
    lines: list[str] = []
    for sample, value in concentrations.items():
        made = evqc.simulate(
            "protein", sample=sample, protein_ug_per_ml=value, lowest_ug_per_ml=0.5, seed=seed,
            protein_dilution=_dilution(value, 200.0, (1, 2, 5, 10, 20)),
        )  # fmt: skip
        rows = next(iter(made.values())).decode().splitlines(keepends=True)
        lines += rows if not lines else rows[1:]
        seed += 1
    put(batch / below, "bca.csv", "".join(lines).encode())
    put(batch / "mappings", "bca.toml", BCA_MAPPING.encode())


def put_albumin(batch: Path, concentrations: Mapping[str, float], seed: int, below: str = "exports/albumin") -> None:
    """One ELISA table of several samples, each in ng/mL, in triplicate, in a folder below that of the batch."""
    rng = np.random.default_rng([seed, 99])
    rows = ["Sample,Replicate,Albumin (ng/mL),Dilution"]
    for sample, value in concentrations.items():
        dilution = _dilution(value, 300.0, (1, 10, 100, 1000, 10_000))
        wells = value / dilution * np.exp(_ELISA_CV * rng.standard_normal(3))
        rows += [f"{sample},{i},{_shown(well)},{dilution}" for i, well in enumerate(wells, start=1)]
    put(batch / below, "elisa.csv", ("\r\n".join(rows) + "\r\n").encode())
    put(batch / "mappings", "elisa.toml", ALBUMIN_MAPPING.encode())


def counting_dilution(per_ml: float) -> int:
    """The dilution that brings a suspension into the range in which NanoSight counts well."""
    return _dilution(per_ml, 1.2e9, (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))


def _dilution(value: float, most: float, steps: Sequence[int]) -> int:
    return next((step for step in steps if value / step <= most), steps[-1])


def _shown(well: float) -> str:
    if well < _ELISA_FROM:
        return "Too low"
    return f"{well:.1f}" if well <= _ELISA_TO else "Too high"
