"""How aspects, shares and probabilities are called in every rendering."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.report.format import digits, quantity, shown_unit
from evqc.report.words import plain
from evqc.study.words import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.study.comparison import Comparison, WeightedAspect
    from evqc.study.weights import Aspect

_SPACE = "\N{NO-BREAK SPACE}"
#: Units of aspects that are no units of a measurement.
_SHOWN = {"ng/1e9": "ng/10⁹", "1": ""}


def aspects_by_name(of: Comparison) -> dict[str, WeightedAspect]:
    """The weighted aspects by name."""
    return {aspect.name: aspect for aspect in of.weights.aspects}


def title_of(name: str, known: Mapping[str, WeightedAspect] | Mapping[str, Aspect]) -> str:
    """The title of an aspect; of what is none the name in words."""
    return known[name].title if name in known else name.replace("_", " ")


def unit_of(aspect: WeightedAspect | Aspect, currency: str = "") -> str:
    """The unit of an aspect as a report prints it."""
    if aspect.name == "cost_per_batch":
        return currency
    return _SHOWN[aspect.unit] if aspect.unit in _SHOWN else shown_unit(aspect.unit)


def axis_title(side: str, aspect: WeightedAspect) -> str:
    """What stands along an axis: ``yield: recovery of particles, %``."""
    lowered = aspect.title[0].lower() + aspect.title[1:]
    unit = unit_of(aspect)
    less = " (less is better)" if aspect.better == "less" else ""
    return f"{side}: {lowered}{f', {unit}' if unit else ''}{less}"


def amount(value: float, aspect: WeightedAspect | Aspect, currency: str = "") -> str:
    """A number of an aspect with its unit."""
    if aspect.unit in _SHOWN or aspect.name == "cost_per_batch":
        unit = unit_of(aspect, currency)
        return digits(value, aspect.unit) + (f"{_SPACE}{unit}" if unit else "")
    return quantity(value, aspect.unit)


def stated(value: float) -> str:
    """A number as a person stated it: in full where it is not long, as a power of ten where it is."""
    return plain(value) if 1e-3 <= abs(value) < 1e5 else digits(value)


def between(lower: float | None, upper: float | None, aspect: WeightedAspect | Aspect, currency: str = "") -> str:
    """What is known of a number that is not known exactly."""
    if lower is not None and lower == upper:
        return amount(lower, aspect, currency)
    if lower is not None and upper is not None:
        return f"{digits(lower, aspect.unit)} to {amount(upper, aspect, currency)}"
    if upper is not None:
        return f"at most {amount(upper, aspect, currency)}"
    return "not known" if lower is None else f"at least {amount(lower, aspect, currency)}"


def chance(probability: float) -> str:
    """A probability from draws, in the words of the answer: whole per cent rounded down, and never certain."""
    return percent(probability).replace(" %", f"{_SPACE}%")


def share(part: float) -> str:
    """A part of a whole that is known, such as a weight or a confidence level, in whole per cent."""
    return f"under 1{_SPACE}%" if 0 < part < 0.005 else f"{math.floor(100 * part + 0.5)}{_SPACE}%"


def chances(lower: float, upper: float) -> str:
    """A probability, or its bounds."""
    least, most = chance(lower), chance(upper)
    return least if least == most else f"{least} to {most}"


def scored(lower: float, upper: float) -> str:
    """A score or a desirability between 0 and 1, or its bounds."""
    return f"{lower:.2f}" if lower == upper else f"{lower:.2f} to {upper:.2f}"


def p_value(p: float | None) -> str:
    """A p value: three decimals, two significant digits below 0.01, and never zero."""
    if p is None:
        return "–"
    if p < 1e-4:
        return "< 0.0001"
    return f"{p:.3f}" if p >= 0.01 else f"{p:.2g}"


def only_currency(of: Comparison) -> str:
    """The currency of the costs, when all methods state one and the same."""
    stated = {arm.currency for arm in of.arms if arm.cost_per_batch is not None}
    return str(next(iter(stated))) if len(stated) == 1 and None not in stated else ""
