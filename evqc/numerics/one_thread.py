"""Products of matrices on one thread: no threads that wait for each other."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Within it numpy uses one thread for products of matrices.

    Matrices of some hundred columns are ten times slower where threads wait for a busy processor. The digits do not
    hang on it: what a library multiplies is rounded so that it is exact (``linear_equations.rounded``).
    """
    found: AbstractContextManager[object] = _threads().limit(limits=1)
    return found


@cache
def _threads() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415  loads when something is fitted

    return ThreadpoolController()
