"""A reading says of every ambiguous marker name that it is one, whoever read it, and says it once."""

from __future__ import annotations

import pytest

from evqc.errors import Issue, Where, problem
from evqc.instruments._ambiguous import with_ambiguous_names
from evqc.markers.panel import MarkerInput, interpret
from evqc.reading import Reading, Source, accepted


def reading(*names: str, issues: tuple[Issue, ...] = ()) -> Reading:
    panel = interpret("western blot", "EV batch 7", [MarkerInput(as_written=n, stated_call="+") for n in names])
    return accepted(
        Source(name="panel.csv", sha256="0" * 64, bytes=1),
        instrument="any",
        software_version=None,
        file_kind="panel",
        measurements=(panel, panel),
        issues=issues,
    )


def test_an_ambiguous_name_is_a_warning_with_what_it_may_mean() -> None:
    found = with_ambiguous_names(reading("AIM", "CD63", "p24", "unheard of"))
    assert found.verdict == "flagged"
    assert [(i.code, i.severity, i.found) for i in found.issues] == [
        ("MARKER_AMBIGUOUS", "warning", "'AIM' may mean CD69 or CD5L"),
        ("MARKER_AMBIGUOUS", "warning", "'p24' may mean CD9 or TMED proteins and the HIV capsid"),
    ]


@pytest.mark.parametrize("names", [(), ("CD63", "Albumin"), ("unheard of",)])
def test_clear_and_unknown_names_change_nothing(names: tuple[str, ...]) -> None:
    made = reading(*names)
    assert with_ambiguous_names(made) is made


def test_what_the_reader_said_itself_is_not_said_again() -> None:
    said = problem("warning", "MARKER_AMBIGUOUS", Where(line=3), "'AIM' may mean CD69 or CD5L", "one marker")
    made = reading("AIM", issues=(said,))
    assert with_ambiguous_names(made) is made
