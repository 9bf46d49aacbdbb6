"""The instruments of a batch: what the exports state of them, in the record, in the status and before signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import evqc
from evqc.batch.assembled import Batch
from evqc.batch.open import open_batch
from evqc.records import from_plain, to_plain
from evqc.release.draft import draft
from evqc.release.instruments_used import instrument_flags, instruments_used
from evqc.release.record import InstrumentUsed, ReleaseRecord
from tests.places import ROOT
from tests.release.asking import asked, specification
from tests.release.registries import EXPORT, by_hash, record, sha256

if TYPE_CHECKING:
    from tests.release.commands import Commands


def used(serial: str | None = "Z-1", version: str | None = "8.05", file: str = "0.csv") -> InstrumentUsed:
    return InstrumentUsed(
        file=file, sha256=sha256(EXPORT), read_as="zetaview", serial_number=serial, software_version=version
    )


def test_what_an_export_states_of_its_instrument() -> None:
    [reading] = evqc.read(ROOT / "tests" / "instruments" / "gen5" / "standard_curve.txt").readings
    found = instruments_used(Batch(name="B", record=None, record_source=None, readings=(reading,)))
    assert [(each.read_as, each.serial_number) for each in found] == [("gen5", "S-0042")]
    assert found[0].software_version == reading.software_version
    assert found[0].sha256 == reading.source.sha256
    refused = replace(reading, verdict="refused")
    assert instruments_used(Batch(name="B", record=None, record_source=None, readings=(refused,))) == ()


def test_an_export_of_two_instruments_names_both() -> None:
    [reading] = evqc.read(ROOT / "tests" / "instruments" / "gen5" / "standard_curve.txt").readings
    one: Any = reading.measurements[0]
    other = replace(one, settings={**one.settings, "serial_number": " S-0043 "})
    two = replace(reading, measurements=(one, other, one), series=())
    found = instruments_used(Batch(name="B", record=None, record_source=None, readings=(two,)))
    assert [each.serial_number for each in found] == ["S-0042", "S-0043"]


def test_a_draft_holds_the_instrument_of_every_export_that_was_read() -> None:
    folder = ROOT / "examples" / "umbilical-cord-batch"
    opened = open_batch(folder)
    made = draft(opened, evqc.assess(opened), specification(asked("quantity")), day=date(2026, 4, 1))
    read = {each.source.name for each in opened.readings if each.verdict != "refused" and each.instrument}
    assert {each.file for each in made.instruments} == read
    assert from_plain(ReleaseRecord, to_plain(made)).instruments == made.instruments


REGISTER = [{"serial": "Z-1", "name": "Tracker", "software_versions": ["8.05"], "status": "in use"}]


def test_nothing_is_said_of_what_is_registered() -> None:
    assert instrument_flags([used(), used(file="1.csv")], REGISTER) == ()
    assert instrument_flags([], []) == ()


@pytest.mark.parametrize(
    ("made", "register", "said"),
    [
        (used("Z-2"), REGISTER, "the instrument Z-2 is not in the register: 0.csv"),
        (used(), [], "the instrument Z-1 is not in the register: 0.csv"),
        (used("z-1"), REGISTER, "the instrument z-1 is not in the register: 0.csv"),
        (
            used(version="8.5"),
            REGISTER,
            "the instrument Z-1 (Tracker) has the software 8.5, which the register does not list: 0.csv",
        ),
        (used(version=None), REGISTER, "no software version is stated of the instrument Z-1 (Tracker): 0.csv"),
        (used(), [REGISTER[0] | {"status": "retired"}], "the instrument Z-1 (Tracker) is retired: 0.csv"),
        (used(None), REGISTER, "no serial number is stated, so that nothing can be compared with the register: 0.csv"),
    ],
)
def test_what_is_not_in_the_register_is_said_with_its_file(
    made: InstrumentUsed, register: list[dict[str, Any]], said: str
) -> None:
    assert instrument_flags([made], register) == (said,)


def test_the_flag_stands_in_the_status_and_before_a_signature(commands: Commands) -> None:
    registry = commands.registry
    made = replace(record("EV-10"), instruments=(used("Z-77"),))
    record_id = registry.import_record(made, by_hash(EXPORT), "anna", "drafted")
    registry.submit(record_id, "anna", "complete")
    said = "the instrument Z-77 is not in the register: 0.csv"
    assert said in commands("status", record_id).out
    looks = commands("status", record_id, "--json").document("evqc.release-status/1")["stop_and_look"]
    assert {"kind": "instrument", "what": said} in looks
    assert said in commands.by("rita", "review", record_id, passwords=("wrong",)).out
    add = (
        "instrument",
        "add",
        "Z-77",
        "--model",
        "Tracker",
        "--software",
        "8.05",
        "--why",
        "qualified",
        "--note",
        "r2",
    )
    assert commands.by("quinn", *add).out == "Z-77: Tracker, software 8.05\n"
    assert said not in commands("status", record_id).out
    assert commands.by("quinn", "instrument", "retire", "Z-77", "--why", "sold").out == "Z-77: retired\n"
    assert "the instrument Z-77 (Tracker) is retired: 0.csv" in commands("status", record_id).out
    assert registry.faults() == ()


def test_the_register_is_listed(commands: Commands) -> None:
    listed = commands("instrument", "list", "--json").document("evqc.instrument-register/1")["instruments"]
    assert listed == [
        {"serial": "Z-1", "name": "Tracker", "software_versions": ["8.05"], "status": "in use", "note": "room 2"}
    ]
    assert "Z-1" in commands("instrument", "list").out
    unknown = commands.by("quinn", "instrument", "retire", "Z-2", "--why", "sold")
    assert (unknown.code, unknown.codes) == (2, {"NO_SUCH_INSTRUMENT"})
    assert commands.by("quinn", "instrument", "add", " ", "--model", "x", "--why", "w").codes == {"SERIAL_UNFIT"}
