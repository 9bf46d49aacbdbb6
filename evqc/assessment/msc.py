"""Facts of vesicles as those of mesenchymal stromal cells: the metrics that Witwer 2019 asks for; it sets no limits."""

from __future__ import annotations

import re
from statistics import fmean
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, at, estimated, in_record, known, listed, measured, missing, of_run
from evqc.criteria.findings import Fact
from evqc.isolation.alike import measured_alike
from evqc.isolation.concentrations import particle_concentration, quantity_of, usable_runs, values_of
from evqc.isolation.of_batch import purity_of
from evqc.markers.origin import OriginRatio, origin_ratio
from evqc.markers.vocabulary import marker_set
from evqc.numerics.ratios import ratio_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.assessment.facts import Proof
    from evqc.batch.assembled import Batch
    from evqc.numerics.estimate import Estimate

_FG_PER_UG = 1e9
#: Attributes of identity by markers, with the set that answers each.
_MARKERS = {"EV markers": "tetraspanins", "MSC markers": "msc-positive", "markers of other cells": "msc-negative"}
_WINDOW = "size_window.msc-ev-50-200"
_LEFT_OUT = "left out for want of a signal above background or a limit of detection"
#: Limits as a person writes them: two numbers with ``to`` or a dash between them.
_LIMITS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:to|-|–)\s*(\d+(?:\.\d+)?)\s*")


def facts_of_msc(batch: Batch, product: str, so_far: Mapping[str, Fact]) -> Facts:
    """The metrics of origin, membrane, physical and biochemical integrity, and the comparison with a reference.

    Args:
        batch: with a record.
        product: name of the sample.
        so_far: facts of the product that others have made: its size windows, markers and quantities.
    """
    return {
        "msc_marker_ratio": _origin(batch, product),
        "membrane_metrics": _membrane(batch, product, so_far),
        "physical_integrity_metrics": _physical(batch, product, so_far),
        "specific_activity_to_reference": _activity(batch, product),
        "reference_within_limits": _against_reference(batch, product),
        "identity_attributes": _identity(so_far),
    }


def _origin(batch: Batch, product: str) -> Fact:
    panels = [panel for panel in batch.panels if panel.sample == product]
    if not panels:
        return missing("no marker panel of the product", unit="1")
    proof = tuple(at(panel.file, panel.panel.where) for panel in panels)
    found = origin_ratio([panel.panel for panel in panels])
    if found.absent:
        return measured(0.0, "1", "", proof=proof, remark=f"none above background, {_of(found)}")
    if found.log10_ratio is None:
        return missing(found.why_missing, proof=proof, unit="1")
    ratio = 10**found.log10_ratio
    said = f"{_of(found)}; decadic logarithm {found.log10_ratio:.2f}"
    said += "; markers of other cells are at their limit of detection" if found.at_least else ""
    said += f"; {_LEFT_OUT}: {', '.join(found.left_out)}" if found.left_out else ""
    if not found.at_least:
        return measured(ratio, "1", "", proof=proof, remark=said)
    return Fact(value=None, unit="1", evidence=proof, above=ratio, remark=said)


def _of(found: OriginRatio) -> str:
    number = f"{found.panels} panels" if found.panels > 1 else "one panel"
    markers = f"{', '.join(found.msc)} over {', '.join(found.other)}"
    return f"{markers}, {found.technique} in {found.unit}, {number}"


def _membrane(batch: Batch, product: str, so_far: Mapping[str, Fact]) -> Fact:
    """What was measured of lipid membranes; a detergent that destroys nothing shows none."""
    lipid = _per_particle(batch, product, "lipid_concentration", _FG_PER_UG)
    labile = so_far.get("particles_lost_to_detergent")
    share = labile.value if labile is not None and isinstance(labile.value, float) else None
    said = [f"lipid per particle {lipid.value:.3g} fg"] if lipid is not None and lipid.value is not None else []
    said += [f"share destroyed by detergent {share:.3g} %"] if share is not None and share > 0 else []
    if not said and lipid is None and share is None:
        return missing("neither lipid per particle nor the share that detergent destroys was measured")
    counted = labile.evidence if labile is not None else ()
    return listed(said, proof=(*_proof(batch, product, "lipid_concentration"), *counted))


def _per_particle(batch: Batch, product: str, measurand: str, times: float) -> Estimate | None:
    mass, particles = quantity_of(batch, product, measurand), particle_concentration(batch, product)
    return None if mass is None or particles is None else ratio_of(mass, particles, "1", times)


def _physical(batch: Batch, product: str, so_far: Mapping[str, Fact]) -> Fact:
    """The share of the named size window, and what the vesicles hold relative to their lipid."""
    window = so_far.get(_WINDOW)
    said = []
    if window is not None and isinstance(window.value, float):
        said.append(f"{window.value:.3g} % of the particles at 50 to 200 nm")
    rna, lipid = (quantity_of(batch, product, name) for name in ("rna_concentration", "lipid_concentration"))
    cargo = None if rna is None or lipid is None else ratio_of(rna, lipid, "1", 1e-3)
    if cargo is not None and cargo.value is not None:
        said.append(f"{cargo.value:.3g} µg RNA per µg lipid")
    proof = (*of_run(*usable_runs(batch, product)), *_proof(batch, product, "rna_concentration", "lipid_concentration"))
    why = "neither a size distribution nor RNA and lipid of the product"
    return listed(said, proof=proof) if said else missing(why)


def _proof(batch: Batch, product: str, *measurands: str) -> Proof:
    return tuple(at(v.file, v.quantity.where) for v in values_of(batch, product, measurands))


def _references(batch: Batch) -> list[str]:
    return [s.name for s in batch.record.samples if s.role == "reference"] if batch.record is not None else []


def _activity(batch: Batch, product: str) -> Fact:
    """The specific activity of the product over that of the first reference sample that has one."""
    own = quantity_of(batch, product, "specific_activity")
    if own is None:
        return missing("no specific activity of the product was measured", unit="1")
    references = {name: quantity_of(batch, name, "specific_activity") for name in _references(batch)}
    found = next(((name, of) for name, of in references.items() if of is not None), None)
    if found is None:
        return missing("no sample with the role of reference has a specific activity", unit="1")
    name, of = found
    proof = (*_proof(batch, product, "specific_activity"), *_proof(batch, name, "specific_activity"))
    why = f"product and {name} are both only known as bounds, or the reference has no activity"
    return estimated(ratio_of(own, of, "1"), "1", why, proof=proof)


def _against_reference(batch: Batch, product: str) -> Fact:
    """Whether every quantity that product and reference have in common lies within the limits set beforehand."""
    if not _references(batch):
        return missing("no sample has the role of reference")
    reference = next((name for name in _references(batch) if _is_biological(batch, name)), None)
    if reference is None:
        return missing("no reference has an activity, protein or markers: beads are no reference for vesicles")
    limits = _limits(batch)
    if isinstance(limits, str):
        return missing(limits)
    ratios = _ratios(batch, product, reference)
    if not ratios:
        return missing(f"product and {reference} have no activity, purity or median diameter measured alike in common")
    low, high = limits
    inside = all(low <= ratio <= high for ratio in ratios.values())
    said = ", ".join(f"{name} {ratio:.3g}" for name, ratio in ratios.items())
    proof = in_record(batch, "statements.reference_limits")
    return known(inside, proof=proof, remark=f"over {reference}: {said}; limits {low:g} to {high:g}")


def _is_biological(batch: Batch, reference: str) -> bool:
    """Whether something was measured of a reference that beads do not have."""
    measurands = ("specific_activity", "protein_concentration", "protein_mass")
    return bool(values_of(batch, reference, measurands)) or any(p.sample == reference for p in batch.panels)


def _limits(batch: Batch) -> tuple[float, float] | str:
    """The limits that the record states; a sentence when it states none, or none that is understood."""
    assert batch.record is not None
    said = batch.record.statements.get("reference_limits")
    if said is None:
        return "the record states no limits for the comparison with the reference"
    found = _LIMITS.fullmatch(said)
    if found is None or not float(found[1]) < float(found[2]):
        return f"the limits '{said}' are no two numbers such as 0.8 to 1.25"
    return float(found[1]), float(found[2])


def _ratios(batch: Batch, product: str, reference: str) -> dict[str, float]:
    """Product over reference of what does not depend on how much there is of either, counted in the same way."""
    alike, both = measured_alike(batch, product, reference), (product, reference)
    pairs = {
        "specific activity": [quantity_of(batch, name, "specific_activity") for name in both],
        "particles per protein": [purity_of(batch, name).ratio.estimate if alike else None for name in both],
    }
    found = {name: ratio_of(own, of, "1") for name, (own, of) in pairs.items() if own is not None and of is not None}
    exact = {name: r.value for name, r in found.items() if r is not None and r.value is not None and r.relation == "="}
    own_size, size = (_median(batch, name) if alike else None for name in both)
    return exact | ({"median diameter": own_size / size} if own_size is not None and size else {})


def _median(batch: Batch, sample: str) -> float | None:
    medians = [run.distribution.statistics.standard.d50_nm for run in usable_runs(batch, sample)]
    known_ones = [each for each in medians if each is not None]
    return fmean(known_ones) if known_ones else None


def _identity(so_far: Mapping[str, Fact]) -> Fact:
    """Attributes of identity that were assessed, whatever came out; undecided where no marker has an answer.

    Source:
        Groups of quality attributes of MSC vesicles, ``[lit-M]`` (Rohde 2019; Gimona 2021).
    """
    quantified = so_far["quantified"].value if "quantified" in so_far else None
    sizes = so_far.get("size_window_shares")
    attributes = {
        "size distribution": sizes is not None and sizes.value is not None,
        "particle concentration": isinstance(quantified, tuple) and "particles" in quantified,
        **{name: _answered(so_far, identity) for name, identity in _MARKERS.items()},
    }
    tried = (name for name, identity in _MARKERS.items() if _tested(so_far, identity))
    return listed((name for name, there in attributes.items() if there), undecided=tried)


def _answered(so_far: Mapping[str, Fact], identity: str) -> bool:
    return any(fact.value is not None for fact in _of_set(so_far, identity))


def _tested(so_far: Mapping[str, Fact], identity: str) -> bool:
    return any(fact.value is not None or fact.evidence for fact in _of_set(so_far, identity))


def _of_set(so_far: Mapping[str, Fact], identity: str) -> list[Fact]:
    """What is known of the members of a set of markers; a marker that was not tested has no evidence."""
    return [so_far[f"marker.{name}"] for name in marker_set(identity).members if f"marker.{name}" in so_far]
