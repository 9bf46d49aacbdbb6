"""The Zetasizer reader on synthetic exports of known content, on damaged ones, and on real exports where they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import zetasizer
from evqc.instruments._export import ExportFile
from evqc.instruments.zetasizer._checks import moments
from evqc.instruments.zetasizer._columns import replicate
from evqc.measurement import Quantity, SizeDistribution, SizeStatistics, State
from evqc.reading import Reading, refused
from tests.instruments.zetasizer.native import SIZES, Size, export, samples, significant, zeta
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE, TWO = Size(), Size("EV batch 7 2", 115.0, "110.2", "0.121", "05 March 2026 14:09:00")
BOTH = export([r.record_view() for r in (ONE, TWO)], [r.template() for r in (ONE, TWO)])
REAL = corpus_files("nta/zetasizer")


def read(text: str | bytes) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("export.txt", text if isinstance(text, bytes) else text.encode("cp1252"))
    try:
        return zetasizer.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=zetasizer.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def values(reading: Reading, measurand: str) -> list[float | None]:
    return [q.value for q in quantities(reading) if q.measurand == measurand]


def quantities(reading: Reading) -> list[Quantity]:
    assert reading.verdict != "refused", reading.issues
    return [m for m in reading.measurements if isinstance(m, Quantity)]


def sized(reading: Reading) -> list[SizeDistribution]:
    return [m for m in reading.measurements if isinstance(m, SizeDistribution)]


def test_the_samples_are_what_native_writes() -> None:
    for name, data in samples().items():
        assert (SAMPLES / "zetasizer" / name).read_bytes() == data, name


def test_sizes_are_printed_as_the_software_does() -> None:
    assert [significant(v) for v in (0.4, 108.04, 8635.2, 10003.0, 0.0)] == [
        "0.4000",
        "108.0",
        "8635",
        "1.000e4",
        "0.000",
    ]


# Records


def without_column(text: str, line: str, heading: str) -> str:
    """A table, whose headings begin with ``line``, without one of its columns; the tables below as they are."""
    rows = [row.split("\t") for row in text.split("\r\n")]
    top = next(n for n, row in enumerate(rows) if row[0] == line)
    place, width = rows[top].index(heading), len(rows[top])
    same = [row[:place] + row[place + 1 :] if len(row) == width else row for row in rows]
    return "\r\n".join("\t".join(row) for row in same)


def test_a_record_in_two_tables_of_which_one_states_no_time_is_flagged() -> None:
    reading = read(without_column(BOTH, "Record", "Measurement Date and Time"))
    assert [(i.code, i.where.line) for i in reading.issues] == [("RECORD_TWICE", 5), ("RECORD_TWICE", 6)]
    assert reading.issues[0].found == "the numbers of line 2, of another type, name or time"


def test_a_type_that_is_no_word_is_flagged() -> None:
    reading = read(BOTH.replace("1\tSize\tEV batch 7 1", "1\t0.00\tEV batch 7 1"))
    assert codes(reading) == ["NOT_A_TYPE", "RECORD_TWICE"]


def test_another_record_of_the_same_name_is_none_that_stands_there_twice() -> None:
    other = export([TWO.record_view()], [ONE.template()]).replace(TWO.sample, ONE.sample)
    assert codes(read(other)) == []


def test_a_lost_heading_is_flagged_though_the_last_column_is_empty() -> None:
    assert "LONG_ROW" in codes(read(BOTH.replace("\tT (°C)\t", "\t", 1)))


def test_a_class_without_its_column_is_refused() -> None:
    [issue] = read(BOTH.replace("Volumes[9] (Percent)", "Volumeq[9] (Percent)")).issues
    assert (issue.code, issue.where.line, issue.where.column) == ("ARRAY_GAP", 4, "Volumes[9]")
    assert (issue.found, issue.expected) == ("Volumes[10]", "Volumes[9] before it")


def test_a_record_in_two_tables_is_measured_once() -> None:
    reading = read(BOTH)
    assert reading.verdict == "accepted"
    assert values(reading, "z_average_diameter") == [108.0, 110.2]
    assert values(reading, "polydispersity_index") == [0.112, 0.121]
    assert [run.sample for run in sized(reading)] == ["EV batch 7 1", "EV batch 7 2"]
    assert [(q.sample, q.replicate, q.acquired_at) for q in quantities(reading)][::3] == [
        ("EV batch 7 1", "1", "2026-03-05T14:07:09"),
        ("EV batch 7 2", "2", "2026-03-05T14:09:00"),
    ]
    assert {run.group for run in sized(reading)} == {"EV batch 7"}
    assert reading.software_version == "7.11"
    assert reading.unread == ("pH", "Correlation Data[]")


def test_two_tables_that_print_other_numbers_are_flagged() -> None:
    other = Size(z="109.7")
    assert "PRINTED_DISAGREES" in codes(read(export([ONE.record_view()], [other.template()])))


def test_a_status_other_than_complete_is_a_flag_of_the_instrument() -> None:
    flags = [
        sized(read(export([ONE.template() | {"Measurement Status": status}])))[0].validity.flags
        for status in ("Complete", "Aborted")
    ]
    assert flags == [{}, {"Measurement Status": "Aborted"}]


def test_light_scattering_counts_nothing() -> None:
    run = sized(read(BOTH))[0]
    assert run.technique == "DLS"
    assert run.count is None
    assert run.concentration_per_ml is None
    assert run.statistics.standard == run.statistics.reported == run.statistics.vendor == SizeStatistics()
    assert {w.by: w.value_unit for w in run.other_weightings} == {"intensity": "%", "volume": "%", "number": "%"}


def test_the_distribution_and_what_is_printed_of_it() -> None:
    run = sized(read(BOTH))[0]
    for weighting, name in zip(run.other_weightings, ONE.percent, strict=True):
        assert weighting.value.tolist() == ONE.percent[name].tolist()
        assert weighting.vendor["mean"] == pytest.approx(ONE.mean(name))
        assert weighting.reported["mean"] == pytest.approx(ONE.mean(name), rel=1e-3)
    assert run.diameter_nm.lower[1:] == pytest.approx(run.diameter_nm.upper[:-1])
    assert run.diameter_nm.lower[0] == pytest.approx(0.4 / 1.158**0.5, rel=1e-3)
    assert {c.statistic: c.within for c in run.agreement.compared} == {
        "pdi_width_nm": True, "intensity / mean_nm": True, "volume / mean_nm": True, "number / mean_nm": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "text"),
    [("Intensity Mean (d.nm)", "161.1"), ("PdI Width (d.nm)", "63.14"), ("Number Mean (d.nm)", "12.3")],
)
def test_a_printed_number_that_does_not_follow_is_flagged(heading: str, text: str) -> None:
    reading = read(export([ONE.template() | {heading: text}]))
    assert codes(reading) == ["PRINTED_DISAGREES"]
    assert sized(reading)[0].agreement.within_rounding is False


def test_peaks_printed_as_0_are_no_peaks() -> None:
    peaks = {
        "Intensity Peak 1 (d.nm)": "116.1", "Intensity Peak 2 (d.nm)": "0.000",
        "Intensity Width Peak 1 (d.nm)": "32.94",
        "%Pd Peak 1 (Percent)": "28.4", "%Pd Peak 2 (Percent)": "0.0",
    }  # fmt: skip
    (z, *_) = quantities(read(export([ONE.record_view() | peaks])))
    assert z.settings["intensity_peak_1_nm"] == 116.1
    assert "intensity_peak_2_nm" not in z.settings
    assert "quality_factor" not in z.settings
    assert "PRINTED_DISAGREES" in codes(read(export([ONE.record_view() | peaks | {"%Pd Peak 1 (Percent)": "82.4"}])))


def test_zeta_potentials() -> None:
    reading = read(export([zeta(), zeta("EV batch 7 2", "-15.9", "-1.246")]))
    assert reading.verdict == "accepted"
    assert values(reading, "zeta_potential") == [-16.8, -15.9]
    assert values(reading, "electrophoretic_mobility") == [-1.317, -1.246]
    assert values(reading, "conductivity") == [943.0, 943.0]
    assert {q.unit for q in quantities(reading)} == {"kcps", "mV", "um.cm/V/s", "uS/cm"}
    weekday = read(export([zeta() | {"Measurement Date and Time": "Friday, 27 February 2026 16:08:39"}]))
    assert (
        {q.acquired_at for q in quantities(weekday)}
        == {"2026-02-27T16:08:39"}
        == {q.acquired_at for q in quantities(reading)}
    )
    assert "PRINTED_DISAGREES" in codes(read(export([zeta() | {"Zeta Potential (mV)": "16.8"}])))


def test_a_row_longer_than_its_headings_is_read_before_its_arrays_only() -> None:
    late = {**{k: v for k, v in zeta().items() if k != "Zeta Potential (mV)"}, "Zeta Potential (mV)": "-16.8"}
    text = export([late]).replace("\r\n", "\t1\t1\r\n").replace("\t1\t1\r\n", "\r\n", 1)
    reading = read(text)
    assert codes(reading) == ["LONG_ROW"]
    assert values(reading, "zeta_potential") == []
    assert values(reading, "electrophoretic_mobility") == [-1.317]


@pytest.mark.parametrize(
    ("text", "state", "reason", "bound"),
    [
        ("", State.MISSING, "empty", None),
        ("N/A", State.MISSING, "not available", None),
        ("---", State.MISSING, "not reported", None),
        ("NaN", State.MISSING, "not a number", None),
        ("?????", State.MISSING, "not computed", None),
        ("Out of range", State.MISSING, "out of range", None),
        ("*0.356*", State.MISSING, "masked", None),
        ("<1.0", State.BELOW_RANGE, "below range", 1.0),
        (">6000", State.ABOVE_RANGE, "above range", 6000.0),
        ("0.000", State.MISSING, "invalid", None),
    ],
)
def test_what_is_no_number_keeps_its_state(text: str, state: State, reason: str, bound: float | None) -> None:
    z = quantities(read(export([ONE.record_view() | {"Z-Ave (d.nm)": text}])))[0]
    assert (z.value, z.state, z.reason, z.bound) == (None, state, reason, bound)


def test_columns_of_another_choice_and_order() -> None:
    row = {"PdI": "0.2", "Sample Name": "HLA-DR,DP,DQ 3", "Z-Average (d.nm)": "99.1"}
    reading = read(export([row]))
    assert values(reading, "z_average_diameter") == [99.1]
    assert quantities(reading)[0].sample == "HLA-DR,DP,DQ 3"
    quoted = 'PdI,Sample Name,Z-Average (d.nm)\n0.2,"HLA-DR,DP,DQ 3",99.1\n'
    assert [q.sample for q in quantities(read(quoted))] == ["HLA-DR,DP,DQ 3"] * 2
    assert values(read("sep=,\n" + quoted), "z_average_diameter") == [99.1]


def test_zs_xplorer_headings_are_experimental() -> None:
    row = {"Sample Name": "EV batch 7", "Z-Average (nm)": "99.1", "Polydispersity Index (PI)": "0.2"}
    reading = read(export([row]))
    assert reading.status == "experimental"
    assert values(reading, "z_average_diameter") == [99.1]
    assert read(BOTH).status == "verified"


def halved(row: dict[str, str]) -> dict[str, str]:
    """A row as the software prints it when it is set to show radii."""
    return {
        h.replace("(d.nm)", "(r.nm)"): repr(float(text) / 2) if "(d.nm)" in h and text else text
        for h, text in row.items()
    }


def test_radii_are_made_diameters() -> None:
    diameters, radii = read(export([ONE.template()])), read(export([halved(ONE.template())]))
    assert codes(radii) == ["UNIT_CONVERTED"]
    assert radii.verdict == "accepted"
    assert values(radii, "z_average_diameter") == values(diameters, "z_average_diameter") == [108.0]
    assert quantities(radii)[0].settings["pdi_width_nm"] == pytest.approx(36.14, abs=0.005)
    ours, theirs = sized(radii)[0], sized(diameters)[0]
    np.testing.assert_allclose(ours.diameter_nm.lower, theirs.diameter_nm.lower)
    assert ours.other_weightings[0].reported == pytest.approx(theirs.other_weightings[0].reported)
    assert ours.agreement.within_rounding


@pytest.mark.parametrize(
    ("old", "new", "measurand", "factor"),
    [
        ("Conductivity (mS/cm)", "Conductivity (µS/cm)", "conductivity", 1e-3),
        ("Zeta Potential (mV)", "Zeta Potential (V)", "zeta_potential", 1e3),
        ("Derived Count Rate (kcps)", "Derived Count Rate (Mcps)", "derived_count_rate", 1e3),
    ],
)
def test_other_units_convert(old: str, new: str, measurand: str, factor: float) -> None:
    rows = [zeta()]
    usual = values(read(export(rows)), measurand)
    other = values(read(export([{new if h == old else h: text for h, text in row.items()} for row in rows])), measurand)
    assert other == [pytest.approx(value * factor) for value in usual if value is not None]


def test_sizes_in_an_unknown_unit_are_refused() -> None:
    row = {h.replace("(d.nm)", "(d.in)"): text for h, text in ONE.template().items()}
    assert codes(read(export([row]))) == ["UNIT_UNKNOWN"]


def test_a_summary_of_zs_xplorer() -> None:
    text = (
        "Index,Sample Name,Measurement Date/Time,Scattering Collection (°),Z-Average (nm),PDI\n"
        "1,EV batch 7,2026-03-05 14:07:00,173,125.1,0.21\n"
    )
    reading = read(text)
    assert (values(reading, "z_average_diameter"), reading.unread) == ([125.1], ("Index",))
    assert quantities(reading)[0].acquired_at == "2026-03-05T14:07:00"


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.encode("utf-16"),
        lambda t: t.encode("cp1252"),
        lambda t: t.replace("\r\n", "\r").encode("cp1252"),
        lambda t: t.replace("\r\n", "\n").encode("utf-8"),
    ],
    ids=["mark", "utf-16", "latin", "cr", "lf"],
)
@pytest.mark.parametrize("text", [BOTH, export([zeta()])], ids=["size", "zeta"])
def test_encodings_and_line_ends(text: str, write: Callable[[str], bytes]) -> None:
    file = ExportFile("export.txt", write(text))
    assert zetasizer.recognises(file)
    assert zetasizer.read(file).measurements == read(text).measurements


def test_decimal_commas_by_evidence() -> None:
    comma = export([ONE.record_view()]).replace(".", ",").replace("(d,nm)", "(d.nm)")
    assert values(read(comma), "z_average_diameter") == [108.0]
    unclear = export([{"Sample Name": "a", "Z-Average (d.nm)": "1,234"}])
    assert codes(read(unclear)) == ["DECIMAL_AMBIGUOUS"]


def test_an_ambiguous_date_stays_text() -> None:
    reading = read(export([ONE.record_view() | {"Measurement Date and Time": "03/04/2026 14:07:09"}]))
    assert codes(reading) == ["DATE_AMBIGUOUS"]
    assert quantities(reading)[0].acquired_at == "03/04/2026 14:07:09"


REFUSED: dict[str, tuple[str, str]] = {
    "no line end": ("TRUNCATED", BOTH[:-2]),
    "headings alone": ("NO_RECORDS", BOTH.splitlines(keepends=True)[0]),
    "text": ("NOT_A_NUMBER", BOTH.replace("\t108.0\t", "\tERR\t", 1)),
    "negative diameter": ("OUT_OF_RANGE", BOTH.replace("\t108.0\t", "\t-108.0\t", 1)),
    "class lost": ("TRUNCATED", export([ONE.template() | {"Volumes[9] (Percent)": ""}])),
    "class with text": ("NOT_A_NUMBER", export([ONE.template() | {"Volumes[9] (Percent)": "x"}])),
    "more than all": ("OUT_OF_RANGE", export([ONE.template() | {"Volumes[9] (Percent)": "143.0"}])),
    "sizes exchanged": ("SIZE_CLASSES", export([ONE.template() | {"Sizes[9] (d.nm)": "1.000e4"}])),
    "two names": ("COLUMNS_DISAGREE", "Sample Name\tSample Name\tZ-Ave (d.nm)\r\na\tb\t108.0\r\n"),
    "two sizes": ("COLUMNS_DISAGREE", export([ONE.record_view() | {"Z-Average (d.nm)": "180.0"}])),
    "points replaced": ("HEADING_CHANGED", BOTH.replace(".", ",")),
    "quotes": ("QUOTING", BOTH.replace("\tSize\t", '\t"Si"ze\t', 1)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    code, text = REFUSED[case]
    assert codes(read(text)) == [code]


def test_what_is_no_export_at_all_is_refused_and_never_raises() -> None:
    assert codes(read("Well,Value\nA1,5\n")) == ["NO_RECORDS"]


def test_shares_that_do_not_sum_are_flagged() -> None:
    row = ONE.template()
    del row["Volume Mean (d.nm)"]
    assert codes(read(export([row | {"Volumes[60] (Percent)": "7.0"}]))) == ["SHARES_DO_NOT_SUM"]


def test_a_short_row_is_flagged() -> None:
    assert "SHORT_ROW" in codes(read("Sample Name\tZ-Ave (d.nm)\tpH\r\na\t108.0\r\n"))


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        ("Sample Name\tZ-Average (d.nm)\tPdI\r\n", True),
        ("\ufeffType\tSample Name\tSizes[1] (d.nm)\r\n", True),
        ("Sample Name;Zeta Potential (mV)\r\n", True),
        ("Sample Name\tPdI\r\n", False),
        ("X Intensity\tRecord 8: Sample-1 1\r\n", False),
        ("Particle ID,Size/nm\r\n", False),
        ("", False),
    ],
)
def test_recognised_by_headings(head: str, ours: bool) -> None:
    assert zetasizer.recognises(ExportFile("any", head.encode())) is ours


@pytest.mark.parametrize(
    ("name", "expected"),
    [("EV 1", ("EV", "1")), ("EV", (None, None)), ("F1, 0h 12", ("F1, 0h", "12")), (None, (None, None))],
)
def test_replicates_by_name(name: str | None, expected: tuple[str | None, str | None]) -> None:
    assert replicate(name) == expected


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 40), min_size=3, max_size=10))
def test_rounding_never_moves_moments_beyond_their_tolerance(height: list[float]) -> None:
    x = SIZES[30 : 30 + len(height)]
    share = np.asarray(100 * np.array(height) / sum(height), dtype=np.float64)
    printed = np.round(share, 1), np.full(len(height), 0.05)
    found = moments((x, np.zeros(len(x))), printed)
    assert found is not None
    mean = (x * share).sum() / share.sum()
    # The sum of the shares moves too; first order suffices for tenths of a percent.
    assert abs(found.mean - mean) <= found.mean_movable * 1.02 + 1e-9


# Real exports, computed here in another way


def rows_of(path: Path) -> Iterator[list[tuple[str, str]]]:
    header: list[str] = []
    for line in path.read_bytes().decode("latin-1").split("\r\n"):
        cells = line.split("\t")
        if "Sample Name" in cells:
            header = cells
        elif len(cells) > 1:
            yield list(zip(header, cells, strict=False))


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_exports_give_what_their_cells_say(path: Path) -> None:
    reading = read(path.read_bytes())
    assert reading.verdict in {"accepted", "flagged"}
    assert set(codes(reading)) <= {"LONG_ROW"}
    first: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows_of(path):
        cells: dict[str, str] = {}
        for heading, cell in row:
            if cell and heading not in cells:
                cells[heading] = cell
        key = cells["Sample Name"], cells["Measurement Date and Time"]
        first[key] = {**cells, **first.get(key, {})}
    names = {
        "z_average_diameter": ("Z-Ave (d.nm)", "Z-Average (d.nm)"), "polydispersity_index": ("PdI",),
        "derived_count_rate": ("Derived Count Rate (kcps)",), "zeta_potential": ("Zeta Potential (mV)",),
        "electrophoretic_mobility": ("Mobility (µmcm/Vs)",), "conductivity": ("Conductivity (mS/cm)",),
    }  # fmt: skip
    for measurand, headings in names.items():
        expected = [float(cells[h]) for cells in first.values() for h in headings[:1] or () if h in cells] or [
            float(cells[h]) for cells in first.values() for h in headings if h in cells
        ]
        scale = 1000.0 if measurand == "conductivity" else 1.0
        assert values(reading, measurand) == pytest.approx([scale * value for value in expected])
    for run, cells in zip(sized(reading), _with_sizes(first), strict=True):
        for weighting in run.other_weightings:
            plural = {"intensity": "Intensities", "volume": "Volumes", "number": "Numbers"}[weighting.by]
            assert weighting.value.tolist() == _array(cells, plural)
        assert run.agreement.within_rounding is True
        centre = np.sqrt(run.diameter_nm.lower * run.diameter_nm.upper)
        assert centre == pytest.approx(_array(cells, "Sizes"), rel=2e-3)


def _with_sizes(first: dict[tuple[str, str], dict[str, str]]) -> list[dict[str, str]]:
    return [cells for cells in first.values() if "Sizes[1] (d.nm)" in cells]


def _array(cells: dict[str, str], name: str) -> list[Any]:
    found = {int(hit[1]): float(text) for h, text in cells.items() if (hit := re.match(rf"{name}\[(\d+)\]", h))}
    return [found[k] for k in sorted(found)]
