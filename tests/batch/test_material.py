"""What a record says of its cells, medium and product that does not go together."""

from __future__ import annotations

import pytest

from evqc.batch.crosscheck import crosscheck
from evqc.reading import Source
from tests.batch.records import full

SOURCE = Source(name="batch.toml", sha256="0" * 64, bytes=1)


def contradictions(source: str, *changes: tuple[str, str]) -> dict[str, str]:
    """What contradicts in the full record with further lines on the source, by code."""
    found = crosscheck(full(("[[isolation]]", f"{source}\n[[isolation]]"), *changes), SOURCE, ())
    codes = ("SUPPLEMENT_DIFFERS", "TISSUE_DIFFERS", "FORM_DIFFERS")
    return {c.issue.code: c.issue.found for c in found if c.issue.code in codes}


@pytest.mark.parametrize(
    ("matrix", "supplement", "contradicts"),
    [
        ("serum-free", "10 % fetal bovine serum", True),
        ("serum-free", "10 % FBS, EV-depleted", True),
        ("serum-free", "5 % hPL", True),
        ("serum-free", "5 % human platelet lysate", True),
        ("serum-free", "none", False),
        ("serum-free", "without serum", False),
        ("serum-free", "no fetal bovine serum", False),
        ("serum-free", "FBS-free", False),
        ("serum-free", "lot no 7, 10 % FBS", True),
        ("serum-free", "human serum albumin 0.5 %", False),
        ("serum-free", "knock-out serum replacement", False),
        ("serum-free", "insulin, transferrin, selenium", False),
        ("with fetal bovine serum", "10 % FBS", False),
        ("with fetal bovine serum", "5 % hPL", True),
        ("with human platelet lysate", "5 % hPL, heparin", False),
        ("with human platelet lysate", "10 % FCS", True),
    ],
)
def test_a_supplement_that_the_medium_does_not_name(matrix: str, supplement: str, contradicts: bool) -> None:
    """The medium decides which contaminants are looked for."""
    comma = ", " if matrix == "serum-free" else " "
    lines = f'matrix = "conditioned medium{comma}{matrix}"\nsupplement = "{supplement}"\n'
    assert ("SUPPLEMENT_DIFFERS" in contradictions(lines)) is contradicts


def test_a_fluid_has_no_medium_to_contradict() -> None:
    assert contradictions('matrix = "serum"\nsupplement = "10 % FBS"\n') == {}


@pytest.mark.parametrize(
    ("cell_type", "contradicts"),
    [
        ("UC-MSC", False),
        ("hUCMSCs", False),
        ("WJ-MSC", False),
        ("MSC", False),
        ("XY-MSC", False),
        ("BM-MSC", True),
        ("hBMSCs", True),
        ("ADSC", True),
        ("DPSC", True),
    ],
)
def test_cells_named_after_another_tissue(cell_type: str, contradicts: bool) -> None:
    """The tissue of the full record is the umbilical cord, of which Wharton's jelly is a part."""
    assert ("TISSUE_DIFFERS" in contradictions(f'cell_type = "{cell_type}"\n')) is contradicts


@pytest.mark.parametrize(
    ("form", "degrees", "contradicts"), [("frozen", 4, True), ("frozen", -20, False), ("liquid", 4, False)]
)
def test_a_frozen_product_that_is_kept_above_freezing(form: str, degrees: float, contradicts: bool) -> None:
    changes = (
        ("storage_degC = -80", f"storage_degC = {degrees}"),
        ("[statements]", f'[statements]\nphysical_form = "{form}"'),
    )
    assert ("FORM_DIFFERS" in contradictions("", *changes)) is contradicts
