"""What an ASM document says twice: sums, shares, means and ratios recomputed from what else it holds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from evqc.errors import Where, problem
from evqc.instruments._numbers import half_unit
from evqc.instruments.asm._document import is_negative_zero, plain_name
from evqc.instruments.asm._properties import conversion
from evqc.instruments.asm._quantities import RESULTS, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.errors import Issue
    from evqc.instruments.asm._document import Json, Leaf, Scope
    from evqc.instruments.asm._quantities import Found

#: A result is rounded by the instrument from numbers with more digits: this share of it may be lost on the way.
_SHARE = 1e-3
_MEANS = ("mean", "average", "avg")
_RATIOS = {"a260/a280": (260, 280), "a260/280": (260, 280), "a260/a230": (260, 230), "a260/230": (260, 230)}
_MOST_SHOWN = 10
_SHARES = {"cell_viability", "cell_aggregation"}
#: What is counted or measured as a size; a concentration that comes from an absorbance may be below zero.
_NOT_NEGATIVE = {
    "event_count",
    "cell_concentration",
    "cell_diameter",
    "copy_concentration",
    "subvisible_particle_concentration",
    "quantification_cycle",
    "osmolality",
    "fragment_length",
}


def disagreements(found: Found, results: Sequence[Leaf]) -> tuple[Issue, ...]:
    """A warning ``PRINTED_DISAGREES`` for each number that differs beyond rounding from the one recomputed.

    Compared are viability and total over living and dead cells, a Qubit concentration over that of the tube and its
    dilution, cumulative over differential counts, means over their sources, and absorbance ratios.

    Args:
        found: what was read of the document.
        results: every calculated result of the document, read or not.

    Source:
        Arithmetic of the same document; tolerances are half a unit of each printed digit, and 0.1 % of the result.
    """
    documents = {id(leaf.scope): leaf.scope for leaf in found.leaves if leaf.name not in RESULTS}
    issues = [issue for scope in documents.values() for issue in (*_cells(scope), *_tube(scope))]
    issues += [issue for leaf in results for issue in (*_mean(leaf, found), *_ratio(leaf, found))]
    issues += list(_cumulative(list(documents.values())))
    return tuple(issues[:_MOST_SHOWN])


def _numbers(content: Json) -> dict[str, tuple[float, str]]:
    """Numbers of an object by plain name, with their units; minus zero is none."""
    found = {}
    for key, value in content.items():
        number = value.get("value") if isinstance(value, dict) else None
        if isinstance(number, (int, float)) and not isinstance(number, bool) and not is_negative_zero(number):
            found[plain_name(key)] = (float(number), str(value.get("unit")))
    return found


def _half(value: float) -> float:
    return half_unit(f"{value:.15g}")


def _compared(scope: Scope, name: str, printed: float, ours: float, tolerance: float) -> Iterator[Issue]:
    if abs(printed - ours) <= tolerance + _half(printed) + _SHARE * abs(ours):
        return
    expected = f"{ours:.6g}, as the other numbers of the document give"
    yield problem(
        "warning", "PRINTED_DISAGREES", Where(field=f"{scope.place} > {name}"), f"{name} {printed:.10g}", expected
    )


def _cells(scope: Scope) -> Iterator[Issue]:
    """Viability is living over all cells; all are living and dead ones; both by count and by density, in one unit."""
    numbers = _numbers(scope.content)
    for kind, measurand in (("count", "event_count"), ("density", "cell_concentration")):
        parts = [_in_one_unit(numbers.get(f"{which} cell {kind}"), measurand) for which in ("viable", "dead", "total")]
        viable, dead, total = parts
        if viable and total and total[0] > 0 and "viability" in numbers:
            rounding = 100 * (viable[1] + total[1]) / total[0]
            yield from _compared(scope, "viability", numbers["viability"][0], 100 * viable[0] / total[0], rounding)
        if viable and dead and total:
            rounding = viable[1] + dead[1] + total[1]
            yield from _compared(scope, f"total cell {kind}", total[0], viable[0] + dead[0], rounding)


def _in_one_unit(number: tuple[float, str] | None, measurand: str) -> tuple[float, float] | None:
    """A number in the measurand's unit, and half a unit of its last digit; None without a unit that fits."""
    times = None if number is None else conversion(number[1], measurand)
    return None if number is None or times is None else (number[0] * times, _half(number[0]) * times)


def impossible(found: Found) -> tuple[Issue, ...]:
    """A warning ``OUT_OF_RANGE`` for each share above 100 % and each count, concentration or size below zero."""
    issues = []
    for leaf, made in zip(found.leaves, found.quantities, strict=True):
        most = 100.0 if made.measurand in _SHARES else float("inf")
        if made.measurand in _SHARES | _NOT_NEGATIVE and made.value is not None and not 0 <= made.value <= most:
            expected = "0 to 100 %" if made.measurand in _SHARES else "nothing below zero"
            said = f"{leaf.plain_name} {made.value:.10g} {made.unit}"
            issues.append(problem("warning", "OUT_OF_RANGE", leaf.where, said, expected))
    return tuple(issues[:_MOST_SHOWN])


def _tube(scope: Scope) -> Iterator[Issue]:
    """A Qubit concentration of the sample is that of the tube times the dilution."""
    numbers, dilution = _numbers(scope.content), scope.find("dilution factor")
    tube, own = (numbers.get(name) for name in ("qubit tube concentration", "original sample concentration"))
    factor = dilution.get("value") if isinstance(dilution, dict) else None
    if tube is None or own is None or isinstance(factor, bool) or not isinstance(factor, (int, float)):
        return
    units = [conversion(unit, "protein_concentration") for _, unit in (tube, own)]
    if units[0] is None or units[1] is None:
        return
    times = factor * units[0] / units[1]
    yield from _compared(scope, "original sample concentration", own[0], tube[0] * times, _half(tube[0]) * abs(times))


def _cumulative(scopes: Sequence[Scope]) -> Iterator[Issue]:
    """What is at or above one size and not above the next is what the differential says."""
    pairs = pairwise(scopes)
    for scope, following in pairs:
        if (
            scope.up is not following.up
            or not scope.path
            or scope.path[-1] not in {"distribution document", "distribution"}
        ):
            continue
        numbers, beyond = _numbers(scope.content), _numbers(following.content)
        for what in ("count", "particle density"):
            names = (numbers.get(f"cumulative {what}"), beyond.get(f"cumulative {what}"))
            own = numbers.get(f"differential {what}")
            if names[0] and names[1] and own:
                ours, rounding = names[0][0] - names[1][0], _half(names[0][0]) + _half(names[1][0])
                yield from _compared(scope, f"differential {what}", own[0], ours, rounding)


def _mean(leaf: Leaf, found: Found) -> Iterator[Issue]:
    """A mean over two or more sources that all hold the number it names."""
    name, sources = str(leaf.scope.content.get("calculated data name")), sources_of(leaf.scope)
    words = name.casefold().replace("_", " ").split()
    if not any(word in _MEANS for word in words) or len(sources) < 2 or not _is_number(leaf.value):
        return
    values = [_source_value(identifier, feature, found) for identifier, feature in sources]
    known = [value for value in values if value is not None]
    if len(known) == len(values) and len({feature for _, feature in sources}) == 1:
        ours = sum(known) / len(known)
        yield from _compared(leaf.scope, name, float(leaf.value), ours, max(map(_half, known)))


def _ratio(leaf: Leaf, found: Found) -> Iterator[Issue]:
    """The absorbance ratio, from the two measurements at those wavelengths that it names as sources."""
    name = str(leaf.scope.content.get("calculated data name"))
    wanted = _RATIOS.get(name.casefold())
    if wanted is None or not _is_number(leaf.value):
        return
    scopes = [scope for key, _ in sources_of(leaf.scope) if (scope := found.by_identifier.get(key)) is not None]
    at = {_wavelength(scope): _numbers(scope.content).get("absorbance") for scope in scopes}
    above, below = (at.get(nm) for nm in wanted)
    if above is None or below is None or below[0] == 0:
        return
    ours = above[0] / below[0]
    rounding = abs(ours) * (_half(above[0]) / max(abs(above[0]), 1e-12) + _half(below[0]) / abs(below[0]))
    yield from _compared(leaf.scope, name, float(leaf.value), ours, rounding)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not is_negative_zero(value)


def _wavelength(scope: Scope) -> object:
    stated = scope.find("detector wavelength setting")
    return stated.get("value") if isinstance(stated, dict) else None


def _source_value(identifier: str, feature: str, found: Found) -> float | None:
    """The number of the object of an identifier that a source names; None when there is none of that name."""
    scope = found.by_identifier.get(identifier)
    if scope is None:
        return None
    own = scope.content.get("calculated result", scope.content.get("calculated datum"))
    if isinstance(own, dict):
        named = plain_name(str(scope.content.get("calculated data name"))) == plain_name(feature)
        return float(own["value"]) if named and _is_number(own.get("value")) else None
    stated = _numbers(scope.content).get(plain_name(feature))
    return None if stated is None else stated[0]
