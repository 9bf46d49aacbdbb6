"""Rows of the record that call one marker of a sample positive and negative contradict each other."""

from __future__ import annotations

from typing import Any

import pytest

from evqc.batch.marker_rows import rows_at_odds
from evqc.batch.model import BatchRecord
from tests.batch.readings import RECORD


def row(marker: str, call: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"sample": "EV", "technique": "western blot", "marker": marker}
    return made | ({} if call is None else {"call": call}) | more


def found(*rows: dict[str, Any]) -> list[tuple[str, str, str | None, str]]:
    """Code, severity, place and finding of every contradiction between the rows."""
    samples = [{"name": name, "role": "product"} for name in ("EV", "other")]
    record = BatchRecord.model_validate(
        {"batch": {"id": "B", "product": "P"}, "source": {}, "samples": samples, "markers": list(rows)}
    )
    issues = [each.issue for each in rows_at_odds(record, RECORD)]
    return [(issue.code, issue.severity, issue.where.field, issue.found) for issue in issues]


def test_one_marker_under_two_names_with_two_answers_is_told_at_the_later_row() -> None:
    said = "'CANX' of EV is positive, and 'Calnexin' in 'markers[1].marker' is negative"
    rows = (row("Calnexin", "negative"), row("CD63", "positive"), row("CANX", "positive"))
    assert found(*rows) == [("MARKER_CALLS_DIFFER", "warning", "markers[3].marker", said)]


@pytest.mark.parametrize(
    "rows",
    [
        (row("CD63", "positive"), row("hCD63", "positive")),
        (row("CD63", "positive"), row("CD63", "not tested")),
        (row("CD63", "positive"), row("CD63", "negative", sample="other")),
        (row("CD63", "positive"), row("CD63", signal=900, unit="a.u.")),
        (row("CD63", "positive"), row("CD63", "negative", technique="mass spectrometry")),
        (row("CD63", "positive"), row("CD81", "negative")),
    ],
)
def test_rows_that_do_not_answer_otherwise_are_at_no_odds(rows: tuple[dict[str, Any], ...]) -> None:
    assert found(*rows) == []


def test_a_number_against_its_control_is_an_answer_as_well() -> None:
    number = row("CD63", technique="bead assay", signal=10, control_signal=20, limit_of_detection=60, unit="a.u.")
    assert [code for code, *_ in found(row("CD63", "positive"), number)] == ["MARKER_CALLS_DIFFER"]


def test_a_name_that_nobody_knows_is_compared_as_it_is_written() -> None:
    assert [place for _, _, place, _ in found(row("CD6E", "positive"), row("cd6e", "negative"))] == [
        "markers[2].marker"
    ]
