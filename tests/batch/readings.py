"""Readings for the tests, made in memory: only what joining and comparing looks at."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from evqc.errors import Where, problem
from evqc.measurement import (
    Agreement,
    Bins,
    Call,
    Dilution,
    MarkerPanel,
    MarkerResult,
    Measurement,
    Quantity,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    State,
    Statistics,
    TotalConcentration,
)
from evqc.reading import Reading, Source, accepted, refused
from evqc.records import array

RECORD = Source(name="batch.toml", sha256="ab", bytes=1)


def run(
    sample: str | None = "EV-1",
    *,
    name: str | None = None,
    group: str | None = None,
    at: str | None = "2024-06-02T09:00:00",
    dilution: float | None = None,
    reported: float | None = 2e8,
    correction: float = 1.0,
) -> SizeDistribution:
    """A sizing run of 2e8 particles per millilitre as measured."""
    undiluted = None if dilution is None or reported is None else reported * dilution * correction
    none = SizeStatistics()
    return SizeDistribution(
        technique="NTA",
        sample=sample,
        run=name,
        group=group,
        acquired_at=at,
        diameter_nm=Bins(lower=array([50.0]), upper=array([150.0])),
        count=None,
        concentration_per_ml=array([2e8]),
        dilution=Dilution(
            factor=dilution,
            source="not stated" if dilution is None else "file",
            already_applied=False,
            correction=correction,
        ),
        concentration_total_per_ml=TotalConcentration(reported=reported, recomputed=1.9e8, undiluted=undiluted),
        statistics=Statistics(reported=none, vendor=none, standard=none),
        agreement=Agreement(within_rounding=None, largest_difference_nm=None, rule=""),
        validity=RunValidity(valid=True),
    )


def quantity(sample: str | None = "EV-1", value: float = 12.0) -> Quantity:
    """A protein concentration of a table."""
    return Quantity(measurand="protein_concentration", value=value, unit="ug/mL", state=State.MEASURED, sample=sample)


def panel(sample: str | None = "EV-1") -> MarkerPanel:
    """A panel of one marker."""
    marker = MarkerResult(
        name="CD63", symbol="CD63", as_written="CD63", signal=5.0, unit="a.u.", background=None,
        limit_of_detection=None, call=Call.POSITIVE, why="",
    )  # fmt: skip
    return MarkerPanel(technique="bead-based flow cytometry", sample=sample, controls=(), markers=(marker,))


def reading(name: str, *measurements: Measurement, content: str | None = None, joined: tuple[str, ...] = ()) -> Reading:
    """The reading of a file; files with the same content have the same hash."""
    digest = sha256((content or name).encode()).hexdigest()
    made = accepted(
        Source(name=name, sha256=digest, bytes=1, joined=joined),
        instrument="nanosight",
        software_version="NTA 3.4",
        file_kind="experiment summary",
        measurements=measurements,
    )
    return replace(made, issues=())


def refused_reading(name: str) -> Reading:
    """The reading of a file that nobody could read."""
    issue = problem("error", "UNKNOWN_FORMAT", Where(), "something", "an export")
    return refused(Source(name=name, sha256=name, bytes=1), (issue,))


#: What the full record of ``records.FULL`` expects to find.
NTA = reading("nta/EV-1.csv", run(name="EV-1 00"), run(name="EV-1 01", at="2024-06-02T09:05:00"))
BEADS = reading("nta/beads.csv", run("PS100", at="2024-05-01T08:00:00"))
