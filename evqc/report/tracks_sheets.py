"""The lists of tracks of a report as sheets of its workbook: statistics, and the curves of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.shown import Number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.report.model import Report
    from evqc.report.shown import TracksView

Row = tuple[str | int | float | Number | None, ...]

STATISTICS_HEADING = (
    "Tracks of", "Files", "Tracks", "Median steps", "What", "Apparent, nm", "Broadening taken out, nm", "Band from, nm",
    "Band to, nm", "Band", "May be concluded", "May not be concluded",
)  # fmt: skip
CURVE_HEADING = ("Tracks of", "Curve", "From, nm", "To, nm", "Share per nm", "Band from", "Band to")


def tracks_sheets(report: Report) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """Title, heading and rows of each sheet; none where no list of tracks was read.

    Args:
        report: its ``tracks``.
    """
    if report.tracks:
        yield "Tracks", STATISTICS_HEADING, [row for each in report.tracks for row in _statistics(each)]
        yield "Sizes behind tracks", CURVE_HEADING, [row for each in report.tracks for row in _curves(each)]


def _statistics(of: TracksView) -> Iterator[Row]:
    head = (of.sample, ", ".join(of.files), of.tracks, of.median_steps)
    may_not = " ".join(of.may_not) or of.why_missing
    for name, raw in of.raw_statistics.items():
        found = of.statistics.get(name)
        ends = (None, None) if found is None else (_end(found.lower), _end(found.upper))
        yield (*head, name.removesuffix("_nm"), raw, found, *ends, of.band, " ".join(of.may), may_not)


def _end(value: float | None) -> Number | None:
    return None if value is None else Number(value=value, unit="nm", text="")


def _curves(of: TracksView) -> Iterator[Row]:
    for low, high, share in zip(of.raw_edges_nm[:-1], of.raw_edges_nm[1:], of.raw, strict=True):
        yield of.sample, "apparent sizes", float(low), float(high), float(share), None, None
    columns = (of.edges_nm[:-1], of.edges_nm[1:], of.share, of.low, of.high)
    for row in zip(*columns, strict=True):
        yield of.sample, "broadening taken out", *map(float, row)
