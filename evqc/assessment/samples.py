"""Facts of one sample over its sizing runs."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, known, listed, measured, missing, of_run
from evqc.assessment.runs import NOT_RECORDED
from evqc.batch.join import states_concentration
from evqc.isolation.concentrations import COUNTING, TRACKING, is_usable, other_runs, usable_runs
from evqc.numerics.replicates import coefficient_of_variation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch, Run
    from evqc.criteria.findings import Fact


def facts_of_sample(batch: Batch, sample: str) -> Facts:
    """What the criteria may ask of a sample's runs of particle tracking together: number, scatter and dilutions.

    Runs without tracks are no replicates; how many there were is said beside the number. Runs by any other technique
    say nothing here.
    """
    runs = tuple(run for run in usable_runs(batch, sample) if run.distribution.technique == TRACKING)
    proof = of_run(*runs)
    medians = [run.distribution.statistics.standard.d50_nm for run in runs]
    return {
        "role": known(_role(batch, sample)),
        **_tracking(batch, sample),
        "replicates": measured(len(runs), "1", "", proof=proof, remark=_left_out(batch, sample)),
        "concentration_cv": _scatter(_concentrations(runs), proof, _why_no_concentration(runs)),
        "median_diameter_cv": _scatter(medians, proof, "a run has no median diameter"),
        "dilutions": _dilutions(runs, proof),
        "dilution_disagreement": _disagreement(runs),
    }


def _tracking(batch: Batch, sample: str) -> Facts:
    """By which techniques the sample was sized, and how many runs that count particles hold any."""
    runs = [run for run in batch.runs if run.sample == sample and run.bead_nm is None]
    counting = [run for run in runs if run.distribution.technique in COUNTING]
    others = (run.distribution for run in other_runs(batch, sample))
    holding = len(usable_runs(batch, sample)) + sum(map(is_usable, others))
    why = "no run that counts particles"
    return {
        "techniques": techniques_of(runs, "no sizing run of the sample"),
        "runs_with_particles": measured(holding if counting else None, "1", why, proof=of_run(*counting)),
    }


def techniques_of(runs: Sequence[Run], why_missing: str) -> Fact:
    """By which techniques runs were measured; missing, and not none, where there is no run."""
    found = sorted({run.distribution.technique for run in runs})
    return listed(found, proof=of_run(*runs)) if found else missing(why_missing)


def _role(batch: Batch, sample: str) -> str:
    entry = batch.record.sample(sample) if batch.record is not None else None
    return entry.role if entry is not None else NOT_RECORDED


def _left_out(batch: Batch, sample: str) -> str:
    """How many runs are no replicates of the others, and why, in words."""
    usable = [is_usable(run.distribution) for run in other_runs(batch, sample)]
    empty, otherwise = usable.count(False), usable.count(True)
    said = [f"{empty} more without tracks"] if empty else []
    said += [f"{otherwise} more by another technique, instrument or filter"] if otherwise else []
    return ", ".join(said)


def _concentrations(runs: Sequence[Run]) -> list[float | None]:
    """Of the undiluted sample; of the suspension as measured where all runs are of one file without dilution."""
    totals = [run.distribution.concentration_total_per_ml for run in runs]
    if any(total.undiluted is not None for total in totals) or len({run.file.name for run in runs}) > 1:
        return [total.undiluted for total in totals]
    return [total.recomputed if total.reported is None else total.reported for total in totals]


def _why_no_concentration(runs: Sequence[Run]) -> str:
    counted_only = any(not states_concentration(run.distribution) for run in runs)
    return "a run states no concentration" if counted_only else "the dilution of a run is not known"


def _scatter(values: Sequence[float | None], proof: Proof, why_incomplete: str) -> Fact:
    """CV in per cent, of all runs or not at all."""
    numbers = [value for value in values if value is not None]
    if len(numbers) < 2 and len(values) < 2:
        return missing("fewer than two usable runs: one run has no scatter", proof=proof, unit="%")
    if len(numbers) < len(values):
        return missing(why_incomplete, proof=proof, unit="%")
    share = coefficient_of_variation(numbers)
    percent = None if share is None else 100 * share
    return measured(percent, "%", "the mean is not above zero", proof=proof, remark=f"n = {len(numbers)} runs")


def _dilutions(runs: Sequence[Run], proof: Proof) -> Fact:
    factors = [run.distribution.dilution.factor for run in runs]
    if not factors:
        return missing("there is no usable run")
    known_ones = sorted({factor for factor in factors if factor is not None})
    open_one = ["a dilution not stated"] if None in factors else []
    return listed([f"{factor:g}" for factor in known_ones], undecided=open_one, proof=proof)


def _disagreement(runs: Sequence[Run]) -> Fact:
    """By how many per cent the highest undiluted concentration by dilution exceeds the lowest."""
    by_factor: dict[float, list[float]] = {}
    for run in runs:
        factor, undiluted = run.distribution.dilution.factor, run.distribution.concentration_total_per_ml.undiluted
        if factor is not None and undiluted is not None:
            by_factor.setdefault(factor, []).append(undiluted)
    means = {factor: fmean(values) for factor, values in sorted(by_factor.items())}
    if len(means) < 2 or not min(means.values()) > 0:
        return missing("fewer than two dilutions with a concentration", unit="%")
    said = ", ".join(f"{value:.3g} /mL at 1:{factor:g}" for factor, value in means.items())
    percent = 100 * (max(means.values()) / min(means.values()) - 1)
    return measured(percent, "%", "", proof=of_run(*runs), remark=said)
