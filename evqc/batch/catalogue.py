"""What evqc knows of separation methods beside their parameters: what comes along, what to expect, and its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from evqc.batch.making import Expectation, Method, methods
from evqc.batch.part import Part
from evqc.batch.vocabulary import choose
from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping


class Catalogue(Part):
    """The document ``evqc.methods/1``: every separation method that a batch record may name."""

    document: Literal["evqc.methods/1"] = Field(default="evqc.methods/1", alias="schema")
    methods: tuple[Method, ...]


def catalogue(known: Mapping[str, Method] | None = None) -> Catalogue:
    """Every method with its parameters and what is expected of it, for ``evqc methods --json``.

    Args:
        known: where a laboratory has its own methods; else those of the catalogue.
    """
    return Catalogue(methods=tuple((known or methods()).values()))


def method_called(name: str, known: Mapping[str, Method] | None = None) -> Method:
    """The method that ``name`` means, in any of its spellings.

    Args:
        name: as people write it.
        known: where a laboratory has its own methods; else those of the catalogue.

    Raises:
        InputError: ``UNKNOWN_METHOD`` with the nearest names.
    """
    known = known or methods()
    try:
        return known[choose(name, known, {key: each.synonyms for key, each in known.items()})]
    except ValueError as error:
        raise refusal(name, "UNKNOWN_METHOD", Where(), name, str(error)) from error


def method_lines(method: Method) -> tuple[str, ...]:
    """A method as lines of text, for ``evqc methods NAME``."""
    classes = [_class_of(each) for each in method.expected]
    told = {
        "also called": method.synonyms,
        "separates by": (method.separates_by,),
        "formats": method.formats,
        "needed to repeat it": method.needed,
        "may also stand": method.also,
        "usually comes along": (*method.co_isolates, "[lit-M]") if method.co_isolates else (),
        "class": (*classes, "MISEV2018 [lit-M]") if classes else ("MISEV2018 gives none",),
        "recovery in the literature": tuple(each.sentence for each in method.recovery) or ("no number on record",),
        "scale": tuple(filter(None, [method.scale])),
        "for patients": tuple(filter(None, [method.gmp])),
        "references": method.references,
    }
    return (method.name, *(f"  {title:<28}{'; '.join(texts)}" for title, texts in told.items() if texts))


def _class_of(expected: Expectation) -> str:
    cutoff = "" if expected.from_cutoff_kDa is None else f"from {expected.from_cutoff_kDa:g} kDa"
    when = ", ".join(filter(None, [expected.when, cutoff]))
    return f"{expected.recovery} recovery, {expected.specificity} specificity" + (f" ({when})" if when else "")
