"""Four writers at once, and writers killed at random moments: nothing acknowledged is lost, nothing half done."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from evqc.release.registry import upgrade_registry
from evqc.release.registry.database import engine_of, reading, revision_of
from evqc.release.registry.tables import REVISION
from tests.release import writers
from tests.release.registries import copied, created, database, released
from tests.release.writers import in_use

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

WRITERS, EACH = 4, 50
#: Kills for each database.
KILLS = {"import_for_ever": 60, "sign_for_ever": 60, "migrate_once": 30}

#: A server that has everything loaded, so that a child costs milliseconds.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.release.writers", "sqlalchemy.dialects.postgresql.psycopg", "alembic.command"])


def started(what: Callable[..., None], *given: Any) -> tuple[Any, Connection]:
    here, there = processes.Pipe()
    child = processes.Process(target=what, args=(*given, there))
    child.start()
    there.close()
    assert here.poll(60)
    assert here.recv() == "ready"
    return child, here


@pytest.mark.slow
def test_four_writers_at_once(url: str, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    children = [started(writers.write_many, url, worker, EACH) for worker in range(WRITERS)]
    begun = time.perf_counter()
    for _, pipe in children:
        pipe.send("go")
    written = [serial for _, pipe in children for serial in pipe.recv()]
    took = time.perf_counter() - begun
    for child, _ in children:
        child.join()
    with in_use(url) as registry:
        assert registry.faults() == ()
        assert {row["serial"] for row in registry.instruments()} == set(written)
        own = [entry for entry in registry.trail() if entry.table == "instruments"]
    assert len(written) == len(own) == WRITERS * EACH
    with capsys.disabled():
        print(f"\n{kind}: {WRITERS} writers, {len(written) / took:.0f} writes a second")  # noqa: T201  figures that the run is asked for


def killed(what: Callable[..., None], url: str, moment: float) -> list[tuple[str, str]]:
    """What a child told before it was killed, at a moment after it was ready."""
    child, pipe = started(what, url)
    time.sleep(moment)
    with suppress(ProcessLookupError):  # it was done before
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    told = []
    with suppress(EOFError):
        while pipe.poll():
            told.append(pipe.recv())
    pipe.close()
    return told


def is_whole(url: str) -> tuple[set[str], set[str]]:
    """Records and signatures of a registry in which everything holds and nothing is half done."""
    with in_use(url) as registry:
        assert registry.faults() == ()
        trail = registry.trail()
        records = registry.records()
        files = {row["id"]: len(registry.files_of(row["id"])) for row in records}
    signed = [entry for entry in trail if entry.table == "signatures"]
    by_state = {row["id"]: row["state"] for row in records}
    reviews = {entry.new["record"] for entry in signed if entry.new and entry.new["meaning"] == "reviewed"}
    attested = [entry for entry in trail if entry.table == "attestations"]
    attestations = [entry for entry in signed if entry.new and entry.new["meaning"] == "attested"]
    assert {key for key, state in by_state.items() if state in {"reviewed", "released"}} == reviews
    assert len(attested) == 2 * len(attestations)
    assert all(number == (3 if key.startswith("B") else 1) for key, number in files.items())
    return set(by_state), {entry.new["signature"] for entry in signed if entry.new}


@pytest.mark.slow
@pytest.mark.parametrize("what", ["import_for_ever", "sign_for_ever"])
def test_killed_at_random_moments(with_people: str, kind: str, what: str, tmp_path: Path, capsys: Any) -> None:
    drawn, done, told, act = random.Random(f"{kind}{what}"), 0, 0, getattr(writers, what)
    with copied(with_people, tmp_path) as url:
        longest = 1.2 * seconds_of_acts(act, url, 3)
    while done < KILLS[what]:
        with copied(with_people, tmp_path) as url:
            acknowledged: set[str] = set()
            for _ in range(20):  # on one registry, which goes on after each kill
                now = {value for _, value in killed(act, url, drawn.uniform(0, longest))}
                longest *= 0.95 if now else 1.2  # the machine is busy at times
                acknowledged |= now
                kept = is_whole(url)
                assert acknowledged <= kept[what == "sign_for_ever"]
                done += 1
            told += len(acknowledged)
    assert told >= done / 4, "the kills came too early to say anything"
    with capsys.disabled():
        print(f"\n{kind}: {what}: {done} kills, {told} acknowledged writes kept")  # noqa: T201  figures that the run is asked for


@pytest.mark.slow
def test_killed_while_migrating(kind: str, tmp_path: Path, capsys: Any) -> None:
    drawn, moments = random.Random(kind), {"0001": 0, REVISION: 0}
    with database(kind, tmp_path) as old:
        with created(old, writers.now, revision="0001") as registry:
            released(registry)
            before = registry.trail()
        with copied(old, tmp_path) as url:
            longest = 1.3 * seconds_of_acts(writers.migrate_once, url, 1)
        for _ in range(KILLS["migrate_once"]):
            with copied(old, tmp_path) as url:
                told = killed(writers.migrate_once, url, drawn.uniform(0, longest))
                longest *= 0.9 if told else 1.1  # the machine is busy at times
                revision = revision_in(url)
                moments[revision] += 1
                assert revision == REVISION or not told
                if revision != REVISION:
                    upgrade_registry(url, writers.now, by="ada", why="once more")
                with in_use(url) as registry:
                    assert registry.faults() == ()
                    assert registry.trail()[: len(before)] == before
    assert all(moments.values()), "the kills came all too early or all too late"
    with capsys.disabled():
        print(f"\n{kind}: migration: {sum(moments.values())} kills, at the end of each: {moments}")  # noqa: T201  figures that the run is asked for


def seconds_of_acts(what: Callable[..., None], url: str, number: int) -> float:
    """How long a child takes, once it is ready, until so many acts are acknowledged."""
    child, pipe = started(what, url)
    begun = time.perf_counter()
    for _ in range(number):
        assert pipe.poll(60)
        pipe.recv()
    took = time.perf_counter() - begun
    child.kill()
    child.join()
    return took


def revision_in(url: str) -> str:
    engine = engine_of(url)
    with reading(engine) as connection:
        revision = str(revision_of(connection))
        there = revision == "0001" or connection.execute(text("SELECT count(*) FROM issued")).scalar_one() == 0
    engine.dispose()
    assert there
    return revision
