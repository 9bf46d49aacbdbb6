"""`evqc release spec` as a person uses it: exit codes, documents that fit their schema, nothing written over."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
import typer.main
from jsonschema import Draft202012Validator

import evqc
from evqc.batch.open import open_batch
from evqc.cli import main
from evqc.documents import schema
from evqc.release.draft import draft
from evqc.release.specification_check import checked
from evqc.release.specification_difference import difference
from evqc.release.specification_files import read_specification, write_specification
from tests.places import ROOT
from tests.release.commands import built
from tests.release.specifications import PRODUCT, SUBSTANCE, VALUES, sound, with_test

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "examples"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    monkeypatch.setattr(typer.main, "get_command", built)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["evqc", "release", "spec", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return int(left.value.code or 0), captured.out.decode(), captured.err.decode()

    return call


def fits(text: str, name: str) -> None:
    Draft202012Validator(schema(name)).validate(json.loads(text))


def settings(values: dict[str, str]) -> list[str]:
    return [part for key, text in values.items() for part in ("--set", f"{key}={text}")]


@pytest.mark.parametrize("name", ["new.toml", "new.xlsx"])
def test_a_template_becomes_a_file_that_checks_out(run: Run, tmp_path: Path, name: str) -> None:
    code, out, _ = run("from-template", PRODUCT, "-o", tmp_path / name, *settings(VALUES))
    assert (code, out.strip()) == (0, str(tmp_path / name))
    assert read_specification(tmp_path / name)[0] == sound()
    code, out, _ = run("check", tmp_path / name)
    assert code == 0
    assert "A batch can be judged by it" in out
    code, out, _ = run("check", tmp_path / name, "--json")
    fits(out, "evqc.specification-check/1")
    assert run("from-template", PRODUCT, "-o", tmp_path / name, *settings(VALUES))[0] == 2


def test_what_is_missing_is_asked_for_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    code, _, err = run("from-template", PRODUCT, "-o", tmp_path / "new.toml", "--set", "dose_ml=10")
    assert code == 2
    assert "--set label_particles_per_ml=1.0e10" in err
    assert not (tmp_path / "new.toml").exists()
    assert run("from-template", PRODUCT, "-o", tmp_path / "new.toml", "--set", "dose_ml")[0] == 2


def test_an_unfit_specification_ends_in_one(run: Run, tmp_path: Path) -> None:
    write_specification(with_test(sound(), "PH-01", limits=(">= 7.6", "<= 6.8")), tmp_path / "a.toml")
    code, out, _ = run("check", tmp_path / "a.toml")
    assert code == 1
    assert "LIMITS_CONTRADICT (line " in out


def test_a_file_that_is_none_ends_in_two_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("id = 1\n", "utf-8")
    code, _, err = run("check", tmp_path / "a.toml")
    assert code == 2
    assert "WRONG_TYPE: a.toml, line 1" in err
    assert "Traceback" not in err


def test_the_same_content_in_two_forms_does_not_differ(run: Run, tmp_path: Path) -> None:
    for name in ("a.toml", "a.xlsx"):
        write_specification(sound(), tmp_path / name)
    write_specification(sound(dose_ml="20"), tmp_path / "b.toml")
    assert run("diff", tmp_path / "a.toml", tmp_path / "a.xlsx")[0] == 0
    code, out, _ = run("diff", tmp_path / "a.toml", tmp_path / "b.toml")
    assert code == 1
    assert "▲ stricter      computed limits: <= 35 EU/mL → <= 17.5 EU/mL" in out
    code, out, _ = run("diff", tmp_path / "a.toml", tmp_path / "b.toml", "--json")
    assert code == 1
    fits(out, "evqc.specification-difference/1")


def test_templates_are_listed_with_what_they_take(run: Run) -> None:
    code, out, _ = run("templates")
    assert code == 0
    assert SUBSTANCE in out
    assert "label_particles_per_ml" in out
    fits(run("templates", "--json")[1], "evqc.specification-templates/1")


@pytest.mark.parametrize("verb", ["check", "diff", "from-template", "templates"])
def test_help_has_an_example(run: Run, verb: str) -> None:
    code, out, _ = run(verb, "--help")
    assert code == 0
    assert "Example" in out


@pytest.mark.parametrize("name", ["umbilical-cord-batch", "troubled-batch"])
def test_the_specifications_of_the_examples_are_fit(name: str) -> None:
    specification, _ = read_specification(EXAMPLES / name / "specification.toml")
    severities = {issue.severity for issue in checked(specification).issues}
    assert severities == {"note"}


def test_the_example_is_the_template_with_the_changes_that_it_names() -> None:
    """CD45 and CD14 are reported, five videos are one result, sub-visible particles of 2 mL tubes: nothing else."""
    example, _ = read_specification(EXAMPLES / "umbilical-cord-batch" / "specification.toml")
    troubled, _ = read_specification(EXAMPLES / "troubled-batch" / "specification.toml")
    found = difference(troubled, example)
    assert {each.test for each in found.added} == {"SVP-10", "SVP-10M", "SVP-25", "SVP-25M"}
    assert not found.removed
    changed = {(each.test, each.field) for each in found.changes if each.test is not None}
    assert changed == {
        ("ID-CD45", "mandatory"), ("ID-CD14", "mandatory"), ("SIZ-01", "reportable"), ("CON-01", "reportable"),
        ("CON-01", "computed limits"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "verdict"), [("umbilical-cord-batch", "meets the specification"), ("troubled-batch", "hold")]
)
def test_the_examples_end_as_their_readmes_say(name: str, verdict: str) -> None:
    day = date(2026, 4, 1)
    batch = open_batch(EXAMPLES / name)
    specification, _ = read_specification(EXAMPLES / name / "specification.toml")
    made = draft(batch, evqc.assess(batch, day=day), specification, day=day)
    assert made.recommendation.verdict == verdict, made.recommendation.reasons
