"""Joins a table of positions to the size distribution of the same run, when names and content agree."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import parse
from evqc.instruments.zetaview._positions import ALONE, POSITIONS
from evqc.instruments.zetaview._statistics import comparison
from evqc.measurement import Comparison, SizeDistribution, agreement
from evqc.reading import Reading, verdict, with_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUFFIX = re.compile(r"_\d+pos$")


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, tables of positions and size files of the same run being joined; same number, same order.

    They belong together when their names differ by ``_11pos`` alone, and when the traces of the kept positions and the
    particles in a frame are those of the size file. Where the names agree and the content does not, both are flagged.
    """
    joined = list(readings)
    sizes = {_stem(r): i for i, r in enumerate(readings) if r.file_kind == "size distribution"}
    for i, reading in enumerate(readings):
        if reading.file_kind == POSITIONS and (at := sizes.pop(_SUFFIX.sub("", _stem(reading)), None)) is not None:
            joined[at], joined[i] = _pair(joined[at], reading)
    return joined


def _stem(reading: Reading) -> str:
    return PurePosixPath(reading.source.name).with_suffix("").as_posix()


def _pair(size: Reading, positions: Reading) -> tuple[Reading, Reading]:
    run = size.measurements[0]
    if not isinstance(run, SizeDistribution):
        raise TypeError("a size file gives one size distribution")
    identity, others = _identity(run, positions), _concentrations(run, positions)
    if not all(c.within for c in identity):
        wrong = _issues("POSITIONS_MISMATCH", identity)
        return with_issues(size, *wrong), with_issues(positions, *wrong)
    whole = replace(size, measurements=(_with_positions(run, positions, (*identity, *others)),))
    rest = tuple(issue for issue in positions.issues if issue.code != ALONE)
    disagreeing = _issues("CONCENTRATION_DISAGREES", others)
    return (
        with_issues(_named(whole, positions), *disagreeing),
        _named(replace(positions, issues=rest, verdict=verdict(rest)), size),
    )


def _named(reading: Reading, other: Reading) -> Reading:
    joined = (*reading.source.joined, other.source.name)
    return replace(reading, source=replace(reading.source, joined=joined))


def _mean(positions: Reading, name: str) -> Comparison | None:
    """A printed mean over the kept positions; its tolerance counts the rounding of the rows too, so it is no less."""
    compared = positions.summary.agreement.compared if positions.summary else ()
    return next((c for c in compared if c.statistic == f"{name} mean"), None)


def _identity(run: SizeDistribution, positions: Reading) -> tuple[Comparison, ...]:
    """What has to agree for both files to be of one run.

    Source:
        The kept positions' traces sum to Number of Traces, and their mean particles are the Average Number of
        Particles, in 29 of 29 pairs. Since 8.06 the header says how many positions there are.
    """
    kept = sum(p.completed_tracks for p in positions.positions if p.kept)
    stated = parse(str(run.settings.get("positions")))
    found = [] if stated is None else [comparison("positions: number", stated, float(len(positions.positions)), 0.0)]
    found.append(comparison("positions: traces", float(run.validity.completed_tracks or 0), float(kept), 0.0))
    printed, per_frame = _mean(positions, "particles_per_frame"), run.validity.particles_per_frame
    if printed is not None and per_frame is not None:
        found.append(comparison("positions: particles per frame", printed.reported, per_frame, printed.tolerance))
    return tuple(found)


def _concentrations(run: SizeDistribution, positions: Reading) -> tuple[Comparison, ...]:
    """The printed mean concentrations, as measured and of the sample, beside the sums of the bins.

    Source:
        Orig. Conc. = sum of the bins x Dilution x Concentration Correction Factor to its two digits in 29 of 29 pairs.
    """
    total = run.concentration_total_per_ml
    pairs = (
        ("positions: concentration", "concentration_per_ml", total.recomputed),
        ("positions: original concentration", "original_concentration_per_ml", total.undiluted),
    )
    return tuple(
        comparison(what, printed.reported, ours, printed.tolerance)
        for what, name, ours in pairs
        if ours is not None and (printed := _mean(positions, name)) is not None
    )


def _with_positions(run: SizeDistribution, positions: Reading, compared: tuple[Comparison, ...]) -> SizeDistribution:
    kept = sum(p.kept for p in positions.positions)
    printed = _mean(positions, "concentration_per_ml")
    total = run.concentration_total_per_ml
    if printed is not None and total.recomputed is not None:
        total = replace(total, reported=printed.reported, as_printed=printed.reported)
    return replace(
        run,
        concentration_total_per_ml=total,
        validity=replace(
            run.validity,
            valid=run.validity.valid and kept > 0,
            reasons=run.validity.reasons if kept else (*run.validity.reasons, "no position was kept"),
            positions=positions.positions,
            positions_total=len(positions.positions),
            positions_kept=kept,
        ),
        agreement=agreement(run.agreement.rule, (*run.agreement.compared, *compared)),
    )


def _issues(code: str, compared: tuple[Comparison, ...]) -> tuple[Issue, ...]:
    return tuple(
        problem(
            "warning",
            code,
            Where(field=c.statistic),
            f"{c.reported:.10g}",
            f"{c.recomputed:.10g} as in the other file, within {c.tolerance:.3g}",
        )
        for c in compared
        if not c.within
    )
