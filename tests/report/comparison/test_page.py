"""The page and the workbook of a comparison: the answer first, every number, bounds as bounds, nothing foreign."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from evqc.documents import schema
from evqc.records import from_plain
from evqc.report.comparison.html import CHIPS, html, share_bar
from evqc.report.comparison.sections import sections
from evqc.report.comparison.write import renderings, write_comparison
from evqc.report.comparison.xlsx import sheets
from evqc.study.comparison import Comparison
from tests.report.comparison import studies as s
from tests.report.test_renderings import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MADE: tuple[Callable[[], Comparison], ...] = (
    s.with_steps, s.bounded, s.apart, s.long_names, s.nothing_known, s.one_side,
)  # fmt: skip


@cache
def rendered(made: Callable[[], Comparison]) -> dict[str, bytes]:
    return renderings(made())


def page(made: Callable[[], Comparison]) -> Page:
    return Page(rendered(made)["comparison.html"].decode())


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("made", MADE)
def test_the_answer_stands_before_everything_else(made: Callable[[], Comparison]) -> None:
    text, answer = page(made).text, made().answer
    assert plain(answer.sentence) in text
    assert all(plain(remark) in text for remark in answer.remarks)
    assert CHIPS[answer.outcome][2] in text[: text.index(plain(answer.sentence))]
    assert text.index(plain(answer.sentence)) < text.index("Every number")


def test_beside_a_claim_stands_how_often_it_is_false_and_the_paired_test() -> None:
    found = s.compared(5, 8)
    text = plain(Page(html(found)).text)
    head = text[: text.index("Question")]
    assert found.answer.decided
    assert "one is called best in about 15 % (two pools) to 35 % (eight pools) of simulated studies." in head
    assert "the paired t test (adjusted by Holm for 30 comparisons) finds" in head


def test_what_is_measured_on_pools_apart_is_not_compared_and_not_missing() -> None:
    text = Page(html(s.apart_in_albumin())).text
    assert "not comparableon pools of its ownn = 2, d = 0.00 to 1.00" in plain(text)
    assert "Something is known of every weighted aspect; the scores above say where it is no value." not in text
    assert "of Albumin per 10⁹ particles it shares no pool with the methods that it is compared with." in plain(text)


def test_batches_on_fewer_pools_are_told_apart() -> None:
    of = s.compared(2, 2)
    one = of.sets[0]
    method = replace(one.ranking.methods[0], aspects=tuple(
        replace(part, n=3) if part.how == "measured" else part for part in one.ranking.methods[0].aspects
    ))  # fmt: skip
    changed = replace(one, ranking=replace(one.ranking, methods=(method, *one.ranking.methods[1:])))
    assert "n = 3 on 2 pools, d = " in plain(Page(html(replace(of, sets=(changed,)))).text)


@pytest.mark.parametrize("made", MADE)
def test_the_page_needs_nothing_else(made: Callable[[], Comparison]) -> None:
    found = page(made)
    assert not found.open
    assert not {tag for tag, _ in found.tags} & {"script", "link", "iframe", "object", "img", "b"}
    links = [attributes["href"] for _, attributes in found.tags if attributes.get("href")]
    assert all(link and link.startswith("#") for link in links)
    assert "://" not in rendered(made)["comparison.html"].decode()
    ids = [attributes["id"] for _, attributes in found.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link} <= set(ids)


@pytest.mark.parametrize("made", MADE)
def test_every_picture_has_a_text_for_those_who_cannot_see_it(made: Callable[[], Comparison]) -> None:
    drawings = [
        attributes for tag, attributes in page(made).tags if tag == "div" and attributes.get("class") == "drawing"
    ]
    assert all(a.get("role") == "img" and len(a.get("aria-label") or "") > 40 for a in drawings)
    assert len(drawings) == sum(part.picture is not None for section in sections(made()) for part in section.parts)


@pytest.mark.parametrize("made", MADE)
def test_every_cell_of_every_shown_table_stands_in_the_page(made: Callable[[], Comparison]) -> None:
    text = page(made).text
    for section in sections(made()):
        assert section.title in text
        for part in section.parts:
            assert all(plain(note) in text for note in part.notes)
            if part.table is not None:
                cells = [cell for row in part.table.rows for cell in row]
                assert all(plain(line) in text for cell in cells for line in (cell.text, *cell.small))
                assert all(len(row) == len(part.table.heading) for row in part.table.rows)


def test_names_are_text_and_no_markup() -> None:
    content = rendered(s.long_names)["comparison.html"].decode()
    assert "<70 nm>" not in content
    assert "&lt;70 nm&gt;" in content
    cells = [cell for sheet in workbook(s.long_names).worksheets for row in sheet.iter_rows() for cell in row]
    named = [cell for cell in cells if cell.value == s.LONG[1]]
    assert named
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in named)


def test_sets_that_share_no_pool_stand_apart() -> None:
    text = page(s.apart).text
    assert "Set 1 of 3" in text
    assert "evqc ranks only within a set" in text
    assert [
        part.title for part in sections(s.apart())[2].parts if part.title.startswith(("How sure", "Method against"))
    ] == []


def test_bounds_stand_as_bounds() -> None:
    text = page(s.bounded).text
    assert "at most 4.49 ng/10⁹" in text
    assert "at least 5.50×10⁹ /µg" in text
    assert "Missing is not zero." in text
    assert "taken as anything between worst and best" in text
    assert re.search(r"d = 0\.\d\d to 1\.00", text)


def test_what_is_missing_is_listed_with_what_it_needs() -> None:
    missing = next(section for section in sections(s.bounded()) if section.id == "missing")
    (part,) = missing.parts
    assert part.table is not None
    assert any("UC" in row[0].text and row[1].text == "Albumin per 10⁹ particles" for row in part.table.rows)
    assert all(row[3].text for row in part.table.rows)


def test_sensitivity_is_called_so() -> None:
    text = page(s.with_steps).text
    assert "Sensitivity only: other ways of scoring" in text
    assert "They decide nothing here" in text
    assert "Sensitivity only" in [sheet.title for sheet in sheets(s.with_steps())]


def test_weights_are_named_dated_and_have_ends_with_references() -> None:
    of, text = s.with_steps(), page(s.with_steps).text
    assert f"Set “{of.weights.id}” of {of.weights.dated}" in text
    assert all(plain(aspect.reference) in text for aspect in of.weights.aspects)


def test_very_long_tables_stand_in_the_workbook() -> None:
    of = s.compared(12, 1)
    notes = [note for section in sections(of) for part in section.parts for note in part.notes]
    assert "All 198 comparisons stand in comparison.xlsx." in notes
    (pairs,) = [sheet for sheet in sheets(of) if sheet.title == "Pairs"]
    assert len(pairs.rows) == 198


def workbook(made: Callable[[], Comparison]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(rendered(made)["comparison.xlsx"]))


def column(book: openpyxl.Workbook, sheet: str, heading: str) -> list[Any]:
    rows = list(book[sheet].iter_rows(values_only=True))
    return [row[rows[0].index(heading)] for row in rows[1:]]


def near(numbers: Sequence[float | None]) -> Any:
    """Sixteen digits, which is what a workbook keeps."""
    return [None if each is None else pytest.approx(each, rel=1e-15) for each in numbers]


def test_the_workbook_holds_numbers_at_full_precision() -> None:
    of, book = s.with_steps(), workbook(s.with_steps)
    assert column(book, "Every number", "Value") == near([o.exact for o in of.observations])
    scores = [
        x for m in of.sets[0].ranking.methods for x in (m.score_lower, *(a.desirability_lower for a in m.aspects))
    ]
    assert column(book, "Scores", "Score or desirability, at least") == near(scores)
    assert column(book, "Ranks", "1st") == near([m.rank[0] for m in of.sets[0].ranking.methods if m.rank])
    assert column(book, "Pairs", "Ratio A/B") == near([p.ratio.ratio for p in of.pairs if p.ratio])
    assert column(book, "Steps", "Kept, %") == near([None if e.percent is None else e.percent.value for e in of.steps])
    grid = of.sets[0].over_weights
    assert grid is not None
    assert len(column(book, "Who leads", "Leads")) == len(grid.points)


@pytest.mark.parametrize("made", MADE)
def test_every_row_of_the_workbook_is_as_long_as_its_heading(made: Callable[[], Comparison]) -> None:
    assert all(len(row) == len(sheet.heading) for sheet in sheets(made()) for row in sheet.rows)


def test_bounds_of_the_workbook_are_in_columns_of_their_own() -> None:
    book = workbook(s.bounded)
    of = [o for o in s.bounded().observations if o.exact is None]
    at_most = [v for v in column(book, "Every number", "At most") if v is not None]
    assert at_most == near([o.upper for o in of if o.upper is not None])
    assert column(book, "Every number", "Value").count(None) == len(of)


def test_the_document_validates_and_reads_back() -> None:
    document = json.loads(rendered(s.with_steps)["comparison.json"])
    Draft202012Validator(schema("evqc.comparison/1")).validate(document)
    assert from_plain(Comparison, document) == s.with_steps()


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "comparison.html").write_text("old")
    written = write_comparison(s.with_steps(), tmp_path)
    assert [path.name for path in written] == ["comparison.html", "comparison.xlsx", "comparison.json"]
    assert {path.name: path.read_bytes() for path in written} == rendered(s.with_steps)


def test_a_comparison_made_in_python_has_no_file() -> None:
    plain_one = s.compared(2, 2)
    of = replace(plain_one, study=replace(plain_one.study, source=None, question=""))
    text = Page(html(of)).text
    assert "made in Python" in text
    assert "Question" not in text


def test_bars_are_as_long_as_their_numbers() -> None:
    assert 'class="sure" x="0" y="1" width="16.00"' in share_bar(0.25, 0.25)
    assert "open" not in share_bar(0.25, 0.25)
    assert 'class="open" x="16.00" y="1.5" width="32.00"' in share_bar(0.25, 0.75)
