"""Facts of how a product was stored: temperature, time, cycles, buffer and tube, and what became of it since day 0."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from evqc.assessment.buffers import read_buffer, read_tube
from evqc.assessment.facts import Facts, at, estimated, in_record, known, listed, measured, missing, of_run
from evqc.isolation.alike import measured_alike
from evqc.isolation.concentrations import particle_concentration, quantity_of, usable_runs, values_of
from evqc.isolation.of_batch import products
from evqc.numerics.ratios import ratio_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.assessment.facts import Proof
    from evqc.batch.assembled import Batch
    from evqc.batch.model import Sample
    from evqc.criteria.findings import Fact
    from evqc.numerics.estimate import Estimate

#: Upper ends of the ranges of temperature in degC: a freezer of −80 °C keeps −70 °C or colder; evqc's own division.
_RANGES = ((-130.0, "vapour or liquid nitrogen"), (-70.0, "-80 degC"))
_FROZEN, _COLD, _REFRIGERATOR = "frozen above -70 degC", "refrigerated", 10.0
_WARM = "warmer than a refrigerator"
#: The kind of a tube whose wall albumin covers, as ``read_tube`` calls it.
_BLOCKED = "blocked with albumin"
#: Decimals beyond which a difference of two numbers is noise of the arithmetic: 0.4 - 0.3 is to be 0.1.
_DIGITS = 9
#: Quantities that albumin of the buffer makes useless.
_SPOILT = ("protein_concentration", "protein_mass", "albumin_concentration")


def facts_of_storage(batch: Batch, product: Sample) -> Facts:
    """What the criteria may ask of the storage of a product; what the record does not state is missing.

    Args:
        batch: with a record.
        product: a sample whose role is ``product``.
    """
    samples = [sample.name for sample in batch.record.samples] if batch.record is not None else []
    proof = in_record(batch, f"samples[{samples.index(product.name) + 1}]")
    return {
        **_conditions(product, proof),
        **_buffer(batch, product, proof),
        "tube_kind": _tube(product, proof),
        "ph": _ph(batch, product.name),
        **_since_day_0(batch, product),
    }


def _conditions(product: Sample, proof: Proof) -> Facts:
    cycles = product.freeze_thaw_cycles
    return {
        "storage_temperature": measured(product.storage_degC, "degC", "the record does not state it", proof=proof),
        "storage_class": _class(product.storage_degC, proof),
        "stored_days": measured(product.stored_days, "d", "the record does not state it", proof=proof),
        "freeze_thaw_cycles": measured(cycles, "1", "the record does not state them", proof=proof),
    }


def _class(degrees: float | None, proof: Proof) -> Fact:
    if degrees is None:
        return missing("the record does not state the temperature", proof=proof)
    others = _FROZEN if degrees < 0 else _COLD if degrees <= _REFRIGERATOR else _WARM
    name = next((name for upper, name in _RANGES if degrees <= upper), others)
    return known(name, proof=proof, remark=f"{degrees:g} °C")


def _buffer(batch: Batch, product: Sample, proof: Proof) -> Facts:
    names = ("buffer_kind", "buffer_additives", "trehalose_in_buffer", "sucrose_in_buffer", "measured_in_albumin")
    said = product.buffer
    found = read_buffer(said) if said is not None else None
    if found is None:
        why = "the record does not state the buffer" if said is None else f"the buffer '{said}' is not one evqc knows"
        return {name: missing(why, proof=proof) for name in names}
    spoilt = values_of(batch, product.name, _SPOILT) if "albumin" in found.additives else ()
    measurands = (v.quantity.measurand.replace("_", " ") for v in spoilt)
    why = f"the buffer '{said}' states no amount of it"
    return {
        "buffer_kind": known(found.kind, proof=proof, remark=said or ""),
        "buffer_additives": listed(found.additives, proof=proof),
        "trehalose_in_buffer": measured(found.trehalose_mM, "mmol/L", why, proof=proof),
        "sucrose_in_buffer": measured(found.sucrose_percent, "%", why, proof=proof),
        "measured_in_albumin": listed(measurands, proof=(*proof, *(at(v.file, v.quantity.where) for v in spoilt))),
    }


def _tube(product: Sample, proof: Proof) -> Fact:
    """The kind of tube; albumin in the buffer covers the wall of any."""
    if product.tube is None:
        return missing("the record does not state the tube", proof=proof)
    buffer = read_buffer(product.buffer) if product.buffer is not None else None
    if buffer is not None and "albumin" in buffer.additives:
        return known(_BLOCKED, proof=proof, remark=f"{product.tube}, with albumin in the buffer")
    kind = read_tube(product.tube)
    if kind is None:
        return missing(f"the tube '{product.tube}' is of no kind that evqc knows", proof=proof)
    return known(kind, proof=proof, remark=product.tube)


def _ph(batch: Batch, product: str) -> Fact:
    proof = tuple(at(v.file, v.quantity.where) for v in values_of(batch, product, ("ph",)))
    return estimated(quantity_of(batch, product, "ph"), "1", "it was not measured", proof=proof)


def _since_day_0(batch: Batch, product: Sample) -> Facts:
    """What is left of the product that the record also has as it was on day 0, both counted in the same way.

    With several products of day 0 nothing says which of them it was.
    """
    of_day_0 = [s.name for s in products(batch) if s.stored_days == 0 and s.name != product.name]
    name = of_day_0[0] if len(of_day_0) == 1 else ""
    later = None if product.stored_days is None else product.stored_days > 0 and bool(of_day_0)
    why = _why_not_compared(batch, product.name, of_day_0)
    proof = of_run(*usable_runs(batch, product.name), *usable_runs(batch, name))
    counted = None if why else name
    left = _ratio(batch, product.name, counted) if counted else None
    shift = _mode_shift(batch, product.name, counted) if counted else None
    rise = _rise(batch, product.name, name)
    why = why or f"not measured of both {product.name} and {name}"
    return {
        "day_0_known": missing("the record does not state for how long the product was stored")
        if later is None
        else known(later, remark=f"compared with {' or '.join(of_day_0)}" if later else ""),
        "particles_left": estimated(left, "%", why, proof=proof),
        "mode_shift": measured(shift, "%", why, proof=proof),
        "polydispersity_rise": measured(rise, "1", why),
    }


def _why_not_compared(batch: Batch, product: str, of_day_0: Sequence[str]) -> str:
    """Why a product is not compared with one of day 0; nothing where it is."""
    if not of_day_0:
        return "no product of day 0 to compare with"
    if len(of_day_0) > 1:
        return f"several products of day 0 ({', '.join(of_day_0)}), and nothing says which of them it was"
    alike = measured_alike(batch, product, of_day_0[0])
    return "" if alike else f"{product} and {of_day_0[0]} were measured by different techniques, instruments or filters"


def _ratio(batch: Batch, later: str, first: str) -> Estimate | None:
    now, then = particle_concentration(batch, later), particle_concentration(batch, first)
    return None if now is None or then is None else ratio_of(now, then, "%", 100)


def _mode_shift(batch: Batch, later: str, first: str) -> float | None:
    """By how many per cent the mode moved, in either direction."""
    now, then = _mode(batch, later), _mode(batch, first)
    return None if now is None or not then else round(abs(100 * (now / then - 1)), _DIGITS)


def _mode(batch: Batch, sample: str) -> float | None:
    modes = [run.distribution.statistics.standard.mode_nm for run in usable_runs(batch, sample)]
    known_ones = [mode for mode in modes if mode is not None]
    return fmean(known_ones) if known_ones else None


def _rise(batch: Batch, later: str, first: str) -> float | None:
    now, then = (quantity_of(batch, name, "polydispersity_index") for name in (later, first))
    if now is None or then is None or now.value is None or then.value is None:
        return None
    return round(now.value - then.value, _DIGITS)
