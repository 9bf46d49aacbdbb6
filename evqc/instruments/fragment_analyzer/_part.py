"""What one table of a run gives, and what its tables have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evqc.errors import Issue
from evqc.measurement import Quantity

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
