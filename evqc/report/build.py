"""Puts the report together: batch, assessment and derived values to the one model that every rendering shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.isolation.process import Process
from evqc.report.assays import curve_views, kinetic_views
from evqc.report.balance import balance_rows, fraction_tables
from evqc.report.blanks import blank_rows
from evqc.report.identity import file_rows, statements
from evqc.report.methods_text import methods_text
from evqc.report.model import Report
from evqc.report.next_steps import next_steps
from evqc.report.panels import panel_views
from evqc.report.pictures import of_assays, of_fractions, of_tracks, pictures
from evqc.report.quantities import other_groups, result_groups, value_rows
from evqc.report.replicates import with_replicates
from evqc.report.scores import derived_rows, purity_picture, recovery_steps
from evqc.report.sizes import sized_samples
from evqc.report.tracks import tracks_views
from evqc.report.verdicts import conclusion, finding_rows, gaps_of, overall, profile_summary, stops_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Assessment
    from evqc.isolation import Scored
    from evqc.isolation.blanks_of_batch import BlankedProduct
    from evqc.isolation.fractions import FractionSeries
    from evqc.isolation.tracks_of_batch import TracksOfSample

#: Vesicles below this diameter scatter too little for most instruments. Source: literature, not verified here;
#: 50 to 70 nm by refractive index, wavelength and laser power.
VISIBILITY_FLOOR_NM = 60.0


def build(
    batch: Batch,
    assessment: Assessment,
    derived: Sequence[Scored] = (),
    *,
    process: Process = Process(),  # noqa: B008  frozen
    fractions: Sequence[FractionSeries] = (),
    tracks: Sequence[TracksOfSample] = (),
    blanks: Sequence[BlankedProduct] = (),
    floor_nm: float = VISIBILITY_FLOOR_NM,
) -> Report:
    """The report of an assessed batch.

    Args:
        batch: the record, if there is one, joined with its exports.
        assessment: what the criteria say of it.
        derived: yields, recoveries and purities, as ``isolation.derive`` gives them.
        process: what became of particles and protein along the steps, as ``isolation.process.process_of`` gives it.
        fractions: of steps that were collected in fractions.
        tracks: of samples that have lists of them, as ``isolation.tracks_of_batch`` gives them.
        blanks: of products, as ``isolation.blanks_of_batch`` gives them.
        floor_nm: diameter below which pictures mark the size axis as not observable, and shares leave particles out.
    """
    sizes = with_replicates(batch, sized_samples(batch), floor_nm)
    panels, values = panel_views(batch), value_rows(batch)
    curves, kinetics, results = curve_views(batch), kinetic_views(batch), [row for row in values if row.is_result]
    rows, purity, recovery = derived_rows(derived), purity_picture(batch, derived), recovery_steps(batch, derived)
    tables, lists = fraction_tables(tuple(fractions)), tracks_views(tracks, floor_nm)
    profiles = tuple(profile_summary(profile) for profile in assessment.profiles)
    stops, gaps = stops_of(batch, assessment, sizes), gaps_of(batch, assessment, rows)
    found = overall(profiles, stops)
    return Report(
        evqc_version=assessment.evqc_version,
        assessed_for=assessment.assessed_for,
        batch=assessment.batch,
        has_record=batch.record is not None,
        identity=statements(batch),
        mark=found,
        conclusion=conclusion(found, stops, gaps),
        stops=stops,
        steps=next_steps(assessment),
        profiles=profiles,
        pictures=(
            *pictures(sizes, panels, purity, recovery, floor_nm),
            *of_tracks(lists),
            *of_fractions(tables),
            *of_assays(curves, kinetics),
        ),
        floor_nm=floor_nm,
        sizes=sizes,
        tracks=lists,
        blanks=blank_rows(blanks),
        panels=panels,
        values=values,
        results=result_groups(values),
        others=other_groups(values),
        curves=curves,
        kinetics=kinetics,
        derived=rows,
        purity=purity,
        recovery=recovery,
        balance=balance_rows(process),
        fractions=tables,
        findings=finding_rows(assessment),
        gaps=gaps,
        methods=methods_text(batch, assessment, sizes, panels, results, rows),
        files=file_rows(batch),
    )
