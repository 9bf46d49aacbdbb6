"""The verbs of verification and issuing as a person uses them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import typer.main

from evqc.cli import main
from evqc.records import to_json
from tests.release.commands import built
from tests.release.releases import EXAMPLE, real_release, rich_release

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """The command line, in this process."""

    monkeypatch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        words = ["evqc", *map(str, arguments)]
        self.monkeypatch.setattr(sys, "argv", words)
        self.captured.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        sys.stdout.flush()
        said = self.captured.readouterr()
        return subprocess.CompletedProcess(words, int(left.value.code or 0), said.out, said.err)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(typer.main, "get_command", built)
    return Run(monkeypatch, capfd)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("release") / "release.json"
    file.write_text(to_json(real_release()), "utf-8")
    return file


def test_from_bundle_to_verification(run: Run, document: Path, tmp_path: Path) -> None:
    out = tmp_path / "batch.zip"
    assert run("release", "bundle", document, "--batch", EXAMPLE, "-o", out).returncode == 0
    done = run("verify", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("VERIFIED")
    data = bytearray(out.read_bytes())
    data[len(data) // 2] ^= 1
    out.write_bytes(data)
    changed = run("verify", out, "--json")
    assert changed.returncode == 1
    assert json.loads(changed.stdout)["verified"] is False


def test_the_three_files_of_a_certificate(run: Run, document: Path, tmp_path: Path) -> None:
    done = run("release", "certificate", document, "--batch", EXAMPLE, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {f"certificate.{kind}" for kind in ("pdf", "html", "xlsx")}


def test_what_cannot_be_done_is_refused(run: Run, document: Path, tmp_path: Path) -> None:
    assert run("verify", document).returncode == 2
    assert "FILE_MISSING" in run("verify", tmp_path / "no.zip").stderr
    other = tmp_path / "release.json"
    other.write_text(to_json(rich_release()), "utf-8")
    done = run("release", "bundle", other, "--batch", EXAMPLE, "-o", tmp_path / "b.zip")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    other.write_text("{}", "utf-8")
    assert "NOT_A_RELEASE" in run("release", "certificate", other, "--batch", EXAMPLE, "-o", tmp_path).stderr


@pytest.mark.parametrize("verb", [("verify",), ("selftest",), ("release", "certificate"), ("release", "bundle")])
def test_help_has_an_example(run: Run, verb: tuple[str, ...]) -> None:
    assert "Example" in run(*verb, "--help").stdout


def test_the_traceability_table_is_shown(run: Run) -> None:
    assert "| C13 |" in run("selftest", "--traceability").stdout
