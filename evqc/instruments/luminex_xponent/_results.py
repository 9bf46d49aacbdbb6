"""Concentrations of the ``Result`` block, with their unit, dilution and standard curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments._immunoassay import Role, concentration, dilution_issues, mass_concentration, unit_issues
from evqc.instruments._printed import replicates
from evqc.instruments.luminex_xponent._dilutions import factor_issues, factors
from evqc.instruments.luminex_xponent._grids import Grid, expected, place_of
from evqc.instruments.luminex_xponent._sections import Export
from evqc.measurement import Scalar

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._printed import Floats
    from evqc.instruments._rows import Table
    from evqc.measurement import Quantity

#: How the dilution factor stands to the printed numbers.
Basis = Literal["not in the results", "not told", "one"]
_SAID: dict[Basis, str] = {
    "not in the results": "the printed result times the factor, which the file applies to its average only",
    "not told": "as printed; the file does not show whether the factor is in it",
    "one": "as printed; the factor is 1 or not stated",
}


@dataclass(frozen=True)
class Results:
    """What belongs to the concentrations of one export.

    Attributes:
        export: its parts.
        grids: its blocks of numbers by key.
        main: the block of medians.
        roles: what each well of ``main`` holds.
        common: settings that all quantities share.
        acquired_at: date and time of the batch.
    """

    export: Export
    grids: dict[str, Grid]
    main: Grid
    roles: Sequence[Role]
    common: dict[str, Scalar]
    acquired_at: str | None

    def of_well(self, row: int) -> list[Quantity]:
        """The concentrations in one well of ``main``, one an analyte; none in a background well."""
        result = self.grids.get("result")
        if result is None or self.roles[row] == "blank":
            return []
        names = self.quantified if self.main.locations[row] in result.locations else ()
        return [self._of_analyte(row, analyte, result) for analyte in names]

    def _of_analyte(self, row: int, analyte: str, result: Grid) -> Quantity:
        location, sample, role = self.main.locations[row], self.main.samples[row], self.roles[row]
        found = result.at(location, analyte)
        assert found is not None
        cell, amount = found
        factor, basis = self.dilution(location)
        times = factor if factor is not None and basis == "not in the results" else 1.0
        return concentration(
            amount.times(times),
            analyte,
            self.units.get(analyte, ""),
            Where(line=cell.line, column=analyte, field=result.name),
            role=role,
            settings=self._settings(row, analyte, factor, basis),
            sample=sample or None,
            replicate=place_of(location)[1],
            method=self.methods.get(analyte),
            acquired_at=self.acquired_at,
        )

    def _settings(self, row: int, analyte: str, factor: float | None, basis: Basis) -> dict[str, Scalar]:
        location, sample, role = self.main.locations[row], self.main.samples[row], self.roles[row]
        plate, well = place_of(location)
        count = self.grids["count"].at(location, analyte) if "count" in self.grids else None
        known = expected(self.grids, role, sample, analyte)
        return {
            "plate": plate,
            "well": well,
            "dilution_factor": factor,
            "dilution": _SAID[basis],
            "bead_count": count[1].value if count else None,
            "bead_region": self.regions.get(analyte),
            "expected_as_printed": known.value if known else None,
            "range": self._text("range", location, analyte),
            "comment": self._text("comments", location, analyte),
            "r_squared": self.determinations.get(analyte),
            **self.common,
        }

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of each analyte as written."""
        return self._by_analyte("units", "Units:")

    @cached_property
    def quantified(self) -> tuple[str, ...]:
        """Analytes that a concentration can stand for: with a unit of it, or with any result at all."""
        result = self.grids.get("result")
        if result is None:
            return ()
        told = [
            any(a.value is not None or a.bound is not None for a in column)
            for column in zip(*result.amounts, strict=True)
        ]
        return tuple(
            name
            for name, some in zip(result.analytes, told, strict=True)
            if some or mass_concentration(self.units.get(name, "")) is not None
        )

    @cached_property
    def regions(self) -> dict[str, str]:
        """Bead region of each analyte."""
        return self._by_analyte("units", "BeadID:")

    @cached_property
    def methods(self) -> dict[str, str]:
        """Kind of standard curve of each analyte."""
        return {name: text for name, text in self._by_analyte("analysistypes").items() if text != "None"}

    @cached_property
    def determinations(self) -> dict[str, str]:
        """R² of each analyte's standard curve as written."""
        return self._by_analyte("r^2")

    def dilution(self, location: str) -> tuple[float | None, Basis]:
        """Dilution factor of a well and how it stands to the printed result."""
        factor = self.factors.get(location)
        return factor, "one" if factor in {None, 1.0} else self.basis

    @cached_property
    def factors(self) -> dict[str, float]:
        """Dilution factor by location, where one is stated."""
        return factors(self.export, self.main)

    @property
    def factor_of_wells(self) -> Floats:
        """Dilution factor of each well of ``main``, 1 where none is stated, shape (wells,)."""
        return np.array([self.factors.get(location, 1.0) for location in self.main.locations])

    @cached_property
    def basis(self) -> Basis:
        """Whether averages are the mean result times the factor in every diluted sample: then results lack it."""
        if not {"result", "avgresult"} <= self.grids.keys():
            return "not told"
        result, average = (self.grids[key].beside(self.main) for key in ("result", "avgresult"))
        mean, _, _ = replicates(result.value, self.main.samples)
        factor = self.factor_of_wells[:, None]
        compared = np.isfinite(mean * average.value) & (factor != 1)
        allowed = average.rounding + factor * result.rounding + 1e-6 * np.abs(average.value)
        multiplied = np.abs(mean * factor - average.value) <= allowed
        return "not in the results" if compared.any() and multiplied[compared].all() else "not told"

    def _text(self, block: str, location: str, analyte: str) -> str | None:
        row = self._remarks.get((block, location))
        return None if row is None else self.export.blocks[block].text(row, analyte)

    @cached_property
    def _remarks(self) -> dict[tuple[str, str | None], Row]:
        """Rows of the blocks of words, by block and location."""
        tables = [(key, self.export.blocks[key]) for key in ("range", "comments") if key in self.export.blocks]
        return {(key, table.text(row, "Location")): row for key, table in tables for row in table.body}

    def _by_analyte(self, block: str, label: str | None = None) -> dict[str, str]:
        """Texts by analyte of a block with analytes as headings: the row of a label, or the first one."""
        table = self.export.blocks.get(block)
        row = None if table is None else _labelled(table, label)
        return {} if table is None or row is None else _texts(table, row)

    def issues(self) -> tuple[Issue, ...]:
        """Units that are not known, and dilutions of which the file does not tell whether results include them."""
        result = self.grids.get("result")
        if result is None:
            return ()
        where = Where(field=result.name)
        units = {analyte: self.units.get(analyte, "") for analyte in self.quantified}
        diluted = [factor for at in result.locations for factor, basis in [self.dilution(at)] if basis == "not told"]
        return (
            *unit_issues(units, where),
            *dilution_issues(diluted, Where(field="Dilution Factor")),
            *factor_issues(self.export, self.main, self.roles),
            *self._unlabelled(),
        )

    def _unlabelled(self) -> tuple[Issue, ...]:
        """A warning when the block of units has no row of units, or one that does not end with the last analyte.

        Its cells stand elsewhere then, or below other analytes.
        """
        table = self.export.blocks.get("units")
        if table is None or not table.body:
            return ()
        row = _labelled(table, "Units:")
        if row is not None:
            where, shown = Where(line=row[0].line, field="Units"), f"{len(row) - 1} units"
            expected = f"one for each of {len(table.header) - 1} analytes, the last one too"
            uneven = len(row) > 1 and len(row) != len(table.header)
            return (problem("warning", "ROW_UNEVEN", where, shown, expected),) if uneven else ()
        where, shown = Where(line=table.header[0].line, field="Units"), f"a line '{table.body[-1][0].text}'"
        return (problem("warning", "LABEL_MISSING", where, shown, "a line that begins with 'Units:'"),)


def _labelled(table: Table, label: str | None) -> Row | None:
    return next((row for row in table.body if row and (label is None or row[0].text == label)), None)


def _texts(table: Table, row: Row) -> dict[str, str]:
    return {name: text for name in table.headings[1:] if name and (text := table.text(row, name))}
