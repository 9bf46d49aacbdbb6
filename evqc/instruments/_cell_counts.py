"""Cell counters: counts, concentrations and viability of each sample, and whether they follow from each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem, refusal
from evqc.instruments._amounts import SAID, Words, quantity
from evqc.instruments._cell import Row
from evqc.instruments._rounded import Rounded, disagreement, total
from evqc.instruments._rows import ends_open, plain
from evqc.instruments._samples import Samples, dated, once, torn
from evqc.measurands import factor, measurand
from evqc.measurement import Scalar
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

Part = Literal[
    "total count", "viable count", "dead count", "total", "viable", "dead", "viability",
    "diameter", "viable diameter", "aggregation",
]  # fmt: skip

#: The measurand of each part, and the settings that tell it from others of the same measurand.
_MEANS: dict[Part, tuple[str, dict[str, Scalar]]] = {
    "total count": ("event_count", {"counted": "cells"}),
    "viable count": ("event_count", {"counted": "viable cells"}),
    "dead count": ("event_count", {"counted": "dead cells"}),
    "total": ("cell_concentration", {"cells": "total"}),
    "viable": ("cell_concentration", {"cells": "viable"}),
    "dead": ("cell_concentration", {"cells": "dead"}),
    "viability": ("cell_viability", {}),
    "diameter": ("cell_diameter", {"cells": "total"}),
    "viable diameter": ("cell_diameter", {"cells": "viable"}),
    "aggregation": ("cell_aggregation", {}),
}
_SHARES = {"viability", "aggregation"}
#: What ``dilution_included`` says when the file leaves it open.
UNSTATED = "not stated in the file"


@dataclass(frozen=True, slots=True)
class Column:
    """A column or key: which part it holds, its heading and the unit it is printed in."""

    part: Part
    heading: str
    unit: str


def in_micrometres(part: Part, heading: str) -> tuple[Column, ...]:
    """A column whose heading holds ``µm``, also as a change of encoding leaves it: ``um``, ``?m``, ``\ufffdm``."""
    return tuple(Column(part, heading.replace("µ", sign), "um") for sign in ("µ", "u", "?", "\ufffd"))


def no_remarks(found: Samples, row: Row) -> tuple[Issue, ...]:  # noqa: ARG001  the default of Format.remarks
    """No remarks of the format's own."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one instrument heads its results.

    Attributes:
        name, status, file_kind: of the reader and the export.
        samples, dates: headings of the sample's name and of the time of measurement; the first that is there counts.
        columns: what is measured; of several columns for one part the first that is there counts.
        settings: further columns of numbers under the names that settings give them.
        texts: further columns that stay as written.
        stated: settings that hold for every row of this format.
        dilution: the column of a factor by which it is not known whether the concentrations were multiplied.
        figures: significant figures that the software keeps.
        words: what stands there instead of a number.
        remarks: further checks of a row.
        end: ``open`` when the software writes no line end behind the last row, whose last cell may be a part of itself
            then; ``marked`` when the reader has found the mark that ends the export.
    """

    name: str
    status: Literal["verified", "experimental"]
    file_kind: str
    samples: tuple[str, ...]
    dates: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    settings: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    stated: dict[str, Scalar] = field(default_factory=dict)
    dilution: str | None = None
    figures: int | None = None
    words: Words = field(default_factory=lambda: SAID)
    remarks: Callable[[Samples, Row], tuple[Issue, ...]] = no_remarks
    end: Literal["line end", "open", "marked"] = "line end"

    def headings(self) -> tuple[str, ...]:
        """All headings that are read."""
        return (*self.samples, *self.dates, *(c.heading for c in self.columns), *self.settings, *self.texts)

    def holds_numbers(self, heading: str) -> bool:
        """Whether a column of this heading (in one spelling, lower case) holds numbers."""
        numbers = (*(c.heading for c in self.columns), *self.settings)
        return heading in {plain(h).casefold() for h in numbers}


def reading(
    file: ExportFile,
    tables: Sequence[Samples],
    of: Format,
    *,
    software_version: str | None = None,
    issues: Iterable[Issue] = (),
    unread: Iterable[str] = (),
) -> Reading:
    """The reading of a cell counter's export.

    Args:
        file: the export.
        tables: its tables with one sample a row.
        of: their format.
        software_version: as the file states it.
        issues: what was noticed before.
        unread: what no measurement uses, beside the columns of the tables.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    found, said, left = [], list(issues), list(unread)
    for table in tables:
        cut = _open_cell(table) if of.end == "open" else None
        for row in table.rows:
            got, remarks = counted(table, row, of, without=cut if row is table.rows[-1] else None)
            found += got
            said += remarks
        said += [*_end(table, of, cut), *_too_round(table, of)]
        left += table.table.unread(of.headings())
    return accepted(
        file.source,
        instrument=of.name,
        software_version=software_version,
        file_kind=of.file_kind,
        measurements=tuple(found),
        issues=once(said),
        unread=tuple(dict.fromkeys(left)),
        status=of.status,
    )


def _too_round(found: Samples, of: Format) -> Iterator[Issue]:
    """A warning for the first circularity above that of a circle in each column: its heading may be another's."""
    for heading in (h for h, name in of.settings.items() if name.endswith("circularity") and found.table.has(h)):
        shown = ((row, found.printed(row, heading)) for row in found.rows)
        odd = next((row for row, number in shown if number is not None and number.value > 1), None)
        if odd is not None:
            where, text = found.where(odd, heading), f"'{found.text(odd, heading)}'"
            yield problem("warning", "OUT_OF_RANGE", where, text, "a circularity of at most 1, that of a circle")


def _end(found: Samples, of: Format, cut: str | None) -> tuple[Issue, ...]:
    if of.end == "marked":
        return (*found.table.uneven(), *found.table.unnamed())
    issues = torn(found, of.headings())
    if of.dilution is not None and not any(issue.severity == "error" for issue in issues):
        issues += found.table.gap(of.dilution, "a dilution, as other samples have", code="DILUTION_UNCLEAR")
    if cut is None:
        return issues
    return (*(issue for issue in issues if issue.code != "TRUNCATED"), _unsure(found, cut))


def _open_cell(found: Samples) -> str | None:
    """The heading of a last cell that nothing follows, in a row with all its cells; None when a line end does."""
    last, body = found.rows[-1], found.table
    whole = len(last) == len(body.header) and bool(last[-1].text)
    return body.headings[-1] if whole and not found.file.is_workbook and ends_open(found.file) else None


def _unsure(found: Samples, heading: str) -> Issue:
    """A warning for a last cell that may be a part of itself."""
    last = found.rows[-1]
    shown = f"'{heading}' {last[-1].text} at the end of the file"
    expected = "a line end; without one the cell may be a part of itself and is not taken as a measurement"
    return problem("warning", "END_OPEN", found.where(last, heading), shown, expected)


def counted(
    found: Samples, row: Row, of: Format, *, without: str | None = None
) -> tuple[list[Quantity], tuple[Issue, ...]]:
    """What one row measured, and what of it does not follow from the rest.

    Args:
        found: the table.
        row: of it.
        of: its format.
        without: heading of a column that is not to be measured.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE`` for what is negative or a share above 100 %.
    """
    columns = [column for column in _present(found, of.columns) if column.heading != without]
    when, dates = dated(found, row, *[h for h in of.dates if found.table.has(h)][:1])
    settings = {**found.settings(row, of.settings), **found.texts(row, of.texts), **of.stated}
    sample = next((text for h in of.samples if (text := found.text(row, h)) is not None), None)
    measured = [_quantity(found, row, column, sample, when, settings) for column in columns]
    checks = (*_inconsistent(found, row, columns, of.figures), *_undiluted(found, row, of), *of.remarks(found, row))
    return measured, (*dates, *checks)


def _present(found: Samples, columns: Iterable[Column]) -> list[Column]:
    """The columns that are there, in the order of the table."""
    parts: dict[Part, Column] = {}
    for column in columns:
        if found.table.has(column.heading):
            parts.setdefault(column.part, column)
    order = [plain(h).casefold() for h in found.table.headings]
    return sorted(parts.values(), key=lambda column: order.index(plain(column.heading).casefold()))


def _quantity(
    found: Samples, row: Row, column: Column, sample: str | None, when: str | None, settings: dict[str, Scalar]
) -> Quantity:
    name, own = _MEANS[column.part]
    unit, where = measurand(name).unit, found.where(row, column.heading)
    amount = found.amount(row, column.heading, minimum=0)
    if column.part in _SHARES and amount.value is not None and not amount.value <= 100:
        shown = found.text(row, column.heading) or ""
        raise refusal(found.file.name, "OUT_OF_RANGE", where, shown, "a share of at most 100 %")
    stored = amount.times(factor(column.unit, unit))
    return quantity(stored, name, unit, where, sample=sample, acquired_at=when, settings={**own, **settings})


def _inconsistent(found: Samples, row: Row, columns: Iterable[Column], figures: int | None) -> tuple[Issue, ...]:
    """Warnings for what does not follow from the other printed numbers of the row."""
    places = {column.part: column for column in columns}
    shown: dict[Part, Rounded] = {}
    for part, column in places.items():
        number = found.printed(row, column.heading, figures=figures)
        if number is not None:
            shown[part] = number.by(factor(column.unit, measurand(_MEANS[part][0]).unit))
    issues: list[Issue] = []
    for part, expected, rule in _expected(shown):
        heading = places[part].heading
        issues += disagreement(heading, shown[part], expected, found.where(row, heading), rule)
    return tuple(issues)


def _expected(shown: dict[Part, Rounded]) -> Iterator[tuple[Part, Rounded | None, str]]:
    """What follows for the printed parts from the others.

    Source: viability is the share of viable cells; every cell is viable or dead; counts and concentrations of one
    sample come from one volume.
    """
    trios: tuple[tuple[Part, Part, Part], ...] = (
        ("viable count", "dead count", "total count"),
        ("viable", "dead", "total"),
    )
    for viable, dead, whole in trios:
        if {viable, dead, whole} <= shown.keys():
            yield whole, total((shown[viable], shown[dead])), f"{viable} plus {dead}"
    viable, dead, whole = next((t for t in trios if t[0] in shown and (t[1] in shown or t[2] in shown)), trios[0])
    if "viability" in shown and viable in shown and (whole in shown or dead in shown):
        of = shown[whole] if whole in shown else total((shown[viable], shown[dead]))
        share = shown[viable].over(of)
        yield "viability", None if share is None else share.by(100.0), f"100 times {viable} over {whole}"
    if {"viable count", "total count", "viable", "total"} <= shown.keys():
        share = shown["viable count"].over(shown["total count"])
        expected = None if share is None else shown["total"].times(share)
        yield "viable", expected, "total concentration times viable count over total count"


def _undiluted(found: Samples, row: Row, of: Format) -> tuple[Issue, ...]:
    """A warning for a dilution of which the file does not show whether the concentrations include it."""
    if of.dilution is None or not found.table.has(of.dilution):
        return ()
    value = found.number(row, of.dilution)
    if value is None or value == 1:
        return ()
    expected = "1, or counts that show whether the concentrations are multiplied by it; they are taken as printed"
    shown = f"'{of.dilution}' {found.text(row, of.dilution)}"
    return (problem("warning", "DILUTION_UNVERIFIED", found.where(row, of.dilution), shown, expected),)
