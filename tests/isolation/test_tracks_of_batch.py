"""Lists of tracks tied to samples: which are of which, and what is said where a deconvolution is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import evqc
from evqc.isolation import tracks_of_batch as module
from evqc.isolation.tracks_of_batch import cells_of, tracks_of_batch
from evqc.numerics.tracks import count_tracks
from evqc.simulation import Truth, write_summary, write_tracks

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.batch.assembled import Batch

FEW = Truth(sample="EV batch 7", runs=2, particle_concentration_per_ml=1e11, replicate_cv=0.0)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 20)


def batch_of(folder: Path, files: dict[str, bytes]) -> Batch:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return evqc.open_batch(folder)


def test_lists_give_the_sizes_behind_their_tracks(tmp_path: Path) -> None:
    found = tracks_of_batch(batch_of(tmp_path, write_tracks(FEW, frames=400)))
    assert [len(each.files) for each in found] == [1, 1]  # without a record every list is a sample of its own
    first = found[0]
    assert first.found is not None
    assert first.found.band is not None
    assert first.cautious is not None
    assert first.cautious.effective_share == 0.85
    assert first.found.tracks == first.cells.tracks >= 200
    assert (first.found.band.seed, first.found.band.draws) == (module.SEED, 20)
    assert (first.raw.sd_nm or 0) > (first.found.statistics.sd_nm or 0)
    assert first.found.statistics.d50_nm == pytest.approx(110, rel=0.12)


def test_the_lists_of_a_sample_are_its_videos(tmp_path: Path) -> None:
    files = write_tracks(FEW, frames=400)
    (tmp_path / "exports").mkdir()
    names = [name for name in files if name.endswith("ParticleData.csv")]
    entries = "".join(f'[[files]]\npath = "{name}"\nsample = "EV"\n' for name in names)
    head = '[batch]\nid = "B7"\nproduct = "EV"\n[[samples]]\nname = "EV"\nrole = "product"\n'
    (tmp_path / "batch.toml").write_text(head + entries)
    for name in names:
        (tmp_path / "exports" / name).write_bytes(files[name])
    (found,) = tracks_of_batch(evqc.open_batch(tmp_path))
    assert (found.sample, len(found.files), len(found.cells.videos)) == ("EV", 2, 2)
    assert found.found is not None
    assert found.found.band is not None
    assert found.found.band.over == "tracks within 2 videos"


def test_lists_beside_their_summary_are_of_its_sample(tmp_path: Path) -> None:
    lists = write_tracks(FEW, frames=400)
    files = {"EV_batch_7-ExperimentSummary.csv": write_summary(FEW), **lists}
    batch = batch_of(tmp_path, files)
    kept = [reading for reading in batch.readings if reading.tracks is not None]
    assert [reading.file_kind for reading in kept] == ["particle list"] * 2
    assert not any(reading.measurements for reading in kept)
    (found,) = tracks_of_batch(batch)
    assert (found.sample, len(found.cells.videos)) == ("EV batch 7", 2)


def test_too_few_tracks_say_so(tmp_path: Path) -> None:
    files = write_tracks(FEW, frames=30)
    found, _ = tracks_of_batch(batch_of(tmp_path, files))
    assert found.found is None
    assert "too few" in found.why_missing


def test_no_lists_no_tracks(tmp_path: Path) -> None:
    assert tracks_of_batch(batch_of(tmp_path, {"a-ExperimentSummary.csv": write_summary(FEW)})) == ()


def test_cells_of_a_reading_are_those_of_its_tracks(tmp_path: Path) -> None:
    files = write_tracks(FEW, frames=400)
    batch = batch_of(tmp_path, {name: data for name, data in files.items() if "_00_ParticleData" in name})
    (tracks,) = [reading.tracks for reading in batch.readings]
    assert tracks is not None
    rows = [line.split(",") for line in next(iter(files.values())).decode().splitlines()[1:]]
    kept = [row for row in rows if row[6] == "True"]
    size, steps = np.array([float(row[1]) for row in kept]), np.array([float(row[5]) - 1 for row in kept])
    assert np.array_equal(cells_of(tracks).videos, count_tracks(size, steps).videos)
    assert tracks.tracks == len(kept)
