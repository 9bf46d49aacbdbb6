"""What an assay measures by its name, and conversion without the noise of binary fractions."""

from __future__ import annotations

import pytest

from evqc.errors import InputError, Where
from evqc.instruments._amounts import Amount
from evqc.instruments._analyte import DNA, PROTEIN, RNA, UNKNOWN, Analyte, analyte, in_unit
from evqc.measurement import State


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("RNA BR", RNA),
        ("microRNA", RNA),
        ("Eukaryote Total RNA Pico", RNA),
        ("mRNA Nano", RNA),
        ("RNA-40", RNA),
        ("1x dsDNA High Sensitivity", DNA),
        ("ssDNA-33", DNA),
        ("cfDNA", DNA),
        ("Genomic DNA", DNA),
        ("Protein (Turbidity)", PROTEIN),
        ("BSA", PROTEIN),
        ("RNA IQ", UNKNOWN),
        ("RNA and DNA", UNKNOWN),
        ("B22 & kD", UNKNOWN),
        ("kidney", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_kind(name: str | None, kind: Analyte) -> None:
    assert analyte(name) == kind


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        (0.57, "mg/ml", "ug/mL", 570.0),
        (2.104, "mg/mL", "ug/mL", 2104.0),
        (704.986, "ng/µL", "ng/mL", 704986.0),
        (412.75, "pg/µl", "ng/mL", 412.75),
        (64.0, "ng/mL", "ng/mL", 64.0),
        (2.64, "ug/mL", "ng/mL", 2640.0),
    ],
)
def test_units(value: float, unit: str, target: str, expected: float) -> None:
    assert in_unit(Amount(State.MEASURED, value), "f", Where(), unit, target).value == expected


def test_a_bound_converts_too() -> None:
    assert in_unit(Amount(State.BELOW_RANGE, bound=0.5), "f", Where(), "mg/mL", "ug/mL").bound == 500.0


@pytest.mark.parametrize("unit", ["drops", "nM", ""])
def test_other_units_are_refused(unit: str) -> None:
    with pytest.raises(InputError, match="UNIT_UNKNOWN"):
        in_unit(Amount(State.MEASURED, 1.0), "f", Where(), unit, "ug/mL")
