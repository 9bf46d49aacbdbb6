from __future__ import annotations

import json

import pytest

from evqc.criteria.catalogue import catalogue
from evqc.criteria.load import shipped
from evqc.errors import InputError
from evqc.records import to_json, to_plain


def test_the_catalogue_lists_every_criterion_with_source_and_examples() -> None:
    document = json.loads(to_json(catalogue()))
    assert document["schema"] == "evqc.criteria/1"
    assert [entry["id"] for entry in document["criteria"]] == list(shipped().criteria)
    for entry in document["criteria"]:
        assert {"id", "version", "title", "severity", "source", "examples"} <= set(entry)
        assert {"pass", "fail", "not assessed"} <= {example["expect"] for example in entry["examples"]}
        assert entry["profiles"]


def test_one_criterion_shows_its_limits_with_dates_and_references() -> None:
    [entry] = catalogue("nta-rep-02").criteria
    [condition] = entry.requires
    assert (condition.label, condition.test, condition.unit) == (
        "CV of the concentration over the runs",
        "at most",
        "%",
    )
    assert to_plain(condition)["limits"] == [
        {"valid_from": "2026-11-01", "value": 30.0, "reference": "evqc's proposal, after Vestad 2017"}
    ]
    assert [c.test for c in entry.applies] == ["none of:", "any of:"]


def test_a_family_of_facts_is_labelled_by_its_member() -> None:
    [entry] = catalogue("MSC-EV-MRK-04").criteria
    assert [c.label for c in entry.requires] == ["CD14", "CD34", "CD45", "CD11b", "CD19", "HLA-DRDPDQ"]


def test_a_profile_is_listed_by_its_id() -> None:
    listed = [entry.id for entry in catalogue("msc-ev").criteria]
    assert listed == list(shipped().profiles["msc-ev"].criteria)


def test_an_unknown_id_names_the_nearest_ones() -> None:
    with pytest.raises(InputError, match="MISEV2018-MRK-02"):
        catalogue("MISEV2018-MRK-22")
