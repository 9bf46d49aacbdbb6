from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment.material import facts_of_keeping
from evqc.assessment.products import facts_of_product
from evqc.assessment.record import facts_of_batch
from evqc.assessment.single_vesicles import facts_of_single_vesicles
from evqc.batch.assembled import Batch, Value
from evqc.batch.measuring import Sample
from evqc.isolation.of_batch import products
from evqc.measurement import Quantity, State
from tests.assessment import making
from tests.assessment.measuring import curve

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts

NTA = {"name": "it.csv", "runs": [{"concentration": 1e8}] * 2}
PBS = {"name": "pbs.csv", "runs": [{"concentration": 1e6}]}
BCA: dict[str, Any] = {"method": "BCA", "measurand": "protein_concentration"}
PATHS = {"it.csv": "it", "pbs.csv": "PBS"}


def of(
    *results: dict[str, Any], exports: tuple[dict[str, Any], ...] = (NTA,), assays: tuple[dict[str, Any], ...] = (),
    **tables: Any,
) -> Batch:  # fmt: skip
    """A batch with the product ``it``, its diluent and results by hand."""
    record: dict[str, Any] = {
        "batch": {"id": "B", "product": "P"},
        "source": {"volume_ml": 100},
        "samples": [{"name": "it", "role": "product", "volume_ml": 2}, {"name": "PBS", "role": "diluent blank"}],
        "files": [{"path": e["name"], "sample": PATHS[e["name"]], "dilution": 100} for e in exports],
        "results": [{"sample": "it"} | result for result in results],
        "assays": list(assays),
    }
    return making.batch(record | tables, list(exports))


def protein(
    method: str | None = "BCA", measurand: str = "protein_concentration", unit: str = "ug/mL"
) -> dict[str, Any]:
    made = {"measurand": measurand, "value": 3, "unit": unit}
    return made if method is None else made | {"method": method}


def facts(batch: Batch) -> Facts:
    product = next(sample for sample in products(batch) if sample.name == "it")
    return facts_of_product(batch, product)


def without(batch: Batch, what: str) -> object:
    return facts(batch)[f"quantified_without_{what}"].value


def per_source(batch: Batch) -> object:
    return facts(batch)["quantities_per_source"].value


NO_VOLUME = [{"name": "it", "role": "product"}]


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        ({}, ("particles", "protein")),
        ({"source": {"cells_at_harvest": 1e7}}, ("particles", "protein")),
        ({"source": {"tissue_mass_g": 2}}, ("particles", "protein")),
        ({"source": {}}, ()),
        ({"samples": NO_VOLUME}, ()),
        ({"samples": NO_VOLUME, "isolation": [{"method": "SEC", "volume_out_ml": 2, "sample_out": "it"}]},
         ("particles", "protein")),
    ],
)  # fmt: skip
def test_figures_per_starting_material_need_its_amount_and_the_volume_of_the_product(
    tables: dict[str, Any], found: tuple[str, ...]
) -> None:
    assert per_source(of(protein(), **tables)) == found


def test_a_mass_needs_no_volume() -> None:
    assert per_source(of(protein(measurand="protein_mass", unit="ug"), samples=NO_VOLUME)) == ("protein",)


def test_a_count_whose_dilution_is_not_known_gives_no_figure() -> None:
    assert per_source(of(files=[{"path": "it.csv", "sample": "it"}])) == ()


def test_what_was_not_quantified_lacks_nothing_and_is_not_assessed() -> None:
    made = facts(of(exports=()))
    assert {fact.value for name, fact in made.items() if name.startswith("quantified_")} == {None}
    assert made["quantified_without_range"].why_missing == "the product was not quantified"


@pytest.mark.parametrize(
    ("assays", "lacking"),
    [
        ((), ("NTA (particles)", "BCA (protein)")),
        ((BCA | {"range_lower": 2, "unit": "ug/mL"},), ("NTA (particles)",)),
        ((BCA | {"range_upper": 40, "unit": "ug/mL"},), ("NTA (particles)",)),
        ((BCA | {"limit_of_detection": 0, "unit": "ug/mL"},), ("NTA (particles)",)),
        ((BCA,), ("NTA (particles)", "BCA (protein)")),
        (({"method": "nta", "limit_of_detection": 1e7, "unit": "1/mL"},), ("BCA (protein)",)),
        (({"method": "Nanoparticle tracking", "range_lower": 1e7, "unit": "1/mL"},), ("BCA (protein)",)),
        ((BCA | {"measurand": "lipid_concentration", "range_lower": 2, "unit": "ug/mL"},),
         ("NTA (particles)", "BCA (protein)")),
        (({"method": "Qubit protein assay", "range_lower": 2, "unit": "ug/mL"},), ("NTA (particles)", "BCA (protein)")),
    ],
)  # fmt: skip
def test_the_range_of_a_method_stands_among_the_assays(
    assays: tuple[dict[str, Any], ...], lacking: tuple[str, ...]
) -> None:
    assert without(of(protein(), assays=assays), "range") == lacking


@pytest.mark.parametrize("method", ["BCA", "bca assay", "micro-BCA", "Micro BCA kit", None])
def test_an_assay_is_found_by_a_word_of_its_name_or_by_its_quantity(method: str | None) -> None:
    made = of(protein(method), exports=(), assays=(BCA | {"range_lower": 2, "unit": "ug/mL"},))
    assert without(made, "range") == ()


def test_a_method_stated_twice_is_one_method() -> None:
    assert without(of(protein(), protein()), "range") == ("NTA (particles)", "BCA (protein)")


@pytest.mark.parametrize(
    ("exports", "assays", "lacking"),
    [
        ((NTA,), (), ("NTA (particles)", "BCA (protein)")),
        ((NTA, PBS), (), ("BCA (protein)",)),
        ((NTA, PBS | {"runs": [{"technique": "DLS"}]}), (), ("NTA (particles)", "BCA (protein)")),
        ((NTA, PBS), (BCA | {"blank": "PBS"},), ()),
        ((NTA,), ({"method": "NTA", "blank": "PBS, 2 particles per frame"},), ("BCA (protein)",)),
    ],
)
def test_a_blank_is_measured_by_the_method_or_stated(
    exports: tuple[dict[str, Any], ...], assays: tuple[dict[str, Any], ...], lacking: tuple[str, ...]
) -> None:
    assert without(of(protein(), exports=exports, assays=assays), "blank") == lacking


@pytest.mark.parametrize(
    ("method", "assays", "lacking"),
    [
        ("BCA", (BCA | {"instrument": "plate reader"},), ()),
        ("BCA", (BCA,), ("BCA (protein)",)),
        ("BCA", (), ("BCA (protein)",)),
        (None, (BCA | {"instrument": "plate reader"},), ("a method not stated (protein)",)),
    ],
)
def test_method_and_instrument_stand_in_the_export_or_among_the_assays(
    method: str | None, assays: tuple[dict[str, Any], ...], lacking: tuple[str, ...]
) -> None:
    assert without(of(protein(method), assays=assays), "instrument") == lacking


def test_particles_counted_by_hand_are_a_method_as_well() -> None:
    counted = {"measurand": "particle_concentration", "value": 1e10, "unit": "1/mL", "method": "TRPS"}
    assert without(of(counted, exports=()), "instrument") == ("TRPS (particles)",)
    assert without(of(counted), "instrument") == (), "the export goes before the number entered by hand"


def read_by(instrument: str, *, blank: bool) -> Batch:
    """A batch whose protein comes from a file of a plate reader, with or without blank wells."""
    made = of(exports=(NTA, PBS))
    file = replace(making.reading("plate.csv", instrument=instrument), measurements=())
    wells = Quantity(measurand="protein_concentration", value=3.0, unit="ug/mL", state=State.MEASURED, sample="it")
    values = [Value(sample="it", role="product", file=file.source, quantity=wells)]
    values += [replace(values[0], of_assay="blank")] if blank else []
    return replace(made, readings=(*made.readings, file), values=tuple(values))


@pytest.mark.parametrize(("blank", "lacking"), [(True, ()), (False, ("softmax_pro (protein)",))])
def test_the_export_of_an_instrument_names_it_and_may_hold_the_blank(blank: bool, lacking: tuple[str, ...]) -> None:
    made = read_by("softmax_pro", blank=blank)
    assert without(made, "blank") == lacking
    assert without(made, "instrument") == ()
    assert without(made, "range") == ("NTA (particles)", "softmax_pro (protein)")


@pytest.mark.parametrize(
    ("runs", "results", "found"),
    [
        ([{}], (), ()),
        ([{}, {"technique": "DLS"}], (), ("DLS",)),
        ([{"technique": "DLS"}], (), ("DLS",)),
        ([{}], ({"measurand": "z_average_diameter", "value": 120, "unit": "nm"},), ("DLS",)),
        ([{}], ({"measurand": "polydispersity_index", "value": 0.2, "unit": "1"},), ("DLS",)),
        ([{}], (protein(),), ()),
    ],
)
def test_light_scattering_is_an_ensemble_method(
    runs: list[dict[str, Any]], results: tuple[dict[str, Any], ...], found: tuple[str, ...]
) -> None:
    made = of(*results, exports=({"name": "it.csv", "runs": runs},))
    assert facts_of_single_vesicles(made, "it")["ensemble_methods"].value == found
    assert facts_of_single_vesicles(made, "PBS")["ensemble_methods"].value == ()


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ({}, ()),
        ({"storage_degC": 0, "freeze_thaw_cycles": 0, "stored_days": 0}, ("temperature", "time", "freeze-thaw cycles")),
        ({"buffer": "PBS", "tube": "low-binding"}, ("buffer", "tube")),
    ],
)
def test_zero_is_an_answer_to_how_a_product_was_kept(stated: dict[str, Any], names: tuple[str, ...]) -> None:
    sample = Sample.model_validate({"name": "it", "role": "product"} | stated)
    assert facts_of_keeping(of(), sample)["keeping_stated"].value == names


def test_a_measured_blank_or_a_statement_proves_depletion() -> None:
    samples = [{"name": "it", "role": "product"}, {"name": "PBS", "role": "process blank"}]
    made = facts_of_batch(of(samples=samples, exports=(NTA, PBS)))["depletion_verified_by"]
    assert made.value == ("PBS",)
    assert [evidence.name for evidence in made.evidence] == ["pbs.csv", "batch.toml"]
    said = facts_of_batch(of(statements={"depletion_verification": "3e7/mL"}))["depletion_verified_by"]
    assert said.value == ("3e7/mL",)
    assert facts_of_batch(of())["depletion_verified_by"].value == ()


@pytest.mark.parametrize(("blank", "lacking"), [(0.09, ()), (None, ("softmax_pro (protein)",))])
def test_a_standard_curve_states_its_range_and_may_hold_its_blank(
    blank: float | None, lacking: tuple[str, ...]
) -> None:
    plain = read_by("softmax_pro", blank=False)
    fitted = curve([0, 0.09], [25, 0.12], [2000, 2.09], blank=blank)
    readings = tuple(replace(r, curves=(fitted,)) if r.source.name == "plate.csv" else r for r in plain.readings)
    made = replace(plain, readings=readings)
    assert without(made, "range") == ("NTA (particles)",)
    assert without(made, "blank") == lacking
