"""What mutants found in workbooks of SkanIt: a layout or a table that lost a cell, each as the smallest damage."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.mutation.damaged import sample
from tests.mutation.texts import with_member

SKANIT = "skanit/absorbance_with_curve.xlsx"


def edited(mark: str, old: str, new: str) -> tuple[str, set[str]]:
    """Verdict and codes after the first such cell behind a mark was exchanged, on the first sheet that has both."""
    one = sample(SKANIT)
    members = zipfile.ZipFile(io.BytesIO(one.file.data))
    for name in members.namelist():
        text = members.read(name).decode("latin-1")
        begin, found, end = text.partition(mark)
        if found and old in end:
            data = with_member(one.file.data, name, f"{begin}{found}{end.replace(old, new, 1)}".encode("latin-1"))
            reading = one.read(data)
            return reading.verdict, {issue.code for issue in reading.issues}
    raise AssertionError(mark)


@pytest.mark.parametrize("said", ["xA01", ""])
def test_a_table_of_standards_with_a_well_that_is_none_is_flagged(said: str) -> None:
    """Before, an array without rows raised an exception."""
    verdict, codes = edited("Original signal", "<t>A01</t>", f"<t>{said}</t>")
    assert (verdict, "WELL_UNKNOWN" in codes) == ("flagged", True)


@pytest.mark.parametrize("said", ["xA", ""])
def test_a_grid_of_concentrations_without_its_first_row_raises_nothing(said: str) -> None:
    verdict, codes = edited("<t>Conc. [microg/ml]</t>", "<t>A</t>", f"<t>{said}</t>")
    assert verdict != "accepted", codes


LAYOUT = "<t>Plate template</t>"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<t>Plate 1</t>", "<t>Plate l</t>", ("flagged", "LAYOUT_PLATE")),
        ("<v>1</v>", "", ("refused", "LAYOUT_ROWS")),
        ("<v>4</v>", "", ("refused", "LAYOUT_ROWS")),
        ("<v>6</v>", "", ("refused", "LAYOUT_ROWS")),
        ("<t>A</t>", "<t>xA</t>", ("refused", "LAYOUT_ROWS")),
        ("<t>B</t>", "<t>xB</t>", ("refused", "LAYOUT_ROWS")),
        ("<t>C</t>", "<t>xC</t>", ("refused", "LAYOUT_ROWS")),
        ("<t>Std0001</t>", "<t></t>", ("refused", "LAYOUT_ROWS")),
        ("<t>1 microg/ml</t>", "<t>x1 microg/ml</t>", ("flagged", "LAYOUT_DIFFERS")),
        ("<t>1 microg/ml</t>", "<t></t>", ("flagged", "LAYOUT_DIFFERS")),
        ("<t>1:2</t>", "<t>x1:2</t>", ("flagged", "LAYOUT_DIFFERS")),
        ("<t>1:5</t>", "<t></t>", ("flagged", "LAYOUT_DIFFERS")),
    ],
)
def test_a_layout_that_lost_a_cell_is_not_passed_over(old: str, new: str, expected: tuple[str, str]) -> None:
    verdict, codes = edited(LAYOUT if "Plate" not in old else "<t>Name</t>", old, new)
    assert (verdict, expected[1] in codes) == (expected[0], True), codes
