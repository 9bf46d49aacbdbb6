"""From the wells of each sample to its concentration, and what a person should know of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import problem, refusal
from evqc.instruments.plate_assay._curve import LARGEST_CV_PERCENT, PlateCurve, of_wells
from evqc.instruments.plate_assay._layout import Layout
from evqc.instruments.plate_assay._signals import Signals, WellSignal
from evqc.instruments.plate_assay.mapping import PlateMapping
from evqc.measurands import factor, measurand
from evqc.measurement import Quantity, Reason, State
from evqc.numerics.endotoxin import (
    LARGEST_ONSET_CV_PERCENT,
    RECOVERY_PERCENT,
    maximum_valid_dilution,
    spike_recovery_percent,
)
from evqc.numerics.standard_curve import Unknown, read_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.errors import Issue, Where
    from evqc.instruments.plate_assay._layout import SampleWells
    from evqc.measurement import Scalar

#: Recovery of a spike of an endpoint assay, percent [MARKER_FORMATS 6: as plate-reader protocols have it].
SPIKE_RECOVERY_PERCENT = (70.0, 130.0)
_REASONS: dict[State, Reason] = {
    State.BELOW_RANGE: "below range",
    State.ABOVE_RANGE: "above range",
    State.MISSING: "not computed",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the wells of a sample say, in the wells and in the plate's unit.

    Attributes:
        state, value, bound: as a quantity has them.
        unknown: how it was read from the curve; None when a well lay beyond what can be read.
        signals: of the wells.
    """

    state: State
    value: float | None
    bound: float | None
    unknown: Unknown | None
    signals: tuple[WellSignal, ...]

    @property
    def where(self) -> Where:
        """Place of the first well."""
        return self.signals[0].where


@dataclass(frozen=True, kw_only=True)
class Assay:
    """Everything that a result of a plate rests on."""

    mapping: PlateMapping
    layout: Layout
    signals: Signals
    curve: PlateCurve
    source: str

    @property
    def canonical(self) -> str:
        """The unit of the results."""
        return measurand(self.mapping.plate.measurand).unit

    @property
    def largest_cv_percent(self) -> float:
        """Of the replicates of one sample."""
        return LARGEST_CV_PERCENT if self.mapping.kinetic is None else LARGEST_ONSET_CV_PERCENT

    @property
    def recovery_percent(self) -> tuple[float, float]:
        """Least and largest recovery of a spike."""
        return SPIKE_RECOVERY_PERCENT if self.mapping.kinetic is None else RECOVERY_PERCENT


def results(assay: Assay) -> tuple[tuple[Quantity, ...], tuple[Issue, ...]]:
    """The concentration of every sample, with the recovery of its spike where there is one, and remarks.

    The signals of replicates are averaged and read from the curve once; their scatter stands in the settings. The value
    is that of the sample itself: the dilution is multiplied and stated. A result below or above the range has the end
    of the range, times the dilution, as its bound.

    Args:
        assay: curve, layout and signals.

    Raises:
        InputError: ``WELL_MISSING``, ``DILUTION_NOT_STATED``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    for sample in assay.layout.samples:
        found = _found(assay, sample.wells)
        quantities.append(_concentration(assay, sample, found))
        issues += _of_sample(assay, sample, found)
        if sample.spiked_wells and sample.spike is not None:
            recovery = _recovery(assay, sample, found)
            quantities.append(recovery)
            issues += _of_recovery(recovery, assay.recovery_percent)
    if assay.mapping.kinetic is not None and not all(sample.spiked_wells for sample in assay.layout.samples):
        lacking = ", ".join(dict.fromkeys(s.name for s in assay.layout.samples if not s.spiked_wells))
        expected = "a spiked well of each sample: without it an inhibited reaction looks like a clean product"
        issues.append(problem("warning", "NO_POSITIVE_CONTROL", assay.curve.record.where, lacking, expected))
    return tuple(quantities), tuple(issues)


def _found(assay: Assay, wells: Sequence[str]) -> Found:
    """What replicate wells say; one beyond what the instrument reads puts the sample there, none is no result."""
    signals = tuple(of_wells(wells, assay.signals, assay.source))
    values = [s.value - assay.curve.offset for s in signals if s.value is not None]
    curve = assay.curve.fitted
    if beyond := next((s.beyond for s in signals if s.beyond), 0):
        above = (beyond > 0) == _rises(assay)
        state, bound = (State.ABOVE_RANGE, curve.highest) if above else (State.BELOW_RANGE, curve.lowest)
        return Found(state=state, value=None, bound=bound, unknown=None, signals=signals)
    if not values:
        return Found(state=State.MISSING, value=None, bound=None, unknown=None, signals=signals)
    read = read_unknown(curve, values)
    return Found(state=read.state, value=read.concentration, bound=read.bound, unknown=read, signals=signals)


def _rises(assay: Assay) -> bool:
    """Whether more analyte gives more signal."""
    used = [level for level in assay.curve.record.standards if level.used]
    return used[-1].mean_signal > used[0].mean_signal


def _dilution(assay: Assay, sample: SampleWells, found: Found) -> float:
    stated = sample.dilution if sample.dilution is not None else assay.mapping.plate.dilution
    if stated is None:
        expected = "'dilution' of the sample or of the plate in the mapping; 1 for none"
        raise refusal(assay.source, "DILUTION_NOT_STATED", found.where, f"sample '{sample.name}' without", expected)
    return stated


def _concentration(assay: Assay, sample: SampleWells, found: Found) -> Quantity:
    dilution = _dilution(assay, sample, found)
    scale = factor(assay.mapping.plate.unit, assay.canonical)
    return Quantity(
        measurand=assay.mapping.plate.measurand,
        value=None if found.value is None else found.value * scale * dilution,
        unit=assay.canonical,
        state=found.state,
        bound=None if found.bound is None else found.bound * scale * dilution,
        reason=_REASONS.get(found.state),
        sample=sample.name,
        method=assay.mapping.method or assay.mapping.title,
        acquired_at=found.signals[0].acquired_at,
        settings=_settings(assay, sample, found, dilution, scale),
        where=found.where,
    )


def _settings(assay: Assay, sample: SampleWells, found: Found, dilution: float, scale: float) -> dict[str, Scalar]:
    key, read = assay.canonical.replace("/", "_per_"), found.unknown
    record = assay.curve.record
    blank = "blank subtracted" if record.blank_subtracted else "blank not subtracted"
    settings: dict[str, Scalar] = {
        "plate": assay.signals.plate,
        "wells": ", ".join(s.well for s in found.signals),
        "wells_without_number": sum(s.value is None for s in found.signals),
        "dilution": dilution,
        "dilution_applied": True,
        "curve": f"{record.model}, weights {record.weights}, {blank}",
        "signal": record.signal,
    }
    if read is not None:
        uncertainty = read.standard_uncertainty
        settings |= {
            "mean_signal": read.mean_signal,
            "signal_cv_percent": read.signal_cv_percent,
            "concentration_cv_percent": read.concentration_cv_percent,
            f"concentration_in_well_{key}": None if read.concentration is None else read.concentration * scale,
            f"standard_uncertainty_{key}": None if uncertainty is None else uncertainty * scale * dilution,
        }
    return settings | dict(sample.stated)


def _of_sample(assay: Assay, sample: SampleWells, found: Found) -> Iterator[Issue]:
    """Warnings of one sample: wells without a number or out of range, scatter, a dilution beyond the valid one."""
    name, read, largest = f"'{sample.name}'", found.unknown, assay.largest_cv_percent
    for signal in found.signals:
        if signal.value is None and not (assay.mapping.kinetic is not None and signal.beyond):
            said = f"{name} in well {signal.well}: {signal.why}"
            yield problem("warning", "WELL_WITHOUT_NUMBER", signal.where, said, "a number")
    if read is not None and 0 < read.outside < read.wells:
        said = f"{name}: {read.outside} of {read.wells} wells beyond the standards"
        yield problem("warning", "WELLS_DISAGREE", found.where, said, "replicates on one side of the end of the range")
    elif read is None and len({s.beyond for s in found.signals}) > 1:
        said = f"{name}: wells with and without a signal that can be read"
        yield problem("warning", "WELLS_DISAGREE", found.where, said, "replicates on one side of the end of the range")
    if read is not None and read.signal_cv_percent is not None and not read.signal_cv_percent <= largest:
        said = f"{name}: CV {read.signal_cv_percent:.1f} %"
        yield problem("warning", "REPLICATE_CV", found.where, said, f"replicates with a CV of at most {largest:g} %")
    if found.state is State.MISSING and read is not None:
        said = f"{name}: a signal to which the curve gives two concentrations or none"
        yield problem("warning", "CURVE_AMBIGUOUS", found.where, said, "one concentration within the range")
    yield from _of_dilution(assay, sample, found)


def _of_dilution(assay: Assay, sample: SampleWells, found: Found) -> Iterator[Issue]:
    kinetic = assay.mapping.kinetic
    if kinetic is None or kinetic.limit is None:
        return
    valid = maximum_valid_dilution(kinetic.limit, assay.curve.fitted.lowest)
    dilution = _dilution(assay, sample, found)
    if not dilution <= valid:
        said = f"'{sample.name}' diluted {dilution:g} times"
        yield problem("warning", "DILUTION_BEYOND_VALID", found.where, said, f"at most {valid:g}, limit over lambda")


def _recovery(assay: Assay, sample: SampleWells, unspiked: Found) -> Quantity:
    """Recovery of the product positive control; an unspiked product below range counts as none and as its limit."""
    spiked = _found(assay, sample.spiked_wells)
    base = unspiked.value if unspiked.value is not None else 0.0
    possible = unspiked.state in {State.MEASURED, State.BELOW_RANGE} and spiked.value is not None
    value = least = None
    if possible and spiked.value is not None and sample.spike is not None:
        value = spike_recovery_percent(spiked.value, base, sample.spike)
        least = spike_recovery_percent(spiked.value, unspiked.bound or base, sample.spike)
    return Quantity(
        measurand="spike_recovery",
        value=value,
        unit="%",
        state=State.MISSING if value is None else State.MEASURED,
        reason="not computed" if value is None else None,
        sample=sample.name,
        method=assay.mapping.method or assay.mapping.title,
        settings={
            "plate": assay.signals.plate,
            "wells": ", ".join(s.well for s in spiked.signals),
            f"spike_in_well_{assay.mapping.plate.unit.replace('/', '_per_')}": sample.spike,
            "unspiked": str(unspiked.state),
            "spiked": str(spiked.state),
            "least_recovery_percent": least,
        },
        where=spiked.where,
    )


def _of_recovery(recovery: Quantity, limits: tuple[float, float]) -> Iterator[Issue]:
    low, high = limits
    least = recovery.settings["least_recovery_percent"]
    bounds = [value for value in (recovery.value, least) if isinstance(value, float) and math.isfinite(value)]
    if not bounds or not all(low <= value <= high for value in bounds):
        found = " to ".join(f"{value:.1f} %" for value in sorted(set(bounds))) or "no recovery"
        said = f"'{recovery.sample}': {found}"
        yield problem("warning", "SPIKE_RECOVERY", recovery.where, said, f"a recovery of {low:g} to {high:g} %")
