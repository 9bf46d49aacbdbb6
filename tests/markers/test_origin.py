"""The ratio of origin against arithmetic done by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.markers.origin import origin_ratio
from evqc.markers.panel import MarkerInput, interpret
from evqc.measurement import Control

if TYPE_CHECKING:
    from evqc.measurement import MarkerPanel

Rows = dict[str, tuple[float, float, float | None]]
BEADS = "bead-based flow cytometry"


def panel(rows: Rows, technique: str = BEADS, unit: str = "a.u.") -> MarkerPanel:
    """A panel from marker to signal, own background and stated limit of detection."""
    inputs = [
        MarkerInput(as_written=name, signal=s, background=(b,), limit_of_detection=limit, unit=unit)
        for name, (s, b, limit) in rows.items()
    ]
    return interpret(technique, "S", inputs)


BRIGHT: Rows = {"CD73": (1010, 10, 50), "CD90": (510, 10, 50), "CD14": (85, 10, 50), "CD34": (185, 10, 50)}


def test_the_mean_net_signals_are_divided() -> None:
    found = origin_ratio([panel(BRIGHT)])
    assert found.log10_ratio == pytest.approx(math.log10(((1000 + 500) / 2) / ((75 + 175) / 2)))
    assert (found.at_least, found.absent, found.panels) == (False, False, 1)
    assert (found.msc, found.other) == (("CD73", "CD90"), ("CD14", "CD34"))
    assert (found.technique, found.unit) == (BEADS, "a.u.")


def test_a_dark_marker_of_other_cells_counts_with_its_limit_and_makes_a_bound() -> None:
    found = origin_ratio([panel(BRIGHT | {"CD14": (12, 10, 50)})])
    assert found.log10_ratio == pytest.approx(math.log10(750 / ((40 + 175) / 2)))
    assert found.at_least


def test_what_no_limit_tells_from_background_makes_no_ratio() -> None:
    """A net signal of 1.2 that nobody knows to be one would make a ratio of 600 of noise."""
    rows: Rows = {"CD73": (1010, 10, None), "CD14": (9, 10, None), "CD34": (11.2, 10, None), "CD11b": (9.7, 10, None)}
    found = origin_ratio([panel(rows)])
    assert (found.log10_ratio, found.absent) == (None, False)
    assert found.why_missing == "nobody can tell CD14, CD34 and CD11b from their background"


def test_what_its_control_outshines_makes_no_ratio_either() -> None:
    blanks = [Control(name=f"blank {n}", kind="blank", signal=n, unit="a.u.") for n in (9.0, 10.0, 11.0)]
    isotype = Control(name="isotype", kind="isotype", signal=500.0, unit="a.u.")
    rows = [MarkerInput(as_written=n, signal=s, unit="a.u.") for n, s in (("CD73", 1010.0), ("CD14", 85.0))]
    found = origin_ratio([interpret(BEADS, "S", rows, [isotype, *blanks])])
    assert found.why_missing == "nobody can tell CD14 from its background"


def test_what_has_no_limit_is_left_out_by_name_beside_what_has_one() -> None:
    found = origin_ratio([panel(BRIGHT | {"CD34": (11.2, 10, None), "CD11b": (9.7, 10, None)})])
    assert found.log10_ratio == pytest.approx(math.log10(750 / 75))
    assert not found.at_least
    assert (found.other, found.left_out) == (("CD14",), ("CD34", "CD11b"))


def test_what_has_no_limit_counts_where_it_makes_the_ratio_smaller() -> None:
    found = origin_ratio([panel(BRIGHT | {"CD34": (1010, 10, None)})])
    assert found.log10_ratio == pytest.approx(math.log10(750 / ((75 + 1000) / 2)))
    assert (found.other, found.left_out) == (("CD14", "CD34"), ())


def test_invalid_markers_and_those_without_a_number_are_left_out_by_name() -> None:
    isotype = [Control(name="isotype", kind="isotype", marker="CD34", signal=90.0, unit="a.u.")]
    rows = [
        MarkerInput(as_written=n, signal=s, background=(10.0,), limit_of_detection=50.0, unit="a.u.")
        for n, s in (("CD73", 1010.0), ("CD14", 85.0))
    ]
    rows += [MarkerInput(as_written="CD34", signal=80.0, limit_of_detection=50.0, unit="a.u.")]
    rows += [MarkerInput(as_written="CD90", stated_call="+"), MarkerInput(as_written="CD11b", tested=False)]
    found = origin_ratio([interpret(BEADS, "S", rows, isotype)])
    assert found.left_out == ("CD90", "CD34")


def test_over_panels_the_logarithms_are_averaged() -> None:
    twice: Rows = {name: (2 * s, 2 * b, 2 * (limit or 0)) for name, (s, b, limit) in BRIGHT.items()}
    brighter = BRIGHT | {"CD73": (10010.0, 10.0, 50.0), "CD90": (5010.0, 10.0, 50.0)}
    assert origin_ratio([panel(BRIGHT), panel(twice)]).log10_ratio == pytest.approx(math.log10(6))
    found = origin_ratio([panel(BRIGHT), panel(brighter)])
    assert found.log10_ratio == pytest.approx((math.log10(6) + math.log10(60)) / 2)
    assert found.panels == 2


def test_msc_markers_at_background_are_an_answer_and_no_ratio() -> None:
    found = origin_ratio([panel(BRIGHT | {"CD73": (30, 10, 50), "CD90": (9, 10, 50)})])
    assert (found.absent, found.log10_ratio, found.why_missing) == (True, None, "")


def test_panels_that_disagree_whether_there_are_msc_markers_give_no_ratio() -> None:
    found = origin_ratio([panel(BRIGHT), panel(BRIGHT | {"CD73": (30, 10, 50), "CD90": (9, 10, 50)})])
    assert (found.absent, found.log10_ratio) == (False, None)
    assert "some panels only" in found.why_missing


@pytest.mark.parametrize(
    "panels",
    [
        [],
        [panel({"CD73": (1010, 10, 50)})],
        [panel({"CD14": (85, 10, 50)})],
        [panel({"CD73": (1010, 10, 50), "CD14": (9, 10, None)})],
        [panel(BRIGHT, technique="LC-MS/MS")],
        [interpret("western blot", "S", [MarkerInput(as_written=n, stated_call="+") for n in ("CD73", "CD14")])],
        [interpret(BEADS, "S", [MarkerInput(as_written=n, signal=100.0, unit="a.u.") for n in ("CD73", "CD14")])],
    ],
    ids=["none", "one side", "other side", "no limit", "mass spectrometry", "calls alone", "no background"],
)
def test_what_gives_no_ratio_says_why(panels: list[MarkerPanel]) -> None:
    found = origin_ratio(panels)
    assert (found.log10_ratio, found.absent) == (None, False)
    assert found.why_missing


def test_one_technique_and_one_unit_are_taken_the_ones_with_most_markers() -> None:
    few = panel({"CD73": (100010, 10, 50), "CD14": (85, 10, 50)}, technique="ELISA", unit="ng/mL")
    assert origin_ratio([few, panel(BRIGHT)]).technique == BEADS
    assert origin_ratio([few]).unit == "ng/mL"


@given(st.floats(1e-3, 1e3), st.permutations(sorted(BRIGHT)))
def test_neither_scale_nor_order_changes_the_ratio(scale: float, order: list[str]) -> None:
    scaled: Rows = {n: (BRIGHT[n][0] * scale, BRIGHT[n][1] * scale, (BRIGHT[n][2] or 0) * scale) for n in order}
    assert origin_ratio([panel(scaled)]).log10_ratio == pytest.approx(math.log10(6))
