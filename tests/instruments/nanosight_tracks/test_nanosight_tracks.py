"""The reader of particle and track lists on synthetic lists, alone and beside the summary of their run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

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


def test_a_list_alone_measures_nothing_because_it_may_be_cut() -> None:
    reading = read(particle_list())
    assert reading.measurements == ()
    assert codes(reading) == ["NOT_CONFIRMED"]
    assert reading.verdict == "flagged"


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
    assert codes(read(particle_list().replace("101.5,", "191.5,"))) == ["COLUMNS_DISAGREE", "NOT_CONFIRMED"]


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


def test_a_list_with_as_many_particles_as_the_summary_is_confirmed(tmp_path: Path) -> None:
    run = tuple(replace(RUN[0], number=k) for k in range(1, valid_tracks(SUMMARY) + 1))
    readings = in_folder(tmp_path, particle_list(run), track_list(run), SUMMARY)
    for name in ("evs_00_ParticleData.csv", "evs_00_AllTracks.csv"):
        reading = readings[name]
        assert "NOT_CONFIRMED" not in codes(reading)
        assert "evs_00_Summary.csv" in reading.source.joined
        assert reading.summary is not None
        assert reading.summary.agreement.compared[0].within
        assert reading.measurements == ()
    assert len(readings["evs_00_Summary.csv"].measurements) == 1


def test_another_number_than_the_summary_is_noted_and_not_confirmed(tmp_path: Path) -> None:
    reading = in_folder(tmp_path, particle_list(), track_list(), SUMMARY)["evs_00_ParticleData.csv"]
    assert {"TRACKS_DIFFER", "NOT_CONFIRMED"} <= set(codes(reading))


def test_lists_of_one_run_that_differ_are_flagged(tmp_path: Path) -> None:
    readings = in_folder(tmp_path, particle_list(), track_list(RUN[:-1]), None)
    assert all("RUN_MISMATCH" in codes(reading) for reading in readings.values())


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
