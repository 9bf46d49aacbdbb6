"""No search for garbage while thousands of records are made that all stay: it would find none."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collection(*, stays: bool = False) -> Iterator[None]:
    """Pauses Python's search for cycles; also a decorator. Where it was paused before, it stays so.

    It is a setting of the whole process: other threads go without it meanwhile. What no cycle holds is still freed at
    once. Threads may overlap: the search goes on at the latest when the last of them is done.

    Args:
        stays: what is made meanwhile stays, so that it is put among the old at once, instead of being looked through
            as young and once more as middle-aged.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if stays and not gc.get_freeze_count():  # what the caller has set aside stays aside
            gc.freeze()
            gc.unfreeze()
        if enabled:
            gc.enable()
