"""The Bio-Plex Manager reader on exports of known content and on damaged ones."""

from __future__ import annotations

import pytest

from evqc.errors import InputError
from evqc.instruments import bioplex
from evqc.instruments._export import ExportFile
from evqc.measurement import Call, MarkerPanel, Quantity, State
from evqc.reading import Reading, refused
from tests.instruments.bioplex.native import GROUPS, text


def read(data: str) -> Reading:
    file = ExportFile("plate.xml", data.encode("utf-8"))
    try:
        return bioplex.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=bioplex.NAME)


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def quantity(reading: Reading, well: str, analyte: str) -> Quantity:
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand != "fluorescence"]
    return next(m for m in found if (m.settings["well"], m.settings["analyte"]) == (well, analyte))


READING = read(text())


def test_unknowns_are_panels_against_the_blanks() -> None:
    found = [m for m in READING.measurements if isinstance(m, MarkerPanel)]
    assert [(p.sample, p.where.field) for p in found] == [("EV batch 7", "C1"), ("EV batch 7", "D1"), ("X2", "E1")]
    cd63 = found[0].markers[0]
    assert (cd63.signal, cd63.background, cd63.call) == (1171.0, 62.0, Call.POSITIVE)


@pytest.mark.parametrize(
    ("well", "analyte", "state", "value", "written"),
    [
        ("C1", "CD63", State.MEASURED, 112.5e-6, None),
        ("C1", "IL-10", State.BELOW_RANGE, None, "OOR <"),
        ("E1", "CD63", State.ABOVE_RANGE, None, "OOR >"),
        ("E1", "IL-10", State.MISSING, None, "Data field has not been set"),
        ("A1", "CD63", State.MEASURED, 1010e-6, None),
    ],
)
def test_a_reading_not_in_order_is_no_zero(well: str, analyte: str, state: State, value: float, written: str) -> None:
    found = quantity(READING, well, analyte)
    assert (found.state, found.as_written) == (state, written)
    assert found.value == (None if value is None else pytest.approx(value))


def test_settings_come_from_the_file() -> None:
    found = quantity(READING, "C1", "CD63")
    assert (found.acquired_at, found.method) == ("2023-05-09T18:55:02+00:00", "Logistic - 5PL")
    expected = {"serial_number": "LX0001", "operator": "night shift", "dilution_factor": 4.0, "label": "X1"}
    assert expected.items() <= found.settings.items()


def test_an_export_that_agrees_with_itself_has_no_disagreement() -> None:
    assert codes(READING) == {"FEW_BEADS", "UNIT_NOT_STATED", "DILUTION_UNCLEAR"}


def test_an_excluded_reading_is_invalid() -> None:
    panel = next(m for m in read(text(valid="false")).measurements if isinstance(m, MarkerPanel))
    assert (panel.markers[0].call, panel.markers[0].signal) == (Call.INVALID, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<RawMean>1.167", "<RawMean>1.267"),
        ("<Mean>1.105", "<Mean>1.205"),
        ("<StdDeviation>5.65", "<StdDeviation>6.65"),
    ],
)
def test_a_statistic_that_does_not_follow_is_flagged(old: str, new: str) -> None:
    assert old in text()
    assert "PRINTED_DISAGREES" in codes(read(text().replace(old, new, 1)))


def test_standards_controls_and_blanks_keep_their_readings() -> None:
    found = [m for m in READING.measurements if isinstance(m, Quantity) and m.measurand == "fluorescence"]
    assert {m.settings["role"] for m in found} == {"blank", "standard", "control"}
    assert all(m.value is not None and m.unit == "a.u." for m in found)


def test_one_region_with_two_analytes_is_flagged() -> None:
    assert "ANALYTES_DIFFER" in codes(read(text().replace("<AnalyteName>CD63<", "<AnalyteName>CD81<", 1)))


def test_a_well_number_that_is_not_its_place_is_refused() -> None:
    sized = text().replace("<Samples>", '<PlateDimensions Columns="12" Rows="8"/><Samples>')
    numbered = sized.replace('ColNo="1"><MWAnalytes>', 'ColNo="1" WellNumber="2"><MWAnalytes>', 1)
    assert numbered != sized
    assert codes(read(numbered)) == {"WELL_DISAGREES"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<Samples>", "<Sample>", "XML_BROKEN"),
        ("Unknown>", "Guess>", "SAMPLE_KIND"),
        ('RowNo="3"', 'RowNo="C"', "WELL_MISSING"),
        ("E+03</Reading>", "E+0x</Reading>", "NOT_A_NUMBER"),
    ],
)
def test_what_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    assert codes(read(text().replace(old, new))) == {code}


def test_only_blanks_are_refused() -> None:
    assert codes(read(text(GROUPS[:1]))) == {"NO_SAMPLES"}


def test_an_analyte_on_two_regions_is_flagged() -> None:
    assert "ANALYTES_DIFFER" not in codes(READING)
    for times in (1, 3):
        place = -1
        for _ in range(times):
            place = text().index('RegionNumber="12"', place + 1)
        data = text()[:place] + text()[place:].replace('RegionNumber="12"', 'RegionNumber="127"', 1)
        assert "ANALYTES_DIFFER" in codes(read(data))


def test_a_well_that_the_file_does_not_list_is_refused() -> None:
    data = text()
    for old, new in (('<MemberWell RowNo="1" ColNo="2">', '<MemberWell RowNo="3" ColNo="2">'),
                     ('<Well RowNo="1" ColNo="2">', '<Well RowNo="1" ColNo="3">')):  # fmt: skip
        assert old in data
        assert codes(read(data.replace(old, new, 1))) == {"WELLS_DIFFER"}
