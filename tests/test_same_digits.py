"""No number comes from a function whose last digits hang on the processor."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What numpy computes by the vector instructions of a processor, or by a library that does; ``np.linalg`` as a whole.
_OF_THE_PROCESSOR = re.compile(
    r"np\.(?:exp2?|expm1|log(?:2|10|1p)?|logaddexp2?|(?:float_)?power|geomspace|logspace|polyfit|convolve|correlate|cbrt"
    r"|(?:arc)?(?:sin|cos|tan)h?|arctan2|hypot|v?dot|inner|matmul|tensordot|corrcoef|cov|linalg\.(?!LinAlgError)\w+)"
)
#: Where only a decision, a decade or a step of a search hangs on it, by file and what stands there.
_ALLOWED = {
    ("instruments/_plate_wells.py", "np.log10"): "a decade: floor of it",
    ("instruments/zetaview/_position_table.py", "np.log"): "which of some numbers is farthest off",
    ("instruments/zetaview/_tables.py", "np.log10"): "a decade: floor of it",
    ("instruments/zetasizer/_checks.py", "np.convolve"): "whole numbers, which are exact",
    ("numerics/curve_fit.py", "np.linalg.norm"): "along an axis: a plain sum",
    ("numerics/curve_fit.py", "np.linalg.cond"): "a limit of the condition",
    ("numerics/linear_equations.py", "np.linalg.norm"): "along an axis: a plain sum",
    ("numerics/mixtures.py", "np.linalg.cond"): "a limit of the condition",
    ("numerics/penalised_likelihood.py", "held.T @ held"): "of rounded factors, which is exact",
    ("numerics/tracks.py", "np.geomspace"): "rounded to whole numbers",
    ("simulation/zetaview.py", "np.log10"): "a decade: floor of it",
}


def uses(source: str) -> Iterator[str]:
    """What of a module hangs on the processor: functions that are called, and products of matrices as written."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield ast.unparse(node)
        if isinstance(node, ast.Attribute) and _OF_THE_PROCESSOR.fullmatch(name := ast.unparse(node)):
            yield name
        if isinstance(node, ast.ImportFrom) and node.module == "scipy.linalg":
            yield node.module


def test_numbers_come_from_functions_that_are_the_same_everywhere() -> None:
    """``numerics.elementary`` and ``numerics.linear_equations`` have what is to be used instead."""
    package = ROOT / "evqc"
    found = {
        (path.relative_to(package).as_posix(), use)
        for path in package.rglob("*.py")
        for use in uses(path.read_text("utf-8"))
    }
    assert found == set(_ALLOWED)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = np.exp(y)", "np.exp"),
        ("x = list(map(np.log, y))", "np.log"),
        ("x = a @ (b + c)", "a @ (b + c)"),
        ("x = np.linalg.inv(m)", "np.linalg.inv"),
        ("from scipy.linalg import cho_factor", "scipy.linalg"),
    ],
)
def test_what_is_looked_for_is_found(source: str, found: str) -> None:
    assert list(uses(source)) == [found]
