"""What existing tools are known to get wrong, and what a file can suffer: for each case a verdict and a stable code.

The first two tables go through the failures that were seen when other tools were given odd or broken exports; the
comment above a case says in our words what one of them did. The third goes through the bad input that evqc promises to
stand, for both instruments. The last holds what is odd and nevertheless good: refusing it would be as wrong.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import evqc
from evqc.errors import InputError
from evqc.instruments import _export
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Quantity, SizeDistribution
from evqc.reading import Reading
from tests.instruments.nanosight import synthetic
from tests.instruments.nanosight.synthetic import Experiment, Video, excel, merged
from tests.instruments.zetaview import native
from tests.instruments.zetaview.native import COMPACT, HEADING, SEPARATOR, TRACES, Size
from tests.samples import numbers

Content = str | bytes
THREE = Experiment(videos=tuple(Video(f"evs_0{i}", median=115.0 + 5 * i, total=(3.0 + i) * 1e8) for i in range(3)))
NANOSIGHT, ZETAVIEW = THREE.text, COMPACT.text()
BASE = {"nanosight": NANOSIGHT, "zetaview": ZETAVIEW}


def read(content: Content, instrument: str | None = None) -> Reading:
    """As ``evqc read`` does, with detection by content."""
    data = content if isinstance(content, bytes) else content.encode("cp1252")
    return read_export(ExportFile("export", data), instrument=instrument)


def sizes(reading: Reading) -> list[SizeDistribution]:
    return [m for m in reading.measurements if isinstance(m, SizeDistribution)]


def codes(reading: Reading, *severities: str) -> list[str]:
    return [issue.code for issue in reading.issues if issue.severity in (severities or ("error", "warning"))]


def cut(text: str, before: str) -> str:
    return text[: text.index(before)]


def with_line(text: str, start: str, new: str | None) -> str:
    """The text with its first line that begins with ``start`` replaced, or left out."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    at = next(i for i, line in enumerate(lines) if line.startswith(start))
    lines[at : at + 1] = [] if new is None else [new]
    return end.join(lines)


def with_bin(text: str, cell: str) -> str:
    """A NanoSight export with the second video's cell of the bin at 120.5 nm replaced."""
    line = next(line for line in text.split("\n") if line.startswith("120.5,"))
    cells = line.split(",")
    return text.replace(f"\n{line}\n", f"\n{','.join([*cells[:2], cell, *cells[3:]])}\n")


@dataclass(frozen=True)
class Case:
    """One odd file: what was done to a good one, and what evqc says of it."""

    damage: Callable[[str], Content]
    verdict: str
    code: str | None = None
    where: str | None = None
    check: Callable[[Reading], None] = lambda _: None


def holds(case: Case, reading: Reading) -> None:
    assert reading.verdict == case.verdict, reading.issues
    assert case.code is None or case.code in codes(reading)
    assert (reading.measurements == ()) == (case.verdict == "refused")
    assert all(issue.found and issue.expected and issue.code.isupper() for issue in reading.issues)
    wheres = [str(issue.where) for issue in reading.issues if issue.code == case.code]
    assert case.where is None or case.where in wheres
    case.check(reading)


def the_numbers_are_those_of(instrument: str) -> Callable[[Reading], None]:
    """The check that a file in another encoding gives what the plain one gives."""

    def check(reading: Reading) -> None:
        assert numbers(reading) == numbers(read(BASE[instrument]))

    return check


# ZetaView: what other readers made of it


def the_median_is_the_median(reading: Reading) -> None:
    run = sizes(reading)[0]
    assert run.statistics.reported.d50_nm == pytest.approx(62.195122)
    assert run.statistics.vendor.d50_nm == pytest.approx(62.195122, abs=1e-6)
    assert run.statistics.vendor.mean_nm == pytest.approx((40 * 50 + 41 * 150 + 9 * 250) / 90)
    total = run.concentration_total_per_ml
    assert total.recomputed == pytest.approx(90 * COMPACT.per_trace, rel=1e-3)
    assert total.undiluted == pytest.approx(500 * 90 * COMPACT.per_trace, rel=1e-3)


def commas_lose_no_digit(reading: Reading) -> None:
    run = sizes(reading)[0]
    assert (run.settings["viscosity_mPa_s"], run.settings["temperature_degC"]) == (0.907, 24.64)
    the_median_is_the_median(reading)


def nothing_was_measured(reading: Reading) -> None:
    run = sizes(reading)[0]
    total = run.concentration_total_per_ml
    assert (total.reported, total.recomputed, total.undiluted) == (None, None, None)
    assert run.validity.valid is False
    assert run.statistics.standard.d50_nm is None


def the_dilution_is_unknown(reading: Reading) -> None:
    run = sizes(reading)[0]
    assert (run.dilution.factor, run.dilution.source) == (None, "not stated")
    assert run.concentration_total_per_ml.undiluted is None


def the_volume_is_that_of_the_traces(reading: Reading) -> None:
    (volume,) = sizes(reading)[0].other_weightings
    assert (volume.by, volume.value_unit) == ("volume", "nm3")
    assert volume.value.sum() == pytest.approx(sum(n * 0.5235988 * d**3 for d, n in COMPACT.traces.items()), rel=1e-3)
    assert "Area / nm^2" in reading.unread


ZETAVIEW_PEERS: dict[str, Case] = {
    # one tool calls the mean "median"; it and another give the diluted total as that of the sample
    "a good file: mean for median, dilution forgotten": Case(lambda t: t, "accepted", check=the_median_is_the_median),
    # viscosity 0,935 became 0.0 and 23,27 °C became 23; another refused it for a wrong reason
    "decimal comma: digits behind it lost": Case(native.with_comma, "accepted", check=commas_lose_no_digit),
    # the row of -1 was taken for a bin: -1000 particles/mL; another gave an empty table and called it valid
    "zero traces: the separator taken for a bin": Case(
        lambda _: replace(COMPACT, traces={}, per_frame=0.0).text(),
        "flagged",
        "ZERO_TRACES",
        check=nothing_was_measured,
    ),
    # accepted with a tenth of the bins
    "cut in the table: statistics of a part": Case(lambda t: cut(t, "2.150E+3"), "refused", "TRUNCATED"),
    # accepted: six bins made of numbers of the header
    "cut in the header: settings taken for sizes": Case(lambda t: cut(t, "Viscosity"), "refused", "MISSING_TABLE"),
    "cut in a line of the header: settings taken for sizes": Case(lambda t: cut(t, "0.907"), "refused", "TRUNCATED"),
    # accepted: nine rows of junk
    "UTF-16: rows of junk": Case(lambda t: t.encode("utf-16"), "accepted", check=the_numbers_are_those_of("zetaview")),
    "random bytes: rows of junk": Case(
        lambda _: random.Random(3).randbytes(20_000), "refused", "UNKNOWN_FORMAT", "line 1"
    ),
    # the bin was dropped and D50 moved by 5 nm without a word; another made NaN of it
    "text in a bin: the bin dropped": Case(
        lambda t: native.with_cell(t, "1.500E+2", 1, "ERR"), "refused", "NOT_A_NUMBER", "line 62, column Number"
    ),
    # taken as it stands, D50 moved by 9 nm
    "a negative count: counted": Case(
        lambda t: native.with_cell(t, "1.500E+2", 1, "-4.100E+1"), "refused", "OUT_OF_RANGE", "line 62, column Number"
    ),
    # 1 was assumed: 7e6 instead of 3.5e9
    "no dilution: 1 assumed": Case(
        lambda _: replace(COMPACT, dilution=None).text(),
        "flagged",
        "DILUTION_NOT_STATED",
        check=the_dilution_is_unknown,
    ),
    # the volume of the traces was taken for a volume per mL: wrong by 20 000
    "the volume column: taken as per mL": Case(lambda t: t, "accepted", check=the_volume_is_that_of_the_traces),
}


@pytest.mark.parametrize("name", ZETAVIEW_PEERS)
def test_zetaview_where_others_failed(name: str) -> None:
    case = ZETAVIEW_PEERS[name]
    holds(case, read(case.damage(ZETAVIEW)))


def test_a_nanosight_export_given_to_the_other_reader() -> None:
    """Accepted elsewhere: 1114 rows, numbers of the settings as sizes."""
    reading = read(NANOSIGHT, instrument="zetaview")
    assert (reading.verdict, codes(reading)) == ("refused", ["MISSING_TABLE"])
    assert read(NANOSIGHT).instrument == "nanosight"
    other = read(ZETAVIEW, instrument="nanosight")
    assert (other.verdict, codes(other)) == ("refused", ["UNSUPPORTED_KIND"])


# NanoSight: what other readers made of it


def the_videos_are_the_videos(reading: Reading) -> None:
    totals = [run.concentration_total_per_ml.reported for run in sizes(reading)]
    assert totals == [3e8, 4e8, 5e8]
    assert reading.summary is not None
    assert reading.summary.average["concentration"] == 4e8


def every_video_is_there(reading: Reading) -> None:
    assert [run.run for run in sizes(reading)] == [v.name for v in merged("3.2").videos]
    assert reading.summary is not None
    assert reading.summary.mixes_samples


def nothing_is_multiplied(reading: Reading) -> None:
    assert len(sizes(reading)) == 3
    for run in sizes(reading):
        total = run.concentration_total_per_ml
        assert (run.dilution.factor, total.undiluted) == (None, None)
        assert total.reported == total.as_printed


def the_factor_is_divided_out_once(reading: Reading) -> None:
    for run in sizes(reading):
        total = run.concentration_total_per_ml
        assert run.dilution.already_applied
        assert total.undiluted == total.as_printed
        assert total.reported == pytest.approx(total.as_printed / 1000 if total.as_printed else 0)


def every_statistic_is_read(reading: Reading) -> None:
    for run in sizes(reading):
        reported = run.statistics.reported
        assert None not in (reported.mean_nm, reported.mode_nm, reported.sd_nm, reported.d10_nm, reported.d90_nm)


def named(text: str, token: str) -> str:
    return text.replace("evs_0", f"evs_{token}_0")


NANOSIGHT_PEERS: dict[str, Case] = {
    # two tools stop with an index or a value error
    "a combined experiment of 3.2: a crash": Case(
        lambda _: merged("3.2").text, "flagged", "MIXED_SAMPLES", check=every_video_is_there
    ),
    # D10 was not read
    "five videos of 3.4: D10 lost": Case(
        lambda _: Experiment(videos=tuple(Video(f"evs_0{i}", factor=1000.0) for i in range(5))).text,
        "accepted",
        check=every_statistic_is_read,
    ),
    # all columns were dropped without a word, since no dilution times a number is no number
    "dilution not recorded: every column dropped": Case(lambda t: t, "accepted", check=nothing_is_multiplied),
    # divided by one tool, multiplied again by two others
    "dilution recorded and in the name: multiplied twice": Case(
        lambda _: named(Experiment(videos=tuple(Video(f"evs_0{i}", factor=1000.0) for i in range(3))).text, "1000"),
        "accepted",
        check=the_factor_is_divided_out_once,
    ),
    # multiplied by the number in the name
    "dilution in the name only: taken as the factor": Case(
        lambda t: named(t, "1000"), "accepted", check=nothing_is_multiplied
    ),
    # Average and Standard Error were averaged in as the fourth and fifth video: 19 % too little
    "three videos: the averages taken for videos": Case(lambda t: t, "accepted", check=the_videos_are_the_videos),
    # an unbound variable, an index error, or one message for everything
    "cut in the bins: a crash": Case(lambda t: cut(t, "\n500.5,"), "refused", "BIN_COUNT"),
    "cut in the settings: a crash": Case(lambda t: cut(t, "[Results]"), "refused", "TRUNCATED"),
    "empty: a crash": Case(lambda _: "", "refused", "EMPTY_FILE", "the whole file"),
    "UTF-16: a crash": Case(lambda t: t.encode("utf-16"), "accepted", check=the_numbers_are_those_of("nanosight")),
    "semicolons and decimal commas: a crash": Case(
        lambda t: t.translate(str.maketrans(",.", ";,")), "refused", "DELIMITER", "line 14"
    ),
    # kept as text, and every sum with it
    "text in a bin: kept as text": Case(
        lambda t: with_bin(t, "ERR"), "refused", "NOT_A_NUMBER", "line 209, column 3, 'Size Data / Number / Graph Data'"
    ),
    # the column of standard deviations was filled with means
    "a mean in place of the standard error: believed": Case(
        lambda t: re.sub(r"(\nMean,.*,)([\d.]+),[\d.]+,\n", r"\1\2,\2,\n", t), "flagged", "STATISTICS_DISAGREE"
    ),
    # refused, as the other five distributions were missing
    "only the number distribution: refused": Case(lambda t: t, "accepted", check=every_statistic_is_read),
}


@pytest.mark.parametrize("name", NANOSIGHT_PEERS)
def test_nanosight_where_others_failed(name: str) -> None:
    case = NANOSIGHT_PEERS[name]
    holds(case, read(case.damage(NANOSIGHT)))


# Bad input, the same for both


def with_other_columns(text: str) -> str:
    """The second and third column of every row of a table exchanged, headings left as they are."""
    rows = [line.split("\t") for line in text.split("\r\n")]
    table = [len(row) == 5 and row[0][:1].isdigit() for row in rows]
    moved = [[r[0], r[2], r[1], *r[3:]] if t else r for r, t in zip(rows, table, strict=True)]
    return "\r\n".join("\t".join(row) for row in moved)


def with_other_videos(text: str) -> str:
    """The bins of the first two videos exchanged."""
    head, table = text.split("\nGraph Data,"[:-1], 1)
    bins, rest = table.split("\n\nPercentile", 1) if "\n\nPercentile" in table else table.split("\n,,\nPercentile", 1)
    lines = [",".join([c[0], c[2], c[1], *c[3:]]) for c in (line.split(",") for line in bins.split("\n")) if len(c) > 3]
    return head + "\nGraph Data\n" + "\n".join(lines) + "\n\nPercentile" + rest


def spreadsheet(text: str) -> str:
    """A ZetaView export as a spreadsheet shows and saves it again: three digits, exponents of two."""
    return re.sub(r"\d\.\d{3}E[+-]\d+", lambda hit: f"{float(hit[0]):.2E}", text)


BAD: dict[str, dict[str, Case]] = {
    "a byte of no known encoding": {
        "nanosight": Case(lambda t: t.encode().replace(b"PBS", b"P\x81S"), "refused", "ENCODING", "line 11"),
        "zetaview": Case(lambda t: t.encode("cp1252").replace(b"PBS", b"P\x81S"), "refused", "ENCODING", "line 9"),
    },
    "UTF-16 without mark": {
        "nanosight": Case(lambda t: t.encode("utf-16-le"), "refused", "NUL_BYTE", "line 1"),
        "zetaview": Case(lambda t: t.encode("utf-16-be"), "refused", "NUL_BYTE", "line 1"),
    },
    "text where a result belongs": {
        "nanosight": Case(
            lambda t: t.replace("(Particles / ml),3.00e+08", "(Particles / ml),high"),
            "refused",
            "NOT_A_NUMBER",
            "line 45, column 2, 'Results / Concentration (Particles / ml)'",
        ),
        "zetaview": Case(
            lambda t: t.replace("::\t500.000000", "::\t1:500"), "refused", "NOT_A_NUMBER", "line 32, 'Dilution'"
        ),
    },
    "a negative count": {
        "nanosight": Case(
            lambda t: with_bin(t, "-12"),
            "refused",
            "OUT_OF_RANGE",
            "line 209, column 3, 'Size Data / Number / Graph Data'",
        ),
        "zetaview": Case(lambda t: t.replace("Traces:\t90", "Traces:\t-90"), "refused", "OUT_OF_RANGE"),
    },
    "a section missing": {
        "nanosight": Case(lambda t: cut(t, "[Conditions]") + t[t.index("[Settings]") :], "refused", "MISSING_SECTION"),
        "zetaview": Case(lambda t: cut(t, HEADING) + t[t.index(SEPARATOR) :], "refused", "MISSING_TABLE"),
    },
    "the last section missing": {
        "nanosight": Case(lambda t: cut(t, "[Size Data]"), "refused", "TRUNCATED"),
        "zetaview": Case(lambda t: cut(t, SEPARATOR), "refused", "TRUNCATED"),
    },
    "columns exchanged": {
        "nanosight": Case(with_other_videos, "flagged", "STATISTICS_DISAGREE"),
        "zetaview": Case(with_other_columns, "refused", "COLUMNS_SWAPPED"),
    },
    "saved again by a spreadsheet": {
        "nanosight": Case(excel, "flagged", "RESAVED", "line 1", the_videos_are_the_videos),
        "zetaview": Case(spreadsheet, "flagged", "RESAVED", "line 61"),
    },
    "saved again with quotes": {
        "nanosight": Case(
            lambda t: "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in t.split("\n")),
            "flagged",
            "RESAVED",
            "line 1",
            the_videos_are_the_videos,
        ),
        "zetaview": Case(
            lambda t: "\r\n".join("\t".join(f'"{c}"' for c in line.split("\t")) for line in t.split("\r\n")),
            "refused",
            "UNKNOWN_FORMAT",
            "line 1",
        ),
    },
    "saved again with semicolons": {
        "nanosight": Case(lambda t: t.replace(",", ";"), "refused", "DELIMITER"),
        "zetaview": Case(lambda t: t.replace("\t", ";"), "refused", "MISSING_TABLE"),
    },
    "the same export twice in one file": {
        "nanosight": Case(lambda t: t + t, "refused", "DUPLICATE_SECTION"),
        "zetaview": Case(lambda t: t + t, "refused", "ROW_LENGTH"),
    },
    "another unit": {
        "nanosight": Case(
            lambda t: t.replace("(particles / ml)", "(E6 particles / ml)"),
            "refused",
            "WRONG_HEADINGS",
            "line 88, 'Size Data / Number / Graph Data'",
        ),
        "zetaview": Case(lambda t: t.replace("Size / nm", "Size / µm"), "refused", "UNKNOWN_COLUMNS", "line 60"),
    },
    "a line break inside a number": {
        "nanosight": Case(lambda t: t.replace(",3.00e+08,", ",3.\n00e+08,", 1), "refused", "WRONG_WIDTH"),
        "zetaview": Case(
            lambda t: t.replace("::\t500.000000", "::\t5\r\n00.000000"), "flagged", "TORN_LINE", "line 33"
        ),
    },
    "a cell shifted to the right": {
        "nanosight": Case(
            lambda t: with_bin(t, ",1"), "refused", "WRONG_WIDTH", "line 209, 'Size Data / Number / Graph Data'"
        ),
        "zetaview": Case(lambda t: t.replace("1.500E+2\t", "1.500E+2\t\t"), "refused", "ROW_LENGTH", "line 62"),
    },
    "a number of thousands of digits": {
        "nanosight": Case(lambda t: with_bin(t, "1e-" + 5000 * "0" + "1"), "flagged", "STATISTICS_DISAGREE"),
        "zetaview": Case(
            lambda t: native.with_cell(t, "1.500E+2", 2, "1.000E-" + 5000 * "0" + "1"), "flagged", "COLUMNS_DISAGREE"
        ),
    },
    "a count beyond sense": {
        "nanosight": Case(
            lambda t: with_line(t, "Completed tracks", "Completed tracks,1e300,1,1,"), "refused", "OUT_OF_RANGE"
        ),
        "zetaview": Case(
            lambda t: t.replace("Traces:\t90", "Traces:\t1e300"),
            "refused",
            "OUT_OF_RANGE",
            "line 32, 'Number of Traces'",
        ),
    },
    "random bytes": {
        "nanosight": Case(lambda t: t[:60].encode() + random.Random(1).randbytes(4000), "refused", "NUL_BYTE"),
        "zetaview": Case(lambda t: t[:300].encode("cp1252") + random.Random(1).randbytes(4000), "refused", "NUL_BYTE"),
    },
    "only white space": {
        "nanosight": Case(lambda _: "\n \t\r\n", "refused", "EMPTY_FILE"),
        "zetaview": Case(lambda _: b"\x00" * 512, "refused", "EMPTY_FILE"),
    },
}


@pytest.mark.parametrize(("name", "instrument"), [(name, i) for name, both in BAD.items() for i in both])
def test_bad_input(name: str, instrument: str) -> None:
    case = BAD[name][instrument]
    damaged = case.damage(BASE[instrument])
    assert damaged != BASE[instrument], "the damage changes nothing"
    holds(case, read(damaged))


@pytest.mark.parametrize("instrument", sorted(BASE))
def test_a_torn_file_has_no_number_of_its_own(instrument: str) -> None:
    data = BASE[instrument].encode("cp1252")
    whole = numbers(read(data))
    for at in random.Random(5).sample(range(len(data)), k=80):
        reading = read(data[:at])
        assert reading.verdict == "refused" or numbers(reading) == whole
        assert reading.verdict != "refused" or reading.issues


@pytest.mark.parametrize("instrument", sorted(BASE))
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a table of tabs", "\t" * 60_000 + "x"),
        ("a table of commas", "," * 60_000 + "x"),
        ("brackets", "[" * 60_000),
        ("quotes", '"' * 60_001),
        ("digits", "1" * 60_000),
    ],
)
def test_a_long_line_costs_no_minutes(instrument: str, name: str, content: str) -> None:
    """Time that grows with the square of a line's length would hang on a file of another kind."""
    first = BASE[instrument].split("\n", 1)[0].rstrip()
    for text in (f"{first}\n{content}", f"{first}{content}", BASE[instrument] + content):
        reading = read(text)
        assert reading.verdict != "accepted" or numbers(reading) == numbers(read(BASE[instrument]))


# Files and folders


@pytest.mark.parametrize("instrument", sorted(BASE))
def test_a_folder_named_like_an_export_is_opened(instrument: str, tmp_path: Path) -> None:
    folder = tmp_path / "run-ExperimentSummary.csv"
    folder.mkdir()
    (folder / "run.txt").write_bytes(BASE[instrument].encode("cp1252"))
    (reading,) = evqc.read(folder).readings
    assert (reading.source.name, reading.instrument, reading.verdict) == ("run.txt", instrument, "accepted")


@pytest.mark.slow
@pytest.mark.parametrize("instrument", sorted(BASE))
def test_a_file_of_a_gigabyte(instrument: str, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(BASE[instrument].encode("cp1252"))
    with path.open("r+b") as file:
        file.truncate(1024**3)
    assert_refused(path, "FILE_TOO_LARGE", size=1024**3)


@pytest.mark.parametrize("instrument", sorted(BASE))
def test_a_file_beyond_the_limit(instrument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_export, "LARGEST_BYTES", 1000)
    path = tmp_path / "large.txt"
    path.write_bytes(BASE[instrument].encode("cp1252"))
    assert_refused(path, "FILE_TOO_LARGE", size=len(BASE[instrument].encode("cp1252")))


def assert_refused(path: Path, code: str, *, size: int) -> None:
    (reading,) = evqc.read(path).readings
    assert (reading.verdict, codes(reading), reading.source.bytes) == ("refused", [code], size)
    assert len(reading.source.sha256) == 64


@pytest.mark.parametrize("instrument", sorted(BASE))
def test_a_file_that_grows_while_it_is_read(instrument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export half written: the second half comes while the first is read."""
    data = BASE[instrument].encode("cp1252")
    path = tmp_path / "run.txt"
    path.write_bytes(data)
    read_bytes = Path.read_bytes

    def growing(self: Path) -> bytes:
        first = read_bytes(self)
        with self.open("ab") as file:
            file.write(data[:100])
        return first

    monkeypatch.setattr(Path, "read_bytes", growing)
    (reading,) = evqc.read(path).readings
    assert (reading.verdict, codes(reading)) == ("refused", ["FILE_CHANGED"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_what_lies_in_a_folder_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "run.csv").write_bytes(THREE.data)
    found = {r.source.name: (r.verdict, codes(r)) for r in evqc.read(tmp_path).readings}
    assert found == {
        "gone.csv": ("refused", ["FILE_MISSING"]),
        "pipe.csv": ("refused", ["NOT_A_FILE"]),
        "run.csv": ("accepted", []),
    }


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="its file names are always text")
def test_a_file_name_of_another_encoding_is_shown_and_the_document_written(tmp_path: Path) -> None:
    """An archive made on a Windows machine leaves ``Größe.csv`` in its own bytes."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/Gr\xf6\xdfe.csv")).write_bytes(THREE.data)
    done = subprocess.run(
        [sys.executable, "-m", "evqc", "read", str(tmp_path), "--json"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (reading,) = json.loads(done.stdout)["readings"]
    assert reading["source"]["name"] == "Gr\ufffd\ufffde.csv"


def test_a_path_that_cannot_be_opened_is_no_defect_of_ours() -> None:
    with pytest.raises(InputError, match="FILE_UNREADABLE"):
        evqc.read("a" * 5000)


@pytest.mark.parametrize(
    ("data", "code", "found"),
    [
        (b"FCX3.1    \x00\x00binary", "UNKNOWN_FORMAT", "FCX3.1"),
        (b"PK\x03\x04\x14\x00", "UNKNOWN_FORMAT", "an XLSX workbook"),
        (b"\n\n  \nSoftware,Gen5\n", "UNKNOWN_FORMAT", "Software,Gen5"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n\x00", "UNKNOWN_FORMAT", "a PDF document"),
    ],
)
def test_what_no_reader_knows_says_what_it_is_and_what_was_tried(data: bytes, code: str, found: str) -> None:
    (issue,) = read(data).issues
    assert issue.code == code
    assert found in issue.found
    assert "evqc instruments" in issue.expected
    assert "--mapping" in issue.expected


# Odd, and good


def details(text: str, row: str, value: str) -> str:
    return with_line(text, f"{row},", f"{row},{value},")


def remarked(text: str, *lines: str) -> str:
    return text.replace("Remarks:\t\r\n", "\r\n".join(["Remarks:\tfirst line", *lines, ""]), 1)


GOOD: dict[str, tuple[str, Callable[[str], Content]]] = {
    "a sample with commas": ("nanosight", partial(details, row="Sample Description", value="EVs, passage 4, 50 %")),
    "a sample with quotes": ("nanosight", partial(details, row="Sample Description", value='"5"" dish, Größe 2"')),
    "a sample called like a section": ("nanosight", partial(details, row="Sample Description", value="[Results]")),
    "a remark of several lines": ("nanosight", partial(details, row="Remarks", value='"a\n[PBS]\n12, 14\nlast"')),
    "a diluent with semicolons": ("nanosight", partial(details, row="Diluent", value="PBS; 0.1 µm; pH 7.4")),
    "no final line end": ("nanosight", lambda t: t.rstrip("\n")),
    "blank lines at the end": ("nanosight", lambda t: t + "\n\n,,,\n"),
    "Windows line ends": ("nanosight", lambda t: t.replace("\n", "\r\n")),
    "old Macintosh line ends": ("nanosight", lambda t: t.replace("\n", "\r")),
    "UTF-8": ("nanosight", lambda t: t.encode("utf-8-sig")),
    "manual camera level": (
        "nanosight",
        lambda t: re.sub(r"Camera Level,.*", f"Camera Level{3 * ',Manual settings used'},", t),
    ),
    "unknown pump speed": ("nanosight", lambda t: re.sub(r"(Speed/AU),.*", r"\1,Unknown,Unknown,Unknown,", t)),
    "an unreliable video": (
        "nanosight",
        lambda t: t.replace("measurement,OK,OK,", "measurement,Unreliable,Not Calibrated,"),
    ),
    "empty cells behind a row": ("nanosight", lambda t: re.sub(r"(\nCompleted tracks,.*)", r"\1,,", t)),
    "percentiles that mean nothing": ("nanosight", lambda t: re.sub(r"\n(0|100),.*", r"\n\1,0.0,999.0,999.0,", t)),
    "no conductivity": ("zetaview", lambda t: t.replace("Conductivity: 65.000000\tsensed\r\n", "")),
    "a remark that looks like a field": (
        "zetaview",
        lambda t: remarked(t, "Dilution: 1:1000", "Software: other", "pH: 7,4"),
    ),
    "a remark that names the instrument": (
        "zetaview",
        lambda t: remarked(t, "ZetaView (version 9)", "Sample: another"),
    ),
    "a sample of signs": ("zetaview", lambda t: t.replace("Sample:\tF8-1000", 'Sample:\tF8: 50 %, "Größe" <1/2>')),
    "µ with NUL behind it": ("zetaview", lambda t: t.replace("µs", "µ\x00s")),
    "not a number for a setting": ("zetaview", lambda t: t.replace("Shutter:\t100.000000", "Shutter:\tNaN")),
    "line feeds and no last one": ("zetaview", lambda t: t.replace("\r\n", "\n").rstrip("\n")),
    "tabs behind every line": ("zetaview", lambda t: t.replace("\r\n", "\t\t\r\n")),
    "carriage returns doubled": ("zetaview", lambda t: t.replace("\r\n", "\r\r\n")),
}


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_good_file_gives_the_numbers_of_the_plain_one(name: str) -> None:
    instrument, change = GOOD[name]
    changed = change(BASE[instrument])
    assert changed != BASE[instrument], "the change changes nothing"
    reading = read(changed)
    assert reading.verdict == "accepted", reading.issues
    wanted = [plain_numbers(m) for m in numbers(read(BASE[instrument]))]
    assert [plain_numbers(m) for m in numbers(reading)] == wanted


def plain_numbers(measurement: dict[str, Any]) -> dict[str, Any]:
    """Without texts, and without what says whether the run is valid."""
    kept = {"count", "concentration_per_ml", "concentration_total_per_ml", "statistics", "dilution", "diameter_nm"}
    return {key: value for key, value in measurement.items() if key in kept}


@pytest.mark.parametrize(
    ("value", "sample"),
    [
        ("EVs, passage 4, 50 %", "EVs, passage 4, 50 %"),
        ('"EVs, passage 4"', "EVs, passage 4"),
        ('"5"" dish, pH 7"', '5" dish, pH 7'),
        ('"5" dish, pH 7"', '5" dish, pH 7'),
        ("=cmd|'/c calc'!A0", "=cmd|'/c calc'!A0"),
        ('""', None),
        ("", None),
    ],
)
def test_a_name_keeps_every_sign(value: str, sample: str | None) -> None:
    """A name that changes on reading no longer is that of the batch record."""
    for text in (
        details(NANOSIGHT, "Sample Description", value),
        details(NANOSIGHT, "Sample Description", f"{value},,"),
    ):
        assert {run.sample for run in sizes(read(text))} == {sample}


def test_a_dilution_in_the_remarks_is_not_that_of_the_file() -> None:
    reading = read(remarked(replace(COMPACT, dilution=None).text(), "Dilution: 1000"))
    the_dilution_is_unknown(reading)
    assert codes(reading) == ["DILUTION_NOT_STATED"]
    assert "Dilution: 1000" in reading.unread


# Positions and profiles of ZetaView


PAIR = Size(traces={size: 3 * n for size, n in TRACES.items()})
POSITIONS = native.positions_text(PAIR, native.positions_of(PAIR))
REJECTED = "\t0.82\t55\t2.0E+0\t"

POSITION_CASES: dict[str, Case] = {
    "a cell shifted in a rejected row": Case(
        lambda t: t.replace(REJECTED, f"\t0.82\t{REJECTED[1:]}"), "refused", "ROW_LENGTH", "line 11"
    ),
    "two rows joined": Case(lambda t: re.sub(r"(\t0\.82.*)\r\n", r"\1", t), "refused", "ROW_LENGTH", "line 11"),
    "cells exchanged in a rejected row": Case(
        lambda t: t.replace(REJECTED, "\t0.82\t2.0E+0\t55\t"),
        "flagged",
        "COLUMNS_DISAGREE",
        "line 11, column 5, 'concentration_per_ml'",
    ),
    "headings exchanged": Case(
        lambda t: t.replace("Conc. (p./mL)\tOrig. Conc. (p./cm^3)", "Orig. Conc. (p./cm^3)\tConc. (p./mL)"),
        "flagged",
        "COLUMNS_DISAGREE",
    ),
    "a position twice": Case(
        lambda t: t.replace("X\t0.18", "X\t0.10"), "refused", "DUPLICATE_POSITION", "line 3, column 2, 'position'"
    ),
    "a position outside the cell": Case(lambda t: t.replace("X\t0.18", "X\t18"), "refused", "OUT_OF_RANGE"),
    "a cell emptied": Case(
        lambda t: t.replace("\t87.0\t", "\t\t"), "refused", "NOT_A_NUMBER", "line 3, column 8, 'd50_nm'"
    ),
    "no reason for leaving one out": Case(lambda t: t.replace("MIN_TRACES", ""), "flagged", "REMOVAL_UNEXPLAINED"),
    "every mark of use lost": Case(lambda t: t.replace("X\t0", "\t0"), "flagged", "POSITION_MEAN_DISAGREES"),
}


@pytest.mark.parametrize("name", POSITION_CASES)
def test_a_table_of_positions(name: str) -> None:
    case = POSITION_CASES[name]
    damaged = case.damage(POSITIONS)
    assert damaged != POSITIONS, "the damage changes nothing"
    reading = read(damaged)
    assert reading.verdict == case.verdict, reading.issues
    assert case.code is None or case.code in codes(reading)
    wheres = [str(issue.where) for issue in reading.issues if issue.code == case.code]
    assert case.where is None or case.where in wheres
    assert (reading.positions == ()) == (case.verdict == "refused")


@pytest.mark.parametrize("sign", ["ø", "µ", "mu"])
def test_the_sign_of_the_peak_says_nothing(sign: str) -> None:
    """ZetaView 8.06 heads the column ``Peak ø``: the diameter of the peak."""
    reading = read(POSITIONS.replace("Peak µ", f"Peak {sign}"))
    assert reading.verdict == "accepted", reading.issues
    assert reading.positions == read(POSITIONS).positions
    assert reading.unread == (f"Peak {sign} (nm)",)


@pytest.mark.parametrize(
    "reason", ["MIN_TRACES", "GRUBBS_SIZE", "GRUBBS_NUMBER", "GRUBBS_MI", "MAX_DRIFT", "RANGE_NUMBER"]
)
def test_any_reason_of_the_instrument_is_kept(reason: str) -> None:
    reading = read(POSITIONS.replace("MIN_TRACES", reason))
    assert [p.removal for p in reading.positions if not p.kept] == [reason, "GRUBBS_SIZE"]


def test_a_table_that_lost_a_rejected_position_is_not_joined(tmp_path: Path) -> None:
    (tmp_path / "a_size_488.txt").write_bytes(PAIR.bytes())
    short = re.sub(r"\t0\.90.*\r\n", "", POSITIONS)
    (tmp_path / "a_size_488_11pos.txt").write_bytes(short.encode("cp1252"))
    both = evqc.read(tmp_path).readings
    assert [codes(reading) for reading in both] == [["POSITIONS_MISMATCH"]] * 2
    assert [reading.source.joined for reading in both] == [(), ()]


def test_a_potential_torn_by_a_line_break_is_flagged() -> None:
    """-31.234567 mV with a line break behind the point would be -31 mV."""
    reading = read(native.profile_text().replace("-31.234567", "-31.\r\n234567"))
    assert "TORN_LINE" in codes(reading)
    assert reading.verdict == "flagged"


@pytest.mark.parametrize("zeta", ["-0.012345", "12.5", "-31.234567"])
def test_a_potential_keeps_its_sign(zeta: str) -> None:
    found = [m for m in read(native.profile_text(zeta=zeta)).measurements if isinstance(m, Quantity)]
    assert found[0].value == float(zeta)


def test_the_generators_are_those_of_the_instruments() -> None:
    """The files above are good ones, so that what is said of the damaged ones comes of the damage."""
    assert all(read(text).verdict == "accepted" for text in (*BASE.values(), POSITIONS, native.profile_text()))
    assert synthetic.SOFTWARE["3.4"] == read(NANOSIGHT).software_version
