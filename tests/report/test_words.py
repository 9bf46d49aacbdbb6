from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.report.words import counted, listed, scalar, setting, split_unit, validity

if TYPE_CHECKING:
    from evqc.measurement import Scalar


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items: list[str], text: str) -> None:
    assert listed(items) == text


@pytest.mark.parametrize(("n", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs")])
def test_counts(n: int, text: str) -> None:
    assert counted(n, "run") == text


def test_irregular_plural() -> None:
    assert counted(2, "criterion", "criteria") == "2 criteria"
    assert counted(1, "criterion", "criteria") == "1 criterion"


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("camera_level", [14], "camera level 14"),
        ("temperature_degC", [25.04, 24.9], "temperature 24.9 to 25.04 °C"),
        ("temperature_degC", [25, 25.0], "temperature 25 °C"),
        ("viscosity_mPa_s", [0.9], "viscosity 0.9 mPa·s"),
        ("frame_rate_per_s", [24.98], "frame rate 24.98 /s"),
        ("conductivity_uS_per_cm", [450.0], "conductivity 450 µS/cm"),
        ("laser", ["Blue405"], "laser Blue405"),
        ("laser", ["Blue405", "Red"], "laser Blue405 or Red"),
        ("camera_level", [14, None], "camera level 14 or not stated"),
        ("blur", [True], "blur on"),
        ("cutoff_kDa", [100], "cutoff 100 kDa"),
        ("time_min", [20], "time 20 min"),
        ("min", [1], "min 1"),
        ("g_force", [100000], "100000 × g"),
    ],
)
def test_settings(name: str, values: list[Scalar], text: str) -> None:
    assert setting(name, values).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "not stated"), (False, "off"), (0.1, "0.1"), (1e7, "10000000"), (1.5e20, "1.5e+20"), ("", "")],
)
def test_scalars(value: Scalar, text: str) -> None:
    assert scalar(value) == text


def test_a_unit_needs_a_name_before_it() -> None:
    assert split_unit("nm") == ("nm", "")
    assert split_unit("bead_nm") == ("bead", "nm")


@pytest.mark.parametrize(
    ("valid", "reasons", "word"),
    [(True, (), "yes"), (False, ("no track",), "no"), (None, ("Unreliable",), "in doubt"), (None, (), "not stated")],
)
def test_validity(valid: bool | None, reasons: tuple[str, ...], word: str) -> None:
    assert validity(reasons, valid=valid) == word
