"""The methods paragraph for a paper, from facts only, and the list of what it cannot say."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evqc.criteria.findings import Severity, Verdict
from evqc.report.characterisation import characterisation
from evqc.report.identity import harvest, medium, origin, step_text
from evqc.report.methods_stated import stated
from evqc.report.model import MethodsText
from evqc.report.reporting_table import reporting_table
from evqc.report.sizes import CHOSEN
from evqc.report.words import counted, listed, measurand_in_words, sentence_case, setting, split_unit, was

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.assembled import Batch
    from evqc.batch.model import BatchRecord
    from evqc.criteria.findings import Assessment
    from evqc.measurement import Scalar
    from evqc.report.shown import DerivedRow, PanelView, SizedSample, ValueRow

_TECHNIQUES = {
    "NTA": "nanoparticle tracking analysis",
    "DLS": "dynamic light scattering",
    "TRPS": "tunable resistive pulse sensing",
    "nFCM": "nano-flow cytometry",
    "SP-IRIS": "single-particle interferometric reflectance imaging",
    "ILM": "interferometric light microscopy",
}
#: Bases on which a concentration is known.
_COUNTED = ("undiluted sample", "suspension as measured")
#: Settings that a reader of a paper needs, in the order of the sentence.
_TOLD = (*CHOSEN, "temperature_degC", "viscosity_mPa_s")
#: What must be told of a sizing by particle tracking, and the settings of which one tells it.
_NEEDED_OF_TRACKING = {
    "the camera level or sensitivity": {"camera_level", "sensitivity"},
    "the detection threshold or minimum brightness": {"detection_threshold", "min_brightness"},
    "the number of frames": {"total_frames_analysed", "frames_per_cycle"},
}
#: The same of every technique that derives the size from diffusion.
_NEEDED_OF_DIFFUSION = {
    "the temperature": {"temperature_degC"},
    "the viscosity": {"viscosity_mPa_s"},
}
#: Conditions of a measurement, which are told with its settings.
_CONDITIONS = frozenset({"temperature", "viscosity", "conductivity"})
_PROTEIN = "protein_concentration"


def methods_text(
    batch: Batch,
    assessment: Assessment,
    sizes: Sequence[SizedSample],
    panels: Sequence[PanelView],
    values: Sequence[ValueRow],
    derived: Sequence[DerivedRow] = (),
) -> MethodsText:
    """The paragraphs, what has to be settled before they are used, what is missing from them, and the reporting table.

    Args:
        batch: for source and isolation.
        assessment: for the profiles and the version.
        sizes: as the report shows them.
        panels: as the report shows them.
        values: as the report shows them.
        derived: as the report shows them.
    """
    sentences = [
        *_source(batch.record),
        *_isolation(batch.record),
        *_sizing(sizes),
        *_statistics(sizes),
        *dict.fromkeys(_markers(panels)),
        *_assays(values),
        *_images(batch),
        *stated(batch.record),
        *_judged(assessment),
    ]
    missing = [*_missing_record(batch.record), *_missing_sizing(sizes), *_missing_assays(batch, panels, values)]
    return MethodsText(
        paragraph=" ".join(sentences),
        characterisation=characterisation(sizes, panels, values, derived),
        missing=tuple(dict.fromkeys(missing)),
        table=reporting_table(assessment),
        to_settle=tuple(dict.fromkeys(_to_settle(assessment))),
    )


def _to_settle(assessment: Assessment) -> Iterable[str]:
    """What blocks because a number is not usable, such as a dilution on which record and export disagree."""
    for finding in (finding for profile in assessment.profiles for finding in profile.findings):
        blocks = finding.verdict is Verdict.FAIL and finding.severity is Severity.BLOCKS
        if blocks and finding.kind == "measurement validity":
            yield f"{finding.because} [{finding.criterion}]"


def _source(record: BatchRecord | None) -> Iterable[str]:
    if record is None:
        return
    source = record.source
    parts = [origin(source), ", ".join(medium(source)), ", ".join(harvest(source))]
    told = "; ".join(filter(None, parts))
    material = source.matrix or "material that the record does not name"
    yield f"Extracellular vesicles were obtained from {material}{f' ({told})' if told else ''}."


def _isolation(record: BatchRecord | None) -> Iterable[str]:
    if record is None or not record.isolation:
        return
    steps = [step_text(step) for step in record.isolation]
    if len(steps) == 1:
        yield f"They were isolated in one step: {steps[0]}."
        return
    numbered = "; ".join(f"({n}) {text}" for n, text in enumerate(steps, start=1))
    yield f"They were isolated in {len(steps)} steps: {numbered}."


def _sizing(sizes: Sequence[SizedSample]) -> Iterable[str]:
    def machine(sample: SizedSample) -> tuple[str, str, str]:
        return sample.technique, sample.instrument, sample.software

    for (technique, instrument, software), of in groupby(sorted(sizes, key=machine), machine):
        samples = list(of)
        name = _TECHNIQUES.get(technique, technique)
        with_ = f"on {instrument}" if instrument else "on an instrument that the files do not name"
        version = f"software {software}" if software else "software version not stated"
        told = [_measured(sample) for sample in samples]
        what = ["size", "concentration"] if any(sample.basis in _COUNTED for sample in samples) else ["size"]
        yield (
            f"Particle {listed(what)} {was(len(what))} measured by {name} ({technique}) {with_}, {version}: "
            f"{'; '.join(told)}."
        )
        if settings := _settings(samples):
            yield f"Settings were {listed(settings)}."


def _measured(sample: SizedSample) -> str:
    runs = counted(len(sample.runs), "run")
    dilutions = listed(dict.fromkeys(_diluted(row.dilution) for row in sample.runs))
    diluted = f", {dilutions}" if _has_dilution(sample) else ""
    beads = "" if sample.bead_nm is None else f" (beads of {setting('nominal_nm', (sample.bead_nm,))})"
    return f"{runs} of {sample.label}{beads}{diluted}"


def _has_dilution(sample: SizedSample) -> bool:
    """Whether the dilution is stated, or would have to be because a concentration depends on it."""
    return sample.basis in _COUNTED or any(row.dilution != "not stated" for row in sample.runs)


def _diluted(dilution: str) -> str:
    return dilution if dilution.startswith("undiluted") else f"dilution {dilution}"


def _settings(samples: Sequence[SizedSample]) -> list[str]:
    """Each setting that a reader needs, over all runs of all samples of one machine."""
    values: dict[str, list[Scalar]] = {}
    for sample in samples:
        for name, value in sample.same_settings.items():
            values.setdefault(name, []).append(value)
        for name, several in sample.other_settings.items():
            values.setdefault(name, []).extend(several)
    stated = [name for name in _TOLD if any(value is not None for value in values.get(name, []))]
    return [setting(name, values[name], 4) for name in stated]


def _statistics(sizes: Sequence[SizedSample]) -> Iterable[str]:
    if not sizes:
        return
    yield (
        "Distributions are number-weighted; D10, D50 and D90 were interpolated linearly in the cumulative distribution "
        "at bin edges."
    )
    if any(_replicated(sample) for sample in sizes):
        yield (
            "Results are arithmetic means over repeated runs of one sample (technical replicates) with 95 % t "
            "intervals, on the logarithmic scale for concentrations."
        )
    if any(sum(row.used for row in sample.runs) == 1 for sample in sizes):
        yield "Where a sample has a single usable run, no uncertainty is stated."
    invalid = sum(not row.used for sample in sizes if sample.basis != "nothing counted" for row in sample.runs)
    if invalid:
        yield f"Runs without usable data ({counted(invalid, 'run')}) were left out of the means."


def _replicated(sample: SizedSample) -> bool:
    return sum(row.used for row in sample.runs) > 1


def _markers(panels: Sequence[PanelView]) -> Iterable[str]:
    for panel in panels:
        tested = [row.name for group in panel.groups for row in group.markers if row.call.value != "not tested"]
        if not tested:
            continue
        noun = "marker" if len(tested) == 1 else "markers"
        kinds = list(dict.fromkeys(control.split(" control")[0] for control in panel.controls))
        noun_controls = "control" if len(panel.controls) == 1 else "controls"
        against = f"with {listed(kinds)} {noun_controls}" if kinds else "without a control"
        yield (
            f"The {noun} {listed(tested)} {was(len(tested))} tested in {panel.sample} by {panel.technique}, {against}."
        )


def _assays(values: Sequence[ValueRow]) -> Iterable[str]:
    """One sentence for each method and set of samples, naming all that was determined."""
    told: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (_, method), rows in _by_assay(values).items():
        samples = tuple(dict.fromkeys(row.sample for row in rows))
        told.setdefault((method, samples), []).append(_determined(rows))
    for (method, samples), names in told.items():
        by = "by a method that is not stated" if method == "not stated" else f"by {method}"
        yield f"{sentence_case(listed(names))} {was(len(names))} determined {by} in {listed(samples)}."


def _by_assay(values: Sequence[ValueRow]) -> dict[tuple[str, str], list[ValueRow]]:
    found: dict[tuple[str, str], list[ValueRow]] = {}
    for row in values:
        if row.measurand not in _CONDITIONS:
            found.setdefault((row.measurand, row.method), []).append(row)
    return found


def _determined(rows: Sequence[ValueRow]) -> str:
    """What some rows of one measurand determined; markers of one kind together."""
    markers = list(dict.fromkeys(row.marker for row in rows if row.marker))
    if not markers:
        return rows[0].title
    what = {
        "marker_positive_cells": "the share of cells positive for",
        "marker_positive_particles": "the share of particles positive for",
    }.get(rows[0].measurand, f"the {measurand_in_words(rows[0].measurand)} of")
    return f"{what} {listed(markers)}"


def _images(batch: Batch) -> Iterable[str]:
    for method, of in groupby(sorted(batch.images, key=lambda image: image.method), lambda image: image.method):
        images = list(of)
        views = list(dict.fromkeys(image.view for image in images if image.view))
        kept = f"taken by {method}" if "microscop" in method else f"kept of the {method}"
        yield f"Images were {kept} ({', '.join(filter(None, [counted(len(images), 'image'), listed(views)]))})."


def _judged(assessment: Assessment) -> Iterable[str]:
    profiles = "; ".join(f"{profile.title} ({profile.edition})" for profile in assessment.profiles)
    against = f" and judged against these profiles: {profiles}" if profiles else ""
    yield f"With evqc {assessment.evqc_version}, instrument exports were read{against}."


def _missing_record(record: BatchRecord | None) -> Iterable[str]:
    if record is None:
        yield "source of the vesicles and their isolation (there is no batch record)"
        return
    source = record.source
    needed = {
        "species of the source": source.species,
        "tissue of the source": source.tissue,
        "cell type": source.cell_type,
        "passage": source.passage,
        "starting material (conditioned medium, plasma, …)": source.matrix,
        "medium": source.medium,
        "hours of collection": source.collection_hours,
        "cells at harvest": source.cells_at_harvest,
        "viability at harvest": source.viability_percent,
    }
    yield from (what for what, value in needed.items() if value is None)
    if not record.isolation:
        yield "isolation steps"
    for place, step in enumerate(record.isolation, start=1):
        if step.missing_parameters:
            names = [split_unit(name)[0] for name in step.missing_parameters]
            yield f"step {place} ({step.method}): {listed(names)}"


def _missing_sizing(sizes: Sequence[SizedSample]) -> Iterable[str]:
    if not sizes:
        yield "particle size and concentration: no sizing file was read"
    for sample in sizes:
        stated = {name for name, value in sample.same_settings.items() if value is not None} | {*sample.other_settings}
        needed = _needed(sample.technique).items()
        yield from (f"{what} of the sizing of {sample.label}" for what, names in needed if not names & stated)
        if sample.basis in _COUNTED and any(row.dilution == "not stated" for row in sample.runs):
            yield f"the dilution at which {sample.label} was sized"
        if not sample.software:
            yield f"the software version of the sizing of {sample.label}"


def _needed(technique: str) -> dict[str, set[str]]:
    if technique == "NTA":
        return _NEEDED_OF_TRACKING | _NEEDED_OF_DIFFUSION
    return _NEEDED_OF_DIFFUSION if technique == "DLS" else {}


def _missing_assays(batch: Batch, panels: Sequence[PanelView], values: Sequence[ValueRow]) -> Iterable[str]:
    if not panels:
        yield "markers: no panel was given"
    for panel in panels:
        if not panel.controls:
            yield f"the controls of the {panel.technique} panel of {panel.sample}"
    if not any(row.measurand == _PROTEIN for row in values):
        yield "total protein: no result was given"
    yield from (f"the method for {row.title} of {row.sample}" for row in values if row.method == "not stated")
    if not batch.images:
        yield "images of single vesicles: none was given"
