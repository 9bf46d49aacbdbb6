"""What evqc knows of separation methods beside their parameters: what comes along, what to expect, and its sources."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evqc.batch.making import Method, methods
from evqc.batch.part import Part
from evqc.batch.vocabulary import choose
from evqc.errors import Where, refusal


class Catalogue(Part):
    """The document ``evqc.methods/1``: every separation method that a batch record may name."""

    document: Literal["evqc.methods/1"] = Field(default="evqc.methods/1", alias="schema")
    methods: tuple[Method, ...]


def catalogue() -> Catalogue:
    """Every method with its parameters and what is expected of it, for ``evqc methods --json``."""
    return Catalogue(methods=tuple(methods().values()))


def method_called(name: str) -> Method:
    """The method that ``name`` means, in any of its spellings.

    Raises:
        InputError: ``UNKNOWN_METHOD`` with the nearest names.
    """
    known = methods()
    try:
        return known[choose(name, known, {key: each.synonyms for key, each in known.items()})]
    except ValueError as error:
        raise refusal(name, "UNKNOWN_METHOD", Where(), name, str(error)) from error


def method_lines(method: Method) -> tuple[str, ...]:
    """A method as lines of text, for ``evqc methods NAME``."""
    classes = [
        f"{each.recovery} recovery, {each.specificity} specificity" + (f" ({each.when})" if each.when else "")
        for each in method.expected
    ]
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
