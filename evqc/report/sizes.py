"""The sizing part of a report: runs by sample, their mean and band, statistics, agreement and settings."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from evqc.instruments._registry import instrument, names
from evqc.isolation.concentrations import apparatus, is_usable
from evqc.numerics.replicates import pooled_curve, replicate_mean
from evqc.report.format import digits, estimated, number, quantity
from evqc.report.shown import Basis, Curve, Number, RunRow, SizedSample
from evqc.report.words import listed, split_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from evqc.batch.assembled import Batch, Run
    from evqc.measurement import Agreement, Dilution, Scalar, SizeDistribution, SizeStatistics
    from evqc.numerics.estimate import Scale
    from evqc.reading import Reading

#: Statistics in the order in which reports show them, with their titles.
STATISTICS = {
    "mean_nm": "Mean",
    "mode_nm": "Mode",
    "sd_nm": "SD",
    "d10_nm": "D10",
    "d50_nm": "D50",
    "d90_nm": "D90",
}
#: Makers' names by reader, as papers write them.
INSTRUMENTS = {
    "nanosight": "NanoSight (Malvern Panalytical)",
    "zetaview": "ZetaView (Particle Metrix)",
    "nanosight_tracks": "NanoSight particle list (Malvern Panalytical)",
    "viewsizer": "ViewSizer 3000 (Horiba)",
    "zetasizer": "Zetasizer (Malvern Panalytical)",
}
#: Settings that a person chooses; temperature and viscosity vary by themselves.
CHOSEN = (
    "camera", "laser", "laser_wavelength_nm", "filter", "camera_level", "sensitivity", "slider_shutter", "shutter",
    "shutter_ms", "slider_gain", "gain", "frame_rate_per_s", "frames_per_cycle", "cycles", "total_frames_analysed",
    "positions", "detection_threshold", "min_brightness", "min_area", "max_area", "min_trace_length",
    "min_track_length",  "blur", "syringe_pump_speed_AU",
)  # fmt: skip


def sized_samples(batch: Batch) -> tuple[SizedSample, ...]:
    """The sizing runs of a batch as a report shows them, one entry for each of ``run_groups``.

    Args:
        batch: the record joined with its exports.
    """
    readings = {reading.source.name: reading for reading in batch.readings}
    return _told_apart([_sample(list(runs), readings) for runs in run_groups(batch)])


def run_groups(batch: Batch) -> tuple[tuple[Run, ...], ...]:
    """The sizing runs of a batch by sample and all that replicates share: the product first, bead checks last.

    Runs by another technique, instrument or optical filter are no replicates of each other, and suspensions of unknown
    dilution have no mean with others, nor with those of another file: they stand apart, each with a mean of its own.

    Args:
        batch: the record joined with its exports.
    """

    def key(run: Run) -> tuple[str | float | None, ...]:
        of = run.distribution
        suspension = run.file.name if undiluting(of.dilution) is None else None
        return run.sample, of.technique, run.bead_nm, *apparatus(batch, run), suspension, _captured(of)

    order = {each: place for place, each in enumerate(dict.fromkeys(map(key, batch.runs)))}
    runs = sorted(batch.runs, key=lambda run: (_rank(run), order[key(run)]))
    return tuple(tuple(of) for _, of in groupby(runs, key))


def _captured(of: SizeDistribution) -> str:
    """The antibody that caught the particles of a run, whose particles are others than those of another antibody."""
    return str(of.settings.get("capture") or "")


def _rank(run: Run) -> int:
    if run.bead_nm is not None:
        return 3
    if run.role == "product":
        return 0
    return 2 if run.role is not None and run.role.endswith((" blank", " control")) else 1


#: What may tell parts of one sample apart, in the order of a label.
_APART: tuple[Callable[[SizedSample], str], ...] = (
    lambda of: "" if of.bead_nm is None else quantity(of.bead_nm, "nm"),
    lambda of: of.technique,
    lambda of: of.instrument.partition(" (")[0],
    lambda of: str(of.same_settings.get("filter") or ""),
    lambda of: f"captured by {of.same_settings['capture']}" if of.same_settings.get("capture") else "",
    lambda of: "" if of.basis == "undiluted sample" else of.basis,
    lambda of: of.runs[0].file,
)


def _told_apart(samples: Sequence[SizedSample]) -> tuple[SizedSample, ...]:
    """The samples with labels that none shares: the name, with what is particular where it stands more than once."""
    return tuple(
        dataclasses.replace(one, label=_label(one, [other for other in samples if other.name == one.name]))
        for one in samples
    )


def _label(one: SizedSample, namesakes: Sequence[SizedSample]) -> str:
    """The name with as much of what is particular as tells it from its namesakes."""
    tells, alike = [one.name], [other for other in namesakes if other is not one]
    for of in _APART:
        if any(of(other) != of(one) for other in alike):
            tells.append(of(one))
            alike = [other for other in alike if of(other) == of(one)]
    return ", ".join(filter(None, tells))


def _sample(runs: list[Run], readings: dict[str, Reading]) -> SizedSample:
    basis = _basis([run.distribution for run in runs])
    rows = tuple(_run(place, run, basis) for place, run in enumerate(runs, start=1))
    used = [row for row in rows if row.used]
    of = [readings[run.file.name] for run in runs if run.file.name in readings]
    same, other = _shared([run.distribution.settings for run in runs])
    same_flags, other_flags = _shared([run.distribution.validity.flags for run in runs])
    first = runs[0]
    return SizedSample(
        name=first.sample,
        label=first.sample,
        role="bead check" if first.bead_nm is not None else first.role or "role not stated",
        technique=first.distribution.technique,
        instrument=", ".join(dict.fromkeys(_instrument(r.instrument or "") for r in of)),
        software=", ".join(dict.fromkeys(r.software_version for r in of if r.software_version)),
        basis=basis,
        bead_nm=first.bead_nm,
        runs=rows,
        curve=_curve(used),
        summary=_summary(used),
        same_settings=same,
        other_settings=other,
        same_flags=same_flags,
        other_flags=other_flags,
        notes=tuple(_notes(rows, used, basis, other)),
    )


def _instrument(reader: str) -> str:
    """The instrument as a paper names it, else as its reader calls it."""
    if reader in INSTRUMENTS:
        return INSTRUMENTS[reader]
    return instrument(reader).TITLE if reader in names() else reader


def undiluting(dilution: Dilution) -> float | None:
    """The factor from the suspension as measured to the sample; None while the dilution is unknown."""
    return None if dilution.factor is None else dilution.factor * dilution.correction


def _basis(of: Sequence[SizeDistribution]) -> Basis:
    if not any(_counts(d) for d in of):
        return "nothing counted"
    if any(d.concentration_per_ml is None and d.concentration_total_per_ml.reported is None for d in of):
        return "particles counted"
    known = all(undiluting(d.dilution) is not None for d in of)
    return "undiluted sample" if known else "suspension as measured"


def _counts(of: SizeDistribution) -> bool:
    """Whether the run holds anything by number; light scattering does not."""
    return (
        of.count is not None
        or of.concentration_per_ml is not None
        or of.concentration_total_per_ml.reported is not None
    )


def _run(place: int, run: Run, basis: Basis) -> RunRow:
    of = run.distribution
    validity, agreement = of.validity, of.agreement
    return RunRow(
        number=place,
        label=f"run {place}",
        run=of.run,
        file=run.file.name,
        where=str(of.where),
        acquired_at=of.acquired_at,
        valid=validity.valid,
        used=is_usable(of),
        reasons=validity.reasons,
        dilution=_dilution(of.dilution, run.other_dilution),
        concentration=_concentration(of, basis),
        tracks=number(validity.completed_tracks, "1", "the file does not state it"),
        particles_per_frame=number(validity.particles_per_frame, "", "the file does not state it"),
        reported=_numbers(of.statistics.reported, "not printed"),
        vendor=_numbers(of.statistics.vendor, "the vendor's rule gives none"),
        standard=_numbers(of.statistics.standard, "the run holds no particles"),
        agreement=_agreement(agreement),
        within_rounding=agreement.within_rounding,
        rule=agreement.rule,
        compared=agreement.compared,
        lower_nm=of.diameter_nm.lower,
        upper_nm=of.diameter_nm.upper,
        count=of.count,
        concentration_per_ml=of.concentration_per_ml,
        density=_density(of, basis),
        flags=of.validity.flags,
    )


def _numbers(of: SizeStatistics, why: str) -> dict[str, Number]:
    values = dataclasses.asdict(of)
    return {name: number(values[name], "nm", why) for name in STATISTICS}


def _dilution(of: Dilution, other: float | None) -> str:
    """What was diluted and who says so, with what the record says when that is another."""
    if of.factor is None:
        return "not stated"
    corrected = f", instrument correction {digits(of.correction)}" if of.correction != 1 else ""
    differs = "" if other is None else f"; the record says {_ratio(other)}"
    return f"{_ratio(of.factor)} ({of.source}{corrected}{differs})"


def _ratio(factor: float) -> str:
    return "undiluted" if factor == 1 else f"1:{digits(factor, '1')}"


def _concentration(of: SizeDistribution, basis: Basis) -> Number:
    total = of.concentration_total_per_ml
    measured = total.recomputed if total.reported is None else total.reported
    printed = total.as_printed
    why = "the file states no concentration"
    if printed is not None:
        why = f"the file prints {quantity(printed, '1/mL')}, which is no result"
    return number(total.undiluted if basis == "undiluted sample" else measured, "1/mL", why)


def _density(of: SizeDistribution, basis: Basis) -> NDArray[np.float64] | None:
    """Per bin and nanometre, so that bins of any width compare; on the basis of the whole sample."""
    height = of.count if basis == "particles counted" else of.concentration_per_ml
    if height is None:
        return None
    factor = undiluting(of.dilution) if basis == "undiluted sample" else None
    width = of.diameter_nm.upper - of.diameter_nm.lower
    return np.asarray(height / width * (1.0 if factor is None else factor))


def _agreement(of: Agreement) -> str:
    if of.within_rounding is None:
        return "the file prints nothing to compare"
    largest = of.largest_difference_nm
    most = "" if largest is None else f", largest difference {digits(largest)}\N{NO-BREAK SPACE}nm"
    verdict = "within rounding" if of.within_rounding else "differs from the printed values"
    return f"{verdict} ({len(of.compared)} compared{most})"


def _summary(used: Sequence[RunRow]) -> dict[str, Number]:
    why = "no usable run states it"
    concentrations = [v for row in used if (v := row.concentration.value) is not None]
    made = {"concentration": _mean(concentrations, "1/mL", "log", why)}
    for name in STATISTICS:
        values = [v for row in used if (v := row.standard[name].value) is not None]
        made[name] = _mean(values, "nm", "linear", why)
    return made


def _mean(values: list[float], unit: str, scale: Scale, why: str) -> Number:
    if not values:
        return number(None, unit, why)
    return estimated(replicate_mean(values, unit, "run" if len(values) == 1 else "runs", scale))


def _curve(used: Sequence[RunRow]) -> Curve | None:
    drawn = [(row, row.density) for row in used if row.density is not None and row.density.any()]
    if not drawn:
        return None
    first = drawn[0][0]
    if not all(_same_bins(first, row) for row, _ in drawn):
        return None
    pooled = pooled_curve(np.vstack([density for _, density in drawn]))
    words = f"pointwise {pooled.level:.0%} t interval of the mean".replace("%", "\N{NO-BREAK SPACE}%")
    return Curve(
        lower_nm=first.lower_nm,
        upper_nm=first.upper_nm,
        mean=pooled.mean,
        low=pooled.lower,
        high=pooled.upper,
        n=pooled.curves,
        band=words if pooled.lower is not None else f"no band, which takes three runs and not {pooled.curves}",
    )


def _same_bins(a: RunRow, b: RunRow) -> bool:
    return np.array_equal(a.lower_nm, b.lower_nm) and np.array_equal(a.upper_nm, b.upper_nm)


def _shared(of: Sequence[Mapping[str, Scalar]]) -> tuple[dict[str, Scalar], dict[str, tuple[Scalar, ...]]]:
    names = list(dict.fromkeys(name for settings in of for name in settings))
    every = {name: tuple(settings.get(name) for settings in of) for name in names}
    same = {name: values[0] for name, values in every.items() if all(v == values[0] for v in values)}
    return same, {name: values for name, values in every.items() if name not in same}


def _notes(
    rows: Sequence[RunRow], used: Sequence[RunRow], basis: Basis, other: dict[str, tuple[Scalar, ...]]
) -> Iterable[str]:
    if basis == "suspension as measured":
        yield "The dilution is not known: concentrations are of the suspension as measured."
    if basis == "nothing counted":
        yield "No particle was counted: there is neither a concentration nor a statistic by number."
        return
    if basis == "particles counted":
        yield "Not every file states a concentration: distributions show particles counted."
    for why, those in _by_reason(row for row in rows if not row.used):
        yield f"{those} not valid ({why}) and left out of the means."
    for why, those in _by_reason(row for row in used if row.valid is None and row.reasons):
        yield f"{those} in doubt ({why}) and in the means all the same."
    if any(row.valid is None and not row.reasons for row in used):
        yield "The files do not say of every run whether it is valid."
    if len({row.dilution for row in rows}) > 1:
        yield "The runs were measured at different dilutions."
    if len(used) > 1 and not all(_same_bins(used[0], row) for row in used):
        yield "The runs have different bins, so that no mean distribution is drawn."
    if changed := [split_unit(name)[0] for name in CHOSEN if name in other]:
        yield f"Settings differ between runs: {listed(changed)}."


def _by_reason(rows: Iterable[RunRow]) -> Iterable[tuple[str, str]]:
    """Each reason with the runs that it is true of: ``Run 2 is``, ``Runs 1 and 3 are``."""
    numbers: dict[str, list[str]] = {}
    for row in rows:
        why = "; ".join(row.reasons) or ("no reason given" if row.valid is False else "it holds no particles")
        numbers.setdefault(why, []).append(str(row.number))
    for why, of in numbers.items():
        yield why, f"Run {of[0]} is" if len(of) == 1 else f"Runs {listed(of)} are"
