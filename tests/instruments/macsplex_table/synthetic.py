"""Batch tables of known content: a row a sample, two columns a bead, Mean and SD below."""

from __future__ import annotations

import csv
import io
import statistics as of
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Medians and events of the beads of one sample.
Sample = tuple["Mapping[str, float]", "Mapping[str, int]"]


def table(
    samples: Mapping[str, Sample],
    *,
    heading: str = "Beads/{} | Median (APC-A)",
    events: str = "Beads/{} | Count",
    mark: str = ",",
    first: str = "",
    statistics: bool = True,
) -> str:
    """The table as text; ``statistics`` adds the rows Mean and SD."""
    names = list(next(iter(samples.values()))[0])
    counted = list(next(iter(samples.values()))[1])
    rows: list[list[object]] = [[first, *map(heading.format, names), *map(events.format, counted)]]
    rows += [[sample, *medians.values(), *counts.values()] for sample, (medians, counts) in samples.items()]
    if statistics:
        across = list(zip(*(row[1:] for row in rows[1:]), strict=True))
        numbers = [[float(str(cell)) for cell in column] for column in across]
        rows += [["Mean", *(round(of.fmean(n), 2) for n in numbers)], ["SD", *(round(of.stdev(n), 2) for n in numbers)]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
