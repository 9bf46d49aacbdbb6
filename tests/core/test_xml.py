"""XML is read without entities, and its depth is bounded."""

from __future__ import annotations

import pytest

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments._xml import local, root


@pytest.mark.parametrize(
    "data",
    [
        b"<a><b>1</b></a>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\n<a><b>1</b></a>",
        "<?xml version='1.0' encoding='utf-16'?><a><b>1</b></a>".encode("utf-16"),
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a note='\xb5'><b>1</b></a>",
    ],
)
def test_whole_documents(data: bytes) -> None:
    assert root(ExportFile("a.xml", data)).findtext("b") == "1"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "XML_DECLARATION"),
        (b"<!doctype a SYSTEM 'http://127.0.0.1/x'><a/>", "XML_DECLARATION"),
        (b"<a>" * 201 + b"</a>" * 201, "XML_TOO_DEEP"),
        (b"<a><b></a>", "XML_BROKEN"),
        (b"<a><b>1</b>", "XML_BROKEN"),
        (b"no markup", "XML_BROKEN"),
        (b"<a>&x;</a>", "XML_BROKEN"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        root(ExportFile("a.xml", data))
    assert caught.value.issues[0].code == code


def test_a_name_without_its_namespace() -> None:
    assert [local(tag) for tag in ("{http://x}Name", "Name")] == ["Name", "Name"]
