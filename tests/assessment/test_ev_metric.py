"""EV-METRIC: what counts as reported, and the percentage with its fraction. Whole batches stand among the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import assess, subjects
from evqc.assessment.ev_metric import family, lacking_of
from evqc.batch.measuring import Antibody
from evqc.criteria.findings import Fact, Severity, Tally, Verdict
from evqc.criteria.load import shipped
from evqc.criteria.tally import score
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch

RECORD: dict[str, Any] = {
    "batch": {"id": "E-1", "product": "EV"},
    "samples": [{"name": "eluate", "role": "product"}],
}
COMPONENTS = tuple(f"EVM-{number:02}" for number in range(1, 10))


def batch(**more: Any) -> Batch:
    return making.batch(RECORD | more, [])


def fact(name: str, of: Batch) -> Fact:
    return next(s.facts[name] for s in subjects(of) if s.kind == "product")


def blot(marker: str, call: str = "positive", technique: str = "western blot") -> dict[str, str]:
    return {"sample": "eluate", "technique": technique, "marker": marker, "call": call}


@pytest.mark.parametrize(
    ("yes", "applicable", "percent"),
    [(7, 9, 78), (6, 8, 75), (4, 6, 67), (9, 9, 100), (3, 8, 38), (0, 6, 0), (1, 8, 13), (5, 8, 63), (1, 6, 17)],
)
def test_the_percentage_is_rounded_half_up_and_keeps_its_fraction(yes: int, applicable: int, percent: int) -> None:
    tally = Tally(criteria=9, applicable=applicable, assessed=applicable, passed=yes, failed=applicable - yes)
    found = score(tally)
    assert (found.yes, found.applicable, found.percent) == (yes, applicable, percent)


def test_the_profile_has_nine_components_and_gates_nothing() -> None:
    profile = shipped().profile("ev-metric")
    assert tuple(profile.criteria) == COMPONENTS
    assert {(c.kind, c.severity) for c in profile.criteria.values()} == {("reporting", Severity.NOTE)}
    assert "never gate a release" in profile.profile.about


def test_a_record_that_reports_nothing_has_no_percentage_while_the_isolation_is_open() -> None:
    (result,) = assess(batch(), ["ev-metric"]).profiles
    verdicts = {f.criterion: f.verdict for f in result.findings}
    assert verdicts.pop("EVM-05") is Verdict.NOT_ASSESSED
    assert verdicts.pop("EVM-08") is Verdict.NOT_APPLICABLE
    assert verdicts.pop("EVM-09") is Verdict.NOT_APPLICABLE
    assert set(verdicts.values()) == {Verdict.FAIL}
    assert result.score is not None
    assert (result.score.yes, result.score.applicable, result.score.percent) == (0, 7, None)


@pytest.mark.parametrize(
    ("technique", "of"),
    [
        ("western blot", "blot"),
        ("WB", "blot"),
        ("Dot blot", "blot"),
        ("bead-based flow cytometry", "flow cytometry"),
        ("MACSPlex", "flow cytometry"),
        ("ELISA", "immunoassay"),
        ("electrochemiluminescence immunoassay", "immunoassay"),
        ("SP-IRIS", "interferometry"),
        ("ExoView", "interferometry"),
        ("Aptamer pull-down", "aptamer pull-down"),
    ],
)
def test_techniques_are_known_as_people_write_them(technique: str, of: str) -> None:
    assert family(technique) == of


@pytest.mark.parametrize(
    ("antibody", "lacking"),
    [
        ({"clone": "MX-49", "dilution": "1:500"}, ()),
        ({"catalogue_number": "AB-1", "dilution": "2 µg/mL"}, ()),
        ({"clone": "MX-49"}, ("dilution",)),
        ({"dilution": "1:500", "supplier": "A", "lot": "7"}, ("clone or catalogue number",)),
        ({}, ("clone or catalogue number", "dilution")),
    ],
)
def test_what_an_antibody_lacks(antibody: dict[str, str], lacking: tuple[str, ...]) -> None:
    assert lacking_of(Antibody(marker="CD63", technique="western blot", **antibody)) == lacking


class TestAntibodies:
    def test_names_of_one_marker_are_one(self) -> None:
        antibodies = [{"marker": "PDCD6IP", "technique": "WB", "clone": "3A9", "dilution": "1:1000"}]
        found = fact("antibodies_not_specified", batch(markers=[blot("ALIX")], antibodies=antibodies))
        assert found.value == ()

    def test_an_antibody_of_another_technique_does_not_serve(self) -> None:
        antibodies = [{"marker": "CD63", "technique": "flow cytometry", "clone": "3A9", "dilution": "1:10"}]
        found = fact("antibodies_not_specified", batch(markers=[blot("CD63")], antibodies=antibodies))
        assert found.value == ("no antibody for CD63 (western blot)",)

    def test_what_was_not_tested_needs_none(self) -> None:
        found = fact("antibodies_not_specified", batch(markers=[blot("CD63", "not tested")]))
        assert found.value == ()

    def test_mass_spectrometry_needs_none(self) -> None:
        found = batch(markers=[blot("CD63", technique="LC-MS/MS proteomics")])
        assert fact("antibody_techniques", found).value == ()
        assert fact("antibodies_not_specified", found).value == ()


class TestSeparation:
    def test_specifics_of_every_step(self) -> None:
        steps = [
            {"method": "UC", "parameters": {"g_force": 100000, "time_min": 70}},
            {"method": "low-speed centrifugation", "parameters": {}},
            {"method": "sucrose cushion", "parameters": {"rotor": "SW 32 Ti"}},
        ]
        assert fact("ultracentrifugation_not_specified", batch(isolation=steps)).value == (
            "step 1, differential ultracentrifugation: rotor",
            "step 3, density cushion ultracentrifugation: g-force",
            "step 3, density cushion ultracentrifugation: duration",
        )

    def test_a_density_in_words_and_one_as_a_bound(self) -> None:
        step = {"method": "density gradient", "parameters": {"density_measured_g_per_ml": "1.08 to 1.12"}}
        bound = {"sample": "eluate", "measurand": "buoyant_density", "value": "<1.2", "unit": "g/cm3"}
        found = fact("buoyant_densities", batch(isolation=[step], results=[bound]))
        assert found.value == ("1.08 to 1.12 g/mL", "below range 1.2 g/mL")

    def test_a_density_is_no_protein_concentration(self) -> None:
        wrong = {"sample": "eluate", "measurand": "buoyant_density", "value": 1.1, "unit": "mg/mL"}
        with pytest.raises(ValueError, match="do not convert"):
            batch(results=[wrong])


class TestParticles:
    def test_a_number_entered_by_hand_is_a_number(self) -> None:
        result = {"sample": "eluate", "measurand": "particle_concentration", "value": 2e10, "unit": "1/mL"}
        assert fact("particle_numbers", batch(results=[result])).value == ("2e10 /mL",)

    def test_a_bound_is_no_number(self) -> None:
        result = {"sample": "eluate", "measurand": "particle_concentration", "value": "<1e7", "unit": "1/mL"}
        assert fact("particle_numbers", batch(results=[result])).value == ()

    def test_a_blot_is_no_picture_of_particles(self) -> None:
        image = {"path": "blot.png", "sample": "eluate", "method": "western blot"}
        found = batch(images=[image])
        assert fact("particles_pictured", found).value == ()
        assert fact("blots", found).value == ("western blot",)

    def test_atomic_force_microscopy_pictures_particles_and_is_no_electron_microscopy(self) -> None:
        images = [
            {"path": f"{view}.png", "sample": "eluate", "method": "atomic force microscopy", "view": view}
            for view in ("wide-field", "close-up")
        ]
        found = batch(images=images)
        assert fact("particles_pictured", found).value == ("atomic force microscopy",)
        assert fact("electron_microscopy_both_views", found).value == ()


def test_albumin_measured_as_a_quantity_is_a_protein_not_enriched() -> None:
    result = {"sample": "eluate", "measurand": "albumin_concentration", "value": "<5", "unit": "ng/mL"}
    assert fact("other_proteins_analysed", batch(results=[result])).value == ("Albumin",)
