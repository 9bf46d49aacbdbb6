from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from evqc.cli import app
from evqc.records import from_plain
from evqc.release.record import ReleaseRecord
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = ROOT / "examples" / "umbilical-cord-batch"
SPECIFICATION = """
schema = "evqc.specification/1"
id = "EV-DS-01"
version = 1
title = "EV drug substance"
product = "EVs of umbilical-cord mesenchymal stromal cells"
source = "Example laboratory"
valid_from = 2026-01-01

[dosage]
route = "intravenous"
dose_ml = 1
body_weight_kg = 70

[[tests]]
id = "CONTENT-01"
title = "Particles per mL"
category = "content"
asks = "quantity"
measurand = "particle_concentration"
unit = "1/mL"
method = ["NTA"]
reportable = { formula = "mean", determinations = 5 }
limits = ["LIMIT"]
source = "Example laboratory"
valid_from = 2026-01-01
"""


def run(folder: Path, *more: str, limit: str = ">= 1.0e10") -> Any:
    file = folder / "release.toml"
    file.write_text(SPECIFICATION.replace("LIMIT", limit), "utf-8")
    return CliRunner().invoke(app, ["release", "draft", str(EXAMPLE), "--spec", str(file), *more])


@pytest.mark.parametrize(
    ("limit", "exit_code", "said"),
    [(">= 1.0e10", 0, "MEETS THE SPECIFICATION."), (">= 9.0e10", 1, "HOLD, for 1 reason:")],
)
def test_exit_and_text_say_the_same(tmp_path: Path, limit: str, exit_code: int, said: str) -> None:
    done = run(tmp_path, "--on", "2026-03-20", limit=limit)
    assert done.exit_code == exit_code, done.output
    assert said in done.stdout
    assert "CONTENT-01  Particles per mL" in done.stdout


def test_json_and_the_file_are_the_record(tmp_path: Path) -> None:
    out = tmp_path / "record.json"
    done = run(tmp_path, "--on", "2026-03-20", "--json", "-o", str(out))
    assert done.stdout == out.read_text("utf-8")
    record = from_plain(ReleaseRecord, json.loads(done.stdout))
    assert record.judged_for == "2026-03-20"
    assert {"batch.toml", "exports/nta/EV_product-ExperimentSummary.csv", "mappings/bca.toml"} <= {
        each.name for each in record.files
    }


def test_without_a_day_it_is_judged_for_today_and_says_so(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert "judged for today" in done.stderr


def test_a_specification_that_is_not_in_force_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--on", "2025-06-01")
    assert "SPECIFICATION_NOT_IN_FORCE" in str(done.exception)


def test_nothing_is_written_among_the_exports(tmp_path: Path) -> None:
    done = run(tmp_path, "--on", "2026-03-20", "-o", str(EXAMPLE / "exports" / "record.json"))
    assert "OUTPUT_AMONG_EXPORTS" in str(done.exception)


def test_help_has_an_example() -> None:
    assert "evqc release draft my-batch" in CliRunner().invoke(app, ["release", "draft", "--help"]).stdout
