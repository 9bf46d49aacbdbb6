"""Derived values in a report: the table, the picture of purity against yield, and the recoveries of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.isolation.purity import BAND_CAVEATS
from evqc.report.format import estimated, number
from evqc.report.identity import step_text
from evqc.report.shown import DerivedRow, PurityBand, PurityPicture, PurityPoint, RecoveryStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch
    from evqc.isolation import Scored

#: The bands of Webber & Clayton 2013 as ``isolation.purity`` judges them; a test holds the two together.
BANDS = (
    PurityBand(label="unpure", low=None, high=1.5e9),
    PurityBand(label="no band", low=1.5e9, high=2e9),
    PurityBand(label="low purity", low=2e9, high=2e10),
    PurityBand(label="no band", low=2e10, high=3e10),
    PurityBand(label="high purity", low=3e10, high=None),
)
#: Yields in the order of preference for the abscissa.
_YIELDS = ("particles_per_million_cells", "particles_per_ml_medium", "particle_count")


def derived_rows(of: Sequence[Scored]) -> tuple[DerivedRow, ...]:
    """The table of derived values, recoveries with the number of their step."""
    return tuple(
        DerivedRow(
            name=one.derived.name,
            title=one.derived.title + (f" {one.step} ({one.recovered})" if one.step is not None else ""),
            sample=one.sample,
            number=estimated(one.derived.estimate, one.derived.why_missing),
            inputs=one.derived.inputs,
            why_missing=one.derived.why_missing,
        )
        for one in of
    )


def purity_picture(batch: Batch, of: Sequence[Scored]) -> PurityPicture | None:
    """Purity against the first yield that is known wherever purity is; None when no sample has both."""
    purity = {one.sample: one for one in of if one.derived.name == "particles_per_protein" and one.derived.estimate}
    yields = [{o.sample: o for o in of if o.derived.name == name and o.derived.estimate} for name in _YIELDS]
    best = max(yields, key=lambda known: len(known.keys() & purity.keys()))
    shared = [sample for sample in purity if sample in best]
    if not shared:
        return None
    products = {s.name for s in batch.record.samples if s.role == "product"} if batch.record else set()
    return PurityPicture(
        yield_title=best[shared[0]].derived.title,
        points=tuple(_point(purity[sample], best[sample], product=sample in products) for sample in shared),
        bands=BANDS,
        caveats=BAND_CAVEATS,
    )


def _point(purity: Scored, amount: Scored, *, product: bool) -> PurityPoint:
    ceiling, floor = purity.ceiling_per_ug, purity.floor_per_ug
    return PurityPoint(
        sample=purity.sample,
        product=product,
        yield_=estimated(amount.derived.estimate),
        purity=estimated(purity.derived.estimate),
        ceiling=None if ceiling is None else number(ceiling, "1/ug"),
        floor=None if floor is None else number(floor, "1/ug"),
    )


def recovery_steps(batch: Batch, of: Sequence[Scored]) -> tuple[RecoveryStep, ...]:
    """The steps of the isolation with what each recovered; empty when no recovery is known."""
    known = [one for one in of if one.step is not None and one.derived.name == "step_recovery"]
    if batch.record is None or not any(one.derived.estimate for one in known):
        return ()
    return tuple(
        RecoveryStep(
            number=place,
            method=step.method,
            detail=step_text(step),
            recovered={
                one.recovered: estimated(one.derived.estimate, one.derived.why_missing)
                for one in known
                if one.step == place
            },
        )
        for place, step in enumerate(batch.record.isolation, start=1)
    )
