"""Batches from a few words: exports by their runs, a record by its tables, joined and cross-checked as real ones."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from evqc.batch.assembled import Batch, ImageEvidence
from evqc.batch.crosscheck import crosscheck
from evqc.batch.join import join, join_without_record
from evqc.batch.model import BatchRecord
from evqc.errors import Where, problem
from evqc.measurement import (
    Bins,
    Comparison,
    Dilution,
    Position,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.sizing import standard_statistics
from evqc.reading import Reading, Source, accepted, refused
from evqc.records import array
from tests.assessment import measuring
from tests.assessment.making_flow import acquisition

NANOSIGHT: dict[str, Any] = {
    "software_version": "NTA 3.4", "laser": "Blue405", "camera": "sCMOS", "camera_level": 14, "slider_shutter": 1259,
    "slider_gain": 366, "frame_rate_per_s": 25.0, "detection_threshold": 5, "max_jump_mode": "Auto",
    "min_track_length": "Auto", "blur": "Auto", "temperature_degC": 25.0, "viscosity_mPa_s": 0.89,
    "analysis_method": "FTLA", "total_frames_analysed": 1500,
}  # fmt: skip
ZETAVIEW: dict[str, Any] = {
    "analysis_version": "8.06", "laser_wavelength_nm": 488, "filter": "scatter", "sensitivity": 80.0, "shutter": 100.0,
    "frame_rate_per_s": 30.0, "min_brightness": 30.0, "min_area": 10.0, "max_area": 1000.0, "min_trace_length": 15.0,
    "temperature_degC": 25.0, "viscosity_mPa_s": 0.899, "sop": "EV_488", "cycles": 2,
}  # fmt: skip
SETTINGS = {"nanosight": NANOSIGHT, "zetaview": ZETAVIEW}
EDGES = np.arange(1001.0)


def source(name: str) -> Source:
    """A file of that name whose hash follows from it."""
    return Source(name=name, sha256=hashlib.sha256(name.encode()).hexdigest(), bytes=1000)


def run(
    name: str = "run_00",
    *,
    median: float = 110.0,
    spread: float = 0.3,
    concentration: float = 4e8,
    tracks: int = 2500,
    particles_per_frame: float | None = 50.0,
    dilution: float | None = None,
    technique: str = "NTA",
    instrument: str = "nanosight",
    group: str | None = None,
    sample: str | None = None,
    acquired_at: str | None = "2026-03-10T10:00:00",
    flags: dict[str, str] | None = None,
    settings: dict[str, Any] | None = None,
    positions: list[dict[str, Any]] | None = None,
    printed_d50_off_nm: float = 0.0,
    prints_no_concentration: bool = False,
    **validity: Any,
) -> SizeDistribution:
    """A log-normal run on 1 nm bins; one with zero tracks is empty.

    Args:
        concentration: of the suspension as measured, per mL.
        dilution: as the export states it, its numbers not including it.
        prints_no_concentration: an empty run whose concentration is not stated, as real exports of NanoSight have it.
        validity: further fields of ``RunValidity``.
    """
    centre = (EDGES[1:] + EDGES[:-1]) / 2
    shape = np.exp(-(np.log(centre / median) ** 2) / (2 * spread**2)) / centre
    empty = tracks == 0
    counts = np.zeros_like(shape) if empty else shape / shape.sum() * tracks
    lower, upper = array(EDGES[:-1]), array(EDGES[1:])
    total = 0.0 if empty else concentration
    stated = None if prints_no_concentration else total
    statistics = SizeStatistics() if empty else standard_statistics(lower, upper, counts)
    return SizeDistribution(
        technique=technique,
        sample=sample,
        run=name,
        group=group,
        acquired_at=acquired_at,
        diameter_nm=Bins(lower=lower, upper=upper),
        count=array(counts),
        concentration_per_ml=array(counts / tracks * total) if not empty else array(counts),
        dilution=Dilution(
            factor=dilution, source="file" if dilution is not None else "not stated", already_applied=False
        ),
        concentration_total_per_ml=TotalConcentration(
            reported=stated,
            recomputed=stated,
            undiluted=None if dilution is None or stated is None else stated * dilution,
        ),
        statistics=Statistics(reported=statistics, vendor=statistics, standard=statistics),
        agreement=_agreement(statistics.d50_nm, printed_d50_off_nm),
        validity=_validity(empty, tracks, particles_per_frame, flags, positions, validity),
        settings=SETTINGS.get(instrument, {}) | (settings or {}),
        where=Where(line=10),
    )


def _agreement(d50_nm: float | None, off: float) -> Any:
    if d50_nm is None:
        return agreement("rule", ())
    compared = Comparison(
        statistic="d50_nm", reported=d50_nm + off, recomputed=d50_nm, tolerance=0.05, within=abs(off) <= 0.05
    )
    return agreement("rule", (compared,))


def _validity(
    empty: bool,
    tracks: int,
    particles_per_frame: float | None,
    flags: dict[str, str] | None,
    positions: list[dict[str, Any]] | None,
    more: dict[str, Any],
) -> RunValidity:
    at = tuple(position(index, **values) for index, values in enumerate(positions or ()))
    return RunValidity(
        valid=not empty,
        reasons=("no track was completed",) if empty else (),
        particles_per_frame=0.0 if empty else particles_per_frame,
        completed_tracks=tracks,
        valid_tracks=tracks,
        positions_total=len(at) or None,
        positions_kept=sum(p.kept for p in at) if at else None,
        positions=at,
        flags={"Information / Vibration detected": "No"} if flags is None else flags,
        **({"x_drift_pixels_per_frame": 0.4, "y_drift_pixels_per_frame": -0.9} | more),
    )


def position(index: int = 0, **values: Any) -> Position:
    """One position of a ZetaView run, kept unless a reason of removal is given."""
    stated: dict[str, Any] = {
        "position": index / 10, "kept": values.get("removal") is None, "removal": None, "particles_per_frame": 100.0,
        "concentration_per_ml": 4e7, "completed_tracks": 50, "d50_nm": 120.0, "drift_um_per_s": 2.0,
    }  # fmt: skip
    return Position(**(stated | values))


def reading(name: str, *runs: SizeDistribution, instrument: str = "nanosight") -> Reading:
    """What came of reading a file with these runs."""
    return accepted(source(name), instrument=instrument, software_version="3.4", file_kind="summary", measurements=runs)


def other_reading(
    name: str,
    instrument: str,
    quantities: list[dict[str, Any]] | None = None,
    panels: list[dict[str, Any]] | None = None,
    curves: list[dict[str, Any]] | None = None,
    issues: list[dict[str, Any]] | None = None,
) -> Reading:
    """What came of reading a file without sizing runs, from the words of ``tests/assessment/measuring.py``."""
    return accepted(
        source(name),
        instrument=instrument,
        software_version=None,
        file_kind="results",
        measurements=(
            *(measuring.quantity(**each) for each in quantities or ()),
            *(measuring.panel(**each) for each in panels or ()),
        ),
        issues=tuple(measuring.issue(**each) for each in issues or ()),
        curves=tuple(measuring.curve(*each.pop("levels"), **each) for each in map(dict, curves or ())),
    )


def unreadable(name: str) -> Reading:
    """What came of a file that is torn."""
    issue = problem("error", "TRUNCATED", Where(line=20), "the end of the file", "a table")
    return refused(source(name), (issue,))


def cytometer(name: str, described: list[dict[str, Any]], instrument: str = "fcs") -> Reading:
    """What came of reading a file of a flow cytometer; see ``making_flow.acquisition``."""
    measured = tuple(q for each in described for q in acquisition(**each))
    return accepted(
        source(name), instrument=instrument, software_version=None, file_kind="events", measurements=measured
    )


def exports(described: list[dict[str, Any]]) -> tuple[Reading, ...]:
    """Readings from ``name``, ``instrument``, ``runs`` or ``refused``, and what ``other_reading`` takes."""
    made = []
    for entry in described:
        if entry.get("refused"):
            made.append(unreadable(entry["name"]))
            continue
        if "acquisitions" in entry:
            made.append(cytometer(entry["name"], entry["acquisitions"], entry.get("instrument", "fcs")))
            continue
        if "runs" not in entry:
            made.append(other_reading(**entry))
            continue
        instrument = entry.get("instrument", "nanosight")
        stem, described_runs = entry["name"].rpartition(".")[0], enumerate(entry["runs"])
        runs = [run(**({"name": f"{stem}_{i:02}", "instrument": instrument} | r)) for i, r in described_runs]
        made.append(reading(entry["name"], *runs, instrument=instrument))
    return tuple(sorted(made, key=lambda r: r.source.name))


def batch(record: dict[str, Any] | None, described: list[dict[str, Any]]) -> Batch:
    """A batch as opening its folder would give it.

    Args:
        record: the tables of ``batch.toml``; None for a folder of exports alone.
        described: see ``exports``.
    """
    readings = exports(described)
    if record is None:
        joined = join_without_record(readings)
        return Batch(name="folder", record=None, record_source=None, readings=readings, runs=joined.runs)
    return recorded(record, readings)


def recorded(record: dict[str, Any], readings: tuple[Reading, ...]) -> Batch:
    """A batch of a record, by its tables, and of files that were read."""
    made, file = BatchRecord.model_validate(record), source("batch.toml")
    joined = join(made, file, readings)
    pictures = tuple(
        ImageEvidence(
            sample=i.sample, method=i.method, view=i.view, field_selection=i.field_selection, file=source(i.path)
        )
        for i in made.images
    )
    return Batch(
        name=made.batch.id,
        record=made,
        record_source=file,
        readings=readings,
        runs=joined.runs,
        panels=joined.panels,
        values=joined.values,
        images=pictures,
        contradictions=crosscheck(made, file, readings, images=[i.path for i in made.images]),
    )
