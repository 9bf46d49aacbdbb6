"""Least squares and equations of some parameters, added up in a fixed order: the same digits on every processor.

A library of linear algebra takes another kernel on another processor, and its last digits hang on that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def dot(a: Floats, b: Floats) -> float:
    """Sum of products, shape (n,) each, rounded once for each product and once for their sum."""
    return math.fsum((a * b).tolist())


def orthogonal(rows: Floats) -> tuple[Floats, Floats]:
    """Orthonormal columns of ``rows``, shape (n, p), as the rows of the first, and R, with rows = QR.

    Source:
        Modified Gram-Schmidt; as stable as Householder's for least squares when the right side is treated like a
        column: Björck, BIT 7 (1967) 1, doi:10.1007/BF01934122.
    """
    q, r = np.array(rows.T), np.zeros((rows.shape[1],) * 2)
    for j in range(len(q)):
        r[j, j] = math.sqrt(dot(q[j], q[j]))
        q[j] /= r[j, j]
        for k in range(j + 1, len(q)):
            r[j, k] = dot(q[j], q[k])
            q[k] -= r[j, k] * q[j]
    return q, r


def least_squares(rows: Floats, right: Floats) -> Floats:
    """The x, shape (p,), for which ``rows`` x, of shape (n, p), is nearest to ``right``, shape (n,).

    Columns are scaled to the length 1; they are independent of each other.
    """
    length = np.linalg.norm(rows, axis=0)
    q, r = orthogonal(rows / length)
    left, found = right, np.zeros(length.shape)
    for j, column in enumerate(q):
        found[j] = dot(column, left)
        left = left - found[j] * column
    return np.asarray(_solved(r, found) / length)


def inverse_of_squares(rows: Floats) -> Floats:
    """(AᵀA)⁻¹ of ``rows`` A, shape (n, p) with independent columns, to shape (p, p)."""
    return squares(inverse_root(rows))


def squares(root: Floats) -> Floats:
    """``root`` times its transpose, shape (p, p)."""
    return np.array([[dot(a, b) for a in root] for b in root])


def inverse_root(rows: Floats) -> Floats:
    """R⁻¹ of ``rows`` A = QR, shape (n, p) to (p, p); R⁻¹ times its transpose is (AᵀA)⁻¹."""
    length = np.linalg.norm(rows, axis=0)
    r = orthogonal(rows / length)[1]
    found: Floats = np.array([_solved(r, unit) for unit in np.eye(len(r))]).T / length[:, None]
    return found


def rounded(columns: Floats, terms: int) -> Floats:
    """Columns rounded to some twenty bits of their largest number, shape (n, p).

    A product of two matrices that are rounded so is exact, in whatever order a library adds it up: where a Newton step
    or a determinant is all that hangs on it, the library may make it.

    Args:
        columns: each with a unit of its own, a power of two.
        terms: how many products are added up for a number of the product of matrices.

    Source:
        Exact products of matrices by splitting, of which this is the first part: Ozaki et al., Numer. Algorithms 59
        (2012) 95, doi:10.1007/s11075-011-9478-1.
    """
    bits = (np.finfo(float).nmant + 1 - math.ceil(math.log2(terms))) // 2
    _, exponent = np.frexp(np.abs(columns).max(axis=0))
    unit = np.ldexp(1.0, exponent - bits)
    return np.asarray(np.rint(columns / unit) * unit)


def cholesky(matrix: Floats) -> Floats:
    """The lower triangle L with L Lᵀ = ``matrix``, shape (p, p), of which the lower half counts.

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite.
    """
    found = np.zeros(matrix.shape)
    for j in range(len(matrix)):
        column = matrix[j:, j] - np.einsum("ij,j->i", found[j:, :j], found[j, :j])
        if not column[0] > 0:
            raise np.linalg.LinAlgError("the matrix is not positive definite")
        found[j:, j] = column / math.sqrt(column[0])
    return found


def forward(lower: Floats, right: Floats) -> Floats:
    """The y with ``lower`` y = ``right``: shapes (p, p) and (p,) or (p, k)."""
    left, found = right.copy(), np.empty(right.shape)
    for j in range(len(lower)):
        found[j] = left[j] / lower[j, j]
        left[j + 1 :] -= np.multiply.outer(lower[j + 1 :, j], found[j])
    return found


def backward(lower: Floats, right: Floats) -> Floats:
    """The x with ``lower`` transposed times x = ``right``: shapes (p, p) and (p,) or (p, k)."""
    left, found = right.copy(), np.empty(right.shape)
    for j in reversed(range(len(lower))):
        found[j] = left[j] / lower[j, j]
        left[:j] -= np.multiply.outer(lower[j, :j], found[j])
    return found


def log_determinant(lower: Floats) -> float:
    """Of the matrix with this Cholesky triangle, shape (p, p)."""
    return 2 * math.fsum(map(math.log, np.diag(lower).tolist()))


def _solved(r: Floats, right: Floats) -> Floats:
    """What the upper triangle ``r``, shape (p, p), gives ``right``, shape (p,), of."""
    found = np.zeros(right.shape)
    for j in reversed(range(len(r))):
        found[j] = (right[j] - dot(r[j, j + 1 :], found[j + 1 :])) / r[j, j]
    return found
