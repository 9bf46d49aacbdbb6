"""The book of rules: every rule once, every link with its heading, tables that Markdown can read, the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from evqc.criteria.catalogue import catalogue
from evqc.report.criteria_book import criteria_book, slug
from evqc.report.criteria_counts import count_lines, counts
from evqc.report.criterion_text import TAGS

LISTED = catalogue()
BOOK = criteria_book(LISTED)
PARSED = MarkdownIt("commonmark").enable("table").parse(BOOK)


def headings() -> list[str]:
    places = [n for n, token in enumerate(PARSED) if token.type == "heading_open"]
    return ["".join(c.content for c in PARSED[n + 1].children or []) for n in places]


def test_every_rule_has_one_heading() -> None:
    of_rules = [each for each in headings() if each in {entry.id for entry in LISTED.criteria}]
    assert sorted(of_rules) == sorted(entry.id for entry in LISTED.criteria if entry.profiles)


def test_every_link_leads_to_one_heading() -> None:
    slugs = [slug(each) for each in headings()]
    assert len(slugs) == len(set(slugs))
    targets = {
        str(child.attrs["href"]) for token in PARSED for child in token.children or [] if child.type == "link_open"
    }
    assert {target.removeprefix("#") for target in targets} <= set(slugs)
    assert len(targets) > len(LISTED.profiles)


def test_every_table_is_read_as_one() -> None:
    separators = len(re.findall(r"^\| (?:--- \| )*--- \|$", BOOK, re.MULTILINE))
    assert separators == sum(token.type == "table_open" for token in PARSED)
    assert separators > len(LISTED.criteria)


@pytest.mark.parametrize("entry", LISTED.criteria[::20], ids=lambda entry: entry.id)
def test_titles_sources_and_examples_are_shown_as_they_are(entry: object) -> None:
    of = next(each for each in LISTED.criteria if each is entry)
    text = " ".join("".join(c.content or " " for c in t.children or []) for t in PARSED if t.type == "inline")
    for words in (of.title, of.source, *(example.note for example in of.examples)):
        assert " ".join(words.split()) in text


def test_what_changed_between_editions_names_both() -> None:
    changes = BOOK.partition("## What changed between editions")[2]
    assert "| [MISEV2018-MRK-01](#misev2018-mrk-01) | [MISEV2023-MRK-01](#misev2023-mrk-01) | No count" in changes
    assert "| none | [MISEV2023-MRK-02](#misev2023-mrk-02) | New" in changes


def test_what_no_later_edition_asks_is_said_to_be_dropped() -> None:
    without = replace(LISTED, criteria=tuple(e for e in LISTED.criteria if e.id != "MISEV2023-MRK-01"))
    assert "| [MISEV2018-MRK-01](#misev2018-mrk-01) | none | Not asked any more: " in criteria_book(without)


def test_the_book_of_one_profile() -> None:
    book = criteria_book(catalogue("record"))
    assert "## Profile record: Record and exports agree" in book
    assert "## What changed between editions" not in book
    assert book == criteria_book(catalogue("record"))


def test_a_laboratorys_profile_names_its_file() -> None:
    of = catalogue("record")
    own = replace(of, profiles=(replace(of.profiles[0], file="our_rules.toml"),))
    assert r"The laboratory's own, from our\_rules.toml, SHA-256 " in criteria_book(own)


def test_counts_add_up() -> None:
    heading, *rows, everything = counts(LISTED)
    assert heading[:5] == ("profile", "criteria", "blocks", "review", "note")
    for row in (*rows, everything):
        numbers = [int(cell) for cell in row[1:]]
        assert numbers[0] == sum(numbers[1:4]) == sum(numbers[4:])
    assert int(everything[1]) == len(LISTED.criteria)
    assert [int(row[1]) for row in rows] == [len(profile.criteria) for profile in LISTED.profiles]


def test_counts_fit_a_small_terminal_and_explain_their_tags() -> None:
    lines = list(count_lines(LISTED))
    assert max(map(len, lines)) <= 80
    assert f"[design]: {TAGS['design']}" in lines
