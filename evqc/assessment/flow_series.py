"""What dilution series and controls of flow cytometry show: coincidence, brightness, detergent and background."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, listed, measured, missing
from evqc.assessment.flow_data import SINGLE, marker_gates, widest
from evqc.numerics.dilution_series import slope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from evqc.assessment.flow_data import Acquisition
    from evqc.batch.vocabulary import Role
    from evqc.criteria.findings import Fact

#: Events that a marker's gate must hold in the product before its loss or share is a number: Poisson CV of 10 %.
FEWEST_IN_GATE = 100
#: Through two dilutions every slope goes without saying how sure it is.
_FEWEST_DILUTIONS = 3
_NO_SERIES = "fewer than three dilutions of the product with events per mL or per second in one gate"


def facts_of_series(found: Sequence[Acquisition], product: str) -> Facts:
    """What follows from several acquisitions of single vesicles together.

    Args:
        found: all acquisitions of the batch.
        product: name of the product.
    """
    single = [a for a in found if a.assay == SINGLE and not a.by_hand]
    own = [a for a in single if a.sample == product]
    diluted = [a for a in own if a.dilution is not None]
    return {
        "flow_dilutions": _dilutions(own),
        "flow_dilution_slope": _slope(diluted),
        "flow_brightness_drift": _drift(diluted),
        "flow_detergent_loss": _loss(own, _with_role(single, "detergent control")),
        "flow_background_share": _background(own, single),
        "flow_isotype_share": _of_markers(own, _with_role(single, "isotype control"), "no file of an isotype control"),
    }


def _with_role(found: Iterable[Acquisition], role: Role) -> list[Acquisition]:
    return [a for a in found if a.role == role]


def proof_of(found: Iterable[Acquisition]) -> Proof:
    """Where acquisitions stand, each place once."""
    return tuple({(a.file.name, a.where): at(a.file, a.where) for a in found}.values())


def _dilutions(own: Sequence[Acquisition]) -> Fact:
    if not own:
        return missing("no file of a cytometer holds single vesicles of the product")
    known = sorted({a.dilution for a in own if a.dilution is not None})
    open_ones = [f"that of {a.file.name}" for a in own if a.dilution is None]
    return listed([f"1:{factor:g}" for factor in known], undecided=open_ones, proof=proof_of(own))


def _slope(diluted: Sequence[Acquisition]) -> Fact:
    """The slope in the best-filled gate of a marker, else in the widest gate that all acquisitions have."""
    series = _common(diluted)
    if series is None or len({a.dilution for a in diluted}) < _FEWEST_DILUTIONS:
        return missing(_NO_SERIES, unit="1", proof=proof_of(diluted))
    unit, gates = series
    gate = _fullest(gates, diluted)
    values = gates[gate]
    if not min(values) > 0:
        return missing(f"a dilution without any event in {gate}", unit="1", proof=proof_of(diluted))
    line = slope([a.dilution for a in diluted if a.dilution is not None], values)
    interval = f"95 % interval {line.lower:.2f} to {line.upper:.2f}"
    remark = f"{interval}; {unit} in {gate}, n = {line.n} over {line.dilutions} dilutions"
    return measured(line.slope, "1", "", proof=proof_of(diluted), remark=remark)


def _common(found: Sequence[Acquisition]) -> tuple[str, dict[str, list[float]]] | None:
    """Amounts by gate, one an acquisition, of the gates that all have, in the first unit that serves any gate."""
    for index in range(2):
        named = [a.amounts()[index] for a in found]
        shared = [gate for gate in (named[0][1] if named else {}) if all(gate in of for _, of in named)]
        if shared:
            return named[0][0], {gate: [of[gate] for _, of in named] for gate in shared}
    return None


def _fullest(gates: Mapping[str, Sequence[float]], found: Sequence[Acquisition]) -> str:
    """The gate of a marker with most events, or with the highest amounts where a file leaves the events of one out."""
    markers = marker_gates(gates)
    if not markers:
        return widest(list(gates))
    if all(gate in a.events for gate in markers for a in found):
        return max(markers, key=lambda gate: sum(a.events[gate] for a in found))
    return max(markers, key=lambda gate: sum(gates[gate]))


def _drift(diluted: Sequence[Acquisition]) -> Fact:
    """How far the highest median of a channel lies above its lowest over the dilutions, of the worst channel."""
    if len({a.dilution for a in diluted}) < 2:
        return missing("fewer than two dilutions of the product", unit="%", proof=proof_of(diluted))
    channels = [c for c in diluted[0].medians if all(a.medians.get(c, 0.0) > 0 for a in diluted)]
    drifts = {c: 100 * (max(m) / min(m) - 1) for c in channels if (m := [a.medians[c] for a in diluted])}
    if not drifts:
        why = "no channel with a stain, and no gate, has a median above zero at every dilution"
        return missing(why, unit="%", proof=proof_of(diluted))
    worst = max(drifts, key=lambda c: drifts[c])
    return measured(drifts[worst], "%", "", proof=proof_of(diluted), remark=worst)


def _loss(own: Sequence[Acquisition], treated: Sequence[Acquisition]) -> Fact:
    """Per cent of a marker's events that detergent removes, of the marker that loses least; undiluted amounts."""
    shares = _shares(own, treated, undiluted=True)
    if isinstance(shares, str):
        return missing(shares or "no file of a detergent control", unit="%", proof=proof_of((*own, *treated)))
    gate = max(shares, key=lambda g: shares[g])
    return measured(100 - shares[gate], "%", "", proof=proof_of((*own, *treated)), remark=gate)


def _background(own: Sequence[Acquisition], single: Sequence[Acquisition]) -> Fact:
    """Events of the blank in per cent of the product's: of buffer with reagents, else of the buffer alone."""
    reagent = _with_role(single, "reagent blank")
    blanks = reagent or _with_role(single, "diluent blank")
    fact = _of_markers(own, blanks, "no file of buffer, with the reagents or alone", anywhere=True)
    return fact if reagent or fact.value is None else replace(fact, remark=f"{fact.remark}, buffer without reagents")


def _of_markers(
    own: Sequence[Acquisition], control: Sequence[Acquisition], why: str, *, anywhere: bool = False
) -> Fact:
    """The highest share that a control has of the product's events in a gate, suspensions as measured."""
    shares = _shares(own, control, undiluted=False, anywhere=anywhere)
    proof = proof_of((*own, *control))
    if isinstance(shares, str):
        return missing(shares or why, unit="%", proof=proof)
    gate = max(shares, key=lambda g: shares[g])
    return measured(shares[gate], "%", "", proof=proof, remark=f"in {gate}, at {_working(own)[1]}")


def _shares(
    own: Sequence[Acquisition], control: Sequence[Acquisition], *, undiluted: bool, anywhere: bool = False
) -> dict[str, float] | str:
    """Per cent that a control has of the product by gate of a marker; the reason as text where there is none.

    Args:
        own: acquisitions of the product, of which those at its working dilution count.
        control: acquisitions of one control; an empty text comes back when there is none.
        undiluted: amounts are multiplied by their dilution first, which must be known unless all are alike.
        anywhere: where no gate is of a marker, the widest one serves.
    """
    if not control:
        return ""
    working = _working(own)[0]
    both = [*working, *control]
    if undiluted and len({a.dilution for a in both}) > 1 and any(a.dilution is None for a in both):
        return "the dilution of product or control is not stated"
    series = _common(both)
    if series is None or not working:
        return "product and control share no gate with events per mL or per second"
    times = [a.dilution if undiluted and a.dilution is not None else 1.0 for a in both]
    gates = {g: [v * t for v, t in zip(values, times, strict=True)] for g, values in series[1].items()}
    chosen = [g for g in marker_gates(gates) if all(a.events.get(g, FEWEST_IN_GATE) >= FEWEST_IN_GATE for a in working)]
    chosen = chosen or ([widest(list(gates))] if anywhere and not marker_gates(gates) else [])
    n = len(working)
    shares = {g: 100 * fmean(gates[g][n:]) / mean for g in chosen if (mean := fmean(gates[g][:n])) > 0}
    return shares or f"no gate is named after a marker and holds {FEWEST_IN_GATE} events of the product"


def _working(own: Sequence[Acquisition]) -> tuple[list[Acquisition], str]:
    """The acquisitions at the product's working dilution: that of most runs, the least diluted of as many."""
    counted = Counter(a.dilution for a in own)
    if not counted:
        return [], ""
    chosen = min(counted, key=lambda factor: (-counted[factor], factor if factor is not None else 0.0))
    return [a for a in own if a.dilution == chosen], "a dilution not stated" if chosen is None else f"1:{chosen:g}"
