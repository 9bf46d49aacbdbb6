"""What the fluorometers Qubit 4 and Qubit Flex have in common: the tube, its dilution and the sample it came from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from evqc.errors import Issue, problem
from evqc.instruments._amounts import SAID, Words, quantity
from evqc.instruments._analyte import UNKNOWN, analyte, in_unit, unnamed
from evqc.instruments._rounded import Rounded, disagreement
from evqc.measurands import factor
from evqc.measurement import Quantity, Scalar, State

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._samples import Samples

#: Volume of the assay in the tube; the sample volume is a part of it. Source: Qubit 4 Fluorometer user guide, dilution
#: calculator ("dilution factor = 200 µL / sample volume").
ASSAY_UL = 200.0
#: Significant figures of the concentrations that a Qubit prints.
FIGURES = 3
WORDS: Words = SAID | {
    "<": (State.BELOW_RANGE, "below range"),
    ">": (State.ABOVE_RANGE, "above range"),
    "out of range <": (State.BELOW_RANGE, "below range"),
    "out of range >": (State.ABOVE_RANGE, "above range"),
    "out of range, too low": (State.BELOW_RANGE, "below range"),
    "out of range, too high": (State.ABOVE_RANGE, "above range"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Headings of one model.

    Attributes:
        tube, tube_unit: concentration in the assay tube.
        original, original_unit: concentration in the sample, as the instrument calculated it.
        volume, dilution: of the sample in the tube.
        assay, sample: names.
    """

    tube: str
    tube_unit: str
    original: str
    original_unit: str
    volume: str
    dilution: str
    assay: str
    sample: str


def dilution_lost(found: Samples, of: Columns) -> tuple[Issue, ...]:
    """A warning for the first sample without a dilution: the software writes one for each."""
    return found.table.gap(of.dilution, "a dilution, as other samples have", code="DILUTION_UNCLEAR")


def concentration(
    found: Samples, row: Row, of: Columns, acquired_at: str | None, settings: dict[str, Scalar]
) -> tuple[Quantity, tuple[Issue, ...]]:
    """The concentration of one sample with everything that the row says of it.

    The number is the instrument's own ``original sample concentration``, to which it has applied the dilution.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``UNIT_UNKNOWN``.
    """
    assay = found.text(row, of.assay)
    kind = analyte(assay)
    where = found.where(row, of.original)
    written = found.amount(row, of.original, minimum=0)
    unit = found.text(row, of.original_unit) or ""
    stored = in_unit(written, found.file.name, found.where(row, of.original_unit), unit, kind.unit)
    said = {
        **_tube(found, row, of, kind.unit),
        **found.settings(row, {of.volume: "sample_volume_ul", of.dilution: "dilution_factor"}),
        "dilution_applied": True,
        **({"analyte": assay} if kind == UNKNOWN else {}),
        **settings,
    }
    result = quantity(
        stored,
        kind.measurand,
        kind.unit,
        where,
        sample=found.text(row, of.sample),
        method=assay,
        acquired_at=acquired_at,
        settings=said,
    )
    notes = (unnamed(assay, found.where(row, of.assay)),) if kind == UNKNOWN else ()
    return result, (*notes, *_recomputed(found, row, of, unit))


def _tube(found: Samples, row: Row, of: Columns, unit: str) -> dict[str, Scalar]:
    """What was measured in the tube, in the unit of the result; as text where it is no number."""
    written = found.amount(row, of.tube, minimum=0)
    name = "tube_concentration_" + unit.replace("/", "_per_").replace("uL", "ul").replace("mL", "ml")
    if written.value is None:
        return {name: found.text(row, of.tube)}
    stored = in_unit(
        written, found.file.name, found.where(row, of.tube_unit), found.text(row, of.tube_unit) or "", unit
    )
    return {name: stored.value}


def _recomputed(found: Samples, row: Row, of: Columns, unit: str) -> tuple[Issue, ...]:
    """The dilution from the sample volume, and the sample from the tube, each beside what is printed."""
    dilution = found.printed(row, of.dilution)
    volume = found.printed(row, of.volume)
    diluted = Rounded(ASSAY_UL).over(volume) if volume is not None else None
    tube = found.printed(row, of.tube, figures=FIGURES)
    return (
        *disagreement(
            of.dilution, dilution, diluted, found.where(row, of.dilution), f"{ASSAY_UL:g} µL over the sample volume"
        ),
        *disagreement(
            of.original,
            found.printed(row, of.original, figures=FIGURES),
            None if tube is None or dilution is None else tube.times(dilution).by(_between(found, row, of, unit)),
            found.where(row, of.original),
            "concentration in the tube times dilution factor",
        ),
        *_states(found, row, of),
    )


def _between(found: Samples, row: Row, of: Columns, unit: str) -> float:
    return factor(found.text(row, of.tube_unit) or "", unit)


def _states(found: Samples, row: Row, of: Columns) -> tuple[Issue, ...]:
    """A warning when only one of the two concentrations is a number."""
    tube, original = found.amount(row, of.tube), found.amount(row, of.original)
    if (tube.value is None) == (original.value is None):
        return ()
    where, shown = found.where(row, of.original), f"'{found.text(row, of.original) or ''}'"
    expected = f"a number exactly when '{of.tube}' has one; it says '{found.text(row, of.tube) or ''}'"
    return (problem("warning", "PRINTED_DISAGREES", where, shown, expected),)


def standards(found: Samples, row: Row, headings: tuple[str, ...]) -> tuple[Issue, ...]:
    """A warning when the signals of the standards do not rise: they were exchanged, or one failed.

    Source: the first standard of every Qubit assay is the blank, the last the highest.
    """
    read = [(h, s) for h in headings if (s := found.printed(row, h)) is not None]
    if len(read) < 2 or all(a.value < b.value for (_, a), (_, b) in pairwise(read)):
        return ()
    shown = ", ".join(f"{h} {s.value:g}" for h, s in read)
    where = found.where(row, read[0][0])
    return (problem("warning", "STANDARDS_DO_NOT_RISE", where, shown, "signals that rise from standard to standard"),)
