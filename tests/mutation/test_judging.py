"""The judge excuses what was touched, and nothing beside it: each rule on a sample changed by hand, and both ways."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.measurement import MarkerPanel, Quantity
from tests.mutation.columns import columns_swapped
from tests.mutation.judging import Outcome, judge
from tests.mutation.mutant import Mutant, Original
from tests.mutation.touched import readings
from tests.mutation.trial import baseline
from tests.samples import samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.reading import Reading

    Change = Callable[[Reading], Reading]

EXCUSED = {Outcome.SAME, Outcome.TOUCHED}


def judged(name: str, changes: dict[str, str], change: Change | None = None) -> Outcome:
    """The outcome for a sample in which texts were exchanged once each, its reading changed as if the reader erred."""
    sample = next(s for s in samples() if str(s) == name)
    data = sample.file.data
    for old, new in changes.items():
        assert old.encode() in data
        data = data.replace(old.encode(), new.encode(), 1)
    reading = sample.read(data)
    assert reading.verdict != "refused", reading.issues
    return judge(
        baseline(sample), Mutant(data, "by hand", ""), change(reading) if change else reading, str(sample.instrument)
    ).outcome


def changed(which: Callable[[Quantity], bool], **fields: Any) -> Change:
    """A reading in which some quantities have other fields."""

    def change(reading: Reading) -> Reading:
        found = [replace(m, **fields) if isinstance(m, Quantity) and which(m) else m for m in reading.measurements]
        assert found != list(reading.measurements)
        return replace(reading, measurements=tuple(found))

    return change


QUBIT, GEN5 = "qubit4/protein_three_standards.csv", "gen5/standard_curve.txt"
LUMINEX = "luminex_xponent/quoted-with-results.csv"


def test_a_number_that_was_not_touched_is_never_excused() -> None:
    wrong = changed(lambda q: q.sample == "EV batch 7", value=4711.25)
    assert judged(QUBIT, {"EV batch 8": "EV batch 9"}, wrong) is Outcome.VIOLATION


def test_a_zero_that_was_touched_does_not_excuse_every_number() -> None:
    """Any number is a multiple of zero, and 0.031 holds one to whoever reads its digits alone."""
    wrong = changed(lambda q: q.value == 18.3, value=4711.25)
    assert judged("nanodrop_one/nucleic_acid.csv", {"0.031": "0.041"}, wrong) is Outcome.VIOLATION


def test_a_name_is_touched_where_a_bracket_cuts_its_cell() -> None:
    assert judged(QUBIT, {"EV batch 7": "EV batch 7("}) in EXCUSED


@pytest.mark.parametrize("name", ["EV batch 9", "EV batch 8"])
def test_a_name_whose_line_was_not_touched_is_another_one(name: str) -> None:
    wrong = changed(lambda q: q.sample == "EV batch 7", sample=name)
    assert judged(QUBIT, {",5120.9": ",5120.8"}, wrong) is Outcome.VIOLATION


def test_an_empty_well_that_a_layout_now_names_is_new() -> None:
    layout = {"D\tSTD4\tSTD4\tBLK\tBLK\t\t\t": "D\tSTD4\tSTD4\tBLK\tBLK\tSPL3\t\t"}
    assert judged(GEN5, layout) in EXCUSED

    def valued(reading: Reading) -> Reading:
        more = next(q for q in reading.measurements if isinstance(q, Quantity) and q.value is None and q.settings)
        other = replace(more, settings={**more.settings, "well": "H12", "group": "STD9"})
        return replace(reading, measurements=(*reading.measurements, other))

    assert judged(GEN5, layout, valued) is Outcome.VIOLATION


def test_the_controls_of_a_panel_follow_a_blank_that_was_touched_and_no_other() -> None:
    blank = {'"Background0","20",': '"Background0",">6000",'}
    assert judged(LUMINEX, blank) in EXCUSED

    def doubled(reading: Reading) -> Reading:
        found = [
            replace(m, controls=tuple(replace(c, signal=777.125) for c in m.controls))
            if isinstance(m, MarkerPanel)
            else m
            for m in reading.measurements
        ]
        return replace(reading, measurements=tuple(found))

    assert judged(LUMINEX, blank, doubled) is Outcome.VIOLATION


def test_markers_whose_names_were_exchanged_hold_the_same_numbers_under_other_names() -> None:
    """A file without a word on which region an analyte has: another name is all that was touched."""
    sample = next(s for s in samples() if str(s) == "luminex_intelliflex/one-reporter-signed.csv")
    data = sample.file.data.replace(b",CD9,", b",?,").replace(b",Calnexin,", b",CD9,")
    data = data.replace(b",?,", b",Calnexin,")
    reading, mutant = sample.read(data), Mutant(data, "by hand", "")
    assert reading != sample.read(sample.file.data)
    assert judge(baseline(sample), mutant, reading, str(sample.instrument)).outcome in EXCUSED
    assert any(isinstance(m, MarkerPanel) for m in reading.measurements)
    wrong = tuple(
        replace(m, markers=(replace(m.markers[0], signal=4711.25), *m.markers[1:])) if isinstance(m, MarkerPanel) else m
        for m in reading.measurements
    )
    erring = replace(reading, measurements=wrong)
    assert judge(baseline(sample), mutant, erring, str(sample.instrument)).outcome is Outcome.VIOLATION
    erring = changed(lambda q: q.settings.get("analyte") == "CD9", value=4711.25)(reading)
    assert judge(baseline(sample), mutant, erring, str(sample.instrument)).outcome is Outcome.VIOLATION


def test_several_numbers_in_a_cell_are_read_one_by_one_and_as_one() -> None:
    assert {4.5, 650.0} <= readings("4.50 650")
    assert {1234.0, 1.0, 234.0} <= readings("1 234")
    assert {1.234, 1234.0} <= readings("1.234")


def test_columns_keep_their_meaning_only_when_their_headings_move_along() -> None:
    headed, layout = b"Name\tA\tB\nx\t1\t2\n", b"\t1\t2\nA\tSTD1\tSTD2\tWell ID\n\t10\t20\tConc\n"
    found = [columns_swapped(Original(data), random.Random(1)) for data in (headed, layout)]
    assert [mutant and mutant.same_meaning for mutant in found] == [True, False]


def test_standards_exchanged_in_a_layout_are_touched_and_their_signals_are_not() -> None:
    layout = {"STD2\tSTD2\tSPL1:2": "STD3\tSTD3\tSPL1:2", "STD3\tSTD3\tCTL1": "STD2\tSTD2\tCTL1"}
    nominal = {"\t400\t400\t4": "\t200\t200\t4", "\t200\t200\t300": "\t400\t400\t300"}
    unread = {"Curve Name": "Curve"}  # else the printed curve shows it, and the reading is flagged
    assert judged(GEN5, {**layout, **nominal, **unread}) in EXCUSED
    wrong = changed(lambda q: q.settings.get("well") == "B1" and q.measurand == "absorbance", value=4711.25)
    assert judged(GEN5, {**layout, **nominal, **unread}, wrong) is Outcome.VIOLATION


def test_a_share_that_evqc_computed_follows_a_touched_count_and_no_touched_word() -> None:
    name = "flowjo/nested_populations.wsp"
    assert judged(name, {'name="Vesicles" count="0"': 'name="Vesicles" count="7"'}) in EXCUSED
    wrong = changed(lambda q: q.measurand == "event_share" and q.value == 80.0, value=81.0)
    assert judged(name, {"Cytometer X": "Cytometer Y"}, wrong) is Outcome.VIOLATION
