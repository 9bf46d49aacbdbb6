"""What a laboratory may state: every entry of the list is complete, and can be told from every other."""

from __future__ import annotations

import pytest

from evqc.batch.sections import section
from evqc.batch.statements import answer, statements


@pytest.mark.parametrize("key", statements())
def test_statement_is_complete(key: str) -> None:
    of = statements()[key]
    assert key.isidentifier()
    assert of.group[:1].isupper()
    assert of.label
    assert not of.label.endswith(".")
    assert of.meaning[:1].isupper()
    assert answer(key, of.example) == of.example
    assert len(set(of.choices)) == len(of.choices) != 1


def test_no_two_statements_of_a_group_have_one_name() -> None:
    names = [(statements()[field.name].group, field.label.casefold()) for field in section("statements").fields]
    assert len(set(names)) == len(names)


def test_statements_of_a_group_stand_together() -> None:
    groups = [each.group for each in statements().values()]
    assert groups == sorted(groups, key=groups.index)
    assert len(dict.fromkeys(groups)) == sum(a != b for a, b in zip([None, *groups], groups, strict=False))


def test_a_list_is_named_by_its_answers() -> None:
    assert statements()["growth_surface"].list_name == "plastic-adherent | in suspension | on other carriers"
    assert statements()["haemolysis"].list_name == ""
