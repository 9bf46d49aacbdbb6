"""The audit trail on the command line: by role, filtered, exported and verified, and each reading is logged."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from evqc.release.audit_page import COLUMNS, Asked, audit_csv, may_see, page
from evqc.release.chain import AuditEntry
from tests.release.registries import ADMINISTRATOR
from tests.release.test_roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.release.commands import Commands


def entry(number: int = 1, **more: Any) -> AuditEntry:
    said = {"at": "2026-03-20T08:00:00.000000+00:00", "user": "anna", "action": "submit", "table": "records"}
    stated = {"key": "EV-7/1", "old": None, "new": None, "why": "w", "previous": "", "hash": "0" * 64}
    return AuditEntry(**{"sequence": number, **said, **stated, **more})


def numbers(of: Sequence[AuditEntry]) -> list[int]:
    return [each.sequence for each in of]


def shown(commands: Commands, user: str, *more: object) -> Any:
    return commands.by(user, "audit", "--json", *more).document("evqc.audit/1")


def test_a_page_holds_the_entries_of_the_trail(commands: Commands) -> None:
    before = commands.registry.trail()
    found = shown(commands, "quinn")
    assert [each["hash"] for each in found["entries"]] == [each.hash for each in before] + [found["head"]["hash"]]
    assert (found["kept_back"], found["of"], found["filters"]) == (0, len(before) + 1, [])
    text = commands.by("quinn", "audit").out
    assert "asked for: everything" in text
    assert "short shelf life" in text


@pytest.mark.parametrize(
    ("filters", "said", "some"),
    [
        (("--about", "EV-7"), "about EV-7", lambda each: each["key"].startswith("EV-7/")),
        (("--record", "EV-8/1"), "about EV-8/1", lambda each: each["key"].startswith("EV-8/1")),
        (("--about", "Z-1"), "about Z-1", lambda each: each["table"] == "instruments"),
        (("--by", "rita"), "user rita", lambda each: each["user"] == "rita"),
        (("--action", "retest"), "action retest", lambda each: each["action"] == "retest"),
        (("--since", "2026-03-21"), "since 2026-03-21", lambda each: each["at"] >= "2026-03-21"),
        (("--until", "2026-03-20"), "until 2026-03-20", lambda each: each["at"] < "2026-03-21"),
        (("--by", "rita", "--action", "attest"), "user rita, action attest", lambda each: each["action"] == "attest"),
    ],
)
def test_each_filter_changes_what_is_shown_and_stands_on_the_page(
    commands: Commands, filters: tuple[str, ...], said: str, some: Any
) -> None:
    whole, found = shown(commands, "quinn"), shown(commands, "quinn", *filters)
    assert found["entries"]
    assert all(some(each) for each in found["entries"])
    assert len(found["entries"]) < len(whole["entries"])
    assert ", ".join(found["filters"]) == said
    text = commands.by("quinn", "audit", *filters).out
    assert f"asked for: {said}\n" in text
    counted = next(line for line in text.splitlines() if "entries shown" in line)
    own = 0 if "--since" not in filters else 2  # of the first page and of signing in for the second
    assert counted.startswith(f"{len(found['entries']) + own} of ")


def test_a_day_includes_all_of_it_and_a_moment_its_second() -> None:
    trail = [entry(n, at=f"2026-03-{20 + n // 2}T{8 + n:02}:00:00.500000+00:00") for n in range(1, 7)]
    assert numbers(page(trail, Asked(until="2026-03-21"), "q", ["QA release"]).entries) == [1, 2, 3]
    assert numbers(page(trail, Asked(since="2026-03-21T11:00"), "q", ["QA release"]).entries) == [3, 4, 5, 6]
    assert numbers(page(trail, Asked(until="2026-03-21T10:00:00"), "q", ["QA release"]).entries) == [1, 2]


@pytest.mark.parametrize("moment", ["yesterday", "20.03.2026", "2026-13-01", "2026-03-20T25:00", "2026-03-20 08:00"])
def test_a_moment_that_is_none(commands: Commands, moment: str) -> None:
    done = commands.by("quinn", "audit", "--since", moment)
    assert done.code == 2
    assert "is neither" in done.err


def test_a_batch_is_not_mixed_with_one_of_a_longer_name() -> None:
    trail = [entry(1, key="EV-7/1"), entry(2, key="EV-70/1"), entry(3, key="abc", new={"batch": "EV-7"})]
    assert numbers(page(trail, Asked(about="EV-7"), "q", ["QA release"]).entries) == [1, 3]


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_sees(role: str) -> None:
    """All of it: QA and administrators. The others: what was done to batches and instruments, and to themselves."""
    whole = role in {"QA release", "administrator"}
    for table, key, user, sees in (
        ("records", "EV-7/1", "quinn", True),
        ("instruments", "Z-1", "quinn", True),
        ("users", "rita", "ada", whole),
        ("users", "me", "ada", True),
        ("users", "rita", "me", True),
        ("statements", "rita", "rita", whole),
        ("audit", "rita", "rita", whole),
        ("audit", "me", "me", True),
    ):
        assert may_see(entry(table=table, key=key, user=user), "me", [role]) is sees, (table, key, user)


def test_what_is_kept_back_is_counted(commands: Commands) -> None:
    found = shown(commands, "anna")
    whole = shown(commands, ADMINISTRATOR)
    assert found["kept_back"] > 0
    assert len(found["entries"]) + found["kept_back"] == found["of"]
    assert whole["kept_back"] == 0
    assert {each["table"] for each in found["entries"]} >= {"records", "signatures", "instruments", "retests"}
    assert f"{found['kept_back']} more" not in commands.by("quinn", "audit").out
    assert "more are of other people" in commands.by("anna", "audit").out


def test_that_it_was_read_is_an_entry(commands: Commands) -> None:
    commands.by("anna", "audit", "--by", "rita")
    last = commands.registry.trail()[-1]
    assert (last.user, last.action, last.table, last.why) == (
        "anna", "read audit trail", "audit", "read on the command line",
    )  # fmt: skip
    assert last.new is not None
    assert last.new["filters"] == ["user rita"]


def test_an_export_is_logged_with_its_hash_and_its_reason(commands: Commands, tmp_path: Path) -> None:
    file = tmp_path / "trail.csv"
    done = commands.by("quinn", "audit", "--about", "EV-7", "--csv", file, "--why", "inspection of 12 May")
    assert (done.code, done.out.splitlines()[:2]) == (0, [str(file), "asked for: about EV-7"])
    registry = commands.registry
    last = registry.trail()[-1]
    assert (last.user, last.action, last.why) == ("quinn", "export audit trail", "inspection of 12 May")
    assert last.new is not None
    assert last.new["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    of = [each for each in registry.trail() if each.key.startswith("EV-7/")]
    assert [int(row["sequence"]) for row in rows] == numbers(of)
    assert [json.loads(row["new"]) if row["new"] else None for row in rows] == [each.new for each in of]
    assert registry.faults() == ()


def test_an_export_needs_a_reason_and_replaces_nothing(commands: Commands, tmp_path: Path) -> None:
    before = commands.registry.trail()
    assert commands.by("quinn", "audit", "--csv", tmp_path / "a.csv").code == 2
    (tmp_path / "b.csv").write_text("mine")
    done = commands.by("quinn", "audit", "--csv", tmp_path / "b.csv", "--why", "w")
    assert (done.code, done.codes) == (2, {"FILE_EXISTS"})
    assert (tmp_path / "b.csv").read_text() == "mine"
    assert commands("audit").code == 2
    assert commands.registry.trail() == before


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)


@given(TEXTS, TEXTS)
def test_no_spreadsheet_runs_what_an_export_holds(why: str, key: str) -> None:
    made = audit_csv(page([entry(why=why, key=key, new={"reason": why})], Asked(), "q", ["QA release"]))
    head, row = csv.reader(io.StringIO(made))
    assert tuple(head) == COLUMNS
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert row[COLUMNS.index("why")].removeprefix("'") == why.removeprefix("'")
    assert json.loads(row[COLUMNS.index("new")]) == {"reason": why}


def test_a_registry_that_holds(commands: Commands) -> None:
    done = commands("audit", "verify")
    assert (done.code, done.out.splitlines()[-1]) == (0, "HOLDS.")
    assert "only a head kept elsewhere can tell" in done.err
    head = next(line for line in done.out.splitlines() if line.startswith("head")).removeprefix("head of the trail: ")
    commands.by("quinn", "audit")
    later = commands("audit", "verify", "--anchor", head)
    assert (later.code, later.err) == (0, "")
    found = commands("audit", "verify", "--anchor", head, "--json").document("evqc.registry-check/1")
    assert found["holds"]
    assert f"{found['anchors'][0]['hash']}:{found['anchors'][0]['length']}" == head


def test_an_anchor_that_the_trail_does_not_run_through(commands: Commands) -> None:
    for anchor in (f"{'0' * 64}:5", f"{'0' * 64}:999999"):
        done = commands("audit", "verify", "--anchor", anchor)
        assert done.code == 1
        assert "it was cut or written anew" in done.out
        assert "DOES NOT HOLD: 1 fault." in done.out


@pytest.mark.parametrize("anchor", ["", "abc", "0" * 64, f"{'0' * 64}:0", f"{'0' * 63}:5", f"{'g' * 64}:5"])
def test_an_anchor_that_is_none(commands: Commands, anchor: str) -> None:
    done = commands("audit", "verify", "--anchor", anchor)
    assert (done.code, done.codes) == (2, {"ANCHOR_UNFIT"})


def test_a_changed_row_is_named(commands: Commands) -> None:
    if not commands.url.startswith("sqlite"):
        pytest.skip("the file of SQLite is changed behind the back of evqc")
    with closing(sqlite3.connect(str(make_url(commands.url).database))) as connection:
        connection.execute("UPDATE users SET trained_until = '2099-01-01' WHERE id = 'rita'")
        connection.commit()
    done = commands("audit", "verify")
    assert done.code == 1
    assert "✕ users rita: trained_until is '2099-01-01'" in done.out
    found = commands("audit", "verify", "--json").document("evqc.registry-check/1")
    assert [(each["table"], each["key"], each["column"]) for each in found["faults"]] == [
        ("users", "rita", "trained_until")
    ]


def test_a_clock_that_went_back_is_a_remark(commands: Commands) -> None:
    commands.clock.now = commands.clock.now.replace(year=2020)
    commands.by("quinn", "audit")
    done = commands("audit", "verify")
    assert (done.code, done.out.splitlines()[-1]) == (0, "HOLDS.")
    assert "the clock went back" in done.out
