"""What replicate runs say together: shape above the floor, drift in their order, crowding, and beads by certificate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from evqc.isolation.replicate_runs import ReplicateRuns, replicate_runs
from evqc.numerics.bead_check import bead_bias
from evqc.numerics.descriptive import described
from evqc.numerics.size_windows import SizeWindow, share
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.batch.assembled import Run

FLOOR = 60.0


def runs(*described_runs: dict[str, Any], bead: dict[str, float] | None = None, apart: bool = False) -> tuple[Run, ...]:
    """Runs of one sample, in one file or one a file."""
    if apart:
        exports = [{"name": f"{n}.csv", "runs": [each]} for n, each in enumerate(described_runs)]
    else:
        exports = [{"name": "0.csv", "runs": list(described_runs)}]
    entry = {"sample": "it"} if bead is None else {"purpose": "bead check", **bead}
    files = [{"path": export["name"]} | entry for export in exports]
    samples = [{"name": "it", "role": "product"}]
    return tuple(making.batch({"batch": {"id": "B", "product": "P"}, "samples": samples, "files": files}, exports).runs)


def of(*each: dict[str, Any], **more: Any) -> ReplicateRuns:
    return replicate_runs(runs(*each, **more), FLOOR)


def timed(*concentrations: float, minutes: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    at = minutes or tuple(range(len(concentrations)))
    return [
        {"concentration": c, "acquired_at": f"2026-03-10T10:{minute:02d}:00", "median": 110 + n}
        for n, (c, minute) in enumerate(zip(concentrations, at, strict=True))
    ]


def test_windows_are_shares_of_what_lies_above_the_floor() -> None:
    given = runs({})
    found = replicate_runs(given, FLOOR)
    assert found.shape is not None
    names = {each.name: each.ranges for each in found.windows}
    assert names["60 to 200 nm"] == ("50 to 200 nm", "below 200 nm")
    run = given[0].distribution

    def inside(low: float, high: float) -> float:
        found = share(run, SizeWindow(id="x", term="x", lower_nm=low, upper_nm=high, source="test"))
        assert found is not None
        return found

    expected = inside(60, 200) / inside(60, 1000)
    assert found.shape.estimates["60 to 200 nm"].value == pytest.approx(expected, rel=1e-9)
    assert found.shape.estimates["60 to 200 nm"].lower is None  # one run


def test_shape_is_that_of_descriptive_statistics() -> None:
    given = runs(*({"median": m} for m in (100.0, 105.0, 112.0)))
    found = replicate_runs(given, FLOOR).shape
    assert found is not None
    first = given[0].distribution
    heights = [run.distribution.concentration_per_ml for run in given]
    curves = np.stack([height for height in heights if height is not None])
    again = described(first.diameter_nm.lower, first.diameter_nm.upper, curves, replicates="runs", seed=1)
    assert found.estimates["span"] == again.estimates["span"]
    assert found.estimates["geometric_mean_nm"] == again.estimates["geometric_mean_nm"]


def test_other_techniques_have_no_floor_and_beads_no_windows() -> None:
    pulses = of({"technique": "TRPS"})
    assert pulses.floor_nm is None
    assert "30 to 150 nm" in {each.name for each in pulses.windows}
    beads = of({"median": 100.0, "spread": 0.05}, bead={"bead_nm": 100.0})
    assert (beads.floor_nm, beads.windows) == (None, ())
    assert beads.shape is not None


def test_runs_without_particles_or_with_other_bins_have_no_shape() -> None:
    assert of({"tracks": 0}).shape is None
    one, other = runs({}, {})
    bins = replace(one.distribution.diameter_nm, upper=one.distribution.diameter_nm.upper + 1.0)
    assert (
        replicate_runs((one, replace(other, distribution=replace(other.distribution, diameter_nm=bins))), 60).shape
        is None
    )


def test_a_perfect_trend_of_five_runs_reaches_the_smallest_p() -> None:
    concentration, size = of(*timed(5e8, 4.8e8, 4.5e8, 4.1e8, 4.0e8)).drifts
    assert (concentration.of, concentration.order) == ("concentration", "by their times")
    assert concentration.drift.rho == pytest.approx(-1)
    assert concentration.drift.p == concentration.drift.smallest_p == pytest.approx(2 / 120)
    assert size.of == "D50"
    assert size.drift.rho == pytest.approx(1)


def test_order_is_that_of_the_times_not_of_the_files() -> None:
    shuffled = timed(5e8, 4.0e8, 4.5e8, minutes=(0, 9, 5))
    found = of(*shuffled, apart=True).drifts[0].drift
    assert found.rho == pytest.approx(-1)


def test_one_time_for_a_whole_file_leaves_its_order_and_several_files_leave_none() -> None:
    same = [{"concentration": c} for c in (5e8, 4.8e8, 4.5e8)]
    assert of(*same).drifts[0].order == "in the order of the file"
    apart = of(*same, apart=True)
    assert (apart.drifts, apart.why_no_drift) == ((), "the files state the same time for several runs")
    untimed = of(*({**each, "acquired_at": None} for each in same), apart=True)
    assert untimed.why_no_drift == "the files do not state when each run was acquired"


def test_two_runs_have_no_order_to_speak_of() -> None:
    found = of(*timed(5e8, 4e8))
    assert (found.drifts, found.why_no_drift) == ((), "")


def test_crowded_frames_are_named_with_the_model() -> None:
    found = of({}, {"particles_per_frame": 140.0}).crowded
    ((place, crowd),) = found
    assert place == 2
    assert crowd.crowded
    assert crowd.lost is not None
    assert 0 < crowd.lost < 0.1
    assert "assumed, not measured" in crowd.model.source


@pytest.mark.parametrize(("median", "equivalent"), [(101.0, True), (109.0, False)])
def test_beads_are_judged_with_the_uncertainty_of_their_certificate(median: float, equivalent: bool) -> None:
    given = [{"median": median + shift, "spread": 0.04} for shift in (-0.5, 0.0, 0.5)]
    beads = runs(*given, bead={"bead_nm": 100.0, "bead_uncertainty_nm": 1.0})
    found = replicate_runs(beads, FLOOR).beads
    modes = [mode for run in beads if (mode := run.distribution.statistics.standard.mode_nm) is not None]
    assert found is not None
    assert found == bead_bias(modes, 100.0, 1.0)
    assert found.equivalent is equivalent


def test_without_the_certificates_uncertainty_beads_are_not_judged() -> None:
    found = of({"median": 100.0, "spread": 0.05}, bead={"bead_nm": 100.0})
    assert (found.beads, found.why_no_beads) == (None, "the record does not state the uncertainty of the certificate")
