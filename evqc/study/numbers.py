"""Numbers of a batch that a study may state, and the aspects that follow from them; bounds stay bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from evqc.batch.fields import FieldOfRecord as F
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evqc.batch.measuring import Value

#: What a study may state of a batch besides the aspects themselves.
QUANTITIES: tuple[F, ...] = (
    F("particles_total", "Particles of the product", "number or text", "In the whole product, undiluted", 2.5e11),
    F("protein_ug", "Protein of the product", "number or text", "In the whole product", 60, "µg"),
    F("albumin_ng", "Albumin of the product", "number or text", "In the whole product", "<40", "ng"),
    F("apolipoprotein_ng", "Apolipoproteins A-I and B", "number or text", "In the whole product", 12, "ng"),
    F("feed_particles", "Particles of the starting material", "number or text", "In all of it", 6e11),
    F("source_volume_ml", "Starting material", "number or text", "Its volume", 50, "mL"),
    F("cells", "Cells at harvest", "number or text", "That gave off the vesicles", 4e7),
    F("collection_hours", "Collection", "number or text", "Hours for which the vesicles were collected", 48, "h"),
)
_SHOWN_UNITS = {"1": "", "1/ug": "per µg", "1/mL": "per mL", "1/24h": "per 24 h", "ng/1e9": "ng", "1/1e6 cells": ""}
#: The source of a number that stands in the record of the study.
STATED = "stated in the study"
#: Relative difference up to which two numbers for one thing are the same number, rounded.
SAME = 0.01


class _Ratio(NamedTuple):
    above: str
    below: str
    factor: float


#: Aspects by what they are computed from. Source: STANDARDS 5.1, PUR-01, PUR-07, YLD-01 to YLD-03.
DERIVED: dict[str, _Ratio] = {
    "particles_per_protein": _Ratio("particles_total", "protein_ug", 1.0),
    "albumin_per_particles": _Ratio("albumin_ng", "particles_total", 1e9),
    "apolipoprotein_per_particles": _Ratio("apolipoprotein_ng", "particles_total", 1e9),
    "particle_recovery": _Ratio("particles_total", "feed_particles", 100.0),
    "particles_per_ml_source": _Ratio("particles_total", "source_volume_ml", 1.0),
    "particles_per_million_cells": _Ratio("particles_total", "cells", 1e6),
    "particles_per_day": _Ratio("particles_total", "collection_hours", 24.0),
}


def of_aspects() -> tuple[F, ...]:
    """One field for each aspect that belongs to a batch."""
    return tuple(
        F(name, each.title, "number or text", f"When it was computed elsewhere; needs {each.needed}", _EXAMPLES[name],
          _SHOWN_UNITS.get(each.unit, each.unit))
        for name, each in aspects().items()
        if not each.constant
    )  # fmt: skip


_EXAMPLES: dict[str, str | float] = {
    "particles_per_protein": 4.2e9,
    "marker_positive_fraction": 61,
    "detergent_labile_fraction": 88,
    "albumin_per_particles": "<0.4",
    "apolipoprotein_per_particles": 1.3,
    "contaminant_share": 3.5,
    "contaminant_markers_negative": 75,
    "particle_recovery": 42,
    "particles_per_ml_source": 5e9,
    "particles_per_million_cells": 6e9,
    "particles_per_day": 1.2e11,
}


def number_fields() -> dict[str, F]:
    """Everything that ``numbers`` of a batch may hold, by name."""
    return {field.name: field for field in (*QUANTITIES, *of_aspects())}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one number: equal ends, or bounds.

    Attributes:
        lower, upper: None on a side without end.
        source: where it comes from, in words.
    """

    lower: float | None
    upper: float | None
    source: str

    @property
    def exact(self) -> float | None:
        """The value, where it is known."""
        return self.lower if self.lower is not None and self.lower == self.upper else None

    @property
    def in_words(self) -> str:
        """``60``, ``under 40``, or ``over 2 and under 40``."""
        if self.exact is not None:
            return f"{self.exact:.4g}"
        ends = (("over", self.lower), ("under", self.upper))
        return " and ".join(f"{side} {end:.4g}" for side, end in ends if end is not None)


def parsed(value: Value) -> tuple[float | None, float | None]:
    """Both ends of a number or of a bound such as ``"<0.5"``."""
    if not isinstance(value, str):
        return value, value
    limit = float(value[1:])
    return (None, limit) if value.startswith("<") else (limit, None)


def refused_number(name: str, value: Value) -> tuple[str, str] | None:
    """Why a number cannot stand: what was found and what is expected; None when it can."""
    end = next(each for each in parsed(value) if each is not None)
    share = name in _SHARES and end > _WHOLE
    if end > 0 and math.isfinite(end) and not share:
        return None
    if share:
        return f"{value}", "per cent of the whole, at most 100"
    return f"{value}", 'a positive number, or a bound such as "<0.5" where nothing was found'


#: Shares of a whole, which particles recovered are not.
_SHARES = (
    "marker_positive_fraction",
    "detergent_labile_fraction",
    "contaminant_share",
    "contaminant_markers_negative",
)
_WHOLE = 100.0


def known_number(name: str, value: Value) -> None:
    """Raises ValueError when a number of that name or size cannot stand in a study."""
    if name not in number_fields():
        raise ValueError(f"'{name}' is none of {', '.join(number_fields())}")
    if (wrong := refused_number(name, value)) is not None:
        raise ValueError(f"{name}: found {wrong[0]}; expected {wrong[1]}")


def stated(numbers: Mapping[str, Value]) -> dict[str, Known]:
    """Numbers of a study as they are known."""
    return {name: Known(*parsed(value), STATED) for name, value in numbers.items()}


def computed(known: Mapping[str, Known]) -> dict[str, Known]:
    """The aspects that follow from quantities, bounds included.

    Args:
        known: by name of ``QUANTITIES``; other names are passed over.

    Source:
        STANDARDS 5.1.
    """
    found = {}
    for aspect, (above, below, factor) in DERIVED.items():
        if above in known and below in known:
            sources = (f"{name.replace('_', ' ')} ({known[name].source})" for name in (above, below))
            made = replace(ratio_of_known(known[above], known[below], factor), source=" over ".join(sources))
            if made.lower is not None or made.upper is not None:
                found[aspect] = made
    return found


def ratio_of_known(a: Known, b: Known, factor: float) -> Known:
    """``factor`` times a / b of positive numbers, each end by the ends that bound it."""
    lower = a.lower / b.upper * factor if a.lower is not None and b.upper else None
    upper = a.upper / b.lower * factor if a.upper is not None and b.lower else None
    return Known(lower, upper, a.source)


def disagreeing(one: Mapping[str, Known], other: Mapping[str, Known]) -> Iterator[tuple[str, Known, Known]]:
    """Names that both know, and that cannot be the same number."""
    for name in one:
        if name in other and (_apart(one[name], other[name]) or _apart(other[name], one[name])):
            yield name, one[name], other[name]


def _apart(a: Known, b: Known) -> bool:
    """Whether all of ``a`` lies below all of ``b`` by more than rounding."""
    return a.upper is not None and b.lower is not None and a.upper * (1 + SAME) < b.lower
