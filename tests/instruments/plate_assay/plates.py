"""Hand-made readings of plates, as a plate reader's module would give them; every value is invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.calibration import WellSeries
from evqc.errors import Where
from evqc.instruments._export import ExportFile
from evqc.instruments.plate_assay._assay import MappedPlate
from evqc.instruments.plate_assay.mapping import read_plate_mapping
from evqc.measurement import Quantity, State
from evqc.reading import Reading, Source, accepted, refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from evqc.instruments.plate_assay._layout import Layout

FILE = ExportFile("plate.txt", b"plate")

#: Absorbance at 562 nm of 0, 20, 100, 250, 500 and 1000 ug/mL twice, three samples twice, and blanks.
BCA: dict[str, float] = {
    "A1": 0.080, "B1": 0.084, "A2": 0.112, "B2": 0.116, "A3": 0.242, "B3": 0.250,
    "A4": 0.480, "B4": 0.496, "A5": 0.865, "B5": 0.885, "A6": 1.640, "B6": 1.680,
    "C1": 0.402, "D1": 0.410, "C2": 0.088, "D2": 0.090, "C3": 2.100, "D3": 2.150, "C4": 0.300, "D4": 0.500,
}  # fmt: skip

BCA_MAPPING = """
title = "Protein, bicinchoninic acid, 562 nm"
method = "BCA"

[plate]
instrument = "stub"
wavelength_nm = 562
measurand = "protein_concentration"
unit = "ug/mL"
model = "linear"
subtract_blank = true
blank = ["A1:B1"]

[[standard]]
concentration = 0
wells = ["A1", "B1"]

[[standard]]
concentration = 20
wells = ["A2", "B2"]

[[standard]]
concentration = 100
wells = ["A3", "B3"]

[[standard]]
concentration = 250
wells = ["A4", "B4"]

[[standard]]
concentration = 500
wells = ["A5", "B5"]

[[standard]]
concentration = 1000
wells = ["A6", "B6"]

[[sample]]
name = "EV batch 7"
wells = ["C1:D1"]
dilution = 5
"""

#: An onset at 600 (c/5)^-0.2 seconds, reached by straight lines of slope 0.2 over 600 s before it.
STANDARDS = {"A1": 5.0, "B1": 5.0, "A2": 0.5, "B2": 0.5, "A3": 0.05, "B3": 0.05, "A4": 0.005, "B4": 0.005}

KINETIC_MAPPING = """
title = "Bacterial endotoxin, kinetic chromogenic"

[plate]
instrument = "stub"
measurand = "endotoxin_concentration"
unit = "EU/mL"
model = "log-log"
subtract_blank = false
blank = ["A5:B5"]

[kinetic]
rise = 0.2
limit = 0.5

[[standard]]
concentration = 5
wells = ["A1:B1"]

[[standard]]
concentration = 0.5
wells = ["A2:B2"]

[[standard]]
concentration = 0.05
wells = ["A3:B3"]

[[standard]]
concentration = 0.005
wells = ["A4:B4"]

[[sample]]
name = "EV batch 7"
wells = ["C1:D1"]
dilution = 20
spiked_wells = ["C2:D2"]
spike = 0.5
"""


def quantity(well: str, value: float | None, **more: Any) -> Quantity:
    settings = {"plate": "Plate 1", "well": well, "wavelength_nm": 562.0, **more.pop("settings", {})}
    state = more.pop("state", State.MISSING if value is None else State.MEASURED)
    return Quantity(
        measurand="absorbance", value=value, unit="1", state=state, sample=more.pop("sample", None), settings=settings,
        where=Where(line=3), **more,
    )  # fmt: skip


def endpoint(values: Mapping[str, float | None] = BCA, *others: Quantity) -> Reading:
    return reading(tuple(quantity(well, value) for well, value in values.items()) + others)


def reading(measurements: Sequence[Quantity], series: Sequence[WellSeries] = ()) -> Reading:
    return accepted(
        Source(name="plate.txt", sha256="", bytes=0),
        instrument="stub",
        software_version="1",
        file_kind="plate",
        measurements=tuple(measurements),
        series=tuple(series),
    )


def reaction(well: str, onset_s: float | None, **more: Any) -> WellSeries:
    """A well that rises in a straight line so that 0.2 over its first read is reached at ``onset_s``; flat for None."""
    times = np.arange(0.0, 6000.0, 30.0)
    values = 0.1 + (0.0 if onset_s is None else 0.2 * times / onset_s)
    return WellSeries(
        plate="Plate 1", well=well, signal="absorbance", signal_unit="1", wavelength_nm=405.0, time_s=times,
        value=values + np.zeros(times.size), where=Where(line=4), **more,
    )  # fmt: skip


def onset_of(concentration: float) -> float:
    return float(600.0 * (concentration / 5.0) ** -0.2)


def kinetic(extra: Mapping[str, float | None] | None = None) -> Reading:
    """Standards on the line, blanks without onset, 0.1 EU/mL in the product and 0.62 in the spiked one."""
    onsets: dict[str, float | None] = {well: onset_of(c) for well, c in STANDARDS.items()}
    onsets |= {"A5": None, "B5": None, "C1": onset_of(0.1), "D1": onset_of(0.1)}
    onsets |= {"C2": onset_of(0.62), "D2": onset_of(0.62), **(extra or {})}
    return reading((), [reaction(well, time) for well, time in onsets.items()])


@dataclass
class Stub:
    """A plate reader's module that gives one reading for every file."""

    given: Reading
    NAME: str = "stub"

    def recognises(self, file: ExportFile) -> bool:
        return file.data == FILE.data

    def read(self, file: ExportFile) -> Reading:  # noqa: ARG002  a stub gives the same for every file
        return self.given


def mapped(text: str, given: Reading, layout: Layout | None = None) -> MappedPlate:
    return MappedPlate(read_plate_mapping(text, "plate.mapping.toml"), Stub(given), layout)


def assayed(text: str, given: Reading, layout: Layout | None = None) -> Reading:
    return mapped(text, given, layout).read(FILE)


def refused_reading() -> Reading:
    return refused(Source(name="plate.txt", sha256="", bytes=0), ())
