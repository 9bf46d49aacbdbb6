"""Delimited text becomes rows that know their line, and a table is found by its headings."""

from __future__ import annotations

import pytest

from evqc.errors import InputError, Where
from evqc.instruments._export import ExportFile
from evqc.instruments._rows import Table, delimiter, ends_open, filled, rows, table


def file(text: str, encoding: str = "utf-8") -> ExportFile:
    return ExportFile("a.csv", text.encode(encoding))


def texts(text: str, separator: str | None = None) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows(file(text), separator)]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("sep=;\na,b,c;d\n", ";"),
        ('"sep=|"\na|b\n', "|"),
        ('"HLA-DR,DP,DQ";x\n', ";"),
        ("no mark", "\t"),
    ],
)
def test_delimiter(text: str, mark: str) -> None:
    assert delimiter(text) == mark


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_know_their_lines_whatever_ends_them(end: str) -> None:
    found = rows(file(end.join(["a,b", "", '"x,y",2', ""])), ",")
    assert [[c.text for c in row] for row in found] == [["a", "b"], [], ["x,y", "2"]]
    assert found[2][0].line == 3


def test_a_first_line_that_names_the_separator() -> None:
    assert texts("sep=;\na;b\n1;2\n") == [[], ["a", "b"], ["1", "2"]]
    assert rows(file("sep=;\na;b\n"))[1][0].line == 2


def test_quotation_marks_in_pairs() -> None:
    with pytest.raises(InputError) as caught:
        rows(file('a,"b\n1,2\n'), ",")
    assert caught.value.issues[0].code == "QUOTING"


def found(text: str, *needed: str) -> Table:
    return table("a.csv", rows(file(text), ","), needed)


def test_a_table_is_found_by_its_headings() -> None:
    got = found("Run,7\n\nName, Conc. ,Units,Units\nA,1,ng,ug\n\nB,2,ng,\n", "name", "conc.")
    assert got.headings == ("Name", "Conc.", "Units", "Units [2]")
    assert [row[0].line for row in got.body] == [4, 6]
    assert got.column("Conc.") == ["1", "2"]
    assert got.text(got.body[1], "Units [2]") is None
    assert got.text(got.body[0], "nothing") is None
    assert got.unread(["Name", "Conc."]) == ("Units", "Units [2]")
    assert got.cell(got.body[0], "CONC.").where("Conc.") == Where(line=4, column="Conc.")


@pytest.mark.parametrize("micro", ["µ", "μ"])
def test_both_signs_for_micro_are_one(micro: str) -> None:
    assert found(f"Volume ({micro}L)\n1\n", "Volume (µL)").column("Volume (μL)") == ["1"]


def test_missing_headings_are_named() -> None:
    with pytest.raises(InputError) as caught:
        found("Name,Other\nA,1\n", "Name", "Conc.")
    issue = caught.value.issues[0]
    assert issue.code == "HEADING_MISSING"
    assert "conc." in issue.expected
    got = found("Name,Other\nA,1\n", "Name")
    with pytest.raises(InputError) as caught:
        got.cell(got.body[0], "Conc.")
    assert caught.value.issues[0].where == Where(line=1)


def test_uneven_rows() -> None:
    assert [(i.code, i.severity) for i in found("a,b\n1,2,3\n1,2\n", "a").uneven()] == [("LONG_ROW", "warning")]
    torn = [(i.code, i.severity, i.where.line) for i in found("a,b\n1,2\n1\n", "a").uneven()]
    assert torn == [("SHORT_ROW", "warning", 3), ("TRUNCATED", "error", 3)]
    short = [(i.code, i.severity, i.where.line) for i in found("a,b\n1\n1,2\n", "a").uneven()]
    assert short == [("SHORT_ROW", "warning", 2)]
    assert [i.code for i in found("a,b\n1,2,\n1,2,\n", "a").uneven()] == ["LONG_ROW"]
    assert found("a,b,\n1,2,\n1,2,\n", "a").uneven() == ()
    assert [i.code for i in found("a,b\n1,2\n1,2,\n", "a").uneven()] == ["LONG_ROW"]


def test_blank_rows_and_open_ends() -> None:
    assert not filled(())
    assert ends_open(file("a,1"))
    assert not ends_open(file("a,1\r"))
    assert not ends_open(file("a\n", "utf-16"))
    assert ends_open(file("a", "utf-16"))
