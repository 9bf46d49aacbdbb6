"""The size distribution of a record: percent by intensity, volume and number, and never a count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments.zetasizer._checks import RULE, moments
from evqc.instruments.zetasizer._columns import NUMBERS, SAMPLE, SIZES, WEIGHTINGS, replicate
from evqc.measurement import (
    Bins,
    Dilution,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    Weighting,
    agreement,
)
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments.zetasizer._tables import Record
    from evqc.measurement import Comparison, Scalar

    Floats = NDArray[np.float64]

_STATUS = "measurement_status"
#: What the software writes of a measurement that it did not stop.
_COMPLETE = "Complete"
#: Percent columns sum to 99.8 to 100.2 in real records; beyond what rounding gives, something else stands there.
_SLACK_PERCENT = 0.2


@dataclass(frozen=True, slots=True)
class Sized:
    """A distribution and what has to be said of it."""

    run: SizeDistribution
    issues: tuple[Issue, ...]


def distribution(
    record: Record, time: str | None, settings: dict[str, Scalar], checks: Sequence[Comparison]
) -> Sized | None:
    """The distribution of a record; None where no sizes are exported.

    Args:
        record: one row.
        time: when it was acquired.
        settings: of the record.
        checks: what it prints beside what follows.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``TRUNCATED``, ``SIZE_CLASSES``.
    """
    sizes = record.array(SIZES, 0)
    if sizes is None:
        return None
    lower, upper = class_edges(record, sizes[0])
    shares = {name: record.array(name, 0) for name in WEIGHTINGS}
    held = {name: found for name, found in shares.items() if found is not None}
    for name, found in held.items():
        _refuse_other_length(record, name, found[0], sizes[0])
    weightings = tuple(_weighting(record, name, sizes, found, (lower, upper)) for name, found in held.items())
    issues = tuple(issue for name, found in held.items() for issue in _sum(record, name, found))
    return Sized(_run(record, time, settings, checks, (lower, upper), weightings), issues) if weightings else None


def class_edges(record: Record, sizes: Floats) -> tuple[Floats, Floats]:
    """Edges of classes half way between their sizes on the logarithmic scale, both of shape (n,).

    Raises:
        InputError: ``SIZE_CLASSES`` unless sizes are positive and ascend.

    Source:
        The printed undersize curve counts half of the own class at each size.
    """
    steps = np.diff(sizes, prepend=0.0)
    if not (steps > 0).all() or len(sizes) < 2:
        at = int(np.argmin(steps > 0))
        where = Where(line=record.line, column=f"{SIZES}[{at + 1}]")
        raise refusal(record.source, "SIZE_CLASSES", where, f"{sizes[at]:g}", "sizes above 0 that ascend")
    inner = np.sqrt(sizes[:-1] * sizes[1:])
    first, last = sizes[0] ** 2 / inner[0], sizes[-1] ** 2 / inner[-1]
    return array([first, *inner]), array([*inner, last])


def _refuse_other_length(record: Record, name: str, share: Floats, sizes: Floats) -> None:
    if len(share) != len(sizes):
        where, expected = Where(line=record.line, column=name), f"{len(sizes)} numbers, one a size"
        raise refusal(record.source, "SIZE_CLASSES", where, f"{len(share)} numbers", expected)
    if not (share <= 100 + _SLACK_PERCENT).all():
        where = Where(line=record.line, column=f"{name}[{int(np.argmax(share)) + 1}]")
        raise refusal(record.source, "OUT_OF_RANGE", where, f"{share.max():g}", "a percentage")


def _sum(record: Record, name: str, share: tuple[Floats, Floats]) -> tuple[Issue, ...]:
    total = float(share[0].sum())
    tolerance = max(_SLACK_PERCENT, float(share[1][share[0] > 0].sum()))
    if abs(total - 100) <= tolerance:
        return ()
    where = Where(line=record.line, column=f"{name}[]")
    return (problem("warning", "SHARES_DO_NOT_SUM", where, f"{total:.4g} %", f"100 % within {tolerance:.2g}"),)


def _weighting(
    record: Record, name: str, sizes: tuple[Floats, Floats], share: tuple[Floats, Floats], edges: tuple[Floats, Floats]
) -> Weighting:
    by, key = WEIGHTINGS[name]
    printed, ours = record.value(NUMBERS[key]), moments(sizes, share)
    return Weighting(
        of="diameter",
        by=by,
        unit="nm",
        lower=edges[0],
        upper=edges[1],
        value=array(share[0]),
        value_unit="%",
        reported={} if printed is None else {"mean": printed[0]},
        vendor={} if ours is None else {"mean": ours.mean, "sd": ours.sd},
    )


def _run(
    record: Record,
    time: str | None,
    settings: dict[str, Scalar],
    checks: Sequence[Comparison],
    edges: tuple[Floats, Floats],
    weightings: tuple[Weighting, ...],
) -> SizeDistribution:
    """The distribution without counts, concentration and statistics by number: light scattering knows none of them."""
    sample = record.text(SAMPLE)
    status = settings.get(_STATUS, _COMPLETE)
    nothing = SizeStatistics()
    return SizeDistribution(
        technique="DLS",
        sample=sample,
        run=sample,
        group=replicate(sample)[0],
        acquired_at=time,
        diameter_nm=Bins(lower=edges[0], upper=edges[1]),
        count=None,
        concentration_per_ml=None,
        dilution=Dilution(factor=None, source="not stated", already_applied=False),
        concentration_total_per_ml=TotalConcentration(reported=None, recomputed=None, undiluted=None),
        statistics=Statistics(reported=nothing, vendor=nothing, standard=nothing),
        agreement=agreement(RULE, tuple(checks)),
        validity=RunValidity(valid=None, flags={} if status == _COMPLETE else {"Measurement Status": str(status)}),
        settings=settings,
        other_weightings=weightings,
        where=Where(line=record.line),
    )
