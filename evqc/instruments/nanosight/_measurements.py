"""An experiment to measurements: one size distribution a video, of the suspension as it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Where
from evqc.instruments.nanosight._agreement import (
    BlockCheck,
    Checked,
    check_block,
    check_concentration,
)
from evqc.instruments.nanosight._blocks import MAIN, Block, Kind
from evqc.instruments.nanosight._names import captured_at, stem, time_in_name
from evqc.instruments.nanosight._sections import WARNINGS
from evqc.instruments.nanosight._settings import FILENAME
from evqc.instruments.nanosight._statistics import RULES
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
from evqc.numerics.sizing import standard_statistics
from evqc.records import array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from evqc.instruments.nanosight._experiment import Experiment

_VERDICT = f"{WARNINGS} / Validity of concentration measurement"
_UNIT = {"diameter": "nm", "diffusion coefficient": "1e4 nm2/s"}
_VALUE_UNIT = {"number": "1/mL", "surface area": "nm2/mL", "volume": "nm3/mL"}


@dataclass(frozen=True, slots=True)
class Video:
    """One video of an experiment, recomputed.

    Attributes:
        index: its place among the videos, from 0.
        checks: every block of it.
        total: the comparison of its concentration; None when the video has no distribution.
    """

    index: int
    checks: dict[Kind, BlockCheck]
    total: Checked | None

    @property
    def has_distribution(self) -> bool:
        """Whether any bin of its number-weighted size distribution holds something."""
        return bool(self.checks[MAIN].reported)


def recompute_video(experiment: Experiment, index: int) -> Video:
    """Everything that the file prints of one video, beside what its bins give."""
    rule = RULES[experiment.version]
    checks = {kind: check_block(block, index, rule) for kind, block in experiment.blocks.items()}
    filled = bool(checks[MAIN].reported)
    total = check_concentration(experiment.concentration, experiment.main, index) if filled else None
    return Video(index, checks, total)


def measurement(experiment: Experiment, video: Video) -> SizeDistribution:
    """The measurement that one video is.

    Where the file records a dilution its numbers are already multiplied by it, so that bins and totals are divided by
    it here. A video without a distribution keeps its empty bins and reports no statistic: its printed zeros are not
    sizes, and the concentration of a video that saw nothing is not 0.
    """
    i, run, factor = video.index, experiment.runs[video.index], experiment.dilution[video.index]
    bins = experiment.main.bins
    compared = [c.comparison for check in video.checks.values() for c in check.checked]
    compared += [video.total.comparison] if video.total is not None else []
    return SizeDistribution(
        technique="NTA",
        sample=experiment.sample,
        run=run,
        group=stem(run),
        acquired_at=captured_at(experiment.captured) if experiment.captured else time_in_name(run),
        diameter_nm=Bins(lower=array(bins.lower), upper=array(bins.upper)),
        count=None,
        concentration_per_ml=array(bins.values[:, i] / (factor or 1.0)),
        dilution=Dilution(
            factor=factor, source="not stated" if factor is None else "file", already_applied=factor is not None
        ),
        concentration_total_per_ml=_total(experiment, video, factor),
        statistics=_statistics(experiment.main, video),
        agreement=agreement(RULES[experiment.version].text, tuple(compared)),
        validity=_validity(experiment, video),
        settings=experiment.settings[i],
        percentiles_nm=_percentiles(experiment.main, video),
        other_weightings=tuple(
            _weighting(block, video, factor) for kind, block in experiment.blocks.items() if kind != MAIN
        ),
        where=Where(line=experiment.runs_line, column=str(i + 2), field=FILENAME),
    )


def why_no_data(experiment: Experiment, video: Video) -> tuple[str, ...]:
    """Why a video holds no usable data; empty when it does."""
    i = video.index
    reasons = {
        "no frame was analysed": experiment.frames.values[i] == 0,
        "no completed track": experiment.tracks.values[i] == 0,
        "the printed concentration is 0": experiment.concentration.values[i] == 0,
        "the size distribution is empty": not video.has_distribution,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def _total(experiment: Experiment, video: Video, factor: float | None) -> TotalConcentration:
    printed = float(experiment.concentration.values[video.index])
    if printed == 0:
        return TotalConcentration(reported=None, recomputed=None, undiluted=None, as_printed=printed)
    return TotalConcentration(
        reported=printed / (factor or 1.0),
        recomputed=video.total.comparison.recomputed / (factor or 1.0) if video.total is not None else None,
        undiluted=None if factor is None else printed,
        as_printed=printed,
    )


def _statistics(block: Block, video: Video) -> Statistics:
    check, weight = video.checks[block.kind], block.bins.values[:, video.index]
    return Statistics(
        reported=_in_nm(check.reported),
        vendor=_in_nm(check.vendor),
        standard=standard_statistics(block.bins.lower, block.bins.upper, weight),
    )


def _in_nm(by_name: dict[str, float]) -> SizeStatistics:
    return SizeStatistics(**{f"{name}_nm": value for name, value in by_name.items()})


def _validity(experiment: Experiment, video: Video) -> RunValidity:
    i, flags = video.index, experiment.flags[video.index]
    reasons, said = why_no_data(experiment, video), flags.get(_VERDICT)
    doubts = () if said in {"OK", None} else (f"the instrument says of the concentration: {said}",)
    return RunValidity(
        valid=False if reasons else (True if said == "OK" else None),
        reasons=reasons + doubts,
        particles_per_frame=float(experiment.particles.values[i]),
        centres_per_frame=float(experiment.centres.values[i]),
        completed_tracks=int(experiment.tracks.values[i]),
        valid_tracks=int(experiment.main.valid_tracks.values[i]),
        x_drift_pixels_per_frame=float(experiment.x_drift.values[i]),
        y_drift_pixels_per_frame=float(experiment.y_drift.values[i]),
        flags=flags,
    )


def _weighting(block: Block, video: Video, factor: float | None) -> Weighting:
    (of, by), check, bins = block.kind, video.checks[block.kind], block.bins
    return Weighting(
        of=of,
        by=by,
        unit=_UNIT[of],
        lower=array(bins.lower),
        upper=array(bins.upper),
        value=array(bins.values[:, video.index] / (factor or 1.0)),
        value_unit=_VALUE_UNIT[by],
        reported=check.reported,
        vendor=check.vendor,
        percentiles=_percentiles(block, video),
    )


def _percentiles(block: Block, video: Video) -> NDArray[np.float64] | None:
    if block.percentiles is None or not video.checks[block.kind].reported:
        return None
    return array(block.percentiles.values[:, video.index])
