"""Writes ZetaView exports of a known content in the native layouts, and the samples of this folder.

``python -m tests.instruments.zetaview.native`` writes the samples anew; ``test_zetaview.py`` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
HEADING = "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2"
SEPARATOR = "-1.000E+0\t-1.000E+0\t-1.000E+0\t-1.000E+0\t0.000E+0"
POSITIONS = (
    "Use\tPosition\tMean Int.\tAv. No of Particles\tConc. (p./mL)\tOrig. Conc. (p./cm^3)\tNo. of Traces\tX50 (nm)\t"
    "Peak µ (nm)\tSpan\tDrift (µm/s)\tRemoval"
)
#: Traces by class centre in nm; D50 by the vendor's rule is 92.5 + 5 (45 - 43) / 25 = 92.9.
TRACES = {62.5: 3, 72.5: 10, 82.5: 12, 87.5: 8, 92.5: 10, 97.5: 25, 112.5: 9, 137.5: 6, 182.5: 4, 322.5: 3}


def printed(value: float) -> str:
    """Four digits and an exponent without zeros: 2.500E+0."""
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa}E{int(exponent):+d}"


def two_digits(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}E{int(exponent):+d}"


def log_sizes() -> np.ndarray:
    return 4.683 * (6025 / 4.683) ** (np.arange(200) / 199)


@dataclass(frozen=True)
class Size:
    """What a size file says; ``lines`` are replaced or, with None, left out by the start of the line."""

    version: str = "8.06.01 SP1"
    traces: dict[float, int] = field(default_factory=lambda: dict(TRACES))
    width: float = 5.0
    classes: int = 1200
    per_trace: float = 104733.6
    per_frame: float = 30.606061
    dilution: float | None = 500.0
    sample: str = "F8-1000"
    experiment: str = "20250219_0002"
    drift: str = "2025-02-19 12:34:56"
    correction: float = 1.0

    @property
    def total(self) -> int:
        return sum(self.traces.values())

    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        centres = (np.arange(self.classes) + 0.5) * self.width
        count = np.zeros(self.classes)
        for size, n in self.traces.items():
            count[int(np.argmin(np.abs(centres - size)))] += n
        return centres, count

    def medians(self) -> list[float]:
        centres, count = self.counts()
        if not self.total:
            return [0.0, 0.0, 0.0]
        return [float(np.interp(0.5, np.cumsum(w) / w.sum(), centres)) for w in (count, count, count * centres**3)]

    def rows(self) -> list[str]:
        if not self.total:
            return [SEPARATOR]
        centres, count = self.counts()
        logs = log_sizes()
        in_log = np.zeros(200)
        filled = np.flatnonzero(count)
        np.add.at(in_log, np.abs(np.log(logs)[:, None] - np.log(centres[filled])).argmin(axis=0), count[filled])
        return [*self._table(centres, count), SEPARATOR, *self._table(logs, in_log)]

    def _table(self, sizes: np.ndarray, count: np.ndarray) -> list[str]:
        volume, area = count * np.pi / 6 * sizes**3, count * np.pi / 4 * sizes**2
        columns = (sizes, count, count * self.per_trace, volume, area)
        return ["\t".join(map(printed, row)) for row in zip(*columns, strict=True)]

    def header(self) -> list[str]:
        old, new = self.version.startswith("8.05.14"), self.version.startswith("8.06")
        name = f"{self.experiment}_{self.sample}_size_488"
        number, concentration, volume = self.medians()
        dilution = "" if self.dilution is None else f"\tDilution::\t{self.dilution:f}"
        frame = f"Average Number of Particles:\t{self.per_frame:f}"
        return [
            f"Original File:\tD:\\NTA\\{name}.avi\tSection:\t0.1 [0]",
            "Operator:\tA. Person",
            f"Experiment:\t{self.experiment}",
            f"{'ZetaVIEW' if old else 'ZetaView'} S/N:\t99-0001",
            *([] if old else ["Cell S/N:\t000-000-00-000-000-0"]),
            f"Software:\tZetaView (version {self.version})\tAnalyze:\t{self.version}",
            "SOP:\tEV_488",
            f"Sample:\t{self.sample}",
            "Electrolyte:\tPBS",
            "pH:\t7.000000\tentered",
            "Conductivity: 65.000000\tsensed" if new else "Conductivity:\t14912.000000\tsensed",
            "Temperature:\t24.640000\tsensed",
            *(["TempControl:\ton", "SetTemperature:\tNaN"] if new else []),
            "Viscosity:\t0.907000",
            "Date:\t2025-02-19",
            "Time:\t13:05:09",
            "General Remarks:\t",
            "Remarks:\t",
            *(f"Sample Remarks{i}:\t" if old else f"Sample Info {i + 1}:" for i in range(3)),
            "Scattering Intensity:\t3.700000",
            "Detected Particles:\t31",
            f"Particle Drift Checked:\t{self.drift}",
            "Particle Drift Check Result:\ttoo high",
            "Cell Checked:\t2025-02-19 09:47:06",
            "Cell Check Result:\tVery Good",
            "Type of Measurement:\tSize Distribution",
            *(["Positions:\t11"] if new else []),
            "Microscope Position:\t0.099990",
            f"Number of Traces:\t{self.total}\t(at 0.099990)\t{frame}{dilution}",
            *([f"Concentration Correction Factor:\t{self.correction:f}"] if new else []),
            "Image Evaluation:",
            "Minimum Brightness:\t30",
            "Minimum Area:\t10",
            "Maximum Area:\t1000",
            "Maximum Brightness:\t255",
            "Minimum Tracelength:\t15",
            "Camera:\tFpSec 30 #Cycles 2 FRate 30.000000",
            *([] if old else ["Sensitivity:\t80.000000"]),
            "Shutter:\t100.000000",
            "Brightness:\tNaN",
            f"Camera Trigger Delay {'mus' if old else 'µs'}:\t0",
            "Laser Wavelength nm:\t488.000000",
            "Filter Wavelength nm:\tScatter",
            *(["Multi-Threshold:\t0", "DelayTime:\t0", "OscillatorFrames:\t0"] if new else []),
            "Position:\t0.099990",
            "actual Microscope:\t-118322\t(Pos\t0.099990)",
            "Cell parameter:",
            "Cell#:\tZNTA",
            "ZP Factor:\t13.231712 (Smoluchowski)",
            "Results (Pos 0.099990):",
            f"Median Number (D50):\t{number:f}",
            f"Median Concentration (D50):\t{concentration:f}",
            f"Median Volume (D50):\t{volume:f}",
            "Size Distribution",
        ]

    def text(self) -> str:
        return "".join(f"{line}\r\n" for line in [*self.header(), HEADING, *self.rows()])

    def bytes(self, *, comma: bool = False) -> bytes:
        return (with_comma(self.text()) if comma else self.text()).encode("cp1252")


#: Small enough to be cut at every byte.
COMPACT = Size(width=100.0, classes=60, traces={50.0: 40, 150.0: 41, 250.0: 9})


def with_comma(text: str) -> str:
    """Every number of a file with decimal comma; versions and names keep their points."""
    keep = ("Software:", "Original File:", "Operator:")
    lines = text.split("\r\n")
    changed = [line if line.startswith(keep) else line.replace(".", ",") for line in lines]
    return "\r\n".join(changed).replace("0.1 [0]", "0,1 [0]")


@dataclass(frozen=True)
class Row:
    """One position; ``removal`` None when it was kept."""

    position: float
    per_frame: float
    traces: int
    d50_nm: float
    removal: str | None = None


def positions_of(size: Size, rejected: int = 2) -> list[Row]:
    """Eleven positions whose kept ones carry the traces and the particles of ``size``."""
    kept = 11 - rejected
    shares = np.diff(np.linspace(0, size.total, kept + 1).round()).astype(int)
    around = np.linspace(-0.2, 0.2, kept) * size.per_frame
    rows = [Row(0.1 + 0.08 * i, size.per_frame + around[i], int(shares[i]), 85.0 + 2 * i) for i in range(kept)]
    reasons = ["MIN_TRACES", "GRUBBS_SIZE"]
    rows += [Row(0.82 + 0.08 * i, 2.0, 0, 5997.5, reasons[i % 2]) for i in range(rejected)]
    return rows


def positions_text(size: Size, rows: list[Row]) -> str:
    per_ml = size.total * size.per_trace / size.per_frame if size.total else 0.0
    factor = (size.dilution or 1.0) * size.correction
    table, numbers = [], []
    for row in rows:
        conc = row.per_frame * per_ml
        values = [55.0, row.per_frame, conc, conc * factor, row.traces, row.d50_nm, row.d50_nm + 5, 0.9, -1.5]
        table.append("\t".join(["" if row.removal else "X", f"{row.position:.2f}", *_cells(values), row.removal or ""]))
        if not row.removal:
            numbers.append(values)
    return "".join(f"{line}\t\r\n" for line in [POSITIONS, *table, *_summary(numbers)])


def _cells(values: list[float]) -> list[str]:
    intensity, per_frame, conc, original, traces, d50, peak, span, drift = values
    return [
        f"{intensity:.0f}", two_digits(per_frame), two_digits(conc), two_digits(original), f"{traces:.0f}",
        f"{d50:.1f}", f"{peak:.1f}", f"{span:.1f}", f"{drift:.1f}",
    ]  # fmt: skip


def _summary(numbers: list[list[float]]) -> list[str]:
    x = np.array(numbers) if numbers else np.zeros((2, 9))
    mean, sd = x.mean(axis=0), x.std(axis=0, ddof=1)
    relative = np.divide(100 * sd, mean, out=np.zeros(9), where=mean != 0)
    rows = (("Mean", mean), ("St.Dev.", sd), ("Rel.St.Dev.", relative))
    return ["\t".join(["", name, *map(two_digits, values)]) for name, values in rows]


def profile_text(*, zeta: str = "-31.234567", traces: int = 412, version: str = "8.06.01 SP1") -> str:
    """A zeta potential profile with NUL characters behind its µ, as the instrument writes them."""
    header = [line for line in Size(version=version).header() if not line.startswith(("Median", "Results", "Size D"))]
    header = [
        line.replace("Size Distribution", "Profile").replace("Number of Traces:\t90", f"Number of Traces:\t{traces}")
        for line in header
    ]
    header[0] += "\tProfile Voltage:\t+24.000000V"
    results = [
        "Results:", "Mean Velocity / µ\x00m/s:\t-10.123456", "Mobility / µ\x00m/s/V/cm:\t-2.412345",
        f"Zeta Potential / mV:\t{zeta}", "Zeta Potential @ 25°C / mV:\t-30.987654",
        "ZP Parabola Fit Accuracy / mV:\t1.234567", "ZP Distribution (SL 1/2) FWHM / mV:\t12.300000",
        "Parabola: zp = a*x^2 + b*x + c\ta = 1.0", "ZP Profile:",
        "Position\tPositive V\tNegative V\tAverage\tParabola Fit\tZP",
    ]  # fmt: skip
    rows = [[0.1 + 0.08 * i, 10 + i, -11.0 - i, 10.5 + i, 10.4 + i] for i in range(10)]
    table = ["\t".join(map(printed, row)) for row in rows] + ["9.000E-1\t0.000E+0\t-0.000E+0\t0.000E+0\t1.000E+1"]
    return "".join(f"{line}\r\n" for line in [*header, *results, *table])


def replaced(text: str, start: str, line: str | None) -> str:
    """The text with the line that starts with ``start`` replaced, or left out."""
    lines = text.split("\r\n")
    at = next(i for i, old in enumerate(lines) if old.startswith(start))
    lines[at : at + 1] = [] if line is None else [line]
    return "\r\n".join(lines)


def with_cell(text: str, size: str, column: int, cell: str) -> str:
    """The text with one cell of the linear table's row of ``size`` replaced."""
    line = next(line for line in text.split("\r\n") if line.startswith(f"{size}\t"))
    cells = line.split("\t")
    cells[column] = cell
    return text.replace(line, "\t".join(cells), 1)


def samples() -> dict[str, bytes]:
    """Every sample of this folder."""
    pair = Size(traces={size: 3 * n for size, n in TRACES.items()}, correction=1.0)
    compact = COMPACT.text()
    texts = {
        "joined_size_488.txt": pair.text(),
        "joined_size_488_11pos.txt": positions_text(pair, positions_of(pair)),
        "never_checked.txt": Size(version="8.05.14 SP7", drift="1904-01-01 01:00:00", dilution=10000.0).text(),
        "decimal_comma.txt": with_comma(Size(version="8.05.16 SP3", dilution=5000.0).text()),
        "dilution_missing.txt": Size(dilution=None).text(),
        "zero_traces.txt": Size(traces={}, per_frame=0.0).text(),
        "zeta_profile.txt": profile_text(),
        "zeta_few_traces.txt": profile_text(zeta="91.812345", traces=48),
        "torn.reject.txt": compact[: compact.index(SEPARATOR)],
        "text_in_bin.reject.txt": with_cell(compact, "1.500E+2", 1, "ERR"),
        "negative_count.reject.txt": with_cell(compact, "1.500E+2", 1, "-4.100E+1"),
        "two_decimal_marks.reject.txt": with_cell(compact, "1.500E+2", 2, "4,294E+6"),
        "columns_swapped.reject.txt": compact.replace(
            HEADING, HEADING.replace("Number\tConcentration / cm-3", "Concentration / cm-3\tNumber")
        ),
        "traces_missing.reject.txt": replaced(compact, "Number of Traces", None),
        "other_version.reject.txt": replaced(compact, "Median Number", "Median Number (D50):\t112.195122").replace(
            "8.06.01", "8.07.02"
        ),
        "text_in_position.reject.txt": positions_text(pair, positions_of(pair)).replace("0.18", "near", 1),
        "other_measurement.reject.txt": compact.replace(
            "Type of Measurement:\tSize Distribution", "Type of Measurement:\tFluorescence"
        ),
    }
    return {name: text.encode("cp1252") for name, text in texts.items()}


if __name__ == "__main__":
    for name, data in samples().items():
        (FOLDER / name).write_bytes(data)
