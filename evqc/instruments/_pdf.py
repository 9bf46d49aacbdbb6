"""The text layer of a PDF document as lines, read with bounded time and memory; no picture is ever read."""

from __future__ import annotations

import io
import logging
import re
import zlib
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from evqc.errors import InputError, Where, refusal

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile

#: Reports of instruments hold some pages of text and plots, below 3 MB.
LARGEST_BYTES = 20 * 1024 * 1024
MOST_PAGES = 60
#: Decoded content of one page: what is drawn there, a plot as curves included.
LARGEST_PAGE_BYTES = 4 * 1024 * 1024
MOST_CHARACTERS = 400_000
_END = re.compile(rb"%%EOF\s*\Z")


def is_pdf(file: ExportFile) -> bool:
    """Whether the bytes begin as a PDF document does."""
    return file.data.startswith(b"%PDF-")


def require(file: ExportFile) -> None:
    """Makes sure that PDF documents can be read here at all.

    Raises:
        InputError: ``EXTRA_MISSING``.
    """
    if find_spec("pypdf") is None:
        expected = "the optional extra evqc[pdf] (pip install 'evqc[pdf]') to compare reports with their exports"
        raise refusal(file.name, "EXTRA_MISSING", Where(), "a PDF document", expected)


def head(file: ExportFile) -> str:
    """The text of the first page for ``recognises``, never for values; empty for what is no readable PDF."""
    if not is_pdf(file) or find_spec("pypdf") is None:
        return ""
    try:
        return "\n".join(lines(file, most_pages=1))
    except InputError:
        return ""


@lru_cache(maxsize=4)
def lines(file: ExportFile, *, most_pages: int = MOST_PAGES) -> tuple[str, ...]:
    """The lines of text of a PDF document, page after page, each from left to right.

    Args:
        file: the file.
        most_pages: pages beyond it are not read.

    Raises:
        InputError: ``EXTRA_MISSING``, ``FILE_TOO_LARGE``, ``TRUNCATED`` without the mark of the end, ``ENCRYPTED``,
            ``TOO_MANY_PAGES``, ``PAGE_TOO_LARGE``, ``BROKEN_PDF``.
    """
    require(file)
    if len(file.data) > LARGEST_BYTES:
        found, limit = f"{len(file.data) / 2**20:.0f} MiB", f"a report of at most {LARGEST_BYTES / 2**20:.0f} MiB"
        raise refusal(file.name, "FILE_TOO_LARGE", Where(), found, limit)
    if _END.search(file.data[-1024:]) is None:
        raise refusal(file.name, "TRUNCATED", Where(), "a PDF document without its end", "a whole document")
    from pypdf.errors import PyPdfError  # noqa: PLC0415  the extra loads only for PDF documents

    # A damaged document fails wherever its objects are not what the reader of PDF expects there.
    broken = (
        PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, ArithmeticError,
        NotImplementedError, RecursionError, OSError, zlib.error,
    )  # fmt: skip
    try:
        return _lines(file, most_pages)
    except broken as error:
        found = f"{type(error).__name__}: {error}"
        raise refusal(file.name, "BROKEN_PDF", Where(), found, "a whole PDF document") from None


def _lines(file: ExportFile, most_pages: int) -> tuple[str, ...]:
    from pypdf import PdfReader  # noqa: PLC0415  the extra loads only for PDF documents

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # what it mends on the way is not for stderr
    reader = PdfReader(io.BytesIO(file.data), strict=False)
    if reader.is_encrypted:
        raise refusal(file.name, "ENCRYPTED", Where(), "an encrypted PDF document", "one that opens without a password")
    if len(reader.pages) > MOST_PAGES:
        found, limit = f"{len(reader.pages)} pages", f"a report of at most {MOST_PAGES}"
        raise refusal(file.name, "TOO_MANY_PAGES", Where(), found, limit)
    found_lines: list[str] = []
    for page in reader.pages[:most_pages]:
        found_lines.extend(_page(page, file.name))
        if sum(map(len, found_lines)) > MOST_CHARACTERS:
            raise refusal(file.name, "PAGE_TOO_LARGE", Where(), "text without end", f"{MOST_CHARACTERS} characters")
    return tuple(found_lines)


def _page(page: Any, source: str) -> list[str]:
    """The lines of one page: fragments of text at one height, from left to right, two blanks between them."""
    contents = page.get_contents()
    if contents is None:
        return []
    if len(contents.get_data()) > LARGEST_PAGE_BYTES:
        limit = f"at most {LARGEST_PAGE_BYTES / 2**20:.0f} MiB"
        raise refusal(source, "PAGE_TOO_LARGE", Where(), "a page that draws more", limit)
    text = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
    return [re.sub(r"\s{2,}", "  ", line).strip() for line in text.splitlines() if line.strip()]
