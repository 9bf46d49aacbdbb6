"""Products net of their blanks: what the diluent and the isolation itself add, beside the numbers as measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.batch.remembered import remembered
from evqc.isolation.alike import has_looked, of_role, undiluted
from evqc.isolation.concentrations import particle_concentration, usable_runs
from evqc.isolation.of_batch import products
from evqc.numerics.blanks import (
    ConcentrationLimits,
    NetDistribution,
    concentration_limits,
    net_concentration,
    net_distribution,
    net_of_both_blanks,
)
from evqc.numerics.elementary import matrix_product
from evqc.numerics.estimate import Estimate
from evqc.numerics.replicates import moments
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from evqc.batch.assembled import Batch, Run
    from evqc.numerics.replicates import Moments

    Floats = NDArray[np.float64]

#: What was taken off: the buffer that a sample was diluted in, what went through the isolation without vesicles, both.
Of = Literal["diluent blank", "process blank", "diluent and process blank"]
_UNIT = "1/mL"


@record
class NetOfBlank:
    """A product's concentration with one kind of blank taken off, of the undiluted sample.

    Attributes:
        of: the kind of blank.
        blanks: names of the blank samples, or of their files.
        net: None where it cannot be computed.
        bins: the same bin by bin; None for both blanks together, and where bins differ or are not exported.
        limits: of detection and quantification by the blank; None with ``net``, for both blanks together, and for a
            process blank at another dilution than the product, which tells nothing of limits at that of the product.
        why_missing: why there is no ``net``.
    """

    of: Of
    blanks: tuple[str, ...]
    net: Estimate | None = None
    bins: NetDistribution | None = None
    limits: ConcentrationLimits | None = None
    why_missing: str = ""


@record
class BlankedProduct:
    """One product beside its blanks.

    Attributes:
        as_measured: the concentration that is used everywhere else; nothing is taken off it.
        nets: one for each kind of blank; none without a blank, and then nothing was subtracted.
    """

    sample: str
    as_measured: Estimate | None
    nets: tuple[NetOfBlank, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Runs with the number that each gives, those of several blank samples as one number a sample."""

    values: tuple[float, ...]
    bins: Floats | None
    edges: Floats | None

    @property
    def moments(self) -> Moments:
        return moments(self.values)


@remembered
def blanks_of_batch(batch: Batch) -> tuple[BlankedProduct, ...]:
    """Every product with usable counting runs, net of each kind of blank that was counted alike.

    The concentration as measured stays what it is; without a blank nothing is subtracted and there is no net one.

    Args:
        batch: products and blanks are named by its record; without one there are none.

    Source:
        METHODS B, case B03: net = (S - B) DF with Welch's interval; a missing blank is not zero.
    """
    found = []
    for product in products(batch):
        runs = usable_runs(batch, product.name)
        if runs:
            as_measured = particle_concentration(batch, product.name)
            nets = tuple(_nets(batch, runs))
            found.append(BlankedProduct(sample=product.name, as_measured=as_measured, nets=nets))
    return tuple(found)


def _nets(batch: Batch, runs: Sequence[Run]) -> Iterator[NetOfBlank]:
    diluent, process = (
        [run for run in of_role(batch, role, runs) if has_looked(run)] for role in ("diluent blank", "process blank")
    )
    if diluent:
        yield _of_diluent(runs, diluent)
    if process:
        yield _of_process(runs, process)
    if diluent and process:
        yield _of_both(runs, diluent, process)


def _of_diluent(runs: Sequence[Run], blanks: Sequence[Run]) -> NetOfBlank:
    """(S - D) f: the diluent is taken off the suspension as measured."""
    dilution = _one_dilution(runs)
    if dilution is None:
        return _without("diluent blank", blanks, "the runs were not all measured at one known dilution")
    sample, blank = _counted(runs, _as_measured), _counted(blanks, _as_measured)
    return _net("diluent blank", blanks, sample, blank, dilution)


def _of_process(runs: Sequence[Run], blanks: Sequence[Run]) -> NetOfBlank:
    """Of S and P, each times its dilution: the process blank is taken off as it was prepared, both undiluted."""
    sample, blank = _counted(runs, undiluted), _counted(blanks, undiluted)
    alike = _one_dilution(runs) is not None and _one_dilution(runs) == _one_dilution(blanks)
    found = _net("process blank", blanks, sample, blank, 1.0)
    return found if alike else replace(found, limits=None)


def _of_both(runs: Sequence[Run], diluent: Sequence[Run], process: Sequence[Run]) -> NetOfBlank:
    """(S - D) f - (P - D) g: the diluent is in both suspensions."""
    of: Of = "diluent and process blank"
    blanks, dilutions = [*diluent, *process], (_one_dilution(runs), _one_dilution(process))
    if dilutions[0] is None or dilutions[1] is None:
        return _without(of, blanks, "the runs of product and process blank were not each at one known dilution")
    each = [_counted(several, _as_measured) for several in (runs, diluent, process)]
    if any(one is None for one in each):
        return _without(of, blanks, _NO_CONCENTRATION)
    sample, first, second = (one.moments for one in each if one is not None)
    net = net_of_both_blanks(
        sample, first, second, unit=_UNIT, replicates="runs", dilution=dilutions[0], process_dilution=dilutions[1]
    )
    return NetOfBlank(of=of, blanks=_names(blanks), net=net)


_NO_CONCENTRATION = "not every run of product and blank states a concentration"


def _without(of: Of, blanks: Sequence[Run], why: str) -> NetOfBlank:
    return NetOfBlank(of=of, blanks=_names(blanks), why_missing=why)


def _net(of: Of, blanks: Sequence[Run], sample: _Counted | None, blank: _Counted | None, dilution: float) -> NetOfBlank:
    if sample is None or blank is None:
        return _without(of, blanks, _NO_CONCENTRATION)
    return NetOfBlank(
        of=of,
        blanks=_names(blanks),
        net=net_concentration(sample.moments, blank.moments, unit=_UNIT, replicates="runs", dilution=dilution),
        bins=_bins(sample, blank, dilution),
        limits=concentration_limits(blank.values, _UNIT, dilution=dilution),
    )


def _bins(sample: _Counted, blank: _Counted, dilution: float) -> NetDistribution | None:
    if sample.bins is None or blank.bins is None or sample.edges is None or blank.edges is None:
        return None
    if not np.array_equal(sample.edges, blank.edges):
        return None
    return net_distribution(sample.bins, blank.bins, unit=_UNIT, replicates="runs", dilution=dilution)


def _counted(runs: Sequence[Run], per_ml: Callable[[Run], float | None]) -> _Counted | None:
    """What some runs of one kind counted; None where one does not state it.

    Runs of several samples are not replicates of each other's kind: each sample then stands as one number, its mean.
    """
    values = [per_ml(run) for run in runs]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    of_sample = [run.sample for run in runs]
    names = list(dict.fromkeys(of_sample))
    weights = np.array([[float(name == own) for own in of_sample] for name in names])
    weights = weights / weights.sum(axis=1, keepdims=True) if len(names) > 1 else np.eye(len(runs))
    bins, edges = _rows(runs, known)
    return _Counted(
        values=tuple(matrix_product(weights, np.array(known)).tolist()),
        bins=None if bins is None else matrix_product(weights, bins),
        edges=edges,
    )


def _rows(runs: Sequence[Run], per_ml: Sequence[float]) -> tuple[Floats | None, Floats | None]:
    """Concentration per bin of each run, scaled as its total is, and the bins that all share; None where not all do.

    A run that saw nothing is a row of zeros.
    """
    of = [run.distribution for run in runs]
    edges = [np.stack([each.diameter_nm.lower, each.diameter_nm.upper]) for each in of]
    if any(each.concentration_per_ml is None for each in of) or not all(np.array_equal(edges[0], e) for e in edges):
        return None, None
    heights = [each.concentration_per_ml for each in of if each.concentration_per_ml is not None]
    factors = [_scale(run, value) for run, value in zip(runs, per_ml, strict=True)]
    return np.stack([height * factor for height, factor in zip(heights, factors, strict=True)]), edges[0]


def _scale(run: Run, per_ml: float) -> float:
    """From the suspension as measured to what ``per_ml`` is of."""
    measured = _as_measured(run)
    return per_ml / measured if measured else 1.0


def _as_measured(run: Run) -> float | None:
    """Particles per mL of the suspension in the instrument; zero for a run that looked and saw none."""
    total = run.distribution.concentration_total_per_ml
    measured = total.recomputed if total.reported is None else total.reported
    return measured if measured is not None else (0.0 if undiluted(run) == 0 else None)


def _one_dilution(runs: Sequence[Run]) -> float | None:
    """The factor that all runs share; None where they differ or one is not known."""
    of = [run.distribution.dilution for run in runs]
    factors = {None if each.factor is None else each.factor * each.correction for each in of}
    return factors.pop() if len(factors) == 1 else None


def _names(runs: Sequence[Run]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(run.sample for run in runs))
