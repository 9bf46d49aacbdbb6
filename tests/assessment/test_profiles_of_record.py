"""A record may name the profiles that its batch is assessed by; whoever asks for others gets those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import evqc
from evqc.assessment import assess
from evqc.criteria.load import shipped
from evqc.errors import InputError
from tests.assessment import making
from tests.cases.test_cases import SOUND, changed, described

if TYPE_CHECKING:
    from pathlib import Path

BOOK = shipped()


def batch(*profiles: str) -> Any:
    return making.batch(changed(SOUND, {"record": {"batch": {"profiles": list(profiles)}}})["record"], SOUND["exports"])


def asked(*profiles: str, **more: Any) -> list[str]:
    return [profile.id for profile in assess(batch(*profiles), **more).profiles]


def test_the_profiles_of_the_record_are_asked_in_its_order() -> None:
    assert asked("misev2023", "nta-validity") == ["misev2023", "nta-validity"]


def test_without_any_in_the_record_all_that_apply_are_asked() -> None:
    assert asked() == [profile.id for profile in assess(described({})).profiles]
    assert len(asked()) > 4


def test_profiles_asked_for_by_the_caller_go_before_those_of_the_record() -> None:
    assert asked("misev2023", profiles=["misev2018"]) == ["misev2018"]


def test_a_profile_that_is_none_is_refused_with_its_place_in_the_record() -> None:
    with pytest.raises(InputError) as refused:
        assess(batch("misev2023", "misev2032"))
    (issue,) = refused.value.issues
    assert (issue.code, issue.where.field, issue.found) == ("UNKNOWN_PROFILE", "batch.profiles[2]", "misev2032")
    assert "near it: misev2023" in issue.message


def test_a_file_named_in_the_record_stands_for_its_profiles() -> None:
    own = dict.fromkeys(("misev2018", "misev2023"), "ours.toml")
    assert asked("profiles/ours.toml", rulebook=replace(BOOK, files=own)) == ["misev2018", "misev2023"]
    with pytest.raises(InputError, match="UNKNOWN_PROFILE"):
        asked("profiles/ours.toml")


def test_a_file_of_the_batch_folder_is_read_and_its_profile_asked(tmp_path: Path) -> None:
    (tmp_path / "batch.toml").write_text(
        '[batch]\nid = "B-1"\nproduct = "EV"\nprofiles = ["record", "profiles/ours.toml"]\n', "utf-8"
    )
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ours.toml").write_text(
        '[[profile]]\nid = "ours"\ntitle = "Ours"\nedition = "1"\nabout = "Ours."\nextends = ["storage"]\n', "utf-8"
    )
    found = evqc.assess(tmp_path).profiles
    assert [(profile.id, profile.file) for profile in found] == [("record", None), ("ours", "ours.toml")]
    (tmp_path / "profiles" / "ours.toml").unlink()
    with pytest.raises(InputError, match="NOT_A_FILE"):
        evqc.assess(tmp_path)
