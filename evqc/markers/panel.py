"""What a panel says of each marker: positive, negative, indeterminate, not tested or invalid, and by which control.

The rules, from METHODS E and MISEV2023 (doi:10.1002/jev2.12404: a negative needs a control that could have shown it):

* Above the limit of detection of the controls is positive, below their limit of blank negative, between the two
  indeterminate. Limits need replicate controls or a stated limit of detection.
* Without any control, or above a single control value, nothing is positive: nobody knows by how much to exceed it. The
  word of the laboratory decides beside a single control value, where the number lies on the side that it says, on a
  blot beside a lysate that shows the band, and of a protein that mass spectrometry found; never without. A band that
  was read by eye and has no number is what the laboratory says it is.
* An isotype control that is itself above the blank (or, without blank, not below every tetraspanin of the panel)
  stains unspecifically. What it outshines is then invalid, not negative.
* A panel in which everything is exactly zero shows nothing unless a lysate shows that the assay works.
* What was not tested is not negative.
"""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING, Literal

from evqc.markers.limits import Judgement, call
from evqc.markers.presence import shows_presence_only
from evqc.markers.vocabulary import candidates, doubt, marker_set, resolve
from evqc.measurement import Call, Control, MarkerPanel, MarkerResult
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: How the reason begins of a call that a person made and no number decided.
BY_THE_LABORATORY = "stated as"
_BLOT = re.compile(r"blot|\bwb\b|\bwes\b", re.IGNORECASE)
_STATED: dict[Call, tuple[str, ...]] = {
    Call.POSITIVE: ("+", "++", "+++", "++++", "pos", "positive", "present", "detected", "yes"),
    Call.NEGATIVE: ("-", "−", "–", "neg", "negative", "absent", "not detected", "no"),
    Call.INDETERMINATE: ("±", "+/-", "(+)", "weak", "faint", "equivocal", "borderline", "indeterminate"),
    Call.NOT_TESTED: ("not tested", "nt", "n.t.", "not done", "not determined"),
    Call.INVALID: ("invalid", "failed", "not evaluable"),
}


@record
class MarkerInput:
    """What a table or a person says of one marker.

    Attributes:
        as_written: the marker's name.
        signal: in ``unit``; None when no number is given.
        outside: no number because the assay's range ends below or above it.
        bound: the end of the range, in ``unit``, when the source names it.
        unit: unit of all numbers here.
        background: values of this marker's own isotype control.
        limit_of_detection: as the laboratory states it.
        lysate_signal: of the source-cell lysate, which shows that the antibody works.
        stated_call: what a person read by eye, such as ``+``; must be known to ``stated``.
        lysate_call: the same for the lysate.
        tested: False when the marker is listed as not tested.
    """

    as_written: str
    signal: float | None = None
    outside: Literal["below range", "above range"] | None = None
    bound: float | None = None
    unit: str | None = None
    background: tuple[float, ...] = ()
    limit_of_detection: float | None = None
    lysate_signal: float | None = None
    stated_call: str | None = None
    lysate_call: str | None = None
    tested: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite, a signal outside the range and an untested marker with a signal."""
        numbers = (self.signal, self.bound, self.limit_of_detection, self.lysate_signal, *self.background)
        if not all(math.isfinite(n) for n in numbers if n is not None):
            raise ValueError(f"{self.as_written}: a number is not finite")
        if self.outside and self.signal is not None:
            raise ValueError(f"{self.as_written}: {self.outside} and a signal exclude each other")
        if not self.tested and (self.outside or self.signal is not None):
            raise ValueError(f"{self.as_written}: not tested and a signal exclude each other")


def stated(text: str) -> Call | None:
    """The call that a word or sign such as ``+``, ``neg`` or ``not tested`` states; None when it is not understood.

    ``n.d.`` is not understood: it stands for "not detected" and for "not determined".
    """
    plain = " ".join(text.casefold().split())
    return next((call for call, words in _STATED.items() if plain in words), None)


def interpret(
    technique: str, sample: str | None, rows: Sequence[MarkerInput], controls: Sequence[Control] = ()
) -> MarkerPanel:
    """The panel of one sample with each marker called.

    Args:
        technique: such as ``bead-based flow cytometry`` or ``western blot``.
        sample: its name; None when not stated.
        rows: one a marker.
        controls: of the panel; those with ``marker`` (a canonical name) serve that marker alone, instead of the
            panel's controls of that kind.

    Returns:
        One result a row, in order; ``controls`` holds those given and those that stand in the rows.

    Raises:
        ValueError: units differ, or a stated call is not understood.
    """
    _same_unit(rows, controls)
    own = [control for row in rows for control in _own_controls(row, controls)]
    tetraspanins = [row.signal for row in rows if row.signal is not None and _name(row) in _tetraspanins()]
    silent = _nothing_shows(rows, controls)
    judge = partial(_judge, controls=controls, tetraspanins=tetraspanins, silent=silent, technique=technique)
    results = (_result(row, judge(row), own) for row in rows)
    return MarkerPanel(technique=technique, sample=sample, controls=(*controls, *own), markers=tuple(results))


def _tetraspanins() -> tuple[str, ...]:
    return marker_set("tetraspanins").members


def _name(row: MarkerInput) -> str:
    found = resolve(row.as_written)
    return found.name if found else row.as_written


def _same_unit(rows: Sequence[MarkerInput], controls: Sequence[Control]) -> None:
    units = {row.unit for row in rows} | {control.unit for control in controls}
    if len(units - {None}) > 1:
        raise ValueError(f"one panel, several units: {', '.join(sorted(u for u in units if u))}")


def _own_controls(row: MarkerInput, controls: Sequence[Control]) -> Iterable[Control]:
    """The controls that stand in a marker's own row, the lysate with what it shows."""
    name = _name(row)
    for value in row.background:
        yield Control(name="own background", kind="isotype", marker=name, signal=value, unit=row.unit)
    if row.lysate_signal is not None or row.lysate_call is not None:
        shows = _understood(row, row.lysate_call) or _lysate_by_number(row, controls)
        yield Control(name="lysate", kind="lysate", marker=name, signal=row.lysate_signal, unit=row.unit, call=shows)


def _lysate_by_number(row: MarkerInput, controls: Sequence[Control]) -> Call | None:
    """What the lysate's number says against the marker's controls; None when they do not decide."""
    assert row.lysate_signal is not None
    judged = call(
        row.lysate_signal,
        isotype=_values(row, controls, "isotype"),
        blank=_values(row, controls, "blank"),
        limit_of_detection=row.limit_of_detection,
    )
    return judged.call if judged.call in {Call.POSITIVE, Call.NEGATIVE} else None


def _understood(row: MarkerInput, text: str | None) -> Call | None:
    if text is None:
        return None
    if (said := stated(text)) is None:
        raise ValueError(f"{row.as_written}: call '{text}' is not understood")
    return said


def _values(row: MarkerInput, controls: Sequence[Control], kind: str) -> list[float]:
    """Control values of one kind for a marker: of its row, else declared for it, else those of the whole panel."""
    if kind == "isotype" and row.background:
        return list(row.background)
    of_kind = [c for c in controls if c.kind == kind and c.signal is not None]
    own = [c for c in of_kind if c.marker == _name(row)]
    return [c.signal for c in own or [c for c in of_kind if c.marker is None] if c.signal is not None]


def _nothing_shows(rows: Sequence[MarkerInput], controls: Sequence[Control]) -> bool:
    """Whether every marker and every control but the lysates is exactly zero."""
    if any(row.outside for row in rows):
        return False
    signals = [row.signal for row in rows if row.signal is not None]
    others = [c.signal for c in controls if c.kind != "lysate" and c.signal is not None]
    backgrounds = [value for row in rows for value in row.background]
    return bool(signals) and not any((*signals, *others, *backgrounds))


def _lysate_works(row: MarkerInput, controls: Sequence[Control]) -> bool:
    """Whether a lysate of the marker or of the panel gave any signal."""
    of_panel = [c for c in controls if c.kind == "lysate" and c.marker in {None, _name(row)}]
    said = row.lysate_call is not None and _understood(row, row.lysate_call) is Call.POSITIVE
    return said or (row.lysate_signal or 0) > 0 or any((c.signal or 0) > 0 for c in of_panel)


def _judge(
    row: MarkerInput, controls: Sequence[Control], tetraspanins: Sequence[float], *, silent: bool, technique: str
) -> Judgement:
    said = _understood(row, row.stated_call)
    if not row.tested:
        return Judgement(call=Call.NOT_TESTED, why="listed as not tested")
    if row.signal is None and row.outside is None:
        return _by_eye(said, row.stated_call)
    if silent and not _lysate_works(row, controls):
        return Judgement(call=Call.INVALID, why="no signal anywhere in the panel, and no lysate shows that it works")
    judged = _by_number(row, controls, tetraspanins)
    if said is None:
        return judged
    borne_out = _borne_out(said, row, judged.background, technique)
    return _both(judged, said, str(row.stated_call), borne_out=borne_out)


def _by_eye(said: Call | None, text: str | None) -> Judgement:
    if said is None:
        return Judgement(call=Call.NOT_TESTED, why="no signal and no call is given")
    return Judgement(call=said, why=f"{BY_THE_LABORATORY} '{text}' by the laboratory, without a number")


def _by_number(row: MarkerInput, controls: Sequence[Control], tetraspanins: Sequence[float]) -> Judgement:
    if row.outside == "below range":
        limit = row.bound if row.bound is not None else row.limit_of_detection
        end = "" if limit is None else f", {limit:g}"
        return Judgement(call=Call.NEGATIVE, why=f"below the range of the assay{end}", limit_of_detection=limit)
    number = row.signal if row.signal is not None else row.bound
    if number is None:
        return Judgement(call=Call.INDETERMINATE, why="above the range of the assay, whose end is not stated")
    judged = call(
        number,
        isotype=_values(row, controls, "isotype"),
        blank=_values(row, controls, "blank"),
        limit_of_detection=row.limit_of_detection,
        tetraspanins=tetraspanins,
    )
    if row.outside is None or judged.call is Call.POSITIVE:
        return judged
    why = "above the range of the assay, whose end does not exceed the controls"
    return Judgement(call=Call.INDETERMINATE, why=why, background=judged.background)


def _both(judged: Judgement, said: Call, text: str, *, borne_out: bool) -> Judgement:
    """The call of a number beside the call that a person stated; the word decides only where a control bears it out."""
    at = {"background": judged.background, "limit_of_detection": judged.limit_of_detection}
    if said is judged.call or judged.call is Call.INVALID:
        return judged
    if said is Call.INVALID:
        return Judgement(call=Call.INVALID, why=f"{BY_THE_LABORATORY} '{text}' by the laboratory", **at)
    if judged.call is Call.INDETERMINATE and (judged.limit_of_detection is not None or said is Call.NOT_TESTED):
        return judged
    if judged.call is not Call.INDETERMINATE:
        why = f"{BY_THE_LABORATORY} '{text}' by the laboratory, but the number is {judged.call}: {judged.why}"
        return Judgement(call=Call.INDETERMINATE, why=why, **at)
    if not borne_out:
        why = f"{BY_THE_LABORATORY} '{text}' by the laboratory, which no control bears out: {judged.why}"
        return Judgement(call=Call.INDETERMINATE, why=why, **at)
    return Judgement(
        call=said, why=f"{BY_THE_LABORATORY} '{text}' by the laboratory; of the number: {judged.why}", **at
    )


def _borne_out(said: Call, row: MarkerInput, background: float | None, technique: str) -> bool:
    """Whether a number lies on the side of its control that a word says it does.

    Two techniques have no control signal. On a blot the lysate that shows the band is the control, and the person who
    saw both can tell; of mass spectrometry it is the search, which has found a protein or not. No such word makes a
    signal of a number that is none.
    """
    found = row.signal is not None and row.signal > 0
    if background is None and shows_presence_only(technique):
        return said is Call.POSITIVE and found
    if background is None and _BLOT.search(technique) and _understood(row, row.lysate_call) is Call.POSITIVE:
        return said is Call.NEGATIVE or found
    if row.signal is None or background is None:
        return False
    return said is (Call.POSITIVE if row.signal > background else Call.NEGATIVE)


def _result(row: MarkerInput, judged: Judgement, own: Sequence[Control]) -> MarkerResult:
    found = resolve(row.as_written)
    name = _name(row)
    return MarkerResult(
        name=name,
        symbol=found.symbol if found else None,
        as_written=row.as_written,
        signal=row.signal,
        unit=row.unit,
        background=judged.background,
        limit_of_detection=judged.limit_of_detection,
        call=judged.call,
        why=judged.why + (_lysate_remark(name, own) if judged.call is Call.NEGATIVE else "") + _in_doubt(row),
    )


def _in_doubt(row: MarkerInput) -> str:
    """What an ambiguous name may mean: its result is kept and counts for none of them."""
    if resolve(row.as_written) is not None or not candidates(row.as_written):
        return ""
    return f"; {doubt(row.as_written)} and counts for neither"


def _lysate_remark(name: str, own: Sequence[Control]) -> str:
    shown = {c.call for c in own if c.kind == "lysate" and c.marker == name}
    if Call.POSITIVE in shown:
        return "; its lysate control is positive"
    if Call.NEGATIVE in shown:
        return "; the lysate does not show it either"
    return "; no lysate shows that the antibody works"
