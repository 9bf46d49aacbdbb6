from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evqc.criteria.catalogue import CatalogueExample, Shown, catalogue
from evqc.criteria.findings import Verdict
from evqc.criteria.model import TAGS as KNOWN_TAGS
from evqc.report.criterion_text import TAGS, criterion_lines, entry_lines, example_text, profile_lines

EVERY = catalogue().criteria


def text(identity: str) -> str:
    return "\n".join(criterion_lines(catalogue(identity).criteria[0]))


def test_every_tag_has_a_meaning() -> None:
    assert set(TAGS) == set(KNOWN_TAGS)


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.id)
def test_every_criterion_has_its_title_source_and_examples(entry: object) -> None:
    of = next(each for each in EVERY if each is entry)
    lines = criterion_lines(of)
    assert of.title in lines[0]
    assert any(of.source in line for line in lines)
    assert lines.index("examples") == len(lines) - len(of.examples) - 1
    assert not any("None" in line or line.endswith(" ") for line in lines)


def test_limits_stand_with_unit_and_day() -> None:
    shown = text("NTA-PPF-01")
    assert "applies   when the instrument: is nanosight" in shown
    assert (
        "requires  mean number of particles per frame: between 10 and 200 (vendor's guidance, not verified, from 20"
        in (shown)
    )


def test_examples_say_what_comes_of_them() -> None:
    lines = criterion_lines(catalogue("MISEV2018-MRK-02").criteria[0])
    passing = "  pass           purity controls assessed Albumin; purity controls fitting Albumin"
    assert any(line.startswith(passing) for line in lines)
    assert "  not assessed   nothing is known" in lines


def test_what_an_edition_changed_is_told_with_what_it_follows() -> None:
    shown = text("MISEV2023-MRK-01")
    assert "changed   No count and no fixed set any more" in shown
    assert "follows   MISEV2018-MRK-01" in shown
    assert "follows" not in text("MISEV2018-MRK-01")


def test_bounds_and_undecided_entries_of_examples_are_told() -> None:
    def told(**of: Any) -> str:
        example = CatalogueExample(facts={"purity_controls": Shown(**of)}, expect=Verdict.PASS, note="")
        return example_text(example)

    assert told(value=None) == "purity controls not known"
    assert told(value=None, above=2.0) == "purity controls above 2"
    assert told(value=None, above=2.0, below=3.5) == "purity controls above 2 and below 3.5"
    assert told(value=("A",), undecided=("B", "C")) == "purity controls A, undecided: B, C"
    assert told(value="") == "purity controls not stated"


def test_a_profile_is_told_with_its_file() -> None:
    of = catalogue("misev2018").profiles[0]
    lines = list(profile_lines(of, 60))
    assert lines[0].startswith(f"misev2018 ({len(of.criteria)} criteria): MISEV2018")
    assert max(map(len, lines)) <= 60
    own = list(profile_lines(replace(of, file="our.toml", criteria=("A",)), None))
    assert own[0] == "misev2018 (1 criterion): MISEV2018"
    assert f"  from our.toml, SHA-256 {of.sha256}" in own


def test_the_table_of_criteria_has_one_line_each_where_nothing_is_broken() -> None:
    lines = list(entry_lines(EVERY, None))
    groups = [line for line in lines if not line.startswith(" ")]
    assert len(lines) == len(EVERY) + len(groups)
    (line,) = (line for line in lines if line.startswith("  MISEV2018-MRK-02 "))
    assert line.split()[:4] == ["MISEV2018-MRK-02", "v2", "review", "2nd"]
    assert line.endswith("as a control of purity. (misev2018)")
    assert max(map(len, entry_lines(EVERY, 80))) <= 80
    assert list(entry_lines((), 80)) == []
