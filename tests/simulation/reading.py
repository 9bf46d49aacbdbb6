"""Reads simulated bytes as the registry does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import SizeDistribution

if TYPE_CHECKING:
    from evqc.reading import Reading


def reading_of(data: bytes, name: str = "simulated") -> Reading:
    """The reading of a file by the instrument that recognises it."""
    return read_export(ExportFile(name, data))


def runs_of(reading: Reading) -> list[SizeDistribution]:
    """Its measurements, all of which are size distributions."""
    assert all(isinstance(m, SizeDistribution) for m in reading.measurements), reading.issues
    return [m for m in reading.measurements if isinstance(m, SizeDistribution)]


def codes(reading: Reading) -> set[str]:
    """The codes of its issues."""
    return {issue.code for issue in reading.issues}
