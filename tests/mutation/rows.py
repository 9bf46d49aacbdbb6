"""Damage to rows and columns of text, and to elements of markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mutation.mutant import Mutant, Original
from tests.mutation.texts import Part, part

if TYPE_CHECKING:
    import random

_NUMERAL = re.compile(r"\d+(?:[.,]\d+)?")


def _pieces(inside: Part) -> list[str]:
    """Lines with their ends; the rows of a worksheet, the elements of other markup that stands on one line."""
    if "<row " in inside.text:
        return re.split(r"(?=<row )|(?=</sheetData>)", inside.text)
    found = re.split(r"(?<=\n)|(?<=\r)(?!\n)", inside.text)
    return found if len(found) > 3 or "<" not in inside.text else re.split(r"(?=<)", inside.text)


def _remade(inside: Part, pieces: list[str], kind: str, what: str) -> Mutant:
    return Mutant(inside.with_text("".join(pieces)), kind, what)


def row_removed(original: Original, rng: random.Random) -> Mutant:
    """One line is missing."""
    inside = part(original.data, rng)
    pieces = _pieces(inside)
    place = rng.randrange(len(pieces))
    return _remade(inside, pieces[:place] + pieces[place + 1 :], "row removed", f"line {place + 1}")


def row_repeated(original: Original, rng: random.Random) -> Mutant:
    """One line stands there twice, the second time here or elsewhere."""
    inside = part(original.data, rng)
    pieces = _pieces(inside)
    place = rng.randrange(len(pieces))
    to = place + 1 if rng.random() < 0.5 else rng.randrange(len(pieces) + 1)
    return _remade(inside, [*pieces[:to], pieces[place], *pieces[to:]], "row repeated", f"line {place + 1} at {to + 1}")


def row_injected(original: Original, rng: random.Random) -> Mutant:
    """A line like another one, with other numbers, stands somewhere."""
    inside = part(original.data, rng)
    pieces = _pieces(inside)
    like = _NUMERAL.sub(lambda m: str(rng.randrange(10 ** min(len(m[0]), 6))), rng.choice(pieces))
    to = rng.randrange(len(pieces) + 1)
    return _remade(
        inside, [*pieces[:to], like, *pieces[to:]], "row injected", f"{like.strip()[:60]!r} at line {to + 1}"
    )


def rows_exchanged(original: Original, rng: random.Random) -> Mutant | None:
    """Two lines stand in each other's place."""
    inside = part(original.data, rng)
    pieces = _pieces(inside)
    if len(pieces) < 2:
        return None
    first, second = rng.sample(range(len(pieces)), 2)
    pieces[first], pieces[second] = pieces[second], pieces[first]
    return _remade(inside, pieces, "rows exchanged", f"lines {first + 1} and {second + 1}")


def block_moved(original: Original, rng: random.Random) -> Mutant | None:
    """Some lines in a row stand elsewhere."""
    inside = part(original.data, rng)
    pieces = _pieces(inside)
    if len(pieces) < 4:
        return None
    start, size = rng.randrange(len(pieces) - 1), rng.randrange(1, max(2, len(pieces) // 4))
    block, rest = pieces[start : start + size], pieces[:start] + pieces[start + size :]
    to = rng.randrange(len(rest) + 1)
    return _remade(
        inside, [*rest[:to], *block, *rest[to:]], "block moved", f"{size} lines from {start + 1} to {to + 1}"
    )


def tag_damaged(original: Original, rng: random.Random) -> Mutant | None:
    """A tag of markup is missing, misspelt, closed at once, or its attributes are gone."""
    inside = part(original.data, rng)
    tags = list(re.finditer(r"<(/?)([A-Za-z][\w:.-]*)([^<>]*)>", inside.text))
    if not tags:
        return None
    tag = rng.choice(tags)
    close, name, rest = tag[1], tag[2], tag[3]
    swapped = re.sub(r'="([^"]*)"', '=""', rest, count=1)
    other = rng.choice(
        ("", f"<{close}{name}x{rest}>", f"<{close}{name}>", f"<{name}{rest}/>", f"<{close}{name}{swapped}>")
    )
    text = inside.text[: tag.start()] + other + inside.text[tag.end() :]
    return Mutant(inside.with_text(text), "tag damaged", f"{tag[0][:60]!r} at {tag.start()} became {other[:60]!r}")


def element_repeated(original: Original, rng: random.Random) -> Mutant | None:
    """An element without elements in it stands there twice, or not at all."""
    inside = part(original.data, rng)
    found = list(re.finditer(r"<([A-Za-z][\w:.-]*)\b[^<>]*(?:/>|>[^<>]*</\1>)", inside.text))
    if not found:
        return None
    here, times = rng.choice(found), rng.choice((0, 2))
    text = inside.text[: here.start()] + here[0] * times + inside.text[here.end() :]
    return Mutant(inside.with_text(text), "element repeated", f"{here[0][:60]!r} at {here.start()}, {times} times")


def cell_moved(original: Original, rng: random.Random) -> Mutant | None:
    """A cell of a worksheet states another column, row, type or text."""
    inside = part(original.data, rng)
    found = list(re.finditer(r'<c r="([A-Z]+)(\d+)"([^>]*)>', inside.text))
    if not found:
        return None
    here = rng.choice(found)
    column, row, rest = here[1], here[2], here[3]
    other = rng.choice((f"{chr(rng.randrange(65, 75))}{row}", f"{column}{int(row) + rng.choice((-1, 1, 5))}"))
    kinds = (
        f'<c r="{other}"{rest}>',
        f'<c r="{column}{row}"{re.sub(chr(34) + "s" + chr(34), chr(34) + "n" + chr(34), rest)}>',
    )
    tag = rng.choice(kinds)
    text = inside.text[: here.start()] + tag + inside.text[here.end() :]
    return Mutant(inside.with_text(text), "cell moved", f"{here[0]!r} became {tag!r}")
