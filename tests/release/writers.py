"""What child processes of the slow tests do: write, and tell through a pipe what was acknowledged. Cheap to start."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evqc.release.registry import open_registry, upgrade_registry
from tests.release.registries import CHEAP, EXPORT, by_hash, password_of, record

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from evqc.release.registry import Registry


def now() -> datetime:
    return datetime.now(UTC)


def in_use(url: str) -> Registry:
    return open_registry(url, now, os.urandom, cost=CHEAP)


def write_many(url: str, worker: int, number: int, pipe: Connection) -> None:
    """Registers ``number`` instruments, one transaction each, and tells which."""
    with in_use(url) as registry:
        pipe.send("ready")
        pipe.recv()
        for each in range(number):
            registry.register_instrument(f"{worker}-{each}", "Tracker", [], by="quinn", why="a stress test")
        pipe.send([f"{worker}-{each}" for each in range(number)])


def import_for_ever(url: str, pipe: Connection) -> None:
    """Imports one batch after the other, each with files of its own, until it is killed."""
    with in_use(url) as registry:
        registry.records()  # connected
        pipe.send("ready")
        for each in range(10**6):
            files = (EXPORT, os.urandom(20_000), os.urandom(20_000))
            made = record(f"B-{os.getpid()}-{each}", files=files)
            pipe.send(("records", registry.import_record(made, by_hash(*files), "anna", "killed soon")))


def sign_for_ever(url: str, pipe: Connection) -> None:
    """Takes one batch after the other all the way, until it is killed; tells every signature.

    It is ready when the first one is submitted, so that most of the time until the kill is spent on signing.
    """
    with in_use(url) as registry:
        for each in range(10**6):
            made = record(f"S-{os.getpid()}-{each}")
            record_id = registry.import_record(made, by_hash(EXPORT), "anna", "killed soon")
            registry.submit(record_id, "anna", "complete")
            if each == 0:
                pipe.send("ready")
            for meaning, user in (("reviewed", "rita"), ("attested", "rita"), ("released", "quinn")):
                if meaning == "attested":
                    signed = registry.attest(record_id, made.checklist, user, password_of(user))
                else:
                    signed = registry.sign(record_id, meaning, user, password_of(user))
                pipe.send(("signature", signed.signature))


def migrate_once(url: str, pipe: Connection) -> None:
    """Upgrades a registry, and tells when that is done."""
    pipe.send("ready")
    pipe.send(("revision", upgrade_registry(url, now, by="ada", why="killed soon")))
