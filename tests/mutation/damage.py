"""Damage to bytes: flips, cuts, junk, and splices of two files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutation.mutant import Mutant, Original
from tests.mutation.texts import part

if TYPE_CHECKING:
    import random


def bits_flipped(original: Original, rng: random.Random) -> Mutant:
    """One to three bits of the file as it is packed."""
    data = bytearray(original.data)
    places = [rng.randrange(len(data)) for _ in range(rng.choice((1, 1, 2, 3)))]
    for place in places:
        data[place] ^= 1 << rng.randrange(8)
    return Mutant(bytes(data), "bits flipped", f"bytes {places}")


def bits_flipped_inside(original: Original, rng: random.Random) -> Mutant:
    """One bit of what is packed, with the sums of the container made right again."""
    inside = part(original.data, rng)
    if not inside.text:
        return bits_flipped(original, rng)
    place = rng.randrange(len(inside.text))
    text = inside.text[:place] + chr(ord(inside.text[place]) ^ 1 << rng.randrange(8)) + inside.text[place + 1 :]
    return Mutant(inside.with_text(text), "bits flipped", f"{inside.packing}, byte {place}")


def cut(original: Original, rng: random.Random) -> Mutant:
    """The end is missing."""
    place = rng.randrange(len(original.data))
    return Mutant(original.data[:place], "cut", f"from byte {place}")


def span_removed(original: Original, rng: random.Random) -> Mutant:
    """Some bytes in the middle are missing."""
    inside = part(original.data, rng)
    start = rng.randrange(max(1, len(inside.text)))
    end = start + rng.choice((1, 2, 5, 20, 100, 1000))
    return Mutant(inside.with_text(inside.text[:start] + inside.text[end:]), "span removed", f"{start} to {end}")


def junk_inserted(original: Original, rng: random.Random) -> Mutant:
    """Some bytes too many in the middle."""
    inside = part(original.data, rng)
    place = rng.randrange(max(1, len(inside.text)))
    junk = "".join(chr(rng.randrange(256)) for _ in range(rng.choice((1, 2, 8, 40))))
    return Mutant(inside.with_text(inside.text[:place] + junk + inside.text[place:]), "junk inserted", f"at {place}")


def span_repeated(original: Original, rng: random.Random) -> Mutant:
    """Some bytes of the file stand there twice, as after a faulty copy."""
    inside = part(original.data, rng)
    start = rng.randrange(max(1, len(inside.text)))
    span = inside.text[start : start + rng.choice((1, 3, 16, 200, 2000))]
    return Mutant(
        inside.with_text(inside.text[:start] + span + inside.text[start:]), "span repeated", f"{len(span)} at {start}"
    )


def spliced_with_kin(original: Original, rng: random.Random) -> Mutant | None:
    """The begin of this file and the end of another one of the same reader, joined at line ends or anywhere."""
    return _spliced(original, rng, original.kin, "spliced, same reader")


def spliced_with_stranger(original: Original, rng: random.Random) -> Mutant | None:
    """The begin of this file and the end of a file of another reader."""
    return _spliced(original, rng, original.strangers, "spliced, other reader")


def _spliced(original: Original, rng: random.Random, others: tuple[bytes, ...], kind: str) -> Mutant | None:
    others = tuple(other for other in others if other != original.data)
    if not others:
        return None
    other = rng.choice(others)
    here, there = rng.randrange(len(original.data)), rng.randrange(len(other))
    if rng.random() < 0.7:
        here, there = original.data.rfind(b"\n", 0, here) + 1, other.rfind(b"\n", 0, there) + 1
    what = f"own to byte {here}, other from byte {there}"
    return Mutant(original.data[:here] + other[there:], kind, what, other=other)
