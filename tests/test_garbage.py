from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from evqc import assess
from evqc.errors import InputError
from evqc.garbage import without_collection
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _search_goes_on() -> Iterator[None]:
    yield
    gc.enable()


def test_the_search_pauses_and_goes_on() -> None:
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="of no avail"), without_collection():
        raise ValueError("of no avail")
    assert gc.isenabled()


def test_a_search_that_the_caller_paused_stays_paused() -> None:
    gc.disable()
    with without_collection(), without_collection():
        pass
    assert not gc.isenabled()


def test_overlapping_pauses_leave_it_on() -> None:
    """As two threads may overlap: the one that began first ends first."""
    first, later = without_collection(), without_collection()
    first.__enter__()
    later.__enter__()
    first.__exit__(None, None, None)
    later.__exit__(None, None, None)
    assert gc.isenabled()


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize(("stays", "oldest"), [(True, True), (False, False)])
def test_what_stays_is_put_among_the_old(stays: bool, oldest: bool) -> None:
    gc.collect()
    with without_collection(stays=stays):
        made = _Cycle()
        gc.disable()  # the search would find it young, and age it
    old = any(each is made for each in gc.get_objects(generation=2))
    assert (old, gc.isenabled(), gc.get_freeze_count()) == (oldest, True, 0)


def test_what_stays_is_freed_once_it_is_garbage() -> None:
    with without_collection(stays=True):
        made = weakref.ref(_Cycle())
        assert made() is not None
    gc.collect()
    assert made() is None


def test_what_the_caller_has_set_aside_stays_aside() -> None:
    gc.freeze()
    try:
        with without_collection(stays=True):
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_an_assessment_leaves_it_on_whether_it_succeeds_or_not() -> None:
    assess(ROOT / "examples" / "troubled-batch", profiles=["record"])
    assert gc.isenabled()
    with pytest.raises(InputError):
        assess(ROOT / "examples" / "troubled-batch", profiles=["misev2014"])
    assert gc.isenabled()
