"""Statistics of gates: shares and concentrations that belong together, bead gates to panels, a real workbook."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from evqc.instruments import _macsplex
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.markers.bead_kits import bead, kits
from evqc.measurement import Call, MarkerPanel, Quantity, State
from tests.instruments.macsquantify.synthetic import KIT, as_text, beads, events, gates, medians, workbook
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.reading import Reading

CELLS = gates([("EV donor.0001", "A1", 94.25, 812345.5, 97.5), ("EV donor.0002", "B1", 93.5, 790120.25, 96.31)])
RUNS = (
    ("Blank 1.0001", "A1", medians(0, 1), events(1)),
    ("Blank 2.0002", "B1", medians(0, 2), events(2)),
    ("EV batch 7.0003", "C1", medians(1, 3), events(3)),
)


def read(content: str | bytes) -> Reading:
    return read_export(ExportFile("x", content.encode() if isinstance(content, str) else content))


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def found(reading: Reading) -> list[tuple[object, ...]]:
    quantities = [m for m in reading.measurements if isinstance(m, Quantity)]
    return [(q.sample, q.replicate, q.settings["well"], q.settings["gate"], q.measurand, q.value) for q in quantities]


def panels(reading: Reading) -> list[MarkerPanel]:
    return [m for m in reading.measurements if isinstance(m, MarkerPanel)]


def test_gates_become_shares_and_concentrations() -> None:
    reading = read(as_text(CELLS))
    assert (reading.verdict, reading.instrument, reading.status) == ("accepted", "macsquantify", "verified")
    assert found(reading)[:4] == [
        ("EV donor", "0001", "A1", "P1", "event_share", 94.25),
        ("EV donor", "0001", "A1", "P1", "event_concentration", 812345.5),
        ("EV donor", "0001", "A1", "P1/P2", "event_share", 97.5),
        ("EV donor", "0001", "A1", "P1/P2", "event_concentration", 792036.86),
    ]
    assert found(read(workbook({"day 1": CELLS, "notes": [("x",)]}))) == found(reading)


@pytest.mark.parametrize(("mark", "comma"), [("\t", False), (",", False), (";", False), (";", True), ("\t", True)])
def test_separators_and_decimal_marks_change_nothing(mark: str, comma: bool) -> None:
    text = as_text(CELLS, mark)
    if comma:
        text = text.replace(".", ",").replace(",0001", ".0001").replace(",0002", ".0002")
    assert found(read(text)) == found(read(as_text(CELLS)))


@pytest.mark.parametrize(
    ("share", "concentration", "flagged"),
    [(97.5, 792036.86, False), (97.5, 792000.0, False), (97.5, 800000.0, True), (57.9, 792036.86, True)],
)
def test_a_gate_is_its_share_of_the_gate_around_it(share: float, concentration: float, flagged: bool) -> None:
    rows = [CELLS[0], CELLS[1], ("EV donor.0001\\P1\\P2", "A1", share, concentration)]
    assert ("PRINTED_DISAGREES" in codes(read(as_text(rows)))) is flagged


def test_of_a_gate_further_out_it_is_at_most_its_share() -> None:
    def deep(concentration: float) -> set[str]:
        return codes(read(as_text([CELLS[0], CELLS[1], ("EV donor.0001\\P1\\P2\\P3", "A1", 0.21, concentration)])))

    assert deep(1500.0) == set()
    assert deep(2500.0) == {"PRINTED_DISAGREES"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("EV donor.0009\\P1", "A9", 100.5, 1.0), "OUT_OF_RANGE"),
        (("EV donor.0009\\P1", "A9", -1, 1.0), "OUT_OF_RANGE"),
        (("EV donor.0009\\P1", "A9", 1, "many"), "NOT_A_NUMBER"),
        (("EV donor.0009", "A9", 1, 1.0), "GATE_PATH"),
        (("EV donor.0009\\\\P1", "A9", 1, 1.0), "GATE_PATH"),
        (("EV donor.0001\\P1", "A1", 94.25, 812345.5), "GATE_TWICE"),
        (("EV donor.0009\\P1", "A9", 1, 1.0, 7), "ROW_LENGTH"),
        (("EV donor.0009\\P1", "A9", 1), "ROW_LENGTH"),
    ],
)
def test_what_is_refused(row: tuple[object, ...], code: str) -> None:
    reading = read(as_text([*CELLS, row]))
    assert (reading.verdict, codes(reading)) == ("refused", {code})
    assert reading.issues[0].where.line == 6


@pytest.mark.parametrize(
    ("cell", "state", "reason"),
    [
        ("", State.MISSING, "empty"),
        ("---", State.MISSING, "not reported"),
        ("N/A", State.MISSING, "not available"),
        ("NaN", State.MISSING, "not a number"),
        ("<0.1", State.BELOW_RANGE, "below range"),
    ],
)
def test_what_stands_instead_of_a_number(cell: str, state: State, reason: str) -> None:
    reading = read(as_text([*CELLS, ("EV donor.0009\\P1", "A9", cell, 1.0)]))
    quantity = next(m for m in reading.measurements if isinstance(m, Quantity) and m.settings["well"] == "A9")
    assert (quantity.state, quantity.reason, quantity.as_written, quantity.value) == (state, reason, cell, None)


def test_a_table_below_another_is_read_too() -> None:
    text = as_text(CELLS)
    again = text.replace("EV donor.", "EV donor 2.")
    assert read(f"{text}\n{again}").verdict == "accepted"
    assert found(read(f"{text}\n{again}")) == [*found(read(text)), *found(read(again))]


def test_rows_without_a_well_and_runs_in_two_wells_are_said() -> None:
    rows = [*CELLS, ("mean", "---", 1.0, 2.0), ("EV donor.0002\\P1\\P7", "B2", 1.0, 2.0)]
    assert codes(read(as_text(rows))) == {"ROW_WITHOUT_WELL", "RUN_IN_TWO_WELLS"}


def test_bead_gates_become_a_panel_called_by_isotype_beads_and_blanks() -> None:
    reading = read(as_text(beads(RUNS)))
    (panel,) = panels(reading)
    assert (panel.sample, reading.status) == ("EV batch 7", "experimental")
    signal = {m.as_written: m.signal for m in panel.markers}
    assert len(signal) == 37
    assert signal["CD63"] == RUNS[2][2]["CD63"]
    assert signal["HLA-DR,DP,DQ"] == RUNS[2][2]["HLA-DR,DP,DQ"]
    assert {m.name for m in panel.markers if m.call is Call.POSITIVE} >= {"CD9", "CD63", "CD81", "CD29", "CD44"}
    isotype = {c.marker: (c.name, c.signal) for c in panel.controls if c.kind == "isotype"}
    assert isotype["CD81"] == ("REA Control", RUNS[2][2]["REA Control"])
    assert isotype["CD9"] == isotype["CD105"] == ("mIgG1 Control", RUNS[2][2]["mIgG1 Control"])
    why = {m.name: m.why for m in panel.markers}
    assert why["CD105"].endswith("mIgG1 control by convention, as the kit has no control for mIgG2a")
    assert "convention" not in why["CD9"] + why["CD81"] + why["CD29"]
    assert [c.signal for c in panel.controls if c.kind == "blank" and c.marker == "CD9"] == [
        RUNS[0][2]["CD9"], RUNS[1][2]["CD9"],
    ]  # fmt: skip
    assert reading.unread == ()


def test_without_blanks_nothing_is_positive() -> None:
    reading = read(as_text(beads(RUNS[2:])))
    assert "NO_BLANK" in codes(reading)
    assert Call.POSITIVE not in {m.call for m in panels(reading)[0].markers}


def test_beads_may_be_named_by_their_numbers() -> None:
    rows = as_text(beads(RUNS))
    for number, name in KIT:
        rows = rows.replace(f"\\{name}\t", f"\\{number}\t")
    assert "53" in {m.as_written for m in panels(read(rows))[0].markers}
    names = {m.name: m.signal for m in panels(read(rows))[0].markers}
    assert names == {m.name: m.signal for m in panels(read(as_text(beads(RUNS))))[0].markers}


def test_cells_stained_for_a_few_markers_are_no_kit() -> None:
    rows = [("Full path", "WID", "%-#", "Md(APC-A)"), ("EV donor.0001\\P1\\CD45", "A1", 12.0, 8.5)]
    assert found(read(as_text(rows)))[-1] == ("EV donor", "0001", "A1", "P1/CD45", "marker_signal", 8.5)


def test_few_events_missing_beads_and_foreign_beads_are_said() -> None:
    few = (*RUNS[2][:3], RUNS[2][3] | {"CD209": 31})
    rows = [r for r in beads([few]) if "SSEA" not in str(r[0])]
    reading = read(workbook({"a": [*rows, ("EV batch 7.0003\\Beads\\CD90", "C1", 200, 1.0, 2.5, 1.0)]}))
    assert {"FEW_EVENTS", "BEAD_MISSING", "KIT_UNKNOWN"} <= codes(reading)
    assert "none of its controls" in next(m.why for m in panels(reading)[0].markers if m.name == "CD90")


@pytest.mark.parametrize("cut", [3, 30, 41, 43, 60, 80, 100, 110])
def test_text_cut_between_the_beads_of_a_run_is_refused_or_ends_with_a_run(cut: int) -> None:
    whole, rows = read(as_text(beads(RUNS))), beads(RUNS)
    reading = read(as_text(rows[:cut]))
    assert reading.verdict == "refused" or reading.measurements == whole.measurements[: len(reading.measurements)]


def test_the_panel_map_is_whole() -> None:
    (beads_of_kit,) = kits().values()
    assert len({b.number for b in beads_of_kit}) == len({b.marker for b in beads_of_kit}) == 39
    assert [b.marker for b in beads_of_kit if b.isotype == "REA" and not b.is_control] == [
        "CD41b", "CD42a", "CD56", "CD62P", "CD81", "HLA-ABC", "HLA-DRDPDQ", "SSEA-4",
    ]  # fmt: skip
    assert sum(not b.control_is_matched for b in beads_of_kit) == 10
    assert all(bead(name) == bead(str(number)) for number, name in KIT)


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("53 CD9", "CD9"), ("CD133-1", "CD133/1"), ("HLA-DR/DP/DQ", "HLA-DRDPDQ"), ("bead 33", "HLA-DRDPDQ"),
        ("NG2", "MCSP"), ("P53", None), ("53 CD63", None), ("100", None), ("CD90", None), ("Beads", None),
    ],
)  # fmt: skip
def test_which_bead_a_name_means(text: str, marker: str | None) -> None:
    assert getattr(bead(text), "marker", None) == marker


@pytest.mark.parametrize(
    ("name", "blank"),
    [
        ("Blank", True), ("blank 2", True), ("buffer_blank", True), ("no EV control", True), ("Blank 1.fcs", True),
        ("process blank", True), ("PBS", False), ("blanket", False), ("EV batch 7", False), ("EV blank", False),
    ],
)  # fmt: skip
def test_which_names_are_blanks(name: str, blank: bool) -> None:
    assert _macsplex.is_blank(name) is blank


@pytest.mark.parametrize(
    ("channel", "detection"),
    [
        ("APC-A", True), ("Comp-APC-A", True), ("R1-A", True), ("APC-A :: CD9-APC", True), ("APC-Cy7-A", False),
        ("APC-Vio770-A", False), ("FITC-A", False), ("PE-A", False), ("B1-A", False), ("", False),
    ],
)  # fmt: skip
def test_which_channel_is_the_detection_channel(channel: str, detection: bool) -> None:
    assert _macsplex.is_detection(channel) is detection


REAL = [path for path in corpus_files("markers/macsplex") if path.suffix == ".xlsx"]


def values(path: Path) -> list[Any]:
    """The rows of all sheets below their headings."""
    book = load_workbook(io.BytesIO(path.read_bytes()))
    return [row for sheet in book.worksheets for row in list(sheet.values)[1:]]


@needs_corpus
def test_a_real_workbook_is_read_cell_by_cell() -> None:
    for path in REAL:
        expected = []
        for full, well, share, concentration in values(path):
            run, _, gate = full.partition("\\")
            key = (run[:-5], run[-4:], well, gate.replace("\\", "/"))
            expected += [(*key, "event_share", float(share)), (*key, "event_concentration", float(concentration))]
        reading = read(path.read_bytes())
        assert reading.verdict == "accepted"
        assert sorted(map(str, found(reading))) == sorted(map(str, expected))
        assert len(expected) == 368


@needs_corpus
def test_exchanged_numbers_of_a_real_workbook_are_noticed() -> None:
    for path in REAL:
        rows = [list(row) for row in values(path)]
        rows[1][3], rows[3][3] = rows[3][3], rows[1][3]
        exchanged = [["Full path", "WID", "%-#", "Count/mL"], *rows]
        assert "PRINTED_DISAGREES" in codes(read(workbook({"exchanged": exchanged})))


def test_gates_in_a_sheet_without_headings_are_not_passed_over() -> None:
    [issue] = read(workbook({"day 1": CELLS, "day 2": CELLS[1:]})).issues
    assert (issue.code, issue.severity, issue.where.field) == ("HEADING_MISSING", "error", "day 2")
