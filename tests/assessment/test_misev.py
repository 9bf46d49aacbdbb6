"""What holds for the two editions of MISEV whatever the batch: less said is never more passed."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import assess
from evqc.criteria.findings import Verdict
from tests.assessment import making
from tests.cases.test_cases import SOUND, described

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch

EDITIONS = ["misev2018", "misev2023"]
#: Tables of the sound record that can be left out, and single entries of its tables.
TABLES = ["isolation", "results", "images", "assays", "statements"]
ENTRIES = [
    *(("statements", key) for key in SOUND["record"]["statements"]),
    *(("source", key) for key in SOUND["record"]["source"]),
    *(("batch", key) for key in SOUND["record"]["batch"] if key not in {"id", "product"}),
]


def passed(batch: Batch) -> set[str]:
    found = [f for profile in assess(batch, profiles=EDITIONS).profiles for f in profile.findings]
    verdicts: dict[str, set[Verdict]] = {}
    for finding in found:
        verdicts.setdefault(finding.criterion, set()).add(finding.verdict)
    return {name for name, several in verdicts.items() if several == {Verdict.PASS}}


EVERYTHING = passed(described({}))


def test_the_sound_batch_passes_a_criterion_of_every_group() -> None:
    for edition in ("MISEV2018", "MISEV2023"):
        groups = {name.split("-")[1] for name in EVERYTHING if name.startswith(edition)}
        assert groups == {"NOM", "SRC", "SEP", "QNT", "MRK", "SGL", "REP"}, "an activity is not claimed"


@pytest.mark.parametrize("table", TABLES)
def test_a_record_without_a_table_passes_no_more(table: str) -> None:
    nothing: Any = [] if isinstance(SOUND["record"][table], list) else "absent"
    assert passed(described({"record": {table: nothing}})) < EVERYTHING


@pytest.mark.parametrize(("table", "key"), ENTRIES, ids=[f"{table}.{key}" for table, key in ENTRIES])
def test_a_record_without_an_entry_passes_no_more(table: str, key: str) -> None:
    assert passed(described({"record": {table: {key: "absent"}}})) <= EVERYTHING


@pytest.mark.parametrize("marker", list(SOUND["blots"]["eluate"]))
def test_a_blot_without_a_marker_passes_no_more(marker: str) -> None:
    assert passed(described({"blots": {"eluate": {marker: "absent"}}})) <= EVERYTHING


@pytest.mark.parametrize("marker", list(SOUND["blots"]["eluate"]))
def test_a_marker_without_its_lysate_lane_passes_no_more(marker: str) -> None:
    call = SOUND["blots"]["eluate"][marker][0]
    assert passed(described({"blots": {"eluate": {marker: [call, "no lane"]}}})) <= EVERYTHING


@pytest.mark.parametrize("file", [entry["name"] for entry in SOUND["exports"]])
def test_a_batch_without_an_export_passes_no_more(file: str) -> None:
    assert passed(described({"exports": [{"name": file}]})) <= EVERYTHING


def test_without_a_record_nothing_passes() -> None:
    assert passed(making.batch(None, SOUND["exports"])) == set()


def test_an_empty_record_passes_nothing() -> None:
    record: dict[str, Any] = {"batch": {"id": "B", "product": "P"}, "samples": [{"name": "it", "role": "product"}]}
    assert passed(making.batch(record, [])) == set()


def test_the_record_is_not_changed_by_asking() -> None:
    before = copy.deepcopy(SOUND)
    assess(described({}), profiles=EDITIONS)
    assert before == SOUND
