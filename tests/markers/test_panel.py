from __future__ import annotations

import math
from typing import Any

import pytest

from evqc.markers.panel import MarkerInput, interpret, stated
from evqc.measurement import Call, Control, MarkerPanel

BLANKS = tuple(Control(name=f"blank {i}", kind="blank", signal=v) for i, v in enumerate((12, 15, 9, 14, 11, 13)))


def isotype(signal: float, marker: str | None = None) -> Control:
    return Control(name="mIgG1", kind="isotype", marker=marker, signal=signal)


def panel(*rows: MarkerInput, controls: tuple[Control, ...] = ()) -> MarkerPanel:
    return interpret("bead-based flow cytometry", "batch 7", rows, controls)


def calls(made: MarkerPanel) -> dict[str, str]:
    return {m.name: m.call.value for m in made.markers}


def why(made: MarkerPanel, name: str) -> str:
    return next(m.why for m in made.markers if m.name == name)


def row(name: str, signal: float | None = None, **more: Any) -> MarkerInput:
    return MarkerInput(as_written=name, signal=signal, **more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+", Call.POSITIVE),
        ("Positive", Call.POSITIVE),
        (" ++ ", Call.POSITIVE),
        ("-", Call.NEGATIVE),
        ("–", Call.NEGATIVE),
        ("NEG", Call.NEGATIVE),
        ("not  detected", Call.NEGATIVE),
        ("+/-", Call.INDETERMINATE),
        ("weak", Call.INDETERMINATE),
        ("not tested", Call.NOT_TESTED),
        ("failed", Call.INVALID),
        ("n.d.", None),
        ("nd", None),
        ("", None),
        ("maybe", None),
        ("1", None),
    ],
)
def test_stated_calls(text: str, expected: Call | None) -> None:
    assert stated(text) is expected


def test_e01_as_a_panel_and_untested_is_not_negative() -> None:
    made = panel(row("CD9", 30.0), row("CD63", 16.2), row("CD14", 14.0), row("CD34"), controls=BLANKS)
    assert calls(made) == {"CD9": "positive", "CD63": "indeterminate", "CD14": "negative", "CD34": "not tested"}
    assert made.markers[0].limit_of_detection == pytest.approx(18.814074031741193)
    assert made.markers[0].background == pytest.approx(12.333333333333334)
    assert made.sample == "batch 7"


def test_names_symbols_and_what_was_written_are_kept() -> None:
    made = panel(row("hCD63", 30.0), row("Anti-Alix", 30.0), row("LAMP-3", 30.0), row("ABC1", 1.0), controls=BLANKS)
    assert [(m.name, m.symbol, m.as_written) for m in made.markers] == [
        ("CD63", "CD63", "hCD63"),
        ("ALIX", "PDCD6IP", "Anti-Alix"),
        ("LAMP-3", None, "LAMP-3"),
        ("ABC1", None, "ABC1"),
    ]


def test_all_zero_is_invalid_and_never_negative() -> None:
    made = panel(row("CD9", 0.0), row("CD63", 0.0), row("Albumin", 0.0))
    assert set(calls(made).values()) == {"invalid"}
    made = panel(row("CD9", 0.0), row("Albumin", 0.0, limit_of_detection=5.0), controls=(isotype(0.0),))
    assert set(calls(made).values()) == {"invalid"}
    assert "no signal anywhere" in why(made, "CD9")


def test_all_zero_with_a_lysate_that_works_is_judged() -> None:
    made = panel(row("Calnexin", 0.0, limit_of_detection=5.0, lysate_signal=800.0), row("CD9", 0.0))
    assert calls(made) == {"Calnexin": "negative", "CD9": "invalid"}
    whole = Control(name="lysate", kind="lysate", signal=900.0)
    made = panel(row("Calnexin", 0.0, limit_of_detection=5.0), controls=(whole,))
    assert calls(made) == {"Calnexin": "negative"}


def test_below_range_is_negative_with_its_bound_even_when_all_are() -> None:
    made = panel(row("Albumin", outside="below range", bound=5.0, unit="ng/mL"), row("ApoB", outside="below range"))
    assert calls(made) == {"Albumin": "negative", "ApoB-100": "negative"}
    assert made.markers[0].limit_of_detection == 5.0
    assert made.markers[0].signal is None
    assert "below the range of the assay, 5" in why(made, "Albumin")


@pytest.mark.parametrize(
    ("bound", "expected"), [(600.0, Call.POSITIVE), (10.0, Call.INDETERMINATE), (None, Call.INDETERMINATE)]
)
def test_above_range_is_positive_only_when_the_range_ends_above_the_controls(
    bound: float | None, expected: Call
) -> None:
    made = panel(row("CD9", outside="above range", bound=bound), controls=BLANKS)
    assert made.markers[0].call is expected


def test_no_control_is_never_positive() -> None:
    made = panel(row("CD9", 1e6), row("CD63", 2.0))
    assert calls(made) == {"CD9": "indeterminate", "CD63": "indeterminate"}
    assert "no control" in why(made, "CD9")


def test_an_isotype_control_brighter_than_cd9_makes_cd9_invalid() -> None:
    made = panel(
        row("CD9", 210.0), row("CD63", 900.0), row("CD81", 800.0), row("CD45", 4.0), controls=(isotype(240.0),)
    )
    assert calls(made)["CD9"] == "invalid"
    assert calls(made)["CD45"] == "invalid"
    assert calls(made)["CD63"] == "indeterminate"
    with_blanks = panel(row("CD9", 210.0), row("CD63", 900.0), row("CD45", 4.0), controls=(isotype(240.0), *BLANKS))
    assert calls(with_blanks) == {"CD9": "invalid", "CD63": "positive", "CD45": "invalid"}


def test_a_cd9_negative_sample_with_good_controls_is_negative() -> None:
    made = panel(row("CD9", 11.0), row("CD63", 900.0), row("CD81", 800.0), controls=(isotype(12.0), *BLANKS))
    assert calls(made) == {"CD9": "negative", "CD63": "positive", "CD81": "positive"}


def test_a_control_of_its_own_goes_before_the_panels() -> None:
    made = panel(row("CD9", 100.0), row("CD63", 100.0), controls=(isotype(240.0, "CD9"), isotype(10.0), *BLANKS))
    assert calls(made) == {"CD9": "invalid", "CD63": "positive"}
    made = panel(row("CD9", 100.0, background=(240.0,)), row("CD63", 100.0), controls=(isotype(10.0), *BLANKS))
    assert calls(made) == {"CD9": "invalid", "CD63": "positive"}
    assert [c.marker for c in made.controls if c.name == "own background"] == ["CD9"]


@pytest.mark.parametrize(
    ("more", "expected", "remark"),
    [
        ({}, None, "no lysate shows that the antibody works"),
        ({"lysate_signal": 500.0}, Call.POSITIVE, "its lysate control is positive"),
        ({"lysate_signal": 10.0}, Call.NEGATIVE, "the lysate does not show it either"),
        ({"lysate_signal": 17.0}, None, "no lysate shows"),
        ({"lysate_call": "+"}, Call.POSITIVE, "its lysate control is positive"),
        ({"lysate_call": "-"}, Call.NEGATIVE, "the lysate does not show it either"),
    ],
)
def test_a_negative_says_what_its_lysate_shows(more: dict[str, Any], expected: Call | None, remark: str) -> None:
    made = panel(row("Calnexin", 10.0, **more), controls=BLANKS)
    assert made.markers[0].call is Call.NEGATIVE
    assert remark in made.markers[0].why
    assert [c.call for c in made.controls if c.kind == "lysate"] == ([expected] if more else [])


@pytest.mark.parametrize(
    ("signal", "said", "controls", "expected"),
    [
        (None, "+", (), "positive"),
        (None, "neg", (), "negative"),
        (None, "±", (), "indeterminate"),
        (None, "not tested", (), "not tested"),
        (None, None, (), "not tested"),
        # a number without control has no answer, whatever the person who saw it says
        (3000.0, "+", (), "indeterminate"),
        (3.0, "-", (), "indeterminate"),
        # beside a single control value the word counts where it goes the same way as the number
        (3000.0, "+", (BLANKS[0],), "positive"),
        (3000.0, "-", (BLANKS[0],), "indeterminate"),
        (3.0, "-", (BLANKS[0],), "negative"),
        (3.0, "+", (isotype(20.0),), "indeterminate"),
        (3.0, "-", (isotype(20.0),), "negative"),
        # contradiction between number and word
        (14.0, "+", BLANKS, "indeterminate"),
        (30.0, "-", BLANKS, "indeterminate"),
        (30.0, "+", BLANKS, "positive"),
        # the limits say "between": a word does not make it certain
        (16.2, "+", BLANKS, "indeterminate"),
        (30.0, "failed", BLANKS, "invalid"),
        (30.0, "not tested", BLANKS, "indeterminate"),
        (0.0, "-", (), "invalid"),
    ],
)
def test_numbers_and_stated_calls(
    signal: float | None, said: str | None, controls: tuple[Control, ...], expected: str
) -> None:
    made = panel(row("Calnexin", signal, stated_call=said), controls=controls)
    assert calls(made) == {"Calnexin": expected}


def test_a_word_that_no_control_bears_out_is_quoted() -> None:
    made = panel(row("CD63", 900.0, stated_call="positive"))
    said = "stated as 'positive' by the laboratory, which no control bears out: no control and no limit of detection"
    assert why(made, "CD63") == said


@pytest.mark.parametrize(
    ("technique", "signal", "said", "lysate", "expected"),
    [
        ("western blot", 3000.0, "+", "+", "positive"),
        ("WB", 3.0, "-", "+", "negative"),
        ("western blot", 3000.0, "+", "-", "indeterminate"),
        ("western blot", 3000.0, "+", None, "indeterminate"),
        ("western blot", 3.0, "-", None, "indeterminate"),
        ("western blot", 0.0, "+", "+", "indeterminate"),
        ("mass spectrometry", 3000.0, "+", None, "positive"),
        ("mass spectrometry", 0.0, "+", None, "indeterminate"),
        ("mass spectrometry", 3000.0, "-", None, "indeterminate"),
        ("bead assay", 3000.0, "+", "+", "indeterminate"),
        ("bead assay", 3.0, "-", "+", "indeterminate"),
    ],
)
def test_a_band_beside_its_lysate_and_a_protein_that_a_search_found_are_what_the_laboratory_says(
    technique: str, signal: float, said: str, lysate: str | None, expected: str
) -> None:
    rows = (row("Calnexin", signal, stated_call=said, lysate_call=lysate), row("CD63", 1.0))
    assert calls(interpret(technique, "S", rows))["Calnexin"] == expected


def test_listed_as_not_tested() -> None:
    assert calls(panel(row("CD34", tested=False), controls=BLANKS)) == {"CD34": "not tested"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"signal": math.nan},
        {"signal": math.inf},
        {"background": (math.nan,)},
        {"signal": 1.0, "outside": "below range"},
        {"signal": 1.0, "tested": False},
        {"outside": "above range", "tested": False},
    ],
)
def test_impossible_rows_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="CD9"):
        MarkerInput(as_written="CD9", **wrong)


def test_units_must_agree_and_calls_be_understood() -> None:
    with pytest.raises(ValueError, match="several units"):
        panel(row("CD9", 1.0, unit="a.u."), controls=(Control(name="b", kind="blank", signal=1.0, unit="ng/mL"),))
    with pytest.raises(ValueError, match=r"n\.d\."):
        panel(row("CD9", stated_call="n.d."))


def test_same_rows_same_panel() -> None:
    rows = (row("CD9", 30.0), row("CD63", 16.2, background=(3.0, 4.0)))
    assert panel(*rows, controls=BLANKS) == panel(*rows, controls=BLANKS)


def test_an_ambiguous_name_is_kept_as_written_and_says_what_it_may_mean() -> None:
    made = interpret("western blot", "S", [MarkerInput(as_written="AIM", stated_call="+")])
    found = made.markers[0]
    assert (found.name, found.symbol, found.call) == ("AIM", None, Call.POSITIVE)
    assert found.why.endswith("; 'AIM' may mean CD69 or CD5L and counts for neither")
