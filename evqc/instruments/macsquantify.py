"""Miltenyi MACSQuantify: statistics of gates, one row a gate, as a workbook or as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments import _macsplex
from evqc.instruments._amounts import SAID, Amount, amount_in, quantity
from evqc.instruments._cell import Row
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rows import Table, delimiter, ends_open, filled, plain, rows
from evqc.instruments._workbook import every_sheet
from evqc.markers.bead_kits import kits
from evqc.measurement import State
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import MarkerPanel, Quantity
    from evqc.reading import Reading

NAME = "macsquantify"
TITLE = "MACSQuant, MACSQuantify statistics"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "statistics of gates (Full path, WID, %-#, Count/mL) as XLSX or text",
    "medians of the bead gates of a MACSPlex kit in the same table (experimental)",
)
MENTIONS = "full path"
PATH, WELL = "Full path", "WID"
#: Columns of numbers and what they are: of the parent gate, of the suspension as measured, of the run.
_SHARE, _CONCENTRATION, _EVENTS = "%-#", "Count/mL", ("#", "Count", "Events")
#: A localised spreadsheet may have written the point of the number as a comma.
_RUN = re.compile(r"(.+)[.,](\d{4})", re.DOTALL)
#: A run and its gate, as every row of a table begins.
_RUN_AND_GATE = re.compile(r".+[.,]\d{4}\\.+", re.DOTALL)
_NO_WELL = "---"


@dataclass(frozen=True, slots=True)
class Gate:
    """One row: a gate of one run.

    Attributes:
        run: file stem with its number, such as ``EV batch 7.0001``.
        well: as written.
        path: the gates from the outermost to this one.
        row: its cells.
    """

    run: str
    well: str
    path: tuple[str, ...]
    row: Row

    @property
    def sample(self) -> str:
        """The run's name without its four-digit number."""
        found = _RUN.fullmatch(self.run)
        return found[1] if found else self.run

    @property
    def number(self) -> str | None:
        """The run's four-digit number."""
        found = _RUN.fullmatch(self.run)
        return found[2] if found else None


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings holds both ``Full path`` and ``WID``."""
    if file.is_workbook:
        return any({PATH, WELL} <= {plain(c) for c in row} for sheet in file.sheets.values() for row in sheet[:10])
    lines = file.head_lines[:10] if file.holds(PATH) else []
    return any({PATH, WELL} <= {cell.strip(' "') for cell in re.split("[\t;,]", line)} for line in lines)


def read(file: ExportFile) -> Reading:
    """Shares, concentrations and counts of every gate, and a panel of the bead gates of each run that has medians.

    Raises:
        InputError: ``HEADING_MISSING``, ``TRUNCATED``, ``GATE_PATH``, ``GATE_TWICE``, ``MARKER_TWICE``, or what a cell
            refuses.
    """
    separator = None if file.is_workbook else delimiter(file.text())
    if not file.is_workbook and ends_open(file):
        raise refusal(file.name, "TRUNCATED", Where(), "no line end behind the last row", "a whole last row")
    sheets = every_sheet(file) if file.is_workbook else [rows(file, separator)]
    tables = [found for sheet in sheets for found in _tables(file.name, sheet)]
    if not tables:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no sheet with these headings", f"'{PATH}' and '{WELL}'")
    for found in tables if separator else ():
        _macsplex.check_lengths(file.name, found.header, found.body)
    parts = [_Sheet(t, _marks(t, separator)) for t in tables]
    beads = [one for sheet in parts for one in sheet.beads()]
    if not file.is_workbook:
        _check_last(file.name, beads)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="gate statistics",
        measurements=tuple(m for sheet in parts for m in sheet.measurements(beads)),
        issues=(*(i for sheet in parts for i in sheet.issues()), *(_macsplex.remarks(beads) if beads else ())),
        unread=tuple(dict.fromkeys(name for sheet in parts for name in sheet.unread())),
        status="experimental" if beads else STATUS,
    )


def _tables(source: str, sheet: Sequence[Row]) -> Iterator[Table]:
    """The tables of a sheet: each begins with a row of headings.

    Raises:
        InputError: ``HEADING_MISSING`` for a gate above the headings, or in a sheet without any.
    """
    wanted = {PATH.casefold(), WELL.casefold()}
    starts = [i for i, row in enumerate(sheet) if wanted <= {plain(cell.text).casefold() for cell in row}]
    lost = next((row[0] for row in sheet[: [*starts, len(sheet)][0]] if row and _RUN_AND_GATE.match(row[0].text)), None)
    if lost is not None:
        expected = f"headings '{PATH}' and '{WELL}' above it"
        raise refusal(source, "HEADING_MISSING", lost.where(PATH), f"'{lost.text}'", expected)
    for start, end in pairwise([*starts, len(sheet)]):
        yield Table(source, sheet[start], tuple(row for row in sheet[start + 1 : end] if filled(row)))


def _marks(found: Table, separator: str | None) -> Marks:
    texts = (cell.text for row in found.body for cell in row[2:] if cell.number is None)
    return marks(texts, found.source, Where(line=found.header[0].line), delimiter=separator)


def _check_last(source: str, beads: Sequence[_macsplex.Beads]) -> None:
    """Refuse a text whose last run lacks bead gates of the kit or of the run above: it may be cut between rows."""
    if beads and (lacking := _lacking(beads)):
        expected = "the bead gates of the run above it, or all of the kit"
        found = f"'{beads[-1].sample}' ends without {', '.join(sorted(lacking))}"
        raise refusal(source, "TRUNCATED", beads[-1].signals[-1].where, found, expected)


def _lacking(beads: Sequence[_macsplex.Beads]) -> set[str]:
    last = {s.marker for s in beads[-1].signals}
    kit = [known for s in beads[-1].signals if (known := s.bead) is not None][:1]
    whole = {b.marker for known in kit for b in kits()[known.kit]}
    return ({s.marker for s in beads[-2].signals} if len(beads) > 1 else whole) - last


class _Sheet:
    """One table of gates."""

    def __init__(self, found: Table, decimal: Marks) -> None:
        self.table = found
        self.marks = decimal
        self.without_well = [row for row in found.body if not self._has_well(row)]
        self.gates = [self._gate(row) for row in found.body if self._has_well(row)]
        self.medians = {h: c for h in found.headings if (c := _macsplex.median_channel(h)) is not None}
        self.signal = next((h for h, c in self.medians.items() if _macsplex.is_detection(c)), None)
        self.of_kit = self.signal is not None and _macsplex.is_kit(gate.path[-1] for gate in self.gates)
        self.events = next((name for name in _EVENTS if found.has(name)), None)
        self._check_once()

    def _has_well(self, row: Row) -> bool:
        return self.table.text(row, WELL) not in {None, _NO_WELL}

    def _gate(self, row: Row) -> Gate:
        cell = self.table.cell(row, PATH)
        run, *path = cell.text.split("\\")
        if not run or not path or not all(path):
            expected = "a run and its gates, divided by backslashes"
            raise refusal(self.table.source, "GATE_PATH", cell.where(PATH), f"'{cell.text}'", expected)
        return Gate(run, self.table.cell(row, WELL).text, tuple(path), row)

    def _check_once(self) -> None:
        seen = set[tuple[str, str, tuple[str, ...]]]()
        for gate in self.gates:
            key = (gate.run, gate.well, gate.path)
            if key in seen:
                where = self.table.cell(gate.row, PATH).where(PATH)
                found = f"{chr(92).join((gate.run, *gate.path))} in {gate.well} again"
                raise refusal(self.table.source, "GATE_TWICE", where, found, "every gate of a run once")
            seen.add(key)

    def amount(self, gate: Gate, heading: str, *, minimum: float | None = 0) -> Amount:
        """What a cell says; a share above 100 % is refused."""
        cell = self.table.cell(gate.row, heading)
        found = amount_in(cell, heading, self.table.source, self.marks, SAID, minimum=minimum)
        if heading == _SHARE and (found.value or 0) > 100:
            where = cell.where(heading)
            raise refusal(self.table.source, "OUT_OF_RANGE", where, f"{found.value:g} %", "at most 100 % of the parent")
        return found

    def columns(self) -> Iterator[tuple[str, str, str]]:
        """Heading, measurand and unit of the columns that become quantities."""
        known = ((_SHARE, "event_share", "%"), (_CONCENTRATION, "event_concentration", "1/mL"))
        yield from (column for column in known if self.table.has(column[0]))
        if self.events is not None:
            yield self.events, "event_count", "1"

    def measurements(self, beads: Sequence[_macsplex.Beads]) -> Iterator[Quantity | MarkerPanel]:
        """Run by run in the order of the file: the quantities of its gates, then its panel."""
        own = self.beads()
        blanks = [one for one in beads if one.is_blank and one not in own]
        made = iter(_macsplex.panels([*blanks, *own], self.table.source))
        panelled = {one.where: next(made) for one in own if not one.is_blank}
        for gates in self._runs():
            populations = self._populations(gates)
            yield from (q for gate in gates for q in self._quantities(gate, medians=gate not in populations))
            if (panel := panelled.get(self._where(gates[0]))) is not None:
                yield panel

    def _runs(self) -> list[list[Gate]]:
        """Gates by run and well, runs in the order in which they first stand there."""
        found: dict[tuple[str, str], list[Gate]] = {}
        for gate in self.gates:
            found.setdefault((gate.run, gate.well), []).append(gate)
        return list(found.values())

    def _where(self, gate: Gate) -> Where:
        return self.table.cell(gate.row, PATH).where(PATH)

    def _populations(self, gates: Sequence[Gate]) -> list[Gate]:
        """The bead gates of a run: those that a panel is made of."""
        named = [gate for gate in gates if _macsplex.is_population(gate.path[-1])]
        return named if self.of_kit else []

    def _quantities(self, gate: Gate, *, medians: bool) -> Iterator[Quantity]:
        for heading, measurand, unit in self.columns():
            yield self._quantity(gate, heading, measurand, unit)
        if medians:
            for heading, channel in self.medians.items():
                yield self._quantity(gate, heading, "marker_signal", "a.u.", channel=channel or None)

    def _quantity(self, gate: Gate, heading: str, measurand: str, unit: str, **more: str | None) -> Quantity:
        cell = self.table.cell(gate.row, heading)
        return quantity(
            self.amount(gate, heading, minimum=None if unit == "a.u." else 0), measurand, unit, cell.where(heading),
            sample=gate.sample, replicate=gate.number, method="flow cytometry",
            settings={"gate": "/".join(gate.path), "well": gate.well, **self._of_sheet(cell.sheet), **more},
        )  # fmt: skip

    @staticmethod
    def _of_sheet(sheet: str | None) -> dict[str, str]:
        return {} if sheet is None else {"sheet": sheet}

    def beads(self) -> list[_macsplex.Beads]:
        """The bead gates of each run; none where the table has no median of the detection channel."""
        return [
            _macsplex.Beads(gates[0].sample, tuple(map(self._bead, named)), self._where(gates[0]))
            for gates in self._runs()
            if (named := self._populations(gates))
        ]

    def _bead(self, gate: Gate) -> _macsplex.BeadSignal:
        assert self.signal is not None
        events = None if self.events is None else self.amount(gate, self.events).value
        where = self.table.cell(gate.row, self.signal).where(self.signal)
        return _macsplex.BeadSignal(gate.path[-1], self.amount(gate, self.signal, minimum=None), where, events)

    def unread(self) -> tuple[str, ...]:
        """Headings that no measurement uses; of the medians of bead gates only the detection channel is used."""
        used = {PATH, WELL, *(heading for heading, _, _ in self.columns())}
        beads = sum(len(self._populations(gates)) for gates in self._runs())
        medians = self.medians if beads < len(self.gates) else filter(None, [self.signal])
        return self.table.unread(used.union(medians))

    def issues(self) -> Iterator[Issue]:
        """Uneven rows, columns without heading, rows without a well, runs in two wells, gates beyond the outer one."""
        yield from self.table.uneven()
        yield from self.table.unnamed()
        for row in self.without_well:
            where, found = Where(line=row[0].line), f"'{row[0].text}' without a well"
            yield problem("note", "ROW_WITHOUT_WELL", where, found, "a gate of a run; the row is not read")
        wells: dict[str, str] = {}
        for gate in self.gates:
            if wells.setdefault(gate.run, gate.well) != gate.well:
                found = f"'{gate.run}' in {wells[gate.run]} and {gate.well}"
                yield problem("warning", "RUN_IN_TWO_WELLS", self._where(gate), found, "one well a run")
        if self.table.has(_SHARE) and self.table.has(_CONCENTRATION):
            for gates in self._runs():
                yield from self._disagreements(gates)

    def _disagreements(self, gates: Sequence[Gate]) -> Iterator[Issue]:
        """Gates whose concentration is not their share of the gate around them.

        Source: a gate holds ``%-#`` percent of its parent; of an ancestor further out it cannot hold more than that.
        """
        by_path = {gate.path: gate for gate in gates}
        for gate in gates:
            above = next((p for n in range(len(gate.path) - 1, 0, -1) if (p := by_path.get(gate.path[:n]))), None)
            if above is not None and (found := self._contradiction(gate, above)) is not None:
                yield found

    def _contradiction(self, gate: Gate, above: Gate) -> Issue | None:
        share, part = self.amount(gate, _SHARE), self.amount(gate, _CONCENTRATION)
        whole = self.amount(above, _CONCENTRATION)
        if State.MISSING in {share.state, part.state, whole.state} or None in {share.value, part.value, whole.value}:
            return None
        assert share.value is not None
        assert part.value is not None
        assert whole.value is not None
        expected = whole.value * share.value / 100
        slack = (whole.value * self._half(_SHARE) + 100 * self._half(_CONCENTRATION)) / 100 + self._half(_CONCENTRATION)
        direct = len(above.path) == len(gate.path) - 1
        if part.value - expected <= slack and (not direct or expected - part.value <= slack):
            return None
        where = self.table.cell(gate.row, _CONCENTRATION).where(_CONCENTRATION)
        relation = "" if direct else "at most "
        wanted = f"{relation}{share.value:g} % of {above.path[-1]}, {expected:.2f}/mL"
        return problem("warning", "PRINTED_DISAGREES", where, f"{part.value:.2f}/mL in {gate.path[-1]}", wanted)

    def _half(self, heading: str) -> float:
        """Half a unit of the last decimal that any cell of the column prints."""
        texts = (text.replace(",", ".") for text in self.table.column(heading))
        return 0.5 * 10.0 ** -max((len(text.partition(".")[2]) for text in texts), default=0)
