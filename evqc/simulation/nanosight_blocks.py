"""The distribution blocks of a NanoSight export: bins, statistics by the vendor's rules, percentiles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.numerics.elementary import power
from evqc.numerics.sizing import mean, parabola_mode, population_sd, quantiles
from evqc.simulation.layouts import layout
from evqc.simulation.nanosight_style import Style, average, cells, with_average
from evqc.simulation.nanosight_videos import (
    DIFFUSION_EDGES,
    SIZE_EDGES_NM,
    Video,
    diffusion_1e4_nm2_per_s,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Of = Literal["size", "diffusion"]
By = Literal["Number", "Surface Area", "Volume"]

_WEIGHTINGS: tuple[By, ...] = ("Number", "Surface Area", "Volume")
_SHARES = np.arange(101) / 100
#: Heading of the run columns, heading of their average, by weighting.
_HEADINGS = {
    "Number": ("Concentration (particles / ml)", "Concentration average"),
    "Surface Area": ("Surface area conc. (nm² / ml)", "Surface area average"),
    "Volume": ("Volume conc. (nm³ / ml)", "Volume average"),
}
#: Unit of the bins, heading of the percentiles, line of [Data Included], by abscissa.
_ABSCISSAE = {
    "size": ("nm", "Size (nm)", "Size distribution"),
    "diffusion": ("E4 nm²/s", "Diffusion Coefficient (E4 nm²/s)", "Diffusion coefficient distribution"),
}


def block_fields(videos: Sequence[Video], style: Style, *, all_weightings: bool) -> dict[str, str]:
    """The lines of ``[Data Included]`` and the text of all blocks, by their name in the layout.

    Args:
        videos: in the order of the columns.
        style: of the software version.
        all_weightings: diameter and diffusion coefficient, each by number, surface area and volume.
    """
    trailing = "," if style.layout == "3_4" else ""
    chosen: dict[Of, tuple[By, ...]] = {"size": _WEIGHTINGS if all_weightings else _WEIGHTINGS[:1]}
    if all_weightings:
        chosen["diffusion"] = _WEIGHTINGS
    included = [
        f"{_ABSCISSAE[of][2]} - {by} weighting - With Percentiles{trailing}" for of, bys in chosen.items() for by in bys
    ]
    texts = ["".join(_block(videos, style, of, by) for by in bys) for of, bys in chosen.items()]
    blocks = f"[Diffusion Coefficient Data]{2 * trailing}\n".join(texts)
    return {"included": "\n".join(included), "size_blocks": blocks.removesuffix("\n")}


def _block(videos: Sequence[Video], style: Style, of: Of, by: By) -> str:
    edges = SIZE_EDGES_NM if of == "size" else DIFFUSION_EDGES
    centres = (edges[:-1] + edges[1:]) / 2
    bins = np.stack([_weighted(video, of, by) for video in videos], axis=1)
    percentiles = np.stack([_percentiles(edges, column, style) for column in bins.T], axis=1)
    fields = _headings(len(videos), of, by) | _statistics(centres, bins, percentiles)
    fields["names"] = cells([v.name for v in videos])
    fields["valid_tracks"] = cells([f"{v.valid_tracks:.1f}" for v in videos])
    fields["bins"] = _bin_lines(centres, bins)
    fields["percentiles"] = _percentile_lines(percentiles)
    return layout(f"nanosight_{style.layout}_block").format_map(fields)


def _headings(videos: int, of: Of, by: By) -> dict[str, str]:
    unit, percentile_heading, _ = _ABSCISSAE[of]
    run_heading, average_heading = _HEADINGS[by]
    return {
        "weighting": by,
        "unit": unit,
        "headings": ",".join([run_heading] * videos),
        "average_heading": average_heading,
        "percentile_headings": cells([percentile_heading] * videos),
        "blank": "," * videos,
    }


def _weighted(video: Video, of: Of, by: By) -> NDArray[np.float64]:
    """The printed bins of one video: number, surface area πd² or volume πd³/6 of the particles in each."""
    edges, number = (SIZE_EDGES_NM, video.size_bins) if of == "size" else (DIFFUSION_EDGES, video.diffusion_bins)
    diameter = (edges[:-1] + edges[1:]) / 2
    if of == "diffusion":
        diameter = diffusion_1e4_nm2_per_s(diameter, video.temperature_degc, video.viscosity_mpas)
    powers: dict[By, tuple[float, int]] = {"Number": (1, 0), "Surface Area": (math.pi, 2), "Volume": (math.pi / 6, 3)}
    factor, exponent = powers[by]
    return np.asarray(np.rint(number * factor * power(diameter, exponent)))


def _percentiles(edges: NDArray[np.float64], bins: NDArray[np.float64], style: Style) -> NDArray[np.float64]:
    if not bins.any():
        return np.zeros(len(_SHARES))
    values = quantiles(edges[:-1], edges[1:], bins, _SHARES)
    if style.percentile_offset_nm:
        values = np.maximum(values + style.percentile_offset_nm, 0.0)  # slow diffusion lies below the offset
        values[[0, -1]] = 0.0, edges[-1] + style.percentile_offset_nm  # meaningless in 3.2
    return values


def _statistics(
    centres: NDArray[np.float64], bins: NDArray[np.float64], percentiles: NDArray[np.float64]
) -> dict[str, str]:
    rules = {"mean": mean, "mode": parabola_mode, "sd": population_sd}
    values = {
        name: [rule(centres, column) if column.any() else 0.0 for column in bins.T] for name, rule in rules.items()
    }
    values |= {f"d{p}": percentiles[p].tolist() for p in (10, 50, 90)}
    return {name: "".join(with_average(row, "{:.1f}".format)) for name, row in values.items()}


def _bin_lines(centres: NDArray[np.float64], bins: NDArray[np.float64]) -> str:
    table = np.strings.mod("%.0f", np.concatenate([bins, np.rint(average(bins)).T], axis=1))
    return "\n".join(f"{x:.12g},{','.join(row)}," for x, row in zip(centres, table, strict=True))


def _percentile_lines(percentiles: NDArray[np.float64]) -> str:
    table = [[f"{value:.1f}" for value in row] for row in percentiles.tolist()]
    return "\n".join(f"{p},{','.join(row)}," for p, row in enumerate(table))
