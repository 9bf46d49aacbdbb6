"""The command line as a person uses it: exit codes, one message a problem, documents on stdout, no traceback."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

import evqc
from evqc.cli import main
from evqc.cli.output import UNREAD
from evqc.documents import schema
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CORD = ROOT / "examples" / "umbilical-cord-batch"
TROUBLED = ROOT / "examples" / "troubled-batch"


class Done:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def document(self, name: str) -> dict[str, object]:
        """The JSON on stdout, which fits the schema of its name."""
        document: dict[str, object] = json.loads(self.out)
        Draft202012Validator(schema(name)).validate(document)
        return document


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["evqc", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return Done(int(left.value.code or 0), captured.out.decode(), captured.err.decode())

    return call


def test_help_names_every_verb(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    assert all(verb in done.out for verb in ("init", "read", "assess", "report", "simulate", "criteria"))


def test_version(run: Run) -> None:
    assert run("--version").out == f"evqc {evqc.__version__}\n"


def test_module_and_script_are_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evqc", "--version"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == f"evqc {evqc.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["criteria", "--json"], ["assess", str(CORD)], ["assess", str(TROUBLED)]]
)
def test_an_answer_that_nobody_reads_is_neither_yes_nor_no(arguments: list[str]) -> None:
    """As ``evqc assess ... | head -1`` ends where ``head`` is done before the answer is written."""
    left, right = os.pipe()
    os.close(left)
    with os.fdopen(right, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "evqc", *arguments], stdout=closed, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert (done.returncode, done.stderr) == (UNREAD, b"")


@pytest.mark.parametrize(
    "arguments", [["read"], ["rread", "x"], ["report", str(CORD)], ["assess", str(CORD), "--on", "soon"]]
)
def test_bad_arguments_exit_with_2(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_what_is_not_there_is_one_clear_message(run: Run, tmp_path: Path) -> None:
    done = run("read", tmp_path / "missing.csv")
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("evqc: FILE_MISSING")
    assert len(done.err.splitlines()) == 1


def test_reading_gives_the_document(run: Run) -> None:
    done = run("read", CORD / "exports" / "nta", "--json")
    assert done.code == 0
    document = done.document("evqc.readings/1")
    assert len(document["readings"]) == 6  # type: ignore[arg-type]  # a list
    assert run("read", CORD / "exports" / "nta", "--json").out == done.out


def test_a_refused_file_exits_with_2_and_is_in_the_document(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    done = run("read", tmp_path, "--json")
    assert done.code == 2
    assert '"UNKNOWN_FORMAT"' in done.out
    done.document("evqc.readings/1")


def test_reading_as_a_table_names_what_was_noticed(run: Run) -> None:
    done = run("read", TROUBLED / "exports" / "nta")
    assert done.code == 0
    assert "NO_DATA" in done.out
    assert "flagged" in done.out


def test_many_readings_are_told_line_by_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = TROUBLED / "exports" / "nta"
    table = run("read", folder)
    monkeypatch.setattr("evqc.cli.reading._MOST_IN_TABLE", 1)
    done = run("read", folder)
    assert done.code == table.code
    heading, *lines = done.out.splitlines()
    assert heading.split() == ["file", "verdict", "instrument", "holds"]
    files = [line for line in lines if not line.startswith(" ")]
    assert len(files) == sum(path.is_file() for path in folder.rglob("*"))
    assert all(line[heading.index("verdict") :].split()[0] in {"accepted", "flagged", "refused"} for line in files)
    assert any("NO_DATA" in line for line in lines if line.startswith("    "))


_IN_LINES = "import evqc.cli.reading as r; r._MOST_IN_TABLE = 1; from evqc.cli import main; main()"


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal is not there on Windows")
def test_lines_go_to_a_file_while_a_bar_is_shown_on_the_terminal() -> None:
    import pty  # noqa: PLC0415  not on every system

    terminal, stderr = pty.openpty()
    command = [sys.executable, "-c", _IN_LINES, "read", str(TROUBLED / "exports" / "nta")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, check=True, text=True)
    os.close(stderr)
    os.close(terminal)
    assert done.stdout.count("nanosight") > 1


def test_a_name_with_a_line_end_is_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plain.csv", "x\nforged.csv  accepted"):
        (tmp_path / name).write_text("hello\n")
    monkeypatch.setattr("evqc.cli.reading._MOST_IN_TABLE", 1)
    files = [line for line in run("read", tmp_path).out.splitlines()[1:] if not line.startswith(" ")]
    assert [line.split()[0] for line in files] == ["plain.csv", "x\\x0aforged.csv"]


def test_csv_has_one_number_a_row_and_no_formulas(run: Run, tmp_path: Path) -> None:
    files = evqc.simulate("nanosight", sample="=cmd|'/c calc'!A0", runs=2)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    target = tmp_path / "numbers.csv"
    done = run("read", *(tmp_path / name for name in files), "--csv", target)
    assert done.code == 0
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} >= {"d50", "mean", "concentration", "dilution"}
    assert {row["sample"] for row in rows} == {"'=cmd|'/c calc'!A0"}
    assert all(row["value"] == "" or float(row["value"]) is not None for row in rows)
    assert all((row["value"] == "") == (row["state"] == "missing") for row in rows)


def test_a_table_is_read_with_its_mapping(run: Run) -> None:
    table, mapping = CORD / "exports" / "protein" / "bca.csv", CORD / "mappings" / "bca.toml"
    assert run("read", table).code == 2
    done = run("read", table, "--mapping", mapping, "--json")
    assert done.code == 0
    assert "protein_concentration" in done.out


@pytest.mark.parametrize(("batch", "code"), [(CORD, 0), (TROUBLED, 1)], ids=["cord", "troubled"])
def test_assessing_answers_yes_or_no(run: Run, batch: Path, code: int) -> None:
    done = run("assess", batch, "--json")
    assert done.code == code
    assert done.document("evqc.assessment/1")["batch"]


def test_an_unknown_profile_is_refused(run: Run) -> None:
    done = run("assess", CORD, "--profile", "misev1999")
    assert done.code == 2
    assert "misev2018" in done.err


def test_one_profile_is_assessed_alone(run: Run) -> None:
    done = run("assess", CORD, "--profile", "misev2023", "--json")
    assert [p["id"] for p in done.document("evqc.assessment/1")["profiles"]] == ["misev2023"]  # type: ignore[attr-defined]


def test_a_report_of_a_folder_without_a_record(run: Run, tmp_path: Path) -> None:
    done = run("report", CORD / "exports" / "nta", "-o", tmp_path / "out")
    assert done.code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["report.html", "report.json", "report.xlsx"]


@pytest.mark.parametrize("record", [True, False])
def test_a_report_is_not_written_among_the_exports(run: Run, tmp_path: Path, record: bool) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "run.csv").write_text("x")
    if record:
        (tmp_path / "batch.toml").write_bytes((CORD / "batch.toml").read_bytes())
    done = run("report", tmp_path if record else exports, "-o", exports / "out")
    assert done.code == 2
    assert "OUTPUT_AMONG_EXPORTS" in done.err
    assert not (exports / "out").exists()


def test_a_report_is_the_same_bytes_twice(run: Run, tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert run("report", TROUBLED, "-o", tmp_path / out).code == 1
    for name in ("report.html", "report.xlsx", "report.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


@pytest.mark.parametrize("toml", [[], ["--toml"]])
def test_a_new_batch_folder(run: Run, tmp_path: Path, toml: list[str]) -> None:
    folder = tmp_path / "my-batch"
    assert run("init", folder, *toml).code == 0
    assert (folder / "exports").is_dir()
    again = run("init", folder, *toml)
    assert again.code == 2
    assert "FOLDER_NOT_EMPTY" in again.err


@pytest.mark.parametrize(
    ("verb", "name", "key"),
    [
        ("instruments", "evqc.instruments/1", "instruments"),
        ("criteria", "evqc.criteria/1", "criteria"),
        ("markers", "evqc.markers/1", "markers"),
    ],
)
def test_what_this_build_knows(run: Run, verb: str, name: str, key: str) -> None:
    assert run(verb).code == 0
    assert run(verb, "--json").document(name)[key]


def test_one_criterion_with_its_examples(run: Run) -> None:
    done = run("criteria", "MISEV2018-MRK-02", "--json")
    assert done.code == 0
    assert '"examples"' in done.out
    assert run("criteria", "MISEV2018-MRK-99").code == 2


@pytest.mark.parametrize(
    "kind", ["nanosight", "nanosight-tracks", "zetaview", "zetaview-profile", "markers", "protein"]
)
def test_simulated_files_are_read_back(run: Run, tmp_path: Path, kind: str) -> None:
    assert run("simulate", kind, "-o", tmp_path / "made", "--seed", "3").code == 0
    mappings = [part for p in (tmp_path / "made").glob("*.toml") for part in ("--mapping", p)]
    exports = sorted(p for p in (tmp_path / "made").iterdir() if p.suffix != ".toml")
    assert run("read", *exports, *mappings).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["mass-spectrometer"],
        ["nanosight", "--concentration", "-1"],
        ["nanosight", "--format", "2.3"],
        ["nanosight", "--set", "colour=blue"],
        ["nanosight", "--set", "zero_runs=many"],
        ["nanosight", "--set", "nothing"],
        ["nanosight", "--component", "big"],
    ],
)
def test_nonsense_is_not_simulated(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    done = run("simulate", *arguments, "-o", tmp_path / "made")
    assert done.code == 2
    assert done.err.startswith("evqc: ")
    assert not (tmp_path / "made").exists()


def test_simulated_files_do_not_overwrite(run: Run, tmp_path: Path) -> None:
    assert run("simulate", "nanosight", "-o", tmp_path).code == 0
    done = run("simulate", "nanosight", "-o", tmp_path)
    assert done.code == 2
    assert "FILE_EXISTS" in done.err


def test_a_defect_is_shown_as_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("evqc.instruments._many.tasks_of", broken)
    done = run("read", CORD)
    assert done.code == 70
    assert "defect in evqc" in done.err


def test_one_criterion_in_words_with_its_examples(run: Run) -> None:
    done = run("criteria", "MISEV2018-MRK-02")
    assert done.code == 0
    assert "examples\n  pass " in done.out
    assert "which protein fits which material is from the literature, not verified" in done.out


def test_long_names_of_files_are_told_in_full(run: Run, tmp_path: Path) -> None:
    name = f"{'a' * 150}.csv"
    (tmp_path / name).write_text("hello\n")
    told = "".join(line.split("│")[1].strip() for line in run("read", tmp_path).out.splitlines() if "│" in line)
    assert told == name


def test_a_report_says_on_stderr_what_it_came_to(run: Run, tmp_path: Path) -> None:
    done = run("report", CORD, "-o", tmp_path / "out")
    assert done.out.splitlines() == [str(tmp_path / "out" / f"report.{kind}") for kind in ("html", "xlsx", "json")]
    assert done.err.startswith("evqc recommends a review before any decision")
    assert done.err.endswith("a person decides.\n")


def test_a_report_in_which_no_file_could_be_read_is_no_yes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    done = run("report", tmp_path / "notes.txt", "-o", tmp_path / "out")
    assert done.code == 2
    assert "evqc: 1 of 1 file refused" in done.err
    assert (tmp_path / "out" / "report.html").is_file()


def test_options_of_a_simulation_stand_in_one_line_each(run: Run) -> None:
    done = run("simulate", "nanosight", "--options")
    assert r"\n" in next(line for line in done.out.splitlines() if "newline" in line)


def test_a_message_on_a_folder_does_not_speak_of_a_file(run: Run, tmp_path: Path) -> None:
    done = run("read", tmp_path)
    assert done.err == f"evqc: EMPTY_FOLDER: {tmp_path}: found no file; expected a folder that holds exports.\n"


def test_an_assessment_ends_with_what_to_do_next(run: Run) -> None:
    done = run("assess", TROUBLED)
    assert done.code == 1
    assert "✕ fail, blocks: REC-DIL-01 of " in done.out
    assert done.out.index("What to do next (the first 5 of ") > done.out.index("REC-DIL-01")
    assert "✓ pass, " not in done.out
    assert "✓ pass, " in run("assess", TROUBLED, "--all").out


def test_two_versions_of_a_batch_are_compared(run: Run, tmp_path: Path) -> None:
    shutil.copytree(TROUBLED, tmp_path / "corrected")
    record = (tmp_path / "corrected" / "batch.xlsx").read_bytes()
    same = run("assess", TROUBLED, tmp_path / "corrected")
    assert same.code == 1
    assert " 0 better, 0 worse" in same.out
    done = run("assess", TROUBLED, CORD, "--json")
    assert done.code == 0, "the later version answers"
    assert done.document("evqc.assessment-comparison/1")["profiles"]
    assert (tmp_path / "corrected" / "batch.xlsx").read_bytes() == record


def test_two_profiles_are_compared(run: Run) -> None:
    done = run("assess", CORD, "--profile", "misev2018", "--profile", "misev2023", "--compare")
    assert done.code == 0
    assert "MISEV2018 [misev2018] → MISEV2023 [misev2023]" in done.out
    assert run("assess", CORD, "--profile", "misev2018", "--compare").code == 2
    assert run("assess", CORD, TROUBLED, "--compare").code == 2


@pytest.mark.parametrize("option", ["--methods-text", "--ev-track"])
def test_texts_are_of_one_batch_and_one_kind(run: Run, option: str) -> None:
    assert run("assess", CORD, TROUBLED, option).code == 2
    done = run("assess", CORD, option, "--json")
    assert done.code == 2
    assert "different outputs" in done.err


def test_the_methods_text_is_markdown_with_the_misev_table(run: Run) -> None:
    done = run("assess", CORD, "--methods-text")
    assert done.out.startswith("# Methods\n\nExtracellular vesicles were obtained from conditioned medium")
    assert "\n# Reporting by MISEV2023" in done.out


def test_the_answers_for_ev_track(run: Run) -> None:
    assert "EV-TRACK number" in run("assess", CORD, "--ev-track").out


OWN = """
[[profile]]
id = "our-release"
title = "Our release"
edition = "1"
about = "What we ask before release."
extends = ["record"]
without = [{ criterion = "REC-OTH-01", reason = "we have no other files", by = "A. Head", on = 2026-01-01 }]
"""


def test_a_laboratorys_own_profile_is_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "our.toml"
    file.write_text(OWN, "utf-8")
    done = run("assess", CORD, "--profile", file)
    assert done.code == 0
    assert "left out: REC-OTH-01 (we have no other files; A. Head, 2026-01-01)" in done.out
    listed = run("criteria", file)
    assert "our-release (10 criteria): Our release" in listed.out
    assert "from our.toml, SHA-256 " in listed.out
    report = run("report", CORD, "-o", tmp_path / "out", "--profile", file)
    assert report.code == 0
    assert "we have no other files" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_the_catalogue_ends_with_counts_and_the_meaning_of_tags(run: Run) -> None:
    done = run("criteria")
    assert "misev2018" in done.out
    assert "[design]: evqc's own rule" in done.out
    assert "\nall " in done.out
    of_one = run("criteria", "record")
    assert of_one.out.startswith("record (11 criteria): Record and exports agree")
    assert "MISEV" not in of_one.out


def test_the_whole_book_as_markdown(run: Run) -> None:
    done = run("criteria", "--markdown")
    assert done.out.startswith(f"# The criteria of evqc {evqc.__version__}\n")
    assert run("criteria", "--markdown", "--json").code == 2


def test_one_name_of_a_marker_is_explained(run: Run) -> None:
    assert run("markers", "anti-human CD63").out.startswith("'anti-human CD63': CD63\n")
    assert run("markers", "AIM").out.startswith("'AIM': ambiguous\n")
    assert run("markers", "CD63", "--json").code == 2
