"""Acquisition and analysis settings of a ZetaView run, with units in their names."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from evqc.errors import Issue, problem
from evqc.instruments._numbers import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments.zetaview._header import Field, Header
    from evqc.measurement import Scalar

#: Setting, and the header keys (in lower case) that hold it in one version or another.
_NUMBERS: dict[str, tuple[str, ...]] = {
    "temperature_degC": ("temperature",),
    "set_temperature_degC": ("settemperature",),
    "viscosity_mPa_s": ("viscosity",),
    "conductivity_uS_per_cm": ("conductivity",),
    "ph": ("ph",),
    "scattering_intensity": ("scattering intensity",),
    "detected_particles": ("detected particles",),
    "min_brightness": ("minimum brightness",),
    "max_brightness": ("maximum brightness",),
    "min_area": ("minimum area",),
    "max_area": ("maximum area",),
    "min_trace_length": ("minimum tracelength",),
    "tracking_radius2": ("tracking radius2",),
    "begin_new_traces": ("begin new traces",),
    "psd_log_correction": ("psd log correction",),
    "sensitivity": ("sensitivity",),
    "gain": ("gain",),
    "offset": ("offset",),
    "shutter": ("shutter",),
    "brightness": ("brightness",),
    "gamma": ("gamma",),
    "camera_trigger_delay_us": ("camera trigger delay µs", "camera trigger delay mus", "camera trigger delay us"),
    "laser_wavelength_nm": ("laser wavelength nm",),
    "um_per_pixel": ("micrometer per pixel",),
}
_TEXTS: dict[str, tuple[str, ...]] = {
    "filter": ("filter wavelength nm",),
    "sop": ("sop",),
    "serial_number": ("zetaview s/n",),
    "cell_serial_number": ("cell s/n",),
    "cell_number": ("cell#",),
    "electrolyte": ("electrolyte",),
    "operator": ("operator",),
    "analysis_version": ("analyze",),
    "section": ("section",),
    "positions": ("positions",),
    "temperature_control": ("tempcontrol",),
    "auto_exposure": ("auto exposure",),
    "camera_trigger_mode": ("camera trigger mode",),
    "camera_trigger_duration_us": (
        "camera trigger duration µs",
        "camera trigger duration mus",
        "camera trigger duration us",
    ),
    "microscope_magnification": ("microscope magnification",),
    "general_remarks": ("general remarks",),
    "remarks": ("remarks",),
    "sample_info_1": ("sample info 1", "sample remarks0"),
    "sample_info_2": ("sample info 2", "sample remarks1"),
    "sample_info_3": ("sample info 3", "sample remarks2"),
}
_ALL = _NUMBERS | _TEXTS
#: What a setting that has no value says, in lower case.
_NOTHING = {"", "nan"}
#: Whether a value was typed in or measured stands beside it.
_SOURCES = {"temperature_source": "temperature", "conductivity_source": "conductivity", "ph_source": "ph"}
#: Longer texts are not kept for the next file.
_SHORT = 40
_CAMERA = re.compile(r"FpSec\s+(\S+)\s+#Cycles\s+(\S+)\s+FRate\s+(\S+)")
_MOMENT = re.compile(r"(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)", re.ASCII)
_CAMERA_SETTINGS = ("frames_per_cycle", "cycles", "frame_rate_per_s")
#: Header keys that ``settings``, ``acquired_at`` and ``run_name`` read.
READ = {key for keys in _ALL.values() for key in keys} | {
    "camera", "date", "time", "experiment", "original file",
}  # fmt: skip


def settings(head: Header) -> tuple[dict[str, Scalar], tuple[Issue, ...]]:
    """The settings that the header states, and a warning for each that cannot be read: no result rests on them.

    A setting is absent when the file's version does not have it, and None when it is empty, ``NaN`` or unreadable.
    """
    found: dict[str, Scalar] = {}
    issues: list[Issue] = []
    for name, keys in _ALL.items():
        if fields := head.all(*keys):
            found[name], wrong = _value(fields, head.decimal if name in _NUMBERS else None)
            issues += wrong
    sources = {name: _qualifier(fields[0]) for name, key in _SOURCES.items() if (fields := head.all(key))}
    camera, unread_camera = _camera(head)
    return found | sources | camera, (*issues, *unread_camera)


def _value(fields: Sequence[Field], decimal: str | None) -> tuple[Scalar, list[Issue]]:
    """The value of a setting, a number where the decimal mark is given; None and a warning when two contradict."""
    first = fields[0]
    for other in fields[1:]:
        if other.value != first.value:
            expected = f"one '{first.key}'; line {first.line} says '{first.value}'"
            return None, [problem("warning", "DUPLICATE_FIELD", other.where, f"'{other.value}'", expected)]
    if first.value.casefold() in _NOTHING:
        return None, []
    value = first.value if decimal is None else _number(first.value, decimal)
    if value is None:
        expected = f"a number with decimal '{decimal}'"
        return None, [problem("warning", "NOT_A_NUMBER", first.where, f"'{first.value}'", expected)]
    if first.name in _NUMBERS["temperature_degC"] and isinstance(value, (int, float)) and not 0 <= value <= 100:
        expected = "a temperature of water between 0 and 100 °C; it is not used"
        return None, [problem("warning", "OUT_OF_RANGE", first.where, f"'{first.value}'", expected)]
    return value, []


def _number(text: str, decimal: str) -> float | int | None:
    """A number as printed: whole when it is printed without decimals."""
    return _read_before(text, decimal) if len(text) <= _SHORT else _read_number(text, decimal)


def _read_number(text: str, decimal: str) -> float | int | None:
    value = parse(text, decimal=decimal)
    return int(value) if value is not None and text.removeprefix("-").isdecimal() else value


#: An instrument is set alike for months: most of its settings are those of the last file.
_read_before = lru_cache(maxsize=512)(_read_number)


def _qualifier(field: Field) -> str | None:
    return field.qualifiers[0] or None if field.qualifiers else None


def _camera(head: Header) -> tuple[dict[str, Scalar], tuple[Issue, ...]]:
    """Frames per cycle, cycles and frame rate from ``FpSec 30 #Cycles 2 FRate 30.000000``."""
    fields = head.all("camera")
    if not fields:
        return {}, ()
    match = _CAMERA.fullmatch(fields[0].value)
    values = [_number(text, head.decimal) for text in match.groups()] if match else []
    if not values or None in values:
        expected = "FpSec, #Cycles and FRate, each with a number"
        return {}, (problem("warning", "CAMERA_UNREAD", fields[0].where, f"'{fields[0].value}'", expected),)
    return dict(zip(_CAMERA_SETTINGS, values, strict=True)), ()


def acquired_at(head: Header) -> tuple[str | None, tuple[Issue, ...]]:
    """ISO date and time of the run, without zone as the file states none; a warning when they make no time.

    Raises:
        InputError: ``DUPLICATE_FIELD``.
    """
    day, time = head.text("date"), head.text("time")
    if day is None or time is None:
        return None, ()
    if (hit := _MOMENT.fullmatch(f"{day} {time}")) is not None:
        with suppress(ValueError):  # there is no such day, or no such time of a day
            year, month, date, hour, minute, second = map(int, hit.groups())
            return datetime(year, month, date, hour, minute, second).isoformat(), ()  # noqa: DTZ001  no zone stated
    where, expected = head.all("date")[0].where, "a date 2024-12-31 and a time 23:59:59"
    return None, (problem("warning", "DATE_UNREAD", where, f"'{day} {time}'", expected),)


def run_name(head: Header) -> str | None:
    """The experiment's name, or else the stem of the original file (a Windows path)."""
    original = head.text("original file")
    return head.text("experiment") or (PureWindowsPath(original).stem if original else None)
