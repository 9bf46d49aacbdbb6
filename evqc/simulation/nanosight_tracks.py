"""Writes NanoSight lists of particles and tracks of a known truth, one pair of files a video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import InputError
from evqc.numerics.elementary import log
from evqc.simulation.nanosight_videos import diffusion_1e4_nm2_per_s
from evqc.simulation.tracks import Optics, simulate_tracks
from evqc.simulation.truth import SOURCE, Truth, bad_option, concentration_of_run, diameters_of_run, generator, stem_of

if TYPE_CHECKING:
    from evqc.simulation.tracks import SimulatedTracks

_CELSIUS, _VISCOSITY_MPAS = 25.0, 0.89
#: Of the camera: micrometres a pixel, and its picture in pixels.
_UM_PER_PIXEL, _WIDTH, _HEIGHT = 0.169, 1280, 720
#: The suspension that is simulated is three times as deep as what is seen.
_DEPTHS, _ML_PER_UM3 = 3.0, 1e-12
_MOST_PARTICLES = 20_000
#: Steps from which a track is listed at all: of fewer, the size says nothing.
_LISTED_STEPS = 3
#: Logarithm of the brightness of a particle of 100 nm.
_BRIGHTNESS = 8.25
_PARTICLES = (
    "Particle ID", "Size/nm", "Diffusion coefficient/nm^2 s^-1", "Ln(Adjusted intensity)/AU", "Start frame",
    "Tracklength", "Included in distribution?",
)  # fmt: skip
_POSITIONS = (
    "Particle ID", "Size/nm", "Diffusion coefficient/nm^2 s^-1", "Frame", "X/pixels", "Y/pixels",
    "Ln(Adjusted intensity)/AU", "Included in distribution?",
)  # fmt: skip


def write_tracks(
    truth: Truth,
    *,
    depth_of_field_um: float = 10.0,
    frames: int = 749,
    frame_rate_hz: float = 24.9825,
    exposure: float = 0.0,
    localisation_nm: float = 0.0,
    floor_nm: float = 0.0,
    floor_width: float = 0.0,
    least_steps: int = 4,
    newline: str = "\r\n",
) -> dict[str, bytes]:
    """The bytes of each ``…_ParticleData.csv`` and ``…_AllTracks.csv`` by its name, a pair for each run.

    Args:
        truth: the sample; its runs are videos.
        depth_of_field_um: of the slab that the camera sees, µm.
        frames: of one video.
        frame_rate_hz: frames a second.
        exposure: share of the time between frames during which light is gathered (motion blur).
        localisation_nm: standard deviation of a position.
        floor_nm: size of which half of the particles are bright enough.
        floor_width: by how much, in the logarithm of size, that floor is smeared out.
        least_steps: shorter tracks are listed as not included in the distribution.
        newline: line end.

    Raises:
        InputError: ``OPTION`` for what makes no sense, and for a run with more particles than can be told apart.

    Source:
        Headings and columns as a description of third-party code has them; no file of the instrument was seen.
    """
    try:
        optics = Optics(
            depth_of_field_um=depth_of_field_um,
            frames=frames,
            frame_rate_hz=frame_rate_hz,
            exposure=exposure,
            localisation_nm=localisation_nm,
            floor_nm=floor_nm,
            floor_width=floor_width,
            listed_steps=_LISTED_STEPS,
            least_steps=least_steps,
            temperature_k=_CELSIUS + 273.15,
            viscosity_mpas=_VISCOSITY_MPAS,
        )
    except ValueError as error:
        raise InputError(SOURCE, bad_option("optics", "the options of the camera", str(error))) from None
    runs = (_lists_of_run(truth, run, optics, newline) for run in range(truth.runs))
    return {name: data for lists in runs for name, data in lists.items()}


def _lists_of_run(truth: Truth, run: int, optics: Optics, newline: str) -> dict[str, bytes]:
    tracks, name = tracks_of_run(truth, run, optics), f"{stem_of(truth.sample)}_{run:02d}"
    columns = _columns(tracks, generator(truth, run, 8))
    positions = np.repeat(np.arange(len(tracks.steps)), tracks.steps + 1).tolist()
    by_position = {key: [texts[k] for k in positions] for key, texts in columns.items()}
    by_position |= _of_positions(tracks, generator(truth, run, 9))
    return {
        f"{name}_ParticleData.csv": _text(_PARTICLES, columns, newline),
        f"{name}_AllTracks.csv": _text(_POSITIONS, by_position, newline),
    }


def tracks_of_run(truth: Truth, run: int, optics: Optics) -> SimulatedTracks:
    """The tracks of one run (from 0), with the true size of each.

    Raises:
        InputError: ``OPTION``: more particles than a software could tell apart.
    """
    volume_ml = _DEPTHS * optics.depth_of_field_um * _WIDTH * _HEIGHT * _UM_PER_PIXEL**2 * _ML_PER_UM3
    expected = concentration_of_run(truth, run) * volume_ml
    if expected > _MOST_PARTICLES:
        found, limit = f"{expected / _DEPTHS:.0f} particles in view", _MOST_PARTICLES / _DEPTHS
        raise InputError(SOURCE, bad_option("particle_concentration_per_ml", found, f"at most {limit:.0f}; dilute"))
    rng = generator(truth, run, 7)
    sizes = diameters_of_run(truth, run, int(rng.poisson(expected)))
    return simulate_tracks(sizes, seed=int(rng.integers(2**62)), optics=optics)


def _columns(tracks: SimulatedTracks, rng: np.random.Generator) -> dict[str, list[str]]:
    """The cells of a list of particles, by heading."""
    diffusion = 1e4 * diffusion_1e4_nm2_per_s(tracks.apparent_nm, _CELSIUS, _VISCOSITY_MPAS)
    brightness = _BRIGHTNESS + 6 * log(tracks.true_nm / 100) + rng.normal(0.0, 0.2, tracks.true_nm.shape)
    numbers = zip(
        _PARTICLES[1:-1],
        (tracks.apparent_nm, diffusion, brightness, tracks.start_frame, tracks.steps + 1),
        (".1f", ".1f", ".2f", "d", "d"),
        strict=True,
    )
    cells = {name: [format(value, form) for value in values.tolist()] for name, values, form in numbers}
    included = [str(one) for one in tracks.included.tolist()]
    return {_PARTICLES[0]: [str(k + 1) for k in range(len(included))], **cells, _PARTICLES[-1]: included}


def _of_positions(tracks: SimulatedTracks, rng: np.random.Generator) -> dict[str, list[str]]:
    """Frame and place of every position; a track lies anywhere in the picture as a whole."""
    number = tracks.steps + 1
    first = np.cumsum(number) - number
    frame = np.repeat(tracks.start_frame - first, number) + np.arange(len(tracks.path_um))
    cells = {"Frame": [str(k) for k in frame.tolist()]}
    for axis, (name, pixels) in enumerate((("X/pixels", _WIDTH), ("Y/pixels", _HEIGHT))):
        path = tracks.path_um[:, axis] / _UM_PER_PIXEL
        low, high = (fold.reduceat(path, first) if len(first) else path for fold in (np.minimum, np.maximum))
        start = rng.uniform(0.0, np.maximum(pixels - (high - low), 0.0)) - low
        cells[name] = [f"{value:.2f}" for value in (path + np.repeat(start, number)).tolist()]
    return cells


def _text(headings: tuple[str, ...], columns: dict[str, list[str]], newline: str) -> bytes:
    rows = zip(*(columns[name] for name in headings), strict=True)
    return "".join(",".join(row) + newline for row in (headings, *rows)).encode("ascii")
