"""How a batch was made: the cells or fluid that the vesicles come from, and the steps that separated them."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveFloat, PrivateAttr, ValidationInfo, model_validator

from evqc.batch.part import Name, Part, Particular, is_placeholder
from evqc.batch.vocabulary import SPECIES, TISSUES, Matrix, choose, chooser

if TYPE_CHECKING:
    from collections.abc import Mapping

Share = Annotated[float, Field(ge=0, le=100)]


class Expectation(Part):
    """A class of MISEV2018 that a method belongs to: a prior, which measured recovery and purity override.

    Attributes:
        when: for which use of the method; empty for every one.
        from_cutoff_kDa: it counts for membranes with at least this cut-off.
    """

    recovery: Literal["high", "intermediate", "low"]
    specificity: Literal["high", "intermediate", "low"]
    when: str = ""
    from_cutoff_kDa: PositiveFloat | None = None  # noqa: N815  the unit's own spelling


class Reported(Part):
    """A recovery that the literature reports, in percent: for planning, never a limit.

    Attributes:
        high: None where the source says "and more".
        format: the form of the method that it is of; empty for all.
        source: with its tag of verification.
    """

    low: Share
    high: Share | None = None
    format: str = ""
    source: Name

    @property
    def sentence(self) -> str:
        """The recovery in words, with its source."""
        of = f"{self.format}: " if self.format else ""
        return f"{of}{self.span} [{self.source}]"

    @property
    def span(self) -> str:
        """The recovery in words alone, such as ``40 to 80 %`` and ``90 % and more``."""
        if self.high is None:
            return f"{self.low:g} % and more"
        return f"{self.low:g} to {self.high:g} %" if self.high > self.low else f"{self.low:g} %"


class Method(Part):
    """One separation method of the closed list; one that a laboratory adds need state only what repeats the step.

    Attributes:
        needed: parameters without which nobody can repeat the step.
        also: further parameters that may stand.
        formats: forms in which it is done, for the parameter ``format``.
        co_isolates: what usually comes along.
        expected: classes of recovery and specificity, the usual use first; none where MISEV2018 is not known to give
            one.
        recovery: what the literature reports.
        scale, gmp: how far it scales, and what production for patients has to know.
        references: with their tags of verification.
    """

    name: Name
    separates_by: str
    synonyms: tuple[str, ...] = ()
    needed: tuple[str, ...]
    also: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    co_isolates: tuple[Name, ...] = ()
    expected: tuple[Expectation, ...] = ()
    recovery: tuple[Reported, ...] = ()
    scale: str = ""
    gmp: str = ""
    references: tuple[Name, ...] = ()

    def expected_of(self, parameters: Mapping[str, float | str]) -> Expectation | None:
        """The class of a step by this method: that of its membrane, else that of the usual use; None without one.

        Args:
            parameters: of the step.
        """
        cutoff = parameters.get("cutoff_kDa")
        size = cutoff if isinstance(cutoff, (int, float)) else 0.0
        by_membrane = [e for e in self.expected if e.from_cutoff_kDa is not None and size >= e.from_cutoff_kDa]
        usual = [e for e in self.expected if e.from_cutoff_kDa is None]
        return next(iter((*by_membrane, *usual)), None)

    def reported_of(self, parameters: Mapping[str, float | str]) -> tuple[Reported, ...]:
        """The recoveries that the literature reports for a step: those of its format, or all when it names none.

        Args:
            parameters: of the step.
        """
        given = parameters.get("format")
        return tuple(each for each in self.recovery if given is None or each.format in {"", given})


@cache
def methods() -> dict[str, Method]:
    """The separation methods by name, in the order of ``methods.toml``."""
    entries = tomllib.loads(files("evqc.batch").joinpath("methods.toml").read_text("utf-8"))["method"]
    return {entry["name"]: Method.model_validate(entry) for entry in entries}


def known_to(info: ValidationInfo) -> Mapping[str, Method]:
    """The methods of the validator's context, where a laboratory has its own; else the catalogue."""
    known: Mapping[str, Method] = (info.context or {}).get("methods") or methods()
    return known


def chosen_method(text: str, info: ValidationInfo) -> str:
    """The name of the separation method that ``text`` means; raises ValueError with those near it."""
    known = known_to(info)
    return choose(text, known, {name: m.synonyms for name, m in known.items()})


class SourceMaterial(Part):
    """The cells or fluid that the vesicles come from."""

    species: Annotated[str, AfterValidator(chooser(SPECIES))] | None = None
    tissue: Annotated[str, AfterValidator(chooser(TISSUES, TISSUES))] | None = None
    cell_type: Particular = None
    cell_bank: Particular = None
    passage: Annotated[int, Field(ge=0)] | None = None
    matrix: Matrix | None = None
    medium: Particular = None
    supplement: Particular = None
    supplement_ev_depletion: Particular = None
    vessel: Particular = None
    condition: Particular = None
    seeding_density_per_cm2: PositiveFloat | None = None
    confluence_percent: Share | None = None
    cells_at_harvest: PositiveFloat | None = None
    viability_percent: Share | None = None
    collection_hours: PositiveFloat | None = None
    volume_ml: PositiveFloat | None = None
    tissue_mass_g: PositiveFloat | None = None
    harvested_at: date | None = None
    mycoplasma: Literal["positive", "negative", "not tested"] | None = None
    storage: Particular = None


def _particulars(given: dict[str, float | str]) -> dict[str, float | str]:
    """Parameters without those that hold a placeholder, which nobody can repeat a step by."""
    return {key: value for key, value in given.items() if not (isinstance(value, str) and is_placeholder(value))}


class Step(Part):
    """One isolation step, in order.

    Attributes:
        method: of the closed list in ``methods.toml``, or of the laboratory's own.
        parameters: the unit is in the key; keys are those the method knows.
        sample_in, sample_out: names of samples measured before and after the step.
    """

    method: Annotated[str, AfterValidator(chosen_method)]
    volume_in_ml: PositiveFloat | None = None
    volume_out_ml: PositiveFloat | None = None
    sample_in: str | None = None
    sample_out: str | None = None
    parameters: Annotated[dict[str, float | str], AfterValidator(_particulars)] = Field(default={})
    note: str | None = None
    _kind: Method = PrivateAttr()

    @model_validator(mode="after")
    def _parameters_are_known(self, info: ValidationInfo) -> Self:
        method = known_to(info)[self.method]
        self._kind = method
        known = (*method.needed, *method.also)
        if unknown := [key for key in self.parameters if key not in known]:
            raise ValueError(f"{self.method} has no parameter {', '.join(unknown)}; it knows {', '.join(known)}")
        return self

    @property
    def kind(self) -> Method:
        """Everything known of its method, be it of the catalogue or the laboratory's own."""
        return self._kind

    @property
    def missing_parameters(self) -> tuple[str, ...]:
        """Parameters needed to repeat the step that the record does not state."""
        return tuple(key for key in self._kind.needed if key not in self.parameters)
