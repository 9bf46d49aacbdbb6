"""A study whose truth is known: five isolation methods on pools of several donors, with the scatter of real batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evqc.study.columns import Observation

#: What one method got of every pool, in mL.
LOAD_ML = 10.0
#: Scatter between batches of one method on one pool, and between donors, as standard deviations of logarithms.
BATCH_SD, DONOR_SD = 0.4, 0.3
#: Pools of the example; further ones are drawn in the same way.
DONORS = 4
SEED = 6


@dataclass(frozen=True, slots=True)
class Method:
    """What a method really does.

    Attributes:
        name: of the arm.
        key: short, for batches and folders.
        recovery: share of the particles of the pool.
        particles_per_ug: of its product.
        albumin_ng_per_1e9: of its product.
        hours: from pool to product.
        product_ml: volume of the product.
    """

    name: str
    key: str
    recovery: float
    particles_per_ug: float
    albumin_ng_per_1e9: float
    hours: float
    product_ml: float


#: By the weights of ``research``, the best first: what a comparison has to find.
TRUTH = (
    Method("TFF + SEC", "tff-sec", 0.45, 1.4e10, 4.0, 4.0, 1.0),
    Method("SEC", "sec", 0.55, 6e9, 20.0, 1.5, 4.0),
    Method("UC + cushion", "cushion", 0.15, 7e9, 10.0, 8.0, 0.5),
    Method("UC", "uc", 0.20, 2e9, 50.0, 5.0, 0.5),
    Method("precipitation", "peg", 0.85, 3e8, 600.0, 14.0, 1.0),
)
CONSTANTS = {method.name: {"hours": method.hours} for method in TRUTH}


@dataclass(frozen=True, slots=True)
class Pool:
    """What a pool holds per mL: particles, protein in µg, albumin in ng."""

    particles_per_ml: float
    protein_ug_per_ml: float
    albumin_ng_per_ml: float


@dataclass(frozen=True, slots=True)
class Made:
    """What a batch holds in all: particles, protein in µg, albumin in ng, and the share of the pool's particles."""

    particles: float
    protein_ug: float
    albumin_ng: float
    recovery: float


def pool_of(donor: int) -> Pool:
    """The pool of a donor, from 1."""
    rng = np.random.default_rng([SEED, 0, donor])
    particles, protein, albumin = np.exp(DONOR_SD * rng.standard_normal(3))
    return Pool(1e10 * particles, 800.0 * protein, 2e5 * albumin)


def batch_of(method: Method, donor: int, *, seed: int = SEED, sd: float = BATCH_SD) -> Made:
    """The batch that a method makes of the pool of a donor, from 1."""
    pool, place = pool_of(donor), TRUTH.index(method)
    recovery, purity, albumin = np.exp(sd * np.random.default_rng([seed, 1, donor, place]).standard_normal(3))
    share = min(0.97, method.recovery * recovery)
    particles = share * pool.particles_per_ml * LOAD_ML
    # Pools with more protein give less pure products, whatever the method.
    protein = particles / (method.particles_per_ug * purity) * pool.protein_ug_per_ml / 800.0
    return Made(particles, protein, method.albumin_ng_per_1e9 * albumin * particles / 1e9, share)


def observations(donors: int, *, seed: int = SEED, sd: float = BATCH_SD) -> list[Observation]:
    """What batches of every method on so many pools would show, measured without error."""
    return [
        Observation(
            arm=method.name, pool=f"donor {donor}", batch=f"{method.key}-{donor}", aspect=aspect, lower=v, upper=v
        )
        for method in TRUTH
        for donor in range(1, donors + 1)
        for aspect, v in aspects_of(batch_of(method, donor, seed=seed, sd=sd)).items()
    ]


def aspects_of(made: Made) -> dict[str, float]:
    """The aspects of a batch as the comparison names them."""
    return {
        "particles_per_protein": made.particles / made.protein_ug,
        "albumin_per_particles": made.albumin_ng / made.particles * 1e9,
        "particle_recovery": 100 * made.recovery,
    }
