"""Chips of known content: what is on each spot is an argument, or drawn from a seed."""

from __future__ import annotations

import random
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: CD63, CD81, FITC and IM of one particle.
Particle = tuple[str, str, str, str]
#: By capture antibody, by spot.
Chip = dict[str, dict[str, list[Particle]]]
CHANNELS = ("CD63", "CD81", "FITC", "IM")


def particle(draw: random.Random) -> Particle:
    """A particle that one or two channels detected, by interferometry most often."""
    signals = ["0", "0", "0", "0"]
    for channel in draw.sample(range(4), k=draw.choice((1, 1, 2))):
        low = (451, 351, 401, 0)[channel]
        signals[channel] = f"{draw.uniform(50, 130):.6f}" if channel == 3 else str(draw.randint(low, 9 * low))
    return signals[0], signals[1], signals[2], signals[3]


def chip(counts: Mapping[str, Sequence[int]], seed: int = 1) -> Chip:
    """A chip with so many particles on the spots of each capture antibody."""
    draw, spot, made = random.Random(seed), 0, Chip()
    for capture, on in counts.items():
        made[capture] = {}
        for count in on:
            spot += 1
            made[capture][f"Spot{spot}"] = [particle(draw) for _ in range(count)]
    return made


def text(
    made: Chip, *, sample: str = "EV batch 7", mark: str = ",", channels: Sequence[str] = CHANNELS, end: str = "\r\n"
) -> str:
    """The table as the instrument's software lays it out: blocks side by side, each as long as it is."""
    blank = [""] * (len(channels) + 1)
    blocks = []
    for capture, spots in made.items():
        rows = [["", capture, *blank[2:]], ["", *channels]]
        for name, particles in spots.items():
            rows += [["" if i else name, *p] for i, p in enumerate(particles)] or [[name, *blank[1:]]]
        blocks.append(rows)
    lines = [[cell for row in across for cell in row] for across in zip_longest(*blocks, fillvalue=blank)]
    return end.join(mark.join(row) for row in ([sample, *[""] * (len(lines[0]) - 1)], *lines)) + end
