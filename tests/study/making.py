"""Studies of known truth, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from evqc.study.model import Study
from evqc.study.open import OpenStudy
from evqc.study.weights import weight_set

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Particles per µg, recovery in per cent, albumin in ng per 10⁹ particles, hours.
TRUTH: Mapping[str, tuple[float, float, float, float]] = {
    "SEC": (6e9, 50.0, 1.5, 3.0),
    "precipitation": (4e8, 88.0, 60.0, 2.0),
    "UC": (2e9, 8.0, 8.0, 6.0),
}
METHODS = {"SEC": ("SEC",), "precipitation": ("PEG",), "UC": ("UC",), "TFF + SEC": ("TFF", "SEC")}

TOML = """
schema = "evqc.study/1"

[study]
id = "S-1"
title = "Which isolation?"
question = "Which one goes into production?"
weights = "clinical-grade"
seed = 7

[[arms]]
name = "TFF + SEC"
methods = ["tff", "SEC"]
hours = 9
hands_on_hours = 3
cost_per_batch = 420
currency = "EUR"
capacity_ml = 1000
closed = true
note = "single-use"

[[arms]]
name = "UC"
methods = ["dUC"]
closed = false

[[batches]]
arm = "TFF + SEC"
pool = "donor 1"
name = "T1"

[batches.numbers]
particles_total = 2.5e11
protein_ug = 60
albumin_ng = "<40"
feed_particles = 6e11

[[batches]]
arm = "UC"
pool = "donor 1"
name = "U1"
numbers = { particle_recovery = 9, particles_per_protein = ">4e9" }
"""


def plain(
    truth: Mapping[str, tuple[float, float, float, float]] = TRUTH, *, pools: int = 4, cv: float = 0.1, seed: int = 1
) -> dict[str, Any]:
    """A study as plain data: every method on every pool, with scatter within and between pools."""
    rng = np.random.default_rng(seed)
    feed = 6e11 * rng.lognormal(0, 0.4, pools)
    arms, batches = [], []
    for arm, (purity, recovery, albumin, hours) in truth.items():
        arms.append({"name": arm, "methods": METHODS.get(arm, ("UC",)), "hours": hours, "hands_on_hours": hours / 2})
        for at in range(pools):
            scatter = rng.lognormal(0, cv, 3)
            total = float(feed[at] * recovery / 100 * scatter[0])
            numbers = {
                "particles_total": total,
                "feed_particles": float(feed[at]),
                "protein_ug": float(total / (purity * scatter[1])),
                "albumin_ng": float(total / 1e9 * albumin * scatter[2]),
            }
            batches.append({"arm": arm, "pool": f"d{at + 1}", "name": f"{arm} d{at + 1}", "numbers": numbers})
    return {"study": {"id": "S-1", "title": "Which isolation?"}, "arms": arms, "batches": batches}


def opened(given: dict[str, Any], weights: str = "research", folder: Path | None = None, **folders: Any) -> OpenStudy:
    """A study of plain data, as if it had been opened; batches that are folders by name."""
    record = Study.model_validate(given | {key: tuple(given[key]) for key in ("arms", "batches")})
    return OpenStudy(record=record, weights=weight_set(weights, folder), folders=folders)


def without(given: dict[str, Any], arm: str, *names: str) -> dict[str, Any]:
    """The same study without some numbers of a method."""
    return given | {
        "batches": [
            b | {"numbers": {k: v for k, v in b["numbers"].items() if k not in names}} if b["arm"] == arm else b
            for b in given["batches"]
        ]
    }


def arm_batches(given: dict[str, Any], arm: str) -> Sequence[dict[str, Any]]:
    """The batches of one method."""
    return [batch for batch in given["batches"] if batch["arm"] == arm]
