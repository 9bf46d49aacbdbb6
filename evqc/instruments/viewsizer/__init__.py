"""Horiba ViewSizer 3000: tables of bins, sizes by video, sample record and temperatures of one run, joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.instruments.viewsizer import _bins, _joining, _sample, _videos

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "viewsizer"
TITLE = "Horiba ViewSizer 3000"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "*BinsTable_*.dat, ISOBinning_*.dat, LogBin*.dat: particles counted by bin and their concentration",
    "Videos_*.dat: every particle's size by video, joined to the table of the same run",
    "*.xml: sample record with the observed volume, and temperatures, joined to the table of the same run",
)
MENTIONS = (
    "/lowerbin", "/[sample info]", "<recordingsettings>", "<temperaturelog", "<reportsettings", "<processingsettings",
)  # fmt: skip


def recognises(file: ExportFile) -> bool:
    """Whether the content begins like a table of bins, a list of videos or an XML document of a ViewSizer."""
    return not file.is_workbook and any(begins(file.head) for begins in (_bins.begins, _videos.begins, _sample.begins))


def read(file: ExportFile) -> Reading:
    """The reading of one file of a run; the kinds are told apart by how they begin.

    Raises:
        InputError: what the reader of that kind raises.
    """
    if _videos.begins(file.head):
        return _videos.read(file)
    return _sample.read(file) if _sample.begins(file.head) else _bins.read(file)


def run_folder(folder: Path) -> Path:
    """The folder of the run: tables stand in ``Results_*`` below the folder that holds the sample record."""
    return folder.parent if folder.name.startswith("Results") else folder


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with each run's particles counted once; see ``_joining.join``."""
    return _joining.join(readings)
