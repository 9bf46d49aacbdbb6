"""What a careful person sees before signing: each thing that should make one stop is there, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.errors import InputError
from evqc.release.chain import BEGINNING, AuditEntry, Head
from evqc.release.listing import what_changed
from evqc.release.record import Determination, Outcome
from evqc.release.release import Deviation, Investigation, Person, Release, refuse_unreleased
from evqc.release.reopening import refuse_other_batch, refuse_unended
from evqc.release.signature import Signature
from evqc.release.status import status
from evqc.release.status_text import answer, look_lines
from evqc.release.stop_and_look import Look, since_last_signature, stop_and_look
from tests.release.registries import CHECKLIST, record

if TYPE_CHECKING:
    from evqc.release.record import ReleaseRecord

HEAD = Head(length=7, hash="a" * 64)


def of(made: ReleaseRecord | None = None, **more: Any) -> Release:
    """A submitted record without trail."""
    fields: dict[str, Any] = {
        "record": made or record(checklist=()),
        "record_sha256": "0" * 64,
        "version": 1,
        "state": "submitted",
        "signatures": (),
        "people": (),
        "trail": (),
        "head": Head(length=0, hash=BEGINNING),
    }
    return Release(**fields | more)


def signed(version: int = 1) -> Signature:
    return Signature(
        batch="EV-7", record_sha256="0" * 64, record_version=version, user="rita", printed_name="Rita Reviewer",
        role="reviewer", at="2026-03-21T08:00:00+00:00", meaning="reviewed", head=HEAD, public_key="", signature="",
    )  # fmt: skip


def entry(sequence: int, table: str = "deviations", batch: str = "EV-7") -> AuditEntry:
    return AuditEntry(
        sequence=sequence, at="2026-03-22T08:00:00+00:00", user="anna", action="raise deviation", table=table,
        key=f"{batch}/1/deviation-1", old=None, new={"batch": batch, "code": "OTHER"}, why="it is so", previous="",
        hash="",
    )  # fmt: skip


def told(found: tuple[Look, ...], kind: str) -> list[str]:
    return [each.what for each in found if each.kind == kind]


def test_a_record_without_a_blemish_asks_for_nothing() -> None:
    assert stop_and_look(of()) == ()
    assert list(look_lines(())) == ["Nothing in the record asks for a second look."]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.PASS])
def test_every_test_that_is_no_pass_is_told_once(outcome: Outcome) -> None:
    found = stop_and_look(of(record(content=outcome, checklist=())))
    assert [(each.kind, each.what) for each in found] == [(outcome.value, "CONTENT, Content: As it is.")]


def test_what_holds_beside_the_tests() -> None:
    made = record(findings=["EV-Q-01"], reasons=["The file a.txt was refused: X"], checklist=CHECKLIST)
    found = stop_and_look(of(replace(made, contradictions=("two dilutions",), not_in_force=("OLD-1",))))
    assert told(found, "finding that blocks") == ["EV-Q-01: EV-7: It failed."]
    assert told(found, "another reason to hold") == ["The file a.txt was refused: X"]
    assert told(found, "contradiction") == ["two dilutions"]
    assert told(found, "not in force") == ["OLD-1 is not in force on 2026-03-20, and was not asked"]
    assert told(found, "not attested") == list(CHECKLIST)


def test_a_doubtful_pass_and_what_was_left_out() -> None:
    made = record(checklist=())
    first, second = made.results
    out = Determination(value=1.0, unit="/mL", as_measured="run 3", method="NTA", evidence=(), left_out="no tracks")
    doubtful = replace(first, probability_outside=0.2, determinations=(out,))
    found = stop_and_look(of(replace(made, results=(doubtful, replace(second, probability_outside=0.01)))))
    (near,) = told(found, "near the limit")
    assert near.endswith("passes, and the true value lies outside the limits with a probability of 0.2")
    assert told(found, "left out") == ["CONTENT, Content: run 3: no tracks"]


def test_a_pass_without_control_is_told() -> None:
    made = record(checklist=())
    content = made.specification.content
    tests = [test | {"control": test["id"] != "CONTENT"} for test in content["tests"]]
    used = replace(made.specification, content=content | {"tests": tests})
    found = stop_and_look(of(replace(made, specification=used)))
    assert told(found, "without control") == ["CONTENT, Content passes; the specification asks for no control"]


def test_proceedings_and_instruments() -> None:
    investigation = Investigation(
        id="EV-7/1/OOS-CONTENT", test="CONTENT", original="5e8 /mL", phase="laboratory", opened_by="anna", at="",
        retests_planned=2,
    )  # fmt: skip
    deviation = Deviation(
        id="EV-7/1/deviation-1", subject="PURITY", code="NOT-TESTED", reason="no kit", user="anna", at=""
    )
    found = stop_and_look(of(investigations=(investigation,), deviations=(deviation,)), ["the instrument Z is unknown"])
    assert told(found, "investigation") == ["EV-7/1/OOS-CONTENT, 5e8 /mL: open, laboratory phase, 0 of 2 retests"]
    (asked,) = told(found, "deviation")
    assert asked.endswith("asked by anna: no kit (not accepted)")
    assert told(found, "instrument") == ["the instrument Z is unknown"]


def test_what_came_after_the_last_signature() -> None:
    trail = (entry(6), entry(7), entry(8, "signatures"), entry(9), entry(10, batch="EV-8"))
    after = of(trail=trail, void_signatures=(signed(),))
    assert [each.sequence for each in since_last_signature(after)] == [9]
    assert since_last_signature(of(trail=trail)) == ()
    (void,) = told(stop_and_look(after), "void signature")
    assert void.endswith("was given before a result was added or an investigation changed, and is void")
    (void,) = told(stop_and_look(replace(after, version=2)), "void signature")
    assert void.endswith("was of version 1, and is void for this one")


def test_a_key_made_after_a_reset_is_told_with_who_reset_it() -> None:
    reset = AuditEntry(
        sequence=3, at="2026-03-20T08:00:00+00:00", user="ada", action="reset password", table="users", key="rita",
        old={}, new={}, why="forgotten", previous="", hash="",
    )  # fmt: skip
    rita = Person(user="rita", printed_name="Rita Reviewer", roles=("reviewer",), public_keys=("old", "new"))
    later, before = replace(signed(), public_key="new"), replace(signed(), public_key="old")
    looked = stop_and_look(of(trail=(reset,), people=(rita,), signatures=(before, later, later)))
    (said,) = told(looked, "key made anew")
    assert said.startswith("Rita Reviewer signed 'reviewed' with a key made after ada had reset the password on 2026")
    assert told(stop_and_look(of(trail=(reset,), people=(rita,), signatures=(before,))), "key made anew") == []


def test_an_entry_says_what_changed() -> None:
    one = replace(
        entry(1), old={"state": "draft", "roles": ["analyst"]}, new={"state": "submitted", "roles": ["analyst"]}
    )
    assert what_changed(one) == ("state: draft → submitted",)
    assert what_changed(entry(1)) == ("code: OTHER",)
    assert what_changed(replace(entry(1), old={"x": {"sha256": "1"}}, new={"x": {"sha256": "2"}})) == ("x changed",)
    assert what_changed(replace(entry(1), new=None)) == ()


def refused(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.issues[0].code


def test_only_what_ended_is_opened_again() -> None:
    rows = [{"batch": "EV-7", "version": 2}, {"batch": "EV-7", "version": 1}, {"batch": "EV-8", "version": 9}]
    with pytest.raises(InputError) as error:
        refuse_unended(of(), rows)
    assert refused(error) == "NOT_ENDED"
    with pytest.raises(InputError) as error:
        refuse_unended(of(state="rejected"), rows)
    assert refused(error) == "NOT_THE_NEWEST"
    refuse_unended(of(state="invalidated", version=2), rows)
    with pytest.raises(InputError) as error:
        refuse_other_batch(of(), record("EV-8"))
    assert refused(error) == "OTHER_BATCH"
    with pytest.raises(InputError) as error:
        refuse_unreleased(of())
    assert refused(error) == "NOT_RELEASED"


def test_the_answer_counts_what_is_missing() -> None:
    found = status(of(record(content=Outcome.FAIL)), [], "2026-03-21")
    missing = sum(not each.done for each in found.requirements)
    assert answer(found).endswith(
        f"its state is submitted, and {missing} of {len(found.requirements)} requirements are missing."
    )
    assert not found.releasable
