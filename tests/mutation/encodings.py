"""The same text in other bytes: encodings, byte-order marks, line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutation.mutant import Mutant, Original

if TYPE_CHECKING:
    import random


def _text(data: bytes) -> str | None:
    """The text of a plain file; None for containers, UTF-16 and binary files."""
    if data[:2] in {b"PK", b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"} or data.startswith((b"FCS", b"%PDF")):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def recoded(original: Original, rng: random.Random) -> Mutant | None:
    """Another encoding, or the same one misread once."""
    if (text := _text(original.data)) is None:
        return None
    name = rng.choice(("utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "cp1252", "latin-1", "misread", "utf-32"))
    if name == "misread":
        data = text.encode("utf-8").decode("cp1252", errors="replace").encode("utf-8")
    else:
        data = (b"\xfe\xff" if name == "utf-16-be" else b"") + text.encode(name, errors="replace")
    return Mutant(data, "recoded", name, same_meaning=True)


def line_ends_changed(original: Original, rng: random.Random) -> Mutant | None:
    """Other line ends, or a mix of them."""
    if (text := _text(original.data)) is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    name = rng.choice(("CR", "LF", "CRLF", "CRLF + LF", "CR CRLF"))
    ends = {"CR": ["\r"], "LF": ["\n"], "CRLF": ["\r\n"], "CRLF + LF": ["\r\n", "\n"], "CR CRLF": ["\r\r\n"]}[name]
    joined = "".join(line + rng.choice(ends) for line in lines[:-1]) + lines[-1]
    return Mutant(joined.encode("utf-8"), "line ends changed", name, same_meaning=True)


def separator_stated(original: Original, rng: random.Random) -> Mutant | None:
    """A first line such as ``sep=,``, as spreadsheet programs write it; true or false."""
    if (text := _text(original.data)) is None:
        return None
    true = max(",;\t", key=text[:4000].count)
    mark = rng.choice((true, true, *",;\t"))
    data = f"sep={mark}\r\n{text}".encode()
    return Mutant(data, "separator stated", repr(mark), same_meaning=mark == true)
