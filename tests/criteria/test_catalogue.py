from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from evqc.criteria.catalogue import catalogue, catalogue_of
from evqc.criteria.load import shipped
from evqc.errors import InputError
from evqc.records import to_json, to_plain

if TYPE_CHECKING:
    from pathlib import Path


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


OWN = """
[[profile]]
id = "first"
title = "First"
edition = "1"
about = "Nothing."
criteria = ["REC-DIL-01"]

[[profile]]
id = "second"
title = "Second"
edition = "1"
about = "Nothing."
criteria = ["REC-DIL-02", "REC-DIL-01"]
"""


def test_a_file_is_listed_with_all_its_profiles_and_each_criterion_once(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    listed = catalogue_of(str(tmp_path / "own.toml"))
    assert [(profile.id, profile.file) for profile in listed.profiles] == [
        ("first", "own.toml"),
        ("second", "own.toml"),
    ]
    assert [entry.id for entry in listed.criteria] == ["REC-DIL-01", "REC-DIL-02"]


def test_a_name_is_a_criterion_or_a_profile() -> None:
    assert [entry.id for entry in catalogue_of("rec-dil-01").criteria] == ["REC-DIL-01"]
    assert catalogue_of("record") == catalogue("record")
