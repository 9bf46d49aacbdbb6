"""Exports of records as a Zetasizer writes them, from a distribution that a test knows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = NDArray[np.float64]
SIZES: Floats = np.asarray(0.4 * 1.158 ** np.arange(70), dtype=np.float64)


def significant(value: float, digits: int = 4) -> str:
    """A number with as many significant digits, as the software prints sizes: ``0.4000``, ``108.0``, ``1.000e4``."""
    if value == 0:
        return f"0.{'0' * (digits - 1)}"
    if value >= 10 ** (digits - 0.0000001):
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.{max(digits - 1 - math.floor(math.log10(value)), 0)}f}"


def shares(mode: float, sd: float = 0.25) -> Floats:
    """Percent by intensity of a lognormal, one decimal, shape (70,)."""
    height = np.exp(-((np.log(SIZES / mode) / sd) ** 2) / 2)
    return np.asarray(np.round(100 * height / height.sum(), 1))


@dataclass(frozen=True)
class Size:
    """One record of a size measurement."""

    sample: str = "EV batch 7 1"
    mode: float = 112.0
    z: str = "108.0"
    pdi: str = "0.112"
    time: str = "05 March 2026 14:07:09"

    @property
    def percent(self) -> dict[str, Floats]:
        """Percent by weighting, shape (70,) each."""
        by_intensity = shares(self.mode)
        volume = by_intensity / SIZES**3
        number = by_intensity / SIZES**6
        rounded = {
            "Volumes": np.round(100 * volume / volume.sum(), 1),
            "Numbers": np.round(100 * number / number.sum(), 1),
        }
        return {"Intensities": by_intensity, **rounded}

    def mean(self, name: str) -> float:
        """Mean of a weighting in nm."""
        printed = np.array([float(significant(size)) for size in SIZES])
        share = self.percent[name]
        return float((printed * share).sum() / share.sum())

    def record_view(self) -> dict[str, str]:
        """A row of the record view."""
        return {
            "Record": "1", "Type": "Size", "Sample Name": self.sample, "Measurement Date and Time": self.time,
            "T (°C)": "25.0", "Attenuator": "9", "Derived Count Rate (kcps)": "2683.0", "Z-Ave (d.nm)": self.z,
            "PdI": self.pdi, "Quality Factor": "0.00", "pH": "0.00", "Zeta Potential (mV)": "",
        }  # fmt: skip

    def template(self) -> dict[str, str]:
        """A row of a template with arrays."""
        width = math.sqrt(float(self.pdi)) * float(self.z)
        return {
            "Type": "Size", "Sample Name": self.sample, "S/W Version": "7.11", "Serial Number": "MAL0000001",
            "Measurement Date and Time": self.time, "Temperature (°C)": "25.0", "Viscosity (cP)": "0.8872",
            "Correlation Data[1]": "0.878", "Correlation Data[2]": "0.880",
            **{f"Sizes[{k}] (d.nm)": significant(size) for k, size in enumerate(SIZES, start=1)},
            **{f"{name}[{k}] (Percent)": f"{value:.1f}"
               for name, values in self.percent.items() for k, value in enumerate(values, start=1)},
            "Intensity Mean (d.nm)": significant(self.mean("Intensities")),
            "Number Mean (d.nm)": significant(self.mean("Numbers")),
            "Volume Mean (d.nm)": significant(self.mean("Volumes")),
            "Z-Average (d.nm)": self.z, "PdI": self.pdi, "PdI Width (d.nm)": significant(width),
        }  # fmt: skip


def zeta(sample: str = "EV batch 7 1", potential: str = "-16.8", mobility: str = "-1.317") -> dict[str, str]:
    """A row of a zeta potential template; arrays stand last."""
    grid = np.arange(-60.0, 61.0, 3.0)
    weight = np.exp(-(((grid - float(potential)) / 5.7) ** 2) / 2) * 1e4
    return {
        "Type": "Zeta", "Sample Name": sample, "S/W Version": "8.02",
        "Measurement Date and Time": "27 February 2026 16:08:39", "Conductivity (mS/cm)": "0.943",
        "Derived Count Rate (kcps)": "22.0", "Mobility (µmcm/Vs)": mobility, "Zeta Deviation (mV)": "5.70",
        "Zeta Potential (mV)": potential, "Measurement Status": "Complete",
        **{f"Zeta Potentials[{k}] (mV)": f"{value:.0f}" for k, value in enumerate(grid, start=1)},
        **{f"Intensities[{k}]": f"{value:.0f}" for k, value in enumerate(weight, start=1)},
    }  # fmt: skip


def export(*tables: Sequence[Mapping[str, str]], separator: str = "\t") -> str:
    """Tables one below the other, each with its headings."""
    lines = []
    for rows in tables:
        lines.append(separator.join(rows[0]))
        lines += [separator.join(row.values()) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def samples() -> dict[str, bytes]:
    """The sample files by name."""
    first, second = Size(), Size("EV batch 7 2", 115.0, "110.2", "0.121", "05 March 2026 14:09:00")
    both = export([r.record_view() for r in (first, second)], [r.template() for r in (first, second)])
    potentials = export([zeta(), zeta("EV batch 7 2", "-15.9", "-1.246")])
    longer = potentials.replace("\r\n", "\t0\t0\r\n").replace("\t0\t0\r\n", "\r\n", 1)
    quality = export([first.record_view() | {"Z-Ave (d.nm)": "0.000", "PdI": "N/A"}])
    wrong = first.template() | {"Intensity Mean (d.nm)": "161.1"}
    comma = export([first.record_view()]).replace(".", ",").replace("(d,nm)", "(d.nm)")
    swapped = export([first.template()]).replace("Sizes[1] (d.nm)", "Sizes[X]").replace("Sizes[2]", "Sizes[1]")
    texts = {
        "size_two_tables.txt": both,
        "zeta_potential.txt": potentials,
        "zeta_rows_longer_than_headings.txt": longer,
        "size_without_result.txt": quality,
        "size_mean_disagrees.txt": export([wrong]),
        "size_decimal_comma.txt": comma,
        "torn.reject.txt": both[: both.rindex("\r\n")],
        "text_in_a_number.reject.txt": both.replace("\t108.0\t", "\tERR\t", 1),
        "sizes_do_not_ascend.reject.txt": swapped.replace("Sizes[X]", "Sizes[2] (d.nm)"),
        "two_z_averages.reject.txt": export([first.record_view() | {"Z-Average (d.nm)": "180.0"}]),
    }
    return {name: text.encode("cp1252") for name, text in texts.items()}
