from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.assessment.runs import facts_of_run
from evqc.batch.assembled import Run
from evqc.measurement import Bins
from evqc.records import array
from tests.assessment import making
from tests.assessment.making import position

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts

CROWD = [
    {"particles_per_frame": 120.0, "concentration_per_ml": 4e7, "drift_um_per_s": -6.0},
    {"particles_per_frame": 80.0, "concentration_per_ml": 6e7, "drift_um_per_s": 2.0},
    {"particles_per_frame": 400.0, "concentration_per_ml": 9e8, "drift_um_per_s": 40.0, "removal": "MAX_DRIFT"},
]


NOISY = {"A / Noise level": "No", "A / Brightness": "Too dim"}


def facts(
    *, role: Any = "product", bead_nm: float | None = None, instrument: str = "nanosight", **stated: Any
) -> Facts:
    made = making.run(instrument=instrument, **stated)
    run = Run(sample="it", role=role, bead_nm=bead_nm, file=making.source("a.csv"), distribution=made)
    return facts_of_run(run, making.reading("a.csv", made, instrument=instrument))


@pytest.mark.parametrize(
    ("name", "stated", "value"),
    [
        ("technique", {}, "NTA"),
        ("instrument", {}, "nanosight"),
        ("role", {"role": None}, "not recorded"),
        ("purpose", {}, "measurement"),
        ("purpose", {"role": None}, "not recorded"),
        ("purpose", {"bead_nm": 100.0}, "bead check"),
        ("run_holds_tracks", {}, True),
        ("run_holds_tracks", {"tracks": 0}, False),
        ("completed_tracks", {"tracks": 0}, 0.0),
        ("particles_per_frame", {"particles_per_frame": None}, None),
        ("measured_concentration", {"concentration": 3e8}, 3e8),
        ("positions_total", {"positions": CROWD}, 3.0),
        ("positions_kept", {"positions": CROWD}, 2.0),
        ("positions_kept", {}, None),
        ("particles_per_frame_highest_position", {"positions": CROWD}, 120.0),
        ("particles_per_frame_lowest_position", {"positions": CROWD}, 80.0),
        ("concentration_cv_over_positions", {"positions": CROWD[:1]}, None),
        ("drift_highest_position", {"positions": CROWD}, 6.0),
        ("drift_check", {"drift_check": " Too High "}, "too high"),
        ("drift_check", {"drift_check": "never checked"}, None),
        ("drift_check", {}, None),
        ("drift_pixels_per_frame", {}, 0.9),
        ("temperature", {}, 25.0),
        ("settings_not_stated", {}, ()),
        ("settings_not_stated", {"settings": {"camera_level": None}}, ("camera level",)),
        ("settings_not_stated", {"instrument": "viewsizer"}, None),
        ("sop", {}, None),
        ("sop", {"instrument": "zetaview"}, "EV_488"),
        ("instrument_warnings", {"flags": NOISY}, ("A / Brightness: Too dim",)),
        ("instrument_warnings", {"flags": {"Information / Vibration correction applied": "Yes"}}, ()),
        ("instrument_warnings", {"flags": {}}, None),
        ("statistics_agree", {}, True),
        ("statistics_agree", {"printed_d50_off_nm": 1.0}, False),
        ("statistics_agree", {"tracks": 0}, None),
        ("mode_diameter", {"tracks": 0}, None),
        ("share_below_50_nm", {"tracks": 0}, None),
        ("bead_deviation", {}, None),
        ("bead_deviation", {"bead_nm": 100.0, "tracks": 0}, None),
    ],
)  # fmt: skip
def test_fact(name: str, stated: dict[str, Any], value: object) -> None:
    fact = facts(**stated)[name]
    assert fact.value == value
    assert bool(fact.why_missing) == (value is None)


def test_scatter_over_positions_is_of_those_kept() -> None:
    """4e7 and 6e7: mean 5e7, SD 1.414e7, CV 28.28 %; the position that was removed would make it 170 %."""
    fact = facts(positions=CROWD)["concentration_cv_over_positions"]
    assert fact.value == pytest.approx(28.284, abs=1e-3)
    assert fact.remark == "over 2 positions"


def test_removed_positions_are_counted_by_reason() -> None:
    of = [{"removal": "MIN_TRACES"}, {"removal": "MAX_DRIFT"}, {"removal": "MIN_TRACES"}, {}]
    assert facts(positions=of)["positions_kept"].remark == "removed: 2 MIN_TRACES, 1 MAX_DRIFT"


@pytest.mark.parametrize(
    ("temperature", "viscosity", "percent"),
    [(25.0, 0.89, -0.02), (25.0, 0.899, 0.99), (20.0, 0.89, -11.2), (25.0, 1.002, 12.53)],
)
def test_viscosity_against_that_of_water(temperature: float, viscosity: float, percent: float) -> None:
    """Vogel's formula gives 0.8904 mPa·s at 25 °C and 1.0026 mPa·s at 20 °C."""
    fact = facts(settings={"temperature_degC": temperature, "viscosity_mPa_s": viscosity})["viscosity_off_water"]
    assert fact.value == pytest.approx(percent, abs=0.06)


@pytest.mark.parametrize(
    ("temperature", "viscosity"), [(None, 0.9), (25.0, None), (298.0, 0.9), (25.0, 0.0), (25.0, -1.0)]
)
def test_what_cannot_be_water_is_not_assessed(temperature: float | None, viscosity: float | None) -> None:
    fact = facts(settings={"temperature_degC": temperature, "viscosity_mPa_s": viscosity})["viscosity_off_water"]
    assert fact.value is None
    assert fact.why_missing


def test_beads_are_judged_by_their_mode() -> None:
    fact = facts(bead_nm=100.0, median=103.0, spread=0.02)["bead_deviation"]
    assert fact.value == pytest.approx(3.0, abs=0.5)
    assert "certified 100 nm" in fact.remark


def test_shares_of_the_distribution() -> None:
    """Log-normal 110 nm, 0.3: 0.43 % below 50 nm by the cumulative normal of ln(50/110)/0.3 = -2.63."""
    made = facts(median=110.0, spread=0.3)
    assert made["share_below_50_nm"].value == pytest.approx(0.43, abs=0.05)
    assert made["share_outside_30_to_1000_nm"].value == pytest.approx(0.0, abs=0.01)


def test_differences_are_told_with_both_numbers() -> None:
    fact = facts(printed_d50_off_nm=4.0)["statistics_agree"]
    assert fact.remark.startswith("d50_nm 114")
    assert "recomputed" in fact.remark


def test_every_number_of_a_run_has_its_place_in_the_export() -> None:
    for name, fact in facts(positions=CROWD, instrument="zetaview", drift_check="ok").items():
        if name not in {"role", "purpose"} and fact.value is not None:
            assert fact.evidence, name
            assert fact.evidence[0].where.line == 10


def test_a_run_whose_file_has_no_reading_has_no_instrument() -> None:
    of = making.run()
    run = Run(sample="it", role="product", bead_nm=None, file=making.source("a.csv"), distribution=of)
    made = facts_of_run(run, None)
    assert made["instrument"].value is None
    assert made["settings_not_stated"].value is None


def test_a_run_that_says_nothing_of_itself_is_not_called_empty() -> None:
    of = making.run()
    bare = replace(of, count=None, concentration_per_ml=None, validity=replace(of.validity, valid=None))
    run = Run(sample="it", role="product", bead_nm=None, file=making.source("a.csv"), distribution=bare)
    assert facts_of_run(run, None)["run_holds_tracks"].value is None


@given(st.lists(st.tuples(st.floats(1, 500), st.booleans()), min_size=1, max_size=11))
def test_positions_kept_and_removed_are_all_of_them(of: list[tuple[float, bool]]) -> None:
    positions = [{"particles_per_frame": crowd, "removal": None if kept else "RANGE"} for crowd, kept in of]
    made = facts(positions=positions)
    assert made["positions_total"].value == len(of)
    assert made["positions_kept"].value == sum(kept for _, kept in of)
    crowds = [crowd for crowd, kept in of if kept]
    assert made["particles_per_frame_highest_position"].value == max(crowds, default=None)
    assert made["particles_per_frame_lowest_position"].value == min(crowds, default=None)


def test_a_position_is_kept_unless_it_was_removed() -> None:
    assert position().kept
    assert not position(removal="MAX_DRIFT").kept


def test_a_torn_open_table_of_no_bins_is_an_empty_run() -> None:
    of = making.run(tracks=0)
    none = array([])
    bare = replace(of, diameter_nm=Bins(lower=none, upper=none), count=none, concentration_per_ml=none)
    run = Run(sample="it", role="product", bead_nm=None, file=making.source("a.csv"), distribution=bare)
    made = facts_of_run(run, None)
    assert made["run_holds_tracks"].value is False
    assert made["share_below_50_nm"].value is None


def test_a_distribution_by_intensity_is_not_called_empty() -> None:
    of = making.run(technique="DLS")
    bare = replace(of, count=None, concentration_per_ml=None)
    run = Run(sample="it", role="product", bead_nm=None, file=making.source("a.csv"), distribution=bare)
    assert facts_of_run(run, None)["run_holds_tracks"].value is None


@pytest.mark.parametrize(
    ("reported", "recomputed", "used"), [(3.0e8, 3.1e8, 3.0e8), (None, 3.1e8, 3.1e8), (None, None, None)]
)
def test_the_instruments_own_concentration_comes_first(
    reported: float | None, recomputed: float | None, used: float | None
) -> None:
    of = making.run()
    total = replace(of.concentration_total_per_ml, reported=reported, recomputed=recomputed)
    changed = replace(of, concentration_total_per_ml=total)
    run = Run(sample="it", role="product", bead_nm=None, file=making.source("a.csv"), distribution=changed)
    assert facts_of_run(run, None)["measured_concentration"].value == used


def test_what_is_missing_says_whether_there_is_a_table() -> None:
    without, undrifted = facts(), facts(positions=[{"drift_um_per_s": None}])
    assert without["drift_highest_position"].why_missing == "the run has no table of positions"
    assert undrifted["drift_highest_position"].why_missing == "no drift is stated"
    assert facts(bead_nm=100.0, tracks=0)["bead_deviation"].why_missing == "the run holds no tracks"
    assert facts()["bead_deviation"].why_missing == "this run is no bead check"
