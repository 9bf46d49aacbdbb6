"""What TapeStation, Bioanalyzer and Fragment Analyzer have in common: peaks, regions and what ties their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._analyte import DNA, UNKNOWN, Analyte, analyte

if TYPE_CHECKING:
    from evqc.errors import Where
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
