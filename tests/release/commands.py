"""The command line of the release as a person uses it: real exit codes, passwords on stdin, nothing on the screen."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
from jsonschema import Draft202012Validator

from evqc.cli import main
from evqc.cli.release import databases, opened
from evqc.documents import schema
from evqc.release.registry import store
from tests.release.registries import CHEAP, Clock, password_of
from tests.release.registries import opened as registry_opened

if TYPE_CHECKING:
    from evqc.release.registry import Registry

#: After everything that the registries of the tests hold.
NOW = datetime(2026, 3, 23, 8, 0, tzinfo=UTC)
#: The commands are built of their functions once, and not at every command: that took longer than what they do.
built = cache(typer.main.get_command)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def document(self, name: str) -> Any:
        """The JSON on stdout, which fits the schema of its name."""
        made = json.loads(self.out)
        Draft202012Validator(schema(name)).validate(made)
        return made

    @property
    def codes(self) -> set[str]:
        """The codes of the messages on stderr."""
        lines = [line.removeprefix("evqc: ").split(":")[0] for line in self.err.splitlines()]
        return {code for code in lines if code.isupper()}


class Commands:
    """Runs ``evqc release`` on one database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str], url: str) -> None:
        self.monkeypatch, self.captured, self.url = monkeypatch, captured, url
        self.clock = Clock(now=NOW)
        monkeypatch.setattr(typer.main, "get_command", built)
        monkeypatch.setattr(store, "Cost", lambda: CHEAP)
        monkeypatch.setattr(opened, "now", self.clock)
        monkeypatch.setattr(databases, "now", self.clock)
        monkeypatch.setenv("EVQC_DATABASE", url)
        monkeypatch.delenv("EVQC_USER", raising=False)

    @cached_property
    def registry(self) -> Registry:
        """The registry behind the commands, by the same clock."""
        return registry_opened(self.url, self.clock)

    def close(self) -> None:
        """Closes every connection that a test asked for."""
        if "registry" in self.__dict__:
            self.registry.close()

    def __call__(self, *arguments: object, stdin: str = "") -> Done:
        """Runs one command; ``stdin`` is what is piped in."""
        self.monkeypatch.setattr(sys, "argv", ["evqc", "release", *map(str, arguments)])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self.captured.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        sys.stdout.flush()
        said = self.captured.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    def by(self, user: str, *arguments: object, passwords: tuple[str, ...] | None = None) -> Done:
        """Runs one command as a user, with the user's password unless others are given."""
        lines = (password_of(user),) if passwords is None else passwords
        return self(*arguments, "--user", user, "--password-stdin", stdin="".join(f"{line}\n" for line in lines))
