from __future__ import annotations

import math

import numpy as np
import pytest

from evqc.numerics.estimate import NO_REPLICATION
from evqc.numerics.replicates import replicate_mean
from evqc.numerics.variance_components import (
    ONE_GROUP,
    TRUNCATED,
    UNBALANCED,
    mean_of_groups,
    variance_components,
)


def test_groups_that_agree_better_than_repeats_are_truncated_and_say_so() -> None:
    made = variance_components([[1.0, 3.0], [1.1, 3.1], [0.9, 2.9]])
    assert made.between == 0.0
    assert made.between_untruncated < 0
    assert made.flags == (TRUNCATED,)
    assert made.intermediate_sd == made.repeatability_sd
    assert made.degrees_of_freedom == 3


def test_unbalanced_groups_are_flagged_and_unbiased() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(2000):
        days = rng.standard_normal(5) * 2
        groups = [(day + rng.standard_normal(n)).tolist() for day, n in zip(days, (2, 3, 4, 5, 2), strict=True)]
        made = variance_components(groups)
        found.append((made.within, made.between_untruncated))
    assert made.flags[-1] == UNBALANCED
    assert np.mean(found, axis=0) == pytest.approx([1.0, 4.0], rel=0.06)


def test_the_interval_of_the_intermediate_sd_covers() -> None:
    rng, inside = np.random.default_rng(4), 0
    for _ in range(500):
        days = rng.standard_normal(8)
        made = variance_components([(day + 0.5 * rng.standard_normal(3)).tolist() for day in days])
        assert made.lower is not None
        assert made.upper is not None
        inside += made.lower <= math.sqrt(1.25) <= made.upper
    assert 0.92 <= inside / 500 <= 0.98


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], []], [[1.0, math.nan], [1.0]]])
def test_refused(groups: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"two groups|moments"):
        variance_components(groups)


def test_videos_do_not_pass_for_batches() -> None:
    batches = [[1.0, 1.1, 0.9, 1.0, 1.0], [2.0, 2.1], [3.0, 3.0, 3.0]]
    made = mean_of_groups(batches, "1/mL", group="batches", within="videos")
    plain = replicate_mean([1.0, 2.05, 3.0], "1/mL", "batches")
    assert (made.n, made.value, made.lower, made.upper) == (3, plain.value, plain.lower, plain.upper)
    assert "each the mean of 2 to 5 videos" in made.method


def test_one_batch_has_no_interval_however_many_videos() -> None:
    made = mean_of_groups([[1.0, 1.1, 0.9]], "1/mL", group="batches", within="videos")
    assert (made.n, made.lower, made.flags) == (1, None, (NO_REPLICATION, ONE_GROUP))


def test_tables() -> None:
    assert variance_components([[1.0, 2.0], [3.0, 4.0]]).to_pandas()["groups"].item() == 2
    assert replicate_mean([1.0, 2.0], "1", "runs").to_pandas()["n"].item() == 2
