"""Bead populations of a MACSPlex kit to marker panels, whichever program exported their medians."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount
from evqc.markers.bead_kits import TITLES, Bead, bead, kits
from evqc.markers.panel import MarkerInput, interpret
from evqc.markers.vocabulary import resolve
from evqc.measurement import Control, MarkerPanel, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.instruments._cell import Row

TECHNIQUE = "bead-based flow cytometry"
UNIT = "a.u."
#: Events of one bead population below which its median is flagged; evqc's choice between the usual 50 and 100.
FEWEST_EVENTS = 50
#: So many beads by name are a kit even without its control beads; cells are stained for fewer markers at once.
FEWEST_BEADS = 10
#: A median of the detection channel: APC, but no tandem dye that begins with it, or MACSQuant's first red detector.
_DETECTION = re.compile(
    r"(.*[^a-z])?(apc(?![\s-]*(cy|vio|h\d|fire|r7|alexa|efluor|eflour))|r1)([^a-z0-9].*)?", re.IGNORECASE
)
_MEDIAN = re.compile(r"(?:x-?)?(?:median|med|md)\b\.?\s*(?:of\s+)?[:,(<\[]*\s*([^)>\]]*?)\s*[)>\]]*", re.IGNORECASE)
#: Names that can mean nothing but a sample without vesicles.
_BLANK = re.compile(
    r"((process|buffer|medium|media|pbs|diluent|assay|kit|procedural)[ _-]*)?"
    r"(blank|no[ _-]ev|without[ _-]evs?|beads[ _-]only|buffer[ _-]only)([ _-]*(control|ctrl))?"
    r"[ _-]*(\d{1,3}|[a-h])?(\.fcs)?",
    re.IGNORECASE,
)
_OUTSIDE: dict[State, Literal["below range", "above range"]] = {
    State.BELOW_RANGE: "below range",
    State.ABOVE_RANGE: "above range",
}


@dataclass(frozen=True, slots=True)
class BeadSignal:
    """The median of one bead population.

    Attributes:
        as_written: the population's name.
        found: its median of the detection channel.
        where: its place.
        events: events behind the median; None when not exported.
    """

    as_written: str
    found: Amount
    where: Where
    events: float | None = None

    @property
    def bead(self) -> Bead | None:
        """The bead of a known kit; None when no kit has it."""
        return bead(self.as_written)

    @property
    def marker(self) -> str:
        """Canonical name of what the bead captures; the written name where the vocabulary has none."""
        if (known := self.bead) is not None:
            return known.marker
        found = resolve(self.as_written)
        return found.name if found else self.as_written


@dataclass(frozen=True, slots=True)
class Beads:
    """All bead populations of one sample.

    Attributes:
        sample: as the file names it.
        signals: one a population, in the order of the file.
        where: where the sample begins.
    """

    sample: str
    signals: tuple[BeadSignal, ...]
    where: Where

    @property
    def is_blank(self) -> bool:
        """Whether the name says that the sample holds no vesicles."""
        return is_blank(self.sample)


def check_lengths(source: str, header: Row, body: Iterable[Row]) -> None:
    """Refuse rows of a text that have not as many cells as headings: an unquoted ``HLA-DR,DP,DQ`` moves the others.

    Raises:
        InputError: ``ROW_LENGTH``.
    """
    for row in body:
        if len(row) != len(header) and (len(row) < len(header) or any(cell.text for cell in row[len(header) :])):
            expected = f"{len(header)} cells, as many as headings; a comma in a name stands in quotation marks"
            raise refusal(source, "ROW_LENGTH", Where(line=row[0].line), f"{len(row)} cells", expected)


def is_blank(sample: str) -> bool:
    """Whether a sample's name says unmistakably that it is a blank: ``Blank 2``, ``buffer blank``, ``no EV``."""
    return _BLANK.fullmatch(sample.strip()) is not None


def median_channel(heading: str) -> str | None:
    """The channel of a heading such as ``Median (APC-A)``, ``Md(R1-A)`` or ``Median``; None when it is no median."""
    found = _MEDIAN.fullmatch(heading.strip())
    return None if found is None else found[1]


def is_detection(channel: str) -> bool:
    """Whether a channel is the one that the detection antibodies are read in (APC, on a MACSQuant R1)."""
    return _DETECTION.fullmatch(channel.strip()) is not None


def is_population(name: str) -> bool:
    """Whether a gate is named after a bead of a kit or after a marker."""
    return bead(name) is not None or resolve(name) is not None


def is_kit(names: Iterable[str]) -> bool:
    """Whether gates are those of a kit, not of stained cells: a control bead is among them, or ten beads are."""
    beads = {found for name in names if (found := bead(name)) is not None}
    return len(beads) >= FEWEST_BEADS or any(found.is_control for found in beads)


def panels(samples: Sequence[Beads], source: str) -> list[MarkerPanel]:
    """One panel a sample that is no blank; each bead is called by its isotype's control bead and by the blanks.

    Args:
        samples: in the order of the file. Blanks serve all of them.
        source: name of the file, for the message.

    Raises:
        InputError: ``MARKER_TWICE`` for two populations of one marker in one sample.
    """
    for one in samples:
        _check_once(one, source)
    blanks = [
        Control(name=one.sample, kind="blank", marker=s.marker, signal=s.found.value, unit=UNIT)
        for one in samples
        if one.is_blank
        for s in one.signals
        if s.found.value is not None
    ]
    return [_panel(one, blanks) for one in samples if not one.is_blank]


def _check_once(one: Beads, source: str) -> None:
    seen: dict[str, BeadSignal] = {}
    for signal in one.signals:
        if (first := seen.setdefault(signal.marker, signal)) is not signal:
            found = f"'{signal.as_written}' beside '{first.as_written}' in '{one.sample}'"
            raise refusal(source, "MARKER_TWICE", signal.where, found, "one population a marker")


def _panel(one: Beads, blanks: Sequence[Control]) -> MarkerPanel:
    control = {s.marker: s for s in one.signals if s.bead is not None and s.bead.is_control}
    markers = [s for s in one.signals if s.marker not in control]
    isotypes = [
        Control(name=of.as_written, kind="isotype", marker=s.marker, signal=of.found.value, unit=UNIT)
        for s in markers
        if s.bead is not None and (of := control.get(s.bead.control)) is not None and of.found.value is not None
    ]
    named = {s.marker for s in markers}
    serving = [blank for blank in blanks if blank.marker in named]
    called = interpret(TECHNIQUE, one.sample, [_input(s) for s in markers], [*isotypes, *serving])
    results = (
        replace(r, as_written=s.as_written, why=r.why + _remark(s))
        for r, s in zip(called.markers, markers, strict=True)
    )
    return replace(called, markers=tuple(results), where=one.where)


def _input(signal: BeadSignal) -> MarkerInput:
    found = signal.found
    return MarkerInput(
        as_written=signal.marker,
        signal=found.value,
        outside=_OUTSIDE.get(found.state),
        bound=found.bound,
        unit=UNIT,
    )


def _remark(signal: BeadSignal) -> str:
    """What the call does not say: the word instead of a number, and a control that is one by convention."""
    missing = signal.found.state is State.MISSING
    word = f"the file says '{signal.found.as_written}'" if signal.found.as_written else "its cell is empty"
    said = f"; {word}" if missing else ""
    few = f"; {signal.events:g} events" if _few(signal) else ""
    if signal.bead is None:
        return f"{said}{few}; no kit that evqc knows has this bead, so none of its controls belongs to it"
    if signal.bead.control_is_matched:
        return said + few
    return f"{said}{few}; {signal.bead.control} by convention, as the kit has no control for {signal.bead.isotype}"


def _few(signal: BeadSignal) -> bool:
    return signal.events is not None and signal.events < FEWEST_EVENTS


def remarks(samples: Sequence[Beads]) -> tuple[Issue, ...]:
    """What a person should know of the panels: the kit's map, missing beads, few events, no blank."""
    return (*_kit(samples), *(issue for one in samples for issue in _of(one)), *_twice(samples), *_blanks(samples))


def _kit(samples: Sequence[Beads]) -> Iterator[Issue]:
    """Kit and lot stand in no export; what its names show is said."""
    signals = {s.marker: s for one in reversed(samples) for s in reversed(one.signals)}
    foreign = [s for s in signals.values() if s.bead is None]
    where = samples[0].where if samples else Where()
    if foreign:
        names = ", ".join(s.as_written for s in foreign)
        expected = "beads of a kit that evqc knows; without its map these have no isotype control"
        yield problem("warning", "KIT_UNKNOWN", foreign[0].where, names, expected)
    for name, beads in kits().items():
        if any(s.bead is not None and s.bead.kit == name for s in signals.values()):
            found = f"beads as of '{TITLES[name]}'; kit and lot are not stated"
            yield problem("note", "KIT_BY_NAMES", where, found, "the lot's own map of beads; isotypes are of this one")
            if missing := [b.marker for b in beads if b.marker not in signals]:
                expected = f"all {len(beads)} beads of the kit; what is not there was not tested"
                yield problem("warning", "BEAD_MISSING", where, f"no {', '.join(missing)}", expected)


def _of(one: Beads) -> Iterator[Issue]:
    if few := [f"{s.as_written} {s.events:g}" for s in one.signals if _few(s)]:
        expected = f"at least {FEWEST_EVENTS} events behind a median (evqc's own limit)"
        yield problem("warning", "FEW_EVENTS", one.where, f"'{one.sample}': {', '.join(few)}", expected)
    if silent := [s.as_written for s in one.signals if s.found.state is State.MISSING]:
        expected = "a median; without one the marker was not tested"
        yield problem("warning", "MEDIAN_MISSING", one.where, f"'{one.sample}': {', '.join(silent)}", expected)


def _twice(samples: Sequence[Beads]) -> Iterator[Issue]:
    """Samples whose medians are all those of a sample above: one of them was copied."""
    seen: dict[tuple[tuple[str, float], ...], Beads] = {}
    for one in samples:
        values = tuple((s.marker, s.found.value) for s in one.signals if s.found.value is not None)
        if len(values) > 1 and (first := seen.setdefault(values, one)) is not one:
            found = f"'{one.sample}' with every median of '{first.sample}'"
            yield problem("warning", "VALUES_TWICE", one.where, found, "a sample of its own")


def _blanks(samples: Sequence[Beads]) -> Iterator[Issue]:
    where = samples[0].where if samples else Where()
    if samples and not any(one.is_blank for one in samples):
        expected = "a sample named 'Blank'; without one no bead has a background of its own, and calls stay open"
        yield problem("note", "NO_BLANK", where, "no sample whose name says that it is a blank", expected)
    if samples and all(one.is_blank for one in samples):
        yield problem("warning", "ONLY_BLANKS", where, "blanks alone", "a sample")
