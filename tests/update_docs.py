"""Writes the generated parts of the documents: ``python -m tests.update_docs``."""

from __future__ import annotations

import re

from evqc.instruments._registry import catalogue
from tests.places import ROOT


def instruments_table() -> str:
    """The table of instruments of the README."""
    rows = [
        f"| {entry.title if i == 0 else ''} | {what} | {entry.status if i == 0 else ''} |"
        for entry in catalogue().instruments
        for i, what in enumerate(entry.reads)
    ]
    return "\n".join(["| instrument | export | status |", "|---|---|---|", *rows])


def with_tables(readme: str) -> str:
    """The README with its generated table set anew."""
    new = f"<!-- instruments -->\n{instruments_table()}\n<!-- /instruments -->"
    return re.sub(r"<!-- instruments -->.*?<!-- /instruments -->", lambda _: new, readme, flags=re.DOTALL)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(with_tables(readme.read_text("utf-8")), "utf-8")
