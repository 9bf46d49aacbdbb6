"""Light scattering in a report: sizes without any count are neither a failed run nor a concentration."""

from __future__ import annotations

from dataclasses import replace

from evqc.assessment.runs import facts_of_run
from evqc.batch.assembled import Batch
from evqc.isolation.concentrations import usable_runs
from evqc.isolation.of_batch import derive
from evqc.measurement import RunValidity, SizeDistribution, SizeStatistics, Statistics, TotalConcentration
from evqc.report.build import build
from tests.report import batches as b

NOTHING = SizeStatistics()


def scattered(of: SizeDistribution) -> SizeDistribution:
    """The run as light scattering gives it: no count, no concentration, no statistic by number."""
    return replace(
        of,
        technique="DLS",
        count=None,
        concentration_per_ml=None,
        concentration_total_per_ml=TotalConcentration(reported=None, recomputed=None, undiluted=None),
        statistics=Statistics(reported=NOTHING, vendor=NOTHING, standard=NOTHING),
        validity=RunValidity(valid=None),
    )


RUN = b.run("UC-EV 07", scattered(b.distribution("one")))
BATCH = Batch(name="exports", record=None, record_source=None, readings=b.readings()[2:], runs=(RUN,))


def test_it_is_no_particle_tracking() -> None:
    assert usable_runs(BATCH, "UC-EV 07") == ()
    assert derive(BATCH) == ()
    facts = facts_of_run(RUN, None)
    for name in ("run_holds_tracks", "measured_concentration", "mode_diameter", "share_below_50_nm"):
        assert facts[name].value is None, name


def test_the_report_says_that_nothing_was_counted() -> None:
    report = build(BATCH, b.assessment(name="exports", product=None))
    (sample,) = report.sizes
    assert sample.basis == "nothing counted"
    assert sample.curve is None
    assert "No particle was counted" in sample.notes[0]
    assert not any("not valid" in note for note in sample.notes)
    assert "concentration" not in report.methods.paragraph
    assert "Runs without usable data" not in report.methods.paragraph
