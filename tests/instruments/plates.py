"""What the tests of plate readers share: reading bytes as the registry does, and values by well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import known
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable


def sample(instrument: str, name: str) -> bytes:
    return (SAMPLES / instrument / name).read_bytes()


def read(instrument: str, data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("export", data if isinstance(data, bytes) else data.encode())
    reader = known()[instrument]
    try:
        assert reader.recognises(file)
        return reader.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=instrument)


def quantities(reading: Reading) -> list[Quantity]:
    assert reading.verdict != "refused", reading.issues
    return [m for m in reading.measurements if isinstance(m, Quantity)]


def by_well(reading: Reading, **wanted: Any) -> dict[str, Quantity]:
    """The quantities whose fields or settings are as wanted, by well; each well once."""
    found = [q for q in quantities(reading) if all(_of(q, key) == value for key, value in wanted.items())]
    wells = [str(q.settings["well"]) for q in found]
    assert len(wells) == len(set(wells))
    return dict(zip(wells, found, strict=True))


def _of(quantity: Quantity, key: str) -> Any:
    return getattr(quantity, key) if hasattr(quantity, key) else quantity.settings.get(key)


def values(found: Iterable[Quantity]) -> list[float | None]:
    return [q.value for q in found]


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def grid(rows: list[list[str]], letters: str = "ABCDEFGHIJKLMNOP") -> dict[str, str]:
    """Cells by well of a plain list of rows, the filled ones."""
    return {f"{letters[i]}{j + 1}": cell for i, row in enumerate(rows) for j, cell in enumerate(row) if cell != ""}
