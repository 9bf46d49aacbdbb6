"""A table in fixed scientific notation, read as a whole, is what ``float`` makes of every cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.instruments._numbers import half_unit
from evqc.instruments._scientific import table

cells = st.builds(
    "{}{}.{:03d}E{}{}".format,
    st.sampled_from(["", "-"]),
    st.integers(0, 9),
    st.integers(0, 999),
    st.sampled_from("+-"),
    st.integers(0, 18),
)


@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8), decimal=st.sampled_from(".,"))
def test_every_cell_is_what_float_makes_of_it(rows: list[tuple[str, str, str]], decimal: str) -> None:
    text = "\n".join("\t".join(row) for row in rows)
    found = table(text.replace(".", decimal), 3, decimal)
    assert found is not None
    flat = [cell for row in rows for cell in row]
    assert found.value.shape == found.half.shape == (3, len(rows))
    assert found.value.T.ravel().tolist() == [float(cell) for cell in flat]
    assert not np.signbit(found.value[found.value == 0]).any(), "a zero has no sign"
    assert found.half.T.ravel().tolist() == [half_unit(cell) for cell in flat]


@pytest.mark.parametrize(
    "text",
    [
        "1.000E+0\t2.000E+0\n3.000E+0",
        "1.000E+0\t2.000E+0\t3.000E+0",
        "1.000E+0\n2.000E+0\t3.000E+0\t4.000E+0",
        "1,000E+0\t2.000E+0",
        "1.00E+0\t2.000E+0",
        "1.0000E+0\t2.000E+0",
        "1.000e+0\t2.000E+0",
        "1.000E+19\t2.000E+0",
        "1.000E+20\t2.000E+0",
        "1.000E0\t2.000E+0",
        "+1.000E+0\t2.000E+0",
        " 1.000E+0\t2.000E+0",
        "a.000E+0\t2.000E+0",
        "1.000E+0\t2.000E+x",
        "1.000E+0\t",
        "µ.000E+0\t2.000E+0",
        "1.000E+0\t2.000E+0\n",
        "",
    ],
)
def test_anything_else_is_left_to_the_reader_of_cells(text: str) -> None:
    assert table(text, 2, ".") is None
