"""Details, conditions, settings and the instrument's flags: one text or number a video, the unit in the key."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from evqc.errors import InputError, Issue, Where, problem
from evqc.instruments._numbers import LARGEST_COUNT, number, parse, whole
from evqc.instruments.nanosight._blocks import declared, unread_in_blocks
from evqc.instruments.nanosight._names import BLANK
from evqc.instruments.nanosight._sections import (
    CONDITIONS,
    DETAILS,
    EXCLUSION,
    INCLUDED,
    INFORMATION,
    KNOWN,
    RESULTS,
    SETTINGS,
    SIZE,
    WARNINGS,
    Row,
    Sections,
)
from evqc.instruments.nanosight._values import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evqc.instruments.nanosight._blocks import Block, Kind
    from evqc.measurement import Scalar

#: What a cell may hold: a number or a whole number (or ``Unknown``), a text, either number or text, or a flag's text.
Form = Literal["number", "count", "text", "either", "flag"]

SAMPLE_KEYS = ("Sample Name", "Sample Description")
FILENAME = "Filename:"
UPGRADE = "Concentration Upgrade?"
_SHARED = {
    "Software Version": "software_version",
    "Experiment Name": "experiment_name",
    "Operator Name": "operator",
    "Pre-treatment": "pre_treatment",
    "Diluent": "diluent",
    "Remarks": "remarks",
}
_PER_VIDEO: dict[tuple[str, str], tuple[str, Form]] = {
    (DETAILS, "Processed"): ("processed", "text"),
    (CONDITIONS, "Temperature/C"): ("temperature_degC", "number"),
    (CONDITIONS, "Viscosity/cP"): ("viscosity_mPa_s", "number"),  # 1 cP is 1 mPa·s
    (CONDITIONS, "Camera Type"): ("camera", "text"),
    (CONDITIONS, "Laser Type"): ("laser", "text"),
    (CONDITIONS, "Camera Level"): ("camera_level", "either"),
    (CONDITIONS, "Slider Shutter"): ("slider_shutter", "either"),
    (CONDITIONS, "Slider Gain"): ("slider_gain", "either"),
    (CONDITIONS, "Shutter/ms"): ("shutter_ms", "number"),
    (CONDITIONS, "Camera Histogram Upper Limit"): ("camera_histogram_upper_limit", "either"),
    (CONDITIONS, "Camera Histogram Lower Limit"): ("camera_histogram_lower_limit", "either"),
    (CONDITIONS, "Frame rate/fps"): ("frame_rate_per_s", "number"),
    (CONDITIONS, "Syringe Pump Speed/AU"): ("syringe_pump_speed_AU", "either"),
    (SETTINGS, "Detection Threshold"): ("detection_threshold", "either"),
    (SETTINGS, "Max Jump Mode"): ("max_jump_mode", "text"),
    (SETTINGS, "Max Jump Distance"): ("max_jump_distance", "either"),
    (SETTINGS, "Blur"): ("blur", "either"),
    (SETTINGS, "Min Track Length"): ("min_track_length", "either"),
    (SETTINGS, "First frame"): ("first_frame", "count"),
    (SETTINGS, "Total frames analysed"): ("total_frames_analysed", "count"),
}
_FLAGS = {
    WARNINGS: (
        "Validity of concentration measurement",
        "Completed Tracks",
        "Particles per frame",
        "Noise level",
        "Brightness",
        "Detection Threshold",
        "Camera Histogram Lower Limit",
    ),
    INFORMATION: (
        "Completed Tracks",
        "Concentration",
        "Video length",
        "Noise level",
        "Vibration detected",
        "Vibration correction applied",
        "Settings changed?",
        "Errors (1)",
        "Errors (2)",
    ),
    RESULTS: (UPGRADE,),
}
#: Keys that only some versions write.
_VERSION_KEYS = frozenset({(DETAILS, "Processed")})
_READ_ELSEWHERE = frozenset(
    {
        *((DETAILS, key) for key in (*SAMPLE_KEYS, "Time Captured", FILENAME)),
        (RESULTS, "Dilution factor (concentrations adjusted for this factor)"),
        (RESULTS, "Concentration (Particles / ml)"),
        (RESULTS, "Particles per frame"),
        (RESULTS, "Centres per frame"),
        (RESULTS, "Completed tracks"),
        (RESULTS, "X-Drift (pix/frame)"),
        (RESULTS, "Y-Drift (pix/frame)"),
    }
)


#: The rows that every version writes, those aside whose absence refuses the file.
_WANTED = frozenset(
    {
        *((DETAILS, key) for key in (*_SHARED, "Time Captured")),
        *(_PER_VIDEO.keys() - _VERSION_KEYS),
        *((section, key) for section, keys in _FLAGS.items() for key in keys),
    }
)
#: Every row of these is a flag.
_FLAGGED = (WARNINGS, INFORMATION)
#: The other rows that measurements hold.
_READ = _READ_ELSEWHERE | _PER_VIDEO.keys() | {(DETAILS, key) for key in _SHARED} | {(RESULTS, UPGRADE)}
#: Stands for the camera level of the whole experiment, whether once or once a video.
_MANUAL = "Manual settings used"
#: Longer rows are not kept for the next file.
_SHORT = 1000


def read_settings(sections: Sections, videos: int) -> list[dict[str, Scalar]]:
    """Details, conditions and settings of each video; what the file leaves empty or calls unknown is None.

    Raises:
        InputError: ``WRONG_WIDTH``, ``NOT_A_NUMBER``.
    """
    shared: dict[str, Scalar] = {name: sections.text(DETAILS, key) for key, name in _SHARED.items()}
    shared["analysis_method"] = analysis_method(sections)
    shared["exclusion_regions"] = "; ".join(row.text.strip(BLANK) for row in sections.filled(EXCLUSION)) or None
    own = {
        name: _known(row, form, videos) or _row(row, f"{section} / {key}", form, videos, sections.source)
        for (section, key), (name, form) in _PER_VIDEO.items()
        if (row := sections.find(section, key)) is not None
    }
    return [shared | dict(zip(own, values, strict=True)) for values in zip(*own.values(), strict=True)]


def analysis_method(sections: Sections) -> str | None:
    """The analysis behind the size distribution, such as ``FTLA``."""
    return next(
        (row.value or None for row in sections.rows[SIZE] if "Analysis" in row.text and row.key == "Analysis Method"),
        None,
    )


def read_flags(sections: Sections, videos: int) -> list[dict[str, str]]:
    """Every flag of the instrument, ``Section / key``: text as written; empty cells are left out.

    Raises:
        InputError: ``WRONG_WIDTH``.
    """
    by_name: dict[str, Sequence[Scalar]] = {}
    for (section, key), row in sections.keyed.items():
        if section in _FLAGGED or (section, key) == (RESULTS, UPGRADE):
            name = f"{section} / {key}"
            by_name[name] = _known(row, "flag", videos) or texts(row, videos, sections.source, name)
    each = [dict(zip(by_name, cells, strict=True)) for cells in zip(*by_name.values(), strict=True)]
    return [{name: str(text) for name, text in own.items() if text is not None} for own in each or [{}] * videos]


def unsure_rows(sections: Sections, videos: int) -> Iterator[Issue]:
    """A warning for a row of settings whose last cell is empty where the last video's value should stand.

    Rows end with the last value or with a comma behind it. One that has a value for all videos but the last, and then
    ends with a comma, may have lost the value of any of them.
    """
    for section, key in _PER_VIDEO:
        row = sections.find(section, key)
        if row is None or not row.may_have(videos):
            continue
        cells = row.cells[1:]
        if len(cells) == videos > 1 and not cells[-1] and all(cells[:-1]):
            where = Where(line=row.line, field=f"{section} / {key}")
            yield problem("warning", "ROW_UNSURE", where, f"{videos - 1} values", f"{videos} values, one a video")


def missing_keys(sections: Sections) -> Iterator[Issue]:
    """A warning for each row that every version writes and this file lacks (those that refuse it aside)."""
    for section, key in sorted(_WANTED - sections.keyed.keys()):
        yield _missing(sections, section, key)
    if all(sections.find(DETAILS, key) is None for key in SAMPLE_KEYS):
        yield _missing(sections, DETAILS, " or ".join(SAMPLE_KEYS))


def unread(sections: Sections, blocks: Mapping[Kind, Block]) -> tuple[str, ...]:
    """What stands in the file and no measurement holds, as ``Section / key``, in the order of the file."""
    found = [
        f"{section} / {key}"
        for section, key in sections.keyed
        if section not in _FLAGGED and (section, key) not in _READ
    ]
    found += [f"{INCLUDED} / {row.text.strip(BLANK)}" for row in declared(sections)[1]]
    found += unread_in_blocks(sections, blocks)
    for section, rows in sections.rows.items():
        # A row that begins with a letter has a key.
        doubtful = rows if section not in KNOWN else [row for row in rows if row.text[:1] in BLANK]
        name = section or "before the first section"
        found += [f"{name} / {row.key or row.value}" for row in doubtful if _is_nameless(row, section)]
    return tuple(dict.fromkeys(found))


def _is_nameless(row: Row, section: str) -> bool:
    """Whether a row stands under no key, or in a section that no version writes."""
    return not row.blank and (section not in KNOWN or not row.key)


def _missing(sections: Sections, section: str, key: str) -> Issue:
    where = Where(line=sections.titles[section].line, field=f"{section} / {key}")
    return problem(
        "warning", "MISSING_KEY", where, f"no row '{key}' in [{section}]", "the row that every version writes"
    )


def _known(row: Row, form: Form, videos: int) -> tuple[Scalar, ...] | None:
    """The values of a row that may have been read before; None when it is long or at fault."""
    return _read_before(row.text, form, videos) if len(row.text) <= _SHORT else None


@lru_cache(maxsize=512)  # an instrument is set alike for months: most of these rows are those of the last file
def _read_before(text: str, form: Form, videos: int) -> tuple[Scalar, ...] | None:
    with suppress(InputError):  # it is raised again where the place is known
        return tuple(_row(Row(0, text), "", form, videos, ""))
    return None


def _row(row: Row, name: str, form: Form, videos: int, source: str) -> list[Scalar]:
    if form != "flag" and _MANUAL in row.text and row.filled[1:] == [_MANUAL]:
        return [_MANUAL] * videos
    cells = texts(row, videos, source, name)
    # Most settings are the same in all videos: each is looked at once, where it stands first.
    if cells.count(cells[0]) == videos:
        return [_scalar(cells[0], form, source, (row.line, 2, name))] * videos
    known = {
        text: _scalar(text, form, source, (row.line, cells.index(text) + 2, name)) for text in dict.fromkeys(cells)
    }
    return [known[text] for text in cells]


def _scalar(text: str | None, form: Form, source: str, place: tuple[int, int, str]) -> Scalar:
    if text is None or form in {"text", "flag"}:
        return text
    if form != "either" and text.lower() == "unknown":
        return None
    value = parse(text)
    if form == "number" and value is not None:
        return value
    if form != "either":
        line, column, field = place
        where = Where(line=line, column=str(column), field=field)
        return whole(text, source, where) if form == "count" else number(text, source, where)
    if value is None:
        return text
    return int(value) if value == int(value) and abs(value) < LARGEST_COUNT else value
