"""Writes the generated parts of the documents: ``python -m tests.update_docs``."""

from __future__ import annotations

import re

from evqc.instruments._registry import Listed, catalogue
from tests.places import ROOT


def instruments_table() -> str:
    """The table of instruments of the README, one row a family; experimental readers in italics."""
    listed = catalogue().instruments
    rows = [
        f"| {family} | {'; '.join(_shown(entry) for entry in listed if entry.family == family)} |"
        for family in dict.fromkeys(entry.family for entry in listed)
    ]
    return "\n".join(["| for | exports of |", "|---|---|", *rows])


def _shown(entry: Listed) -> str:
    return entry.title if entry.status == "verified" else f"*{entry.title}*"


def with_tables(readme: str) -> str:
    """The README with its generated table set anew."""
    new = f"<!-- instruments -->\n{instruments_table()}\n<!-- /instruments -->"
    return re.sub(r"<!-- instruments -->.*?<!-- /instruments -->", lambda _: new, readme, flags=re.DOTALL)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(with_tables(readme.read_text("utf-8")), "utf-8")
