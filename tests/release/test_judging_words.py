"""Tests without numbers: sterility and its days, markers and their controls."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from evqc.release.record import Outcome
from tests.release.asking import asked, batch, judged

PASS, FAIL, PENDING = Outcome.PASS, Outcome.FAIL, Outcome.PENDING
CANNOT, UNTESTED = Outcome.CANNOT_JUDGE, Outcome.NOT_TESTED


def observed(**more: Any) -> dict[str, Any]:
    stated = {
        "sample": "it", "test": "sterility", "outcome": "no growth", "control": "no growth",
        "started_on": "2026-03-01", "read_on": "2026-03-15",
    }  # fmt: skip
    return {key: value for key, value in (stated | more).items() if value is not None}


def sterility(*observations: dict[str, Any], day: str = "2026-04-01", **more: Any) -> Any:
    return judged(
        batch(observations=list(observations)),
        asked("observation", **({"days": 14} | more)),
        day=date.fromisoformat(day),
    )


@pytest.mark.parametrize(
    ("change", "day", "outcome"),
    [
        ({}, "2026-04-01", PASS),
        ({}, "2026-03-15", PASS),
        ({"read_on": "2026-03-14"}, "2026-03-14", PENDING),  # STANDARDS 10.6: day 13
        ({"read_on": "2026-03-14"}, "2026-04-01", PENDING),  # read too early, however late it is judged
        ({"read_on": None}, "2026-04-01", PENDING),
        ({}, "2026-03-14", PENDING),  # what is read tomorrow is not known today
        ({"outcome": "growth", "read_on": "2026-03-05"}, "2026-03-06", FAIL),  # growth needs no 14 days
        ({"outcome": "No  Growth"}, "2026-04-01", PASS),
        ({"started_on": None}, "2026-04-01", CANNOT),
        ({"control": None}, "2026-04-01", CANNOT),
        ({"control": "growth"}, "2026-04-01", CANNOT),
        ({"control": "Negative"}, "2026-04-01", PASS),
        ({"outcome": "invalid"}, "2026-04-01", CANNOT),
        ({"outcome": "not tested"}, "2026-04-01", UNTESTED),
        ({"containers_tested": 4, "containers_positive": 1}, "2026-04-01", FAIL),
        ({"containers_tested": 4, "containers_positive": 0}, "2026-04-01", PASS),
        ({"sample": "other", "test": "sterility"}, "2026-04-01", UNTESTED),
        ({"test": "mycoplasma"}, "2026-04-01", UNTESTED),
    ],
)
def test_sterility(change: dict[str, Any], day: str, outcome: Outcome) -> None:
    found = sterility(observed(**change), day=day)
    assert found.outcome is outcome, found.because


def test_day_13_says_so() -> None:
    found = sterility(observed(read_on="2026-03-14"), day="2026-03-14")
    assert found.because == "'no growth' read on day 13 of 14; counts when read from 2026-03-15 on."


def test_the_worst_of_several_readings_decides() -> None:
    early = observed(read_on="2026-03-08")
    assert sterility(early, observed(outcome="growth")).outcome is FAIL
    assert sterility(early, observed()).outcome is PENDING
    assert sterility(observed(), reportable={"formula": "each", "determinations": 2}).outcome is CANNOT


def test_a_method_that_is_not_asked_for_does_not_count() -> None:
    found = sterility(observed(method="rapid"), method=["USP <71>"])
    assert found.outcome is UNTESTED
    assert "the specification asks for USP <71>" in found.because


def test_appearance_needs_no_negative_control() -> None:
    seen = observed(test="appearance", outcome="clear", control=None, started_on=None, read_on=None)
    test = asked(
        "observation", observation="appearance", accepted=["clear", "slightly opalescent"], category="appearance"
    )
    assert judged(batch(observations=[seen]), test).outcome is PASS
    cloudy = judged(batch(observations=[seen | {"outcome": "cloudy"}]), test)
    accepts = "the specification accepts 'clear' or 'slightly opalescent'"
    assert cloudy.because == f"The outcome is 'cloudy'; {accepts}."


def test_what_was_detected_reads_as_a_sentence() -> None:
    seen = observed(test="mycoplasma", outcome="detected")
    test = asked("observation", observation="mycoplasma", accepted=["not detected"], category="mycoplasma")
    found = judged(batch(observations=[seen]), test)
    assert found.because == "The outcome is 'detected'; the specification accepts 'not detected'."


def bead(marker: str, signal: float, control: float | None = 10.0, **more: Any) -> dict[str, Any]:
    limit = {} if control is None else {"control_signal": control, "limit_of_detection": 20.0}
    return (
        {"sample": "it", "technique": "bead assay", "marker": marker, "signal": signal, "unit": "a.u."} | limit | more
    )


def band(marker: str, call: str, lysate: str | None = "positive", **more: Any) -> dict[str, Any]:
    entry = {"sample": "it", "technique": "western blot", "marker": marker, "call": call, **more}
    return entry if lysate is None else entry | {"lysate": lysate}


POSITIVE = asked("marker", markers=["CD63"])
NEGATIVE = asked("marker", markers=["Calnexin"], expected="negative")
EITHER = asked("marker", markers=["CD14", "CD11b"], expected="negative")


@pytest.mark.parametrize(
    ("test", "entries", "outcome"),
    [
        (POSITIVE, [bead("CD63", 500)], PASS),
        (POSITIVE, [bead("CD63", 5)], FAIL),
        (POSITIVE, [bead("CD63", 500, None)], CANNOT),  # without any control nothing is positive
        (POSITIVE, [band("CD63", "positive")], PASS),
        (POSITIVE, [band("CD63", "positive", None)], CANNOT),  # by eye, and nothing beside it
        (POSITIVE | {"control": False}, [band("CD63", "positive", None)], PASS),
        (POSITIVE, [band("CD63", "not tested", None)], UNTESTED),
        (POSITIVE, [band("CD9", "positive")], UNTESTED),
        (POSITIVE, [], UNTESTED),
        (POSITIVE, [bead("CD63", 500), band("CD63", "negative")], CANNOT),  # panels contradict each other
        (POSITIVE | {"method": ["bead assay"]}, [band("CD63", "positive")], UNTESTED),
        (POSITIVE | {"markers": ["CD63", "CD81"]}, [bead("CD63", 5), bead("CD81", 500)], PASS),
        (POSITIVE | {"markers": ["CD63", "CD81"]}, [bead("CD63", 5), bead("CD81", 500, None)], CANNOT),
        (POSITIVE | {"markers": ["CD63", "CD81"]}, [bead("CD63", 5), band("CD81", "not tested", None)], FAIL),
        (NEGATIVE, [band("Calnexin", "negative")], PASS),
        (NEGATIVE, [band("Calnexin", "negative", None)], CANNOT),  # negative only with a lysate control
        (NEGATIVE, [band("Calnexin", "negative", "negative")], CANNOT),
        (NEGATIVE, [band("Calnexin", "positive")], FAIL),
        (NEGATIVE | {"control": False}, [band("Calnexin", "negative", None)], PASS),
        (EITHER, [band("CD11b", "negative")], PASS),
        (EITHER, [band("CD11b", "negative"), band("CD14", "positive")], FAIL),
        (EITHER, [band("CD11b", "negative"), band("CD14", "not tested", None)], PASS),
    ],
)
def test_markers(test: dict[str, Any], entries: list[dict[str, Any]], outcome: Outcome) -> None:
    found = judged(batch(markers=entries), test)
    assert found.outcome is outcome, found.because


def test_a_panel_of_the_lysate_by_the_same_method_is_its_control() -> None:
    samples = [{"name": "it", "role": "product"}, {"name": "cells", "role": "lysate"}]
    entries = [band("Calnexin", "negative", None), band("Calnexin", "positive", None) | {"sample": "cells"}]
    assert judged(batch(samples=samples, markers=entries), NEGATIVE).outcome is PASS
    elsewhere = [entries[0], entries[1] | {"technique": "bead assay"}]
    assert judged(batch(samples=samples, markers=elsewhere), NEGATIVE).outcome is CANNOT
