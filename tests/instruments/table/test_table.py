from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import table
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import known, read_export
from evqc.instruments.table._mapped import MappedTable
from evqc.instruments.table.mapping import read_mapping
from evqc.markers.vocabulary import resolve
from evqc.measurement import MarkerPanel, Measurement, Quantity, SizeDistribution
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.reading import Reading

QUANTITY = """
title = "Qubit"
{table}
[sample]
column = "Sample"
{sample}
[[column]]
heading = "Conc"
measurand = "{measurand}"
unit = "{unit}"
{more}
"""


def mapped(
    table: str = "",
    sample: str = "",
    more: str = "",
    measurand: str = "protein_concentration",
    unit: str = "mg/mL",
) -> MappedTable:
    text = QUANTITY.format(table=table, sample=sample, more=more, measurand=measurand, unit=unit)
    return MappedTable(read_mapping(text, "own.toml"))


def file(*lines: str, end: str = "\n") -> ExportFile:
    return ExportFile("own.csv", ("\n".join(lines) + end).encode())


def refused(reader: MappedTable, export: ExportFile) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        reader.read(export)
    return [(issue.code, str(issue.where)) for issue in caught.value.issues]


def values(reading: Reading) -> list[tuple[str | None, str | None, float | None]]:
    return [(m.sample, m.replicate, m.value) for m in reading.measurements if isinstance(m, Quantity)]


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def one(reading: Reading) -> Measurement:
    (only,) = reading.measurements
    return only


# --- the module as an instrument -----------------------------------------------------------------------------------


def test_the_module_is_an_instrument_that_recognises_nothing() -> None:
    assert known()["table"].NAME == table.NAME == "table"
    assert table.STATUS == "verified"
    assert not table.recognises(file("Sample,Conc", "A,1"))
    with pytest.raises(InputError, match="MAPPING_MISSING"):
        table.read(file("Sample,Conc", "A,1"))
    reading = read_export(file("Sample,Conc", "A,1"), instrument="table")
    assert codes(reading) == ["MAPPING_MISSING"]


def test_without_a_mapping_an_unknown_file_is_refused_with_what_was_tried() -> None:
    reading = read_export(file("Sample,Conc", "A,1"))
    assert codes(reading) == ["UNKNOWN_FORMAT"]
    assert "mapping" in reading.issues[0].expected


def test_a_mapped_table_is_an_instrument() -> None:
    reader = mapped()
    assert (reader.NAME, reader.TITLE, reader.STATUS) == ("table", "Qubit", "verified")
    assert reader.READS == ("Qubit: table of quantities",)
    reading = read_export(file("Sample,Conc", "A,1.5"), mapped=[reader])
    assert (reading.verdict, reading.instrument, reading.file_kind) == ("accepted", "table", "table of quantities")
    assert values(reading) == [("A", "1", 1500.0)]


def test_two_mappings_that_claim_one_file_are_an_error() -> None:
    assert codes(read_export(file("Sample,Conc", "A,1.5"), mapped=[mapped(), mapped()])) == ["AMBIGUOUS_FORMAT"]


@pytest.mark.parametrize(
    ("export", "claimed"),
    [
        (file("Sample,Conc", "A,1"), True),
        (file("Export of 4 March", "", "Well,Conc,Sample", "A1,1,A"), True),
        (file("Sample,Concentration", "A,1"), False),
        (file("Sample;Conc", "A;1"), False),
        (file("sample,conc", "A,1"), False),
        (file('"Sample,Conc', "A,1"), False),
        (ExportFile("x", b""), False),
        (ExportFile("x", b"\x00\x01\x02"), False),
        (ExportFile("x", "Sample,Conc\nA,1\n".encode("utf-16") + b"x"), False),
        (ExportFile("x", b"PK\x03\x04broken"), False),
    ],
)
def test_recognised_by_content(export: ExportFile, claimed: bool) -> None:
    assert mapped().recognises(export) is claimed


# --- headings and rows ---------------------------------------------------------------------------------------------


def test_the_header_row_is_found_by_content() -> None:
    reading = mapped().read(file("sep=,", "Run 7", "", "Well, Conc ,Sample,Operator note", "A1,1.5,A,ok"))
    assert values(reading) == [("A", "1", 1500.0)]
    assert reading.unread == ("Well", "Operator note", "line 2")
    assert str(one(reading).where) == "line 5, column Conc"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Sample,Result", "A,1"), [("HEADING_MISSING", "line 1")]),
        (("x", "Sample,Result", "A,1"), [("HEADING_MISSING", "line 2")]),
        (("Sample,Conc,Conc", "A,1,2"), [("HEADING_TWICE", "line 1")]),
        (("Sample,Sample,Conc", "A,B,2"), [("HEADING_TWICE", "line 1")]),
        (("Sample,Conc",), [("NO_ROWS", "the whole file")]),
        (("Sample,Conc,Note", "A,1"), [("SHORT_ROW", "line 2")]),
        (("Sample,Conc", "A"), [("SHORT_ROW", "line 2")]),
        (("Sample,Conc", "A,1,5"), [("LONG_ROW", "line 2")]),
        (("Sample,Conc", "A,1", "B,2,5", "C"), [("LONG_ROW", "line 3"), ("SHORT_ROW", "line 4")]),
        (("Sample,Conc", ",1"), [("EMPTY_CELL", "line 2, column Sample")]),
        (("Sample,Conc", "A,1", "Sample,Conc", "B,2"), [("NOT_A_NUMBER", "line 3, column Conc")]),
        (("Sample,Conc", "A,-1"), [("OUT_OF_RANGE", "line 2, column Conc")]),
        (("Sample,Conc", "A,<-1"), [("OUT_OF_RANGE", "line 2, column Conc")]),
        (("Sample,Conc", '"A,1', "B,2"), [("QUOTING", "line 2")]),
        (("Sample,Conc", '"A"x,1'), [("QUOTING", "line 2")]),
    ],
)
def test_tables_that_are_refused(lines: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert refused(mapped(), file(*lines)) == expected


def test_a_missing_heading_names_what_is_there_and_what_is_not() -> None:
    with pytest.raises(InputError) as caught:
        mapped().read(file("Sample,Result,Well", "A,1,A1"))
    (issue,) = caught.value.issues
    assert "'Result'" in issue.found
    assert "'Conc'" in issue.expected


def test_repeated_headings_are_told_apart_by_their_number() -> None:
    text = QUANTITY.format(table="", sample="", more="", measurand="protein_concentration", unit="X")
    by_row = text.replace('unit = "X"', 'unit_column = "Units [2]"')
    reader = MappedTable(read_mapping(by_row, "own.toml"))
    reading = reader.read(file("Sample,Tube,Units,Conc,Units", "A,9,ng/mL,1.5,mg/mL", "B,9,ng/mL,3,ng/µl"))
    assert values(reading) == [("A", "1", 1500.0), ("B", "1", 3.0)]
    assert refused(reader, file("Sample,Conc,Units", "A,1,mg/mL")) == [("HEADING_MISSING", "line 1")]
    assert refused(reader, file("Sample,Tube,Units,Conc,Units", "A,9,x,1.5,")) == [
        ("EMPTY_CELL", "line 2, column Units [2]")
    ]


def test_all_wrong_cells_are_told_up_to_ten() -> None:
    lines = [f"S{i},n.d." for i in range(14)]
    assert len(refused(mapped(), file("Sample,Conc", *lines))) == 10
    assert refused(mapped(), file("Sample,Conc", "A,x", "B,1", "C,y")) == [
        ("NOT_A_NUMBER", "line 2, column Conc"),
        ("NOT_A_NUMBER", "line 4, column Conc"),
    ]


def test_blank_rows_are_no_rows() -> None:
    assert values(mapped().read(file("Sample,Conc", "A,1", "", ",", "B,2"))) == [("A", "1", 1000.0), ("B", "1", 2000.0)]


def test_a_quoted_line_break_keeps_the_line_numbers_right() -> None:
    reading = mapped().read(file("Sample,Conc", '"A\nsecond line",1', "B,2"))
    assert [m.where.line for m in reading.measurements] == [2, 4]


def test_rows_that_look_like_a_statistic_are_flagged() -> None:
    reading = mapped().read(file("Sample,Conc", "A,1", "Mean,1", "SD:,0"))
    assert reading.verdict == "flagged"
    assert codes(reading) == ["SUMMARY_ROW", "SUMMARY_ROW"]
    skipped = mapped(sample='skip = ["Mean", "SD:"]').read(file("Sample,Conc", "A,1", "Mean,1", "SD:,0"))
    assert (skipped.verdict, codes(skipped)) == ("accepted", ["ROWS_SKIPPED"])
    assert values(skipped) == [("A", "1", 1000.0)]


# --- the end of the table ------------------------------------------------------------------------------------------


def test_a_missing_line_end_is_a_cut() -> None:
    cut = file("Sample,Conc", "A,120", end="")
    assert refused(mapped(), cut) == [("TRUNCATED", "the whole file")]
    told = mapped(table="[table]\nfinal_line_end = false").read(cut)
    assert (told.verdict, codes(told)) == ("flagged", ["END_NOT_MARKED"])


def test_an_open_end_behind_an_unread_column_cuts_no_number() -> None:
    whole = mapped().read(file("Sample,Conc,Note", "A,120,repeat", end=""))
    assert (whole.verdict, values(whole)) == ("accepted", [("A", "1", 120000.0)])
    assert values(mapped().read(file("Sample,Conc,Note", "A,120,", end=""))) == values(whole)
    assert refused(mapped(), file("Sample,Conc,Note", "A,12", end="")) == [("SHORT_ROW", "line 2")]


def test_the_number_of_rows() -> None:
    reader = mapped(table="[table]\nrows = 2")
    assert reader.read(file("Sample,Conc", "A,1", "B,2")).verdict == "accepted"
    assert refused(reader, file("Sample,Conc", "A,1")) == [("TRUNCATED", "the whole file")]
    assert refused(reader, file("Sample,Conc", "A,1", "B,2", "C,3")) == [("TRUNCATED", "the whole file")]


def test_the_end_mark() -> None:
    reader = mapped(table='[table]\nstop_at = "End"')
    reading = reader.read(file("Sample,Conc", "A,1", "End", "Mean of all: 1", end=""))
    assert values(reading) == [("A", "1", 1000.0)]
    assert reading.unread == ("line 3", "line 4")
    assert reading.verdict == "accepted"
    assert refused(reader, file("Sample,Conc", "A,1", "En", end="")) == [("TRUNCATED", "the whole file")]


@given(st.integers(0, 200))
def test_cut_anywhere_gives_leading_rows_or_nothing(place: int) -> None:
    whole = file("Sample,Conc,Note", "A,120,x", "A,33.75,", "B,<12.5,z", "C,1e3,")
    expected = values(mapped().read(whole))
    try:
        got = values(mapped().read(ExportFile("own.csv", whole.data[:place])))
    except InputError:
        return
    assert got == expected[: len(got)]


# --- quantities ----------------------------------------------------------------------------------------------------


def test_replicates_stay_apart_and_are_numbered() -> None:
    lines = ("Sample,Conc,Rep", "A,1,a", "B,2,a", "A,3,b")
    assert values(mapped().read(file(*lines))) == [("A", "1", 1000.0), ("B", "1", 2000.0), ("A", "2", 3000.0)]
    named = mapped(sample='replicate = "Rep"')
    assert [r for _, r, _ in values(named.read(file(*lines)))] == ["a", "a", "b"]
    assert refused(named, file("Sample,Conc,Rep", "A,1,")) == [("EMPTY_CELL", "line 2, column Rep")]


def test_a_dilution_column_multiplies_value_and_bound() -> None:
    reader = mapped(more='dilution_column = "DF"', unit="ug/mL")
    reading = reader.read(file("Sample,Conc,DF", "A,2.5,10", "B,<1,20", "C,,"))
    got = [(m.value, m.bound, m.state.value) for m in reading.measurements if isinstance(m, Quantity)]
    assert got == [(25.0, None, "measured"), (None, 20.0, "below range"), (None, None, "missing")]
    for cell, code in (
        ("", "DILUTION_NOT_STATED"),
        ("0", "OUT_OF_RANGE"),
        ("0.1", "OUT_OF_RANGE"),
        ("1:10", "NOT_A_NUMBER"),
    ):
        assert refused(reader, file("Sample,Conc,DF", f"A,2.5,{cell}")) == [(code, "line 2, column DF")]


@pytest.mark.parametrize(
    ("measurand", "unit", "cell", "code"),
    [
        ("zeta_potential", "mV", "-23.4", None),
        ("cell_viability", "%", "97.5", None),
        ("cell_viability", "fraction", "0.975", None),
        ("cell_viability", "%", "101", "OUT_OF_RANGE"),
        ("cell_viability", "fraction", "97.5", "OUT_OF_RANGE"),
        ("particle_concentration", "particles/mL", "-1", "OUT_OF_RANGE"),
        ("particle_concentration", "1e8/mL", "3.2", None),
    ],
)
def test_numbers_that_make_sense(measurand: str, unit: str, cell: str, code: str | None) -> None:
    reader = mapped(measurand=measurand, unit=unit)
    if code is None:
        assert reader.read(file("Sample,Conc", f"A,{cell}")).verdict == "accepted"
    else:
        assert refused(reader, file("Sample,Conc", f"A,{cell}")) == [(code, "line 2, column Conc")]


def test_one_sample_for_the_whole_file() -> None:
    text = QUANTITY.format(table="", sample="", more="", measurand="ph", unit="1").replace(
        'column = "Sample"', 'name = "A"'
    )
    reader = MappedTable(read_mapping(text, "own.toml"))
    assert values(reader.read(file("Conc", "7.2", "7.3"))) == [("A", "1", 7.2), ("A", "2", 7.3)]


def test_a_name_that_looks_like_code_stays_text() -> None:
    nasty = "=cmd|'/c calc'!A0"
    assert values(mapped().read(file("Sample,Conc", f"{nasty},1")))[0][0] == nasty


# --- panels --------------------------------------------------------------------------------------------------------

PANEL = """
title = "Panel"
[table]
{table}
[sample]
column = "Sample"
[panel]
technique = "ELISA"
marker = "Marker"
signal = "Signal"
{more}
[panel.controls]
isotype = ["IgG1"]
blank = ["buffer 1", "buffer 2", "buffer 3"]
blank_samples = ["no EV"]
"""


#: What the mapping declares as controls, of one sample.
CONTROLS = ("S,buffer 1,2", "S,buffer 2,3", "S,buffer 3,2.5", "S,IgG1,2.4")


def panel(more: str = "rows = 3", table: str = "") -> MappedTable:
    return MappedTable(read_mapping(PANEL.format(more=more, table=table), "own.toml"))


def panels(reading: Reading) -> list[MarkerPanel]:
    return [m for m in reading.measurements if isinstance(m, MarkerPanel)]


def test_controls_among_the_rows() -> None:
    lines = ("S,CD9,50", "S,buffer 1,2", "S,buffer 2,3", "S,buffer 3,2.5", "S,IgG1,2.4", "S,CD45,2")
    (made,) = panels(panel("rows = 6").read(file("Sample,Marker,Signal", *lines)))
    assert [(m.name, m.call.value) for m in made.markers] == [("CD9", "positive"), ("CD45", "negative")]
    assert [c.kind for c in made.controls] == ["blank", "blank", "blank", "isotype"]
    assert made.technique == "ELISA"


def test_blank_samples_serve_each_marker_of_the_others() -> None:
    lines = ("no EV,CD9,10", "no EV,CD63,1", "S,CD9,9", "S,CD63,9", "T,CD9,9", "T,CD63,0.5")
    made = panels(panel("rows = 2").read(file("Sample,Marker,Signal", *lines)))
    assert [p.sample for p in made] == ["S", "T"]
    assert [(m.name, m.call.value) for m in made[0].markers] == [("CD9", "negative"), ("CD63", "indeterminate")]
    assert [(c.marker, c.signal) for c in made[1].controls] == [("CD9", 10.0), ("CD63", 1.0)]


def test_every_column_of_a_panel() -> None:
    more = (
        'rows = 2\nbackground = "Iso"\nblank = "Blank"\nlysate = "Lysate"\nlimit_of_detection = "LOD"\ncall = "Call"\n'
    )
    more += 'lysate_call = "LCall"\nunit = "ng/mL"'
    head = "Sample,Marker,Signal,Iso,Blank,Lysate,LOD,Call,LCall"
    (made,) = panels(panel(more).read(file(head, "S,CD9,50,3,2,80,10,+,+", "S,Calnexin,<5,,,90,10,,")))
    cd9, calnexin = made.markers
    assert (cd9.call.value, cd9.unit, cd9.background, cd9.limit_of_detection) == ("positive", "ng/mL", 3.0, 10.0)
    assert (calnexin.call.value, calnexin.signal, calnexin.limit_of_detection) == ("negative", None, 5.0)
    assert "its lysate control is positive" in calnexin.why
    assert {(c.kind, c.marker) for c in made.controls} == {
        ("isotype", "CD9"),
        ("blank", "CD9"),
        ("lysate", "CD9"),
        ("lysate", "Calnexin"),
    }


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("S,CD9,1", "S,CD63,1"), [("TRUNCATED", "line 2")]),
        (("S,CD9,1", "S,CD9,2", "S,CD63,1"), [("MARKER_TWICE", "line 3, column Marker")]),
        (("S,CD9,1", "S,,2", "S,CD63,1"), [("EMPTY_CELL", "line 3, column Marker")]),
        (("S,CD9,1", "S,mIgG1,2", "S,CD63,1"), [("CONTROL_NOT_DECLARED", "line 3, column Marker")]),
        (("S,CD9,1", "S,CD81,high", "S,CD63,?"), [("NOT_A_NUMBER", f"line {i}, column Signal") for i in (3, 4)]),
    ],
)
def test_panels_that_are_refused(lines: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert refused(panel(), file("Sample,Marker,Signal", *lines)) == expected


def test_names_in_doubt_are_told() -> None:
    reading = panel("rows = 7").read(file("Sample,Marker,Signal", "S,TF,5", "S,XYZ9,5", "S,CD9,5", *CONTROLS))
    assert [(i.code, i.severity, i.where.line) for i in reading.issues] == [
        ("MARKER_AMBIGUOUS", "warning", 2),
        ("MARKER_UNKNOWN", "note", 3),
    ]
    assert "CD142 or Transferrin" in reading.issues[0].found


def test_a_control_that_the_mapping_does_not_name_is_no_marker_and_its_place_is_told() -> None:
    lines = ("S,CD9,50", "S,mIgG1 isotype 1,40", *CONTROLS)
    reading = panel("rows = 6").read(file("Sample,Marker,Signal", *lines))
    assert [m.name for m in panels(reading)[0].markers] == ["CD9"]
    (issue,) = reading.issues
    assert (issue.code, issue.severity, issue.where.line) == ("CONTROL_NOT_DECLARED", "warning", 3)
    assert "'mIgG1 isotype 1'" in issue.found


def test_a_declared_control_that_a_sample_lacks_is_told() -> None:
    lines = ("S,CD9,50", *CONTROLS, "T,CD9,50", "T,buffer 1,2", "T,buffer 3,2", "T,IgG1,3", "T,CD63,2")
    reading = panel("rows = 5").read(file("Sample,Marker,Signal", *lines))
    (issue,) = reading.issues
    assert (issue.code, issue.severity, issue.where.line) == ("CONTROL_NOT_FOUND", "warning", 7)
    assert issue.found == "'T' has no row 'buffer 2'"


def test_a_blank_sample_needs_no_controls_of_its_own() -> None:
    rows = file("Sample,Marker,Signal", "no EV,CD9,3", "S,CD9,50", *CONTROLS)
    assert panel("", table="rows = 6").read(rows).issues == ()


def test_a_panel_whose_end_nobody_can_tell() -> None:
    export = file("Sample,Marker,Signal", "S,CD9,5")
    assert refused(panel(""), export) == [("END_NOT_MARKED", "the whole file")]
    reading = panel("", table="unmarked_end = true").read(export)
    assert (reading.verdict, codes(reading)) == ("flagged", ["END_NOT_MARKED", "CONTROL_NOT_FOUND"])
    whole = file("Sample,Marker,Signal", "S,CD9,5", *CONTROLS)
    assert panel("", table="rows = 5").read(whole).verdict == "accepted"


def test_an_empty_signal_is_not_tested_and_all_zero_is_invalid() -> None:
    (made,) = panels(panel().read(file("Sample,Marker,Signal", "S,CD9,0", "S,CD63,0", "S,CD34,")))
    assert [m.call.value for m in made.markers] == ["invalid", "invalid", "not tested"]


# --- distributions -------------------------------------------------------------------------------------------------

SIZES = """
title = "Sizer"
[sample]
column = "Sample"
[distribution]
technique = "TRPS"
rows = 3
{columns}
"""
EDGES = 'lower = "From"\nupper = "To"\ncount = "N"'
CENTRES = 'centre = "D"\nwidth = 0.02\nunit = "um"\ncount = "N"'


def sizer(columns: str = EDGES) -> MappedTable:
    return MappedTable(read_mapping(SIZES.format(columns=columns), "own.toml"))


def distribution(reading: Reading) -> SizeDistribution:
    made = one(reading)
    assert isinstance(made, SizeDistribution)
    return made


def test_edges_and_centres_give_the_same_bins() -> None:
    edges = distribution(sizer().read(file("Sample,From,To,N", "S,50,70,10", "S,70,90,30", "S,90,110,20")))
    centres = distribution(sizer(CENTRES).read(file("Sample,D,N", "S,0.06,10", "S,0.08,30", "S,0.1,20")))
    assert edges.diameter_nm.lower.tolist() == [50.0, 70.0, 90.0]
    assert centres.diameter_nm.lower.tolist() == pytest.approx([50.0, 70.0, 90.0])
    # by hand: half of 60 is 30, 20 of the 30 in 70 to 90
    assert edges.statistics.standard.d50_nm == pytest.approx(70 + 20 * 20 / 30)
    assert centres.statistics.standard.d50_nm == pytest.approx(edges.statistics.standard.d50_nm)
    assert edges.statistics.standard.mean_nm == pytest.approx((60 * 10 + 80 * 30 + 100 * 20) / 60)
    assert edges.concentration_per_ml is None
    assert edges.concentration_total_per_ml.recomputed is None
    assert edges.agreement.within_rounding is None


@pytest.mark.parametrize(
    ("applied", "as_measured", "undiluted"), [("false", 6e8, 6e10), ("true", 6e6, 6e8)], ids=["as measured", "applied"]
)
def test_concentration_and_dilution(applied: str, as_measured: float, undiluted: float) -> None:
    columns = (
        EDGES + f'\nconcentration = "C"\nconcentration_unit = "1e6/mL"\ndilution = "DF"\ndilution_applied = {applied}'
    )
    lines = ("S,50,70,10,100,100", "S,70,90,30,300,100", "S,90,110,20,200,100")
    made = distribution(sizer(columns).read(file("Sample,From,To,N,C,DF", *lines)))
    assert made.concentration_total_per_ml.recomputed == pytest.approx(as_measured)
    assert made.concentration_total_per_ml.undiluted == pytest.approx(undiluted)
    assert (made.dilution.factor, made.dilution.source, made.dilution.already_applied) == (
        100.0,
        "file",
        applied == "true",
    )
    mixed = file("Sample,From,To,N,C,DF", *lines[:2], "S,90,110,20,200,1000")
    assert refused(sizer(columns), mixed) == [("DILUTION", "line 2, column DF")]


def test_an_unknown_dilution_is_flagged_and_gives_no_undiluted_number() -> None:
    columns = 'lower = "From"\nupper = "To"\nconcentration = "C"\nconcentration_unit = "1/mL"'
    reading = sizer(columns).read(file("Sample,From,To,C", "S,50,70,1", "S,70,90,3", "S,90,110,2"))
    assert (reading.verdict, codes(reading)) == ("flagged", ["DILUTION_NOT_STATED"])
    assert distribution(reading).concentration_total_per_ml.undiluted is None


def test_nothing_in_any_bin_is_invalid_and_has_no_size() -> None:
    made = distribution(sizer().read(file("Sample,From,To,N", "S,50,70,0", "S,70,90,0", "S,90,110,0")))
    assert made.validity.valid is False
    assert made.statistics.standard.d50_nm is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("S,50,70,1", "S,90,110,2", "S,70,90,3"), [("BINS", "line 4")]),
        (("S,70,50,1", "S,70,90,3", "S,90,110,2"), [("BINS", "line 2")]),
        (("S,50,80,1", "S,70,90,3", "S,90,110,2"), [("BINS", "line 3")]),
        (("S,50,70,-1", "S,70,90,3", "S,90,110,2"), [("OUT_OF_RANGE", "line 2, column N")]),
        (("S,50,70,", "S,70,90,3", "S,90,110,2"), [("EMPTY_CELL", "line 2, column N")]),
        (("S,50,70,<1", "S,70,90,3", "S,90,110,2"), [("NOT_A_NUMBER", "line 2, column N")]),
        (("S,50,70,1", "S,70,90,3"), [("TRUNCATED", "line 2")]),
        (("S,50,70,1", "S,70,90,3", "S,90,110,ERR"), [("NOT_A_NUMBER", "line 4, column N")]),
    ],
)
def test_distributions_that_are_refused(lines: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert refused(sizer(), file("Sample,From,To,N", *lines)) == expected


def test_two_samples_two_distributions() -> None:
    lines = [f"{s},{lo},{lo + 20},{n}" for s in "ST" for lo, n in ((50, 1), (70, 2), (90, 1))]
    reading = sizer().read(file("Sample,From,To,N", *lines))
    assert [(m.sample, m.where.line) for m in reading.measurements] == [("S", 2), ("T", 5)]


# --- real files ----------------------------------------------------------------------------------------------------

FLEX = "Original sample conc. units"
REAL = """
title = "Qubit"
[sample]
column = "{sample}"
[[column]]
heading = "{conc}"
measurand = "rna_concentration"
unit_column = "{unit}"
"""


@needs_corpus
@pytest.mark.parametrize(
    ("part", "sample", "conc", "unit", "first"),
    [
        # 6.08 and 112 ng/µL stand in the first two rows; headings "Units" twice; no line end after the last row
        ("qubit4_example_1", "Test Name", "Original sample conc.", "Units [2]", [6080.0, 112000.0]),
        # 528 and 610 ng/µL
        (
            "qubit_flex_example_01",
            "Sample Name",
            "Original Sample Conc.",
            "Original sample conc. units",
            [528e3, 610e3],
        ),
        (
            "qubit_flex_example_sep",
            "Sample Name",
            "Original Sample Conc.",
            "Original sample conc. units",
            [528e3, 610e3],
        ),
    ],
)
def test_real_qubit_exports(part: str, sample: str, conc: str, unit: str, first: list[float]) -> None:
    (path,) = [p for p in corpus_files("markers/protein_quant") if part in p.name]
    reader = MappedTable(read_mapping(REAL.format(sample=sample, conc=conc, unit=unit), "own.toml"))
    reading = read_export(ExportFile("real.csv", path.read_bytes()), mapped=[reader])
    assert reading.verdict == "accepted", reading.issues
    assert [v for _, _, v in values(reading)][:2] == first


@needs_corpus
def test_every_bead_of_a_real_panel_is_known() -> None:
    (path,) = [p for p in corpus_files("markers/macsplex") if p.name.endswith("decoded.csv")]
    with path.open(encoding="utf-8", newline="") as lines:
        names = [row["Marker"] for row in csv.DictReader(lines)]
    assert len(names) == 39
    assert [name for name in names if resolve(name) is None] == []


@needs_corpus
@pytest.mark.parametrize("path", [p for p in corpus_files("markers") if p.suffix == ".xlsx"], ids=lambda p: p.name)
def test_a_real_workbook_without_the_headings_is_not_claimed(path: Path) -> None:
    export = ExportFile(path.name, path.read_bytes())
    assert not mapped().recognises(export)
    assert refused(mapped(), export)[0][0] in {"HEADING_MISSING", "SHEET_NOT_CHOSEN"}
