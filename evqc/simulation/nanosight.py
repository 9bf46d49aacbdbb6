"""Writes NanoSight experiment summaries (NTA 3.2, 3.3, 3.4) of a known truth."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  stands in an annotation of a module constant
from datetime import datetime  # noqa: TC003  simulate() looks at the types of options at run time
from typing import TYPE_CHECKING

from evqc.errors import InputError
from evqc.simulation.layouts import layout
from evqc.simulation.nanosight_blocks import block_fields
from evqc.simulation.nanosight_style import STYLES, Style, cells, exponential, with_average
from evqc.simulation.nanosight_videos import FRAMES, Video, videos_of
from evqc.simulation.truth import CAPTURED, SOURCE, Truth, bad_option, stem_of

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Settings that are the same in every simulated video.
_CONSTANTS = {
    "camera_type": "sCMOS", "laser_type": "Blue488", "camera_level": "13", "slider_shutter": "1232",
    "slider_gain": "219", "histogram_upper": "8235", "histogram_lower": "0", "pump_speed": "50", "threshold": "5",
    "automatic": "Auto", "first_frame": "0", "frames": str(FRAMES), "upgrade": "Yes", "ok": "OK", "no": "No",
    "yes": "Yes", "video_length": "OK",
}  # fmt: skip


def write_summary(
    *truths: Truth,
    version: str = "3.4",
    recorded_dilution: bool = False,
    all_weightings: bool | None = None,
    operator: str = "simulated",
    diluent: str = "PBS",
    captured: datetime = CAPTURED,
    newline: str = "\r\n",
) -> bytes:
    """The bytes of an ``…-ExperimentSummary.csv``.

    Args:
        truths: the sample; several make a merged experiment.
        version: ``3.2``, ``3.3`` or ``3.4``.
        recorded_dilution: the dilution stands in the file, and every concentration is multiplied by it.
        all_weightings: all six distributions instead of the number-weighted one; by default as that version does.
        operator: free text.
        diluent: free text.
        captured: date and time of the experiment; a merged one states none.
        newline: line end; real files were seen with both.

    Raises:
        InputError: ``OPTION``: no truth, or an unknown version.

    Source:
        Layout and rules read off real exports of these versions; 3.3 rests on their description, not on a file.
    """
    if not truths or version not in STYLES:
        raise InputError(SOURCE, bad_option("version", version, f"one of {', '.join(STYLES)}, and a truth"))
    style, stems = STYLES[version], _stems(truths)
    pairs = zip(truths, stems, strict=True)
    videos = [v for truth, stem in pairs for v in videos_of(truth, stem, recorded_dilution=recorded_dilution)]
    details = _details(truths[0], style, operator, diluent, captured) if len(truths) == 1 else _merged(stems, style)
    every = style.all_weightings if all_weightings is None else all_weightings
    fields = details | _rows(videos, style) | _flags(videos) | block_fields(videos, style, all_weightings=every)
    skeleton = layout(f"nanosight_{style.layout}")
    if not style.processed:
        skeleton = skeleton.replace("Processed{yes},\n", "")
    return skeleton.format_map(fields).replace("\n", newline).encode("latin-1")


def _stems(truths: Sequence[Truth]) -> list[str]:
    stems = [stem_of(truth.sample) for truth in truths]
    return [s if stems.count(s) == 1 else f"{s}_{chr(ord('a') + k)}" for k, s in enumerate(stems)]


def _details(truth: Truth, style: Style, operator: str, diluent: str, captured: datetime) -> dict[str, str]:
    return {
        "created": style.created,
        "software": style.created,
        "experiment": stem_of(truth.sample),
        "sample": truth.sample,
        "operator": operator,
        "captured": f"{captured:%H:%M:%S  %d/%m/%Y}",
        "pretreatment": "",
        "diluent": diluent,
        "remarks": "",
    }


def _merged(stems: Sequence[str], style: Style) -> dict[str, str]:
    """A merged experiment states neither software, sample, operator nor time."""
    remarks = "Created from combined experiments: " + ", ".join(f"{stem}.nano" for stem in stems)
    return dict.fromkeys(("sample", "operator", "captured", "pretreatment", "diluent"), "") | {
        "created": style.created,
        "software": "Unknown",
        "experiment": f"{stems[0]}_combined",
        "remarks": remarks if style.layout == "3_2" else f'"{remarks}"',  # the layout of 3.2 has the quotes
    }


def _rows(videos: Sequence[Video], style: Style) -> dict[str, str]:
    """The rows of conditions, settings and results, one cell a video, by their name in the layout."""
    count = len(videos)
    digits = style.exponent_digits
    constant = {key: cells([text] * count) for key, text in _CONSTANTS.items()}
    each = {
        "names": [v.name for v in videos],
        "temperature": [format(v.temperature_degc, style.temperature) for v in videos],
        "viscosity": [format(v.viscosity_mpas, style.decimals) for v in videos],
        "shutter": [format(30.8, style.decimals)] * count,
        "frame_rate": [format(24.9825, style.decimals)] * count,
        "max_jump": [f"{v.max_jump_pixels:g}" for v in videos],
        "dilution": [exponential(v.dilution, digits) if v.dilution else "Not recorded" for v in videos],
        "tracks": [str(v.completed_tracks) for v in videos],
        "x_drift": [f"{v.x_drift:.1f}" for v in videos],
        "y_drift": [f"{v.y_drift:.1f}" for v in videos],
    }
    rows = {key: cells(texts) for key, texts in each.items()}
    return {"blank": "," * count} | constant | rows | _averaged_rows(videos, digits)


def _averaged_rows(videos: Sequence[Video], exponent_digits: int) -> dict[str, str]:
    values: dict[str, tuple[list[float], Callable[[float], str]]] = {
        "concentration": ([v.concentration_per_ml for v in videos], lambda x: exponential(x, exponent_digits)),
        "particles": ([v.particles_per_frame for v in videos], "{:.1f}".format),
        "centres": ([v.centres_per_frame for v in videos], "{:.1f}".format),
    }
    rows = {key: with_average(row, shown) for key, (row, shown) in values.items()}
    return {key: row for key, (row, _) in rows.items()} | {f"{k}_average": average for k, (_, average) in rows.items()}


def _step(value: float, *steps: tuple[float, str], above: str) -> str:
    """The text of the first step that ``value`` is below, else ``above``."""
    return next((text for limit, text in steps if value < limit), above)


def _noise(video: Video) -> str:
    ratio = video.centres_per_frame / video.particles_per_frame if video.particles_per_frame else 0.0
    if ratio <= 1.2:
        return "No"
    return "Noise detected" if ratio <= 1.5 else "High noise"


def _validity(video: Video) -> str:
    if video.particles_per_frame < 2:
        return "Unreliable"
    return "OK" if _noise(video) == "No" else "Be cautious of data due to noise"


#: The instrument's flags. Source: thresholds inferred from 881 videos.
_FLAGS: dict[str, Callable[[Video], str]] = {
    "validity": _validity,
    "tracks_warning": lambda v: _step(v.completed_tracks, (1, "No Data"), above="OK"),
    "particles_warning": lambda v: _step(v.particles_per_frame, (2, "Too Low"), above="OK"),
    "noise": _noise,
    "tracks_note": lambda v: _step(v.completed_tracks, (100, "<100"), (200, "<200"), above="OK"),
    "concentration_note": lambda v: _step(
        v.particles_per_frame, (2, "Very low concentration"), (10, "Low concentration"), above="OK"
    ),
}


def _flags(videos: Sequence[Video]) -> dict[str, str]:
    return {key: cells([flag(video) for video in videos]) for key, flag in _FLAGS.items()}
