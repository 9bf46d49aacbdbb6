"""Registries for the tests of the release: each its own copy of one that was made once for each kind of database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.release.commands import Commands
from tests.release.registries import KINDS, Clock, copied, created, database, everything, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.registry import Registry

LATER = datetime(2026, 3, 21, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def with_people(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry with its people and nothing else; copied, never written to."""
    with database(kind, tmp_path_factory.mktemp("people")) as url:
        created(url).close()
        yield url


@pytest.fixture(scope="session")
def with_everything(kind: str, with_people: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry with rows in every table; copied, never written to."""
    with copied(with_people, tmp_path_factory.mktemp("everything")) as url:
        with opened(url, Clock(now=LATER)) as registry:
            everything(registry)
        yield url


@pytest.fixture
def url(with_people: str, tmp_path: Path) -> Iterator[str]:
    with copied(with_people, tmp_path) as made:
        yield made


@pytest.fixture
def full_url(with_everything: str, tmp_path: Path) -> Iterator[str]:
    with copied(with_everything, tmp_path) as made:
        yield made


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    with opened(url, Clock(now=LATER)) as made:
        yield made


@pytest.fixture
def full(full_url: str) -> Iterator[Registry]:
    with opened(full_url, Clock(now=LATER.replace(day=22))) as made:
        yield made


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], full_url: str) -> Iterator[Commands]:
    """The command line on a registry with rows in every table."""
    made = Commands(monkeypatch, capfd, full_url)
    yield made
    made.close()
