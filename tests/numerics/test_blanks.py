from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evqc.numerics.blanks import (
    NEGATIVE_BINS,
    NO_BLANK,
    SINGLE_BLANK,
    concentration_limits,
    net_concentration,
    net_distribution,
    net_of_both_blanks,
)
from evqc.numerics.estimate import NO_REPLICATION
from evqc.numerics.replicates import BELOW_QUANTIFICATION, Moments, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAMPLE: Floats = np.array([[5.0, 10, 20, 1], [6, 11, 19, 0], [4, 12, 21, 2]])
BLANK: Floats = np.array([[7.0, 1, 0, 1], [8, 2, 0, 1], [9, 0, 0, 1]])


def test_bins_stay_negative_in_sums_and_are_cut_in_pictures() -> None:
    made = net_distribution(SAMPLE, BLANK, unit="1/mL", replicates="runs", dilution=100)
    assert made.net.tolist() == pytest.approx([-300.0, 1000, 2000, 0])
    assert made.displayed.tolist() == pytest.approx([0.0, 1000, 2000, 0])
    assert made.negative_mass == pytest.approx(0.1)
    assert made.total.value == pytest.approx(math.fsum(made.net.tolist())) == pytest.approx(2700)
    assert NEGATIVE_BINS in made.flags


def test_each_bin_has_welchs_interval() -> None:
    made = net_distribution(SAMPLE, BLANK, unit="1/mL", replicates="runs")
    assert made.lower is not None
    assert made.upper is not None
    for k in range(2):
        ends = stats.ttest_ind(SAMPLE[:, k], BLANK[:, k], equal_var=False).confidence_interval(0.95)
        assert (made.lower[k], made.upper[k]) == pytest.approx((ends.low, ends.high))


def test_bins_that_do_not_scatter_have_no_width() -> None:
    rows = np.full((2, 3), 4.0)
    made = net_distribution(rows, rows, unit="1/mL", replicates="runs")
    assert made.lower is not None
    assert made.lower.tolist() == made.net.tolist() == [0.0, 0.0, 0.0]
    assert made.negative_mass == 0.0


def test_without_blank_nothing_is_taken_off() -> None:
    made = net_distribution(SAMPLE, None, unit="1/mL", replicates="runs", dilution=10)
    assert made.net.tolist() == (10 * SAMPLE.mean(axis=0)).tolist()
    assert (made.lower, made.blanks, made.flags) == (None, 0, (NO_BLANK,))
    assert made.total.value == pytest.approx(370.0)
    assert made.total.lower is not None


def test_a_blank_of_nothing_is_not_the_same_as_no_blank() -> None:
    made = net_distribution(SAMPLE, np.zeros((3, 4)), unit="1/mL", replicates="runs")
    assert NO_BLANK not in made.flags
    assert made.blanks == 3


def test_a_blank_above_the_sample_is_all_negative() -> None:
    made = net_distribution(np.zeros((2, 2)), np.ones((2, 2)), unit="1/mL", replicates="runs")
    assert made.total.value == -2.0
    assert made.negative_mass == 1.0
    assert BELOW_QUANTIFICATION in made.flags


def test_single_runs_have_no_intervals() -> None:
    made = net_distribution(SAMPLE[:1], BLANK, unit="1/mL", replicates="runs")
    assert (made.lower, made.total.lower) == (None, None)
    assert NO_REPLICATION in made.flags
    alone = net_concentration(moments([5.0]), None, unit="1/mL", replicates="runs", dilution=2)
    assert (alone.value, alone.lower, alone.flags) == (10.0, None, (NO_BLANK, NO_REPLICATION))


@pytest.mark.parametrize(
    ("sample", "blank"),
    [
        (SAMPLE, BLANK[:, :3]),
        (SAMPLE[0], BLANK),
        (SAMPLE[:0], BLANK),
        (SAMPLE, -BLANK),
        (SAMPLE * math.nan, BLANK),
    ],
)
def test_refused(sample: Floats, blank: Floats) -> None:
    with pytest.raises(ValueError, match=r"rows over the same bins|not negative"):
        net_distribution(sample, blank, unit="1/mL", replicates="runs")


def test_both_blanks() -> None:
    """The diluent scatters once: by f - g, which is nothing where both were diluted alike."""
    sample, diluent, process = Moments(mean=20, sd=1, n=4), Moments(mean=5, sd=2, n=4), Moments(mean=7, sd=1, n=4)
    common = {"unit": "1/mL", "replicates": "runs"}
    made = net_of_both_blanks(sample, diluent, process, dilution=100, process_dilution=10, **common)  # type: ignore[arg-type]
    assert made.value == pytest.approx(100 * 15 - 10 * 2)
    assert made.standard_uncertainty == pytest.approx(math.sqrt((100**2 + (90 * 2) ** 2 + 10**2) / 4))
    alike = net_of_both_blanks(sample, diluent, process, dilution=100, process_dilution=100, **common)  # type: ignore[arg-type]
    plain = net_concentration(sample, process, unit="1/mL", replicates="runs", dilution=100)
    assert (alike.value, alike.lower) == pytest.approx((plain.value, plain.lower))


def test_both_blanks_by_drawing() -> None:
    rng = np.random.default_rng(1)
    s, d, p = (m + sd * rng.standard_normal(200_000) / 2 for m, sd in ((20, 1), (5, 2), (7, 1)))
    made = net_of_both_blanks(
        Moments(mean=20, sd=1, n=4), Moments(mean=5, sd=2, n=4), Moments(mean=7, sd=1, n=4), unit="1/mL",
        replicates="runs", dilution=100, process_dilution=10,
    )  # fmt: skip
    assert made.standard_uncertainty == pytest.approx(np.std((s - d) * 100 - (p - d) * 10), rel=0.01)


def test_a_blank_measured_once_gives_no_interval() -> None:
    one = Moments(mean=5, sd=None, n=1)
    made = net_of_both_blanks(
        Moments(mean=20, sd=1, n=3), one, one, unit="1/mL", replicates="runs", dilution=10, process_dilution=1
    )
    assert (made.lower, made.flags) == (None, (NO_REPLICATION,))


def test_limits_of_blanks() -> None:
    blanks = [12.0, 15, 9, 14, 11, 13]
    made = concentration_limits(blanks, "1/mL", dilution=1000)
    assert made.blank == pytest.approx(15.88693948296031)
    assert made.detection == pytest.approx(18.814074031741193)
    assert made.quantification == pytest.approx(np.mean(blanks) + 10 * np.std(blanks, ddof=1))
    assert made.net_quantification == pytest.approx(10_000 * np.std(blanks, ddof=1))
    few = concentration_limits(blanks[:2], "1/mL")
    t = stats.t.ppf(0.95, 1)
    assert few.detection == pytest.approx(13.5 + t * np.std(blanks[:2], ddof=1) * math.sqrt(1.5))


def test_one_blank_gives_no_limits() -> None:
    made = concentration_limits([5.0], "1/mL")
    assert (made.blank, made.detection, made.quantification, made.flags) == (None, None, None, (SINGLE_BLANK,))
    with pytest.raises(ValueError, match="at least one"):
        concentration_limits([], "1/mL")


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=30))
def test_limits_stand_in_their_order(blanks: list[float]) -> None:
    made = concentration_limits(blanks, "1/mL")
    assert made.blank is not None
    assert made.detection is not None
    assert made.quantification is not None
    assert made.mean <= made.blank <= made.detection <= made.quantification


def test_tables() -> None:
    table = net_distribution(SAMPLE, BLANK, unit="1/mL", replicates="runs").to_pandas()
    assert table["net"].tolist() == [-3.0, 10.0, 20.0, 0.0]
    assert set(table["total_unit"]) == {"1/mL"}
    assert concentration_limits([1.0, 2.0], "1/mL").to_pandas()["n"].item() == 2
