"""What the tests of readers of quantities share: read bytes as the registry does, and pick numbers out of a reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused

if TYPE_CHECKING:
    from evqc.instruments._registry import Instrument


def read(reader: Instrument | Any, data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        reading: Reading = reader.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=reader.NAME)
    return reading


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def picked(reading: Reading, measurand: str, **settings: object) -> list[Quantity]:
    """The quantities of a measurand whose settings are these."""
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]
    return [m for m in found if all(m.settings.get(key) == value for key, value in settings.items())]


def values(reading: Reading, measurand: str, **settings: object) -> list[float | None]:
    return [m.value for m in picked(reading, measurand, **settings)]
