"""What one table of a run gives, and what its tables have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.errors import Issue, refusal
from evqc.measurement import Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._samples import Samples

WELL, SAMPLE = "Well", "Sample ID"
TOTAL = re.compile(r"total conc\. \((.+)\)", re.IGNORECASE)
MASS = re.compile(r"[np]g/ul", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """What one table gives.

    Attributes:
        quantities, issues, unread: as in a reading.
        samples: names by well.
    """

    quantities: list[Quantity] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    samples: dict[str, str | None] = field(default_factory=dict)


def holds_numbers(heading: str) -> bool:
    """Whether a column of a table (heading in lower case) holds numbers: all but names and ranges do."""
    return heading not in {WELL.casefold(), SAMPLE.casefold(), "peak id", "range"}


def refuse_again(tables: Sequence[Samples]) -> None:
    """Raises InputError ``WELL_TWICE`` for a well that stands in two tables of a file with the same sample.

    Headings that stand there again begin another table; a well whose rows they part is no second measurement.
    """
    seen: dict[tuple[str | None, str | None], int] = {}
    for number, found in enumerate(tables):
        for row in found.rows:
            well = (found.text(row, WELL), found.text(row, SAMPLE))
            if seen.setdefault(well, number) != number:
                where, expected = found.where(row, WELL), "each well of a run in one table"
                raise refusal(found.file.name, "WELL_TWICE", where, f"'{well[0]}' below other headings", expected)


def by_well(found: Samples) -> list[list[Row]]:
    """Rows by well, which follow each other in every table.

    Raises:
        InputError: ``WELL_TWICE`` for a well that begins again behind another one.
    """
    groups: list[list[Row]] = []
    lines: dict[str | None, int] = {}
    for row in found.rows:
        well = found.text(row, WELL)
        if groups and found.text(groups[-1][0], WELL) == well:
            groups[-1].append(row)
            continue
        if well in lines:
            expected = f"all rows of a well together; those of {well} begin in line {lines[well]}"
            raise refusal(found.file.name, "WELL_TWICE", found.where(row, WELL), f"'{well}' again", expected)
        lines[well] = row[0].line
        groups.append([row])
    return groups
