"""What a ZetaView file says of its run: traces, particles in a frame, drift check and cell check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Issue, problem
from evqc.instruments._numbers import number
from evqc.measurement import RunValidity

if TYPE_CHECKING:
    from evqc.instruments.zetaview._header import Header

#: The date of a check that never took place: the zero of the instrument's clock, which is LabVIEW's.
_NEVER = "1904-01-01"
NEVER_CHECKED = "never checked"


def validity(head: Header, traces: int, counted: int) -> tuple[RunValidity, tuple[Issue, ...]]:
    """The instrument's own statements about the run, and what has to be said about them.

    Args:
        head: the file's header.
        traces: the stated number of traces.
        counted: the sum of the Number column.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``DUPLICATE_FIELD``.
    """
    drift_at, drift, drift_note = _check(head, "particle drift checked", "particle drift check result")
    _, cell, cell_note = _check(head, "cell checked", "cell check result")
    flags = {"Particle Drift Check Result": drift, "Cell Check Result": cell}
    found = RunValidity(
        valid=counted > 0,
        reasons=() if counted else ("no trace was completed",),
        particles_per_frame=_particles_per_frame(head),
        completed_tracks=traces,
        valid_tracks=counted,
        drift_check=drift,
        drift_checked_at=drift_at,
        cell_check=cell,
        flags={name: text for name, text in flags.items() if text is not None and text != NEVER_CHECKED},
    )
    return found, (*drift_note, *cell_note, *(() if counted else (_no_traces(head, counted),)))


def _no_traces(head: Header, counted: int) -> Issue:
    where = head.required("number of traces").where
    expected = "traces; a run without them has neither a size nor a concentration"
    return problem("warning", "ZERO_TRACES", where, f"{counted} traces", expected)


def _particles_per_frame(head: Header) -> float | None:
    key = "average number of particles"
    if head.number(key) is None:
        return None
    field = head.required(key)
    return number(field.value, head.source, field.where, decimal=head.decimal, minimum=0)


def _check(head: Header, date_key: str, result_key: str) -> tuple[str | None, str | None, tuple[Issue, ...]]:
    """When a check took place, its result, and a note when it never did: its result means nothing then."""
    when, result = head.text(date_key), head.text(result_key)
    if when is None or not when.startswith(_NEVER):
        return when, result, ()
    found = f"'{when}', the zero of the clock, with the result '{result}'"
    where, expected = head.required(date_key).where, "the date of a check; without one its result means nothing"
    return None, NEVER_CHECKED, (problem("note", "NEVER_CHECKED", where, found, expected),)
