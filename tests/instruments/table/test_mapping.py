from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments.table.mapping import load_mapping, read_mapping
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

QUANTITY = '[[column]]\nheading = "Conc"\nmeasurand = "protein_concentration"\nunit = "µg/mL"\n'
SAMPLE = '[sample]\ncolumn = "Sample"\n'
HEAD = 'title = "T"\n'
PANEL = '[panel]\ntechnique = "western blot"\nmarker = "Marker"\n'
SIZES = '[distribution]\ntechnique = "TRPS"\n'


def wrong(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        read_mapping(text, "own.toml")
    return [(i.code, i.where.field or "", f"{i.found} | {i.expected}") for i in caught.value.issues]


@pytest.mark.parametrize("path", sorted((SAMPLES / "table").glob("*.mapping.toml")), ids=lambda p: p.name)
def test_the_sample_mappings_load(path: Path) -> None:
    mapping = load_mapping(path)
    assert mapping.headings or mapping.sample.name
    assert len(set(mapping.headings)) == len(mapping.headings)


def test_what_a_small_mapping_says() -> None:
    mapping = read_mapping(HEAD + SAMPLE + QUANTITY, "own.toml")
    assert mapping.headings == ("Sample", "Conc")
    assert mapping.column[0].unit == "ug/mL"
    assert mapping.kind == "table of quantities"
    assert mapping.rows_per_sample is None
    assert (mapping.table.delimiter, mapping.table.decimal, mapping.table.final_line_end) == ("comma", ".", True)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        (SAMPLE + QUANTITY, "title", "nothing | a value for this key, which every such mapping needs"),
        (HEAD + QUANTITY, "sample", "nothing | a value for this key, which every such mapping needs"),
        (HEAD + "[sample]\n" + QUANTITY, "sample", "either 'column' or 'name'"),
        (HEAD + '[sample]\ncolumn = "S"\nname = "x"\n' + QUANTITY, "sample", "either 'column' or 'name'"),
        (HEAD + SAMPLE, "", "exactly one of"),
        (HEAD + SAMPLE + QUANTITY + PANEL + 'signal = "S2"\n', "", "exactly one of"),
        (HEAD + SAMPLE + QUANTITY + 'colour = "red"\n', "column.1.colour", "no key of this name"),
        (HEAD + "speed = 3\n" + SAMPLE + QUANTITY, "speed", "no key of this name"),
        (HEAD + SAMPLE + QUANTITY.replace("µg/mL", "µg/L2"), "column.1.unit", "is not known"),
        (HEAD + SAMPLE + QUANTITY.replace("µg/mL", "nm"), "column.1", "do not convert"),
        (HEAD + SAMPLE + QUANTITY.replace("protein_concentration", "protein"), "column.1.measurand", "near it"),
        (HEAD + SAMPLE + QUANTITY + 'unit_column = "U"\n', "column.1", "either 'unit' or 'unit_column'"),
        (HEAD + SAMPLE + QUANTITY + QUANTITY, "", "mapped twice"),
        (HEAD + SAMPLE + QUANTITY.replace('"Conc"', '"Sample"'), "", "mapped twice"),
        (HEAD + SAMPLE + '[table]\ndecimal = ","\n' + QUANTITY, "table", "cannot both"),
        (HEAD + SAMPLE + '[table]\ndelimiter = ";"\n' + QUANTITY, "table.delimiter", "semicolon"),
        (HEAD + SAMPLE + "[table]\nrows = 0\n" + QUANTITY, "table.rows", "greater than 0"),
        (
            HEAD + SAMPLE + '[table]\nmissing_words = ["a"]\nbelow_range_words = ["A"]\n' + QUANTITY,
            "table",
            "one meaning",
        ),
        (HEAD + SAMPLE + PANEL, "panel", "'signal', 'call' or both"),
        (HEAD + SAMPLE + PANEL + 'signal = "S"\nunit = "MFX"\n', "panel.unit", "is not known"),
        (HEAD + SAMPLE + PANEL + 'signal = "Marker"\n', "", "mapped twice"),
        (HEAD + SAMPLE + SIZES + 'count = "N"\n', "distribution", "'lower' and 'upper' or 'centre' and 'width'"),
        (HEAD + SAMPLE + SIZES + 'count = "N"\ncentre = "D"\n', "distribution", "'centre' and 'width'"),
        (HEAD + SAMPLE + SIZES + 'count = "N"\nlower = "L"\nupper = "U"\nwidth = 5\n', "distribution", "either"),
        (HEAD + SAMPLE + SIZES + 'count = "N"\ncentre = "D"\nwidth = 0\n', "distribution.width", "greater than 0"),
        (HEAD + SAMPLE + SIZES + 'count = "N"\ncentre = "D"\nwidth = nan\n', "distribution.width", "nan"),
        (HEAD + SAMPLE + SIZES + 'count = "N"\ncentre = "D"\nwidth = 5\nunit = "mL"\n', "distribution", "not convert"),
        (HEAD + SAMPLE + SIZES + 'centre = "D"\nwidth = 5\n', "distribution", "'count', 'concentration'"),
        (HEAD + SAMPLE + SIZES + 'centre = "D"\nwidth = 5\nconcentration = "C"\n', "distribution", "go together"),
        (
            HEAD + SAMPLE + SIZES + 'centre = "D"\nwidth = 5\ncount = "N"\ndilution_applied = true\n',
            "distribution",
            "needs the column 'dilution'",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, place: str, says: str) -> None:
    found = wrong(text)
    assert {code for code, _, _ in found} == {"MAPPING"}
    assert any(where == place and says in message for _, where, message in found), found


def test_everything_wrong_is_told_in_one_go() -> None:
    text = "speed = 3\n[table]\nrows = -1\n[sample]\n" + QUANTITY.replace("µg/mL", "stones")
    assert {where for _, where, _ in wrong(text)} == {"title", "speed", "table.rows", "sample", "column.1.unit"}


def test_broken_toml_has_its_line() -> None:
    ((code, _, message),) = wrong('title = "T\n')
    assert code == "NOT_TOML"
    assert "line 1" in message


def test_load_mapping_refuses_what_is_no_file(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.toml", "FILE_MISSING"), (tmp_path, "NOT_A_FILE")):
        with pytest.raises(InputError) as caught:
            load_mapping(path)
        assert caught.value.issues[0].code == code
    utf16 = tmp_path / "utf16.toml"
    utf16.write_bytes((HEAD + SAMPLE + QUANTITY).encode("utf-16") + b"x")
    with pytest.raises(InputError) as caught:
        load_mapping(utf16)
    assert caught.value.issues[0].code == "ENCODING"
