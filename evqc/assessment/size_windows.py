"""Facts of a product's sizes by named windows: the share in each, and how far the definitions lie apart."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, listed, measured, missing, of_run
from evqc.isolation.concentrations import usable_runs
from evqc.numerics.size_windows import SizeWindow, shares_of_each, size_windows
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.assessment.facts import Proof
    from evqc.batch.assembled import Batch, Run
    from evqc.criteria.findings import Fact

_NO_RUN = "no usable sizing run of the product"
#: Beginnings of the terms that a cut-off divides.
_SMALL, _LARGE = "small EV", "large EV"


def facts_of_sizes(batch: Batch, product: str, term_class: Fact) -> Facts:
    """The mean share over a product's usable runs of the particles in every named window, and beside the cut-off.

    Args:
        batch: with a record.
        product: name of the sample.
        term_class: the kind of term that the preparation is called by.
    """
    runs = usable_runs(batch, product)
    proof = of_run(*runs)
    windows, side = size_windows(), _named_side(batch, term_class)
    asked = windows if side is None else (*windows, side)
    found = dict(zip((window.id for window in asked), _mean_shares(runs, asked), strict=True))
    facts = {
        f"size_window.{window.id}": measured(
            found[window.id], "%", _NO_RUN, proof=proof, remark=_over(runs, window.range)
        )
        for window in windows
    }
    return facts | {
        "size_window_shares": _all_shares(found, proof),
        "share_on_side_of_cutoff": missing("the record names no term with a cut-off", unit="%")
        if side is None
        else measured(found[side.id], "%", _NO_RUN, proof=proof, remark=_over(runs, side.range)),
    }


def _mean_shares(runs: Sequence[Run], windows: Sequence[SizeWindow]) -> tuple[float | None, ...]:
    """Per cent in each window, over all runs or not at all."""
    of_runs = shares_of_each([run.distribution for run in runs], windows)
    return tuple(_mean([of_run[index] for of_run in of_runs]) for index in range(len(windows)))


def _mean(fractions: Sequence[float | None]) -> float | None:
    known_ones = [each for each in fractions if each is not None]
    return 100 * fmean(known_ones) if known_ones and len(known_ones) == len(fractions) else None


def _over(runs: Sequence[Run], what: str) -> str:
    number = f"{len(runs)} runs" if len(runs) > 1 else "one run"
    return f"{what}, {number}"


def _all_shares(by_window: Mapping[str, float | None], proof: Proof) -> Fact:
    """Every window that is no release table's with its share, in words: those of one range together."""
    by_range: dict[str, list[str]] = {}
    for window in size_windows():
        percent = by_window[window.id]
        if percent is not None and window.above_percent is None:
            place = window.range if window.lower_nm == 0 else f"at {window.range}"
            by_range.setdefault(f"{percent:.0f} % {place}", []).append(window.term)
    said = [f"{of} ({' or '.join(dict.fromkeys(terms))})" for of, terms in by_range.items()]
    return replace(listed(said, proof=proof), remark=_spread(by_window)) if said else missing(_NO_RUN)


def _spread(by_window: Mapping[str, float | None]) -> str:
    """How far the definitions of an exosome lie apart, in words."""
    exosomes = (by_window[window.id] for window in size_windows() if window.term == "exosomes")
    percents = [percent for percent in exosomes if percent is not None]
    return f"the definitions of an exosome differ by {max(percents) - min(percents):.0f} percentage points"


def _named_side(batch: Batch, term_class: Fact) -> SizeWindow | None:
    """The window that the record's own term stands for; None when it states no cut-off or another kind of term."""
    identity = batch.record.batch if batch.record is not None else None
    cutoff = identity.size_cutoff_nm if identity is not None else None
    if identity is None or cutoff is None or term_class.value not in {_SMALL, _LARGE}:
        return None
    small = term_class.value == _SMALL
    return SizeWindow(
        id="cut-off",
        term=identity.term or str(term_class.value),
        lower_nm=0 if small else cutoff,
        upper_nm=cutoff if small else float("inf"),
        source="[record] size_cutoff_nm",
    )
