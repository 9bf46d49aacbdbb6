"""The documents say what the code does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

import evqc
from evqc.cli import app
from evqc.criteria.load import shipped, with_files
from tests.places import ROOT
from tests.update_docs import with_tables

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text("utf-8")


def test_the_table_of_instruments_is_the_registrys() -> None:
    assert with_tables(README) == README, "write it with: python -m tests.update_docs"


def test_every_command_stands_in_the_readme() -> None:
    assert not [name for name in get_command(app).commands if f"evqc {name}" not in README]  # type: ignore[attr-defined]  # the group has commands


def test_the_changelog_has_this_version() -> None:
    assert f"## {evqc.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in t]
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_every_example_says_what_it_is() -> None:
    for folder in (p for p in (ROOT / "examples").iterdir() if p.is_dir()):
        text = (folder / "README.md").read_text("utf-8")
        assert len(text.splitlines()) <= 40, "one screen"
        verb = "compare" if (folder / "study.toml").exists() else "report"
        assert f"evqc {verb} examples/{folder.name}" in text
        assert (folder / "expected-exit").read_text().strip() in {"0", "1"}


def test_the_profile_that_the_readme_shows_can_be_used(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "ours.toml").write_text(shown, "utf-8")
    book, ids = with_files(shipped(), [tmp_path / "ours.toml"])
    assert ids == ("our-lab",)
    assert book.profile("our-lab").overridden
