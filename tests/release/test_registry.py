"""Records in the registry: from draft to release, and everything that must not lead there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.release import obstacles
from evqc.release.chain import AuditEntry, SealedEntry, faults, head_of
from evqc.release.instruments_used import instrument_flags
from evqc.release.record import InstrumentUsed, Outcome
from evqc.release.signature import holds
from tests.release.registries import (
    CHECKLIST,
    EXPORT,
    by_hash,
    concluded,
    imported,
    joined,
    password_of,
    record,
    released,
    sha256,
    sign,
    submitted,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from evqc.release.registry import Registry


def refused(what: Callable[[], Any]) -> set[str]:
    """The codes with which something is refused."""
    with pytest.raises(InputError) as error:
        what()
    return {issue.code for issue in error.value.issues}


def test_the_way_to_release(registry: Registry) -> None:
    record_id = released(registry)
    release = registry.export(record_id)
    assert release.state == "released"
    assert [each.meaning for each in release.signatures] == ["reviewed", "attested", "released"]
    assert all(holds(each) for each in release.signatures)
    assert [(each.printed_name, each.role) for each in release.signatures][-1] == ("Quinn Quality", "QA release")
    assert all(
        each.at.endswith("+00:00") and each.record_sha256 == release.record_sha256 for each in release.signatures
    )
    assert release.record == record()
    assert obstacles.before_release(release, "2026-03-21") == ()
    assert registry.files_of(record_id) == by_hash(EXPORT)
    assert registry.faults() == ()


def test_the_head_in_a_signature_covers_what_is_signed(registry: Registry) -> None:
    last = registry.export(released(registry)).signatures[-1]
    before = registry.trail()[: last.head.length]
    assert before[-1].new is not None
    assert before[-1].new["state"] == "released"
    assert head_of(before) == last.head


def test_entries_of_other_matters_are_sealed(full: Registry) -> None:
    release = full.export("EV-7/1")
    assert faults(release.trail) == []
    assert head_of(release.trail) == release.head
    shown = {entry.key for entry in release.trail if isinstance(entry, AuditEntry)}
    hidden = {entry.key for entry in release.trail if isinstance(entry, SealedEntry)}
    assert {"EV-7/1", "anna", "rita", "quinn"} <= shown
    assert {"EV-8/1", "EV-9/1", "remy", "Z-1"} <= hidden
    assert {person.user for person in release.people} == {"anna", "rita", "quinn"}


def test_no_secret_leaves_the_registry(full: Registry) -> None:
    everything = f"{full.trail()}{full.users()}{full.export('EV-7/1')}{full.history('EV-7/1')}"
    assert "argon2id" not in everything
    assert password_of("quinn") not in everything


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.CANNOT_JUDGE])
def test_a_failing_test_is_never_excused(registry: Registry, outcome: Outcome) -> None:
    record_id = submitted(registry, record(content=outcome))
    for code in obstacles.CODES:

        def ask(code: str = code) -> object:
            return registry.raise_deviation(record_id, "CONTENT", code, "we need the batch", "anna")

        assert refused(ask) == {"CANNOT_BE_EXCUSED"}
    sign(registry, record_id, "reviewed", "rita")
    registry.attest(record_id, CHECKLIST, "rita", password_of("rita"))
    assert "NOT_A_PASS" in refused(lambda: sign(registry, record_id, "released", "quinn"))


@pytest.mark.parametrize(
    ("made", "subject", "code"),
    [
        (record(content=Outcome.PENDING), "CONTENT", "RESULT-PENDING"),
        (record(purity=Outcome.NOT_TESTED), "PURITY", "NOT-TESTED"),
        (record(findings=["EV-Q-01"]), "EV-Q-01: EV-7", "FINDING-JUSTIFIED"),
        (record(reasons=["The file a.txt was refused: X"]), "The file a.txt was refused: X", "FILE-REPLACED"),
    ],
)
def test_a_hold_is_excused_by_a_signed_deviation_only(registry: Registry, made: Any, subject: str, code: str) -> None:
    record_id = submitted(registry, made)
    sign(registry, record_id, "reviewed", "rita")
    registry.attest(record_id, CHECKLIST, "rita", password_of("rita"))
    assert refused(lambda: sign(registry, record_id, "released", "quinn")) == {"HELD"}
    assert refused(lambda: registry.raise_deviation(record_id, subject, "UNHEARD-OF", "why", "rita")) == {"CODE_UNFIT"}
    assert refused(lambda: registry.raise_deviation(record_id, subject, code, " ", "rita")) == {"NO_REASON"}
    assert refused(lambda: registry.raise_deviation(record_id, "OTHER", code, "why", "rita")) == {"NOTHING_TO_EXCUSE"}
    deviation = registry.raise_deviation(record_id, subject, code, "the patient cannot wait", "quinn")
    assert refused(lambda: sign(registry, record_id, "released", "quinn")) == {"HELD"}

    def accept(user: str) -> Any:
        return registry.accept_deviation(deviation, user, password_of(user))

    assert refused(lambda: accept("quinn")) == {"OWN_DEVIATION"}
    assert refused(lambda: accept("rita")) == {"NOT_ALLOWED"}
    accept("quentin")
    assert refused(lambda: accept("quentin")) == {"ACCEPTED_BEFORE"}
    sign(registry, record_id, "released", "quinn")
    assert registry.export(record_id).deviations[0].signature is not None
    assert registry.faults() == ()


def test_each_hold_needs_a_deviation_of_its_own(registry: Registry) -> None:
    record_id = submitted(registry, record(content=Outcome.PENDING, findings=["EV-Q-01", "EV-Q-02"]))
    sign(registry, record_id, "reviewed", "rita")
    registry.attest(record_id, CHECKLIST, "rita", password_of("rita"))
    subjects = {"CONTENT": "RESULT-PENDING", "EV-Q-01: EV-7": "FINDING-JUSTIFIED", "EV-Q-02: EV-7": "FINDING-JUSTIFIED"}
    for subject, code in subjects.items():
        assert refused(lambda: sign(registry, record_id, "released", "quinn")) == {"HELD"}
        deviation = registry.raise_deviation(record_id, subject, code, "the patient cannot wait", "rita")
        registry.accept_deviation(deviation, "quinn", password_of("quinn"))
    sign(registry, record_id, "released", "quinn")


def test_the_checklist_has_to_be_attested(registry: Registry) -> None:
    record_id = submitted(registry)
    sign(registry, record_id, "reviewed", "rita")

    def attest(*items: str) -> Any:
        return registry.attest(record_id, items, "rita", password_of("rita"), "seen")

    attest(CHECKLIST[0])
    assert refused(lambda: attest(CHECKLIST[0])) == {"ATTESTED_BEFORE"}
    assert refused(lambda: attest("all is well")) == {"NOT_ON_THE_CHECKLIST"}
    assert refused(attest) == {"NOT_ON_THE_CHECKLIST"}
    assert refused(lambda: sign(registry, record_id, "released", "quinn")) == {"NOT_ATTESTED"}
    attest(CHECKLIST[1])
    sign(registry, record_id, "released", "quinn")


def test_two_people_who_did_not_make_the_data(registry: Registry) -> None:
    joined(registry, "zoe", "Zoe Zero", ["reviewer", "QA release"])
    joined(registry, "max", "Max Maker", ["analyst", "reviewer", "QA release"])
    record_id = imported(registry, user="max")
    registry.submit(record_id, "anna", "complete")
    assert refused(lambda: sign(registry, record_id, "reviewed", "max")) == {"OWN_DATA"}
    sign(registry, record_id, "reviewed", "zoe")
    registry.attest(record_id, CHECKLIST, "zoe", password_of("zoe"))
    assert refused(lambda: sign(registry, record_id, "released", "zoe")) == {"SIGNED_BEFORE"}
    assert refused(lambda: sign(registry, record_id, "released", "max")) == {"OWN_DATA"}
    assert refused(lambda: sign(registry, record_id, "rejected", "max", "why")) == {"OWN_DATA"}
    sign(registry, record_id, "released", "quinn")


@pytest.mark.parametrize("name", ["Rita Reviewer", "rita", "R. Reviewer", "Reviewer, Rita", "RITA  reviewer"])
def test_who_entered_values_by_hand_did_make_data(registry: Registry, name: str) -> None:
    record_id = submitted(registry, record(entered_by=["E. Else", name]))
    assert refused(lambda: sign(registry, record_id, "reviewed", "rita")) == {"OWN_DATA"}
    status = {each.what: each.who_can for each in registry.status(record_id).requirements}
    assert "Rita Reviewer" not in status["reviewed"]
    sign(registry, record_id, "reviewed", "quinn")
    assert registry.faults() == ()


def test_another_name_since_then_helps_nobody(registry: Registry) -> None:
    record_id = submitted(registry, record(entered_by=["Rita Reviewer"]))
    registry.change_user("rita", by="ada", why="married", printed_name="Rita Other")
    assert refused(lambda: sign(registry, record_id, "reviewed", "rita")) == {"OWN_DATA"}
    joined(registry, "rosa", "Rita Reviewer", ["reviewer"])
    assert refused(lambda: sign(registry, record_id, "reviewed", "rosa")) == {"OWN_DATA"}


def test_who_entered_the_original_does_not_retest_it(registry: Registry) -> None:
    failing = record(content=Outcome.FAIL, entered_by=["Abel Analyst"])
    identity = f"{submitted(registry, failing)}/OOS-CONTENT"
    registry.plan_retests(identity, plan="SOP-9", retests=1, user="remy", why="the procedure")

    def again() -> Any:
        return registry.retest(identity, value="2e9", unit="/mL", evidence="page 8", user="abel", why="as planned")

    assert refused(again) == {"SAME_ANALYST"}


def test_names_of_an_earlier_version_count(registry: Registry) -> None:
    imported(registry, record(entered_by=["Rita Reviewer"]))
    record_id = submitted(registry, record(entered_by=["E. Else"]))
    assert refused(lambda: sign(registry, record_id, "reviewed", "rita")) == {"OWN_DATA"}


def test_who_retested_did_make_data(registry: Registry) -> None:
    joined(registry, "max", "Max Maker", ["analyst", "reviewer"])
    identity = f"{submitted(registry, record(content=Outcome.FAIL))}/OOS-CONTENT"
    found: dict[str, Any] = {"kind": "analyst", "words": "a wrong dilution was pipetted", "evidence": "page 7"}
    registry.find_cause(identity, **found, user="rita", why="the laboratory phase")

    def again(user: str) -> Any:
        return registry.retest(identity, value="2e9", unit="/mL", evidence="page 8", user=user, why="as planned")

    assert refused(lambda: again("max")) == {"RETEST_WITHOUT_PLAN"}
    registry.plan_retests(identity, plan="SOP-9", retests=1, user="rita", why="the procedure")
    assert refused(lambda: again("anna")) == {"SAME_ANALYST"}
    again("max")
    assert refused(lambda: again("max")) == {"MORE_RETESTS_THAN_PLANNED"}
    assert refused(lambda: sign(registry, "EV-7/1", "reviewed", "max")) == {"OWN_DATA"}
    assert [each.value for each in registry.investigation(identity).retests] == ["2e9"]


def test_what_is_changed_after_a_review_voids_it(registry: Registry) -> None:
    """A retest behind the review is a result that nobody reviewed, and here one of the reviewer's own."""
    identity = f"{imported(registry, record(content=Outcome.FAIL))}/OOS-CONTENT"
    registry.plan_retests(identity, plan="SOP-9", retests=1, user="remy", why="as the procedure asks")
    record_id = submitted(registry)
    sign(registry, record_id, "reviewed", "abel")
    registry.attest(record_id, CHECKLIST, "abel", password_of("abel"))
    registry.retest(identity, value="2e9", unit="/mL", evidence="page 8", user="abel", why="as planned")
    found: dict[str, Any] = {"kind": "analyst", "words": "a wrong dilution was pipetted", "evidence": "page 7"}
    registry.find_cause(identity, **found, user="remy", why="the laboratory phase")
    concluded(registry, identity, "invalidated by assignable cause")
    assert refused(lambda: sign(registry, record_id, "released", "quinn")) == {"OUT_OF_ORDER", "NOT_ATTESTED"}
    release = registry.export(record_id)
    assert [each.meaning for each in release.void_signatures if each.record_version == 2] == ["reviewed", "attested"]
    assert release.signatures == ()
    wanted = {each.what: each.done for each in registry.status(record_id).requirements}
    assert not wanted["reviewed"]
    assert not wanted[CHECKLIST[0]]
    assert refused(lambda: sign(registry, record_id, "reviewed", "abel")) == {"OWN_DATA"}
    sign(registry, record_id, "reviewed", "rita")
    registry.attest(record_id, CHECKLIST, "rita", password_of("rita"))
    sign(registry, record_id, "released", "quinn")
    assert registry.faults() == ()


def test_three_signatures_in_their_order(registry: Registry) -> None:
    record_id = submitted(registry, record(signatures=("reviewed", "approved", "released"), checklist=()))
    assert refused(lambda: sign(registry, record_id, "approved", "rita")) == {"OUT_OF_ORDER"}
    sign(registry, record_id, "reviewed", "rita")
    assert refused(lambda: sign(registry, record_id, "released", "quinn")) == {"OUT_OF_ORDER"}
    assert "SIGNED_BEFORE" in refused(lambda: sign(registry, record_id, "approved", "rita"))
    sign(registry, record_id, "approved", "remy")
    sign(registry, record_id, "released", "quinn")
    assert registry.export(record_id).state == "released"


@pytest.mark.parametrize("signatures", [("released",), ("released", "reviewed"), ("reviewed", "reviewed")])
def test_a_specification_with_one_signature_is_refused(registry: Registry, signatures: tuple[str, ...]) -> None:
    assert refused(lambda: imported(registry, record(signatures=signatures))) == {"SIGNATURES_TOO_FEW"}


def test_a_meaning_that_nobody_asked_for(registry: Registry) -> None:
    record_id = submitted(registry)
    assert refused(lambda: sign(registry, record_id, "liked", "rita")) == {"MEANING_UNKNOWN"}
    assert refused(lambda: sign(registry, record_id, "rejected", "quinn")) == {"NO_REASON"}


def test_only_the_maker_withdraws_and_only_before_review(registry: Registry) -> None:
    record_id = submitted(registry)
    assert refused(lambda: registry.withdraw(record_id, "abel", "a slip")) == {"NOT_YOURS"}
    assert refused(lambda: registry.withdraw(record_id, "anna", "")) == {"NO_REASON"}
    registry.withdraw(record_id, "anna", "a slip of the pen")
    registry.submit(record_id, "anna", "mended")
    registry.hand_back(record_id, "rita", "the second page is missing")
    registry.submit(record_id, "anna", "mended")
    sign(registry, record_id, "reviewed", "rita")
    assert refused(lambda: registry.withdraw(record_id, "anna", "a slip")) == {"ILLEGAL_TRANSITION"}
    told = registry.export(record_id).changed_since_entry
    assert told == (
        "EV-7/1 was withdrawn by anna on 2026-03-21: a slip of the pen",
        "EV-7/1 was handed back by rita on 2026-03-21: the second page is missing",
    )


def test_a_new_version_voids_every_signature(registry: Registry) -> None:
    record_id = released(registry)
    changed = record(as_measured="3e9 /mL", files=(EXPORT, b"more"))

    def bring() -> str:
        return imported(registry, changed, "anna", b"more")

    assert refused(bring) == {"ILLEGAL_TRANSITION"}
    sign(registry, record_id, "invalidated", "quinn", "a wrong file was read")
    assert bring() == "EV-7/2"
    old, new = registry.export("EV-7/1"), registry.export("EV-7/2")
    assert (old.state, new.state, new.version) == ("invalidated", "draft", 2)
    assert new.signatures == ()
    assert new.void_signatures == old.signatures
    assert new.changed_since_entry[:2] == (
        "version 2 of the record replaces version 1 by anna on 2026-03-21: drafted from the batch folder",
        "version 2: CONTENT is 3e9 /mL (pass); it was 2e9 /mL (pass)",
    )
    assert "version 2: the file exports/1.csv was added" in new.changed_since_entry
    assert "EV-7/1 was invalidated by quinn on 2026-03-21: a wrong file was read" in new.changed_since_entry
    assert registry.faults() == ()


def test_a_new_draft_takes_the_place_of_a_draft(registry: Registry) -> None:
    assert (imported(registry), imported(registry, record(as_measured="3e9 /mL"))) == ("EV-7/1", "EV-7/2")
    assert [(row["id"], row["state"]) for row in registry.records()] == [("EV-7/1", "invalidated"), ("EV-7/2", "draft")]


def test_a_failing_test_opens_an_investigation_that_outlives_its_version(registry: Registry) -> None:
    """No testing into compliance: importing a better result does not do away with the first."""
    first = imported(registry, record(content=Outcome.FAIL, as_measured="1e8 /mL"))
    identity = f"{first}/OOS-CONTENT"
    assert registry.investigation(identity).original == "1e8 /mL"
    second = submitted(registry)
    sign(registry, second, "reviewed", "rita")
    registry.attest(second, CHECKLIST, "rita", password_of("rita"))
    assert refused(lambda: sign(registry, second, "released", "quinn")) == {"INVESTIGATION_OPEN"}
    assert refused(lambda: concluded(registry, identity, "confirmed")) == {"LABORATORY_PHASE_OPEN"}
    registry.go_full_scale(identity, "rita", "no cause in the laboratory")
    concluded(registry, identity, "confirmed")
    assert refused(lambda: concluded(registry, identity, "confirmed", "quentin")) == {"INVESTIGATION_CLOSED"}
    assert "INVESTIGATION_OPEN" in refused(lambda: sign(registry, second, "released", "quinn"))
    assert registry.faults() == ()


def test_a_fail_with_an_assignable_cause_no_longer_stands_in_the_way(registry: Registry) -> None:
    identity = f"{imported(registry, record(content=Outcome.FAIL))}/OOS-CONTENT"
    found: dict[str, Any] = {"kind": "analyst", "words": "a wrong dilution was pipetted", "evidence": "page 7"}
    registry.find_cause(identity, **found, user="rita", why="the laboratory phase")
    concluded(registry, identity, "invalidated by assignable cause")
    assert registry.export(released(registry)).investigations[0].closed_by == "quinn"


def test_nobody_does_away_with_a_result_alone(registry: Registry) -> None:
    """Who says what made a result may not be the only one who looked."""
    identity = f"{imported(registry, record(content=Outcome.FAIL))}/OOS-CONTENT"
    found: dict[str, Any] = {"kind": "analyst", "words": "a wrong dilution was pipetted", "evidence": "page 7"}
    registry.find_cause(identity, **found, user="quinn", why="the laboratory phase")
    assert refused(lambda: concluded(registry, identity, "invalidated by assignable cause")) == {"OWN_INVESTIGATION"}
    concluded(registry, identity, "invalidated by assignable cause", "quentin")


@pytest.mark.parametrize("item", [" the label was compared ", "line one\nline two"])
def test_an_item_of_a_checklist_that_no_signature_could_name(registry: Registry, item: str) -> None:
    assert refused(lambda: imported(registry, record(checklist=[item]))) == {"RECORD_UNFIT"}


def test_a_conclusion_without_its_signature_counts_for_nothing(full: Registry) -> None:
    release = full.export("EV-8/1")
    assert obstacles.not_concluded(release) == ()
    assert len(obstacles.not_concluded(replace(release, signatures=()))) == 1


def test_files_are_kept_once_and_never_replaced(registry: Registry) -> None:
    imported(registry)
    assert refused(lambda: registry.import_record(record("EV-8"), {sha256(EXPORT): b"x"}, "anna", "w")) == {
        "FILE_CHANGED"
    }
    missing = record("EV-8", files=(EXPORT, b"more"))
    assert refused(lambda: registry.import_record(missing, {}, "anna", "w")) == {"FILE_MISSING"}
    assert registry.import_record(record("EV-8"), {}, "anna", "the file is there already") == "EV-8/1"
    assert [entry.key for entry in registry.trail() if entry.table == "files"] == [sha256(EXPORT)]


def test_a_record_that_contradicts_itself(registry: Registry) -> None:
    made = record()
    other = replace(made, specification=replace(made.specification, sha256="0" * 64))
    assert refused(lambda: imported(registry, other)) == {"SPECIFICATION_CHANGED"}
    nameless = replace(made, batch=replace(made.batch, id=" "))
    assert refused(lambda: imported(registry, nameless)) == {"RECORD_UNFIT"}


def test_an_expired_specification_releases_nothing(registry: Registry) -> None:
    release = registry.export(released(registry))
    content = release.record.specification.content | {"valid_until": "2026-03-01"}
    late = replace(release.record, specification=replace(release.record.specification, content=content))
    codes = [issue.code for issue in obstacles.before_release(replace(release, record=late), "2026-03-21")]
    assert codes == ["SPECIFICATION_NOT_IN_FORCE"]


def test_a_record_judged_for_a_day_to_come_is_not_taken(registry: Registry) -> None:
    """It would let sterility pass that nobody has read; a day ahead may be today where the laboratory is."""
    assert refused(lambda: imported(registry, record(judged_for="2026-03-23"))) == {"JUDGED_FOR_LATER_DAY"}
    imported(registry, record(judged_for="2026-03-22"))
    release = registry.export(released(registry))
    late = replace(release, record=replace(release.record, judged_for="2026-04-01"))
    assert [issue.code for issue in obstacles.before_release(late, "2026-03-21")] == ["JUDGED_FOR_LATER_DAY"]


def test_a_record_that_leaves_out_a_test_or_an_item(registry: Registry) -> None:
    made = record()
    for other in (
        replace(made, results=made.results[:1]),
        replace(made, results=(made.results[0], replace(made.results[1], mandatory=False))),
        replace(made, checklist=made.checklist[:1]),
    ):
        assert refused(partial(imported, registry, other)) == {"RECORD_UNFIT"}


def test_status_says_what_is_missing_and_who_could_do_it(registry: Registry) -> None:
    record_id = submitted(registry, record(purity=Outcome.PENDING))
    sign(registry, record_id, "reviewed", "rita")
    by_kind = {(each.kind, each.what.split(",")[0]): each for each in registry.status(record_id).requirements}
    assert by_kind["signature", "reviewed"].by == ("Rita Reviewer",)
    missing = by_kind["signature", "released"]
    assert (missing.done, missing.who_can) == (False, ("Quentin Quality", "Quinn Quality"))
    attestation = by_kind["attestation", CHECKLIST[0]]
    assert attestation.who_can == ("Abel Analyst", "Quentin Quality", "Quinn Quality", "Remy Reviewer", "Rita Reviewer")
    assert [each.done for each in by_kind.values() if each.kind == "deviation"] == [False]
    assert all(each.done for each in registry.status(released(registry, record("EV-8"))).requirements)


def test_history_is_of_one_batch(full: Registry) -> None:
    assert {entry.key.split("/")[0] for entry in full.history("EV-7/1")} == {"EV-7"}
    assert full.history("EV-7/1")[0].action == "import record"
    assert refused(lambda: full.history("EV-0/1")) == {"NO_SUCH_RECORD"}
    assert refused(lambda: full.export("EV-0/1")) == {"NO_SUCH_RECORD"}


def test_the_names_of_batches_do_not_mix(registry: Registry) -> None:
    for batch in ("A", "A/1", "A_", "AB", "A%"):
        imported(registry, record(batch))
    assert {len(registry.history(f"{batch}/1")) for batch in ("A", "A/1", "A_", "AB", "A%")} == {1}


def test_copies_that_were_given_out_are_listed(registry: Registry) -> None:
    record_id = released(registry)
    assert registry.issue(record_id, "certificate", "1" * 64, "quinn", "for the customer") == "EV-7/1/certificate-1"
    assert registry.issue(record_id, "certificate", "2" * 64, "anna", "for the file") == "EV-7/1/certificate-2"
    assert [(row["by"], row["sha256"][0]) for row in registry.issued(record_id)] == [("quinn", "1"), ("anna", "2")]


def test_instruments_are_compared_with_the_register(registry: Registry) -> None:
    def register(serial: str) -> None:
        registry.register_instrument(serial, "Tracker", ["8.05"], by="quinn", why="qualified")

    register("Z-1")
    register("Z-2")
    registry.retire_instrument("Z-2", by="quinn", why="sold")
    found = [("Z-1", "8.05"), ("Z-1", None), (None, "8.05"), ("Z-1", "9.0"), ("Z-2", "8"), ("Z-3", "1"), ("Z-3", "2")]
    used = [
        InstrumentUsed(file=f"{number}.txt", sha256="", read_as="x", serial_number=serial, software_version=version)
        for number, (serial, version) in enumerate(found)
    ]
    assert instrument_flags(used, registry.instruments()) == (
        "no software version is stated of the instrument Z-1 (Tracker): 1.txt",
        "no serial number is stated, so that nothing can be compared with the register: 2.txt",
        "the instrument Z-1 (Tracker) has the software 9.0, which the register does not list: 3.txt",
        "the instrument Z-2 (Tracker) is retired: 4.txt",
        "the instrument Z-3 is not in the register: 5.txt, 6.txt",
    )


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_no_database_holds(registry: Registry, text: str) -> None:
    before = registry.trail()
    assert refused(lambda: registry.import_record(record(), by_hash(EXPORT), "anna", text)) == {"NOT_TEXT"}
    assert refused(lambda: registry.register_instrument(text, "x", [], by="quinn", why="w")) == {"NOT_TEXT"}
    assert refused(lambda: registry.register_instrument("Z", text, [text], by="quinn", why="w")) == {"NOT_TEXT"}
    assert registry.trail() == before


def test_a_clock_that_goes_back_is_flagged(registry: Registry) -> None:
    imported(registry)
    registry.clock = lambda: registry_time(registry)
    registry.submit("EV-7/1", "anna", "complete")
    assert [fault.words.split(": ")[-1] for fault in registry.faults()] == ["the clock went back"]


def registry_time(registry: Registry) -> Any:
    return datetime.fromisoformat(registry.trail()[0].at) - timedelta(days=1)


def test_a_clock_without_a_zone_is_a_defect(registry: Registry) -> None:
    registry.clock = lambda: datetime(2026, 3, 21)  # noqa: DTZ001  the naive time is what is refused
    with pytest.raises(ValueError, match="zone"):
        imported(registry)
    assert registry.records() == []
