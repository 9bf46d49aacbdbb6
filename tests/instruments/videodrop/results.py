"""Videodrop results of known content."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (62.0, 71.5, 80.25, 84.0, 90.0, 95.5, 102.0, 110.75, 128.0, 150.0)


def results(
    sizes: Sequence[float] = SIZES,
    *,
    comma: bool = False,
    heading: str = "Diameter (nm)",
    concentration: str = "1.25E+9 particles/mL",
    median: str = "92.8 nm",
    mean: str = "97.4 nm",
    tracked: int | None = None,
) -> str:
    """The text of an export; the statistics are those of ``SIZES``."""
    lines = [
        "RESULTS",
        f"Concentration;{concentration}",
        f"Median diameter;{median}",
        f"Mean diameter;{mean}",
        "Modal diameter;90 nm",
        "D90;130 nm",
        "D10;71 nm",
        "Average counted particles;18.4 particles/frame",
        "Number of videos;5",
        f"Tracked particles;{len(sizes) if tracked is None else tracked}",
        "Threshold quality;good",
        "SETTINGS",
        "Dilution;200",
        "Relative threshold;3.8",
        "TRACKING",
        f"Particle;{heading};Track length",
        *(f"{at};{size:.2f};{20 + at}" for at, size in enumerate(sizes, start=1)),
    ]
    text = "\n".join(lines) + "\n"
    return text.replace(".", ",") if comma else text
