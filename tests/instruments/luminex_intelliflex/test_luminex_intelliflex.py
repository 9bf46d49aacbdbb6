"""The INTELLIFLEX reader on exports of known content, on damaged ones, and on a real file where it is."""

from __future__ import annotations

import csv
from statistics import fmean
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import luminex_intelliflex
from evqc.instruments._export import ExportFile, load
from evqc.measurement import Call, MarkerPanel, Quantity
from evqc.reading import Reading, refused
from tests.instruments.luminex_intelliflex.native import REGIONS, WELLS, rows, text
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/immunoassay") if b"WELL LOCATION" in p.read_bytes()[:2000]]


def read(data: str | bytes) -> Reading:
    file = ExportFile("plate.csv", data if isinstance(data, bytes) else data.encode("utf-8"))
    try:
        return luminex_intelliflex.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=luminex_intelliflex.NAME)


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def panels(reading: Reading) -> list[MarkerPanel]:
    return [m for m in reading.measurements if isinstance(m, MarkerPanel)]


ONE = text(rows("RP1"))


def test_each_well_of_a_sample_is_a_panel() -> None:
    found = panels(read(ONE))
    assert [(p.sample, p.where.field) for p in found] == [
        ("EV batch 7", "D1"),
        ("EV batch 7", "E1"),
        ("EV batch 8", "F1"),
    ]
    assert [m.name for m in found[0].markers] == ["CD9", "CD63", "Calnexin"]
    assert [m.signal for m in found[0].markers] == [2616.12, 1411.5, 6.25]
    assert [m.call for m in found[0].markers] == [Call.POSITIVE, Call.POSITIVE, Call.NEGATIVE]
    assert found[0].markers[0].background == fmean(w[5][0] for w in WELLS[:3])


def test_a_dry_well_is_not_tested_and_not_negative() -> None:
    assert {m.call for m in panels(read(ONE))[-1].markers} == {Call.NOT_TESTED}


def test_each_reporter_has_its_own_panel_and_blanks() -> None:
    found = panels(read(text(rows("RP1", "RP2"))))
    assert [p.technique.endswith("RP2") for p in found] == [False, True] * 3
    assert found[1].markers[0].signal == 261.613
    assert {c.signal for c in found[1].controls if c.marker == "CD9"} == {0.85, 0.95, 0.9}


def test_a_workbook_reads_like_the_text() -> None:
    path = SAMPLES / "luminex_intelliflex" / "one-reporter.xlsx"
    found = luminex_intelliflex.read(load(path, path.name))
    assert [p.markers for p in panels(found)] == [p.markers for p in panels(read(ONE))]


def test_other_orders_of_columns_and_missing_optional_ones_change_nothing() -> None:
    table = rows("RP1")
    kept = [i for i, h in enumerate(table[0]) if h not in {"MODEL NAME", "PLATE START", "R25: RP1 MEAN"}]
    turned = [[row[i] for i in [*kept[3:], *kept[:3]]] for row in table]
    assert [p.markers for p in panels(read(text(turned)))] == [p.markers for p in panels(read(ONE))]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2607.12", "2507.12", "PRINTED_DISAGREES"),  # net median of CD9 in D1: 2616.12 - 9
        (",93,38.0952,", ",93,48.0952,", "PRINTED_DISAGREES"),  # 100 * 0.4 / 1.05
        (",216,", ",316,", "PRINTED_DISAGREES"),  # active events of D1: 93 + 73 + 50
        ("Completed,EV batch 7", "Aborted,EV batch 7", "WELL_STATUS"),
        (",B1,Completed,diluent", ",U9,Completed,diluent", "NO_BACKGROUND"),
    ],
)
def test_a_contradiction_is_flagged(old: str, new: str, code: str) -> None:
    assert old in ONE
    assert code in codes(read(ONE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("E1,U1", "D1,U1", "WELL_TWICE"),
        ("CD63,27,1411.5", "CD81,27,1411.5", "ANALYTE_DIFFERS"),
        ("WELL LOCATION", "PLACE", "HEADING_MISSING"),
        (" MEDIAN", " MIDDLE", "HEADING_MISSING"),
        (",U1,", ",B1,", "NO_SAMPLES"),
    ],
)
def test_what_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    data = ONE.replace(old, new).replace(",U2,", ",B2,") if code == "NO_SAMPLES" else ONE.replace(old, new)
    assert codes(read(data)) == {code}


@pytest.mark.parametrize("ending", ["", "\n"])
def test_an_open_end_is_refused_only_where_a_number_may_be_cut(ending: str) -> None:
    whole = text(rows("RP1")[:-1])
    assert read(whole.rstrip("\n") + ending).verdict == ("flagged" if ending else "refused")
    assert read(ONE.rstrip("\n") + ending).verdict == "flagged"  # the last cell is NaN


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_median_of_a_real_file_is_read(path: Path) -> None:
    table = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    wells = [row for row in table if row["WELL LOCATION"]]
    found = panels(luminex_intelliflex.read(load(path, path.name)))
    assert [p.where.field for p in found] == [row["WELL LOCATION"] for row in wells]
    medians = [h for h in table[0] if h.endswith(": RP1 MEDIAN")]
    for panel, row in zip(found, wells, strict=True):
        texts = [row[h] for h in medians]
        assert panel.sample == row["SAMPLE ID"]
        assert [m.signal for m in panel.markers] == [None if t == "NaN" else float(t) for t in texts]
    assert len(REGIONS) == 3


def test_backgrounds_keep_their_signals() -> None:
    found = [m for m in read(ONE).measurements if isinstance(m, Quantity)]
    assert [(m.settings["well"], m.value) for m in found[:3]] == [("A1", 8.5), ("A1", 11.25), ("A1", 6.0)]
    assert {m.settings["role"] for m in found} == {"blank"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("R27: RP1 ANALYTE NAME", "R27: RP1 ANALYTE NAM", "COLUMNS_DIFFER"), (",U2,", ",X2,", "WELL_TYPE")],
)
def test_a_damaged_heading_or_type_is_flagged(old: str, new: str, code: str) -> None:
    assert code in codes(read(ONE.replace(old, new)))
