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
#: Folders that compute with arrays, in which powers are looked for too.
_WITH_ARRAYS = ("numerics", "instruments", "simulation", "isolation", "study", "markers", "batch")
#: Where only a decision, a decade or a step of a search hangs on it, by file and what stands there.
_DECIMALS = "10.0 ** (-max((len(text.partition('.')[2]) for text in texts), default=0))"
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
    ("instruments/_scientific.py", "10.0 ** np.arange(23)"): "exact: such powers are floats",
    ("numerics/curve_fit.py", "x ** power"): "to the first power or the square",
    ("numerics/curve_fit.py", "fitted ** power"): "to the first power or the square",
    # Powers of single numbers are the C library's.
    ("instruments/_plate_wells.py", "10.0 ** (-decimals)"): "one number",
    ("instruments/_printed.py", "2.0 ** (-23)"): "one number",
    ("instruments/_rounded.py", "10.0 ** (math.floor(math.log10(abs(value))) - figures + 1)"): "one number",
    ("instruments/exoview/_results.py", "2 ** len(channels)"): "one number",
    ("instruments/macsquantify.py", _DECIMALS): "one number",
    (
        "instruments/nanosight/_statistics.py",
        "10.0 ** (math.floor(math.log10(abs(value))) - CONCENTRATION_DIGITS + 1)",
    ): "one number",
    ("instruments/quantstudio.py", "10 ** min(-1 / s, 300.0)"): "one number",
    ("instruments/quantstudio.py", "10.0 ** x"): "one number",
    ("numerics/comparison.py", "2.0 ** (1 - n)"): "one number",
    ("numerics/distributions.py", "2.0 ** (guard - _DIGITS)"): "one number",
    ("numerics/penalised_likelihood.py", "(REFERENCE_STEP / step) ** 3"): "one number",
    ("numerics/water.py", "10 ** exponent"): "one number",
    ("simulation/truth.py", "c.geometric_sd ** 6"): "one number",
}


def uses(source: str) -> Iterator[str]:
    """What of a module hangs on the processor: functions that are called, and products of matrices as written."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield ast.unparse(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not _is_exact(node):
            yield ast.unparse(node)
        if isinstance(node, ast.Attribute) and _OF_THE_PROCESSOR.fullmatch(name := ast.unparse(node)):
            yield name
        if isinstance(node, ast.ImportFrom) and node.module == "scipy.linalg":
            yield node.module


def _is_exact(node: ast.BinOp) -> bool:
    """A square or a root, which every processor rounds alike, or a power of two written constants."""
    exponent = node.right.value if isinstance(node.right, ast.Constant) else None
    return exponent in {2, 0.5} or (exponent is not None and isinstance(node.left, ast.Constant))


def test_numbers_come_from_functions_that_are_the_same_everywhere() -> None:
    """``numerics.elementary`` and ``numerics.linear_equations`` have what is to be used instead."""
    package = ROOT / "evqc"
    found = {
        (path.relative_to(package).as_posix(), use)
        for path in package.rglob("*.py")
        for use in uses(path.read_text("utf-8"))
        if " ** " not in use or path.relative_to(package).parts[0] in _WITH_ARRAYS
    }
    assert found == set(_ALLOWED)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = np.exp(y)", "np.exp"),
        ("x = list(map(np.log, y))", "np.log"),
        ("x = a @ (b + c)", "a @ (b + c)"),
        ("x = np.linalg.inv(m)", "np.linalg.inv"),
        ("x = size**3", "size ** 3"),
        ("from scipy.linalg import cho_factor", "scipy.linalg"),
    ],
)
def test_what_is_looked_for_is_found(source: str, found: str) -> None:
    assert list(uses(source)) == [found]
