"""The ZetaView reader on synthetic exports of known content, on damaged ones, and on real files where they are."""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import zetaview
from evqc.instruments._export import ExportFile, load
from evqc.instruments._many import read as read_paths
from evqc.instruments.zetaview import _header, _statistics, _tables
from evqc.measurement import Quantity, SizeDistribution, SizeStatistics, State
from evqc.reading import Reading, refused
from evqc.records import to_json
from tests.instruments.zetaview import native
from tests.instruments.zetaview.native import COMPACT, HEADING, SEPARATOR, TRACES, Row, Size
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

REAL = corpus_files("nta/zetaview")


def read(data: bytes | str, name: str = "run_size_488.txt") -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile(name, data if isinstance(data, bytes) else data.encode("cp1252"))
    try:
        return zetaview.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=zetaview.NAME)


def run_of(reading: Reading) -> SizeDistribution:
    assert reading.verdict != "refused", reading.issues
    run = reading.measurements[0]
    assert isinstance(run, SizeDistribution)
    return run


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


# What a good file gives


@pytest.mark.parametrize("version", ["8.05.14 SP7", "8.05.16 SP3", "8.06.01 SP1"])
@pytest.mark.parametrize("comma", [False, True])
def test_a_size_file_of_every_version_gives_what_was_written(version: str, comma: bool) -> None:
    reading = read(Size(version=version).bytes(comma=comma))
    run = run_of(reading)
    assert (reading.verdict, codes(reading), reading.software_version) == ("accepted", [], version)
    assert (run.sample, run.run, run.acquired_at) == ("F8-1000", "20250219_0002", "2025-02-19T13:05:09")
    assert run.count is not None
    assert {float(x): int(n) for x, n in zip(run.diameter_nm.lower + 2.5, run.count, strict=True) if n} == TRACES
    assert run.agreement.within_rounding is True
    assert len(run.agreement.compared) == 6
    assert run.settings["conductivity_uS_per_cm"] == (65.0 if version.startswith("8.06") else 14912.0)


def test_the_classes_are_centred_on_the_printed_sizes_without_their_rounding() -> None:
    bins = run_of(read(Size().bytes())).diameter_nm
    assert bins.lower.tolist() == [5.0 * k for k in range(1200)]
    assert bins.upper.tolist() == [5.0 * (k + 1) for k in range(1200)]


def test_vendor_and_standard_d50_lie_half_a_class_apart() -> None:
    statistics = run_of(read(Size().bytes())).statistics
    # 90 traces: 43 up to 92.5 nm, 25 more at 97.5 nm.
    assert statistics.vendor.d50_nm == pytest.approx(92.5 + 5 * 2 / 25, abs=1e-9)
    assert statistics.reported == SizeStatistics(d50_nm=92.9)
    assert statistics.standard.d50_nm == pytest.approx(95.4, abs=1e-9)
    assert statistics.vendor.mode_nm is None


def test_vendor_mean_and_sd_are_of_the_counted_traces_with_n_minus_1() -> None:
    x = np.repeat(list(TRACES), list(TRACES.values()))
    vendor = run_of(read(Size().bytes())).statistics.vendor
    assert vendor.mean_nm == pytest.approx(x.mean(), rel=1e-12)
    assert vendor.sd_nm == pytest.approx(x.std(ddof=1), rel=1e-12)


def test_the_concentration_is_of_the_diluted_suspension_and_the_log_table_is_not_added() -> None:
    run = run_of(read(Size(correction=1.25).bytes()))
    total = run.concentration_total_per_ml
    assert total.recomputed == pytest.approx(90 * 104733.6, rel=1e-4)
    assert total.reported is None
    assert total.undiluted == pytest.approx(90 * 104733.6 * 500 * 1.25, rel=1e-4)
    assert (run.dilution.factor, run.dilution.source, run.dilution.already_applied) == (500.0, "file", False)
    assert run.dilution.correction == 1.25


def test_the_volume_column_is_a_weighting_of_the_traces_and_no_concentration() -> None:
    volume = run_of(read(Size().bytes())).other_weightings[0]
    expected = sum(n * np.pi / 6 * d**3 for d, n in TRACES.items())
    assert (volume.by, volume.unit, volume.value_unit) == ("volume", "nm", "nm3")
    assert volume.value.sum() == pytest.approx(expected, rel=1e-3)
    assert volume.vendor["d50"] == pytest.approx(volume.reported["d50"], abs=0.01)


def test_settings_carry_their_units_and_nan_is_missing() -> None:
    found = run_of(read(Size().bytes())).settings
    expected = {
        "temperature_degC": 24.64, "temperature_source": "sensed", "set_temperature_degC": None,
        "viscosity_mPa_s": 0.907,
        "conductivity_uS_per_cm": 65.0, "conductivity_source": "sensed", "ph": 7.0, "ph_source": "entered",
        "sensitivity": 80.0, "shutter": 100.0, "frame_rate_per_s": 30.0, "cycles": 2, "frames_per_cycle": 30,
        "min_brightness": 30, "max_brightness": 255, "min_area": 10, "max_area": 1000, "min_trace_length": 15,
        "laser_wavelength_nm": 488.0, "filter": "Scatter", "sop": "EV_488", "serial_number": "99-0001",
        "cell_serial_number": "000-000-00-000-000-0", "electrolyte": "PBS", "operator": "A. Person",
        "nm_per_class": 5.0, "brightness": None, "positions": "11", "camera_trigger_delay_us": 0,
    }  # fmt: skip
    assert {key: found.get(key, "absent") for key in expected} == expected


def test_settings_that_a_version_does_not_have_are_absent() -> None:
    found = run_of(read(Size(version="8.05.14 SP7").bytes())).settings
    assert "sensitivity" not in found
    assert found["serial_number"] == "99-0001"
    assert found["camera_trigger_delay_us"] == 0


def test_what_no_measurement_uses_is_listed() -> None:
    unread = read(Size().bytes()).unread
    assert {"Multi-Threshold", "DelayTime", "OscillatorFrames", "ZP Factor", "Area / nm^2"} <= set(unread)
    assert not {"Dilution", "Median Volume (D50)", "Results (Pos 0.099990)", "Size Distribution"} & set(unread)


@pytest.mark.parametrize(
    ("checked", "result", "at", "noted"),
    [
        ("1904-01-01 05:30:00", "never checked", None, ["NEVER_CHECKED"]),
        ("1904-01-01 01:00:00", "never checked", None, ["NEVER_CHECKED"]),
        ("2025-02-19 12:34:56", "too high", "2025-02-19 12:34:56", []),
    ],
)
def test_a_drift_check_that_never_took_place_says_nothing(
    checked: str, result: str, at: str | None, noted: list[str]
) -> None:
    reading = read(Size(drift=checked).bytes())
    validity = run_of(reading).validity
    assert (validity.drift_check, validity.drift_checked_at, codes(reading)) == (result, at, noted)
    assert ("Particle Drift Check Result" in validity.flags) == (not noted)
    assert reading.verdict == "accepted"


def test_validity_holds_what_the_file_says() -> None:
    validity = run_of(read(Size().bytes())).validity
    assert (validity.valid, validity.completed_tracks, validity.valid_tracks) == (True, 90, 90)
    assert validity.particles_per_frame == 30.606061
    assert validity.cell_check == "Very Good"


def test_a_run_without_traces_is_kept_and_has_no_number() -> None:
    reading = read(Size(traces={}, per_frame=0.0).bytes())
    run = run_of(reading)
    assert (reading.verdict, codes(reading)) == ("flagged", ["ZERO_TRACES"])
    assert run.count is not None
    assert run.concentration_per_ml is not None
    assert run.count.shape == run.concentration_per_ml.shape == run.diameter_nm.lower.shape == (0,)
    total = run.concentration_total_per_ml
    assert (total.reported, total.recomputed, total.undiluted) == (None, None, None)
    assert run.statistics.reported == run.statistics.vendor == run.statistics.standard == SizeStatistics()
    assert (run.validity.valid, run.validity.reasons) == (False, ("no trace was completed",))
    assert run.agreement.within_rounding is None
    assert len(run.to_pandas()) == 0


def test_line_feeds_utf8_and_padding_by_a_spreadsheet_change_nothing() -> None:
    text = Size().text()
    whole = run_of(read(text))
    for data in (text.replace("\r\n", "\n").encode("cp1252"), text.encode("utf-8"), text.encode("utf-8-sig")):
        assert run_of(read(data)) == whole
    padded = run_of(read(text.replace("\r\n", "\t\t\r\n")))
    assert np.array_equal(padded.count, whole.count)  # type: ignore[arg-type]  # both are there
    assert padded.statistics == whole.statistics


def test_a_sample_that_ends_in_a_colon_and_one_without_name() -> None:
    text = Size().text()
    assert run_of(read(native.replaced(text, "Sample:", "Sample:\tF8:"))).sample == "F8:"
    assert run_of(read(native.replaced(text, "Sample:", "Sample:\t"))).sample is None


def test_the_run_is_named_after_the_original_file_without_experiment() -> None:
    text = native.replaced(Size().text(), "Experiment:", None)
    assert run_of(read(text)).run == "20250219_0002_F8-1000_size_488"


def test_columns_are_found_by_name() -> None:
    text = COMPACT.text()
    at = text.index(HEADING)
    rows = [row.split("\t") for row in text[at:].split("\r\n") if row]
    moved = "".join("\t".join(row[i] for i in (0, 2, 1, 4, 3)) + "\r\n" for row in rows)
    assert run_of(read(text[:at] + moved)) == run_of(read(text))


# What the file says twice


def with_traces(text: str, n: int) -> str:
    return text.replace("Number of Traces:\t90\t", f"Number of Traces:\t{n}\t")


@pytest.mark.parametrize(
    ("change", "code", "found", "expected"),
    [
        (lambda t: with_traces(t, 91), "TRACES_DISAGREE", "91", "90"),
        (
            lambda t: native.replaced(t, "Median Number", "Median Number (D50):\t95.400000"),
            "D50_DISAGREES",
            "95.4",
            "92.9",
        ),
        (
            lambda t: native.replaced(t, "Median Volume", "Median Volume (D50):\t300.000000"),
            "D50_DISAGREES",
            "300",
            "317",
        ),
        (lambda t: native.with_cell(t, "9.750E+1", 2, "2.918E+6"), "COLUMNS_DISAGREE", "2.918e+06", "2.618e+06"),
        (lambda t: native.with_cell(t, "9.750E+1", 3, "1.313E+7"), "COLUMNS_DISAGREE", "1.313e+07", "1.213e+07"),
        (lambda t: native.with_cell(t, "9.750E+1", 4, "1.967E+5"), "COLUMNS_DISAGREE", "1.967e+05", "1.867e+05"),
    ],
)
def test_a_file_that_contradicts_itself_is_flagged_with_both_numbers(
    change: Callable[[str], str], code: str, found: str, expected: str
) -> None:
    reading = read(change(Size().text()))
    assert reading.verdict == "flagged"
    issue = next(i for i in reading.issues if i.code == code)
    assert found in issue.found
    assert expected in issue.expected


def test_a_log_table_of_other_traces_is_flagged() -> None:
    head, log = Size().text().split(SEPARATOR)
    line = next(line for line in log.split("\r\n") if line and not line.split("\t")[1].startswith("0"))
    cells = line.split("\t")
    cells[1] = native.printed(float(cells[1]) + 1)
    reading = read(SEPARATOR.join([head, log.replace(line, "\t".join(cells))]))
    assert codes(reading) == ["TABLES_DISAGREE"]
    run = run_of(reading)
    assert run.count is not None
    assert run.count.sum() == 90
    assert run.agreement.within_rounding is False


def test_a_missing_median_is_flagged_and_the_others_compared() -> None:
    reading = read(native.replaced(Size().text(), "Median Number", None))
    assert codes(reading) == ["MISSING_FIELD"]
    assert run_of(reading).statistics.reported.d50_nm is None
    assert run_of(reading).agreement.within_rounding is True


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (None, "DILUTION_NOT_STATED"),
        ("0.000000", "DILUTION_NOT_STATED"),
        ("0.5", "DILUTION_NOT_STATED"),
        ("-500.0", "DILUTION_NOT_STATED"),
        ("NaN", "DILUTION_NOT_STATED"),
    ],
)
def test_a_dilution_that_is_not_stated_is_never_one(line: str | None, code: str) -> None:
    text = Size(dilution=None).text()
    if line is not None:
        text = text.replace(":\t30.606061\r\n", f":\t30.606061\tDilution::\t{line}\r\n")
    reading = read(text)
    assert (reading.verdict, codes(reading)) == ("flagged", [code])
    run = run_of(reading)
    assert (run.dilution.factor, run.dilution.source) == (None, "not stated")
    assert run.concentration_total_per_ml.undiluted is None
    assert run.concentration_total_per_ml.recomputed is not None


@pytest.mark.parametrize(
    ("start", "line", "setting"),
    [
        ("Sensitivity", "Sensitivity:\tauto", "sensitivity"),
        ("Temperature", "Temperature:\t24,64\tsensed", "temperature_degC"),
        ("Conductivity", "Conductivity:\t14.912.0\tsensed", "conductivity_uS_per_cm"),
        ("Shutter", "Shutter:\t100.000000\r\nShutter:\t150.000000", "shutter"),
        ("SOP", "SOP:\tA\r\nSOP:\tB", "sop"),
    ],
)
def test_a_setting_that_cannot_be_read_is_flagged_and_missing(start: str, line: str, setting: str) -> None:
    reading = read(native.replaced(Size().text(), start, line))
    if setting == "temperature_degC":
        assert codes(reading) == ["DECIMAL_MARK_MIXED"]
        return
    assert reading.verdict == "flagged"
    assert run_of(reading).settings[setting] is None


@pytest.mark.parametrize(
    ("start", "line"), [("Date", "Date:\t19.02.2025"), ("Time", "Time:\t25:00:00"), ("Date", "Date:\t2025-02-30")]
)
def test_a_time_that_cannot_be_read_is_flagged_and_missing(start: str, line: str) -> None:
    reading = read(native.replaced(Size().text(), start, line))
    assert codes(reading) == ["DATE_UNREAD"]
    assert run_of(reading).acquired_at is None


@given(st.lists(st.sampled_from([":", "\t", " ", "a", "b:", "\tc", "Key", ":\t", "x y", "\u00a0"]), max_size=8))
def test_the_short_way_to_the_fields_of_a_line_is_the_long_one(parts: list[str]) -> None:
    line = "".join(parts)
    short = _header._usual_field(1, line)
    assert short in ([], _header._fields_of(1, line))


def test_most_lines_go_the_short_way() -> None:
    lines = Size().text().partition("Size / nm")[0].splitlines()
    short = [line for line in lines if _header._usual_field(1, line)]
    assert len(short) > 0.8 * len(lines)


# Versions


def test_an_unverified_version_is_read_with_a_warning_while_its_d50_follow_the_rule() -> None:
    reading = read(Size(version="8.07.02 SP1").bytes())
    assert codes(reading) == ["UNVERIFIED_VERSION"]
    assert run_of(reading).agreement.within_rounding is True


@pytest.mark.parametrize("median", ["Median Number (D50):\t95.400000", None])
def test_an_unverified_version_with_other_or_no_d50_is_refused(median: str | None) -> None:
    text = Size(version="8.07.02 SP1").text()
    for start in ("Median Number", "Median Concentration", "Median Volume"):
        text = native.replaced(text, start, median and median.replace("Number", start.split()[1]))
    assert codes(read(text)) == ["UNSUPPORTED_VERSION"]


def test_a_file_analysed_by_an_unverified_version_says_so() -> None:
    text = Size().text().replace("Analyze:\t8.06.01 SP1", "Analyze:\t8.10.00")
    assert codes(read(text)) == ["UNVERIFIED_VERSION"]


# Bad input: what is wrong, where, and never a number


def cut(text: str, at: str) -> str:
    return text[: text.index(at)]


BAD: dict[str, tuple[Callable[[str], str | bytes], str, str | None]] = {
    "cut in the table": (lambda t: cut(t, "2.150E+3"), "TRUNCATED", None),
    "cut in a cell": (lambda t: cut(t, "2.150E+3") + "2.15", "TRUNCATED", None),
    "cut in the header": (lambda t: cut(t, "Viscosity"), "MISSING_TABLE", None),
    "cut before the log table": (lambda t: cut(t, "4.683E+0"), "TRUNCATED", "line 121"),
    "cut in the log table": (lambda t: cut(t, "6.025E+3"), "TRUNCATED", None),
    "a log class twice": (lambda t: t + t.split("\r\n")[-2] + "\r\n", "TRUNCATED", None),
    "utf-16 with half a character": (lambda t: t.encode("utf-16")[:-1], "ENCODING", "the whole file"),
    "utf-16 without mark": (lambda t: t.encode("utf-16-le"), "NUL_BYTE", "line 1"),
    "random bytes": (lambda _: random.Random(3).randbytes(5000), "NUL_BYTE", None),
    "empty": (lambda _: b"", "EMPTY_FILE", "the whole file"),
    "a NanoSight CSV": (
        lambda _: "NTA Experiment Summary File,,\nCreated with NTA 3.4 Build 3.4.003,,\n",
        "MISSING_TABLE",
        None,
    ),
    "saved by a spreadsheet": (lambda t: t.replace("\t", ","), "MISSING_TABLE", None),
    "quoted by a spreadsheet": (lambda t: '"' + t.replace("\t", '"\t"').replace("\r\n", '"\r\n"'), "TRUNCATED", None),
    "text in a bin": (lambda t: native.with_cell(t, "1.500E+2", 1, "ERR"), "NOT_A_NUMBER", "line 62, column Number"),
    "not a number in a bin": (
        lambda t: native.with_cell(t, "1.500E+2", 2, "NaN"),
        "NOT_A_NUMBER",
        "line 62, column Concentration / cm-3",
    ),
    "infinite": (lambda t: native.with_cell(t, "1.500E+2", 2, "1.000E+999"), "NOT_A_NUMBER", None),
    "beyond sense": (
        lambda t: native.with_cell(t, "1.500E+2", 2, "1.000E+99"),
        "OUT_OF_RANGE",
        "line 62, column Concentration / cm-3",
    ),
    "a negative count": (
        lambda t: native.with_cell(t, "1.500E+2", 1, "-4.100E+1"),
        "OUT_OF_RANGE",
        "line 62, column Number",
    ),
    "half a trace": (lambda t: native.with_cell(t, "1.500E+2", 1, "4.150E+1"), "NOT_WHOLE", "line 62, column Number"),
    "a cell too many": (lambda t: native.with_cell(t, "1.500E+2", 1, "4.100E+1\t1"), "ROW_LENGTH", "line 62"),
    "a cell too few": (lambda t: t.replace("1.500E+2\t4.100E+1\t", "1.500E+2\t"), "ROW_LENGTH", "line 62"),
    "a class left out": (lambda t: native.replaced(t, "2.150E+3", None), "SIZE_CLASSES", "line 82, column Size / nm"),
    "a size changed": (
        lambda t: native.with_cell(t, "2.150E+3", 0, "2.160E+3"),
        "SIZE_CLASSES",
        "line 82, column Size / nm",
    ),
    "log sizes that go back": (lambda t: t.replace("\r\n6.025E+3", "\r\n5.000E+3"), "SIZE_CLASSES", None),
    "no row of -1": (lambda t: native.replaced(t, SEPARATOR, None), "TRUNCATED", None),
    "two rows of -1": (lambda t: t.replace(SEPARATOR, f"{SEPARATOR}\r\n{SEPARATOR}"), "UNEXPECTED_ROW", "line 122"),
    "half a row of -1": (
        lambda t: t.replace(SEPARATOR, "-1.000E+0\t5.000E+0\t-1.000E+0\t-1.000E+0\t0.000E+0"),
        "UNEXPECTED_ROW",
        "line 121",
    ),
    "nothing but the row of -1": (
        lambda t: cut(t, HEADING) + f"{HEADING}\r\n{SEPARATOR}\r\n",
        "TRUNCATED",
        "line 61, column Size / nm",
    ),
    "names of columns swapped": (
        lambda t: t.replace("Number\tConcentration / cm-3", "Concentration / cm-3\tNumber"),
        "COLUMNS_SWAPPED",
        None,
    ),
    "volume and area swapped": (
        lambda t: t.replace("Volume / nm^3\tArea / nm^2", "Area / nm^2\tVolume / nm^3"),
        "UNEXPECTED_ROW",
        None,
    ),
    "an unknown column": (lambda t: t.replace("Area / nm^2", "Surface / nm^2"), "UNKNOWN_COLUMNS", "line 60"),
    "another unit": (lambda t: t.replace("Concentration / cm-3", "Concentration / L-1"), "UNKNOWN_COLUMNS", "line 60"),
    "a column twice": (lambda t: t.replace("Volume / nm^3", "Number"), "UNKNOWN_COLUMNS", "line 60"),
    "no table": (lambda t: cut(t, HEADING), "MISSING_TABLE", None),
    "no number of traces": (
        lambda t: native.replaced(t, "Number of Traces", None),
        "MISSING_FIELD",
        "'Number of traces'",
    ),
    "text for the number of traces": (
        lambda t: t.replace("Traces:\t90", "Traces:\tmany"),
        "NOT_A_NUMBER",
        "line 32, 'Number of Traces'",
    ),
    "text for the dilution": (
        lambda t: t.replace("::\t500.000000", "::\t1:500"),
        "NOT_A_NUMBER",
        "line 32, 'Dilution'",
    ),
    "dilution with thousands separator": (
        lambda t: t.replace("::\t500.000000", "::\t5,000.000000"),
        "NOT_A_NUMBER",
        "line 32, 'Dilution'",
    ),
    "a correction of zero": (
        lambda t: t.replace("Factor:\t1.000000", "Factor:\t0.000000"),
        "OUT_OF_RANGE",
        "line 33, 'Concentration Correction Factor'",
    ),
    "negative particles": (
        lambda t: t.replace("Particles:\t30.6", "Particles:\t-30.6"),
        "OUT_OF_RANGE",
        "line 32, 'Average Number of Particles'",
    ),
    "no software": (lambda t: native.replaced(t, "Software", None), "MISSING_FIELD", "'Software'"),
    "other software": (
        lambda t: t.replace("ZetaView (version 8.06.01 SP1)", "ZetaNavigator 1.2"),
        "UNSUPPORTED_VERSION",
        "line 6, 'Software'",
    ),
    "two dilutions": (
        lambda t: t.replace("Image Evaluation:", "Dilution::\t1000.000000"),
        "DUPLICATE_FIELD",
        "line 34, 'Dilution'",
    ),
    "another measurement": (
        lambda t: t.replace("t:\tSize Distribution", "t:\tFluorescence"),
        "MEASUREMENT_TYPE",
        "line 29, 'Type of Measurement'",
    ),
    "no type of measurement": (lambda t: native.replaced(t, "Type of Measurement", None), "MISSING_FIELD", None),
    "comma in the table": (lambda t: native.with_cell(t, "1.500E+2", 2, "4,294E+6"), "DECIMAL_MARK_MIXED", "line 62"),
    "comma in the header": (lambda t: t.replace("0.907000", "0,907000"), "DECIMAL_MARK_MIXED", "line 15"),
    "points in the table only": (
        lambda t: native.with_comma(cut(t, HEADING)) + t[t.index(HEADING) :],
        "DECIMAL_MARK_MIXED",
        "line 61",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_code_and_place(name: str) -> None:
    change, code, where = BAD[name]
    reading = read(change(COMPACT.text()))
    assert reading.verdict == "refused"
    assert reading.measurements == ()
    assert reading.issues[0].code == code
    assert where is None or str(reading.issues[0].where) == where
    assert all(issue.found and issue.expected for issue in reading.issues)


def test_the_same_field_twice_with_the_same_value_is_no_contradiction() -> None:
    text = COMPACT.text().replace("Image Evaluation:", "Dilution::\t500.000000")
    assert run_of(read(text)).dilution.factor == 500.0


def numbers(reading: Reading) -> str:
    return "".join(to_json(m) for m in reading.measurements)


@pytest.mark.parametrize(
    "data",
    [COMPACT.bytes(), pytest.param(COMPACT.bytes(comma=True), marks=pytest.mark.slow)],
    ids=["point", "comma"],
)
def test_cut_at_every_byte_a_size_file_gives_no_other_number(data: bytes) -> None:
    whole = numbers(read(data))
    accepted = [at for at in range(len(data)) if read(data[:at]).verdict != "refused"]
    assert min(accepted) > len(data) - 5, "only the last line end may be missing"
    assert {numbers(read(data[:at])) for at in accepted} == {whole}


@pytest.mark.parametrize(
    "text",
    [Size(traces={}).text(), native.profile_text(), native.positions_text(Size(), native.positions_of(Size()))],
    ids=["zero traces", "profile", "positions"],
)
def test_cut_at_every_byte_the_other_kinds_give_no_other_number(text: str) -> None:
    data = text.encode("cp1252")
    whole = read(data)
    for at in range(len(data)):
        reading = read(data[:at])
        assert reading.verdict == "refused" or (numbers(reading), reading.positions) == (
            numbers(whole),
            whole.positions,
        )


@pytest.mark.slow
def test_cut_at_every_byte_a_native_size_file_gives_no_other_number() -> None:
    data = Size().bytes()
    whole = numbers(read(data))
    for at in range(len(data)):
        reading = read(data[:at])
        assert reading.verdict == "refused" or numbers(reading) == whole


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(COMPACT.bytes()) - 1), length=st.integers(0, 30), new=st.binary(max_size=6))
def test_damage_never_raises_and_never_gives_nan(place: int, length: int, new: bytes) -> None:
    data = bytearray(COMPACT.bytes())
    data[place : place + length] = new
    reading = read(bytes(data))
    assert (reading.verdict == "refused") == (reading.measurements == ())
    to_json(reading)


@settings(max_examples=60, deadline=None)
@given(
    traces=st.dictionaries(
        st.integers(0, 59).map(lambda k: 50.0 + 100.0 * k), st.integers(1, 9999), min_size=1, max_size=30
    ),
    comma=st.booleans(),
    dilution=st.integers(1, 10**6),
)
def test_any_distribution_comes_back_and_agrees(traces: dict[float, int], comma: bool, dilution: int) -> None:
    size = Size(width=100.0, classes=60, traces=traces, dilution=float(dilution))
    reading = read(size.bytes(comma=comma))
    run = run_of(reading)
    assert reading.verdict == "accepted", reading.issues
    assert run.count is not None
    assert {float(x) + 50: int(n) for x, n in zip(run.diameter_nm.lower, run.count, strict=True) if n} == traces
    assert run.agreement.within_rounding is True
    assert run.dilution.factor == dilution


@pytest.mark.parametrize("width", [1.0, 2.5, 5.0, 10.0, 20.0, 100.0])
def test_the_class_width_comes_from_the_file(width: float) -> None:
    size = Size(width=width, classes=int(6000 / width), traces={width * 10.5: 7, width * 12.5: 9})
    run = run_of(read(size.bytes()))
    assert run.settings["nm_per_class"] == width
    assert run.diameter_nm.upper[-1] == 6000.0


# The vendor's rule


@pytest.mark.parametrize(
    ("count", "share", "expected"),
    [
        ([0, 4, 0, 4], 0.25, 5.0),  # a quarter: half way from 2.5 to 7.5 nm
        ([0, 4, 0, 4], 0.75, 15.0),
        ([2, 2, 2, 2], 0.5, 7.5),
        ([0, 0, 1, 0], 0.5, 10.0),
    ],
)
def test_size_is_the_right_edge_of_its_class(count: list[float], share: float, expected: float) -> None:
    size = np.array([2.5, 7.5, 12.5, 17.5])
    assert _statistics.quantiles(size, _below(count), share) == pytest.approx([expected])


def _below(weight: Sequence[float] | np.ndarray) -> np.ndarray:
    found: np.ndarray = np.cumsum(weight) / np.sum(weight)
    return found


def test_the_tolerance_of_a_median_holds_for_every_rounding() -> None:
    rng = np.random.default_rng(5)
    size = np.arange(2.5, 200.0, 5.0)
    for _ in range(50):
        weight = rng.gamma(0.7, size=40) * 1e6
        half = 0.5 * 10.0 ** (np.floor(np.log10(weight)) - 3)
        exact = weight + rng.uniform(-1, 1, 40) * half
        middle, tolerance = _statistics.median(size, _below(weight), _statistics.median_shift(weight.sum(), half.sum()))
        assert abs(middle - _statistics.quantiles(size, _below(exact), 0.5)[0]) <= tolerance


def test_a_median_on_a_plateau_may_lie_anywhere_on_it() -> None:
    size, weight = np.array([2.5, 7.5, 12.5, 17.5]), np.array([3.0, 0.0, 0.0, 3.0])
    shift = _statistics.median_shift(weight.sum(), 0.0)
    assert _statistics.median(size, _below(weight), shift)[1] == pytest.approx(10.0, abs=1e-6)


@pytest.mark.parametrize("text", ["8.06.01 SP1", "8.05.14 SP7"])
def test_the_header_gives_keys_values_and_qualifiers(text: str) -> None:
    head = _header.header("x", Size(version=text).header())
    assert head.required("software").value == f"ZetaView (version {text})"
    assert head.required("analyze").value == text
    assert head.required("dilution").value == "500.000000"
    assert head.required("number of traces").qualifiers == ("(at 0.099990)",)
    assert head.required("conductivity").qualifiers == ("sensed",)
    assert head.text("sample info 3", "sample remarks2") is None


def test_halves_of_counts_that_are_printed_in_full_are_zero() -> None:
    rows = ["2.500E+0\t9.999E+3\t1.000E+0\t0.000E+0\t0.000E+0", "7.500E+0\t1.234E+4\t1.000E+0\t0.000E+0\t0.000E+0"]
    lines = [HEADING, *rows, SEPARATOR, *["4.683E+0\t0.000E+0\t0.000E+0\t0.000E+0\t0.000E+0"] * 200]
    linear, _ = _tables.tables(_tables.parted("x", "\n".join(lines)), ".")
    assert linear.half(_tables.NUMBER).tolist() == [0.0, 5.0]


# Positions


def pair(size: Size | None = None, rejected: int = 2, **of_positions: Size) -> tuple[Reading, Reading]:
    size = size or Size()
    of = of_positions.get("of", size)
    text = native.positions_text(of, native.positions_of(of, rejected))
    first, second = zetaview.join([read(size.bytes(), "a_size_488.txt"), read(text, "a_size_488_11pos.txt")])
    return first, second


def test_a_table_of_positions_is_read_and_waits_for_its_size_file() -> None:
    reading = read(native.positions_text(Size(), native.positions_of(Size())), "a_size_488_11pos.txt")
    assert (reading.verdict, reading.file_kind, codes(reading)) == ("accepted", "positions", ["POSITIONS_ALONE"])
    assert reading.measurements == ()
    assert [p.kept for p in reading.positions] == [True] * 9 + [False] * 2
    assert [p.removal for p in reading.positions[-2:]] == ["MIN_TRACES", "GRUBBS_SIZE"]
    assert [p.d50_nm for p in reading.positions[-2:]] == [None, None]
    assert reading.positions[0].d50_nm == 85.0
    assert reading.positions[0].drift_um_per_s == -1.5
    assert reading.unread == ("Peak µ (nm)",)
    assert reading.summary is not None
    assert reading.summary.runs == 9
    assert reading.summary.agreement.within_rounding is True
    assert len(reading.summary.agreement.compared) == 27


def test_positions_join_the_run_of_their_name_and_content() -> None:
    size, positions = pair()
    run = run_of(size)
    assert (size.verdict, positions.verdict) == ("accepted", "accepted")
    assert size.source.joined == ("a_size_488_11pos.txt",)
    assert positions.source.joined == ("a_size_488.txt",)
    assert codes(positions) == []
    assert (run.validity.positions_total, run.validity.positions_kept) == (11, 9)
    assert run.validity.positions == positions.positions
    assert run.concentration_total_per_ml.reported == pytest.approx(9.4e6, rel=0.02)
    assert [c.statistic for c in run.agreement.compared[-4:]] == [
        "positions: traces", "positions: particles per frame", "positions: concentration",
        "positions: original concentration",
    ]  # fmt: skip
    assert run.agreement.within_rounding is True


def test_positions_of_another_run_are_not_joined_and_both_are_flagged() -> None:
    size, positions = pair(of=Size(traces={97.5: 80}))
    assert codes(size) == ["POSITIONS_MISMATCH"]
    assert codes(positions) == ["POSITIONS_ALONE", "POSITIONS_MISMATCH"]
    assert (size.verdict, positions.verdict) == ("flagged", "flagged")
    assert size.source.joined == positions.source.joined == ()
    assert run_of(size).validity.positions == ()


def test_positions_of_another_dilution_are_flagged() -> None:
    size, _ = pair(of=Size(dilution=50.0))
    assert codes(size) == ["CONCENTRATION_DISAGREES"]
    assert run_of(size).agreement.within_rounding is False


def test_positions_of_another_name_are_left_alone() -> None:
    text = native.positions_text(Size(), native.positions_of(Size()))
    readings = [read(text, "b_size_488_11pos.txt"), read(Size().bytes(), "a_size_488.txt"), read(native.profile_text())]
    assert zetaview.join(readings) == readings


def test_all_positions_rejected_join_a_run_without_traces() -> None:
    zero = Size(traces={}, per_frame=0.0)
    rows = [Row(0.1 + 0.08 * i, 0.0, 0, 5997.5, "MIN_TRACES") for i in range(11)]
    size = read(zero.bytes(), "a_size_488.txt")
    positions = read(native.positions_text(zero, rows), "a_size_488_11pos.txt")
    joined, _ = zetaview.join([size, positions])
    validity = run_of(joined).validity
    assert (validity.valid, validity.positions_total, validity.positions_kept) == (False, 11, 0)
    assert {p.d50_nm for p in validity.positions} == {None}
    assert "no position was kept" in validity.reasons
    assert run_of(joined).concentration_total_per_ml.reported is None


def test_a_folder_joins_its_own_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        size = Size(traces={97.5: 80 if name == "one" else 60})
        (tmp_path / name / "a_size_488.txt").write_bytes(size.bytes())
        text = native.positions_text(size, native.positions_of(size))
        (tmp_path / name / "a_size_488_11pos.txt").write_bytes(text.encode("cp1252"))
    readings = read_paths(tmp_path, instrument="zetaview").readings
    assert [r.source.joined for r in readings] == [
        ("one/a_size_488_11pos.txt",), ("one/a_size_488.txt",), ("two/a_size_488_11pos.txt",), ("two/a_size_488.txt",),
    ]  # fmt: skip


BAD_POSITIONS: dict[str, tuple[Callable[[str], str], str]] = {
    "no rows of means": (lambda t: cut(t, "\tMean"), "TRUNCATED"),
    "no relative SD": (lambda t: cut(t, "\tRel.St.Dev."), "TRUNCATED"),
    "means before the positions": (lambda t: t.replace("X\t0.10", "\tMean", 1), "TRUNCATED"),
    "text in a number": (lambda t: t.replace("\t85.0\t", "\tERR\t"), "NOT_A_NUMBER"),
    "half a trace": (lambda t: t.replace("\t10\t85.0", "\t10.5\t85.0"), "NOT_WHOLE"),
    "a negative number": (lambda t: t.replace("\t10\t85.0", "\t-10\t85.0"), "OUT_OF_RANGE"),
    "kept and removed": (lambda t: t.replace("\t0.82", "X\t0.82").replace("XX", "X"), "UNEXPECTED_CELL"),
    "another mark for kept": (lambda t: t.replace("X\t0.10", "?\t0.10"), "UNEXPECTED_CELL"),
    "an unknown column": (lambda t: t.replace("Mean Int.", "Median Int."), "UNKNOWN_COLUMNS"),
    "another unit": (lambda t: t.replace("X50 (nm)", "X50 (µm)"), "UNKNOWN_COLUMNS"),
    "a column twice": (lambda t: t.replace("Span", "Removal"), "UNKNOWN_COLUMNS"),
    "two decimal marks": (lambda t: t.replace("X\t0.18", "X\t0,18"), "DECIMAL_MARK_MIXED"),
}


@pytest.mark.parametrize("name", BAD_POSITIONS)
def test_a_bad_table_of_positions_is_refused(name: str) -> None:
    change, code = BAD_POSITIONS[name]
    reading = read(change(native.positions_text(Size(), native.positions_of(Size()))))
    assert (reading.verdict, codes(reading)[0]) == ("refused", code)
    assert reading.positions == ()


def test_a_printed_mean_that_is_not_that_of_the_kept_positions_is_flagged() -> None:
    text = native.positions_text(Size(), native.positions_of(Size())).replace(
        "\tMean\t5.5E+1\t3.1E+1", "\tMean\t5.5E+1\t6.2E+1"
    )
    reading = read(text)
    assert codes(reading) == ["POSITIONS_ALONE", "POSITION_MEAN_DISAGREES"]
    assert "62" in reading.issues[1].found


def test_a_table_of_positions_may_follow_the_header_and_have_decimal_commas() -> None:
    text = "\r\n".join([*Size().header()[:-4], native.positions_text(Size(), native.positions_of(Size()))])
    reading = read(text)
    assert (reading.file_kind, reading.software_version) == ("positions", "8.06.01 SP1")
    commas = re.sub(r"(?<=\d)\.(?=\d)", ",", native.positions_text(Size(), native.positions_of(Size())))
    assert read(commas).positions == reading.positions


# Zeta potential


def quantities(reading: Reading) -> dict[str, Quantity]:
    return {q.measurand: q for q in reading.measurements if isinstance(q, Quantity)}


def test_a_profile_gives_zeta_potential_mobility_and_temperature() -> None:
    reading = read(native.profile_text(), "a_prof_488.txt")
    found = quantities(reading)
    assert (reading.verdict, reading.file_kind) == ("accepted", "zeta potential profile")
    assert {name: (q.value, q.unit) for name, q in found.items()} == {
        "zeta_potential": (-31.234567, "mV"),
        "zeta_potential_25_degC": (-30.987654, "mV"),
        "electrophoretic_mobility": (-2.412345, "um.cm/V/s"),
        "temperature": (24.64, "degC"),
    }
    assert found["zeta_potential"].sample == "F8-1000"
    method = found["zeta_potential"].method or ""
    assert "+24.000000V" in method
    assert "412 traces" in method
    assert codes(reading) == ["PROFILE_INCOMPLETE"]
    assert "ZP Parabola Fit Accuracy / mV" in reading.unread
    assert "Zeta Potential / mV" not in reading.unread


@pytest.mark.parametrize(
    ("zeta", "traces", "expected"),
    [
        ("-31.2", 412, []),
        ("91.812345", 48, ["LOW_TRACES", "ZETA_IMPLAUSIBLE"]),
        ("-80.000000", 100, []),
        ("-80.000001", 100, ["ZETA_IMPLAUSIBLE"]),
        ("-31.2", 99, ["LOW_TRACES"]),
    ],
)
def test_few_traces_and_implausible_potentials_are_flagged(zeta: str, traces: int, expected: list[str]) -> None:
    reading = read(native.profile_text(zeta=zeta, traces=traces))
    assert codes(reading) == [*expected, "PROFILE_INCOMPLETE"]
    assert quantities(reading)["zeta_potential"].value == float(zeta)


@pytest.mark.parametrize(("zeta", "traces"), [("NaN", 412), ("0.000000", 0)])
def test_a_profile_without_result_is_missing_and_not_zero(zeta: str, traces: int) -> None:
    found = quantities(read(native.profile_text(zeta=zeta, traces=traces)))["zeta_potential"]
    assert (found.value, found.state) == (None, State.MISSING)


def test_a_mobility_in_an_unknown_unit_stays_unread() -> None:
    reading = read(native.profile_text().replace("Mobility / µ\x00m/s/V/cm", "Mobility / m2/Vs"))
    assert "electrophoretic_mobility" not in quantities(reading)
    assert "Mobility / m2/Vs" in reading.unread


def test_nul_characters_are_for_profiles_only() -> None:
    assert read(native.profile_text()).verdict == "accepted"
    assert codes(read(Size().text().replace("PBS", "P\x00BS"))) == ["NUL_BYTE"]


BAD_PROFILES: dict[str, tuple[Callable[[str], str], str]] = {
    "text for the result": (lambda t: t.replace("-31.234567", "n/a"), "NOT_A_NUMBER"),
    "no result": (lambda t: native.replaced(t, "Zeta Potential / mV", None), "MISSING_FIELD"),
    "no profile": (lambda t: cut(t, "ZP Profile"), "MISSING_TABLE"),
    "a row missing": (lambda t: cut(t, "9.000E-1"), "TRUNCATED"),
    "a cell missing": (lambda t: t.replace("1.000E-1\t1.000E+1\t", "1.000E-1\t"), "ROW_LENGTH"),
    "text in the profile": (lambda t: t.replace("1.000E-1\t1.000E+1\t", "1.000E-1\tERR\t"), "NOT_A_NUMBER"),
    "another column": (lambda t: t.replace("Negative V", "Current"), "UNKNOWN_COLUMNS"),
    "two decimal marks": (lambda t: t.replace("-31.234567", "-31,234567"), "DECIMAL_MARK_MIXED"),
    "two results": (lambda t: t.replace("Results:", "Zeta Potential / mV:\t-12.0"), "DUPLICATE_FIELD"),
    "another type": (lambda t: t.replace("Measurement:\tProfile", "Measurement:\tProfile 2"), "MEASUREMENT_TYPE"),
    "a later software": (lambda t: t.replace("version 8.06.01 SP1", "version 9.00"), "UNSUPPORTED_VERSION"),
}


@pytest.mark.parametrize("name", BAD_PROFILES)
def test_a_bad_profile_is_refused(name: str) -> None:
    change, code = BAD_PROFILES[name]
    reading = read(change(native.profile_text()))
    assert (reading.verdict, codes(reading)[0]) == ("refused", code)


def test_a_profile_of_an_earlier_version_is_flagged() -> None:
    assert "UNVERIFIED_VERSION" in codes(read(native.profile_text(version="8.05.16 SP3")))


# Recognition


@pytest.mark.parametrize(
    "text",
    [
        Size().text(), Size(version="8.05.14 SP7").text(), native.with_comma(Size().text()), native.profile_text(),
        native.positions_text(Size(), native.positions_of(Size())), Size(traces={}).text(),
    ],
)  # fmt: skip
def test_every_kind_is_recognised_by_its_content(text: str) -> None:
    assert zetaview.recognises(ExportFile("any.csv", text.encode("cp1252")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"NTA Experiment Summary File,,\nCreated with NTA 3.4 Build 3.4.003,,\n",
        b"Original File:\tx.avi\r\nSoftware:\tOther (version 8.06.01)\r\n",
        b"Size / nm\tNumber\r\n2.500E+0\t1\r\n",
        Size().text().replace("\t", ",").replace("Original", '"Original').encode("cp1252"),
        random.Random(3).randbytes(5000),
    ],
)
def test_nothing_else_is_recognised(data: bytes) -> None:
    assert not zetaview.recognises(ExportFile("run_size_488.txt", data))


# Samples and real files


@pytest.mark.parametrize("name", sorted(native.samples()))
def test_the_samples_are_what_the_generator_writes(name: str) -> None:
    assert (native.FOLDER / name).read_bytes() == native.samples()[name]


def test_every_sample_has_its_origin() -> None:
    stated = tomllib.loads((native.FOLDER / "ORIGIN.toml").read_text("utf-8"))
    assert stated.keys() == native.samples().keys()
    for name, entry in stated.items():
        assert (".reject." in name) == ("code" in entry)
        if "code" in entry:
            assert entry["code"] in codes(read(native.samples()[name], name))


@needs_corpus
def test_every_printed_statistic_of_the_real_files_is_reproduced() -> None:
    assert REAL
    for path in REAL:
        reading = zetaview.read(load(path, path.name))
        run = run_of(reading)
        assert reading.verdict == "accepted", reading.issues
        assert run.agreement.within_rounding is True
        assert run.agreement.largest_difference_nm is not None
        assert run.agreement.largest_difference_nm < 0.006
        assert len(run.agreement.compared) == 6


@needs_corpus
def test_a_real_bin_with_text_or_a_negative_count_is_never_dropped() -> None:
    for path in REAL:
        text = path.read_bytes().decode("cp1252")
        for cell in ("ERR", "-1"):
            mark = "," if "9,750E+1" in text else "."
            changed = native.with_cell(text, f"9{mark}750E+1", 1, cell)
            assert read(changed).verdict == "refused"


def test_a_changed_bin_never_gives_the_same_verdict() -> None:
    text = Size().text()
    for n in (0, 24, 26, 250):
        reading = read(native.with_cell(text, "9.750E+1", 1, native.printed(n)))
        assert reading.verdict != "accepted"
        assert "TRACES_DISAGREE" in codes(reading)


def test_reading_is_the_same_every_time() -> None:
    file = ExportFile("a.txt", Size().bytes())
    assert to_json(zetaview.read(file)) == to_json(replace(zetaview.read(file)))
