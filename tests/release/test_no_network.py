"""Drafting, signing, issuing and verifying reach nothing but the database: no connection, no name looked up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from evqc.records import to_json
from evqc.release.specification_files import write_specification
from tests.places import ROOT
from tests.release.registries import CHECKLIST, opened, password_of
from tests.release.releases import EXAMPLE, real_release, specification

if TYPE_CHECKING:
    from pathlib import Path

#: Python runs this in every process, those that evqc starts too. Sockets between processes of one computer have a path.
WATCH = """
import sys

def watch(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.sendto"} and isinstance(arguments[1], (str, bytes)):
        return
    if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}:
        raise OSError(f"THE NETWORK: {event} {arguments[1:]}")

sys.addaudithook(watch)
"""
RUN = """
import json, sys
from evqc.cli import main

for arguments in json.loads(sys.argv[1]):
    sys.argv = ["evqc", *arguments]
    try:
        main()
    except SystemExit as left:
        print("exit", left.code, flush=True)
"""


def watched(folder: Path, program: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "sitecustomize.py").write_text(WATCH)
    paths = {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | paths, input=stdin, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize(
    "reach",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 80)",
        "socket.socket().bind(('', 0))",
    ],
)
def test_the_watch_sees_what_reaches_out(tmp_path: Path, reach: str) -> None:
    assert "THE NETWORK" in watched(tmp_path, f"import socket; {reach}").stderr


def test_draft_sign_issue_and_verify_reach_nothing_but_the_database(full_url: str, tmp_path: Path) -> None:
    """21 CFR 11.30: what is done here crosses no open system; only the database and files are touched."""
    (tmp_path / "release.json").write_text(to_json(real_release()), "utf-8")
    write_specification(specification(), tmp_path / "specification.toml")
    signer = ["--user", "rita", "--password-stdin", "--database", full_url]
    commands = [
        [
            "release",
            "draft",
            str(EXAMPLE),
            "--spec",
            str(tmp_path / "specification.toml"),
            "--on",
            "2026-04-01",
            "--json",
        ],
        ["release", "review", "EV-9/1", *signer],
        ["release", "attest", "EV-9/1", CHECKLIST[0], *signer],
        ["release", "status", "EV-9/1", "--database", full_url],
        ["release", "audit", "verify", "--database", full_url],
        ["release", "bundle", str(tmp_path / "release.json"), "--batch", str(EXAMPLE), "-o", str(tmp_path / "b.zip")],
        ["verify", str(tmp_path / "b.zip")],
    ]
    done = watched(tmp_path, RUN, json.dumps(commands), stdin=f"{password_of('rita')}\n" * 2)
    assert "THE NETWORK" not in done.stderr + done.stdout
    exits = [line for line in done.stdout.splitlines() if line.startswith("exit ")]
    assert exits == [f"exit {code}" for code in (0, 0, 0, 1, 0, 0, 0)], done.stderr
    with opened(full_url) as registry:
        assert len(registry.export("EV-9/1").signatures) == 3
    assert "VERIFIED: " in done.stdout
