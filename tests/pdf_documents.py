"""A PDF document with a text layer, written by hand: enough for reports, small enough to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: One line of a page: pairs of x (in points) and text.
Line = "Sequence[tuple[float, str]]"


def pdf(pages: Sequence[Sequence[Sequence[tuple[float, str]]]], *, trailer: bytes = b"") -> bytes:
    """The document; the first line of each page stands on top, the next ones 14 points lower each.

    Args:
        pages: lines of each page.
        trailer: further entries of the trailer, such as ``/Encrypt``.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for lines in pages:
        content = _content(lines)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _whole(objects, trailer)


def _content(lines: Sequence[Sequence[tuple[float, str]]]) -> bytes:
    shown = []
    for at, line in enumerate(lines):
        for x, text in line:
            escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            shown.append(f"BT /F1 10 Tf 1 0 0 1 {x:g} {800 - 14 * at} Tm ({escaped}) Tj ET")
    return "\n".join(shown).encode("cp1252")


def _whole(objects: Sequence[bytes], trailer: bytes) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % start
