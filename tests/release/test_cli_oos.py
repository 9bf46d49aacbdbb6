"""Investigations, deviations and attestations on the command line: each step kept, each signature with its password."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.release.record import Outcome
from tests.release.registries import CHECKLIST, joined, record, submitted

if TYPE_CHECKING:
    from evqc.release.registry import Registry
    from tests.release.commands import Commands


@pytest.fixture
def registry(commands: Commands) -> Registry:
    return commands.registry


@pytest.fixture
def identity(registry: Registry) -> str:
    """An investigation that is open, of a record that is submitted."""
    return f"{submitted(registry, record('EV-10', content=Outcome.FAIL, as_measured='1e8 /mL'))}/OOS-CONTENT"


CAUSE = ("--kind", "analyst", "--what", "a wrong dilution was pipetted", "--evidence", "logbook, page 7", "--why", "w")


def listed(commands: Commands, identity: str) -> Any:
    found = commands("oos", "list", "EV-10/1", "--json").document("evqc.investigations/1")["investigations"]
    return next(each for each in found if each["id"] == identity)


def test_from_a_fail_to_an_assignable_cause(commands: Commands, identity: str, registry: Registry) -> None:
    assert f"{identity}: open, laboratory phase" in commands("oos", "list").out
    assert "original result of CONTENT: 1e8 /mL" in commands("oos", "list", "EV-10/1").out
    assert commands.by("rita", "oos", "cause", identity, *CAUSE).code == 0
    early = commands.by("abel", "oos", "retest", identity, "2e9", "--evidence", "x.csv", "--why", "w")
    assert (early.code, early.codes) == (2, {"RETEST_WITHOUT_PLAN"})
    plan = ("oos", "plan", identity, "--plan", "SOP-9", "--retests", "2", "--why", "w")
    assert "0 of 2 retests made" in commands.by("rita", *plan).out
    assert commands.by("rita", *plan).codes == {"PLAN_STANDS"}
    for value in ("2e9", "9e8"):
        retest = ("oos", "retest", identity, value, "--unit", "/mL", "--evidence", f"{value}.csv", "--why", "w")
        assert commands.by("anna", *retest).codes == {"SAME_ANALYST"}
        assert f"{value} /mL by abel" in commands.by("abel", *retest).out
    assert commands.by("abel", *retest).codes == {"MORE_RETESTS_THAN_PLANNED"}
    close = ("oos", "close", identity, "invalidated by assignable cause", "--why", "as the logbook shows")
    assert commands.by("quinn", *close, passwords=("wrong",)).codes == {"WRONG_PASSWORD"}
    assert "closed by quinn: invalidated by assignable cause" in commands.by("quinn", *close).out
    assert commands.by("quinn", *close).codes == {"INVESTIGATION_CLOSED"}
    kept = listed(commands, identity)
    assert [each["value"] for each in kept["retests"]] == ["2e9", "9e8"]
    assert kept["original"] == "1e8 /mL"
    assert registry.faults() == ()


def test_passing_retests_alone_close_nothing(commands: Commands, identity: str) -> None:
    commands.by("rita", "oos", "plan", identity, "--plan", "SOP-9", "--retests", "1", "--why", "w")
    commands.by("abel", "oos", "retest", identity, "2e9", "--evidence", "x.csv", "--why", "w")
    invalidated = commands.by("quinn", "oos", "close", identity, "invalidated by assignable cause", "--why", "w")
    assert (invalidated.code, invalidated.codes) == (2, {"NO_ASSIGNABLE_CAUSE"})
    assert commands.by("quinn", "oos", "close", identity, "confirmed", "--why", "w").codes == {"LABORATORY_PHASE_OPEN"}
    assert "open, full phase" in commands.by("rita", "oos", "full", identity, "--why", "no cause found").out
    assert commands.by("quinn", "oos", "close", identity, "confirmed", "--why", "no cause found").code == 0
    assert listed(commands, identity)["conclusion"] == "confirmed"


def test_a_test_for_outliers_is_no_cause_and_a_wrong_kind_names_the_list(commands: Commands, identity: str) -> None:
    outlier = ("--kind", "analyst", "--what", "Grubbs says it is an outlier", "--evidence", "x", "--why", "w")
    assert commands.by("rita", "oos", "cause", identity, *outlier).codes == {"OUTLIER_IS_NO_CAUSE"}
    wrong = commands.by("rita", "oos", "cause", identity, "--kind", "bad luck", *CAUSE[2:])
    assert wrong.codes == {"UNKNOWN_CAUSE"}
    assert "reagent or standard" in wrong.err


def test_opened_by_hand_where_nothing_opened_it(commands: Commands, registry: Registry) -> None:
    """A first stage that fails and that the second one decides is investigated only when somebody wants it."""
    made = record("EV-10", content=Outcome.FAIL)
    second = replace(made.results[1], second_stage_of="CONTENT")
    record_id = submitted(registry, replace(made, results=(made.results[0], second)))
    assert commands("oos", "list", record_id).out == ""
    opened_now = commands.by("rita", "oos", "open", record_id, "CONTENT", "--why", "a trend")
    assert f"{record_id}/OOS-CONTENT: open, laboratory phase" in opened_now.out
    assert commands.by("rita", "oos", "open", record_id, "CONTENT", "--why", "w").codes == {"INVESTIGATION_EXISTS"}
    assert commands.by("rita", "oos", "open", record_id, "PURITY", "--why", "w").codes == {"NOT_A_FAIL"}
    assert commands.by("rita", "oos", "open", record_id, "X", "--why", "w").codes == {"NO_SUCH_TEST"}
    assert registry.faults() == ()


def test_a_deviation_is_asked_by_one_and_accepted_by_another(commands: Commands, registry: Registry) -> None:
    record_id = submitted(registry, record("EV-10", purity=Outcome.PENDING))
    listing = commands("deviation", "list", record_id).out
    assert "PURITY: RESULT-PENDING" in listing
    ask = ("deviation", "open", record_id, "PURITY", "--why", "short shelf life", "--code")
    assert commands.by("quinn", *ask, "OTHER").codes == {"CODE_UNFIT"}
    done = commands.by("quinn", *ask, "RESULT-PENDING")
    assert done.out.startswith(f"{record_id}/deviation-1: ")
    accept = ("deviation", "accept", f"{record_id}/deviation-1")
    assert commands.by("quinn", *accept).codes == {"OWN_DEVIATION"}
    assert "NOT ACCEPTED yet" in commands("deviation", "list", record_id).out
    assert commands.by("quentin", *accept, passwords=("wrong",)).codes == {"WRONG_PASSWORD"}
    assert "accepted by Quentin Quality" in commands.by("quentin", *accept).out
    found = commands("deviation", "list", record_id, "--json").document("evqc.deviations/1")
    assert found["deviations"][0]["signature"]["printed_name"] == "Quentin Quality"
    assert found["excusable"] == []
    assert "accepted by Quentin Quality" in commands("deviation", "list", record_id).out
    assert registry.faults() == ()


def test_nothing_excuses_a_fail(commands: Commands, identity: str) -> None:
    assert "CONTENT: nothing excuses it" in commands("deviation", "list", "EV-10/1").out
    ask = ("deviation", "open", "EV-10/1", "CONTENT", "--code", "OTHER", "--why", "we need the batch")
    done = commands.by("quinn", *ask)
    assert (done.code, done.codes) == (2, {"CANNOT_BE_EXCUSED"})
    assert commands("deviation", "list", "EV-7/1").out == "EV-7/1: no deviation, and nothing to excuse\n"


def test_items_of_the_checklist_are_attested_by_signature(commands: Commands, registry: Registry) -> None:
    record_id = submitted(registry, record("EV-10"))
    attest = ("attest", record_id)
    assert commands.by("rita", *attest).code == 2
    assert commands.by("rita", *attest, "something else").codes == {"NOT_ON_THE_CHECKLIST"}
    done = commands.by("rita", *attest, CHECKLIST[0], "--note", "read on paper")
    assert (done.code, done.out.splitlines()[0]) == (0, f"attested: {CHECKLIST[0]}")
    assert f"you attest: {CHECKLIST[0]}" in done.err
    assert commands.by("rita", *attest, CHECKLIST[0]).codes == {"ATTESTED_BEFORE"}
    wrong = commands.by("rita", *attest, "--all", passwords=("wrong",))
    assert (wrong.codes, wrong.out) == ({"WRONG_PASSWORD"}, "")
    rest = commands.by("rita", *attest, "--all")
    assert rest.out.startswith(f"attested: {CHECKLIST[1]}\nsigned by Rita Reviewer")
    assert [each.note for each in registry.export(record_id).attestations] == ["read on paper", ""]
    assert registry.faults() == ()


def test_who_retested_cannot_attest(commands: Commands, identity: str, registry: Registry) -> None:
    joined(registry, "max", "Max Maker", ["analyst", "reviewer"])
    commands.by("rita", "oos", "plan", identity, "--plan", "SOP-9", "--retests", "1", "--why", "w")
    assert commands.by("max", "oos", "retest", identity, "2e9", "--evidence", "x.csv", "--why", "w").code == 0
    assert commands.by("max", "attest", "EV-10/1", CHECKLIST[0]).codes == {"OWN_DATA"}


@pytest.mark.parametrize(
    "group", ["database", "user", "instrument", "oos", "deviation", "audit", "attest", "backup", "restore"]
)
def test_every_command_has_a_line_and_an_example(commands: Commands, group: str) -> None:
    from typer.main import get_command  # noqa: PLC0415

    from evqc.cli.release import app  # noqa: PLC0415

    def leaves(command: Any) -> list[Any]:
        below = getattr(command, "commands", {})
        return [command] if not below else [each for name in below.values() for each in leaves(name)]

    whole: Any = get_command(app)
    for each in leaves(whole.commands[group]):
        assert each.help, each.name
        assert len(each.help.splitlines()[0]) <= 120
        assert "evqc release" in str(each.epilog), each.name
    assert commands(group, "--help").code == 0
