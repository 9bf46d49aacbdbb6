"""What a NanoSight makes of a truth: videos with their tracks, drift, flags and binned distributions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import exp, matrix_product
from evqc.records import Array, record
from evqc.simulation.truth import Truth, concentration_of_run, diameters_of_run, generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Frames of one video: 60 s at the frame rate that the layouts print.
FRAMES = 1498
SIZE_EDGES_NM = np.arange(1001.0)
#: In 10⁴ nm²/s.
DIFFUSION_EDGES = np.arange(0.0, 4001.0, 4.0)
#: Particles per mL for one particle in the frame; real instruments lie between 5e6 and 1.6e7.
_PER_PARTICLE_IN_FRAME = 6.5e6
#: Frames that a particle stays in the picture (50 tracks for each particle in a frame of a 499-frame video).
_FRAMES_PER_TRACK = 10
#: Share of the completed tracks that is long enough for a size.
_VALID_SHARE = 0.35
#: Width of the smoothing kernel, as a share of the median; it gives the bumps of some 10 nm that real curves have.
_KERNEL = 0.03
_BOLTZMANN_J_PER_K = 1.380649e-23


@record
class Video:
    """One simulated video, with the numbers that the export prints before rounding.

    Attributes:
        name: of the run.
        temperature_degc, viscosity_mpas: of the chamber.
        dilution: what the concentration was multiplied by, None when it was not recorded.
        concentration_per_ml: multiplied by ``dilution`` when that is recorded.
        particles_per_frame, centres_per_frame: means over the frames.
        completed_tracks, valid_tracks: counts.
        x_drift, y_drift: pixels a frame.
        max_jump_pixels: greatest step of a track, found automatically.
        size_bins: concentration per nm bin, shape (1000,), whole numbers as printed.
        diffusion_bins: concentration per bin of 4e4 nm²/s, shape (1000,), whole numbers as printed.
    """

    name: str
    temperature_degc: float
    viscosity_mpas: float
    dilution: float | None
    concentration_per_ml: float
    particles_per_frame: float
    centres_per_frame: float
    completed_tracks: int
    valid_tracks: int
    x_drift: float
    y_drift: float
    max_jump_pixels: float
    size_bins: Array
    diffusion_bins: Array


def videos_of(truth: Truth, stem: str, *, recorded_dilution: bool) -> list[Video]:
    """All videos of one sample.

    Args:
        truth: the sample.
        stem: what the run names begin with.
        recorded_dilution: the operator typed the dilution in, and the software multiplied by it.
    """
    dilution = truth.dilution if recorded_dilution else None
    return [_video(truth, run, f"{stem}_{run:02d}", dilution) for run in range(truth.runs)]


def _video(truth: Truth, run: int, name: str, dilution: float | None) -> Video:
    rng = generator(truth, run, 3)
    temperature = round(22.0 + 0.02 * run + rng.uniform(-0.01, 0.01), 3)
    viscosity = water_viscosity_mpas(temperature)
    seen = concentration_of_run(truth, run) / _PER_PARTICLE_IN_FRAME
    completed = int(rng.poisson(seen * FRAMES / _FRAMES_PER_TRACK))
    particles = completed * _FRAMES_PER_TRACK / FRAMES
    diameters = diameters_of_run(truth, run, int(rng.binomial(completed, _VALID_SHARE)))
    concentration = particles * _PER_PARTICLE_IN_FRAME * (dilution or 1.0) if diameters.size else 0.0
    diffusion = diffusion_1e4_nm2_per_s(diameters, temperature, viscosity)
    return Video(
        name=name,
        temperature_degc=temperature,
        viscosity_mpas=viscosity,
        dilution=dilution,
        concentration_per_ml=concentration,
        particles_per_frame=particles,
        centres_per_frame=particles * truth.centres_per_particle,
        completed_tracks=completed,
        valid_tracks=diameters.size,
        x_drift=truth.drift + rng.normal(0.0, 0.05) if completed else 0.0,
        y_drift=rng.normal(0.0, 0.05) if completed else 0.0,
        max_jump_pixels=rng.uniform(11.0, 14.0),
        size_bins=np.rint(concentration * smooth_shares(diameters, SIZE_EDGES_NM)),
        diffusion_bins=np.rint(concentration * smooth_shares(diffusion, DIFFUSION_EDGES)),
    )


def water_viscosity_mpas(temperature_degc: float) -> float:
    """The viscosity of water as NanoSight prints it for a temperature.

    Source:
        The formula of the CRC Handbook for 20 to 100 °C with 1.000 mPa·s (not 1.002) at 20 °C. It gives the viscosity
        of real exports of NTA 3.2 and 3.4 to the last of six digits.
    """
    above = temperature_degc - 20.0
    exponent = (-1.3272 * above - 0.001053 * above * above) / (temperature_degc + 105.0)
    return math.exp(math.log(10.0) * exponent)


def diffusion_1e4_nm2_per_s(
    diameter_nm: NDArray[np.float64], temperature_degc: float, viscosity_mpas: float
) -> NDArray[np.float64]:
    """Diffusion coefficients in 10⁴ nm²/s, shape of ``diameter_nm``. Source: Stokes and Einstein, kT / (3πηd)."""
    thermal = _BOLTZMANN_J_PER_K * (temperature_degc + 273.15)
    in_m2_per_s = thermal / (3 * math.pi * viscosity_mpas * 1e-3 * diameter_nm * 1e-9)
    return np.asarray(in_m2_per_s * 1e14)


def smooth_shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the values in each bin, smoothed as a finite-track-length-adjusted distribution looks.

    The kernel is Gaussian and cut at four widths, so that bins far from any track stay empty as in real files.

    Args:
        values: shape (m,); those outside the bins are not seen.
        edges: of equal bins, shape (n + 1,).

    Returns:
        Shape (n,), summing to 1; all zero when nothing lies in the bins.
    """
    counts = np.histogram(values, edges)[0].astype(np.float64)
    inside = values[(values >= edges[0]) & (values <= edges[-1])]
    if not inside.size:
        return counts
    width = max(_KERNEL * float(np.median(inside)) / (edges[1] - edges[0]), 0.5)
    reach = math.ceil(4 * width)
    kernel = exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(counts, reach), kernel.size)
    smoothed = matrix_product(around, kernel)
    return np.asarray(smoothed / smoothed.sum())
