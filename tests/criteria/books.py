"""A small rulebook on disk, to be broken in one place at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.criteria.load import Rulebook, load

if TYPE_CHECKING:
    from pathlib import Path

FACTS = """
[tracks]
of = ["run"]
holds = "number"
unit = "1"
label = "number of tracks"
needed = "an export with tracks"

[share]
of = ["run"]
holds = "number"
unit = "%"
label = "share of tracks"
needed = "an export with tracks"

[name]
of = ["run"]
holds = "text"
label = "the name"
needed = "a name"

[flags]
of = ["run", "batch"]
holds = "list"
label = "flags"
needed = "an export with flags"

[usable]
of = ["run"]
holds = "flag"
label = "the run is usable"
needed = "an export"

["marker.*"]
of = ["run"]
holds = "text"
label = "*"
needed = "this marker in the panel"
"""

RULE = """
[[criterion]]
id = "TST-01"
title = "There are 200 tracks."
group = "Tests"
kind = "measurement validity"
severity = "review"
subject = "run"
source = "[design] made up"
applies = [{ fact = "name", test = "is", value = "NTA" }]
requires = [{ fact = "tracks", test = "at_least", unit = "1", limits = [
  { valid_from = 2020-01-01, value = 100, reference = "first edition" },
  { valid_from = 2024-01-01, value = 200, reference = "second edition" },
] }]
given = { name = "NTA" }
examples = [
  { facts = { tracks = 200 }, expect = "pass" },
  { facts = { tracks = 199 }, expect = "fail" },
  { expect = "not assessed" },
  { facts = { name = "DLS" }, expect = "not applicable" },
]
"""

PROFILE = """
[[profile]]
id = "test"
title = "A test"
edition = "1"
about = "Nothing."
criteria = ["TST-01"]
"""


def write(folder: Path, *, facts: str = FACTS, rules: str = RULE, profiles: str = PROFILE) -> Path:
    """The rulebook's files in ``folder``."""
    for name in ("rules", "profiles", "facts"):
        (folder / name).mkdir(parents=True)
    (folder / "facts" / "facts.toml").write_text(facts, "utf-8")
    (folder / "rules" / "a.toml").write_text(rules, "utf-8")
    (folder / "profiles" / "a.toml").write_text(profiles, "utf-8")
    return folder


def book(folder: Path, *, facts: str = FACTS, rules: str = RULE, profiles: str = PROFILE) -> Rulebook:
    """The rulebook read from ``folder``."""
    return load(write(folder, facts=facts, rules=rules, profiles=profiles))
