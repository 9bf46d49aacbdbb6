"""What TapeStation, Bioanalyzer and Fragment Analyzer have in common: peaks, regions and what ties their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._analyte import DNA, UNKNOWN, Analyte, analyte

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.instruments._rounded import Rounded
    from evqc.measurement import Quantity, Scalar

#: Units of length that a fragment can have; proteins are in kDa and are no fragments of a nucleic acid.
LENGTHS = ("nt", "bp")


def fragment(
    found: Amount,
    unit: str,
    where: Where,
    *,
    sample: str | None,
    method: str | None,
    settings: dict[str, Scalar],
    acquired_at: str | None = None,
) -> Quantity:
    """The length of one peak, or the mean length of one region; ``settings`` say which, how much and between what."""
    return quantity(
        found, "fragment_length", unit, where, sample=sample, method=method, acquired_at=acquired_at, settings=settings
    )


def nucleic_acid(assay: str | None, unit: str | None) -> Analyte:
    """What an assay measures by its name; failing that, base pairs are double-stranded DNA.

    Args:
        assay: the assay's name.
        unit: of its lengths: ``nt``, ``bp`` or another.
    """
    named = analyte(assay)
    return DNA if named == UNKNOWN and unit == "bp" else named


def key(unit: str) -> str:
    """A unit as the end of a setting's name: ``ng/µl`` becomes ``ng_per_ul``."""
    plain = unit.casefold().replace("µ", "u").replace("μ", "u").replace("%", "percent").replace("/", "_per_")
    return re.sub(r"\W+", "_", plain).strip("_")


#: Units of the tables of electrophoresis, as ``key`` spells them.
_LENGTH_UNITS, _TIME_UNITS = {"bp", "nt", "kda", "cm", "mm"}, {"s"}
_UNITS = {"ng_per_ul", "pg_per_ul", "ng_per_ml", "nmol_per_l", "pmol_per_l", "percent"} | _LENGTH_UNITS | _TIME_UNITS


def odd_units(headings: Iterable[tuple[str, str]], line: int) -> list[Issue]:
    """Warnings for columns of a unit that no such software writes: an encoding or the heading is damaged.

    Args:
        headings: heading and unit of each column.
        line: of the headings.
    """
    expected = "a unit of electrophoresis such as bp, nt, ng/µl or nmol/l"
    odd = ((heading, unit) for heading, unit in headings if key(unit) not in _UNITS)
    return [problem("warning", "UNIT_UNKNOWN", Where(line=line, column=h), f"'{u}'", expected) for h, u in odd]


def inside(what: str, shown: Rounded | None, ends: Iterable[Rounded | None], where: Where) -> tuple[Issue, ...]:
    """A warning for a length that does not lie between the ends of its own peak or region.

    Args:
        what: the length's name.
        shown: the length; nothing is compared when it or an end is None.
        ends: where the peak or region begins and where it ends.
        where: the place of the length.
    """
    low, high = ends
    if shown is None or low is None or high is None:
        return ()
    if low.value - low.half - shown.half <= shown.value <= high.value + high.half + shown.half:
        return ()
    expected = f"a length between {low.value:g} and {high.value:g}, where it begins and ends"
    return (problem("warning", "LENGTH_OUTSIDE", where, f"{what} {shown.value:g}", expected),)


def graded(what: str, shown: Amount, where: Where) -> tuple[Issue, ...]:
    """A warning for an integrity number outside 1 to 10, between which RIN, RINe and RQN are defined.

    Source: RIN of Schroeder et al., BMC Mol Biol 2006, 7:3; RINe and RQN are on the same scale. Software prints 0 too.
    """
    if shown.value is None or 0 <= shown.value <= 10:
        return ()
    return (problem("warning", "INTEGRITY_OUTSIDE", where, f"{what} {shown.value:g}", "a number from 1 to 10"),)


def share(part: Rounded | None, whole: Rounded | None) -> Rounded | None:
    """``part`` in percent of ``whole``."""
    quotient = None if part is None or whole is None else part.over(whole)
    return None if quotient is None else quotient.by(100.0)


def molarity(mass: Rounded | None, length: Rounded | None, grams_per_mole: float) -> Rounded | None:
    """Amount of substance per litre: a concentration in ng/µL over the molar mass gives nmol/L, one in pg/µL pmol/L.

    Args:
        mass: in ng/µL or pg/µL.
        length: in nucleotides or base pairs.
        grams_per_mole: mean molar mass of one of them.
    """
    return None if mass is None or length is None else mass.by(1e6).over(length.by(grams_per_mole))
