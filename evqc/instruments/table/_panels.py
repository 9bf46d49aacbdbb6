"""Rows of a table to marker panels, one a sample, with the controls that stand among the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem, refusal
from evqc.instruments._amounts import Amount
from evqc.instruments.table._cells import amount_of, each, number_of, refuse_percent, text_of
from evqc.instruments.table._table import by_sample
from evqc.instruments.table.mapping import Mapping, Panel
from evqc.markers.names import names_a_control
from evqc.markers.panel import MarkerInput, interpret, stated
from evqc.markers.vocabulary import candidates, doubt, resolve
from evqc.measurement import Control, MarkerPanel, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.errors import Where
    from evqc.instruments.table._table import Entry

_OUTSIDE: dict[State, Literal["below range", "above range"]] = {
    State.BELOW_RANGE: "below range",
    State.ABOVE_RANGE: "above range",
}

_TO_DECLARE = "the name under [panel] controls of the mapping"


def panels(entries: Sequence[Entry], mapping: Mapping, source: str) -> tuple[MarkerPanel, ...]:
    """One panel a sample, each marker called by the controls of its row, its sample and the blank samples.

    Args:
        entries: the rows.
        mapping: says which columns, rows and samples are markers and controls.
        source: name of the file, for messages.

    Raises:
        InputError: every cell that cannot be read, up to ten; ``UNKNOWN_CALL``, ``MARKER_TWICE`` for a marker that a
            sample lists twice, ``CONTROL_NOT_DECLARED`` for an isotype control that the mapping does not name.
    """
    assert mapping.panel is not None
    reader = _Reader(mapping.panel, mapping, source)
    samples = by_sample(entries)
    blanks = [e for name in mapping.panel.controls.blank_samples for e in samples.pop(name, [])]
    shared = each(source, blanks, reader.blank_of_marker)
    return tuple(_panel(name, own, reader, shared) for name, own in samples.items())


def name_issues(entries: Sequence[Entry], mapping: Mapping) -> tuple[Issue, ...]:
    """What is to be said of the names in the column of markers, and of the controls that the mapping declares.

    A warning for every name that means more than one thing, for every control that the mapping does not name and for
    every one that a sample lacks; a note for every other unknown name.
    """
    assert mapping.panel is not None
    heading, declared = mapping.panel.marker, mapping.panel.controls
    first = {entry.cells[heading].text: entry.cells[heading] for entry in reversed(entries)}
    doubtful = [n for n in first if doubt(n) is not None and n not in (*declared.isotype, *declared.blank)]
    named = (_doubtful(name, first[name].where(heading)) for name in sorted(doubtful, key=lambda n: first[n].line))
    return (*named, *_lacking(entries, mapping.panel))


def _doubtful(name: str, where: Where) -> Issue:
    if _is_undeclared(name):
        found = f"'{name}' is named like a control and counts for no marker"
        return problem("warning", "CONTROL_NOT_DECLARED", where, found, _TO_DECLARE)
    expected = "a name that means one marker of the vocabulary"
    if candidates(name):
        return problem("warning", "MARKER_AMBIGUOUS", where, str(doubt(name)), expected)
    return problem("note", "MARKER_UNKNOWN", where, str(doubt(name)), expected)


def _is_undeclared(name: str) -> bool:
    """Whether a name that is no marker's, and that the mapping does not declare, is clearly that of a control."""
    return not candidates(name) and names_a_control(name)


def _lacking(entries: Sequence[Entry], panel: Panel) -> Iterator[Issue]:
    """The controls that the mapping declares and a sample has not; samples that are blanks need none."""
    heading, declared = panel.marker, panel.controls
    for sample, own in by_sample(entries).items():
        there = {entry.cells[heading].text for entry in own}
        lacking = [f"'{name}'" for name in (*declared.isotype, *declared.blank) if name not in there]
        if lacking and sample not in declared.blank_samples:
            found = f"'{sample}' has no row {', '.join(lacking)}"
            where = own[0].cells[heading].where(heading)
            yield problem("warning", "CONTROL_NOT_FOUND", where, found, "every control that the mapping names")


@dataclass(frozen=True, slots=True)
class _Reader:
    """A panel's mapping together with the file it reads: what the cells of one row say."""

    panel: Panel
    mapping: Mapping
    source: str

    def kind(self, entry: Entry) -> Literal["isotype", "blank"] | None:
        """Which control the row is; None for a marker."""
        if self.name(entry) in self.panel.controls.isotype:
            return "isotype"
        return "blank" if self.name(entry) in self.panel.controls.blank else None

    def name(self, entry: Entry) -> str:
        return text_of(entry.cells[self.panel.marker], self.panel.marker, self.source)

    def signal(self, entry: Entry) -> Amount:
        if (heading := self.panel.signal) is None:
            return Amount(State.MISSING)
        refuse_percent(entry.cells[heading], heading, self.panel.unit, self.source)
        return amount_of(entry.cells[heading], heading, self.mapping.table, self.source)

    def number(self, entry: Entry, heading: str | None) -> float | None:
        if heading is None:
            return None
        refuse_percent(entry.cells[heading], heading, self.panel.unit, self.source)
        return number_of(entry.cells[heading], heading, self.mapping.table, self.source)

    def said(self, entry: Entry, heading: str | None) -> str | None:
        if heading is None or not (text := entry.cells[heading].text):
            return None
        if stated(text) is None:
            expected = "+, -, +/-, positive, negative, weak, not tested or nothing"
            raise refusal(self.source, "UNKNOWN_CALL", entry.cells[heading].where(heading), f"'{text}'", expected)
        return text

    def control(self, entry: Entry) -> Control:
        """The control of the whole sample that a row is."""
        kind = self.kind(entry)
        assert kind is not None
        return Control(name=self.name(entry), kind=kind, signal=self.signal(entry).value, unit=self.panel.unit)

    def blank_of_marker(self, entry: Entry) -> Control:
        """The blank of one marker that a row of a blank sample is."""
        marker = resolve(self.name(entry))
        name = marker.name if marker else self.name(entry)
        signal = self.signal(entry).value
        return Control(name=entry.sample, kind="blank", marker=name, signal=signal, unit=self.panel.unit)

    def blank_of_row(self, entry: Entry) -> Control:
        """The blank that stands in a marker's own row."""
        marker = resolve(self.name(entry))
        name = marker.name if marker else self.name(entry)
        signal = self.number(entry, self.panel.blank)
        return Control(name="own blank", kind="blank", marker=name, signal=signal, unit=self.panel.unit)

    def marker(self, entry: Entry) -> MarkerInput:
        """The marker that a row is."""
        found = self.signal(entry)
        background = self.number(entry, self.panel.background)
        return MarkerInput(
            as_written=self.name(entry),
            signal=found.value,
            outside=_OUTSIDE.get(found.state),
            bound=found.bound,
            unit=self.panel.unit,
            background=() if background is None else (background,),
            limit_of_detection=self.number(entry, self.panel.limit_of_detection),
            lysate_signal=self.number(entry, self.panel.lysate),
            stated_call=self.said(entry, self.panel.call),
            lysate_call=self.said(entry, self.panel.lysate_call),
        )


def _panel(sample: str, entries: Sequence[Entry], reader: _Reader, shared: Sequence[Control]) -> MarkerPanel:
    rows = [entry for entry in entries if reader.kind(entry) is None]
    markers = [entry for entry in rows if not _is_undeclared(reader.name(entry))]
    _check_names(markers, reader)
    inputs = each(reader.source, markers, reader.marker)
    controls = each(reader.source, [entry for entry in entries if reader.kind(entry)], reader.control)
    blanks = [reader.blank_of_row(entry) for entry in markers] if reader.panel.blank else []
    told = [blank for blank in blanks if blank.signal is not None]
    return interpret(reader.panel.technique, sample, inputs, (*controls, *told, *shared))


def _check_names(markers: Sequence[Entry], reader: _Reader) -> None:
    heading, seen = reader.panel.marker, set[str]()
    for entry in markers:
        name, where = reader.name(entry), entry.cells[heading].where(heading)
        found = resolve(name)
        if found is not None and found.role == "isotype control":
            raise refusal(reader.source, "CONTROL_NOT_DECLARED", where, f"the isotype control '{name}'", _TO_DECLARE)
        if name in seen:
            raise refusal(
                reader.source, "MARKER_TWICE", where, f"'{name}' again in '{entry.sample}'", "one row a marker"
            )
        seen.add(name)
