"""Prints every number of the reference cases: ``pytest tests/benchmarks/bench_reference_cases.py -n0 -s``."""

from __future__ import annotations

import pytest

from tests.numerics.reference_table import cases, lines


def test_the_reference_cases(capsys: pytest.CaptureFixture[str]) -> None:
    if not cases():
        pytest.skip("the file of the reference cases is not there")
    told = [*lines()]
    with capsys.disabled():
        print("", *told, sep="\n")  # noqa: T201  the table is what this is for
    assert not [line for line in told if line.endswith("OUTSIDE")]
