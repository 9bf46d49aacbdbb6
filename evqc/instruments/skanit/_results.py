"""Quantities of a SkanIt workbook, and the values it computed beside the same computed here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from evqc.instruments._analyte import UNKNOWN
from evqc.instruments._marks import Marks
from evqc.instruments._plate_curves import curve_of, disagrees_with_curve
from evqc.instruments._plate_wells import converted, minus_blank, read_quantities, wells
from evqc.instruments._printed import disagreement
from evqc.instruments.skanit._averages import averages
from evqc.instruments.skanit._layout import named, spelled
from evqc.measurands import UnknownUnitError, unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.calibration import Model
    from evqc.errors import Issue
    from evqc.instruments._plate_wells import Content, Wells
    from evqc.instruments._printed import Printed
    from evqc.instruments.skanit._sheets import Part, Step
    from evqc.measurement import Quantity, Scalar

_CONCENTRATION = re.compile(r"Conc\.?\s*(?:\[(.+)\])?")
_CURVE = re.compile(r"y\s*=\s*d\s*\+.*")
#: Grids that say what is in a well, or repeat the signal that a step began with.
_BESIDES = {"Sample", "Signal", "Dilution factor"}
_Key = tuple[str | None, str | None]


class Results:
    """What comes of the steps of a session, one after the other.

    Attributes:
        source: name of the file.
        layouts: what is in the wells of each plate.
        common: settings of every quantity.
        at: date and time of the session.
        quantities, issues, unread: what came of the steps so far.
    """

    def __init__(
        self, source: str, layouts: Mapping[str, Mapping[str, Content]], common: Mapping[str, Scalar], at: str | None
    ) -> None:
        self.source, self.layouts, self.common, self.at = source, layouts, common, at
        self.quantities: list[Quantity] = []
        self.issues: list[Issue] = []
        self.unread: list[str] = []
        self._raw: dict[_Key, Wells] = {}
        self._corrected: dict[_Key, Wells] = {}
        self._concentrations: dict[_Key, Wells] = {}

    def add(self, step: Step) -> None:
        """Reads every grid of a step.

        Raises:
            InputError: as ``_plate_wells.wells``; ``UNIT_UNKNOWN``.
        """
        for part in step.parts:
            if part.corner in _BESIDES:
                continue
            values = wells(part.corner, part.grid.cells(), self.source)
            self.issues += [*part.grid.issues, *values.issues]
            self._add(step, part, values)
        self.issues += averages(self.source, step)

    def _add(self, step: Step, part: Part, values: Wells) -> None:
        key = (part.plate, part.wavelength)
        concentration = _CONCENTRATION.fullmatch(part.corner)
        if part.mode is not None:
            self._raw.setdefault(key, values)
            self._read(step, part, values)
        elif part.corner == "Blank subtracted" and key in self._raw:
            self._corrected[key] = values
            self.issues += minus_blank(values, self._raw[key], self._layout(step, part))
        elif concentration is not None:
            self._concentrations[key] = values
            self.issues += self._by_curve(step, part, values, key)
            self.quantities += self._measured(step, part, values, concentration[1])
        elif part.corner == "Value" and key in self._concentrations:
            self.issues += self._diluted(step, values, self._concentrations[key])
        else:
            self.unread.append(f"{part.sheet}: {part.corner}")

    def _layout(self, step: Step, part: Part) -> Mapping[str, Content]:
        """What is in the wells: the layout of the plate, else the names beside the values."""
        if part.plate is not None and part.plate in self.layouts:
            return self.layouts[part.plate]
        names = (p for p in step.parts if p.corner == "Sample" and p.plate == part.plate)
        return next((named(p.grid.cells()) for p in names), {})

    def _settings(self, part: Part) -> dict[str, Scalar]:
        return {"plate": part.plate, "read": part.step, "wavelength_nm": part.wavelength_nm, **self.common}

    def _read(self, step: Step, part: Part, values: Wells) -> None:
        mode, said = str(part.mode), self._settings(part)
        if mode == "luminescence":
            said["emission_nm"] = said.pop("wavelength_nm")
        elif mode == "fluorescence":
            said["wavelengths"], said["wavelength_nm"] = part.wavelength, None
        self.quantities += read_quantities(values, mode, said, self._layout(step, part), acquired_at=self.at)

    def _measured(self, step: Step, part: Part, values: Wells, written: str | None) -> list[Quantity]:
        """The concentrations of a step, in its unit where evqc knows it."""
        known = _known(spelled(written)) if written else None
        measurand, target = UNKNOWN if known else ("analyte_result", "a.u.")
        stored = converted(values, known, target, self.source)
        said: dict[str, Scalar] = {**self._settings(part), "dilution_applied": False}
        return read_quantities(stored, measurand, said, self._layout(step, part), acquired_at=self.at)

    def _by_curve(self, step: Step, part: Part, told: Wells, key: _Key) -> tuple[Issue, ...]:
        """Concentrations beside those that the printed curve gives for the signals of the same step."""
        curve = _curve(step)
        signals = [p for p in step.parts if p.corner == "Signal" and p.plate == part.plate]
        reads = [wells(p.corner, p.grid.cells(), self.source) for p in signals] or [
            values for known in (self._corrected, self._raw) if (values := known.get(key)) is not None
        ]
        return disagrees_with_curve(told, curve, reads) if curve is not None else ()

    def _diluted(self, step: Step, told: Wells, concentration: Wells) -> tuple[Issue, ...]:
        """Concentrations times the dilution, which stands in a grid of the same step."""
        factors = next((p for p in step.parts if p.corner == "Dilution factor"), None)
        if factors is None:
            return ()
        names = list(told.cells)
        dilution = wells("Dilution factor", factors.grid.cells(), self.source).numbers(names).value
        known = concentration.numbers(names)
        times = np.where(np.isnan(dilution), 1.0, dilution)
        return disagreement(
            f"{step.name}: Value", told.numbers(names), [known.value * times], told.place(names),
            tolerance=known.rounding * times,
        )  # fmt: skip


def _known(written: str) -> str | None:
    try:
        return unit(written)
    except UnknownUnitError:
        return None


def _curve(step: Step) -> tuple[Model, Printed] | None:
    """Model and parameters of the curve that a step prints; None when it prints none that evqc knows."""
    formula = next(
        (row[0].text for row in step.rows if _CURVE.fullmatch(row[0].text) and "(a - d)" in row[0].text), None
    )
    letters = {
        row[0].text.removesuffix("=").strip(): repr(row[1].number)
        for row in step.rows
        if len(row) > 1 and re.fullmatch(r"[a-d]\s*=", row[0].text) and row[1].number is not None
    }
    return curve_of(formula, letters, Marks()) if formula is not None else None
