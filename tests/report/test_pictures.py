from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest

from evqc.measurement import Comparison
from evqc.records import array
from evqc.report.build import build
from evqc.report.canvas import label, style, tick
from evqc.report.draw_scores import markers, purity
from evqc.report.draw_sizes import agreement, concentration, size_distribution
from evqc.report.figures import draw
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.batch.vocabulary import Role
    from evqc.report.model import Report
    from evqc.report.shown import Number, PurityPicture


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (20, "20"), (0.5, "0.5"), (1e9, "10⁹"), (2e9, "2×10⁹"), (-5, "−5"), (1e-5, "10⁻⁵"), (10000, "10000")],
)
def test_ticks(value: float, text: str) -> None:
    assert tick(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("UC-EV 07", "UC-EV 07"),
        ("a $x_1$ b", r"a \$x_1\$ b"),
        ("外泌体 A", "□□□ A"),
        ("a\nb\tc", "a b c"),
        ("\u202eabc", "□abc"),
        ("x" * 40, "x" * 33 + "…"),
    ],
)
def test_labels_are_one_line_of_letters_that_the_font_has(text: str, shown: str) -> None:
    assert label(text) == shown


def test_every_picture_is_the_same_bytes_twice(realistic: Report) -> None:
    for picture in realistic.pictures:
        first = draw(realistic, picture)
        assert draw(realistic, picture) == first
        assert first.startswith("<svg")
        assert first.endswith("</svg>")
        assert "http" not in first
        assert "<text" not in first  # letters are paths, so that no font is needed


def test_ids_of_pictures_never_meet(realistic: Report) -> None:
    seen: set[str] = set()
    for picture in realistic.pictures:
        ids = set(re.findall(r'\bid="([^"]+)"', draw(realistic, picture)))
        assert all(name.startswith(f"{picture.id}-") for name in ids)
        assert not ids & seen
        seen |= ids


def test_the_users_own_settings_neither_matter_nor_change(realistic: Report) -> None:
    picture = realistic.pictures[0]
    expected = draw(realistic, picture)
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "none"}):
        before = dict(mpl.rcParams)
        assert draw(realistic, picture) == expected
        assert dict(mpl.rcParams) == before


def texts(figure: Any) -> list[str]:
    (axes,) = figure.axes
    return [t.get_text() for t in (*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels())]


def test_the_size_distribution_shows_each_run_the_mean_the_band_and_the_quantiles(realistic: Report) -> None:
    with style():
        (axes,) = size_distribution(realistic, 0).axes
    legend = axes.get_legend()
    assert legend is not None
    names = [t.get_text() for t in legend.get_texts()]
    assert names == ["each run (n = 4)", "95 % interval of the mean", "mean (n = 4)"]
    written = [t.get_text() for t in axes.texts]
    summary = realistic.sizes[0].summary
    assert [f"D{p} {summary[f'd{p}_nm'].text.split(chr(160))[0]}" for p in (10, 50, 90)] == written[1:]
    assert "visibility" in written[0]
    assert axes.get_ylabel().endswith("particles/mL per nm, undiluted sample")
    assert axes.get_xlabel().endswith("nm")


def test_a_mean_line_lies_on_the_numbers(realistic: Report) -> None:
    with style():
        (axes,) = size_distribution(realistic, 0).axes
    line = next(li for li in axes.get_lines() if li.get_label() == "mean (n = 4)")
    curve = realistic.sizes[0].curve
    assert curve is not None
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert np.array_equal(y, curve.mean[: y.size])
    assert np.array_equal(x, ((curve.lower_nm + curve.upper_nm) / 2)[: x.size])


def test_beads_have_no_visibility_limit_of_vesicles(realistic: Report) -> None:
    with style():
        written = texts(size_distribution(realistic, 2))
    assert not any("visibility" in t for t in written)
    assert "Hatched" not in realistic.pictures[2].caption


def test_the_limit_can_be_set() -> None:
    batch, asked, scored = b.realistic()
    report = build(batch, asked, scored, floor_nm=70.0)
    assert "about 70 nm" in report.pictures[0].caption


def test_wide_bins_are_drawn_as_steps() -> None:
    batch, asked = b.folder_only()
    runs = tuple(b.run("s", b.distribution(str(k), bins=50, width=20.0, seed=k)) for k in (1, 2, 3))
    with style():
        (axes,) = size_distribution(build(replace(batch, runs=runs), asked), 0).axes
    y = np.asarray(axes.get_lines()[0].get_ydata())
    assert np.array_equal(y[::2], y[1::2])


def test_invalid_runs_are_hollow_and_say_why(realistic: Report) -> None:
    with style():
        (axes,) = concentration(realistic, 0).axes
    assert any("run 5 not valid: no completed track" in t.get_text() for t in axes.texts)
    hollow = [li for li in axes.get_lines() if li.get_fillstyle() == "none"]
    assert len(hollow) == 1


def test_the_worst_run_stands_first_and_names_what_is_off(realistic: Report) -> None:
    with style():
        (axes,) = agreement(realistic, 0).axes
    assert axes.get_yticklabels()[0].get_text() == "TFF retentate, run 2"
    assert any("d50" in t.get_text() for t in axes.texts)


@pytest.mark.parametrize(("tolerance", "difference"), [(0.0, 0.0), (0.0, 1.0), (0.05, 1e9), (0.05, -0.01)])
def test_any_tolerance_can_be_drawn(tolerance: float, difference: float) -> None:
    batch, asked = b.folder_only()
    of = batch.runs[0].distribution
    held = abs(difference) <= tolerance
    compared = (
        Comparison(statistic="d50_nm", reported=1.0, recomputed=1.0 + difference, tolerance=tolerance, within=held),
    )
    odd = replace(of, agreement=replace(of.agreement, compared=compared, within_rounding=held))
    report = build(replace(batch, runs=(replace(batch.runs[0], distribution=odd),)), asked)
    assert draw(report, next(p for p in report.pictures if p.shows == "agreement")).startswith("<svg")


def test_bars_carry_symbol_and_word(realistic: Report) -> None:
    with style():
        written = texts(markers(realistic, 0))
    for words in ("● positive", "○ negative", "◐ indeterminate", "– not tested", "× invalid"):
        assert words in written


def test_panels_without_numbers_are_tiles(realistic: Report) -> None:
    with style():
        (axes,) = markers(realistic, 1).axes
    assert len(axes.patches) == 6
    assert "◐ indeterminate" in [t.get_text() for t in axes.texts]


def test_signals_in_two_units_are_not_drawn_on_one_axis() -> None:
    batch, asked, _ = b.realistic()
    one = batch.panels[0]
    mixed = tuple(replace(m, unit="%" if n == 0 else m.unit) for n, m in enumerate(one.panel.markers))
    panels = (replace(one, panel=replace(one.panel, markers=mixed)),)
    with style():
        (axes,) = markers(build(replace(batch, panels=panels), asked), 0).axes
    assert len(axes.patches) == len(mixed)


@pytest.mark.parametrize("signals", [(0.0, 0.0), (-5.0, 300.0), (1.0, 2.0), (1e-3, 1e6)])
def test_any_signals_can_be_drawn(signals: tuple[float, float]) -> None:
    batch, asked, _ = b.realistic()
    one = batch.panels[0]
    rows = tuple(
        replace(m, signal=s, background=None, limit_of_detection=None)
        for m, s in zip(one.panel.markers, signals, strict=False)
    )
    report = build(replace(batch, runs=(), panels=(replace(one, panel=replace(one.panel, markers=rows)),)), asked)
    assert draw(report, report.pictures[0]).startswith("<svg")


def test_a_bound_has_an_arrow_and_the_ceiling_its_words(realistic: Report) -> None:
    with style():
        (axes,) = purity(realistic, 0).axes
    arrows = [t for t in axes.texts if getattr(t, "arrow_patch", None) is not None]
    assert len(arrows) == 1
    written = [t.get_text() for t in axes.texts]
    assert written.count("physical ceiling for its sizes") == 2
    assert written.count("floor: solid protein") == 1
    assert [w for w in written if "purity" in w or w in {"unpure", "no band"}] == [
        "unpure",
        "no band",
        "low purity",
        "no band",
        "high purity",
    ]


@pytest.mark.parametrize(("value", "low"), [(1e6, None), (5e13, 1e3)])
def test_purity_far_from_the_bands_can_be_drawn(realistic: Report, value: float, low: float | None) -> None:
    assert realistic.purity is not None
    point = realistic.purity.points[0]
    far: Number = replace(point.purity, value=value, lower=low, upper=None if low is None else 1e14)
    picture: PurityPicture = replace(realistic.purity, points=(replace(point, purity=far),))
    report = replace(realistic, purity=picture)
    shown = next(p for p in report.pictures if p.shows == "purity")
    assert draw(report, shown).startswith("<svg")


def test_beads_far_from_zero_get_an_axis_of_their_own() -> None:
    batch, asked = b.folder_only()
    narrow = b.distribution("bead", bins=1000)
    density = np.exp(-((np.arange(1000) - 100.0) ** 2) / 18)
    beads = replace(narrow, concentration_per_ml=array(density), count=array(density))
    shown = build(replace(batch, runs=(b.run("PS", beads, None, bead=100.0), b.run("EV", beads, None))), asked)
    with style():
        starts = [size_distribution(shown, n).axes[0].get_xlim()[0] for n in (0, 1)]
    assert starts[0] == 0
    assert starts[1] > 60


def test_the_product_comes_first_and_the_bead_check_last() -> None:
    batch, asked = b.folder_only()
    roles: tuple[tuple[str, Role | None, float | None], ...] = (
        ("beads", "reference", 100.0), ("PBS", "diluent blank", None), ("medium", "step sample", None),
        ("EV", "product", None),
    )  # fmt: skip
    runs = tuple(b.run(name, b.distribution(name), role, bead=bead) for name, role, bead in roles)
    shown = build(replace(batch, runs=runs), asked)
    assert [sample.name for sample in shown.sizes] == ["EV", "medium", "PBS", "beads"]
