"""The NanoSight reader: what it reads, what it says of it, and what it refuses."""

from __future__ import annotations

import dataclasses
import math
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import nanosight
from evqc.instruments._export import ExportFile
from evqc.instruments.nanosight import _grids
from evqc.measurement import SizeDistribution
from evqc.records import to_json, to_plain
from tests.instruments.nanosight.synthetic import (
    HERE,
    SIX,
    Experiment,
    Video,
    average,
    excel,
    merged,
    percentiles,
    samples,
    statistics,
    swapped,
)
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evqc.measurement import Agreement, Comparison
    from evqc.reading import Reading

ONE = Experiment(videos=(Video("evs_00"),))
TWO = Experiment()
DILUTION = "Dilution factor (concentrations adjusted for this factor)"
REAL = corpus_files("nta/nanosight")


def read(content: Experiment | str | bytes) -> Reading:
    data = content.data if isinstance(content, Experiment) else content
    return nanosight.read(ExportFile("export.csv", data.encode("cp1252") if isinstance(data, str) else data))


def runs(reading: Reading) -> list[SizeDistribution]:
    return [m for m in reading.measurements if isinstance(m, SizeDistribution)]


def refusal(content: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(content)
    return caught.value


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def compared(agreement: Agreement) -> dict[str, Comparison]:
    return {c.statistic: c for c in agreement.compared}


def line_of(text: str, start: str) -> int:
    return text[: text.index("\n" + start) + 1].count("\n") + 1


def with_row(text: str, start: str, row: str | None) -> str:
    """The text with the first row that begins with ``start`` replaced, or without it."""
    at = text.index("\n" + start) + 1
    end = text.index("\n", at) + 1
    return text[:at] + ("" if row is None else row + "\n") + text[end:]


class TestWhatIsRead:
    def test_every_video_is_a_measurement(self) -> None:
        reading = read(TWO)
        assert reading.verdict == "accepted"
        assert reading.software_version == "NTA 3.4 Build 3.4.003"
        assert reading.file_kind == "experiment summary"
        assert [(r.run, r.group, r.technique) for r in runs(reading)] == [
            ("evs_00", "evs", "NTA"),
            ("evs_01", "evs", "NTA"),
        ]
        assert reading.unread == ()
        assert reading.issues == ()

    @pytest.mark.parametrize("version", ["3.2", "3.3", "3.4"])
    def test_sample_time_and_settings_of_each_version(self, version: str) -> None:
        run = runs(read(replace(TWO, version=version, remarks="first run, after cleaning")))[0]
        assert run.sample == "umbilical cord MSC EVs"
        assert run.acquired_at == "2021-04-01T15:28:16"
        assert run.settings == {
            "software_version": nanosight_software(version),
            "experiment_name": "evs_.nano",
            "operator": "QC",
            "pre_treatment": None,
            "diluent": "PBS",
            "remarks": "first run, after cleaning",
            "analysis_method": "FTLA",
            "exclusion_regions": "No Exclusion Regions Used",
            "temperature_degC": 25.013,
            "viscosity_mPa_s": 0.889653,
            "camera": "sCMOS",
            "laser": "Blue488",
            "camera_level": 14,
            "slider_shutter": 1259,
            "slider_gain": 366,
            "shutter_ms": 31.48,
            "camera_histogram_upper_limit": 6588,
            "camera_histogram_lower_limit": 0,
            "frame_rate_per_s": 24.9825,
            "syringe_pump_speed_AU": 50,
            "detection_threshold": 5,
            "max_jump_mode": "Auto",
            "max_jump_distance": 16.5,
            "blur": "Auto",
            "min_track_length": "Auto",
            "first_frame": 0,
            "total_frames_analysed": 1498,
        } | ({"processed": "Yes"} if version == "3.4" else {})

    def test_bins_are_those_of_the_file(self) -> None:
        run = runs(read(TWO))[1]
        assert run.concentration_per_ml is not None
        assert run.count is None
        _, expected = TWO.videos[1].distribution("Size", "Number")
        np.testing.assert_allclose(run.concentration_per_ml, expected, atol=1.0)
        assert (run.diameter_nm.lower[0], run.diameter_nm.upper[-1]) == (0.0, 1000.0)

    def test_validity_holds_results_and_flags(self) -> None:
        validity = runs(read(TWO))[0].validity
        assert validity.valid is True
        assert validity.particles_per_frame == pytest.approx(51.7)
        assert validity.centres_per_frame == pytest.approx(54.2)
        assert (validity.completed_tracks, validity.valid_tracks) == (2067, 500)
        assert (validity.x_drift_pixels_per_frame, validity.y_drift_pixels_per_frame) == (-3.8, 0.0)
        assert validity.flags["Concentration Warnings / Completed Tracks"] == "OK"
        assert validity.flags["Information / Vibration detected"] == "No"
        assert validity.flags["Results / Concentration Upgrade?"] == "Yes"
        assert "Information / Errors (1)" not in validity.flags

    def test_an_unreliable_concentration_is_neither_valid_nor_invalid(self) -> None:
        text = TWO.text.replace("concentration measurement,OK,OK", "concentration measurement,OK,Unreliable")
        first, second = runs(read(text))
        assert first.validity.valid is True
        assert second.validity.valid is None
        assert second.validity.reasons == ("the instrument says of the concentration: Unreliable",)

    def test_all_six_weightings(self) -> None:
        reading = read(Experiment("3.3", blocks=SIX))
        assert reading.unread == ()
        first = runs(reading)[0]
        assert [(w.of, w.by, w.unit, w.value_unit) for w in first.other_weightings] == [
            ("diameter", "surface area", "nm", "nm2/mL"),
            ("diameter", "volume", "nm", "nm3/mL"),
            ("diffusion coefficient", "number", "1e4 nm2/s", "1/mL"),
            ("diffusion coefficient", "surface area", "1e4 nm2/s", "nm2/mL"),
            ("diffusion coefficient", "volume", "1e4 nm2/s", "nm3/mL"),
        ]
        assert first.agreement.within_rounding is True
        assert len(first.agreement.compared) == 6 * (6 + 1 + 3) + 1
        diffusion = first.other_weightings[2]
        assert (diffusion.lower[0], diffusion.upper[-1]) == (0.0, 4000.0)
        assert diffusion.percentiles is not None
        assert diffusion.percentiles[50] == diffusion.reported["d50"]

    def test_names_of_comparisons_tell_nanometres(self) -> None:
        names = compared(runs(read(Experiment("3.3", blocks=SIX)))[0].agreement)
        assert {"mean_nm", "d10_in_table_nm", "concentration", "volume / mode_nm"} <= names.keys()
        assert len([n for n in names if n.startswith("percentile_") and n.endswith("_nm")]) == 1
        assert "diffusion coefficient / number / mean" in names
        assert not [n for n in names if n.startswith("diffusion") and n.endswith("_nm")]

    def test_without_percentiles(self) -> None:
        run = runs(read(replace(TWO, percentiles=False)))[0]
        assert run.percentiles_nm is None
        assert run.agreement.within_rounding is True
        assert len(run.agreement.compared) == 7

    def test_a_single_video_has_no_standard_error(self) -> None:
        reading = read(ONE)
        assert reading.summary is not None
        assert reading.summary.agreement.within_rounding is None
        undefined = ONE.text.replace(",0.0,\n", ",-nan(ind),\n", 1)
        assert undefined != ONE.text
        assert runs(read(undefined)) == runs(reading)

    def test_a_spreadsheet_re_save_reads_the_same(self) -> None:
        for experiment in (TWO, replace(TWO, version="3.2"), merged("3.2")):
            assert runs(read(excel(experiment.text))) == runs(read(experiment))

    def test_line_ends_and_encodings_read_the_same(self) -> None:
        text = Experiment("3.3", blocks=SIX[:3]).text
        for data in (
            text.encode("cp1252"),
            text.encode(),
            text.encode("utf-8-sig"),
            text.replace("\n", "\r\n").encode(),
        ):
            assert runs(read(data)) == runs(read(text))

    def test_three_videos_are_three_whatever_stands_behind_them(self) -> None:
        three = Experiment(videos=tuple(Video(f"evs_0{i}", total=1e8 * (i + 1)) for i in range(3)))
        assert [r.concentration_total_per_ml.reported for r in runs(read(three))] == [1e8, 2e8, 3e8]

    def test_a_remark_of_several_lines_does_not_swallow_the_file(self) -> None:
        text = TWO.text.replace("Remarks,,", 'Remarks,"first line\nsecond line, still a remark"')
        reading = read(text)
        assert runs(reading)[0].settings["remarks"] == "first line"
        assert reading.unread == ("Experiment Details / second line",)

    @pytest.mark.parametrize("row", ["Camera Level,Manual settings used", "Camera Level,Manual settings used,,,"])
    def test_manual_settings_stated_once_are_those_of_every_video(self, row: str) -> None:
        reading = read(with_row(TWO.text, "Camera Level", row))
        assert {run.settings["camera_level"] for run in runs(reading)} == {"Manual settings used"}

    def test_unknown_settings_are_none_and_words_stay_words(self) -> None:
        text = with_row(TWO.text, "Temperature/C", "Temperature/C,Unknown,25.1,")
        text = with_row(text, "Camera Level", "Camera Level,Manual settings used,14,")
        text = with_row(text, "Syringe Pump Speed/AU", "Syringe Pump Speed/AU,Unknown,50,")
        first = runs(read(text))[0].settings
        assert first["temperature_degC"] is None
        assert first["camera_level"] == "Manual settings used"
        assert first["syringe_pump_speed_AU"] == "Unknown"

    def test_a_row_without_any_text_says_nothing_whatever_its_width(self) -> None:
        text = with_row(with_row(TWO.text, "Errors (1)", "Errors (1)"), "Laser Type", "Laser Type,")
        run = runs(read(text))[1]
        assert run.settings["laser"] is None
        assert "Information / Errors (1)" not in run.validity.flags

    def test_many_videos_take_seconds(self) -> None:
        many = Experiment(videos=tuple(Video(f"s{i // 3}_0{i % 3}", median=90.0 + i % 60) for i in range(222)))
        started = time.perf_counter()
        assert len(read(many).measurements) == 222
        assert time.perf_counter() - started < 10


def nanosight_software(version: str) -> str:
    return {"3.2": "NTA 3.2 Dev Build 3.2.16", "3.3": "NTA 3.3 - Sample Assistant Dev Build 3.3.203"}.get(
        version, "NTA 3.4 Build 3.4.003"
    )


class TestTime:
    @pytest.mark.parametrize(
        ("captured", "run", "expected"),
        [
            ("15:28:16  01/04/2021", "evs_00", "2021-04-01T15:28:16"),
            ("08:05:09 19/03/2019", "evs_00", "2019-03-19T08:05:09"),
            ("15:28:16  01/04/2021", "evs 2020-01-01 00-00-01", "2021-04-01T15:28:16"),
            ("", "evs 2021-04-01 15-28-16", "2021-04-01T15:28:16"),
            ("", "evs 2021-13-01 15-28-16", None),
            ("", "evs 20210401", None),
            ("", "evs_00", None),
            ("15:28:16  03/19/2019", "evs_00", None),
            ("yesterday", "evs_00", None),
        ],
    )
    def test_day_first_and_name_only_when_blank(self, captured: str, run: str, expected: str | None) -> None:
        reading = read(replace(ONE, captured=captured, videos=(Video(run),)))
        assert runs(reading)[0].acquired_at == expected
        assert ("NOT_A_TIME" in codes(reading)) == (captured in {"15:28:16  03/19/2019", "yesterday"})


class TestGroups:
    @pytest.mark.parametrize(
        ("run", "stem"),
        [
            ("GD14_Pexo_3000_00", "GD14_Pexo_3000"),
            ("name 2021-04-01 15-28-16", "name"),
            ("cord d200 2021-04-01 15-28-16", "cord d200"),
            ("std_50 2021-04-01 15-28-16", "std_50"),
            ("stdv34_04", "stdv34"),
            ("evs_1000", "evs_1000"),
            ("evs", "evs"),
            ("_00", "_00"),
            ("2021-04-01 15-28-16", "2021-04-01 15-28-16"),
        ],
    )
    def test_stem(self, run: str, stem: str) -> None:
        assert runs(read(replace(ONE, videos=(Video(run),))))[0].group == stem

    def test_a_merged_file_is_grouped_and_flagged(self) -> None:
        reading = read(merged())
        assert reading.verdict == "flagged"
        assert reading.summary is not None
        assert reading.summary.mixes_samples
        assert [(g.name, len(g.runs)) for g in reading.summary.groups] == [("cord_passage4", 2), ("cord_passage5", 2)]
        assert "MIXED_SAMPLES" in codes(reading)
        assert all(r.sample is None and r.acquired_at is None for r in runs(reading))

    def test_a_merge_of_equal_names_is_still_a_merge(self) -> None:
        reading = read(replace(TWO, inside_version="Unknown"))
        assert reading.summary is not None
        assert len(reading.summary.groups) == 1
        assert reading.summary.mixes_samples

    def test_a_run_name_twice_is_flagged(self) -> None:
        assert "DUPLICATE_RUN" in codes(read(replace(TWO, videos=(Video("evs_00"), Video("evs_00", median=90)))))


class TestSummary:
    def test_average_and_standard_error_as_printed_and_recomputed(self) -> None:
        reading = read(merged())
        summary = reading.summary
        assert summary is not None
        assert summary.runs == 4
        totals = [v.total for v in merged().videos]
        mean, error = average(totals)
        assert summary.average["concentration"] == pytest.approx(mean, rel=0.005)
        assert summary.standard_error["concentration"] == pytest.approx(error, rel=0.005)
        assert summary.agreement.within_rounding is True
        assert {"average / mean_nm", "standard error / d90_nm", "average / particles_per_frame"} <= compared(
            summary.agreement
        ).keys()

    @pytest.mark.parametrize(
        ("row", "cell", "statistic"),
        [
            ("Mean", -3, "average / mean_nm"),
            ("D90", -2, "standard error / d90_nm"),
            ("Concentration (Particles / ml)", -3, "average / concentration"),
            ("120.5", -3, "average / diameter / number / the bin furthest off"),
            ("120.5", -2, "standard error / diameter / number / the bin furthest off"),
        ],
    )
    def test_an_altered_average_is_flagged_with_both_numbers(self, row: str, cell: int, statistic: str) -> None:
        line = next(line for line in TWO.text.split("\n") if line.startswith(row + ","))
        cells = line.split(",")
        cells[cell] = f"{float(cells[cell]) * 1.1 + 1:.1f}"
        reading = read(with_row(TWO.text, row + ",", ",".join(cells)))
        assert reading.summary is not None
        assert not compared(reading.summary.agreement)[statistic].within
        issue = next(i for i in reading.issues if i.code == "STATISTICS_DISAGREE")
        assert issue.where.line == line_of(TWO.text, row + ",")
        assert issue.found.startswith(statistic)
        assert issue.severity == "warning"


class TestVendorsNumbers:
    def test_the_modules_arithmetic_by_hand(self) -> None:
        """Three bins 1, 2, 1 around 100.5: mean and mode 100.5, SD √½, D50 100.5, D10 at 99 + 0.4, D90 at 101 + 0.6."""
        x = np.linspace(0.5, 999.5, 1000)
        weight = np.zeros(1000)
        weight[99:102] = [1, 2, 1]
        found = statistics(x, weight, 0.0)
        assert found == pytest.approx(
            {"Mean": 100.5, "Mode": 100.5, "SD": math.sqrt(0.5), "D10": 99.4, "D50": 100.5, "D90": 101.6}
        )
        assert percentiles(x, weight, np.array([25.0]))[0] == pytest.approx(100.0)

    @pytest.mark.parametrize(("version", "shift"), [("3.2", -1.0), ("3.3", 0.0), ("3.4", 0.0)])
    def test_percentiles_of_3_2_are_one_nanometre_low(self, version: str, shift: float) -> None:
        run = runs(read(replace(TWO, version=version)))[0]
        vendor, standard = run.statistics.vendor, run.statistics.standard
        assert vendor.d50_nm is not None
        assert standard.d50_nm is not None
        assert vendor.d50_nm == pytest.approx(run.statistics.reported.d50_nm or 0, abs=0.06)
        assert vendor.d50_nm - standard.d50_nm == pytest.approx(shift)
        assert vendor.mean_nm == pytest.approx(standard.mean_nm or 0)
        assert run.agreement.within_rounding is True

    def test_the_rule_follows_line_2_and_not_a_substring(self) -> None:
        """Build 3.3.203 holds ``3.2``: read as 3.2, every percentile would be 1.0 nm off."""
        reading = read(Experiment("3.3"))
        assert "3.3:" in runs(reading)[0].agreement.rule
        assert runs(reading)[0].agreement.within_rounding is True

    def test_the_wrong_version_disagrees(self) -> None:
        text = replace(TWO, version="3.4").text.replace("NTA 3.4 Build 3.4.003", "NTA 3.2 Dev Build 3.2.16")
        run = runs(read(text))[0]
        assert run.agreement.within_rounding is False
        assert run.agreement.largest_difference_nm == pytest.approx(1.0, abs=0.06)

    def test_a_rule_that_nobody_has_seen_is_not_applied(self) -> None:
        """NTA 3.2 prints diameters 1.0 nm low; what it does to diffusion coefficients no real file shows."""
        reading = read(Experiment("3.2", blocks=SIX))
        first = runs(reading)[0]
        assert codes(reading) == ["RULE_UNKNOWN"] * 3
        assert first.other_weightings[1].vendor.keys() == {"mean", "mode", "sd", "d10", "d50", "d90"}
        assert first.other_weightings[2].vendor.keys() == {"mean", "mode", "sd"}
        assert first.other_weightings[2].reported.keys() == {"mean", "mode", "sd", "d10", "d50", "d90"}
        assert first.agreement.within_rounding is True

    def test_another_version_inside_is_flagged(self) -> None:
        assert "SOFTWARE_VERSION_DIFFERS" in codes(read(replace(TWO, inside_version="NTA 3.2 Dev Build 3.2.16")))

    @pytest.mark.parametrize("row", ["Mean", "Mode", "SD", "D10", "D50", "D90"])
    @pytest.mark.parametrize("by", [0.2, -0.2])
    def test_an_altered_statistic_is_flagged_with_both_numbers(self, row: str, by: float) -> None:
        line = next(line for line in TWO.text.split("\n") if line.startswith(row + ","))
        cells = line.split(",")
        printed = float(cells[2])
        cells[2] = f"{printed + by:.1f}"
        reading = read(with_row(TWO.text, row + ",", ",".join(cells)))
        comparison = compared(runs(reading)[1].agreement)[f"{row.lower()}_nm"]
        assert not comparison.within
        assert comparison.tolerance < 0.06
        assert runs(reading)[0].agreement.within_rounding is True
        places = [i.where for i in reading.issues if i.code == "STATISTICS_DISAGREE"]
        assert (line_of(TWO.text, row + ","), "3") in [(w.line, w.column) for w in places]

    def test_an_altered_percentile_is_flagged_once(self) -> None:
        row = next(line for line in TWO.text.split("\n") if line.startswith("37,"))
        cells = row.split(",")
        cells[1] = f"{float(cells[1]) + 5:.1f}"
        reading = read(with_row(TWO.text, "37,", ",".join(cells)))
        issue = next(i for i in reading.issues if i.code == "STATISTICS_DISAGREE")
        assert codes(reading) == ["STATISTICS_DISAGREE"]
        assert issue.found.startswith("percentile_37_nm")
        assert issue.where.field == "Size Data / Number / Percentile 37"

    def test_an_altered_concentration_is_flagged(self) -> None:
        text = TWO.text.replace("(Particles / ml),3.10e+08,", "(Particles / ml),3.12e+08,")
        comparison = compared(runs(read(text))[0].agreement)["concentration"]
        assert (comparison.within, comparison.reported) == (False, 3.12e8)
        assert comparison.recomputed == pytest.approx(3.1e8, rel=1e-5)

    def test_percentiles_0_and_100_are_kept_and_not_compared(self) -> None:
        text = with_row(with_row(TWO.text, "0,", "0,0.0,0.0,"), "100,", "100,999.0,999.0,")
        run = runs(read(text))[0]
        assert run.agreement.within_rounding is True
        assert run.percentiles_nm is not None
        assert (run.percentiles_nm.size, run.percentiles_nm[0], run.percentiles_nm[100]) == (101, 0.0, 999.0)

    @settings(max_examples=15, deadline=None)
    @given(
        version=st.sampled_from(["3.2", "3.3", "3.4"]),
        median=st.floats(40, 300),
        spread=st.floats(0.05, 0.45),
        exponent=st.floats(6.0, 10.5),
        factor=st.sampled_from([None, 20.0, 1000.0]),
    )
    def test_what_the_vendor_prints_is_always_reproduced(
        self, version: str, median: float, spread: float, exponent: float, factor: float | None
    ) -> None:
        videos = tuple(Video(f"a_0{i}", median + 3 * i, spread, 10.0**exponent, factor) for i in range(2))
        reading = read(Experiment(version, videos))
        for run in runs(reading):
            assert not [c for c in run.agreement.compared if not c.within]
        assert reading.summary is not None
        assert not [c for c in reading.summary.agreement.compared if not c.within]


class TestDilution:
    def test_not_recorded_is_not_known(self) -> None:
        total = runs(read(TWO))[0]
        assert dataclasses.asdict(total.dilution) == {
            "factor": None,
            "source": "not stated",
            "already_applied": False,
            "correction": 1.0,
        }
        concentration = total.concentration_total_per_ml
        assert (concentration.reported, concentration.undiluted, concentration.as_printed) == (3.1e8, None, 3.1e8)

    def test_a_recorded_factor_is_divided_out_once(self) -> None:
        plain, diluted = (read(Experiment(videos=(Video(factor=f), Video("evs_01", factor=f)))) for f in (None, 1000.0))
        bare, run = runs(plain)[0], runs(diluted)[0]
        total = run.concentration_total_per_ml
        assert (run.dilution.factor, run.dilution.source, run.dilution.already_applied) == (1000.0, "file", True)
        assert (total.as_printed, total.undiluted, total.reported) == (3.1e11, 3.1e11, 3.1e8)
        assert total.recomputed == pytest.approx(3.1e8)
        assert run.concentration_per_ml is not None
        assert bare.concentration_per_ml is not None
        np.testing.assert_allclose(run.concentration_per_ml, bare.concentration_per_ml, atol=1)
        assert codes(diluted) == ["DILUTION_APPLIED"]

    def test_other_weightings_are_as_measured_too(self) -> None:
        made = [Experiment("3.3", (Video(factor=f), Video("evs_01", factor=f)), SIX[:3]) for f in (None, 1000.0)]
        plain, diluted = (runs(read(e))[0].other_weightings[1].value for e in made)
        np.testing.assert_allclose(diluted, plain, rtol=1e-3, atol=1)

    @pytest.mark.parametrize(
        ("hint", "experiment"),
        [
            ("d200", replace(ONE, sample="EMT1 d200 pre2")),
            ("d20", replace(ONE, sample="d20")),
            ("1-100", replace(ONE, sample="bm-msc 1-100")),
            ("1:500", replace(ONE, diluent="PBS 1:500")),
            ("10X", replace(ONE, diluent="10X diluido")),
            ("900ul", replace(ONE, diluent="900ul PBS + 100ul sample")),
            ("1000", replace(ONE, videos=(Video("exo_1000_00"),))),
            ("3000", replace(ONE, videos=(Video("GD14_Pexo_3000_00"),))),
        ],
    )
    def test_what_looks_like_a_dilution_is_quoted_and_not_used(self, hint: str, experiment: Experiment) -> None:
        reading = read(experiment)
        note = next(i for i in reading.issues if i.code == "DILUTION_HINT")
        assert f"'{hint}' in" in note.found
        assert "not used" in note.expected
        assert note.severity == "note"
        assert runs(reading)[0].dilution.factor is None
        assert reading.verdict == "accepted"

    @pytest.mark.parametrize("name", ["evs_00", "100nmbeads_00", "evs 2021-04-01 15-20-10", "GD14_01", "CD63"])
    def test_ordinary_names_look_like_none(self, name: str) -> None:
        assert codes(read(replace(ONE, videos=(Video(name),)))) == []

    def test_a_jump_between_videos_is_flagged(self) -> None:
        """One video's concentration was multiplied by a dilution that its row does not record."""
        jumped = Video("evs_01", total=3.1e11, per_particle=6.6e9)
        assert "DILUTION_DOUBTFUL" in codes(read(replace(TWO, videos=(Video("evs_00"), jumped))))

    def test_too_much_for_the_particles_seen_is_flagged(self) -> None:
        videos = tuple(Video(f"evs_0{i}", total=3.1e11, per_particle=6.6e9) for i in range(2))
        reading = read(replace(TWO, videos=videos))
        assert codes(reading).count("DILUTION_DOUBTFUL") == 2

    def test_a_recorded_factor_that_was_not_applied_is_flagged(self) -> None:
        videos = tuple(Video(f"evs_0{i}", factor=1000.0, per_particle=6e3) for i in range(2))
        assert "DILUTION_DOUBTFUL" in codes(read(replace(TWO, videos=videos)))

    @pytest.mark.parametrize("text", ["0.00e+00", "5.00e-01", "unknown", "1:1000", ""])
    def test_a_factor_that_is_none_is_refused(self, text: str) -> None:
        row = f"{DILUTION},Not recorded,{text},"
        issue = refusal(with_row(TWO.text, DILUTION, row)).issues[0]
        assert issue.code in {"OUT_OF_RANGE", "NOT_A_NUMBER"}
        assert (issue.where.line, issue.where.column) == (line_of(TWO.text, DILUTION), "3")


class TestVideosWithoutData:
    def test_they_are_kept_invalid_and_report_nothing(self) -> None:
        reading = read(merged())
        failed = runs(reading)[1]
        assert failed.validity.valid is False
        assert failed.validity.reasons == (
            "no completed track",
            "the printed concentration is 0",
            "the size distribution is empty",
            "the instrument says of the concentration: Unreliable",
        )
        for rule in (failed.statistics.reported, failed.statistics.vendor, failed.statistics.standard):
            assert set(dataclasses.astuple(rule)) == {None}
        total = failed.concentration_total_per_ml
        assert (total.reported, total.recomputed, total.as_printed) == (None, None, 0.0)
        assert failed.percentiles_nm is None
        assert failed.agreement.within_rounding is None
        assert failed.settings["temperature_degC"] == 25.013
        note = next(i for i in reading.issues if i.code == "NO_DATA")
        assert (note.severity, note.where.column) == ("warning", "3")

    def test_no_frames_make_a_video_invalid(self) -> None:
        first = runs(read(replace(TWO, videos=(Video("evs_00", frames=0), Video("evs_01")))))[0]
        assert first.validity.valid is False
        assert "no frame was analysed" in first.validity.reasons

    def test_a_concentration_without_a_distribution_is_flagged(self) -> None:
        """Seen in a real file: 19 completed tracks, none valid."""
        text = merged().text
        row = next(line for line in text.split("\n") if line.startswith("Concentration (P"))
        reading = read(with_row(text, "Concentration (P", row.replace("0.00e+00", "2.08e+06")))
        assert "STATISTICS_DISAGREE" in codes(reading)
        total = runs(reading)[1].concentration_total_per_ml
        assert (total.reported, total.recomputed) == (2.08e6, None)

    def test_a_size_without_a_distribution_is_flagged(self) -> None:
        text = merged().text
        cells = next(line for line in text.split("\n") if line.startswith("Mean,")).split(",")
        cells[2] = "101.3"
        reading = read(with_row(text, "Mean,", ",".join(cells)))
        assert any(i.code == "STATISTICS_DISAGREE" and "mean_nm 101.3" in i.found for i in reading.issues)
        assert runs(reading)[1].statistics.reported.mean_nm is None


class TestUnread:
    def test_unknown_keys_and_sections_are_listed_and_noted(self) -> None:
        text = TWO.text.replace("[Settings]", "Humidity/%,40,41,\n[Settings]")
        text = text.replace("[Data Included]", "[Extra]\nLamp,on,\n[Data Included]")
        reading = read(text)
        assert reading.unread == ("Conditions / Humidity/%", "Extra / Lamp")
        assert [(i.code, i.severity) for i in reading.issues] == [("UNREAD", "note")]

    def test_a_row_that_every_version_writes_is_missed(self) -> None:
        reading = read(with_row(TWO.text, "Temperature/C", None))
        assert codes(reading) == ["MISSING_KEY"]
        assert "temperature_degC" not in runs(reading)[0].settings

    def test_a_new_flag_of_the_instrument_is_kept(self) -> None:
        text = TWO.text.replace("[Data Included]", "Flow detected,No,High flow,\n[Data Included]")
        flags = [run.validity.flags["Information / Flow detected"] for run in runs(read(text))]
        assert flags == ["No", "High flow"]

    def test_a_block_that_is_not_declared_is_flagged(self) -> None:
        text = with_row(Experiment("3.3", blocks=SIX[:2]).text, "Size distribution - Surface", None)
        assert codes(read(text)) == ["UNDECLARED_BLOCK"]

    def test_another_analysis_is_flagged(self) -> None:
        assert codes(read(TWO.text.replace("FTLA", "Raw"))) == ["UNKNOWN_ANALYSIS_METHOD"]


THREE = Experiment("3.3", blocks=SIX[:3])
REFUSED: dict[str, tuple[str, Callable[[str], str]]] = {
    "older software": ("UNSUPPORTED_VERSION", lambda t: t.replace("NTA 3.4 Build 3.4.003", "NTA 3.1 Build 3.1.54", 1)),
    "newer software": ("UNSUPPORTED_VERSION", lambda t: t.replace("with NTA 3.4 B", "with NTA 3.40 B", 1)),
    "no version": ("UNSUPPORTED_VERSION", lambda t: t.replace("Created with", "Made by", 1)),
    "two in a single": ("NO_RUNS", lambda t: t.replace("Experiment Summary", "Single Analysis Summary", 1)),
    "no results": ("MISSING_SECTION", lambda t: t.replace("[Results]", "Results", 1)),
    "section twice": ("DUPLICATE_SECTION", lambda t: t.replace("[Settings]", "[Conditions]", 1)),
    "key twice": ("DUPLICATE_KEY", lambda t: t.replace("Viscosity/cP", "Temperature/C", 1)),
    "statistic twice": ("DUPLICATE_KEY", lambda t: t.replace("\nMode,", "\nMean,", 1)),
    "no file names": ("MISSING_KEY", lambda t: with_row(t, "Filename:", None)),
    "empty file name": ("NO_RUNS", lambda t: t.replace("Filename:,evs_00,", "Filename:,,", 1)),
    "no file name": ("NO_RUNS", lambda t: with_row(t, "Filename:", "Filename:,,,")),
    "no concentration": ("MISSING_KEY", lambda t: with_row(t, "Concentration (P", None)),
    "no frames": ("MISSING_KEY", lambda t: with_row(t, "Total frames", None)),
    "no D50": ("MISSING_KEY", lambda t: with_row(t, "D50,", None)),
    "runs swapped": ("RUN_NAMES_DIFFER", swapped),
    "run missing": ("RUN_NAMES_DIFFER", lambda t: t.replace("Filename,evs_00,evs_01,Ave", "Filename,evs_00,Ave", 1)),
    "average swapped": ("WRONG_HEADINGS", lambda t: t.replace("Average,Standard Error", "Standard Error,Average", 1)),
    "bin columns swapped": (
        "WRONG_HEADINGS",
        lambda t: t.replace("l),Concentration average,", "l),Standard Error,", 1),
    ),
    "bin column lost": ("WRONG_HEADINGS", lambda t: t.replace("Concentration (particles / ml),", "", 1)),
    "percentile column lost": ("WRONG_HEADINGS", lambda t: t.replace("Size (nm),", "", 1)),
    "bins in micrometres": ("WRONG_HEADINGS", lambda t: t.replace("Bin centre (nm)", "Bin centre (um)", 1)),
    "setting lost": ("WRONG_WIDTH", lambda t: with_row(t, "Laser Type", "Laser Type,Blue488")),
    "setting too many": ("WRONG_WIDTH", lambda t: with_row(t, "Laser Type", "Laser Type,Blue488,Red,Red,")),
    "flag lost": ("WRONG_WIDTH", lambda t: with_row(t, "Brightness", "Brightness,OK")),
    "drift lost": ("WRONG_WIDTH", lambda t: with_row(t, "X-Drift", "X-Drift (pix/frame),-3.8,")),
    "mean without error": ("WRONG_WIDTH", lambda t: with_row(t, "Mean,", "Mean,120.1,121.0,120.5,")),
    "ragged bin": ("WRONG_WIDTH", lambda t: with_row(t, "50.5,", "50.5,0,0,0,")),
    "ragged percentile": ("WRONG_WIDTH", lambda t: with_row(t, "50,", "50,120.1,")),
    "text in a setting": ("NOT_A_NUMBER", lambda t: with_row(t, "Temperature/C", "Temperature/C,warm,25.0,")),
    "text in a result": ("NOT_A_NUMBER", lambda t: with_row(t, "Particles per frame", "Particles per frame,a,1,1,1,")),
    "text in a bin": ("NOT_A_NUMBER", lambda t: with_row(t, "50.5,", "50.5,0,ERR,0,0,")),
    "NaN in a bin": ("NOT_A_NUMBER", lambda t: with_row(t, "50.5,", "50.5,0,NaN,0,0,")),
    "infinity in a bin": ("NOT_A_NUMBER", lambda t: with_row(t, "50.5,", "50.5,0,inf,0,0,")),
    "too large a bin": ("OUT_OF_RANGE", lambda t: with_row(t, "50.5,", "50.5,0,1e308,0,0,")),
    "too large for a float": ("NOT_A_NUMBER", lambda t: with_row(t, "50.5,", "50.5,0,1e999,0,0,")),
    "a number of signs": ("NOT_A_NUMBER", lambda t: with_row(t, "50.5,", "50.5,0,1e+-4,0,0,")),
    "an empty bin cell": ("NOT_A_NUMBER", lambda t: with_row(t, "50.5,", "50.5,,0,0,0,")),
    "NaN in a statistic": ("NOT_A_NUMBER", lambda t: with_row(t, "Mean,", "Mean,nan,121.0,120.5,0.4,")),
    "negative bin": ("OUT_OF_RANGE", lambda t: with_row(t, "50.5,", "50.5,0,-4,0,0,")),
    "negative concentration": (
        "OUT_OF_RANGE",
        lambda t: t.replace("(Particles / ml),3.10e+08", "(Particles / ml),-3.10e+08", 1),
    ),
    "negative tracks": ("OUT_OF_RANGE", lambda t: with_row(t, "Completed tracks", "Completed tracks,-1,5,")),
    "half a track": ("NOT_WHOLE", lambda t: with_row(t, "Valid Tracks", "Valid Tracks,10.5,11.0,")),
    "decimal comma": ("WRONG_WIDTH", lambda t: with_row(t, "Shutter/ms", "Shutter/ms,31,48,31,48,")),
    "quoted decimal comma": ("NOT_A_NUMBER", lambda t: with_row(t, "Shutter/ms", 'Shutter/ms,"31,48","31,48",')),
    "semicolons": ("DELIMITER", lambda t: t.replace(",", ";")),
    "tabs": ("DELIMITER", lambda t: t.replace(",", "\t")),
    "missing bin": ("BIN_COUNT", lambda t: with_row(t, "50.5,", None)),
    "missing first bin": ("BIN_COUNT", lambda t: with_row(t, "0.5,", None)),
    "blank row in the bins": ("BIN_COUNT", lambda t: with_row(t, "50.5,", ",,,,,")),
    "bin twice": ("BIN_CENTRES", lambda t: t.replace("\n50.5,", "\n49.5,", 1)),
    "bins exchanged": (
        "BIN_CENTRES",
        lambda t: t.replace("\n50.5,", "\nX,").replace("\n51.5,", "\n50.5,").replace("\nX,", "\n51.5,"),
    ),
    "missing percentile": ("TRUNCATED", lambda t: with_row(t, "50,", None)),
    "no percentiles": ("TRUNCATED", lambda t: t[: t.index("\nPercentile") + 1]),
    "no bins": ("TRUNCATED", lambda t: t[: t.index("\nBin centre") + 1]),
    "half a file": ("TRUNCATED", lambda t: t[: len(t) // 2]),
    "NUL": ("NUL_BYTE", lambda t: t.replace("PBS", "PB\x00", 1)),
}


class TestRefused:
    @pytest.mark.parametrize("case", REFUSED)
    def test_with_code_and_place(self, case: str) -> None:
        code, edit = REFUSED[case]
        text = edit(TWO.text)
        assert text != TWO.text, "the edit changes nothing"
        error = refusal(text)
        assert error.issues[0].code == code
        assert error.issues[0].where.line is not None or code in {"MISSING_SECTION", "MISSING_KEY"}
        assert error.issues[0].found
        assert error.issues[0].expected

    def test_names_line_column_and_what_was_found(self) -> None:
        issue = refusal(with_row(TWO.text, "50.5,", "50.5,0,ERR,0,0,")).issues[0]
        assert (issue.where.line, issue.where.column) == (line_of(TWO.text, "50.5,"), "3")
        assert issue.where.field == "Size Data / Number / Graph Data"
        assert "'ERR'" in issue.found

    def test_every_bad_cell_of_a_table_is_named_up_to_ten(self) -> None:
        text = TWO.text
        for k in range(40, 55):
            text = with_row(text, f"{k}.5,", f"{k}.5,x,0,0,0,")
        assert len(refusal(text).issues) == 10

    @pytest.mark.parametrize("version", ["2.3", "3.0", "3.1", "3.5", "10.2"])
    def test_an_unknown_version_is_named(self, version: str) -> None:
        text = TWO.text.replace("Created with NTA 3.4", f"Created with NTA {version}")
        assert version in refusal(text).issues[0].found

    @pytest.mark.parametrize("lost", range(3))
    def test_a_declared_block_that_is_absent(self, lost: int) -> None:
        text = THREE.text
        starts = [i for i in range(len(text)) if text.startswith("Weighting,", i)] + [len(text)]
        without = text[: starts[lost]] + text[starts[lost + 1] :]
        assert refusal(without).issues[0].code == "TRUNCATED"

    def test_a_block_twice(self) -> None:
        text = THREE.text
        again = text[text.index("Weighting,Volume") :]
        assert refusal(text + again).issues[0].code == "DUPLICATE_BLOCK"

    def test_an_unknown_weighting(self) -> None:
        assert refusal(TWO.text.replace("Weighting,Number", "Weighting,Mass")).issues[0].code == "UNKNOWN_WEIGHTING"

    def test_no_number_weighting(self) -> None:
        text = replace(THREE, blocks=SIX[1:3]).text
        assert refusal(text).issues[0].code == "NO_NUMBER_DISTRIBUTION"

    @pytest.mark.parametrize("data", [b"", b"\n\n", TWO.text.encode("utf-16") + b"x"], ids=["empty", "blank", "utf-16"])
    def test_no_text(self, data: bytes) -> None:
        assert refusal(data).issues[0].code in {"EMPTY_FILE", "ENCODING"}


class TestRecognised:
    @pytest.mark.parametrize(
        ("head", "is_ours"),
        [
            ("NTA Experiment Summary File\nCreated with NTA 3.2 Dev Build 3.2.16\n", True),
            ("NTA Experiment Summary File,,,,,\r\n", True),
            ("\ufeffNTA Experiment Summary File,\n", True),
            ("NTA Experiment Summary File;;;\n", True),
            ("NTA Single Analysis Summary File,\n", True),
            ("particle_size,evs_1000_00,evs_1000_01\n0.5,0,0\n", False),
            ("Original File:\tsize.txt\n", False),
            ("\nNTA Experiment Summary File\n", False),
            ("", False),
        ],
    )
    def test_by_line_1(self, head: str, is_ours: bool) -> None:
        assert nanosight.recognises(ExportFile("any.txt", head.encode())) is is_ours

    @given(st.binary(max_size=300))
    def test_random_bytes_are_not(self, data: bytes) -> None:
        assert not nanosight.recognises(ExportFile("ExperimentSummary.csv", data))


class TestOddNumbers:
    """Cells that are numbers to a computer and nonsense to an instrument: no overflow, no traceback."""

    @pytest.mark.parametrize("cell", ["0e300", "0e99999999", "1e-400", "1e-310", "1e30", "000", "0.4", "+7", "1.5e2"])
    def test_in_a_bin(self, cell: str) -> None:
        reading = read(with_row(TWO.text, "50.5,", f"50.5,{cell},0,0,0,"))
        assert to_json(reading)

    @pytest.mark.parametrize("row", ["Mean,", "Concentration (P", "Particles per frame"])
    def test_in_a_result(self, row: str) -> None:
        line = next(line for line in TWO.text.split("\n") if line.startswith(row))
        cells = line.split(",")
        for cell in ("1e30", "1e-310", "0e99"):
            cells[1] = cell
            assert "STATISTICS_DISAGREE" in codes(read(with_row(TWO.text, row, ",".join(cells))))

    @pytest.mark.parametrize("filled", [range(1000), [100], [0], [999]], ids=["all", "one", "first", "last"])
    def test_tiny_bins(self, filled: list[int]) -> None:
        text = TWO.text
        start = text.index("\n", text.index("\nBin centre") + 1) + 1
        end = text.index("\nPercentile")
        cells = ["1e-300" if k in filled else "0" for k in range(1000)]
        rows = "".join(f"{k + 0.5},{cell},{cell},0,0,\n" for k, cell in enumerate(cells))
        assert to_json(read(text[:start] + rows + text[end:]))


class TestRowsOfSettings:
    def test_a_row_that_lacks_the_value_of_one_video_is_flagged(self) -> None:
        text = TWO.text
        row = text.splitlines()[line_of(text, "Temperature/C,") - 1]
        key, *cells = row.split(",")
        assert "ROW_UNSURE" not in codes(read(text))
        shorter = ",".join([key, *[cell for cell in cells if cell][1:], ""])
        reading = read(with_row(text, "Temperature/C,", shorter))
        assert "ROW_UNSURE" in codes(reading)


class TestTruncated:
    def survivors(self, text: str, cuts: list[int]) -> list[int]:
        """The cuts that are read; the numbers of each are those of the whole."""
        whole = [to_plain(run) for run in runs(read(text))]
        data, kept = text.encode("cp1252"), []
        for cut in cuts:
            try:
                reading = read(data[:cut])
            except InputError:
                continue
            assert [to_plain(run) for run in runs(reading)] == whole, f"cut at byte {cut} gives other numbers"
            kept.append(cut)
        return kept

    @pytest.mark.parametrize("experiment", [TWO, replace(TWO, percentiles=False)], ids=["percentiles", "none"])
    def test_near_the_end_at_every_byte(self, experiment: Experiment) -> None:
        size = len(experiment.data)
        kept = self.survivors(experiment.text, [*range(size - 120, size), *range(0, size - 120, 997)])
        assert kept
        assert min(kept) > size - 5

    @pytest.mark.slow
    @pytest.mark.parametrize("experiment", [ONE, excel(ONE.text)], ids=["native", "spreadsheet"])
    def test_at_every_byte(self, experiment: Experiment | str) -> None:
        text = experiment if isinstance(experiment, str) else experiment.text
        size = len(text.encode("cp1252"))
        assert min(self.survivors(text, list(range(size)))) > size - 10

    @settings(max_examples=60, deadline=None)
    @given(start=st.integers(0, len(TWO.data)), length=st.integers(1, 4000), put=st.binary(max_size=6))
    def test_a_hole_is_read_or_refused_and_nothing_else(self, start: int, length: int, put: bytes) -> None:
        data = TWO.data
        with suppress(InputError):
            reading = read(data[:start] + put + data[start + length :])
            assert all(run.concentration_per_ml is not None for run in runs(reading))


class TestSamples:
    def test_they_are_what_the_generator_writes(self) -> None:
        for name, data in samples().items():
            assert (HERE / name).read_bytes() == data, name

    def test_none_is_left_over(self) -> None:
        assert {p.name for p in HERE.glob("*.csv")} == set(samples())

    @pytest.mark.parametrize("name", samples())
    def test_they_are_read_or_refused_as_their_names_say(self, name: str) -> None:
        data = samples()[name]
        if ".reject." in name:
            assert refusal(data).issues
        else:
            assert all(run.agreement.within_rounding in {True, None} for run in runs(read(data)))


@needs_corpus
class TestRealFiles:
    @pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
    def test_every_printed_number_is_reproduced(self, path: Path) -> None:
        reading = read(path.read_bytes())
        for run in runs(reading):
            assert not [c for c in run.agreement.compared if not c.within]
            assert run.agreement.within_rounding is True or run.validity.valid is False
        assert reading.summary is not None
        assert reading.summary.agreement.within_rounding is True
        assert reading.unread == ()

    def test_there_are_as_many_as_there_are(self) -> None:
        readings = [read(path.read_bytes()) for path in REAL]
        compared_with = [len(run.agreement.compared) for r in readings for run in runs(r)]
        assert (len(readings), len(compared_with)) == (9, 103)
        assert sum(compared_with) == 92 * 11

    def test_tolerances_are_hardly_more_than_the_print(self) -> None:
        for path in REAL:
            for run in runs(read(path.read_bytes())):
                d_values = [c for n, c in compared(run.agreement).items() if n in {"d10_nm", "d50_nm", "d90_nm"}]
                assert all(c.tolerance < 0.052 for c in d_values)

    def test_a_cleaned_table_under_the_native_name_is_not_ours(self) -> None:
        for path in corpus_files("nta/nanosight_user_cleaned"):
            assert not nanosight.recognises(ExportFile(path.name, path.read_bytes()))


class TestTablesReadAsAWhole:
    """Rows that hold nothing are compared as text, the others taken apart: together every cell is what it says."""

    EMPTY = ",0,0,0,"

    def rows(self, filled: dict[int, str]) -> list[str]:
        body = [f"{k}.5{filled.get(k, self.EMPTY)}" for k in range(_grids.BINS)]
        return ["Bin centre (nm),a,b,c,", *body, ",,,,"]

    @given(
        st.dictionaries(
            st.integers(0, 999), st.tuples(*[st.integers(0, 10**9)] * 3).map(lambda n: f",{n[0]},{n[1]},{n[2]},")
        )
    )
    def test_every_cell_is_what_float_makes_of_it(self, filled: dict[int, str]) -> None:
        lines = self.rows(filled)
        grid = _grids.grid_below(lines, 0)
        assert grid is not None
        assert grid.tolist() == [[float(cell) for cell in line.split(",")[:4]] for line in lines[1:-1]]

    @pytest.mark.parametrize(
        ("at", "line"),
        [
            (7, "7.6,0,0,0,"),
            (7, "8.5,0,0,0,"),
            (7, "7.5,0,0,"),
            (7, "7.5,0,0,0,0,"),
            (7, "7.5,0,0.0,0,"),
            (7, "7,5,0,0.0,0,"),
            (7, "7.5,0,x,0,"),
            (7, "7.5,0,nan,0,"),
            (7, "7.5,0,-1,0,"),
            (999, "999.5,0,,0,"),
        ],
    )
    def test_anything_unusual_is_left_to_the_cells(self, at: int, line: str) -> None:
        lines = self.rows({500: ",1,2,3,"})
        lines[at + 1] = line
        assert _grids.grid_below(lines, 0) is None
