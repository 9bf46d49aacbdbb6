from __future__ import annotations

import math

import numpy as np
import pytest

from evqc.numerics.coincidence import BEYOND_MODEL, CROWDED, CoincidenceModel, coincidence


def test_few_particles_hardly_meet() -> None:
    made = coincidence(50.0)
    assert made.lost is not None
    assert made.lost < 0.01
    assert (made.crowded, made.flags) == (False, ())


def test_what_is_lost_grows_and_is_flagged() -> None:
    made = coincidence(300.0)
    assert made.flags == (CROWDED,)
    assert made.estimate is not None
    rate = math.pi * 144 / (2 * 1280 * 1024)
    assert made.estimate * math.exp(-rate * made.estimate) == pytest.approx(300.0)


def test_pairs_that_meet_by_drawing() -> None:
    """Points at random in a wide field: neighbours nearer than the separation are one image."""
    rng, model = np.random.default_rng(1), CoincidenceModel(frame_px2=1000.0**2, separation_px=10.0)
    seen = []
    for _ in range(200):
        x = rng.uniform(0, 1000, (200, 2))
        apart = np.hypot(*(x[:, None] - x[None]).transpose(2, 0, 1))
        seen.append(200 - (np.triu(apart < 10, 1)).sum())
    assert coincidence(float(np.mean(seen)), model).estimate == pytest.approx(200, rel=0.01)


def test_beyond_the_model_no_estimate_is_made() -> None:
    made = coincidence(1e5)
    assert (made.estimate, made.lost) == (None, None)
    assert made.flags == (CROWDED, BEYOND_MODEL)


def test_none_seen_none_lost() -> None:
    made = coincidence(0.0)
    assert (made.estimate, made.lost) == (0.0, 0.0)


@pytest.mark.parametrize("seen", [-1.0, math.nan, math.inf])
def test_refused(seen: float) -> None:
    with pytest.raises(ValueError, match="finite number"):
        coincidence(seen)


@pytest.mark.parametrize("model", [{"frame_px2": 0.0}, {"separation_px": -1.0}, {"most_per_frame": math.nan}])
def test_models_refused(model: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        CoincidenceModel(**model)  # type: ignore[arg-type]  # its source keeps the default


def test_the_assumption_stands_in_the_table() -> None:
    assert "assumed" in coincidence(10.0).to_pandas()["model_source"].item()
