"""Containers and sizes made to hurt: refused early, in little memory and time, and never an exception."""

from __future__ import annotations

import gzip
import io
import re
import struct
import time
import tracemalloc
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from evqc.errors import InputError
from evqc.instruments import _export, _rows, _workbook, _xml
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.instruments._workbook import every_sheet
from tests.mutation.texts import with_member
from tests.samples import Sample, samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evqc.reading import Reading

MIB = 2**20
_NAMES = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_NAMES}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>Run ID</t></is></c></row>'


@contextmanager
def within(*, mib: float, seconds: float = 10.0) -> Iterator[None]:
    """Asserts that no more memory than ``mib`` was held at any time inside, and that it took no more processor time."""
    tracemalloc.start()
    start = time.process_time()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < mib * MIB, f"{peak / MIB:.0f} MiB"
    assert time.process_time() - start < seconds


def workbook(sheet: str, **more: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as container:
        for name, text in _PARTS.items():
            container.writestr(name, text)
        container.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_NAMES}">{sheet}</worksheet>')
        for name, data in more.items():
            container.writestr(name, data)
    return made.getvalue()


def code_of(data: bytes) -> str:
    """The code that a workbook is refused with, asked of what every reader of workbooks uses."""
    with pytest.raises(InputError) as caught:
        every_sheet(ExportFile("x.xlsx", data))
    return caught.value.issues[0].code


def good(instrument: str, suffix: str) -> Sample:
    own = [s for s in samples() if s.instrument == instrument and s.path.suffix == suffix and not s.rejects]
    return own[0]


def codes(reading: Reading) -> set[str]:
    assert reading.verdict == "refused"
    assert reading.measurements == ()
    return {issue.code for issue in reading.issues}


def test_a_small_workbook_is_read() -> None:
    assert every_sheet(ExportFile("x.xlsx", workbook(f"<sheetData>{_ROW}</sheetData>")))[0][0][0].text == "Run ID"


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(
            f'<sheetData>{_ROW}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>', id="corner"
        ),
        pytest.param(
            f'<sheetData>{_ROW}<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>', id="last row"
        ),
        pytest.param(
            f'<sheetData>{_ROW}</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', id="merged"
        ),
        pytest.param(
            f'<sheetData>{_ROW}</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" display="x"/></hyperlinks>',
            id="hyperlink",
        ),
        pytest.param(
            "<sheetData>" + ("<row>" + "<c><v>1</v></c>" * 1000 + "</row>") * 700 + "</sheetData>", id="dense"
        ),
        pytest.param("<sheetData>" + "<row/>" * 600_000 + "</sheetData>", id="empty rows"),
    ],
)
def test_a_sheet_of_absurd_size_is_refused_before_it_is_spread_out(sheet: str) -> None:
    data = workbook(sheet)
    with within(mib=60):
        assert code_of(data) == "WORKBOOK_TOO_LARGE"
        assert codes(read_export(ExportFile("x.xlsx", data))) == {"UNKNOWN_FORMAT"}


@pytest.mark.parametrize("kind", ["inlhneStr", "S", ""])
def test_a_cell_of_no_type_is_refused_since_its_text_would_be_lost(kind: str) -> None:
    row = _ROW.replace("inlineStr", kind)
    assert code_of(workbook(f"<sheetData>{row}</sheetData>")) == "BROKEN_WORKBOOK"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('r="B2"', 'r="A2"'),  # two cells in one place
        ('<c r="B2">', "<c>"),  # one cell without place beside others with one
        ('r="B2"', 'r="B7"'),  # a cell of another row
        ('<row r="2">', '<row r="1">'),  # two rows in one place
        ("spreadsheetml/2006/main", "spreadsheetml/2006/mail"),
    ],
)
def test_a_sheet_that_would_be_read_in_part_is_refused(old: str, new: str) -> None:
    sheet = f'<sheetData>{_ROW}<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row></sheetData>'
    data = workbook(sheet)
    assert len(every_sheet(ExportFile("x.xlsx", data))[0]) == 2
    name = "xl/worksheets/sheet1.xml"
    part = zipfile.ZipFile(io.BytesIO(data)).read(name).decode()
    assert old in part
    assert code_of(with_member(data, name, part.replace(old, new, 1).encode())) == "BROKEN_WORKBOOK"


def test_a_cell_whose_type_is_misspelt_is_refused_since_its_text_would_be_lost() -> None:
    """Of a shared text, the number of the text would be read as the cell's own."""
    misspelt = _ROW.replace('<c r="A1" t=', '<c r="A1" v=')
    assert code_of(workbook(f"<sheetData>{misspelt}</sheetData>")) == "BROKEN_WORKBOOK"


def test_what_a_cell_may_say_beside_place_and_type_is_no_damage() -> None:
    row = _ROW.replace('<c r="A1"', '<c  r = \'A1\' s="0" cm="1" vm="1" ph=\'0\' x:y="1" xmlns:x="urn:x"')
    assert every_sheet(ExportFile("x.xlsx", workbook(f"<sheetData>{row}</sheetData>")))[0][0][0].text == "Run ID"


def test_a_sheet_that_lost_its_name_in_the_list_is_refused() -> None:
    """The part with its rows is there, and a spreadsheet program does not show it."""
    book = Workbook()
    book.create_sheet("second")
    made = io.BytesIO()
    book.save(made)
    data = made.getvalue()
    assert len(every_sheet(ExportFile("x.xlsx", data))) == 2
    listed = zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml")
    without = re.sub(rb'<sheet [^>]*name="second"[^>]*/>', b"", listed)
    assert without != listed
    assert code_of(with_member(data, "xl/workbook.xml", without)) == "BROKEN_WORKBOOK"


def test_a_stated_dimension_is_not_believed() -> None:
    data = workbook(f'<dimension ref="A1:XFD1048576"/><sheetData>{_ROW}</sheetData>')
    with within(mib=60):
        assert len(every_sheet(ExportFile("x.xlsx", data))[0]) == 1
        read_export(ExportFile("x.xlsx", data))


def test_a_workbook_that_unpacks_to_much_is_refused() -> None:
    data = workbook(f"<sheetData>{_ROW}</sheetData>", **{"xl/media/x.bin": bytes(64 * MIB)})
    with within(mib=4):
        assert code_of(data) == "WORKBOOK_TOO_LARGE"


def understated(data: bytes, name: str, size: int) -> bytes:
    """A zip container whose directory states fewer bytes of one member than it unpacks to."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            begin = place + (30 if mark == b"PK\x03\x04" else 46)
            if data[begin : begin + len(name)] == name.encode():
                struct.pack_into("<I", changed, place + offset, size)
    return bytes(changed)


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    data = workbook(f"<sheetData>{_ROW}</sheetData>", **{"xl/media/x.bin": bytes(64 * MIB)})
    with within(mib=20):
        assert code_of(understated(data, "xl/media/x.bin", 1000)) == "BROKEN_WORKBOOK"


def test_a_zip_of_runs_that_unpacks_to_much_is_refused() -> None:
    sample = good("fragment_analyzer", ".zip")
    name = zipfile.ZipFile(io.BytesIO(sample.file.data)).namelist()[0]
    with within(mib=700, seconds=20):
        data = with_member(sample.file.data, name, bytes(300 * MIB))
    with within(mib=80):
        codes(sample.read(data))
        codes(sample.read(understated(data, name, 1000)))


def entities(wanted: str) -> str:
    """A document type whose entities multiply to 10^9 copies, or that asks for a file of the system."""
    if wanted == "file":
        return '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY e0 "EV">{steps}]>'


@pytest.mark.parametrize("wanted", ["file", "laughs"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("instrument", "suffix"), [("flowjo", ".wsp"), ("bioplex", ".xml"), ("bioanalyzer", ".xml"), ("viewsizer", ".xml")]
)
def test_entities_are_refused_unread(instrument: str, suffix: str, encoding: str, wanted: str) -> None:
    sample = good(instrument, suffix)
    text = sample.file.text()
    begin = text.find("?>") + 2 if text.lstrip().startswith("<?xml") else 0
    hostile = text[:begin] + entities(wanted) + text[begin:].replace(">", ">&e9;" if wanted == "laughs" else ">&e;", 1)
    with within(mib=20):
        assert codes(sample.read(hostile.encode(encoding))) & {"XML_DECLARATION", "UNKNOWN_FORMAT"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_workbook_are_refused_unread(encoding: str) -> None:
    sheet = (
        f'<?xml version="1.0"?>{entities("laughs")}<worksheet xmlns="{_NAMES}"><sheetData>&e9;</sheetData></worksheet>'
    )
    data = with_member(workbook(""), "xl/worksheets/sheet1.xml", sheet.encode(encoding))
    with within(mib=20):
        assert code_of(data) == "BROKEN_WORKBOOK"


def deep_json(sample: Sample) -> bytes:
    place = sample.file.data.rfind(b"}")
    return sample.file.data[:place] + b', "deep": ' + b"[" * 20_000 + b"]" * 20_000 + sample.file.data[place:]


def deep_xml(sample: Sample) -> bytes:
    place = sample.file.data.rfind(b"</")
    return sample.file.data[:place] + b"<a>" * 20_000 + b"</a>" * 20_000 + sample.file.data[place:]


@pytest.mark.parametrize(
    ("instrument", "suffix", "deep"),
    [
        ("asm", ".asm", deep_json),
        ("flowjo", ".wsp", deep_xml),
        ("bioplex", ".xml", deep_xml),
        ("bioanalyzer", ".xml", deep_xml),
        ("viewsizer", ".xml", deep_xml),
    ],
)
def test_what_nests_deeply_is_refused(instrument: str, suffix: str, deep: Callable[[Sample], bytes]) -> None:
    sample = good(instrument, suffix)
    with within(mib=120):
        assert codes(sample.read(deep(sample))) & {"TOO_DEEP", "XML_TOO_DEEP", "NOT_JSON"}


@pytest.mark.parametrize("keyword", ["$TOT", "$PAR", "$BEGINDATA", "$ENDDATA", "$P1B"])
@pytest.mark.parametrize("value", [b"99999999999999", b"-1", b"9" * 400, b"1e9", b"nan"])
def test_absurd_numbers_in_the_head_of_events_are_refused(keyword: str, value: bytes) -> None:
    sample = next(s for s in samples() if s.path.name == "float_with_volume.fcs")
    data, mark = sample.file.data, b"/"
    place = data.index(keyword.encode() + mark) + len(keyword) + 1
    end = data.index(mark, place)
    shift = len(value) - (end - place)
    # The value is written over what follows too when it is longer, so that all offsets stay as they are.
    hostile = data[:place] + value + data[end + max(0, shift) :] if shift > 0 else (
        data[:place] + value.rjust(end - place) + data[end:]
    )  # fmt: skip
    with within(mib=40):
        codes(sample.read(hostile))


@pytest.mark.parametrize("inner", [bytes(1), b"Run ID,Assay Name\n", b"PK\x03\x04"])
def test_a_gzip_file_that_unpacks_to_much_is_refused(inner: bytes) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = inner * (MIB // len(inner))
    data = b"".join([*(packer.compress(piece) for _ in range(150)), packer.flush()])
    with within(mib=3 * _export.LARGEST_BYTES / MIB, seconds=20):
        assert codes(read_export(ExportFile("x.gz", data))) & {"FILE_TOO_LARGE", "UNKNOWN_FORMAT"}


def test_gzip_within_gzip_is_not_unpacked_twice() -> None:
    data = gzip.compress(gzip.compress(good("qubit4", ".csv").file.data, mtime=0), mtime=0)
    codes(read_export(ExportFile("x.gz", data)))


TEXT = [
    next(s for s in samples() if s.instrument == name and not s.rejects)
    for name in sorted({str(s.instrument) for s in samples()})
]
TEXT = [
    s
    for s in TEXT
    if not s.file.is_workbook and not s.file.data.startswith((b"FCS", b"%PDF", b"\x1f\x8b", b"\xff\xfe"))
]


def with_long_line(sample: Sample, more: bytes) -> bytes:
    lines = sample.file.data.split(b"\n")
    lines[len(lines) // 2] = lines[len(lines) // 2].rstrip(b"\r") + more
    return b"\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("sample", TEXT, ids=str)
def test_a_million_columns_take_little_memory(sample: Sample) -> None:
    mark = max((b"\t", b";", b","), key=sample.file.data.count)
    data = with_long_line(sample, (mark + b"1") * 1_000_000)
    with within(mib=600, seconds=40):
        sample.read(data)


@pytest.mark.slow
@pytest.mark.parametrize("sample", TEXT, ids=str)
def test_a_line_of_a_hundred_megabytes_is_refused(sample: Sample) -> None:
    data = with_long_line(sample, b"7" * 100_000_000)
    with within(mib=260, seconds=20):
        assert codes(sample.read(data)) & {"FILE_TOO_LARGE", "UNKNOWN_FORMAT"}


def test_limits_leave_room_for_real_files() -> None:
    assert min(_export.LARGEST_TEXT, _xml.LARGEST_TEXT) > 10 * MIB
    assert _rows.WIDEST >= 16_384
    assert _workbook.LARGEST_CELLS > 100_000


@pytest.mark.parametrize("name", ["qubit4", "imagej", "peaks"])
def test_a_row_wider_than_a_spreadsheet_is_refused(name: str) -> None:
    sample = next(s for s in TEXT if s.instrument == name)
    mark = max((b"\t", b";", b","), key=sample.file.data.count)
    with within(mib=40):
        assert "ROW_TOO_WIDE" in codes(sample.read(with_long_line(sample, (mark + b"1") * 20_000)))
