"""What a registry exports verifies as a bundle: deviations, investigations, versions and void signatures included."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from evqc.release import zip_entries
from evqc.release.batch_files import read_files
from evqc.release.bundle import contents
from evqc.release.canonical import digest
from evqc.release.draft import recommended
from evqc.release.qualification import tampering
from evqc.release.qualification.known import FOLDER
from evqc.release.qualification.known import drafted as drafted_anew
from evqc.release.record import Outcome
from evqc.release.registry import create_registry
from evqc.release.verify.verify import checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.record import ReleaseRecord
    from evqc.release.registry import Registry
    from evqc.release.release import Release

WORDS = tampering._PASSWORDS
WHY = "a test"


@cache
def drafted() -> ReleaseRecord:
    """The record of the batch that evqc brings with it; drafted once."""
    return drafted_anew()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with create_registry(
        f"sqlite:///{tmp_path / 'evqc.db'}", tampering._clock(), tampering._random(),
        user="adam", printed_name="Adam Administrator", password=WORDS["adam"], cost=tampering._CHEAP,
    ) as made:  # fmt: skip
        for user, role in (("anna", "analyst"), ("rita", "reviewer"), ("quinn", "QA release")):
            tampering._hire(made, user, role)
        yield made


def imported(registry: Registry, record: ReleaseRecord) -> str:
    return registry.import_record(record, read_files(FOLDER, record.files), "anna", WHY)


def failing(release: Release) -> dict[str, tuple[str, ...]]:
    data = zip_entries.written(contents(release, read_files(FOLDER, release.record.files)))
    return {each.id: each.faults for _, each in checks(data, "b.zip") if each.held == "fails"}


@pytest.mark.parametrize("steps", range(5))
def test_every_state_on_the_way_verifies(registry: Registry, steps: int) -> None:
    record = drafted()
    made = imported(registry, record)
    way = (
        lambda: registry.submit(made, "anna", WHY),
        lambda: registry.attest(made, record.checklist, "rita", WORDS["rita"]),
        lambda: registry.sign(made, "reviewed", "rita", WORDS["rita"]),
        lambda: registry.sign(made, "released", "quinn", WORDS["quinn"], "all is well"),
    )
    for step in way[:steps]:
        step()
    assert failing(registry.export(made)) == {}


def test_a_release_that_was_invalidated_verifies_as_that(registry: Registry) -> None:
    record = drafted()
    made = imported(registry, record)
    registry.submit(made, "anna", WHY)
    registry.sign(made, "rejected", "quinn", WORDS["quinn"], "a broken vial")
    exported = registry.export(made)
    assert exported.state == "rejected"
    assert failing(exported) == {}
    assert failing(replace(exported, state="submitted"))


def test_a_second_version_shows_the_signatures_of_the_first_as_void(registry: Registry) -> None:
    record = drafted()
    first = imported(registry, record)
    registry.submit(first, "anna", WHY)
    registry.sign(first, "reviewed", "rita", WORDS["rita"])
    registry.sign(first, "invalidated", "quinn", WORDS["quinn"], "to be mended")
    second = imported(registry, record)
    exported = registry.export(second)
    assert len(exported.void_signatures) == 2
    assert exported.changed_since_entry
    assert failing(exported) == {}


def test_a_deviation_with_its_signature_verifies(registry: Registry) -> None:
    """The record is not what the files give, which the findings say; every other check holds."""
    record = drafted()
    pending = replace(record.results[3], outcome=Outcome.PENDING, because="read on day 10.")
    held = replace(record, results=(*record.results[:3], pending))
    held = replace(held, recommendation=recommended(held))
    made = imported(registry, held)
    registry.submit(made, "anna", WHY)
    registry.attest(made, record.checklist, "rita", WORDS["rita"])
    deviation = registry.raise_deviation(made, "STERILITY", "RESULT-PENDING", "a short shelf life", "anna")
    registry.accept_deviation(deviation, "quinn", WORDS["quinn"])
    registry.sign(made, "reviewed", "rita", WORDS["rita"])
    registry.sign(made, "released", "quinn", WORDS["quinn"])
    exported = registry.export(made)
    assert set(failing(exported)) == {"findings"}
    (own,) = exported.deviations
    assert "acts" in failing(replace(exported, deviations=(replace(own, reason="another one"),)))
    assert {"threshold"} <= set(failing(replace(exported, deviations=())))


def test_the_names_under_the_data_are_those_of_the_trail(registry: Registry) -> None:
    record = drafted()
    assert record.entered_by
    exported = registry.export(imported(registry, record))
    assert failing(exported) == {}
    other = replace(exported.record, entered_by=())
    assert "acts" in failing(replace(exported, record=other, record_sha256=digest(other)))


def test_a_review_from_before_a_retest_verifies_as_void(registry: Registry) -> None:
    record = drafted()
    failed = replace(record.results[0], outcome=Outcome.FAIL)
    first = imported(registry, replace(record, results=(failed, *record.results[1:])))
    (investigation,) = registry.export(first).investigations
    second = imported(registry, record)
    registry.submit(second, "anna", WHY)
    registry.sign(second, "reviewed", "rita", WORDS["rita"])
    registry.plan_retests(investigation.id, plan="SOP-9", retests=1, user="quinn", why=WHY)
    exported = registry.export(second)
    assert exported.signatures == ()
    assert failing(exported) == {}
    (review,) = exported.void_signatures
    assert "signatures" in failing(replace(exported, signatures=(review,), void_signatures=()))


def test_a_failing_test_and_its_investigation(registry: Registry) -> None:
    record = drafted()
    failed = replace(record.results[0], outcome=Outcome.FAIL)
    made = imported(registry, replace(record, results=(failed, *record.results[1:])))
    exported = registry.export(made)
    assert exported.investigations
    assert set(failing(exported)) == {"findings"}
    (own,) = exported.investigations
    assert "acts" in failing(replace(exported, investigations=(replace(own, original="fine"),)))
    assert "acts" in failing(replace(exported, investigations=()))
