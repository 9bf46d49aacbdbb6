"""What an instrument measured: a size distribution, a marker panel or a single quantity, each with its state."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from evqc.errors import Where
from evqc.measurands import UNITS, measurand
from evqc.records import Array, from_columns, record, to_columns

if TYPE_CHECKING:
    import pandas as pd

#: A setting or flag as the file states it.
Scalar = bool | int | float | str | None
#: The setting of a quantity that holds the name which replicates share, where the file numbers them in their names.
REPLICATE_OF = "replicate_of"


class State(StrEnum):
    """Whether a quantity has a number, and if not, why."""

    MEASURED = "measured"
    BELOW_RANGE = "below range"
    ABOVE_RANGE = "above range"
    MISSING = "missing"


#: Why a quantity has no value. ``out of range`` does not say on which side; ``masked`` was excluded by a person.
Reason = Literal[
    "below range", "above range", "out of range", "empty", "not available", "not reported", "not a number",
    "not computed", "masked", "invalid",
]  # fmt: skip


class Call(StrEnum):
    """What a panel says of one marker. Not tested is not negative."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INDETERMINATE = "indeterminate"
    NOT_TESTED = "not tested"
    INVALID = "invalid"


@record
class SizeStatistics:
    """Statistics of one size distribution in nanometres; None where the source defines none."""

    mean_nm: float | None = None
    mode_nm: float | None = None
    sd_nm: float | None = None
    d10_nm: float | None = None
    d50_nm: float | None = None
    d90_nm: float | None = None


@record
class Statistics:
    """The same distribution by three rules.

    Attributes:
        reported: as the file prints them.
        vendor: recomputed from the bins by the rule of that vendor's software version.
        standard: recomputed by evqc's own rule (linear interpolation at bin edges); used downstream.
    """

    reported: SizeStatistics
    vendor: SizeStatistics
    standard: SizeStatistics


@record
class Comparison:
    """One printed statistic beside the one recomputed from the bins.

    Attributes:
        statistic: for example ``d50_nm``, ``concentration``, ``Volume / mode``.
        reported, recomputed: in the unit the file prints.
        tolerance: half a unit of the last printed digit plus what the rounding of the bins can move.
        within: ``abs(reported - recomputed) <= tolerance``.
    """

    statistic: str
    reported: float
    recomputed: float
    tolerance: float
    within: bool


@record
class Agreement:
    """Whether the recomputed statistics are the printed ones.

    Attributes:
        within_rounding: every comparison holds; None when the file prints nothing to compare.
        largest_difference_nm: over the statistics that are in nanometres; None when there are none.
        rule: the rule that was applied, in one sentence.
        compared: each comparison.
    """

    within_rounding: bool | None
    largest_difference_nm: float | None
    rule: str
    compared: tuple[Comparison, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is sent to another process: as columns, since a file of five videos has a hundred comparisons."""
        fields = {name: getattr(self, name) for name in ("within_rounding", "largest_difference_nm", "rule")}
        return _agreement_sent, (fields, to_columns(self.compared))


def _agreement_sent(fields: dict[str, Any], columns: dict[str, Any]) -> Agreement:
    return Agreement(**fields, compared=from_columns(Comparison, **columns) if columns else ())


def agreement(rule: str, compared: tuple[Comparison, ...]) -> Agreement:
    """The verdict over ``compared``; statistics whose name ends in ``_nm`` count for the largest difference."""
    differences = [abs(c.reported - c.recomputed) for c in compared if c.statistic.endswith("_nm")]
    return Agreement(
        within_rounding=all(c.within for c in compared) if compared else None,
        largest_difference_nm=max(differences, default=None),
        rule=rule,
        compared=compared,
    )


@record
class Bins:
    """Bin edges in nanometres, lower and upper of shape (n,)."""

    lower: Array
    upper: Array


@record
class Dilution:
    """How much the sample was diluted before it was measured.

    Attributes:
        factor: 1000 for 1:1000; None when nobody stated it.
        source: who stated it.
        already_applied: the numbers in the file are already multiplied by it.
        correction: a further factor that the instrument asks for (ZetaView's concentration correction factor).
    """

    factor: float | None
    source: Literal["file", "file name", "batch record", "not stated"]
    already_applied: bool
    correction: float = 1.0


@record
class TotalConcentration:
    """Particles per millilitre.

    Attributes:
        reported: the instrument's own number, of the suspension as measured.
        recomputed: sum of the bins, of the suspension as measured.
        undiluted: of the sample before dilution; None while the dilution is unknown.
        as_printed: the number that stands in the file. It differs from ``reported`` only when the file's numbers
            already include the dilution.
    """

    reported: float | None
    recomputed: float | None
    undiluted: float | None
    as_printed: float | None = None


@record
class Position:
    """One position of the measuring cell, as the instrument's position table prints it.

    Attributes:
        position: relative depth in the cell, 0 to 1.
        kept: the instrument used it for the result.
        removal: the instrument's reason when it did not, such as ``GRUBBS_SIZE``.
        d50_nm: None where the table prints the sentinel for "no data".
    """

    position: float
    kept: bool
    removal: str | None
    particles_per_frame: float
    concentration_per_ml: float
    completed_tracks: int
    d50_nm: float | None
    span: float | None = None
    drift_um_per_s: float | None = None
    mean_intensity: float | None = None


@record
class RunValidity:
    """What the instrument says of the run.

    Attributes:
        valid: False when the run holds no usable data; None when the file does not say enough.
        reasons: why it is not valid.
        completed_tracks: tracks behind the concentration (ZetaView: number of traces).
        valid_tracks: tracks in the size distribution.
        flags: the instrument's own flags, ``"Section / key": text as written``.
    """

    valid: bool | None
    reasons: tuple[str, ...] = ()
    particles_per_frame: float | None = None
    centres_per_frame: float | None = None
    completed_tracks: int | None = None
    valid_tracks: int | None = None
    positions_total: int | None = None
    positions_kept: int | None = None
    positions: tuple[Position, ...] = ()
    x_drift_pixels_per_frame: float | None = None
    y_drift_pixels_per_frame: float | None = None
    drift_check: str | None = None
    drift_checked_at: str | None = None
    cell_check: str | None = None
    flags: dict[str, str] = field(default_factory=dict)


@record
class Weighting:
    """The same run by another weighting or another abscissa.

    Attributes:
        of: what the abscissa is.
        by: what each bin counts.
        unit: unit of the abscissa and of the statistics, such as ``nm`` or ``1e4 nm2/s``.
        lower, upper: bin edges in ``unit``, shape (n,).
        value: per bin, shape (n,), in ``value_unit``, of the suspension as measured.
        reported, vendor: statistics by name (``mean``, ``mode``, ``sd``, ``d10``, ``d50``, ``d90``) in ``unit``.
        percentiles: percentiles 0 to 100, shape (101,), in ``unit``; None when not exported.
    """

    of: Literal["diameter", "diffusion coefficient"]
    by: Literal["number", "surface area", "volume", "intensity"]
    unit: str
    lower: Array
    upper: Array
    value: Array
    value_unit: str
    reported: dict[str, float]
    vendor: dict[str, float]
    percentiles: Array | None = None


@record
class SizeDistribution:
    """One run of a sizing instrument: its distribution, statistics by three rules, validity and settings.

    Attributes:
        technique: ``NTA``, ``DLS``, ``TRPS``, …
        sample: the sample's name as the file states it; None when it states none.
        run: the name of this video or measurement.
        group: runs of one file with the same group are replicates of one sample, as far as their names say.
        acquired_at: ISO date and time as the file states it, without zone when it has none.
        diameter_nm: bin edges.
        count: particles counted per bin, shape (n,); None when not exported.
        concentration_per_ml: per bin, shape (n,), of the suspension as measured; None when not exported.
        percentiles_nm: percentiles 0 to 100, shape (101,), as printed; None when not exported.
        settings: acquisition and analysis settings, the unit in the key.
        where: where in the file the run begins.
    """

    kind: Literal["size_distribution"] = "size_distribution"
    technique: str
    sample: str | None
    run: str | None
    group: str | None = None
    acquired_at: str | None
    diameter_nm: Bins
    count: Array | None
    concentration_per_ml: Array | None
    dilution: Dilution
    concentration_total_per_ml: TotalConcentration
    statistics: Statistics
    agreement: Agreement
    validity: RunValidity
    settings: dict[str, Scalar] = field(default_factory=dict)
    percentiles_nm: Array | None = None
    other_weightings: tuple[Weighting, ...] = ()
    where: Where = field(default_factory=Where)

    def to_pandas(self) -> pd.DataFrame:
        """One row a bin: ``lower_nm``, ``upper_nm``, ``count``, ``concentration_per_ml``."""
        import pandas as pd  # noqa: PLC0415  loads only for those who ask for it

        return pd.DataFrame(
            {
                "lower_nm": self.diameter_nm.lower,
                "upper_nm": self.diameter_nm.upper,
                "count": self.count,
                "concentration_per_ml": self.concentration_per_ml,
            }
        )


@record
class Control:
    """A control of a marker panel.

    Attributes:
        name: as written.
        kind: ``isotype``, ``blank``, ``lysate`` (source cells, shows that an antibody works) or ``loading``.
        marker: the canonical name of the marker it belongs to; None when it serves the whole panel.
        signal: in ``unit``; None when the control was run but no number is given.
        call: for a lysate, what it shows of ``marker``; None when nothing says.
    """

    name: str
    kind: Literal["isotype", "blank", "lysate", "loading"]
    marker: str | None = None
    signal: float | None = None
    unit: str | None = None
    call: Call | None = None


@record
class MarkerResult:
    """One marker of a panel.

    Attributes:
        name: canonical name, or as written when the vocabulary does not know it.
        symbol: HGNC gene symbol; None when unknown.
        as_written: as the file has it.
        signal: in ``unit``; None when not tested or below range.
        background: the control's signal that was compared, in ``unit``.
        limit_of_detection: in ``unit``.
        call: what follows.
        why: the control or limit that decided, in one sentence.
    """

    name: str
    symbol: str | None
    as_written: str
    signal: float | None
    unit: str | None
    background: float | None
    limit_of_detection: float | None
    call: Call
    why: str


@record
class MarkerPanel:
    """A marker panel of one sample: controls and one result a marker."""

    kind: Literal["marker_panel"] = "marker_panel"
    technique: str
    sample: str | None
    controls: tuple[Control, ...]
    markers: tuple[MarkerResult, ...]
    where: Where = field(default_factory=Where)

    def to_pandas(self) -> pd.DataFrame:
        """One row a marker, the fields of ``MarkerResult`` as columns."""
        import pandas as pd  # noqa: PLC0415  loads only for those who ask for it

        names = [f.name for f in dataclasses.fields(MarkerResult)]
        return pd.DataFrame([{name: getattr(m, name) for name in names} for m in self.markers], columns=names)


@record
class Quantity:
    """One number with its unit and state.

    Attributes:
        measurand: a name of ``measurands.MEASURANDS``.
        value: in ``unit``; there exactly when ``state`` is ``measured``.
        unit: the measurand's canonical unit.
        bound: the limit of the range when ``state`` is below or above range and the source names it, in ``unit``.
        reason: why there is no value; None when there is one or the source does not say.
        as_written: what stands in the file instead of a number, such as ``*0.356*`` or ``N/A``.
        replicate: which replicate, as the file numbers or names it.
        method: the assay, as the file or mapping states it.
        acquired_at: ISO date and time as the file states it, without zone when it has none.
        settings: what else the file says of this number, the unit in the key, such as ``well`` and ``wavelength_nm``.
    """

    kind: Literal["quantity"] = "quantity"
    measurand: str
    value: float | None
    unit: str
    state: State
    sample: str | None
    bound: float | None = None
    reason: Reason | None = None
    as_written: str | None = None
    replicate: str | None = None
    method: str | None = None
    acquired_at: str | None = None
    settings: dict[str, Scalar] = field(default_factory=dict)
    where: Where = field(default_factory=Where)

    def __post_init__(self) -> None:
        """Refuse a value without the state ``measured``, a state ``measured`` without value, NaN and infinity."""
        if (self.value is None) == (self.state is State.MEASURED):
            raise ValueError(f"state '{self.state}' does not go with value {self.value}")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.measurand} is not a finite number")
        if self.reason is not None and self.state is State.MEASURED:
            raise ValueError(f"a measured value has no reason '{self.reason}' to be missing")
        if self.bound is not None and self.state not in {State.BELOW_RANGE, State.ABOVE_RANGE}:
            raise ValueError(f"state '{self.state}' does not go with a bound")
        if self.unit not in UNITS or UNITS[self.unit].dimension != UNITS[measurand(self.measurand).unit].dimension:
            raise ValueError(f"unit '{self.unit}' does not go with {self.measurand}")


Measurement = SizeDistribution | MarkerPanel | Quantity
