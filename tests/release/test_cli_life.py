"""The life of a record on the command line: every step, who may take it, and what is refused with nothing written."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from evqc.release.canonical import digest
from evqc.release.record import Outcome
from tests.release.commands import Commands
from tests.release.conftest import LATER
from tests.release.registries import (
    ADMINISTRATOR,
    CHECKLIST,
    Clock,
    imported,
    opened,
    password_of,
    record,
    released,
    submitted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.record import ReleaseRecord

RECORD = "EV-7/1"
REFUSED = 2
WHY = ("--why", "as it has to be")


@pytest.fixture
def evqc(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], url: str) -> Iterator[Commands]:
    """The command line on a registry with its people and nothing else."""
    made = Commands(monkeypatch, capfd, url)
    yield made
    made.close()


def length(evqc: Commands) -> int:
    with opened(evqc.url) as registry:
        return len(registry.trail())


def state(evqc: Commands, name: str = RECORD) -> str:
    with opened(evqc.url) as registry:
        return registry.export(name).state


def prepared(evqc: Commands, made: ReleaseRecord | None = None, *, attested: bool = True) -> None:
    """A submitted record, its checklist attested."""
    with opened(evqc.url, Clock(now=LATER)) as registry:
        submitted(registry, made)
        if attested:
            registry.attest(RECORD, CHECKLIST, "rita", password_of("rita"))


def test_from_draft_to_released(evqc: Commands) -> None:
    with opened(evqc.url, Clock(now=LATER)) as registry:
        imported(registry)
    done = evqc.by("anna", "submit", RECORD, *WHY)
    assert (done.code, done.out) == (0, "EV-7/1 is submitted.\n")
    with opened(evqc.url, evqc.clock) as registry:
        registry.attest(RECORD, CHECKLIST, "rita", password_of("rita"))
    done = evqc.by("rita", "review", RECORD)
    assert "signed 'reviewed' by Rita Reviewer, reviewer, on 2026-03-23T08:00:" in done.out
    done = evqc("status", RECORD)
    assert done.code == 0
    assert "EV-7/1 is RELEASABLE: only the signature 'released' is missing. A person decides." in done.out
    assert "could: Quentin Quality or Quinn Quality" in done.out
    done = evqc.by("quinn", "sign", RECORD)
    assert done.code == 0
    assert done.out.endswith("EV-7/1 is released.\n")
    done = evqc("status", RECORD)
    assert done.code == 0
    assert "EV-7/1 is RELEASED." in done.out
    with opened(evqc.url) as registry:
        assert registry.faults() == ()


def test_what_is_to_be_looked_at_comes_before_the_password(evqc: Commands) -> None:
    prepared(evqc, replace(record(content=Outcome.CANNOT_JUDGE), contradictions=("two dilutions",)), attested=False)
    done = evqc("review", RECORD, "--user", "rita")
    assert done.codes == {"NO_PASSWORD"}
    for said in ("Cannot be judged", "CONTENT, Content: As it is.", "two dilutions", CHECKLIST[0]):
        assert said in done.out
    assert "1 cannot judge; evqc recommends: " in done.out
    assert "To be signed 'reviewed': version 1 of the record of EV-7, SHA-256 " in done.out
    assert state(evqc) == "submitted"


def test_the_results_that_are_to_be_signed_are_shown(evqc: Commands) -> None:
    made = record(content=Outcome.CANNOT_JUDGE)
    prepared(evqc, made)
    done = evqc("show", RECORD)
    assert done.code == 0
    for result in made.results:
        assert result.title in done.out
        assert result.because in done.out
    assert f"{RECORD} is submitted, SHA-256 {digest(made)}.\n" in done.out
    assert json.loads(evqc("show", RECORD, "--json").out)["schema"] == "evqc.release-record/1"


def test_who_may_not_review_is_told_so_whatever_comes_next(evqc: Commands) -> None:
    prepared(evqc)
    assert evqc.by("rita", "review", RECORD).code == 0
    assert evqc.by(ADMINISTRATOR, "review", RECORD).codes == {"NOT_ALLOWED"}
    assert evqc.by("remy", "review", RECORD).codes == {"OUT_OF_ORDER"}


def test_a_wrong_password_changes_nothing_but_the_trail(evqc: Commands) -> None:
    prepared(evqc)
    for verb in (("submit", *WHY), ("withdraw", *WHY), ("return", *WHY), ("review",), ("reject", *WHY)):
        before = length(evqc)
        done = evqc.by("rita", verb[0], RECORD, *verb[1:], passwords=("not the password of rita",))
        assert (done.code, done.codes) == (REFUSED, {"WRONG_PASSWORD"})
        assert length(evqc) == before + 1
    assert state(evqc) == "submitted"


def test_who_was_locked_out_stays_out(evqc: Commands) -> None:
    prepared(evqc)
    codes = [evqc.by("rita", "review", RECORD, passwords=("wrong, and wrong again",)).codes for _ in range(6)]
    assert codes == [{"WRONG_PASSWORD"}] * 5 + [{"LOCKED_OUT"}]
    assert evqc.by("rita", "review", RECORD).codes == {"LOCKED_OUT"}


MOVES: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "submit": (WHY, {"analyst"}),
    "withdraw": (WHY, {"analyst"}),
    "return": (WHY, {"reviewer", "QA release"}),
    "review": ((), {"reviewer", "QA release"}),
    "sign": ((), {"reviewer", "QA release"}),
    "reject": (WHY, {"QA release"}),
    "invalidate": (WHY, {"QA release"}),
}
OF_ROLE = {"analyst": "anna", "reviewer": "rita", "QA release": "quinn", "administrator": "ada"}


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("role", OF_ROLE)
def test_each_step_by_each_role(evqc: Commands, verb: str, role: str) -> None:
    """Every cell: done, or refused with nothing written but that somebody signed in."""
    more, may = MOVES[verb]
    with opened(evqc.url, Clock(now=LATER)) as registry:
        imported(registry)
        if verb != "submit":
            registry.submit(RECORD, "anna", "ready")
    before = state(evqc)
    done = evqc.by(OF_ROLE[role], verb, RECORD, *more)
    if role in may:
        assert (done.code, done.codes) == (0, set())
        assert state(evqc) != before
    else:
        assert done.code == REFUSED
        assert "NOT_ALLOWED" in done.codes
        assert state(evqc) == before
    with opened(evqc.url) as registry:
        assert registry.faults() == ()


def test_one_person_never_signs_twice(evqc: Commands) -> None:
    with opened(evqc.url, Clock(now=LATER)) as registry:
        submitted(registry)
        registry.attest(RECORD, CHECKLIST, "rita", password_of("rita"))
    assert evqc.by("quinn", "review", RECORD).code == 0
    assert evqc.by("quinn", "sign", RECORD).codes == {"SIGNED_BEFORE"}
    assert evqc.by("quentin", "sign", RECORD).code == 0


def test_who_made_the_data_signs_nothing(evqc: Commands) -> None:
    with opened(evqc.url, Clock(now=LATER)) as registry:
        imported(registry, None, "abel")
        registry.submit(RECORD, "abel", "ready")
    assert evqc.by("abel", "review", RECORD).codes == {"OWN_DATA"}


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.CANNOT_JUDGE, Outcome.PENDING, Outcome.NOT_TESTED])
def test_what_is_on_hold_is_never_released(evqc: Commands, outcome: Outcome) -> None:
    prepared(evqc, record(content=outcome))
    assert evqc.by("remy", "review", RECORD).code == 0
    done = evqc("status", RECORD)
    assert done.code == 1
    assert "NOT RELEASABLE: its state is reviewed" in done.out
    done = evqc.by("quinn", "sign", RECORD)
    assert done.code == REFUSED
    assert done.codes & {"NOT_A_PASS", "HELD"}
    assert state(evqc) == "reviewed"


def test_a_meaning_out_of_its_order_is_refused(evqc: Commands) -> None:
    prepared(evqc)
    assert evqc.by("quinn", "sign", RECORD, "--meaning", "released").codes == {"ILLEGAL_TRANSITION"}
    assert evqc.by("quinn", "sign", RECORD, "--meaning", "blessed").codes == {"MEANING_UNKNOWN"}
    evqc.by("rita", "review", RECORD)
    done = evqc.by("remy", "review", RECORD)
    assert done.codes == {"OUT_OF_ORDER"}
    assert "evqc release sign" in done.err
    evqc.by("quinn", "sign", RECORD)
    assert evqc.by("quentin", "sign", RECORD).codes == {"OUT_OF_ORDER"}


@pytest.mark.parametrize("verb", ["submit", "withdraw", "return", "reject", "invalidate"])
def test_a_step_without_its_reason_is_refused(evqc: Commands, verb: str) -> None:
    prepared(evqc)
    before = length(evqc)
    assert "--why" in evqc.by("quinn", verb, RECORD).err
    assert evqc.by("quinn", verb, RECORD, "--why", "  ").code == REFUSED
    assert state(evqc) == "submitted"
    assert length(evqc) <= before + 1


def test_back_to_the_maker_and_taken_back(evqc: Commands) -> None:
    prepared(evqc)
    assert evqc.by("rita", "return", RECORD, "--why", "the control is missing").out.endswith("is draft.\n")
    assert evqc.by("anna", "submit", RECORD, *WHY).code == 0
    assert evqc.by("abel", "withdraw", RECORD, *WHY).codes == {"NOT_YOURS"}
    assert evqc.by("anna", "withdraw", RECORD, *WHY).code == 0
    out = evqc("history", RECORD).out
    assert "state: submitted → draft" in out
    assert "the control is missing" in out
    assert "was handed back by rita" in evqc("status", RECORD).out


def test_a_change_after_signing_voids_visibly(evqc: Commands) -> None:
    with opened(evqc.url, Clock(now=LATER)) as registry:
        released(registry)
    assert evqc.by("quentin", "invalidate", RECORD, "--why", "complaint 12").code == 0
    assert evqc("status", RECORD).code == 1
    with opened(evqc.url, Clock(now=LATER.replace(day=23))) as registry:
        again = imported(registry, record(as_measured="3e9 /mL"))
    done = evqc("status", again)
    assert done.code == 1
    assert "'released' by Quinn Quality on 2026-03-21 was of version 1, and is void for this one" in done.out
    assert "version 2: CONTENT is 3e9 /mL (pass); it was 2e9 /mL (pass)" in done.out
    assert "anna, import record, EV-7/2" in done.out
    asked = json.loads(evqc("status", again, "--json").out)["requirements"]
    signatures = [(each["what"], each["done"]) for each in asked if each["kind"] == "signature"]
    assert signatures == [("reviewed", False), ("released", False)]


def test_a_review_before_the_last_finding_is_void(evqc: Commands) -> None:
    prepared(evqc, record(content=Outcome.FAIL))
    assert evqc.by("rita", "review", RECORD).code == 0
    with opened(evqc.url, evqc.clock) as registry:
        registry.go_full_scale(f"{RECORD}/OOS-CONTENT", "remy", "no cause in the laboratory")
    stands = evqc("status", RECORD)
    assert "'reviewed' by Rita Reviewer on 2026-03-23 was given before a result was added" in stands.out
    assert "remy, investigate, EV-7/1/OOS-CONTENT: no cause in the laboratory" in stands.out
    done = evqc.by("rita", "review", RECORD)
    assert done.code == 0
    assert "is void" in done.out


def test_rejected_says_why(evqc: Commands) -> None:
    prepared(evqc, record(content=Outcome.FAIL))
    done = evqc.by("quinn", "reject", RECORD, "--why", "the content fails")
    assert done.out.endswith("EV-7/1 is rejected.\n")
    assert "was rejected by quinn" in evqc("status", RECORD).out


def test_what_there_is_and_what_was_done(commands: Commands) -> None:
    listed = json.loads(commands("records", "--json").out)
    assert listed["schema"] == "evqc.release-records/1"
    assert ("EV-7/1", "released") in {(each["record"], each["state"]) for each in listed["records"]}
    assert "EV-9/1" in commands("records").out
    told = json.loads(commands("history", "EV-7/1", "--json").out)
    assert told["entries"][0]["action"] == "import record"
    assert {each["key"].split("/")[0] for each in told["entries"]} == {"EV-7"}
    secret = commands("history", "EV-8/1").out + json.dumps(told)
    assert "argon2" not in secret
    assert "invalidated by assignable cause" in secret


@pytest.mark.parametrize("verb", ["submit", "withdraw", "return", "review", "sign", "reject"])
def test_a_record_that_is_not_there(evqc: Commands, verb: str) -> None:
    more = () if verb in {"review", "sign"} else WHY
    done = evqc.by("anna" if verb in {"submit", "withdraw"} else "quinn", verb, "EV-99/1", *more)
    assert (done.code, done.codes) == (REFUSED, {"NO_SUCH_RECORD"})
    assert evqc("status", "EV-99/1").codes == evqc("history", "EV-99/1").codes == {"NO_SUCH_RECORD"}


def test_a_registry_that_is_not_there(evqc: Commands, tmp_path: Path) -> None:
    assert evqc("records", "--database", tmp_path / "no.db").codes == {"NO_REGISTRY"}
    assert not (tmp_path / "no.db").exists()


@pytest.mark.parametrize("verb", [*MOVES, "reopen", "status", "history", "records", "certificate", "bundle", "draft"])
def test_help_has_an_example(evqc: Commands, verb: str) -> None:
    done = evqc(verb, "--help")
    assert done.code == 0
    assert "Example" in done.out
    assert f"evqc release {verb}" in " ".join(done.out.split())


class TestGivenOut:
    def test_what_is_not_released_is_refused_or_marked(self, evqc: Commands, tmp_path: Path) -> None:
        prepared(evqc)
        for verb, out in (("certificate", tmp_path / "c"), ("bundle", tmp_path / "b.zip")):
            words = (verb, "--record", RECORD, "-o", str(out), "--why", "for the customer")
            assert evqc.by("quinn", *words).codes == {"NOT_RELEASED"}
            assert not out.exists()
            done = evqc.by("quinn", *words, "--as-it-stands")
            assert done.code == 0
            assert "NOT RELEASED on every page" in done.err
        assert "NOT RELEASED" in (tmp_path / "c" / "certificate.html").read_text("utf-8")

    def test_every_copy_is_in_the_trail(self, evqc: Commands, tmp_path: Path) -> None:
        with opened(evqc.url, Clock(now=LATER)) as registry:
            released(registry)
        words = ("--record", RECORD, "--why", "for the hospital")
        assert "issued as EV-7/1/bundle-1" in evqc.by("quinn", "bundle", *words, "-o", str(tmp_path / "b.zip")).err
        told = evqc.by("quinn", "certificate", *words, "-o", str(tmp_path)).err
        assert [f"issued as EV-7/1/certificate-{number}" in told for number in (2, 3, 4)] == [True] * 3
        with opened(evqc.url) as registry:
            issued = registry.issued(RECORD)
        given = (*tmp_path.glob("*.zip"), *tmp_path.glob("certificate.*"))
        assert sorted(each["sha256"] for each in issued) == sorted(
            sha256(each.read_bytes()).hexdigest() for each in given
        )
        assert {each["kind"]: each["by"] for each in issued} == {"bundle": "quinn", "certificate": "quinn"}
        assert all(each["sha256"] in evqc("history", RECORD).out.replace("\n", "") for each in issued)

    def test_the_administrator_gives_nothing_out(self, evqc: Commands, tmp_path: Path) -> None:
        with opened(evqc.url, Clock(now=LATER)) as registry:
            released(registry)
        done = evqc.by("ada", "bundle", "--record", RECORD, "--why", "why not", "-o", str(tmp_path / "b.zip"))
        assert done.codes == {"NOT_ALLOWED"}
        assert not list(tmp_path.glob("*.zip"))

    def test_one_source_and_a_reason(self, evqc: Commands, tmp_path: Path) -> None:
        out = str(tmp_path / "b.zip")
        for words in (("bundle", "-o", out), ("bundle", "r.json", "--record", RECORD, "-o", out),
                      ("bundle", "r.json", "-o", out), ("bundle", "--record", RECORD, "-o", out)):  # fmt: skip
            assert evqc(*words).code == REFUSED


def test_no_column_of_a_narrow_terminal_is_cut_off(evqc: Commands) -> None:
    prepared(evqc)
    evqc.monkeypatch.setenv("COLUMNS", "80")
    evqc.monkeypatch.setenv("FORCE_COLOR", "1")  # as a terminal
    told = evqc("history", RECORD).out
    assert "…" not in told
    assert "…" not in evqc("user", "list").out
