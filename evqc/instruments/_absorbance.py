"""Concentrations from absorbance: NanoDrop, Lunatic and Stunner print A260 and A280 beside what they made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import PROTEIN, UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._rounded import Rounded, disagreement
from evqc.measurands import factor as factor_between

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._samples import Samples
    from evqc.measurement import Quantity, Scalar

_RATIOS = {"A260/A280": "absorbance_ratio_260_280", "A260/A230": "absorbance_ratio_260_230"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Headings of one export; those that it may lack are looked up before use.

    Attributes:
        sample: names.
        concentration: the instrument's result.
        ratios: ``A260/A280`` and ``A260/A230`` by this name, with their headings.
        absorbances: headings by wavelength in nm; 10 mm path.
        factor: ng/µL for an absorbance of one at 260 nm.
        extinction: of a 1 % solution, ``E1%``.
    """

    sample: str
    concentration: str
    ratios: dict[str, str] = field(default_factory=dict)
    absorbances: dict[float, str] = field(default_factory=dict)
    factor: str | None = None
    extinction: str | None = None

    def headings(self) -> list[str]:
        """All of them."""
        more = [h for h in (self.factor, self.extinction) if h is not None]
        return [self.sample, self.concentration, *self.ratios.values(), *self.absorbances.values(), *more]


@dataclass(frozen=True, slots=True)
class Assay:
    """What an export says of how a row was measured.

    Attributes:
        name: the application as written; None when the file states none.
        kind: what it measures.
        unit: of the concentration, as written.
        factor: ng/µL for an absorbance of one at 260 nm, where no column states it; None when unknown.
    """

    name: str | None
    kind: Analyte
    unit: str
    factor: float | None = None


def measured(
    found: Samples, row: Row, of: Columns, assay: Assay, acquired_at: str | None, settings: dict[str, Scalar]
) -> tuple[list[Quantity], tuple[Issue, ...]]:
    """Concentration, ratios and absorbances of one row, and what of them does not follow from the others.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    shared = {"sample": found.text(row, of.sample), "method": assay.name, "acquired_at": acquired_at}
    quantities = [_concentration(found, row, of, assay, shared, settings)]
    for name, heading in of.ratios.items():
        if found.table.has(heading):
            where = found.where(row, heading)
            ratio = found.amount(row, heading)
            quantities.append(quantity(ratio, _RATIOS[name], "1", where, **shared, settings=settings))
    for wavelength, heading in of.absorbances.items():
        if found.table.has(heading):
            said = {**settings, "wavelength_nm": wavelength}
            where = found.where(row, heading)
            quantities.append(quantity(found.amount(row, heading), "absorbance", "1", where, **shared, settings=said))
    notes = (unnamed(assay.name, found.where(row, of.concentration)),) if assay.kind == UNKNOWN else ()
    return quantities, (*notes, *_recomputed(found, row, of, assay))


def _concentration(
    found: Samples, row: Row, of: Columns, assay: Assay, shared: dict[str, str | None], settings: dict[str, Scalar]
) -> Quantity:
    where = found.where(row, of.concentration)
    stored = in_unit(found.amount(row, of.concentration), found.file.name, where, assay.unit, assay.kind.unit)
    more = {h: n for h, n in ((of.factor, "factor_ng_per_ul"), (of.extinction, "e1_percent")) if h is not None}
    said = {**settings, **found.settings(row, more)}
    if assay.kind == UNKNOWN:
        said.setdefault("analyte", assay.name)
    return quantity(stored, assay.kind.measurand, assay.kind.unit, where, **shared, settings=said)


def _recomputed(found: Samples, row: Row, of: Columns, assay: Assay) -> tuple[Issue, ...]:
    """Ratios and concentration beside what follows from the printed absorbances."""
    a260, a280 = (_absorbance(found, row, of, wavelength) for wavelength in (260.0, 280.0))
    issues: list[Issue] = []
    for name, below in (("A260/A280", a280), ("A260/A230", _absorbance(found, row, of, 230.0))):
        if (heading := of.ratios.get(name)) is not None and a260 is not None and below is not None:
            shown, where = found.printed(row, heading), _place(found, row, heading)
            issues += disagreement(heading, shown, a260.over(below), where, name.replace("/", " over "))
    shown = found.printed(row, of.concentration)
    where = found.where(row, of.concentration)
    expected, rule = _from_absorbance(found, row, of, assay, a260, a280)
    issues += disagreement(of.concentration, shown, expected, where, rule)
    return tuple(issues)


def _place(found: Samples, row: Row, heading: str) -> Where:
    return found.where(row, heading) if found.table.has(heading) else Where(column=heading)


def _absorbance(found: Samples, row: Row, of: Columns, wavelength: float) -> Rounded | None:
    heading = of.absorbances.get(wavelength)
    return None if heading is None else found.printed(row, heading)


def _from_absorbance(
    found: Samples, row: Row, of: Columns, assay: Assay, a260: Rounded | None, a280: Rounded | None
) -> tuple[Rounded | None, str]:
    """The concentration in the unit of its column, and the rule.

    Source: Beer-Lambert with 10 mm path; E1% is the absorbance of 10 mg/mL.
    """
    unit = assay.unit
    extinction = None if of.extinction is None else found.printed(row, of.extinction)
    if extinction is not None and a280 is not None and assay.kind in {PROTEIN, UNKNOWN}:
        quotient = a280.by(10.0).over(extinction)
        return (None if quotient is None else quotient.by(factor_between("mg/mL", unit))), "10 A280 / E1%"
    factor = None if of.factor is None else found.printed(row, of.factor)
    if factor is None and assay.factor is not None:
        factor = Rounded(assay.factor)
    if factor is None or a260 is None or assay.kind == PROTEIN:
        return None, ""
    return a260.times(factor).by(factor_between("ng/uL", unit)), f"A260 times {factor.value:g} ng/µL"
