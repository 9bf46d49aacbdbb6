"""What methods are compared by, and how much each counts: aspects, and named, dated weights with fixed scales."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError, model_validator

from evqc.errors import InputError, Issue, Where, problem, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

Words = Annotated[str, Field(min_length=1)]
Group = Literal["purity", "yield", "practicality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """Something that methods are compared by.

    Attributes:
        name: stable key.
        title: as a report heads it.
        group: the side of the question it belongs to.
        unit: of its numbers.
        better: whether more of it is better, or less.
        constant: whether it belongs to the method and not to a batch.
        needed: what to measure or state when it is missing.
    """

    name: str
    title: str
    group: Group
    unit: str
    better: Literal["more", "less"]
    needed: str
    constant: bool = False


@cache
def aspects() -> Mapping[str, Aspect]:
    """Every aspect by name, in the order of ``aspects.toml``."""
    entries = tomllib.loads(files("evqc.study").joinpath("aspects.toml").read_text("utf-8"))
    return {name: Aspect(name=name, **entry) for name, entry in entries.items()}


class Part(BaseModel):
    """Base of what people write: unknown keys, NaN and changes afterwards are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Weighted(Part):
    """One aspect of a set: its weight, and the fixed ends of its scale.

    Attributes:
        worst: from here on the desirability is 0.
        best: from here on it is 1.
        reference: where the ends come from.
    """

    name: Words
    weight: PositiveFloat
    worst: float
    best: float
    scale: Literal["log", "linear"]
    reference: Words

    @model_validator(mode="after")
    def _scale_fits(self) -> Self:
        known = aspects().get(self.name)
        if known is None:
            raise ValueError(f"'{self.name}' is none of {', '.join(aspects())}")
        if (self.best > self.worst) != (known.better == "more") or self.best == self.worst:
            raise ValueError(f"of {self.name}, {known.better} is better: worst {self.worst:g}, best {self.best:g}")
        if self.scale == "log" and not (self.worst > 0 and self.best > 0):
            raise ValueError(f"a logarithmic scale of {self.name} has positive ends")
        return self


class WeightSet(Part):
    """A named set of weights.

    Attributes:
        dated: when it was set.
        about: for which purpose, and where it comes from.
        concentration: how firmly the weights are held when they are drawn; the number of aspects draws all weights
            alike where they are equal, hundreds hold them nearly fixed.
        aspect: in the order in which they are shown.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    dated: date
    about: Words
    concentration: PositiveFloat = 20
    aspect: Annotated[tuple[Weighted, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _aspects_stand_once(self) -> Self:
        names = [each.name for each in self.aspect]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"twice: {', '.join(twice)}")
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """The weights scaled to the sum 1."""
        total = sum(each.weight for each in self.aspect)
        return tuple(each.weight / total for each in self.aspect)


@cache
def shipped_weights() -> Mapping[str, WeightSet]:
    """The sets that come with evqc, by id."""
    found = sorted(files("evqc.study").joinpath("weights").iterdir(), key=lambda file: file.name)
    made = [read_weights(file) for file in found if file.name.endswith(".toml")]
    return {each.id: each for each in made}


def weight_set(name: str, folder: Path | None = None) -> WeightSet:
    """The set called ``name``, or the one in a file.

    Args:
        name: id of a shipped set, or the path of a TOML file.
        folder: a relative path begins here.

    Raises:
        InputError: ``UNKNOWN_WEIGHTS``, ``NOT_TOML`` or ``FAULTY_WEIGHTS``.
    """
    if name in shipped_weights():
        return shipped_weights()[name]
    path = None if folder is None else folder / name
    if path is None or not path.is_file():
        expected = f"one of {', '.join(shipped_weights())}, or a TOML file"
        raise refusal(name, "UNKNOWN_WEIGHTS", Where(), name, expected)
    return read_weights(path)


def read_weights(file: Traversable) -> WeightSet:
    """A set of weights from a TOML file.

    Raises:
        InputError: ``NOT_TOML`` or ``FAULTY_WEIGHTS``, with everything wrong in it.
    """
    try:
        plain = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refusal(file.name, "NOT_TOML", Where(), str(error), "a TOML file in UTF-8") from error
    try:
        return WeightSet.model_validate(plain)
    except ValidationError as error:
        raise InputError(file.name, *map(_fault, _telling(error.errors()))) from error


def _telling(errors: Sequence[Any]) -> list[Any]:
    """The errors without those that only follow from one within: a list lacks the entry that is faulty."""
    places = [error["loc"] for error in errors]
    return [e for e in errors if not any(len(p) > len(e["loc"]) and p[: len(e["loc"])] == e["loc"] for p in places)]


def _fault(error: Any) -> Issue:
    where = Where(field=".".join(str(part + 1 if isinstance(part, int) else part) for part in error["loc"]))
    key = error["loc"][-1] if error["loc"] else ""
    match error["type"]:
        case "missing":
            return problem("error", "FAULTY_WEIGHTS", where, "nothing", f"a value for '{key}'")
        case "extra_forbidden":
            return problem("error", "FAULTY_WEIGHTS", where, f"'{key}'", "a key that evqc knows here")
    found = "the entry" if not error["loc"] or isinstance(error["input"], dict) else repr(error["input"])
    return problem("error", "FAULTY_WEIGHTS", where, found, error["msg"].removeprefix("Value error, "))
