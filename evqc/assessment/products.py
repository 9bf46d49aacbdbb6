"""Facts of a product: how it was quantified, pictured and blanked, how pure it is and how much there is of it."""

from __future__ import annotations

from math import inf, isfinite
from statistics import fmean
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, estimated, known, listed, measured, missing, of_run
from evqc.assessment.figures import facts_of_figures
from evqc.assessment.material import facts_of_keeping
from evqc.assessment.quantification import GLOBAL
from evqc.batch.join import states_concentration
from evqc.criteria.findings import Fact
from evqc.criteria.words import number as shown
from evqc.isolation.alike import has_looked, mean_undiluted, of_role
from evqc.isolation.concentrations import TRACKING, particle_concentration, usable_runs, values_taken
from evqc.isolation.contaminants import measured_by_amount, shares_of_protein
from evqc.isolation.of_batch import purity_of, yields
from evqc.measurands import shown as unit_shown
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch, ImageEvidence, Run, Value
    from evqc.batch.model import Sample
    from evqc.isolation.purity import Purity
    from evqc.numerics.estimate import Estimate

_BLOT = "western blot"


def facts_of_product(batch: Batch, product: Sample) -> Facts:
    """What the criteria may ask of a product beside its markers.

    Args:
        batch: with a record.
        product: a sample whose role is ``product``.
    """
    runs = usable_runs(batch, product.name)
    return {
        "dilution_known": _dilution_known(runs),
        **_diluent_blank(batch, runs),
        "process_blank_share": _process_blank(batch, product.name),
        **facts_of_figures(batch, product.name),
        **_pictures(batch, product.name),
        **facts_of_keeping(batch, product),
        **_purity(batch, product.name),
        **_yield(batch, product),
    }


def _dilution_known(runs: Sequence[Run]) -> Fact:
    if not runs:
        return missing("no usable sizing run of the product")
    open_ones = [r for r in runs if r.distribution.dilution.factor is None and states_concentration(r.distribution)]
    names = ", ".join(r.distribution.run or r.file.name for r in open_ones)
    return known(not open_ones, proof=of_run(*(open_ones or runs)), remark=names)


def _diluent_blank(batch: Batch, runs: Sequence[Run]) -> Facts:
    """The blank's particles per frame, alone and in per cent of the product's, tracked as the product was."""
    runs = [run for run in runs if run.distribution.technique == TRACKING]
    blanks = [run for run in of_role(batch, "diluent blank", runs) if runs and has_looked(run)]
    blank, product = _crowd(blanks), _crowd(runs)
    why = "no diluent blank was tracked by the instrument and filter that measured the product"
    share = 100 * blank / product if blank is not None and product else None
    proof = of_run(*blanks)
    return {
        "diluent_blank_particles": measured(blank, "1", why, proof=proof),
        "diluent_blank_share": measured(
            share, "%", why if blank is None else "no usable run of the product", proof=proof
        ),
    }


def _crowd(runs: Sequence[Run]) -> float | None:
    """Mean particles per frame of the runs that state them."""
    stated = [r.distribution.validity.particles_per_frame for r in runs]
    known_ones = [value for value in stated if value is not None]
    return fmean(known_ones) if known_ones else None


def _process_blank(batch: Batch, product: str) -> Fact:
    """Undiluted concentration of the process blank in per cent of the product's, both counted in the same way.

    A blank in which nothing was seen is zero.
    """
    blanks = of_role(batch, "process blank", usable_runs(batch, product))
    if not blanks:
        return missing("no process blank was counted as the product was", unit="%")
    blank, of = mean_undiluted(blanks), particle_concentration(batch, product)
    if blank is None or of is None or not of.value:
        return missing("the undiluted concentration of blank or product is not known", proof=of_run(*blanks), unit="%")
    return measured(100 * blank / of.value, "%", "", proof=of_run(*blanks))


def _pictures(batch: Batch, product: str) -> Facts:
    images = [image for image in batch.images if image.sample == product and image.method != _BLOT]
    proof = tuple(at(image.file) for image in images)
    chosen = [image.file.name for image in images if image.field_selection == "operator"]
    unsaid = [image.file.name for image in images if image.field_selection is None]
    return {
        "imaging_with_both_views": _both_views(images, proof),
        "operator_chosen_fields": listed(chosen, undecided=unsaid, proof=proof)
        if images
        else missing("no image of single vesicles of the product"),
    }


def _both_views(images: Sequence[ImageEvidence], proof: Proof) -> Fact:
    views: dict[str, set[str | None]] = {}
    for image in images:
        views.setdefault(image.method, set()).add(image.view)
    both = [method for method, seen in views.items() if {"wide-field", "close-up"} <= seen]
    unsaid = [method for method, seen in views.items() if None in seen]
    return listed(both, undecided=unsaid, proof=proof)


def _purity(batch: Batch, product: str) -> Facts:
    found = purity_of(batch, product)
    proof = of_run(*usable_runs(batch, product))
    taken, others = _protein(batch, product)
    proof += tuple(at(v.file, v.quantity.where) for v in taken)
    ratio, physical = found.ratio.estimate, found.physical
    why = found.ratio.why_missing or found.why_no_physical
    ceiling = physical.ceiling_per_ug if physical is not None else 1.0
    floor = physical.floor_per_ug if physical is not None else 1.0
    compared = ratio if physical is not None else None
    return {
        "particles_per_protein": _noted(estimated(ratio, "1/ug", why, proof=proof), _assays(taken, others)),
        "purity_band": _band(found, proof),
        "particles_per_protein_to_ceiling": estimated(compared, "1", why, proof=proof, divisor=ceiling),
        "particles_per_protein_to_floor": estimated(compared, "1", why, proof=proof, divisor=floor),
        "contaminants_by_amount": listed(measured_by_amount(batch, product)),
        "contaminant_share_highest": _contaminant_share(batch, product),
    }


def _contaminant_share(batch: Batch, product: str) -> Fact:
    """The contaminant of which most was measured beside the protein.

    Where one is known only to lie above or below a number, or not at all, the highest is what that leaves possible.
    """
    shares = list(shares_of_protein(batch, product))
    if not shares:
        return missing("no contaminant was measured by its amount beside the protein", unit="%")
    ends = [_ends(derived.estimate) for derived in shares]
    low, high = (max(side) for side in zip(*ends, strict=True))
    highest = next((each for each, possible in zip(shares, ends, strict=True) if possible == (low, high)), None)
    if highest is not None:
        return _noted(estimated(highest.estimate, "%", highest.why_missing), highest.title)
    above, below = (end if isfinite(end) else None for end in (low, high))
    remark = ", ".join(derived.title for derived in shares)
    return Fact(value=None, unit="%", above=above, below=below, remark=remark)


def _ends(of: Estimate | None) -> tuple[float, float]:
    """The lowest and the highest that an estimate can be; infinite where nothing is known."""
    value = None if of is None else of.value
    if of is None or value is None:
        return -inf, inf
    return (-inf if of.relation == "<" else value), (inf if of.relation == ">" else value)


def _protein(batch: Batch, product: str) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The values that the protein of a product rests on, and those by other assays that are left out."""
    named = (values_taken(batch, product, measurand) for measurand in GLOBAL["protein"])
    return next((both for both in named if both[0]), ((), ()))


def _assays(taken: Sequence[Value], others: Sequence[Value]) -> str:
    """Which assay the protein is by, where there are several to choose from; nothing otherwise."""
    if not others:
        return ""
    used, left = (", ".join(dict.fromkeys(map(_assay, of))) for of in (taken, others))
    return f"protein by {used}, left out: {left}"


def _assay(value: Value) -> str:
    number = (
        "" if value.quantity.value is None else f", {shown(value.quantity.value)} {unit_shown(value.quantity.unit)}"
    )
    return f"{value.quantity.method or 'a method not stated'} ({value.file.name}{number})"


def _noted(fact: Fact, more: str) -> Fact:
    return replace(fact, remark="; ".join(filter(None, (fact.remark, more))))


def _band(found: Purity, proof: Proof) -> Fact:
    if found.band is None:
        return missing(found.ratio.why_missing, proof=proof)
    if found.band.band == "indeterminate":
        return missing("the ratio lies between the bands, or only a bound of it is known", proof=proof)
    return known(found.band.band, proof=proof)


def _yield(batch: Batch, product: Sample) -> Facts:
    by_name = {each.name: each for each in yields(batch, product)}
    proof = of_run(*usable_runs(batch, product.name))
    cells, medium = by_name["particles_per_million_cells"], by_name["particles_per_ml_medium"]
    return {
        "yield_per_million_cells": estimated(cells.estimate, "1", cells.why_missing, proof=proof),
        "yield_per_ml_medium": estimated(medium.estimate, "1/mL", medium.why_missing, proof=proof),
    }
