"""Dates become ISO only where day and month cannot be mistaken."""

from __future__ import annotations

import pytest

from evqc.errors import Where
from evqc.instruments._dates import acquired


@pytest.mark.parametrize(
    ("text", "others", "found"),
    [
        ("2026-02-03", (), "2026-02-03"),
        ("2026-02-03 14:05:06", (), "2026-02-03T14:05:06"),
        ("2026-02-03T14:05:06", (), "2026-02-03T14:05:06"),
        ("06 March 2026 14:50:12", (), "2026-03-06T14:50:12"),
        ("Friday, 27 February 2026 16:08:39", (), "2026-02-27T16:08:39"),
        ("17-Oct-2020 11:51 PM", (), "2020-10-17T23:51:00"),
        ("08.12.2022", (), "2022-12-08"),
        ("08.12.2022 07:30:15", (), "2022-12-08T07:30:15"),
        ("25/04/2024 10:00", (), "2024-04-25T10:00:00"),
        ("4/25/2024 3:27:29 PM", (), "2024-04-25T15:27:29"),
        ("3/4/2024", ("25/4/2024",), "2024-04-03"),
        ("3/4/2024", ("4/25/2024",), "2024-03-04"),
        ("05/05/2024", (), "2024-05-05"),
        ("7/19/23", (), "2023-07-19"),
    ],
)
def test_a_date_without_doubt(text: str, others: tuple[str, ...], found: str) -> None:
    assert acquired(text, Where(), others) == (found, ())


def test_a_date_in_doubt_stays_text_and_is_flagged() -> None:
    found, issues = acquired("3/4/2024 10:00", Where(line=5))
    assert found == "3/4/2024 10:00"
    assert [(i.code, i.severity, i.where) for i in issues] == [("DATE_AMBIGUOUS", "warning", Where(line=5))]


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "45/12/2024x"])
def test_what_is_no_date_stays_text(text: str) -> None:
    found, issues = acquired(text, Where())
    assert found == text
    assert [i.code for i in issues] == ["DATE_UNKNOWN"]


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_date(text: str | None) -> None:
    assert acquired(text, Where()) == (None, ())


def test_an_impossible_numeric_date_stays_text() -> None:
    assert acquired("31/02/2024", Where())[0] == "31/02/2024"
