"""Pictures of a comparison: what they show, what they leave out and say so, and the same bytes every time."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from evqc.report.canvas import style
from evqc.report.comparison.draw_pairs import of_leader
from evqc.report.comparison.draw_plane import Span, drawable, plane
from evqc.report.comparison.draw_ranks import ordinal, ranks
from evqc.report.comparison.draw_steps import known, stair, waterfall
from evqc.report.comparison.draw_weights import place, weight_map
from evqc.report.comparison.looks import looks
from evqc.report.comparison.pictures import Picture, drawn, pictures
from evqc.report.comparison.titles import aspects_by_name
from evqc.study.picture import BatchPlace
from tests.report.comparison import studies as s

if TYPE_CHECKING:
    from evqc.numerics.estimate import Estimate
    from evqc.study.comparison import Comparison
    from evqc.study.picture import PurityAndYield
    from evqc.study.steps import StepRecovery

EVERY = (s.bounded, s.one_side)


def texts(made: Any) -> list[str]:
    return [t.get_text() for axes in made.axes for t in (*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels())]


def only_axes(made: Any) -> Any:
    (axes,) = made.axes
    return axes


def of_kind(kind: str, of: Comparison) -> Picture:
    return next(p for p in pictures(of) if p.kind == kind)


@pytest.mark.parametrize("made", EVERY)
def test_every_picture_draws_has_words_and_ids_of_its_own(made: Any) -> None:
    of = made()
    seen: set[str] = set()
    for picture in pictures(of):
        svg = drawn(picture)
        assert svg.startswith("<svg")
        assert "<text" not in svg
        assert "http" not in svg
        ids = set(re.findall(r'\bid="([^"]+)"', svg))
        assert all(name.startswith(f"{picture.id}-") for name in ids)
        assert not ids & seen
        seen |= ids
        assert picture.title
        assert picture.caption.endswith(".")
        assert picture.alt.endswith(".")


def test_a_study_without_numbers_has_no_picture() -> None:
    assert pictures(s.nothing_known()) == ()


def test_a_set_has_four_pictures() -> None:
    assert [p.id for p in pictures(s.compared(2, 2))] == ["plane-1", "ranks-1", "weights-1", "ratios-1"]


def test_looks_never_share_a_number_and_markers_only_after_twelve() -> None:
    look = looks(s.compared(12, 1))
    assert sorted(one.number for one in look.values()) == list(range(1, 13))
    assert len({one.marker for one in look.values()}) == 12
    assert len({(one.colour, one.dashes) for one in look.values()}) == 12


@pytest.mark.parametrize(
    ("lower", "upper", "at", "arrow"),
    [
        (2.0, 2.0, 2.0, 0),
        (None, 4.0, 4.0, -1),
        (4.0, None, 4.0, 1),
        (1.0, 4.0, 2.0, 0),
        (0.0, 4.0, 4.0, -1),
        (None, None, None, 1),
        (0.0, 0.0, None, 0),
    ],
)
def test_bounds_stand_at_their_end_and_point_to_the_open_side(
    lower: float | None, upper: float | None, at: float | None, arrow: int
) -> None:
    span = Span(lower, upper)
    assert span.at == at
    if at is not None:
        assert span.arrow == arrow


def only_plane(of: Comparison) -> PurityAndYield:
    made = of.sets[0].picture
    assert made is not None
    return made


def test_every_batch_is_a_point_and_every_method_a_ring() -> None:
    of = s.compared(5, 4)
    with style():
        axes = only_axes(plane(only_plane(of), aspects_by_name(of), looks(of)))
    marks = [line for line in axes.lines if line.get_linestyle() == "None"]
    sizes = [line.get_markersize() for line in marks]
    assert sizes.count(4.2) == 20
    assert sizes.count(8.5) == 5
    batches = {(b.x_lower, b.y_lower) for b in only_plane(of).batches}
    drawn_at = {(line.get_xdata()[0], line.get_ydata()[0]) for line in marks if line.get_markersize() == 4.2}
    assert drawn_at == batches


def test_the_front_passes_through_its_methods_and_no_other() -> None:
    of = s.compared(5, 4)
    of_plane = only_plane(of)
    with style():
        axes = only_axes(plane(of_plane, aspects_by_name(of), looks(of)))
    front = next(line for line in axes.lines if line.get_drawstyle() == "steps-pre")
    on_it = [(a.x, a.y) for a in of_plane.arms if a.on_front]
    path = list(zip(front.get_xdata(), front.get_ydata(), strict=True))
    assert sorted(path[1:-1]) == sorted(on_it)
    assert all(left[1] >= right[1] for left, right in pairwise(path))


def test_less_is_better_turns_the_axis() -> None:
    of = s.compared(3, 2)
    of_plane = replace(only_plane(of), y="albumin_per_particles")
    with style():
        axes = only_axes(plane(of_plane, aspects_by_name(of), looks(of)))
    assert axes.yaxis_inverted()
    assert not axes.xaxis_inverted()
    assert "less is better" in axes.get_ylabel()


def test_bounds_and_what_is_left_out_are_said() -> None:
    caption = of_kind("plane", s.bounded()).caption
    assert "Hollow marks: bounds" in caption
    assert "not both values are known: SEC." in caption
    of = s.compared(3, 2)
    lost = BatchPlace(arm="SEC", pool="donor 1", batch="lost one", x_lower=None, x_upper=None, y_lower=1e9, y_upper=1e9)
    assert not drawable(lost)
    of_plane = replace(only_plane(of), batches=(*only_plane(of).batches, lost))
    changed = replace(of, sets=(replace(of.sets[0], picture=of_plane),))
    assert "Not drawn" in of_kind("plane", changed).caption
    assert "lost one" in of_kind("plane", changed).caption


def test_one_pool_has_no_outline_no_claim_and_says_why() -> None:
    of = s.compared(5, 1)
    assert "Without outline" in of_kind("plane", of).caption
    caption = of_kind("ranks", of).caption
    assert "means are taken as exact" in caption
    assert "called best" not in caption
    with style():
        assert not [t for t in texts(ranks(of.sets[0].ranking, looks(of))) if "best from" in t]


def test_rank_segments_are_the_probabilities() -> None:
    of = s.compared(5, 4)
    with style():
        axes = only_axes(ranks(of.sets[0].ranking, looks(of)))
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([share for m in of.sets[0].ranking.methods for share in m.rank or ()])
    assert "best from 80 %" in [
        t.replace("\N{NO-BREAK SPACE}", " ") for t in texts(ranks(of.sets[0].ranking, looks(of)))
    ]


def test_unknown_ranks_are_a_span() -> None:
    of = s.bounded()
    with style():
        made = ranks(of.sets[0].ranking, looks(of))
    assert len([t for t in texts(made) if t.startswith("first: ")]) == 4
    assert of_kind("ranks", of).title == "Probability of being first"


def test_the_leader_is_always_the_one_that_is_compared() -> None:
    of = s.compared()
    leader, one = of.sets[0].ranking.leader, of.sets[0]
    turned = of_leader(of.pairs, one.arms, leader)
    assert {p.a for p in turned} == {leader}
    assert "SEC to TFF + SEC" not in of_kind("ratios", of).alt
    for pair in turned:
        own = next(p for p in of.pairs if p.aspect == pair.aspect and {p.a, p.b} == {pair.a, pair.b})
        assert own.ratio is not None
        assert pair.ratio is not None
        ends = (own.ratio.lower, own.ratio.upper) if own.a == leader else (own.ratio.upper, own.ratio.lower)
        power = 1 if own.a == leader else -1
        assert pair.ratio.ratio == pytest.approx(own.ratio.ratio**power)
        assert [pair.ratio.lower, pair.ratio.upper] == pytest.approx([end**power for end in ends if end is not None])
        assert (pair.ratio.p_t, pair.p_holm) == (own.ratio.p_t, own.p_holm)


def test_a_span_is_filled_as_far_as_a_method_is_first_in_every_case() -> None:
    of = s.bounded()
    with style():
        axes = only_axes(ranks(of.sets[0].ranking, looks(of)))
    filled = [bar.get_width() for bar in axes.patches[1::3]]
    assert filled == pytest.approx([m.first_lower for m in of.sets[0].ranking.methods])


@pytest.mark.parametrize(
    ("n", "word"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
    ],
)
def test_ordinals(n: int, word: str) -> None:
    assert ordinal(n) == word


def test_corners_of_the_triangle() -> None:
    assert place((1, 0, 0)) == pytest.approx((0.5, 3**0.5 / 2))
    assert place((0, 1, 0)) == pytest.approx((0, 0))
    assert place((0, 0, 1)) == pytest.approx((1, 0))
    assert place((1 / 3, 1 / 3, 1 / 3)) == pytest.approx((0.5, 3**0.5 / 6))


def test_every_point_of_the_grid_has_a_mark() -> None:
    of = s.compared(5, 4)
    grid = of.sets[0].over_weights
    assert grid is not None
    with style():
        axes = only_axes(weight_map(grid, looks(of)))
    leaders = [line for line in axes.lines if line.get_linestyle() == "None" and line.get_marker() != "*"]
    assert sum(len(line.get_xdata()) for line in leaders) == len(grid.points)


def test_two_groups_are_a_line() -> None:
    of = s.one_side()
    grid = of.sets[0].over_weights
    assert grid is not None
    assert len(grid.groups) == 2
    assert "From left to right" in of_kind("weights", of).caption
    with style():
        axes = only_axes(weight_map(grid, looks(of)))
    assert "share of purity" in axes.get_xlabel()


def estimate(value: float) -> Estimate:
    return s.percent(value)


def steps_of(*kept: float | None) -> list[StepRecovery]:
    plain = s.step("SEC", "donor 1", 1, "SEC", "particles", 50.0)
    return [
        replace(
            plain, number=number, percent=None if value is None else estimate(value), why_missing="" if value else "why"
        )
        for number, value in enumerate(kept, start=1)
    ]


def test_each_step_begins_where_the_last_one_ended() -> None:
    levels = stair(steps_of(80.0, 50.0, 10.0), [1, 2, 3])
    assert [level.at for level in levels] == pytest.approx([80.0, 40.0, 4.0])
    assert levels[1].low == pytest.approx(32.0)
    assert levels[1].high == pytest.approx(50.0)


def test_a_stair_ends_at_what_is_not_known() -> None:
    assert [level.at for level in stair(steps_of(80.0, None, 10.0), [1, 2, 3])] == pytest.approx([80.0])
    assert [level.at for level in stair(steps_of(80.0), [1, 2])] == pytest.approx([80.0])
    assert stair(steps_of(None, 50.0), [1, 2]) == []


def test_a_bound_is_no_level() -> None:
    (one,) = steps_of(80.0)
    assert known(one) == 80.0
    assert one.percent is not None
    assert known(replace(one, percent=replace(one.percent, relation="<", lower=None, upper=None))) is None


def test_the_waterfall_has_a_panel_for_each_method_with_steps() -> None:
    of = s.with_steps()
    with style():
        made = waterfall(of.steps, looks(of))
    titled = [axes.get_title(loc="left") for axes in made.axes if axes.get_title(loc="left")]
    assert titled == ["1  TFF + SEC", "2  SEC", "3  UC + cushion"]
    picture = of_kind("steps", of)
    assert "the stair ends" in picture.caption
    assert "step 2 SEC, particles 49.5 to 61.1 %" in picture.alt.replace("\N{NO-BREAK SPACE}", " ")
