"""Coincidence: particles that are counted as one, or thrown out, because their images meet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    import pandas as pd

#: More particles a frame than the model's limit: concentrations are too low, tracks break off.
CROWDED = "more_particles_per_frame_than_recommended"
#: So many images cannot be seen however many particles there are: the model does not hold.
BEYOND_MODEL = "more_images_than_the_model_allows"


@record
class CoincidenceModel:
    """What is assumed of images in a frame; an instrument's own numbers should stand here.

    Attributes:
        frame_px2: area of the field of view in square pixels.
        separation_px: distance below which two images are one.
        lost_per_meeting: particles lost where two meet: 1 when they are counted as one, 2 when both are thrown out.
        most_per_frame: particles a frame above which a run is flagged.
        source: where the numbers come from.
    """

    frame_px2: float = 1280.0 * 1024.0
    separation_px: float = 12.0
    lost_per_meeting: float = 1.0
    most_per_frame: float = 100.0
    source: str = "assumed, not measured: 1280 by 1024 pixels, images within 12 pixels are one; at most 100 [lit]"

    def __post_init__(self) -> None:
        """Refuse what is no area, distance or number."""
        numbers = (self.frame_px2, self.separation_px, self.lost_per_meeting, self.most_per_frame)
        if not all(number > 0 for number in numbers):
            raise ValueError("area, distance and numbers of the model are positive")


@record
class Coincidence:
    """How many particles a frame probably holds.

    Attributes:
        seen: particles a frame as counted.
        estimate: particles a frame that would leave so many; None beyond the model.
        lost: share of the particles that is not counted; None with ``estimate``.
        crowded: ``seen`` is above the model's limit.
        model: what was assumed. The estimate corrects nothing by itself: it is a flag with its size.
    """

    seen: float
    estimate: float | None
    lost: float | None
    crowded: bool
    model: CoincidenceModel
    method: str = "images at random places: seen = N exp(-N a l / 2A)"
    assumptions: tuple[str, ...] = ("images lie at random", "all images are of one size")
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


DEFAULT_MODEL = CoincidenceModel()


def coincidence(particles_per_frame: float, model: CoincidenceModel = DEFAULT_MODEL) -> Coincidence:
    """How far coincidence lowers a count of particles a frame.

    Args:
        particles_per_frame: mean over a run; not negative.
        model: of the instrument.

    Raises:
        ValueError: the number is negative or not finite.

    Source:
        N particles have N² a / 2A meetings, a = π separation², to first order (Poisson); METHODS B names coincidence
        as a limit of dilution series. The limit of the particles a frame is [lit]: a flag, never a refusal.
    """
    from scipy.special import lambertw  # noqa: PLC0415  loads only when it is asked for

    if not (particles_per_frame >= 0 and math.isfinite(particles_per_frame)):
        raise ValueError(f"particles a frame are a finite number from zero, not {particles_per_frame}")
    rate = math.pi * model.separation_px**2 * model.lost_per_meeting / (2 * model.frame_px2)
    crowded = particles_per_frame > model.most_per_frame
    solvable = particles_per_frame * rate <= math.exp(-1)
    estimate = -float(lambertw(-particles_per_frame * rate).real) / rate if solvable else None
    lost = None if estimate is None else (1 - particles_per_frame / estimate if estimate > 0 else 0.0)
    flags = (*((CROWDED,) if crowded else ()), *(() if solvable else (BEYOND_MODEL,)))
    return Coincidence(
        seen=particles_per_frame, estimate=estimate, lost=lost, crowded=crowded, model=model, flags=flags
    )
