"""The one function behind ``evqc simulate``: options, refusals, names, and the tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments._many import read
from evqc.instruments._registry import mapped_tables, read_export
from evqc.measurement import Call, MarkerPanel, Quantity, SizeDistribution, State
from evqc.simulation import Truth, kinds, options_of, simulate, write_markers, write_protein

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.reading import Reading


def mapped_reading(files: dict[str, bytes], folder: Path) -> Reading:
    """The reading of the table of a pair of table and mapping."""
    (table, mapping) = files
    assert table.endswith(".csv")
    assert mapping == table.replace(".csv", ".mapping.toml")
    path = folder / mapping
    path.write_bytes(files[mapping])
    return read_export(ExportFile(table, files[table]), mapped=mapped_tables([path]))


def test_every_kind_writes_without_options_the_same_bytes_each_time() -> None:
    assert list(kinds()) == ["nanosight", "nanosight-tracks", "zetaview", "zetaview-profile", "markers", "protein"]
    for kind in kinds():
        assert simulate(kind) == simulate(kind)
        assert simulate(kind, seed=2) != simulate(kind)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("nanosight", ["WJ_EV-ExperimentSummary.csv"]),
        ("nanosight-tracks", ["WJ_EV_00_ParticleData.csv", "WJ_EV_00_AllTracks.csv"]),
        ("zetaview", ["20260302_0001_WJ_EV_size_488.txt", "20260302_0001_WJ_EV_size_488_11pos.txt"]),
        ("zetaview-profile", ["20260302_0001_WJ_EV_prof_488.txt"]),
        ("markers", ["WJ_EV_markers.csv", "WJ_EV_markers.mapping.toml"]),
        ("protein", ["WJ_EV_protein.csv", "WJ_EV_protein.mapping.toml"]),
    ],
)
def test_files_are_named_as_the_instruments_name_them(kind: str, names: list[str]) -> None:
    assert list(simulate(kind, sample="WJ EV", runs=1)) == names


def test_each_run_of_a_zetaview_is_two_files() -> None:
    assert len(simulate("zetaview", runs=4)) == 8


@pytest.mark.parametrize(
    ("kind", "options", "field"),
    [
        ("nanosight", {"particle_concentration_per_ml": -1.0}, "particle_concentration_per_ml"),
        ("nanosight", {"version": "2.3"}, "version"),
        ("nanosight", {"decimal": ","}, "decimal"),
        ("nanosight", {"runs": "many"}, "runs"),
        ("nanosight", {"components": ["abc"]}, "components"),
        ("nanosight", {"components": [{"median_nm": 90.0, "colour": 1}]}, "components / 0 / colour"),
        ("nanosight", {"recorded_dilution": "perhaps"}, "recorded_dilution"),
        ("nanosight", {"captured": "yesterday"}, "captured"),
        ("nanosight-tracks", {"particle_concentration_per_ml": 1e14}, "particle_concentration_per_ml"),
        ("nanosight-tracks", {"exposure": 2.0}, "optics"),
        ("nanosight-tracks", {"frames": 1}, "optics"),
        ("zetaview", {"decimal": ";"}, "decimal"),
        ("zetaview", {"run": 1}, "run"),
        ("zetaview", {"version": "3.2"}, "version"),
        ("zetaview-profile", {"zeta_potential_mv": 1000.0}, "zeta_potential_mv"),
        ("markers", {"signals": {}}, "signals"),
        ("markers", {"signals": {"CD9": -5.0}}, "CD9"),
        ("markers", {"signals": {'CD"9': 5.0}}, "signals"),
        ("markers", {"controls": -1}, "controls"),
        ("markers", {"signal_cv": math.nan}, "signal_cv"),
        ("protein", {"protein_ug_per_ml": -1.0}, "protein_ug_per_ml"),
        ("protein", {"protein_dilution": 0.0}, "protein_dilution"),
        ("protein", {"highest_ug_per_ml": 1.0}, "highest_ug_per_ml"),
        ("protein", {"method": "taste"}, "method"),
        ("videodrop", {}, "kind"),
    ],
)
def test_nonsense_is_refused_with_its_field(kind: str, options: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        simulate(kind, **options)
    assert (caught.value.issues[0].code, caught.value.issues[0].where.field) == ("OPTION", field)


def test_options_are_listed_with_their_defaults() -> None:
    options = options_of("zetaview")
    assert options["dilution"] == 5000.0
    assert options["decimal"] == "."
    assert "run" not in options
    with pytest.raises(InputError):
        options_of("videodrop")


def test_options_come_as_texts_too() -> None:
    as_text = simulate("nanosight", runs="2", components=["100:1.3"], seed="5", captured="2026-05-01T08:00:00")
    typed = simulate("nanosight", runs=2, components=[{"median_nm": 100.0, "geometric_sd": 1.3}], seed=5,
                     captured="2026-05-01T08:00:00")  # fmt: skip
    assert as_text == typed
    assert b"08:00:00  01/05/2026" in next(iter(typed.values()))


def test_a_folder_of_simulated_files_is_read_and_joined(tmp_path: Path) -> None:
    for kind in ("nanosight", "zetaview", "zetaview-profile"):
        for name, data in simulate(kind, sample="WJ EV").items():
            (tmp_path / name).write_bytes(data)
    readings = read(tmp_path).readings
    assert {r.verdict for r in readings} == {"accepted"}
    sizes = [m for r in readings for m in r.measurements if isinstance(m, SizeDistribution)]
    assert len(sizes) == 5 + 3
    assert all(m.agreement.within_rounding for m in sizes)
    assert {m.sample for m in sizes} == {"WJ EV"}
    assert [m.validity.positions_kept for m in sizes if m.validity.positions] == [11, 11, 11]


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_marker_panel_is_read_back_to_its_truth(decimal: Any, tmp_path: Path) -> None:
    reading = mapped_reading(write_markers(Truth(sample="WJ EV"), decimal=decimal), tmp_path)
    assert reading.verdict != "refused", reading.issues
    (panel,) = reading.measurements
    assert isinstance(panel, MarkerPanel)
    assert panel.sample == "WJ EV"
    calls = {marker.as_written: marker.call for marker in panel.markers}
    positive = {name for name, call in calls.items() if call is Call.POSITIVE}
    assert positive == {"CD9", "CD63", "CD81", "CD29", "CD44", "CD73", "CD90", "CD105"}
    assert len(calls) == 14
    assert sum(control.kind == "isotype" for control in panel.controls) == 3
    signals = {marker.as_written: marker.signal for marker in panel.markers}
    assert signals["CD81"] == pytest.approx(3110.0, rel=5 * 0.08)


def test_an_isotype_brighter_than_a_marker_shows_nothing_of_it(tmp_path: Path) -> None:
    files = write_markers(Truth(), signals={"CD9": 100.0, "CD63": 3000.0}, isotype_signal=400.0)
    (panel,) = mapped_reading(files, tmp_path).measurements
    assert isinstance(panel, MarkerPanel)
    assert panel.markers[0].call is not Call.POSITIVE


@pytest.mark.parametrize("decimal", [".", ","])
def test_protein_is_read_back_to_its_truth(decimal: Any, tmp_path: Path) -> None:
    reading = mapped_reading(write_protein(Truth(runs=4), protein_ug_per_ml=80.0, decimal=decimal), tmp_path)
    assert reading.verdict != "refused", reading.issues
    quantities = [m for m in reading.measurements if isinstance(m, Quantity)]
    assert [q.replicate for q in quantities] == ["1", "2", "3", "4"]
    for q in quantities:
        assert q.measurand == "protein_concentration"
        assert q.value == pytest.approx(80.0, rel=5 * 0.04)


@pytest.mark.parametrize(
    ("truth", "state"), [(1.0, State.BELOW_RANGE), (5000.0, State.ABOVE_RANGE), (60.0, State.MEASURED)]
)
def test_protein_outside_the_range_is_no_number(truth: float, state: State, tmp_path: Path) -> None:
    reading = mapped_reading(write_protein(Truth(runs=2), protein_ug_per_ml=truth), tmp_path)
    assert {m.state for m in reading.measurements if isinstance(m, Quantity)} == {state}


def test_a_sample_name_with_a_comma_stays_one_cell(tmp_path: Path) -> None:
    files = write_protein(Truth(sample="EV, step 3; washed", runs=1))
    (quantity,) = mapped_reading(files, tmp_path).measurements
    assert isinstance(quantity, Quantity)
    assert quantity.sample == "EV, step 3; washed"
