from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.batch.assembled import Batch, Run
from evqc.criteria.findings import Severity, Verdict
from evqc.isolation.purity import purity_band
from evqc.measurement import Call, State, TotalConcentration
from evqc.numerics.estimate import Estimate
from evqc.numerics.replicates import pooled_curve, replicate_mean
from evqc.records import array
from evqc.report.build import build
from evqc.report.scores import BANDS
from evqc.report.sizes import sized_samples
from evqc.report.verdicts import mark
from evqc.report.words import subjects
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.reading import Reading
    from evqc.report.model import Report
    from evqc.report.shown import PurityBand


def sized(*runs: Run) -> Batch:
    return Batch(name="x", record=None, record_source=None, readings=(), runs=runs)


def test_the_means_are_those_of_the_numerics(realistic: Report) -> None:
    sample = realistic.sizes[0]
    used = [row for row in sample.runs if row.used]
    values = [v for row in used if (v := row.concentration.value) is not None]
    expected = replicate_mean(values, "1/mL", "runs")
    shown = sample.summary["concentration"]
    assert len(used) == 4
    assert (shown.value, shown.lower, shown.upper, shown.n) == (expected.value, expected.lower, expected.upper, 4)
    assert shown.value == pytest.approx((4.1 + 4.6 + 3.9 + 4.3) / 4 * 1e10)
    d50 = [v for row in used if (v := row.standard["d50_nm"].value) is not None]
    assert sample.summary["d50_nm"].value == pytest.approx(sum(d50) / 4)


def test_the_curve_is_the_pooled_one_with_its_band(realistic: Report) -> None:
    sample = realistic.sizes[0]
    assert sample.curve is not None
    assert sample.curve.low is not None
    densities = [row.density for row in sample.runs if row.used and row.density is not None]
    expected = pooled_curve(np.vstack(densities))
    assert expected.lower is not None
    assert np.array_equal(sample.curve.mean, expected.mean)
    assert np.array_equal(sample.curve.low, expected.lower)
    total = float((sample.curve.mean * (sample.curve.upper_nm - sample.curve.lower_nm)).sum())
    assert total == pytest.approx(sample.summary["concentration"].value)


@pytest.mark.parametrize(("n", "has_band"), [(1, False), (2, False), (3, True)])
def test_a_band_takes_three_runs(n: int, has_band: bool) -> None:
    (sample,) = sized_samples(sized(*(b.run("s", b.distribution(str(k), seed=k)) for k in range(n))))
    assert sample.curve is not None
    assert (sample.curve.low is not None) is has_band
    assert sample.curve.n == n


def test_a_run_without_tracks_is_shown_and_counts_for_no_mean(realistic: Report) -> None:
    sample = realistic.sizes[0]
    last = sample.runs[-1]
    assert (last.valid, last.used, last.reasons) == (False, False, ("no completed track",))
    assert last.concentration.value == 0
    assert last.standard["d50_nm"].text == "not known: the run holds no particles"
    assert "Run 5 is not valid (no completed track)" in sample.notes[0]
    assert "run 5" in realistic.pictures[0].caption


def test_without_dilution_everything_stays_as_measured() -> None:
    (sample,) = sized_samples(sized(b.run("s", b.distribution("r", factor=None, total=4e8), None)))
    assert sample.basis == "suspension as measured"
    assert sample.summary["concentration"].value == pytest.approx(4e8)
    assert "dilution is not known" in sample.notes[0]
    assert sample.runs[0].dilution == "not stated"


def test_runs_of_unknown_dilution_have_no_mean_with_the_others() -> None:
    """A mean over suspensions of which only some have a known dilution would be a silent wrong number."""
    runs = (b.run("s", b.distribution("1")), b.run("s", b.distribution("2", factor=None)))
    made = sized_samples(sized(*runs))
    assert [(s.label, s.basis, s.summary["concentration"].n) for s in made] == [
        ("s", "undiluted sample", 1),
        ("s, suspension as measured", "suspension as measured", 1),
    ]
    assert [s.summary["concentration"].value for s in made] == pytest.approx([4.1e10, 4.1e8])


def test_instruments_and_filters_have_no_mean_together() -> None:
    """Two instruments, or scatter and fluorescence, are no replicates: derived values do not pool them either."""
    batch, asked, _ = b.realistic()
    fluorescent = b.distribution("f", total=1e8)
    fluorescent = replace(fluorescent, settings=dict(fluorescent.settings, filter="500 nm"))
    zeta = replace(batch.readings[0], source=b.source("z.txt"), instrument="zetaview")
    runs = (
        b.run("s", b.distribution("1"), file="product.csv"),
        b.run("s", b.distribution("2", total=4.3e8), file="product.csv"),
        b.run("s", b.distribution("3", total=9e8), file="z.txt"),
        b.run("s", fluorescent, file="z.txt"),
    )
    report = build(replace(batch, runs=runs, readings=(*batch.readings, zeta)), asked)
    assert [s.label for s in report.sizes] == ["s, NanoSight", "s, ZetaView", "s, ZetaView, 500 nm"]
    assert {s.name for s in report.sizes} == {"s"}
    assert [s.summary["concentration"].value for s in report.sizes] == pytest.approx([4.2e10, 9e10, 1e10])
    assert [p.title for p in report.pictures[:2]] == [
        "Size distribution of s, NanoSight",
        "Size distribution of s, ZetaView",
    ]
    told = report.methods.paragraph
    assert "software 3.4: 2 runs of s, NanoSight" in told
    assert "or not stated" not in told


def test_a_warning_of_the_instrument_is_not_called_unstated() -> None:
    of = b.distribution("1")
    unreliable = ("the instrument says of the concentration: Unreliable",)
    doubted = replace(of, validity=replace(of.validity, valid=None, reasons=unreliable))
    (sample,) = sized_samples(sized(b.run("s", doubted), b.run("s", of), b.run("s", doubted)))
    assert [row.used for row in sample.runs] == [True, True, True]
    why = "the instrument says of the concentration: Unreliable"
    assert sample.notes == (f"Runs 1 and 3 are in doubt ({why}) and in the means all the same.",)
    silent = replace(of, validity=replace(of.validity, valid=None))
    (sample,) = sized_samples(sized(b.run("s", silent)))
    assert sample.notes == ("The files do not say of every run whether it is valid.",)


def test_a_printed_zero_is_not_called_unstated() -> None:
    """The file does print a number there; a run without tracks makes it no result."""
    empty = b.without_tracks(b.distribution("1"))
    printed = replace(
        empty,
        concentration_total_per_ml=TotalConcentration(reported=None, recomputed=None, undiluted=None, as_printed=0.0),
    )
    (sample,) = sized_samples(sized(b.run("s", b.distribution("2")), b.run("s", printed)))
    text = sample.runs[1].concentration.text.replace("\N{NO-BREAK SPACE}", " ")
    assert text == "not known: the file prints 0 /mL, which is no result"


def test_the_instruments_own_correction_is_part_of_the_dilution() -> None:
    of = b.distribution("r", factor=100.0)
    corrected = replace(of, dilution=replace(of.dilution, correction=2.0))
    (sample,) = sized_samples(sized(b.run("s", corrected)))
    density = sample.runs[0].density
    assert density is not None
    assert float(density.sum()) == pytest.approx(4.1e8 * 200)
    assert sample.runs[0].dilution == "1:100 (batch record, instrument correction 2)"


def test_counts_are_shown_when_there_is_no_concentration() -> None:
    of = b.distribution("r")
    counted = replace(
        of,
        concentration_per_ml=None,
        concentration_total_per_ml=TotalConcentration(reported=None, recomputed=None, undiluted=None),
    )
    (sample,) = sized_samples(sized(b.run("s", counted)))
    assert sample.basis == "particles counted"
    assert sample.summary["concentration"].value is None
    assert sample.curve is not None
    assert float(sample.curve.mean.sum()) == pytest.approx(float(np.asarray(of.count).sum()))


def test_density_is_per_nanometre_whatever_the_bins() -> None:
    narrow, wide = b.distribution("n", bins=1000, width=1.0), b.distribution("w", bins=50, width=20.0)
    (sample,) = sized_samples(sized(b.run("s", narrow), b.run("s", wide)))
    peaks = [float(row.density.max()) for row in sample.runs if row.density is not None]
    assert peaks[0] == pytest.approx(peaks[1], rel=0.4)
    assert sample.curve is None
    assert any("different bins" in note for note in sample.notes)


def test_bead_checks_stand_apart_from_the_sample_of_the_same_name() -> None:
    runs = (b.run("s", b.distribution("1")), b.run("s", b.distribution("2"), bead=100.0))
    assert [(s.role, s.bead_nm, len(s.runs)) for s in sized_samples(sized(*runs))] == [
        ("product", None, 1),
        ("bead check", 100.0, 1),
    ]


def test_settings_that_differ_are_named() -> None:
    first, second = b.distribution("1"), b.distribution("2")
    second = replace(second, settings=dict(second.settings, camera_level=12))
    (sample,) = sized_samples(sized(b.run("s", first), b.run("s", second)))
    assert sample.other_settings == {"camera_level": (14, 12)}
    assert "camera_level" not in sample.same_settings
    assert "Settings differ between runs: camera level." in sample.notes


def test_stops_begin_with_what_blocks(realistic: Report) -> None:
    assert [(s.mark, s.what) for s in realistic.stops] == [
        ("fail", "Not met: protein categories"),
        ("review", "Not met: replicate cv"),
        ("review", "A file was refused, so that nothing in it is judged"),
        ("review", "Record and exports contradict each other"),
        ("review", "Numbers that the instrument prints do not follow from its own distribution"),
        ("review", "1 criterion that would block could not be assessed"),
    ]
    assert realistic.stops[4].subject == "TFF retentate, run 2"
    assert realistic.mark == "fail"
    assert realistic.conclusion.endswith("1 thing blocks, and 3 things could not be judged; a person decides.")


@pytest.mark.parametrize(
    ("verdict", "severity", "expected"),
    [
        (Verdict.PASS, Severity.BLOCKS, "pass"),
        (Verdict.FAIL, Severity.BLOCKS, "fail"),
        (Verdict.FAIL, Severity.REVIEW, "review"),
        (Verdict.FAIL, Severity.NOTE, "noted"),
        (Verdict.NOT_ASSESSED, Severity.BLOCKS, "incomplete"),
        (Verdict.NOT_ASSESSED, Severity.REVIEW, "incomplete"),
        (Verdict.NOT_ASSESSED, Severity.NOTE, "noted"),
        (Verdict.NOT_APPLICABLE, Severity.BLOCKS, "nothing asked"),
    ],
)
def test_marks(verdict: Verdict, severity: Severity, expected: str) -> None:
    assert mark([b.finding("x", verdict, severity=severity)]) == expected


def test_not_assessed_is_never_a_pass_beside_passes() -> None:
    passed = b.finding("a", Verdict.PASS)
    assert mark([passed, b.finding("b", Verdict.NOT_ASSESSED)]) == "incomplete"
    assert mark([passed, b.finding("b", Verdict.NOT_ASSESSED, severity=Severity.NOTE)]) == "noted"
    assert mark([passed]) == "pass"
    assert mark([]) == "nothing asked"


def test_a_pass_needs_a_quiet_batch() -> None:
    batch, _, _ = b.realistic()
    asked = b.assessment(b.profile("p", "P", b.finding("x", Verdict.PASS)))
    quiet = replace(batch, runs=batch.runs[:4], readings=batch.readings[:3], contradictions=())
    assert build(quiet, asked).mark == "pass"
    assert build(replace(quiet, readings=batch.readings), asked).mark == "review"
    assert build(replace(quiet, contradictions=batch.contradictions), asked).mark == "review"
    assert build(replace(quiet, runs=batch.runs), asked).mark == "review"


def test_the_same_criterion_over_many_runs_is_one_stop() -> None:
    failed = [b.finding("drift", Verdict.FAIL, subject=f"run {n}") for n in range(1, 8)]
    report = build(b.empty()[0], b.assessment(b.profile("p", "P", *failed)))
    (stop,) = report.stops
    assert stop.subject == "run 1, run 2, run 3, run 4 and 3 more"
    assert len(report.findings) == 7


def test_the_same_criterion_in_two_profiles_is_one_stop() -> None:
    failed = b.finding("drift", Verdict.FAIL)
    report = build(b.empty()[0], b.assessment(b.profile("p", "P", failed), b.profile("q", "Q", failed)))
    assert [stop.source for stop in report.stops] == ["P; Q: drift"]
    assert len(report.findings) == 2


def test_suspensions_of_unknown_dilution_in_two_files_have_no_common_mean() -> None:
    files = [
        (b.distribution("a", factor=None, total=4e8), "a.csv"),
        (b.distribution("b", factor=None, total=2e8), "b.csv"),
    ]
    made = sized_samples(sized(*(b.run("EV", of, file=name) for of, name in files)))
    assert [(one.label, one.summary["concentration"].n) for one in made] == [("EV, a.csv", 1), ("EV, b.csv", 1)]


@pytest.mark.parametrize(("because", "stops"), [("The same.", 1), ("Another reason.", 2)])
def test_criteria_of_two_editions_that_fail_for_the_same_reason_are_one_stop(because: str, stops: int) -> None:
    old, new = (b.finding(f"M{year}-1", Verdict.FAIL, because="The same.") for year in (2018, 2023))
    profiles = b.profile("p", "Old", old), b.profile("q", "New", replace(new, because=because))
    report = build(b.empty()[0], b.assessment(*profiles))
    assert len(report.stops) == stops
    assert "; ".join(stop.source for stop in report.stops) == "Old: M2018-1; New: M2023-1"


def test_a_contradiction_that_a_failed_criterion_states_is_one_stop() -> None:
    batch, _, _ = b.realistic()
    quiet = replace(batch, runs=(), readings=())
    found = batch.contradictions[0].issue.found
    stated = b.finding("record", Verdict.FAIL, because=f"They disagree: {found}.")
    assert len(build(quiet, b.assessment(b.profile("p", "P", stated))).stops) == 1
    passed = replace(stated, verdict=Verdict.PASS)
    assert [s.source for s in build(quiet, b.assessment(b.profile("p", "P", passed))).stops] == ["cross-check"]


def test_a_contradiction_that_a_criterion_observed_is_one_stop_however_short_its_sentence() -> None:
    batch, _, _ = b.realistic()
    found = batch.contradictions[0].issue.found
    stated = b.finding("record", Verdict.FAIL, because="They disagree: a, b and 1 more.", observed=("a", "b", found))
    quiet = replace(batch, runs=(), readings=())
    assert len(build(quiet, b.assessment(b.profile("p", "P", stated))).stops) == 1


def test_a_contradiction_that_is_a_note_stops_nobody() -> None:
    batch, _, _ = b.realistic()
    one = batch.contradictions[0]
    noted = replace(one, issue=replace(one.issue, severity="note"))
    assert build(replace(batch, runs=(), readings=(), contradictions=(noted,)), b.assessment()).stops == ()


def test_fails_that_are_only_noted_are_no_pass() -> None:
    of = [b.finding("a", Verdict.PASS), b.finding("b", Verdict.FAIL, severity=Severity.NOTE)]
    (profile,) = build(b.empty()[0], b.assessment(b.profile("p", "P", *of))).profiles
    assert (profile.mark, profile.meaning) == (
        "noted",
        "nothing blocks or asks for a look, but not everything is met or known; 1 fail only noted",
    )


@pytest.mark.parametrize(
    ("title", "begun"),
    [
        ("The run holds tracks.", "Not met: the run holds tracks"),
        ("CD73 is found.", "Not met: CD73 is found"),
        ("NanoSight: it is so.", "Not met: NanoSight: it is so"),
        ("A ratio is reported.", "Not met: a ratio is reported"),
    ],
)
def test_titles_stand_behind_their_mark(title: str, begun: str) -> None:
    failed = b.finding("x", Verdict.FAIL, title=title)
    assert build(b.empty()[0], b.assessment(b.profile("p", "P", failed))).stops[0].what == begun


def test_subjects_stand_once() -> None:
    assert subjects(["a", "b", "a"]) == "a, b"


def test_findings_stand_fails_first() -> None:
    report = build(*b.realistic())
    assert [row.finding.verdict.value for row in report.findings if row.profile == "misev2023"] == [
        "fail",
        "not assessed",
        "pass",
        "not applicable",
    ]


def test_gaps_say_what_would_be_needed(realistic: Report) -> None:
    waiting = {gap.needed: gap.what for gap in realistic.gaps}
    assert waiting["a measurement of the diluent alone"] == ("Diluent blank",)
    assert waiting["an image by electron microscopy"] == ("Single vesicle",)
    assert waiting["The particle concentration of the undiluted sample is missing"] == (
        "Recovery of the step 2 (particles)",
    )


def test_one_need_stands_once_with_all_that_waits_for_it() -> None:
    needed = "a batch record"
    open_ = [b.finding(c, Verdict.NOT_ASSESSED, needed=needed, subject=s) for c in ("a-a", "b-b") for s in ("1", "2")]
    alone = b.finding("c", Verdict.NOT_ASSESSED, needed="a blank")
    batch = replace(b.realistic()[0], contradictions=())
    report = build(batch, b.assessment(b.profile("p", "P", alone, *open_), b.profile("q", "Q", open_[0])))
    assert [(g.needed, g.what, g.subject, g.source) for g in report.gaps] == [
        ("a batch record", ("A a", "B b"), "1, 2", "P; Q"),
        ("a blank", ("C",), "UC-EV 07", "P"),
    ]


def test_a_contradiction_without_a_record_is_one_of_the_exports() -> None:
    batch, asked = b.folder_only()
    contradictions = b.realistic()[0].contradictions
    report = build(replace(batch, contradictions=contradictions), asked)
    assert "The exports contradict each other" in {stop.what for stop in report.stops}


def test_a_folder_without_a_record_says_so() -> None:
    report = build(*b.folder_only())
    assert not report.has_record
    assert report.gaps[0].source == "folder without a batch record"
    assert report.sizes[0].basis == "suspension as measured"
    assert report.sizes[0].role == "role not stated"
    assert [p.shows for p in report.pictures] == ["size distribution", "concentration", "agreement"]


def test_an_empty_batch_passes_nothing() -> None:
    report = build(*b.empty())
    assert report.mark == "nothing asked"
    assert report.pictures == ()
    assert report.conclusion == "evqc judged nothing here: no criterion applied; a person decides."


def test_markers_stand_by_category_and_keep_their_calls(realistic: Report) -> None:
    first = realistic.panels[0]
    assert [group.category for group in first.groups] == ["1a", "1b", "2a", "3a", "4c"]
    calls = {row.name: (row.call, row.mark) for group in first.groups for row in group.markers}
    assert len(calls) == 15
    assert calls["CD34"] == (Call.NOT_TESTED, "–")
    assert calls["CD45"] == (Call.NEGATIVE, "○")
    assert calls["CD90"] == (Call.INDETERMINATE, "◐")
    assert calls["APOA1"] == (Call.INVALID, "×")
    outside = realistic.panels[1].groups[-1]
    assert (outside.title, outside.markers[0].name) == ("Outside the marker vocabulary", "my own marker")


def test_values_below_range_have_no_number(realistic: Report) -> None:
    rows = {(row.sample, row.measurand): row for row in realistic.values}
    below = rows["TFF retentate", "protein_concentration"]
    assert below.number.value is None
    assert below.number.text.replace("\N{NO-BREAK SPACE}", " ") == "below range (<2 µg/mL)"
    assert rows["UC-EV 07", "endotoxin_concentration"].number.text == "not known: no result"
    assert rows["UC-EV 07", "endotoxin_concentration"].state == State.MISSING.value


def test_purity_against_yield_pairs_the_same_sample(realistic: Report) -> None:
    assert realistic.purity is not None
    points = {p.sample: p for p in realistic.purity.points}
    assert points["UC-EV 07"].product
    assert points["TFF retentate"].purity.relation == ">"
    assert points["TFF retentate"].ceiling is not None
    assert realistic.purity.yield_title == "Particles per 10⁶ cells"


@pytest.mark.parametrize("band", BANDS)
def test_the_drawn_bands_are_those_that_are_judged(band: PurityBand) -> None:
    low, high = band.low or 1e8, band.high or 1e12
    judged = {"no band": "indeterminate", "low purity": "low", "high purity": "high"}.get(band.label, band.label)
    for value in (low * 1.001, (low * high) ** 0.5, high * 0.999):
        ratio = Estimate(
            value=value, lower=None, upper=None, unit="1/ug", n=1, scale="log", replicates="none", method=""
        )
        assert purity_band(ratio).band == judged


def test_the_bands_leave_no_hole() -> None:
    assert [band.high for band in BANDS[:-1]] == [band.low for band in BANDS[1:]]


def test_recovery_names_every_step(realistic: Report) -> None:
    assert [step.number for step in realistic.recovery] == [1, 2, 3]
    assert realistic.recovery[0].recovered == {}
    assert realistic.recovery[1].recovered["particles"].value is None
    assert realistic.recovery[2].recovered["particles"].value == pytest.approx(15.2, abs=0.1)


def test_no_recovery_no_picture() -> None:
    batch, asked, scored = b.realistic()
    report = build(batch, asked, [s for s in scored if s.step != 3])
    assert report.recovery == ()
    assert "recovery" not in {p.shows for p in report.pictures}


def test_every_file_stands_in_provenance(realistic: Report) -> None:
    assert [(f.name, f.verdict) for f in realistic.files] == [
        ("batch.toml", "accepted"),
        ("beads.csv", "flagged"),
        ("feed.csv", "flagged"),
        ("product.csv", "flagged"),
        ("notes.csv", "refused"),
    ]
    assert all(len(f.sha256) == 64 for f in realistic.files)


def test_a_run_whose_file_has_no_reading_still_shows() -> None:
    (sample,) = sized_samples(sized(b.run("s", b.distribution("1"))))
    assert (sample.instrument, sample.software) == ("", "")


def test_instruments_stand_by_the_makers_name() -> None:
    batch, asked, _ = b.realistic()
    made: tuple[Reading, ...] = tuple(replace(r, instrument="my own reader") for r in batch.readings)
    assert build(batch, asked).sizes[0].instrument == "NanoSight (Malvern Panalytical)"
    assert build(replace(batch, readings=made), asked).sizes[0].instrument == "my own reader"


def test_a_run_that_is_empty_but_not_called_invalid_counts_for_no_mean() -> None:
    of = b.distribution("e")
    nothing = array(np.zeros(1000))
    hollow = replace(b.without_tracks(of), validity=replace(of.validity, valid=None), count=nothing)
    (sample,) = sized_samples(sized(b.run("s", of), b.run("s", hollow)))
    assert [row.used for row in sample.runs] == [True, False]
    assert sample.summary["concentration"].n == 1
    assert "it holds no particles" in sample.notes[0]
