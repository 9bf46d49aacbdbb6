"""Products net of their blanks, by hand: the diluent in the suspension, the process blank as prepared, and both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from evqc.isolation.blanks_of_batch import BlankedProduct, NetOfBlank, blanks_of_batch
from evqc.isolation.concentrations import particle_concentration
from evqc.numerics.estimate import NO_REPLICATION
from tests.assessment import making

SAMPLE, DILUENT, PROCESS = (4.0e8, 4.2e8, 4.4e8), (1.0e6, 2.0e6, 3.0e6), (5.0e6, 7.0e6)


def batch(dilution: float | None = 200, **counted: Any) -> Any:
    """A product and whatever blanks are given, each by the concentrations of its runs in the instrument."""
    roles = {"it": "product", "PBS": "diluent blank", "empty": "process blank", "empty 2": "process blank"}
    given = {"it": SAMPLE} | {name.replace("_", " "): values for name, values in counted.items()}
    exports = [
        {"name": f"{name}.csv", "runs": [run if isinstance(run, dict) else {"concentration": run} for run in runs]}
        for name, runs in given.items()
    ]
    factors = {"it": dilution, "PBS": 1.0, "empty": 2.0, "empty 2": 2.0}
    files = [
        {"path": f"{name}.csv", "sample": name} | ({} if factors[name] is None else {"dilution": factors[name]})
        for name in given
    ]
    samples = [{"name": name, "role": roles[name]} for name in given]
    return making.batch({"batch": {"id": "B", "product": "P"}, "samples": samples, "files": files}, exports)


def only(of: Any) -> BlankedProduct:
    (found,) = blanks_of_batch(of)
    return found


def value(net: NetOfBlank) -> float:
    assert net.net is not None
    assert net.net.value is not None
    return net.net.value


def test_the_diluent_is_taken_off_the_suspension() -> None:
    (net,) = only(batch(PBS=DILUENT)).nets
    welch = stats.ttest_ind(SAMPLE, DILUENT, equal_var=False).confidence_interval(0.95)
    assert net.net is not None
    assert (net.of, net.blanks) == ("diluent blank", ("PBS",))
    assert net.net.value == pytest.approx(200 * (4.2e8 - 2.0e6))
    assert net.net.lower == pytest.approx(200 * welch.low)
    assert net.net.upper == pytest.approx(200 * welch.high)


def test_limits_are_those_of_the_diluent_at_the_products_dilution() -> None:
    (net,) = only(batch(PBS=DILUENT)).nets
    assert net.limits is not None
    assert net.limits.n == 3
    # Three blanks: the 95 % prediction limit t(2) sqrt(1 + 1/3) lies above 3 SD.
    beyond = stats.t.ppf(0.95, 2) * np.sqrt(4 / 3)
    assert net.limits.net_detection == pytest.approx(200 * beyond * 1.0e6)
    assert net.limits.net_quantification == pytest.approx(200 * 10 * 1.0e6)


def test_bins_are_net_and_signed() -> None:
    # The blank's particles are larger than any of the product's: bins there fall below zero, and stay in the total.
    large = [{"concentration": c, "median": 400.0, "spread": 0.1} for c in DILUENT]
    (net,) = only(batch(PBS=large)).nets
    assert net.bins is not None
    assert 0 < net.bins.negative_mass < 0.01
    assert net.bins.total.value == pytest.approx(value(net), rel=1e-9)
    assert net.bins.net.min() < 0
    assert net.bins.displayed.min() == 0


def test_the_process_blank_is_taken_off_as_prepared() -> None:
    (net,) = only(batch(empty=PROCESS)).nets
    assert value(net) == pytest.approx(200 * 4.2e8 - 2 * 6.0e6)
    assert net.limits is None  # at another dilution than the product: no limit of the product's measurement


def test_with_both_the_diluent_counts_in_both() -> None:
    diluent, process, both = only(batch(PBS=DILUENT, empty=PROCESS)).nets
    assert [each.of for each in (diluent, process)] == ["diluent blank", "process blank"]
    assert value(both) == pytest.approx((4.2e8 - 2.0e6) * 200 - (6.0e6 - 2.0e6) * 2)
    assert both.bins is None


def test_several_blank_samples_count_once_each() -> None:
    # Six videos of two blanks are two blanks, not six.
    of = batch(empty=(4.0e6, 6.0e6, 5.0e6), empty_2=(9.0e6, 8.0e6, 10.0e6))
    (net,) = only(of).nets
    assert net.net is not None
    assert net.net.n == 2
    assert net.net.value == pytest.approx(200 * 4.2e8 - 2 * 7.0e6)
    assert net.bins is not None
    assert net.bins.blanks == 2


def test_a_blank_in_which_nothing_was_seen_is_zero() -> None:
    (net,) = only(batch(PBS=[{"tracks": 0}, {"tracks": 0}, {"concentration": 3.0e6}])).nets
    assert value(net) == pytest.approx(200 * (4.2e8 - 1.0e6))
    assert net.bins is not None


def test_without_a_blank_nothing_is_subtracted() -> None:
    found = only(batch())
    assert found.nets == ()
    assert found.as_measured == particle_concentration(batch(), "it")


def test_what_is_measured_stays_what_it_is() -> None:
    with_blanks, without = batch(PBS=DILUENT, empty=PROCESS), batch()
    assert only(with_blanks).as_measured == only(without).as_measured


def test_an_unknown_dilution_gives_no_net_concentration() -> None:
    found = only(batch(None, PBS=DILUENT, empty=PROCESS))
    assert [net.net for net in found.nets] == [None, None, None]
    assert all(net.why_missing for net in found.nets)


def test_one_blank_run_has_neither_interval_nor_limits() -> None:
    (net,) = only(batch(PBS=(2.0e6,))).nets
    assert net.net is not None
    assert (net.net.lower, net.net.flags) == (None, (NO_REPLICATION,))
    assert net.limits is not None
    assert net.limits.net_detection is None


def test_a_blank_of_another_instrument_is_none() -> None:
    assert only(batch(PBS=[{"concentration": 1e6, "technique": "TRPS"}])).nets == ()


def test_without_a_record_there_are_no_products() -> None:
    assert blanks_of_batch(making.batch(None, [{"name": "it.csv", "runs": [{}]}])) == ()
