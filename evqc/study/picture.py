"""The picture of purity against yield: every batch, every method, and how surely methods lie where they do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.blocks import connected, fit_blocks
from evqc.numerics.elementary import exp, log, matrix_product
from evqc.records import Array, array, record
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.study.columns import Column, Observation
    from evqc.study.weights import Group

Floats = NDArray[np.float64]
LEVEL = 0.95
_CORNERS = 72
_LARGEST_LOG = 600.0
_TOO_FEW = "Two pools or more with both numbers of two methods are needed."


@record
class BatchPlace:
    """One batch in the picture of purity and yield; where lower and upper differ, the value is a bound or unknown."""

    arm: str
    pool: str
    batch: str
    x_lower: float | None
    x_upper: float | None
    y_lower: float | None
    y_upper: float | None


@record
class ArmPlace:
    """One method in the picture of purity and yield.

    Attributes:
        x, y: geometric means, each method as if it had stood on every pool; None where not known.
        on_front: whether no other one with both values is at least as good in both and better in one.
        outline_x, outline_y: closed curve, in the units of the axes, that holds the means with confidence ``level``,
            differences between pools removed; empty when ``why_no_outline`` says why.
    """

    arm: str
    x: float | None
    y: float | None
    on_front: bool
    outline_x: Array
    outline_y: Array
    why_no_outline: str = ""


@record
class PurityAndYield:
    """The picture: the heaviest aspect of yield (x) against the heaviest of purity (y), both logarithmic."""

    x: str
    y: str
    level: float
    arms: tuple[ArmPlace, ...]
    batches: tuple[BatchPlace, ...]


def picture(
    columns: Sequence[Column], arms: Sequence[str], observations: Sequence[Observation]
) -> PurityAndYield | None:
    """Yield against purity: the aspects of the largest weights that were measured.

    Args:
        columns: every aspect that counts.
        arms: in the order of the columns.
        observations: of these methods.

    Returns:
        None when no aspect of one of the two was measured.
    """
    across, up = _heaviest(columns, "yield"), _heaviest(columns, "purity")
    if across is None or up is None:
        return None
    x, y = across.weighted.name, up.weighted.name
    outlines = _outlines(
        _both(observations, x, y), dict(zip(arms, zip(across.value, up.value, strict=True), strict=True))
    )
    front = _front(across, up)
    places = []
    for i, arm in enumerate(arms):
        outline = outlines.get(arm)
        places.append(
            ArmPlace(
                arm=arm,
                x=_or_none(across.value[i]),
                y=_or_none(up.value[i]),
                on_front=bool(front[i]),
                outline_x=array(outline[0] if outline is not None else ()),
                outline_y=array(outline[1] if outline is not None else ()),
                why_no_outline="" if outline is not None else _TOO_FEW,
            )
        )
    return PurityAndYield(x=x, y=y, level=LEVEL, arms=tuple(places), batches=_batches(observations, x, y))


def _heaviest(columns: Sequence[Column], group: Group) -> Column | None:
    own = [c for c in columns if aspects()[c.weighted.name].group == group and not aspects()[c.weighted.name].constant]
    return max(own, key=lambda c: c.weighted.weight, default=None)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _front(across: Column, up: Column) -> NDArray[np.bool_]:
    """Which methods with both values no other one beats in these two aspects."""
    signs = [1.0 if column.weighted.best > column.weighted.worst else -1.0 for column in (across, up)]
    good = np.column_stack([signs[0] * across.value, signs[1] * up.value])
    known = np.asarray(~np.isnan(good).any(axis=1))
    good = np.where(known[:, None], good, -np.inf)
    better = (good[:, None] >= good[None]).all(axis=2) & (good[:, None] > good[None]).any(axis=2)
    beaten = np.asarray((better & known[:, None]).any(axis=0))
    return known & ~beaten


def _both(observations: Sequence[Observation], x: str, y: str) -> dict[str, tuple[str, str, float, float]]:
    """By batch: method, pool and both numbers, where both are known and positive."""
    known = {(o.batch, o.aspect): o.exact for o in observations}
    found = {}
    for o in observations:
        first, second = known.get((o.batch, x)), known.get((o.batch, y))
        if first is not None and second is not None and first > 0 and second > 0:
            found[o.batch] = (o.arm, o.pool, first, second)
    return found


def _outlines(
    both: Mapping[str, tuple[str, str, float, float]], centres: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[Floats, Floats]]:
    """Closed curves around methods that hold their means, differences between pools removed.

    Source:
        Hotelling's T squared with the scatter within pools, pooled over methods: Johnson and Wichern, Applied
        Multivariate Statistical Analysis, chapter 5. The covariance follows from the scatter of the sum of logs.
    """
    if not both:
        return {}
    largest = max(connected([b[0] for b in both.values()], [b[1] for b in both.values()]), key=len)
    own = [b for b in both.values() if b[0] in largest]
    arms, pools = [b[0] for b in own], [b[1] for b in own]
    fits = [fit_blocks(values, arms, pools) for values in ([b[2] for b in own], [b[3] for b in own])]
    together = fit_blocks([b[2] * b[3] for b in own], arms, pools)
    spread = [fit.residual_sd for fit in (*fits, together)]
    degrees = fits[0].degrees_of_freedom
    if degrees < 2 or spread[0] is None or spread[1] is None or spread[2] is None:
        return {}
    root = _root(spread[0], spread[1], spread[2]) * math.sqrt(_radius_squared(degrees))
    shares = fits[0].covariance.reshape(len(fits[0].arms), -1).diagonal()
    turn = np.linspace(0, 2 * math.pi, _CORNERS + 1)
    circle = np.array([[wave(angle) for angle in turn] for wave in (math.cos, math.sin)])
    found = {}
    for arm, share in zip(fits[0].arms, shares, strict=True):
        if not any(math.isnan(value) for value in centres[arm]):
            logs = log(np.array(centres[arm]))[:, None] + math.sqrt(share) * matrix_product(root, circle)
            x, y = exp(np.clip(logs, -_LARGEST_LOG, _LARGEST_LOG))
            found[arm] = (x, y)
    return found


def _root(x: float, y: float, both: float) -> Floats:
    """The symmetric root of the covariance of two logs, from their scatter and that of their sum.

    Source: for two rows (M + √det M) / √(tr M + 2 √det M), Levinger, Math. Mag. 53 (1980) 222.
    """
    shared = (both**2 - x**2 - y**2) / 2
    area = math.sqrt(max((x * y) ** 2 - shared**2, 0.0))
    trace = x**2 + y**2 + 2 * area
    made = np.array([[x**2 + area, shared], [shared, y**2 + area]])
    return made / math.sqrt(trace) if trace else made


def _radius_squared(degrees: int) -> float:
    from scipy.special import fdtri  # noqa: PLC0415  loads only when an outline is made

    return float(2 * degrees / (degrees - 1) * fdtri(2, degrees - 1, LEVEL))


def _batches(observations: Sequence[Observation], x: str, y: str) -> tuple[BatchPlace, ...]:
    found: dict[str, dict[str, Observation]] = {}
    for o in observations:
        if o.aspect in (x, y):
            found.setdefault(o.batch, {})[o.aspect] = o
    return tuple(_place(own, x, y) for own in found.values())


def _place(own: Mapping[str, Observation], x: str, y: str) -> BatchPlace:
    either = next(iter(own.values()))
    across, up = own.get(x), own.get(y)
    return BatchPlace(
        arm=either.arm,
        pool=either.pool,
        batch=either.batch,
        x_lower=across.lower if across is not None else None,
        x_upper=across.upper if across is not None else None,
        y_lower=up.lower if up is not None else None,
        y_upper=up.upper if up is not None else None,
    )
