"""Blots and membrane arrays with a lane map of the laboratory: marker panels from the bands of densitometry tables.

The densitometry software's own module reads the bands. A mapping with a section ``[blot]`` says which of them is which
marker of which sample, and which are controls; ``MappedBlot`` adds one panel a sample. Without a map no band is named.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Protocol

from evqc.errors import Where, refusal
from evqc.instruments._mappings import has_section
from evqc.instruments.blot._panels import mapped_bands, panels, without_marker
from evqc.measurement import Quantity
from evqc.reading import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evqc.instruments._export import ExportFile
    from evqc.instruments._family import Family
    from evqc.instruments.blot.mapping import LaneMap
    from evqc.reading import Reading

__all__ = [
    "FAMILY", "NAME", "READS", "STATUS", "TITLE", "MappedBlot", "describes", "mapped", "read", "recognises",
]  # fmt: skip

NAME = "blot"
TITLE = "Blot or membrane array with a lane map of the laboratory"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = ("densitometry tables of ImageJ, Image Lab, Image Studio and spot grids, with a map of markers and samples",)
MENTIONS = ()


class Reader(Protocol):
    """What a lane map needs of the module that reads the bands."""

    def recognises(self, file: ExportFile) -> bool:
        """Whether the content is its format."""
        ...

    def read(self, file: ExportFile) -> Reading:
        """The whole reading."""
        ...


class MappedBlot:
    """The reader of one blot: that of the densitometry software, with marker panels on top.

    Attributes:
        lanes: which band is what.
        NAME, TITLE, FAMILY, STATUS, READS: as every instrument has them.
    """

    NAME = "blot"
    FAMILY: Family = "markers"
    STATUS: Literal["verified", "experimental"] = "experimental"

    def __init__(self, lanes: LaneMap, reader: Reader) -> None:
        """Takes the map and the reader that it names."""
        self.lanes = lanes
        self.TITLE = lanes.title
        self.READS: tuple[str, ...] = (f"{lanes.title}: bands with markers and samples",)
        self._reader = reader

    @property
    def covers(self) -> frozenset[str]:
        """Names of the readers whose files it takes over."""
        return frozenset((self.lanes.blot.instrument,))

    def recognises(self, file: ExportFile) -> bool:
        """Whether the densitometry reader recognises the file."""
        return self._reader.recognises(file)

    def read(self, file: ExportFile) -> Reading:
        """The reading of the densitometry reader with one marker panel a sample.

        Raises:
            InputError: what that reader refuses, ``BAND_MISSING``, ``BAND_AMBIGUOUS``.
        """
        reading = self._reader.read(file)
        if reading.verdict == "refused":
            return reading
        signals = [m for m in reading.measurements if isinstance(m, Quantity)]
        found = mapped_bands(self.lanes, signals, file.name)
        kept = (issue for issue in reading.issues if issue.code != "LANE_MAP_MISSING")
        issues = (*kept, *without_marker(signals, found))
        return replace(
            reading,
            instrument=self.NAME,
            status=self.STATUS,
            file_kind=f"{reading.file_kind} with lane map",
            verdict=verdict(issues),
            issues=issues,
            measurements=(*reading.measurements, *panels(self.lanes, found)),
        )


def describes(path: Path) -> bool:
    """Whether a mapping file has a section ``[blot]``; False for what is no TOML, which its loader then refuses."""
    return has_section(path, "blot")


def mapped(path: Path, readers: Mapping[str, Reader]) -> MappedBlot:
    """The reader that a lane map describes.

    Args:
        path: the map.
        readers: the instruments by name.

    Raises:
        InputError: the map cannot be read or is wrong.
    """
    from evqc.instruments.blot.mapping import load_lane_map  # noqa: PLC0415  pydantic loads only for mappings

    lanes = load_lane_map(path)
    return MappedBlot(lanes, readers[lanes.blot.instrument])


def recognises(file: ExportFile) -> bool:  # noqa: ARG001  the signature of every instrument
    """Never: the densitometry software's own module recognises the file, and the lane map adds to it."""
    return False


def read(file: ExportFile) -> Reading:
    """Refuses every file, since a lane map is missing.

    Raises:
        InputError: ``MAPPING_MISSING``.
    """
    raise refusal(
        file.name, "MAPPING_MISSING", Where(), "a blot without a lane map", "a lane map (--mapping FILE.toml)"
    )
