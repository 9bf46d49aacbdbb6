from __future__ import annotations

import pytest

from evqc.criteria.catalogue import catalogue
from evqc.criteria.model import TAGS as KNOWN_TAGS
from evqc.report.criterion_text import TAGS, criterion_lines

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
    assert "  pass           purity controls assessed Albumin; purity controls fitting Albumin" in lines
    assert "  not assessed   nothing is known" in lines
