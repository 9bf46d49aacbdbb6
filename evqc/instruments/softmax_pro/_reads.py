"""The reads of a SoftMax Pro plate: quantities of an endpoint read, series of a kinetic one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evqc.calibration import WellSeries
from evqc.errors import Issue, problem, refusal
from evqc.instruments._amounts import amount_in
from evqc.instruments._plate_series import off_interval, read_numbers, seconds, well_series
from evqc.instruments._plate_wells import WORDS, Content, Wells, read_quantities, wells
from evqc.instruments._plates import LETTERS
from evqc.instruments._printed import Printed
from evqc.instruments.softmax_pro._plate import Header, Read, Table, header, tables, unmixed
from evqc.measurement import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from evqc.errors import Where
    from evqc.instruments._cell import Cell
    from evqc.instruments._marks import Marks
    from evqc.instruments.softmax_pro._blocks import Block
    from evqc.measurement import Quantity


@dataclass(frozen=True, kw_only=True)
class PlateReads:
    """The values of one plate.

    Attributes:
        header: what its first line states.
        endpoint: each read with its settings.
        signal: what groups compute with: the reduced values, or the only raw ones; None when there are none.
        series: kinetic reads.
        unread: what is not read.
        issues: what should be known.
    """

    header: Header
    endpoint: tuple[tuple[Wells, dict[str, Scalar]], ...] = ()
    signal: Wells | None = None
    series: tuple[WellSeries, ...] = ()
    unread: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


def plate_reads(source: str, block: Block, delimiter: str | None) -> PlateReads:
    """The values of a plate block.

    Raises:
        InputError: what the parts raise, ``TRUNCATED`` when there are fewer reads than the header states.
    """
    head = header(source, block)
    where = block.head[0].where("Plate:")
    if not head.mode or head.kind not in {"Endpoint", "Kinetic"}:
        shown = f"plate '{head.name}', {head.kind} of {block.head[5].text}"
        expected = "an endpoint or kinetic read of absorbance, fluorescence or luminescence"
        issue = problem("warning", "READ_NOT_READ", where, shown, expected)
        return PlateReads(header=head, unread=(f"Plate: {head.name}",), issues=(issue,))
    raw = tables(source, block, head)
    found, used, mixed = unmixed(source, raw, where, delimiter=delimiter, absorbance=head.mode == "absorbance")
    made = _kinetic if head.kind == "Kinetic" else _endpoint
    reads = made(source, head, found, used, where)
    return replace(reads, issues=(*mixed, *reads.issues))


def _endpoint(source: str, head: Header, found: list[Table], used: Marks, where: Where) -> PlateReads:
    raw = [table for table in found if not table.reduced]
    made = [part for table in raw for part in _raw(source, head, table, used, where)]
    reduced = [wells("Reduced", t.reads[0].wells[0], source, used) for t in found if t.reduced and t.reads]
    own = [] if made and reduced and _same(made[0][0], reduced[0]) and len(made) == 1 else reduced
    issues = [issue for values, _ in made for issue in values.issues]
    signal = reduced[0] if reduced else made[0][0] if len(made) == 1 else None
    issues += [issue for values in own for issue in _nearly(values, [raw for raw, _ in made], where)]
    issues += _torn_rows(found, where)
    if not made and not reduced:
        expected = "values below the line of the plate"
        issues.append(problem("warning", "PLATE_EMPTY", where, f"plate '{head.name}' without values", expected))
    endpoint = (*made, *((values, _settings(head, "Reduced", None, None)) for values in own))
    return PlateReads(header=head, endpoint=endpoint, signal=signal, issues=tuple(issues))


def _raw(source: str, head: Header, table: Table, used: Marks, where: Where) -> list[tuple[Wells, dict[str, Scalar]]]:
    if len(table.reads) != 1 or len(table.reads[0].wells) != len(head.wavelengths_nm):
        shown = f"{len(table.reads)} reads of {[len(read.wells) for read in table.reads]} wavelengths"
        raise refusal(source, "PLATE_SHAPE", where, shown, f"one read of {len(head.wavelengths_nm)} wavelengths")
    read = table.reads[0]
    degrees = _temperature(source, read.temperature, used)
    return [
        (wells("Raw", cells, source, used), _settings(head, "Raw", n, degrees)) for n, cells in enumerate(read.wells)
    ]


def _temperature(source: str, cell: Cell, used: Marks) -> float | None:
    return amount_in(cell, "Temperature", source, used, WORDS).value


def _settings(head: Header, read: str, n: int | None, degrees: float | None) -> dict[str, Scalar]:
    """Settings of one read: its wavelengths; of reduced values all those that went into them, as text."""
    said: dict[str, Scalar] = {"plate": head.name, "read": read, "temperature_degC": degrees}
    if n is None and len(head.wavelengths_nm) > 1:
        return {**said, "wavelengths_nm": " ".join(f"{w:g}" for w in head.wavelengths_nm if w is not None)}
    place = n or 0
    if head.mode == "absorbance":
        return {**said, "wavelength_nm": head.wavelengths_nm[place]}
    excitation = head.excitation_nm[place] if place < len(head.excitation_nm) else None
    return {**said, "excitation_nm": excitation, "emission_nm": head.wavelengths_nm[place]}


def _same(raw: Wells, reduced: Wells) -> bool:
    """Whether the reduced values are the raw ones, within the rounding of both."""
    names = list(reduced.cells)
    return bool(_near(raw.numbers(names), reduced.numbers(names)).all())


def _near(one: Printed, other: Printed) -> NDArray[np.bool_]:
    gaps = np.abs(one.value - other.value)
    near = gaps <= one.rounding + other.rounding + 1e-9 * np.abs(one.value)
    return np.asarray(near | (np.isnan(one.value) & np.isnan(other.value)))


def _nearly(reduced: Wells, raw: list[Wells], where: Where) -> tuple[Issue, ...]:
    """A warning when most reduced values, but not all, are the raw ones or the difference of two wavelengths.

    The export does not state the formula of the plate; where most wells show it, the others contradict it, as does a
    well that holds a number in only one of the two.
    """
    names = list(reduced.cells)
    told, known = reduced.numbers(names), [one.numbers(names) for one in raw]
    if len(known) == 2:
        first, second = known
        known.append(Printed(first.value - second.value, first.rounding + second.rounding))
    near = [_near(one, told)[np.isfinite(told.value) | np.isfinite(one.value)] for one in known]
    best = max((wells for wells in near if wells.size), key=np.mean, default=None)
    if best is None or not 0.5 < best.mean() < 1.0:
        return ()
    shown = f"{(~best).sum()} of {best.size} reduced values differ"
    return (problem("warning", "PRINTED_DISAGREES", where, shown, "the raw values, as in the other wells"),)


def _torn_rows(found: list[Table], where: Where) -> tuple[Issue, ...]:
    """A warning when a whole row of a plate is empty while the rows around it are not: it may have been lost."""
    issues = []
    for cells in (cells for table in found for read in table.reads for cells in read.wells):
        letters = [name.rstrip("0123456789") for name, cell in cells.items() if cell.text]
        rows = sorted({LETTERS.index(letter) for letter in letters})
        gaps = [LETTERS[n] for n in range(rows[0], rows[-1]) if n not in rows] if rows else []
        if gaps:
            shown, expected = f"row {gaps[0]} without values", "values, as in the rows around it"
            issues.append(problem("warning", "PLATE_PARTIAL", where, shown, expected))
    return tuple(issues[:1])


def _kinetic(source: str, head: Header, found: list[Table], used: Marks, where: Where) -> PlateReads:
    raw = [table for table in found if not table.reduced]
    unread = tuple(f"Reduced values of plate {head.name}" for table in found if table.reduced)
    reads = [read for table in raw for read in table.reads]
    _refuse_fewer(source, head, reads, where)
    times, restored = _times(source, head, [read.time for read in reads])
    series: list[WellSeries] = []
    issues = [*restored, *off_interval(times, head.interval_s, "as the plate states", where)]
    for n, wavelength in enumerate(head.wavelengths_nm):
        names = list(reads[0].wells[n])
        values, worded = read_numbers([[read.wells[n][name] for name in names] for read in reads], source, used)
        issues += _lost_rows(names, values, where)
        series += well_series(head.name, names, times, values, head.mode, wavelength, where, source)
        issues += worded
    return PlateReads(header=head, series=tuple(series), unread=unread, issues=tuple(issues))


def _lost_rows(names: list[str], values: NDArray[np.float64], where: Where) -> tuple[Issue, ...]:
    """A warning when a whole row of the plate is empty in some reads and not in others: a line may have been lost."""
    letters = np.array([name.rstrip("0123456789") for name in names])
    there = {
        letter: np.isfinite(values[:, letters == letter]).any(axis=1) for letter in dict.fromkeys(letters.tolist())
    }
    lost = [letter for letter, reads in there.items() if reads.any() and not reads.all()]
    if not lost:
        return ()
    shown = f"row {lost[0]} without values in {int((~there[lost[0]]).sum())} reads"
    return (problem("warning", "PLATE_PARTIAL", where, shown, "values in every read, or in none"),)


def _refuse_fewer(source: str, head: Header, reads: list[Read], where: Where) -> None:
    """Refuse a plate with fewer reads or wavelengths than its header states."""
    if len(reads) < max(head.reads, 1):
        raise refusal(source, "TRUNCATED", where, f"{len(reads)} reads", f"{head.reads} reads, as the plate states")
    wanted = len(head.wavelengths_nm)
    odd = next((read for read in reads if len(read.wells) != wanted), None)
    if odd is not None:
        shown = f"a read of {len(odd.wells)} wavelengths"
        raise refusal(source, "PLATE_SHAPE", odd.time.where("Time"), shown, f"{wanted}, as the plate states")


def _times(source: str, head: Header, cells: list[Cell]) -> tuple[list[float], tuple[Issue, ...]]:
    """The times of the reads in seconds.

    A spreadsheet program takes ``24:00`` (minutes and seconds) for hours and minutes and saves ``24:00:00``. Such a
    time is read as minutes and seconds, with a warning, where only that falls on the interval that the plate states.
    """
    told = np.array([seconds(cell, source) for cell in cells])
    if head.interval_s is None:
        return told.tolist(), ()
    due = told[0] + head.interval_s * np.arange(told.size)
    # Of minutes and seconds it makes hours and minutes, and no seconds.
    wrong = (np.abs(told - due) > 1.0) & (np.abs(told / 60.0 - due) <= 1.0) & (told % 60.0 == 0)
    if not wrong.any():
        return told.tolist(), ()
    first = cells[int(np.argmax(wrong))]
    shown = f"'{first.text}' where {due[int(np.argmax(wrong))]:g} s are due; {wrong.sum()} such times"
    expected = f"a read every {head.interval_s:g} s, as the plate states; taken as minutes and seconds"
    issue = problem("warning", "TIME_RESAVED", first.where("Time"), shown, expected)
    return np.where(wrong, told / 60.0, told).tolist(), (issue,)


def quantities(plate: PlateReads, layout: Mapping[str, Content]) -> list[Quantity]:
    """The quantities of an endpoint plate, read by read.

    Args:
        plate: its reads.
        layout: what is in its wells.
    """
    return [
        one
        for values, settings in plate.endpoint
        for one in read_quantities(values, plate.header.mode, settings, layout)
    ]
