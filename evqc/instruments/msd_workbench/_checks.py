"""What Discovery Workbench prints of replicate wells beside the recomputed numbers, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.errors import Issue, Where, problem
from evqc.instruments._immunoassay import dilution_issues, unit_issues
from evqc.instruments._printed import disagreement, percent_of, replicates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._printed import Floats
    from evqc.instruments.msd_workbench._list import Plate


def plate_issues(plate: Plate) -> tuple[Issue, ...]:
    """All that is to be said of one list."""
    return (
        *plate.table.uneven(),
        *plate.table.unnamed(),
        *plate.table.gap("Detection Range", "whether the result lies in the range, as other rows say"),
        *_spot_issues(plate),
        *_dilution_issues(plate),
        *_comparisons(plate),
        *_open(plate),
    )


def _spot_issues(plate: Plate) -> tuple[Issue, ...]:
    """A warning when one assay stands on two spots of a plate, or two assays on one."""
    table, seen = plate.table, dict[tuple[str, str | None, str], str]()
    for row in table.body if table.has("Spot") else ():
        assay, spot = table.text(row, "Assay") or "", table.text(row, "Spot") or ""
        for key, other in (("assay", plate.plate_of(row), assay), spot), (("spot", plate.plate_of(row), spot), assay):
            first = seen.setdefault(key, other)
            if first != other:
                where, found = table.cell(row, "Spot").where("Spot"), f"assay '{assay}' on spot {spot}"
                expected = f"one spot for each assay of a plate, {key[0]} '{key[2]}' with '{first}' as above"
                return (problem("warning", "SPOTS_DIFFER", where, found, expected),)
    return ()


def _dilution_issues(plate: Plate) -> tuple[Issue, ...]:
    """A warning for the first well of which some spots have a dilution and some have none: it is that of the well."""
    table, known = plate.table, dict[tuple[str | None, str | None], bool]()
    for row in table.body if table.has("Dilution") else ():
        told = table.text(row, "Dilution") is not None
        if known.setdefault((plate.plate_of(row), table.text(row, "Well")), told) != told:
            found = f"a dilution of some spots of well {table.text(row, 'Well')} only"
            where, expected = table.cell(row, "Dilution").where("Dilution"), "the one of the well beside each spot"
            return (problem("warning", "DILUTION_UNCLEAR", where, found, expected),)
    return ()


@np.errstate(all="ignore")  # numbers of any size may stand in a file; what overflows agrees with nothing
def _comparisons(plate: Plate) -> tuple[Issue, ...]:
    """Each printed mean, SD, CV and recovery beside the one of the replicate wells.

    Replicates are alike in sample, assay and dilution. SD is with n - 1 and CV 100 SD over the mean, as found in real
    files; the CV of signals may be that of adjusted ones.
    """
    table = plate.table
    keys = ("Plate Name", "Sample", "Assay", "Spot", "Dilution", plate.known or "Sample")
    groups = [tuple(table.text(row, key) for key in keys) for row in table.body]
    signal, adjusted, calculated, recovery = (
        _replicates(plate, of, groups) for of in ("Signal", "Adjusted Signal", plate.calculated, "% Recovery")
    )
    return (
        *_disagree(plate, "Mean", [one.mean for one in (signal,) if one], signal),
        *_disagree(plate, "Adj. Sig. Mean", [one.mean for one in (adjusted,) if one], adjusted),
        *_disagree(plate, "Std. Deviation", [one.sd for one in (signal, adjusted) if one], signal),
        *_disagree(plate, "CV", [one.cv for one in (signal, adjusted) if one], signal, percent=True),
        *_disagree(plate, "Calc. Conc. Mean", [one.mean for one in (calculated,) if one], calculated),
        *_disagree(plate, "Calc. Conc. Std. Deviation", [one.sd for one in (calculated,) if one], calculated),
        *_disagree(plate, "Calc. Conc. CV", [one.cv for one in (calculated,) if one], calculated, percent=True),
        *_disagree(plate, "% Recovery Mean", [one.mean for one in (recovery,) if one], recovery),
        *_recovery(plate),
    )


@dataclass(frozen=True)
class _Replicates:
    """Mean, SD and CV of the replicates of each row, and how far the numbers are rounded, all of shape (rows, 1)."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    cv: NDArray[np.float64]
    rounding: NDArray[np.float64]


def _replicates(plate: Plate, heading: str | None, groups: Sequence[object]) -> _Replicates | None:
    numbers = plate.numbers(heading)
    if numbers is None:
        return None
    mean, sd, size = replicates(numbers.value, groups)
    cv = np.where(size > 1, percent_of(sd, mean), np.nan)
    return _Replicates(mean, sd, cv, np.nan_to_num(numbers.rounding))


def _recovery(plate: Plate) -> tuple[Issue, ...]:
    """% Recovery is 100 times the calculated over the known concentration."""
    calculated, known = plate.numbers(plate.calculated), plate.numbers(plate.known)
    if calculated is None or known is None:
        return ()
    rule = percent_of(calculated.value, known.value)
    share = calculated.rounding / np.abs(calculated.value) + known.rounding / np.abs(known.value)
    return _disagreement(plate, "% Recovery", [rule], np.nan_to_num(rule * share))


def _disagree(
    plate: Plate, heading: str, rules: list[Floats], of: _Replicates | None, *, percent: bool = False
) -> tuple[Issue, ...]:
    if of is None:
        return ()
    slack = 200 * np.nan_to_num(of.rounding / np.abs(of.mean), posinf=0.0) if percent else 2 * of.rounding
    return _disagreement(plate, heading, rules, slack)


def _disagreement(plate: Plate, heading: str, rules: list[Floats], slack: Floats) -> tuple[Issue, ...]:
    told = plate.numbers(heading)
    if told is None:
        return ()
    body = plate.table.body
    return disagreement(
        heading, told, rules, lambda i: plate.table.cell(body[i[0]], heading).where(heading), tolerance=slack
    )


def _open(plate: Plate) -> tuple[Issue, ...]:
    """What the plate leaves open: units of its concentrations, and dilutions that may or may not be in them."""
    table = plate.table
    where = Where(line=table.header[0].line, column=plate.calculated)
    if plate.calculated is None:
        found = "no column 'Calc. Concentration'"
        return (problem("note", "NO_CONCENTRATIONS", where, found, "concentrations; signals alone are read"),)
    units = {table.text(row, "Assay") or "": plate.unit(row) for row in table.body}
    diluted = [plate.number(row, "Dilution") for row in table.body]
    return (*unit_issues(units, where), *dilution_issues(diluted, where))
