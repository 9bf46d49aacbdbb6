"""Whatever a study holds, its comparison can be shown: bounds, gaps, extremes, sets of one method, repeated pools."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.report.comparison.html import html
from evqc.report.comparison.sections import sections
from evqc.report.comparison.text import answer_lines, plan_lines
from evqc.report.comparison.xlsx import sheets
from evqc.study.compare import compare
from evqc.study.model import Study
from evqc.study.open import OpenStudy
from evqc.study.weights import shipped_weights
from tests.report.test_renderings import Page

if TYPE_CHECKING:
    from evqc.study.comparison import Comparison

_SIZES = st.floats(1e-3, 1e12)
NUMBER = _SIZES | _SIZES.map("<{:.6g}".format) | _SIZES.map(">{:.6g}".format)
NAMES = ("particles_per_protein", "particle_recovery", "albumin_per_particles", "particles_per_ml_source")
BATCH = st.fixed_dictionaries(
    {
        "arm": st.sampled_from(("a", "b", "c", "d")),
        "pool": st.sampled_from(("1", "2", "3")),
        "numbers": st.dictionaries(st.sampled_from(NAMES), NUMBER),
    }
)
BATCHES = st.lists(BATCH, min_size=1, max_size=12)


def compared(batches: list[dict[str, Any]], weights: str = "research") -> Comparison:
    record = Study.model_validate(
        {
            "study": {"id": "S", "title": "T"},
            "arms": [{"name": name, "methods": ("UC",)} | ({"hours": 3.0} if name != "c" else {}) for name in "abcd"],
            "batches": tuple(batch | {"name": str(place)} for place, batch in enumerate(batches)),
        }
    )
    return compare(OpenStudy(record=record, weights=shipped_weights()[weights]), draws=50)


@settings(max_examples=60, deadline=None)
@given(BATCHES, st.sampled_from(sorted(shipped_weights())))
def test_tables_and_text(batches: list[dict[str, Any]], weights: str) -> None:
    of = compared(batches, weights)
    tables = [part.table for section in sections(of) for part in section.parts if part.table is not None]
    assert all(len(row) == len(table.heading) for table in tables for row in table.rows)
    assert all(len(row) == len(sheet.heading) for sheet in sheets(of) for row in sheet.rows)
    assert next(iter(answer_lines(of))) == of.answer.sentence
    assert next(iter(plan_lines(of))) == of.answer.sentence


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(BATCHES)
def test_pictures(batches: list[dict[str, Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not Page(html(compared(batches))).open
