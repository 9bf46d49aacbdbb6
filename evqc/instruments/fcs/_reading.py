"""An FCS file to a reading: counts, concentration and the channels, with the acquisition as the file states it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments._dates import acquired
from evqc.instruments._numbers import parse
from evqc.instruments.fcs._events import PERCENTILES, events, linear, summary
from evqc.instruments.fcs._header import header, segment_of
from evqc.instruments.fcs._layout import layout
from evqc.measurement import Quantity, Scalar, State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from evqc.instruments._export import ExportFile
    from evqc.instruments.fcs._header import Header
    from evqc.instruments.fcs._layout import Channel, Layout

#: Where the sample's name stands, the most specific first: BD's tube, the standard's specimen label, its source.
_SAMPLE = ("TUBE NAME", "$SMNO", "$SRC", "$CELLS")
_SETTINGS = {
    "$CYT": "cytometer", "$CYTSN": "serial_number", "CYTNUM": "cytometer_number", "$INST": "institution",
    "$OP": "operator", "$EXP": "investigator", "$PROJ": "project", "EXPERIMENT NAME": "experiment",
    "$SRC": "source", "$CELLS": "cells", "$SMNO": "specimen", "TUBE NAME": "tube", "$FIL": "file",
    "PLATE NAME": "plate", "$PLATENAME": "plate", "WELL ID": "well", "$WELLID": "well",
    "$TR": "trigger", "THRESHOLD": "threshold", "$COM": "comment", "$ETIM": "ended_at",
    "$ORIGINALITY": "originality", "$FLOWRATE": "flow_rate",
    "TRANSFORMATION": "transformation",
}  # fmt: skip
_SOFTWARE = ("CREATOR", "$SYS")
_COUNTERS = {"$LOST": "events_lost", "$ABRT": "events_aborted"}
_STRUCTURE = re.compile(
    r"\$(BEGIN|END)(DATA|STEXT|ANALYSIS)|\$(NEXTDATA|PAR|TOT|MODE|DATATYPE|BYTEORD|DATE|BTIM|VOL|BEGINDATETIME)"
    r"|\$P\d+([NSBREGV]|DATATYPE)"
)
#: Channels that hold no light: time, and the counters of a MACSQuant (HDR-T, HDR-CE, HDR-SE, HDR-V).
_NO_SIGNAL = re.compile(r"hdr-\w+|time(_?lsw|_?msw)?|time-?\d?", re.IGNORECASE)
_PARAMETER_KEY = re.compile(r"(?<=P)\d+(?=[A-Z])")
_YEAR_FIRST = re.compile(r"(\d{4})-([A-Za-z]{3})-(\d{1,2})")
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}")
#: Of FCS 3.2: date, time, and distance to universal time.
_BEGUN = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d*)?([+-]\d{2}:\d{2})?")
_NL_PER_ML = 1e6
#: A stated volume below one nanolitre is none; 0 is written where none was measured.
_LEAST_VOLUME_NL = 1.0


def reading(file: ExportFile, name: str, status: Literal["verified", "experimental"], *, lenient: bool) -> Reading:
    """The reading of one FCS data set.

    Args:
        file: the file.
        name: of the reader that was asked.
        status: of that reader.
        lenient: a last data byte that is one too far is taken with a warning.

    Raises:
        InputError: see ``fcs.read``.
    """
    stated = header(file)
    found = layout(file, stated, lenient=lenient)
    values = events(file, found, lenient=lenient)
    when, dated = _acquired(stated.keywords)
    sample = _first(stated.keywords, _SAMPLE)
    channels = [_channel(values[:, i], c, sample, when) for i, c in enumerate(found.channels) if _holds_light(c)]
    return accepted(
        file.source,
        instrument=name,
        software_version=_first(stated.keywords, _SOFTWARE),
        file_kind=f"FCS {stated.version} data set",
        measurements=(*_counts(stated, found, sample, when), *channels),
        issues=(*stated.issues, *found.issues, *dated, *_remarks(stated, found, values)),
        unread=_unread(file, stated, found),
        # No real file of this version was read.
        status="experimental" if stated.version == "3.2" else status,
    )


def _first(keywords: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := keywords.get(name, "").strip())), None)


def _holds_light(channel: Channel) -> bool:
    return not any(_NO_SIGNAL.fullmatch(text) for text in (channel.name, channel.stain or ""))


def _acquired(keywords: Mapping[str, str]) -> tuple[str | None, tuple[Issue, ...]]:
    """Date and begin of the acquisition; fractions of a second are left out, their unit changed between versions."""
    if found := _BEGUN.match(keywords.get("$BEGINDATETIME", "").strip()):
        return acquired(f"{found[1]} {found[2]}{found[3] or ''}", Where(field="$BEGINDATETIME"))
    day = _YEAR_FIRST.sub(r"\3-\2-\1", keywords.get("$DATE", "").strip())
    clock = _CLOCK.match(keywords.get("$BTIM", "").strip())
    text = f"{day} {clock[0]}" if day and clock else day
    return acquired(text or None, Where(field="$DATE"))


def _counts(stated: Header, found: Layout, sample: str | None, when: str | None) -> tuple[Quantity, ...]:
    """The number of events with the whole acquisition, and events per millilitre where the volume is stated."""
    keywords = stated.keywords
    said: dict[str, Scalar] = {key: t for name, key in _SETTINGS.items() if (t := keywords.get(name, "").strip())}
    counted = {key: n for name, key in _COUNTERS.items() if (n := parse(keywords.get(name, ""))) is not None}
    settings = said | counted | {"gate": "none", "compensation": "not applied", "parameters": len(found.channels)}
    where = Where(field="$TOT")
    count = _quantity("event_count", float(found.events), "1", sample, when, where, settings)
    volume = parse(keywords.get("$VOL", ""))
    if volume is None or not volume >= _LEAST_VOLUME_NL:
        return (count,)
    told: dict[str, Scalar] = {"volume_nL": volume, "gate": "none", "rule": "$TOT / $VOL, of the suspension as run"}
    share = found.events / volume * _NL_PER_ML
    return count, _quantity("event_concentration", share, "1/mL", sample, when, Where(field="$VOL"), told)


def _quantity(
    measurand: str,
    value: float | None,
    unit: str,
    sample: str | None,
    when: str | None,
    where: Where,
    settings: dict[str, Scalar],
) -> Quantity:
    return Quantity(
        measurand=measurand,
        value=value,
        unit=unit,
        state=State.MISSING if value is None else State.MEASURED,
        reason="not a number" if value is None else None,
        sample=sample,
        method="flow cytometry",
        acquired_at=when,
        settings=settings,
        where=where,
    )


def _channel(values: NDArray[np.float64], channel: Channel, sample: str | None, when: str | None) -> Quantity:
    """The median of a channel over all events, with its percentiles and the share of events at the top of its range."""
    found = summary(linear(values, channel))
    settings: dict[str, Scalar] = {"channel": channel.name, "stain": channel.stain, "parameter": channel.number}
    settings |= {"statistic": "median of all events", "scale": _scale(channel)}
    settings |= {"gain_not_applied": channel.gain, "voltage_V": channel.voltage}
    where = Where(field=f"$P{channel.number}N")
    if found is None:
        return _quantity("marker_signal", None, "a.u.", sample, when, where, settings)
    names = (f"percentile_{p:g}_au" for p in PERCENTILES)
    settings |= {name: float(value) for name, value in zip(names, found, strict=True)}
    settings["at_top_of_range_percent"] = float(100 * np.mean(values >= channel.range - 1))
    return _quantity("marker_signal", float(found[2]), "a.u.", sample, when, where, settings)


def _scale(channel: Channel) -> str:
    if not channel.decades:
        return "linear, as stored"
    return f"logarithmic amplifier of {channel.decades:g} decades, on the linear scale"


def _remarks(stated: Header, found: Layout, values: NDArray[np.float64]) -> tuple[Issue, ...]:
    """Channels of one name, events that were lost, values that are not finite, and a transformation made before."""
    remarks = []
    for name, count in Counter(channel.name for channel in found.channels).items():
        if count > 1:
            where = Where(field=name)
            remarks.append(_warning("CHANNEL_TWICE", where, f"{count} channels '{name}'", "a name for each channel"))
    for key in _COUNTERS:
        lost = parse(stated.keywords.get(key, ""))
        if lost is not None and lost > 0:
            expected = "0; event count and concentration are too low"
            remarks.append(_warning("EVENTS_LOST", Where(field=key), f"{lost:g} events", expected))
    broken = np.flatnonzero(~np.isfinite(values).all(axis=0))
    for i in broken:
        where = Where(field=f"$P{found.channels[i].number}N")
        some = f"{np.sum(~np.isfinite(values[:, i]))} events of '{found.channels[i].name}'"
        remarks.append(_warning("NOT_A_NUMBER", where, some, "finite values; no median is given"))
    volume = stated.keywords.get("$VOL", "").strip()
    if volume and not (parse(volume) or 0) >= _LEAST_VOLUME_NL:
        remarks.append(_warning("FCS_VOLUME", Where(field="$VOL"), volume, "nanolitres; no concentration is given"))
    if stated.keywords.get("TRANSFORMATION", "").strip():
        where = Where(field="TRANSFORMATION")
        remarks.append(_warning("FCS_REWRITTEN", where, stated.keywords["TRANSFORMATION"], "values as acquired"))
    return tuple(remarks)


def _warning(code: str, where: Where, found: str, expected: str) -> Issue:
    return problem("warning", code, where, found, expected)


def _unread(file: ExportFile, stated: Header, found: Layout) -> tuple[str, ...]:
    """Keywords that no measurement uses, those of the parameters once for all; channels without light; segments."""
    used = {*_SETTINGS, *_SAMPLE, *_SOFTWARE, *_COUNTERS}
    keys = (k for k, v in stated.keywords.items() if v.strip() and k not in used and not _STRUCTURE.fullmatch(k))
    names = dict.fromkeys(_PARAMETER_KEY.sub("n", key) for key in keys)
    others = (f"channel {channel.name}" for channel in found.channels if not _holds_light(channel))
    segments = {"ANALYSIS": stated.analysis, "STEXT": segment_of(file, stated.keywords, "STEXT")}
    further = (f"segment {name}" for name, segment in segments.items() if segment.length)
    return (*names, *others, *further)
