"""Linear algebra on one thread, and as many as before afterwards."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info

from evqc.numerics.deconvolution import deconvolve
from evqc.numerics.one_thread import one_thread
from tests.numerics.known_tracks import cells_of


def threads() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def test_within_it_there_is_one_thread_and_afterwards_as_many_as_before() -> None:
    with one_thread():  # loads what is to be limited
        assert set(threads()) == {1}
    before = threads()
    with one_thread():
        assert set(threads()) == {1}
    assert threads() == before


def test_a_fit_gives_the_same_digits_however_many_threads_there_are() -> None:
    cells = cells_of("beads", 3000, 1)
    by_itself = deconvolve(cells)
    with one_thread():
        on_one = deconvolve(cells)
    assert np.array_equal(by_itself.share, on_one.share)
