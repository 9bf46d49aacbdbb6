"""Answers for the EV-TRACK knowledgebase, from record and exports, in the order in which it shows an experiment.

``ev_track_answers(batch, assessment) -> tuple[EvTrackAnswer, ...]`` gives one answer a question and experiment (one
experiment a product), and ``ev_track_text(answers) -> str`` prints them. An answer that nobody gave is empty; nothing
is made up for it.

What is verified of the order: that a public record begins with EV-TRACK number, experiment number, species, sample
type, isolation protocol and EV-METRIC, and that it abbreviates the protocol (``DG``, ``dUC``), was read at evtrack.org
(EV170001) and in doi:10.1080/20013078.2019.1699367, figure 1. That sample, separation and characterisation follow, and
what is asked in each, is known from using the site and was not verified against the entry form.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evqc.assessment.ev_metric import BLOT, DENSITY, densities, family, lacking_of
from evqc.assessment.other_cells import of_other_cells
from evqc.criteria.findings import Verdict
from evqc.isolation.of_batch import products
from evqc.markers.presence import shows_presence_only
from evqc.markers.summary import summarise
from evqc.records import record
from evqc.report.identity import medium
from evqc.report.quantities import value_rows
from evqc.report.sizes import sized_samples
from evqc.report.words import listed, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.batch.assembled import Batch, Panel
    from evqc.batch.measuring import Antibody
    from evqc.batch.model import BatchRecord, Sample, Step
    from evqc.criteria.findings import Assessment
    from evqc.markers.summary import Found
    from evqc.report.shown import SizedSample, ValueRow


@record
class EvTrackAnswer:
    """One question of EV-TRACK about one experiment.

    Attributes:
        experiment: the product, since an experiment is one way to one product.
        section: such as ``Separation``.
        question: what is asked.
        answer: empty where neither record nor exports say.
        where: from which part of the record or which file the answer comes; what to fill in where there is none.
    """

    experiment: str
    section: str
    question: str
    answer: str
    where: str


#: Question, answer, where from.
_Line = tuple[str, str, str]
#: How EV-TRACK calls the starting material and abbreviates separations.
_SAMPLE_TYPES = {
    "conditioned medium, serum-free": "Cell culture supernatant",
    "conditioned medium with fetal bovine serum": "Cell culture supernatant",
    "conditioned medium with human platelet lysate": "Cell culture supernatant",
    "plasma": "Blood plasma",
}
_ABBREVIATIONS = {
    "differential ultracentrifugation": "dUC",
    "density gradient ultracentrifugation": "DG",
    "density cushion ultracentrifugation": "DC",
    "ultrafiltration": "UF",
    "tangential flow filtration": "TFF",
    "size-exclusion chromatography": "SEC",
    "immunoaffinity": "IAF",
    "ion-exchange chromatography": "IEC",
    "asymmetric-flow field-flow fractionation": "AF4",
}
_SPUN = (("speed (g)", "g_force"), ("duration (min)", "time_min"), ("rotor type", "rotor"), ("k-factor", "k_factor"))
#: What is asked of a step, by method, with the parameter that answers it.
_OF_STEP: dict[str, tuple[tuple[str, str], ...]] = {
    "low-speed centrifugation": (("speed (g)", "g_force"), ("duration (min)", "time_min"), ("rotor type", "rotor")),
    "differential ultracentrifugation": (*_SPUN, ("washes", "washes"), ("volume of a tube (mL)", "volume_per_tube_ml")),
    "density gradient ultracentrifugation": (
        ("gradient medium", "gradient_medium"),
        ("layers", "layers"),
        *_SPUN,
        ("volume of a fraction (mL)", "fraction_volume_ml"),
        ("fractions taken", "fractions_pooled"),
        ("density of the vesicles (g/mL)", DENSITY),
    ),
    "density cushion ultracentrifugation": (("cushion", "gradient_medium"), ("layers", "layers"), *_SPUN),
    "filtration": (("pore size (µm)", "pore_size_um"), ("membrane", "membrane")),
    "ultrafiltration": (("cut-off (kDa)", "cutoff_kDa"), ("membrane", "membrane")),
    "tangential flow filtration": (
        ("cut-off (kDa)", "cutoff_kDa"),
        ("membrane", "membrane"),
        ("area (cm²)", "area_cm2"),
    ),
    "size-exclusion chromatography": (
        ("column volume (mL)", "column_volume_ml"),
        ("sample a column (mL)", "load_volume_ml"),
        ("resin", "resin"),
        ("fractions taken", "fractions_pooled"),
    ),
    "immunoaffinity": (("target", "target"), ("antibody", "antibody_clone"), ("support", "support")),
    "precipitation": (("reagent", "reagent"), ("polymer (%)", "polymer_percent")),
}


def ev_track_answers(batch: Batch, assessment: Assessment) -> tuple[EvTrackAnswer, ...]:
    """The answers for every product of a batch, one experiment after the other.

    Args:
        batch: the record joined with its exports; without a record there are no answers.
        assessment: for EV-METRIC; its section is left out when the profile ``ev-metric`` was not asked.
    """
    if batch.record is None:
        return ()
    several = products(batch)
    sized = sized_samples(batch)
    values = value_rows(batch)
    answers: list[EvTrackAnswer] = []
    for number, product in enumerate(several, start=1):
        panels = [panel for panel in batch.panels if panel.sample == product.name]
        sections: dict[str, Iterable[_Line]] = {
            "Study": _study(batch.record, product, number, len(several)),
            "Sample": _sample(batch.record),
            "Separation": _separation(batch, batch.record, product),
            "Characterisation: protein analysis": _proteins(batch, batch.record, product, panels, values),
            "Characterisation: RNA analysis": _amounts(values, product, "RNA", "rna_concentration"),
            "Characterisation: lipid analysis": _amounts(values, product, "lipid", "lipid_concentration"),
            "Characterisation: particle analysis": _particles(sized, values, product),
            "Characterisation: electron microscopy": _micrographs(batch, product),
            "EV-METRIC": _metric(assessment, product),
        }
        answers += [
            EvTrackAnswer(experiment=product.name, section=section, question=question, answer=answer, where=where)
            for section, lines in sections.items()
            for question, answer, where in lines
        ]
    return tuple(answers)


def ev_track_text(answers: Sequence[EvTrackAnswer]) -> str:
    """The answers as plain text: a heading a section, a line a question, with what is left to fill in.

    Args:
        answers: as ``ev_track_answers`` gives them.
    """
    lines: list[str] = []
    for (experiment, section), of in groupby(answers, lambda a: (a.experiment, a.section)):
        lines += ["", f"{experiment} - {section}"]
        lines += [f"  {each.question}: {each.answer or f'NOT STATED ({each.where})'}" for each in of]
    return "\n".join(lines[1:]) + "\n" if lines else "No product is named, so that there is no experiment to report.\n"


def _study(record_: BatchRecord, product: Sample, number: int, several: int) -> Iterator[_Line]:
    of = record_.batch
    yield "EV-TRACK number", of.ev_track_id or "", "record, batch.ev_track_id"
    yield "experiment", f"{number}/{several}: {of.id}, {product.name}", "record, batch.id and samples"
    yield "laboratory", of.laboratory or "", "record, batch.laboratory"
    yield "vesicles in focus", of.term or listed(of.claims), "record, batch.term"


def _sample(record_: BatchRecord) -> Iterator[_Line]:
    of = record_.source
    viability = "" if of.viability_percent is None else f"{scalar(of.viability_percent)} %"
    yield "species", of.species or "", "record, source.species"
    yield "sample type", _SAMPLE_TYPES.get(of.matrix or "", of.matrix or ""), "record, source.matrix"
    yield "sample origin", ", ".join(filter(None, [of.tissue, of.condition])), "record, source.tissue and condition"
    yield "EV-producing cells", of.cell_type or "", "record, source.cell_type"
    yield "EV-harvesting medium", ", ".join(filter(None, [of.matrix, *medium(of)])), "record, source.medium"
    yield "depletion of EVs from serum", of.supplement_ev_depletion or "", "record, source.supplement_ev_depletion"
    yield "cell viability", viability, "record, source.viability_percent"


def _separation(batch: Batch, record_: BatchRecord, product: Sample) -> Iterator[_Line]:
    short = dict.fromkeys(_ABBREVIATIONS.get(step.method, step.method) for step in record_.isolation)
    yield "isolation protocol in short", " + ".join(short), "record, isolation"
    for number, step in enumerate(record_.isolation, start=1):
        yield f"step {number}", step.method, f"record, isolation {number}"
        yield from _of_step(number, step)
    yield "EV density", listed(densities(batch, product.name)), "record, density_measured_g_per_ml or a result"


def _of_step(number: int, step: Step) -> Iterator[_Line]:
    asked = _OF_STEP.get(step.method, tuple((key.replace("_", " "), key) for key in step.parameters))
    for question, key in asked:
        stated = step.parameters.get(key)
        answer = "" if stated is None else scalar(stated)
        yield f"step {number}, {question}", answer, f"record, isolation {number}, {key}"


def _proteins(
    batch: Batch, record_: BatchRecord, product: Sample, panels: Sequence[Panel], values: Sequence[ValueRow]
) -> Iterator[_Line]:
    yield from _amounts(values, product, "protein", "protein_concentration", "protein_mass")
    for technique in dict.fromkeys(panel.panel.technique for panel in panels):
        yield from _of_technique(batch, technique, [p for p in panels if p.panel.technique == technique], record_)
    pictured = any(image.sample == product.name and image.method == BLOT for image in batch.images)
    if pictured or any(family(panel.panel.technique) == "blot" for panel in panels):
        buffer = record_.statements.get("blot_lysis_buffer", "")
        yield "western blot, lysis buffer", buffer, "record, statements.blot_lysis_buffer"
    if not panels:
        yield "protein analysis", "", "a marker panel of the product"


def _of_technique(batch: Batch, technique: str, panels: Sequence[Panel], record_: BatchRecord) -> Iterator[_Line]:
    """Proteins detected and not detected, and the antibodies behind them."""
    summary = summarise(*(panel.panel for panel in panels))
    enriched, others = summary.category("1", "2a"), summary.category("3", "4")
    foreign = of_other_cells(batch, (*enriched.assessed, *enriched.undecided))
    controls = enriched.without([name for name in enriched.assessed if name not in foreign])
    files = listed(dict.fromkeys(panel.file.name for panel in panels))
    yield from _detected(f"{technique}, EV-enriched proteins", enriched.without(foreign), files)
    yield from _detected(f"{technique}, non-EV-enriched proteins", others, files)
    if controls.assessed:
        yield from _detected(f"{technique}, markers of other cells", controls, files)
    unknown = summary.of_unknown_category("1", "2a", "3", "4")
    if undecided := (*enriched.undecided, *others.undecided, *unknown.assessed, *unknown.undecided):
        yield f"{technique}, without an answer", listed(undecided), files
    if not shows_presence_only(technique):
        serving = [each for each in record_.antibodies if family(each.technique) == family(technique)]
        yield f"{technique}, antibodies", "; ".join(map(_antibody, serving)), "record, antibodies"


def _detected(what: str, found: Found, files: str) -> Iterator[_Line]:
    yield f"{what} detected", listed(found.positive) or "none", files
    yield f"{what} not detected", listed(found.negative) or "none", files


def _antibody(of: Antibody) -> str:
    parts = [of.clone and f"clone {of.clone}", of.supplier, of.catalogue_number, of.dilution]
    lacking = [f"{each} not stated" for each in lacking_of(of)]
    return f"{of.marker} ({', '.join([*filter(None, parts), *lacking])})"


def _amounts(values: Sequence[ValueRow], product: Sample, what: str, *measurands: str) -> Iterator[_Line]:
    found = [v for v in values if v.sample == product.name and v.measurand in measurands and v.is_result]
    for value in found:
        yield f"{what}, {value.method or 'method not stated'}", value.number.text, value.file
    if not found:
        yield f"{what}", "", f"{measurands[0]} of the product"


def _particles(sized: Sequence[SizedSample], values: Sequence[ValueRow], product: Sample) -> Iterator[_Line]:
    own = [one for one in sized if one.name == product.name and one.bead_nm is None]
    by_hand = [v for v in values if v.sample == product.name and v.measurand == "particle_concentration"]
    for one in own:
        yield from _of_sizing(one)
    if by_hand or not own:
        yield from _amounts(values, product, "EV concentration", "particle_concentration")


def _of_sizing(one: SizedSample) -> Iterator[_Line]:
    files = listed(dict.fromkeys(run.file for run in one.runs))
    method = f"{one.technique}, {one.instrument}" if one.instrument else one.technique
    shown = {name: of.text for name, of in one.summary.items() if of.value is not None}
    sizes = [f"{name.partition('_')[0]} {shown[name]}" for name in _SIZES if name in shown]
    known = "concentration" in shown and one.basis == "undiluted sample"
    yield f"{method}: reported size", ", ".join(sizes), files
    yield f"{method}: EV concentration", shown["concentration"] if known else "", files if known else _NO_DILUTION


_SIZES = ("mean_nm", "mode_nm", "d50_nm")
_NO_DILUTION = "the dilution of each run"


def _micrographs(batch: Batch, product: Sample) -> Iterator[_Line]:
    images = [image for image in batch.images if image.sample == product.name and image.method != BLOT]
    for method in dict.fromkeys(image.method for image in images):
        own = [image for image in images if image.method == method]
        views = listed(dict.fromkeys(image.view for image in own if image.view is not None))
        yield f"{method}, image type", views, listed(image.file.name for image in own)
    if not images:
        yield "image type", "", "wide-field and close-up images of the product"


def _metric(assessment: Assessment, product: Sample) -> Iterator[_Line]:
    """The components as they were assessed, and the percentage where one experiment is all there is."""
    result = next((profile for profile in assessment.profiles if profile.id == "ev-metric"), None)
    if result is None:
        return
    own = [finding for finding in result.findings if finding.subject == product.name]
    for finding in own:
        yield f"{finding.criterion} {finding.title.rstrip('.')}", _ANSWERS[finding.verdict], finding.because
    score = result.score
    if score is not None and len({f.subject for f in result.findings}) == 1 and score.percent is not None:
        yield "EV-METRIC", f"{score.percent} % ({score.yes} of {score.applicable})", "profile ev-metric"


_ANSWERS = {
    Verdict.PASS: "yes",
    Verdict.FAIL: "no",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.NOT_ASSESSED: "",
}
