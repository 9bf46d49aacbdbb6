"""Registries for the tests, with cheap passwords: on SQLite, and on PostgreSQL where EVQC_TEST_POSTGRES names one."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from evqc.reading import Source
from evqc.records import to_plain
from evqc.release.canonical import digest
from evqc.release.record import (
    BatchUsed,
    BlockingFinding,
    Outcome,
    Recommendation,
    ReleaseRecord,
    SpecificationUsed,
    TestResult,
)
from evqc.release.registry import Cost, Registry, create_registry, open_registry
from evqc.release.specification import Specification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
POSTGRES = os.environ.get("EVQC_TEST_POSTGRES")
KINDS = (
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(not POSTGRES, reason="EVQC_TEST_POSTGRES names no PostgreSQL server"),
    ),
)
CHECKLIST = ("the audit trail was reviewed", "the batch record was reviewed")
#: Id, printed name and roles of everybody; the password of each is ``password_of(id)``.
PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "anna": ("Anna Analyst", ("analyst",)),
    "abel": ("Abel Analyst", ("analyst", "reviewer")),
    "rita": ("Rita Reviewer", ("reviewer",)),
    "remy": ("Remy Reviewer", ("reviewer",)),
    "quinn": ("Quinn Quality", ("QA release",)),
    "quentin": ("Quentin Quality", ("QA release",)),
}
ADMINISTRATOR = "ada"
EXPORT = b"time,value\n0,1\n"


def password_of(user: str) -> str:
    """The password that a user of the tests chose."""
    return f"{hashlib.sha256(user.encode()).hexdigest()[:16]} of one's own"


@dataclass
class Clock:
    """A clock that goes on by a second with every look at it, unless it is set."""

    now: datetime = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
    step: timedelta = field(default=timedelta(seconds=1))

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def specification(
    signatures: Sequence[str] = ("reviewed", "released"), checklist: Sequence[str] = CHECKLIST
) -> Specification:
    """A specification of two tests."""
    test = {
        "category": "content",
        "asks": "quantity",
        "measurand": "particle_concentration",
        "unit": "/mL",
        "limits": [">= 1e9"],
        "source": "Example laboratory",
        "valid_from": "2026-01-01",
    }
    return Specification.model_validate(
        {
            "schema": "evqc.specification/1",
            "id": "EV-01",
            "version": 1,
            "title": "EV product",
            "product": "EVs",
            "source": "Example laboratory",
            "valid_from": "2026-01-01",
            "dosage": {"route": "intravenous", "dose_ml": 1, "body_weight_kg": 70},
            "tests": [test | {"id": "CONTENT", "title": "Content"}, test | {"id": "PURITY", "title": "Purity"}],
            "checklist": list(checklist),
            "signatures": list(signatures),
        }
    )


def record(
    batch: str = "EV-7",
    *,
    content: Outcome = Outcome.PASS,
    purity: Outcome = Outcome.PASS,
    findings: Sequence[str] = (),
    reasons: Sequence[str] = (),
    signatures: Sequence[str] = ("reviewed", "released"),
    as_measured: str = "2e9 /mL",
    files: Sequence[bytes] = (EXPORT,),
    checklist: Sequence[str] = CHECKLIST,
    entered_by: Sequence[str] = (),
    judged_for: str = "2026-03-20",
) -> ReleaseRecord:
    """A release record as a draft would be, with the outcomes that a test needs."""
    used = specification(signatures, checklist)
    results = tuple(
        TestResult(
            test=test,
            title=test.title(),
            category="content",
            mandatory=True,
            outcome=outcome,
            because="As it is.",
            as_measured=as_measured,
        )
        for test, outcome in (("CONTENT", content), ("PURITY", purity))
    )
    told = [f"{each.test}, {each.title}: {each.outcome}." for each in results if each.outcome is not Outcome.PASS]
    told += [f"{each} blocks (EV-7): it failed." for each in findings]
    everything = (*told, *reasons)
    return ReleaseRecord(
        evqc_version="0",
        judged_for=judged_for,
        batch=BatchUsed(id=batch, product="EVs", record="batch.toml", record_sha256=sha256(EXPORT)),
        specification=SpecificationUsed(
            id=used.id, version=1, title=used.title, sha256=digest(used), content=to_plain(used)
        ),
        files=tuple(
            Source(name=f"exports/{number}.csv", sha256=sha256(each), bytes=len(each))
            for number, each in enumerate(files)
        ),
        results=results,
        blocking_findings=tuple(
            BlockingFinding(criterion=each, subject="EV-7", because="It failed.") for each in findings
        ),
        checklist=tuple(checklist),
        recommendation=Recommendation(verdict="hold" if everything else "meets the specification", reasons=everything),
        entered_by=tuple(entered_by),
    )


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def by_hash(*files: bytes) -> dict[str, bytes]:
    return {sha256(each): each for each in files}


def seeded(seed: int = 1) -> Any:
    """Bytes that are the same every time."""
    return random.Random(seed).randbytes


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, which is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"
        return
    server = make_url(str(POSTGRES)).set(drivername="postgresql+psycopg")
    name = f"evqc_test_{uuid.uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def copied(url: str, folder: Path) -> Iterator[str]:
    """The address of a copy of a database that nobody works in, which is gone afterwards."""
    if url.startswith("sqlite"):
        made = folder / f"{uuid.uuid4().hex}.db"
        shutil.copy(str(make_url(url).database), made)
        yield f"sqlite:///{made}"
        return
    server = make_url(str(POSTGRES)).set(drivername="postgresql+psycopg")
    name = f"evqc_test_{uuid.uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {make_url(url).database} STRATEGY file_copy")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: Any, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def created(url: str, clock: Any = None, *, revision: str | None = None) -> Registry:
    """A new registry with its administrator and everybody else, each with a password of one's own."""
    more: Any = {"revision": revision} if revision else {}
    registry = create_registry(
        url, clock or Clock(), seeded(), user=ADMINISTRATOR, printed_name="Ada Admin", password=password_of("ada"),
        cost=CHEAP, **more,
    )  # fmt: skip
    for user, (name, roles) in PEOPLE.items():
        joined(registry, user, name, roles)
    return registry


def joined(registry: Registry, user: str, name: str, roles: Sequence[str], **more: Any) -> None:
    """A user who was made and has chosen a password."""
    registry.create_user(user, name, roles, "a password to begin with", by=ADMINISTRATOR, why="new in the team", **more)
    registry.change_password(user, "a password to begin with", password_of(user))


def opened(url: str, clock: Any = None) -> Registry:
    return open_registry(url, clock or Clock(), seeded(2), cost=CHEAP)


def imported(registry: Registry, made: ReleaseRecord | None = None, user: str = "anna", *files: bytes) -> str:
    """A record in the state ``draft``."""
    return registry.import_record(made or record(), by_hash(EXPORT, *files), user, "drafted from the batch folder")


def submitted(registry: Registry, made: ReleaseRecord | None = None) -> str:
    """A record in the state ``submitted``."""
    record_id = imported(registry, made)
    registry.submit(record_id, "anna", "all results are there")
    return record_id


def sign(registry: Registry, record_id: str, meaning: str, user: str, reason: str = "") -> None:
    registry.sign(record_id, meaning, user, password_of(user), reason)


def released(registry: Registry, made: ReleaseRecord | None = None) -> str:
    """A record that went all the way."""
    record_id = submitted(registry, made)
    sign(registry, record_id, "reviewed", "rita")
    registry.attest(record_id, CHECKLIST, "rita", password_of("rita"))
    sign(registry, record_id, "released", "quinn")
    return record_id


def everything(registry: Registry) -> str:
    """A registry with at least one row in every table; the record that went all the way."""
    failing = imported(registry, record("EV-8", content=Outcome.FAIL))
    identity = f"{failing}/OOS-CONTENT"
    step_of(registry, identity)
    held = submitted(registry, record("EV-9", purity=Outcome.PENDING))
    deviation = registry.raise_deviation(held, "PURITY", "RESULT-PENDING", "short shelf life", "anna")
    registry.accept_deviation(deviation, "quinn", password_of("quinn"))
    registry.register_instrument("Z-1", "Tracker", ["8.05"], by=ADMINISTRATOR, why="delivered", note="room 2")
    record_id = released(registry, record(entered_by=["Nobody Else"]))
    registry.issue(record_id, "certificate", "0" * 64, "quinn", "for the customer")
    return record_id


def step_of(registry: Registry, identity: str) -> None:
    """An investigation with a cause, a plan, one retest and a signed conclusion."""
    found: dict[str, Any] = {"kind": "analyst", "words": "a wrong dilution was pipetted", "evidence": "logbook, page 7"}
    registry.find_cause(identity, **found, user="rita", why="the laboratory phase")
    registry.plan_retests(identity, plan="SOP-9", retests=1, user="rita", why="as the procedure asks")
    registry.retest(identity, value="2e9", unit="/mL", evidence="exports/2.csv", user="abel", why="as planned")
    concluded(registry, identity, "invalidated by assignable cause")


def concluded(registry: Registry, identity: str, conclusion: str, user: str = "quinn") -> None:
    registry.conclude_investigation(identity, conclusion, user, password_of(user), "as the evidence shows")


def raw(connection: Connection) -> None:
    """Puts triggers and foreign keys out of action for a transaction, as the owner of a database can."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    for name in found:
        connection.execute(text(f"DROP TRIGGER {name}"))
