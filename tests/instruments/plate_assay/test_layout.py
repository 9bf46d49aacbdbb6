"""Layouts: wells and blocks in the mapping, what an export states, and a file of three grids."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.errors import InputError
from evqc.instruments._registry import mapped_tables
from evqc.instruments.plate_assay import read, recognises
from evqc.instruments.plate_assay._assay import MappedPlate
from evqc.instruments.plate_assay._grids import of_grids
from evqc.instruments.plate_assay.mapping import LayoutFile, place, read_plate_mapping, well, wells
from evqc.measurement import Quantity
from tests.instruments.plate_assay.plates import (
    BCA,
    BCA_MAPPING,
    FILE,
    KINETIC_MAPPING,
    assayed,
    endpoint,
    kinetic,
    quantity,
    reading,
)

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.reading import Reading

FROM_EXPORT = BCA_MAPPING.split("[[standard]]")[0].replace('blank = ["A1:B1"]', "dilution = 5")

GRIDS = """,Sample Names,,,
,1,2,3,4
A,Buffer,Std,Std,
B,Buffer,EV batch 7,EV batch 7,Mix
C,,EV batch 7,EV batch 8,
,,,,
,Concentrations,,,
,1,2,3,4
A,0,0.5,0.05,
B,0,0.1,0.1,1
C,,0.01,0.2,
,,,,
,Label,,,
,1,2,3,4
A,Blank,Standard,Standard,
B,Blank,Sample,Sample,Control
C,,Sample,Sample,
"""


def refused_with(text: str) -> set[str]:
    with pytest.raises(InputError) as error:
        read_plate_mapping(text, "plate.toml")
    assert {issue.code for issue in error.value.issues} == {"MAPPING"}
    return {issue.expected for issue in error.value.issues}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B7", ("B7",)),
        ("b07", ("B7",)),
        ("A1:B2", ("A1", "A2", "B1", "B2")),
        ("AF48", ("AF48",)),
        ("Z1:AB1", ("Z1", "AA1", "AB1")),
    ],
)
def test_wells(text: str, expected: tuple[str, ...]) -> None:
    assert wells(text) == expected


@pytest.mark.parametrize("text", ["", "7B", "A0", "B2:A1", "A1:", "A1:B", "AAA1", "A100"])
def test_what_is_no_well(text: str) -> None:
    with pytest.raises(ValueError, match="well"):
        wells(text)


def test_rows_behind_z_come_after_it() -> None:
    assert place("AA1") > place("Z48")
    assert well(" aa01 ") == "AA1"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "ug/mL"', 'unit = "EU/mL"', "do not convert"),
        ('wells = ["A2", "B2"]', 'wells = ["A2", "A3"]', "stands twice"),
        ("concentration = 20\n", "concentration = 100\n", "stands once"),
        ("concentration = 20\n", "concentration = -1\n", "greater than or equal to 0"),
        ("dilution = 5", "dilution = 0.2", "greater than or equal to 1"),
        ("dilution = 5", 'dilution = 5\nspiked_wells = ["C5"]', "go together"),
        ('model = "linear"', 'model = "cubic"', "linear"),
        ('model = "linear"', 'model = "log-log"', "log-log"),
        ("subtract_blank = true\n", "", "every such mapping needs"),
        ('blank = ["A1:B1"]\n', "", "blank wells"),
        ('wells = ["C1:D1"]', 'wells = ["C1:Q"]', "no well"),
        ('instrument = "stub"\n', "", "every such mapping needs"),
        ('title = "Protein, bicinchoninic acid, 562 nm"', 'title = "x"\nlayuot = 1', "no key of this name"),
    ],
)
def test_mistakes_in_a_mapping(old: str, new: str, said: str) -> None:
    assert old in BCA_MAPPING
    assert any(said in expected for expected in refused_with(BCA_MAPPING.replace(old, new)))


def test_a_kinetic_plate_is_one_of_endotoxin() -> None:
    refused_with(KINETIC_MAPPING.replace("endotoxin_concentration", "protein_concentration"))
    refused_with(KINETIC_MAPPING.replace('"log-log"', '"linear"'))
    refused_with(
        KINETIC_MAPPING.replace(
            "[[standard]]\nconcentration = 5\n", "[layout]\nfile = 'x'\n[[standard]]\nconcentration = 5\n"
        )
    )


def test_a_mapping_is_told_by_its_section(tmp_path: Path) -> None:
    path = tmp_path / "bca.toml"
    path.write_text(BCA_MAPPING.replace('"stub"', '"zetaview"'), "utf-8")
    (reader,) = mapped_tables([path])
    assert isinstance(reader, MappedPlate)
    path.write_text(BCA_MAPPING, "utf-8")
    with pytest.raises(InputError) as error:
        mapped_tables([path])
    assert error.value.issues[0].where.field == "plate.instrument"
    path.write_text("= 1", "utf-8")
    with pytest.raises(InputError) as error:
        mapped_tables([path])
    assert error.value.issues[0].code == "NOT_TOML"


def test_without_mapping_nothing_is_read() -> None:
    assert not recognises(FILE)
    with pytest.raises(InputError) as error:
        read(FILE)
    assert error.value.issues[0].code == "MAPPING_MISSING"


def stated(content: str, nominal: float | None = None, **more: Any) -> dict[str, Any]:
    return {"content": content, "nominal_concentration": nominal, **more}


def from_export(unit: str | None = None, **more: dict[str, Any]) -> Reading:
    """The BCA plate as a reader gives it whose export states the layout."""
    of_column = {"1": 0.0, "2": 20.0, "3": 100.0, "4": 250.0, "5": 500.0, "6": 1000.0}
    said: dict[str, dict[str, Any]] = {
        f"{row}{column}": stated("standard" if nominal else "blank", nominal or None, concentration_unit=unit)
        for row in "AB"
        for column, nominal in of_column.items()
    }
    said |= {
        "C1": stated("sample", group="SPL1"),
        "D1": stated("sample", group="SPL1"),
        "C2": stated("sample", group="SPL2", dilution=10.0),
        "D4": stated("control", 50.0, group="STD control"),
        **more,
    }
    return reading([quantity(name, value, settings=said.get(name, {})) for name, value in BCA.items()])


def test_the_layout_of_the_export() -> None:
    found = assayed(FROM_EXPORT, from_export())
    results = {q.sample: q for q in found.measurements if isinstance(q, Quantity) and q.measurand.startswith("protein")}
    assert list(results) == ["SPL1", "SPL2"]
    with_zero = assayed(BCA_MAPPING.replace('[[standard]]\nconcentration = 0\nwells = ["A1", "B1"]\n', ""), endpoint())
    expected = next(q for q in with_zero.measurements if isinstance(q, Quantity) and q.sample == "EV batch 7")
    assert results["SPL1"].value == pytest.approx(expected.value)
    assert results["SPL1"].settings["dilution"] == 5
    assert results["SPL2"].settings["dilution"] == 10
    assert [i.found for i in found.issues if i.code == "WELLS_NOT_READ"] == ["wells C3, C4, D2, D3, D4"]


def test_a_dilution_series_is_not_a_row_of_replicates() -> None:
    one, other = (stated("sample", group=f"SPL1:{n}", dilution=2.0 * n) for n in (1, 2))
    quantities = [m for m in from_export(C1=one, D1=other).measurements if isinstance(m, Quantity)]
    named = [replace(q, sample="EV batch 7") if q.settings["well"] in {"C1", "D1"} else q for q in quantities]
    found = assayed(FROM_EXPORT, reading(named))
    results = [q for q in found.measurements if isinstance(q, Quantity) and q.sample == "EV batch 7"]
    assert [q.settings.get("wells") for q in results if "wells" in q.settings] == ["C1", "D1"]


def test_a_dilution_stated_as_a_share_is_refused() -> None:
    with pytest.raises(InputError) as error:
        assayed(FROM_EXPORT, from_export(C1=stated("sample", group="SPL1", diluted_share=0.1)))
    assert error.value.issues[0].code == "DILUTION_NOT_STATED"


@pytest.mark.parametrize(
    ("well_name", "said", "found"),
    [
        ("A3", stated("standard", 50.0), "well A3 is a standard of 50 in the export"),
        ("A3", stated("sample"), "well A3 is a sample in the export"),
        ("C1", stated("sample", dilution=10.0), "well C1 is a sample of 10 in the export"),
    ],
)
def test_an_export_that_says_otherwise_is_told(well_name: str, said: dict[str, Any], found: str) -> None:
    plain = [quantity(name, value, settings=said if name == well_name else {}) for name, value in BCA.items()]
    (issue,) = (i for i in assayed(BCA_MAPPING, reading(plain)).issues if i.code == "LAYOUT_DISAGREES")
    assert issue.found == found
    assert issue.severity == "warning"


def test_the_unit_of_the_export_is_converted_or_refused() -> None:
    assert assayed(FROM_EXPORT, from_export("mg/mL")).curves[0].highest == 1e6
    with pytest.raises(InputError) as error:
        assayed(FROM_EXPORT, from_export("nM"))
    assert error.value.issues[0].code == "UNIT"


@pytest.mark.parametrize("given", [endpoint(), from_export(A3=stated("STD")), kinetic()])
def test_an_export_without_layout_is_refused(given: Reading) -> None:
    text = FROM_EXPORT if not given.series else KINETIC_MAPPING.split("[[standard]]")[0]
    with pytest.raises(InputError) as error:
        assayed(text, given)
    assert error.value.issues[0].code == "LAYOUT_MISSING"


def grid_file(folder: Path, text: str) -> LayoutFile:
    (folder / "layout.csv").write_text(text, "utf-8")
    return LayoutFile(file="layout.csv")


def test_a_file_of_three_grids(tmp_path: Path) -> None:
    layout = of_grids(grid_file(tmp_path, GRIDS), tmp_path)
    assert layout.standards == {0.5: ("A2",), 0.05: ("A3",)}
    assert layout.blank == ("A1", "B1")
    assert [(s.name, s.wells, dict(s.stated)) for s in layout.samples] == [
        ("EV batch 7", ("B2", "B3"), {"layout_concentration": 0.1}),
        ("EV batch 7", ("C2",), {"layout_concentration": 0.01}),
        ("EV batch 8", ("C3",), {"layout_concentration": 0.2}),
    ]
    assert "B4" not in layout.wells


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (",Label,,,\n", ",Colour,,,\n", "GRID_MISSING"),
        (",Label,,,\n", ",Label of names,,,\n", "GRID_TWICE"),
        ("A,0,0.5,0.05,", "A,0,,0.05,", "EMPTY_CELL"),
        ("A,0,0.5,0.05,", "A,0,high,0.05,", "NOT_A_NUMBER"),
        ("A,0,0.5,0.05,", "A,0,-1,0.05,", "OUT_OF_RANGE"),
        ("B,Buffer,EV batch 7,EV batch 7,Mix", "B,Buffer,,EV batch 7,Mix", "EMPTY_CELL"),
        ("Standard", "Calibrator", "LAYOUT_MISSING"),
    ],
)
def test_grids_that_leave_something_open(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GRIDS
    with pytest.raises(InputError) as error:
        of_grids(grid_file(tmp_path, GRIDS.replace(old, new)), tmp_path)
    assert error.value.issues[0].code == code


def test_a_layout_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        of_grids(LayoutFile(file="layout.csv"), tmp_path)
    assert error.value.issues[0].code == "FILE_MISSING"
