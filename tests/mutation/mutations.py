"""Seeded damage to files: every mutation, and the one that a seed chooses."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.mutation import columns, damage, encodings, numerals, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutation.mutant import Mutant, Original


#: Each mutation is a pure function of the file and the random numbers it is given; None where it has nothing to touch.
MUTATIONS: tuple[Callable[[Original, random.Random], Mutant | None], ...] = (
    damage.bits_flipped,
    damage.bits_flipped_inside,
    damage.cut,
    damage.span_removed,
    damage.junk_inserted,
    damage.span_repeated,
    damage.spliced_with_kin,
    damage.spliced_with_stranger,
    numerals.digit_added,
    numerals.digit_changed,
    numerals.mark_shifted,
    numerals.mark_changed,
    numerals.marks_changed_everywhere,
    numerals.sign_set,
    numerals.state_written,
    numerals.numbers_exchanged,
    numerals.unit_changed,
    rows.row_removed,
    rows.row_repeated,
    rows.row_injected,
    rows.rows_exchanged,
    rows.block_moved,
    rows.tag_damaged,
    rows.element_repeated,
    rows.cell_moved,
    columns.columns_swapped,
    columns.values_swapped,
    columns.column_shifted,
    columns.column_removed,
    columns.cell_emptied,
    encodings.recoded,
    encodings.line_ends_changed,
    encodings.separator_stated,
)


def mutate(original: Original, seed: str) -> Mutant:
    """The damage that a seed stands for: the same bytes and seed give the same mutant."""
    rng = random.Random(seed)
    while True:
        mutant = rng.choice(MUTATIONS)(original, rng)
        if mutant is not None:
            return mutant
