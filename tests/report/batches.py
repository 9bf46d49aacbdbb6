"""Batches of known content for the report's tests: a realistic one, hostile names, an empty one, a plain folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import lognorm

from evqc.batch.assembled import Batch, Contradiction, Panel, Run, Value
from evqc.batch.model import BatchRecord
from evqc.criteria.findings import (
    AppliedLimit,
    Assessment,
    BatchName,
    Evidence,
    Finding,
    ProfileResult,
    Severity,
    Verdict,
)
from evqc.criteria.tally import groups, tally, verdicts
from evqc.errors import Where, problem
from evqc.isolation import Scored
from evqc.isolation.purity import particles_per_protein
from evqc.isolation.yields import particles_per_million_cells, step_recovery, total_particles
from evqc.measurement import (
    Bins,
    Call,
    Comparison,
    Control,
    Dilution,
    MarkerPanel,
    MarkerResult,
    Quantity,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    State,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.replicates import replicate_mean
from evqc.numerics.sizing import standard_statistics
from evqc.reading import Reading, Source, accepted, refused
from evqc.records import array

if TYPE_CHECKING:
    from evqc.batch.vocabulary import Role

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    "=cmd|'/c calc'!A0", SCRIPT, "+1", "@x", "-2", "\u202eabc عربى 外泌体", "A$_1$ {{ 7*7 }} %s", "long " * 80,
)  # fmt: skip
NANOSIGHT: dict[str, Any] = {
    "camera": "sCMOS", "laser": "Blue405", "camera_level": 14, "slider_shutter": 1259, "slider_gain": 366,
    "frame_rate_per_s": 25.0, "detection_threshold": 5, "total_frames_analysed": 1498, "temperature_degC": 25.0,
    "viscosity_mPa_s": 0.9, "syringe_pump_speed_AU": 50, "blur": "Auto",
}  # fmt: skip


def source(name: str) -> Source:
    return Source(name=name, sha256=hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(), bytes=38_412)


def distribution(
    run: str | None,
    *,
    median: float = 112.0,
    total: float = 4.1e8,
    seed: int = 1,
    factor: float | None = 100.0,
    bins: int = 1000,
    width: float = 1.0,
    printed_off: float = 0.0,
    sample: str | None = "UC-EV 07",
) -> SizeDistribution:
    """A log-normal run with some noise, in bins from 0, whose printed numbers are ours plus ``printed_off``."""
    edges = np.arange(bins + 1, dtype=np.float64) * width
    noise = np.random.default_rng(seed)
    share = np.diff(lognorm.cdf(edges, 0.32, scale=median)) + 0.12 * np.diff(
        lognorm.cdf(edges, 0.18, scale=median * 1.9)
    )
    wavy = np.repeat(1 + 0.15 * noise.standard_normal(bins // 10 + 1), 10)[:bins]
    weight = np.clip(share * wavy, 0, None) if bins >= 100 else share
    per_ml = weight / weight.sum() * total
    stats = standard_statistics(edges[:-1], edges[1:], per_ml) if total else SizeStatistics()
    printed = SizeStatistics(**{k: v and round(v, 1) + printed_off for k, v in _plain(stats).items()})
    return SizeDistribution(
        technique="NTA",
        sample=sample,
        run=run,
        acquired_at="2024-03-05T10:15:00",
        diameter_nm=Bins(lower=array(edges[:-1]), upper=array(edges[1:])),
        count=array(np.round(weight / weight.sum() * 1800)),
        concentration_per_ml=array(per_ml),
        dilution=Dilution(factor=factor, source="batch record" if factor else "not stated", already_applied=False),
        concentration_total_per_ml=TotalConcentration(
            reported=total, recomputed=float(per_ml.sum()), undiluted=None if factor is None else total * factor
        ),
        statistics=Statistics(reported=printed, vendor=stats, standard=stats),
        agreement=agreement("NTA 3.4: percentiles by linear interpolation", _compared(printed, stats)),
        validity=RunValidity(
            valid=True, particles_per_frame=42.7, completed_tracks=1802, flags={"Settings / Blur": "Auto"}
        ),
        settings=dict(NANOSIGHT, temperature_degC=24.9 + 0.1 * seed),
        where=Where(line=12, column=str(seed)),
    )


def _plain(stats: SizeStatistics) -> dict[str, Any]:
    names = ("mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm")
    return {name: getattr(stats, name) for name in names}


def _compared(printed: SizeStatistics, own: SizeStatistics) -> tuple[Comparison, ...]:
    pairs = [(name, value, getattr(own, name)) for name, value in _plain(printed).items() if value is not None]
    return tuple(
        Comparison(statistic=n, reported=p, recomputed=o, tolerance=0.06, within=abs(p - o) <= 0.06)
        for n, p, o in pairs
    )


def without_tracks(of: SizeDistribution) -> SizeDistribution:
    """The same run as the instrument writes it when it saw nothing."""
    nothing = array(np.zeros(of.diameter_nm.lower.size))
    return replace(
        of,
        count=nothing,
        concentration_per_ml=nothing,
        concentration_total_per_ml=TotalConcentration(reported=0.0, recomputed=0.0, undiluted=0.0),
        statistics=Statistics(reported=SizeStatistics(), vendor=SizeStatistics(), standard=SizeStatistics()),
        agreement=agreement("nothing to compare", ()),
        validity=RunValidity(valid=False, reasons=("no completed track",), completed_tracks=0),
    )


def run(
    sample: str,
    of: SizeDistribution,
    role: Role | None = "product",
    file: str = "product.csv",
    bead: float | None = None,
) -> Run:
    return Run(sample=sample, role=role, bead_nm=bead, file=source(file), distribution=of)


def marker(
    name: str, signal: float | None, call: Call, *, lod: float | None = 60.0, unit: str = "a.u."
) -> MarkerResult:
    why = {
        Call.POSITIVE: "above the limit of detection of the isotype control",
        Call.NEGATIVE: "below the limit of blank of the isotype control",
        Call.INDETERMINATE: "between limit of blank and limit of detection",
        Call.NOT_TESTED: "no result was given",
        Call.INVALID: "the isotype control is brighter than the blank",
    }[call]
    tested = call is not Call.NOT_TESTED
    return MarkerResult(
        name=name,
        symbol=name,
        as_written=f"anti-{name}",
        signal=signal,
        unit=unit if tested else None,
        background=35.0 if tested and signal is not None else None,
        limit_of_detection=lod if tested and signal is not None else None,
        call=call,
        why=why,
    )


def panel(sample: str, technique: str = "bead-based flow cytometry") -> Panel:
    markers = (
        marker("CD9", 310.0, Call.POSITIVE),
        marker("CD63", 2400.0, Call.POSITIVE),
        marker("CD81", 4100.0, Call.POSITIVE),
        marker("CD29", 880.0, Call.POSITIVE),
        marker("CD44", 1210.0, Call.POSITIVE),
        marker("CD73", 640.0, Call.POSITIVE),
        marker("CD90", 52.0, Call.INDETERMINATE),
        marker("CD105", 415.0, Call.POSITIVE),
        marker("CD45", 12.0, Call.NEGATIVE),
        marker("CD14", 9.0, Call.NEGATIVE),
        marker("CD34", None, Call.NOT_TESTED),
        marker("HLA-DR", 20.0, Call.NEGATIVE),
        marker("TSG101", None, Call.NOT_TESTED),
        marker("APOA1", 41.0, Call.INVALID),
        marker("calnexin", 14.0, Call.NEGATIVE),
    )
    controls = (
        Control(name="REA control", kind="isotype", signal=35.0, unit="a.u."),
        Control(name="beads only", kind="blank", signal=18.0, unit="a.u."),
    )
    made = MarkerPanel(technique=technique, sample=sample, controls=controls, markers=markers)
    return Panel(sample=sample, role="product", file=source("markers.csv"), panel=made)


def blot(sample: str) -> Panel:
    markers = tuple(
        replace(marker(name, None, call), limit_of_detection=None)
        for name, call in (
            ("CD63", Call.POSITIVE),
            ("TSG101", Call.POSITIVE),
            ("ALIX", Call.INDETERMINATE),
            ("calnexin", Call.NEGATIVE),
            ("APOB", Call.NOT_TESTED),
            ("my own marker", Call.INVALID),
        )
    )
    made = MarkerPanel(
        technique="western blot",
        sample=sample,
        markers=markers,
        controls=(Control(name="lysate lane", kind="lysate", call=Call.POSITIVE),),
    )
    return Panel(sample=sample, role="product", file=source("batch.toml"), panel=made)


def value(sample: str, name: str, amount: float | None, unit: str, **more: Any) -> Value:
    state = more.pop("state", State.MEASURED)
    quantity = Quantity(
        measurand=name,
        value=amount,
        unit=unit,
        state=state,
        sample=sample,
        method=more.pop("method", "microBCA"),
        bound=more.pop("bound", None),
    )
    return Value(sample=sample, role="product", file=source("batch.toml"), quantity=quantity, **more)


def record(product: str, *others: str) -> BatchRecord:
    return BatchRecord.model_validate(
        {
            "batch": {
                "id": "UC-2024-007",
                "product": "Umbilical-cord MSC-EV",
                "term": "small EVs",
                "claims": ["EV"],
                "prepared_by": "M. Example",
                "prepared_on": "2024-03-04",
                "laboratory": "Example laboratory",
            },
            "source": {
                "species": "human",
                "tissue": "umbilical cord",
                "cell_type": "mesenchymal stromal cells",
                "passage": 4,
                "matrix": "conditioned medium, serum-free",
                "medium": "DMEM",
                "supplement": "2 mM glutamine",
                "cells_at_harvest": 2.4e8,
                "viability_percent": 96.5,
                "collection_hours": 48,
                "volume_ml": 500,
            },
            "isolation": [
                {
                    "method": "low-speed centrifugation",
                    "volume_in_ml": 500,
                    "volume_out_ml": 495,
                    "parameters": {"g_force": 2000, "time_min": 20, "temperature_degC": 4},
                },
                {"method": "tangential flow filtration", "volume_in_ml": 495, "volume_out_ml": 10},
                {"method": "size-exclusion chromatography", "volume_in_ml": 10, "volume_out_ml": 4},
            ],
            "samples": [{"name": product, "role": "product"}, *({"name": o, "role": "step sample"} for o in others)],
        }
    )


def finding(criterion: str, verdict: Verdict, **more: Any) -> Finding:
    usual: dict[str, Any] = {
        "version": 1, "title": criterion.replace("-", " ").capitalize(), "group": "Tests",
        "kind": "measurement validity", "subject": "UC-EV 07", "severity": Severity.REVIEW, "observed": 42.7,
        "unit": "1", "limit": None, "because": "42.7 particles per frame lie in the range.",
        "source": "NTA-PPF-01 [lit-M]",
    }  # fmt: skip
    return Finding(criterion=criterion, verdict=verdict, **(usual | more))


def assessment(
    *profiles: ProfileResult, name: str = "UC-2024-007", product: str | None = "Umbilical-cord MSC-EV"
) -> Assessment:
    of = BatchName(id=name, product=product, record="batch.toml", record_sha256="ab" * 32)
    return Assessment(evqc_version="0.1.0", assessed_for="the newest limits", batch=of, profiles=profiles)


def profile(id: str, title: str, *findings: Finding) -> ProfileResult:  # noqa: A002
    return ProfileResult(
        id=id, title=title, edition="2023", about="What it means.", sha256="cd" * 32,
        tally=tally(verdicts(findings)), groups=groups({f.criterion: f.group for f in findings}, verdicts(findings)),
        findings=findings,
    )  # fmt: skip


def realistic_assessment() -> Assessment:
    evidence = (Evidence(name="product.csv", sha256="0f" * 32, where=Where(line=40)),)
    cv = AppliedLimit(test="at most", value=20.0, unit="%", valid_from="2024-01-01", reference="SOP-17 rev 2 (made up)")
    validity = profile(
        "nta-validity",
        "Validity of NTA runs",
        finding("particles-per-frame", Verdict.PASS, evidence=evidence),
        finding(
            "replicate-cv",
            Verdict.FAIL,
            observed=24.1,
            unit="%",
            limit=cv,
            evidence=evidence,
            because="24.1 % of scatter between runs is above 20 %.",
        ),
        finding(
            "diluent-blank",
            Verdict.NOT_ASSESSED,
            observed=None,
            needed="a measurement of the diluent alone",
            because="There is no diluent blank.",
        ),
    )
    misev = profile(
        "misev2023",
        "MISEV2023",
        finding(
            "protein-categories",
            Verdict.FAIL,
            severity=Severity.BLOCKS,
            observed=("1a", "1b"),
            unit="",
            kind="reporting",
            because="No marker of category 2 was tested, and the claim needs one.",
            source="MISEV2023 [lit-H]",
        ),
        finding(
            "separation-stated", Verdict.PASS, observed=True, unit="", kind="reporting", because="Every step is named."
        ),
        finding(
            "single-vesicle",
            Verdict.NOT_ASSESSED,
            severity=Severity.BLOCKS,
            observed=None,
            kind="reporting",
            needed="an image by electron microscopy",
            because="There is no image.",
        ),
        finding("plasma", Verdict.NOT_APPLICABLE, observed=None, kind="reporting", because="The source is not plasma."),
    )
    return assessment(misev, validity)


def readings() -> tuple[Reading, ...]:
    issue = problem(
        "warning", "DILUTION_IN_TEXT", Where(line=9, field="Diluent"), "PBS 1:100", "a number in 'Dilution'"
    )
    names = ("beads.csv", "feed.csv", "product.csv")
    good = [
        accepted(
            source(n),
            instrument="nanosight",
            software_version="3.4",
            file_kind="experiment summary",
            measurements=(),
            issues=(issue,),
            unread=("Operator",),
        )
        for n in names
    ]
    bad = refused(source("notes.csv"), (problem("error", "UNKNOWN_FORMAT", Where(line=1), "my notes", "an export"),))
    return (*good, bad)


def realistic(product: str = "UC-EV 07", feed: str = "TFF retentate") -> tuple[Batch, Assessment, tuple[Scored, ...]]:
    """A batch with blemishes: a run without tracks, one printed number that is off, an unread file."""
    seeds = ((1, 4.1e8), (2, 4.6e8), (3, 3.9e8), (4, 4.3e8))
    runs = [run(product, distribution(f"{product}_0{n}", seed=n, total=t, sample=product)) for n, t in seeds]
    runs.append(run(product, without_tracks(distribution(f"{product}_05", seed=5))))
    runs += [
        run(
            feed,
            distribution(f"{feed}_{n}", seed=n + 10, median=98, total=2.2e8, factor=500, printed_off=0.4 * (n == 2)),
            "step sample",
            "feed.csv",
        )
        for n in (1, 2)
    ]
    runs.append(
        run("PS 100 nm", distribution("bead_1", median=101, total=9e7, factor=1000.0), "reference", "beads.csv", 100.0)
    )
    values = (
        value(product, "protein_concentration", 8.2, "ug/mL", uncertainty=0.4, replicates=3),
        value(feed, "protein_concentration", None, "ug/mL", state=State.BELOW_RANGE, bound=2.0),
        value(product, "endotoxin_concentration", None, "EU/mL", state=State.MISSING, method=None),
    )
    contradiction = Contradiction(
        source=source("product.csv"),
        issue=problem(
            "warning", "DILUTION_STATED_TWICE", Where(line=9), "1:100 in the file, 1:1000 in the record", "one"
        ),
    )
    batch = Batch(
        name="UC-2024-007",
        record=record(product, feed),
        record_source=source("batch.toml"),
        readings=readings(),
        runs=tuple(runs),
        panels=(panel(product), blot(product)),
        values=values,
        contradictions=(contradiction,),
    )
    return batch, realistic_assessment(), scores(product, feed)


def scores(product: str, feed: str) -> tuple[Scored, ...]:
    made = replicate_mean([4.1e10, 4.6e10, 3.9e10, 4.3e10], "1/mL", "videos")
    before = replicate_mean([1.1e11, 1.12e11], "1/mL", "videos")
    protein = replicate_mean([7.9, 8.2, 8.5], "ug/mL", "determinations")
    little = replace(protein, value=2.0, lower=None, upper=None, relation="<", standard_uncertainty=None, n=1)
    out, fed = total_particles(made, 4.0), total_particles(before, 10.0)
    return (
        Scored(sample=product, derived=particles_per_protein(made, protein), ceiling_per_ug=1.3e10, floor_per_ug=1.1e9),
        Scored(sample=feed, derived=particles_per_protein(before, little), ceiling_per_ug=1.9e10),
        Scored(sample=product, derived=particles_per_million_cells(out, 2.4e8)),
        Scored(sample=feed, derived=particles_per_million_cells(fed, 2.4e8)),
        Scored(sample=product, derived=step_recovery(fed, out), step=3),
        Scored(sample=feed, derived=step_recovery(total_particles(None, 5.0), fed), step=2),
    )


def folder_only() -> tuple[Batch, Assessment]:
    """Exports without a record: dilution unknown, roles unknown."""
    runs = tuple(
        run("from the file", distribution(f"x_{n}", seed=n, factor=None), None, "product.csv") for n in (1, 2, 3)
    )
    batch = Batch(name="exports", record=None, record_source=None, readings=readings()[2:], runs=runs)
    asked = profile("nta-validity", "Validity of NTA runs", finding("particles-per-frame", Verdict.PASS))
    return batch, assessment(asked, name="exports", product=None)


def empty() -> tuple[Batch, Assessment]:
    """Nothing at all."""
    return Batch(name="empty", record=None, record_source=None, readings=()), assessment(name="empty", product=None)


def hostile(name: str) -> tuple[Batch, Assessment, tuple[Scored, ...]]:
    """The realistic batch with one name wherever a person or file can put one."""
    short = name.strip()[:200]
    batch, asked, scored = realistic(short, "feed of " + short[:150])
    coarse = [distribution(name, seed=n, bins=60, width=10.0, sample=name) for n in range(3)]
    runs = tuple(
        replace(r, distribution=d)
        for r, d in zip(batch.runs[2:], (coarse[0], coarse[1], without_tracks(coarse[2]), *coarse), strict=True)
    )
    markers = tuple(replace(m, as_written=name, name=name, why=name) for m in batch.panels[0].panel.markers)
    odd = replace(batch.panels[0], panel=replace(batch.panels[0].panel, markers=markers, technique=name))
    found = tuple(
        replace(p, title=name, findings=tuple(replace(f, subject=name, because=name) for f in p.findings))
        for p in asked.profiles
    )
    file = replace(source("product.csv"), name=name)
    runs = tuple(replace(r, file=file) for r in runs)
    reading = replace(batch.readings[2], source=file, unread=(name,))
    made = replace(batch, name=name, runs=runs, panels=(odd, *batch.panels), readings=(*batch.readings, reading))
    return made, replace(asked, profiles=found, batch=replace(asked.batch, id=name, product=name)), scored
