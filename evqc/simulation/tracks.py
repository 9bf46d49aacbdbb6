"""Particle tracks of known sizes: Brownian motion through a slab that the camera sees, as a tracking software lists it.

Only what is seen becomes a track: a particle comes into the depth of field, is followed from frame to frame, and goes
out again. Small ones come and go more often, so that they make more and shorter tracks than large ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import log

Floats = NDArray[np.float64]
Integers = NDArray[np.int_]

_BOLTZMANN_J_PER_K = 1.380649e-23
#: How much deeper than the depth of field the simulated suspension is; particles outside wait there to come in.
_DEPTHS = 3.0
#: Positions of particles over time that are held in memory at once.
_BLOCK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Optics:
    """How a suspension is filmed, and which tracks the software takes.

    Attributes:
        depth_of_field_um: of the slab in which a particle is seen; sideways the picture has no end.
        frames, frame_rate_hz: of one video.
        exposure: share of the time between frames during which light is gathered (motion blur), 0 to 1.
        localisation_nm: standard deviation of a position along each axis.
        floor_nm: size of which half of the particles are bright enough; 0 shows all of them.
        floor_width: by how much, in the logarithm of size, the floor is smeared out; 0 makes it sharp.
        listed_steps: a stay of fewer steps makes no track at all.
        least_steps: tracks of fewer steps are left out of the distribution.
        temperature_k, viscosity_mpas: of the suspension.
    """

    depth_of_field_um: float = 10.0
    frames: int = 750
    frame_rate_hz: float = 25.0
    exposure: float = 0.0
    localisation_nm: float = 0.0
    floor_nm: float = 0.0
    floor_width: float = 0.0
    listed_steps: int = 1
    least_steps: int = 4
    temperature_k: float = 298.15
    viscosity_mpas: float = 0.89

    def __post_init__(self) -> None:
        """Refuse what no camera does; raises ValueError."""
        lengths = (self.depth_of_field_um, self.frame_rate_hz, self.temperature_k, self.viscosity_mpas)
        if not all(x > 0 for x in lengths) or self.frames < 2 or self.listed_steps < 1:
            raise ValueError("depth, frame rate, temperature and viscosity are above zero; frames are two or more")
        if not (0 <= self.exposure <= 1 and min(self.localisation_nm, self.floor_nm, self.floor_width) >= 0):
            raise ValueError("an exposure is a share of the time between frames, and no length is negative")

    def diffusion_um2_per_s(self, size_nm: Floats) -> Floats:
        """Diffusion coefficients in µm²/s, shape of ``size_nm``. Source: Stokes and Einstein, kT / (3πηd); case A01."""
        thermal = _BOLTZMANN_J_PER_K * self.temperature_k
        return np.asarray(thermal / (3 * math.pi * self.viscosity_mpas * 1e-3 * size_nm * 1e-9) * 1e12)


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedTracks:
    """Tracks with the truth behind them, in the order of the videos and of the particles in each.

    Attributes:
        true_nm: size of the particle of each track, shape (n,).
        apparent_nm: size that its motion gives, shape (n,).
        steps: positions less one, shape (n,), at least 1.
        start_frame: in which it is first seen, shape (n,).
        video: in which it is, from 0, shape (n,).
        included: long enough for the distribution, shape (n,).
        path_um: positions of all tracks one after the other, from the first of each, shape (Σ steps + n, 2).
    """

    true_nm: Floats
    apparent_nm: Floats
    steps: Integers
    start_frame: Integers
    video: Integers
    included: NDArray[np.bool_]
    path_um: Floats


def gamma_sizes(true_nm: Floats, steps: Integers, *, seed: int, effective_share: float = 1.0) -> Floats:
    """Apparent sizes of tracks drawn by the gamma law itself, without steps; shape (n,), in nm.

    Args:
        true_nm: of each track, shape (n,).
        steps: of each track, shape (n,).
        seed: of the random numbers.
        effective_share: independent steps per step.

    Source:
        METHODS A, finite track: the mean squared step is gamma distributed with the number of steps as its shape.
    """
    shape = effective_share * steps
    found: Floats = true_nm * shape / np.random.default_rng(seed).standard_gamma(shape)
    return found


def simulate_tracks(
    true_nm: Floats,
    *,
    seed: int,
    videos: int = 1,
    optics: Optics = Optics(),
) -> SimulatedTracks:
    """Tracks of particles that diffuse through the depth of field.

    The suspension is three times as deep as the slab that is seen, and its walls reflect, so that at any time the
    particles lie evenly over it. The software knows the exposure and the viscosity, not the localisation noise.

    Args:
        true_nm: size of every particle of the suspension, shape (p,), in nm; split evenly over the videos.
        seed: of the random numbers; every video has its own.
        videos: how many.
        optics: of all of them.

    Raises:
        ValueError: a size is not above zero, or there is no video.
    """
    if not (true_nm > 0).all() or videos < 1:
        raise ValueError("sizes are above zero, and there is at least one video")
    streams = np.random.SeedSequence(seed).spawn(videos)
    groups = max(1, true_nm.size * optics.frames // (videos * _BLOCK))
    made = []
    for video, (own, stream) in enumerate(zip(np.array_split(true_nm, videos), streams, strict=True)):
        rng = np.random.default_rng(stream)
        bright = own[_bright(own, rng, optics)]
        made += [_tracks_of(part, video, rng, optics) for part in np.array_split(bright, groups)]
    return SimulatedTracks(**{f.name: np.concatenate([getattr(one, f.name) for one in made]) for f in fields(made[0])})


def _bright(size: Floats, rng: np.random.Generator, optics: Optics) -> NDArray[np.bool_]:
    """Which particles scatter enough to be seen, shape of ``size``."""
    if optics.floor_nm == 0:
        return np.ones(size.shape, dtype=np.bool_)
    shift = optics.floor_width * rng.standard_normal(size.shape)
    return np.asarray(log(size / optics.floor_nm) >= shift)


def _tracks_of(size: Floats, video: int, rng: np.random.Generator, optics: Optics) -> SimulatedTracks:
    particle, start, positions = _visible(size, rng, optics)
    true_nm = size[particle]
    path, apparent = _followed(true_nm, positions, rng, optics)
    return SimulatedTracks(
        true_nm=true_nm,
        apparent_nm=apparent,
        steps=positions - 1,
        start_frame=start,
        video=np.full(len(positions), video),
        included=positions - 1 >= optics.least_steps,
        path_um=path,
    )


def _visible(size: Floats, rng: np.random.Generator, optics: Optics) -> tuple[Integers, Integers, Integers]:
    """Particle, first frame and number of positions of each long enough stay in the depth of field."""
    depth = _DEPTHS * optics.depth_of_field_um
    spread = np.sqrt(2 * optics.diffusion_um2_per_s(size) / optics.frame_rate_hz)
    moves = rng.standard_normal((size.size, optics.frames)) * spread[:, np.newaxis]
    moves[:, 0] = rng.uniform(0, depth, size.size)
    place = np.abs((np.cumsum(moves, axis=1) + depth) % (2 * depth) - depth)
    seen = np.zeros((size.size, optics.frames + 2), dtype=np.int8)
    seen[:, 1:-1] = np.abs(place - depth / 2) < optics.depth_of_field_um / 2
    change = np.diff(seen, axis=1)
    particle, start = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]
    kept = end - start > optics.listed_steps
    return particle[kept], start[kept], (end - start)[kept]


def _followed(true_nm: Floats, positions: Integers, rng: np.random.Generator, optics: Optics) -> tuple[Floats, Floats]:
    """The positions of each track, shape (Σ positions, 2), in µm, and its apparent size, shape (n,), in nm.

    The mean position during an exposure is, given where the particle was at both its ends, normal about their middle
    with a twelfth of the variance of the way between: no smaller steps are needed.
    """
    first = np.cumsum(positions) - positions
    variance = np.repeat(2 * optics.diffusion_um2_per_s(true_nm) / optics.frame_rate_hz, positions)
    rows = (len(variance), 2)
    scale = np.sqrt(variance)[:, np.newaxis]
    lit = rng.standard_normal(rows) * scale * math.sqrt(optics.exposure)
    dark = rng.standard_normal(rows) * scale * math.sqrt(1 - optics.exposure)
    within = lit / 2 + rng.standard_normal(rows) * scale * math.sqrt(optics.exposure / 12)
    way = np.cumsum(lit + dark, axis=0) - (lit + dark)
    seen = way + within + rng.standard_normal(rows) * optics.localisation_nm * 1e-3
    path: Floats = seen - np.repeat(seen[first], positions, axis=0)
    squares = np.diff(path, axis=0, append=0.0) ** 2
    squares[first + positions - 1] = 0.0
    total = np.add.reduceat(squares.sum(axis=1), first) if len(first) else np.empty(0)
    expected = 2 * variance[first] * (1 - optics.exposure / 3) * (positions - 1)
    return path, true_nm * expected / total
