from __future__ import annotations

import builtins
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.instruments import fcs
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Quantity, State
from tests.instruments.fcs.native import Fcs, invented, offset_samples, samples
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evqc.reading import Reading

NAMES = ("FSC-A", "APC-A")
EVENTS = invented(3, 30, (500.0, 70.0))
REAL = [p for p in corpus_files("markers/flow_fcs") if p.stat().st_size > 10]


def read(data: bytes, instrument: str | None = None) -> Reading:
    return read_export(ExportFile("a.fcs", data), instrument=instrument)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    found = [m for m in reading.measurements if isinstance(m, Quantity)]
    return [m for m in found if m.measurand == measurand]


def test_the_samples_are_those_that_the_module_writes() -> None:
    for folder, made in (("fcs", samples()), ("fcs_offset", offset_samples())):
        for name, data in made.items():
            assert (Path(__file__).parent.parent / folder / name).read_bytes() == data, name


@pytest.mark.parametrize("version", ["2.0", "3.0", "3.1"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("datatype", ["F", "D"])
def test_medians_are_those_of_the_events(version: str, big: bool, datatype: str) -> None:
    reading = read(Fcs(NAMES, EVENTS, version=version, big=big, datatype=datatype).written())
    assert reading.verdict == "accepted"
    assert [m.value for m in quantities(reading, "marker_signal")] == list(np.median(EVENTS, axis=0))
    assert [m.value for m in quantities(reading, "event_count")] == [len(EVENTS)]


def test_fcs_3_2_is_read_without_mode_and_with_one_date_and_time() -> None:
    written = Fcs(NAMES, EVENTS, version="3.2", keywords={"$BEGINDATETIME": "2026-03-05T14:07:09.25+01:00"}).written()
    reading = read(written.replace(b"$MODE/L/", b"OTHER/L/"))
    assert (reading.verdict, reading.status) == ("accepted", "experimental")
    assert [m.value for m in quantities(reading, "marker_signal")] == list(np.median(EVENTS, axis=0))
    assert quantities(reading, "event_count")[0].acquired_at == "2026-03-05T14:07:09+01:00"


def test_a_parameter_of_another_type_than_the_data_set_is_refused() -> None:
    reading = read(Fcs(NAMES, EVENTS, version="3.2", keywords={"$P1DATATYPE": "I"}).written())
    assert codes(reading) == ["FCS_UNSUPPORTED"]
    same = read(Fcs(NAMES, EVENTS, version="3.2", keywords={"$P1DATATYPE": "F"}).written())
    assert same.verdict == "accepted"


def test_percentiles_name_their_unit_and_the_channel_its_stain() -> None:
    reading = read(samples()["float_with_volume.fcs"])
    apc = quantities(reading, "marker_signal")[3]
    assert apc.settings["channel"] == "APC-A"
    assert apc.settings["stain"] == "CD63"
    assert apc.settings["voltage_V"] == 450.0
    assert apc.settings["percentile_50_au"] == apc.value
    assert apc.sample == "EV batch 7 anti-CD63"
    assert apc.acquired_at == "2026-03-03T09:15:30"


def test_events_per_millilitre_come_from_count_and_volume() -> None:
    (found,) = quantities(read(samples()["float_with_volume.fcs"]), "event_concentration")
    assert found.value == pytest.approx(60 / 25e-6 / 1000)
    assert found.settings["volume_nL"] == 25000.0


def test_a_logarithmic_amplifier_is_taken_back() -> None:
    reading = read(samples()["integers_of_mixed_width.fcs"])
    stored = struct.iter_unpack("<HBI", samples()["integers_of_mixed_width.fcs"][-50 * 7 :])
    fl1 = [row[1] for row in stored]
    value = quantities(reading, "marker_signal")[1].value
    assert value == pytest.approx(np.median([10 ** (4 * v / 128) for v in fl1]))


def test_no_events_give_no_median() -> None:
    reading = read(Fcs(NAMES, np.empty((0, 2))).written())
    states = [m.state for m in quantities(reading, "marker_signal")]
    assert states == [State.MISSING] * 2
    assert quantities(reading, "event_count")[0].value == 0


def test_what_the_file_does_not_bear_out_is_flagged() -> None:
    reading = read(samples()["version_2_big_endian_doubled_separator.fcs"])
    assert reading.verdict == "flagged"
    assert codes(reading) == ["FCS_PARAMETERS", "CHANNEL_TWICE", "EVENTS_LOST"]


def test_a_channel_with_nan_has_no_median() -> None:
    reading = read(samples()["channel_with_nan.fcs"])
    assert codes(reading) == ["NOT_A_NUMBER"]
    last = quantities(reading, "marker_signal")[-1]
    assert (last.state, last.reason) == (State.MISSING, "not a number")


@pytest.mark.parametrize(
    ("keywords", "code", "field"),
    [
        ({"$PAR": "x"}, "FCS_KEYWORD", "$PAR"),
        ({"$PAR": "0"}, "FCS_KEYWORD", "$PAR"),
        ({"$PAR": "3"}, "FCS_KEYWORD", "$P3B"),
        ({"$P2N": " "}, "FCS_KEYWORD", "$P2N"),
        ({"$P2R": "0"}, "FCS_KEYWORD", "$P2R"),
        ({"$P2E": "4"}, "FCS_KEYWORD", "$P2E"),
        ({"$P2B": "12"}, "FCS_UNSUPPORTED", "$P2B"),
        ({"$MODE": "C"}, "FCS_UNSUPPORTED", "$MODE"),
        ({"$DATATYPE": "A"}, "FCS_UNSUPPORTED", "$DATATYPE"),
        ({"$TOT": "-4"}, "FCS_KEYWORD", "$TOT"),
        ({"$TOT": "29"}, "FCS_OFFSET", "DATA"),
    ],
)
def test_keywords_that_cannot_be(keywords: dict[str, str], code: str, field: str) -> None:
    (issue,) = read(Fcs(NAMES, EVENTS, keywords=keywords).written()).issues
    assert (issue.code, issue.where.field) == (code, field)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"FCS9.9    ".ljust(400), "FCS_VERSION"),
        (b"FCS3.1    " + b"    256x     300".ljust(300), "FCS_HEADER"),
        (b"FCS3.1    ", "FCS_HEADER"),
        (Fcs(NAMES, EVENTS).written()[:280], "TRUNCATED"),
        (Fcs(NAMES, EVENTS, header_data=(600, 900)).written(), "FCS_OFFSET"),
        (Fcs(NAMES, EVENTS, checksum=b"").written()[:-8] + b"0" * 8, "FCS_OFFSET"),
        (Fcs(NAMES, EVENTS).written() + b"abc", "FCS_OFFSET"),
    ],
)
def test_headers_that_cannot_be(data: bytes, code: str) -> None:
    assert codes(read(data, "fcs")) == [code]


def test_padding_is_flagged() -> None:
    assert codes(read(Fcs(NAMES, EVENTS).written() + b"\x00" * 500)) == ["FCS_PADDING"]


def test_one_byte_too_far_is_read_only_on_request() -> None:
    data = Fcs(NAMES, EVENTS, end_too_far=1).written()
    (issue,) = read(data).issues
    assert issue.code == "FCS_OFFSET"
    assert "241 bytes" in issue.found
    assert "240 bytes" in issue.expected
    assert "--instrument fcs_offset" in issue.expected
    asked = read(data, "fcs_offset")
    assert (asked.verdict, codes(asked)) == ("flagged", ["FCS_OFFSET"])
    assert [m.value for m in quantities(asked, "marker_signal")] == list(np.median(EVENTS, axis=0))


def test_without_flowio_the_file_is_recognised_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("flowio"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    file = ExportFile("a.fcs", samples()["integers_of_mixed_width.fcs"])
    assert fcs.recognises(file)
    (issue,) = read_export(file, instrument="fcs").issues
    assert issue.code == "EXTRA_MISSING"
    assert "pip install 'evqc[fcs]'" in issue.expected


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damage_in_header_and_keywords_never_gives_other_medians_unseen(data: st.DataObject) -> None:
    whole = bytearray(samples()["float_with_volume.fcs"])
    before = quantities(read(bytes(whole)), "marker_signal")
    text_end = int(whole[18:26])
    place = data.draw(st.integers(0, text_end))
    whole[place] = data.draw(st.integers(32, 126))
    reading = read(bytes(whole))
    values = [m.value for m in quantities(reading, "marker_signal")]
    scaled = b"$P" in whole[place - 6 : place + 6]  # a damaged amplifier, name or number is that very statement
    assert reading.verdict == "refused" or values == [m.value for m in before] or scaled


def decoded(path: Path) -> tuple[dict[str, str], NDArray[np.float64]]:
    """Keywords and events of a real file, decoded here with numpy and without the reader."""
    raw = path.read_bytes()
    begin, end = int(raw[10:18]), int(raw[18:26])
    parts = raw[begin + 1 : end].decode("latin-1").split(chr(raw[begin]))
    said = {k.upper(): v.strip() for k, v in zip(parts[::2], parts[1::2], strict=False)}
    count, order = int(said["$PAR"]), ">" if said["$BYTEORD"].startswith("4") else "<"
    letter = {"F": "f", "D": "f", "I": "u"}[said["$DATATYPE"]]
    kind = np.dtype([(f"c{i}", f"{order}{letter}{int(said[f'$P{i}B']) // 8}") for i in range(1, count + 1)])
    rows = np.frombuffer(raw, kind, count=int(said["$TOT"]), offset=int(said["$BEGINDATA"]))
    return said, np.column_stack([rows[f"c{i}"].astype(float) for i in range(1, count + 1)])


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_decoded_independently(path: Path) -> None:
    said, events = decoded(path)
    reading = read(path.read_bytes())
    if codes(reading) == ["FCS_OFFSET"]:
        reading = read(path.read_bytes(), "fcs_offset")
    assert reading.verdict in {"accepted", "flagged"}
    assert [m.value for m in quantities(reading, "event_count")] == [int(said["$TOT"])]
    signals = quantities(reading, "marker_signal")
    assert len(signals) >= 9
    for signal in signals:
        column = events[:, int(str(signal.settings["parameter"])) - 1]
        assert signal.value == np.median(column)
        assert signal.settings["percentile_95_au"] == pytest.approx(np.percentile(column, 95), rel=1e-12)
    for concentration in quantities(reading, "event_concentration"):
        assert concentration.value == pytest.approx(len(events) / (float(said["$VOL"]) * 1e-6))


@needs_corpus
def test_ten_bytes_are_no_fcs_file() -> None:
    (path,) = [p for p in corpus_files("markers/flow_fcs") if p.stat().st_size == 10]
    assert codes(read(path.read_bytes())) == ["UNKNOWN_FORMAT"]
    assert codes(read(path.read_bytes(), "fcs")) == ["FCS_VERSION"]
