from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from evqc.errors import InputError
from evqc.records import from_plain, json_schema
from evqc.report.build import build
from evqc.report.format import excel_format
from evqc.report.html import html
from evqc.report.model import Report
from evqc.report.write import renderings, write
from evqc.report.xlsx import sheets
from tests.places import ROOT
from tests.report import batches as b
from tests.report.test_format import as_a_spreadsheet_shows, as_number

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br", "hr", "img", "link", "input", "path", "use"}


class Page(HTMLParser):
    """The tags with their attributes, and the text outside style elements and pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "svg" not in self.open and "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def numbers_in(value: Any) -> list[dict[str, Any]]:
    """Every Number of a report document."""
    if isinstance(value, list):
        return [n for item in value for n in numbers_in(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if {"value", "text", "relation"} <= value.keys() else []
    return own + [n for item in value.values() for n in numbers_in(item)]


def workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(content: bytes) -> list[Any]:
    return [
        cell
        for sheet in workbook(content).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def test_json_validates_and_reads_back(realistic: Report, rendered: dict[str, bytes]) -> None:
    document = json.loads(rendered["report.json"])
    Draft202012Validator(json_schema(Report, "evqc.report/1")).validate(document)
    assert document["schema"] == "evqc.report/1"
    assert from_plain(Report, document) == realistic


def test_every_number_of_the_document_stands_in_the_page(rendered: dict[str, bytes]) -> None:
    text = Page(rendered["report.html"].decode()).text
    document = json.loads(rendered["report.json"])
    shown = {
        " ".join(n["text"].split()) for part in ("values", "derived", "panels") for n in numbers_in(document[part])
    } | {" ".join(n["text"].split()) for s in document["sizes"] for n in s["summary"].values()}
    assert len(shown) > 40
    assert not [t for t in shown if t not in text]


def test_every_run_statistic_of_the_document_stands_in_the_page(rendered: dict[str, bytes]) -> None:
    text = Page(rendered["report.html"].decode()).text
    for sample in json.loads(rendered["report.json"])["sizes"]:
        for run in sample["runs"]:
            wanted = [run["concentration"], run["tracks"], *run["standard"].values(), *run["reported"].values()]
            known = [n["text"] for n in wanted if n["value"] is not None]
            assert all(" ".join(t.split()) in text for t in known)


def test_the_workbook_holds_the_same_numbers_at_full_precision(rendered: dict[str, bytes]) -> None:
    """Each number of sizes, values and derived results stands in a cell that shows the very digits of the page.

    A workbook holds 16 significant digits.
    """
    document = json.loads(rendered["report.json"])
    held = {
        (f"{c.value:.14e}", c.number_format) for c in cells(rendered["report.xlsx"]) if isinstance(c.value, int | float)
    }
    summaries = [s["summary"] for s in document["sizes"]]
    wanted = [n for part in (*summaries, document["derived"], document["values"]) for n in numbers_in(part)]
    exact = [n for n in wanted if n["value"] is not None and n["relation"] == "="]
    assert len(exact) > 20
    for n in exact:
        form = excel_format(n["value"], n["unit"])
        assert (f"{n['value']:.14e}", form) in held
        assert as_number(n["text"].split("\N{NO-BREAK SPACE}")[0]) == as_a_spreadsheet_shows(n["value"], form)


def test_bounds_stand_in_the_workbook_as_bounds(rendered: dict[str, bytes]) -> None:
    texts = [c.value for c in cells(rendered["report.xlsx"]) if isinstance(c.value, str)]
    bounds = [n for n in numbers_in(json.loads(rendered["report.json"])["derived"]) if n["relation"] == ">"]
    assert bounds
    assert all(n["text"].startswith("greater than") and n["text"] in texts for n in bounds)


def test_the_raw_table_holds_every_bin_that_holds_anything(realistic: Report, rendered: dict[str, bytes]) -> None:
    rows = list(workbook(rendered["report.xlsx"])["Distributions"].iter_rows(min_row=2, values_only=True))
    run = realistic.sizes[0].runs[0]
    assert run.concentration_per_ml is not None
    total = sum(float(str(row[6])) for row in rows if row[0] == "UC-EV 07" and row[1] == "run 1")
    assert total == pytest.approx(float(run.concentration_per_ml.sum()))


def test_sheets_have_frozen_headings_widths_and_units(rendered: dict[str, bytes]) -> None:
    book = workbook(rendered["report.xlsx"])
    assert book.sheetnames == [
        "Summary", "Profiles", "What to do next", "Findings", "Measurements", "Agreement", "Distributions",
        "Shape and windows", "Markers", "Values", "Derived", "Provenance",
    ]  # fmt: skip
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet["A1"].font.bold
        assert sheet.column_dimensions["A"].width >= 9
    assert book["Measurements"]["M1"].value == "Concentration, /mL"
    assert book["Distributions"]["D1"].value == "Lower edge, nm"


def test_every_finding_stands_in_all_three(realistic: Report, rendered: dict[str, bytes]) -> None:
    text = Page(rendered["report.html"].decode()).text
    texts = {c.value for c in cells(rendered["report.xlsx"])}
    for row in realistic.findings:
        assert row.finding.because in text
        assert row.finding.because in texts
        assert row.finding.source in text
    hashes = {f.sha256 for f in realistic.files}
    assert all(sha in text and sha in texts for sha in hashes)


def test_the_order_is_stop_verdict_pictures_findings_provenance(rendered: dict[str, bytes]) -> None:
    text = rendered["report.html"].decode()
    places = [text.index(f'<section id="{name}"') for name in ("stop", "verdict", "sizes", "markers", "purity-yield")]
    places += [text.index(f'<section id="{name}"') for name in ("findings", "methods", "provenance")]
    assert places == sorted(places)


def test_the_same_report_is_the_same_bytes(realistic: Report, rendered: dict[str, bytes]) -> None:
    again = renderings(build(*b.realistic()))
    assert {name: again[name] == rendered[name] for name in rendered} == dict.fromkeys(rendered, True)


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(rendered: dict[str, bytes]) -> None:
    script = (
        "import hashlib; from tests.report import batches as b; from evqc.report.build import build;"
        "from evqc.report.write import renderings;"
        "print({k: hashlib.sha256(v).hexdigest() for k, v in renderings(build(*b.realistic())).items()})"
    )
    seeds = [dict(os.environ, PYTHONHASHSEED=seed, TZ=zone) for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))]
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env=env)
        for env in seeds
    ]
    assert runs[0].stdout == runs[1].stdout


def test_nothing_is_loaded_and_nothing_runs(rendered: dict[str, bytes]) -> None:
    text = rendered["report.html"].decode()
    page = Page(text)
    assert "http://" not in text
    assert "https://" not in text
    assert not {"script", "link", "iframe", "img", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert all((attributes.get(name) or "#").startswith("#") for name in ("href", "src", "action"))
    assert not re.search(r"url\((?!#)|@import", text)
    assert "default-src 'none'" in text


def test_every_picture_says_what_it_shows(realistic: Report, rendered: dict[str, bytes]) -> None:
    page = Page(rendered["report.html"].decode())
    labels = [a["aria-label"] for _, a in page.tags if a.get("role") == "img"]
    assert labels == [p.alt for p in realistic.pictures]
    assert len(labels) == 9
    assert all(len(label or "") > 40 for label in labels)
    for picture in realistic.pictures:
        assert " ".join(picture.caption.split()) in page.text


def test_ids_are_unique_and_links_lead_somewhere(rendered: dict[str, bytes]) -> None:
    tags = Page(rendered["report.html"].decode()).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {(a["href"] or "").removeprefix("#") for _, a in tags if "href" in a}
    assert targets <= set(ids)
    used = set(re.findall(r"url\(#([^)]+)\)", rendered["report.html"].decode()))
    assert used
    assert used <= set(ids)


def test_marks_are_never_colour_alone(rendered: dict[str, bytes]) -> None:
    text = rendered["report.html"].decode()
    chips = re.findall(
        r'<span class="chip[^"]*"><span class="symbol" aria-hidden="true">(.)</span>([\w ]+)</span>', text
    )
    assert {("✕", "fail"), ("!", "review"), ("✕", "blocks"), ("!", "look")} <= set(chips)
    assert text.count('class="chip ') == len(chips)


#: A report takes a second; two names that attack page and workbook stand for the others in a quick run.
HOSTILE = pytest.mark.parametrize(
    "name",
    [*b.HOSTILE[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in b.HOSTILE[2:])],
    ids=lambda name: ascii(name)[:20],
)


@cache
def hostile(name: str) -> tuple[Report, dict[str, bytes]]:
    report = build(*b.hostile(name))
    return report, renderings(report)


@HOSTILE
def test_hostile_names_stay_text_everywhere(name: str) -> None:
    report, files = hostile(name)
    page = Page(files["report.html"].decode())
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert " ".join(name.split()) in page.text
    assert json.loads(files["report.json"])["batch"]["id"] == name
    for sheet in sheets(report):
        assert all(not isinstance(cell, bytes) for row in sheet.rows for cell in row)


@HOSTILE
def test_no_cell_becomes_a_formula(name: str) -> None:
    held = cells(hostile(name)[1]["report.xlsx"])
    assert not [c.coordinate for c in held if c.data_type in {"f", "e"}]
    named = [c for c in held if c.value == name[:32_767]]
    assert len(named) > 20
    assert all(c.data_type == "s" for c in named)
    assert all(c.quotePrefix for c in named if name[0] in "=+-@")


def test_half_a_character_does_not_stop_the_report() -> None:
    """A file name that is not UTF-8 reaches Python with half surrogates."""
    batch, asked = b.folder_only()
    file = replace(batch.readings[0].source, name="caf\udce9.csv")
    runs = tuple(replace(r, file=file) for r in batch.runs)
    odd = replace(batch, readings=(replace(batch.readings[0], source=file),), runs=runs)
    made = renderings(build(odd, asked))
    assert json.loads(made["report.json"])["files"][0]["name"] == "caf?.csv"
    assert "caf?.csv" in made["report.html"].decode()


@pytest.mark.parametrize("made", [b.empty, b.folder_only], ids=["empty", "folder"])
def test_little_is_enough_for_a_report(made: Any) -> None:
    files = renderings(build(*made()))
    document = json.loads(files["report.json"])
    Draft202012Validator(json_schema(Report, "evqc.report/1")).validate(document)
    text = Page(files["report.html"].decode()).text
    assert "What could not be judged" in text
    assert "a batch record: 'evqc init' makes a folder" in text
    assert workbook(files["report.xlsx"]).sheetnames[0] == "Summary"


def test_what_is_not_there_is_said() -> None:
    text = Page(html(build(*b.empty()))).text
    assert "No sizing file was read" in text
    assert "nothing is known of markers, which is not the same as negative" in text
    assert "No profile was asked." in text


def test_only_invalid_runs() -> None:
    batch, asked = b.folder_only()
    runs = tuple(replace(r, distribution=b.without_tracks(r.distribution)) for r in batch.runs)
    report = build(replace(batch, runs=runs), asked)
    text = Page(html(report)).text
    assert "0 of 3" in text
    assert "no completed track" in text
    assert "size distribution" not in {p.shows for p in report.pictures}


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    realistic = build(*b.empty())
    paths = write(realistic, out)
    assert [p.name for p in paths] == ["report.html", "report.xlsx", "report.json"]
    assert sorted(p.name for p in out.iterdir()) == sorted(p.name for p in paths)
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o644
    before = paths[0].read_bytes()
    write(realistic, out)
    assert paths[0].read_bytes() == before


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands here")
    with pytest.raises(InputError) as caught:
        write(build(*b.empty()), tmp_path / "out")
    assert caught.value.issues[0].code == "CANNOT_WRITE"
    (tmp_path / "other" / "report.json").mkdir(parents=True)
    with pytest.raises(InputError):
        write(build(*b.empty()), tmp_path / "other")
    assert not [p for p in (tmp_path / "other").iterdir() if p.name.startswith(".")]
