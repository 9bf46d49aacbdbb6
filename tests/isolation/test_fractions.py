"""Fractions of a column: their profile, the pool suggested, and how people write which were pooled."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.isolation.fractions import FractionSeries, fraction_series, pooled_numbers
from evqc.records import from_plain, to_plain
from tests.assessment import making
from tests.isolation.test_process import result, value

#: Particles per mL and µg protein per mL of eight fractions of 0.5 mL: vesicles early, protein late.
COLUMN = ((1e8, 1.0), (2e9, 1.2), (3e10, 3.0), (5e10, 4.0), (2e10, 6.0), (6e9, 30.0), (2e9, 200.0), (5e8, 400.0))


def series(column: Any = COLUMN, share: float = 0.5, **step: Any) -> FractionSeries:
    rows = [
        row
        for i, (particles, protein) in enumerate(column, start=1)
        for row in (
            *([] if particles is None else [result(f"F{i}", "particle_concentration", particles)]),
            *([] if protein is None else [result(f"F{i}", "protein_concentration", protein)]),
        )
    ]
    samples = [
        {"name": f"F{i}", "role": "step sample", "from_step": 1, "fraction": i} for i in range(1, len(column) + 1)
    ]
    parameters = {"fraction_volume_ml": 0.5, "fractions_pooled": "3-5"} | step
    record = {
        "batch": {"id": "B", "product": "P"},
        "samples": samples,
        "isolation": [{"method": "SEC", "parameters": parameters}],
        "results": rows,
    }
    (found,) = fraction_series(making.batch(record, []), share)
    return found


def test_the_profile_of_a_column() -> None:
    found = series()
    assert [f.number for f in found.fractions] == list(range(1, 9))
    assert value(found.fractions[3].particles) == pytest.approx(2.5e10)
    assert value(found.fractions[3].protein) == pytest.approx(2.0)
    assert value(found.fractions[3].purity) == pytest.approx(1.25e10)
    assert sum(f.share_percent or 0 for f in found.fractions) == pytest.approx(100.0)
    assert (found.peak, found.pooled, found.method) == (4, (3, 4, 5), "size-exclusion chromatography")


def test_the_pool_takes_what_stays_half_as_pure_as_the_peak() -> None:
    """Fractions 1 to 5: 1.021e11 by 15.2 is 6.7e9, above half of 1.25e10; with the sixth 2.4e9."""
    found = series()
    assert found.suggested is not None
    assert (found.suggested.first, found.suggested.last) == (1, 5)
    assert value(found.suggested.purity) == pytest.approx(1.021e11 / 15.2)
    assert value(found.suggested.recovery) == pytest.approx(100 * 1.021e11 / 1.106e11)
    assert "50 %" in found.rule


def best_by_trying(column: Any, share: float) -> tuple[int, int]:
    """The rule, row by row."""
    peak = max(range(len(column)), key=lambda i: column[i][0])
    least = share * column[peak][0] / column[peak][1]
    rows = [(i, j) for i, j in product(range(len(column)), repeat=2) if i <= peak <= j]

    def held(row: tuple[int, int]) -> float:
        return float(sum(c[0] for c in column[row[0] : row[1] + 1]))

    pure = [r for r in rows if held(r) >= least * (1 - 1e-9) * sum(c[1] for c in column[r[0] : r[1] + 1])]
    i, j = max(pure, key=lambda row: (held(row), row[0] - row[1]))
    return i + 1, j + 1


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**4)), min_size=1, max_size=7),
    st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
def test_the_pool_is_the_best_of_all_rows(column: list[tuple[int, int]], share: float) -> None:
    found = series([(float(p), float(c)) for p, c in column], share)
    assert found.suggested is not None
    assert (found.suggested.first, found.suggested.last) == best_by_trying(column, share)


def test_a_fraction_whose_protein_is_not_known_ends_the_pool() -> None:
    found = series([*COLUMN[:2], (3e10, None), *COLUMN[3:]])
    assert found.suggested is not None
    assert (found.suggested.first, found.suggested.last) == (4, 5)


def test_nearly_empty_fractions_do_not_set_the_standard() -> None:
    """The first fraction is the purest by far, of next to nothing."""
    found = series([(1e8, 0.001), *COLUMN[1:]])
    assert found.peak == 4
    assert found.suggested is not None


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ([(1e9, 1.0), (None, 2.0)], "Of fraction 2 the particles are not known: F2: the concentration of particles"),
        ([(1e9, 1.0), (2e9, None)], "Of fraction 2, which holds most particles, the protein is not known."),
        ([(0.0, 1.0), (0.0, 1.0)], "No particles were counted in any fraction"),
        ([("<1e9", 1.0), ("<1e9", 1.0)], "No particles were counted in any fraction"),
    ],
)
def test_why_no_pool_is_suggested(column: Any, why: str) -> None:
    found = series(column)
    assert found.suggested is None
    assert why in found.why_no_pool


def test_a_series_survives_its_document() -> None:
    assert from_plain(FractionSeries, to_plain(series())) == series()


def test_no_fractions_no_series() -> None:
    assert fraction_series(making.batch(None, [])) == ()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5-8", (5, 6, 7, 8)),
        ("F7–F9", (7, 8, 9)),
        ("7, 8 and 9", (7, 8, 9)),
        ("7 to 9", (7, 8, 9)),
        ("F7 + F9", (7, 9)),
        (7.0, (7,)),
        ("", ()),
        (None, ()),
        (7.5, ()),
        ("the turbid ones", ()),
        ("5-8, and the turbid one", ()),
    ],
)
def test_how_people_write_what_was_pooled(text: object, numbers: tuple[int, ...]) -> None:
    assert pooled_numbers(text) == numbers


@pytest.mark.parametrize(
    ("bound", "why"),
    [
        ("<6e10", "Of fraction 4, which might hold most particles, only a bound is known."),
        (">6e10", "Of fraction 4 the particles are not known: they are above the range of their assay."),
    ],
)
def test_a_bound_is_no_fullest_fraction(bound: str, why: str) -> None:
    found = series([*COLUMN[:3], (bound, 4.0), *COLUMN[4:]])
    assert (found.suggested, found.why_no_pool) == (None, why)


def test_fractions_below_range_beside_the_peak_do_not_hinder_a_pool() -> None:
    found = series([("<1e8", "<1"), *COLUMN[1:7], ("<1e9", 400.0)])
    assert found.suggested is not None
    assert found.suggested.recovery.estimate is not None


def test_a_run_of_fractions_without_end_is_not_counted_out() -> None:
    assert pooled_numbers("1-99999999999") == ()
