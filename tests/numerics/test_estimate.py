from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.estimate import (
    NO_REPLICATION,
    UNBOUNDED,
    Estimate,
    coverage_factor,
    flagged,
    log_interval,
    merged_flags,
    scaled,
)
from evqc.records import from_plain, to_plain
from tests.places import ROOT

PLAIN = Estimate(
    value=10.0, lower=8.0, upper=13.0, unit="1/mL", n=3, scale="log", replicates="videos", method="mean",
    standard_uncertainty=1.0, degrees_of_freedom=2.0,
)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"value": math.nan},
        {"value": math.inf, "upper": None},
        {"upper": math.inf},
        {"lower": 10.5},
        {"upper": 9.5},
        {"value": None},
        {"level": 1.0},
        {"level": 95.0},
        {"standard_uncertainty": math.nan},
    ],
)
def test_what_is_no_estimate_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"estimate|interval|confidence"):
        replace(PLAIN, **changes)


def test_a_bound_may_lack_its_limit() -> None:
    assert replace(PLAIN, value=None, lower=None, upper=None, relation="<").value is None


def test_an_estimate_survives_its_document() -> None:
    assert from_plain(Estimate, to_plain(PLAIN)) == PLAIN
    assert "Infinity" not in str(to_plain(PLAIN))


@pytest.mark.parametrize(
    ("degrees", "factor"),
    [(None, 1.959963984540054), (1.0, 12.706204736), (2.0, 4.302652730), (4.0, 2.776445105), (30.0, 2.042272456)],
)
def test_coverage_factors_are_those_of_the_tables(degrees: float | None, factor: float) -> None:
    assert coverage_factor(0.95, degrees) == pytest.approx(factor, rel=1e-9)


def test_coverage_factor_takes_fractional_degrees() -> None:
    assert coverage_factor(0.95, 3.0) < coverage_factor(0.95, 2.04) < coverage_factor(0.95, 2.0)


def test_log_interval_is_symmetric_by_factor() -> None:
    lower, upper = log_interval(100.0, 50.0)
    assert lower is not None
    assert upper is not None
    assert upper / 100 == pytest.approx(100 / lower)
    assert upper == pytest.approx(164.87212707)


def test_log_interval_without_end_is_none_and_not_infinite() -> None:
    assert log_interval(1.0, 1e4) == (None, None)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_log_interval_refuses_what_has_no_logarithm(value: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        log_interval(value, 1.0)


@given(st.floats(1e-6, 1e12), st.floats(0, 1e6))
def test_log_interval_holds_its_value_and_stays_positive(value: float, relative: float) -> None:
    lower, upper = log_interval(value, relative * value)
    assert (lower is None) == (upper is None)
    if lower is not None and upper is not None:
        assert 0 <= lower <= value <= upper < math.inf


def test_scaling_carries_everything_but_n_and_degrees() -> None:
    made = scaled(PLAIN, 2.0, "1")
    assert (made.value, made.lower, made.upper, made.standard_uncertainty) == (20.0, 16.0, 26.0, 2.0)
    assert (made.unit, made.n, made.degrees_of_freedom, made.relation) == ("1", 3, 2.0, "=")


@pytest.mark.parametrize("factor", [0.0, -1.0, math.nan, math.inf])
def test_scaling_refuses_what_is_no_factor(factor: float) -> None:
    with pytest.raises(ValueError, match="scale factor"):
        scaled(PLAIN, factor, "1")


def test_scaling_leaves_absent_ends_absent() -> None:
    bare = replace(PLAIN, lower=None, upper=None, standard_uncertainty=None, flags=(NO_REPLICATION,))
    made = scaled(bare, 3.0, "1/mL")
    assert (made.lower, made.upper, made.standard_uncertainty, made.flags) == (None, None, None, (NO_REPLICATION,))


def test_flags_are_kept_once_in_their_order() -> None:
    assert flagged(flagged(PLAIN, UNBOUNDED), NO_REPLICATION, UNBOUNDED).flags == (UNBOUNDED, NO_REPLICATION)
    assert merged_flags(("b", "a"), ("a", "c")) == ("b", "a", "c")


def test_numerics_load_nothing_heavy() -> None:
    modules = [p.stem for p in (ROOT / "evqc" / "numerics").glob("[a-z]*.py")]
    code = (
        "import sys, importlib\n"
        f"for name in {modules}: importlib.import_module('evqc.numerics.' + name)\n"
        "print(sorted({'scipy', 'pandas', 'matplotlib', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
