"""Linear algebra on one thread: the same digits on every machine, and no threads that wait for each other."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Within it numpy and scipy use one thread for products of matrices and for their equations.

    The last digits of a sum hang on how many threads share it, and the same input is to give the same bytes; and
    matrices of some hundred rows are ten times slower where threads wait for a busy processor.
    """
    found: AbstractContextManager[object] = _threads().limit(limits=1)
    return found


@cache
def _threads() -> ThreadpoolController:
    import scipy.linalg  # noqa: F401, PLC0415  its library has to be there to be found
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415  loads when something is fitted

    return ThreadpoolController()
