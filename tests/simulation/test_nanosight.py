"""NanoSight: the layout of real files, the vendor's rules, and reading back to the truth."""

from __future__ import annotations

import math
import re
from datetime import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.simulation.nanosight import write_summary
from evqc.simulation.nanosight_style import STYLES, exponential
from evqc.simulation.nanosight_videos import diffusion_1e4_nm2_per_s, smooth_shares, videos_of, water_viscosity_mpas
from evqc.simulation.truth import Component, Truth, true_quantile_nm
from tests.simulation.corpus import lines_of_first
from tests.simulation.reading import codes, reading_of, runs_of

#: Rows whose text is free, so that their shape says nothing.
_FREE = ("Experiment Name", "Sample ", "Operator", "Remarks", "Filename", "Diluent", "Time Captured", "Vibration")
#: Rows that 3.2 prints with six significant digits and without trailing zeros: 30.8, but 30.
_GENERAL = ("Temperature/C", "Viscosity/cP", "Shutter/ms", "Max Jump Distance")
EVs = (Component(median_nm=95.0, geometric_sd=1.35), Component(median_nm=190.0, geometric_sd=1.25, weight=0.15))


def lines(data: bytes) -> list[str]:
    return data.decode("latin-1").replace("\r\n", "\n").split("\n")


def shape(line: str) -> str:
    """A line with every number of it as 0; of rows with free text the key and the number of cells."""
    if line.startswith(_FREE):
        return f"{line.split(',', maxsplit=1)[0]} {line.count(',')}"
    if line.startswith(_GENERAL):
        return re.sub(r"\d+(\.\d+)?", "0", line)
    return re.sub(r"-?\d+", "0", line)


def row(data: bytes, key: str, section: str = "") -> list[str]:
    """The cells of the first row ``key`` after ``section``."""
    text = data.decode("latin-1")
    found = re.search(rf"^{re.escape(key)},(.*?),*\r?$", text[text.index(section) :], re.MULTILINE)
    assert found is not None, key
    return found[1].split(",")


def printed_bins(data: bytes) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The first table of bins: centre, runs, average, standard error."""
    rows = re.findall(r"^(\d+\.5(?:,\d+)+),\r?$", data.decode("latin-1"), re.MULTILINE)[:1000]
    return np.array([[float(cell) for cell in cells.split(",")] for cells in rows])


@pytest.mark.parametrize(("version", "dilution"), [("3.2", False), ("3.2", True), ("3.4", True)])
def test_every_line_has_the_shape_of_a_real_file(version: str, dilution: bool) -> None:
    stated = r"Dilution factor (concentrations adjusted for this factor)," + ("1.00e" if dilution else "Not")
    real = lines_of_first(STYLES[version].created, "nanosight") if version == "3.4" else _real_3_2(stated)
    simulated = lines(write_summary(Truth(sample="a b"), version=version, recorded_dilution=dilution))
    assert [shape(line) for line in simulated] == [shape(line) for line in real]


def _real_3_2(stated: str) -> list[str]:
    return lines_of_first(stated, "nanosight/nguyens7+Experiments")


def test_a_merged_experiment_has_the_shape_of_a_real_one() -> None:
    real = lines_of_first("Software Version,Unknown\n", "nanosight")
    truths = [Truth(sample=f"s{k}", seed=k) for k in range(5)]
    simulated = lines(write_summary(*truths, version="3.2"))
    assert [shape(line) for line in simulated if not line.startswith("Vibration")] == [
        shape(line) for line in real if not line.startswith("Vibration")
    ]


@pytest.mark.parametrize(
    ("temperature", "printed"),
    [(20.75, 0.981928), (22.0, 0.952941), (23.009, 0.930525), (22.744, 0.93633), (21.035, 0.975196)],
)
def test_viscosity_is_the_one_that_nanosight_prints(temperature: float, printed: float) -> None:
    assert f"{water_viscosity_mpas(temperature):.6f}" == f"{printed:.6f}"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1.5e8, 3, "1.50e+008"), (6.72e8, 2, "6.72e+08"), (0.0, 3, "0.00e+000"), (9.996e8, 2, "1.00e+09")],
)
def test_exponents_have_the_digits_of_their_version(value: float, digits: int, text: str) -> None:
    assert exponential(value, digits) == text


def test_a_particle_of_100_nm_diffuses_as_stokes_and_einstein_say() -> None:
    # kT/(3πηd) at 25 °C in 0.89 mPa·s: 4.907e-12 m²/s = 490.7e4 nm²/s
    assert diffusion_1e4_nm2_per_s(np.array([100.0]), 25.0, 0.89)[0] == pytest.approx(490.7, rel=1e-3)


def test_smoothing_keeps_the_sum_and_the_mean() -> None:
    values = 300.0 + 100.0 * np.random.default_rng(1).random(500)
    shares = smooth_shares(values, np.arange(1001.0))
    assert shares.sum() == pytest.approx(1.0)
    assert (shares * (np.arange(1000) + 0.5)).sum() == pytest.approx(values.mean(), abs=0.5)
    assert not smooth_shares(np.array([]), np.arange(1001.0)).any()


def test_the_second_line_and_the_number_style_tell_the_version() -> None:
    heads = {v: lines(write_summary(Truth(runs=2), version=v))[1] for v in STYLES}
    assert heads["3.2"] == "Created with NTA 3.2 Dev Build 3.2.16"
    assert heads["3.3"] == "Created with NTA 3.3 - Sample Assistant Dev Build 3.3.203,"
    assert heads["3.4"] == "Created with NTA 3.4 Build 3.4.003,"


@pytest.mark.parametrize(
    ("version", "all_weightings", "blocks"), [("3.2", None, 1), ("3.3", None, 6), ("3.4", None, 1), ("3.4", True, 6)]
)
def test_each_version_exports_its_blocks(version: str, all_weightings: bool | None, blocks: int) -> None:
    text = write_summary(Truth(runs=2), version=version, all_weightings=all_weightings).decode("latin-1")
    assert len(re.findall(r"^Weighting,", text, re.MULTILINE)) == blocks
    assert len(re.findall(r"weighting - With Percentiles", text)) == blocks
    assert text.count("Analysis Method,FTLA") == 1
    assert ("nm³" in text) == (blocks == 6)
    assert ("Processed,Yes,Yes" in text) == (version == "3.4")


def test_3_2_prints_percentiles_one_nanometre_low_and_a_space_in_the_first_heading() -> None:
    old, new = write_summary(Truth(), version="3.2"), write_summary(Truth(), version="3.4")
    differences = np.array(row(new, "D50"), dtype=float) - np.array(row(old, "D50"), dtype=float)
    assert differences[:5] == pytest.approx([1.0] * 5)
    assert row(old, "Mean") == row(new, "Mean")
    assert b"Bin centre (nm), Concentration (particles / ml),Concentration" in old
    assert b"Bin centre (nm),Concentration (particles / ml),Concentration" in new


def test_statistics_follow_the_vendors_rules_from_the_printed_bins() -> None:
    data = write_summary(Truth(components=EVs), version="3.4")
    table = printed_bins(data)
    x, c = table[:, 0], table[:, 1]
    mean = (x * c).sum() / c.sum()
    k = int(c.argmax())
    mode = x[k] + 0.5 * (c[k - 1] - c[k + 1]) / (c[k - 1] - 2 * c[k] + c[k + 1])
    d50 = np.interp(0.5, np.concatenate([[0.0], c.cumsum() / c.sum()]), np.arange(1001.0))
    expected = {"Mean": mean, "Mode": mode, "SD": math.sqrt((c * (x - mean) ** 2).sum() / c.sum()), "D50": d50}
    for key, value in expected.items():
        assert float(row(data, key)[0]) == pytest.approx(value, abs=0.0501), key
    assert float(row(data, "Concentration (Particles / ml)")[0]) == pytest.approx(c.sum(), rel=0.005)


def test_average_and_standard_error_are_over_all_videos_the_failed_one_included() -> None:
    data = write_summary(Truth(zero_runs=(1,)), version="3.4")
    cells = [float(cell) for cell in row(data, "Particles per frame", "[Results]")]
    assert cells[1] == 0.0
    assert cells[5] == pytest.approx(np.mean(cells[:5]), abs=0.1)
    assert cells[6] == pytest.approx(np.std(cells[:5], ddof=1) / math.sqrt(5), abs=0.1)


@pytest.mark.parametrize(
    ("truth", "section", "key", "flag"),
    [
        (Truth(), "[Information]", "Concentration", "OK"),
        (Truth(), "[Concentration Warnings]", "Validity of concentration measurement", "OK"),
        (Truth(dilution=5000), "[Information]", "Concentration", "Low concentration"),
        (Truth(dilution=1e5), "[Information]", "Concentration", "Very low concentration"),
        (Truth(dilution=1e5), "[Concentration Warnings]", "Particles per frame", "Too Low"),
        (Truth(dilution=1e5), "[Concentration Warnings]", "Validity of concentration measurement", "Unreliable"),
        (Truth(dilution=1e5), "[Information]", "Completed Tracks", "<100"),
        (Truth(dilution=3e4), "[Information]", "Completed Tracks", "<200"),
        (Truth(zero_runs=(0,)), "[Concentration Warnings]", "Completed Tracks", "No Data"),
        (Truth(centres_per_particle=1.2), "[Information]", "Noise level", "No"),
        (Truth(centres_per_particle=1.3), "[Information]", "Noise level", "Noise detected"),
        (Truth(centres_per_particle=1.6), "[Information]", "Noise level", "High noise"),
        (
            Truth(centres_per_particle=1.6),
            "[Concentration Warnings]",
            "Validity of concentration measurement",
            "Be cautious of data due to noise",
        ),
    ],
)
def test_flags_follow_the_instruments_thresholds(truth: Truth, section: str, key: str, flag: str) -> None:
    assert row(write_summary(truth), key, section)[0] == flag


def test_drift_is_printed() -> None:
    drifts = [float(cell) for cell in row(write_summary(Truth(drift=-4.0)), "X-Drift (pix/frame)")]
    assert drifts == pytest.approx([-4.0] * 5, abs=0.3)


def test_time_is_an_option_and_no_clock() -> None:
    assert row(write_summary(Truth()), "Time Captured") == ["10:00:00  02/03/2026"]
    later = write_summary(Truth(), captured=datetime(2027, 12, 1, 8, 5, 9))  # noqa: DTZ001  exports have no zone
    assert row(later, "Time Captured") == ["08:05:09  01/12/2027"]


@pytest.mark.parametrize("version", STYLES)
def test_the_same_seed_gives_the_same_bytes(version: str) -> None:
    assert write_summary(Truth(seed=3), version=version) == write_summary(Truth(seed=3), version=version)
    assert write_summary(Truth(seed=3), version=version) != write_summary(Truth(seed=4), version=version)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(InputError, match=r"3\.2, 3\.3, 3\.4"):
        write_summary(Truth(), version="2.3")


def test_no_truth_is_refused() -> None:
    with pytest.raises(InputError):
        write_summary()


def check_round_trip(truth: Truth, version: str, *, recorded: bool, every: bool) -> None:
    """Simulated, read, and compared with the truth within the noise that was put in."""
    reading = reading_of(write_summary(truth, version=version, recorded_dilution=recorded, all_weightings=every))
    assert reading.verdict == "accepted", reading.issues
    runs = runs_of(reading)
    assert [run.agreement.within_rounding for run in runs] == [True] * truth.runs
    assert reading.summary is not None
    assert reading.summary.agreement.within_rounding in {True, None}
    videos = videos_of(truth, "x", recorded_dilution=False)
    for run, video in zip(runs, videos, strict=True):
        assert len(run.other_weightings) == (5 if every else 0)
        # five standard deviations of: replicates, tracks counted, rounding
        noise = 5 * math.hypot(truth.replicate_cv, 1 / math.sqrt(video.completed_tracks)) + 0.01
        as_measured = run.concentration_total_per_ml.recomputed
        assert as_measured is not None
        measured = truth.particle_concentration_per_ml / truth.dilution
        assert abs(math.log(as_measured / measured)) < noise + truth.replicate_cv**2
        if recorded:
            assert run.concentration_total_per_ml.undiluted == pytest.approx(as_measured * truth.dilution, rel=0.0101)
        check_d50(truth, run.statistics.standard.d50_nm, video.valid_tracks)


def check_d50(truth: Truth, d50_nm: float | None, tracks: int) -> None:
    """Within five standard errors of the median of ``tracks`` draws, plus scatter between runs and smoothing."""
    assert d50_nm is not None
    root = 5 * 0.5 / math.sqrt(tracks)
    low, high = (true_quantile_nm(truth, min(max(0.5 + sign * root, 0.01), 0.99)) for sign in (-1, 1))
    slack = 1 + 5 * truth.size_cv + 0.02
    assert low / slack - 1 < d50_nm < high * slack + 1


@pytest.mark.parametrize("version", STYLES)
@pytest.mark.parametrize("recorded", [False, True])
def test_what_is_written_is_read_back_to_the_truth(version: str, recorded: bool) -> None:
    check_round_trip(Truth(components=EVs), version, recorded=recorded, every=version == "3.3")


truths = st.builds(
    Truth,
    components=st.lists(
        st.builds(
            Component,
            median_nm=st.floats(60, 250),
            geometric_sd=st.floats(1.05, 1.5),
            weight=st.floats(0.1, 1.0),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    particle_concentration_per_ml=st.floats(8e10, 1e12),
    dilution=st.sampled_from([500.0, 1000.0, 1234.5]),
    replicate_cv=st.floats(0.0, 0.2),
    size_cv=st.floats(0.0, 0.03),
    runs=st.integers(1, 6),
    seed=st.integers(0, 2**63 - 1),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(truth=truths, version=st.sampled_from(sorted(STYLES)), recorded=st.booleans())
def test_any_truth_is_read_back(truth: Truth, version: str, recorded: bool) -> None:
    check_round_trip(truth, version, recorded=recorded, every=False)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(truth=truths, version=st.sampled_from(sorted(STYLES)), recorded=st.booleans(), every=st.booleans())
def test_many_truths_are_read_back(truth: Truth, version: str, recorded: bool, every: bool) -> None:
    check_round_trip(truth, version, recorded=recorded, every=every)


def test_no_percentile_is_printed_below_zero() -> None:
    """NTA 3.2 prints percentiles too low, and slow diffusion is close to zero."""
    components = (
        Component(median_nm=74.91401358787394, geometric_sd=1.1, weight=0.7050000953250476),
        Component(median_nm=60.4124406688153, geometric_sd=1.0867165007555246, weight=0.3235787458099375),
        Component(median_nm=171.51442978430475, geometric_sd=1.4412740541384355, weight=0.8285474410213991),
    )
    truth = Truth(
        components=components, particle_concentration_per_ml=141668463264.24255, replicate_cv=0.07949882085298816,
        size_cv=0.022577057586285223, runs=5, seed=262_966_276_232,
    )  # fmt: skip
    check_round_trip(truth, version="3.2", recorded=True, every=True)


def test_zero_and_low_videos_are_read_as_what_they_are() -> None:
    reading = reading_of(write_summary(Truth(zero_runs=(1,), low_runs=(3,)), version="3.2"))
    assert reading.verdict == "flagged"
    assert codes(reading) == {"NO_DATA"}
    validity = [run.validity for run in runs_of(reading)]
    assert validity[1].valid is False
    particles = validity[3].particles_per_frame
    assert particles is not None
    assert particles < 2


def test_a_merged_experiment_is_read_as_groups() -> None:
    reading = reading_of(write_summary(Truth(sample="A"), Truth(sample="B", seed=2), version="3.4"))
    assert codes(reading) == {"MIXED_SAMPLES"}
    assert [run.group for run in runs_of(reading)] == ["A"] * 5 + ["B"] * 5
