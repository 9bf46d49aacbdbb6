"""The XML documents of a run: the sample record with the observed volume, and the log of temperatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, amount_at, quantity
from evqc.instruments._dates import acquired
from evqc.instruments._numbers import number, parse
from evqc.instruments._xml import local, root
from evqc.measurement import State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Scalar

SAMPLE, TEMPERATURES = "sample record", "temperature log"
#: Documents of the same folder that hold no measurement, with what they hold.
_OTHERS = {
    "ReportSettings": "limits of the axes of a report",
    "ProcessingSettings": "settings, which the sample record has",
}
_ROOTS = ("SampleData", "TemperatureLog", *_OTHERS)
#: Elements of the sample record that are used, as section/element, with the key that they get; the unit is in it.
_SETTINGS = {
    "RecordingSettings/MeasurementType": "measurement_type",
    "RecordingSettings/FrameRate": "frame_rate_per_s",
    "RecordingSettings/Exposure": "exposure",
    "RecordingSettings/Gain": "gain",
    "RecordingSettings/BlueLaserPower": "blue_laser_power",
    "RecordingSettings/BlueLaserEnabled": "blue_laser",
    "RecordingSettings/GreenLaserPower": "green_laser_power",
    "RecordingSettings/GreenLaserEnabled": "green_laser",
    "RecordingSettings/RedLaserPower": "red_laser_power",
    "RecordingSettings/RedLaserEnabled": "red_laser",
    "RecordingSettings/FramesPerVideo": "frames_per_video",
    "RecordingSettings/NumOfVideos": "videos_recorded",
    "RecordingSettings/TargetTemperature": "target_temperature_degC",
    "RecordingSettings/StirrerSpeed": "stirrer_speed",
    "RecordingSettings/FilterType": "filter",
    "RecordingSettings/Volume": "observed_volume_mL",
    "ProcessingSettings/ProcessingMode": "analysis_method",
    "ProcessingSettings/DetectionThresholdType": "detection_threshold_type",
    "ProcessingSettings/DetectionThreshold": "detection_threshold",
    "ProcessingSettings/FeatureSize": "feature_size",
    "ProcessingSettings/StartingFrame": "first_frame",
    "ProcessingSettings/FramesForAnalysis": "frames_analysed_per_video",
    "SampleInformation/ID": "sample_id",
    "SampleInformation/Type": "sample_type",
    "SampleInformation/Dilution": "dilution_as_stated",
    "SampleInformation/Description": "description",
    "SampleInformation/Analyst": "operator",
    "MetaData/AnalyzerModel": "model",
    "MetaData/SerialNumber": "serial_number",
    "MetaData/CalibrationConstant": "calibration_constant",
    "MetaData/RecordingSoftwareVersion": "software_version",
    "MetaData/FirmwareVersion": "firmware_version",
    "MetaData/CameraType": "camera",
}
#: Settings that are texts though they look like numbers.
_TEXTS = {"sample_id", "serial_number", "software_version", "firmware_version", "description", "operator"}
_NAME, _START = "SampleInformation/Name", "MetaData/MeasurementStartDateTime"
_VOLUME, _DILUTION = "RecordingSettings/Volume", "SampleInformation/Dilution"
#: What the instrument writes for "none".
_NONE = {"MetaData/MeasurementUncertainty": "-9999", "MetaData/Authorization": "None"}


def begins(head: str) -> bool:
    """Whether a text begins like one of the XML documents that a ViewSizer writes."""
    body = head.partition("?>")[2].lstrip() if head.lstrip().startswith("<?xml") else head.lstrip()
    return body.startswith(tuple(f"<{name}" for name in _ROOTS)) and _is_own(body)


def _is_own(body: str) -> bool:
    return not body.startswith("<SampleData") or "<RecordingSettings>" in body


def read(file: ExportFile) -> Reading:
    """The reading of a sample record (the observed volume) or of a log of temperatures (one for each video).

    Raises:
        InputError: ``UNSUPPORTED_KIND`` for documents without a measurement, ``MISSING_FIELD``, ``NOT_A_NUMBER``,
            ``OUT_OF_RANGE``, and what ``_xml.root`` raises.
    """
    top = root(file)
    kind = local(top.tag)
    if kind in _OTHERS:
        raise refusal(
            file.name, "UNSUPPORTED_KIND", Where(field=kind), _OTHERS[kind], "a file that holds a measurement"
        )
    return _temperatures(file, top) if kind == "TemperatureLog" else _record(file, top)


def _leaves(top: ET.Element) -> dict[str, str]:
    """The texts of the elements two levels down, by section/element; empty ones are left out."""
    pairs = ((f"{local(part.tag)}/{local(leaf.tag)}", (leaf.text or "").strip()) for part in top for leaf in part)
    own = ((local(leaf.tag), (leaf.text or "").strip()) for leaf in top if not len(leaf))
    return {key: text for key, text in (*own, *pairs) if text}


def _record(file: ExportFile, top: ET.Element) -> Reading:
    leaves = _leaves(top)
    settings = {name: _scalar(name, leaves.get(key)) for key, name in _SETTINGS.items()}
    if _VOLUME not in leaves:
        raise refusal(file.name, "MISSING_FIELD", Where(field=_VOLUME), "nothing", "the observed volume in mL")
    volume = number(leaves[_VOLUME], file.name, Where(field=_VOLUME))
    if not 0 < volume < 1:
        raise refusal(file.name, "OUT_OF_RANGE", Where(field=_VOLUME), leaves[_VOLUME], "a volume of 0 to 1 mL")
    start, dated = acquired(leaves.get(_START), Where(field=_START))
    found = amount_at(leaves[_VOLUME], file.name, Where(field=_VOLUME))
    measured = quantity(
        found, "volume", "mL", Where(field=_VOLUME), sample=leaves.get(_NAME), acquired_at=start, settings=settings,
        method="volume that the camera sees in one video",
    )  # fmt: skip
    return accepted(
        file.source,
        instrument="viewsizer",
        software_version=leaves.get("MetaData/RecordingSoftwareVersion"),
        file_kind=SAMPLE,
        measurements=(measured,),
        issues=(*_dilution(file.name, leaves), *dated),
        unread=tuple(k for k, text in leaves.items() if k not in {*_SETTINGS, _NAME, _START} and _NONE.get(k) != text),
    )


def _scalar(name: str, text: str | None) -> Scalar:
    if text is None or name in _TEXTS:
        return text
    if text in {"true", "false"}:
        return text == "true"
    value = parse(text)
    if value is None:
        return text
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def _dilution(source: str, leaves: dict[str, str]) -> tuple[Issue, ...]:
    """What has to be said of the stated dilution; raises InputError ``OUT_OF_RANGE`` when it is below 1."""
    where, text = Where(field=_DILUTION), leaves.get(_DILUTION)
    if text is None:
        return (problem("note", "DILUTION_NOT_STATED", where, "no dilution", "a dilution factor"),)
    if number(text, source, where) < 1:
        raise refusal(source, "OUT_OF_RANGE", where, text, "a dilution factor of at least 1")
    if parse(text) != 1:
        return ()
    expected = "the dilution, if there was one: the field holds 1 also where nobody filled it in, so 1 is not taken"
    return (problem("note", "DILUTION_NOT_STATED", where, f"'{text}'", expected),)


def stated_dilution(settings: dict[str, Scalar]) -> float | None:
    """The dilution that a sample record states; None for 1, which also stands where nobody filled it in."""
    value = settings.get("dilution_as_stated")
    return float(value) if isinstance(value, (int, float)) and value != 1 else None


def _temperatures(file: ExportFile, top: ET.Element) -> Reading:
    entries = [e for e in top.iter() if local(e.tag) == "Entry"]
    if not entries:
        raise refusal(file.name, "MISSING_FIELD", Where(field="Entry"), "no entry", "a temperature for each video")
    made = []
    for place, entry in enumerate(entries, start=1):
        texts = {local(e.tag): (e.text or "").strip() for e in entry}
        where = Where(field=f"Entry {place} / Temp")
        found = amount_at(texts.get("Temp", ""), file.name, where, words=SAID)
        if found.state is State.MEASURED and not -50 < (found.value or 0) < 200:
            raise refusal(file.name, "OUT_OF_RANGE", where, texts["Temp"], "a temperature in °C")
        settings: dict[str, Scalar] = {"file": texts.get("File") or None}
        made.append(quantity(found, "temperature", "degC", where, sample=None, replicate=str(place), settings=settings))
    return accepted(
        file.source,
        instrument="viewsizer",
        software_version=None,
        file_kind=TEMPERATURES,
        measurements=tuple(made),
    )
