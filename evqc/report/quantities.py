"""The quantities of a report: results in full, signals and other measurements folded by file with number and range."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.batch.assignment import UNNAMED
from evqc.measurement import State
from evqc.report.format import bound, number, quantity
from evqc.report.shown import Number, ValueGroup, ValueRow
from evqc.report.words import counted, measurand_in_words, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from evqc.batch.assembled import Batch, Value
    from evqc.measurement import Quantity, Scalar

#: Measurands that are signals, counts of an instrument or conditions: they stand behind results and are no results.
_BEHIND = frozenset({
    "absorbance", "fluorescence", "luminescence", "marker_signal", "event_count", "event_share",
    "event_concentration", "fragment_length", "derived_count_rate", "spectral_count", "endotoxin_onset_time",
    "quantification_cycle", "analyte_result", "analyte_concentration", "molar_concentration",
    "marker_positive_particles", "electrophoretic_mobility", "temperature", "viscosity", "conductivity", "volume",
})  # fmt: skip
#: Settings without which a number of its measurand means nothing, in the order in which they are told.
_PARTICULARS = (
    "analyte", "target", "of", "cells", "region", "wavelength_nm", "excitation_nm", "at_least_um", "size_um", "read",
    "channel", "parameter", "statistic", "population", "gate", "capture", "detected_by", "bead", "spot",
)  # fmt: skip
#: Sizes from which on particles are counted.
_FROM = ("at_least_um", "size_um")
_UNITS_OF = {"_nm": " nm", "_um": " µm"}
_ROLES = {UNNAMED: "wells without a name"}


def value_rows(batch: Batch) -> tuple[ValueRow, ...]:
    """Every quantity that was measured or entered by hand, in the order of the batch."""
    instruments = {reading.source.name: reading.instrument or "" for reading in batch.readings}
    return tuple(_value(value, instruments.get(value.file.name)) for value in batch.values)


def _value(value: Value, instrument: str | None) -> ValueRow:
    """One quantity; ``instrument`` is None for what was entered by hand, which is a result whatever it is."""
    of = value.quantity
    return ValueRow(
        sample=value.sample,
        role=_ROLES.get(value.of_assay, value.of_assay) if value.of_assay else value.role or "role not stated",
        title=measurand_in_words(of.measurand) + (f" {value.marker}" if value.marker else ""),
        measurand=of.measurand,
        marker=value.marker,
        particulars=", ".join(_particulars(of.settings)),
        well=_text(of.settings.get("well", of.settings.get("wells"))),
        number=_measured(value),
        state=of.state.value,
        method=of.method or "not stated",
        file=value.file.name,
        is_result=value.of_assay is None and (instrument is None or of.measurand not in _BEHIND),
    )


def _particulars(settings: dict[str, Scalar]) -> Iterable[str]:
    for key in _PARTICULARS:
        if (text := _text(settings.get(key))) != "":
            unit = next((shown for end, shown in _UNITS_OF.items() if key.endswith(end)), "")
            yield f"{'≥ ' if key in _FROM else ''}{text}{unit}"


def _text(value: Scalar) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain(value)
    return "" if value is None else str(value)


def _measured(value: Value) -> Number:
    of = value.quantity
    if of.value is None:
        return _without_value(of)
    n = f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value.replicates}"
    spread = "no uncertainty stated"
    if value.uncertainty is not None:
        spread = f"standard uncertainty {quantity(value.uncertainty, of.unit)}"
    return replace(number(of.value, of.unit), interval=f"{spread}, {n}", n=value.replicates)


def _without_value(of: Quantity) -> Number:
    if of.state is State.MISSING:
        return number(None, of.unit, _why_none(of))
    relation: Literal["<", ">"] = "<" if of.state is State.BELOW_RANGE else ">"
    end = "" if of.bound is None else f" ({relation}{bound(of.bound, of.unit)})"
    return Number(
        value=None,
        unit=of.unit,
        text=f"{of.state}{end}",
        relation=relation,
    )


def _why_none(of: Quantity) -> str:
    """What stands in the file instead of a number, and what that means."""
    if of.as_written:
        return f"no result, {of.reason} ('{of.as_written}')" if of.reason else f"no result ('{of.as_written}')"
    return f"no result, {of.reason}" if of.reason else "no result"


def result_groups(rows: Sequence[ValueRow]) -> tuple[ValueGroup, ...]:
    """The results, repeats of one sample by one method from one file as one group."""
    return _groups([row for row in rows if row.is_result], lambda row: (row.sample, row.role, row.method))


def other_groups(rows: Sequence[ValueRow]) -> tuple[ValueGroup, ...]:
    """What stands behind results, samples together: signals by wavelength or channel, standards and controls apart."""
    return _groups([row for row in rows if not row.is_result], lambda row: (row.role, row.method))


def _groups(rows: Sequence[ValueRow], own: Callable[[ValueRow], tuple[str, ...]]) -> tuple[ValueGroup, ...]:
    found: dict[tuple[str, ...], list[ValueRow]] = {}
    for row in rows:
        found.setdefault((row.file, row.title, row.particulars, row.number.unit, *own(row)), []).append(row)
    return tuple(map(_group, found.values()))


def _group(rows: Sequence[ValueRow]) -> ValueGroup:
    first = rows[0]
    values = [row.number.value for row in rows if row.number.value is not None]
    low, high = (number(end, first.number.unit) for end in (min(values, default=None), max(values, default=None)))
    return ValueGroup(
        title=first.title,
        particulars=first.particulars,
        samples=tuple(dict.fromkeys(row.sample for row in rows)),
        role=first.role,
        method=first.method,
        file=first.file,
        n=len(rows),
        measured=len(values),
        lowest=low,
        highest=high,
        text=_range(first.number, low, high, len(rows), len(values)),
        interval=first.number.interval if len(rows) == 1 else counted(len(rows), "value"),
        states=tuple(_states(rows)),
    )


def _states(rows: Sequence[ValueRow]) -> Iterable[str]:
    states = Counter(row.state for row in rows)
    return states if len(rows) == 1 else (counted(n, state, state) for state, n in states.items())


def _range(only: Number, low: Number, high: Number, n: int, measured: int) -> str:
    if n == 1 or not measured:
        return only.text if n == 1 else "no number"
    return low.text if low.text == high.text else f"{low.text} to {high.text}"
