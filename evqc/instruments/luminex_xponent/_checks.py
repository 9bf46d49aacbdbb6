"""What xPONENT prints beside what follows from the other numbers it prints.

Rules of the xPONENT 3.1 manual (89-00002-00-319): %CV of beads is 100 SD / mean; %CV of replicates the same over
replicate wells; recovery is observed over expected; the background is the mean of the background wells' medians.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments._immunoassay import FEWEST_BEADS, bead_issues
from evqc.instruments._printed import SINGLE_PRECISION, disagreement, percent_of, replicates
from evqc.instruments.luminex_xponent._grids import Grid, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._immunoassay import Role
    from evqc.instruments._printed import Floats, Printed

#: Printed %CV, mean and SD of the beads, by block.
_OF_BEADS = (
    ("%cv", "mean", "stddev"),
    ("trimmed%cv", "trimmedmean", "trimmedstandarddeviation"),
    ("trimmed%cv", "trimmedmean", "trimmedstddev"),
)


@np.errstate(all="ignore")  # numbers of any size may stand in a file; what overflows agrees with nothing
def comparisons(main: Grid, grids: dict[str, Grid], roles: Sequence[Role], factors: Floats) -> tuple[Issue, ...]:
    """A warning for each kind of number that is not the recomputed one.

    Args:
        main: the block of medians.
        grids: all blocks by key.
        roles: what each well of ``main`` holds.
        factors: dilution factor of each well, shape (wells,).
    """
    return (
        *_net(main, grids, roles),
        *_average_net(main, grids),
        *_average_result(main, grids, factors),
        *_replicate_cv(main, grids),
        *_bead_cv(main, grids),
        *_recovery(main, grids),
        *_events(grids),
    )


def _net(main: Grid, grids: dict[str, Grid], roles: Sequence[Role]) -> tuple[Issue, ...]:
    """Net MFI is the median minus the mean of the background wells of its plate; the median itself without them."""
    if "netmfi" not in grids or main is grids["netmfi"]:
        return ()
    net, median = grids["netmfi"].beside(main), main.printed
    rule = median.value - _background(main, roles)
    return disagreement("Net MFI", net, [rule], grids["netmfi"].place(main), tolerance=_slack(median))


def _background(main: Grid, roles: Sequence[Role]) -> Floats:
    """Mean median of the background wells of each well's plate, shape (wells, analytes); 0 without background well."""
    plates = [place_of(location)[0] for location in main.locations]
    found = np.zeros((len(plates), len(main.analytes)))
    for plate in set(plates):
        own = np.array([p == plate for p in plates])
        blank = own & np.array([role == "blank" for role in roles])
        if blank.any():
            found[own] = main.printed.value[blank].mean(axis=0)
    return found


def _average_net(main: Grid, grids: dict[str, Grid]) -> tuple[Issue, ...]:
    """Avg Net MFI is the mean Net MFI of the wells of one sample, or that of the well where it stands alone."""
    if not {"netmfi", "avgnetmfi"} <= grids.keys():
        return ()
    net, told = grids["netmfi"].beside(main), grids["avgnetmfi"].beside(main)
    rules = _means(net, main, grids["avgnetmfi"])
    return disagreement("Avg Net MFI", told, rules, grids["avgnetmfi"].place(main), tolerance=_slack(net))


def _average_result(main: Grid, grids: dict[str, Grid], factors: Floats) -> tuple[Issue, ...]:
    """Avg Result is the mean Result of the wells of one sample, or that times its dilution factor."""
    if not {"result", "avgresult"} <= grids.keys():
        return ()
    result, told = grids["result"].beside(main), grids["avgresult"].beside(main)
    rules = [rule * by for rule in _means(result, main, grids["avgresult"]) for by in (1.0, factors[:, None])]
    return disagreement(
        "Avg Result", told, rules, grids["avgresult"].place(main), tolerance=_slack(result) * factors[:, None]
    )


def _means(values: Printed, main: Grid, averages: Grid) -> list[Floats]:
    """Mean over the wells of one sample; where averages stand by well, the well's own number is one too."""
    mean, _, _ = replicates(values.value, main.samples)
    return [mean, values.value] if any(averages.locations) else [mean]


def _replicate_cv(main: Grid, grids: dict[str, Grid]) -> tuple[Issue, ...]:
    """%CV of replicates, over the results or the signals: the manual does not say over which."""
    if "%cvreplicates" not in grids:
        return ()
    told = grids["%cvreplicates"].beside(main)
    given = [grids[key].beside(main) for key in ("result", "netmfi", "median") if key in grids]
    rules = [_cv(numbers.value, main.samples) for numbers in given]
    slack = [200 * _relative(numbers) for numbers in given]
    return disagreement(
        "%CV Replicates", told, rules, grids["%cvreplicates"].place(main), tolerance=np.fmax.reduce(slack)
    )


def _cv(values: Floats, groups: Sequence[str]) -> Floats:
    mean, sd, size = replicates(values, groups)
    return np.where(size > 1, percent_of(sd, mean), np.nan)


def _bead_cv(main: Grid, grids: dict[str, Grid]) -> tuple[Issue, ...]:
    issues: list[Issue] = []
    for cv, mean, sd in _OF_BEADS:
        if {cv, mean, sd} <= grids.keys():
            told, whole, part = (grids[key].beside(main) for key in (cv, mean, sd))
            rule = percent_of(part.value, whole.value)
            slack = rule * (_relative(part) + _relative(whole))
            issues += disagreement(grids[cv].name, told, [rule], grids[cv].place(main), tolerance=slack)
    return tuple(issues)


def _recovery(main: Grid, grids: dict[str, Grid]) -> tuple[Issue, ...]:
    """% Recovery is 100 times the result over the concentration that the standard or control is known to have."""
    known = [grids[k] for k in ("standardexpectedconcentration", "controlexpectedconcentration") if k in grids]
    if not known or not {"result", "%recovery"} <= grids.keys():
        return ()
    told, result = grids["%recovery"].beside(main), grids["result"].beside(main)
    expected = np.fmax.reduce([grid.beside(main).value for grid in known])
    rule = percent_of(result.value, expected)
    slack = rule * _relative(result)
    return disagreement("% Recovery", told, [rule], grids["%recovery"].place(main), tolerance=slack)


def _events(grids: dict[str, Grid]) -> tuple[Issue, ...]:
    """The beads of all analytes in a well are no more than its total events."""
    if "count" not in grids:
        return ()
    count = grids["count"]
    beads = np.nansum(count.printed.value, axis=1)
    total = np.array([np.nan if n is None else n for n in count.events], dtype=float)
    wrong = np.flatnonzero(beads > total)
    if not wrong.size:
        return ()
    row = int(wrong[0])
    found = f"{beads[row]:g} beads of all analytes in {count.locations[row]}"
    where = Where(line=count.cells[row][0].line, column="Total Events", field=count.name)
    return (problem("warning", "MORE_BEADS_THAN_EVENTS", where, found, f"at most its {total[row]:g} total events"),)


def few_beads(count: Grid | None) -> tuple[Issue, ...]:
    """A warning when medians rest on fewer beads than make one reliable."""
    if count is None:
        return ()
    value = count.printed.value
    low = [(int(row), int(column)) for row, column in np.argwhere(value < FEWEST_BEADS)]
    few = [(count.locations[row], count.analytes[column], float(value[row, column])) for row, column in low]
    return bead_issues(few, int(np.isfinite(value).sum()), count.where(low[0]) if low else Where())


def _slack(numbers: Printed) -> Floats:
    """What the rounding of numbers, and single precision, can move their difference or mean."""
    return np.nan_to_num(2 * numbers.rounding + np.abs(numbers.value) * 2 * SINGLE_PRECISION)


def _relative(numbers: Printed) -> Floats:
    """The rounding of each number as a share of it; 0 for zero and NaN."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(numbers.rounding / np.abs(numbers.value), posinf=0.0)
