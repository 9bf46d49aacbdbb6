"""The trace csv of 2100 Expert: fluorescence of one sample over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.calibration import WellSeries
from evqc.errors import Where, problem, refusal
from evqc.instruments._numbers import column
from evqc.instruments._rows import ends_open
from evqc.instruments.bioanalyzer._lines import Block, Export, export, unread_about
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile

_HEADINGS = ["Time", "Value"]


def is_trace(file: ExportFile) -> bool:
    """Whether the first sample has a number of events, as only traces have."""
    return "\nNumber of Events," in file.head.replace("\r", "\n")


def read(file: ExportFile, name: str, status: Literal["verified", "experimental"]) -> Reading:
    """One series for each sample of the file, usually one.

    Raises:
        InputError: ``TRUNCATED`` unless there are as many events as the file says, ``HEADING_MISSING``,
            ``NOT_A_NUMBER``.
    """
    found = export(file)
    series = tuple(_series(found, block) for block in found.blocks)
    closed = not ends_open(file)
    issues = (
        ()
        if closed
        else (
            problem(
                "error", "TRUNCATED", Where(line=found.last_line), "no line end", "a line end behind the last line"
            ),
        )
    )
    return accepted(
        file.source,
        instrument=name,
        software_version=found.about.get("Version Created"),
        file_kind="trace",
        measurements=(),
        issues=(*found.issues, *issues),
        unread=(*unread_about(found), "Number of Samples Run"),
        series=series,
        status=status,
    )


def _series(found: Export, block: Block) -> WellSeries:
    """Fluorescence over time. The well is the sample's name: a trace does not say which well of the chip it was."""
    top = next((i for i, row in enumerate(block.rows) if [c.text for c in row[:2]] == _HEADINGS), None)
    if top is None:
        raise refusal(found.source, "HEADING_MISSING", Where(), f"sample '{block.name}'", "headings 'Time' and 'Value'")
    said = {row[0].text: row[1].text for row in block.rows[:top] if len(row) > 1}
    body = [row for row in block.rows[top + 1 :] if row[0].text != "Alignment"]
    first = body[0][0].line if body else block.rows[top][0].line
    events = found.marks.parse(said.get("Number of Events", ""))
    if events != len(body):
        expected = f"{events:g} of them" if events is not None else "their number"
        raise refusal(found.source, "TRUNCATED", Where(line=first), f"{len(body)} events", expected)
    time, value = (
        column([row[i].text if i < len(row) else "" for row in body], found.source, first_line=first, name=heading)
        for i, heading in enumerate(_HEADINGS)
    )
    if not (time[1:] > time[:-1]).all():
        back = first + 1 + int((time[1:] <= time[:-1]).argmax())
        raise refusal(found.source, "TIME_ORDER", Where(line=back), f"{body[back - first][0].text} s", "rising times")
    return WellSeries(
        plate=found.about.get("Data File Name"),
        well=block.name,
        signal="fluorescence",
        signal_unit="a.u.",
        wavelength_nm=None,
        time_s=time,
        value=value,
        where=Where(line=first),
    )
