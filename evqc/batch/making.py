"""How a batch was made: the cells or fluid that the vesicles come from, and the steps that separated them."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveFloat, model_validator

from evqc.batch.part import Name, Part
from evqc.batch.vocabulary import SPECIES, TISSUES, Matrix, choose, chooser

Share = Annotated[float, Field(ge=0, le=100)]


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
    parameters: dict[str, float | str] = Field(default={})
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
