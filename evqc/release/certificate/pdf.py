"""The certificate as PDF/A-3b with the release document and the source files inside; the same bytes every time."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from evqc.records import to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.release.certificate.model import Certificate

#: Code points of which the fonts in the wheel of typst have a shape, found by setting each of them alone. PDF/A allows
#: no character without one.
SHAPES = (
    (0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x24F), (0x370, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C),
    (0x38E, 0x3A1), (0x3A3, 0x45F), (0x2010, 0x2027), (0x2030, 0x2040), (0x2070, 0x2071), (0x2074, 0x208E),
    (0x2100, 0x211E), (0x2126, 0x214F), (0x2190, 0x22FF), (0x25A0, 0x25FF), (0x2713, 0x2718),
)  # fmt: skip
_SPACES = {0x09, 0x0A, 0xA0, 0x2009, 0x202F}
_MIME = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".toml": "application/toml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
}


def pdf(of: Certificate, document: bytes, sources: Mapping[str, bytes]) -> bytes:
    """The bytes of ``certificate.pdf``: PDF/A-3b, tagged, without network and without the fonts of the machine.

    Args:
        of: what is printed; characters without a shape in the fonts are printed as their number, ``[U+4E2D]``.
        document: the release document, embedded once as ``release.json`` with the relationship Source.
        sources: content of the files by their names in the batch, each embedded once as ``files/...``, relationship
            Data.

    Source:
        DEPENDENCIES 2: data as JSON, own root, no system fonts, the time as an argument.
    """
    import typst  # noqa: PLC0415  a compiler; loads when a certificate is made

    embedded = {"release.json": document, **{f"files/{name}": content for name, content in sorted(sources.items())}}
    with tempfile.TemporaryDirectory(prefix="evqc-") as folder:
        root = Path(folder)
        for place, content in enumerate(embedded.values()):
            (root / f"{place}.bin").write_bytes(content)
        source = (files("evqc.release.certificate") / "templates" / "certificate.typ").read_bytes()
        (root / "certificate.typ").write_bytes(source)
        made = typst.compile(
            root / "certificate.typ",
            root=root,
            format="pdf",
            pdf_standards=["a-3b"],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_data(of, list(embedded)), ensure_ascii=False)},
            timestamp=datetime.fromisoformat(of.dated).replace(microsecond=0),  # a PDF holds whole seconds
        )
    assert isinstance(made, bytes)
    return made


def _data(of: Certificate, embedded: list[str]) -> Any:
    listed = [_embedded(name, place) for place, name in enumerate(embedded)]
    said = {"embedded": listed, "author": f"evqc {of.evqc_version}", "made_by": f"evqc {of.evqc_version}"}
    return _with_shapes(to_plain(of)) | said


def _embedded(name: str, place: int) -> dict[str, str]:
    heart = name == "release.json"
    return {
        "name": name,
        "path": f"/{place}.bin",
        "relation": "source" if heart else "data",
        "mime": _MIME.get(PurePosixPath(name).suffix.lower(), "application/octet-stream"),
        "words": "the release document that this certificate shows" if heart else "source data as it was read",
    }


def _with_shapes(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(c if _has_shape(ord(c)) else f"[U+{ord(c):04X}]" for c in value)
    if isinstance(value, dict):
        return {key: _with_shapes(each) for key, each in value.items()}
    return [_with_shapes(each) for each in value] if isinstance(value, list) else value


def _has_shape(code: int) -> bool:
    return code in _SPACES or any(first <= code <= last for first, last in SHAPES)
