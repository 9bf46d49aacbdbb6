"""The batch record: who made what from which cells, by which steps, and which file says what of which sample."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, model_validator

from evqc.batch.statements import statements
from evqc.batch.vocabulary import IMAGE_METHODS, SPECIES, TISSUES, Claim, Matrix, Role, View, choose, chooser
from evqc.measurands import UnknownUnitError, factor, measurand

Name = Annotated[str, Field(min_length=1, max_length=200)]
#: Answers that state nothing.
_NO_ANSWERS = frozenset({"", "-", "?", "n/a", "na", "none", "no", "not done", "not stated", "unknown", "tbd", "todo"})
Share = Annotated[float, Field(ge=0, le=100)]


class Part(BaseModel):
    """Base of everything a person writes: unknown keys, NaN and changes afterwards are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class Method(Part):
    """One separation method of the closed list.

    Attributes:
        needed: parameters without which nobody can repeat the step.
        also: further parameters that may stand.
    """

    name: Name
    separates_by: str
    synonyms: tuple[str, ...] = ()
    needed: tuple[str, ...]
    also: tuple[str, ...] = ()


@cache
def methods() -> dict[str, Method]:
    """The separation methods by name, in the order of ``methods.toml``."""
    entries = tomllib.loads(files("evqc.batch").joinpath("methods.toml").read_text("utf-8"))["method"]
    return {entry["name"]: Method.model_validate(entry) for entry in entries}


def _method(text: str) -> str:
    return choose(text, methods(), {name: m.synonyms for name, m in methods().items()})


class Identity(Part):
    """What the batch is called and what is claimed of it.

    Attributes:
        id: the batch number.
        term: the word used on label and report, such as ``small EVs``.
        claims: what is said of the preparation; decides which criteria apply.
        size_cutoff_nm: with ``small EV`` or ``large EV``, the cut-off that the term stands for.
        size_cutoff_method: how the cut-off is measured, such as ``NTA, number-weighted median``.
        biogenesis_evidence: what shows the subcellular origin, when a biogenesis term (exosome) is used.
        justifications: by criterion id, the reason why it is not met or not done ("comply or explain").
    """

    id: Name
    product: Name
    term: str | None = None
    claims: tuple[Claim, ...] = ()
    size_cutoff_nm: PositiveFloat | None = None
    size_cutoff_method: str | None = None
    biogenesis_evidence: str | None = None
    ev_track_id: str | None = None
    laboratory: str | None = None
    prepared_by: str | None = None
    prepared_on: date | None = None
    justifications: dict[str, str] = {}


class SourceMaterial(Part):
    """The cells or fluid that the vesicles come from."""

    species: Annotated[str, AfterValidator(chooser(SPECIES))] | None = None
    tissue: Annotated[str, AfterValidator(chooser(TISSUES, TISSUES))] | None = None
    cell_type: str | None = None
    cell_bank: str | None = None
    passage: Annotated[int, Field(ge=0)] | None = None
    matrix: Matrix | None = None
    medium: str | None = None
    supplement: str | None = None
    supplement_ev_depletion: str | None = None
    vessel: str | None = None
    condition: str | None = None
    seeding_density_per_cm2: PositiveFloat | None = None
    confluence_percent: Share | None = None
    cells_at_harvest: PositiveFloat | None = None
    viability_percent: Share | None = None
    collection_hours: PositiveFloat | None = None
    volume_ml: PositiveFloat | None = None
    tissue_mass_g: PositiveFloat | None = None
    harvested_at: date | None = None
    mycoplasma: Literal["negative", "positive", "not tested"] | None = None
    storage: str | None = None


class Step(Part):
    """One isolation step, in order.

    Attributes:
        method: of the closed list in ``methods.toml``.
        parameters: the unit is in the key; keys are those the method knows.
        sample_in, sample_out: names of samples measured before and after the step.
    """

    method: Annotated[str, AfterValidator(_method)]
    volume_in_ml: PositiveFloat | None = None
    volume_out_ml: PositiveFloat | None = None
    sample_in: str | None = None
    sample_out: str | None = None
    parameters: dict[str, float | str] = {}
    note: str | None = None

    @model_validator(mode="after")
    def _parameters_are_known(self) -> Self:
        method = methods()[self.method]
        known = (*method.needed, *method.also)
        if unknown := [key for key in self.parameters if key not in known]:
            raise ValueError(f"{self.method} has no parameter {', '.join(unknown)}; it knows {', '.join(known)}")
        return self

    @property
    def missing_parameters(self) -> tuple[str, ...]:
        """Parameters needed to repeat the step that the record does not state."""
        return tuple(key for key in methods()[self.method].needed if key not in self.parameters)


class Sample(Part):
    """One sample and its role in the batch."""

    name: Name
    role: Role
    volume_ml: PositiveFloat | None = None
    buffer: str | None = None
    storage_degC: float | None = None  # noqa: N815  the unit's own spelling
    freeze_thaw_cycles: Annotated[int, Field(ge=0)] | None = None
    note: str | None = None


class FileEntry(Part):
    """What one export file (below ``exports/``) says of which sample.

    Attributes:
        path: below ``exports/``, with ``/``.
        runs: name of a run group inside the file, when it holds more than one sample; all runs when absent.
        sample: a name of ``samples``; None only for ``bead check`` files.
        purpose: a bead check is judged against ``bead_nm``, everything else is a measurement of its sample.
        dilution: 1000 for 1:1000, as the bench notebook has it.
        mapping: below ``mappings/``, for a table that evqc does not know.
        marker_technique: for a marker table.
    """

    path: Name
    runs: str | None = None
    sample: str | None = None
    purpose: Literal["measurement", "bead check"] = "measurement"
    bead_nm: PositiveFloat | None = None
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


#: A number, or a bound such as "<0.5" or ">600".
Value = float | Annotated[str, Field(pattern=r"^[<>]\s*(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")]


class Result(Part):
    """A result entered by hand.

    Attributes:
        value: in ``unit``; ``"<0.5"`` and ``">600"`` are results below and above the range of the method.
        marker: for measurands of a marker, such as ``marker_positive_cells``.
        uncertainty: standard uncertainty in ``unit``, when known.
        replicates: how many independent determinations the value is the mean of.
    """

    sample: str
    measurand: str
    value: Value
    unit: str
    marker: str | None = None
    uncertainty: NonNegativeFloat | None = None
    replicates: Annotated[int, Field(ge=1)] = 1
    method: str | None = None
    entered_by: str | None = None
    measured_on: date | None = None

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        try:
            factor(self.unit, measurand(self.measurand).unit)
        except UnknownUnitError as error:
            raise ValueError(str(error)) from error
        return self


class MarkerEntry(Part):
    """One marker of a panel entered by hand, such as a band of a western blot.

    Attributes:
        call: as read by eye, when there is no signal.
        control_signal: signal of its isotype or blank control.
        lysate: whether the source-cell lysate on the same membrane or run showed the marker.
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


class Image(Part):
    """An image as evidence, below the batch folder."""

    path: Name
    sample: str
    method: Annotated[str, AfterValidator(chooser(IMAGE_METHODS))]
    view: View | None = None
    field_selection: Literal["predefined", "operator"] | None = None
    note: str | None = None


def _stated(given: dict[str, str]) -> dict[str, str]:
    """Statements with the answers of closed lists as the list spells them; raises ValueError for what is none."""
    if unknown := [key for key in given if key not in statements()]:
        raise ValueError(f"no statement is called {', '.join(unknown)}; see 'Statements' in the workbook of evqc init")
    return {key: _answered(key, text) for key, text in given.items()}


def _answered(key: str, text: str) -> str:
    choices = statements()[key].choices
    if text.strip().casefold() in _NO_ANSWERS:
        raise ValueError(
            f"'{text}' states nothing of {key}; leave it out, and justify it where a criterion asks for it"
        )
    return choose(text, choices) if choices else text


class BatchRecord(Part):
    """The document ``evqc.batch/1``: everything about a batch that its exports do not say."""

    document: Literal["evqc.batch/1"] = Field(default="evqc.batch/1", alias="schema")
    batch: Identity
    source: SourceMaterial = SourceMaterial()
    isolation: tuple[Step, ...] = ()
    samples: tuple[Sample, ...] = ()
    files: tuple[FileEntry, ...] = ()
    results: tuple[Result, ...] = ()
    markers: tuple[MarkerEntry, ...] = ()
    images: tuple[Image, ...] = ()
    statements: Annotated[dict[str, str], AfterValidator(_stated)] = {}

    def sample(self, name: str) -> Sample | None:
        """The sample called ``name``."""
        return next((s for s in self.samples if s.name == name), None)
