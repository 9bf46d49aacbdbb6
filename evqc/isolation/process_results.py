"""The numbers of one step: what is lost, the balance, factors of concentration, enrichment and clearance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.isolation.derived import Derived, unusable
from evqc.isolation.yields import mass_balance
from evqc.numerics.differences import decimal_logarithm, difference
from evqc.numerics.estimate import Estimate, flagged
from evqc.numerics.ratios import ratio_of, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Within these the balance of a step is expected, in percent. Source: YLD-03 [design].
LEAST_BALANCE, MOST_BALANCE = 70.0, 130.0
BALANCE_TOO_LOW = "balance_below_70_percent"
BALANCE_TOO_HIGH = "balance_above_130_percent"
_NO_BOUND = "The amounts are known only as bounds from which no number follows."


def nothing_beside(steps: Sequence[int]) -> str:
    """That nothing but the product of these steps is named, so that their balance is open; empty without steps."""
    if not steps:
        return ""
    numbers = " and ".join(str(number) for number in steps)
    return f"No permeate, wash or waste of step{'s' if len(steps) > 1 else ''} {numbers} is named (from_step)."


def balance_of(feed: Derived, product: Derived, others: Sequence[Derived], why: str) -> Derived:
    """The share of the feed that is in the product and everything beside it, in percent.

    Args:
        feed: what went in.
        product: what came out and went on.
        others: amounts in permeate, wash, waste and fractions that were not pooled.
        why: why they are not known; empty when they are.

    Returns:
        Flagged outside of 70 to 130 %.

    Source:
        YLD-03 [design]; reference case C03.
    """
    made = mass_balance(feed, [product, *others])
    estimate = None if why or made.estimate is None else _flagged_balance(made.estimate)
    missing = "" if estimate is not None else why or made.why_missing
    return Derived(
        name=made.name, title=made.title, unit=made.unit, estimate=estimate, why_missing=missing, inputs=made.inputs
    )


def _flagged_balance(balance: Estimate) -> Estimate:
    assert balance.value is not None
    flags = []
    if balance.relation != ">" and balance.value < LEAST_BALANCE:
        flags.append(BALANCE_TOO_LOW)
    if balance.relation != "<" and balance.value > MOST_BALANCE:
        flags.append(BALANCE_TOO_HIGH)
    return flagged(balance, *flags)


def lost_amount(
    feed: Derived, product: Derived, others: Sequence[Derived], why: str, *, lacking: bool = False
) -> Derived:
    """What went in and is in nothing that came out; without anything beside the product, what the product lacks.

    Args:
        feed: what went in.
        product: what came out and went on.
        others: amounts in permeate, wash, waste and fractions that were not pooled.
        why: why they are not known; empty when they are.
        lacking: of some step nothing beside its product is named, so that it need not be lost.
    """
    found = [product, *others]
    why = why or next((each.why_missing for each in (feed, *found) if each.why_missing), "")
    together = None if why else summed([each.estimate for each in found if each.estimate is not None])
    made = None if together is None or feed.estimate is None else difference(feed.estimate, together)
    missing = "" if made is not None else why or _NO_BOUND
    partly = "In nothing that was measured" if lacking else "Not found again"
    title = partly if others else "Not in the product"
    return Derived(name="lost", title=title, unit=feed.unit, estimate=made, why_missing=missing, inputs=(feed.name,))


def volumetric_factor(volume_in_ml: float | None, volume_out_ml: float | None) -> Derived:
    """Volume in by volume out, both taken as exact: how many times the liquid was reduced.

    Source:
        YLD-05.
    """
    why = "A volume before or after is missing." if volume_in_ml is None or volume_out_ml is None else ""
    made = None
    if volume_in_ml is not None and volume_out_ml is not None:
        made = Estimate(
            value=volume_in_ml / volume_out_ml, lower=None, upper=None, unit="1", n=1, scale="log", replicates="none",
            method="volumes as stated",
        )  # fmt: skip
    return Derived(
        name="volumetric_factor", title="Volume in by volume out", unit="1", estimate=made, why_missing=why,
        inputs=("volume",),
    )  # fmt: skip


def concentration_factor(what: str, before: Estimate | None, after: Estimate | None) -> Derived:
    """Concentration out by concentration in; by the volumetric factor it is the recovery.

    Source:
        YLD-05.
    """
    of = f"The concentration of {what}"
    made, why = _ratio(f"{of} after the step", after, f"{of} before the step", before)
    title = f"Concentration of {what} out by in"
    return Derived(
        name="concentration_factor", title=title, unit="1", estimate=made, why_missing=why, inputs=("concentration",)
    )


def enrichment(
    what: str, after: tuple[Estimate | None, Estimate | None], before: tuple[Estimate | None, Estimate | None]
) -> Derived:
    """How many times as much of something there is per protein as before.

    Args:
        what: as it stands within a sentence.
        after: its concentration and that of protein in the product.
        before: in the feed.

    Source:
        METHODS C: (marker / protein) out by (marker / protein) in. Volumes do not matter.
    """
    purities = [
        _ratio(f"The concentration of {what} in {where}", one, f"The concentration of protein in {where}", protein)
        for where, (one, protein) in (("the product", after), ("the feed", before))
    ]
    why = next((reason for _, reason in purities if reason), "")
    made = None
    if not why:
        made, why = _ratio("The product", purities[0][0], "The feed", purities[1][0])
    title = f"{what[:1].upper()}{what[1:]} per protein, out by in"
    return Derived(
        name="enrichment", title=title, unit="1", estimate=made, why_missing=why, inputs=("protein_concentration",)
    )


def clearance(feed: Derived, product: Derived) -> Derived:
    """The decimal logarithm of what went in by what came out in the product; 2 when a hundredth is left.

    Below the range of its assay, the product makes it a lower bound.

    Source:
        PUR-08.
    """
    why = feed.why_missing or product.why_missing
    ratio, none = (None, why) if why else _ratio("The feed", feed.estimate, "The product", product.estimate)
    made = None if ratio is None else decimal_logarithm(ratio)
    why = "" if made is not None else why or none or "Nothing went in."
    return Derived(
        name="clearance", title="Reduction, log₁₀", unit="1", estimate=made, why_missing=why, inputs=(feed.name,)
    )


def _ratio(what: str, a: Estimate | None, below: str, b: Estimate | None) -> tuple[Estimate | None, str]:
    """``a`` by ``b``, with the reason when that cannot be."""
    why = unusable(what, a) or unusable(below, b, positive=True)
    made = None if why or a is None or b is None else ratio_of(a, b, "1")
    if made is None:
        return None, why or _NO_BOUND
    return made, ""
