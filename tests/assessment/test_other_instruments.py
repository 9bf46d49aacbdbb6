"""Facts of a batch that many instruments measured: each number feeds what it is a measure of, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import assess, subjects
from evqc.batch.assembled import Batch
from evqc.batch.crosscheck import crosscheck
from evqc.batch.join import join
from evqc.batch.model import BatchRecord
from evqc.criteria.findings import Verdict
from evqc.isolation.concentrations import BY_ANOTHER_METHOD_LEFT_OUT, protein_concentration
from evqc.isolation.of_batch import derive
from evqc.measurement import Quantity, State
from evqc.reading import accepted
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts
    from evqc.criteria.findings import Finding
    from evqc.measurement import Measurement
    from evqc.reading import Reading

SAMPLES = [
    {"name": "it", "role": "product", "volume_ml": 2}, {"name": "PBS", "role": "diluent blank"},
    {"name": "blank", "role": "process blank"}, {"name": "cells", "role": "lysate"},
    {"name": "bank", "role": "reference"},
]  # fmt: skip


def reading(name: str, instrument: str, *measurements: Measurement) -> Reading:
    return accepted(
        making.source(name), instrument=instrument, software_version=None, file_kind="export", measurements=measurements
    )


def batch(*readings: Reading, of: dict[str, str] | None = None, beads: tuple[str, ...] = (), **tables: Any) -> Batch:
    """A batch whose files are of ``it`` unless ``of`` names another sample; each was diluted 100 times."""
    samples = of or {}
    files = [
        {"path": r.source.name, "sample": samples.get(r.source.name, "it"), "dilution": 100}
        | ({"purpose": "bead check", "bead_nm": 100} if r.source.name in beads else {})
        for r in readings
    ]
    tables = {"source": {"volume_ml": 100, "cells_at_harvest": 1e7}} | tables
    made = BatchRecord.model_validate(
        {"batch": {"id": "B", "product": "P"}, "samples": SAMPLES, "files": files} | tables
    )
    joined, file = join(made, making.source("batch.toml"), readings), making.source("batch.toml")
    return Batch(
        name="B", record=made, record_source=file, readings=tuple(readings), runs=joined.runs, panels=joined.panels,
        values=joined.values, contradictions=crosscheck(made, file, readings),
    )  # fmt: skip


def facts(of: Batch, kind: str = "product", name: str = "it") -> Facts:
    return next(s.facts for s in subjects(of) if (s.kind, s.name) == (kind, name))


def findings(of: Batch, begin: str) -> list[Finding]:
    return [f for p in assess(of).profiles for f in p.findings if f.criterion.startswith(begin)]


def runs(technique: str, n: int = 3, **more: Any) -> list[Measurement]:
    return [making.run(f"{technique}_{i}", technique=technique, instrument="", **more) for i in range(n)]


def nothing_counted(technique: str) -> list[Measurement]:
    """Runs as DLS gives them: neither counts nor a concentration."""
    total = {"reported": None, "recomputed": None, "undiluted": None}
    return [
        replace(r, count=None, concentration_per_ml=None,
                concentration_total_per_ml=replace(r.concentration_total_per_ml, **total))
        for r in runs(technique) if r.kind == "size_distribution"
    ]  # fmt: skip


def counted_only(technique: str) -> list[Measurement]:
    """Runs as SP-IRIS and particle lists give them: counts, no concentration."""
    total = {"reported": None, "recomputed": None, "undiluted": None}
    return [
        replace(r, concentration_per_ml=None,
                concentration_total_per_ml=replace(r.concentration_total_per_ml, **total))
        for r in runs(technique) if r.kind == "size_distribution"
    ]  # fmt: skip


DLS = reading("dls.txt", "zetasizer", *nothing_counted("DLS"))
IRIS = reading("iris.csv", "exoview", *counted_only("SP-IRIS"))
TRPS = reading("trps.csv", "table", *runs("TRPS"))
NTA = reading("nta.csv", "nanosight", *(making.run(f"v{i}") for i in range(3)))

# Particle tracking


@pytest.mark.parametrize("other", [DLS, IRIS, TRPS])
def test_criteria_of_tracking_do_not_judge_a_sample_that_was_not_tracked(other: Reading) -> None:
    """Nothing was tracked, so nothing of tracking is met or failed; that printed statistics agree holds for any."""
    judged = [f for f in findings(batch(other), "NTA-") if f.verdict in {Verdict.PASS, Verdict.FAIL}]
    assert {f.criterion for f in judged} <= ({"NTA-AGR-01"} if other is TRPS else set())
    [of_sample] = [f for f in findings(batch(other), "NTA-REP-01") if f.subject == "it"]
    assert of_sample.verdict is Verdict.NOT_APPLICABLE


def test_a_product_that_was_not_sized_at_all_is_not_assessed() -> None:
    of = [f.verdict for f in findings(batch(), "NTA-REP-01") if f.subject == "it"]
    assert of == [Verdict.NOT_ASSESSED]


@pytest.mark.parametrize("other", [DLS, IRIS, TRPS])
def test_other_techniques_beside_tracking_change_none_of_its_facts(other: Reading) -> None:
    alone, both = (facts(batch(*of), "sample") for of in ((NTA,), (NTA, other)))
    names = ("replicates", "concentration_cv", "median_diameter_cv", "dilutions")
    assert [both[n].value for n in names] == [alone[n].value for n in names]
    alone, both = (facts(batch(*of)) for of in ((NTA,), (NTA, other)))
    derived = ("particles_per_protein", "yield_per_million_cells", "yield_per_ml_medium", "dilution_known")
    assert [both[n].value for n in derived] == [alone[n].value for n in derived]


def test_runs_of_pulse_sensing_are_no_replicates_of_tracking_that_failed() -> None:
    failed = reading("nta.csv", "nanosight", *(making.run(f"v{i}", tracks=0) for i in range(3)))
    made = facts(batch(failed, TRPS), "sample")
    assert (made["replicates"].value, made["concentration_cv"].value) == (0, None)
    verdicts = {f.criterion: f.verdict for f in findings(batch(failed, TRPS), "NTA-R") if f.subject == "it"}
    assert (verdicts["NTA-REP-01"], verdicts["NTA-RUN-03"]) == (Verdict.FAIL, Verdict.PASS)
    of_runs = {f.verdict for f in findings(batch(failed, TRPS), "NTA-RUN-01")}
    assert of_runs == {Verdict.FAIL, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize(("other", "single"), [(DLS, ()), (IRIS, ("SP-IRIS",))])
def test_what_counts_no_concentration_feeds_no_concentration_and_no_yield(
    other: Reading, single: tuple[str, ...]
) -> None:
    made = facts(batch(other))
    assert "particles" not in (made["quantified"].value or ())  # type: ignore[operator]  # a list
    assert (made["particles_per_protein"].value, made["yield_per_million_cells"].value) == (None, None)
    assert made["other_single_vesicle_methods"].value == single


def test_a_particle_list_has_no_concentration_and_no_unknown_dilution() -> None:
    listed = reading("p.csv", "nanosight_tracks", *counted_only("NTA"))
    bare = batch(listed)
    undiluted = replace(bare, runs=tuple(replace(r, distribution=listed.measurements[0]) for r in bare.runs))  # type: ignore[arg-type]  # a run
    made = facts(undiluted)
    assert made["dilution_known"].value is True
    assert made["yield_per_million_cells"].value is None
    cv = facts(bare, "sample")["concentration_cv"]
    assert (cv.value, cv.why_missing) == (None, "a run states no concentration")


def test_a_blank_by_light_scattering_is_no_counted_blank() -> None:
    names = {"pbs.txt": "PBS", "blank.txt": "blank"}
    scattered = [reading(name, "zetasizer", *nothing_counted("DLS")) for name in names]
    made = batch(NTA, *scattered, of=names)
    assert facts(made)["quantified_without_blank"].value == ("NTA (particles)",)
    assert facts(made, "batch", "B")["process_blanks"].value == ()
    assert facts(made)["process_blank_share"].value is None
    counted = reading("blank.csv", "nanosight", making.run("b", concentration=4e7))
    with_both = batch(NTA, *scattered, counted, of=names | {"blank.csv": "blank"})
    assert facts(with_both)["process_blank_share"].value == pytest.approx(10.0)


def test_a_process_blank_by_another_technique_is_not_compared() -> None:
    blank = reading("blank.csv", "table", *runs("TRPS", 1))
    assert facts(batch(NTA, blank, of={"blank.csv": "blank"}))["process_blank_share"].value is None
    assert facts(batch(TRPS, blank, of={"blank.csv": "blank"}))["process_blank_share"].value == pytest.approx(100.0)


def test_beads_by_light_scattering_check_no_tracking() -> None:
    made = batch(NTA, DLS, beads=("dls.txt",))
    assert facts(made, "batch", "B")["bead_checks"].value == ()
    of_beads = [f.verdict for f in findings(made, "NTA-CAL-01") if f.subject.startswith("DLS")]
    assert set(of_beads) == {Verdict.NOT_APPLICABLE}


# Protein and other quantities


def protein(value: float | None = 5.0, *, method: str = "BCA", unit: str = "ug/mL", **more: Any) -> Quantity:
    state = {"state": State.MEASURED if value is not None else State.MISSING}
    of: dict[str, Any] = {"measurand": "protein_concentration", "sample": "it", "settings": {}}
    return Quantity(value=value, unit=unit, method=method, **(of | state | more))


def test_several_readings_of_one_sample_are_one_mean_with_n_and_scatter() -> None:
    """4, 5, 6: mean 5, n = 3; 4e10 particles per mL by 5 µg/mL is 8e9."""
    made = batch(NTA, reading("q.csv", "qubit4", protein(4.0), protein(5.0), protein(6.0), protein(None)))
    found = protein_concentration(made, "it")
    assert found is not None
    assert found.value == pytest.approx(5.0)
    assert (found.n, found.unit) == (3, "ug/mL")
    assert found.lower is not None
    assert facts(made)["particles_per_protein"].value == pytest.approx(8e9)


@pytest.mark.parametrize(("value", "unit"), [(5.0, "ug/mL"), (0.005, "mg/mL"), (5000.0, "ng/mL"), (5.0, "ng/uL")])
def test_any_unit_of_protein_gives_the_same_purity(value: float, unit: str) -> None:
    made = batch(NTA, reading("q.csv", "qubit4", protein(value, unit=unit)))
    assert facts(made)["particles_per_protein"].value == pytest.approx(8e9)


def test_results_by_two_assays_are_no_replicates_and_the_one_left_out_is_named() -> None:
    bca = protein(5.0, settings={"wells": "A1, A2", "wells_without_number": 0, "standard_uncertainty_ug_per_mL": 0.2})
    made = batch(NTA, reading("a280.csv", "nanodrop_one", protein(90.0, method="A280")), reading("b.txt", "gen5", bca))
    found = protein_concentration(made, "it")
    assert found is not None
    assert (found.value, found.n, found.standard_uncertainty) == (5.0, 2, 0.2)
    assert BY_ANOTHER_METHOD_LEFT_OUT in found.flags
    ratio = facts(made)["particles_per_protein"]
    assert ratio.value == pytest.approx(8e9)
    assert "protein by BCA (b.txt, 5 µg/mL), left out: A280 (a280.csv, 90 µg/mL)" in ratio.remark
    assert {e.name for e in ratio.evidence} == {"nta.csv", "b.txt"}


def test_the_first_assay_counts_where_two_have_as_many_determinations() -> None:
    made = batch(NTA, reading("a.csv", "qubit4", protein(4.0)), reading("b.csv", "nanodrop_one", protein(9.0)))
    assert [e.value for e in [protein_concentration(made, "it")] if e] == [4.0]


def test_an_assay_without_a_result_is_not_taken() -> None:
    made = batch(NTA, reading("a.csv", "qubit4", protein(None), protein(None)), reading("b.csv", "gen5", protein(9.0)))
    assert [e.value for e in [protein_concentration(made, "it")] if e] == [9.0]


@pytest.mark.parametrize(
    "leak",
    [
        protein(2000.0, sample="S1", settings={"role": "standard"}),
        protein(0.1, sample="B", settings={"role": "blank"}),
        protein(50.0, sample="it", settings={"content": "control"}),
        protein(50.0, measurand="analyte_concentration", settings={"analyte": "Protein"}),
        protein(50.0, sample="other"),
    ],
)
def test_standards_blanks_controls_and_other_samples_do_not_feed_the_product(leak: Quantity) -> None:
    made = batch(NTA, reading("q.csv", "qubit4", protein(5.0), leak))
    assert facts(made)["particles_per_protein"].value == pytest.approx(8e9)
    alone = facts(batch(NTA, reading("q.csv", "qubit4", replace(leak, settings=leak.settings | {"role": "standard"}))))
    assert alone["quantified"].value == ("particles",)
    assert [s.sample for s in derive(made) if s.derived.name == "particles_per_protein"] == ["it"]


def test_albumin_of_a_standard_is_no_purity_control() -> None:
    albumin = {"measurand": "albumin_concentration", "unit": "ng/mL"}
    standard = protein(9.0, sample="S1", settings={"role": "standard"}, **albumin)
    assert facts(batch(reading("l.csv", "bioplex", standard)))["purity_controls_assessed"].value is None
    own = batch(reading("l.csv", "bioplex", standard, protein(9.0, **albumin)))
    assert facts(own)["purity_controls_assessed"].value == ("Albumin",)


def test_a_ladder_is_no_rna_of_the_product() -> None:
    ladder = protein(9.0, measurand="rna_concentration", unit="ng/mL", sample="Ladder", settings={"role": "ladder"})
    made = facts(batch(NTA, reading("t.xml", "tapestation", ladder)))
    assert made["quantified"].value == ("particles",)


def test_absorbance_of_wells_quantifies_nothing() -> None:
    wells = [protein(0.4, measurand="absorbance", unit="1", sample=None, settings={"well": w}) for w in ("A1", "A2")]
    assert facts(batch(NTA, reading("p.txt", "gen5", *wells)))["quantified"].value == ("particles",)


@pytest.mark.parametrize("sample", ["it", "cells", "bank"])
def test_cell_counts_are_facts_of_no_product_and_of_no_source(sample: str) -> None:
    """The record has no role for the cells at harvest: their viability is what its source section says."""
    counted = [
        protein(95.0, measurand="cell_viability", unit="%", sample=None),
        protein(1e6, measurand="cell_concentration", unit="1/mL", sample=None),
        protein(1e6, measurand="event_concentration", unit="1/mL", sample=None),
    ]
    made = batch(reading("c.csv", "vicell", *counted), of={"c.csv": sample})
    assert facts(made, "batch", "B")["viability"].value is None
    assert "particles" not in (facts(made)["quantified"].value or ())  # type: ignore[operator]  # a list
    assert facts(made)["yield_per_million_cells"].value is None


def test_several_shares_after_detergent_are_a_mean_and_not_the_last() -> None:
    shares = [protein(v, measurand="detergent_labile_fraction", unit="%") for v in (80.0, 60.0)]
    fact = facts(batch(reading("d.csv", "table", *shares)))["particles_lost_to_detergent"]
    assert fact.value == pytest.approx(70.0)
    assert "n = 2" in fact.remark
