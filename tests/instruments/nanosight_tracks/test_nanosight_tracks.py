"""The reader of particle and track lists on synthetic lists, alone and beside the summary of their run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import nanosight, nanosight_tracks
from evqc.instruments._export import ExportFile
from evqc.instruments._many import read as read_paths
from evqc.measurement import SizeDistribution
from evqc.reading import Reading, refused
from tests.instruments.nanosight.synthetic import Experiment, Video, single
from tests.instruments.nanosight_tracks.native import RUN, Particle, particle_list, samples, track_list
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read(text: str | bytes) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run_ParticleData.csv", text if isinstance(text, bytes) else text.encode())
    assert nanosight_tracks.recognises(file)
    try:
        return nanosight_tracks.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=nanosight_tracks.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def numbers(reading: Reading) -> dict[str, float]:
    assert reading.summary is not None, reading.issues
    return reading.summary.average


def test_the_samples_are_what_native_writes() -> None:
    for name, text in samples().items():
        assert (SAMPLES / "nanosight_tracks" / name).read_bytes() == text.encode(), name


@pytest.mark.parametrize(("text", "kind"), [(particle_list(), "particle list"), (track_list(), "track list")])
def test_both_lists_give_the_same_numbers(text: str, kind: str) -> None:
    reading = read(text)
    sizes = [p.size for p in RUN if p.included]
    assert reading.file_kind == kind
    assert reading.status == "experimental"
    assert numbers(reading) == pytest.approx(
        {
            "particles_included": 3, "particles_excluded": 1, "positions": 14, "mean_nm": np.mean(sizes),
            "d50_nm": np.median(sizes), "sd_nm": np.std(sizes, ddof=1),
        }
    )  # fmt: skip


def run_of(reading: Reading) -> SizeDistribution:
    (run,) = reading.measurements
    assert isinstance(run, SizeDistribution)
    return run


@pytest.mark.parametrize("text", [particle_list(), track_list()])
def test_a_list_alone_gives_a_distribution_that_may_be_cut(text: str) -> None:
    reading = read(text)
    assert codes(reading) == ["END_UNMARKED"]
    assert reading.verdict == "flagged"
    run = run_of(reading)
    assert run.technique == "NTA"
    assert (run.sample, run.run, run.dilution.factor) == (None, None, None)
    assert run.concentration_per_ml is None
    assert run.concentration_total_per_ml.reported is None
    assert (run.validity.valid, run.validity.completed_tracks, run.validity.valid_tracks) == (None, 4, 3)


def test_included_particles_fall_into_bins_of_one_nanometre() -> None:
    """101.5, 87.2 and 133.7 nm; 250 nm is excluded."""
    run = run_of(read(particle_list()))
    assert run.count is not None
    filled = np.flatnonzero(run.count)
    assert run.diameter_nm.lower[filled].tolist() == [87.0, 101.0, 133.0]
    assert run.diameter_nm.upper[filled].tolist() == [88.0, 102.0, 134.0]
    assert run.count.sum() == 3
    assert run.statistics.standard.mean_nm == pytest.approx((87.5 + 101.5 + 133.5) / 3)


@given(st.lists(st.tuples(st.floats(0.1, 3000.0), st.booleans()), min_size=1, max_size=40))
def test_bins_hold_what_a_histogram_holds(drawn: list[tuple[float, bool]]) -> None:
    listed = tuple(Particle(k, round(size, 1), 0, 5, included) for k, (size, included) in enumerate(drawn))
    run = run_of(read(particle_list(listed)))
    sizes = [p.size for p in listed if p.included]
    edges = np.append(run.diameter_nm.lower, run.diameter_nm.upper[-1])
    assert run.count is not None
    np.testing.assert_array_equal(run.count, np.histogram(sizes, edges)[0])
    assert run.count.sum() == len(sizes)
    assert run.validity.valid is (None if sizes else False)


def test_a_large_particle_stands_in_the_last_bin() -> None:
    run = run_of(read(particle_list((Particle(1, 2500.0, 0, 5),))))
    assert run.count is not None
    assert (run.diameter_nm.upper[-1], run.count[-1]) == (2501.0, 1.0)


def test_nothing_included_is_no_valid_run() -> None:
    run = run_of(read(particle_list((Particle(1, 90.0, 0, 2, included=False),))))
    assert (run.validity.valid, run.validity.valid_tracks) == (False, 0)
    assert run.statistics.standard.d50_nm is None


def test_columns_in_another_order() -> None:
    lines = [line.split(",") for line in particle_list().splitlines()]
    text = "".join(",".join(reversed(cells)) + "\n" for cells in lines)
    assert numbers(read(text)) == numbers(read(particle_list()))


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.encode("utf-16"),
        lambda t: t.replace("\n", "\r\n").encode(),
        lambda t: t.replace("\n", "\r").encode(),
        lambda t: t.replace("\n", ",\n").encode(),
        lambda t: t.replace(",", ";").replace(".", ",").encode(),
    ],
    ids=["mark", "utf-16", "crlf", "cr", "comma at the end", "decimal comma"],
)
def test_encodings_line_ends_and_marks(write: Callable[[str], bytes]) -> None:
    assert numbers(read(write(particle_list()))) == numbers(read(particle_list()))


REFUSED: dict[str, tuple[str, str]] = {
    "no line end": ("TRUNCATED", particle_list()[:-1]),
    "headings alone": ("NO_PARTICLES", particle_list(())),
    "a cell lost": ("ROW_LENGTH", particle_list().replace("101.5,", "", 1)),
    "no lengths": ("HEADING_MISSING", particle_list().replace("Tracklength", "Length")),
    "no flag": ("NOT_A_FLAG", particle_list().replace("False", "0")),
    "text": ("NOT_A_NUMBER", particle_list().replace("101.5,", "ERR,")),
    "size 0": ("OUT_OF_RANGE", particle_list((Particle(1, 101.5, 0, 3),)).replace("101.5,", "0,")),
    "negative": ("OUT_OF_RANGE", particle_list().replace("101.5,", "-101.5,")),
    "half a particle": ("OUT_OF_RANGE", particle_list().replace("\n2,", "\n2.5,")),
    "particle twice": ("TRACKS_DISAGREE", particle_list((*RUN, RUN[0]))),
    "another size": ("TRACKS_DISAGREE", track_list().replace("101.5,", "110.5,", 1)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    code, text = REFUSED[case]
    assert codes(read(text)) == [code]


def test_a_size_that_is_not_that_of_its_diffusion_coefficient_is_flagged() -> None:
    assert codes(read(particle_list().replace("101.5,", "191.5,"))) == ["COLUMNS_DISAGREE", "END_UNMARKED"]


# Beside the summary of the run


def in_folder(tmp_path: Path, particles: str, tracks: str, summary: bytes | None) -> dict[str, Reading]:
    (tmp_path / "evs_00_ParticleData.csv").write_text(particles)
    (tmp_path / "evs_00_AllTracks.csv").write_text(tracks)
    if summary is not None:
        (tmp_path / "evs_00_Summary.csv").write_bytes(summary)
    return {r.source.name: r for r in read_paths(tmp_path).readings}


def valid_tracks(data: bytes) -> int:
    (run,) = nanosight.read(ExportFile("s.csv", data)).measurements
    assert isinstance(run, SizeDistribution)
    assert run.validity.valid_tracks is not None
    return run.validity.valid_tracks


SUMMARY = single(Experiment(videos=(Video("evs_00"),)))


def test_a_list_with_as_many_particles_as_the_summary_is_confirmed_and_counted_once(tmp_path: Path) -> None:
    run = tuple(replace(RUN[0], number=k) for k in range(1, valid_tracks(SUMMARY) + 1))
    readings = in_folder(tmp_path, particle_list(run), track_list(run), SUMMARY)
    for name in ("evs_00_ParticleData.csv", "evs_00_AllTracks.csv"):
        reading = readings[name]
        assert set(codes(reading)) == {"END_CONFIRMED", "SAME_RUN", "TRACKS_DIFFER"}
        assert reading.verdict == "accepted"
        assert "evs_00_Summary.csv" in reading.source.joined
        assert reading.summary is not None
        assert reading.summary.agreement.compared[0].within
        assert reading.measurements == ()
    assert len(readings["evs_00_Summary.csv"].measurements) == 1


def test_another_number_than_the_summary_is_noted_and_the_run_is_the_summarys(tmp_path: Path) -> None:
    (tmp_path / "evs_00_ParticleData.csv").write_text(particle_list())
    (tmp_path / "evs_00_Summary.csv").write_bytes(SUMMARY)
    readings = {r.source.name: r for r in read_paths(tmp_path).readings}
    reading = readings["evs_00_ParticleData.csv"]
    assert set(codes(reading)) == {"TRACKS_DIFFER", "END_UNMARKED", "SAME_RUN"}
    assert (reading.measurements, len(readings["evs_00_Summary.csv"].measurements)) == ((), 1)


def test_beside_an_experiment_summary_a_run_is_counted_once(tmp_path: Path) -> None:
    """Lists of two of its videos, one of them with a summary of its own, and the list of a video that it lacks."""
    for name in ("evs_00", "evs_01", "evs_09"):
        (tmp_path / f"{name}_ParticleData.csv").write_text(particle_list())
    (tmp_path / "evs_00_Summary.csv").write_bytes(SUMMARY)
    (tmp_path / "evs-ExperimentSummary.csv").write_bytes(Experiment(videos=(Video("evs_00"), Video("evs_01"))).data)
    counted = {r.source.name: len(r.measurements) for r in read_paths(tmp_path).readings}
    assert counted == {
        "evs-ExperimentSummary.csv": 2, "evs_00_Summary.csv": 0, "evs_00_ParticleData.csv": 0,
        "evs_01_ParticleData.csv": 0, "evs_09_ParticleData.csv": 1,
    }  # fmt: skip


def test_two_lists_of_one_run_confirm_each_other_and_count_once(tmp_path: Path) -> None:
    readings = in_folder(tmp_path, particle_list(), track_list(), None)
    particles, tracks = readings["evs_00_ParticleData.csv"], readings["evs_00_AllTracks.csv"]
    assert (codes(particles), particles.verdict, len(particles.measurements)) == (["END_CONFIRMED"], "accepted", 1)
    assert (codes(tracks), len(tracks.measurements)) == (["END_CONFIRMED", "SAME_RUN"], 0)


def test_lists_of_one_run_that_differ_are_flagged_and_count_once(tmp_path: Path) -> None:
    readings = in_folder(tmp_path, particle_list(), track_list(RUN[:-1]), None)
    assert all({"RUN_MISMATCH", "END_UNMARKED"} <= set(codes(reading)) for reading in readings.values())
    assert [len(r.measurements) for r in readings.values()] == [0, 1]


def test_lists_of_other_runs_are_runs_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "evs_00_ParticleData.csv").write_text(particle_list())
    (tmp_path / "evs_01_AllTracks.csv").write_text(track_list())
    readings = read_paths(tmp_path).readings
    assert [(codes(r), len(r.measurements)) for r in readings] == [(["END_UNMARKED"], 1)] * 2


def test_the_single_summary_is_read_and_not_counted_beside_its_experiment(tmp_path: Path) -> None:
    reading = nanosight.read(ExportFile("evs_00_Summary.csv", SUMMARY))
    assert (reading.status, reading.file_kind) == ("experimental", "single analysis summary")
    assert len(reading.measurements) == 1
    (tmp_path / "evs_00_Summary.csv").write_bytes(SUMMARY)
    (tmp_path / "evs-ExperimentSummary.csv").write_bytes(Experiment(videos=(Video("evs_00"), Video("evs_01"))).data)
    readings = {r.source.name: r for r in read_paths(tmp_path).readings}
    assert readings["evs_00_Summary.csv"].measurements == ()
    assert "SAME_RUN" in codes(readings["evs_00_Summary.csv"])
    assert len(readings["evs-ExperimentSummary.csv"].measurements) == 2


@pytest.mark.parametrize("text", [particle_list(), track_list()])
def test_included_tracks_are_counted_by_steps_and_size(text: str) -> None:
    tracks = read(text).tracks
    assert tracks is not None
    assert tracks.tracks == 3
    assert tracks.steps.tolist() == [2, 3, 4]  # positions less one
    included = sorted((p for p in RUN if p.included), key=lambda p: p.length)
    place = tracks.bin.astype(int)
    assert all(
        low <= p.size < high
        for p, low, high in zip(included, tracks.edges_nm[place], tracks.edges_nm[place + 1], strict=True)
    )


def test_a_long_list_takes_no_more_room_than_its_cells() -> None:
    rng = np.random.default_rng(1)
    many = [
        Particle(k + 1, round(float(size), 1), 0, int(length))
        for k, (size, length) in enumerate(zip(rng.uniform(90, 110, 5000), rng.integers(5, 400, 5000), strict=True))
    ]
    tracks = read(particle_list(many)).tracks
    assert tracks is not None
    assert tracks.count.sum() == tracks.tracks == 5000
    assert len(tracks.count) < 60 * 10


def test_single_positions_are_no_tracks() -> None:
    assert read(particle_list((*RUN, Particle(9, 100.0, 0, 1)))).tracks is None
    assert read(particle_list((*RUN, Particle(9, 100.0, 0, 1, included=False)))).tracks is not None
    assert read(particle_list(tuple(replace(p, included=False) for p in RUN))).tracks is None
