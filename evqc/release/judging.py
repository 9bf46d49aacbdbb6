"""One test of a specification asked of a batch: its verdict, the value that rests on, and why.

Everything that judges a number against a limit goes through here: the command line, the registry, the certificate and
whoever verifies a bundle use the same functions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.numerics.limits import computed, meets, relation_of, round_to_limit, shown
from evqc.release.computed_limits import Limits, limits_of
from evqc.release.dating import in_time
from evqc.release.evidence import Gathered, samples_of, unit_text, values_for, with_unit
from evqc.release.evidence_of_runs import PARTICLES, SIZES, concentrations, has_runs, per_protein, shares, sizes
from evqc.release.guarding import accepting, guarded
from evqc.release.judging_markers import judge_marker
from evqc.release.judging_observations import judge_observation
from evqc.release.probability import probability_outside
from evqc.release.record import Determination, Outcome, TestResult
from evqc.release.reportable import Reported, made_of
from evqc.release.verdict import Judged, blank, cannot, joined, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from decimal import Decimal

    from evqc.batch.assembled import Batch
    from evqc.numerics.estimate import Relation
    from evqc.numerics.limits import Rule
    from evqc.release.record import GuardBand
    from evqc.release.specification import Specification, Test

ENDOTOXIN, RECOVERY = "endotoxin_concentration", "spike_recovery"
#: Recovery of the product positive control that makes an endotoxin run valid, both included; STANDARDS EDX-03 and 10.3.
_RECOVERY_LIMITS = (">= 50", "<= 200")


def judge(batch: Batch, specification: Specification, test: Test, *, day: date) -> TestResult:
    """The result of one test.

    A test of a role asks every sample of that role; the worst of them is the verdict.

    Args:
        batch: opened.
        specification: that the test is of.
        test: in force on ``day``.
        day: that waiting times are judged for.

    Source:
        STANDARDS 4.5, 7.5 to 7.7, 10.2, 10.3 and 10.6.
    """
    samples = samples_of(batch, test)
    each = {name: in_time(_judged(batch, specification, test, name, day), batch, day) for name in samples}
    found = joined(each) if each else Judged(Outcome.NOT_TESTED, f"The record has no {_asked_of(test)}.")
    result = found.result or blank(specification, test)
    return replace(result, outcome=found.outcome, because=found.because)


def _asked_of(test: Test) -> str:
    return f"sample '{test.sample}'" if test.sample else f"sample with the role '{test.role}'"


def _judged(batch: Batch, specification: Specification, test: Test, sample: str, day: date) -> Judged:
    if test.asks == "observation":
        return judge_observation(batch, specification, test, sample, day)
    if test.asks == "marker":
        return judge_marker(batch, specification, test, sample)
    limits = limits_of(specification, test)
    found = _EVIDENCE[test.asks](batch, specification, test, sample)
    return judge_number(specification, test, limits, found)


def _quantity(batch: Batch, specification: Specification, test: Test, sample: str) -> Gathered:
    assert test.measurand is not None
    if test.measurand == PARTICLES:
        return concentrations(batch, specification, test, sample)
    if test.measurand in SIZES and has_runs(batch, sample):
        return sizes(batch, test, sample)
    return values_for(batch, specification, test, sample, test.measurand)


def _endotoxin(batch: Batch, specification: Specification, test: Test, sample: str) -> Gathered:
    """Endotoxin of the runs whose product positive control came back; without one nothing says that the assay saw it.

    Source:
        USP <85>, Ph. Eur. 2.6.14: recovery of 50 to 200 %; STANDARDS EDX-03 and 10.3.
    """
    found = values_for(batch, specification, test, sample, ENDOTOXIN)
    controls = [v for v in batch.values if v.sample == sample and v.quantity.measurand == RECOVERY]
    recovered = [computed(v.quantity.value) for v in controls if v.quantity.value is not None]
    if not found.singles or not test.control:
        return found
    if not recovered:
        return _without(found, "no recovery of the product positive control is stated")
    bad = [n for n in recovered if not all(_holds(n, "=", text, "none") for text in _RECOVERY_LIMITS)]
    if bad:
        return _without(
            found, f"invalid run: the product positive control came back to {shown(bad[0])} %, not 50 to 200 %"
        )
    return replace(found, remarks=(f"product positive control {', '.join(map(shown, recovered))} %",))


def _without(found: Gathered, why: str) -> Gathered:
    """Evidence of which nothing counts, for one reason."""
    out = tuple(replace(single.said, left_out=why) for single in found.singles)
    return Gathered(left_out=(*out, *found.left_out), faults=(why, *found.faults))


_EVIDENCE: dict[str, Callable[[Batch, Specification, Test, str], Gathered]] = {
    "quantity": _quantity,
    "label content": concentrations,
    "endotoxin": _endotoxin,
    "size share": lambda batch, _, test, sample: shares(batch, test, sample),
    "particles per protein": lambda batch, _, test, sample: per_protein(batch, test, sample),
}


def judge_number(specification: Specification, test: Test, limits: Limits, found: Gathered) -> Judged:
    """The verdict on the numbers that were gathered for a test.

    Args:
        specification: whose rounding counts where the test has none of its own.
        test: says how the reportable value is made.
        limits: of the test.
        found: what answers it.
    """
    bare = replace(blank(specification, test), determinations=found.determinations)
    if not found.singles:
        return _unanswered(bare, found)
    if limits.why_missing:
        return cannot(limits.why_missing.rstrip("."), bare)
    made = made_of(found.singles, test.reportable)
    if made.why_not:
        said = _said_together(found.determinations)
        return cannot(made.why_not, replace(bare, as_measured=said))
    rule = test.rounding or specification.rounding
    each = [_one(reported, test, limits, rule, bare) for reported in made.reported]
    chosen = worst(each, key=lambda judged: _room(judged, limits))
    several = f"the least favourable of {len(each)}" if len(each) > 1 else ""
    remarks = "; ".join(filter(None, (several, made.remark, *found.remarks)))
    return replace(chosen, because=f"{chosen.because[:-1]}; {remarks}." if remarks else chosen.because)


def _unanswered(bare: TestResult, found: Gathered) -> Judged:
    """Not tested when there is nothing, or nothing of this test; cannot be judged when what is there is at fault."""
    said = _said_together(found.determinations)
    if found.faults:
        return cannot("; ".join(found.faults), replace(bare, as_measured=said))
    why = "; ".join(dict.fromkeys(each.left_out for each in found.left_out))
    return Judged(Outcome.NOT_TESTED, f"No result counts: {why}." if why else "No result is recorded.", bare)


def _said_together(determinations: Sequence[Determination]) -> str:
    return ", ".join(each.as_measured for each in determinations if each.as_measured)


def _one(reported: Reported, test: Test, limits: Limits, rule: Rule, bare: TestResult) -> Judged:
    """The verdict on one number, with the number as it was compared."""
    verdicts = [_holds(reported.number, reported.relation, text, _rule(text, limits, rule)) for text in limits.texts]
    probability, basis = probability_outside(reported, test, limits.texts)
    band = guarded(reported, test, limits.texts, verdicts)
    result = replace(
        bare,
        reportable=None if reported.number is None or reported.relation != "=" else float(reported.number),
        as_measured=_as_measured(reported, limits.unit),
        as_rounded=_as_rounded(reported, limits, rule),
        probability_outside=probability,
        probability_basis=basis,
        guard_band=band,
    )
    if band is not None and band.guard_band_decides and False not in verdicts:
        return _by_guard_band(band, reported, limits, result)
    return _verdict(verdicts, reported, limits, result)


def _by_guard_band(band: GuardBand, reported: Reported, limits: Limits, result: TestResult) -> Judged:
    """What meets its limits and not the acceptance limits inside them, or is not known to."""
    of = f"The {reported.of}, {result.as_measured}," if reported.of else result.as_measured
    short = [one for one in band.limits if one.accepted is not one.simple]
    missed = " and ".join(f"{one.limit} {unit_text(limits.unit)}".strip() for one in short)
    if not band.basis:
        return cannot(f"{of} meets {missed}; without a known uncertainty there is no guard band to judge by", result)
    edges = " and ".join(f"{accepting(one)} {unit_text(limits.unit)}".strip() for one in short)
    risk = f"that a guard band for a risk of {band.risk_percent:g} % asks for"
    if any(one.accepted is False for one in short):
        rounded = "" if result.rounding == "none" else " (rounded)"
        return Judged(
            Outcome.FAIL, f"{of} meets {missed}{rounded} but not the acceptance limit {edges} {risk}.", result
        )
    return cannot(f"{of} meets {missed} and leaves open whether it meets the acceptance limit {edges} {risk}", result)


def _verdict(verdicts: Sequence[bool | None], reported: Reported, limits: Limits, result: TestResult) -> Judged:
    number = result.as_rounded or result.as_measured
    compared = f"The {reported.of}, {number}," if reported.of else number
    by_verdict: dict[bool | None, list[str]] = {False: [], None: [], True: []}
    for text, holds in zip(limits.texts, verdicts, strict=True):
        by_verdict[holds].append(text)
    said = {verdict: f"{' and '.join(texts)} {unit_text(limits.unit)}".strip() for verdict, texts in by_verdict.items()}
    if by_verdict[False]:
        return Judged(Outcome.FAIL, f"{compared} does not meet {said[False]}.", result)
    if by_verdict[None]:
        return cannot(f"{number} leaves open whether {said[None]} is met", result)
    return Judged(Outcome.PASS, f"{compared} meets {said[True]}.", result)


def _rule(text: str, limits: Limits, rule: Rule) -> Rule:
    return "none" if text in limits.unrounded else rule


def _holds(number: Decimal | None, relation: Relation, limit: str, rule: Rule) -> bool | None:
    """Whether a number meets a limit; a bound meets it when every value on its side does, and None leaves it open.

    A bound is rounded only against a limit that is included: a value below 0.504 is at most 0.50 when it is rounded,
    and not known to be less than 0.50.
    """
    wanted, text = relation_of(limit)
    if number is None:
        return None
    if relation == "=":
        return meets(number, text, wanted, rule)
    below = relation == "<"
    if below is (wanted in {"<", "<="}):
        inside = meets(number, text, "<=" if below else ">=", rule if wanted in {"<=", ">="} else "none")
        return True if inside else None
    return False if meets(number, text, "<=" if below else ">=", "none") else None


def _as_measured(reported: Reported, unit: str) -> str:
    if reported.number is None:
        side = "below" if reported.relation == "<" else "above"
        return f"{side} the range of the method"
    return with_unit(reported.number, unit, reported.relation)


def _as_rounded(reported: Reported, limits: Limits, rule: Rule) -> str:
    """The text that was compared: one where all limits round alike, else one for each."""
    if reported.number is None:
        return ""
    sign = "" if reported.relation == "=" else reported.relation
    by_limit = {}
    for limit in limits.texts:
        _, text = relation_of(limit)
        by_limit[limit] = sign + shown(round_to_limit(reported.number, text, _rule(limit, limits, rule)), text)
    if len(set(by_limit.values())) == 1:
        return next(iter(by_limit.values()))
    return ", ".join(f"{text} (against {limit})" for limit, text in by_limit.items())


def _room(judged: Judged, limits: Limits) -> float:
    """How far a value stays inside its nearest limit, to find the least favourable of several."""
    value = judged.result.reportable if judged.result is not None else None
    if value is None:
        return 0.0
    room = []
    for relation, text in map(relation_of, limits.texts):
        distance = value - float(text)
        room.append(distance if relation in {">=", ">"} else -distance)
    return min(room, default=0.0)
