"""Lists of tracks in the report: numbers of the isolation, a picture, and words for what may be concluded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.isolation.tracks_of_batch import TracksOfSample
from evqc.numerics.deconvolution import FEW_TRACKS_FOR_MODES, MODES_TOO_CLOSE, deconvolve
from evqc.numerics.deconvolution_band import with_band
from evqc.numerics.sizing import standard_statistics
from evqc.records import from_plain, to_plain
from evqc.report.figures import draw
from evqc.report.html import html
from evqc.report.pictures import of_tracks
from evqc.report.shown import TracksView
from evqc.report.tracks import tracks_views
from evqc.report.tracks_sheets import CURVE_HEADING, STATISTICS_HEADING
from evqc.report.xlsx import sheets
from tests.numerics.known_tracks import cells_of

if TYPE_CHECKING:
    from evqc.report.model import Report


def sample(number: int = 1200, **changes: object) -> TracksOfSample:
    cells = cells_of("EV-like", number, 1)
    raw = standard_statistics(cells.edges_nm[:-1], cells.edges_nm[1:], cells.counts.sum(axis=0))
    base = TracksOfSample(sample="EV <7>", files=("EV_00_ParticleData.csv",), cells=cells, raw=raw)
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.fixture(scope="module")
def taken_out() -> TracksOfSample:
    of = sample()
    found = with_band(deconvolve(of.cells), of.cells, seed=1, draws=20)
    return replace(of, found=found, cautious=deconvolve(of.cells, 0.85))


@pytest.fixture(scope="module")
def refused() -> TracksOfSample:
    return sample(150, why_missing="150 tracks are too few: at least 200 are needed")


def shown(of: TracksOfSample, report: Report) -> tuple[TracksView, Report]:
    views = tracks_views([of], 60.0)
    others = tuple(picture for picture in report.pictures if picture.shows != "tracks")
    return views[0], replace(report, tracks=views, pictures=(*others, *of_tracks(views)))


def test_numbers_are_those_of_the_isolation(taken_out: TracksOfSample, realistic: Report) -> None:
    view, _ = shown(taken_out, realistic)
    found = taken_out.found
    assert found is not None
    assert found.band is not None
    assert view.statistics["d50_nm"].value == found.statistics.d50_nm
    assert view.statistics["d50_nm"].lower == found.band.statistics_lower.d50_nm
    assert view.raw_statistics["d50_nm"].value == taken_out.raw.d50_nm
    assert (view.tracks, view.seed, view.draws) == (1200, 1, 20)
    assert view.share @ np.diff(view.edges_nm) == pytest.approx(1)
    assert view.raw @ np.diff(view.raw_edges_nm) == pytest.approx(1)
    assert (view.low <= view.high).all()
    assert (view.low <= view.share)[view.share > 1e-4].mean() > 0.9


def test_a_band_is_called_approximate_everywhere(taken_out: TracksOfSample, realistic: Report) -> None:
    view, report = shown(taken_out, realistic)
    page = html(report)
    assert view.band.startswith("approximate 95\N{NO-BREAK SPACE}% band (20 refits over tracks, seed 1)")
    assert "approximate band" in page
    assert all(number.interval.startswith("approximate band") for number in view.statistics.values())
    assert view.statistics["d50_nm"].text in page


def test_the_curve_is_called_a_mean_of_models_and_claims_no_populations(taken_out: TracksOfSample) -> None:
    (view,) = tracks_views([taken_out], 60.0)
    assert taken_out.found is not None
    (smooth,) = (each.weight for each in taken_out.found.models if each.name == "smooth")
    assert f"a smooth curve (weight {100 * smooth:.0f}\N{NO-BREAK SPACE}%) and of log-normal mixtures" in view.models
    (picture,) = of_tracks([view])
    assert view.models in picture.caption
    assert "populations" not in picture.caption


@pytest.mark.parametrize(
    ("weight", "text"), [(0.004, ("under 1", "over 99")), (0.5, ("50", "50")), (1, ("over 99", "under 1"))]
)
def test_a_small_weight_is_not_none(taken_out: TracksOfSample, weight: float, text: tuple[str, str]) -> None:
    assert taken_out.found is not None
    first, *others = sorted(taken_out.found.models, key=lambda each: each.name != "smooth")
    models = (replace(first, weight=weight), *(replace(each, weight=0.0) for each in others))
    (view,) = tracks_views([replace(taken_out, found=replace(taken_out.found, models=models))], 60.0)
    assert (
        f"(weight {text[0]}\N{NO-BREAK SPACE}%) and of log-normal mixtures ({text[1]}\N{NO-BREAK SPACE}%)"
        in view.models
    )


def test_words_say_what_may_not_be_concluded(taken_out: TracksOfSample) -> None:
    (view,) = tracks_views([taken_out], 60.0)
    words = " ".join(view.may_not)
    assert "more than one mode, of 1200 tracks (5000 are needed)" in words
    assert "below 60.0\N{NO-BREAK SPACE}nm" in words
    assert "the bias of the smoothing is not in it" in words
    assert "0.85 of the steps independent" in words
    assert view.may == ("D10, D50, D90 and the width.",)


def test_modes_are_spoken_of_when_they_may_be(taken_out: TracksOfSample) -> None:
    assert taken_out.found is not None
    free = replace(taken_out, found=replace(taken_out.found, flags=()))
    close = replace(taken_out, found=replace(taken_out.found, flags=(MODES_TOO_CLOSE,)))
    few = replace(taken_out, found=replace(taken_out.found, flags=(FEW_TRACKS_FOR_MODES,)))
    words = [" ".join(view.may_not) for view in tracks_views([free, close, few], 60.0)]
    assert ["more than one mode" in each for each in words] == [False, True, True]
    assert "are not told apart" in words[1]


def test_what_was_refused_says_why(refused: TracksOfSample, realistic: Report) -> None:
    view, report = shown(refused, realistic)
    assert (view.share.size, view.statistics, view.may, view.seed) == (0, {}, (), None)
    (picture,) = [each for each in report.pictures if each.shows == "tracks"]
    assert "was not taken out: 150 tracks are too few" in picture.caption
    assert picture.caption in html(report)
    assert draw(report, picture).startswith("<svg")


def test_the_picture_is_the_same_every_time(taken_out: TracksOfSample, realistic: Report) -> None:
    _, report = shown(taken_out, realistic)
    (picture,) = [each for each in report.pictures if each.shows == "tracks"]
    assert "EV <7>" not in html(report)
    assert draw(report, picture) == draw(report, picture)


def test_the_document_holds_every_number(taken_out: TracksOfSample) -> None:
    (view,) = tracks_views([taken_out], 60.0)
    assert from_plain(TracksView, to_plain(view)) == view


def test_the_workbook_has_the_numbers_of_the_picture(
    taken_out: TracksOfSample, refused: TracksOfSample, realistic: Report
) -> None:
    report = replace(realistic, tracks=tracks_views([taken_out, refused], 60.0))
    made = {sheet.title: sheet for sheet in sheets(report)}
    statistics, curves = made["Tracks"], made["Sizes behind tracks"]
    assert statistics.heading == STATISTICS_HEADING
    assert curves.heading == CURVE_HEADING
    assert len(statistics.rows) == 12
    assert [row[6] is None for row in statistics.rows] == [False] * 6 + [True] * 6
    apparent = [row for row in curves.rows if row[1] == "apparent sizes" and row[0] == "EV <7>"]
    assert len(apparent) == 400
    assert len(curves.rows) - 400 == len(report.tracks[0].share)
    assert not {"Tracks", "Sizes behind tracks"} & {sheet.title for sheet in sheets(replace(realistic, tracks=()))}


def test_without_lists_nothing_is_shown() -> None:
    assert tracks_views((), 60.0) == ()
    assert of_tracks(()) == ()
