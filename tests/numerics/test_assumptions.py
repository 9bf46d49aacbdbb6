"""What an interval rests on travels with it."""

from __future__ import annotations

import pytest

from evqc.numerics.blanks import net_of_both_blanks
from evqc.numerics.differences import difference
from evqc.numerics.estimate import Estimate, assuming
from evqc.numerics.ratios import ratio
from evqc.numerics.replicates import moments, replicate_mean, welch_difference

MEAN = replicate_mean([1.0, 1.2, 1.3], "1/mL", "videos")


def test_a_mean_names_its_replicates_and_its_scale() -> None:
    assert MEAN.assumptions == ("videos are independent and alike", "scatter is log-normal")
    assert replicate_mean([1.0, 1.2], "nm", "runs", "linear").assumptions[-1] == "scatter is normal"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (welch_difference(moments([2, 3]), moments([1, 1.5]), unit="1/mL", replicates="runs"), "sample and blank are"),
        (difference(MEAN, MEAN), "both sides are independent"),
        (ratio(2e10, 2.5e9, 5.0, 0.6, unit="1/ug", n=3, replicates="runs"), "its parts are independent"),
        (ratio(2e10, 2.5e9, 5.0, 2.0, unit="1/ug", n=3, replicates="runs"), "its parts are independent"),
        (
            net_of_both_blanks(
                moments([2, 3]), moments([0.1, 0.2]), moments([0.5, 0.7]), unit="1/mL", replicates="runs",
                dilution=2.0, process_dilution=1.0,
            ),
            "sample and blanks are independent",
        ),
    ],
)  # fmt: skip
def test_intervals_name_what_they_assume(made: Estimate | None, said: str) -> None:
    assert made is not None
    assert any(each.startswith(said) for each in made.assumptions)


def test_without_an_interval_nothing_is_assumed() -> None:
    assert replicate_mean([1.0], "1/mL", "videos").assumptions == ()


def test_each_stands_once() -> None:
    again = assuming(MEAN, *MEAN.assumptions, "more")
    assert again.assumptions == (*MEAN.assumptions, "more")
    assert MEAN.to_pandas().assumptions[0] == "videos are independent and alike; scatter is log-normal"
