"""Facts of one sizing run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, known, listed, measured, missing, of_run
from evqc.assessment.settings import not_stated
from evqc.isolation.concentrations import is_usable
from evqc.numerics.replicates import coefficient_of_variation
from evqc.numerics.size_windows import SizeWindow, shares_of_each
from evqc.numerics.water import relative_difference_from_water

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.batch.assembled import Run
    from evqc.criteria.findings import Fact
    from evqc.measurement import Position, SizeDistribution
    from evqc.reading import Reading

#: What stands for a role and a purpose that no record states.
NOT_RECORDED = "not recorded"
#: The sizes that tracking sees, and those where it misses vesicles.
_WINDOWS = tuple(
    SizeWindow(id=name, term=name, lower_nm=low, upper_nm=high, source="[design] NTA-LOD-01 and NTA-LOD-02")
    for name, low, high in (("seen by tracking", 30, 1000), ("missed by tracking", 0, 50))
)
_NO_TABLE = "the run has no table of positions"
_NO_TRACKS = "the run holds no tracks"
#: What a table of positions tells, with units.
_OF_POSITIONS = {
    "positions_total": "1",
    "positions_kept": "1",
    "particles_per_frame_highest_position": "1",
    "particles_per_frame_lowest_position": "1",
    "concentration_cv_over_positions": "%",
}
#: Words by which an instrument says that nothing is wrong.
_FINE = {"ok", "no", "n/a", "none", "good", "very good", "excellent", ""}
#: Flags that are no warnings, or have a criterion of their own.
_NO_WARNINGS = ("Vibration correction applied", "Concentration Upgrade?", "Particle Drift Check Result")


def facts_of_runs(runs: Sequence[Run], readings: Mapping[str, Reading]) -> tuple[Facts, ...]:
    """Everything that the criteria may ask of each run, each fact with its place in the export.

    Args:
        runs: tied to their samples.
        readings: by name of the file, for the instrument.
    """
    in_windows = shares_of_each([run.distribution for run in runs], _WINDOWS)
    return tuple(
        _facts_of_run(run, readings.get(run.file.name), seen) for run, seen in zip(runs, in_windows, strict=True)
    )


def facts_of_run(run: Run, reading: Reading | None) -> Facts:
    """The facts of a single run; see ``facts_of_runs``."""
    return facts_of_runs((run,), {} if reading is None else {run.file.name: reading})[0]


def _facts_of_run(run: Run, reading: Reading | None, in_windows: Sequence[float | None]) -> Facts:
    proof = of_run(run)
    instrument, usable = reading.instrument if reading is not None else None, is_usable(run.distribution)
    return {
        "technique": known(run.distribution.technique, proof=proof),
        "instrument": known(instrument, proof=proof) if instrument else missing("the file does not say"),
        "role": known(run.role or NOT_RECORDED),
        "purpose": known(_purpose(run)),
        **_counts(run.distribution, proof, usable=usable),
        **_positions(run.distribution.validity.positions, proof),
        **_drift(run.distribution, proof),
        **_conditions(run.distribution, instrument, proof),
        **_statements(run.distribution, proof),
        **_sizes(run, in_windows, proof, usable=usable),
    }


def _purpose(run: Run) -> str:
    if run.bead_nm is not None:
        return "bead check"
    return "measurement" if run.role is not None else NOT_RECORDED


def _counts(run: SizeDistribution, proof: Proof, *, usable: bool) -> Facts:
    validity, total = run.validity, run.concentration_total_per_ml
    concentration = total.reported if total.reported is not None else total.recomputed
    holds = _holds_tracks(run, proof, usable=usable)
    return {
        "run_holds_tracks": holds,
        "run_is_empty": known(holds.value is False, proof=proof, remark=holds.remark),
        "completed_tracks": measured(
            validity.completed_tracks, "1", "the export does not state the number of tracks", proof=proof
        ),
        "particles_per_frame": measured(
            validity.particles_per_frame, "1", "the export does not state the particles per frame", proof=proof
        ),
        "measured_concentration": measured(
            concentration, "1/mL", "the export does not state a concentration", proof=proof
        ),
    }


def _holds_tracks(run: SizeDistribution, proof: Proof, *, usable: bool) -> Fact:
    if run.count is None and run.concentration_per_ml is None and run.validity.valid is not False:
        return missing("the export has no distribution by number", proof=proof)
    reasons = "; ".join(run.validity.reasons) or "every bin is empty"
    return known(usable, proof=proof, remark="" if usable else reasons)


def _positions(positions: tuple[Position, ...], proof: Proof) -> Facts:
    if not positions:
        return {name: missing(_NO_TABLE, proof=proof, unit=unit) for name, unit in _OF_POSITIONS.items()}
    kept = [p for p in positions if p.kept]
    crowds = [p.particles_per_frame for p in kept]
    removed = f"removed: {', '.join(_removals(positions))}" if len(kept) < len(positions) else ""
    no_crowd = "no position was kept"
    return {
        "positions_total": measured(len(positions), "1", _NO_TABLE, proof=proof),
        "positions_kept": measured(len(kept), "1", _NO_TABLE, proof=proof, remark=removed),
        "particles_per_frame_highest_position": measured(max(crowds, default=None), "1", no_crowd, proof=proof),
        "particles_per_frame_lowest_position": measured(min(crowds, default=None), "1", no_crowd, proof=proof),
        "concentration_cv_over_positions": _scatter(kept, proof),
    }


def _removals(positions: tuple[Position, ...]) -> list[str]:
    """Reasons of removal with their numbers: ``3 MAX_DRIFT``."""
    reasons = [p.removal or "no reason given" for p in positions if not p.kept]
    return [f"{reasons.count(reason)} {reason}" for reason in dict.fromkeys(reasons)]


def _scatter(kept: list[Position], proof: Proof) -> Fact:
    share = coefficient_of_variation([p.concentration_per_ml for p in kept]) if len(kept) > 1 else None
    why = "fewer than two positions were kept"
    remark = f"over {len(kept)} positions"
    return measured(None if share is None else 100 * share, "%", why, proof=proof, remark=remark)


def _drift(run: SizeDistribution, proof: Proof) -> Facts:
    validity = run.validity
    at_positions = [abs(p.drift_um_per_s) for p in validity.positions if p.kept and p.drift_um_per_s is not None]
    axes = [abs(v) for v in (validity.x_drift_pixels_per_frame, validity.y_drift_pixels_per_frame) if v is not None]
    return {
        "drift_check": _drift_check(validity.drift_check, proof),
        "drift_highest_position": measured(
            max(at_positions, default=None),
            "1",
            _NO_TABLE if not validity.positions else "no drift is stated",
            proof=proof,
        ),
        "drift_pixels_per_frame": measured(
            max(axes, default=None), "1", "the export does not state the drift", proof=proof
        ),
    }


def _drift_check(result: str | None, proof: Proof) -> Fact:
    if result is None:
        return missing("the export does not mention a drift check", proof=proof)
    said = result.strip().lower()
    return missing("the drift was never checked", proof=proof) if said == "never checked" else known(said, proof=proof)


def _conditions(run: SizeDistribution, instrument: str | None, proof: Proof) -> Facts:
    temperature, viscosity = _number(run, "temperature_degC"), _number(run, "viscosity_mPa_s")
    open_ones = not_stated(instrument, run) if instrument else None
    sop = run.settings.get("sop")
    return {
        "temperature": measured(temperature, "degC", "the export does not state the temperature", proof=proof),
        "viscosity_off_water": _off_water(temperature, viscosity, proof),
        "settings_not_stated": listed(open_ones, proof=proof)
        if open_ones is not None
        else missing("what this instrument would have to state is not known", proof=proof),
        "sop": missing("the export does not name one", proof=proof) if sop is None else known(str(sop), proof=proof),
    }


def _number(run: SizeDistribution, key: str) -> float | None:
    value = run.settings.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _off_water(temperature: float | None, viscosity: float | None, proof: Proof) -> Fact:
    if temperature is None or viscosity is None:
        return missing("the export does not state both temperature and viscosity", proof=proof, unit="%")
    if not (0 <= temperature <= 100 and viscosity > 0):
        said = f"{temperature:g} °C and {viscosity:g} mPa·s are outside of what holds for water"
        return missing(said, proof=proof, unit="%")
    share = relative_difference_from_water(viscosity, temperature)
    return measured(100 * share, "%", "", proof=proof, remark=f"{viscosity:g} mPa·s at {temperature:g} °C")


def _statements(run: SizeDistribution, proof: Proof) -> Facts:
    """What the instrument says of its own run."""
    flags = run.validity.flags
    agree = run.agreement.within_rounding
    said = [(name, text) for name, text in flags.items() if text.strip().lower() not in _FINE]
    warnings = [f"{name}: {text}" for name, text in said if not name.endswith(_NO_WARNINGS)]
    return {
        "instrument_warnings": listed(warnings, proof=proof) if flags else missing("the export holds no flags"),
        "statistics_agree": missing("the export prints no statistics to compare", proof=proof)
        if agree is None
        else known(agree, proof=proof, remark="" if agree else _differences(run)),
    }


def _differences(run: SizeDistribution) -> str:
    apart = [c for c in run.agreement.compared if not c.within]
    return "; ".join(f"{c.statistic} {c.reported:g} printed, {c.recomputed:.6g} recomputed" for c in apart)


def _sizes(run: Run, in_windows: Sequence[float | None], proof: Proof, *, usable: bool) -> Facts:
    mode = run.distribution.statistics.standard.mode_nm if usable else None
    inside, below = (None if share is None else 100 * share for share in in_windows)
    off = None if mode is None or run.bead_nm is None else 100 * (mode / run.bead_nm - 1)
    why_off = "this run is no bead check" if run.bead_nm is None else _NO_TRACKS
    remark = "" if mode is None or run.bead_nm is None else f"mode {mode:.4g} nm, certified {run.bead_nm:g} nm"
    return {
        "mode_diameter": measured(mode, "nm", _NO_TRACKS, proof=proof),
        "share_below_50_nm": measured(below, "%", _NO_TRACKS, proof=proof),
        "share_outside_30_to_1000_nm": measured(None if inside is None else 100 - inside, "%", _NO_TRACKS, proof=proof),
        "bead_deviation": measured(off, "%", why_off, proof=proof, remark=remark),
    }
