from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.acceptability import rank_acceptability
from evqc.numerics.blocks import fit_blocks
from evqc.numerics.comparison import paired_ratio
from evqc.numerics.counting import overdispersion
from evqc.numerics.curve_fit import fit_curve
from evqc.numerics.dilution_series import slope
from evqc.numerics.ratios import fieller
from evqc.numerics.replicates import grubbs, moments, pooled_curve, replicate_mean
from evqc.numerics.standard_curve import read_unknown
from evqc.numerics.tables import as_table, rows_table
from evqc.records import Array, array, record

if TYPE_CHECKING:
    from evqc.numerics.estimate import Estimate


@record
class Inner:
    value: float | None
    words: tuple[str, ...] = ("a", "b")


@record
class Outer:
    points: Array
    inner: Inner
    other: Array


def test_arrays_make_rows_and_inner_records_columns() -> None:
    made = as_table(Outer(points=array([1, 2]), inner=Inner(value=3.0), other=array([4, 5])))
    assert made.to_dict("list") == {
        "points": [1.0, 2.0],
        "inner_value": [3.0, 3.0],
        "inner_words": ["a; b", "a; b"],
        "other": [4.0, 5.0],
    }


def test_arrays_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="no table"):
        as_table(Outer(points=array([1]), inner=Inner(value=1.0), other=array([4, 5])))


def test_empty_arrays_make_no_rows() -> None:
    assert as_table(Outer(points=array([]), inner=Inner(value=1.0), other=array([]))).empty


def test_what_is_missing_is_missing() -> None:
    assert as_table(Inner(value=None))["value"].isna().item()


def test_several_results_make_several_rows() -> None:
    made = rows_table([Inner(value=1.0), Inner(value=None)], ["x", "y"])
    assert made["name"].tolist() == ["x", "y"]
    assert made["value"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "made",
    [
        moments([1.0, 2.0]),
        grubbs([1.0, 2.0, 9.0]),
        overdispersion([1.0, 5.0]),
        slope((1, 2, 4), (4.0, 2.1, 1.0)),
        paired_ratio([1.0, 2.0], [2.0, 3.0]),
        fieller(1, 0.1, 2, 0.1, 1.96),
        replicate_mean([1.0, 2.0], "1", "runs"),
    ],
    ids=lambda made: type(made).__name__,
)
def test_every_result_is_a_row(made: Estimate) -> None:
    assert len(made.to_pandas()) == 1


def test_a_pooled_curve_is_a_row_a_point() -> None:
    assert len(pooled_curve(np.ones((3, 7))).to_pandas()) == 7


def test_results_of_their_own_shape() -> None:
    ranks = rank_acceptability(["a", "b"], np.array([[[1.0], [0.5]]]), np.array([[1.0]])).to_pandas()
    assert ranks.to_dict("records") == [
        {"name": "a", "rank_1": 1.0, "rank_2": 0.0},
        {"name": "b", "rank_1": 0.0, "rank_2": 1.0},
    ]
    fit = fit_blocks([1.0, 2.0, 1.1, 2.3], ["a", "b", "a", "b"], ["x", "x", "y", "y"])
    table = fit.to_pandas()
    assert table["arm"].tolist() == ["a", "b"]
    assert (table["standard_error"] > 0).all()
    line = fit_curve(np.array([0.0, 1, 2, 3]), np.array([1.0, 2.1, 2.9, 4.0]), "linear")
    curve = line.to_pandas()
    assert curve["parameter"].tolist() == ["intercept", "slope"]
    assert curve["value"].tolist() == [*line.parameters.values()]
    assert len(read_unknown(line, [2.0, 2.2]).to_pandas()) == 1
