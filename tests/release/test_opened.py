"""Which database, and the password: asked where nobody sees it, never taken from an argument or the environment."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from evqc.cli.release import opened as edge
from evqc.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Terminal(io.StringIO):
    """A stdin that somebody sits at."""

    def isatty(self) -> bool:
        return True


def answering(monkeypatch: pytest.MonkeyPatch, answers: Sequence[str]) -> list[str]:
    """A person at the terminal who gives these answers; returns what was asked, as it comes."""
    asked: list[str] = []
    left = iter(answers)

    def getpass(prompt: str, stream: object) -> str:
        assert stream is sys.stderr
        asked.append(prompt)
        return next(left)

    monkeypatch.setattr(edge, "getpass", getpass)
    monkeypatch.setattr(sys, "stdin", Terminal())
    return asked


def code(what: Callable[[], object]) -> str:
    with pytest.raises(InputError) as error:
        what()
    return error.value.issues[0].code


def test_a_file_and_an_address() -> None:
    assert edge.url_of("evqc.db") == "sqlite:///evqc.db"
    assert edge.url_of("/data/evqc.db") == "sqlite:////data/evqc.db"
    assert edge.url_of("postgresql://qa@server/evqc") == "postgresql://qa@server/evqc"


def test_the_clock_tells_its_zone() -> None:
    offset = edge.now().utcoffset()
    assert offset is not None
    assert not offset


def test_at_the_terminal_without_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, ["one of mine", "a new one", "a new one", "a new one", "another"])
    assert edge.password_of("rita", stdin=False) == "one of mine"
    assert edge.new_password_of("rita", stdin=False) == "a new one"
    assert code(lambda: edge.new_password_of("rita", stdin=False)) == "PASSWORDS_DIFFER"
    assert asked == ["password of rita: ", *["new password of rita: ", "the same again: "] * 2]


def test_an_input_that_is_closed_at_the_terminal_is_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_prompt: str, stream: object) -> str:
        raise EOFError

    monkeypatch.setattr(edge, "getpass", closed)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert code(lambda: edge.password_of("rita", stdin=False)) == "NO_PASSWORD"


def test_one_line_of_stdin_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("first \r\nsecond\n\n"))
    assert edge.password_of("rita", stdin=True) == "first "
    assert edge.new_password_of("rita", stdin=True) == "second"
    assert code(lambda: edge.password_of("rita", stdin=True)) == "NO_PASSWORD"
    assert code(lambda: edge.password_of("rita", stdin=True)) == "NO_PASSWORD"


def test_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a password that was piped in without being asked for\n"))
    assert code(lambda: edge.password_of("rita", stdin=False)) == "NO_PASSWORD"


def test_a_database_that_refuses_says_so_in_one_sentence() -> None:
    def locked() -> None:
        with edge.reaching():
            raise OperationalError("INSERT", {}, Exception("database is locked"))

    assert code(locked) == "DATABASE_UNREACHABLE"
