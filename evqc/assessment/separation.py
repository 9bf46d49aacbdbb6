"""Facts of the separation: what each step states of itself, what can be expected of it, and how it is spoken of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, in_record, known, listed, missing
from evqc.batch.model import methods
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch
    from evqc.batch.making import Expectation, Reported
    from evqc.batch.model import BatchRecord, Step
    from evqc.criteria.findings import Fact

#: Particulars of a step as the rules name them, and the parameters of which one is enough. Source: STANDARDS
#: MISEV-SEP-01 [lit-H], not verified against the text of MISEV.
PARTICULARS: dict[str, tuple[str, ...]] = {
    "g-force": ("g_force",),
    "g-force or pressure": ("g_force", "pressure_bar"),
    "rotor": ("rotor",),
    "k-factor or speed": ("k_factor", "rpm"),
    "duration": ("time_min",),
    "temperature": ("temperature_degC",),
    "brake": ("brake",),
    "tube or volume in it": ("tube", "volume_per_tube_ml"),
    "gradient medium": ("gradient_medium",),
    "layers with their densities": ("layers",),
    "volume of a fraction": ("fraction_volume_ml",),
    "fractions pooled": ("fractions_pooled",),
    "density measured": ("density_measured_g_per_ml",),
    "resin": ("resin",),
    "column volume": ("column_volume_ml",),
    "volume loaded": ("load_volume_ml",),
    "buffer": ("buffer",),
    "membrane": ("membrane",),
    "cut-off": ("cutoff_kDa",),
    "pore size": ("pore_size_um",),
    "area": ("area_cm2",),
    "transmembrane pressure": ("transmembrane_pressure_bar",),
    "flow or shear": ("flow_ml_per_min", "shear_per_s"),
    "cross-flow": ("cross_flow_ml_per_min",),
    "diavolumes": ("diavolumes",),
    "concentration factor": ("concentration_factor",),
    "reagent": ("reagent",),
    "share of the polymer": ("polymer_percent",),
    "size of the polymer": ("polymer_kDa",),
    "incubation": ("incubation_min",),
    "target": ("target",),
    "clone of the antibody": ("antibody_clone",),
    "amount of the antibody": ("antibody_amount_ug",),
    "support": ("support",),
    "elution": ("elution",),
}
#: The class of two or more separating methods together. Source: STANDARDS section 1.4, MISEV2018 [lit-M].
_COMBINED = "low recovery, high specificity"
_SPECIFICITY = ("high", "intermediate", "low")
_NO_STEP = "the record has no such step"
_TO_KNOW = "the isolation steps, each with a sample measured before and after it"
#: A gold standard that is spoken of, unless it is denied: ``no gold standard``, ``is not the gold standard``.
_GOLD = re.compile(
    r"(?P<denied>\b(no|not|never|nor|without|lacks?)\b(\W+\w+){0,3}?\W+)?gold[ -]?standard", re.IGNORECASE
)
#: Parameters that another statement of the step tells as well, with the particular that both are.
_TOLD_BY = {
    "concentration_factor": "concentration factor",
    "load_volume_ml": "volume loaded",
    "g_force": "g-force or pressure",
}


def facts_of_separation(batch: Batch, record: BatchRecord, lowest: Fact, highest: Fact) -> Facts:
    """What the criteria may ask of the isolation steps beside the parameters that each method needs.

    Args:
        batch: with a record.
        record: of the batch.
        lowest: recovery of particles by a step in per cent, as measured; it counts where no class is known.
        highest: the same of the step that recovers most.
    """
    proof = in_record(batch, "isolation")
    steps = record.isolation
    by_method = {method: [step for step in steps if step.method == method] for method in methods()}
    unmeasured = [f"step {n}, {s.method}" for n, s in enumerate(steps, start=1) if not _has_volumes(s)]
    volumes = f"the volumes into and out of {' and '.join(unmeasured)}" if unmeasured else ""
    expected = known(separation_class(steps) or _measured(lowest, highest), proof=proof, remark=_priors(steps))
    return {
        **{
            f"parameters_stated.{method}": listed(_stated_in_all(of), proof=proof) if of else missing(_NO_STEP)
            for method, of in by_method.items()
        },
        "steps_without_volumes": replace(listed(unmeasured, proof=proof), needed=volumes),
        "separation_class": replace(expected, needed=_TO_KNOW),
        "gold_standards": listed(_called_gold(record), proof=proof),
    }


def parameters_lacking(step: Step) -> list[str]:
    """Parameters needed to repeat a step that the record tells in no way: volumes and pressure speak for some.

    Args:
        step: of the isolation.
    """
    return [key for key in step.missing_parameters if not _is_told(key, step)]


def particular(key: str) -> str:
    """What a parameter is called in a sentence: ``temperature`` for ``temperature_degC``."""
    return next((name for name, keys in PARTICULARS.items() if key in keys), key.replace("_", " "))


def _is_told(key: str, step: Step) -> bool:
    if key == "g_force" and "pressure_bar" not in (*step.kind.needed, *step.kind.also):
        return False
    name = _TOLD_BY.get(key)
    return name is not None and (any(k in step.parameters for k in PARTICULARS[name]) or _follows(name, step))


def _measured(lowest: Fact, highest: Fact) -> str:
    """The recovery that was measured; empty when none was."""
    if lowest.value is None or highest.value is None:
        return ""
    spread = dict.fromkeys(f"{each.value:.3g} %" for each in (lowest, highest))
    return f"recovery measured here by step, {' to '.join(spread)}"


def separation_class(steps: Sequence[Step]) -> str:
    """What recovery and specificity to expect of isolation steps; empty when none of them has a class.

    Two or more separating methods of different kind, or one that is specific, count as specific; what only concentrates
    does so when nothing else is done.

    Source: STANDARDS section 1.4, classes of MISEV2018 [lit-M]. A prior, which measured recovery and purity override.
    """
    by_method: dict[str, list[Expectation]] = {}
    for step in steps:
        if (expected := step.kind.expected_of(step.parameters)) is not None:
            by_method.setdefault(step.method, []).append(expected)
    best = [min(of, key=lambda each: _SPECIFICITY.index(each.specificity)) for of in by_method.values()]
    separating = [each for each in best if each.specificity != "low"]
    if len(separating) > 1 or any(each.specificity == "high" for each in separating):
        return _COMBINED
    return next((f"{e.recovery} recovery, {e.specificity} specificity" for e in (*separating, *best)), "")


def _priors(steps: Sequence[Step]) -> str:
    """What the literature reports for each method, once, as prior and no limit."""
    told = {step.method: step.kind.reported_of(step.parameters) for step in reversed(steps)}
    methods_used = dict.fromkeys(step.method for step in steps)
    return ", ".join(_reported(m, told[m]) for m in methods_used) or "no step is recorded"


def _reported(method: str, recoveries: Sequence[Reported]) -> str:
    spans = [f"{each.span} ({each.format})" if each.format else each.span for each in recoveries]
    return f"{method}: {', '.join(spans)}" if spans else method


def _stated_in_all(steps: Sequence[Step]) -> list[str]:
    first, *others = [_stated(step) for step in steps]
    return [name for name in first if all(name in other for other in others)]


def _stated(step: Step) -> list[str]:
    """The particulars that a step states, in the order of the list."""
    there = step.parameters.keys()
    return [name for name, keys in PARTICULARS.items() if not there.isdisjoint(keys) or _follows(name, step)]


def _follows(name: str, step: Step) -> bool:
    """Whether the volumes of a step tell a particular that no parameter states."""
    if name == "concentration factor":
        return _has_volumes(step)
    return name == "volume loaded" and step.volume_in_ml is not None


def _has_volumes(step: Step) -> bool:
    return step.volume_in_ml is not None and step.volume_out_ml is not None


def _called_gold(record: BatchRecord) -> list[str]:
    """Where the record calls something a gold standard."""
    notes = {f"note of step {n}": step.note or "" for n, step in enumerate(record.isolation, start=1)}
    texts = (notes | record.statements).items()
    return [
        place
        for place, text in texts
        if "gold" in text.lower() and any(not found["denied"] for found in _GOLD.finditer(text))
    ]
