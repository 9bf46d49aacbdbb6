"""Writes experiment summaries of known content, by its own arithmetic, for the tests and as the samples beside it.

The statistics come from distributions before rounding, as the instrument's do, and by formulas written here, so that
the reader is not judged by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HERE = Path(__file__).parent
SIX = tuple((of, by) for of in ("Size", "Diffusion") for by in ("Number", "Surface Area", "Volume"))
SOFTWARE = {
    "3.2": "NTA 3.2 Dev Build 3.2.16",
    "3.3": "NTA 3.3 - Sample Assistant Dev Build 3.3.203",
    "3.4": "NTA 3.4 Build 3.4.003",
}


@dataclass(frozen=True)
class Video:
    """One video: a log-normal size distribution, or nothing."""

    name: str = "evs_00"
    median: float = 120.0
    spread: float = 0.25
    total: float = 3.1e8
    factor: float | None = None
    per_particle: float = 6.0e6
    frames: int = 1498

    @property
    def failed(self) -> bool:
        return self.total == 0

    def distribution(self, of: str, by: str) -> tuple[Floats, Floats]:
        """Bin centres and unrounded values, shape (1000,)."""
        width = 1.0 if of == "Size" else 4.0
        x = np.asarray((np.arange(1000) + 0.5) * width, dtype=np.float64)
        centre = self.median if of == "Size" else 43000.0 / self.median
        density = np.exp(-(np.log(x / centre) ** 2) / (2 * self.spread**2)) / x
        number = self.total * (self.factor or 1.0) * density / density.sum()
        diameter = x if of == "Size" else 43000.0 / x
        moment = {"Number": 1.0, "Surface Area": math.pi * diameter**2, "Volume": math.pi / 6 * diameter**3}[by]
        return x, np.asarray(number * moment, dtype=np.float64)


@dataclass(frozen=True)
class Experiment:
    """A whole file."""

    version: str = "3.4"
    videos: tuple[Video, ...] = (Video("evs_00"), Video("evs_01", median=125.0, total=2.8e8))
    blocks: tuple[tuple[str, str], ...] = (("Size", "Number"),)
    percentiles: bool = True
    sample: str = "umbilical cord MSC EVs"
    captured: str = "15:28:16  01/04/2021"
    diluent: str = "PBS"
    remarks: str = ""
    inside_version: str | None = None
    details: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The file as NTA would write it."""
        return "\n".join(_lines(self)) + "\n"

    @property
    def data(self) -> bytes:
        return self.text.encode("cp1252")


def merged(version: str = "3.4") -> Experiment:
    """Two experiments combined into one, with a video that saw nothing."""
    videos = (
        Video("cord_passage4_00", median=110.0),
        Video("cord_passage4_01", total=0.0),
        Video("cord_passage5_00", median=150.0, total=4.4e8),
        Video("cord_passage5_01", median=152.0, total=4.1e8),
    )
    remarks = "Created from combined experiments: cord_passage4_.nano, cord_passage5_.nano"
    made = Experiment(version=version, videos=videos, remarks=remarks, inside_version="Unknown")
    return replace(made, captured="", sample="", diluent="")


def excel(text: str) -> str:
    """The text as a spreadsheet saves it again: padded rows, CRLF, numbers without their trailing zeros."""
    rows = [line.split(",") if '"' not in line else [*line.split(",", 1)] for line in text.split("\n")[:-1]]
    width = max(len(row) for row in rows) - 1
    padded = [",".join([*map(_shown, row), *[""] * (width - len(row))][: max(width, len(row))]) for row in rows]
    return "\r\n".join(line.rstrip(",") + "," * (width - 1 - line.rstrip(",").count(",")) for line in padded) + "\r\n"


def _shown(cell: str) -> str:
    try:
        value = float(cell)
    except ValueError:
        return cell
    return f"{value:.0f}" if value == int(value) else repr(value)


def _lines(e: Experiment) -> list[str]:
    old = e.version == "3.2"
    blank = "" if old else ",,"
    lines = [
        "NTA Experiment Summary File" + ("" if old else ","),
        f"Created with {SOFTWARE[e.version]}" + ("" if old else ","),
    ]
    lines += [blank, *_details(e), blank, _row("Filename:", [v.name for v in e.videos])]
    lines += [] if old or e.version == "3.3" else [_row("Processed", ["Yes"] * len(e.videos))]
    for part in (_conditions, _settings, _results, _flags):
        lines += [blank, *part(e)]
    lines += [blank, "[Data Included]" + ("" if old else ",")]
    lines += [_announced(of, by, percentiles=e.percentiles) for of, by in e.blocks]
    for of, title in (("Size", "[Size Data]"), ("Diffusion", "[Diffusion Coefficient Data]")):
        mine = [by for o, by in e.blocks if o == of]
        lines += [blank, title] if mine else []
        lines += ["Analysis Method,FTLA,"] if of == "Size" else []
        for by in mine:
            lines += _block(e, of, by)
    return lines


def _row(key: str, values: Sequence[object], behind: Sequence[object] = ()) -> str:
    return ",".join([key, *map(str, values), *map(str, behind), ""])


def _details(e: Experiment) -> list[str]:
    def quote(text: str) -> str:
        return f'"{text}"' if e.version == "3.2" or "," in text else text

    rows = {"Software Version": e.inside_version or SOFTWARE[e.version], "Experiment Name": "evs_.nano"}
    rows |= {"Sample Name": quote(e.sample)} if e.version == "3.2" else {}
    rows |= {"Operator Name": quote("QC"), "Time Captured": e.captured}
    rows |= {"Sample Description": e.sample} if e.version != "3.2" else {}
    rows |= {"Pre-treatment": quote(""), "Diluent": quote(e.diluent), "Remarks": quote(e.remarks)} | e.details
    end = "" if e.version == "3.2" else ","
    return ["[Experiment Details]" + end, *(f"{key},{value}{end}" for key, value in rows.items())]


def _conditions(e: Experiment) -> list[str]:
    n = len(e.videos)
    values = {
        "Temperature/C": "25.013", "Viscosity/cP": "0.889653", "Camera Type": "sCMOS", "Laser Type": "Blue488",
        "Camera Level": "14", "Slider Shutter": "1259", "Slider Gain": "366", "Shutter/ms": "31.48",
        "Camera Histogram Upper Limit": "6588", "Camera Histogram Lower Limit": "0", "Frame rate/fps": "24.9825",
        "Syringe Pump Speed/AU": "50",
    }  # fmt: skip
    return ["[Conditions]", *(_row(key, [value] * n) for key, value in values.items())]


def _settings(e: Experiment) -> list[str]:
    n = len(e.videos)
    values = {
        "Detection Threshold": "5", "Max Jump Mode": "Auto", "Max Jump Distance": "16.5", "Blur": "Auto",
        "Min Track Length": "Auto", "First frame": "0",
    }  # fmt: skip
    rows = [_row(key, [value] * n) for key, value in values.items()]
    frames = _row("Total frames analysed", [v.frames for v in e.videos])
    return ["[Settings]", *rows, frames, "", "[Exclusion Regions]", "No Exclusion Regions Used,"]


def scientific(value: float, version: str) -> str:
    """Three significant digits, as this version prints concentrations."""
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(3)}" if version == "3.2" else f"{mantissa}e{exponent}"


def average(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard error, failed videos included."""
    a = np.array(values)
    return float(a.mean()), float(a.std(ddof=1) / math.sqrt(a.size)) if a.size > 1 else 0.0


def _results(e: Experiment) -> list[str]:
    def averaged(key: str, values: list[float], show: Callable[[float], str]) -> str:
        return _row(key, [show(v) for v in values], [show(v) for v in average(values)])

    factors = [f"{v.factor:.2e}" if v.factor else "Not recorded" for v in e.videos]
    particles = [v.total / v.per_particle for v in e.videos]
    n = len(e.videos)
    return [
        _row("[Results]", [""] * n, ["Average", "Standard Error"]),
        _row("Dilution factor (concentrations adjusted for this factor)", factors),
        averaged(
            "Concentration (Particles / ml)",
            [v.total * (v.factor or 1.0) for v in e.videos],
            lambda value: scientific(value, e.version),
        ),
        _row("Concentration Upgrade?", ["Yes"] * n),
        averaged("Particles per frame", particles, lambda value: f"{value:.1f}"),
        averaged("Centres per frame", [1.05 * p for p in particles], lambda value: f"{value:.1f}"),
        _row("Completed tracks", [round(40 * p) for p in particles]),
        _row("X-Drift (pix/frame)", ["-3.8"] * n),
        _row("Y-Drift (pix/frame)", ["-0.0"] * n),
    ]


def _flags(e: Experiment) -> list[str]:
    def each(good: str, bad: str) -> list[str]:
        return [bad if v.failed else good for v in e.videos]

    no, n = each("No", "No"), len(e.videos)
    warnings = {
        "Validity of concentration measurement": each("OK", "Unreliable"), "Completed Tracks": each("OK", "No Data"),
        "Particles per frame": each("OK", "Too Low"), "Noise level": no, "Brightness": each("OK", "Too dim"),
        "Detection Threshold": each("OK", "OK"), "Camera Histogram Lower Limit": each("OK", "OK"),
    }  # fmt: skip
    information = {
        "Completed Tracks": each("OK", "<100"), "Concentration": each("OK", "Very low concentration"),
        "Video length": each("OK", "OK"), "Noise level": no, "Vibration detected": no,
        "Vibration correction applied": no, "Settings changed?": no, "Errors (1)": [""] * n, "Errors (2)": [""] * n,
    }  # fmt: skip
    rows = [["[Concentration Warnings]"], [_row(k, v) for k, v in warnings.items()]]
    return [*rows[0], *rows[1], "", "[Information]", *(_row(k, v) for k, v in information.items())]


def _announced(of: str, by: str, *, percentiles: bool) -> str:
    what = "Size distribution" if of == "Size" else "Diffusion coefficient distribution"
    return f"{what} - {by} weighting" + (" - With Percentiles" if percentiles else "")


def statistics(x: Floats, value: Floats, shift: float) -> dict[str, float]:
    """Mean, Mode, SD, D10, D50, D90 as the vendor computes them; zeros for an empty distribution."""
    if not value.any():
        return dict.fromkeys(("Mean", "Mode", "SD", "D10", "D50", "D90"), 0.0)
    mean = float(np.average(x, weights=value))
    k = int(value.argmax())
    a, b, c = value[k - 1 : k + 2]
    d10, d50, d90 = percentiles(x, value, np.array([10.0, 50.0, 90.0])) + shift
    return {
        "Mean": mean,
        "Mode": float(x[k] + (x[1] - x[0]) * 0.5 * (a - c) / (a - 2 * b + c)),
        "SD": math.sqrt(float(np.average((x - mean) ** 2, weights=value))),
        "D10": float(d10),
        "D50": float(d50),
        "D90": float(d90),
    }


def percentiles(x: Floats, value: Floats, shares: Floats) -> Floats:
    """Linear interpolation of the cumulative at the bin edges."""
    edges = np.append(x, 2 * x[-1] - x[-2]) - (x[1] - x[0]) / 2
    cumulated = np.concatenate(([0.0], np.cumsum(value))) / value.sum()
    return np.asarray(np.interp(shares / 100, cumulated, edges))


def _bins(values: Floats) -> Floats:
    """Whole numbers, and 0 for everything below 1."""
    return np.where(values < 1, 0, np.rint(values))


def _block(e: Experiment, of: str, by: str) -> list[str]:
    x = e.videos[0].distribution(of, by)[0]
    columns = np.column_stack([v.distribution(of, by)[1] for v in e.videos])
    shift = -1.0 if e.version == "3.2" else 0.0
    found = [statistics(x, column, shift) for column in columns.T]
    names, behind = [v.name for v in e.videos], ["Average", "Standard Error"]
    lines = [f"Weighting,{by},", _row("Filename", names, behind)]
    for key in ("Mean", "Mode", "SD", "D10", "D50", "D90"):
        values = [s[key] for s in found]
        lines.append(_row(key, [f"{v:.1f}" for v in values], [f"{v:.1f}" for v in average(values)]))
    lines += [_row("Valid Tracks", [f"{0 if v.failed else 500:.1f}" for v in e.videos]), "Graph Data"]
    return [*lines, *_graph(e, of, by, x, columns), "", *_percentile_rows(e, of, x, columns, shift)]


def _graph(e: Experiment, of: str, by: str, x: Floats, columns: Floats) -> list[str]:
    n = len(e.videos)
    heading = {
        "Number": ("Concentration (particles / ml)", "Concentration average"),
        "Surface Area": ("Surface area conc. (nm² / ml)", "Surface area average"),
        "Volume": ("Volume conc. (nm³ / ml)", "Volume average"),
    }[by]
    first = "Bin centre (nm)" if of == "Size" else "Bin centre (E4 nm²/s)"
    runs = [(" " if e.version == "3.2" and i == 0 else "") + heading[0] for i in range(n)]
    mean = columns.mean(axis=1)
    error = columns.std(axis=1, ddof=1) / math.sqrt(n) if n > 1 else np.zeros_like(mean)
    table = _bins(np.column_stack([columns, mean, error])).astype(np.int64).tolist()
    centres = [f"{c:g}" for c in x]
    rows = [",".join([centre, *map(str, row), ""]) for centre, row in zip(centres, table, strict=True)]
    return [_row(first, runs, [heading[1], "Standard Error"]), *rows]


def _percentile_rows(e: Experiment, of: str, x: Floats, columns: Floats, shift: float) -> list[str]:
    if not e.percentiles:
        return []
    shares = np.arange(101.0)
    found = [percentiles(x, c, shares) + shift if c.any() else np.zeros(101) for c in columns.T]
    # The ends are the first and last bin that hold anything, which no test compares.
    table = np.clip(np.column_stack(found), 0.0, None)
    unit = "Size (nm)" if of == "Size" else "Diffusion Coefficient (E4 nm²/s)"
    rows = [_row(str(p), [f"{v:.1f}" for v in row]) for p, row in enumerate(table.tolist())]
    return [_row("Percentile", [unit] * len(e.videos)), *rows, ""]


def swapped(text: str) -> str:
    """The file with the first two run names of the distribution block exchanged."""
    return text.replace("Filename,evs_00,evs_01", "Filename,evs_01,evs_00")


def single(e: Experiment) -> bytes:
    """The experiment as the summary of its one video, whose first line alone is known to differ."""
    return e.data.replace(b"NTA Experiment Summary File", b"NTA Single Analysis Summary File", 1)


def samples() -> dict[str, bytes]:
    """The sample files beside this module, by name."""
    one = Experiment(videos=(Video("evs_00"),))
    two = Experiment()
    diluted = tuple(Video(f"evs_0{i}", median=118.0 + i, factor=1000.0) for i in range(3))
    stamped = tuple(Video(f"evs 2021-04-01 15-2{i}-16", median=118.0 + i, spread=0.12) for i in range(2))
    return {
        "nta-3.2-dilution-recorded.csv": Experiment("3.2", diluted).data,
        "nta-3.3-six-weightings.csv": Experiment("3.3", stamped, SIX, captured="").data,
        "nta-3.4-merged-with-a-failed-video.csv": merged().data,
        "nta-3.4-saved-by-a-spreadsheet.csv": excel(two.text).encode("cp1252"),
        "nta-3.4-single-video.csv": one.data,
        "nta-3.4-single-analysis.csv": single(Experiment(videos=(Video("evs_single"),))),
        "cut-in-the-percentiles.reject.csv": one.data[:-700],
        "of-version-2.3.reject.csv": one.text.replace("NTA 3.4 Build 3.4.003", "NTA 2.3 Build 0034").encode("cp1252"),
        "run-names-swapped.reject.csv": swapped(two.text).encode("cp1252"),
        "with-semicolons.reject.csv": one.text.replace(".", ";").translate(str.maketrans(",;", ";,")).encode("cp1252"),
        "with-text-in-a-bin.reject.csv": _with_text_in_a_bin(one.text).encode("cp1252"),
    }


def _with_text_in_a_bin(text: str) -> str:
    start = text.index("\n120.5,") + len("\n120.5,")
    return text[:start] + "ERR" + text[text.index(",", start) :]


if __name__ == "__main__":
    for name, data in samples().items():
        (HERE / name).write_bytes(data)
