"""Writes the generated parts of the documents: ``python -m tests.update_docs``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.criteria.findings import Severity
from evqc.criteria.load import shipped
from evqc.instruments._registry import Listed, catalogue
from evqc.release.qualification.requirements import table_lines
from tests.places import ROOT

if TYPE_CHECKING:
    from evqc.criteria.profiles import Resolved


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


def profiles_table() -> str:
    """The table of profiles of the README."""
    book = shipped()
    rows = [f"| `{name}` | {_about(book.profile(name))} |" for name in book.profiles]
    return "\n".join(["| profile | criteria | what a pass means |", "|---|---|---|", *rows])


def _about(of: Resolved) -> str:
    blocking = sum(criterion.severity is Severity.BLOCKS for criterion in of.criteria.values())
    blocks = f", {blocking} of them {'blocks' if blocking == 1 else 'block'}" if blocking else ""
    return f"{len(of.criteria)}{blocks} | {of.profile.about}"


def with_tables(readme: str) -> str:
    """The README with its generated tables set anew."""
    for name, table in (("instruments", instruments_table()), ("profiles", profiles_table())):
        new = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        begin, end = readme.index(f"<!-- {name} -->"), readme.index(f"<!-- /{name} -->")
        readme = readme[:begin] + new + readme[end + len(f"<!-- /{name} -->") :]
    return readme


def requirements_page() -> str:
    """The page of ``evqc/release`` with what a release has to fulfil and the tests that prove it."""
    head = [
        "# Release: what is required of it, and what proves it",
        "",
        "B: what users of other laboratory software ask for or trip over. C: 21 CFR Part 11, EU Annex 11, ALCOA+,",
        "GAMP 5. Each row is proved by the tests that it names, in `tests/`; what no test proves is said in words.",
        "evqc is not validated for regulated use: that takes a laboratory's own procedures, training and validation.",
        "",
        "The table is generated from `qualification/requirements.toml`; `evqc selftest --traceability` prints it too.",
        "",
    ]
    return "\n".join([*head, *table_lines(), ""])


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(with_tables(readme.read_text("utf-8")), "utf-8")
    (ROOT / "evqc" / "release" / "README.md").write_text(requirements_page(), "utf-8")
