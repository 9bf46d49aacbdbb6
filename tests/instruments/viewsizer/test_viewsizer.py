"""The ViewSizer reader on synthetic runs of known sizes, on damaged ones, and on the real run where it is."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import viewsizer
from evqc.instruments._export import ExportFile
from evqc.instruments._many import read as read_paths
from evqc.instruments.viewsizer._joining import same_particles
from evqc.measurement import Quantity, SizeDistribution, State
from evqc.reading import Reading, refused
from tests.instruments.viewsizer.native import HEADINGS, Run, constant, iso, samples
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REAL = {path.name: path for path in corpus_files("nta/viewsizer")}
RUN = Run()
TABLE = RUN.table(iso())


def read(text: str | bytes, name: str = "ISOBinning_EV batch 7.dat") -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile(name, text if isinstance(text, bytes) else text.encode())
    assert viewsizer.recognises(file)
    try:
        return viewsizer.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=viewsizer.NAME)


def run_of(reading: Reading) -> SizeDistribution:
    assert reading.verdict != "refused", reading.issues
    (run,) = reading.measurements
    assert isinstance(run, SizeDistribution)
    return run


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def joined(tmp_path: Path, files: dict[str, str]) -> dict[str, Reading]:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return {r.source.name: r for r in read_paths(tmp_path, instrument="viewsizer").readings}


def whole(run: Run = RUN) -> dict[str, str]:
    return {
        f"ConstantBinsTable_{run.name}.dat": run.table(constant()),
        f"DisplayBins_{run.name}.dat": run.table(constant(20.0)),
        f"ISOBinning_{run.name}.dat": run.table(iso()),
        f"Videos_{run.name}.dat": run.list_of_videos(),
        f"{run.name}_20260305_140709.xml": run.record(),
        f"{run.name}_Temperature_20260305_140700.xml": run.temperatures(),
    }


def test_the_samples_are_what_native_writes() -> None:
    for name, text in samples().items():
        assert (SAMPLES / "viewsizer" / name).read_bytes() == text.encode(), name


# One table


@pytest.mark.parametrize("edges", [constant(), constant(20.0), iso()], ids=["1 nm", "20 nm", "ratio 1.1"])
def test_counts_and_concentration_of_a_table(edges: np.ndarray) -> None:
    run = run_of(read(RUN.table(edges)))
    expected = np.histogram(RUN.sizes, [*run.diameter_nm.lower.tolist(), float(run.diameter_nm.upper[-1])])[0]
    assert run.count is not None
    assert run.concentration_per_ml is not None
    assert run.count.tolist() == expected.tolist()
    assert run.concentration_per_ml.sum() == pytest.approx(9 / (3 * 2.3e-6), rel=1e-9)
    assert run.concentration_total_per_ml.recomputed == pytest.approx(9 / (3 * 2.3e-6), rel=1e-9)
    assert run.concentration_total_per_ml.undiluted is None
    assert run.technique == "NTA"
    assert run.agreement.within_rounding is True


def test_empty_bins_behind_the_last_particle_are_left_out_with_a_note() -> None:
    reading = read(RUN.table(constant()))
    assert codes(reading) == ["EMPTY_BINS_LEFT_OUT"]
    assert run_of(reading).diameter_nm.upper[-1] == 2000
    larger = run_of(read(Run(videos=((81.5, 12000.5),)).table(constant())))
    assert larger.diameter_nm.upper[-1] == 20000
    assert larger.count is not None
    assert larger.count.sum() == 2


def test_corrected_counts_are_no_counts() -> None:
    reading = read(RUN.table(iso(), scale=0.767))
    assert "COUNTS_NOT_WHOLE" in codes(reading)
    assert reading.verdict == "flagged"
    assert run_of(reading).count is None
    assert run_of(reading).validity.valid_tracks is None


def test_a_run_without_particles_has_no_concentration() -> None:
    reading = read(Run(videos=((), ())).table(iso()))
    run = run_of(reading)
    assert run.validity.valid is False
    assert run.concentration_total_per_ml.recomputed is None
    assert run.statistics.standard.mean_nm is None
    assert reading.verdict == "flagged"


def test_columns_in_another_order_and_without_the_last_one() -> None:
    order = (HEADINGS[4], *HEADINGS[:4])
    assert run_of(read(RUN.table(iso()))) == run_of(read("/LowerBin" + TABLE.removeprefix("/LowerBin")))
    text = RUN.table(iso(), order)
    assert not viewsizer.recognises(ExportFile("x.dat", text.encode()))
    assert run_of(viewsizer.read(ExportFile("x.dat", text.encode()))).count is not None
    assert read(RUN.table(iso(), HEADINGS[:5])).unread == ()


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.encode("utf-16"),
        lambda t: t.replace("\n", "\r\n").encode(),
        lambda t: t.replace("\n", "\r").encode(),
        lambda t: t.replace(".", ",").encode(),
    ],
    ids=["mark", "utf-16", "crlf", "cr", "comma"],
)
@pytest.mark.parametrize("text", [TABLE, RUN.list_of_videos()], ids=["table", "videos"])
def test_encodings_line_ends_and_marks(text: str, write: Callable[[str], bytes]) -> None:
    assert run_of(read(write(text))).count is not None
    assert np.array_equal(run_of(read(write(text))).count, run_of(read(text)).count)  # type: ignore[arg-type]  # not None


def nth_line(text: str, n: int, old: str, new: str) -> str:
    lines = text.splitlines(keepends=True)
    lines[n - 1] = lines[n - 1].replace(old, new, 1)
    return "".join(lines)


REFUSED: dict[str, tuple[str, str]] = {
    "no line end": ("TRUNCATED", TABLE[:-1]),
    "headings alone": ("TRUNCATED", TABLE.splitlines(keepends=True)[0]),
    "a cell lost": ("ROW_LENGTH", nth_line(TABLE, 5, "\t 0.000000000000000", "")),
    "a row lost": ("BIN_EDGES", "".join(line for i, line in enumerate(TABLE.splitlines(keepends=True)) if i != 9)),
    "text": ("NOT_A_NUMBER", nth_line(TABLE, 5, "0.000000000000000", "ERR")),
    "nan": ("NOT_A_NUMBER", nth_line(TABLE, 5, "0.000000000000000", "nan")),
    "negative": ("OUT_OF_RANGE", nth_line(TABLE, 5, "0.000000000000000", "-1.0")),
    "two marks": ("DECIMAL_MIXED", nth_line(TABLE, 5, "0.000000000000000", "0,5")),
    "unknown columns": ("UNKNOWN_COLUMNS", TABLE.replace("PSD_corrected_[counts/mL/nm]", "PSD", 1)),
    "volumes": ("UNSUPPORTED_KIND", "/LowerBin_[mL]\t CenterBin_[mL]\t Volume_WithinBin_AllVideosAnalyzed\t \n"),
    "videos lost": ("TRUNCATED", RUN.list_of_videos(4)),
    "video lost and number too": ("VIDEO_ORDER", RUN.list_of_videos().replace("\n2\t", "\n1\t")),
    "not whole": ("NOT_WHOLE", RUN.list_of_videos().replace("\n1\t3\t", "\n1\t3.5\t")),
    "a size of 0": ("OUT_OF_RANGE", RUN.list_of_videos().replace("1.2050000e+02", "0.0000000e+00")),
    "other columns": ("UNKNOWN_COLUMNS", RUN.list_of_videos().replace("AVG size[nm]", "AVG size[um]")),
    "torn record": ("XML_BROKEN", RUN.record()[:-20]),
    "no volume": ("MISSING_FIELD", RUN.record().replace("Volume>", "Size>")),
    "no number": ("NOT_A_NUMBER", RUN.record().replace("2.3E-06", "2,3E-06")),
    "dilution below 1": ("OUT_OF_RANGE", Run(dilution="0.5").record()),
    "no temperatures": ("MISSING_FIELD", RUN.temperatures(())),
    "hot": ("OUT_OF_RANGE", RUN.temperatures(("2200",))),
    "entities": ("XML_DECLARATION", RUN.record().replace("<SampleData>", "<SampleData><!ENTITY a 'b'>", 1)),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    code, text = REFUSED[case]
    reading = read(text)
    assert codes(reading) == [code]
    assert reading.verdict == "refused"


@pytest.mark.parametrize(
    "text",
    ["".join(TABLE.splitlines(keepends=True)[:50]), "".join(RUN.table(constant(20.0)).splitlines(keepends=True)[:-1])],
    ids=["half of the rows", "last row lost"],
)
def test_a_table_that_ends_before_20_um_is_flagged(text: str) -> None:
    """It may be a table of bins that a person chose, or the beginning of a longer one."""
    reading = read(text)
    assert (reading.verdict, codes(reading)[0]) == ("flagged", "END_UNMARKED")
    assert run_of(reading).count is not None


def test_a_concentration_that_its_count_does_not_give_is_flagged_with_its_line() -> None:
    line = next(i for i, row in enumerate(TABLE.splitlines(), start=1) if "\t 1.000000000000000\t" in row)
    text = nth_line(TABLE, line, "\t 1.000000000000000\t", "\t 2.000000000000000\t")
    reading = read(text)
    issue = next(i for i in reading.issues if i.code == "PRINTED_DISAGREES")
    assert issue.where.line == line
    assert run_of(reading).agreement.within_rounding is False


# The list of videos


def test_printed_means_and_sd_are_recomputed() -> None:
    run = run_of(read(RUN.list_of_videos()))
    assert len(run.agreement.compared) == 6
    assert run.agreement.within_rounding is True
    assert run.run == "EV batch 7"
    assert run.concentration_per_ml is None
    assert run.settings["videos_analysed"] == 3
    flagged = read(RUN.list_of_videos().replace("\t1.1495833e+02", "\t1.1595833e+02", 1))
    assert codes(flagged) == ["PRINTED_DISAGREES"]


def test_a_video_without_particles_is_read() -> None:
    run = run_of(read(Run(videos=((81.5, 90.5), (), (100.0,))).list_of_videos()))
    assert run.validity.valid_tracks == 3
    assert run.settings["fewest_particles_in_a_video"] == 0


# Documents


def test_the_record_and_the_temperatures() -> None:
    (volume,) = read(RUN.record()).measurements
    assert isinstance(volume, Quantity)
    assert (volume.value, volume.unit, volume.sample) == (2.3e-6, "mL", "EV batch 7")
    assert volume.acquired_at == "2026-03-05T14:07:09"
    log = read(RUN.temperatures(("22", "", "N/A"))).measurements
    states = [(q.value, q.state, q.reason) for q in log if isinstance(q, Quantity)]
    assert states == [
        (22.0, State.MEASURED, None),
        (None, State.MISSING, "empty"),
        (None, State.MISSING, "not available"),
    ]


@pytest.mark.parametrize(("stated", "factor"), [("1", None), ("500", 500.0)])
def test_a_dilution_of_1_is_nobody_s_statement(tmp_path: Path, stated: str, factor: float | None) -> None:
    files = joined(tmp_path, whole(Run(dilution=stated)))
    run = run_of(files["ConstantBinsTable_EV batch 7.dat"])
    assert run.dilution.factor == factor
    total = run.concentration_total_per_ml
    assert total.recomputed == pytest.approx(9 / 6.9e-6)
    assert total.undiluted == (None if factor is None else pytest.approx(500 * 9 / 6.9e-6))


# One run


@pytest.mark.parametrize("nested", [False, True])
def test_a_run_is_counted_once(tmp_path: Path, nested: bool) -> None:
    files = {(f"Results_x/{n}" if nested and n.endswith(".dat") else n): text for n, text in whole().items()}
    readings = joined(tmp_path, files)
    sized = [r for r in readings.values() if any(isinstance(m, SizeDistribution) for m in r.measurements)]
    assert [r.source.name.rpartition("/")[2] for r in sized] == ["ConstantBinsTable_EV batch 7.dat"]
    assert len(sized[0].source.joined) == 5
    run = run_of(sized[0])
    assert (run.sample, run.run, run.settings["temperature_degC"]) == ("EV batch 7", "EV batch 7", 22.0)
    assert run.agreement.compared[-1].statistic == "concentration per particle"
    assert run.agreement.within_rounding is True
    assert len(run.agreement.compared) == 8


def test_a_copy_of_a_table_is_flagged(tmp_path: Path) -> None:
    table = RUN.table(constant(20.0))
    readings = joined(tmp_path, {"DisplayBins_a.dat": table, "DisplayBins_a 2.dat": table})
    assert sorted(len(r.measurements) for r in readings.values()) == [0, 1]
    assert "DUPLICATE_FILE" in {c for r in readings.values() for c in codes(r)}


def test_two_runs_in_one_folder_stay_two(tmp_path: Path) -> None:
    other = Run(videos=((90.5, 95.25), (210.5,), (88.0,)), name="EV batch 8")
    readings = joined(tmp_path, whole() | whole(other))
    sized = {r.source.name: run_of(r) for r in readings.values() if r.file_kind == "bin table" and r.measurements}
    assert sorted(sized) == ["ConstantBinsTable_EV batch 7.dat", "ConstantBinsTable_EV batch 8.dat"]
    assert {run.sample for run in sized.values()} == {"EV batch 7", "EV batch 8"}
    assert not any(r.file_kind == "videos" and r.measurements for r in readings.values())


def test_videos_of_another_run_under_the_same_name_are_flagged(tmp_path: Path) -> None:
    files = {"ISOBinning_a.dat": TABLE, "Videos_a.dat": Run(videos=((90.0, 95.0),)).list_of_videos()}
    assert {r.verdict for r in joined(tmp_path, files).values()} == {"flagged"}


def test_a_record_that_does_not_give_the_concentration_is_flagged(tmp_path: Path) -> None:
    files = {"ISOBinning_a.dat": TABLE, "a.xml": Run(volume_ml=2.9e-6).record()}
    readings = joined(tmp_path, files)
    assert all("PRINTED_DISAGREES" in codes(r) for r in readings.values())
    assert run_of(readings["ISOBinning_a.dat"]).sample is None


def test_corrected_tables_of_the_run_are_no_second_one(tmp_path: Path) -> None:
    files = whole() | {"LogBinPSL_EV batch 7.dat": RUN.table(iso(), scale=0.5).replace("x", "x")}
    reading = joined(tmp_path, files)["LogBinPSL_EV batch 7.dat"]
    assert reading.measurements == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.floats(3, 1900), max_size=30), min_size=1, max_size=5),
    st.sampled_from([20.0, 45.0, 200.0]),
)
def test_tables_of_one_run_hold_the_same_particles(videos: list[list[float]], width: float) -> None:
    end = np.ceil(20000 / width) * width
    one = run_of(read(Run(videos=videos).table(iso())))
    two = run_of(read(Run(videos=videos).table(constant(width, end))))
    assert same_particles(one, two)
    assert same_particles(two, one)
    more = run_of(read(Run(videos=[*videos, [150.0]]).table(iso())))
    assert not same_particles(one, more)


# The real run, computed here in another way


@needs_corpus
def test_the_real_run_gives_what_its_files_say() -> None:
    folder = next(iter(REAL.values())).parent
    readings = {r.source.name: r for r in read_paths(folder).readings}
    table = next(r for name, r in readings.items() if name.startswith("ConstantBins"))
    run = run_of(table)
    assert len(table.source.joined) == 3
    path = next(p for name, p in REAL.items() if name.startswith("ConstantBins"))
    rows = list(csv.reader(path.read_text("ascii").splitlines()[1:], delimiter="\t"))
    lower, count, density = (np.array([float(row[k]) for row in rows]) for k in (0, 3, 4))
    record = ET.parse(next(p for name, p in REAL.items() if name.endswith("125908.xml"))).getroot()
    volume = float(record.findtext("RecordingSettings/Volume") or "nan")
    videos = int(record.findtext("RecordingSettings/NumOfVideos") or 0)
    assert run.count is not None
    assert run.concentration_per_ml is not None
    kept = len(run.count)
    assert count[kept:].sum() == 0
    assert run.count.tolist() == count[:kept].tolist()
    assert run.diameter_nm.lower.tolist() == lower[:kept].tolist()
    assert run.concentration_per_ml == pytest.approx(density[:kept], rel=1e-12)
    assert run.concentration_per_ml.sum() == pytest.approx(count.sum() / (videos * volume), rel=1e-9)
    listed = next(p for name, p in REAL.items() if name.startswith("Videos")).read_text("ascii").splitlines()[6:]
    sizes = [float(cell) for line in listed for cell in line.split("\t")[4:] if cell]
    assert np.histogram(sizes, np.arange(kept + 1))[0].tolist() == run.count.tolist()
    assert run.statistics.standard.mean_nm == pytest.approx(np.mean(sizes), abs=0.5)
    assert run.agreement.within_rounding is True
    assert len(run.agreement.compared) == 1 + 2 * videos + 1
