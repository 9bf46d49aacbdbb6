"""How NanoSight software prints: its versions, and rows of values with their average and standard error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


@record
class Style:
    """How one software version writes.

    Attributes:
        created: the second line's name of the software.
        layout: name of the layout files.
        processed: the row ``Processed`` is there.
        exponent_digits: of concentrations.
        decimals: format of viscosity, shutter and frame rate.
        temperature: format of the temperature.
        percentile_offset_nm: 3.2 prints percentiles exactly 1 nm low.
        all_weightings: six distributions are exported unless asked otherwise.
    """

    created: str
    layout: str
    processed: bool = False
    exponent_digits: int = 2
    decimals: str = ".6f"
    temperature: str = ".3f"
    percentile_offset_nm: float = 0.0
    all_weightings: bool = False


STYLES: dict[str, Style] = {
    "3.2": Style(
        created="NTA 3.2 Dev Build 3.2.16",
        layout="3_2",
        exponent_digits=3,
        decimals="g",
        temperature="g",
        percentile_offset_nm=-1.0,
    ),
    "3.3": Style(created="NTA 3.3 - Sample Assistant Dev Build 3.3.203", layout="3_4", all_weightings=True),
    "3.4": Style(created="NTA 3.4 Build 3.4.003", layout="3_4", processed=True),
}


def cells(texts: Sequence[str]) -> str:
    """Cells behind a key, each with the comma before it."""
    return "".join(f",{text}" for text in texts)


def exponential(value: float, digits: int) -> str:
    """Three significant digits and an exponent of ``digits`` digits, such as ``1.50e+008``."""
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{exponent[0]}{abs(int(exponent)):0{digits}d}"


def with_average(values: Sequence[float], shown: Callable[[float], str]) -> tuple[str, str]:
    """The cells of the runs, and those of their average and standard error."""
    return cells([shown(v) for v in values]), cells([shown(float(v)) for v in average(np.array([values]))[:, 0]])


def average(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over all videos and its standard error (SD with n - 1, by root n; 0 for one video), shape (2, rows)."""
    videos = values.shape[1]
    error = values.std(axis=1, ddof=1) / math.sqrt(videos) if videos > 1 else np.zeros(len(values))
    return np.stack([values.mean(axis=1), error])
