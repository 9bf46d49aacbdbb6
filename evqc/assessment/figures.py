"""Facts of the figures that a product was quantified by, and of the ratios that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, listed, of_run, unreadable
from evqc.assessment.quantification import GLOBAL, facts_of_quantification
from evqc.batch.join import states_concentration
from evqc.isolation.concentrations import particle_concentration, usable_runs, values_of
from evqc.isolation.of_batch import purity_of
from evqc.measurement import State
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evqc.batch.assembled import Batch, Run, Value

_PARTICLES = "particles"
_RATIOS = ((_PARTICLES, "protein"), (_PARTICLES, "lipid"), ("lipid", "protein"), ("RNA", _PARTICLES))


def facts_of_figures(batch: Batch, product: str) -> Facts:
    """What was measured of a product as a whole, its ratios, and what is known of the methods behind them.

    A number and a stated bound are figures; ``Too high`` alone is none. Particles whose dilution is not known, or whose
    file was refused, are undecided.

    Args:
        batch: with a record.
        product: name of the sample.
    """
    runs, values = usable_runs(batch, product), {k: values_of(batch, product, of) for k, of in GLOBAL.items()}
    counted = particle_concentration(batch, product) is not None
    waits_for = "" if counted else _waits_for(runs, unreadable(batch, product))
    stated = [name for name, of in values.items() if any(map(_is_figure, of))]
    kinds = [*([_PARTICLES] if counted else []), *stated]
    awaited = [_PARTICLES] if waits_for else []
    ratios = [f"{a} : {b}" for a, b in _RATIOS if {a, b} <= {*kinds} and _is_ratio(batch, product, a, b)]
    open_ones = [f"{a} : {b}" for a, b in _RATIOS if _PARTICLES in (a, b) and {a, b} <= {*kinds, *awaited}]
    proof = _proof(runs if counted or waits_for else (), values)
    need = waits_for or _lies_outside([name for name, of in values.items() if of and name not in stated])
    quantified = listed(kinds, undecided=awaited, proof=proof)
    return {
        "quantified": replace(quantified, remark=", ".join(_bounds(values)), needed=need),
        "ratios": replace(listed(ratios, undecided=open_ones if awaited else (), proof=proof), needed=need),
        **facts_of_quantification(batch, product, kinds, awaited, need),
    }


def _waits_for(runs: Sequence[Run], refused: Sequence[str]) -> str:
    """What would make a count a figure: the dilution of files, or others in place of refused ones; else nothing."""
    bare = [run for run in runs if run.distribution.concentration_total_per_ml.undiluted is None]
    names = dict.fromkeys(run.file.name for run in bare if states_concentration(run.distribution))
    if names:
        return f"the dilution of {' and '.join(names)}"
    return f"a whole export in place of {' and '.join(refused)}" if refused and not runs else ""


def _is_figure(value: Value) -> bool:
    return value.quantity.value is not None or value.quantity.bound is not None


def _lies_outside(names: Sequence[str]) -> str:
    return f"{' and '.join(names)} of the product within the range of the assay" if names else ""


def _bounds(values: Mapping[str, Sequence[Value]]) -> Iterator[str]:
    """Which quantities lie outside the range of their assay in every determination."""
    for name, of in values.items():
        states = {value.quantity.state for value in of}
        if states and State.MEASURED not in states:
            yield f"{name} {' or '.join(sorted(s.removesuffix(' range') for s in states))} the range of its assay"


def _is_ratio(batch: Batch, product: str, a: str, b: str) -> bool:
    """Whether the ratio can be given, if only as a bound; protein in micrograms or per mL serves particles alike."""
    return (a, b) != (_PARTICLES, "protein") or purity_of(batch, product).ratio.estimate is not None


def _proof(runs: Sequence[Run], values: Mapping[str, Sequence[Value]]) -> Proof:
    return of_run(*runs) + tuple(at(v.file, v.quantity.where) for of in values.values() for v in of)
