"""Size distributions in ASM as ``evqc read --asm`` writes them: a light-obscuration distribution with both bin edges.

The public models know a distribution as particle sizes with the particles at or above them. What they have no name for
(the upper edge, the statistics by their rules, the validity of the run) is custom information, and named here once for
both the writer (``report/asm.py``) and this reader.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments.asm._quantities import MEASUREMENT, RESULTS, sources_of
from evqc.measurement import (
    Bins,
    Dilution,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.sizing import standard_statistics
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments.asm._document import Json, Leaf, Scope

CUSTOM = "custom information document"
#: Key and value that mark a measurement which evqc wrote.
KIND, KIND_VALUE = "evqc kind", "size distribution/1"
LOWER, UPPER = "bin lower edge", "bin upper edge"
COUNT, DENSITY = "differential count", "differential particle density"
CUMULATED = {COUNT: "cumulative count", DENSITY: "cumulative particle density"}
#: Prefix of the keys of custom information, by what they hold.
SETTING, VALIDITY = "evqc setting ", "evqc validity "
CARRIED_VALIDITY = (
    "valid", "particles_per_frame", "centres_per_frame", "completed_tracks", "valid_tracks", "positions_total",
    "positions_kept",
)  # fmt: skip
RULES = ("reported", "vendor", "standard")
_RULE = "the statistics by the vendor's rule are those that the document carries"
_SHARE = 1e-9
_SIGNS = 1e-12
#: Sums of the same numbers in another order differ in the last digits only.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Sizes:
    """The distributions of a document, and what should be known of them."""

    made: tuple[SizeDistribution, ...]
    issues: tuple[Issue, ...]


def is_own(leaf: Leaf) -> bool:
    """Whether a leaf belongs to a measurement that evqc wrote, or to the statistics of one."""
    measured = leaf.scope.within(MEASUREMENT)
    if measured is not None:
        return _custom(measured.content).get(KIND) == KIND_VALUE
    return str(leaf.scope.content.get("calculated data name", "")).startswith("evqc ")


def distributions(found: Sequence[Leaf], source: str) -> Sizes:
    """Every size distribution that evqc wrote into a document, in its order.

    Args:
        found: the leaves of the document.
        source: name of the file.

    Raises:
        InputError: ``BINS`` when edges or numbers of a bin are missing, no numbers, negative or do not run upwards.
    """
    own = [leaf for leaf in found if is_own(leaf)]
    scopes = {id(s): s for leaf in own if (s := leaf.scope.within(MEASUREMENT)) is not None}
    statistics = _statistics(found)
    pairs = [_distribution(scope, statistics, source) for scope in scopes.values()]
    return Sizes(tuple(made for made, _ in pairs), tuple(issue for _, issues in pairs for issue in issues))


def _custom(content: Json) -> Json:
    found = content.get(CUSTOM)
    return found if isinstance(found, dict) else {}


def _statistics(found: Sequence[Leaf]) -> dict[tuple[str, str], float]:
    """Numbers of calculated data that evqc wrote, by measurement identifier and name without ``evqc``."""
    named: dict[tuple[str, str], float] = {}
    for leaf in found:
        name = str(leaf.scope.content.get("calculated data name", ""))
        if leaf.name in RESULTS and name.startswith("evqc ") and _is_number(leaf.value):
            for identifier, _ in sources_of(leaf.scope):
                named[identifier, name.removeprefix("evqc ")] = float(leaf.value)
    return named


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _distribution(
    scope: Scope, statistics: dict[tuple[str, str], float], source: str
) -> tuple[SizeDistribution, tuple[Issue, ...]]:
    custom, items, where = _custom(scope.content), _items(scope, source), Where(field=scope.place)
    bins = _bins(items, where, source)
    count, density = (_column(items, key, where, source) for key in (COUNT, DENSITY))
    weight = count if count is not None else density
    if weight is None and items:
        raise refusal(source, "BINS", where, "bins without numbers", f"'{COUNT}' or '{DENSITY}' in every bin")
    own = {name: value for (of, name), value in statistics.items() if of == scope.content.get("measurement identifier")}
    standard = SizeStatistics() if weight is None else standard_statistics(bins.lower, bins.upper, weight)
    dilution = _dilution(custom)
    made = SizeDistribution(
        technique=str(custom.get("technique", "unknown")),
        sample=scope.named("sample identifier"),
        run=_text(custom.get("run")),
        group=_text(custom.get("group")),
        acquired_at=_text(custom.get("acquired at")),
        diameter_nm=bins,
        count=count,
        concentration_per_ml=density,
        dilution=dilution,
        concentration_total_per_ml=_total(dilution, own),
        statistics=Statistics(
            reported=_rule(own, "reported"), vendor=_rule(own, "vendor"), standard=_carried(own, standard)
        ),
        agreement=agreement(_RULE, ()),
        validity=_validity(custom),
        settings={k.removeprefix(SETTING): v for k, v in custom.items() if k.startswith(SETTING)},
        where=where,
    )
    cumulated = (_cumulated(items, key, where) for key in (COUNT, DENSITY))
    issues = (*_flagged(custom, where), *_against(own, made, where), *(i for found in cumulated for i in found))
    return made, issues


def _flagged(custom: Json, where: Where) -> tuple[Issue, ...]:
    """The warnings of the export that the document was made of: they do not go away by writing it anew."""
    if custom.get("verdict") != "flagged":
        return ()
    found = f"an export with warnings: {custom.get('issues', 'not said which')}"
    return (problem("warning", "SOURCE_FLAGGED", where, found, "an export without warnings"),)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _items(scope: Scope, source: str) -> list[Json]:
    """The bins of the only distribution of a measurement."""
    found: Any = scope.content
    for key in ("processed data aggregate document", "processed data document", "distribution aggregate document"):
        found = found.get(key) if isinstance(found, dict) else None
        found = found[0] if isinstance(found, list) and len(found) == 1 else found
    listed = found.get("distribution document") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise refusal(source, "BINS", Where(field=scope.place), "no bins", "the bins of one distribution")
    return cast("list[Json]", listed)


def _value(content: Json, key: str, unit: str) -> float | None:
    found = content.get(key)
    if not isinstance(found, dict) or found.get("unit") != unit or not _is_number(found.get("value")):
        return None
    return float(found["value"])


def _bins(items: Sequence[Json], where: Where, source: str) -> Bins:
    edges = [[_value(_custom(item), key, "nm") for item in items] for key in (LOWER, UPPER)]
    if any(edge is None for side in edges for edge in side):
        raise refusal(source, "BINS", where, "a bin without edges", f"'{LOWER}' and '{UPPER}' in nm in every bin")
    lower, upper = (array(side) for side in edges)
    written = [_value(item, "particle size", "µm") for item in items]
    agrees = None not in written and np.allclose(np.array(written, dtype=float) * 1000, lower, rtol=_SHARE, atol=_SIGNS)
    if not items:
        return Bins(lower=lower, upper=upper)
    upwards = bool((upper > lower).all() and (lower[1:] >= upper[:-1] - _SHARE * upper[:-1]).all() and lower[0] >= 0)
    if not upwards or not agrees:
        expected = "bins that run upwards without overlap and begin at their particle size"
        raise refusal(source, "BINS", where, "edges that contradict each other", expected)
    return Bins(lower=lower, upper=upper)


def _column(items: Sequence[Json], key: str, where: Where, source: str) -> NDArray[np.float64] | None:
    unit = "(unitless)" if key == COUNT else "Counts/mL"
    if items and not any(key in item for item in items):
        return None
    values = [_value(item, key, unit) for item in items]
    if any(value is None or not value >= 0 for value in values):
        raise refusal(source, "BINS", where, f"a bin whose {key} is missing or negative", f"a number in {unit}")
    return array(values)


def _cumulated(items: Sequence[Json], key: str, where: Where) -> tuple[Issue, ...]:
    """A warning when the particles at or above a size are not the sum of the bins from there on."""
    unit = "(unitless)" if key == COUNT else "Counts/mL"
    own, printed = ([_value(item, name, unit) for item in items] for name in (key, CUMULATED[key]))
    if not items or None in own or None in printed:
        return ()
    ours = np.cumsum(np.array(own, dtype=float)[::-1])[::-1]
    difference = np.abs(ours - np.array(printed, dtype=float))
    at = int(difference.argmax())
    if difference[at] <= _SHARE * ours[0]:
        return ()
    expected = f"{ours[at]:.10g}, the sum of the bins"
    place = Where(field=f"{where.field} > distribution document {at + 1}")
    return (problem("warning", "PRINTED_DISAGREES", place, f"{CUMULATED[key]} {printed[at]:.10g}", expected),)


def _dilution(custom: Json) -> Dilution:
    factor, source = custom.get("dilution factor"), custom.get("dilution source", "not stated")
    known = source if source in {"file", "file name", "batch record"} else "not stated"
    correction = custom.get("concentration correction factor", 1.0)
    return Dilution(
        factor=float(factor) if isinstance(factor, (int, float)) and known != "not stated" else None,
        source=cast("Any", known),
        already_applied=custom.get("dilution already applied in the export") is True,
        correction=float(correction) if isinstance(correction, (int, float)) else 1.0,
    )


def _total(dilution: Dilution, own: dict[str, float]) -> TotalConcentration:
    return TotalConcentration(
        reported=own.get("reported concentration"),
        recomputed=own.get("recomputed concentration"),
        undiluted=own.get("undiluted concentration") if dilution.factor is not None else None,
        as_printed=own.get("printed concentration"),
    )


def _rule(own: dict[str, float], rule: str) -> SizeStatistics:
    names = [f.name for f in fields(SizeStatistics)]
    return SizeStatistics(**{name: own.get(f"{rule} {name}") for name in names})


def _carried(own: dict[str, float], ours: SizeStatistics) -> SizeStatistics:
    """The statistics by evqc's rule, in the digits of the document where they agree with the bins."""
    carried = _rule(own, "standard")
    values = {f.name: (getattr(carried, f.name), getattr(ours, f.name)) for f in fields(SizeStatistics)}
    return SizeStatistics(**{name: there if _agree(there, here) else here for name, (there, here) in values.items()})


def _agree(stated: float | None, ours: float | None) -> bool:
    return stated is not None and ours is not None and abs(stated - ours) <= _TOLERANCE * abs(ours)


def _validity(custom: Json) -> RunValidity:
    carried: dict[str, Any] = {name: custom.get(VALIDITY + name) for name in CARRIED_VALIDITY}
    reasons = custom.get(VALIDITY + "reasons")
    return RunValidity(**carried, reasons=tuple(reasons.split("; ")) if isinstance(reasons, str) and reasons else ())


def _against(own: dict[str, float], made: SizeDistribution, where: Where) -> tuple[Issue, ...]:
    """A warning for each number that the document states and its bins do not give."""
    total = None if made.concentration_per_ml is None else float(made.concentration_per_ml.sum())
    ours: dict[str, float | None] = {"recomputed concentration": total}
    ours |= {f"standard {f.name}": getattr(made.statistics.standard, f.name) for f in fields(SizeStatistics)}
    factor = made.dilution.factor
    measured = (
        made.concentration_total_per_ml.reported if made.concentration_total_per_ml.reported is not None else total
    )
    if factor is not None and measured is not None:
        ours["undiluted concentration"] = measured * factor * made.dilution.correction
    wrong = [(name, own[name], value) for name, value in ours.items() if name in own and not _agree(own[name], value)]
    return tuple(
        problem("warning", "PRINTED_DISAGREES", where, f"{name} {printed:.10g}", f"{value}, as the bins give")
        for name, printed, value in wrong
    )
