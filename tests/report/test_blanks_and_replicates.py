"""Blanks and replicate runs in the report: the numbers of the isolation, and headline numbers that stay as measured."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from evqc.isolation.blanks_of_batch import blanks_of_batch
from evqc.report import built
from evqc.report.blanks import blank_rows
from evqc.report.html import html
from evqc.report.sizes import sized_samples
from evqc.report.xlsx import xlsx
from tests.assessment import making
from tests.report import batches

if TYPE_CHECKING:
    from evqc.report.model import Report


def batch(*, blank: bool = True, beads: bool = True) -> Any:
    exports: list[dict[str, Any]] = [
        {"name": "it.csv", "runs": [{"concentration": c, "particles_per_frame": 130.0} for c in (4.0e8, 4.2e8, 4.4e8)]}
    ]
    files: list[dict[str, Any]] = [{"path": "it.csv", "sample": "it", "dilution": 200}]
    if blank:
        exports.append({"name": "PBS.csv", "runs": [{"concentration": c} for c in (1e6, 2e6, 3e6)]})
        files.append({"path": "PBS.csv", "sample": "PBS", "dilution": 1})
    if beads:
        exports.append({"name": "b.csv", "runs": [{"median": m, "spread": 0.04} for m in (100, 100.6, 101)]})
        files.append({"path": "b.csv", "purpose": "bead check", "bead_nm": 100, "bead_uncertainty_nm": 1})
    samples = [{"name": "it", "role": "product"}, {"name": "PBS", "role": "diluent blank"}]
    return making.batch({"batch": {"id": "B", "product": "P"}, "samples": samples, "files": files}, exports)


@cache
def report(**given: bool) -> Report:
    return built(batch(**given), batches.realistic()[1])


def test_headline_numbers_stay_as_measured() -> None:
    for sample, plain in zip(report().sizes, sized_samples(batch()), strict=True):
        assert replace(sample, shape={}, windows=(), shape_method="", remarks=()) == plain


def test_rows_of_blanks_are_the_numbers_of_the_isolation() -> None:
    nothing, diluent = report().blanks
    (product,) = blanks_of_batch(batch())
    assert product.as_measured is not None
    assert nothing.concentration.value == product.as_measured.value
    assert (nothing.blank, nothing.remark) == ("nothing", "as used everywhere else in this report")
    (net,) = product.nets
    assert net.net is not None
    assert net.limits is not None
    assert (diluent.concentration.value, diluent.concentration.lower) == (net.net.value, net.net.lower)
    assert diluent.quantification.value == net.limits.net_quantification
    assert diluent.negative_mass.value == pytest.approx(0)


def test_without_a_blank_it_is_said_that_nothing_is_taken_off() -> None:
    page = html(report(blank=False))
    assert "no diluent or process blank was counted as the product was, so that nothing is taken off" in page


def test_the_page_and_the_workbook_show_them() -> None:
    page, book = html(report()), openpyxl.load_workbook(io.BytesIO(xlsx(report())))
    _, diluent = report().blanks
    for text in (diluent.concentration.text, diluent.detection.text, diluent.concentration.interval):
        assert text in page
    sample = report().sizes[0]
    assert [*sample.shape] == ["span", "geometric_mean_nm"]
    assert all(number.text in page for number in sample.shape.values())
    assert all(window.share.text in page for window in sample.windows)
    held = [cell.value for name in ("Blanks", "Shape and windows") for row in book[name].iter_rows() for cell in row]
    for number in (diluent.concentration, *sample.shape.values(), *(window.share for window in sample.windows)):
        assert number.value is not None
        assert any(isinstance(h, int | float) and h == pytest.approx(number.value, rel=1e-14) for h in held)


def test_remarks_are_sentences_with_their_basis() -> None:
    product, beads = report().sizes[0], report().sizes[-1]
    drift, *crowded = product.remarks
    assert drift.startswith("Over the 3 runs in the order of the file, concentration has rank correlation 1")
    assert "(p = 0.33, which cannot lie below 0.33)" in drift
    assert len(crowded) == 1
    assert crowded[0].startswith("Runs 1, 2 and 3 have up to 130 particles per frame, above 100: about ")
    assert "(assumed, not measured: 1280 by 1024 pixels, " in crowded[0]
    assert crowded[0].endswith("at most 100 [lit]); nothing is corrected.")
    assert beads.remarks[-1].startswith("Beads: the bias of the mode, ")
    assert beads.remarks[-1].endswith("lies within ±5\N{NO-BREAK SPACE}% by two one-sided tests.")
    assert all(remark in html(report()).replace("&#39;", "'") for remark in (drift, crowded[0], beads.remarks[-1]))


def test_no_product_no_rows() -> None:
    assert blank_rows(()) == ()
