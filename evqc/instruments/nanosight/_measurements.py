"""An experiment to measurements: one size distribution a video, of the suspension as it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.errors import Where
from evqc.instruments.nanosight._agreement import BlockCheck, Checked, check_block, check_concentration
from evqc.instruments.nanosight._blocks import MAIN, STATISTICS, Block, Kind
from evqc.instruments.nanosight._names import captured_at, stem, time_in_name
from evqc.instruments.nanosight._sections import WARNINGS
from evqc.instruments.nanosight._settings import FILENAME
from evqc.instruments.nanosight._statistics import RULES, histograms
from evqc.measurement import (
    Bins,
    Dilution,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    Weighting,
    agreement,
)
from evqc.records import array

if TYPE_CHECKING:
    from evqc.instruments.nanosight._experiment import Experiment

Floats = NDArray[np.float64]

_VERDICT = f"{WARNINGS} / Validity of concentration measurement"
_IN_NM = {name: f"{name}_nm" for name in STATISTICS}
_UNIT = {"diameter": "nm", "diffusion coefficient": "1e4 nm2/s"}
_VALUE_UNIT = {"number": "1/mL", "surface area": "nm2/mL", "volume": "nm3/mL"}


@dataclass(frozen=True, slots=True)
class Video:
    """One video of an experiment, recomputed.

    Attributes:
        index: its place among the videos, from 0.
        checks: every block of it.
        total: the comparison of its concentration; None when the video has no distribution.
        standard: its statistics by evqc's rule.
        no_data: why it holds no usable data; empty when it does.
    """

    index: int
    checks: dict[Kind, BlockCheck]
    total: Checked | None
    standard: SizeStatistics
    no_data: tuple[str, ...]

    @property
    def has_distribution(self) -> bool:
        """Whether any bin of its number-weighted size distribution holds something."""
        return bool(self.checks[MAIN].reported)


def recompute_videos(experiment: Experiment) -> list[Video]:
    """Everything that the file prints of each video, beside what its bins give."""
    rule, blocks = RULES[experiment.version], experiment.blocks
    drawn = {kind: histograms(block.bins) for kind, block in blocks.items()}
    checks = {kind: check_block(block, drawn[kind], rule) for kind, block in blocks.items()}
    totals: dict[int, Checked] = {}
    standard: dict[int, SizeStatistics] = {}
    if (main := drawn[MAIN]) is not None:
        totals = check_concentration(experiment.concentration, main)
        standard = dict(zip(main.videos, main.drawn.standard, strict=True))
    return [
        Video(
            index=i,
            checks={kind: each[i] for kind, each in checks.items()},
            total=totals.get(i),
            standard=standard.get(i, SizeStatistics()),
            no_data=_why_no_data(experiment, i, is_empty=not checks[MAIN][i].reported),
        )
        for i in range(len(experiment.runs))
    ]


def measurements(experiment: Experiment, videos: list[Video]) -> tuple[SizeDistribution, ...]:
    """The measurements that the videos are.

    Where the file records a dilution its numbers are already multiplied by it, so that bins and totals are divided by
    it here. A video without a distribution keeps its empty bins and reports no statistic: its printed zeros are not
    sizes, and the concentration of a video that saw nothing is not 0.
    """
    factors = np.array([factor or 1.0 for factor in experiment.dilution])
    drawn = {kind: _drawn(block, factors) for kind, block in experiment.blocks.items()}
    captured = captured_at(experiment.captured) if experiment.captured else None
    return tuple(_measurement(experiment, video, drawn, captured) for video in videos)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The arrays of a block as the measurements hold them.

    Attributes:
        lower, upper: shape (bins,).
        values: of the suspension as measured, one array a video, shape (bins,).
        percentiles: one array a video, shape (101,); None when not exported.
    """

    lower: Floats
    upper: Floats
    values: list[Floats]
    percentiles: list[Floats] | None


def _drawn(block: Block, factors: Floats) -> _Drawn:
    bins, table = block.bins, block.percentiles
    percentiles = None if table is None else _rows(table.values.T)
    return _Drawn(array(bins.lower), array(bins.upper), _rows(bins.values.T / factors[:, np.newaxis]), percentiles)


def _rows(values: Floats) -> list[Floats]:
    """The rows of a table of finite numbers as read-only arrays."""
    table = np.ascontiguousarray(values)
    table.setflags(write=False)
    return list(table)


def _measurement(
    experiment: Experiment, video: Video, drawn: dict[Kind, _Drawn], captured: str | None
) -> SizeDistribution:
    i, run, factor = video.index, experiment.runs[video.index], experiment.dilution[video.index]
    main = drawn[MAIN]
    compared = [comparison for check in video.checks.values() for comparison in check.compared]
    compared += [video.total.comparison] if video.total is not None else []
    return SizeDistribution(
        technique="NTA",
        sample=experiment.sample,
        run=run,
        group=stem(run),
        acquired_at=captured if experiment.captured else time_in_name(run),
        diameter_nm=Bins(lower=main.lower, upper=main.upper),
        count=None,
        concentration_per_ml=main.values[i],
        dilution=Dilution(
            factor=factor, source="not stated" if factor is None else "file", already_applied=factor is not None
        ),
        concentration_total_per_ml=_total(experiment, video, factor),
        statistics=_statistics(video),
        agreement=agreement(RULES[experiment.version].text, tuple(compared)),
        validity=_validity(experiment, video),
        settings=experiment.settings[i],
        percentiles_nm=_percentiles(main, video, MAIN),
        other_weightings=tuple(_weighting(drawn[kind], video, kind) for kind in experiment.blocks if kind != MAIN),
        where=Where(line=experiment.runs_line, column=str(i + 2), field=FILENAME),
    )


def _why_no_data(experiment: Experiment, video: int, *, is_empty: bool) -> tuple[str, ...]:
    reasons = {
        "no frame was analysed": experiment.frames.values[video] == 0,
        "no completed track": experiment.tracks.values[video] == 0,
        "the printed concentration is 0": experiment.concentration.values[video] == 0,
        "the size distribution is empty": is_empty,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def _total(experiment: Experiment, video: Video, factor: float | None) -> TotalConcentration:
    printed = experiment.concentration.values[video.index]
    if printed == 0:
        return TotalConcentration(reported=None, recomputed=None, undiluted=None, as_printed=printed)
    return TotalConcentration(
        reported=printed / (factor or 1.0),
        recomputed=video.total.comparison.recomputed / (factor or 1.0) if video.total is not None else None,
        undiluted=None if factor is None else printed,
        as_printed=printed,
    )


def _statistics(video: Video) -> Statistics:
    check = video.checks[MAIN]
    return Statistics(reported=_in_nm(check.reported), vendor=_in_nm(check.vendor), standard=video.standard)


def _in_nm(by_name: dict[str, float]) -> SizeStatistics:
    return SizeStatistics(**{_IN_NM[name]: value for name, value in by_name.items()})


def _validity(experiment: Experiment, video: Video) -> RunValidity:
    i, flags = video.index, experiment.flags[video.index]
    reasons, said = video.no_data, flags.get(_VERDICT)
    doubts = () if said in {"OK", None} else (f"the instrument says of the concentration: {said}",)
    return RunValidity(
        valid=False if reasons else (True if said == "OK" else None),
        reasons=reasons + doubts,
        particles_per_frame=experiment.particles.values[i],
        centres_per_frame=experiment.centres.values[i],
        completed_tracks=int(experiment.tracks.values[i]),
        valid_tracks=int(experiment.main.valid_tracks.values[i]),
        x_drift_pixels_per_frame=experiment.x_drift.values[i],
        y_drift_pixels_per_frame=experiment.y_drift.values[i],
        flags=flags,
    )


def _weighting(drawn: _Drawn, video: Video, kind: Kind) -> Weighting:
    (of, by), check = kind, video.checks[kind]
    return Weighting(
        of=of,
        by=by,
        unit=_UNIT[of],
        lower=drawn.lower,
        upper=drawn.upper,
        value=drawn.values[video.index],
        value_unit=_VALUE_UNIT[by],
        reported=check.reported,
        vendor=check.vendor,
        percentiles=_percentiles(drawn, video, kind),
    )


def _percentiles(drawn: _Drawn, video: Video, kind: Kind) -> Floats | None:
    if drawn.percentiles is None or not video.checks[kind].reported:
        return None
    return drawn.percentiles[video.index]
