"""Limits that rest on the dosage: endotoxin by K/M, amounts per dose and container, the content on the label."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from evqc.measurands import MEASURANDS, UNITS, UnknownUnitError
from evqc.release.checks.doubt import Doubt, tests_of
from evqc.release.computed_limits import (
    THRESHOLDS_EU_PER_KG_H,
    concentration_unit,
    exceeding_threshold,
    limits_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.wording import Path
    from evqc.release.specification import Specification, Test

#: What the two ways to say the largest dose may differ by.
_SAME_DOSE = 0.01
#: Up to this volume of a container sub-visible particles are counted per container, above it per mL; USP <788>.
_LARGEST_SMALL_CONTAINER_ML = 100
_NEEDED_FOR = {"dose": "dose_ml", "container": "container_ml"}


def doubts_of_dosage(specification: Specification) -> Iterator[Doubt]:
    """``ENDOTOXIN_LIMIT_NEEDED``, ``ENDOTOXIN_ABOVE_KM``, ``LIMIT_NOT_COMPUTABLE``, ``DOSAGE_MISSING``, ``WRONG_UNIT``,
    ``DOSES_DIFFER`` and ``PER_CONTAINER_OF_LARGE``.

    Source:
        STANDARDS 4.5 EDX-01, EDX-04 and PART-02; 10.3.
    """  # noqa: D205  the codes are the summary
    for path, test in tests_of(specification):
        if test.asks == "endotoxin":
            yield from _endotoxin(specification, path, test)
        elif test.asks == "label content" and (why := limits_of(specification, test).why_missing):
            expected = "the content that the label states, and a unit of particles per mL"
            yield Doubt((*path, "asks"), "error", "LIMIT_NOT_COMPUTABLE", why, expected)
        yield from _per(specification, path, test)
    yield from _doses(specification)


def _endotoxin(of: Specification, path: Path, test: Test) -> Iterator[Doubt]:
    if of.dosage.route not in THRESHOLDS_EU_PER_KG_H:
        if not test.limits:
            found = f"no limit, and the route '{of.dosage.route}' has no K to compute one from"
            expected = "a limit of the product: published ones are no default"
            yield Doubt((*path, "limits"), "error", "ENDOTOXIN_LIMIT_NEEDED", found, expected)
        return
    limits = limits_of(of, test)
    if limits.why_missing:
        expected = "what K/M is computed from: body weight and largest dose, in the unit of the test"
        yield Doubt((*path, "asks"), "error", "LIMIT_NOT_COMPUTABLE", limits.why_missing, expected)
    elif why := exceeding_threshold(of, test):
        yield Doubt((*path, "limits"), "error", "ENDOTOXIN_ABOVE_KM", why, "a limit of at most K/M, or none but K/M")


def _per(of: Specification, path: Path, test: Test) -> Iterator[Doubt]:
    """Amounts per dose or container: the volume that they need, and a unit that a concentration becomes."""
    if test.per == "as measured":
        return
    needed = _NEEDED_FOR.get(test.per)
    if needed is not None and test.asks != "endotoxin" and getattr(of.dosage, needed) is None:
        found = f"no {needed} in the dosage, and {test.id} is per {test.per}"
        yield Doubt(("dosage", needed), "error", "DOSAGE_MISSING", found, f"a number for {needed}")
    wanted = "endotoxin_concentration" if test.asks == "endotoxin" else test.measurand
    if wanted is None or wanted not in MEASURANDS:
        return
    dimension = UNITS[MEASURANDS[wanted].unit].dimension
    try:
        fits = UNITS[concentration_unit(test)].dimension == dimension
    except UnknownUnitError:
        fits = False
    if not fits:
        found, expected = f"'{test.unit}' per {test.per}", f"a unit that {wanted} becomes per {test.per}, such as ng"
        yield Doubt((*path, "unit"), "error", "WRONG_UNIT", found, expected)
    volume = of.dosage.container_ml
    large = volume is not None and volume > _LARGEST_SMALL_CONTAINER_ML
    if test.category == "sub-visible particles" and test.per == "container" and large:
        found, expected = f"a limit per container of {volume:g} mL", "limits per mL above 100 mL [src: USP <788>]"
        yield Doubt((*path, "per"), "warning", "PER_CONTAINER_OF_LARGE", found, expected)


def _doses(of: Specification) -> Iterator[Doubt]:
    """The largest dose said twice, as a volume of the labelled content and as a number of particles."""
    volume, particles, label = of.dosage.dose_ml, of.dosage.dose_particles, of.dosage.label_particles_per_ml
    if volume is None or particles is None or label is None:
        return
    if not isclose(volume * float(label), particles, rel_tol=_SAME_DOSE):
        found = f"{particles:g} particles, and {volume:g} mL of {label}/mL are {volume * float(label):g}"
        yield Doubt(("dosage", "dose_particles"), "warning", "DOSES_DIFFER", found, "the same dose in both")
