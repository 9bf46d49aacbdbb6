"""Blanks: what they take off a concentration and off each bin, and what is detected and quantified above them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.estimate import (
    IDENTICAL_REPLICATES,
    NO_REPLICATION,
    Estimate,
    assuming,
    coverage_factor,
    flagged,
    scaled,
)
from evqc.numerics.replicates import (
    Moments,
    moments,
    welch_difference,
    welch_satterthwaite,
    with_interval,
)
from evqc.numerics.tables import as_table
from evqc.records import Array, array, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: There was no blank, and nothing was taken off: a blank that nobody measured is not zero.
NO_BLANK = "no_blank_nothing_subtracted"
#: Bins of the blank exceed those of the sample; they stay negative in sums and are cut at zero in pictures only.
NEGATIVE_BINS = "negative_bins"
#: Fewer blanks than this estimate their SD so badly that a prediction limit stands in for mean + 3 SD.
ENOUGH_BLANKS = 20
#: One blank: no scatter, and so no limit.
SINGLE_BLANK = "single_blank_no_limits"


@record
class NetDistribution:
    """A size distribution of which a blank was taken off, of the undiluted sample.

    Attributes:
        net: mean of the sample minus that of the blank in each bin, signed, shape (n,).
        lower, upper: Welch's interval of each bin; None where sample or blank was measured once.
        displayed: ``net`` cut at zero, for pictures only.
        negative_mass: sum of the negative bins by that of the positive ones, as a share; 0 without any.
        total: net concentration, signed, by the sums of the single runs.
        samples, blanks: runs of either; no blanks means that nothing was taken off.
    """

    net: Array
    lower: Array | None
    upper: Array | None
    displayed: Array
    negative_mass: float
    total: Estimate
    samples: int
    blanks: int
    level: float
    method: str
    assumptions: tuple[str, ...] = ("sample and blank were measured alike, at the same settings",)
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row a bin, with the total beside it."""
        return as_table(self)


def net_distribution(
    sample: Floats, blank: Floats | None, *, unit: str, replicates: str, dilution: float = 1.0, level: float = 0.95
) -> NetDistribution:
    """A sample's size distribution minus that of its blank.

    Args:
        sample: one run a row, concentration in each bin of the suspension as measured, in ``unit``, shape (k, n).
        blank: the same of the blank, over the same bins, shape (j, n); None when there is none.
        unit: as spelled in ``measurands.UNITS``.
        replicates: what was repeated in both.
        dilution: exact factor from the suspension to the sample.
        level: two-sided confidence level.

    Raises:
        ValueError: rows of different bins, no run, or a number that is negative or not finite.

    Source:
        METHODS B: negative bins are kept signed for totals; without a blank nothing is taken off.
    """
    rows = [sample] if blank is None else [sample, blank]
    if any(each.ndim != 2 or not len(each) or each.shape[1] != sample.shape[1] for each in rows):
        raise ValueError("runs of sample and blank are rows over the same bins")
    if not all((np.isfinite(each) & (each >= 0)).all() for each in rows):
        raise ValueError("concentrations are finite and not negative")
    net = dilution * (sample.mean(axis=0) - (0.0 if blank is None else blank.mean(axis=0)))
    half = None if blank is None else _half_widths(sample, blank, level)
    negative, positive = (math.fsum(abs(net[part]).tolist()) for part in (net < 0, net > 0))
    sums = [moments([math.fsum(row.tolist()) for row in each]) for each in rows]
    total = net_concentration(
        sums[0], None if blank is None else sums[1], unit=unit, replicates=replicates, dilution=dilution, level=level
    )
    return NetDistribution(
        net=array(net),
        lower=None if half is None else array(net - dilution * half),
        upper=None if half is None else array(net + dilution * half),
        displayed=array(np.maximum(net, 0.0)),
        negative_mass=negative / positive if positive > 0 else (1.0 if negative > 0 else 0.0),
        total=total,
        samples=len(sample),
        blanks=0 if blank is None else len(blank),
        level=level,
        method="as measured, no blank" if blank is None else "mean of sample minus mean of blank, bin by bin",
        flags=(*total.flags, *((NEGATIVE_BINS,) if negative > 0 else ())),
    )


def _half_widths(sample: Floats, blank: Floats, level: float) -> Floats | None:
    """Half of Welch's interval of each bin, shape (n,); zero where neither scatters; None with a single run."""
    from scipy.special import stdtrit  # noqa: PLC0415  loads only when an interval is made

    k, j = len(sample), len(blank)
    if min(k, j) < 2:
        return None
    a, b = sample.var(axis=0, ddof=1) / k, blank.var(axis=0, ddof=1) / j
    below = a**2 / (k - 1) + b**2 / (j - 1)
    degrees = np.divide((a + b) ** 2, below, out=np.ones_like(a), where=below > 0)
    found: Floats = stdtrit(degrees, (1 + level) / 2) * np.sqrt(a + b)
    return found


def net_concentration(
    sample: Moments, blank: Moments | None, *, unit: str, replicates: str, dilution: float = 1.0, level: float = 0.95
) -> Estimate:
    """A concentration minus its blank, of the undiluted sample; without blank as measured, and flagged.

    Arguments as of ``welch_difference``.

    Source:
        METHODS B; reference case B03.
    """
    if blank is not None:
        return welch_difference(sample, blank, unit=unit, replicates=replicates, dilution=dilution, level=level)
    bare = Estimate(
        value=sample.mean, lower=None, upper=None, unit=unit, n=sample.n, level=level, scale="linear",
        replicates=replicates, method="as measured, no blank",
    )  # fmt: skip
    if sample.sd is None:
        return flagged(scaled(bare, dilution, unit), NO_BLANK, NO_REPLICATION)
    known = replace(bare, standard_uncertainty=sample.sd / math.sqrt(sample.n), degrees_of_freedom=sample.n - 1.0)
    return flagged(scaled(with_interval(known), dilution, unit), NO_BLANK)


def net_of_both_blanks(
    sample: Moments,
    diluent: Moments,
    process: Moments,
    *,
    unit: str,
    replicates: str,
    dilution: float,
    process_dilution: float,
    level: float = 0.95,
) -> Estimate:
    """A concentration of which the diluent is taken off where it was added, and the process blank as prepared.

    The diluent was counted with the sample and with the process blank, each at its own dilution; its scatter enters
    once, by the difference of both factors.

    Args:
        sample: of the suspension as measured, in ``unit``.
        diluent: of the diluent alone, as measured.
        process: of the blank that went through the isolation, as measured.
        unit: as spelled in ``measurands.UNITS``.
        replicates: what was repeated.
        dilution: exact factor from the suspension to the sample.
        process_dilution: the same for the process blank.
        level: two-sided confidence level.

    Returns:
        On the linear scale, signed; without interval when one of the three was measured once.

    Source:
        (S - D) f - (P - D) g = f S - (f - g) D - g P for independent S, D and P; Welch-Satterthwaite.
    """
    factors, parts = (dilution, process_dilution - dilution, -process_dilution), (sample, diluent, process)
    bare = Estimate(
        value=math.fsum(f * of.mean for f, of in zip(factors, parts, strict=True)), lower=None, upper=None, unit=unit,
        n=min(of.n for of in parts), level=level, scale="linear", replicates=replicates,
        method="sample minus diluent, minus process blank minus diluent",
    )  # fmt: skip
    scatters = [of.sd for of in parts if of.sd is not None]
    if len(scatters) < len(parts):
        return flagged(bare, NO_REPLICATION)
    variances = [(f * sd) ** 2 / of.n for f, of, sd in zip(factors, parts, scatters, strict=True)]
    degrees = welch_satterthwaite(variances, [of.n - 1.0 for of in parts])
    uncertainty = math.sqrt(math.fsum(variances))
    known = replace(bare, standard_uncertainty=uncertainty, degrees_of_freedom=degrees)
    return with_interval(assuming(known, "sample and blanks are independent", "the dilutions are exact"))


@record
class ConcentrationLimits:
    """What blanks allow to be called detected and quantified.

    Attributes:
        mean, sd: of the blanks, as measured.
        blank: limit of blank, mean + 1.645 SD; None for a single blank, as the next two.
        detection: limit of detection, mean + 3 SD or the prediction limit where that is higher.
        quantification: mean + 10 SD.
        net_detection, net_quantification: of the undiluted sample, with the blank taken off.
        n: number of blanks.
    """

    mean: float
    sd: float | None
    blank: float | None
    detection: float | None
    quantification: float | None
    net_detection: float | None
    net_quantification: float | None
    unit: str
    n: int
    method: str = "mean + 1.645, 3 and 10 SD of blanks; below 20 blanks at least their 95 % prediction limit"
    assumptions: tuple[str, ...] = ("blanks scatter as a sample near them would",)
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def concentration_limits(blanks: Sequence[float], unit: str, *, dilution: float = 1.0) -> ConcentrationLimits:
    """Limits of detection and quantification of a concentration from its blanks.

    Args:
        blanks: as measured, in ``unit``, shape (n,).
        unit: as spelled in ``measurands.UNITS``.
        dilution: exact factor from the suspension to the sample.

    Raises:
        ValueError: there is no blank, or one is not finite.

    Source:
        METHODS B (10 SD) and E (case E01: limit of blank, 3 SD, prediction limit).
    """
    of = moments(blanks)
    if of.sd is None:
        return ConcentrationLimits(
            mean=of.mean, sd=None, blank=None, detection=None, quantification=None, net_detection=None,
            net_quantification=None, unit=unit, n=1, flags=(SINGLE_BLANK,),
        )  # fmt: skip
    beyond = 3.0
    if of.n < ENOUGH_BLANKS:
        beyond = max(beyond, coverage_factor(0.9, of.n - 1.0) * math.sqrt(1 + 1 / of.n))
    ten = max(10.0, beyond)
    return ConcentrationLimits(
        mean=of.mean,
        sd=of.sd,
        blank=of.mean + 1.645 * of.sd,
        detection=of.mean + beyond * of.sd,
        quantification=of.mean + ten * of.sd,
        net_detection=dilution * beyond * of.sd,
        net_quantification=dilution * ten * of.sd,
        unit=unit,
        n=of.n,
        flags=(IDENTICAL_REPLICATES,) if of.sd == 0 else (),
    )
