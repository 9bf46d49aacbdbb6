"""What the benchmarks promise, asked with the other slow tests; times are left to the benchmarks themselves."""

from tests.benchmarks.bench_deconvolution import test_the_truth_is_reached
from tests.benchmarks.coverage_of_intervals import (
    test_a_band_holds_the_truth_mostly,
    test_an_interval_holds_the_truth_as_often_as_it_says,
)

__all__ = [
    "test_a_band_holds_the_truth_mostly",
    "test_an_interval_holds_the_truth_as_often_as_it_says",
    "test_the_truth_is_reached",
]
