"""Measured and derived results as a report shows them: each number with its unit, interval and the text to print."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from evqc.measurement import Call, Comparison, Scalar
from evqc.records import Array, record

#: What the ordinate of a size distribution counts.
Basis = Literal["undiluted sample", "suspension as measured", "particles counted", "nothing counted"]


@record
class Number:
    """A number as it is shown.

    Attributes:
        value: at full precision, in ``unit``; None when it is not known.
        unit: canonical unit, as spelled in ``measurands.UNITS``, or the assay's own; empty for a text.
        text: what every rendering prints, with its unit; ``not known: reason`` when there is no value.
        relation: ``>`` says that the quantity is greater than ``value``, ``<`` that it is less.
        lower, upper: interval in ``unit``; None when there is none or that side has no end.
        interval: the interval, its level and what was repeated, in words; says so when there is none.
        n: number of replicates; None for a single reading of an instrument.
        method: how value and interval came about.
        flags: what a reader should know.
    """

    value: float | None
    unit: str
    text: str
    relation: Literal["=", ">", "<"] = "="
    lower: float | None = None
    upper: float | None = None
    interval: str = ""
    n: int | None = None
    method: str = ""
    flags: tuple[str, ...] = ()


@record
class RunRow:
    """One run of a sizing instrument.

    Attributes:
        number: counts the runs of its sample from 1.
        label: what pictures and tables call it.
        valid: None when the file leaves it in doubt or does not say.
        used: whether it counts for the means: not called invalid, and it holds particles.
        reasons: why it is not valid, or in doubt.
        concentration: on the basis of its sample.
        reported, vendor, standard: statistics by name (``mean_nm`` …): as printed, by the vendor's rule, by evqc's.
        lower_nm, upper_nm: bin edges, shape (n,).
        count: particles per bin, shape (n,); None when not exported.
        concentration_per_ml: per bin, shape (n,), of the suspension as measured; None when not exported.
        density: per bin and nanometre, shape (n,), on the basis of the sample; None when there is nothing to draw.
        compared: each printed statistic beside the one recomputed by the vendor's rule.
    """

    number: int
    label: str
    run: str | None
    file: str
    where: str
    acquired_at: str | None
    valid: bool | None
    used: bool
    reasons: tuple[str, ...]
    dilution: str
    concentration: Number
    tracks: Number
    particles_per_frame: Number
    reported: dict[str, Number]
    vendor: dict[str, Number]
    standard: dict[str, Number]
    agreement: str
    within_rounding: bool | None
    rule: str
    compared: tuple[Comparison, ...]
    lower_nm: Array
    upper_nm: Array
    count: Array | None
    concentration_per_ml: Array | None
    density: Array | None
    flags: dict[str, str] = field(default_factory=dict)


@record
class Curve:
    """The mean of the runs' distributions.

    Attributes:
        lower_nm, upper_nm: bin edges, shape (n,).
        mean: per bin and nanometre, shape (n,), on the basis of the sample.
        low, high: interval of the mean, shape (n,); None when there are fewer than three runs.
        n: runs behind it.
        band: what the interval is, in words.
    """

    lower_nm: Array
    upper_nm: Array
    mean: Array
    low: Array | None
    high: Array | None
    n: int
    band: str


@record
class TracksView:
    """The sizes behind the tracks of one sample, beside the apparent ones.

    Attributes:
        files: the lists, each of one video.
        tracks, median_steps: what it rests on; steps are positions less one.
        raw_edges_nm: of the apparent sizes, shape (b + 1,).
        raw: share of the tracks per nm, shape (b,).
        edges_nm: of the grid of sizes, shape (k + 1,); empty where nothing was taken out.
        share: of the particles per nm, shape (k,).
        low, high: of the band, per nm, shape (k,).
        models: what the curve is the mean of, in words.
        band: what the band is, in words.
        raw_statistics, statistics: by name (``mean_nm`` …), the latter with the ends of the band.
        why_missing: why nothing was taken out; empty where it was.
        may, may_not: what may be concluded, and what not.
        seed, draws: of the bootstrap.
    """

    sample: str
    files: tuple[str, ...]
    tracks: int
    median_steps: float
    raw_edges_nm: Array
    raw: Array
    edges_nm: Array
    share: Array
    low: Array
    high: Array
    models: str
    band: str
    raw_statistics: dict[str, Number]
    statistics: dict[str, Number]
    why_missing: str
    may: tuple[str, ...]
    may_not: tuple[str, ...]
    seed: int | None
    draws: int | None


@record
class WindowRow:
    """The share of the particles that lies in a size window.

    Attributes:
        title: the window above the detection floor, such as ``60 to 200 nm``.
        ranges: the published windows that it is there.
    """

    title: str
    ranges: tuple[str, ...]
    share: Number


@record
class SizedSample:
    """The sizing of one sample by one instrument.

    Attributes:
        name: the sample.
        label: what pictures and tables call it: the name, and what tells it apart when the sample stands twice.
        summary: replicate means by name: ``concentration``, ``mean_nm``, ``mode_nm``, ``d10_nm``, ….
        same_settings: settings by name that all runs share.
        other_settings: settings that differ between runs, each with its values in the order of the runs.
        same_flags, other_flags: the instrument's own flags, likewise.
        notes: what a reader must know before using the numbers.
        shape: ``span`` and ``geometric_mean_nm`` of the mean of the runs' normalised curves, with intervals.
        windows: shares of published size windows above the detection floor.
        shape_method: how shape and windows were obtained, in one sentence.
        remarks: on drift over the runs, crowded frames and beads against their certificate, one sentence each.
    """

    name: str
    label: str
    role: str
    technique: str
    instrument: str
    software: str
    basis: Basis
    bead_nm: float | None
    runs: tuple[RunRow, ...]
    curve: Curve | None
    summary: dict[str, Number]
    same_settings: dict[str, Scalar]
    other_settings: dict[str, tuple[Scalar, ...]]
    same_flags: dict[str, Scalar]
    other_flags: dict[str, tuple[Scalar, ...]]
    notes: tuple[str, ...]
    shape: dict[str, Number] = field(default_factory=dict)
    windows: tuple[WindowRow, ...] = ()
    shape_method: str = ""
    remarks: tuple[str, ...] = ()


@record
class MarkerRow:
    """One marker of a panel; ``mark`` is the symbol that stands beside the word of its call."""

    name: str
    symbol: str | None
    as_written: str
    role: str
    call: Call
    mark: str
    signal: Number
    control: Number
    limit_of_detection: Number
    why: str


@record
class MarkerGroup:
    """The markers of one MISEV2018 category."""

    category: str
    title: str
    markers: tuple[MarkerRow, ...]


@record
class PanelView:
    """One marker panel by MISEV category, with its controls as one line of text each."""

    sample: str
    technique: str
    file: str
    controls: tuple[str, ...]
    groups: tuple[MarkerGroup, ...]


@record
class ValueRow:
    """A quantity that was measured or entered by hand, of the undiluted sample.

    Attributes:
        role: of the sample; what it is to its assay when it is a standard, control, blank or ladder.
        particulars: what the number depends on beside its measurand, such as analyte and wavelength.
        well: of a plate; empty when there is none.
        is_result: a batch is judged by it; False for signals, counts and conditions behind results, and for all that
            belongs to an assay and to no sample.
    """

    sample: str
    role: str
    title: str
    measurand: str
    marker: str | None
    particulars: str = ""
    well: str = ""
    number: Number
    state: str
    method: str
    file: str
    is_result: bool = True


@record
class ValueGroup:
    """Quantities of one file that are alike, as one line.

    Attributes:
        n, measured: how many there are, and how many of them have a number.
        lowest, highest: of the numbers.
        text: the number when there is one, else the range.
        interval: uncertainty and n of a single number, else how many there are.
        states: each state with its number, such as ``3 below range``.
    """

    title: str
    particulars: str
    samples: tuple[str, ...]
    role: str
    method: str
    file: str
    n: int
    measured: int
    lowest: Number
    highest: Number
    text: str
    interval: str
    states: tuple[str, ...]


@record
class LevelRow:
    """One concentration of a standard curve; ``signals`` are those of its wells, as used in the fit."""

    nominal: Number
    signals: tuple[float, ...]
    mean: Number
    cv: Number
    back_calculated: Number
    recovery: Number
    used: bool
    remark: str


@record
class CurveView:
    """A standard curve with its standards.

    Attributes:
        logarithmic: the concentrations span so much that the axis is logarithmic.
        drawn_at, drawn_signal: points of the fitted curve within its range, each of shape (n,).
    """

    title: str
    file: str
    where: str
    unit: str
    signal: str
    signal_unit: str
    model: str
    weights: str
    parameters: dict[str, float]
    levels: tuple[LevelRow, ...]
    blank: Number
    blank_subtracted: bool
    correlation: Number
    determination: Number
    lowest: Number
    highest: Number
    logarithmic: bool
    drawn_at: Array
    drawn_signal: Array


@record
class WellCurve:
    """One well over time: seconds since the first read and signal, each of shape (n,), and when its reaction began."""

    well: str
    time_s: Array
    value: Array
    onset: Number


@record
class KineticView:
    """The wells of one plate over time."""

    title: str
    file: str
    plate: str
    signal: str
    signal_unit: str
    wavelength: Number
    wells: tuple[WellCurve, ...]


@record
class DerivedRow:
    """A number that follows from others: yield, recovery, purity."""

    name: str
    title: str
    sample: str
    number: Number
    inputs: tuple[str, ...]
    why_missing: str


@record
class PurityPoint:
    """One sample in the picture of purity against yield, with the physical ``ceiling`` and ``floor`` of its sizes."""

    sample: str
    product: bool
    yield_: Number
    purity: Number
    ceiling: Number | None = None
    floor: Number | None = None


@record
class PurityBand:
    """One band of purity in particles per µg protein; None stands for an open end."""

    label: str
    low: float | None
    high: float | None


@record
class PurityPicture:
    """Purity against yield, with the bands that the literature gives and what speaks against them."""

    yield_title: str
    points: tuple[PurityPoint, ...]
    bands: tuple[PurityBand, ...]
    caveats: tuple[str, ...]


@record
class RecoveryStep:
    """One isolation step and the recoveries over it, by what was recovered."""

    number: int
    method: str
    detail: str
    recovered: dict[str, Number]


@record
class BlankRow:
    """A product's concentration as measured, or with one kind of blank taken off.

    Attributes:
        blank: what was taken off; ``nothing`` for the concentration as measured.
        of: names of the blank samples.
        negative_mass: what fell below zero, by what stayed above, over the bins.
        detection, quantification: limits of the undiluted sample, with the blank taken off.
        remark: why there is no net concentration, or what to mind; empty otherwise.
    """

    sample: str
    blank: str
    of: tuple[str, ...]
    concentration: Number
    negative_mass: Number
    detection: Number
    quantification: Number
    remark: str = ""
