"""Videodrop results: sections, marks, units, what is printed beside the particles, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.errors import InputError
from evqc.instruments import videodrop
from evqc.instruments._export import ExportFile
from evqc.measurement import SizeDistribution
from tests.instruments.videodrop.results import SIZES, results

if TYPE_CHECKING:
    from evqc.reading import Reading


def read(text: str, encoding: str = "utf-8") -> Reading:
    return videodrop.read(ExportFile("x-Results.csv", text.encode(encoding)))


def run_of(text: str) -> SizeDistribution:
    (run,) = read(text).measurements
    assert isinstance(run, SizeDistribution)
    return run


@pytest.mark.parametrize("comma", [False, True])
def test_particles_are_counted_in_bins_and_beside_what_is_printed(comma: bool) -> None:
    run = run_of(results(comma=comma))
    assert run.count is not None
    expected, _ = np.histogram(SIZES, np.arange(62, 152))
    assert (run.diameter_nm.lower[0], run.count.sum()) == (62.0, 10)
    assert run.count.tolist() == expected.tolist()
    assert run.concentration_total_per_ml.reported == 1.25e9
    assert run.concentration_total_per_ml.undiluted is None
    assert (run.statistics.reported.d50_nm, run.statistics.reported.mean_nm) == (92.8, 97.4)
    assert run.agreement.within_rounding is True
    assert (run.validity.particles_per_frame, run.validity.completed_tracks) == (18.4, 10)


def test_a_dilution_is_kept_as_text_and_never_applied() -> None:
    reading = read(results())
    assert run_of(results()).settings["Dilution"] == "200"
    assert "DILUTION_UNVERIFIED" in {issue.code for issue in reading.issues}
    without = read(results().replace("Dilution;200\n", ""))
    assert [(issue.severity, issue.code) for issue in without.issues] == [("note", "DILUTION_NOT_STATED")]
    assert reading.unread == ("Threshold quality", "Particle", "Track length")
    assert (reading.status, reading.verdict) == ("experimental", "flagged")


@pytest.mark.parametrize(
    ("changed", "field"), [({"median": "99.0 nm"}, "Median diameter"), ({"mean": "98.0 nm"}, "Mean diameter")]
)
def test_a_printed_statistic_that_the_particles_contradict_is_told(changed: dict[str, str], field: str) -> None:
    wrong = [i.where.field for i in read(results(**changed)).issues if i.code == "PRINTED_DISAGREES"]  # type: ignore[arg-type]  # table of cases
    assert wrong == [f"RESULTS / {field}"]


def test_micrometres_and_other_concentrations_are_converted() -> None:
    run = run_of(results([0.1, 0.2], heading="Diameter (µm)", concentration="1.25E+6 particles/µL"))
    assert run.concentration_total_per_ml.reported == 1.25e9
    assert run.diameter_nm.lower[[0, -1]].tolist() == [100.0, 200.0]


def test_without_one_column_of_diameters_there_is_no_distribution() -> None:
    reading = read(results(heading="Size"))
    (run,) = reading.measurements
    assert isinstance(run, SizeDistribution)
    assert run.count is None
    assert "NO_DIAMETERS" in {issue.code for issue in reading.issues}


def test_no_particle_is_no_valid_run() -> None:
    run = run_of(results([]))
    assert (run.validity.valid, run.statistics.standard.mean_nm) == (False, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (results().replace("TRACKING", "THE END"), "TRUNCATED"),
        (results(tracked=11), "TRUNCATED"),
        (results().rstrip("\n"), "TRUNCATED"),
        (results().replace("80.25", "eighty"), "NOT_A_NUMBER"),
        (results().replace("80.25", "80,25"), "DECIMAL_MIXED"),
        (results().replace("80.25", ""), "NOT_A_NUMBER"),
        (results().replace("80.25", "-80.25"), "OUT_OF_RANGE"),
        (results(concentration="1.25E+9 furlongs"), "UNIT_UNKNOWN"),
        (results().replace("D10;", "D90;"), "KEY_TWICE"),
        (results().replace("Concentration;", "Cncentration;"), "KEY_MISSING"),
    ],
)
def test_what_is_wrong_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.issues[0].code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    file = ExportFile("x.csv", results(heading="Diameter (µm)").encode(encoding))
    assert videodrop.recognises(file)
    assert videodrop.read(file).measurements
