"""The known truth of a simulated sample, and the random draws that an instrument would make of it."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import InputError, Issue, Where, problem
from evqc.instruments._numbers import parse
from evqc.numerics.elementary import exp, geometric_steps, log
from evqc.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Who is at fault when an option makes no sense, as error messages name it.
SOURCE = "simulation"
#: When the simulated measurements were made, unless an option says otherwise; a clock would make every run different.
CAPTURED = datetime(2026, 3, 2, 10, 0, 0)  # noqa: DTZ001  exports state local time without zone
_MOST_RUNS = 250  # the largest merged experiment that was ever seen holds 222 videos


@record
class Component:
    """One log-normal population of particles.

    Attributes:
        median_nm: its median diameter.
        geometric_sd: its geometric standard deviation, 1 for particles of one size.
        weight: its share of the particles, relative to the other components.
    """

    median_nm: float
    geometric_sd: float = 1.35
    weight: float = 1.0


@record
class Truth:
    """What a simulated sample really is, and how well it is measured.

    Attributes:
        sample: its name.
        components: the size mixture.
        particle_concentration_per_ml: of the undiluted sample.
        dilution: 1000 for a sample measured at 1:1000.
        replicate_cv: coefficient of variation of the concentration between runs, as a fraction.
        size_cv: coefficient of variation of all diameters between runs, as a fraction.
        runs: number of runs: videos of one NanoSight experiment, measurements of a ZetaView.
        seed: of all random numbers; each run has its own stream, so that one more run leaves the others as they were.
        zero_runs: runs (from 0) in which the instrument saw nothing.
        low_runs: runs (from 0) with a hundredth of the particles.
        drift: horizontal drift: NanoSight pixels a frame, ZetaView micrometres a second.
        centres_per_particle: light spots a frame for each tracked particle; noise raises it.
    """

    sample: str = "simulated EV"
    components: tuple[Component, ...] = (Component(median_nm=110.0),)
    particle_concentration_per_ml: float = 2e11
    dilution: float = 1000.0
    replicate_cv: float = 0.05
    size_cv: float = 0.01
    runs: int = 5
    seed: int = 1
    zero_runs: tuple[int, ...] = ()
    low_runs: tuple[int, ...] = ()
    drift: float = 0.3
    centres_per_particle: float = 1.02

    def __post_init__(self) -> None:
        """Refuse nonsense; raises InputError with everything that is wrong."""
        issues = [*_numbers(self), *_mixture(self.components), *_run_numbers(self), *_name(self.sample)]
        if issues:
            raise InputError(SOURCE, *issues)


def bad_option(field: str, found: object, expected: str, *, code: str = "OPTION") -> Issue:
    """The issue that option ``field`` holds ``found`` where ``expected`` stands in for what makes sense."""
    return problem("error", code, Where(field=field), str(found), expected)


#: Fields of ``Truth`` with least and greatest value and in words what fits.
_RANGES: tuple[tuple[str, float, float, str], ...] = (
    ("particle_concentration_per_ml", 0.0, 1e16, "particles per mL from 0 to 1e16"),
    ("dilution", 1.0, 1e9, "a factor from 1 (undiluted) to 1e9"),
    ("replicate_cv", 0.0, 2.0, "a fraction from 0 to 2"),
    ("size_cv", 0.0, 0.5, "a fraction from 0 to 0.5"),
    ("runs", 1, _MOST_RUNS, f"from 1 to {_MOST_RUNS} runs"),
    ("seed", 0, 2**63 - 1, "a whole number from 0"),
    ("drift", -1000.0, 1000.0, "a drift from -1000 to 1000"),
    ("centres_per_particle", 0.5, 10.0, "a ratio from 0.5 to 10"),
)


def _numbers(truth: Truth) -> list[Issue]:
    return [
        bad_option(name, getattr(truth, name), expected)
        for name, least, most, expected in _RANGES
        if not least <= getattr(truth, name) <= most
    ]


def _mixture(components: tuple[Component, ...]) -> list[Issue]:
    if not components:
        return [bad_option("components", "none", "at least one component")]
    checks = (
        ("median_nm", 1.0, 5000.0, "a median diameter from 1 to 5000 nm"),
        ("geometric_sd", 1.0, 5.0, "a geometric standard deviation from 1 to 5"),
        ("weight", 1e-9, 1e9, "a positive weight"),
    )
    return [
        bad_option(f"components {i} / {name}", getattr(component, name), expected)
        for i, component in enumerate(components)
        for name, least, most, expected in checks
        if not least <= getattr(component, name) <= most
    ]


def _run_numbers(truth: Truth) -> list[Issue]:
    return [
        bad_option(name, run, f"runs from 0 to {truth.runs - 1}")
        for name, runs in (("zero_runs", truth.zero_runs), ("low_runs", truth.low_runs))
        for run in runs
        if not 0 <= run < truth.runs
    ]


def _name(sample: str) -> list[Issue]:
    latin = all(ord(character) < 256 for character in sample)  # what native exports can hold
    if latin and sample.isprintable() and sample.strip() and not set(sample) & set('"{}'):
        return []
    return [bad_option("sample", sample, "a printable Latin-1 name without quotation marks and braces")]


def stem_of(sample: str) -> str:
    """The name of a sample as it stands in run and file names."""
    return re.sub(r"[^\w.-]+", "_", sample, flags=re.ASCII).strip("_") or "sample"


def generator(truth: Truth, *key: int) -> np.random.Generator:
    """The stream of random numbers of one purpose, always the same for the same seed and key."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(truth.seed, spawn_key=key)))


def concentration_of_run(truth: Truth, run: int) -> float:
    """Particles per millilitre of the diluted suspension in run ``run`` (from 0), log-normal about the truth.

    The logarithm has variance ln(1 + CV²) and a mean that leaves the expectation at the truth.
    """
    measured = truth.particle_concentration_per_ml / truth.dilution
    if run in truth.zero_runs:
        return 0.0
    share = 0.01 if run in truth.low_runs else 1.0
    return measured * share * lognormal_factor(generator(truth, run, 0), truth.replicate_cv)


def diameters_of_run(truth: Truth, run: int, count: int, *key: int) -> NDArray[np.float64]:
    """Diameters in nm of ``count`` particles that run ``run`` tracked, shape (count,)."""
    scale = lognormal_factor(generator(truth, run, 1), truth.size_cv)
    rng = generator(truth, run, 2, *key)
    weights = np.array([c.weight for c in truth.components])
    chosen = rng.choice(len(weights), size=count, p=weights / weights.sum())
    medians = np.array([c.median_nm for c in truth.components])[chosen]
    log_sd = np.array([math.log(c.geometric_sd) for c in truth.components])[chosen]
    diameters: NDArray[np.float64] = scale * medians * exp(log_sd * rng.standard_normal(count))
    return diameters


def lognormal_factor(rng: np.random.Generator, cv: float) -> float:
    """A random factor with mean 1 and coefficient of variation ``cv`` (a fraction)."""
    variance = math.log1p(cv * cv)
    return math.exp(math.sqrt(variance) * rng.standard_normal() - variance / 2)


def true_share_below(truth: Truth, diameter_nm: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Share of the particles below each diameter: the mixture's cumulative distribution, shape of ``diameter_nm``."""
    x = np.asarray(diameter_nm, dtype=np.float64)
    total = sum(c.weight for c in truth.components)
    return np.asarray(sum(c.weight / total * _component_share(c, x) for c in truth.components))


def _component_share(component: Component, x: NDArray[np.float64]) -> NDArray[np.float64]:
    if component.geometric_sd == 1.0:
        return np.where(x >= component.median_nm, 1.0, 0.0)
    z = log(x / component.median_nm) / math.log(component.geometric_sd)
    return np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in z.ravel()]).reshape(z.shape)


def true_quantile_nm(truth: Truth, share: float) -> float:
    """The diameter below which ``share`` (a fraction) of the particles lies, to 0.1 %."""
    low = min(c.median_nm / c.geometric_sd**6 for c in truth.components)
    high = max(c.median_nm * c.geometric_sd**6 for c in truth.components)
    grid = geometric_steps(low * 0.999, high * 1.001, 20_000)
    return float(grid[np.searchsorted(true_share_below(truth, grid), share)])


def component(text: str) -> Component:
    """The component that ``median[:geometric sd[:weight]]`` describes, such as ``110:1.35:0.9``.

    Raises:
        InputError: ``OPTION`` when it is not one to three numbers with colons.
    """
    parts = [parse(part) for part in text.split(":")]
    if not 1 <= len(parts) <= 3 or None in parts:
        raise InputError(SOURCE, bad_option("components", text, "median[:geometric sd[:weight]], such as 110:1.35"))
    names = ("median_nm", "geometric_sd", "weight")
    return Component(**{name: part for name, part in zip(names, parts, strict=False) if part is not None})
