"""Replicate runs as a report shows them: shape and windows above the floor, remarks on drift, crowding and beads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.isolation.replicate_runs import replicate_runs
from evqc.numerics.estimate import scaled
from evqc.report.format import digits, estimated, quantity
from evqc.report.shown import Number, WindowRow
from evqc.report.sizes import run_groups
from evqc.report.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.assembled import Batch
    from evqc.isolation.replicate_runs import OrderedDrift, ReplicateRuns
    from evqc.numerics.coincidence import Coincidence
    from evqc.numerics.equivalence import Equivalence
    from evqc.report.model import Report
    from evqc.report.shown import SizedSample

#: What is shown beside the statistics of single runs, with its title.
SHAPE = {"span": "Span", "geometric_mean_nm": "Geometric mean"}
Row = tuple[str | int | float | Number | None, ...]
HEADING = ("Sample", "What", "Published windows", "Value", "Unit", "From", "To", "Interval", "Method", "Flags")


def with_replicates(batch: Batch, sizes: Sequence[SizedSample], floor_nm: float) -> tuple[SizedSample, ...]:
    """The samples with what their runs say together.

    Args:
        batch: that the samples are of.
        sizes: as ``sized_samples`` gives them.
        floor_nm: below it tracking hardly sees vesicles.
    """
    return tuple(
        _with(sample, replicate_runs(runs, floor_nm)) for sample, runs in zip(sizes, run_groups(batch), strict=True)
    )


def _with(sample: SizedSample, of: ReplicateRuns) -> SizedSample:
    remarks = tuple(_remarks(of))
    if of.shape is None or sample.basis == "nothing counted":
        return replace(sample, remarks=remarks)
    estimates = of.shape.estimates
    windows = (
        WindowRow(title=each.name, ranges=each.ranges, share=estimated(scaled(estimates[each.name], 100, "%")))
        for each in of.windows
        if each.name in estimates
    )
    return replace(
        sample,
        shape={name: estimated(estimates[name]) for name in SHAPE if name in estimates},
        windows=tuple(windows),
        shape_method=of.shape.method,
        remarks=remarks,
    )


def _remarks(of: ReplicateRuns) -> Iterator[str]:
    if of.drifts:
        yield _drift(of.drifts)
    elif of.why_no_drift:
        yield f"Whether the runs drift cannot be told: {of.why_no_drift}."
    if of.crowded:
        yield _crowded(of.crowded)
    if of.beads is not None:
        yield _beads(of.beads)
    elif of.why_no_beads:
        yield f"The beads are not judged against their certificate: {of.why_no_beads}."


def _drift(drifts: Sequence[OrderedDrift]) -> str:
    """One sentence on the drift of concentration and size over the runs in the order of acquisition."""
    first = drifts[0].drift
    told = [
        f"{each.of} does not differ" if each.drift.rho is None or each.drift.p is None else
        f"{each.of} has rank correlation {digits(each.drift.rho, 'coefficient')} "
        f"(p = {each.drift.p:.2g}, which cannot lie below {each.drift.smallest_p:.2g})"
        for each in drifts
    ]  # fmt: skip
    how = "" if first.seed is None else f"; {first.draws} orders drawn with seed {first.seed}"
    return f"Over the {first.n} runs {drifts[0].order}, {listed(told)}{how}."


def _crowded(runs: Sequence[tuple[int, Coincidence]]) -> str:
    """One sentence on all runs that are crowded, with the model that it rests on."""
    model, most = runs[0][1].model, max((of for _, of in runs), key=lambda of: of.seen)
    share = "more than the model allows" if most.lost is None else f"about {quantity(100 * most.lost, '%')}"
    numbers = [str(place) for place, _ in runs]
    which = f"Run {numbers[0]} has" if len(runs) == 1 else f"Runs {listed(numbers)} have up to"
    return (
        f"{which} {most.seen:.3g} particles per frame, above {model.most_per_frame:g}: {share} of them would be hidden "
        f"by others ({model.source}); nothing is corrected."
    )


def _beads(of: Equivalence) -> str:
    """The verdict of both one-sided tests on the modal diameter."""
    bias = f"{digits(100 * of.estimate, '%')}\N{NO-BREAK SPACE}%"
    margin = f"±{digits(100 * of.margin_upper, '1')}\N{NO-BREAK SPACE}%"
    if of.equivalent is None or of.lower is None or of.upper is None:
        return f"Beads: the mode is off the certificate by {bias}; a single run leaves open whether within {margin}."
    level = f"{digits(100 * (1 - 2 * of.alpha), '1')}\N{NO-BREAK SPACE}%"
    ends = f"{digits(100 * of.lower, '%')} to {quantity(100 * of.upper, '%')}"
    verdict = "lies within" if of.equivalent else "is not shown to lie within"
    basis = "the certificate's uncertainty included"
    told = f"Beads: the bias of the mode, {bias} ({level} interval {ends}, n = {of.n} runs, {basis}),"
    return f"{told} {verdict} {margin} by two one-sided tests."


def replicate_sheets(report: Report) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """Title, heading and rows of the sheet of shapes; none where no sizes were counted."""
    rows = [row for sample in report.sizes for row in _cells(sample)]
    if rows:
        yield "Shape and windows", HEADING, rows


def _cells(sample: SizedSample) -> Iterator[Row]:
    for name, each in sample.shape.items():
        yield (sample.label, SHAPE[name], "", *_number(each))
    for window in sample.windows:
        yield (sample.label, f"share {window.title}", ", ".join(window.ranges), *_number(window.share))
    for remark in sample.remarks:
        yield (sample.label, remark, *[""] * (len(HEADING) - 2))


def _number(of: Number) -> Row:
    ends = tuple(None if end is None else Number(value=end, unit=of.unit, text="") for end in (of.lower, of.upper))
    return (of, of.unit, *ends, of.interval, of.method, ", ".join(of.flags))
