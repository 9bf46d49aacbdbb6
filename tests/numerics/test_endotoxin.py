"""Onset times, spike recovery and valid dilution of kinetic endotoxin tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.endotoxin import (
    blanks_are_slower,
    endotoxin_limit,
    maximum_valid_dilution,
    onset,
    spike_recovery_percent,
)

TIMES = np.arange(0.0, 300.0, 30.0)
RISING = np.array([0.1, 0.1, 0.12, 0.14, 0.2, 0.28, 0.36, 0.5, 0.7, 1.0])


def test_onset_is_the_rise_over_the_first_read() -> None:
    """0.1 + 0.2 = 0.3 lies a quarter of the way from 0.28 at 150 s to 0.36 at 180 s: 157.5 s."""
    found = onset(TIMES, RISING, 0.2)
    assert found.time_s == pytest.approx(157.5)
    assert found.baseline == pytest.approx(0.1)
    assert found.lasts
    assert onset(TIMES, RISING, 0.2, interpolated=False).time_s == 180.0


def test_a_printed_rise_is_reached_in_spite_of_binary_floats() -> None:
    assert onset(np.array([0.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.3]), 0.2).time_s == 2.0


def test_no_onset_is_none() -> None:
    assert onset(TIMES, RISING, 2.0).time_s is None


def test_a_spike_does_not_last() -> None:
    signal = np.array([0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.6])
    found = onset(TIMES, signal, 0.2)
    assert found.time_s == pytest.approx(42.0)
    assert not found.lasts


def test_a_baseline_of_several_reads() -> None:
    assert onset(TIMES, RISING, 0.2, baseline_reads=3).baseline == pytest.approx(0.32 / 3)


@pytest.mark.parametrize(
    ("times", "signal", "rise", "reads"),
    [
        ([0, 1], [1], 0.2, 1),
        ([0, 0], [1, 2], 0.2, 1),
        ([0, 1], [1, 2], 0.0, 1),
        ([0, 1], [1, 2], 0.2, 3),
        ([], [], 0.2, 1),
    ],
)
def test_what_is_no_reaction_is_an_error(times: list[float], signal: list[float], rise: float, reads: int) -> None:
    with pytest.raises(ValueError, match="reaction"):
        onset(np.array(times, dtype=float), np.array(signal, dtype=float), rise, baseline_reads=reads)


@given(offset=st.floats(-1, 1), values=st.lists(st.floats(0, 3), min_size=2, max_size=40), rise=st.floats(0.05, 1.0))
def test_onset_lies_at_the_first_crossing(offset: float, values: list[float], rise: float) -> None:
    times = np.arange(0.0, 30.0 * len(values), 30.0)
    signal = np.array([value + offset for value in values], dtype=np.float64)
    found, read = onset(times, signal, rise), onset(times, signal, rise, interpolated=False)
    over = [i for i in range(1, len(values)) if signal[i] >= signal[0] + rise * (1 + 1e-6)]
    if over:
        assert found.time_s is not None
        assert read.time_s is not None
        assert found.time_s <= read.time_s <= times[over[0]]
        assert read.time_s - found.time_s < 30.0 + 1e-9


@pytest.mark.parametrize(
    ("blanks", "lowest", "expected"),
    [
        ([None, None], [4800.0, 4900.0], True),
        ([5000.0], [4800.0, 4900.0], True),
        ([4850.0], [4800.0, 4900.0], False),
        ([4900.0], [4900.0], False),
        ([], [4900.0], None),
        ([None], [], None),
    ],
)
def test_blanks_begin_later_than_the_lowest_standard(
    blanks: list[float | None], lowest: list[float], expected: bool | None
) -> None:
    assert blanks_are_slower(blanks, lowest) is expected


def test_recovery_is_the_share_of_what_was_added() -> None:
    assert spike_recovery_percent(0.62, 0.12, 0.5) == pytest.approx(100.0)
    assert spike_recovery_percent(0.1, 0.2, 0.5) == pytest.approx(-20.0)
    with pytest.raises(ValueError, match="spike"):
        spike_recovery_percent(0.6, 0.1, 0.0)


def test_limits_and_dilutions_of_the_reference() -> None:
    """70 kg: 1 mL/h 350 EU/mL, 10 mL/h 35 EU/mL; with lambda 0.005 EU/mL 7000; intrathecal 1 mL 14 EU/mL."""
    assert endotoxin_limit(5.0, 1 / 70) == pytest.approx(350)
    assert endotoxin_limit(5.0, 10 / 70) == pytest.approx(35)
    assert endotoxin_limit(0.2, 1 / 70) == pytest.approx(14)
    assert maximum_valid_dilution(35, 0.005) == pytest.approx(7000)
    for wrong in (0.0, -1.0):
        with pytest.raises(ValueError, match="above zero"):
            maximum_valid_dilution(wrong, 0.005)
        with pytest.raises(ValueError, match="above zero"):
            endotoxin_limit(5.0, wrong)
