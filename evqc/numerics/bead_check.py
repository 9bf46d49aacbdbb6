"""Bead checks: whether the size of a reference bead is certainly within the margin of its certificate."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.numerics.drift import Drift, drift
from evqc.numerics.equivalence import Equivalence, equivalent_value
from evqc.numerics.replicates import moments, welch_satterthwaite

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The certificate's uncertainty alone leaves no room within the margin.
CERTIFICATE_TOO_WIDE = "certificate_uncertainty_exceeds_the_margin"


def bead_bias(
    sizes_nm: Sequence[float],
    nominal_nm: float,
    certificate_uncertainty_nm: float,
    *,
    margin: float = 0.05,
    alpha: float = 0.05,
) -> Equivalence:
    """Relative bias of a bead's size, and whether it certainly lies within a margin.

    Args:
        sizes_nm: mean or modal diameter of each run, shape (n,); as the certificate means it.
        nominal_nm: certified diameter, positive.
        certificate_uncertainty_nm: its standard uncertainty (the expanded one by its coverage factor).
        margin: largest bias that passes, as a share.
        alpha: level of each of both tests.

    Returns:
        Bias as a share (0.02 for 2 % too large). For a single run the question stays open.

    Raises:
        ValueError: no run, a size that is not positive and finite, or such a certificate.

    Source:
        METHODS B: b = mean / nominal - 1, accepted by two one-sided tests within ±5 %, the uncertainty with that of
        the certificate, whose degrees of freedom are taken as infinite. The margin is a judgement.
    """
    numbers = (*sizes_nm, nominal_nm)
    if not all(x > 0 and math.isfinite(x) for x in numbers) or not 0 <= certificate_uncertainty_nm < math.inf:
        raise ValueError("sizes are positive and finite, and a certificate's uncertainty is not negative")
    of = moments(sizes_nm)
    share = of.mean / nominal_nm
    own = None if of.sd is None else of.sd / math.sqrt(of.n) / nominal_nm
    parts = (0.0 if own is None else own**2, (share * certificate_uncertainty_nm / nominal_nm) ** 2)
    found = equivalent_value(
        share - 1,
        None if own is None else math.sqrt(math.fsum(parts)),
        welch_satterthwaite(parts, (of.n - 1.0, None)) if of.n > 1 else None,
        (-margin, margin),
        n=of.n,
        alpha=alpha,
    )
    wide = (CERTIFICATE_TOO_WIDE,) if certificate_uncertainty_nm / nominal_nm >= margin else ()
    assumed = ("runs are independent", "the certificate means the same diameter")
    return replace(found, assumptions=assumed, flags=(*found.flags, *wide))


def bead_trend(days: Sequence[float], biases: Sequence[float], *, seed: int, level: float = 0.95) -> Drift:
    """Whether bead checks drift over days.

    Args:
        days: of each check, since any day, shape (n,).
        biases: relative bias of each, as ``bead_bias`` gives it, one a day, shape (n,).
        seed: of the permutations above eight checks.
        level: two-sided confidence level of the slope.

    Returns:
        ``slope`` is the change of the bias a day, as a share.

    Raises:
        ValueError: as of ``drift``.
    """
    return drift(biases, days, seed=seed, level=level)
