"""The xPONENT reader on exports of known content, on damaged ones, and on real files where they are."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import luminex_xponent
from evqc.instruments._export import ExportFile, load
from evqc.measurement import Call, MarkerPanel, Quantity, State
from evqc.reading import Reading, refused
from tests.instruments.luminex_xponent.native import ANALYTES, WELLS, Native, german, quoted, saved_again
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/immunoassay") if b"xPONENT" in p.read_bytes()[:200]]


def read(data: str | bytes) -> Reading:
    file = ExportFile("plate.csv", data if isinstance(data, bytes) else data.encode("utf-8"))
    try:
        return luminex_xponent.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=luminex_xponent.NAME)


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def panels(reading: Reading) -> list[MarkerPanel]:
    return [m for m in reading.measurements if isinstance(m, MarkerPanel)]


def quantity(reading: Reading, well: str, analyte: str) -> Quantity:
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand != "fluorescence"]
    return next(m for m in found if (m.settings["well"], m.settings["analyte"]) == (well, analyte))


READING = read(quoted(Native().rows()))


def test_each_well_of_a_sample_is_a_panel_and_no_other() -> None:
    assert [panel.sample for panel in panels(READING)] == ["EV batch 7", "EV batch 7", "EV batch 8"]
    assert [panel.where.field for panel in panels(READING)] == ["7(1,G1)", "8(1,H1)", "9(1,A2)"]


def test_background_wells_are_blanks_with_limits() -> None:
    cd9 = panels(READING)[0].markers[0]
    blanks = [w.medians[0] for w in WELLS[:3]]
    assert (cd9.signal, cd9.background, cd9.call) == (4522.5, fmean(blanks), Call.POSITIVE)
    # Prediction limit of three blanks: t(0.95, 2) = 2.919986, which exceeds mean + 3 SD.
    assert cd9.limit_of_detection == pytest.approx(fmean(blanks) + 2.9199856 * stdev(blanks) * (4 / 3) ** 0.5, rel=1e-6)


def test_a_comma_inside_a_name_stays_one_analyte() -> None:
    assert [m.as_written for m in panels(READING)[0].markers] == list(ANALYTES)
    assert panels(READING)[0].markers[1].name == "HLA-DRDPDQ"


@pytest.mark.parametrize(
    ("well", "analyte", "state", "value", "bound", "reason", "written"),
    [
        ("G1", "Albumin", State.MEASURED, 4.5, None, None, None),
        ("H1", "Albumin", State.MEASURED, 4.7, None, None, None),
        ("A2", "Albumin", State.ABOVE_RANGE, None, 6000.0, "above range", ">6000"),
        ("G1", "IL-6", State.BELOW_RANGE, None, 1.2e-6, "below range", "<1.2"),
        ("A2", "IL-6", State.MISSING, None, None, "not computed", "?????"),
    ],
)
def test_each_result_has_its_own_state(
    well: str, analyte: str, state: State, value: float, bound: float, reason: str, written: str
) -> None:
    found = quantity(READING, well, analyte)
    assert (found.state, found.reason, found.as_written) == (state, reason, written)
    assert found.value == (None if value is None else pytest.approx(value))
    assert found.bound == (None if bound is None else pytest.approx(bound))


def test_standards_never_have_the_measurand_of_a_sample() -> None:
    standard, sample = quantity(READING, "D1", "Albumin"), quantity(READING, "G1", "Albumin")
    assert (standard.measurand, standard.unit, standard.settings["role"]) == (
        "analyte_concentration",
        "ug/mL",
        "standard",
    )
    assert standard.value == pytest.approx(0.404)
    assert standard.settings["expected_as_printed"] == 400.0
    assert (sample.measurand, sample.unit, sample.settings["role"]) == ("albumin_concentration", "ng/mL", "sample")


def test_settings_come_from_the_file() -> None:
    found = quantity(READING, "G1", "Albumin")
    assert found.acquired_at == "2024-10-18T09:57:30"
    assert found.method == "Logistic 5P"
    expected = {"serial_number": "SN0001", "operator": "night shift", "instrument": "FLEXMAP 3D", "bead_count": 60.0,
                "bead_region": "18", "r_squared": "0.9991", "dilution_factor": 1.0, "plate": "1"}  # fmt: skip
    assert expected.items() <= found.settings.items()


def test_standards_controls_and_backgrounds_keep_their_signals() -> None:
    found = [m for m in READING.measurements if isinstance(m, Quantity) and m.measurand == "fluorescence"]
    assert len(found) == 6 * len(ANALYTES)
    standard = next(m for m in found if m.settings["well"] == "D1" and m.settings["analyte"] == "Albumin")
    assert (standard.value, standard.sample, standard.settings["role"]) == (9015.5, "Standard1", "standard")


def test_a_background_that_is_not_that_of_the_wells_is_named() -> None:
    text = quoted(Native(without=("Avg Net MFI", "%CV Replicates")).rows())
    start, end = text.index('"Net MFI"'), text.index('"Count"')
    changed = re.sub(r'"(-?[\d.]+)",("-?[\d.]+","-?[\d.]+","-?[\d.]+","\d+"\r)', _five_less, text[start:end])
    found = read(text[:start] + changed + text[end:]).issues
    assert [i.found for i in found if i.code == "BACKGROUND_DIFFERS"] == [
        "27 taken away from CD9 as background; 1 analytes differ"
    ]
    assert not [i for i in found if i.code == "PRINTED_DISAGREES"]


def _five_less(match: re.Match[str]) -> str:
    return f'"{float(match[1]) - 5:g}",{match[2]}'


def test_averages_of_one_name_in_several_wells_may_stand_well_by_well() -> None:
    wells = tuple(replace(well, sample="S") for well in WELLS[6:])
    text = quoted(Native(wells=wells, without=("Result", "Avg Result", "%CV Replicates")).rows())
    start = text.index('"DataType:","Avg Net MFI"')
    one = re.search(r'"S".*\r\n', text[start:])
    assert one is not None
    by_well = "".join(f'"S",{",".join(f"{chr(34)}{m:g}{chr(34)}" for m in well.medians)}\r\n' for well in wells)
    assert "PRINTED_DISAGREES" not in codes(read(text[:start] + text[start:].replace(one[0], by_well, 1)))


def test_numbers_that_a_spreadsheet_made_dates_of_are_flagged_where_they_only_serve_for_checks() -> None:
    text = quoted(Native().rows())
    assert '"101.00"' in text
    reading = read(text.replace('"101.00"', '"20.lip"'))
    issue = next(i for i in reading.issues if i.code == "NOT_A_NUMBER")
    assert (issue.severity, issue.where.field, reading.measurements) == ("warning", "% Recovery", READING.measurements)


def test_a_column_of_plates_is_no_analyte() -> None:
    text = quoted(Native().rows())
    start = text.index('"%CV Replicates"')
    block = text[start : text.index('"DataType:"', start)]
    with_plates = re.sub(r'(?m)^"(?=Sample|Back|Stan|Cont|EV)', '"Plate 1","', block).replace(
        '"Plate 1","S', '"Plate","S', 1
    )
    assert with_plates != block
    assert read(text.replace(block, with_plates)).measurements == READING.measurements


def test_the_header_may_count_samples_instead_of_wells() -> None:
    text = quoted(Native().rows()).replace('"Samples","9"', '"Samples","6"')
    assert "SAMPLES_DIFFER" not in codes(read(text))


@pytest.mark.parametrize(
    ("said", "flagged"),
    [("Passed 10/16/2024 10:57:30", False), ("Failed 10/16/2024 10:57:30", True), ("Lot Expired 04/04/2023", True)],
)
def test_a_calibration_that_did_not_pass_is_flagged(said: str, *, flagged: bool) -> None:
    reading = read(quoted(Native(header={"Last CAL Calibration": said}).rows()))
    assert ("CALIBRATION" in codes(reading)) is flagged


def test_what_was_not_used_is_listed() -> None:
    assert READING.unread == ("BatchDescription", "ProtocolHeater", "CALInfo", "Per Bead Count")


def test_an_export_that_agrees_with_itself_has_no_disagreement() -> None:
    assert codes(READING) == {"FEW_BEADS", "INSTRUMENT_WARNING"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"4500.5"', '"4530.5"', "PRINTED_DISAGREES"),  # Net MFI of CD9 in G1: 4522.5 - 22
        ('"101.00"', '"120.00"', "PRINTED_DISAGREES"),  # recovery of Standard1: 100 * 404 / 400
        ('"4.6"', '"46"', "PRINTED_DISAGREES"),  # Avg Result of EV batch 7: (4.5 + 4.7) / 2
        ('"Samples","9"', '"Samples","90"', "SAMPLES_DIFFER"),
        ('"CD9","HLA', '"TF","HLA', "MARKER_AMBIGUOUS"),
        ('"Count"\r\n"Location","Sample","CD9"', '"Count"\r\n"Location","Sample","CD8"', "ANALYTES_DIFFER"),
        ('"8(1,H1)","EV batch 7","1"', '"8(1,H2)","EV batch 7","1"', "WELLS_DIFFER"),
        (
            '"Sample","CD9","HLA-DR,DP,DQ","Albumin","IL-6"\r\n"Back',
            '"Sample","CD9","HLA-DR,DP,DQ","Albumin","IL-6"\r\n"Bank',
            "SAMPLES_DIFFER",
        ),
    ],
)
def test_a_contradiction_is_flagged(old: str, new: str, code: str) -> None:
    text = quoted(Native().rows())
    assert old in text
    reading = read(text.replace(old, new))
    assert reading.verdict == "flagged"
    assert code in codes(reading)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"4522.5"', '"4522.5 MFI"', "NOT_A_NUMBER"),
        ('"8(1,H1)","EV batch 7","4498"', '"7(1,G1)","EV batch 7","4498"', "WELL_TWICE"),
        ('"DataType:","Count"', '"DataType:","Median"', "DUPLICATE_BLOCK"),
        ('"Program","xPONENT"', '"Program","Other"', "NOT_XPONENT"),
        ("EV batch", "Background", "NO_SAMPLES"),
        ('"DataType:"', '"Data:"', "NO_RESULTS"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(old: str, new: str, code: str) -> None:
    native = Native(without=("Result", "Standard Expected Concentration")) if code == "NO_SAMPLES" else Native()
    wells = [w for w in native.wells if w.sample.startswith(("EV", "Back"))]
    native = replace(native, wells=tuple(wells)) if code == "NO_SAMPLES" else native
    reading = read(quoted(native.rows()).replace(old, new))
    assert (reading.verdict, codes(reading)) == ("refused", {code})


@pytest.mark.parametrize(
    ("code", "started", "expected"),
    [
        ("7F", "5/6/2023 6:42:29 PM", "2023-05-06T18:42:29"),
        ("809", "5/6/2023 18:42:29", "2023-06-05T18:42:29"),
        ("409", "2024-10-18 11:36", "2024-10-18T11:36:00"),
        ("0", "17/5/2023 18:42:29", "2023-05-17T18:42:29"),
    ],
)
def test_dates_follow_their_language_code(code: str, started: str, expected: str) -> None:
    rows = [row for row in Native(code=code, started=started).rows() if row[:1] != ["Date"]]
    assert quantity(read(quoted(rows)), "G1", "Albumin").acquired_at == expected


def test_a_date_that_nothing_decides_stays_text() -> None:
    rows = [row for row in Native(code="0", started="5/6/2023 18:42").rows() if row[:1] != ["Date"]]
    reading = read(quoted(rows))
    assert "DATE_AMBIGUOUS" in codes(reading)
    assert quantity(reading, "G1", "Albumin").acquired_at == "5/6/2023 18:42"


def test_averages_show_that_results_lack_the_dilution() -> None:
    diluted = tuple(replace(w, dilution="10") if w.sample == "EV batch 7" else w for w in WELLS)
    inside, outside = (read(quoted(Native(wells=diluted, factor=factor).rows())) for factor in (False, True))
    assert quantity(inside, "G1", "Albumin").value == pytest.approx(4.5)
    assert "DILUTION_UNCLEAR" in codes(inside)
    found = quantity(outside, "G1", "Albumin")
    assert found.value == pytest.approx(45.0)
    assert str(found.settings["dilution"]).startswith("the printed result times the factor")
    assert not {"DILUTION_UNCLEAR", "PRINTED_DISAGREES"} & codes(outside)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("write", [quoted, saved_again, german])
def test_encodings_and_ways_of_saving_change_no_number(write: object, encoding: str) -> None:
    assert callable(write)
    reading = read(write(Native().rows()).encode(encoding))
    assert reading.measurements == READING.measurements or write is german or write is saved_again
    assert [p.markers for p in panels(reading)] == [p.markers for p in panels(READING)]
    assert [q.value for q in reading.measurements if isinstance(q, Quantity)] == [
        q.value for q in READING.measurements if isinstance(q, Quantity)
    ]


def test_carriage_returns_alone_end_lines_too() -> None:
    reading = read(quoted(Native().rows()).replace("\r\n", "\r"))
    assert [p.markers for p in panels(reading)] == [p.markers for p in panels(READING)]


def test_a_sample_among_the_standards_is_flagged_and_standards_of_other_names_are_not() -> None:
    whole = quoted(Native().rows())
    line = '"Standard2","NaN","NaN","40","100"'
    assert line in whole
    assert "ROLE_UNCLEAR" not in codes(read(whole))
    assert "ROLE_UNCLEAR" in codes(read(whole.replace(line, f'{line}\n"EV batch 7","0.39","64.28","2.76","70.71"')))
    assert "ROLE_UNCLEAR" not in codes(read(whole.replace('"Standard', '"Cal ')))


@pytest.mark.parametrize("block", ["%CV Replicates", "Control Expected Concentration", "Count", "Units", "R^2"])
def test_a_block_without_rows_is_nothing_to_compare(block: str) -> None:
    rows = Native().rows()
    start = next(i for i, row in enumerate(rows) if row[:2] == ["DataType:", block])
    end = rows.index([], start)
    assert read(quoted([*rows[: start + 2], *rows[end:]])).verdict == "flagged"


def test_numbers_of_any_size_are_compared_without_overflow() -> None:
    text = quoted(Native().rows())
    for number in ("1e308", "-1e308", "1e-308"):
        assert read(text.replace('"4522.5"', f'"{number}"').replace('"404"', f'"{number}"')).verdict == "flagged"


def test_a_location_without_quotation_marks_is_one_cell() -> None:
    text = saved_again(Native().rows())
    reading = read(re.sub(r'"(\d+\(1,\w+\))"', r"\1", text))
    assert [p.markers for p in panels(reading)] == [p.markers for p in panels(READING)]


def test_blanks_belong_to_their_own_plate() -> None:
    text = quoted(Native().rows())
    other = read(text.replace("9(1,A2)", "9(2,A2)"))
    assert panels(other)[-1].controls == ()
    assert panels(other)[0].controls == panels(READING)[0].controls


@settings(max_examples=30, deadline=None)
@given(signal=st.floats(1, 1e6).map(lambda x: round(x, 2)), blank=st.floats(1, 100).map(lambda x: round(x, 2)))
def test_net_signals_follow_from_any_median(signal: float, blank: float) -> None:
    wells = tuple(
        replace(w, medians=((signal if w.sample == "EV batch 8" else blank), *w.medians[1:]))
        if w.sample in {"EV batch 8", "Background0"} else w
        for w in WELLS
    )  # fmt: skip
    reading = read(quoted(Native(wells=wells).rows()))
    assert panels(reading)[-1].markers[0].signal == float(f"{signal:g}")
    assert not any("Net MFI" in i.found and i.code == "PRINTED_DISAGREES" for i in reading.issues)


def _expected(path: Path) -> tuple[list[str], dict[str, tuple[str, list[str]]]]:
    """Analytes, and sample and texts by location, of the block of medians: by csv alone."""
    lines = path.read_text("utf-8", errors="replace").splitlines()
    start = next(i for i, line in enumerate(lines) if line.replace('"', "").startswith("DataType:,Median"))
    rows = list(csv.reader(lines[start + 1 :]))
    end = next(i for i, row in enumerate(rows) if not row or not row[0])
    last = rows[0].index("Total Events")
    return rows[0][2:last], {row[0]: (row[1], row[2:last]) for row in rows[1:end]}


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_median_of_a_real_file_is_read(path: Path) -> None:
    reading = luminex_xponent.read(load(path, path.name))
    analytes, wells = _expected(path)
    found = {panel.where.field: panel for panel in panels(reading)}
    assert set(found) == {place for place, (sample, _) in wells.items() if not sample.startswith("Background")}
    for place, panel in found.items():
        sample, texts = wells[str(place)]
        assert panel.sample == sample
        assert [m.as_written for m in panel.markers] == analytes
        assert [m.signal for m in panel.markers] == [float(t) if t not in {"", "NaN"} else None for t in texts]
        blanks = [own for name, own in wells.values() if name.startswith("Background")]
        assert [c.signal for c in panel.controls] == [float(t) for own in blanks for t in own]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_the_spread_of_the_beads_of_a_real_file_is_the_printed_one(path: Path) -> None:
    reading = luminex_xponent.read(load(path, path.name))
    told = [i.found for i in reading.issues if i.code == "PRINTED_DISAGREES"]
    assert not any("CV" in found for found in told)


def test_a_dilution_of_another_sample_than_the_well_is_refused() -> None:
    data = quoted(Native().rows())
    begin = data.index('"Dilution Factor"')
    assert '"Location","Sample","Dilution Factor"' in data[begin:]
    shifted = data[:begin] + data[begin:].replace('"Location","Sample",', '"Location","n","Sample",', 1)
    assert codes(read(shifted)) == {"SAMPLES_DISAGREE"}


def test_a_row_of_units_that_does_not_end_with_the_last_analyte_is_flagged() -> None:
    lines = quoted(Native().rows()).splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith('"Units:",'))
    label, first, *rest = lines[place].split(",")
    assert "ROW_UNEVEN" not in codes(READING)
    for cells in ([label, *rest], [label, '""', first, *rest]):
        assert "ROW_UNEVEN" in codes(read("".join([*lines[:place], ",".join(cells), *lines[place + 1 :]])))


def test_units_without_their_label_are_flagged() -> None:
    data = quoted(Native().rows())
    assert '"Units:",' in data
    assert "LABEL_MISSING" in codes(read(data.replace('"Units:",', '"Unit",')))
