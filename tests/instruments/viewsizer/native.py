"""Files as a ViewSizer writes them, from sizes that a test knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HEADINGS = (
    "LowerBinDiameter_[nm]", "CenterBinDiameter_[nm]", "UpperBinDiameter_[nm]",
    "TotalParticlesCounted_WithinBin_AllVideosAnalyzed", "PSD_corrected_[counts/mL/nm]",
    "PSD_corrected_LT_[counts/mL/nm]",
)  # fmt: skip


def constant(width: float = 1.0, end: float = 20000.0) -> Floats:
    """Edges of bins of one width, shape (n + 1,)."""
    return np.asarray(np.arange(round(end / width) + 1) * width, dtype=np.float64)


def iso() -> Floats:
    """Edges in ratio 1.1 from 2 nm to beyond 20 µm, shape (98,)."""
    return np.asarray(2.0 * 1.1 ** np.arange(98))


@dataclass(frozen=True)
class Run:
    """Sizes in nm by video, and what else the files of a run state."""

    videos: Sequence[Sequence[float]] = ((81.25, 120.5, 143.125), (64.75, 110.375), (98.5, 131.875, 402.25, 1204.5))
    volume_ml: float = 2.3e-6
    name: str = "EV batch 7"
    dilution: str = "1"
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> Floats:
        """All of them, shape (n,)."""
        return np.array([size for video in self.videos for size in video])

    def table(self, edges: Floats, headings: Sequence[str] = HEADINGS, scale: float = 1.0) -> str:
        """A table of bins; ``scale`` multiplies the counts as a calibration does."""
        count = np.histogram(self.sizes, edges)[0] * scale
        lower, upper = edges[:-1], edges[1:]
        density = count / (len(self.videos) * self.volume_ml * (upper - lower))
        columns = dict(zip(HEADINGS, (lower, (lower + upper) / 2, upper, count, density, density * 20), strict=True))
        rows = zip(*(columns[name] for name in headings), strict=True)
        body = "".join("\t ".join(f"{value:.15f}" for value in row) + "\t \n" for row in rows)
        return "/" + "\t ".join(headings) + "\t \n" + body

    def list_of_videos(self, stated: int | None = None) -> str:
        """``Videos_*.dat``."""
        head = [
            "/[Sample Info]",
            f"/Output Filename: Videos_{self.name}.dat",
            f"/Number of videos analyzed: {len(self.videos) if stated is None else stated}",
            "/Drift Correction Applied (1 - YES): 0",
            "",
            "/Video#\t#particles\tAVG size[nm]\tSD size[nm]\t",
        ]
        return "\n".join([*head, *(_row(k, video) for k, video in enumerate(self.videos, start=1))]) + "\n"

    def record(self) -> str:
        """The sample record, ``<SampleData>``."""
        parts = {
            "RecordingSettings": {
                "MeasurementType": "MPTA", "FrameRate": "30", "BlueLaserPower": "210", "BlueLaserEnabled": "true",
                "FramesPerVideo": "300", "NumOfVideos": str(len(self.videos)), "TargetTemperature": "22",
                "Zoom": "1", "Volume": f"{self.volume_ml:.2G}",
            },
            "ProcessingSettings": {"DetectionThreshold": "0.2"},
            "SampleInformation": {"Name": self.name, "ID": "007", "Dilution": self.dilution, "Analyst": ""},
            "MetaData": {
                "MeasurementStartDateTime": "2026-03-05 14:07:09", "AnalyzerModel": "ViewSizer3000",
                "SerialNumber": "001", "RecordingSoftwareVersion": "2.12", "MeasurementUncertainty": "-9999",
            } | self.extra,
        }  # fmt: skip
        body = "".join(
            f"  <{part}>\n" + "".join(f"    <{k}>{v}</{k}>\n" for k, v in leaves.items()) + f"  </{part}>\n"
            for part, leaves in parts.items()
        )
        return f'<?xml version="1.0" encoding="utf-8"?>\n<SampleData>\n{body}</SampleData>\n'

    def temperatures(self, values: Sequence[str] = ("22", "22", "22")) -> str:
        """The log of temperatures."""
        entries = "".join(
            f"    <Entry>\n      <File>{self.name}_{k:04d}.avi</File>\n      <Temp>{value}</Temp>\n    </Entry>\n"
            for k, value in enumerate(values, start=1)
        )
        head = '<?xml version="1.0" encoding="utf-8"?>\n<TemperatureLog>\n  <Entries>\n'
        return f"{head}{entries}  </Entries>\n</TemperatureLog>\n"


def _row(number: int, sizes: Sequence[float]) -> str:
    mean = np.mean(sizes) if len(sizes) else np.nan
    sd = np.std(sizes, ddof=1) if len(sizes) > 1 else np.nan
    cells = ["-nan(ind)" if np.isnan(value) else f"{value:.7e}" for value in (mean, sd, *sizes)]
    return "\t".join([str(number), str(len(sizes)), *cells])


def samples() -> dict[str, str]:
    """The sample files by name."""
    run, blank = Run(), Run(videos=((), ()), name="diluent blank")
    swapped = (*HEADINGS[:3], HEADINGS[4], HEADINGS[3], HEADINGS[5])
    table = run.table(iso())
    return {
        "ISOBinning_EV batch 7.dat": table,
        "DisplayBins_EV batch 7.dat": run.table(constant(200.0)),
        "Videos_EV batch 7.dat": run.list_of_videos(),
        "EV batch 7_20260305_140709.xml": run.record(),
        "EV batch 7_Temperature_20260305_140700.xml": run.temperatures(),
        "ISOBinning_diluent blank.dat": blank.table(iso()),
        "torn_table.reject.dat": "".join(table.splitlines(keepends=True)[:60])[:-20],
        "columns_swapped.reject.dat": table.replace("\t ".join(HEADINGS), "\t ".join(swapped), 1),
        "video_missing.reject.dat": "".join(run.list_of_videos().splitlines(keepends=True)[:-1]),
        "size_missing.reject.dat": run.list_of_videos().replace("\t1.2050000e+02", "", 1),
        "no_measurement.reject.xml": '<?xml version="1.0"?>\n<ReportSettings>\n  <XMin>0</XMin>\n</ReportSettings>\n',
        "volume_of_zero.reject.xml": run.record().replace("2.3E-06", "0"),
    }
