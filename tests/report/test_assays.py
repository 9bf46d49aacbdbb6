"""Quantities, standard curves and wells over time in a report: all of them there, few of them in the way."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.batch.assembled import Batch, Value
from evqc.batch.model import FileEntry
from evqc.calibration import StandardCurve, StandardLevel, WellSeries
from evqc.measurement import Quantity, State
from evqc.numerics.curve_models import signal_of
from evqc.reading import accepted
from evqc.records import array
from evqc.report.build import build
from evqc.report.figures import draw
from evqc.report.quantities import other_groups, result_groups, value_rows
from evqc.report.sizes import sized_samples
from evqc.report.write import renderings
from tests.report import batches

if TYPE_CHECKING:
    from evqc.calibration import Model
    from evqc.measurement import Measurement
    from evqc.reading import Reading
    from evqc.report.model import Report

WELLS = [f"{row}{column}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]


def quantity(
    measurand: str = "protein_concentration", value: float | None = 5.0, unit: str = "ug/mL", **more: Any
) -> Quantity:
    state = State.MISSING if value is None else State.MEASURED
    said: dict[str, Any] = {"sample": "eluate", "method": "BCA", "state": state}
    return Quantity(measurand=measurand, value=value, unit=unit, **(said | more))


def absorbance(well: str, value: float, nm: int = 562) -> Quantity:
    return quantity("absorbance", value, "1", method=None, settings={"well": well, "wavelength_nm": nm})


def value(of: Quantity, file: str = "plate.txt", **more: Any) -> Value:
    said: dict[str, Any] = {"sample": of.sample or "eluate", "role": "product", "file": batches.source(file)}
    return Value(quantity=of, **(said | more))


def reading(*measurements: Measurement, file: str = "plate.txt", **more: Any) -> Reading:
    return accepted(
        batches.source(file), instrument="gen5", software_version="3.14", file_kind="plate export",
        measurements=measurements, **more,
    )  # fmt: skip


def report(*values: Value, readings: tuple[Reading, ...] = ()) -> Report:
    """The realistic batch with these values and readings alone, so that little has to be drawn."""
    batch, assessment, _ = batches.realistic()
    assert batch.record is not None
    sample = batch.record.samples[0].name
    entries = (FileEntry(path=name, sample=sample) for name in dict.fromkeys(r.source.name for r in readings))
    record = batch.record.model_copy(update={"files": (*batch.record.files, *entries)})
    made = replace(batch, values=values, readings=readings, record=record, runs=(), panels=())
    return build(made, assessment)


def main_part(html: str) -> str:
    """The document without what stands in folded parts."""
    return re.sub(r"<details(?! open).*?</details>", "", html, flags=re.DOTALL)


# Hundreds of wells


@pytest.fixture(scope="module")
def plate() -> Report:
    wells = [value(absorbance(well, 0.1 + n / 1000, nm)) for nm in (562, 750) for n, well in enumerate(WELLS)]
    return report(value(quantity()), *wells, readings=(reading(),))


def test_a_plate_of_384_wells_is_two_lines_in_a_folded_part(plate: Report) -> None:
    assert [(g.particulars, g.n, g.text) for g in plate.others] == [
        ("562 nm", 384, "0.100 to 0.483"), ("750 nm", 384, "0.100 to 0.483"),
    ]  # fmt: skip
    assert [g.title for g in plate.results] == ["protein concentration"]
    html = renderings(plate)["report.html"].decode()
    assert "plate.txt</bdi>: 768 values" in html
    assert html.count("0.483") == 2
    assert "0.483" not in main_part(html)
    assert "H12" not in html


def test_every_well_stands_in_the_workbook_and_in_the_document(plate: Report) -> None:
    assert len(plate.values) == 769
    book = openpyxl.load_workbook(io.BytesIO(renderings(plate)["report.xlsx"]))
    rows = list(book["Values"].iter_rows(values_only=True))
    assert len(rows) == 770
    heading = rows[0]
    by_well = {r[heading.index("Well")]: r for r in rows[1:] if r[heading.index("Particulars")] == "562 nm"}
    assert by_well["P24"][heading.index("Value")] == pytest.approx(0.483)
    assert by_well["P24"][heading.index("Result or behind one")] == "other"


def test_raw_wells_are_told_in_no_methods_text(plate: Report) -> None:
    said = [plate.methods.paragraph, *plate.methods.missing]
    assert not any("absorbance" in text.casefold() for text in said)


def test_many_results_are_folded_too() -> None:
    many = [value(quantity(sample=f"EV {n}"), sample=f"EV {n}") for n in range(60)]
    html = renderings(report(*many))["report.html"].decode()
    assert "All 60 results" in html
    assert "EV 59" not in re.sub(r'id="methods".*', "", main_part(html), flags=re.DOTALL)


def test_without_assays_there_is_no_section_of_them() -> None:
    html = renderings(report(value(quantity())))["report.html"].decode()
    assert 'id="assays"' not in html
    assert 'href="#assays"' not in html


# Grouping


def rows(*values: Value) -> Any:
    return value_rows(Batch(name="b", record=None, record_source=None, readings=(reading(),), values=values))


def test_repeats_of_one_sample_are_one_line_with_range_and_states() -> None:
    below = quantity(value=None, state=State.BELOW_RANGE, bound=1.0)
    (group,) = result_groups(rows(value(quantity(value=4.0)), value(quantity(value=6.0)), value(below)))
    assert (group.n, group.measured, group.text) == (3, 2, "4.00\N{NO-BREAK SPACE}µg/mL to 6.00\N{NO-BREAK SPACE}µg/mL")
    assert group.states == ("2 measured", "1 below range")
    assert (group.lowest.value, group.highest.value) == (4.0, 6.0)


@pytest.mark.parametrize(
    "other",
    [
        value(quantity(method="Qubit")), value(quantity(sample="feed"), sample="feed"),
        value(quantity(), file="other.txt"), value(quantity("lipid_concentration")),
    ],
)  # fmt: skip
def test_what_is_of_another_method_sample_or_file_stands_apart(other: Value) -> None:
    assert len(result_groups(rows(value(quantity()), other))) == 2


def test_a_standard_is_no_result_and_says_what_it_is() -> None:
    made = rows(value(quantity(sample="S1"), sample="S1", role=None, of_assay="standard"))
    assert result_groups(made) == ()
    assert [(g.role, g.samples) for g in other_groups(made)] == [("standard", ("S1",))]


def test_what_a_person_entered_is_a_result_whatever_it_is() -> None:
    by_hand = value(quantity("conductivity", 1.2, "uS/cm"), file="batch.toml")
    assert [g.title for g in result_groups(rows(by_hand))] == ["conductivity"]


def test_no_number_is_told_with_what_stands_in_its_place() -> None:
    missing = value(quantity(value=None, reason="out of range", as_written="Out of range"))
    (group,) = result_groups(rows(missing))
    assert group.text == "not known: no result, out of range ('Out of range')"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.floats(0, 1e6)), min_size=1, max_size=30))
def test_groups_hold_every_value_once_and_end_at_the_extremes(drawn: list[tuple[str, float | None]]) -> None:
    made = rows(*(value(quantity(value=v, sample=s), sample=s) for s, v in drawn))
    groups = result_groups(made)
    assert sum(g.n for g in groups) == len(drawn)
    for g in groups:
        own = [v for s, v in drawn if (s,) == g.samples and v is not None]
        assert (g.lowest.value, g.highest.value) == (min(own, default=None), max(own, default=None))


def test_captures_of_one_chip_are_no_replicates_of_each_other() -> None:
    of = batches.distribution("one", factor=None)
    chip = [replace(of, technique="SP-IRIS", run=f"captured by {c}", settings={"capture": c}) for c in ("CD9", "CD63")]
    runs = tuple(batches.run("eluate", each, file="chip.csv") for each in chip)
    made = sized_samples(Batch(name="b", record=None, record_source=None, readings=(), runs=runs))
    assert [len(s.runs) for s in made] == [1, 1]
    assert len({s.label for s in made}) == 2


# Standard curves and wells over time

PARAMETERS: dict[Model, dict[str, float]] = {
    "linear": {"intercept": 0.1, "slope": 0.001},
    "quadratic": {"intercept": 0.1, "slope": 0.002, "curvature": -2e-7},
    "four-parameter logistic": {"zero_dose": 0.05, "slope": 1.2, "midpoint": 300.0, "infinite_dose": 3.0},
    "log-log": {"intercept": 3.2, "slope": -0.2},
}


def curve(model: Model = "quadratic", **more: Any) -> StandardCurve:
    nominal = np.array([20.0, 200.0, 2000.0])
    signals = signal_of(model, PARAMETERS[model], nominal).tolist()
    levels = tuple(
        StandardLevel(
            nominal=x, signals=(y, y * 1.01), mean_signal=y * 1.005, signal_cv_percent=0.7, back_calculated=x * 1.02,
            recovery_percent=102.0, used=x < 2000, remark="" if x < 2000 else "recovery beyond 20 %",
        )
        for x, y in zip(nominal.tolist(), signals, strict=True)
    )  # fmt: skip
    said: dict[str, Any] = {
        "measurand": "protein_concentration", "unit": "ug/mL", "signal": "absorbance at 562 nm", "signal_unit": "1",
        "model": model, "weights": "1/y", "parameters": PARAMETERS[model], "standards": levels, "blank": 0.09,
        "blank_subtracted": True, "correlation": None, "determination": 0.99934, "lowest": 20.0, "highest": 2000.0,
    }  # fmt: skip
    return StandardCurve(**(said | more))


@pytest.mark.parametrize("model", list(PARAMETERS))
def test_a_standard_curve_has_a_picture_of_its_points_and_its_fit(model: Model) -> None:
    made = report(readings=(reading(curves=(curve(model),)),))
    (view,) = made.curves
    assert view.drawn_at[[0, -1]] == pytest.approx([20.0, 2000.0])
    assert view.drawn_signal == pytest.approx(signal_of(model, PARAMETERS[model], view.drawn_at))
    (picture,) = [p for p in made.pictures if p.shows == "standard curve"]
    assert draw(made, picture) == draw(made, picture)
    assert draw(made, picture).startswith("<svg")
    assert "R² 0.99934" in picture.caption
    assert "Hollow: standards left out of the fit (2000" in picture.caption


def test_the_standards_stand_in_html_and_workbook_with_their_recovery() -> None:
    made = report(readings=(reading(curves=(curve(),)),))
    parts = renderings(made)
    assert "recovery beyond 20" in parts["report.html"].decode()
    sheet = openpyxl.load_workbook(io.BytesIO(parts["report.xlsx"]))["Standard curves"]
    lines = list(sheet.iter_rows(values_only=True))
    assert len(lines) == 4
    assert [line[lines[0].index("Recovery, %")] for line in lines[1:]] == [102.0] * 3
    assert [line[lines[0].index("In the fit")] for line in lines[1:]] == ["yes", "yes", "no"]


def test_curves_of_files_that_the_record_does_not_name_are_not_shown() -> None:
    batch, assessment, derived = batches.realistic()
    made = build(replace(batch, readings=(*batch.readings, reading(curves=(curve(),)))), assessment, derived)
    assert made.curves == ()


def series(well: str, onset: float | None) -> tuple[WellSeries, Quantity]:
    time = np.arange(0.0, 3600.0, 60.0)
    rise = np.clip(0.1 + (time - (onset or 1e9)) / 1000 + 0.2, 0.1, 2.0)
    of = WellSeries(
        plate="P1", well=well, signal="absorbance", signal_unit="1", wavelength_nm=405.0, time_s=array(time),
        value=array(rise),
    )  # fmt: skip
    state = State.MEASURED if onset is not None else State.ABOVE_RANGE
    settings = {"plate": "P1", "well": well}
    return of, quantity("endotoxin_onset_time", onset, "s", sample=None, state=state, settings=settings)


def test_wells_over_time_have_one_picture_with_their_onsets() -> None:
    wells = [series("A1", 900.0), series("A2", 1800.0), series("A3", None)]
    other = series("B1", 100.0)[0]
    made = report(readings=(reading(*(q for _, q in wells), series=(*(s for s, _ in wells), other)),))
    (view,) = made.kinetics
    assert [(w.well, w.onset.value) for w in view.wells] == [("A1", 900.0), ("A2", 1800.0), ("A3", None)]
    (picture,) = [p for p in made.pictures if p.shows == "kinetics"]
    assert "2 of 3 wells" in picture.caption
    assert draw(made, picture) == draw(made, picture)


def test_wells_over_time_without_onset_are_not_drawn() -> None:
    made = report(readings=(reading(series=(series("A1", 900.0)[0],)),))
    assert made.kinetics == ()


def test_names_from_files_are_text_in_every_rendering() -> None:
    said = {"analyte": batches.SCRIPT}
    hostile = [
        value(quantity("analyte_concentration", 5.0, sample=n, settings=said), sample=n) for n in batches.HOSTILE
    ]
    made = report(*hostile, readings=(reading(curves=(curve(signal=batches.SCRIPT),)),))
    parts = renderings(made)
    assert b"<script" not in parts["report.html"]
    cells = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(parts["report.xlsx"]))
        for line in sheet.iter_rows()
        for cell in line
    ]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
