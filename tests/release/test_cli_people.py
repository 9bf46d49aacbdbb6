"""People on the command line: made, locked out, let in again, and what each role may do there."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from evqc.release.qualification.known import FOLDER
from evqc.release.statement import TEXT, Statement, holds
from tests.places import ROOT
from tests.release.registries import ADMINISTRATOR, CHECKLIST, joined, password_of
from tests.release.test_roles import ROLES, ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.commands import Commands

BEGIN = "a password to begin with"
OWN = "one of her own choice"


def user(commands: Commands, name: str) -> dict[str, object]:
    found = commands("user", "list", "--json").document("evqc.users/1")["users"]
    return next(each for each in found if each["id"] == name)


def made(commands: Commands, *more: object) -> None:
    done = commands.by(
        ADMINISTRATOR, "user", "add", "zoe", "--name", "Zoe Zero", "--role", "reviewer", "--why", "new", *more,
        passwords=(password_of(ADMINISTRATOR), BEGIN),
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")


def test_a_new_registry_with_its_first_administrator(commands: Commands, tmp_path: Path) -> None:
    commands.monkeypatch.setenv("EVQC_DATABASE", str(tmp_path / "new.db"))
    init = ("database", "init", "--name", "Ada Admin")
    done = commands.by("ada", *init, passwords=(OWN,))
    assert done.code == 0
    assert "head of the trail: " in done.out
    assert "make a second administrator" in done.err
    assert user(commands, "ada")["roles"] == ["administrator"]
    again = commands.by("ada", *init, passwords=(OWN,))
    assert (again.code, again.codes) == (2, {"REGISTRY_EXISTS"})


def test_a_weak_password_makes_no_registry(commands: Commands, tmp_path: Path) -> None:
    commands.monkeypatch.setenv("EVQC_DATABASE", str(tmp_path / "new.db"))
    done = commands.by("ada", "database", "init", "--name", "Ada Admin", passwords=("short",))
    assert (done.code, done.codes) == (2, {"WEAK_PASSWORD"})
    assert commands("user", "list").codes == {"NO_REGISTRY"}


def test_a_registry_that_is_not_there_is_one_message(commands: Commands, tmp_path: Path) -> None:
    commands.monkeypatch.setenv("EVQC_DATABASE", str(tmp_path / "none.db"))
    done = commands("user", "list")
    assert (done.code, done.codes) == (2, {"NO_REGISTRY"})
    assert "Traceback" not in done.err
    assert not (tmp_path / "none.db").exists()


def test_a_new_user_changes_the_password_first(commands: Commands) -> None:
    made(commands, "--trained-until", "2027-03-31")
    assert user(commands, "zoe")["password"] == "to be changed"
    first = commands.by("zoe", "deviation", "open", "EV-9/1", "PURITY", "--code", "X", "--why", "w", passwords=(BEGIN,))
    assert (first.code, first.codes) == (2, {"PASSWORD_TO_BE_CHANGED"})
    same = commands.by("zoe", "user", "password", passwords=(BEGIN, BEGIN))
    assert same.codes == {"SAME_PASSWORD"}
    assert commands.by("zoe", "user", "password", passwords=(BEGIN, OWN)).code == 0
    now = user(commands, "zoe")
    assert (now["password"], now["trained_until"], now["roles"]) == ("their own", "2027-03-31", ["reviewer"])
    assert commands.registry.faults() == ()


def test_ids_are_never_used_again(commands: Commands) -> None:
    done = commands.by(ADMINISTRATOR, "user", "deactivate", "remy", "--why", "left")
    assert done.out == "remy: deactivated\n"
    assert user(commands, "remy")["active"] is False
    add = ("user", "add", "remy", "--name", "Remy Other", "--role", "reviewer", "--why", "new")
    again = commands.by(ADMINISTRATOR, *add, passwords=(password_of(ADMINISTRATOR), BEGIN))
    assert (again.code, again.codes) == (2, {"USER_ID_TAKEN"})
    assert commands.by("remy", "user", "statement").codes == {"WRONG_PASSWORD"}
    assert "deactivated" in commands("user", "list").out


def test_roles_and_training(commands: Commands) -> None:
    both = ("user", "roles", "remy", "--role", "reviewer", "--role", "QA release", "--why", "promoted")
    assert commands.by(ADMINISTRATOR, *both).out == "remy: QA release, reviewer\n"
    until = ("user", "training", "remy", "--until", "2026-03-22", "--why", "course")
    assert commands.by(ADMINISTRATOR, *until).out == "remy: trained until 2026-03-22\n"
    conflicting = ("user", "roles", "remy", "--role", "administrator", "--role", "reviewer", "--why", "w")
    assert commands.by(ADMINISTRATOR, *conflicting).codes == {"ROLES_UNFIT"}
    expired = commands.by("remy", "attest", "EV-9/1", CHECKLIST[0])
    assert (expired.code, expired.codes) == (2, {"TRAINING_EXPIRED"})


def test_lockout_is_told_to_an_administrator_who_lets_in_again(commands: Commands) -> None:
    for _ in range(5):
        done = commands.by("rita", "user", "statement", passwords=("wrong",))
        assert (done.code, done.codes) == (2, {"WRONG_PASSWORD"})
    assert commands.by("rita", "user", "statement").codes == {"LOCKED_OUT"}
    assert "locked out until 2026-03-23 08:3" in commands("user", "list").out
    unlock = ("user", "unlock", "rita", "--why", "forgot it")
    done = commands.by(ADMINISTRATOR, *unlock, passwords=(password_of(ADMINISTRATOR), BEGIN))
    assert (done.code, done.err.count("rita is locked out until")) == (0, 1)
    assert user(commands, "rita")["locked_until"] is None
    assert commands.by("rita", "user", "password", passwords=(BEGIN, OWN)).code == 0
    assert commands.by("rita", "user", "statement", passwords=(OWN,)).code == 0


def test_a_lockout_ends_after_half_an_hour(commands: Commands) -> None:
    for _ in range(5):
        commands.by("rita", "user", "statement", passwords=("wrong",))
    commands.clock.now = commands.clock.now.replace(hour=9)
    assert user(commands, "rita")["locked_until"] is None
    assert commands.by("rita", "user", "statement").code == 0


def test_everybody_signs_what_a_signature_means(commands: Commands) -> None:
    """21 CFR 11.10(j): a signed statement, kept for each user."""
    assert user(commands, "rita")["statement_at"] is None
    done = commands.by("rita", "user", "statement")
    assert done.code == 0
    assert TEXT in done.err
    assert TEXT in done.out
    assert str(user(commands, "rita")["statement_at"]).startswith("2026-03-23T08:")
    registry = commands.registry
    kept = registry.statements()["rita"]
    assert holds(kept)
    assert kept.printed_name == "Rita Reviewer"
    assert kept.public_key in next(row["public_keys"] for row in registry.users() if row["id"] == "rita")
    assert registry.faults() == ()
    assert commands.by("rita", "user", "statement", passwords=("wrong",)).codes == {"WRONG_PASSWORD"}


def test_a_statement_that_somebody_else_wrote_does_not_hold(commands: Commands) -> None:
    registry = commands.registry
    made = registry.sign_statement("rita", password_of("rita"))
    plain = {name: getattr(made, name) for name in made.__dataclass_fields__}
    assert not holds(Statement(**plain | {"text": "I promise nothing."}))
    assert not holds(Statement(**plain | {"public_key": "x"}))
    registry.write("rita", "sign statement", "w", lambda act: act.note("statements", "quinn", None, plain))
    registry.write("rita", "sign statement", "w", lambda act: act.note("statements", "rita", None, {"text": "none"}))
    assert [fault.words.split(": ")[-1] for fault in registry.faults()] == [
        "the statement of quinn does not hold",
        "the statement of rita does not hold",
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("user", "statement"), "NO_PASSWORD"), (("user", "password"), "NO_PASSWORD"), (("audit",), "NO_PASSWORD")],
)
def test_no_password_is_taken_but_from_a_person(commands: Commands, arguments: tuple[str, ...], code: str) -> None:
    done = commands(*arguments, "--user", "rita")
    assert (done.code, done.codes) == (2, {code})
    assert commands.by("rita", *arguments, passwords=()).codes == {code}


def test_no_command_takes_a_password_as_an_argument() -> None:
    """What stands in arguments or in the environment, other people and programs of the computer can read."""
    from typer.main import get_command  # noqa: PLC0415

    from evqc.cli.release import app  # noqa: PLC0415

    def options(command: object) -> list[object]:
        found = list(getattr(command, "params", []))
        return found + [each for below in getattr(command, "commands", {}).values() for each in options(below)]

    named = [each for each in options(get_command(app)) if "password" in str(getattr(each, "name", ""))]
    assert named
    for each in named:
        assert getattr(each, "is_flag", False) or getattr(each, "name", "") == "password_file"
        assert getattr(each, "envvar", None) is None


def test_no_password_is_kept_or_shown(commands: Commands, tmp_path: Path) -> None:
    made(commands)
    commands.by("zoe", "user", "password", passwords=(BEGIN, OWN))
    commands.by("zoe", "user", "statement", passwords=(OWN,))
    commands.by("zoe", "user", "statement", passwords=("a wrong one, never kept",))
    secrets = [BEGIN, OWN, "a wrong one, never kept"]
    exported = commands.by(ADMINISTRATOR, "audit", "--csv", tmp_path / "trail.csv", "--why", "to look")
    shown = commands("user", "list", "--json").out + exported.out + (tmp_path / "trail.csv").read_text()
    commands("backup", tmp_path / "copy.zip", "--portable")
    commands("restore", tmp_path / "copy.zip", "--database", tmp_path / "copy.db", "--why", "to look")
    kept = (tmp_path / "copy.db").read_bytes()
    for wal in tmp_path.glob("copy.db-*"):
        kept += wal.read_bytes()
    for secret in secrets:
        assert secret not in shown
        assert secret.encode() not in kept
    assert "argon2id" not in shown
    assert b"$argon2id$" in kept


def test_piped_as_a_script_does_it(commands: Commands) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evqc", "release", "user", "statement", "--user", "rita", "--password-stdin"],
        input="wrong\n", capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("evqc: WRONG_PASSWORD: rita")


#: Each action of the table as a command; OUT is a new file.
COMMANDS: dict[str, tuple[object, ...]] = {
    "import record": ("draft", FOLDER, "--spec", FOLDER / "specification.toml", "--on", "2026-03-20", "--why", "w"),
    "submit": ("submit", "EV-7/1", "--why", "w"),
    "withdraw": ("withdraw", "EV-7/1", "--why", "w"),
    "return": ("return", "EV-7/1", "--why", "w"),
    "review": ("review", "EV-9/1"),
    "release": ("sign", "EV-7/1", "--meaning", "released"),
    "reject": ("reject", "EV-7/1", "--why", "w"),
    "invalidate": ("invalidate", "EV-7/1", "--why", "w"),
    "attest": ("attest", "EV-7/1", "item"),
    "raise deviation": ("deviation", "open", "EV-7/1", "CONTENT", "--code", "OTHER", "--why", "w"),
    "accept deviation": ("deviation", "accept", "EV-9/1/deviation-1"),
    "investigate": ("oos", "full", "EV-8/1/OOS-CONTENT", "--why", "w"),
    "retest": ("oos", "retest", "EV-8/1/OOS-CONTENT", "1", "--evidence", "x", "--why", "w"),
    "conclude investigation": ("oos", "close", "EV-8/1/OOS-CONTENT", "confirmed", "--why", "w"),
    "issue": ("bundle", "--record", "EV-7/1", "-o", "OUT", "--why", "w"),
    "register instrument": ("instrument", "add", "Z-2", "--model", "Tracker", "--why", "w"),
    "retire instrument": ("instrument", "retire", "Z-1", "--why", "w"),
    "read audit trail": ("audit",),
    "export audit trail": ("audit", "--csv", "OUT", "--why", "w"),
    "sign statement": ("user", "statement"),
    "create user": ("user", "add", "new", "--name", "Nora New", "--role", "analyst", "--why", "w"),
    "change user": ("user", "training", "anna", "--until", "2030-01-01", "--why", "w"),
    "deactivate user": ("user", "deactivate", "remy", "--why", "w"),
    "reset password": ("user", "unlock", "remy", "--why", "w"),
    "change password": ("user", "password"),
    "migrate": ("database", "upgrade", "--why", "w"),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_cell_on_the_command_line(commands: Commands, role: str, tmp_path: Path) -> None:
    assert set(COMMANDS) == set(ROWS)
    registry = commands.registry
    joined(registry, "zoe", "Zoe Zero", [role])
    for action, arguments in COMMANDS.items():
        before, out = registry.trail(), tmp_path / f"{action}.zip"
        asked = [out if each == "OUT" else each for each in arguments]
        done = commands.by("zoe", *asked, passwords=(password_of("zoe"), "a long enough one"))
        if ROWS[action][ROLES.index(role)] == "yes":
            assert "NOT_ALLOWED" not in done.codes, (action, done.err)
            if action == "change password":
                registry.change_password("zoe", "a long enough one", password_of("zoe"))
            continue
        assert (done.code, "NOT_ALLOWED" in done.codes) == (2, True), (action, done.err)
        assert {entry.action for entry in registry.trail()[len(before) :]} <= {"sign in"}, action
        assert not out.exists()
    assert registry.faults() == ()
