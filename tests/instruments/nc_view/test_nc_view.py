"""The NC-View reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.instruments import nc_view
from evqc.measurement import State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/cell_viability") if "nc_view" in p.name]
TABLE = (SAMPLES / "nc_view" / "thousands_apart.csv").read_bytes().decode()
TEXT = (SAMPLES / "nc_view" / "one_sample.txt").read_bytes().decode()


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2009", " ", ""])
def test_thousands_may_stand_apart_by_any_blank(blank: str) -> None:
    reading = read(nc_view, TABLE.replace("\u00a0", blank))
    assert values(reading, "cell_concentration", cells="total") == [421000, 1.31e6, 702000]
    assert values(reading, "cell_concentration", cells="dead") == [37200, 60100, 37900]


def test_groups_of_other_than_three_digits_are_no_number() -> None:
    assert codes(read(nc_view, TABLE.replace("421\u00a0000", "421\u00a000"))) == ["NOT_A_NUMBER"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("384\u00a0000", "348\u00a0000"), "PRINTED_DISAGREES"),
        ((",91.2,", ",92.1,"), "PRINTED_DISAGREES"),
        ((",OK,421", ",Error: Bubbles,421"), "INSTRUMENT_FLAG"),
    ],
)
def test_what_the_file_contradicts_or_the_instrument_doubts_is_flagged(change: tuple[str, str], code: str) -> None:
    before = codes(read(nc_view, TABLE))
    after = codes(read(nc_view, TABLE.replace(*change)))
    assert code in after
    assert len(after) > len(before)


def test_a_semicolon_table_with_decimal_comma() -> None:
    comma = TABLE.replace(",", ";").replace(".", ",")
    assert values(read(nc_view, comma), "cell_viability") == [91.2, 95.4, 94.6]


def test_a_text_of_one_sample_has_the_same_quantities_and_a_time_in_utc() -> None:
    reading = read(nc_view, TEXT)
    assert reading.software_version == "1.9.0.1"
    assert values(reading, "cell_concentration", cells="viable") == [880000]
    found = picked(reading, "cell_viability")[0]
    assert (found.value, found.sample, found.acquired_at) == (83.8, "EV batch 7", "2026-05-21T09:30:00+00:00")


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [("<8", State.BELOW_RANGE, "below range"), ("---", State.MISSING, "not reported"), ("", State.MISSING, "empty")],
)
def test_no_number_has_its_own_state(text: str, state: State, reason: str) -> None:
    found = picked(read(nc_view, TEXT.replace("\t10.4\n", f"\t{text}\n")), "cell_diameter")[0]
    assert (found.value, found.state, found.reason) == (None, state, reason)


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    rows = list(csv.DictReader(path.read_text("utf-8").replace("\u00a0", "").splitlines()))
    reading = read(nc_view, path.read_bytes())
    assert set(codes(reading)) == {"INSTRUMENT_FLAG", "END_OPEN"}
    for heading, measurand, which in [
        ("TOTAL (cells/ml)", "cell_concentration", {"cells": "total"}),
        ("LIVE (cells/ml)", "cell_concentration", {"cells": "viable"}),
        ("DEAD (cells/ml)", "cell_concentration", {"cells": "dead"}),
        ("VIABILITY (%)", "cell_viability", {}),
        ("DIAMETER (\u00b5m)", "cell_diameter", {}),
        ("AGGREGATES (%)", "cell_aggregation", {}),
    ]:
        assert values(reading, measurand, **which) == [float(row[heading]) for row in rows]
