"""What was measured of a batch and with what: samples, files, results by hand, images, assays and antibodies."""

from __future__ import annotations

import re
from datetime import date
from math import isfinite
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveFloat, model_validator

from evqc.batch.part import Name, Part, Particular
from evqc.batch.vocabulary import IMAGE_METHODS, Role, View, chooser
from evqc.measurands import MEASURANDS, UNITS, UnknownUnitError, factor, is_possible, measurand, possible, unit


class Sample(Part):
    """One sample and its role in the batch.

    Attributes:
        from_step: number of the isolation step, from 1, that it came out of beside the sample after that step: a
            permeate, a wash, what was discarded, or one of several fractions.
        fraction: its number in the order in which the step was collected, from 1; needs ``from_step``.
        tube: material and make of the tube or vial that it was kept in.
        stored_days: from its preparation to its measurement.
    """

    name: Name
    role: Role
    volume_ml: PositiveFloat | None = None
    from_step: Annotated[int, Field(ge=1)] | None = None
    fraction: Annotated[int, Field(ge=1)] | None = None
    buffer: Particular = None
    storage_degC: Annotated[float, Field(ge=MEASURANDS["temperature"].lowest)] | None = None  # noqa: N815  the unit's own spelling
    freeze_thaw_cycles: Annotated[int, Field(ge=0)] | None = None
    tube: Particular = None
    stored_days: NonNegativeFloat | None = None
    note: str | None = None


class FileEntry(Part):
    """What one export file (below ``exports/``) says of which sample.

    Attributes:
        path: below ``exports/``, with ``/``.
        runs: name of a run group inside the file, when it holds more than one sample; all runs when absent.
        sample: a name of ``samples``; None only for ``bead check`` files.
        purpose: a bead check is judged against ``bead_nm``, everything else is a measurement of its sample.
        bead_uncertainty_nm: standard uncertainty of ``bead_nm`` by the certificate: the expanded one by its factor k.
        dilution: 1000 for 1:1000, as the bench notebook has it.
        mapping: below ``mappings/``, for a table that evqc does not know.
        marker_technique: for a marker table.
    """

    path: Name
    runs: str | None = None
    sample: str | None = None
    purpose: Literal["measurement", "bead check"] = "measurement"
    bead_nm: PositiveFloat | None = None
    bead_uncertainty_nm: NonNegativeFloat | None = None
    dilution: Annotated[float, Field(ge=1)] | None = None
    mapping: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _bead_or_sample(self) -> Self:
        if self.purpose == "bead check" and self.bead_nm is None:
            raise ValueError("a bead check needs bead_nm, the certified diameter")
        if self.purpose == "measurement" and self.sample is None:
            raise ValueError("a measurement needs the name of its sample")
        return self


_BOUND = r"^[<>]\s*(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
#: A number, or a bound such as "<0.5" or ">600".
Value = float | Annotated[str, Field(pattern=_BOUND)]


class Result(Part):
    """A result entered by hand.

    Attributes:
        value: in ``unit``; ``"<0.5"`` and ``">600"`` are results below and above the range of the method.
        marker: for measurands of a marker, such as ``marker_positive_cells``.
        size_um: of sub-visible particles, the size in µm from which on they are counted.
        uncertainty: standard uncertainty in ``unit``, when known.
        replicates: how many independent determinations the value is the mean of.
    """

    sample: str
    measurand: str
    value: Value
    unit: str
    marker: str | None = None
    size_um: PositiveFloat | None = None
    uncertainty: NonNegativeFloat | None = None
    replicates: Annotated[int, Field(ge=1)] = 1
    method: str | None = None
    entered_by: str | None = None
    measured_on: date | None = None

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        refuse_unfitting(self.unit, self.measurand)
        if wanted := impossible(self.measurand, self.value, self.unit):
            raise ValueError(f"{self.measurand} is {wanted}")
        return self


#: What an amount is of, by what its concentration is of: the dimensions of ``measurands.UNITS``.
_AMOUNTS = {"number concentration": "number", "mass concentration": "mass", "share": "number"}


class Spike(Part):
    """Something added on purpose, to see how much of it is found again.

    Attributes:
        sample: measured with the spike in it.
        without: the same material without the spike, measured in the same way; needed for a recovery.
        material: what was added, with its lot.
        measurand: the concentration by which it is found, such as ``particle_concentration``.
        marker: where the measurand is of one marker or named analyte.
        amount: of what was added to all of the sample, or to all that went into the step, in ``unit``.
        uncertainty: its standard uncertainty in ``unit``, when known.
        before_step: number of the isolation step, from 1, before which it was added; None when it was added to the
            sample itself.
    """

    sample: str
    without: str | None = None
    material: Name
    measurand: str
    marker: str | None = None
    amount: PositiveFloat
    unit: str
    uncertainty: NonNegativeFloat | None = None
    before_step: Annotated[int, Field(ge=1)] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _unit_is_of_an_amount(self) -> Self:
        refuse_unfitting(self.unit, None)
        if (wanted := amount_units(self.measurand)) and unit(self.unit) not in wanted:
            raise ValueError(f"the amount is in one of {', '.join(wanted)}")
        if not wanted:
            raise ValueError(f"{self.measurand} is no concentration by which an amount can be found")
        return self


def amount_units(of: str) -> tuple[str, ...]:
    """The units in which an amount of a measurand can be stated; none where no amount follows from it.

    Args:
        of: a concentration per millilitre, or the share of particles with a marker.
    """
    known = MEASURANDS.get(of)
    per_ml = known is not None and (known.unit.endswith("/mL") or of == "marker_positive_particles")
    dimension = _AMOUNTS.get(UNITS[known.unit].dimension) if known is not None and per_ml else None
    return tuple(name for name, each in UNITS.items() if each.dimension == dimension)


class MarkerEntry(Part):
    """One marker of a panel entered by hand, such as a band of a western blot.

    Attributes:
        call: as read by eye, when there is no signal.
        control_signal: signal of its isotype or blank control.
        lysate: whether the lysate on the same membrane or run showed the marker: of the source cells, or of cells that
            hold what the source cells do not make, such as CD45.
    """

    sample: str
    technique: Name
    marker: Name
    signal: float | None = None
    unit: str | None = None
    control_signal: float | None = None
    limit_of_detection: NonNegativeFloat | None = None
    call: Literal["positive", "negative", "not tested"] | None = None
    lysate: Literal["positive", "negative"] | None = None
    image: str | None = None
    entered_by: str | None = None


class Observation(Part):
    """The outcome of a test that gives no number, such as sterility, mycoplasma or appearance.

    Attributes:
        test: what was looked for, such as ``sterility``; a specification asks for it by this name.
        outcome: as it was read, such as ``no growth``.
        started_on, read_on: the first day of the test, and the day on which the outcome was read.
        control: the outcome of the negative control that was run with it.
        containers_tested, containers_positive: of tests that take several containers of the sample.
    """

    sample: str
    test: Name
    outcome: Name
    method: str | None = None
    started_on: date | None = None
    read_on: date | None = None
    control: str | None = None
    containers_tested: Annotated[int, Field(ge=1)] | None = None
    containers_positive: Annotated[int, Field(ge=0)] | None = None
    entered_by: str | None = None
    note: str | None = None


class Image(Part):
    """An image as evidence, below the batch folder."""

    path: Name
    sample: str
    method: Annotated[str, AfterValidator(chooser(IMAGE_METHODS))]
    view: View | None = None
    field_selection: Literal["predefined", "operator"] | None = None
    note: str | None = None


class Antibody(Part):
    """One antibody, so that another laboratory can buy the same.

    Attributes:
        marker: its target, as people write it; ``mouse IgG1 isotype`` and ``anti-mouse HRP`` may stand too.
        technique: what it was used for, such as ``western blot``.
        dilution: in words, such as ``1:1000`` or ``2 µg/mL``.
    """

    marker: Name
    technique: Name
    clone: Particular = None
    catalogue_number: Particular = None
    supplier: Particular = None
    lot: Particular = None
    dilution: Particular = None


class Assay(Part):
    """What a method can see, and what it was set up with.

    Attributes:
        method: such as ``NTA`` or ``BCA``.
        measurand: the quantity that the numbers are of; None for a limit that is of no quantity evqc holds.
        limit_of_detection, range_lower, range_upper: in ``unit``.
        calibration: with what, to what and when.
        blank: what the blank of the method is.
        settings: what was set and no export says.
    """

    method: Name
    instrument: Particular = None
    measurand: str | None = None
    limit_of_detection: NonNegativeFloat | None = None
    range_lower: NonNegativeFloat | None = None
    range_upper: PositiveFloat | None = None
    unit: str | None = None
    calibration: Particular = None
    blank: Particular = None
    settings: Particular = None

    @model_validator(mode="after")
    def _numbers_have_a_unit(self) -> Self:
        numbers = (self.limit_of_detection, self.range_lower, self.range_upper)
        if self.unit is None and any(number is not None for number in numbers):
            raise ValueError("limits need their unit")
        if self.unit is not None:
            refuse_unfitting(self.unit, self.measurand)
        if self.range_lower is not None and self.range_upper is not None and self.range_lower > self.range_upper:
            raise ValueError("the range ends below its beginning")
        return self


def number_of(value: object) -> float | None:
    """The number of a result or of its bound; None for what is neither, and for what is not finite."""
    if isinstance(value, str):
        return float(value.lstrip("<> ")) if re.match(_BOUND, value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if isinstance(value, float) and not isfinite(value) else value


def impossible(of: str, value: object, given: str) -> str:
    """What a measurand can be, when the number or bound ``value`` in the unit ``given`` is none of it; else empty.

    Args:
        of: a measurand.
        value: as ``Result`` holds it, or anything that is none.
        given: a unit of the measurand.
    """
    number = number_of(value)
    if number is None or is_possible(of, number, given):
        return ""
    instead = ', or a bound such as "<0.5"' if number < 0 == measurand(of).lowest else ""
    return possible(of, given) + instead


def refuse_unfitting(given: str, of: str | None) -> None:
    """Raises ValueError for a unit that is not known or is no unit of the measurand ``of``, when there is one."""
    try:
        factor(given, measurand(of).unit if of is not None else unit(given))
    except UnknownUnitError as error:
        raise ValueError(str(error)) from error
