"""What readers of cytometers make of a file, from a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.errors import Where
from evqc.measurement import Quantity, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.measurement import Scalar


def acquisition(
    sample: str | None = None,
    *,
    events: dict[str, float] | None = None,
    per_ml: dict[str, float] | None = None,
    medians: dict[str, float] | None = None,
    saturated: dict[str, float] | None = None,
    number: str | None = None,
    begun: str | None = None,
    method: str = "flow cytometry",
    key: str = "gate",
    **settings: Any,
) -> Iterator[Quantity]:
    """The quantities of one acquisition.

    Args:
        sample: as the file names it.
        events, per_ml: by gate; the gate ``none`` is that of a file nobody gated.
        medians: of stained channels of all events, by their stain.
        saturated: per cent of the events at the top, by the stain of those channels.
        number: of the run, as a MACSQuant numbers them.
        begun: when it began, such as ``2026-03-10T10:00:00``.
        key: what the reader calls a gate: ``gate``, or ``population`` in a workspace.
        settings: of the acquisition, such as ``ended_at``, ``volume_nL``, ``cytometer``, ``trigger``.
    """

    def quantity(measurand: str, value: float, unit: str, told: dict[str, Scalar]) -> Quantity:
        where = Where(field=f"{sample}: {told[key]}" if key in told else measurand)
        return Quantity(
            measurand=measurand, value=value, unit=unit, state=State.MEASURED, sample=sample, replicate=number,
            method=method, acquired_at=begun, settings=told, where=where,
        )  # fmt: skip

    for gate, n in (events or {}).items():
        yield quantity("event_count", n, "1", {key: gate, **settings})
    for gate, n in (per_ml or {}).items():
        yield quantity("event_concentration", n, "1/mL", {key: gate})
    for stain, value in (medians or {}).items():
        told: dict[str, Scalar] = {"channel": f"{stain}-A", "stain": stain, "statistic": "median of all events"}
        if saturated is not None:
            told["at_top_of_range_percent"] = saturated.get(stain, 0.0)
        yield quantity("marker_signal", value, "a.u.", told)
