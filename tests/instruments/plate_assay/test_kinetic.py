"""Kinetic endotoxin plates: onset, line, blanks, spike, dilution; and the real plate of the corpus."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.errors import InputError
from evqc.instruments._registry import mapped_tables, read_file
from evqc.instruments.plate_assay._grids import of_grids
from evqc.instruments.plate_assay.mapping import read_plate_mapping
from evqc.measurement import Quantity, State
from tests.instruments.plate_assay.plates import KINETIC_MAPPING, assayed, kinetic, onset_of, reaction, reading
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.reading import Reading


def of(found: Reading, measurand: str) -> list[Quantity]:
    return [m for m in found.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def codes(found: Reading) -> set[str]:
    return {issue.code for issue in found.issues}


def test_concentration_recovery_and_line() -> None:
    found = assayed(KINETIC_MAPPING, kinetic())
    (result,), (recovery,) = of(found, "endotoxin_concentration"), of(found, "spike_recovery")
    (curve,) = found.curves
    assert curve.parameters["slope"] == pytest.approx(-0.2)
    assert curve.correlation == pytest.approx(-1.0)
    assert curve.signal_unit == "s"
    assert result.value == pytest.approx(20 * 0.1)
    assert result.unit == "EU/mL"
    assert recovery.value == pytest.approx(100 * (0.62 - 0.1) / 0.5)
    assert found.verdict == "accepted", found.issues


def test_every_well_states_its_onset() -> None:
    onsets = {q.settings["well"]: q for q in of(assayed(KINETIC_MAPPING, kinetic()), "endotoxin_onset_time")}
    assert onsets["A1"].value == pytest.approx(600.0)
    assert (onsets["A5"].state, onsets["A5"].value, onsets["A5"].bound) == (State.ABOVE_RANGE, None, 5970.0)
    assert list(onsets) == ["A1", "A2", "A3", "A4", "A5", "B1", "B2", "B3", "B4", "B5", "C1", "C2", "D1", "D2"]


@pytest.mark.parametrize("onsets", [(None, None), (5900.0, 5800.0)])
def test_slower_than_the_lowest_standard_is_below_lambda(onsets: tuple[float | None, float | None]) -> None:
    found = assayed(KINETIC_MAPPING, kinetic({"C1": onsets[0], "D1": onsets[1]}))
    (result,), (recovery,) = of(found, "endotoxin_concentration"), of(found, "spike_recovery")
    assert (result.state, result.value) == (State.BELOW_RANGE, None)
    assert result.bound == pytest.approx(0.005 * 20)
    assert recovery.value == pytest.approx(100 * 0.62 / 0.5)
    assert recovery.settings["least_recovery_percent"] == pytest.approx(100 * (0.62 - 0.005) / 0.5)
    assert recovery.settings["unspiked"] == "below range"
    assert found.verdict == "accepted", found.issues


def test_faster_than_the_highest_standard_is_above() -> None:
    (result,) = of(assayed(KINETIC_MAPPING, kinetic({"C1": 300.0, "D1": 310.0})), "endotoxin_concentration")
    assert (result.state, result.bound) == (State.ABOVE_RANGE, 100.0)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"C2": onset_of(0.3), "D2": onset_of(0.3)}, "SPIKE_RECOVERY"),
        ({"C2": None, "D2": None}, "SPIKE_RECOVERY"),
        ({"A5": 2000.0}, "BLANK_NOT_SLOWER"),
        ({"C1": 1000.0, "D1": 1400.0}, "REPLICATE_CV"),
        ({"C1": None}, "WELLS_DISAGREE"),
        ({"B3": None}, "STANDARD_LEFT_OUT"),
        ({"A4": 1400.0, "B4": 1400.0}, "CORRELATION"),
    ],
)
def test_what_a_person_should_know_is_a_warning(extra: dict[str, float | None], expected: str) -> None:
    found = assayed(KINETIC_MAPPING, kinetic(extra))
    assert expected in codes(found)
    assert found.verdict == "flagged"


@pytest.mark.parametrize(("percent", "told"), [(49.5, True), (50.5, False), (199.5, False), (200.5, True)])
def test_recovery_from_50_to_200_percent(percent: float, told: bool) -> None:
    time = onset_of(0.1 + 0.5 * percent / 100)
    assert ("SPIKE_RECOVERY" in codes(assayed(KINETIC_MAPPING, kinetic({"C2": time, "D2": time})))) is told


def test_a_missing_spike_is_not_a_pass() -> None:
    text = KINETIC_MAPPING.replace('spiked_wells = ["C2:D2"]\nspike = 0.5\n', "")
    found = assayed(text, kinetic())
    assert "NO_POSITIVE_CONTROL" in codes(found)
    assert of(found, "spike_recovery") == []


def test_beyond_the_valid_dilution() -> None:
    """Limit 0.5 over lambda 0.005 is 100."""
    assert "DILUTION_BEYOND_VALID" in codes(assayed(KINETIC_MAPPING.replace("= 20\n", "= 101\n"), kinetic()))
    assert "DILUTION_BEYOND_VALID" not in codes(assayed(KINETIC_MAPPING.replace("= 20\n", "= 100\n"), kinetic()))


def test_missing_reads_and_spikes_are_told() -> None:
    plain = kinetic()
    jump = reaction("C1", onset_of(0.1))
    values = np.array(jump.value)
    values[3] = 3.0
    spiky = reaction("C1", onset_of(0.1), missing=2)
    others = [s for s in plain.series if s.well != "C1"]
    made = replace(spiky, value=values)
    found = assayed(KINETIC_MAPPING, reading((), [*others, made]))
    assert {"ONSET_NOT_LASTING", "READS_MISSING"} <= codes(found)


def test_a_well_without_reaction_in_the_file_is_refused() -> None:
    given = reading((), [s for s in kinetic().series if s.well != "B4"])
    with pytest.raises(InputError) as error:
        assayed(KINETIC_MAPPING, given)
    assert error.value.issues[0].code == "WELL_MISSING"


REAL = [p for p in corpus_files("markers/endotoxin") if p.name == "Raw_Data_1.csv"]
REAL_MAPPING = """
title = "kinetic"

[plate]
instrument = "softmax_pro"
measurand = "endotoxin_concentration"
unit = "EU/mL"
model = "log-log"
subtract_blank = false
dilution = 1

[kinetic]
rise = 0.2
onset = "first read"

[layout]
file = "Assay_Info_1.csv"
blank = "Buffer"
sample = "Protein"
"""


def real_reads() -> tuple[list[float], dict[str, list[float]]]:
    """Times and wells of the real plate by plain string splitting.

    A spreadsheet made ``59:00:00`` of 59 minutes, so the times are those of the stated interval of 30 s.
    """
    lines = [line.split(",") for line in REAL[0].read_text("latin-1").splitlines()]
    begin = next(i for i, cells in enumerate(lines) if cells[0].startswith("Time("))
    times: list[float] = []
    reads: dict[str, list[float]] = {}
    row = 0
    for cells in lines[begin + 1 :]:
        if cells[0].startswith("~"):
            break
        if ":" in cells[0]:
            times.append(30.0 * len(times))
            row = 0
        for column, text in enumerate(cells[2:14], start=1):
            if text:
                reads.setdefault(f"{'ABCDEFGH'[row % 8]}{column}", []).append(float(text))
        row += 1
    return times, reads


def independent_onsets() -> dict[str, float | None]:
    """The first read of each well that is 0.2 above the first one."""
    times, reads = real_reads()
    return {
        well: next((t for t, v in zip(times, values, strict=True) if v - values[0] >= 0.2 - 1e-12), None)
        for well, values in reads.items()
    }


def check_figures(found: Reading) -> None:
    """The figures of the specification, and every sample by its own arithmetic."""
    onsets = {str(q.settings["well"]): q.value for q in of(found, "endotoxin_onset_time")}
    standards = {"B1": None, "C1": 1170, "D1": 1560, "E1": 2460, "F1": 4890, "G1": 5850}
    assert {well: onsets[well] for well in standards} == standards
    expected = independent_onsets()
    assert onsets == {well: expected[well] for well in onsets}
    (curve,) = found.curves
    assert curve.parameters["slope"] == pytest.approx(-0.189, abs=5e-4)
    assert curve.correlation == pytest.approx(-0.9859, abs=5e-5)
    assert {"NO_POSITIVE_CONTROL", "STANDARD_RECOVERY"} <= codes(found)
    assert not {"CORRELATION", "BLANK_NOT_SLOWER"} & codes(found)
    samples = of(found, "endotoxin_concentration")
    assert len(samples) == 24
    slope, intercept = np.polyfit(np.log10([50, 5, 0.5, 0.05, 0.005]), np.log10([1170, 1560, 2460, 4890, 5850]), 1)
    for one in samples:
        time = onsets[str(one.settings["wells"])]
        value = None if time is None else 10 ** ((np.log10(time) - intercept) / slope)
        assert (one.value is not None) == (value is not None and 0.005 <= value <= 50)
        assert one.value is None or one.value == pytest.approx(value, rel=1e-9)


@needs_corpus
def test_the_figures_of_the_specification() -> None:
    times, reads = real_reads()
    series = [
        replace(reaction(well, None), time_s=np.array(times), value=np.array(values)) for well, values in reads.items()
    ]
    mapping = read_plate_mapping(REAL_MAPPING.replace("softmax_pro", "stub"), "plate.toml")
    assert mapping.layout is not None
    layout = of_grids(mapping.layout, REAL[0].parent)
    check_figures(assayed(REAL_MAPPING.replace("softmax_pro", "stub"), reading((), series), layout))


@needs_corpus
@pytest.mark.skipif(find_spec("evqc.instruments.softmax_pro") is None, reason="the reader of the plate is not there")
def test_the_real_plate_gives_them_through_its_reader(tmp_path: Path) -> None:
    mapping = tmp_path / "plate.toml"
    mapping.write_text(REAL_MAPPING, "utf-8")
    (tmp_path / "Assay_Info_1.csv").write_bytes(REAL[0].with_name("Assay_Info_1.csv").read_bytes())
    check_figures(read_file(REAL[0], mapped=mapped_tables([mapping])))
