"""Files are read once, whole and without guessing their encoding; numbers are strict."""

from __future__ import annotations

import gzip
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError, Where, shorten
from evqc.instruments import _export
from evqc.instruments._export import ExportFile, digest, load
from evqc.instruments._numbers import column, half_unit, number, parse, whole


def code_of(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.issues[0].code


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        ("µm".encode(), "µm"),
        ("\ufeffµm".encode(), "µm"),
        ("nm²".encode("cp1252"), "nm²"),
        ("nm²".encode("utf-16"), "nm²"),
        (b"\xfe\xff" + "nm²".encode("utf-16-be"), "nm²"),
        (gzip.compress("nm²".encode(), mtime=0), "nm²"),
    ],
)
def test_text_is_utf8_or_windows_1252(data: bytes, text: str) -> None:
    assert ExportFile("a", data).text() == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b" \r\n\t", "EMPTY_FILE"),
        ("a".encode("utf-16") + b"x", "ENCODING"),
        (b"\xfe\xff\xd8\x00", "ENCODING"),
        ("a\x00".encode("utf-16"), "NUL_BYTE"),
        (gzip.compress(b"a", mtime=0)[:-3], "BROKEN_GZIP"),
        (b"\x1f\x8bnothing", "BROKEN_GZIP"),
        (b"a\nb\x00", "NUL_BYTE"),
        (b"ok\n\x81\x8d", "ENCODING"),
    ],
)
def test_other_bytes_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as error:
        ExportFile("a", data).text()
    assert code_of(error) == code


def test_the_place_of_a_bad_byte_is_named() -> None:
    with pytest.raises(InputError) as error:
        ExportFile("a", b"one\ntwo\x00").text()
    assert error.value.issues[0].where == Where(line=2)
    assert "line 2" in str(error.value)


@given(
    st.text(alphabet="aB1.,;eE -+µ\u00b2\u2028\t\n\x1c(ﬁ", max_size=60),
    st.text(alphabet="aBb1e .,(µf", min_size=1, max_size=3),
)
def test_the_quick_look_for_words_changes_no_answer(text: str, word: str) -> None:
    file = ExportFile("a", text.encode())
    plain = " ".join(unicodedata.normalize("NFKC", file.head).split()).casefold()
    assert file.mentions(word.casefold()) == (word.casefold() in plain)
    if word.isascii():
        assert file.holds(word) == (word in file.head)


def test_nul_bytes_can_be_taken_out_where_the_format_has_them() -> None:
    assert ExportFile("a", b"\xb5\x00m").text(nul_allowed=True) == "µm"


@pytest.mark.parametrize("data", [b"a\t4\x008", b"4.\x008", b"\x00\x0012", b"-\x00"])
def test_a_nul_byte_in_a_number_is_refused_even_there(data: bytes) -> None:
    with pytest.raises(InputError) as error:
        ExportFile("a", data).text(nul_allowed=True)
    assert code_of(error) == "NUL_BYTE"


def test_a_file_is_read_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    source = load(path, "a.csv").source
    assert source.bytes == 3
    assert source.sha256.startswith("ba7816bf")
    assert digest(path, "a.csv") == source


@pytest.mark.parametrize(
    ("make", "code"), [("missing", "FILE_MISSING"), ("folder", "NOT_A_FILE"), ("large", "FILE_TOO_LARGE")]
)
def test_what_is_no_readable_file(make: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    if make == "folder":
        path.mkdir()
    if make == "large":
        with path.open("wb") as file:
            file.truncate(1024**3)
    with pytest.raises(InputError) as error:
        load(path, "x")
    assert code_of(error) == code


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"first")
    read_bytes = Path.read_bytes

    def slow(self: Path) -> bytes:
        data = read_bytes(self)
        path.write_bytes(b"second, longer")
        os.utime(path, ns=(1, 1))
        return data

    monkeypatch.setattr(_export.Path if hasattr(_export, "Path") else Path, "read_bytes", slow)
    with pytest.raises(InputError) as error:
        load(path, "x")
    assert code_of(error) == "FILE_CHANGED"


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.5", ".", 1.5),
        (" -0.0 ", ".", 0.0),
        ("1.50e+008", ".", 1.5e8),
        ("2,500E+0", ",", 2.5),
        ("1,5", ".", None),
        ("1.5", ",", None),
        ("1,000.5", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("1e999", ".", None),
        ("", ".", None),
        ("1_000", ".", None),
        ("0x10", ".", None),
        ("12 nm", ".", None),
        ("１２", ".", None),
    ],
)
def test_numbers_are_strict(text: str, decimal: str, value: float | None) -> None:
    assert parse(text, decimal=decimal) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_back(value: float) -> None:
    assert parse(repr(value)) == value
    assert parse(repr(value).replace(".", ","), decimal=",") == value


def test_a_number_names_its_place() -> None:
    with pytest.raises(InputError) as error:
        number("ERR", "run.csv", Where(line=7, column="2"))
    assert (
        str(error.value)
        == "NOT_A_NUMBER: run.csv, line 7, column 2: found 'ERR'; expected a number with decimal point."
    )


@pytest.mark.parametrize(("text", "code"), [("-1", "OUT_OF_RANGE"), ("1.5", "NOT_WHOLE"), ("x", "NOT_A_NUMBER")])
def test_counts_are_whole(text: str, code: str) -> None:
    with pytest.raises(InputError) as error:
        whole(text, "f", Where())
    assert code_of(error) == code


def test_a_column_says_everything_wrong_at_once() -> None:
    with pytest.raises(InputError) as error:
        column(["1", "x", "-2", "3"], "f", first_line=10, name="Number", minimum=0)
    assert [(i.code, i.where.line) for i in error.value.issues] == [("NOT_A_NUMBER", 11), ("OUT_OF_RANGE", 12)]


@pytest.mark.parametrize(
    ("text", "half"), [("168.0", 0.05), ("5.11e+008", 5e5), ("2,500E+0", 0.0005), ("5111", 0.5), ("-1.000E+0", 0.0005)]
)
def test_half_a_unit_of_the_last_digit(text: str, half: float) -> None:
    assert half_unit(text) == pytest.approx(half)


def test_messages_stay_readable() -> None:
    assert shorten("a\x00b\n") == "a\\x00b\\x0a"
    assert len(shorten("x" * 500)) == 120
