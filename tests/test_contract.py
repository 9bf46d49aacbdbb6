"""What every instrument owes, asked of all instruments × all samples, and of the real files where they are."""

from __future__ import annotations

import codecs
import gzip
import json
import random
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from evqc.documents import schema
from evqc.instruments._export import HEAD_BYTES, ExportFile
from evqc.instruments._family import Family
from evqc.instruments._joined import is_part
from evqc.instruments._many import read
from evqc.instruments._registry import Joiner, joiners, known, read_export, to_ask
from evqc.instruments._rows import delimiter
from evqc.measurement import SizeDistribution
from evqc.reading import Reading, Readings
from evqc.records import from_plain, to_json, to_plain
from tests.places import CORPUS, corpus_files, needs_corpus
from tests.samples import Sample, joined, mapped, numbers, origins, readable, samples

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = samples()
GOOD = [s for s in ALL if not s.rejects]
BAD = [s for s in ALL if s.rejects]
TEXT = [s for s in GOOD if not s.file.is_workbook]
#: Real files of the two instruments that are read completely.
REAL = [Sample(p, None) for p in corpus_files("nta/nanosight", "nta/zetaview")]
OTHERS = [
    Sample(p, None) for p in corpus_files("nta/viewsizer", "nta/zetasizer", "nta/nanosight_user_cleaned", "markers")
]


def where_cut(sample: Sample, step: int) -> Iterable[int]:
    """Places to cut a file at: every ``step`` bytes, and every byte of its first and last lines."""
    size = sample.file.source.bytes
    return sorted({*range(0, size, step), *range(min(300, size)), *range(max(0, size - 400), size)})


def cut_between_rows(data: bytes) -> bool:
    return data.endswith((b"\n", b"\r"))


def never_another_number(sample: Sample, cuts: Iterable[int]) -> None:
    data, whole = sample.file.data, numbers(sample.read())
    for cut in cuts:
        reading = sample.read(data[:cut])
        if cut_between_rows(data[:cut]) and any(issue.code == "END_UNMARKED" for issue in reading.issues):
            continue  # a table without any mark of its end: every reading of it is flagged for that
        got = numbers(reading)
        assert got == whole[: len(got)], f"cut at byte {cut} of {len(data)}: other numbers ({reading.verdict})"


#: One sample of each instrument that is a file of its own, and a file of none.
STRANGE = [*{s.instrument: s for s in GOOD}.values(), *[s for s in BAD if s.instrument is None][:3]]


@pytest.mark.parametrize("name", sorted(known()))
def test_a_reader_that_is_told_to_read_another_file_says_what_is_wrong(name: str) -> None:
    """``--instrument`` takes a reader past its own recognition."""
    for sample in (s for s in STRANGE if s.instrument != name):
        reading = read_export(sample.file, instrument=name)
        assert reading.verdict != "refused" or (reading.issues and not reading.measurements), sample


@pytest.mark.parametrize("name", [joiner.NAME for joiner in joiners()])
def test_without_a_part_nothing_is_joined(name: str) -> None:
    """Readings of a folder without one are given, and told of, as soon as they are read."""
    joiner = known()[name]
    assert isinstance(joiner, Joiner)
    own = [s for s in GOOD if s.instrument == name]
    parts = [s for s in own if is_part(ExportFile("x", s.file.data[: 2 * HEAD_BYTES]))]
    assert parts
    left = [s for s in GOOD if s.instrument in getattr(joiner, "JOINS", ()) or (s in own and s not in parts)]
    readings = [s.read() for s in left]
    assert all(after is before for before, after in zip(readings, joiner.join(readings), strict=True))


@pytest.mark.parametrize("name", sorted(known()))
def test_every_instrument_says_what_it_is_used_for(name: str) -> None:
    assert known()[name].FAMILY in get_args(Family)


@pytest.mark.parametrize("name", sorted(known()))
def test_every_instrument_has_good_and_bad_samples(name: str) -> None:
    assert [s for s in GOOD if s.instrument == name]
    assert [s for s in BAD if s.instrument == name]


@pytest.mark.parametrize("name", sorted(known()))
def test_every_sample_has_its_origin(name: str) -> None:
    stated = origins(name)
    for sample in (s for s in ALL if s.instrument == name):
        entry = stated[sample.path.name]
        assert {"instrument", "software_version", "origin", "taught"} <= entry.keys()
        assert sample.rejects or entry["checked"], "a value of the golden that a person verified"


@pytest.mark.parametrize("sample", ALL, ids=str)
def test_only_its_own_reader_recognises_it(sample: Sample) -> None:
    claims = [name for name, instrument in known().items() if instrument.recognises(sample.file)]
    covered = [name for reader in mapped(sample.mapping) for name in getattr(reader, "covers", ())]
    own = covered if sample.instrument in {"table", "plate_assay", "blot"} else [sample.instrument]
    assert claims == own or (sample.rejects and claims == []) or (sample.asked_for and sample.asked_for not in claims)
    assert set(claims) <= {instrument.NAME for instrument in to_ask(sample.file)}, "its word is not in the file"


def respelled(data: bytes) -> dict[str, bytes]:
    """A text as other programs would write it, and as people break it; what is no text as if it were."""
    text = data.decode("utf-8-sig") if _is_utf8(data) else data.decode("latin-1")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    mark = delimiter(text)
    cells = [line.split(mark) for line in lines]
    quoted = [[cell if '"' in cell else f'"{cell}"' for cell in row] for row in cells]
    texts = {
        "as it is": text,
        "carriage returns alone": "\r".join(lines),
        "separators of Unicode between lines": "\u2028".join(lines),
        "upper case": text.upper(),
        "lower case": text.lower(),
        "swapped case": text.swapcase(),
        "quoted": "\n".join(map(mark.join, quoted)),
        "quoted in part": "\n".join(mark.join([*q[:1], *c[1:]]) for q, c in zip(quoted, cells, strict=True)),
        "blanks around cells": "\n".join(f" {mark} ".join(row) for row in cells),
        "blank lines above": "\n \n\t\n" + text,
        "rows of empty cells above": f"{mark * 3}\n" + text,
        "sep above": f"sep={mark}\n" + text,
        "quoted sep above": f'"sep={mark}"\n' + text,
        "semicolons": "\n".join(map(";".join, cells)),
        "tabs": "\n".join(map("\t".join, cells)),
        "commas": "\n".join(map(",".join, cells)),
        "bars": "sep=|\n" + "\n".join(map("|".join, cells)),
        "hard blanks": text.replace(" ", "\u00a0"),
        "two blanks": text.replace(" ", "  "),
        "no blanks": text.replace(" ", ""),
        "full width": text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
        "the other micro": text.replace("µ", "μ"),
        "u for micro": text.replace("µ", "u").replace("μ", "u"),
        "long s": text.replace("s", "ſ"),
        "first line lost": "\n".join(lines[1:]),
        "NUL between": "\x00".join(text[:2000]) + text[2000:],
    }
    return {
        **{name: made.encode("utf-8") for name, made in texts.items()},
        "with mark": text.encode("utf-8-sig"),
        "UTF-16, little end first": codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        "UTF-16, big end first": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "Latin-1": text.encode("latin-1", errors="replace"),
        "gzip": gzip.compress(data, compresslevel=1),
        "cut": data[: len(data) // 3],
        "behind its head": b" " * (HEAD_BYTES - 200) + data,
    }


def claims_unasked(data: bytes) -> dict[str, list[str]]:
    """The readers that recognise a spelling of a file although none of their words is in it."""
    files = {name: ExportFile(name, made) for name, made in {"whole": data, **respelled(data)}.items()}
    found = {}
    for name, file in files.items():
        asked = {instrument.NAME for instrument in to_ask(file)}
        found[name] = [n for n, i in known().items() if n not in asked and i.recognises(file)]
    return {name: claims for name, claims in found.items() if claims}


@pytest.mark.parametrize("sample", [s for s in ALL if not s.file.is_workbook], ids=str)
def test_whatever_is_recognised_however_it_is_spelled_is_asked(sample: Sample) -> None:
    assert claims_unasked(sample.file.data) == {}


@needs_corpus
@pytest.mark.slow
@pytest.mark.parametrize("sample", [Sample(p, None) for p in corpus_files("")], ids=str)
def test_whatever_is_recognised_of_a_real_file_is_asked(sample: Sample) -> None:
    assert sample.file.is_workbook or claims_unasked(sample.file.data) == {}


@pytest.mark.parametrize("name", sorted(known()))
def test_golden(name: str) -> None:
    readings = joined(name)
    for sample in (s for s in GOOD if s.instrument == name):
        assert sample.golden.exists(), "write it with: python -m tests.update_goldens, and read it"
        golden = json.loads(sample.golden.read_text("utf-8"))
        assert readable(to_plain(readings[sample.path.name])) == golden, sample


@pytest.mark.parametrize("sample", GOOD, ids=str)
def test_good_samples_are_read(sample: Sample) -> None:
    assert sample.read().verdict in {"accepted", "flagged"}


@pytest.mark.parametrize("sample", BAD, ids=str)
def test_bad_samples_are_refused_with_code_and_place(sample: Sample) -> None:
    reading = sample.read()
    assert reading.verdict == "refused"
    assert reading.measurements == ()
    assert reading.issues
    for issue in reading.issues:
        assert issue.code.isupper()
        assert issue.found
        assert issue.expected
    expected = origins(str(sample.instrument))[sample.path.name].get("code")
    assert expected is None or expected in {issue.code for issue in reading.issues}


@pytest.mark.parametrize("sample", TEXT, ids=str)
def test_a_torn_file_never_yields_another_number(sample: Sample) -> None:
    never_another_number(
        sample, random.Random(1).sample(list(where_cut(sample, 1)), k=min(60, sample.file.source.bytes))
    )


@pytest.mark.slow
@pytest.mark.parametrize("sample", TEXT, ids=str)
def test_a_file_torn_at_many_places_never_yields_another_number(sample: Sample) -> None:
    never_another_number(sample, where_cut(sample, max(1, sample.file.source.bytes // 1500)))


def recoded(data: bytes) -> dict[str, bytes]:
    text = data.decode("utf-8") if _is_utf8(data) else data.decode("cp1252")
    lines = text.replace("\r\n", "\n")
    return {
        "utf-8": text.encode("utf-8"),
        "utf-8 with mark": text.encode("utf-8-sig"),
        "windows-1252": text.encode("cp1252", errors="replace"),
        "line feeds": lines.encode("utf-8" if _is_utf8(data) else "cp1252"),
        "carriage returns": lines.replace("\n", "\r\n").encode("utf-8" if _is_utf8(data) else "cp1252"),
        "utf-16": text.encode("utf-16"),
        "other decimal mark": text.translate(str.maketrans(".,", ",.")).encode("utf-8"),
    }


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def reads_the_same_or_is_refused(sample: Sample) -> None:
    whole = [_sizes(m) for m in sample.read().measurements]
    for name, data in recoded(sample.file.data).items():
        reading = sample.read(data)
        assert reading.verdict == "refused" or [_sizes(m) for m in reading.measurements] == whole, name


def _sizes(measurement: object) -> object:
    """The numbers of a measurement: texts may change with the encoding, numbers may not."""
    plain = to_plain(measurement)
    for texts in ("settings", "where", "sample", "run", "group", "controls", "as_written"):
        plain.pop(texts, None)
    return plain


@pytest.mark.parametrize("sample", TEXT, ids=str)
def test_a_recoded_file_reads_the_same_or_is_refused(sample: Sample) -> None:
    reads_the_same_or_is_refused(sample)


@pytest.mark.parametrize("sample", GOOD, ids=str)
def test_reading_twice_is_equal(sample: Sample) -> None:
    assert sample.read() == sample.read()
    assert to_json(sample.read()) == to_json(sample.read())


@pytest.mark.parametrize("sample", ALL, ids=str)
def test_the_document_fits_its_schema_and_comes_back(sample: Sample) -> None:
    document = Readings(readings=(sample.read(),))
    plain = to_plain(document)
    Draft202012Validator(schema("evqc.readings/1")).validate(plain)
    assert from_plain(Readings, plain) == document


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(data=st.data())
def test_damaged_files_never_raise(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(TEXT))
    damaged = bytearray(sample.file.data)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    reading = sample.read(bytes(damaged))
    assert isinstance(reading, Reading)
    Draft202012Validator(schema("evqc.readings/1")).validate(to_plain(Readings(readings=(reading,))))


@needs_corpus
@pytest.mark.parametrize("sample", REAL, ids=str)
def test_every_printed_statistic_of_a_real_file_is_reproduced(sample: Sample) -> None:
    reading = sample.read()
    assert reading.verdict != "refused"
    assert reading.measurements or reading.positions
    for run in (m for m in reading.measurements if isinstance(m, SizeDistribution)):
        wrong = [c for c in run.agreement.compared if not c.within]
        assert not wrong, (run.run, wrong)
        assert run.agreement.within_rounding is True or run.validity.valid is False
    assert reading.summary is None or reading.summary.agreement.within_rounding is True


@needs_corpus
@pytest.mark.parametrize("sample", REAL, ids=str)
def test_a_real_file_keeps_the_contract(sample: Sample) -> None:
    assert sample.read() == sample.read()
    reads_the_same_or_is_refused(sample)
    never_another_number(sample, random.Random(2).sample(range(sample.file.source.bytes), k=25))


@needs_corpus
@pytest.mark.slow
@pytest.mark.parametrize("sample", REAL, ids=str)
def test_a_torn_real_file_never_yields_another_number(sample: Sample) -> None:
    never_another_number(sample, where_cut(sample, max(1, sample.file.source.bytes // 400)))


@needs_corpus
@pytest.mark.parametrize("sample", OTHERS, ids=str)
def test_what_no_reader_knows_is_refused(sample: Sample) -> None:
    reading = sample.read()
    held = reading.measurements or reading.series
    assert (reading.verdict == "refused") == (reading.instrument is None or not held)
    assert reading.verdict != "refused" or reading.issues


@needs_corpus
def test_the_whole_corpus_is_read_in_one_call() -> None:
    readings = read(CORPUS / "nta").readings
    assert len(readings) == len(corpus_files("nta"))
    assert {r.verdict for r in readings} <= {"accepted", "flagged", "refused"}
