"""Lists of particles and of tracks as NTA is reported to write them, from particles that a test knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: kT / (3 pi viscosity) in nm3/s, about that of water at 25 °C.
PRODUCT = 4.9e8
PARTICLES = (
    "Particle ID", "Size/nm", "Diffusion coefficient/nm^2 s^-1", "Ln(Adjusted intensity)/AU", "Start frame",
    "Tracklength", "Included in distribution?",
)  # fmt: skip
TRACKS = (
    "Particle ID", "Size/nm", "Diffusion coefficient/nm^2 s^-1", "Frame", "X/pixels", "Y/pixels",
    "Ln(Adjusted intensity)/AU", "Included in distribution?",
)  # fmt: skip


@dataclass(frozen=True)
class Particle:
    """One particle of a run."""

    number: int
    size: float
    start: int
    length: int
    included: bool = True


RUN = (
    Particle(1, 101.5, 0, 4),
    Particle(2, 87.2, 1, 3),
    Particle(3, 250.0, 1, 2, included=False),
    Particle(5, 133.7, 6, 5),
)


def particle_list(particles: Sequence[Particle] = RUN) -> str:
    """``*_ParticleData.csv``."""
    rows = [[p.number, p.size, f"{PRODUCT / p.size:.1f}", 8.25, p.start, p.length, p.included] for p in particles]
    return _text(PARTICLES, rows)


def track_list(particles: Sequence[Particle] = RUN) -> str:
    """``*_AllTracks.csv``."""
    rows = [
        [p.number, p.size, f"{PRODUCT / p.size:.1f}", p.start + k, 10.5 + k, 20.25, 8.25, p.included]
        for p in particles
        for k in range(p.length)
    ]
    return _text(TRACKS, rows)


def _text(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join(",".join(map(str, row)) for row in (headings, *rows)) + "\n"


def samples() -> dict[str, str]:
    """The sample files by name."""
    return {
        "EV batch 7_ParticleData.csv": particle_list(),
        "EV batch 7_AllTracks.csv": track_list(),
        "torn.reject.csv": particle_list()[:-4],
        "flag_missing.reject.csv": particle_list().replace("False", "maybe"),
        "sizes_of_one_particle_differ.reject.csv": track_list().replace("101.5,", "110.5,", 1),
    }
