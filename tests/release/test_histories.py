"""Random histories: whatever people try, in whatever order, nothing is released past a rule.

What is released is judged by the trail alone, with rules that are written here once more and in another way.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from evqc.errors import InputError
from evqc.release.record import Outcome
from tests.release.registries import (
    CHECKLIST,
    EXPORT,
    Clock,
    by_hash,
    copied,
    created,
    joined,
    opened,
    password_of,
    record,
)

if TYPE_CHECKING:
    from evqc.release.chain import AuditEntry
    from evqc.release.registry import Registry

#: Everybody with every mixture of roles that one person may hold.
EVERYBODY = {
    "anna": ("analyst",),
    "max": ("analyst", "reviewer", "QA release"),
    "zoe": ("reviewer", "QA release"),
    "remy": ("reviewer",),
    "quinn": ("QA release",),
}
RECORDS = {
    "good": record(),
    "pending": record(purity=Outcome.PENDING),
    "failing": record(content=Outcome.FAIL),
    "blocked": record(findings=["EV-Q-01"]),
}
SUBJECTS = {"CONTENT": "OTHER", "PURITY": "RESULT-PENDING", "EV-Q-01: EV-7": "FINDING-JUSTIFIED"}
users = st.sampled_from([*EVERYBODY, "ada"])
versions = st.integers(1, 3).map(lambda number: f"EV-7/{number}")


class Histories(RuleBasedStateMachine):
    """One batch in one registry of SQLite, and people who try everything."""

    template: str

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        url = self.stack.enter_context(copied(self.template, folder))
        clock = Clock()
        clock.now = clock.now.replace(day=21)
        self.registry: Registry = self.stack.enter_context(opened(url, clock))
        self.legal = 0

    def teardown(self) -> None:
        assert self.registry.faults() == ()
        self.stack.close()

    def attempt(self, name: str, *given: Any, **named: Any) -> None:
        with suppress(InputError):
            getattr(self.registry, name)(*given, **named)
            self.legal += 1

    @rule(user=users, kind=st.sampled_from(sorted(RECORDS)))
    def bring(self, user: str, kind: str) -> None:
        self.attempt("import_record", RECORDS[kind], by_hash(EXPORT), user, kind)

    @rule(record_id=versions, user=users, move=st.sampled_from(["submit", "submit", "withdraw", "hand_back"]))
    def move(self, record_id: str, user: str, move: str) -> None:
        self.attempt(move, record_id, user, "why")

    @rule(
        record_id=versions,
        user=users,
        meaning=st.sampled_from(["reviewed", "released", "released", "invalidated", "rejected"]),
    )
    def sign(self, record_id: str, user: str, meaning: str) -> None:
        self.attempt("sign", record_id, meaning, user, password_of(user), "why")

    @rule(record_id=versions, user=users)
    def attest(self, record_id: str, user: str) -> None:
        self.attempt("attest", record_id, CHECKLIST, user, password_of(user))

    @rule(record_id=versions, asks=users, accepts=users, subject=st.sampled_from(sorted(SUBJECTS)))
    def excuse(self, record_id: str, asks: str, accepts: str, subject: str) -> None:
        self.attempt("raise_deviation", record_id, subject, SUBJECTS[subject], "why not", asks)
        with suppress(InputError):
            number = len(self.registry.export(record_id).deviations)
            self.attempt("accept_deviation", f"{record_id}/deviation-{number}", accepts, password_of(accepts))

    @rule(record_id=versions, finds=users, closes=users)
    def conclude(self, record_id: str, finds: str, closes: str) -> None:
        identity = f"{record_id}/OOS-CONTENT"
        found = {"kind": "analyst", "words": "a wrong dilution was pipetted", "evidence": "page 7"}
        self.attempt("find_cause", identity, **found, user=finds, why="the laboratory phase")
        conclusion = "invalidated by assignable cause"
        self.attempt("conclude_investigation", identity, conclusion, closes, password_of(closes), "why")

    @rule()
    def the_usual_way(self) -> None:
        """Without it, few random histories come far."""
        for number in (3, 2, 1):
            record_id = f"EV-7/{number}"
            self.attempt("submit", record_id, "anna", "why")
            self.attempt("sign", record_id, "reviewed", "remy", password_of("remy"))
            self.attempt("attest", record_id, CHECKLIST, "remy", password_of("remy"))

    @invariant()
    def what_is_released_was_released_by_the_rules(self) -> None:
        trail = self.registry.trail()
        for entry in trail:
            if entry.table == "records" and entry.new is not None and entry.new["state"] == "released":
                judged(trail[: entry.sequence + 1], entry)


def judged(trail: tuple[AuditEntry, ...], released: AuditEntry) -> None:
    """Whether a release is one by the trail up to its signature: the rules, once more and in another way."""
    key = released.key
    rows = [entry for entry in trail if entry.new is not None and entry.key.startswith("EV-7/")]
    kind = next(entry.why for entry in rows if entry.key == key and entry.old is None)
    signed = [entry.new for entry in rows if entry.table == "signatures" and entry.new and entry.new["record"] == key]
    by = {row["meaning"]: row["user"] for row in signed}
    last = max((entry.sequence for entry in rows if entry.action in {"retest", "investigate"}), default=0)
    assert any(row["meaning"] == "reviewed" and row["head_length"] >= last for row in signed)
    hands = {entry.user for entry in rows if entry.action in {"import record", "submit", "withdraw", "retest"}}
    assert by["reviewed"] != by["released"]
    assert not {row["user"] for row in signed} & hands
    assert all("administrator" not in EVERYBODY.get(row["user"], ("administrator",)) for row in signed)
    assert "reviewer" in EVERYBODY[by["reviewed"]] or "QA release" in EVERYBODY[by["reviewed"]]
    assert "QA release" in EVERYBODY[by["released"]]
    assert {
        entry.new["item"]
        for entry in rows
        if entry.table == "attestations" and entry.new and entry.new["record"] == key
    } == set(CHECKLIST)
    assert kind != "failing"
    accepted = {row["reason"].split(", ")[1] for row in signed if row["meaning"] == "deviation accepted"}
    assert {"pending": "PURITY", "blocked": "EV-Q-01: EV-7"}.get(kind) in {None, *accepted}
    opened_ones = {entry.key for entry in rows if entry.table == "investigations"}
    ended = {entry.key: entry.new["conclusion"] for entry in rows if entry.table == "investigations" and entry.new}
    assert all(ended[each] == "invalidated by assignable cause" for each in opened_ones)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('histories') / 'evqc.db'}"
    with created(url) as registry:
        for user, held in EVERYBODY.items():
            if user in {"max", "zoe"}:
                joined(registry, user, f"{user.title()} Somebody", held)
    return url


def histories(template: str, examples: int, steps: int) -> None:
    machine = type("Histories", (Histories,), {"template": template})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_random_histories(template: str) -> None:
    histories(template, 5, 15)


@pytest.mark.slow
def test_many_random_histories(template: str) -> None:
    histories(template, 50, 40)


def test_the_oracle_sees_a_release(template: str, tmp_path: Path) -> None:
    """So that the histories cannot pass by never releasing anything."""
    with copied(template, tmp_path) as url, opened(url) as registry:
        registry.import_record(RECORDS["good"], by_hash(EXPORT), "anna", "good")
        registry.submit("EV-7/1", "anna", "why")
        registry.sign("EV-7/1", "reviewed", "remy", password_of("remy"))
        registry.attest("EV-7/1", CHECKLIST, "remy", password_of("remy"))
        registry.sign("EV-7/1", "released", "quinn", password_of("quinn"))
        trail = registry.trail()
        entry = next(each for each in trail if each.table == "records" and each.new and each.new["state"] == "released")
        judged(trail[: entry.sequence + 1], entry)
