"""Every reference case, number by number, within its own tolerance."""

from __future__ import annotations

import math

import pytest

from evqc.numerics.replicates import moments
from tests.numerics.reference_table import WORKED, cases, lines, numacc, rows
from tests.places import reference_case


@pytest.mark.parametrize("identity", WORKED)
def test_a_reference_case(identity: str) -> None:
    found = [*rows(reference_case(identity))]
    assert found
    assert [row for row in found if not row.holds] == []


def test_every_case_of_the_file_is_worked() -> None:
    there = [case["id"] for case in cases()] or pytest.skip("the file of the reference cases is not there")
    assert sorted(WORKED) == sorted(there)
    assert len(there) == 26


def test_the_table_names_every_case() -> None:
    told = "\n".join(lines())
    assert all(case["id"] in told for case in cases())
    assert "OUTSIDE" not in told


def test_two_passes_find_what_one_pass_loses() -> None:
    values = numacc()["NumAcc4"]
    n, squares, total = len(values), math.fsum(x * x for x in values), math.fsum(values)
    one_pass = max(sum(x * x for x in values) - sum(values) ** 2 / n, 0.0) / (n - 1)
    assert abs(math.sqrt(one_pass) - 0.1) > 0.01, (squares, total)
    assert moments(values).sd == pytest.approx(0.1, rel=1e-7)
