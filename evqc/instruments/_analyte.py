"""What a protein or nucleic acid assay measures, by the name that the file gives it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from evqc.errors import Issue, Where, problem, refusal
from evqc.measurands import UnknownUnitError, factor

if TYPE_CHECKING:
    from evqc.instruments._amounts import Amount


class Analyte(NamedTuple):
    """A measurand and the unit that evqc keeps it in."""

    measurand: str
    unit: str


PROTEIN = Analyte("protein_concentration", "ug/mL")
DNA = Analyte("dna_concentration", "ng/mL")
RNA = Analyte("rna_concentration", "ng/mL")
#: Of an assay whose name does not tell.
UNKNOWN = Analyte("analyte_concentration", "ug/mL")

#: Names of analytes in assays, with those of languages that turn the letters round (ADN, ARN).
_KINDS = {
    PROTEIN: re.compile(r"prot[eé][iíï]n|(?<![a-z])(bsa|igg|lysozyme)(?![a-z])"),
    DNA: re.compile(r"(?<![a-z])(ds|ss|g|cf|genomic\s*|oligo\s*)?(dna|adn)(?![a-z])"),
    RNA: re.compile(r"(?<![a-z])(m|mi|micro|s|small|t|total\s*|oligo\s*)?(rna|arn)(?![a-z])"),
}
#: Assays with an analyte in their name that give no concentration of it.
_OTHER = re.compile(r"(?<![a-z])iq(?![a-z])")


def analyte(assay: str | None) -> Analyte:
    """What an assay measures: ``RNA HS`` RNA, ``1x dsDNA High Sensitivity`` DNA, ``Protein BR`` protein.

    Args:
        assay: the name of assay, application or kind of nucleic acid as the file states it.

    Returns:
        ``UNKNOWN`` for a name that says nothing, that names two of them, or whose result is no concentration (RNA IQ).
    """
    folded = (assay or "").casefold()
    found = [kind for kind, named in _KINDS.items() if named.search(folded)]
    return found[0] if len(found) == 1 and _OTHER.search(folded) is None else UNKNOWN


def in_unit(found: Amount, source: str, where: Where, written: str, target: str) -> Amount:
    """An amount in another unit, without the noise of binary fractions: 0.57 mg/mL is 570 µg/mL.

    Raises:
        InputError: ``UNIT_UNKNOWN`` for a unit that evqc does not know or that is no concentration.
    """
    try:
        times = factor(written, target)
    except UnknownUnitError as error:
        raise refusal(
            source, "UNIT_UNKNOWN", where, f"'{written}'", f"a unit that converts to {target}: {error}"
        ) from None
    return scaled(found, times)


def scaled(found: Amount, times: float) -> Amount:
    """An amount times a factor, computed on decimals as written."""

    def by(number: float | None) -> float | None:
        return None if number is None else float(Decimal(repr(number)) * Decimal(repr(times)))

    return replace(found, value=by(found.value), bound=by(found.bound))


def unnamed(assay: str | None, where: Where) -> Issue:
    """A note that the file does not say what an assay measures."""
    expected = "a name with RNA, DNA or protein in it; the number is kept as the concentration of an unnamed analyte"
    found = f"'{assay}'" if assay else "no name of an assay"
    return problem("note", "ANALYTE_UNNAMED", where, found, expected)
