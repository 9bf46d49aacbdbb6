from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.markers.limits import call, limits
from evqc.markers.normalise import by_tetraspanins, net_signals
from evqc.measurement import Call

#: Reference case E01.
BLANK = (12.0, 15.0, 9.0, 14.0, 11.0, 13.0)
POSITIVE, NEGATIVE, INDETERMINATE, INVALID = Call.POSITIVE, Call.NEGATIVE, Call.INDETERMINATE, Call.INVALID


def test_limits_of_e01() -> None:
    found = limits(BLANK)
    assert found is not None
    assert found.n == 6
    assert found.mean == pytest.approx(12.333333333333334, rel=1e-9)
    assert found.sd == pytest.approx(2.1602468994692865, rel=1e-9)
    assert found.blank == pytest.approx(15.88693948296031, rel=1e-9)
    assert found.detection == pytest.approx(18.814074031741193, rel=1e-9)
    assert found.prediction == pytest.approx(17.03511287111039, rel=1e-9)


@pytest.mark.parametrize(("signal", "expected"), [(30.0, POSITIVE), (16.2, INDETERMINATE), (14.0, NEGATIVE)])
def test_calls_of_e01(signal: float, expected: Call) -> None:
    assert call(signal, blank=BLANK).call is expected
    assert call(signal, isotype=BLANK).call is expected


def test_two_controls_ask_for_the_prediction_limit() -> None:
    # t(0.95, 1) = 6.3138, sd = 1.41421, √1.5 = 1.22474: 11 + 10.9358
    found = limits((10.0, 12.0))
    assert found is not None
    assert found.detection == found.prediction == pytest.approx(21.9358, abs=1e-3)
    assert call(20.0, blank=(10.0, 12.0)).call is INDETERMINATE
    assert call(22.0, blank=(10.0, 12.0)).call is POSITIVE


def test_twenty_controls_need_no_prediction_limit() -> None:
    found = limits([1.0, 2.0] * 10)
    assert found is not None
    assert found.prediction is None
    assert found.detection == pytest.approx(found.mean + 3 * found.sd)


@pytest.mark.parametrize("values", [(), (5.0,), (5.0, 5.0), (0.0,) * 30])
def test_no_spread_no_limit(values: tuple[float, ...]) -> None:
    assert limits(values) is None


@pytest.mark.parametrize(
    ("signal", "controls", "expected", "why"),
    [
        # nothing to compare with is never positive
        (1e9, {}, INDETERMINATE, "no control"),
        (0.0, {}, INDETERMINATE, "no control"),
        # a stated limit of detection decides alone
        (11.0, {"limit_of_detection": 10.0}, POSITIVE, "above the limit of detection 10"),
        (10.0, {"limit_of_detection": 10.0}, NEGATIVE, "not above the limit of detection 10"),
        # a single blank: not above it is negative, above it nobody knows
        (5.0, {"blank": (6.0,)}, NEGATIVE, "not above the blank 6"),
        (6.0, {"blank": (6.0,)}, NEGATIVE, "not above the blank 6"),
        (600.0, {"blank": (6.0,)}, INDETERMINATE, "without spread"),
        (1.0, {"blank": (0.0, 0.0, 0.0)}, INDETERMINATE, "without spread"),
        # a single isotype control and nothing that shows whether it is itself at background
        (5.0, {"isotype": (6.0,)}, INDETERMINATE, "nothing shows"),
        (600.0, {"isotype": (6.0,)}, INDETERMINATE, "without spread"),
        # the tetraspanins show it
        (5.0, {"isotype": (6.0,), "tetraspanins": (300.0, 200.0)}, NEGATIVE, "not above the isotype control 6"),
        (5.0, {"isotype": (250.0,), "tetraspanins": (300.0, 200.0)}, INVALID, "not below the tetraspanin at 200"),
        (200.0, {"isotype": (250.0,), "tetraspanins": (300.0, 200.0)}, INVALID, "no blank tells why"),
        (300.0, {"isotype": (250.0,), "tetraspanins": (300.0, 200.0)}, INDETERMINATE, "without spread"),
        (5.0, {"isotype": (6.0,), "tetraspanins": (6.0,)}, INVALID, "not below the tetraspanin"),
        # blanks without a limit: what is no brighter than they are is at background; above them they do not tell
        (5.0, {"isotype": (10.0,), "blank": (10.0, 10.0), "tetraspanins": (9.0,)}, NEGATIVE, "not above the isotype"),
        (9.0, {"isotype": (10.0,), "blank": (10.0,)}, NEGATIVE, "not above the isotype"),
        (
            0.05,
            {"isotype": (0.1,) * 3, "blank": (0.1,), "tetraspanins": (0.05,)},
            NEGATIVE,
            "above the isotype control",
        ),
        (5.0, {"isotype": (50.0,), "blank": (9.0, 9.0), "tetraspanins": (20.0,)}, INVALID, "blanks without spread do"),
        (5.0, {"isotype": (50.0,), "blank": (10.0,), "tetraspanins": (20.0,)}, INVALID, "one blank does not tell why"),
        (5.0, {"isotype": (50.0,), "blank": (10.0, 10.0)}, INDETERMINATE, "nothing shows that"),
        # blanks show it: LOD 18.81
        (5.0, {"isotype": (18.0,), "blank": BLANK}, NEGATIVE, "below the limit of blank"),
        (5.0, {"isotype": (19.0,), "blank": BLANK}, INVALID, "itself above the limit of detection 18.81"),
        (19.0, {"isotype": (19.0,), "blank": BLANK}, INVALID, "itself above"),
        (20.0, {"isotype": (19.0,), "blank": BLANK}, INDETERMINATE, "itself above"),
        # the blanks' spread stands on top of the isotype: 19 + 6.48
        (25.0, {"isotype": (19.0,), "blank": BLANK}, INDETERMINATE, "between"),
        (26.0, {"isotype": (19.0,), "blank": BLANK}, POSITIVE, "above the limit of detection 25.48"),
        # a CD9-negative sample with good controls is negative, not invalid
        (11.0, {"isotype": (12.0,), "blank": BLANK, "tetraspanins": (300.0, 11.0)}, NEGATIVE, "below"),
        # stated limit beside controls: both must be exceeded
        (30.0, {"blank": BLANK, "limit_of_detection": 40.0}, INDETERMINATE, "between"),
        (40.0, {"isotype": (50.0,), "limit_of_detection": 10.0}, INVALID, "itself above"),
        (60.0, {"isotype": (50.0,), "limit_of_detection": 10.0}, POSITIVE, "above"),
        (9.0, {"isotype": (8.0,), "limit_of_detection": 10.0}, NEGATIVE, "not above the limit of detection"),
        # net signals may be negative
        (-2.0, {"blank": (-1.0, 0.0, 1.0)}, NEGATIVE, "below the limit of blank"),
    ],
)
def test_calls_and_reasons(signal: float, controls: dict[str, object], expected: Call, why: str) -> None:
    judged = call(signal, **controls)  # type: ignore[arg-type]  # the table mixes tuples and floats
    assert judged.call is expected, judged.why
    assert why in judged.why


def test_the_boundary_itself_is_indeterminate() -> None:
    found = limits(BLANK)
    assert found is not None
    assert call(found.detection, blank=BLANK).call is INDETERMINATE
    assert call(found.blank, blank=BLANK).call is INDETERMINATE


finite = st.floats(-1e6, 1e6)


@given(finite, st.lists(finite, max_size=5), st.lists(finite, max_size=5))
def test_positive_is_above_every_control_mean(signal: float, isotype: list[float], blank: list[float]) -> None:
    judged = call(signal, isotype=isotype, blank=blank)
    if judged.call is POSITIVE:
        assert judged.background is not None
        assert judged.limit_of_detection is not None
        assert signal > judged.limit_of_detection > judged.background - 1e-6
    if not isotype and not blank:
        assert judged.call is INDETERMINATE


@given(st.lists(finite, min_size=2, max_size=30), finite, finite)
def test_a_higher_signal_is_never_called_lower(blank: list[float], one: float, other: float) -> None:
    order = [NEGATIVE, INDETERMINATE, POSITIVE]
    low, high = sorted((one, other))
    assert order.index(call(low, blank=blank).call) <= order.index(call(high, blank=blank).call)


def test_normalisation_of_e02() -> None:
    net = net_signals({"CD9": 220.0, "CD63": 410.0, "CD81": 300.0, "CD44": 155.0, "CD14": 8.0}, blank=10.0)
    assert net == {"CD9": 210.0, "CD63": 400.0, "CD81": 290.0, "CD44": 145.0, "CD14": -2.0}
    ratios = by_tetraspanins(net, limit_of_detection=20.0)
    assert ratios["CD9"] == pytest.approx(0.7, rel=1e-12)
    assert ratios["CD63"] == pytest.approx(1.3333333333333333, rel=1e-12)
    assert ratios["CD44"] == pytest.approx(0.48333333333333334, rel=1e-12)
    assert ratios["CD14"] < 0


@pytest.mark.parametrize(
    ("net", "message"),
    [
        ({"CD9": 210.0, "CD44": 145.0}, "fewer than two"),
        ({"CD9": 2.0, "CD63": 3.0, "CD81": 1.0}, "not above the limit of detection"),
        ({"CD9": 20.0, "CD63": 20.0}, "not above the limit of detection"),
    ],
)
def test_normalisation_is_refused(net: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        by_tetraspanins(net, limit_of_detection=20.0)
