"""Beckman Coulter HIAC with PharmSpec: sub-visible particles by light obscuration, xlsx of a summary report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._dates import acquired
from evqc.instruments._rows import plain
from evqc.instruments.pharmspec._checks import DIFFERENTIAL, DILUTION, VOLUME, issues_of
from evqc.instruments.pharmspec._report import COUNT, PER_ML, RUN, SIZE, VERSION, Report, report_of
from evqc.measurement import State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._samples import Samples
    from evqc.measurement import Quantity, Scalar

NAME = "pharmspec"
TITLE = "Beckman Coulter HIAC particle counter with PharmSpec"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "xlsx of the summary report: counts and counts per mL at or above each size of each run; averages are compared",
    "xlsx of a run counter test, with the same table (of third-party code only)",
)
MENTIONS = "cumulative counts/ml"

_RUNS, _DATE = "No Of Runs", "Sample Date"
#: The report is in the language of the laboratory's template.
_SAMPLE = ("Probe", "Sample", "Sample Name", "Sample ID")
_TEXTS = {
    "Ro-Nr": "ro_number",
    "Batch-Nr": "batch",
    "Batch": "batch",
    "Lot": "lot",
    "Container ID": "container",
    "Operator Name": "operator",
    "Sensor Model": "sensor",
    "Sensor Serial Number": "sensor_serial_number",
}
_NUMBERS = {
    VOLUME: "sample_volume_ml",
    DILUTION: "dilution_factor",
    "View Volume": "view_volume",
    "View Volume (%)": "view_volume",
}
#: Keys above the table that are read.
_READ = {*_SAMPLE, *_TEXTS, *_NUMBERS, _RUNS, _DATE}
_MEASURED: tuple[tuple[str, str, str, dict[str, Scalar]], ...] = (
    (COUNT, "event_count", "1", {"counted": "particles at or above the size"}),
    (PER_ML, "subvisible_particle_concentration", "1/mL", {}),
)


def recognises(file: ExportFile) -> bool:
    """Whether a sheet has the headings of runs, sizes and counts at or above each size."""
    wanted = {plain(heading) for heading in (RUN, SIZE, COUNT, PER_ML)}
    return any(wanted <= {plain(text) for text in row} for sheet in file.sheets.values() for row in sheet)


def read(file: ExportFile) -> Reading:
    """Counts and counts per mL at or above each size, run by run; a discarded run's numbers are masked.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``RUNS_MISSING``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    report, title = report_of(file)
    said = report.number(_RUNS)
    if said is not None and said.value != len(report.runs):
        where = report.header[_RUNS].where(_RUNS)
        raise refusal(file.name, "RUNS_MISSING", where, f"runs {report.runs}", f"{said.value:g} runs, as it says")
    when, dates = acquired(report.text(_DATE), report.header[_DATE].where(_DATE) if _DATE in report.header else Where())
    measured = [q for name in report.runs for q in _measured(report, name, when)]
    version = VERSION.search(title)
    left = [key for key in report.header if key not in _READ and report.text(key) is not None]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None if version is None else version[1],
        file_kind="summary report" if version is not None else "run counter test",
        measurements=tuple(measured),
        issues=(*dates, *issues_of(report, _READ)),
        unread=(*left, *report.found.table.unread((RUN, SIZE, COUNT, PER_ML, *DIFFERENTIAL))),
        status=STATUS,
    )


def _measured(report: Report, name: str, when: str | None) -> Iterator[Quantity]:
    texts = {key: text for k, key in _TEXTS.items() if (text := report.text(k)) is not None}
    numbers = {key: number.value for k, key in _NUMBERS.items() if (number := report.number(k)) is not None}
    masked = name in report.discarded
    for row in report.rows(name):
        size = report.found.amount(row, SIZE, minimum=0).value
        settings: dict[str, Scalar] = {"size_um": size, **numbers, **texts, "discarded": masked}
        for heading, measurand, unit, more in _MEASURED:
            amount = _masked(report.found, row, heading) if masked else report.found.amount(row, heading, minimum=0)
            where, sample = report.found.where(row, heading), report.text(*_SAMPLE)
            yield quantity(
                amount, measurand, unit, where,
                sample=sample, replicate=name, method="light obscuration", acquired_at=when,
                settings={**more, **settings},
            )  # fmt: skip


def _masked(found: Samples, row: Row, heading: str) -> Amount:
    """The number of a run that the operator or method discarded: as written, and in no mean."""
    return Amount(State.MISSING, reason="masked", as_written=found.text(row, heading))
