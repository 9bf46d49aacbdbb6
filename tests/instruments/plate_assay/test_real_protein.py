"""The Lowry plate of the corpus: the curve and every concentration that its own software printed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from evqc.instruments._registry import mapped_tables, read_file
from evqc.measurement import Quantity, State
from tests.instruments.plate_assay.plates import assayed, quantity, reading
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.reading import Reading

LOWRY = [p for p in corpus_files("markers/plate_reader") if "Lowry" in p.name]
MAPPING = """
title = "Lowry"

[plate]
instrument = "{instrument}"
wavelength_nm = {wavelength}
measurand = "protein_concentration"
unit = "ug/mL"
model = "linear"
subtract_blank = false
dilution = 1
"""


def grid(lines: list[str], label: str) -> dict[str, str]:
    """Cells of the rows whose right-most cell is ``label``, by well, by plain string splitting."""
    rows = [line.split("\t") for line in lines if line.split("\t")[-1] == label and "\t" in line]
    assert [row[0] for row in rows] == list("ABCDEFGH")
    return {f"{row[0]}{column}": text for row in rows for column, text in enumerate(row[1:13], start=1)}


def printed() -> tuple[dict[str, str], dict[str, str]]:
    """Absorbances and concentrations as the file prints them."""
    lines = LOWRY[0].read_text("latin-1").splitlines()
    return grid(lines, "660"), grid(lines, "Conc")


def by_hand() -> Reading:
    """The plate without any reader: absorbances from plain splitting, the layout written out."""
    signals, _ = printed()
    standards = dict(zip(("1", "2", "3", "4", "5", "6"), (0.0, 10.0, 25.0, 50.0, 100.0, 200.0), strict=True))
    wells = []
    for well, text in signals.items():
        masked = text.startswith("*")
        nominal = standards.get(well[1:]) if well[0] in "AB" else None
        said = {
            "content": "STD" if nominal is not None else "SPL",
            "nominal_concentration": nominal,
            "wavelength_nm": 660.0,
        }
        value = None if masked else float(text)
        wells.append(quantity(well, value, sample=None if nominal is not None else f"SPL {well}", settings=said))
    return reading(wells)


@needs_corpus
def test_every_printed_concentration_is_reproduced() -> None:
    _, concentrations = printed()
    found = assayed(MAPPING.format(instrument="stub", wavelength=660), by_hand())
    (curve,) = found.curves
    assert curve.parameters["slope"] == pytest.approx(0.00297, abs=5e-6)
    assert curve.parameters["intercept"] == pytest.approx(0.049, abs=5e-5)
    assert curve.determination == pytest.approx(0.997, abs=5e-4)
    compared = 0
    for one in (m for m in found.measurements if isinstance(m, Quantity) and m.measurand == "protein_concentration"):
        shown = concentrations[str(one.settings["wells"])]
        if shown == "?????":
            assert one.state is State.MISSING
        elif float(shown) < 10:
            assert (one.state, one.bound) == (State.BELOW_RANGE, 10.0)
        else:
            assert one.value == pytest.approx(float(shown), abs=5.1e-4)
            compared += 1
    assert compared > 70


@needs_corpus
@pytest.mark.skipif(find_spec("evqc.instruments.gen5") is None, reason="the reader of the plate is not there")
def test_the_reader_and_the_mapping_give_the_same(tmp_path: Path) -> None:
    mapping = tmp_path / "lowry.toml"
    mapping.write_text(MAPPING.format(instrument="gen5", wavelength=660), "utf-8")
    found = read_file(LOWRY[0], mapped=mapped_tables([mapping]))
    (curve,), (expected,) = (
        found.curves[-1:],
        assayed(MAPPING.format(instrument="stub", wavelength=660), by_hand()).curves,
    )
    assert curve.parameters == pytest.approx(expected.parameters)
    assert (curve.lowest, curve.highest) == (10.0, 200.0)
