"""Scatter that a record states of a mean instead of its single determinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.batch.assembled import Value


def stated_cv(value: Value) -> float | None:
    """Coefficient of variation of the determinations behind one entry, from its standard uncertainty; 0.1 for 10 %.

    Args:
        value: the mean of ``replicates`` determinations with the standard uncertainty of that mean.

    Returns:
        None for a single determination, and where no uncertainty is stated or the mean is zero.

    Source:
        The standard uncertainty of a mean of n determinations is their SD by the root of n.
    """
    number = value.quantity.value
    if value.uncertainty is None or value.replicates < 2 or not number:
        return None
    return float(value.uncertainty * value.replicates**0.5 / abs(number))
