"""Made-up studies compared: as many methods and pools as asked, bounds, gaps, steps, and sets that share nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where
from evqc.numerics.estimate import Estimate
from evqc.reading import Source
from evqc.study.compare import compare
from evqc.study.comparison import Noticed
from evqc.study.model import Arm, BatchOfStudy, Head, Study
from evqc.study.open import OpenStudy
from evqc.study.steps import StepRecovery
from evqc.study.weights import shipped_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.study.comparison import Comparison
    from evqc.study.weights import WeightSet


@dataclass(frozen=True, slots=True)
class Truth:
    """What a method really does: particles per µg, recovery in %, albumin in ng per 10⁹ particles, hours."""

    name: str
    purity: float
    recovery: float
    albumin: float
    hours: float


METHODS = (
    Truth("TFF + SEC", 9e9, 46.0, 4.0, 6.0),
    Truth("SEC", 6e9, 42.0, 9.0, 3.0),
    Truth("UC + cushion", 7e9, 12.0, 8.0, 9.0),
    Truth("UC", 2.2e9, 9.0, 60.0, 6.0),
    Truth("precipitation", 3.5e8, 82.0, 600.0, 16.0),
    Truth("density gradient", 1.6e10, 6.0, 1.5, 28.0),
    Truth("immunoaffinity beads", 1.2e10, 3.0, 2.0, 8.0),
    Truth("AF4", 8e9, 25.0, 5.0, 2.0),
    Truth("ultrafiltration", 6e8, 60.0, 250.0, 1.5),
    Truth("ion exchange", 5e9, 52.0, 12.0, 4.0),
    Truth("TFF", 1.1e9, 75.0, 120.0, 4.0),
    Truth("TFF + ion exchange + SEC", 1.3e10, 35.0, 2.5, 9.0),
)
LONG = (
    "Tangential flow filtration (750 kDa, 6 diavolumes) then size-exclusion chromatography <70 nm> & 'polish'",
    "=SEC $x_1$ 外泌体 of a name that goes on",
)
DRAWS = 4000
Number = float | str


def donors(many: int) -> tuple[str, ...]:
    """Names of pools."""
    return tuple(f"donor {i + 1}" for i in range(many))


def numbers(method: Truth, pools: Sequence[str], cv: float = 0.22) -> dict[str, dict[str, Number]]:
    """By pool, the numbers of one method's batches: lognormal about its truth, donors the same for all methods."""
    rng = np.random.default_rng([3, METHODS.index(method)])
    donor = np.random.default_rng(5).lognormal(0, 0.35, len(pools))
    found: dict[str, dict[str, Number]] = {}
    for pool, of_donor, factors in zip(pools, donor, rng.lognormal(0, cv, (len(pools), 3)), strict=True):
        truth = np.array([method.purity * of_donor, method.recovery, method.albumin / of_donor])
        purity, recovery, albumin = (float(v) for v in truth * factors)
        found[pool] = {
            "particles_per_protein": purity,
            "particle_recovery": min(recovery, 99.0),
            "albumin_per_particles": albumin,
        }
    return found


def study(
    batches: Mapping[str, Mapping[str, Mapping[str, Number]]],
    *,
    names: Mapping[str, str] | None = None,
    weights: WeightSet | None = None,
    methods: Sequence[str] = ("size-exclusion chromatography",),
) -> OpenStudy:
    """A study of these numbers, by method and pool; ``names`` gives other names to methods."""
    called = names or {}
    hours = {method.name: method.hours for method in METHODS}
    record = Study(
        study=Head(id="made-up-study", title="Isolation from pooled plasma", question="Which is pure and keeps much?"),
        arms=tuple(Arm(name=called.get(name, name), methods=tuple(methods), hours=hours[name]) for name in batches),
        batches=tuple(
            BatchOfStudy(arm=called.get(name, name), pool=pool, name=f"{name} {pool}", numbers=dict(found))
            for name, of_method in batches.items()
            for pool, found in of_method.items()
        ),
    )
    source = Source(name="study.toml", sha256="ab" * 32, bytes=1234)
    return OpenStudy(record=record, weights=weights or shipped_weights()["research"], source=source)


@cache
def compared(methods: int = 5, pools: int = 4) -> Comparison:
    """The first methods of the list on so many pools each."""
    of = {method.name: numbers(method, donors(pools)) for method in METHODS[:methods]}
    return compare(study(of), draws=DRAWS)


@cache
def apart_in_albumin() -> Comparison:
    """Three methods that share all pools, but of which the last has albumin on pools where no other has it."""
    of = {method.name: numbers(method, donors(4)) for method in METHODS[:3]}
    for name, found in of.items():
        for at, own in enumerate(found.values()):
            if (at < 2) == (name == METHODS[2].name):
                del own["albumin_per_particles"]
    return compare(study(of), draws=DRAWS)


@cache
def bounded() -> Comparison:
    """Four methods: one with albumin below its limit, one with a purity above it, one without albumin."""
    of = {method.name: numbers(method, donors(4)) for method in METHODS[:4]}
    for found in of["TFF + SEC"].values():
        found["albumin_per_particles"] = f"<{found['albumin_per_particles']}"
    of["SEC"]["donor 1"]["particles_per_protein"] = f">{of['SEC']['donor 1']['particles_per_protein']}"
    for found in of["UC"].values():
        del found["albumin_per_particles"]
    return compare(study(of), draws=DRAWS)


@cache
def apart() -> Comparison:
    """Three methods on two pools, two on two others, one alone: three sets."""
    of = {method.name: numbers(method, donors(2)) for method in METHODS[:3]}
    of |= {method.name: numbers(method, ("serum 1", "serum 2")) for method in METHODS[3:5]}
    of |= {method.name: numbers(method, ("urine",)) for method in METHODS[5:6]}
    return compare(study(of), draws=DRAWS)


@cache
def long_names() -> Comparison:
    """Names that are long, hostile to markup and spreadsheets, and not in the font of the pictures."""
    of = {method.name: numbers(method, donors(4)) for method in METHODS[:5]}
    names = dict(zip((METHODS[0].name, METHODS[1].name), LONG, strict=True))
    return compare(study(of, names=names), draws=DRAWS)


@cache
def nothing_known() -> Comparison:
    """Two methods without any number."""
    return compare(study({method.name: {"donor 1": {}} for method in METHODS[:2]}), draws=DRAWS)


@cache
def one_side() -> Comparison:
    """Two groups of aspects only: purity and yield."""
    plain = shipped_weights()["research"]
    both = plain.model_copy(update={"aspect": tuple(w for w in plain.aspect if w.name != "hours")})
    of = {method.name: numbers(method, donors(3)) for method in METHODS[:4]}
    return compare(study(of, weights=both), draws=DRAWS)


@cache
def with_steps() -> Comparison:
    """Five methods, the first three with recoveries by step, of which one is not known and one is a bound."""
    plain = compared(5)
    stairs = {"TFF + SEC": (("TFF", 62.0, 8.0), ("SEC", 71.0, 6.0)), "SEC": (("SEC", 55.0, 7.0),)}
    stairs["UC + cushion"] = (("UC on cushion", 35.0, 4.0), ("wash", 70.0, 40.0))
    steps = [
        step(name, pool, number, method, what, kept * (0.9 + 0.07 * place))
        for name, stair in stairs.items()
        for place, pool in enumerate(donors(4))
        for number, (method, particles, protein) in enumerate((("centrifugation", 93.0, 97.0), *stair), start=1)
        for what, kept in (("particles", particles), ("protein", protein))
    ]
    steps[5] = replace(steps[5], percent=None, why_missing="Protein was not measured on both sides.")
    bound = steps[10].percent
    assert bound is not None
    steps[10] = replace(steps[10], percent=replace(bound, relation="<", lower=None, upper=None))
    return replace(plain, steps=tuple(steps), noticed=(Noticed(source="batch UC donor 1", issue=noticed()),))


def step(arm: str, pool: str, number: int, method: str, what: str, kept: float) -> StepRecovery:
    return StepRecovery(
        arm=arm, pool=pool, batch=f"{arm} {pool}", number=number, method=method, recovered=what, percent=percent(kept)
    )


def percent(value: float) -> Estimate:
    return Estimate(
        value=value, lower=value * 0.8, upper=value / 0.8, unit="%", n=3, scale="log", replicates="videos",
        method="ratio of two means",
    )  # fmt: skip


def noticed() -> Issue:
    return Issue(
        code="BALANCE_OPEN", severity="warning", where=Where(field="step 2"), found="137 %", expected="70 to 130 %",
        message="Particles out of step 2 are 137 % of those that went in.",
    )  # fmt: skip
