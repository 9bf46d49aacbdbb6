"""Every complaint of users and every line of the rules has its requirement, and each of these the tests that prove it.

The table is ``evqc/release/qualification/requirements.toml``; here stands to which row of the reference each belongs.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from evqc.release.qualification.requirements import Requirement, requirements, table_lines
from tests.places import ROOT
from tests.update_docs import requirements_page

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = ROOT.parent / "shared" / "reference" / "DEPENDENCIES.md"
#: What the first cell of each row begins with: B, where users say so; C, the line of the rule.
ROWS = {
    "B01": "elabftw#5782",
    "B02": "elabftw#6753",
    "B03": "elabftw#6987",
    "B04": "elabftw#6193",
    "B05": "elabftw#6755",
    "B06": "elabftw#3661",
    "B07": "elabftw#6754",
    "B08": "elabftw#6215",
    "B09": "elabftw#623",
    "B10": "elabftw#6830",
    "B11": "elabftw#5144",
    "B12": "elabftw PR#7400",
    "B13": "elabftw#6152",
    "B14": "bika.lims.legacy#1891",
    "B15": "senaite.core#965",
    "B16": "senaite.core#2352",
    "B17": "senaite.core#1514",
    "B18": "senaite.impress#64",
    "B19": "senaite.core#1238",
    "B20": "senaite.core#1582",
    "B21": "senaite.core#770",
    "B22": "bika.lims.legacy#1306",
    "B23": "senaite.core#621",
    "B24": "senaite.core#1599",
    "B25": "OpenELIS #4185",
    "B26": "OpenELIS #4069",
    "B27": "elabftw#1870",
    "C01": "11.10(a)",
    "C02": "11.10(b)",
    "C03": "11.10(c)",
    "C04": "11.10(d),(g)",
    "C05": "11.10(e)",
    "C06": "11.10(f)",
    "C07": "11.10(h)",
    "C08": "11.10(i)",
    "C09": "11.10(j)",
    "C10": "11.10(k)",
    "C11": "11.30",
    "C12": "11.50",
    "C13": "11.70",
    "C14": "11.100",
    "C15": "11.200",
    "C16": "11.300",
    "C17": "Annex 11",
    "C18": "ALCOA+",
    "C19": "GAMP 5",
}
#: What no software can prove, or what evqc does not have: it is said in words, and nobody has to find out.
SAID = {"B13", "C02", "C04", "C09", "C11", "C16", "C17", "C19"}
BY_ID = {each.id: each for each in requirements()}


def rows_of(part: str) -> list[str]:
    """The first cell of each row of a table of the reference."""
    found = re.search(rf"^## {part}\..*?(?=^## )", REFERENCE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    table = [line for line in found[0].splitlines() if line.startswith("|")]
    return [line.split("|")[1].strip() for line in table[2:]]


def ends_where_a_word_does(cell: str, start: str) -> bool:
    """So that ``elabftw#623`` is no beginning of ``elabftw#6230``."""
    return cell.startswith(start) and not cell[len(start) : len(start) + 1].isalnum()


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the folder shared/reference is not there")
@pytest.mark.parametrize("part", ["B", "C"])
def test_every_row_of_the_reference_has_its_requirement(part: str) -> None:
    starts = [start for name, start in ROWS.items() if name.startswith(part)]
    cells = rows_of(part)
    assert len(cells) == len(starts)
    assert [cell for cell, start in zip(cells, starts, strict=True) if not ends_where_a_word_does(cell, start)] == []


def test_every_row_is_a_requirement_and_every_requirement_a_row() -> None:
    assert list(BY_ID) == list(ROWS)
    rules = {name: start for name, start in ROWS.items() if name.startswith("C")}
    assert [name for name, start in rules.items() if start not in BY_ID[name].source.replace(", ", ",")] == []


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_proved_by_tests_that_there_are(name: str) -> None:
    requirement = BY_ID[name]
    assert requirement.tests, "what cannot be proved at all is no requirement on software"
    assert len(set(requirement.tests)) == len(requirement.tests)
    missing = [test for test in requirement.tests if not in_tests(test)]
    assert missing == []


@pytest.mark.parametrize("name", ROWS)
def test_what_no_test_proves_is_said_in_words(name: str) -> None:
    assert (BY_ID[name].open != "") is (name in SAID)
    assert not BY_ID[name].open or len(BY_ID[name].open.split()) >= 5


def in_tests(name: str) -> bool:
    file, _, function = name.partition("::")
    path = ROOT / "tests" / file
    return path.is_file() and function in functions_of(path)


def functions_of(path: Path) -> set[str]:
    """The tests of a module that are not skipped whatever happens."""
    tree = ast.parse(path.read_text("utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return {node.name for node in found if not any("mark.skip(" in ast.unparse(each) for each in node.decorator_list)}


def test_a_name_that_no_test_has_is_noticed() -> None:
    assert not in_tests("release/test_regulated.py::test_that_nobody_wrote")
    assert not in_tests("release/test_nothing.py::test_a_name_that_no_test_has_is_noticed")


def test_the_table_that_readers_see_is_the_one_that_is_tested() -> None:
    page = (ROOT / "evqc" / "release" / "README.md").read_text("utf-8")
    assert page == requirements_page(), "write it with: python -m tests.update_docs"
    assert all(line in page for line in table_lines())


def test_a_requirement_without_a_test_shows_as_that() -> None:
    assert isinstance(BY_ID["B01"], Requirement)
    assert "| B01 |" in next(line for line in table_lines() if "B01" in line)
