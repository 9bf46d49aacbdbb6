"""Bead-assay signals relative to the tetraspanins, for comparing samples."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from evqc.markers.vocabulary import marker_set

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEEDED = 2


def net_signals(signals: Mapping[str, float], blank: float) -> dict[str, float]:
    """Signals minus the blank, signed: clip at zero for display only, never for statistics (METHODS E, case E02)."""
    return {name: signal - blank for name, signal in signals.items()}


def by_tetraspanins(net: Mapping[str, float], *, limit_of_detection: float) -> dict[str, float]:
    """Net signals over the mean net signal of CD9, CD63 and CD81.

    Args:
        net: signal minus blank by canonical marker name.
        limit_of_detection: of a net signal, in the same unit.

    Returns:
        Ratios, dimensionless and signed.

    Raises:
        ValueError: fewer than two of the three tetraspanins are there, or their mean is not above the limit of
            detection: the input was too low to compare.

    Source:
        METHODS E (case E02), after the protocol of multiplex bead assays.
    """
    there = [net[name] for name in marker_set("tetraspanins").members if name in net]
    if len(there) < _NEEDED:
        raise ValueError("fewer than two of CD9, CD63 and CD81 were measured")
    mean = fmean(there)
    if mean > limit_of_detection:
        return {name: signal / mean for name, signal in net.items()}
    raise ValueError(f"the tetraspanins' mean {mean:g} is not above the limit of detection {limit_of_detection:g}")
