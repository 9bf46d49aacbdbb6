"""Facts of the batch as a whole: term, source, isolation, blanks, recoveries, parent cells, and what contradicts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, estimated, in_record, known, listed, measured, missing, of_run
from evqc.assessment.material import facts_of_material
from evqc.assessment.other_cells import is_msc
from evqc.assessment.parent_cells import facts_of_cells
from evqc.assessment.samples import techniques_of
from evqc.assessment.separation import facts_of_separation, parameters_lacking, particular
from evqc.assessment.settings import DECISIVE, differing
from evqc.batch.assignment import path_of
from evqc.batch.statements import statements, states_nothing
from evqc.criteria.load import shipped
from evqc.criteria.words import number as shown
from evqc.isolation.alike import has_looked
from evqc.isolation.concentrations import COUNTING, TRACKING, is_usable, other_runs
from evqc.isolation.of_batch import products, recovered_by_steps, recovered_over_steps
from evqc.measurement import State
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.assembled import Batch, Contradiction, Run
    from evqc.batch.model import BatchRecord, Identity, SourceMaterial
    from evqc.criteria.findings import Fact
    from evqc.isolation.derived import Derived
    from evqc.numerics.estimate import Estimate

_NO_RECORD = "there is no batch record"
#: Facts of the batch on which whole criteria of a product depend as well; all statements are among them too.
SHARED = ("claims", "source_amount", "matrix", "source_is_msc", "term_class", "flow_assays")
#: Codes of contradictions by the fact that lists them; every other warning is among the other contradictions.
_CODES: dict[str, tuple[str, ...]] = {
    "dilution_contradictions": ("DILUTION_DIFFERS",),
    "files_missing": ("FILE_MISSING", "MAPPING_MISSING", "IMAGE_MISSING"),
    "files_unmentioned": ("FILE_NOT_LISTED", "GROUP_NOT_ASSIGNED"),
    "names_in_doubt": ("SAMPLE_DIFFERS", "GROUPS_DISPUTED", "GROUPS_MIXED", "RUNS_NOT_FOUND"),
    "dates_out_of_order": ("PREPARED_BEFORE_HARVEST", "MEASURED_BEFORE_HARVEST", "MEASURED_BEFORE_PREPARATION"),
    "samples_without_data": ("SAMPLE_WITHOUT_DATA",),
}
#: Kinds of terms, the first that fits. Source: MISEV2023 table 2 (PMC10850029).
_TERMS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("exosome-like", r"exosome[ -]like"),
        ("biogenesis term", r"exosom|ectosom|microvesic|microparticle|oncosom"),
        ("EV mimetic", r"mimetic"),
        ("artificial cell-derived vesicles", r"artificial cell|\bacdvs?\b"),
        ("synthetic vesicles", r"synthetic vesic|\bsvs?\b"),
        ("non-vesicular extracellular particles", r"non-vesicular|\bnveps?\b"),
        ("small EV", r"small (evs?\b|extracellular ves)|\bsevs?\b"),
        ("large EV", r"large (evs?\b|extracellular ves)|\blevs?\b"),
        ("extracellular vesicles", r"extracellular vesic|\bevs?\b|-evs?\b"),
        ("extracellular particles", r"extracellular partic|\beps?\b"),
    )
)
#: Measurands that are a count of particles.
_COUNTS = frozenset({"particle_concentration", "event_concentration", "event_count"})
_STATISTIC = re.compile(r"\b(mean|median|mode|modal|average|percentile|[dx][1-9]\d)\b", re.IGNORECASE)


def facts_of_batch(batch: Batch) -> Facts:
    """What the criteria may ask of the batch; without a record all of it is missing."""
    if batch.record is None:
        words = shipped().words
        absent = {name: missing(_NO_RECORD) for name, word in words.items() if "batch" in word.of and "*" not in name}
        return absent | {"settings_that_differ": _settings(batch), "techniques": _techniques(batch)}
    record, controls, recoveries = batch.record, _controls(batch), _recoveries(batch)
    return {
        **_term(batch, record.batch),
        **_source(batch, record.source),
        **_isolation(batch, record),
        **facts_of_separation(batch, record, recoveries["recovery_lowest"], recoveries["recovery_highest"]),
        **controls,
        **facts_of_material(batch, record, controls["process_blanks"]),
        "techniques": _techniques(batch),
        "settings_that_differ": _settings(batch),
        **_contradictions(batch),
        "products": listed((s.name for s in products(batch)), proof=in_record(batch, "samples")),
        **recoveries,
        **facts_of_cells(batch, record),
        **_statements(batch, record),
    }


def _statements(batch: Batch, record: BatchRecord) -> Facts:
    """What the record states in words; a statement that it does not make is empty, not missing."""
    return {
        f"statement.{key}": known(record.statements.get(key, ""), proof=in_record(batch, f"statements.{key}"))
        for key in statements()
    }


def _term(batch: Batch, identity: Identity) -> Facts:
    defined = [
        name
        for name, there in (
            ("cut-off", identity.size_cutoff_nm is not None),
            ("method", identity.size_cutoff_method is not None),
            ("statistic", _STATISTIC.search(identity.size_cutoff_method or "") is not None),
        )
        if there
    ]
    proof = in_record(batch, "batch")
    return {
        "term": known(identity.term or "", proof=proof),
        "term_class": known(_kind_of_term(batch, identity), proof=proof, remark=identity.term or ""),
        "term_definition": listed(defined, proof=proof),
        "biogenesis_evidence": known(_answer(identity.biogenesis_evidence), proof=proof),
        "claims": listed((*identity.claims, *claimed_by(identity.term)), proof=proof),
        "ev_track_id": known(_answer(identity.ev_track_id), proof=proof),
    }


def _answer(text: str | None) -> str:
    """What is stated; ``n/a`` and the like state nothing."""
    return "" if text is None or states_nothing(text) else text


def _kind_of_term(batch: Batch, identity: Identity) -> str:
    """The kind of term; one that is none of the table's counts as operational when the record defines it."""
    kind = term_class(identity.term, identity.claims)
    said = batch.record.statements.get("term_definition") if batch.record is not None else None
    return "defined operational term" if kind == "other term" and said else kind


def claimed_by(term: str | None) -> tuple[str, ...]:
    """What a term claims by itself: who writes small EVs or exosomes on the label claims them.

    Args:
        term: as written on label and report.
    """
    said = term_class(term)
    if said in ("small EV", "large EV"):
        return (said,)
    return ("exosome",) if said == "biogenesis term" and re.search("exosom", term or "", re.IGNORECASE) else ()


def term_class(term: str | None, claims: Sequence[str] = ()) -> str:
    """The kind of term that a preparation is called by, after MISEV2023 table 2.

    Args:
        term: as written on label and report; the claims stand in for one that is not stated.
        claims: what is said of the preparation; the claim of exosomes makes any term one of biogenesis.

    Returns:
        One of the kinds of the table, ``exosome-like``, ``other term``, or nothing when neither is stated.
    """
    said = term or ", ".join(claims)
    kind = next((name for name, pattern in _TERMS if pattern.search(said)), "other term")
    if "exosome" in claims and kind != "exosome-like":
        return "biogenesis term"
    return kind if said else ""


def _source(batch: Batch, source: SourceMaterial) -> Facts:
    proof = in_record(batch, "source")
    amounts = ((source.volume_ml, "mL"), (source.cells_at_harvest, "cells"), (source.tissue_mass_g, "g"))
    return {
        "source_amount": listed((f"{shown(v)} {unit}" for v, unit in amounts if v is not None), proof=proof),
        "source_stated": listed(_stated(source), proof=proof),
        "matrix": known(source.matrix, proof=proof)
        if source.matrix
        else missing("the record does not say what the vesicles were isolated from", proof=proof),
        "viability": measured(source.viability_percent, "%", "the record does not state it", proof=proof),
        "source_is_msc": _is_msc(source, proof),
        "source_mycoplasma": _mycoplasma(source, proof),
    }


def _is_msc(source: SourceMaterial, proof: Proof) -> Fact:
    """Whether the vesicles are of mesenchymal stromal cells, and by what the record says so."""
    found = is_msc(source)
    if found is None:
        return missing("the record does not name the cell type", proof=proof)
    return known(found, proof=proof, remark=source.cell_type or source.matrix or "")


def _mycoplasma(source: SourceMaterial, proof: Proof) -> Fact:
    if source.mycoplasma is None:
        return missing("the record does not state it", proof=proof)
    tested = source.mycoplasma != "not tested"
    return known(source.mycoplasma, proof=proof) if tested else missing("the culture was not tested", proof=proof)


def _stated(source: SourceMaterial) -> list[str]:
    """Particulars of the source that the record states, by the names that the rules use."""
    particulars = {
        "species": source.species,
        "tissue": source.tissue,
        "cell type": source.cell_type,
        "cell bank or donor": source.cell_bank,
        "passage": source.passage,
        "medium": source.medium,
        "supplement": source.supplement,
        "depletion of the supplement": source.supplement_ev_depletion,
        "vessel": source.vessel,
        "condition": source.condition,
        "seeding density or confluence": source.seeding_density_per_cm2 or source.confluence_percent,
        "cells at harvest": source.cells_at_harvest,
        "viability at harvest": source.viability_percent,
        "collection time": source.collection_hours,
        "volume at harvest": source.volume_ml,
        "mycoplasma status": source.mycoplasma,
        "storage of the source": source.storage,
    }
    return [name for name, value in particulars.items() if value is not None]


def _isolation(batch: Batch, record: BatchRecord) -> Facts:
    proof = in_record(batch, "isolation")
    lacking = [(step.method, keys) for step in record.isolation if (keys := parameters_lacking(step))]
    said = [f"{method}: {', '.join(map(particular, keys))}" for method, keys in lacking]
    need = "; ".join(f"{', '.join(keys)} of {method} in the isolation steps" for method, keys in lacking)
    return {
        "isolation_steps": listed((step.method for step in record.isolation), proof=proof),
        "parameters_missing": replace(listed(said, proof=proof), needed=need),
    }


def _controls(batch: Batch) -> Facts:
    """Process blanks whose particles were counted (an empty or censored count is one), and bead checks of tracking."""
    counted = [run for run in batch.runs if run.distribution.technique in COUNTING]
    process = [run for run in counted if run.role == "process blank" and run.bead_nm is None and has_looked(run)]
    beads = [run for run in counted if run.bead_nm is not None and run.distribution.technique == TRACKING]
    of_blank = (v for v in batch.values if v.role == "process blank" and v.quantity.measurand in _COUNTS)
    process_values = [v for v in of_blank if v.quantity.state is not State.MISSING]
    names = [*(run.sample for run in process), *(value.sample for value in process_values)]
    return {
        "process_blanks": listed(names, proof=of_run(*process) + tuple(at(v.file) for v in process_values)),
        "bead_checks": listed((run.file.name for run in beads), proof=of_run(*beads)),
    }


def _techniques(batch: Batch) -> Fact:
    return techniques_of(batch.runs, "there is no sizing run")


def _settings(batch: Batch) -> Fact:
    """Decisive settings that are not the same in all runs by one instrument that are compared.

    Bead checks are not, nor what a sample was measured in another way beside, such as fluorescence beside scatter.
    """
    instruments = {reading.source.name: reading.instrument for reading in batch.readings}
    samples = dict.fromkeys(run.sample for run in batch.runs)
    beside = {id(run) for name in samples for run in other_runs(batch, name) if is_usable(run.distribution)}
    by_instrument: dict[str, list[Run]] = {}
    for run in batch.runs:
        if run.bead_nm is not None or id(run) in beside:
            continue
        if (instrument := instruments.get(run.file.name)) in DECISIVE:
            by_instrument.setdefault(instrument, []).append(run)
    compared = {name: runs for name, runs in by_instrument.items() if len(runs) > 1}
    if not compared:
        return missing("fewer than two runs by one instrument whose settings are known")
    found = [text for name, runs in compared.items() for text in differing(name, [r.distribution for r in runs])]
    return listed(found, proof=of_run(*(run for runs in compared.values() for run in runs)))


def _contradictions(batch: Batch) -> Facts:
    assigned = {code for codes in _CODES.values() for code in codes}
    others = [c for c in batch.contradictions if c.issue.code not in assigned]
    facts = {
        name: _said(batch, (c for c in batch.contradictions if c.issue.code in codes)) for name, codes in _CODES.items()
    }
    facts["other_contradictions"] = _said(batch, (c for c in others if c.issue.severity != "note"))
    facts["remarks"] = _said(batch, (c for c in others if c.issue.severity == "note"), _unknown_justifications(batch))
    facts["files_refused"] = _refused(batch)
    return facts


def _said(batch: Batch, found: Iterable[Contradiction], more: Sequence[str] = ()) -> Fact:
    """What contradicts, each with its place; the record itself is the evidence where nothing does."""
    several = tuple(found)
    texts = [f"{c.issue.found} ({c.source.name}, {c.issue.where})" for c in several]
    proof = tuple(at(c.source, c.issue.where) for c in several)
    return listed((*texts, *more), proof=proof or in_record(batch, "files"))


def _unknown_justifications(batch: Batch) -> list[str]:
    given = batch.record.batch.justifications if batch.record is not None else {}
    return [f"'{name}' is justified and is no criterion" for name in given if name not in shipped().criteria]


def _refused(batch: Batch) -> Fact:
    """Refused exports that the record relies on, each with the first reason."""
    relied_on = {path_of(entry) for entry in batch.record.files} if batch.record is not None else set()
    refused = [r for r in batch.readings if r.verdict == "refused" and r.source.name in relied_on]
    texts = [f"{r.source.name}: {r.issues[0].code if r.issues else 'no reason given'}" for r in refused]
    proof = tuple(at(r.source, r.issues[0].where if r.issues else None) for r in refused)
    return listed(texts, proof=proof or in_record(batch, "files"))


def _recoveries(batch: Batch) -> Facts:
    """The highest and the lowest recovery of particles by a step, each with its step.

    The highest may be one over several steps, between whose first and last nothing was measured; the lowest is one only
    where no single step has a recovery, for the losses of several add up.
    """
    particles = [one for one in recovered_by_steps(batch) if one.recovered == "particles"]
    single = [(f"step {one.step}", one.derived) for one in particles]
    several = list(recovered_over_steps(batch))
    exact, over = _exact(single), _exact(several)
    if not (exact or over):
        stated = [*single, *several]
        why = stated[0][1].why_missing if stated else "no step has a sample measured before and after it"
        return {name: missing(why, unit="%") for name in ("recovery_highest", "recovery_lowest")}
    return {
        "recovery_lowest": _of_steps(*min(exact or over, key=lambda each: each[1].value or 0.0)),
        "recovery_highest": _of_steps(*max([*exact, *over], key=lambda each: each[1].value or 0.0)),
    }


def _exact(of: Iterable[tuple[str, Derived]]) -> list[tuple[str, Estimate]]:
    """The steps of which a recovery is known, and not only a bound."""
    estimates = ((steps, derived.estimate) for steps, derived in of)
    return [(steps, each) for steps, each in estimates if each is not None and each.relation == "="]


def _of_steps(steps: str, recovery: Estimate) -> Fact:
    fact = estimated(recovery, "%", "")
    return replace(fact, remark=f"{steps}, {fact.remark}")
