"""Further facts of counting runs: events, videos and cycles, dilution series, detergent, labelled references, beads."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, estimated, listed, measured, missing, of_run, unstated
from evqc.criteria.findings import Fact
from evqc.criteria.words import number as shown
from evqc.isolation.alike import kind_of, mean_undiluted, of_role
from evqc.isolation.concentrations import TRACKING, is_usable, quantity_of, usable_runs, values_of
from evqc.isolation.shares import counted_labile
from evqc.numerics.dilution_series import slope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch, Run, Value
    from evqc.batch.model import BatchRecord
    from evqc.measurement import SizeDistribution

_LABILE = "detergent_labile_fraction"
_LABEL = "particle_concentration"
_TRPS = "TRPS"
_NO_RECORD = "there is no batch record"


def facts_of_counting(run: Run) -> Facts:
    """What the criteria may ask of a counting run beside ``facts_of_run``.

    Args:
        run: tied to its sample.
    """
    of, proof = run.distribution, of_run(run)
    frames, rate = _number(of, "total_frames_analysed"), _number(of, "frame_rate_per_s")
    seconds = frames / rate if frames is not None and rate else None
    return {
        "events": _events(of, proof),
        "video_seconds": measured(seconds, "s", "the export does not state frames and frame rate", proof=proof),
        "cycles": measured(_number(of, "cycles"), "1", "the export does not state the cycles", proof=proof),
        "concentration_per_particle_spread": _proportion(of, proof),
        "statistics_not_reported": _unreported(of, proof),
    }


def _number(run: SizeDistribution, key: str) -> float | None:
    value = run.settings.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _events(run: SizeDistribution, proof: Proof) -> Fact:
    """Particles counted one by one in the distribution."""
    count = None if run.count is None else float(run.count.sum())
    return measured(count, "1", "the export does not state how many particles were counted", proof=proof)


def _proportion(run: SizeDistribution, proof: Proof) -> Fact:
    """How far concentration over particles per frame differs between run and positions, beyond rounding, in per cent.

    The instrument derives one from the other by a factor that holds for the whole run. Particles per frame are printed
    whole or with one decimal, concentrations with two digits: what that rounding can explain is no difference.
    """
    total = run.concentration_total_per_ml
    whole = total.reported if total.reported is not None else total.recomputed
    pairs = [(p.concentration_per_ml, p.particles_per_frame) for p in run.validity.positions if p.kept]
    if whole is not None and run.validity.particles_per_frame is not None:
        pairs.append((whole, run.validity.particles_per_frame))
    usable = [(c, n) for c, n in pairs if c is not None and n is not None and c > 0 and n >= 1]
    if len(usable) < 2:
        return missing("fewer than two concentrations beside particles per frame", proof=proof, unit="%")
    lowest = max((c - _of_concentration(c)) / (n + _of_particles(n)) for c, n in usable)
    highest = min((c + _of_concentration(c)) / (n - _of_particles(n)) for c, n in usable)
    apart = max(0.0, 100 * (lowest / highest - 1))
    return measured(apart, "%", "", proof=proof, remark=f"over {len(usable)} pairs")


def _of_concentration(value: float) -> float:
    """Half a unit of the second digit."""
    return float(10 ** (math.floor(math.log10(value)) - 1) / 2)


def _of_particles(value: float) -> float:
    """Half a unit of the last digit of particles per frame."""
    return 0.5 if float(value).is_integer() else 0.05


def _unreported(run: SizeDistribution, proof: Proof) -> Fact:
    """What a report of the run would have to leave out, as ``NTA-STA-01`` lists it."""
    if not is_usable(run):
        return missing("the run holds no tracks", proof=proof)
    found, validity = run.statistics.standard, run.validity
    tracked = "camera_level" in run.settings
    counted = validity.completed_tracks is not None or validity.valid_tracks is not None or run.count is not None
    stated = {
        "D10, D50 and D90": None not in {found.d10_nm, found.d50_nm, found.d90_nm},
        "mean": found.mean_nm is not None,
        "mode": found.mode_nm is not None,
        "number of tracks": counted,
        "smoothing of the distribution": not tracked or bool(run.settings.get("analysis_method")),
    }
    return listed((name for name, there in stated.items() if not there), proof=proof)


def facts_of_series(batch: Batch, sample: str) -> Facts:
    """The slope of a sample's dilution series on double logarithmic scale.

    Args:
        batch: with or without a record.
        sample: its name.
    """
    runs = [run for run in usable_runs(batch, sample) if run.distribution.technique == TRACKING]
    pairs = [pair for run in runs if (pair := _dilution_and_number(run)) is not None]
    proof = of_run(*runs)
    if len({factor for factor, _ in pairs}) < 2:
        return {"dilution_slope": missing("fewer than two dilutions with a concentration", proof=proof, unit="1")}
    found = slope([factor for factor, _ in pairs], [value for _, value in pairs])
    remark = f"{found.dilutions} dilutions, {found.n} runs"
    if found.lower is not None and found.upper is not None:
        remark += f", {found.level:.0%} interval {shown(found.lower)} to {shown(found.upper)}".replace("%", " %")
    return {"dilution_slope": measured(found.slope, "1", "", proof=proof, remark=remark)}


def _dilution_and_number(run: Run) -> tuple[float, float] | None:
    """Dilution factor and concentration as measured; None where one is not known or nothing was seen."""
    total, factor = run.distribution.concentration_total_per_ml, run.distribution.dilution.factor
    value = total.reported if total.reported is not None else total.recomputed
    return (factor, value) if factor is not None and value is not None and value > 0 else None


def facts_of_detergent(batch: Batch, product: str) -> Facts:
    """The share of a product's particles that detergent takes away, counted or else entered by hand, and both compared.

    Args:
        batch: with a record.
        product: name of the sample.
    """
    counted, by_hand = lost_to_detergent(batch, product), _by_hand(batch, product)
    shares = {"counted": counted.value, "by hand": by_hand.value}
    there = [name for name, value in shares.items() if value is not None]
    off = _difference(by_hand, counted)
    return {
        "particles_lost_to_detergent": counted if _counted_after(batch, product) else by_hand,
        "detergent_shares": listed(there, proof=(*counted.evidence, *by_hand.evidence)),
        "detergent_shares_apart": measured(off, "%", "not both counted and entered by hand", proof=counted.evidence),
    }


def _difference(one: Fact, other: Fact) -> float | None:
    if isinstance(one.value, float) and isinstance(other.value, float):
        return one.value - other.value
    return None


def lost_to_detergent(batch: Batch, product: str) -> Fact:
    """The share of particles that a counted detergent control lacks, the particles of the reagents taken off.

    Counted before and after by one technique. With several products nothing says of which one a control is.

    Args:
        batch: with a record.
        product: name of the sample.

    Source:
        STANDARDS PUR-06 and NTA-DET-01: 1 - N(after) / N(before); micelles of the detergent are counted in a blank.
    """
    before, after = usable_runs(batch, product), _counted_after(batch, product)
    blank = of_role(batch, "reagent blank", before)
    made = counted_labile(batch, product)
    proof = of_run(*before, *after, *blank) if after else ()
    if made.estimate is None:
        return missing(f"{made.why_missing[:1].lower()}{made.why_missing[1:].rstrip('.')}", proof=proof, unit="%")
    remark = "reagent blank taken off" if blank else "no reagent blank measured"
    return measured(made.estimate.value, "%", "", proof=proof, remark=remark)


def _by_hand(batch: Batch, product: str) -> Fact:
    proof = _places(values_of(batch, product, (_LABILE,)))
    why = "no detergent control was counted as the product was, and no share was entered"
    return estimated(quantity_of(batch, product, _LABILE), "%", why, proof=proof)


def _counted_after(batch: Batch, product: str) -> list[Run]:
    return of_role(batch, "detergent control", usable_runs(batch, product))


def _places(values: Sequence[Value]) -> Proof:
    return tuple(at(v.file, v.quantity.where) for v in values)


def facts_of_references(batch: Batch) -> Facts:
    """Labelled references that were counted, the worst of them, and how old the bead checks are.

    A reference is labelled when the record holds a particle concentration of a sample with the role ``reference``.

    Args:
        batch: with or without a record.
    """
    if batch.record is None:
        names = ("labelled_references", "reference_concentration_off", "instruments_without_bead_check")
        absent = {name: missing(_NO_RECORD) for name in names}
        return absent | {"bead_check_days": _bead_check_days(batch), **_resistive_pulses(batch)}
    labelled = _labelled(batch, batch.record)
    worst = max(labelled, key=lambda name: abs(labelled[name][0]), default=None)
    proof = tuple(p for _, places in labelled.values() for p in places)
    off = None if worst is None else labelled[worst][0]
    return {
        "labelled_references": listed(labelled, proof=proof),
        "reference_concentration_off": measured(off, "%", "no labelled reference", proof=proof, remark=worst or ""),
        "instruments_without_bead_check": _unchecked(batch),
        "bead_check_days": _bead_check_days(batch),
        **_resistive_pulses(batch),
    }


def _labelled(batch: Batch, record: BatchRecord) -> dict[str, tuple[float, Proof]]:
    """By reference, how far its counted concentration is off the one on its label, in per cent."""
    found: dict[str, tuple[float, Proof]] = {}
    for sample in record.samples:
        runs = usable_runs(batch, sample.name)
        labels = [v for v in values_of(batch, sample.name, (_LABEL,)) if v.file == batch.record_source]
        counted, label = mean_undiluted(runs), next((v.quantity.value for v in labels), None)
        if sample.role == "reference" and counted is not None and label:
            found[sample.name] = 100 * (counted / label - 1), (*of_run(*runs), *_places(labels))
    return found


def _unchecked(batch: Batch) -> Fact:
    """Instruments that tracked samples and no beads; one that tracked neither is not asked."""
    runs = [run for run in batch.runs if run.distribution.technique == TRACKING]
    beads = [run for run in runs if run.bead_nm is not None]
    checked = {_instrument(batch, run) for run in beads}
    used = dict.fromkeys(_instrument(batch, run) for run in runs if run.bead_nm is None)
    lacking = [name or "not named" for name in used if name not in checked]
    need = f"beads tracked by {' and '.join(lacking)}, listed among the files of the record with purpose and bead_nm"
    return unstated(lacking, need, proof=of_run(*beads))


def _instrument(batch: Batch, run: Run) -> str:
    return kind_of(batch, run)[1]


def _bead_check_days(batch: Batch) -> Fact:
    """The longest time from a run to the nearest bead check by the same instrument, before or after it, in days.

    At least so long where one of them does not state its day.
    """
    runs = [run for run in batch.runs if run.distribution.technique == TRACKING]
    beads = [run for run in runs if run.bead_nm is not None]
    by_instrument: dict[str, list[datetime | None]] = {}
    for run in beads:
        by_instrument.setdefault(_instrument(batch, run), []).append(_day(run))
    samples = ((_instrument(batch, run), _day(run)) for run in runs if run.bead_nm is None)
    asked = [(by_instrument[name], day) for name, day in samples if name in by_instrument]
    dated = [(checks, day) for checks, day in asked if day is not None and None not in checks]
    if not dated:
        return missing("no bead check and run by one instrument that both state their day", unit="d")
    away = float(max(min(abs((day - check).days) for check in checks if check) for checks, day in dated))
    if len(dated) < len(asked):
        return Fact(value=None, unit="d", above=away, evidence=of_run(*beads), remark="not every run states its day")
    return measured(away, "d", "", proof=of_run(*beads))


def _day(run: Run) -> datetime | None:
    """The day of acquisition at midnight; None where it is not stated or no ISO date."""
    text = run.distribution.acquired_at
    try:
        return datetime.fromisoformat(text[:10]) if text is not None else None
    except ValueError:
        return None


def _resistive_pulses(batch: Batch) -> Facts:
    """Bead checks by resistive pulse sensing."""
    beads = [r for r in batch.runs if r.bead_nm is not None and r.distribution.technique == _TRPS]
    return {"pulse_bead_checks": listed((run.file.name for run in beads), proof=of_run(*beads))}
