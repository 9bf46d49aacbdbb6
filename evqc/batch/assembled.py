"""A batch as everything downstream sees it: the record joined with what its files hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evqc.batch.model import BatchRecord
from evqc.batch.vocabulary import Role
from evqc.errors import Issue
from evqc.measurement import MarkerPanel, Quantity, SizeDistribution
from evqc.reading import Reading, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sizing run, tied to its sample.

    Attributes:
        sample: name in the record; without a record the file's own sample name, run group or file name.
        role: the sample's role; None without a record.
        bead_nm: certified diameter when this is a bead check.
        bead_uncertainty_nm: its standard uncertainty, where the record states it.
        file: the export it comes from.
        distribution: with the record's dilution where the file states none.
        other_dilution: the record's, where it differs from the one that the file states and that counts.
    """

    sample: str
    role: Role | None
    bead_nm: float | None
    file: Source
    distribution: SizeDistribution
    bead_uncertainty_nm: float | None = None
    other_dilution: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One marker panel, tied to its sample; ``file`` is the record itself for panels entered by hand."""

    sample: str
    role: Role | None
    file: Source
    panel: MarkerPanel


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One quantity, tied to its sample, of the undiluted sample.

    Attributes:
        marker: canonical name, for measurands of one marker.
        uncertainty: standard uncertainty in the quantity's unit; None when nobody stated it.
        replicates: how many determinations the value is the mean of.
        of_assay: what it is to its assay (``standard``, ``control``, ``blank``, ``ladder``, …) when it is of no sample;
            such values are shown and say nothing of any sample.
    """

    sample: str
    role: Role | None
    file: Source
    quantity: Quantity
    marker: str | None = None
    uncertainty: float | None = None
    replicates: int = 1
    of_assay: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageEvidence:
    """One image file that exists, with its hash."""

    sample: str
    method: str
    view: str | None
    field_selection: str | None
    file: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Something in the record that an export or another part of the record speaks against.

    Attributes:
        source: the file at fault.
        issue: code, place, found and expected.
    """

    source: Source
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The record joined with the exports.

    Attributes:
        name: the batch number, or the folder's name when there is no record.
        record: None for a folder of exports without a record.
        record_source: the file of the record.
        readings: one for each export file, in the order of their names.
        runs, panels, values, images: what they hold, tied to samples.
        contradictions: never overwritten, always shown.
        folder: where the record stands, for files that it names; stands in no document.
        answers: what ``remembered`` functions computed of it.
    """

    name: str
    record: BatchRecord | None
    record_source: Source | None
    readings: tuple[Reading, ...]
    runs: tuple[Run, ...] = ()
    panels: tuple[Panel, ...] = ()
    values: tuple[Value, ...] = ()
    images: tuple[ImageEvidence, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    folder: Path | None = None
    answers: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False, repr=False, compare=False)
