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

    from numpy.typing import NDArray

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
        *_average_net(main, grids, roles),
        *_average_result(main, grids, factors),
        *_replicate_cv(main, grids),
        *_bead_cv(main, grids),
        *_recovery(main, grids),
        *_events(grids),
    )


def _net(main: Grid, grids: dict[str, Grid], roles: Sequence[Role]) -> tuple[Issue, ...]:
    """Net MFI is the median minus one background for all wells of a plate: the mean of its background wells' medians.

    INTELLIFLEX exports show another background than that mean, and one that is the same in all wells (as found in real
    files). It is then named; a well of which another number was taken away disagrees.
    """
    if "netmfi" not in grids or main is grids["netmfi"]:
        return ()
    net, median = grids["netmfi"].beside(main), main.printed
    slack, background = _slack(median), _background(main, roles)
    taken = _typical(median.value - net.value, main)
    inexact = _typical(slack + net.rounding, main)
    other = np.isfinite(taken - background) & ~(np.abs(taken - background) <= 2 * inexact)
    rule = median.value - np.where(other, taken, background)
    place = grids["netmfi"].place(main)
    return (
        *disagreement("Net MFI", net, [rule], place, tolerance=slack + np.where(other, inexact, 0.0)),
        *_background_differs(other, taken, background, main, grids["netmfi"].name),
    )


def _typical(values: Floats, main: Grid) -> Floats:
    """Median over the wells of each well's plate, shape (wells, analytes); NaN where no well has a number."""
    found = np.full(values.shape, np.nan)
    for own in _plates(main):
        for column in range(values.shape[1]):
            some = values[own, column][np.isfinite(values[own, column])]
            found[own, column] = np.median(some) if some.size else np.nan
    return found


def _plates(main: Grid) -> list[NDArray[np.bool_]]:
    """Which wells are of each plate, arrays of shape (wells,)."""
    plates = [place_of(location)[0] for location in main.locations]
    return [np.array([p == plate for p in plates]) for plate in dict.fromkeys(plates)]


def _background(main: Grid, roles: Sequence[Role]) -> Floats:
    """Mean median of the background wells of each well's plate, shape (wells, analytes); 0 without background well."""
    found = np.zeros((len(main.locations), len(main.analytes)))
    for own in _plates(main):
        blank = own & np.array([role == "blank" for role in roles])
        if blank.any():
            found[own] = main.printed.value[blank].mean(axis=0)
    return found


def _background_differs(
    other: NDArray[np.bool_], taken: Floats, rule: Floats, main: Grid, block: str
) -> tuple[Issue, ...]:
    """A warning when the background that the file takes away is not that of its background wells."""
    if not other.any():
        return ()
    row, column = (int(i) for i in np.argwhere(other)[0])
    name, analytes = main.analytes[column], int(other.any(axis=0).sum())
    found = f"{taken[row, column]:.7g} taken away from {name} as background; {analytes} analytes differ"
    expected = f"{rule[row, column]:.7g}, the mean median of the background wells (0 where there is none)"
    return (problem("warning", "BACKGROUND_DIFFERS", Where(column=name, field=block), found, expected),)


def _average_net(main: Grid, grids: dict[str, Grid], roles: Sequence[Role]) -> tuple[Issue, ...]:
    """Avg Net MFI is the mean Net MFI of a sample's wells, or that of the well; INTELLIFLEX gives backgrounds 0."""
    if not {"netmfi", "avgnetmfi"} <= grids.keys():
        return ()
    net, told = grids["netmfi"].beside(main), grids["avgnetmfi"].beside(main)
    zero = np.where(np.array([role == "blank" for role in roles])[:, None], 0.0, net.value)
    rules = [*_means(net, main), zero]
    return disagreement("Avg Net MFI", told, rules, grids["avgnetmfi"].place(main), tolerance=_slack(net))


def _average_result(main: Grid, grids: dict[str, Grid], factors: Floats) -> tuple[Issue, ...]:
    """Avg Result is the mean Result of the wells of one sample, or that times its dilution factor."""
    if not {"result", "avgresult"} <= grids.keys():
        return ()
    result, told = grids["result"].beside(main), grids["avgresult"].beside(main)
    rules = [rule * by for rule in _means(result, main) for by in (1.0, factors[:, None])]
    return disagreement(
        "Avg Result", told, rules, grids["avgresult"].place(main), tolerance=_slack(result) * factors[:, None]
    )


def _means(values: Printed, main: Grid) -> list[Floats]:
    """Mean over the wells of one sample, and the well's own number, which stands where each well has an average."""
    mean, _, _ = replicates(values.value, main.samples)
    return [mean, values.value]


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
