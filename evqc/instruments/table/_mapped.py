"""A mapping as an instrument: recognises the tables that have its headings, and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.instruments.table._distributions import dilution_issues, distributions
from evqc.instruments.table._panels import name_issues, panels
from evqc.instruments.table._quantities import quantities
from evqc.instruments.table._table import Table, has_headings, nearest_row, table
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.instruments._family import Family
    from evqc.instruments.table.mapping import Mapping
    from evqc.measurement import Measurement


class MappedTable:
    """The reader of one kind of table: an instrument like any other.

    Attributes:
        mapping: says what its columns are.
        NAME, TITLE, FAMILY, STATUS, READS: as every instrument has them.
    """

    NAME = "table"
    FAMILY: Family = "any"

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.STATUS: Literal["verified", "experimental"] = mapping.status
        self.TITLE = mapping.title
        self.READS: tuple[str, ...] = (f"{mapping.title}: {mapping.kind}",)

    def recognises(self, file: ExportFile) -> bool:
        """Whether one row of the file holds every heading of the mapping."""
        return has_headings(file, self.mapping)

    def lacks(self, file: ExportFile) -> str | None:
        """The headings of the mapping that a table lacks which has some of them; None for any other file."""
        lacking = nearest_row(file, self.mapping)
        if not lacking or len(lacking) == len(self.mapping.headings):
            return None
        named = ", ".join(f"'{heading}'" for heading in lacking)
        return f"for the mapping '{self.TITLE}' the file lacks the heading {named}"

    def read(self, file: ExportFile) -> Reading:
        """The whole reading of a table.

        Raises:
            InputError: the table has not the mapped headings, may be cut, or holds cells that cannot be read.
        """
        found = table(file, self.mapping)
        measurements, issues = self._measured(found, file.name)
        return accepted(
            file.source,
            instrument=self.NAME,
            software_version=self.mapping.software_version,
            file_kind=self.mapping.kind,
            measurements=measurements,
            issues=(*found.issues, *issues),
            unread=found.unread,
            status=self.STATUS,
        )

    def _measured(self, found: Table, source: str) -> tuple[tuple[Measurement, ...], tuple[Issue, ...]]:
        if self.mapping.panel is not None:
            return panels(found.entries, self.mapping, source), name_issues(found.entries, self.mapping)
        if self.mapping.distribution is not None:
            made = distributions(found.entries, self.mapping, source)
            return made, dilution_issues(made)
        return quantities(found.entries, self.mapping, source), ()
