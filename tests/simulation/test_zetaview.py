"""ZetaView: the layout of real files, the vendor's rules, and reading back to the truth."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments.zetaview import join, read
from evqc.measurement import Quantity
from evqc.simulation.layouts import layout
from evqc.simulation.truth import Component, Truth, stem_of
from evqc.simulation.zetaview import (
    LOGARITHMIC_NM,
    SOFTWARE,
    Numbers,
    exponential_lines,
    run_name,
    write_positions,
    write_size,
)
from evqc.simulation.zetaview_positions import PER_PARTICLE_IN_VIEW, REMOVALS, positions_of
from evqc.simulation.zetaview_profile import write_profile
from tests.simulation.corpus import lines_of_first
from tests.simulation.reading import codes, reading_of, runs_of
from tests.simulation.test_nanosight import check_d50

if TYPE_CHECKING:
    from evqc.simulation.zetaview import DecimalMark

_FREE = ("Original File", "Operator", "Experiment", "SOP", "Sample:", "Electrolyte", "General Remarks", "Cell#")
MARKS = cast("tuple[DecimalMark, ...]", (".", ","))
Table = np.ndarray[Any, np.dtype[np.float64]]
TRUTH = Truth(dilution=5000.0, runs=3)


def text(data: bytes) -> str:
    return data.decode("latin-1").replace("\r\n", "\n")


def shape(line: str) -> str:
    """A line with every number as 0; of header lines with free text the key and the number of cells."""
    if line.startswith(_FREE):
        return f"{line.split(':', maxsplit=1)[0]} {line.count(chr(9))}"
    return re.sub(r"[+-]?\d+", "0", line)


def tables(data: bytes) -> tuple[Table, Table]:
    """The linear and the logarithmic table, shape (1200, 5) and (200, 5)."""
    body = text(data).split("Area / nm^2\n")[1].replace(",", ".").strip().split("\n")
    table = np.array([[float(cell) for cell in line.split("\t")] for line in body])
    assert table[1200].tolist() == [-1.0, -1.0, -1.0, -1.0, 0.0]
    return table[:1200], table[1201:]


def field(data: bytes, key: str) -> str:
    found = re.search(rf"(?:^|\t){re.escape(key)}:+\t([^\t\n]*)", text(data), re.MULTILINE)
    assert found is not None, key
    return found[1]


@pytest.mark.parametrize(("version", "decimal"), [("8.05.16", ","), ("8.05.14", ".")])
def test_every_line_has_the_shape_of_a_real_file(version: str, decimal: DecimalMark) -> None:
    real = lines_of_first(f"(version {SOFTWARE[version]})", "zetaview")
    simulated = text(write_size(TRUTH, version=version, decimal=decimal)).split("\n")
    assert [shape(line) for line in simulated] == [shape(line) for line in real]


def test_the_size_columns_are_those_of_a_real_file_to_the_last_digit() -> None:
    real = lines_of_first(f"(version {SOFTWARE['8.05.14']})", "zetaview")
    simulated = text(write_size(TRUTH, version="8.05.14")).split("\n")
    assert [line.split("\t")[0] for line in simulated[75:]] == [line.split("\t")[0] for line in real[75:]]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (2.5, "2.500E+0"), (997.5, "9.975E+2"), (2007.5, "2.007E+3"), (2012.5, "2.013E+3"), (5997.5, "5.998E+3"),
        (0.0, "0.000E+0"), (-1.0, "-1.000E+0"), (9.9996, "1.000E+1"), (0.05, "5.000E-2"), (-0.0, "-0.000E+0"),
    ],
)  # fmt: skip
def test_numbers_look_as_labview_prints_them(value: float, printed: str) -> None:
    assert exponential_lines(np.array([[value]]), ".") == printed


@pytest.mark.parametrize(("version", "results_at"), [("8.05.14", 70), ("8.05.16", 72), ("8.06.01", 85)])
def test_the_results_stand_where_they_stand_in_real_files(version: str, results_at: int) -> None:
    rows = text(write_size(TRUTH, version=version)).split("\n")
    assert rows[results_at - 1].startswith("Results (Pos ")
    assert rows[results_at + 4].startswith("Size / nm\t")


def test_the_versions_differ_in_their_keys() -> None:
    old, middle, new = (text(write_size(TRUTH, version=v)) for v in ("8.05.14", "8.05.16", "8.06.01"))
    assert "ZetaVIEW S/N:" in old
    assert "Sample Remarks0:" in old
    assert "Sensitivity:" not in old
    assert "Cell S/N:" not in old
    assert old.isascii()
    assert "Camera Trigger Delay µs:" in middle
    assert "Concentration Correction Factor:\t1.000000" in new
    assert "Conductivity: 15000.000000\tsensed" in new


def test_a_comma_file_has_no_decimal_point_but_iso_dates() -> None:
    rows = text(write_size(TRUTH, decimal=",")).split("\n")
    assert rows[0].endswith("Section:\t0,1 [0]")
    assert "Date:\t2026-03-02" in rows
    assert not [row for row in rows if re.search(r"\d\.\d", row) and not row.startswith("Software")]


def test_both_decimal_marks_say_the_same() -> None:
    point, comma = (text(write_size(TRUTH, decimal=mark)) for mark in MARKS)
    assert comma == re.sub(r"(?<=\d)\.(?=\d)", ",", point).replace("8,05,16", "8.05.16")


def test_no_layout_ends_a_line_in_a_space() -> None:
    for name in ("zetaview_8_05_14", "zetaview_8_05_16", "zetaview_8_06_01", "zetaview_profile_8_06_01"):
        assert not [line for line in layout(name).split("\n") if line.endswith(" ")]


def test_both_tables_hold_the_same_particles_by_the_vendors_rules() -> None:
    data = write_size(TRUTH)
    traces, total = int(field(data, "Number of Traces")), float(field(data, "Average Number of Particles"))
    for table in tables(data):
        size, number, concentration, volume, area = table.T
        assert number.sum() == traces
        assert concentration.sum() == pytest.approx(total * PER_PARTICLE_IN_VIEW, rel=1e-3)
        assert volume == pytest.approx(number * math.pi / 6 * size**3, rel=2e-3)
        assert area == pytest.approx(number * math.pi / 4 * size**2, rel=2e-3)


@pytest.mark.parametrize(("column", "key"), [(1, "Median Number (D50)"), (3, "Median Volume (D50)")])
def test_d50_takes_size_as_the_right_edge(column: int, key: str) -> None:
    data = write_size(TRUTH)
    table = tables(data)[0]
    size, weight = 2.5 + 5.0 * np.arange(1200), table[:, column]
    expected = np.interp(0.5, weight.cumsum() / weight.sum(), size)
    assert float(field(data, key)) == pytest.approx(float(expected), abs=0.006)


def contradictions(linear: Table, logarithmic: Table, *, of_centre: float) -> int:
    """Linear classes whose cumulative number the logarithmic table excludes.

    ``of_centre`` is where ``Size`` lies in a class: 0.5 in its middle, 1 at its right edge.
    """
    edge = linear[:, 0] + 5.0 * (1 - of_centre)
    other = logarithmic[:, 0] * 10 ** ((1 - of_centre) / 64)
    below = np.concatenate([[0.0], logarithmic[:, 1].cumsum()])
    least = below[np.searchsorted(other, edge - 0.02, side="right")]
    most = below[np.minimum(np.searchsorted(other, edge + 0.02) + 1, 200)]
    cumulated = linear[:, 1].cumsum()
    return int(np.count_nonzero((cumulated < least) | (cumulated > most)))


def test_size_is_the_centre_of_its_class() -> None:
    linear, logarithmic = tables(write_size(TRUTH, cycles=5))
    assert contradictions(linear, logarithmic, of_centre=0.5) == 0
    assert contradictions(linear, logarithmic, of_centre=1.0) > 0


@pytest.mark.parametrize("version", ["8.05.14", "8.05.16"])
def test_size_is_the_centre_of_its_class_in_real_files(version: str) -> None:
    real = "\n".join(lines_of_first(f"(version {SOFTWARE[version]})", "zetaview"))
    linear, logarithmic = tables(real.encode("latin-1"))
    assert contradictions(linear, logarithmic, of_centre=0.5) == 0
    assert contradictions(linear, logarithmic, of_centre=1.0) > 0


def test_logarithmic_classes_are_64_in_a_decade() -> None:
    assert LOGARITHMIC_NM[64] / LOGARITHMIC_NM[0] == pytest.approx(10.0)
    assert [f"{x:.4g}" for x in LOGARITHMIC_NM[[0, 1, -1]]] == ["4.683", "4.855", "6025"]


def test_a_run_without_traces_is_one_separator_row() -> None:
    data = write_size(Truth(zero_runs=(0,)))
    assert text(data).endswith("Area / nm^2\n-1.000E+0\t-1.000E+0\t-1.000E+0\t-1.000E+0\t0.000E+0\n")
    assert field(data, "Number of Traces") == "0"
    assert field(data, "Median Number (D50)") == "0.000000"
    reading = reading_of(data)
    assert reading.verdict == "flagged"
    assert "ZERO_TRACES" in codes(reading)


def test_drift_is_usually_never_checked() -> None:
    assert field(write_size(TRUTH), "Particle Drift Checked").startswith("1904-01-01")
    assert field(write_size(TRUTH, drift_checked=True), "Particle Drift Checked").startswith("2026-03-02")


def test_runs_are_files_of_their_own_five_minutes_apart() -> None:
    files = [write_size(TRUTH, run=run) for run in range(3)]
    assert [field(data, "Time") for data in files] == ["10:00:00", "10:05:00", "10:10:00"]
    assert len({field(data, "Average Number of Particles") for data in files}) == 3
    assert run_name(TRUTH, 1) == f"20260302_0002_{stem_of(TRUTH.sample)}"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"version": "8.04"}, "version"),
        ({"decimal": ";"}, "decimal"),
        ({"run": 3}, "run"),
        ({"cycles": 0}, "cycles"),
        ({"removals": {11: "MIN_TRACES"}}, "removals"),
        ({"removals": {1: "BORED"}}, "removals"),
    ],
)
def test_nonsense_is_refused_with_its_field(options: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError) as caught:
        write_size(TRUTH, **options)
    assert [issue.where.field for issue in caught.value.issues] == [name]


@pytest.mark.parametrize("reason", REMOVALS)
def test_a_removed_position_looks_as_its_reason_says(reason: str) -> None:
    before, after = positions_of(TRUTH, 0, 2, {})[4], positions_of(TRUTH, 0, 2, {4: reason})[4]
    more, larger, faster = REMOVALS[reason]
    assert after.removal == reason
    assert after.particles == pytest.approx(more * before.particles, rel=0.5, abs=3)
    assert np.median(after.diameters_nm) / np.median(before.diameters_nm) == pytest.approx(larger, rel=0.5)
    assert abs(after.drift_um_per_s) == pytest.approx(faster * TRUTH.drift, abs=0.6)


def test_the_position_table_has_its_rows_and_its_sentinel() -> None:
    rows = [
        line.split("\t")
        for line in text(write_positions(Truth(zero_runs=(0,)), removals={2: "MIN_TRACES"})).split("\n")
    ]
    assert rows[0][:3] == ["Use", "Position", "Mean Int."]
    assert rows[0][8] == "Peak ø (nm)"
    assert [row[1] for row in rows[12:15]] == ["Mean", "St.Dev.", "Rel.St.Dev."]
    assert {row[7] for row in rows[1:12]} == {"5997.5"}
    assert [row[0] for row in rows[1:12]] == ["X", "X", "", *["X"] * 8]
    assert rows[3][11] == "MIN_TRACES"
    assert all(row[-1] == "" for row in rows[1:])  # a trailing tab


def test_all_positions_removed_give_zeros() -> None:
    every = dict.fromkeys(range(11), "MAX_DRIFT")
    rows = text(write_positions(TRUTH, removals=every)).split("\n")
    assert {float(cell) for cell in rows[12].split("\t")[2:11]} == {0.0}
    assert field(write_size(TRUTH, removals=every), "Number of Traces") == "0"


@pytest.mark.parametrize("decimal", MARKS)
@pytest.mark.parametrize("run", range(3))
def test_positions_belong_to_their_size_file(decimal: DecimalMark, run: int) -> None:
    removals = {0: "MIN_TRACES", 5: "GRUBBS_NUMBER", 9: "GRUBBS_SIZE"}
    size = write_size(TRUTH, version="8.06.01", decimal=decimal, run=run, removals=removals)
    positions = write_positions(TRUTH, decimal=decimal, run=run, removals=removals)
    joined = join([read(ExportFile("a_size_488.txt", size)), read(ExportFile("a_size_488_11pos.txt", positions))])
    assert [reading.verdict for reading in joined] == ["accepted", "accepted"]
    validity = runs_of(joined[0])[0].validity
    assert (validity.positions_total, validity.positions_kept) == (11, 8)
    assert {p.removal for p in validity.positions} == {None, *removals.values()}
    assert runs_of(joined[0])[0].agreement.within_rounding is True


def check_round_trip(truth: Truth, version: str, decimal: DecimalMark, run: int) -> None:
    """Simulated, read, and compared with the truth within the noise that was put in."""
    reading = reading_of(write_size(truth, version=version, decimal=decimal, run=run, cycles=3))
    assert reading.verdict == "accepted", reading.issues
    assert codes(reading) <= {"NEVER_CHECKED"}
    (measured,) = runs_of(reading)
    assert measured.agreement.within_rounding is True
    undiluted = measured.concentration_total_per_ml.undiluted
    seen = truth.particle_concentration_per_ml / truth.dilution / PER_PARTICLE_IN_VIEW * 33
    noise = 5 * math.hypot(truth.replicate_cv, 1 / math.sqrt(seen)) + truth.replicate_cv**2 + 0.01
    assert undiluted is not None
    assert abs(math.log(undiluted / truth.particle_concentration_per_ml)) < noise
    assert measured.validity.completed_tracks is not None
    d50 = measured.statistics.standard.d50_nm
    check_d50(truth, d50, measured.validity.completed_tracks)


@pytest.mark.parametrize("version", SOFTWARE)
@pytest.mark.parametrize("decimal", MARKS)
def test_what_is_written_is_read_back_to_the_truth(version: str, decimal: DecimalMark) -> None:
    check_round_trip(TRUTH, version, decimal, 0)


truths = st.builds(
    Truth,
    components=st.lists(
        st.builds(Component, median_nm=st.floats(60, 400), geometric_sd=st.floats(1.1, 1.6), weight=st.floats(0.1, 1)),
        min_size=1,
        max_size=3,
    ).map(tuple),
    particle_concentration_per_ml=st.floats(1e10, 1e12),
    dilution=st.sampled_from([1000.0, 5000.0, 12345.6]),
    replicate_cv=st.floats(0.0, 0.2),
    size_cv=st.floats(0.0, 0.03),
    seed=st.integers(0, 2**63 - 1),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(truth=truths, version=st.sampled_from(sorted(SOFTWARE)), decimal=st.sampled_from(MARKS), run=st.integers(0, 4))
def test_any_truth_is_read_back(truth: Truth, version: str, decimal: DecimalMark, run: int) -> None:
    check_round_trip(truth, version, decimal, run)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(truth=truths, version=st.sampled_from(sorted(SOFTWARE)), decimal=st.sampled_from(MARKS), run=st.integers(0, 4))
def test_many_truths_are_read_back(truth: Truth, version: str, decimal: DecimalMark, run: int) -> None:
    check_round_trip(truth, version, decimal, run)


@pytest.mark.parametrize("decimal", MARKS)
def test_a_profile_is_read_back_to_its_zeta_potential(decimal: DecimalMark) -> None:
    reading = reading_of(write_profile(TRUTH, zeta_potential_mv=-25.0, decimal=decimal))
    assert reading.verdict == "accepted", reading.issues
    values = {m.measurand: m.value for m in reading.measurements if isinstance(m, Quantity)}
    assert values["zeta_potential"] == pytest.approx(-25.0, abs=5 * 0.8 / math.sqrt(11) * 1.5)
    assert values["temperature"] == 24.8
    assert values["electrophoretic_mobility"] == pytest.approx(-25.0 / 13.1, abs=0.2)


def test_a_profile_is_as_real_ones_are() -> None:
    data = write_profile(TRUTH, empty_positions=(0, 10))
    assert b"\xb5\x00m/s" in data
    assert b"@ 25\xb0C" in data
    assert data.split(b"\r\n")[0].endswith(b"Profile Voltage:\t+24.000000V")
    rows = text(data).strip().split("\n")[-12:]
    assert len(rows[0].split("\t")) == 6
    assert {len(row.split("\t")) for row in rows[1:]} == {5}
    assert rows[1].split("\t")[1:4] == ["0.000E+0", "0.000E+0", "-0.000E+0"] or "0.000E+0" in rows[1]
    assert write_profile(TRUTH) == write_profile(TRUTH)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"zeta_potential_mv": math.nan}, "zeta_potential_mv"),
        ({"noise_mv": -1.0}, "noise_mv"),
        ({"run": 7}, "run"),
        ({"empty_positions": (11,)}, "empty_positions"),
        ({"empty_positions": tuple(range(9))}, "empty_positions"),
        ({"decimal": "x"}, "decimal"),
    ],
)
def test_a_nonsense_profile_is_refused(options: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError) as caught:
        write_profile(TRUTH, **options)
    assert caught.value.issues[0].where.field == name


def test_numbers_of_a_header() -> None:
    assert (Numbers(",")[7.0], Numbers(",")["25.5"], Numbers(".")[1 / 3]) == ("7,000000", "25,5", "0.333333")
