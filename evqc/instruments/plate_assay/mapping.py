"""The mapping a laboratory writes for a plate: which wells hold standards, blanks and samples, and the fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, field_validator, model_validator

from evqc.calibration import Model, Weights
from evqc.instruments._export import load
from evqc.instruments.table.mapping import Part, Text, UnitName, described
from evqc.measurands import factor, measurand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WELL = re.compile(r"([A-Za-z]{1,2})0*([1-9]\d?)")
_Positive = Annotated[float, Field(gt=0)]
_NotNegative = Annotated[float, Field(ge=0)]
#: 1:20 is 20; a factor below 1 would be a concentration step, which nobody calls a dilution.
_Factor = Annotated[float, Field(ge=1)]


def well(text: str) -> str:
    """A well as evqc spells it: ``b07`` is ``B7``; raises ValueError for what is none."""
    found = _WELL.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no well such as B7")
    return found[1].upper() + found[2]


def wells(text: str) -> tuple[str, ...]:
    """The wells that ``B7`` or a block ``A1:B3`` means, row by row; raises ValueError for what is neither.

    Args:
        text: one well, or the first and last one of a block.
    """
    first, block, last = (part.strip() for part in text.partition(":"))
    if not block:
        return (well(first),)
    (row, column), (end_row, end_column) = place(first), place(last)
    if row > end_row or column > end_column:
        raise ValueError(f"'{text}' is no block of wells from its upper left to its lower right one")
    rows = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[r] if r < 26 else "A" + chr(39 + r) for r in range(row, end_row + 1)]
    return tuple(f"{r}{c}" for r in rows for c in range(column, end_column + 1))


def place(text: str) -> tuple[int, int]:
    """Row from 0 and column from 1 of a well, to sort by; raises ValueError for what is none."""
    found = _WELL.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no well such as B7")
    letters = found[1].upper()
    return (ord(letters) - 65 if len(letters) == 1 else ord(letters[1]) - 39), int(found[2])


def _expanded(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for text in given for one in wells(text))


Wells = Annotated[tuple[Text, ...], AfterValidator(_expanded)]


class Plate(Part):
    """What is read on the plate and how it becomes a concentration.

    Attributes:
        instrument: name of the reader whose files these are, as ``evqc instruments`` lists it.
        plate: name of the plate as the file states it; needed when the file holds several.
        wavelength_nm, read: which read, as the file states it; needed when a well was read more than once.
        measurand, unit: what the standards are of, and the unit of their concentrations.
        model, weights: of the standard curve.
        subtract_blank: take the mean of the blank wells off every signal before the fit.
        blank: wells without analyte.
        dilution: of every sample whose layout states none; 1 for samples that went in as they are.
    """

    instrument: Text
    plate: Text | None = None
    wavelength_nm: _Positive | None = None
    read: Text | None = None
    measurand: Annotated[Text, AfterValidator(lambda name: measurand(name).name)]
    unit: UnitName
    model: Model
    weights: Weights = "none"
    subtract_blank: bool
    blank: Wells = ()
    dilution: _Factor | None = None

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        factor(self.unit, measurand(self.measurand).unit)
        if self.model == "log-log" and self.weights != "none":
            raise ValueError("a log-log line is fitted without weights")
        if self.model == "log-log" and self.subtract_blank:
            raise ValueError("a log-log line is fitted without subtracting a blank")
        return self


class Standard(Part):
    """One concentration of the standard series, as it is in the well, and its wells."""

    concentration: _NotNegative
    wells: Annotated[Wells, Field(min_length=1)]


class Sample(Part):
    """One sample at one dilution.

    Attributes:
        name: of the sample.
        wells: its replicates.
        dilution: of the sample before it went into the wells, 20 for 1:20; None takes the plate's.
        spiked_wells: product positive control: the same dilution with standard added.
        spike: concentration that was added to them, as in the well, in the plate's unit.
    """

    name: Text
    wells: Annotated[Wells, Field(min_length=1)]
    dilution: _Factor | None = None
    spiked_wells: Wells = ()
    spike: _Positive | None = None

    @model_validator(mode="after")
    def _spike_is_stated(self) -> Self:
        if bool(self.spiked_wells) != (self.spike is not None):
            raise ValueError("'spiked_wells' and 'spike' go together")
        return self


class Kinetic(Part):
    """A plate read over time, whose signal is the onset time.

    Attributes:
        rise: over the well's own first reads, in the unit of the signal.
        baseline_reads: how many first reads make the baseline.
        onset: interpolated between two reads, or the time of the first read at or above the threshold.
        limit: endotoxin limit of the product, in the plate's unit, from which the maximum valid dilution follows.
    """

    rise: _Positive
    baseline_reads: PositiveInt = 1
    onset: Literal["interpolated", "first read"] = "interpolated"
    limit: _Positive | None = None


class LayoutFile(Part):
    """A CSV file of three grids one below the other: names, concentrations and labels of the wells.

    Attributes:
        file: its name, beside the mapping.
        standard, blank, sample: the labels that mean them; wells of other labels are not read.
    """

    file: Text
    standard: Text = "Standard"
    blank: Text = "Blank"
    sample: Text = "Sample"


class PlateMapping(Part):
    """What a laboratory says of one kind of plate.

    Attributes:
        title: what a person calls the assay.
        method: the assay as results name it, such as ``BCA``; the title when None.
        plate: what is read and how it is fitted.
        standard, sample: the wells; both left out when the export or ``layout`` states them.
        kinetic: for plates read over time.
        layout: the file that states the wells.
    """

    title: Text
    method: Text | None = None
    plate: Plate
    standard: tuple[Standard, ...] = ()
    sample: tuple[Sample, ...] = ()
    kinetic: Kinetic | None = None
    layout: LayoutFile | None = None

    @field_validator("standard")
    @classmethod
    def _each_concentration_once(cls, given: tuple[Standard, ...]) -> tuple[Standard, ...]:
        stated = [standard.concentration for standard in given]
        if len(set(stated)) < len(stated):
            raise ValueError("each concentration stands once, with all its wells")
        return given

    @model_validator(mode="after")
    def _layout_is_said_once(self) -> Self:
        if bool(self.standard) != bool(self.sample):
            raise ValueError(
                "give both [[standard]] and [[sample]], or neither when the export or [layout] states them"
            )
        if self.layout is not None and (self.standard or self.plate.blank):
            raise ValueError("give the wells either here or in the file that [layout] names")
        if (self.kinetic is None) == (self.plate.model == "log-log"):
            raise ValueError("[kinetic] goes with model = 'log-log', and no other model with it")
        if self.kinetic is not None and self.plate.measurand != "endotoxin_concentration":
            raise ValueError("[kinetic] is for measurand = 'endotoxin_concentration'")
        if self.standard and self.plate.subtract_blank and not self.plate.blank:
            raise ValueError("'subtract_blank' needs 'blank', the blank wells")
        return self

    @model_validator(mode="after")
    def _each_well_means_one_thing(self) -> Self:
        named = [w for wells_of_one in self._well_groups() for w in wells_of_one]
        if twice := sorted({w for w in named if named.count(w) > 1}):
            raise ValueError(f"well {', '.join(twice)} stands twice")
        return self

    def _well_groups(self) -> Iterator[tuple[str, ...]]:
        """Wells that must not overlap. The standard of zero may be the blank."""
        if not any(set(s.wells) == set(self.plate.blank) for s in self.standard if s.concentration == 0):
            yield self.plate.blank
        for standard in self.standard:
            yield standard.wells
        for sample in self.sample:
            yield sample.wells
            yield sample.spiked_wells


def load_plate_mapping(path: Path) -> PlateMapping:
    """The mapping of a plate that stands in a TOML file; errors as of ``table.load_mapping``."""
    return read_plate_mapping(load(path, path.name).text(), path.name)


def read_plate_mapping(text: str, name: str) -> PlateMapping:
    """The mapping of a plate that TOML text describes; ``name`` is for messages. Errors as of ``load_mapping``."""
    return described(PlateMapping, text, name)
