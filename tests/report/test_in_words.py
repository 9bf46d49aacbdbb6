"""Readings put in words by several processes are the bytes that one gives, also when a process is lost."""

from __future__ import annotations

import io
import os
from concurrent.futures import wait
from typing import TYPE_CHECKING

import pytest

import evqc
from evqc.instruments._processes import Given
from evqc.records import to_json
from evqc.report import in_words
from evqc.report.streams import json_document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evqc.reading import Reading, Readings


@pytest.fixture
def readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Readings:
    """More than the two that are put in words before processes start, three at a time."""
    monkeypatch.setattr(in_words, "_FEW", 2)
    monkeypatch.setattr(in_words, "_CHUNK", 3)
    for seed in range(2):
        for name, data in evqc.simulate("zetaview", seed=seed).items():
            (tmp_path / f"{seed}{name}").write_bytes(data)
    (tmp_path / "no export.txt").write_text("nothing")
    return evqc.read(tmp_path)


def written(readings: Readings, processes: int) -> str:
    out = io.BytesIO()
    with json_document(out, processes) as write:
        for reading in readings.readings:
            write(Given(reading))
    return out.getvalue().decode()


@pytest.mark.parametrize("processes", [1, 2])
def test_the_document_is_the_same_however_many_write_it(readings: Readings, processes: int) -> None:
    assert len(readings.readings) > 9
    assert written(readings, processes) == to_json(readings)


def test_texts_are_given_in_order_and_the_first_at_once(readings: Readings) -> None:
    given: list[bytes] = []
    with in_words.InWords(given.append, 2) as write:
        for count, reading in enumerate(readings.readings[:2], start=1):
            write(Given(reading))
            assert len(given) == count
        for reading in readings.readings[2:]:
            write(Given(reading))
    names = [reading.source.name for reading in readings.readings]
    assert all(f'"{name}"'.encode() in text for name, text in zip(names, given, strict=True))


def test_a_text_is_given_as_soon_as_it_and_those_before_are_ready(
    readings: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits until processes are far ahead: the results of a long run stand in the file when it is stopped."""
    monkeypatch.setattr(in_words, "_AHEAD", 1000)
    given: list[bytes] = []
    with in_words.InWords(given.append, 2) as write:
        for reading in readings.readings[:5]:
            write(Given(reading))
        wait([future for _, future in write._running])
        write(Given(readings.readings[5]))
        assert len(given) == 5


def _lost(given: Sequence[Given[Reading]]) -> list[bytes]:
    if any(reading.opened().source.name == "no export.txt" for reading in given):
        os._exit(9)
    return in_words_texts(given)


in_words_texts = in_words._texts


def test_a_lost_process_costs_nothing(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_words, "_texts", _lost)
    assert written(readings, 2) == to_json(readings)


def test_after_an_error_nothing_is_waited_for(readings: Readings) -> None:
    given: list[bytes] = []
    with pytest.raises(ZeroDivisionError):
        _stopped(readings, given.append)
    assert len(given) < len(readings.readings)


def _stopped(readings: Readings, put: Callable[[bytes], None]) -> None:
    with in_words.InWords(put, 2) as write:
        for reading in readings.readings:
            write(Given(reading))
        raise ZeroDivisionError
