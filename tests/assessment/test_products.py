from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import subjects
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts


def facts(
    *, exports: list[dict[str, Any]] | None = None, results: list[dict[str, Any]] | None = None, **tables: Any
) -> Facts:
    """Facts of the product ``it``, with its blanks."""
    described = [{"name": "it.csv", "runs": [{"concentration": 1e8}] * 3}] if exports is None else exports
    names = [entry["name"] for entry in described]
    files: list[dict[str, Any]] = [
        {"path": "it.csv", "sample": "it", "dilution": 100},
        {"path": "pbs.csv", "sample": "PBS"},
        {"path": "blank.csv", "sample": "blank", "dilution": 10},
        {"path": "pbs.txt", "sample": "PBS"},
    ]
    record: dict[str, Any] = {
        "batch": {"id": "B", "product": "P"},
        "source": {"volume_ml": 100, "cells_at_harvest": 1e7},
        "samples": [
            {"name": "it", "role": "product", "volume_ml": 2},
            {"name": "PBS", "role": "diluent blank"},
            {"name": "blank", "role": "process blank"},
        ],
        "files": [entry for entry in files if entry["path"] in names],
        "results": results or [],
    } | tables
    [product] = [s for s in subjects(making.batch(record, described)) if s.kind == "product"]
    return product.facts


def result(measurand: str, value: float | str, unit: str, **more: Any) -> dict[str, Any]:
    return {"sample": "it", "measurand": measurand, "value": value, "unit": unit} | more


IT = {"name": "it.csv", "runs": [{"concentration": 1e8, "particles_per_frame": 50.0}] * 3}
PROTEIN = result("protein_concentration", 5.0, "ug/mL")
LIPID = result("lipid_concentration", 2.0, "ug/mL")


def blank(crowd: float, **more: Any) -> dict[str, Any]:
    return {"name": "pbs.csv", "runs": [{"particles_per_frame": crowd}]} | more


@pytest.mark.parametrize(
    ("exports", "share", "particles"),
    [
        ([IT, blank(1.0)], 2.0, 1.0),
        ([IT, {"name": "pbs.csv", "runs": [{"tracks": 0}]}], 0.0, 0.0),
        ([IT], None, None),
        ([IT, {"name": "pbs.txt", "instrument": "zetaview", "runs": [{"particles_per_frame": 1.0}]}], None, None),
        ([blank(1.0)], None, None),
    ],
)
def test_the_diluent_blank_is_compared_within_one_instrument(
    exports: list[dict[str, Any]], share: float | None, particles: float | None
) -> None:
    made = facts(exports=exports)
    assert made["diluent_blank_share"].value == share
    assert made["diluent_blank_particles"].value == particles


@pytest.mark.parametrize(
    ("runs", "percent"),
    [([{"concentration": 1e8}], 10.0), ([{"tracks": 0}], 0.0), ([{"concentration": 1e8}, {"tracks": 0}], 5.0)],
)
def test_the_process_blank_is_compared_undiluted(runs: list[dict[str, Any]], percent: float) -> None:
    """1e8 at 1:10 against 1e8 at 1:100 is a tenth; an empty blank is zero, not missing."""
    fact = facts(exports=[IT, {"name": "blank.csv", "runs": runs}])["process_blank_share"]
    assert fact.value == pytest.approx(percent)


@pytest.mark.parametrize(
    ("results", "quantified", "ratios"),
    [
        ([], ("particles",), ()),
        ([PROTEIN], ("particles", "protein"), ("particles : protein",)),
        (
            [PROTEIN, LIPID],
            ("particles", "protein", "lipid"),
            ("particles : protein", "particles : lipid", "lipid : protein"),
        ),
        ([result("protein_concentration", "<5", "ug/mL")], ("particles", "protein"), ("particles : protein",)),
        ([result("protein_concentration", 0.0, "ug/mL")], ("particles", "protein"), ()),
        ([result("protein_mass", 10.0, "ug")], ("particles", "protein"), ("particles : protein",)),
        (
            [result("rna_concentration", 3.0, "ng/mL")],
            ("particles", "RNA"),
            ("RNA : particles",),
        ),
    ],
)
def test_what_counts_as_quantified(
    results: list[dict[str, Any]], quantified: tuple[str, ...], ratios: tuple[str, ...]
) -> None:
    made = facts(results=results)
    assert made["quantified"].value == quantified
    assert made["ratios"].value == ratios


def test_the_ratio_carries_its_uncertainty_in_words() -> None:
    """1e10 /mL by 5 µg/mL is 2e9 /µg."""
    fact = facts(results=[result("protein_concentration", 5.0, "ug/mL", uncertainty=0.5, replicates=3)])
    ratio = fact["particles_per_protein"]
    assert ratio.value == pytest.approx(2e9)
    assert "95 % interval" in ratio.remark
    assert {e.name for e in ratio.evidence} == {"it.csv", "batch.toml"}


def test_protein_below_range_makes_every_ratio_a_lower_bound() -> None:
    made = facts(results=[result("protein_concentration", "<5", "ug/mL")])
    assert made["particles_per_protein"].value is None
    assert made["particles_per_protein"].above == pytest.approx(2e9)
    assert made["particles_per_protein_to_ceiling"].above == pytest.approx(2e9 / 9e9, rel=0.2)


@pytest.mark.parametrize(
    ("protein", "band"),
    [(0.3, "high"), (1.0, "low"), (5.0, "low"), (5.9, None), (0.4, None), (7.0, "unpure")],
)
def test_band_of_the_ratio(protein: float, band: str | None) -> None:
    """1e10 particles/mL: 3.3e10, 1e10, 2e9, 1.7e9, 2.5e10 and 1.43e9 per µg (STANDARDS 10.5)."""
    assert facts(results=[result("protein_concentration", protein, "ug/mL")])["purity_band"].value == band


@pytest.mark.parametrize(
    ("albumin", "percent", "above"),
    [(1500.0, 30.0, None), (20_000.0, 400.0, None), (">10000", None, 200.0), (None, None, None)],
)
def test_the_contaminant_of_which_most_was_measured(
    albumin: float | str | None, percent: float | None, above: float | None
) -> None:
    """1500 ng/mL albumin in 5 µg/mL protein are 30 %; 20 µg/mL would be four times all protein."""
    own = [] if albumin is None else [result("albumin_concentration", albumin, "ng/mL", method="ELISA")]
    analyte = result("analyte_concentration", 0.5, "ug/mL", marker="ApoB-100", method="immunoassay")
    found = facts(results=[PROTEIN, analyte, *own])["contaminant_share_highest"]
    if albumin is None:
        assert found.value == pytest.approx(10)
        assert found.remark.endswith("Apolipoprotein B in the protein")
    else:
        assert found.value == (None if percent is None else pytest.approx(percent))
        assert found.above == (None if above is None else pytest.approx(above))
        assert found.remark.endswith("Albumin in the protein")
    assert facts(results=[PROTEIN])["contaminants_by_amount"].value == ()
    assert facts(results=[analyte])["contaminants_by_amount"].value == ("Apolipoprotein B",)
    assert facts(results=[analyte])["contaminant_share_highest"].value is None


@pytest.mark.parametrize(
    ("albumin", "apolipoprotein", "value", "above", "below"),
    [
        (">500", 2000.0, None, 40.0, None),
        ("<25000", 6000.0, None, 120.0, 500.0),
        ("<1000", 2000.0, 40.0, None, None),
        (">30000", 2000.0, None, 600.0, None),
    ],
)
def test_a_contaminant_known_only_as_a_bound_may_be_the_highest(
    albumin: str, apolipoprotein: float, value: float | None, above: float | None, below: float | None
) -> None:
    """Albumin above 10 % of the protein may be more than all of it, whatever the apolipoprotein is."""
    rows = [
        result("albumin_concentration", albumin, "ng/mL"),
        result("apolipoprotein_b_concentration", apolipoprotein, "ng/mL"),
    ]
    found = facts(results=[PROTEIN, *rows])["contaminant_share_highest"]
    for told, expected in ((found.value, value), (found.above, above), (found.below, below)):
        assert told == (None if expected is None else pytest.approx(expected))


def test_yields() -> None:
    """1e10 /mL · 2 mL = 2e10 particles of 1e7 cells and 100 mL."""
    made = facts()
    assert made["yield_per_million_cells"].value == pytest.approx(2e9)
    assert made["yield_per_ml_medium"].value == pytest.approx(2e8)
    bare = facts(source={})
    assert bare["yield_per_million_cells"].value is None
    assert "cells at harvest" in bare["yield_per_million_cells"].why_missing


def picture(view: str | None = None, method: str = "transmission electron microscopy", **more: Any) -> dict[str, Any]:
    stated = {"path": f"{view}_{method}.png", "sample": "it", "method": method} | more
    return stated | ({"view": view} if view else {})


@pytest.mark.parametrize(
    ("images", "both", "undecided"),
    [
        ([], (), ()),
        ([picture("wide-field"), picture("close-up")], ("transmission electron microscopy",), ()),
        ([picture("wide-field"), picture("close-up", "atomic force microscopy")], (), ()),
        ([picture("wide-field"), picture()], (), ("transmission electron microscopy",)),
        ([picture("wide-field", "western blot"), picture("close-up", "western blot")], (), ()),
    ],
)
def test_both_views_have_to_be_of_one_method(
    images: list[dict[str, Any]], both: tuple[str, ...], undecided: tuple[str, ...]
) -> None:
    fact = facts(images=images)["imaging_with_both_views"]
    assert (fact.value, fact.undecided) == (both, undecided)


def test_who_chose_the_field() -> None:
    assert facts()["operator_chosen_fields"].value is None
    chosen = facts(images=[picture("wide-field", field_selection="operator")])["operator_chosen_fields"]
    assert chosen.value == ("wide-field_transmission electron microscopy.png",)
    unsaid = facts(images=[picture("wide-field")])["operator_chosen_fields"]
    assert (unsaid.value, len(unsaid.undecided)) == ((), 1)


@pytest.mark.parametrize(("technique", "methods"), [("NTA", ("NTA",)), ("TRPS", ("TRPS",)), ("DLS", ())])
def test_only_methods_that_see_single_particles_count(technique: str, methods: tuple[str, ...]) -> None:
    made = facts(exports=[{"name": "it.csv", "runs": [{"technique": technique}]}])
    assert made["other_single_vesicle_methods"].value == methods


def test_an_unknown_dilution_is_named_by_its_run() -> None:
    fact = facts(files=[{"path": "it.csv", "sample": "it"}])["dilution_known"]
    assert fact.value is False
    assert fact.remark == "it_00, it_01, it_02"
    assert facts(exports=[])["dilution_known"].value is None


@pytest.mark.parametrize(("value", "known"), [(82, 82.0), ("<5", None)])
def test_detergent(value: float | str, known: float | None) -> None:
    fact = facts(results=[result("detergent_labile_fraction", value, "%")])["particles_lost_to_detergent"]
    assert fact.value == known
    assert facts()["particles_lost_to_detergent"].value is None


def test_quantities_have_the_files_behind_them() -> None:
    made = facts(results=[PROTEIN])
    assert {e.name for e in made["quantified"].evidence} == {"it.csv", "batch.toml"}
    assert facts(exports=[])["quantified"].evidence == ()
