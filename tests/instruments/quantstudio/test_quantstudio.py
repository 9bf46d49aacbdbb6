"""The QuantStudio reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.instruments import quantstudio
from evqc.measurement import State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/release_misc") if "quantstudio" in p.name]
GOOD = (SAMPLES / "quantstudio" / "mycoplasma_with_controls.txt").read_bytes().decode()
BOOK = (SAMPLES / "quantstudio" / "sheets_of_a_workbook.xlsx").read_bytes()
AMPLIFIED = (SAMPLES / "quantstudio" / "control_amplified.txt").read_bytes().decode()


def test_cycles_by_task_and_their_quantities() -> None:
    reading = read(quantstudio, GOOD)
    assert values(reading, "quantification_cycle", task="STANDARD") == [18.21, 21.652]
    assert values(reading, "quantification_cycle", task="UNKNOWN") == [30.412, 30.548, None, None]
    assert len(picked(reading, "analyte_result", analyte="mycoplasma 16S")) == 2
    assert picked(reading, "quantification_cycle")[0].acquired_at == "2026-05-21T14:23:34"


def test_undetermined_is_above_the_last_cycle_and_omitted_is_masked() -> None:
    flat, omitted = picked(read(quantstudio, GOOD), "quantification_cycle", task="UNKNOWN")[2:]
    assert (flat.state, flat.bound, flat.as_written) == (State.ABOVE_RANGE, 45.0, "Undetermined")
    assert (omitted.state, omitted.reason, omitted.as_written) == (State.MISSING, "masked", "34.012")


def test_without_amplification_curves_undetermined_has_no_bound() -> None:
    begin, end = GOOD.index("[Amplification"), GOOD.index("[Results]")
    flat = picked(read(quantstudio, GOOD[:begin] + GOOD[end:]), "quantification_cycle", task="NTC")[0]
    assert (flat.state, flat.bound, flat.settings["flags"]) == (State.ABOVE_RANGE, None, "NOAMP")


def test_a_control_without_template_that_amplifies_is_flagged() -> None:
    assert codes(read(quantstudio, AMPLIFIED)) == ["CONTROL_AMPLIFIED"]
    assert codes(read(quantstudio, GOOD)) == []


@pytest.mark.parametrize(
    "change",
    [
        ("30.412\t30.480", "31.042\t30.480"),
        ("\t0.096\t", "\t0.960\t"),
        ("\t-3.442\t", "\t-3.244\t"),
        ("\t35.420\t", "\t34.520\t"),
    ],
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert change[0] in GOOD
    assert set(codes(read(quantstudio, GOOD.replace(*change)))) == {"PRINTED_DISAGREES"}


def test_a_decimal_comma_is_seen_by_evidence() -> None:
    begin = GOOD.index("[Sample Setup]")
    comma = GOOD[:begin] + GOOD[begin:].translate(str.maketrans(".,", ",."))
    assert values(read(quantstudio, comma), "quantification_cycle")[:3] == [18.21, 21.652, 30.412]
    assert codes(read(quantstudio, comma)) == []


def test_wells_that_the_setup_plans_and_the_results_lack_are_flagged_when_the_file_goes_on() -> None:
    lacking = AMPLIFIED.replace("5\tA5\tfalse\tEV batch 8", "5\tA12\tfalse\tEV batch 8")
    assert "WELLS_MISSING" in codes(read(quantstudio, lacking))
    assert read(quantstudio, lacking).verdict == "flagged"


def test_sheets_of_a_workbook_hold_what_the_sections_hold() -> None:
    text, book = read(quantstudio, GOOD), read(quantstudio, BOOK)
    for name in ("quantification_cycle", "analyte_result"):
        both = [[(m.value, m.state, m.sample, m.acquired_at) for m in picked(of, name)] for of in (text, book)]
        assert both[0] == both[1]
    assert (book.verdict, codes(book)) == ("accepted", [])


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("22:05:31 PM EDT", "2026-05-21T22:05:31"),
        ("13:02:50 PM", "2026-05-21T13:02:50"),
        ("04:15:50 PM", "2026-05-21T16:15:50"),
        ("04:15:50 AM CEST", "2026-05-21T04:15:50"),
    ],
)
def test_an_afternoon_of_a_clock_with_24_hours_is_known(written: str, means: str) -> None:
    changed = GOOD.replace("02:23:34 PM CEST", written)
    assert picked(read(quantstudio, changed), "quantification_cycle")[0].acquired_at == means


def test_single_precision_is_no_disagreement() -> None:
    """The software keeps seven figures: a mean of 127,155.95 is printed 127,155.960."""
    end = AMPLIFIED.index("Analysis Type")
    headings = "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tCT\tQuantity\tQuantity Mean\n"
    rows = "".join(
        f"{i}\tA{i}\tfalse\tEV batch 7\tmycoplasma 16S\tUNKNOWN\t25.{i}00\t{amount}\t127,155.960\n"
        for i, amount in enumerate(("118,248.200", "134,125.920", "129,093.730"), start=1)
    )
    header = AMPLIFIED[: AMPLIFIED.index("[Sample Setup]")]
    whole = f"{header}[Results]\n{headings}{rows}\n{AMPLIFIED[end:]}"
    assert codes(read(quantstudio, whole)) == []
    assert codes(read(quantstudio, whole.replace("127,155.960", "127,156.960"))) == ["PRINTED_DISAGREES"]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    begin = lines.index("[Results]") + 1
    end = next(i for i in range(begin, len(lines)) if lines[i].startswith("["))
    rows = list(csv.DictReader(lines[begin:end], delimiter="\t"))
    reading = read(quantstudio, path.read_bytes())
    assert (reading.verdict, codes(reading)) == ("accepted", [])
    found = picked(reading, "quantification_cycle")
    assert [m.value for m in found] == [float(row["CT"]) for row in rows]
    assert [m.settings["well"] for m in found] == [row["Well Position"] for row in rows]
    assert [m.sample for m in found] == [row["Sample Name"] for row in rows]


def test_the_title_of_another_section_among_the_results_is_refused() -> None:
    lines = GOOD.splitlines(keepends=True)
    top = next(n for n, line in enumerate(lines) if line.startswith("[Results]"))
    changed = "".join([*lines[: top + 3], "[Sample Setup]\r\n", *lines[top + 3 :]])
    assert codes(read(quantstudio, changed)) == ["SECTION_TWICE"]
