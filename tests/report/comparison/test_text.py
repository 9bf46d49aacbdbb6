"""A comparison in the terminal, and how its numbers are written everywhere."""

from __future__ import annotations

import pytest

from evqc.report.comparison.text import answer_lines, plan_lines
from evqc.report.comparison.titles import amount, between, chance, chances, p_value, scored, share, title_of
from evqc.study.weights import aspects
from tests.report.comparison import studies as s


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0, "less than 1 %"), (0.009, "less than 1 %"), (0.01, "1 %"), (0.7999, "79 %"), (0.8, "80 %"),
        (0.9899, "98 %"), (0.9999, "more than 99 %"), (1, "more than 99 %"),
    ],
)  # fmt: skip
def test_a_probability_is_never_rounded_to_certainty(probability: float, text: str) -> None:
    assert plain(chance(probability)) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(None, "–"), (0.25, "0.250"), (0.0312, "0.031"), (0.0042, "0.0042"), (3e-7, "< 0.0001"), (1.0, "1.000")],
)
def test_p_values(p: float | None, text: str) -> None:
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (2.0, 2.0, "2.00 ng/10⁹"),
        (None, 2.0, "at most 2.00 ng/10⁹"),
        (2.0, None, "at least 2.00 ng/10⁹"),
        (1.0, 2.0, "1.00 to 2.00 ng/10⁹"),
        (None, None, "not known"),
    ],
)
def test_bounds_in_words(lower: float | None, upper: float | None, text: str) -> None:
    assert plain(between(lower, upper, aspects()["albumin_per_particles"])) == text


def test_units_of_aspects() -> None:
    known = aspects()
    assert plain(amount(6e9, known["particles_per_protein"])) == "6.00×10⁹ /µg"
    assert plain(amount(42.0, known["particle_recovery"])) == "42.0 %"
    assert plain(amount(120.0, known["cost_per_batch"], "EUR")) == "120 EUR"
    assert amount(120.0, known["cost_per_batch"]) == "120"
    assert title_of("unheard_of", known) == "unheard of"


def test_parts_of_a_whole_are_exact() -> None:
    assert [plain(share(part)) for part in (0, 0.001, 0.45, 0.95, 1)] == ["0 %", "under 1 %", "45 %", "95 %", "100 %"]


def test_spans() -> None:
    assert plain(chances(0.1, 0.9)) == "10 % to 90 %"
    assert plain(chances(0.0, 0.001)) == "less than 1 %"
    assert scored(0.5, 0.5) == "0.50"
    assert scored(0.0, 0.5) == "0.00 to 0.50"


def test_the_answer_comes_first_then_a_short_table() -> None:
    of = s.compared()
    lines = list(answer_lines(of))
    assert lines[0] == of.answer.sentence
    assert "4 starting pools, weights research of 2026-11-21" in lines
    head = next(i for i, line in enumerate(lines) if line.startswith("method "))
    assert [line.split("  ")[0] for line in lines[head + 1 : head + 6]] == list(of.sets[0].arms)


def test_lines_are_no_wider_than_the_terminal_where_they_can_be_broken() -> None:
    assert all(len(line) <= 80 for line in answer_lines(s.compared(), width=80))


def test_sets_apart_each_have_their_table() -> None:
    lines = list(answer_lines(s.apart()))
    assert sum(line.startswith("method ") for line in lines) == 3
    assert sum(line.startswith("Set ") for line in lines) == 3


def test_spans_and_gaps_are_said() -> None:
    text = plain("\n".join(answer_lines(s.bounded())))
    assert " to " in text
    assert "Not known in every batch" in text


def test_a_study_without_numbers_says_so() -> None:
    (first, *_) = answer_lines(s.nothing_known())
    assert first.startswith("Not decided")


def test_the_plan_names_pools_for_each_fold() -> None:
    of = s.compared()
    lines = list(plan_lines(of))
    row = next(line for line in lines if line.startswith("Particles per protein"))
    plan = of.sets[0].plan[0]
    assert plan.aspect == "particles_per_protein"
    assert all(f"{fold.pools} pools" in row for fold in plan.folds)
    assert all(f"or {fold.batches} batches each" in row for fold in plan.folds)


def test_a_plan_without_scatter_says_what_it_needs() -> None:
    text = "\n".join(plan_lines(s.compared(5, 1)))
    assert "are needed to tell how far batches scatter" in text
