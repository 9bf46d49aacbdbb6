"""Logarithms, exponentials and sums of products that do not hang on the vector instructions of a processor.

numpy computes ``exp``, ``log`` and powers of arrays by whichever vector instructions a processor has, and products of
matrices by a library that takes another kernel on another processor; the last digits differ. Here each number goes
through the C library, and products are added up by one compiled loop.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SUMS = {(1, 2): "i,ij->j", (2, 1): "ij,j->i", (2, 2): "ij,jk->ik"}


def exp(x: Floats) -> Floats:
    """The exponential of x, any shape; infinite beyond the largest number."""
    from scipy.special import inv_boxcox  # noqa: PLC0415  loads only when something is computed

    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(inv_boxcox(x, 0.0))  # with the parameter 0 it is the exponential


def log(x: Floats) -> Floats:
    """The natural logarithm, any shape; minus infinity for 0 and NaN below."""
    from scipy.special import xlogy  # noqa: PLC0415  loads only when something is computed

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(xlogy(1.0, x))


def log10(x: Floats) -> Floats:
    """The logarithm to the base 10, any shape, for the some hundred numbers of a plate; as ``log`` at 0 and below."""
    return _each(lambda value: math.log10(value) if value > 0 else (-math.inf if value == 0 else math.nan), x)


def ten_to(x: Floats) -> Floats:
    """10 to the x, any shape, for some thousand numbers; infinite beyond the largest number."""
    return _each(_ten_to, x)


def _ten_to(exponent: float) -> float:
    try:
        return math.pow(10.0, exponent)
    except OverflowError:
        return math.inf


def _each(function: Callable[[float], float], x: Floats) -> Floats:
    return np.fromiter(map(function, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def power(x: Floats, exponent: int) -> Floats:
    """``x`` to a whole power from 0 up, any shape, multiplied step by step."""
    found = np.ones(x.shape)
    for _ in range(exponent):
        found = found * x
    return found


def geometric_steps(first: float, last: float, number: int) -> Floats:
    """Numbers in equal ratios, shape (number,), both ends as they are given.

    Args:
        first: above zero.
        last: above zero.
        number: at least two.
    """
    made = _each(math.exp, np.linspace(math.log(first), math.log(last), number))
    made[0], made[-1] = first, last
    return made


def matrix_product(a: Floats, b: Floats) -> Floats:
    """``a @ b`` of a matrix (m, n) and a matrix (n, k) or vector (n,), or of a vector (n,) and a matrix (n, k).

    It is a few times slower than a library of linear algebra, which adds up in an order that hangs on the processor.
    """
    if a.ndim == b.ndim == 2 and a.shape[1] > b.shape[1]:
        return np.asarray(np.einsum("ij,kj->ik", a, np.ascontiguousarray(b.T)))  # long sums: along both rows
    return np.asarray(np.einsum(_SUMS[a.ndim, b.ndim], a, b))
