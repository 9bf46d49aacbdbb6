"""Writes ZetaView size exports (8.05.14, 8.05.16, 8.06.01) and their position tables of a known truth."""

from __future__ import annotations

import math
from collections.abc import Mapping  # noqa: TC003  simulate() looks at the types of options at run time
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import InputError
from evqc.numerics.elementary import power, ten_to
from evqc.numerics.sizing import quantile
from evqc.numerics.water import viscosity_of_water
from evqc.records import array
from evqc.simulation.layouts import layout
from evqc.simulation.truth import CAPTURED, SOURCE, Truth, bad_option, stem_of
from evqc.simulation.zetaview_positions import PER_PARTICLE_IN_VIEW, CellPosition, positions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

DecimalMark = Literal[".", ","]
#: What each version calls itself.
SOFTWARE = {"8.05.14": "8.05.14 SP7", "8.05.16": "8.05.16 SP3", "8.06.01": "8.06.01 SP1"}
#: ``Size`` of the linear classes of 5 nm, and of the logarithmic ones, 64 in a decade. Read off real files.
LINEAR_NM = array(2.5 + 5.0 * np.arange(1200))
LOGARITHMIC_NM = array(ten_to(0.67057 + np.arange(200) / 64))
#: Edges of both. ``Size`` is the centre of a class, although the medians take it as the right edge: only then does no
#: particle of a real file stand in a linear class that its logarithmic class excludes.
LINEAR_EDGES_NM = array(5.0 * np.arange(1201))
LOGARITHMIC_EDGES_NM = array(ten_to(0.67057 + (np.arange(201) - 0.5) / 64))
NO_REMOVALS: Mapping[int, str] = MappingProxyType({})
#: What the instrument prints as the median of nothing in a position table: its last class.
_NOTHING_NM = 5997.5
_NEVER_CHECKED = "1904-01-01 01:00:00"
#: Temperature of every simulated measurement, in °C.
CELSIUS = 24.8
_POSITION_HEADINGS = (
    "Use", "Position", "Mean Int.", "Av. No of Particles", "Conc. (p./mL)", "Orig. Conc. (p./cm^3)", "No. of Traces",
    "X50 (nm)", "Peak ø (nm)", "Span", "Drift (µm/s)", "Removal",
)  # fmt: skip


def write_size(
    truth: Truth,
    *,
    version: str = "8.05.16",
    decimal: DecimalMark = ".",
    run: int = 0,
    cycles: int = 2,
    removals: Mapping[int, str] = NO_REMOVALS,
    drift_checked: bool = False,
    operator: str = "simulated",
    diluent: str = "PBS",
    captured: datetime = CAPTURED,
    newline: str = "\r\n",
) -> bytes:
    """The bytes of a ``…_size_488.txt``.

    Args:
        truth: the sample.
        version: ``8.05.14``, ``8.05.16`` or ``8.06.01``.
        decimal: the decimal mark of the computer's locale.
        run: which of the sample's runs, from 0; each is a file of its own.
        cycles: how often the eleven positions are measured.
        removals: positions (0 to 10) that the software drops, with its reason.
        drift_checked: the drift was checked that day; else the file says the epoch, as most real files do.
        operator: free text.
        diluent: the electrolyte.
        captured: date and time of the first run; each later one is five minutes later.
        newline: line end.

    Raises:
        InputError: ``OPTION`` for what is not known or makes no sense.

    Source:
        Layout and rules read off real exports of 8.05; 8.06 rests on its description, not on a file.
    """
    require_known("version", version, SOFTWARE)
    kept = [p for p in positions_of(truth, run, cycles, removals) if p.removal is None]
    diameters, particles = _pooled(kept)
    numbers = Numbers(decimal)
    fields = header_fields(
        truth,
        version=version,
        run=run,
        cycles=cycles,
        operator=operator,
        diluent=diluent,
        captured=captured,
        numbers=numbers,
    ) | {
        "drift_checked": f"{captured:%Y-%m-%d} 09:05:00" if drift_checked else _NEVER_CHECKED,
        "drift_result": "OK" if drift_checked else "too high",
        "detected": str(round(particles)),
        "traces": str(diameters.size),
        "particles": numbers[particles],
        "intensity": numbers[3.0 + 0.1 * particles],
        "table": _tables(diameters, particles * PER_PARTICLE_IN_VIEW, decimal),
        **{f"d50_{by}": numbers[value] for by, value in _medians(diameters).items()},
    }
    text = layout(f"zetaview_{version.replace('.', '_')}").format_map(fields)
    return text.replace("\n", newline).encode("latin-1")


def write_positions(
    truth: Truth,
    *,
    decimal: DecimalMark = ".",
    run: int = 0,
    cycles: int = 2,
    removals: Mapping[int, str] = NO_REMOVALS,
    newline: str = "\r\n",
) -> bytes:
    """The bytes of the ``…_11pos.txt`` that belongs to ``write_size`` with the same options.

    Raises:
        InputError: ``OPTION`` for what is not known or makes no sense.
    """
    positions = positions_of(truth, run, cycles, removals)
    values = np.array([_position_values(p, truth.dilution) for p in positions])
    kept = values[[p.removal is None for p in positions]]
    rows = [
        ["" if p.removal else "X", *_position_cells(row, decimal), p.removal or ""]
        for p, row in zip(positions, values, strict=True)
    ]
    summary = [["", name, *_position_cells(row, decimal)[1:], ""] for name, row in _summary(kept).items()]
    lines = ["\t".join(_POSITION_HEADINGS), *("\t".join([*row, ""]) for row in (*rows, *summary))]
    return "".join(f"{line}{newline}" for line in lines).encode("latin-1")


class Numbers(dict[object, str]):
    """Numbers of a header by what they are: ``numbers[7.0]`` and, in a layout, ``{n[7.000000]}``."""

    def __init__(self, decimal: str) -> None:
        """Take the decimal mark, ``.`` or ``,``."""
        if decimal not in {".", ","}:
            raise InputError(SOURCE, bad_option("decimal", decimal, "'.' or ','"))
        super().__init__()
        self.decimal = decimal

    def __missing__(self, key: object) -> str:
        """A text as it stands and a number with six decimals, both with the file's mark."""
        return (key if isinstance(key, str) else f"{key:.6f}").replace(".", self.decimal)


def require_known(field: str, name: str, known: Iterable[str]) -> None:
    """Raises InputError ``OPTION`` unless ``name`` is one of ``known``."""
    if name not in known:
        raise InputError(SOURCE, bad_option(field, name, f"one of {', '.join(known)}"))


def run_name(truth: Truth, run: int, captured: datetime = CAPTURED) -> str:
    """What the files of a run begin with: date, number of the measurement that day, sample."""
    return f"{captured:%Y%m%d}_{run + 1:04d}_{stem_of(truth.sample)}"


def header_fields(
    truth: Truth,
    *,
    version: str,
    run: int,
    cycles: int,
    operator: str,
    diluent: str,
    captured: datetime,
    numbers: Numbers,
) -> dict[str, object]:
    """What the headers of size and profile exports share, by its name in the layouts."""
    started = captured + timedelta(minutes=5 * run)
    return {
        "n": numbers,
        "nul": "\x00",
        "name": f"{run_name(truth, run, captured)}_size_488",
        "experiment": run_name(truth, run, captured),
        "operator": operator,
        "software": SOFTWARE[version],
        "sample": truth.sample,
        "diluent": diluent,
        "temperature": numbers[CELSIUS],
        "viscosity": numbers[1.01 * viscosity_of_water(CELSIUS)],  # real files are 1 % above water
        "date": f"{started:%Y-%m-%d}",
        "time": f"{started:%H:%M:%S}",
        "dilution": numbers[truth.dilution],
        "cycles": str(cycles),
    }


def exponential_lines(table: NDArray[np.float64], decimal: str) -> str:
    """A table as LabVIEW prints it, such as ``2.500E+0``, cells by tabs and rows by line ends.

    Args:
        table: shape (rows, columns).
        decimal: the decimal mark.

    Source:
        The mantissa is rounded to even at three decimals before it is printed: that, and no other rule tried, gives
        2.007E+3 for 2007.5 and 2.013E+3 for 2012.5 as real files have it.
    """
    magnitude = np.abs(table)
    exponent = np.floor(np.log10(np.where(magnitude > 0, magnitude, 1.0)))
    mantissa = np.rint(table / ten_to(exponent) * 1000) / 1000
    over = np.abs(mantissa) >= 10
    mantissa, exponent = np.where(over, mantissa / 10, mantissa), exponent + over
    cells = np.strings.add(np.strings.mod("%.3f", mantissa), np.strings.mod("E%+d", exponent.astype(np.int64)))
    return "\n".join("\t".join(row) for row in cells.tolist()).replace(".", decimal)


def _pooled(kept: Sequence[CellPosition]) -> tuple[NDArray[np.float64], float]:
    """All diameters of the kept positions, and their mean number of particles in view."""
    if not kept:
        return np.array([]), 0.0
    diameters = np.concatenate([p.diameters_nm for p in kept])
    return diameters, float(np.mean([p.particles for p in kept])) if diameters.size else 0.0


def _counts(diameters: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.histogram(diameters, edges)[0].astype(np.float64)


def _median(weight: NDArray[np.float64], otherwise: float) -> float:
    """ZetaView's median: the cumulative over the linear classes with ``Size`` as the right edge, 2.5 nm low."""
    return quantile(LINEAR_NM - 5.0, LINEAR_NM, weight, 0.5) if weight.any() else otherwise


def _medians(diameters: NDArray[np.float64]) -> dict[str, float]:
    counts = _counts(diameters, LINEAR_EDGES_NM)
    number, volume = _median(counts, 0.0), _median(counts * power(LINEAR_NM, 3), 0.0)
    return {"number": number, "concentration": number, "volume": volume}


def _tables(diameters: NDArray[np.float64], total_per_ml: float, decimal: str) -> str:
    separator = np.array([[-1.0, -1.0, -1.0, -1.0, 0.0]])
    if not diameters.size:
        return exponential_lines(separator, decimal)
    classes = ((LINEAR_NM, LINEAR_EDGES_NM), (LOGARITHMIC_NM, LOGARITHMIC_EDGES_NM))
    tables = [_table(diameters, size, edges, total_per_ml) for size, edges in classes]
    return exponential_lines(np.concatenate([tables[0], separator, tables[1]]), decimal)


def _table(
    diameters: NDArray[np.float64], size: NDArray[np.float64], edges: NDArray[np.float64], total_per_ml: float
) -> NDArray[np.float64]:
    """Size, Number, Concentration, Volume (πd³/6) and Area (πd²/4) of each class, shape (n, 5)."""
    counts = _counts(diameters, edges)
    volume, area = counts * math.pi / 6 * power(size, 3), counts * math.pi / 4 * size**2
    return np.stack([size, counts, counts * total_per_ml / diameters.size, volume, area], axis=1)


def _position_values(position: CellPosition, dilution: float) -> list[float]:
    counts = _counts(position.diameters_nm, LINEAR_EDGES_NM)
    x10, x50, x90 = (
        quantile(LINEAR_NM - 5.0, LINEAR_NM, counts, share) if counts.any() else _NOTHING_NM
        for share in (0.1, 0.5, 0.9)
    )
    measured = position.particles * PER_PARTICLE_IN_VIEW
    return [
        position.depth,
        position.intensity,
        position.particles,
        measured,
        measured * dilution,
        float(position.diameters_nm.size),
        x50,
        float(LINEAR_NM[np.argmax(counts)]) if counts.any() else _NOTHING_NM,
        (x90 - x10) / x50,
        position.drift_um_per_s,
    ]


def _summary(kept: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Mean, SD (n - 1) and relative SD in percent over the kept rows; zeros when none is kept."""
    zeros = np.zeros(len(_POSITION_HEADINGS) - 2)
    mean = kept.mean(axis=0) if len(kept) else zeros
    sd = kept.std(axis=0, ddof=1) if len(kept) > 1 else zeros
    relative = np.divide(100 * sd, np.abs(mean), out=np.zeros_like(sd), where=mean != 0)
    return {"Mean": mean, "St.Dev.": sd, "Rel.St.Dev.": relative}


def _position_cells(row: NDArray[np.float64], decimal: str) -> list[str]:
    traces = ".0f" if row[5].is_integer() else ".1f"
    formats = (".4f", ".1f", ".1f", "E", "E", traces, ".1f", ".1f", ".1f", ".1f")
    cells = [_two_digits(v) if f == "E" else f"{v:{f}}" for f, v in zip(formats, row.tolist(), strict=True)]
    return [cell.replace(".", decimal) for cell in cells]


def _two_digits(value: float) -> str:
    mantissa, exponent = f"{value:.1E}".split("E")
    return f"{mantissa}E{int(exponent):+d}"
