"""Mass balance and fractions as the report shows them: the numbers of the isolation, in every rendering."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.isolation.process import Process
from evqc.report.balance import balance_rows, fraction_tables
from evqc.report.balance_sheets import BALANCE_HEADING, FRACTION_HEADING, balance_sheets
from evqc.report.figures import draw
from evqc.report.html import html
from evqc.report.pictures import of_fractions
from evqc.report.xlsx import sheets
from tests.isolation.test_fractions import series
from tests.isolation.test_process import LONG, STEPS, TFF, counted, made

if TYPE_CHECKING:
    from evqc.report.model import Report


@pytest.fixture(scope="module")
def shown(realistic: Report) -> Report:
    rows = (*balance_rows(made()), *balance_rows(made(LONG, isolation=STEPS)))
    return replace(realistic, balance=rows, fractions=fraction_tables((series(), series(((1e9, 1.0), (2e9, None))))))


def test_rows_stand_by_what_they_are_of_the_whole_last() -> None:
    rows = balance_rows(made(LONG, isolation=STEPS))
    assert [(r.quantity, r.steps.partition(",")[0], r.whole) for r in rows] == [
        ("particles", "1", False), ("particles", "2 to 3", False), ("particles", "1 to 3", True),
        ("protein", "1", False), ("protein", "2 to 3", False), ("protein", "1 to 3", True),
    ]  # fmt: skip


def test_numbers_are_those_of_the_isolation() -> None:
    particles, protein = balance_rows(made())
    assert particles.recovery.value == pytest.approx(80.0)
    assert particles.recovery.text == "80.0\N{NO-BREAK SPACE}%"
    assert (particles.feed.sample, particles.beside[0].sample) == ("feed", "permeate")
    assert particles.enrichment is not None
    assert particles.enrichment.value == pytest.approx(20.0)
    assert particles.clearance is None
    assert protein.clearance is not None
    assert protein.clearance.text == "1.40"


def test_nothing_known_shows_nothing() -> None:
    assert balance_rows(Process()) == ()
    assert balance_rows(made(TFF, results=[])) == ()
    only_the_product = [row for row in counted(*TFF) if row["sample"] == "retentate"]
    assert balance_rows(made(TFF, results=only_the_product)) == ()
    assert fraction_tables(()) == ()


def test_without_volumes_concentrations_are_shown_with_the_reason_why_there_is_no_recovery() -> None:
    samples = [{"name": name, "role": "step sample"} for name, *_ in TFF]
    particles, _ = balance_rows(made(samples=samples))
    assert particles.concentration_factor.value == pytest.approx(8.0)
    assert particles.recovery.text == "not known: feed: the volume is missing"


def test_every_number_stands_in_page_and_workbook(shown: Report) -> None:
    page = html(shown)
    cells = {str(cell) for sheet in sheets(shown) for row in sheet.rows for cell in row if isinstance(cell, str)}
    for row in shown.balance:
        for number in (row.recovery, row.balance, row.lost, row.feed.amount, row.product.amount):
            assert number.text.replace("'", "&#39;") in page
            assert number.text in cells
    for table in shown.fractions:
        assert table.suggestion in page
        assert all(row.particles.text in page for row in table.rows)


def test_the_workbook_has_a_sheet_of_each(shown: Report, realistic: Report) -> None:
    made_sheets = {title: (heading, rows) for title, heading, rows in balance_sheets(shown)}
    assert list(made_sheets) == ["Mass balance", "Fractions"]
    for title, heading in (("Mass balance", BALANCE_HEADING), ("Fractions", FRACTION_HEADING)):
        assert made_sheets[title][0] == heading
        assert {len(row) for row in made_sheets[title][1]} == {len(heading)}
    assert not list(balance_sheets(replace(realistic, balance=(), fractions=())))


def pages_of(of: Report) -> list[str]:
    """Every series of fractions of a report, drawn."""
    return [draw(of, picture) for picture in of_fractions(of.fractions)]


def test_fractions_are_drawn_with_the_pool_and_told_in_words(shown: Report) -> None:
    first, second = of_fractions(shown.fractions)
    assert first.id == "fractions-1"
    assert first.caption.startswith("Suggested pool: fractions 1 to 5")
    assert "least purity of a pool" in first.caption
    assert "fractions that were pooled" in first.caption
    assert second.caption.startswith("No pool is suggested.")
    for row in shown.fractions[0].rows:
        assert f"{row.number} {row.particles.text} at {row.purity.text}" in first.alt
    drawn = pages_of(shown)
    assert drawn == pages_of(shown)
    assert all(each.startswith("<svg") for each in drawn)


@pytest.mark.parametrize(
    "column",
    [
        ((1e9, 1.0),),
        ((1e9, 1.0), ("<1e8", "<1"), (None, 3.0), (">1e10", None)),
        ((0.0, 1.0), (0.0, 1.0)),
        tuple((1e9 + 1e7 * i, 1.0 + i) for i in range(60)),
    ],
)
def test_any_series_can_be_drawn(shown: Report, column: Any) -> None:
    of = replace(shown, fractions=fraction_tables((series(column),)))
    assert all(each.endswith("</svg>") for each in pages_of(of))


def test_the_least_purity_of_a_pool_is_half_of_the_peak(shown: Report) -> None:
    least, pool = shown.fractions[0].least_purity, shown.fractions[0].pool_purity
    assert least is not None
    assert pool is not None
    assert least.value == pytest.approx(0.5 * 1.25e10)
    assert pool.value == pytest.approx(1.021e11 / 15.2)


def test_the_picture_stands_on_the_page_in_place_of_its_sentence(shown: Report) -> None:
    page = html(replace(shown, pictures=(*shown.pictures, *of_fractions(shown.fractions))))
    assert 'id="fractions-1"' in page
    assert page.count(shown.fractions[0].suggestion) == 2, "in the caption and in what is read aloud"


def test_the_pool_is_suggested_in_words(shown: Report) -> None:
    found, none = shown.fractions
    assert found.suggestion.startswith("Suggested pool: fractions 1 to 5, with 92.3")
    assert [row.number for row in found.rows if row.pooled] == [3, 4, 5]
    assert [row.number for row in found.rows if row.suggested] == [1, 2, 3, 4, 5]
    assert none.suggestion.startswith("No pool is suggested. Of fraction 2")
