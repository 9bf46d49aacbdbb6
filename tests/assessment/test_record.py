from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import evqc.batch
from evqc.assessment.record import _CODES, facts_of_batch, term_class
from evqc.batch.assembled import Batch, Contradiction
from evqc.criteria.load import shipped
from evqc.errors import Severity, Where, problem
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts


def of(**tables: Any) -> Batch:
    record = {"batch": {"id": "B", "product": "P"}, "samples": [{"name": "it", "role": "product"}]} | tables
    return making.batch(record, [])


def facts(**tables: Any) -> Facts:
    return facts_of_batch(of(**tables))


@pytest.mark.parametrize(
    ("term", "claims", "kind"),
    [
        ("extracellular vesicles", (), "extracellular vesicles"),
        ("MSC-EVs", (), "extracellular vesicles"),
        ("EV", (), "extracellular vesicles"),
        ("small EVs", (), "small EV"),
        ("sEV", (), "small EV"),
        ("MSC-sEVs", (), "small EV"),
        ("small extracellular vesicles", (), "small EV"),
        ("large EVs", (), "large EV"),
        ("Exosomes", (), "biogenesis term"),
        ("microvesicles", (), "biogenesis term"),
        ("exosome-like vesicles", (), "exosome-like"),
        ("EV mimetics", (), "EV mimetic"),
        ("ACDVs", (), "artificial cell-derived vesicles"),
        ("synthetic vesicles", (), "synthetic vesicles"),
        ("NVEPs", (), "non-vesicular extracellular particles"),
        ("extracellular particles", (), "extracellular particles"),
        ("secretome", (), "other term"),
        (None, (), ""),
        (None, ("small EV",), "small EV"),
        (None, ("exosome",), "biogenesis term"),
        ("EVs", ("exosome",), "biogenesis term"),
        ("exosome-like vesicles", ("exosome",), "exosome-like"),
    ],
)
def test_kind_of_term(term: str | None, claims: tuple[str, ...], kind: str) -> None:
    assert term_class(term, claims) == kind


@pytest.mark.parametrize(
    ("cell_type", "is_msc"),
    [
        ("MSC", True),
        ("UC-MSC", True),
        ("hBMSCs", True),
        ("mesenchymal stromal cells", True),
        ("Wharton's jelly mesenchymal stem cell", True),
        ("hADSCs", True),
        ("hASC", True),
        ("hDPSCs", True),
        ("PDLSC", True),
        ("SHED", True),
        ("unknown", None),
        ("n/a", None),
        (" ", None),
        ("HEK293", False),
        ("dermal fibroblast", False),
        (None, None),
    ],
)
def test_mesenchymal_stromal_cells_by_the_names_they_go_by(cell_type: str | None, is_msc: bool | None) -> None:
    source = {} if cell_type is None else {"cell_type": cell_type}
    assert facts(source=source)["source_is_msc"].value is is_msc


@pytest.mark.parametrize(
    ("said", "observed"), [("positive", "positive"), ("negative", "negative"), ("not tested", None), (None, None)]
)
def test_mycoplasma_of_the_cells_is_missing_unless_it_was_tested(said: str | None, observed: str | None) -> None:
    assert facts(source={} if said is None else {"mycoplasma": said})["source_mycoplasma"].value == observed


@pytest.mark.parametrize("placeholder", ["n/a", "TBD", " ", "unknown", "To be determined.", "pending", "?"])
def test_a_placeholder_states_nothing_of_the_source(placeholder: str) -> None:
    keys = (
        "cell_type",
        "cell_bank",
        "medium",
        "supplement",
        "supplement_ev_depletion",
        "vessel",
        "condition",
        "storage",
    )
    assert facts(source=dict.fromkeys(keys, placeholder))["source_stated"].value == ()
    assert facts(source=dict.fromkeys(keys, "none"))["source_stated"].value != (), "none is an answer: there is none"


def test_amounts_of_starting_material() -> None:
    made = facts(source={"volume_ml": 120, "cells_at_harvest": 4.2e7})
    assert made["source_amount"].value == ("120 mL", "4.2e7 cells")
    assert facts()["source_amount"].value == ()


@pytest.mark.parametrize(
    ("method", "defined"),
    [
        ("NTA, number-weighted median", ("cut-off", "method", "statistic")),
        ("NTA, D50", ("cut-off", "method", "statistic")),
        ("NTA, D90 below the cut-off", ("cut-off", "method", "statistic")),
        ("NTA", ("cut-off", "method")),
        ("meandering", ("cut-off", "method")),
    ],
)
def test_a_size_term_is_defined_by_cut_off_method_and_statistic(method: str, defined: tuple[str, ...]) -> None:
    identity = {"id": "B", "product": "P", "size_cutoff_nm": 200, "size_cutoff_method": method}
    assert facts(batch=identity)["term_definition"].value == defined


@pytest.mark.parametrize("severity", ["warning", "note"])
def test_no_contradiction_is_lost(severity: Severity) -> None:
    """Whatever its code, it stands in a fact that a criterion asks about."""
    issue = problem(severity, "SOMETHING_NEW", Where(field="samples"), "something odd", "something else")
    plain = of()
    odd = Batch(
        name="B", record=plain.record, record_source=plain.record_source, readings=(),
        contradictions=(Contradiction(source=making.source("batch.toml"), issue=issue),),
    )  # fmt: skip
    fact = facts_of_batch(odd)["remarks" if severity == "note" else "other_contradictions"]
    assert fact.value == ("something odd (batch.toml, 'samples')",)
    assert fact.evidence[0].where.field == "samples"


@pytest.mark.parametrize("code", [code for codes in _CODES.values() for code in codes])
def test_every_code_is_one_that_the_batch_gives(code: str) -> None:
    folder = Path(evqc.batch.__path__[0])
    assert any(f'"{code}"' in file.read_text("utf-8") for file in folder.glob("*.py"))


def test_every_fact_of_contradictions_is_asked_about_by_a_criterion() -> None:
    asked = {c.fact for criterion in shipped().criteria.values() for c in criterion.requires}
    assert {*_CODES, "other_contradictions", "remarks", "files_refused"} <= asked


def share(marker: str, value: float | str) -> dict[str, Any]:
    return {"sample": "it", "measurand": "marker_positive_cells", "marker": marker, "value": value, "unit": "%"}


@pytest.mark.parametrize(
    ("results", "fact", "value", "below"),
    [
        ([share("CD73", 99.6)], "CD73", 99.6, None),
        ([share("CD73", 99.6), share("CD73", 91.0)], "CD73", 91.0, None),
        ([share("CD11b", 0.5)], "CD14 or CD11b", 0.5, None),
        ([share("CD11b", 0.5), share("CD14", 3.0)], "CD14 or CD11b", 3.0, None),
        ([share("HLA-DR", "<0.5")], "HLA-DR", None, 0.5),
        ([share("CD19", 0.1)], "CD79a or CD19", 0.1, None),
        ([], "CD45", None, None),
    ],
)
def test_the_worse_of_several_shares_of_parent_cells_counts(
    results: list[dict[str, Any]], fact: str, value: float | None, below: float | None
) -> None:
    made = facts(results=results)[f"parent_cells.{fact}"]
    assert (made.value, made.below) == (value, below)


def test_without_a_record_only_techniques_and_settings_are_known() -> None:
    made = facts_of_batch(making.batch(None, [{"name": "a.csv", "runs": [{}, {}]}]))
    assert {name for name, fact in made.items() if fact.value is not None} == {"techniques", "settings_that_differ"}
    assert {fact.why_missing for fact in made.values() if fact.value is None} == {"there is no batch record"}


def test_blanks_entered_by_hand_count_as_process_blanks() -> None:
    record = {
        "batch": {"id": "B", "product": "P"},
        "samples": [{"name": "medium", "role": "process blank"}],
        "results": [{"sample": "medium", "measurand": "particle_concentration", "value": 1e7, "unit": "1/mL"}],
    }
    assert facts_of_batch(making.batch(record, []))["process_blanks"].value == ("medium",)


def counted(**per_ml: float) -> list[dict[str, Any]]:
    """Counts of samples by hand, in particles per mL."""
    return [
        {"sample": name, "measurand": "particle_concentration", "value": value, "unit": "1/mL"}
        for name, value in per_ml.items()
    ]


STEPS = [
    {"method": "tangential flow filtration", "sample_in": "medium", "sample_out": "retentate", "volume_in_ml": 100,
     "volume_out_ml": 10},
    {"method": "size-exclusion chromatography", "sample_in": "retentate", "volume_in_ml": 10},
    {"method": "ultrafiltration", "sample_out": "it", "volume_out_ml": 1},
]  # fmt: skip
SAMPLES = [{"name": name, "role": "step sample"} for name in ("medium", "retentate")]


@pytest.mark.parametrize(
    ("of_product", "lowest", "highest"),
    [
        (4e9, (80, "step 1"), (80, "step 1")),
        (6.4e10, (80, "step 1"), (800, "steps 2 to 3")),
    ],
)
def test_steps_between_which_nothing_was_measured_are_taken_together(
    of_product: float, lowest: tuple[float, str], highest: tuple[float, str]
) -> None:
    """1e10 particles go in, 8e9 are in the retentate; a product of 6.4e10 was diluted ten times less than recorded."""
    samples = [{"name": "it", "role": "product"}, *SAMPLES]
    results = counted(medium=1e8, retentate=8e8, it=of_product)
    made = facts(samples=samples, isolation=STEPS, results=results)
    for name, (percent, steps) in (("recovery_lowest", lowest), ("recovery_highest", highest)):
        assert made[name].value == pytest.approx(percent)
        assert made[name].remark.startswith(f"{steps}, ")


def test_a_recovery_over_several_steps_stands_where_no_single_one_is_known() -> None:
    steps = [STEPS[0] | {"sample_out": None}, STEPS[2]]
    samples = [{"name": "it", "role": "product"}, SAMPLES[0]]
    made = facts(samples=samples, isolation=steps, results=counted(medium=1e8, it=4e9))
    assert made["recovery_lowest"] == made["recovery_highest"]
    assert made["recovery_lowest"].value == pytest.approx(40)
    assert made["recovery_lowest"].remark.startswith("steps 1 to 2, ")


def test_a_step_whose_sample_came_out_of_the_one_before_has_a_recovery() -> None:
    steps = [STEPS[0], {"method": "ultrafiltration", "sample_out": "it", "volume_out_ml": 1}]
    samples = [{"name": "it", "role": "product"}, *SAMPLES]
    made = facts(samples=samples, isolation=steps, results=counted(medium=1e8, retentate=8e8, it=4e9))
    assert made["recovery_lowest"].value == pytest.approx(80)
    made = facts(samples=samples, isolation=steps, results=counted(retentate=8e8, it=4e9))
    assert made["recovery_lowest"].value == pytest.approx(50)
    assert made["recovery_lowest"].remark.startswith("step 2, ")
