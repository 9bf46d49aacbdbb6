"""The NucleoView reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.instruments import nucleoview
from evqc.measurement import State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/cell_viability") if "nucleoview" in p.name]
REMARKS = (SAMPLES / "nucleoview" / "remarks_on_numbers.csv").read_bytes().decode()
DILUTED = (SAMPLES / "nucleoview" / "diluted_without_metadata.csv").read_bytes().decode()


def test_a_remark_behind_a_number_flags_it_also_over_a_line_end() -> None:
    reading = read(nucleoview, REMARKS)
    assert codes(reading) == ["INSTRUMENT_FLAG", "INSTRUMENT_FLAG"]
    assert values(reading, "cell_concentration", cells="total") == [1.98e6]
    assert values(reading, "cell_aggregation") == [3]
    assert reading.issues[1].found == "'3 (Uncertain determination)'"


def test_below_the_range_has_its_bound_and_is_no_number() -> None:
    found = picked(read(nucleoview, REMARKS), "cell_diameter")[0]
    assert (found.value, found.state, found.bound) == (None, State.BELOW_RANGE, 8.0)


def test_not_determined_is_not_computed() -> None:
    found = picked(read(nucleoview, REMARKS.replace("<8", "Not determined")), "cell_diameter")[0]
    assert (found.value, found.state, found.reason) == (None, State.MISSING, "not computed")


def test_time_version_and_operator_come_from_the_file() -> None:
    reading = read(nucleoview, REMARKS)
    found = picked(reading, "cell_viability")[0]
    assert (reading.software_version, found.acquired_at) == ("1.4.9.0", "2026-05-21T16:30:16")
    assert found.settings["operator"] == "analyst A"


@pytest.mark.parametrize("change", [("2.000", "3.000"), (";91.4", ";94.1"), ("1.81E6", "1.18E6"), ("1.70E5", "1.70E6")])
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" in codes(read(nucleoview, DILUTED.replace(*change)))


def test_a_dilution_that_the_numbers_may_or_may_not_include_is_flagged() -> None:
    assert codes(read(nucleoview, DILUTED)) == ["DILUTION_UNVERIFIED"]


def test_a_key_twice_is_refused() -> None:
    assert codes(read(nucleoview, DILUTED.replace("Operator", "Viability (%);90.0;\nOperator"))) == ["KEY_TWICE"]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_lines(path: Path) -> None:
    cells = [line.split(";") for line in path.read_text("utf-8").splitlines() if ";" in line]
    shown = {key: value for key, value, *_ in cells}
    reading = read(nucleoview, path.read_bytes())
    assert reading.verdict == "accepted"
    keys = ("Live (cells/ml)", "Dead (cells/ml)", "Total (cells/ml)")
    assert values(reading, "cell_concentration") == [float(shown[key]) for key in keys]
    assert values(reading, "cell_viability") == [float(shown["Viability (%)"])]
    assert values(reading, "cell_diameter") == [float(shown["Estimated cell diameter (um)"])]
    aggregates = "(%) of cells in aggregates with five or more cells"
    assert values(reading, "cell_aggregation") == [float(shown[aggregates])]
