"""Simulated lists of particles and tracks, read back by the reader of the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.instruments._many import read
from evqc.simulation import Truth, write_tracks
from evqc.simulation.nanosight_tracks import tracks_of_run
from evqc.simulation.tracks import Optics
from tests.simulation.reading import codes, reading_of, runs_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TRUTH = Truth(sample="WJ EV", runs=1, particle_concentration_per_ml=1e11)


def columns(data: bytes) -> tuple[list[str], NDArray[np.str_]]:
    heading, *rows = data.decode("ascii").splitlines()
    return heading.split(","), np.array([row.split(",") for row in rows])


def test_both_lists_are_read_and_confirm_each_other(tmp_path: Path) -> None:
    for name, data in write_tracks(TRUTH, frames=200).items():
        (tmp_path / name).write_bytes(data)
    readings = read(tmp_path).readings
    assert {reading.verdict for reading in readings} == {"accepted"}
    assert {reading.file_kind for reading in readings} == {"particle list", "track list"}
    (with_tracks,) = [reading for reading in readings if reading.tracks is not None]
    assert with_tracks.file_kind == "particle list"


def test_the_two_lists_hold_the_same_particles() -> None:
    particles, positions = write_tracks(TRUTH, frames=200).values()
    (heads, rows), (tops, each) = columns(particles), columns(positions)
    assert heads[:3] == tops[:3]
    number, first, count = np.unique(each[:, 0].astype(int), return_index=True, return_counts=True)
    assert number.tolist() == rows[:, 0].astype(int).tolist()
    assert count.tolist() == rows[:, heads.index("Tracklength")].astype(int).tolist()
    assert np.array_equal(each[first, 1], rows[:, 1])
    assert np.array_equal(each[first, tops.index("Frame")], rows[:, heads.index("Start frame")])
    x, y = (each[:, tops.index(name)].astype(float) for name in ("X/pixels", "Y/pixels"))
    assert (x.min() >= 0, y.min() >= 0, x.max() <= 1280, y.max() <= 720) == (True,) * 4


def test_the_path_in_the_file_gives_the_size_in_the_file() -> None:
    """Mean squared step in µm², four times the diffusion coefficient times the time between frames."""
    tops, each = columns(write_tracks(TRUTH, frames=200)["WJ_EV_00_AllTracks.csv"])
    one = each[each[:, 0] == "1"]
    places = one[:, [tops.index("X/pixels"), tops.index("Y/pixels")]].astype(float) * 0.169
    squared = (np.diff(places, axis=0) ** 2).sum(axis=1).mean()
    assert float(one[0, 2]) * 1e-6 == pytest.approx(squared * 24.9825 / 4, rel=0.01)


def test_what_is_read_is_what_was_simulated() -> None:
    files = write_tracks(TRUTH, frames=200)
    (run,) = runs_of(reading_of(files["WJ_EV_00_ParticleData.csv"], "WJ_EV_00_ParticleData.csv"))
    optics = Optics(frames=200, frame_rate_hz=24.9825, listed_steps=3, temperature_k=298.15, viscosity_mpas=0.89)
    known = tracks_of_run(TRUTH, 0, optics)
    assert run.validity.valid_tracks == int(known.included.sum())
    assert run.validity.completed_tracks == len(known.included)
    assert run.statistics.standard.d50_nm == pytest.approx(np.median(known.apparent_nm[known.included]), abs=1)


def test_a_run_that_saw_nothing_is_a_list_without_rows() -> None:
    files = write_tracks(Truth(sample="WJ EV", runs=2, zero_runs=(1,)), frames=50)
    empty = files["WJ_EV_01_ParticleData.csv"]
    assert empty.count(b"\r\n") == 1
    assert codes(reading_of(empty)) == {"NO_PARTICLES"}


def test_a_run_more_leaves_the_others_as_they_were() -> None:
    one = write_tracks(TRUTH, frames=50)
    two = write_tracks(Truth(sample="WJ EV", runs=2, particle_concentration_per_ml=1e11), frames=50)
    assert one.items() <= two.items()
