"""The certificate: one model, three renderings with the same numbers, nothing printed that was not meant to be."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import openpyxl
import pikepdf
import pypdf
import pytest

from evqc.records import to_json
from evqc.release.bundle import drawn_with
from evqc.release.certificate.build import NOT_RELEASED, certificate
from evqc.release.certificate.html import html
from evqc.release.certificate.pdf import SHAPES, pdf
from evqc.release.certificate.people import fingerprint
from evqc.release.certificate.xlsx import xlsx
from tests.places import ROOT
from tests.release.releases import public, rich_release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.certificate.model import Certificate
    from evqc.release.release import Release, State

SOURCES = {"exports/nta/EV µ.csv": b"\x00\xff raw", "batch.toml": b"schema"}


def of(release: Release) -> Certificate:
    return certificate(release, drawn_with())


def drawn(release: Release) -> bytes:
    return pdf(of(release), to_json(release).encode(), SOURCES)


def texts(shown: Certificate) -> Iterator[str]:
    """Every text that the model prints."""
    yield from (shown.state, shown.conclusion, shown.batch, *shown.reasons)
    yield from (text for line in shown.identity for text in (line.name, line.text))
    for section in shown.sections:
        yield from (section.title, section.note)
        yield from (text for line in section.lines for text in (line.name, line.text))
        for group in section.table.groups if section.table else ():
            yield from (text for row in group.rows for cell in row for text in (cell.text, *cell.small))


def plain_html(content: bytes) -> str:
    body = content.decode().partition("</style>")[2]
    return squeezed(unescape(re.sub(r"<[^>]+>", " ", body)))


def plain_pdf(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def plain_xlsx(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return " ".join(f"{value:.10g}" if isinstance(value, int | float) else str(value) for value in cells)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u200b", "").replace("\u00ad", ""))


@pytest.mark.parametrize("state", ["reviewed", "released"])
def test_every_text_stands_in_html_and_xlsx(state: State) -> None:
    shown = of(rich_release(state))
    page, book = plain_html(html(shown)), squeezed(plain_xlsx(xlsx(shown)))
    for text in filter(None, texts(shown)):
        assert squeezed(text) in squeezed(page)
        if text not in {section.title for section in shown.sections}:
            assert squeezed(text) in book, text


def test_the_three_renderings_show_the_same_numbers() -> None:
    release = rich_release()
    numbers = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
    found = plain_pdf(drawn(release))
    held = set(numbers.findall(squeezed(found)))
    for text in texts(of(release)):
        missing = [n for n in numbers.findall(text) if n not in held and n not in squeezed(found)]
        assert not missing, text


@pytest.mark.parametrize(
    ("state", "large"),
    [("draft", "HOLD"), ("reviewed", "HOLD"), ("rejected", "REJECTED"), ("invalidated", "INVALIDATED")],
)
def test_not_released_stands_on_every_page(state: State, large: str) -> None:
    release = rich_release(state)
    assert of(release).state == large
    for page in pypdf.PdfReader(io.BytesIO(drawn(release))).pages:
        assert NOT_RELEASED in page.extract_text()
    shown = html(of(release)).decode()
    assert f'<p class="every-page">{NOT_RELEASED}</p>' in shown
    assert f'content: "{NOT_RELEASED}"' in shown
    book = openpyxl.load_workbook(io.BytesIO(xlsx(of(release))))
    assert all(NOT_RELEASED in plain for plain in ({cell.value for row in sheet for cell in row} for sheet in book))


def test_a_released_record_says_so_and_nowhere_otherwise() -> None:
    release = rich_release("released")
    for text in (plain_html(html(of(release))), plain_pdf(drawn(release)), plain_xlsx(xlsx(of(release)))):
        assert "RELEASED" in text
        assert NOT_RELEASED not in text
        assert "NOTRELEASED" not in text


def test_a_draft_without_anything_in_its_way_is_a_draft() -> None:
    release = rich_release("draft")
    meets = replace(
        release.record, recommendation=replace(release.record.recommendation, verdict="meets the specification")
    )
    assert of(replace(release, record=meets)).state == "DRAFT"


@pytest.mark.parametrize(
    "said",
    [
        "Rita Reviewer", "2026-03-20 08:07:00 UTC", "QA release", "with deviation D-1",  # signatures: 21 CFR 11.50
        "VOID: of version 1", "not attested", "OOS-1, retest 1", "349.8 EU/mL", "short shelf life", "code: pending",
        "dilution of EV_product.csv: 100 to 200", "the run is invalid: no completed tracks", "OLD-01",
        "K/M = 5 EU/kg/h", "rounded by USP", "cannot judge", "Probability outside the limit: 0.0023",
        "EV-DS-01, version 3", "evqc verify BUNDLE.zip", "not timestamped",
    ],
)  # fmt: skip
def test_what_a_reviewer_looks_for_is_in_all_three(said: str) -> None:
    release = rich_release()
    for text in (plain_html(html(of(release))), plain_pdf(drawn(release)), plain_xlsx(xlsx(of(release)))):
        assert squeezed(said) in squeezed(text)


def test_fingerprints_of_keys_are_printed() -> None:
    assert re.fullmatch(r"([0-9a-f]{4} ){7}[0-9a-f]{4}", fingerprint(public("rita")))
    assert fingerprint("zz") == "not a key"
    assert fingerprint(public("rita")) in html(of(rich_release())).decode()


def test_text_of_the_batch_never_becomes_markup() -> None:
    release = rich_release()
    page = html(of(release)).decode()
    assert "<b>7</b>" not in page
    assert "&lt;b&gt;7&lt;/b&gt;" in page
    assert "#eval(1)" in plain_pdf(drawn(release))
    named = replace(release.record.batch, id="=cmd|' /C calc'!A0")
    book = openpyxl.load_workbook(io.BytesIO(xlsx(of(replace(release, record=replace(release.record, batch=named))))))
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


def test_a_character_without_a_shape_is_printed_as_its_number() -> None:
    assert "[U+6279]" in plain_pdf(drawn(rich_release()))


def test_every_character_that_counts_as_printable_has_a_shape() -> None:
    release = rich_release()
    every = "".join(chr(code) for first, last in SHAPES for code in range(first, last + 1))
    named = replace(release.record.batch, product=every)
    assert drawn(replace(release, record=replace(release.record, batch=named))).startswith(b"%PDF")


def test_the_same_bytes_twice_also_in_another_process() -> None:
    release = rich_release()
    script = (
        "import sys, hashlib; from tests.release.test_certificate import *; r = rich_release();"
        "print(*[hashlib.sha256(c).hexdigest() for c in (drawn(r), html(of(r)), xlsx(of(r)))])"
    )
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    import hashlib  # noqa: PLC0415

    here = [hashlib.sha256(c).hexdigest() for c in (drawn(release), html(of(release)), xlsx(of(release)))]
    assert made.stdout.split() == here


def test_the_pdf_is_archival_tagged_and_holds_its_sources_once() -> None:
    release = rich_release()
    with pikepdf.open(io.BytesIO(drawn(release))) as document:
        said = document.Root.Metadata.read_bytes().decode()
        assert "<pdfaid:part>3</pdfaid:part>" in said
        assert "<pdfaid:conformance>B</pdfaid:conformance>" in said
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        names = [str(each.UF) for each in document.Root.AF]
        assert sorted(names) == ["files/batch.toml", "files/exports/nta/EV µ.csv", "release.json"]
        kinds = {str(each.UF): str(each.AFRelationship) for each in document.Root.AF}
        assert kinds["release.json"] == "/Source"
        assert kinds["files/batch.toml"] == "/Data"
        held = {str(each.UF): each.EF.F.read_bytes() for each in document.Root.AF}
        assert held["files/exports/nta/EV µ.csv"] == SOURCES["exports/nta/EV µ.csv"]
        assert held["release.json"] == to_json(release).encode()


def test_the_pdf_is_built_as_pdf_a_asks_for() -> None:
    """What can be asked without a validator: ISO 19005-3, 6.1.3, 6.2.2, 6.2.11, 6.5, 6.6 and 6.8; it replaces none."""
    with pikepdf.open(io.BytesIO(drawn(rich_release()))) as document:
        assert not document.is_encrypted
        assert "/ID" in document.trailer
        (intent,) = document.Root.OutputIntents
        profile = intent.DestOutputProfile.read_bytes()
        found = (str(intent.S), profile[36:40], int(intent.DestOutputProfile.N))
        assert found == ("/GTS_PDFA1", b"acsp", 3)
        assert "/Filter" not in document.Root.Metadata
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(document.Root.keys())
        assert set(document.Root.Names.keys()) == {"/EmbeddedFiles"}
        assert {each["/Subtype"] for page in document.pages for each in page.get("/Annots", ())} <= {"/Link"}
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            described = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(described.keys()), font.BaseFont
            assert "/ToUnicode" in font
        listed = document.Root.Names.EmbeddedFiles.Names
        assert {each.UF for each in document.Root.AF} == {each.UF for each in list(listed)[1::2]}
        assert all("/" in str(each.EF.F.Subtype)[1:] and "/Params" in each.EF.F for each in document.Root.AF)


def test_the_time_of_the_pdf_is_that_of_the_last_signature() -> None:
    said = pypdf.PdfReader(io.BytesIO(drawn(rich_release()))).metadata
    assert said is not None
    assert said.creation_date is not None
    assert said.creation_date.isoformat().startswith("2026-03-20T08:08:00")


def test_the_html_needs_nothing_from_elsewhere() -> None:
    page = html(of(rich_release())).decode()
    assert not re.search(r"(src|href)=|url\(|@import|<script", page)


def test_a_signature_between_two_seconds_dates_the_pdf() -> None:
    """The clock of a registry tells microseconds; a PDF holds whole seconds."""
    release = rich_release()
    shown = replace(of(release), dated="2026-03-05T09:12:44.636435+00:00")
    made = pdf(shown, to_json(release).encode(), SOURCES)
    assert "20260305091244" in str(pypdf.PdfReader(io.BytesIO(made)).metadata)
