"""The Vi-CELL BLU reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from evqc.instruments import vi_cell_blu
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity, State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/cell_viability") if "vi_cell_blu" in p.name]
GOOD = (SAMPLES / "vi_cell_blu" / "three_days.csv").read_bytes().decode()
IMAGES = (SAMPLES / "vi_cell_blu" / "image_by_image.csv").read_bytes().decode()
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def without(text: str, *headings: str) -> str:
    """The export with these columns left out."""
    rows = list(csv.reader(text.splitlines()))
    kept = [i for i, heading in enumerate(rows[0]) if heading not in headings]
    file = io.StringIO()
    csv.writer(file).writerows([[row[i] for i in kept if i < len(row)] for row in rows])
    return file.getvalue()


def saved_as_a_workbook(text: str) -> bytes:
    """What a spreadsheet makes of the export."""
    book = Workbook()
    for row in csv.reader(text.splitlines()):
        book.worksheets[0].append([float(cell) if NUMBER.fullmatch(cell) else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_counts_concentrations_and_viability_with_their_units() -> None:
    reading = read(vi_cell_blu, GOOD)
    assert values(reading, "event_count", counted="viable cells") == [2995, 7638, 1204]
    assert values(reading, "cell_concentration", cells="total") == [1.11e6, 2.86e6, 1.07e6]
    assert values(reading, "cell_viability") == [95.99, 95.0, 80.27]
    assert [m.sample for m in picked(reading, "cell_viability")][2] == "EV batch 7, day 4"
    assert picked(reading, "cell_viability")[0].acquired_at == "2026-05-21T09:14:00"


def test_a_diameter_that_is_not_available_is_missing_for_that_reason() -> None:
    last = picked(read(vi_cell_blu, GOOD), "cell_diameter", cells="total")[-1]
    assert (last.value, last.state, last.reason, last.as_written) == (None, State.MISSING, "not available", "N/A")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((",3120,2995,", ",3120,2959,"), "PRINTED_DISAGREES"),
        ((",1.11,1.07,", ",1.11,1.70,"), "PRINTED_DISAGREES"),
        (("0.92,31,134", "0.92,13,134"), "PRINTED_DISAGREES"),
        ((",analyst A,,2,", ",analyst A,,1,"), None),
        (("5/21/2026 9:14", "5/2/2026 9:14"), None),
    ],
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str], code: str | None) -> None:
    assert change[0] in GOOD
    found = set(codes(read(vi_cell_blu, GOOD.replace(*change)))) - {"DILUTION_UNVERIFIED"}
    assert found == ({code} if code else set())


@pytest.mark.parametrize("sign", ["\u03bc", "u", "?", "\ufffd"])
def test_the_micro_sign_may_be_any_that_software_makes_of_it(sign: str) -> None:
    reading, whole = read(vi_cell_blu, GOOD.replace("\u00b5", sign)), read(vi_cell_blu, GOOD)
    for which in ("total", "viable"):
        assert values(reading, "cell_diameter", cells=which) == values(whole, "cell_diameter", cells=which)
    assert picked(reading, "cell_viability")[0].settings["minimum_diameter_um"] == 6.0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert read(vi_cell_blu, GOOD.encode(encoding)).measurements == read(vi_cell_blu, GOOD).measurements


def test_columns_in_another_order_and_optional_ones_missing() -> None:
    rows = [list(reversed(row[:6])) for row in csv.reader(GOOD.splitlines())]
    reading = read(vi_cell_blu, "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n")
    assert values(reading, "cell_viability") == [95.99, 95.0, 80.27]
    assert picked(reading, "cell_diameter") == []


def test_images_add_up_to_the_total_that_is_read() -> None:
    reading = read(vi_cell_blu, IMAGES)
    assert (reading.verdict, reading.file_kind) == ("accepted", "images of one sample")
    assert values(reading, "event_count", counted="cells") == [297]
    assert picked(reading, "cell_viability")[0].sample == "EV batch 8"
    assert codes(read(vi_cell_blu, IMAGES.replace('"2","104"', '"2","140"'))) == ["PRINTED_DISAGREES"]


COLUMNS = {
    ("event_count", "counted", "cells"): ("Cell count", 1.0),
    ("event_count", "counted", "viable cells"): ("Viable cells", 1.0),
    ("cell_concentration", "cells", "total"): ("Total (x10^6) cells/mL", 1e6),
    ("cell_concentration", "cells", "viable"): ("Viable (x10^6) cells/mL", 1e6),
    ("cell_diameter", "cells", "total"): ("Average diameter (\u00b5m)", 1.0),
    ("cell_diameter", "cells", "viable"): ("Average viable diameter (\u00b5m)", 1.0),
}


def test_optional_columns_may_be_left_out_and_a_spreadsheet_may_have_saved_it() -> None:
    short = without(GOOD, "Bubble count", "Cluster count", "Total (x10^6) cells/mL", "Tag")
    assert vi_cell_blu.recognises(ExportFile("run.csv", short.encode()))
    assert values(read(vi_cell_blu, short), "cell_viability") == [95.99, 95.0, 80.27]
    book = saved_as_a_workbook(GOOD)
    assert vi_cell_blu.recognises(ExportFile("run.xlsx", book))
    numbers = [
        [(m.value, m.state) for m in read(vi_cell_blu, of).measurements if isinstance(m, Quantity)]
        for of in (GOOD, book)
    ]
    assert numbers[0] == numbers[1]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    data = path.read_bytes()
    text = data.decode("utf-16" if data[:2] == b"\xfe\xff" else "utf-8").replace("\u03bc", "\u00b5")
    rows = list(csv.DictReader(text.splitlines()))
    reading = read(vi_cell_blu, data)
    assert (reading.verdict, reading.unread) == ("accepted", ())
    for (measurand, key, which), (heading, times) in COLUMNS.items():
        expected = [float(row[heading]) * times for row in rows]
        assert values(reading, measurand, **{key: which}) == pytest.approx(expected, rel=1e-12)
    assert values(reading, "cell_viability") == [float(row["Viability (%)"]) for row in rows]
    assert [m.sample for m in picked(reading, "cell_viability")] == [row["Sample ID"] for row in rows]


def test_settings_longer_than_their_headings_are_refused() -> None:
    assert '"Dilution",' in IMAGES
    assert codes(read(vi_cell_blu, IMAGES.replace('"Dilution",', "", 1))) == ["LONG_ROW"]
