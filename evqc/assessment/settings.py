"""The settings on which a tracking result depends, by instrument: what has to be stated, and the same to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.measurement import Scalar, SizeDistribution

#: Keys of ``SizeDistribution.settings``. Source: criteria NTA-SET-01 and NTA-SET-02.
DECISIVE: dict[str, tuple[str, ...]] = {
    "nanosight": (
        "software_version",
        "laser",
        "camera",
        "camera_level",
        "slider_shutter",
        "slider_gain",
        "frame_rate_per_s",
        "detection_threshold",
        "max_jump_mode",
        "min_track_length",
        "blur",
    ),
    "zetaview": (
        "analysis_version",
        "laser_wavelength_nm",
        "filter",
        "sensitivity",
        "shutter",
        "frame_rate_per_s",
        "min_brightness",
        "min_area",
        "max_area",
        "min_trace_length",
    ),
}


def not_stated(instrument: str, run: SizeDistribution) -> tuple[str, ...] | None:
    """The decisive settings that a run leaves open, as words; None for an instrument without a list."""
    if instrument not in DECISIVE:
        return None
    return tuple(_words(key) for key in DECISIVE[instrument] if run.settings.get(key) is None)


def differing(instrument: str, runs: Sequence[SizeDistribution]) -> tuple[str, ...]:
    """The decisive settings that are not the same in all runs, each with the values met; unstated ones differ not."""
    return tuple(
        f"{_words(key)}: {', '.join(values)}"
        for key in DECISIVE.get(instrument, ())
        if len(values := _values(key, runs)) > 1
    )


def _values(key: str, runs: Sequence[SizeDistribution]) -> list[str]:
    met: list[Scalar] = [run.settings.get(key) for run in runs]
    return list(dict.fromkeys(f"{v:g}" if isinstance(v, float) else str(v) for v in met if v is not None))


def _words(key: str) -> str:
    return key.replace("_per_s", " per s").replace("_", " ")
