"""Damage to one number or word: a digit more, a mark shifted, a sign, a state, another unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mutation.mutant import Mutant, Original
from tests.mutation.texts import part

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_NUMERAL = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?(?!\w)")
_UNIT = re.compile(
    r"(?<![A-Za-z])(?:[npumkM]?[gL]/[mu]?L|ng/ul|ug/ml|mg/ml|ng/ml|pg/ml|/ml|/mL|nm|um|mm|%|EU/mL)(?![A-Za-z])"
)
_UNITS = ("ng/mL", "ug/mL", "mg/mL", "pg/mL", "ng/uL", "g/L", "nm", "um", "%", "/mL", "/uL", "EU/mL")
_SAID = (
    "<1.0",
    ">6000",
    "*0.356*",
    "?????",
    "N/A",
    "Out of range",
    "---",
    "NaN",
    "",
    "inf",
    "1e999",
    "-",
    "0x1F",
    "\u0661".encode().decode("latin-1"),
)


def _edited(original: Original, rng: random.Random, kind: str, edit: Callable[[str], str]) -> Mutant | None:
    inside = part(original.data, rng)
    found = list(_NUMERAL.finditer(inside.text))
    if not found:
        return None
    here = rng.choice(found)
    other = edit(here[0])
    text = inside.text[: here.start()] + other + inside.text[here.end() :]
    return Mutant(inside.with_text(text), kind, f"'{here[0]}' at {here.start()} became '{other}'")


def digit_added(original: Original, rng: random.Random) -> Mutant | None:
    """One digit more somewhere in a number."""

    def edit(numeral: str) -> str:
        place = rng.randrange(len(numeral) + 1)
        return numeral[:place] + str(rng.randrange(10)) + numeral[place:]

    return _edited(original, rng, "digit added", edit)


def digit_changed(original: Original, rng: random.Random) -> Mutant | None:
    """One digit is another one."""

    def edit(numeral: str) -> str:
        places = [i for i, c in enumerate(numeral) if c.isdigit()]
        place = rng.choice(places)
        return numeral[:place] + str(rng.randrange(10)) + numeral[place + 1 :]

    return _edited(original, rng, "digit changed", edit)


def mark_shifted(original: Original, rng: random.Random) -> Mutant | None:
    """The decimal mark stands elsewhere, or there is one where none was."""

    def edit(numeral: str) -> str:
        digits = re.sub(r"[.,]", "", numeral)
        place = rng.randrange(len(digits) + 1)
        return digits[:place] + ("," if "," in numeral else ".") + digits[place:]

    return _edited(original, rng, "mark shifted", edit)


def mark_changed(original: Original, rng: random.Random) -> Mutant | None:
    """One number has the other decimal mark."""
    return _edited(original, rng, "mark changed", lambda n: n.translate(str.maketrans(".,", ",.")))


def marks_changed_everywhere(original: Original, rng: random.Random) -> Mutant | None:
    """Every number has the other decimal mark, as after a program of another country."""
    inside = part(original.data, rng)
    text = _NUMERAL.sub(lambda m: m[0].translate(str.maketrans(".,", ",.")), inside.text)
    return None if text == inside.text else Mutant(inside.with_text(text), "all marks changed", "every number")


def sign_set(original: Original, rng: random.Random) -> Mutant | None:
    """A number has a minus, or an exponent."""
    return _edited(original, rng, "sign set", lambda n: rng.choice(("-" + n, n + "e3", "+" + n, n + "%")))


def state_written(original: Original, rng: random.Random) -> Mutant | None:
    """What instruments write instead of a number stands there."""
    return _edited(original, rng, "state written", lambda _: rng.choice(_SAID))


def numbers_exchanged(original: Original, rng: random.Random) -> Mutant | None:
    """Two numbers stand in each other's place."""
    inside = part(original.data, rng)
    found = list(_NUMERAL.finditer(inside.text))
    if len(found) < 2:
        return None
    first, second = sorted(rng.sample(found, 2), key=lambda m: m.start())
    middle = inside.text[first.end() : second.start()]
    text = inside.text[: first.start()] + second[0] + middle + first[0] + inside.text[second.end() :]
    return Mutant(inside.with_text(text), "numbers exchanged", f"'{first[0]}' and '{second[0]}' at {first.start()}")


def unit_changed(original: Original, rng: random.Random) -> Mutant | None:
    """A unit is another one."""
    inside = part(original.data, rng)
    found = list(_UNIT.finditer(inside.text))
    if not found:
        return None
    here, other = rng.choice(found), rng.choice(_UNITS)
    text = inside.text[: here.start()] + other + inside.text[here.end() :]
    return Mutant(inside.with_text(text), "unit changed", f"'{here[0]}' at {here.start()} became '{other}'")
