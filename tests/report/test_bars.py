from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.criteria.findings import Score, Tally
from evqc.report.bars import tally_bar
from evqc.report.verdicts import fraction, scored


def tally(passed: int, failed: int, unassessed: int, without: int = 0) -> Tally:
    applicable = passed + failed + unassessed
    return Tally(
        criteria=applicable + without, applicable=applicable, assessed=passed + failed, passed=passed, failed=failed
    )


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_lengths_are_shares_of_what_applies(passed: int, failed: int, unassessed: int) -> None:
    drawn = tally_bar(tally(passed, failed, unassessed))
    if passed + failed + unassessed == 0:
        assert drawn == ""
        return
    svg = ET.fromstring(drawn)
    assert float(svg[0].attrib["width"]) == pytest.approx(150 * passed / (passed + failed + unassessed), abs=0.01)
    places = [float(x) for x in re.findall(r"[ML]([\d.]+) ", drawn)]
    assert (places == []) == (failed == 0)
    assert all(-0.01 <= x <= 150.01 for x in places)


def test_a_bar_is_silent_since_the_text_beside_it_says_it_all() -> None:
    drawn = tally_bar(tally(3, 2, 1))
    assert 'aria-hidden="true"' in drawn
    assert "role=" not in drawn


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (tally(5, 8, 1), "13 of 14 criteria that apply were assessed, 5 are met"),
        (tally(1, 0, 0, 1), "1 of 1 criterion that applies was assessed, 1 is met; 1 does not apply"),
        (tally(0, 0, 2, 3), "0 of 2 criteria that apply were assessed, 0 are met; 3 do not apply"),
        (tally(0, 0, 0, 4), "no criterion applies"),
    ],
)
def test_the_fraction_in_words(of: Tally, words: str) -> None:
    assert fraction(of) == words


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (Score(yes=7, applicable=9, open=0, percent=78), "78\N{NO-BREAK SPACE}% (7 of 9 met)"),
        (Score(yes=4, applicable=9, open=2, percent=None), "4 of 9 met, 2 not assessed: no percentage yet"),
        (Score(yes=0, applicable=0, open=0, percent=None), "nothing applies"),
    ],
)
def test_a_score_never_stands_without_its_fraction(of: Score, words: str) -> None:
    assert scored(of) == words
