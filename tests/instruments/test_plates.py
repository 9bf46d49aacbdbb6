"""What plate readers share: grids, wells and rounding; each damage to a grid is refused or flagged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError, Where
from evqc.instruments import _plate_wells, _plates
from evqc.instruments._cell import Cell, Row
from evqc.instruments._marks import Marks
from evqc.instruments._plate_curves import curve_of, disagrees_with_curve
from evqc.instruments._plate_series import seconds
from evqc.instruments._plate_wells import Content, Wells
from evqc.measurement import State


def rows(*lines: str) -> list[Row]:
    return [tuple(Cell(text, n) for text in line.split(",")) for n, line in enumerate(lines, start=1)]


PLATE = (",1,2,3", "A,1,2,3", "B,4,5,6")


WELLS = {"A01": "A1", "P24": "P24", "AF48": "AF48", "A0": None, "a1": None, "AG1": None, "A49": None}


@pytest.mark.parametrize("written", WELLS)
def test_wells_have_one_spelling(written: str) -> None:
    assert _plates.well(written) == WELLS[written]


def test_a_grid_gives_its_cells_row_by_row() -> None:
    found = _plates.grid("file", rows(*PLATE), 0, "title")
    assert {name: cell.text for name, cell in found.cells().items()} == dict(
        zip(["A1", "A2", "A3", "B1", "B2", "B3"], "123456", strict=True)
    )
    assert (found.end, found.issues) == (3, ())


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((",1,2,4", "A,1,2,3", "B,4,5,6"), "GRID_COLUMNS"),
        ((",1,2,3", "A,1,2,3,9", "B,4,5,6"), "GRID_COLUMNS"),
        ((",1,2,3", "B,1,2,3", "A,4,5,6"), "GRID_ROWS"),
        ((",1,2,3", "A,1,2,3", "C,4,5,6"), "GRID_ROWS"),
        ((",1,2,3", "A,1,2,3"), "TRUNCATED"),
        ((",1,2,3", "A,1,2,3", ",,,"), "TRUNCATED"),
    ],
)
def test_a_damaged_grid_is_refused(lines: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError) as caught:
        _plates.grid("file", rows(*lines), 0, "title")
    assert caught.value.issues[0].code == code


def test_rows_behind_z_may_be_small_letters() -> None:
    letters = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abcdef"]
    lines = ["," + ",".join(str(n) for n in range(1, 49)), *(f"{letter}" + ",7" * 48 for letter in letters)]
    found = _plates.grid("file", rows(*lines), 0, "title")
    assert (found.issues, len(found.cells()), list(found.cells())[-1]) == ((), 1536, "AF48")


def test_a_part_of_a_plate_before_other_rows_is_flagged() -> None:
    found = _plates.grid("file", rows(",1,2,3", "A,1,2,3", ",,,", "text,,,"), 0, "title")
    assert [issue.code for issue in found.issues] == ["PLATE_PARTIAL"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((",1,2,3", "A,1,2,3,x", ",1,2,3,y", "B,1,2,3,x"), "GRID_UNEVEN"),
        ((",1,2,3", "A,1,2,3,x", "B,1,2,3,"), "TRUNCATED"),
        ((",1,2,3", "A,1,2,3,x", "B,1,2,3"), "TRUNCATED"),
    ],
)
def test_labels_are_whole(lines: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError) as caught:
        _plates.grid("file", rows(*lines), 0, "title", labelled=True)
    assert caught.value.issues[0].code == code


@pytest.mark.parametrize(
    ("texts", "absorbance", "decimal"),
    [
        (["2.100", "2.250"], True, "."),
        (["2,100", "2,250"], True, ","),
        (["0,5", "12"], False, ","),
        (["1", "2"], False, "."),
    ],
)
def test_marks_by_evidence(texts: list[str], absorbance: bool, decimal: str) -> None:
    assert _plates.plate_marks(texts, "file", Where(), absorbance=absorbance) == Marks(decimal)


def test_fluorescence_with_one_mark_and_three_digits_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        _plates.plate_marks(["2.100", "2.250"], "file", Where())
    assert caught.value.issues[0].code == "DECIMAL_AMBIGUOUS"


def test_an_unknown_word_is_a_state_with_a_warning_and_never_a_number() -> None:
    found = _plate_wells.wells("read", {"A1": Cell("bubble", 1), "A2": Cell("1.5", 1)}, "file")
    assert found.amounts["A1"].state is State.MISSING
    assert found.amounts["A1"].as_written == "bubble"
    assert [issue.code for issue in found.issues] == ["UNKNOWN_WORD"]


def workbook(numbers: dict[str, float]) -> Wells:
    return _plate_wells.wells("read", {name: Cell(repr(x), 1, number=x) for name, x in numbers.items()}, "file")


@pytest.mark.parametrize(
    ("numbers", "rounding"),
    [
        ({"A1": 816802.0, "A2": 1534.0}, [0.5, 0.5]),
        ({"A1": 1.7455, "A2": 0.08}, [0.00005, 0.00005]),
        ({"A1": 398100.0, "A2": 90.72}, [50.0, 0.005]),
        ({"A1": 1.655, "A2": -0.004469}, [0.0005, 5e-7]),
    ],
)
def test_a_workbook_is_rounded_as_its_longest_numbers_are(numbers: dict[str, float], rounding: list[float]) -> None:
    assert workbook(numbers).numbers(["A1", "A2"]).rounding[:, 0] == pytest.approx(rounding)


LAYOUT = {"A1": Content(role="blank"), "A2": Content(role="blank"), "A3": Content(role="sample")}


def text(title: str, **cells: str) -> Wells:
    return _plate_wells.wells(title, {name: Cell(value, 1) for name, value in cells.items()}, "file")


@pytest.mark.parametrize(("told", "agrees"), [("0.500", True), ("0.501", True), ("0.502", False), ("-0.500", False)])
def test_values_minus_the_blank(told: str, agrees: bool) -> None:
    raw = text("raw", A1="0.101", A2="0.099", A3="0.600")
    assert (_plate_wells.minus_blank(text("corrected", A3=told), raw, LAYOUT) == ()) is agrees


def test_a_masked_blank_is_left_out_of_their_mean() -> None:
    raw = text("raw", A1="*0.900*", A2="0.099", A3="0.600")
    assert _plate_wells.minus_blank(text("corrected", A3="0.501"), raw, LAYOUT) == ()


def test_without_blanks_nothing_is_compared() -> None:
    assert _plate_wells.minus_blank(text("corrected", A3="9.9"), text("raw", A3="0.6"), {}) == ()


@given(
    slope=st.floats(0.001, 10).map(lambda x: float(f"{x:.3g}")),
    intercept=st.floats(-1, 1).map(lambda x: float(f"{x:.3f}")),
    signal=st.floats(0, 4).map(lambda x: float(f"{x:.3f}")),
    shift=st.floats(-0.4, 0.4),
)
def test_a_concentration_of_unrounded_parameters_agrees_with_the_rounded_curve(
    slope: float, intercept: float, signal: float, shift: float
) -> None:
    curve = curve_of("Y=A*X+B", {"A": f"{slope:.6f}", "B": f"{intercept:.3f}"}, Marks())
    assert curve is not None
    true = (signal - intercept - shift * 0.001) / slope
    told = text("Conc", A1=f"{true:.3f}")
    assert disagrees_with_curve(told, curve, [text("read", A1=f"{signal:.3f}")]) == ()


def test_a_concentration_of_another_signal_disagrees_with_the_curve() -> None:
    curve = curve_of("Y = (A-D)/(1+(X/C)^B) + D", {"A": "0.01", "B": "1.2", "C": "300", "D": "3.1"}, Marks())
    assert curve is not None
    true = 300 * ((0.01 - 1.0) / (1.0 - 3.1)) ** (1 / 1.2)
    assert disagrees_with_curve(text("Conc", A1=f"{true:.3f}"), curve, [text("read", A1="1.000")]) == ()
    assert disagrees_with_curve(text("Conc", A1=f"{true:.3f}"), curve, [text("read", A1="1.100")]) != ()


@pytest.mark.parametrize("formula", ["Y=A*ln(X)+B", "", "Y=A*X"])
def test_unknown_formulas_are_not_guessed(formula: str) -> None:
    assert curve_of(formula, {"A": "1", "B": "2"}, Marks()) is None


@pytest.mark.parametrize(
    ("written", "expected"), [("0:30", 30), ("12:00", 720), ("1:39:30", 5970), ("66:35:00", 239700)]
)
def test_times(written: str, expected: float) -> None:
    assert seconds(Cell(written, 1), "file") == expected


@pytest.mark.parametrize("written", ["", "0:75", "1h", "0:00:00:00", "-0:30"])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        seconds(Cell(written, 1), "file")


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_numbers_of_a_workbook_keep_their_values(numbers: list[float]) -> None:
    names = [f"A{n}" for n in range(1, len(numbers) + 1)]
    found = workbook(dict(zip(names, numbers, strict=True))).numbers(names)
    assert np.array_equal(found.value[:, 0], np.array(numbers))
    assert (found.rounding >= 0).all()
