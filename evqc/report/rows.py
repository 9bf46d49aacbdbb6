"""Readings as rows, one number a row, for CSV files and the terminal."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import TYPE_CHECKING, Any

from evqc.measurement import MarkerPanel, Measurement, Quantity, SizeDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.reading import Reading

COLUMNS = ("file", "sha256", "verdict", "instrument", "sample", "run", "name", "value", "unit", "state", "source")
#: First characters that a spreadsheet takes for a formula; a text that begins with one is prefixed with an apostrophe.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(reading: Reading) -> Iterator[tuple[Any, ...]]:
    """The numbers of a reading in the order of ``COLUMNS``; a refused file gives one row with its first reason."""
    head = (reading.source.name, reading.source.sha256, reading.verdict, reading.instrument)
    if not reading.measurements:
        why = reading.issues[0].code if reading.issues else "no measurement"
        yield (*head, None, None, None, None, None, why, None)
    for measurement in reading.measurements:
        for row in _numbers(measurement):
            yield (*head, *row)


def cells(reading: Reading) -> Iterator[list[Any]]:
    """``rows`` as cells of a CSV file: texts that a spreadsheet would run as formulas are defused."""
    return ([defused(cell) for cell in row] for row in rows(reading))


def csv_rows(reading: Reading) -> str:
    """``cells`` as text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cells(reading))
    return text.getvalue()


def defused(cell: Any) -> Any:
    """A cell of a CSV file as no spreadsheet runs it: an apostrophe goes before a text that begins like a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _numbers(measurement: Measurement) -> Iterator[tuple[Any, ...]]:
    if isinstance(measurement, SizeDistribution):
        yield from _sizes(measurement)
    elif isinstance(measurement, MarkerPanel):
        yield from _markers(measurement)
    else:
        yield _quantity(measurement)


def _sizes(run: SizeDistribution) -> Iterator[tuple[Any, ...]]:
    head = (run.sample, run.run)
    for source in ("reported", "vendor", "standard"):
        for name, value in dataclasses.asdict(getattr(run.statistics, source)).items():
            yield (*head, name.removesuffix("_nm"), value, "nm", _state(value), source)
    total = run.concentration_total_per_ml
    for source in ("reported", "recomputed", "undiluted"):
        value = getattr(total, source)
        yield (*head, "concentration", value, "1/mL", _state(value), source)
    yield (*head, "dilution", run.dilution.factor, "1", _state(run.dilution.factor), run.dilution.source)
    for name in ("particles_per_frame", "completed_tracks", "valid_tracks", "positions_kept"):
        value = getattr(run.validity, name)
        yield (*head, name, value, "1", _state(value), "reported")


def _markers(panel: MarkerPanel) -> Iterator[tuple[Any, ...]]:
    for marker in panel.markers:
        yield (panel.sample, panel.technique, marker.name, marker.signal, marker.unit, str(marker.call), "reported")


def _quantity(quantity: Quantity) -> tuple[Any, ...]:
    value = quantity.value if quantity.value is not None else quantity.bound
    run = quantity.replicate
    return (quantity.sample, run, quantity.measurand, value, quantity.unit, str(quantity.state), "reported")


def _state(value: float | None) -> str:
    return "missing" if value is None else "measured"


def headline(reading: Reading) -> str:
    """What a reading holds, in a few words for a table."""
    kinds = [m.kind for m in reading.measurements]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    words = {"size_distribution": "size distribution", "marker_panel": "marker panel", "quantity": "quantity"}
    plural = {"quantity": "quantities"}
    return ", ".join(f"{n} {words[k] if n == 1 else plural.get(k, words[k] + 's')}" for k, n in counts.items())


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What a person is told of a file, and its rows of a CSV file where they are asked for.

    Attributes:
        name, verdict, instrument, holds: of the file; the instrument is ``none`` where none recognised it.
        noticed: what should be known of it, issue by issue.
        is_defect: a reader failed on it.
        rows: of a CSV file.
    """

    name: str
    verdict: str
    instrument: str
    holds: str
    noticed: tuple[str, ...]
    is_defect: bool
    rows: str = ""


def told(reading: Reading) -> Told:
    """A reading in a few words."""
    return Told(
        name=reading.source.name,
        verdict=reading.verdict,
        instrument=reading.instrument or "none",
        holds=headline(reading),
        noticed=tuple(f"{i.code} ({i.where}): {i.message}" for i in reading.issues if i.severity != "note"),
        is_defect=any(issue.code == "DEFECT" for issue in reading.issues),
    )


def told_with_rows(reading: Reading) -> Told:
    """A reading in a few words and as rows."""
    return dataclasses.replace(told(reading), rows=csv_rows(reading))
