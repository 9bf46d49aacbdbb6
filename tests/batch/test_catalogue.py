"""What evqc knows of separation methods stands with its sources."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from evqc.assessment.separation import separation_class
from evqc.batch.catalogue import catalogue, method_called, method_lines
from evqc.batch.making import Method, Step, methods
from evqc.batch.own_methods import with_own
from evqc.cli import app
from evqc.documents import schema
from evqc.errors import InputError
from evqc.records import from_plain, to_plain

if TYPE_CHECKING:
    from pathlib import Path

#: A statement that nobody checked against a primary text says so; what a review states names it.
TAGS = re.compile(r"src: PMC10058361 table 1")


def test_the_catalogue_lists_every_method() -> None:
    assert [m.name for m in catalogue().methods] == list(methods())
    assert from_plain(type(catalogue()), to_plain(catalogue())) == catalogue()


@pytest.mark.parametrize("method", methods().values(), ids=list(methods()))
def test_every_recovery_is_a_labelled_prior(method: Method) -> None:
    for each in method.recovery:
        assert TAGS.match(each.source)
        assert each.high is None or each.low <= each.high <= 100
        assert each.format in {"", *method.formats}


@pytest.mark.parametrize("method", methods().values(), ids=list(methods()))
def test_every_method_says_what_comes_along_how_far_it_scales_and_where_that_stands(method: Method) -> None:
    assert method.co_isolates
    assert method.scale
    assert method.gmp
    assert method.references


@pytest.mark.parametrize("method", methods().values(), ids=list(methods()))
def test_no_method_is_called_a_gold_standard(method: Method) -> None:
    assert "gold" not in " ".join(method_lines(method)).casefold()


@pytest.mark.parametrize(
    "method", [m for m in methods().values() if len(m.expected) == 1], ids=lambda m: str(getattr(m, "name", m))
)
def test_the_class_is_the_one_that_an_assessment_expects(method: Method) -> None:
    (only,) = method.expected
    assert separation_class([Step(method=method.name)]) == f"{only.recovery} recovery, {only.specificity} specificity"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("SEC", "size-exclusion chromatography"),
        ("cushion", "density cushion ultracentrifugation"),
        ("peg", "precipitation"),
    ],
)
def test_a_method_is_found_in_its_spellings(given: str, name: str) -> None:
    assert method_called(given).name == name
    assert method_lines(method_called(given))[0] == name


def test_an_unknown_method_is_refused_with_suggestions() -> None:
    with pytest.raises(InputError, match=r"UNKNOWN_METHOD.*size-exclusion chromatography"):
        method_called("size exclusion")


def test_recoveries_in_words() -> None:
    lines = "\n".join(method_lines(method_called("immunoaffinity")))
    assert "magnetic bead: 80 % and more [src: PMC10058361 table 1]" in lines
    assert "30 % [src" in "\n".join(method_lines(method_called("UF")))
    assert "5 to 20 % [src" in "\n".join(method_lines(method_called("UC")))


def test_the_class_of_a_membrane_says_from_which_cut_off() -> None:
    assert "(high cut-off, from 100 kDa)" in "\n".join(method_lines(method_called("TFF")))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "size-exclusion chromatography"),
        (("SEC",), "40 to 80 %"),
        (("--json",), '"schema": "evqc.methods/1"'),
    ],
)
def test_the_command_lists_methods_and_shows_one(arguments: tuple[str, ...], expected: str) -> None:
    done = CliRunner().invoke(app, ["methods", *arguments])
    assert done.exit_code == 0
    assert expected in done.output


def test_methods_of_a_laboratory_are_listed_with_the_others(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[method]]\nname = "acoustic trapping"\nseparates_by = "sound"\nneeded = ["frequency_MHz"]\n')
    listed = CliRunner().invoke(app, ["methods", "--own", str(own), "--json"])
    assert "acoustic trapping" in listed.output
    assert "precipitation" in listed.output
    shown = CliRunner().invoke(app, ["methods", "acoustic trapping", "--own", str(own)])
    assert "needed to repeat it         frequency_MHz" in shown.output
    assert CliRunner().invoke(app, ["methods", "acoustic trapping"]).exit_code != 0
    own.write_text('[[method]]\nname = "SEC"\nseparates_by = "size"\nneeded = []\n')
    assert CliRunner().invoke(app, ["methods", "--own", str(own)]).exit_code != 0
    with pytest.raises(InputError, match="FILE_MISSING"):
        with_own(tmp_path / "gone.toml")


def test_the_document_fits_its_schema() -> None:
    done = CliRunner().invoke(app, ["methods", "--json"])
    Draft202012Validator(schema("evqc.methods/1")).validate(json.loads(done.stdout_bytes))


def test_json_is_of_all_methods() -> None:
    assert CliRunner().invoke(app, ["methods", "SEC", "--json"]).exit_code == 2
