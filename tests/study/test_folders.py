"""Batch folders of a study: what they say of the aspects, and why they do not say more."""

from __future__ import annotations

from typing import Any

import pytest

from evqc.study.compare import compare
from evqc.study.folders import of_folder
from evqc.study.model import BatchOfStudy
from evqc.study.values import gather
from tests.assessment import making
from tests.study.making import opened

TFF = {"method": "TFF", "sample_in": "feed", "sample_out": "mid", "volume_in_ml": 100.0, "volume_out_ml": 10.0}
SEC = {"method": "SEC", "sample_in": "mid", "sample_out": "it", "volume_in_ml": 10.0, "volume_out_ml": 5.0}
ENTRY = BatchOfStudy(arm="TFF + SEC", pool="d1", name="T1", folder="t1")


def result(measurand: str, value: float | str, unit: str, sample: str = "it", **more: Any) -> dict[str, Any]:
    return {"sample": sample, "measurand": measurand, "value": value, "unit": unit} | more


NUMBERS = (
    result("particle_concentration", 6e9, "1/mL", "feed"),
    result("particle_concentration", 4e10, "1/mL", "mid"),
    result("particle_concentration", 6e10, "1/mL"),
    result("protein_concentration", 15, "ug/mL"),
    result("albumin_concentration", "<6", "ng/mL"),
    result("apolipoprotein_a1_concentration", 3, "ng/mL"),
    result("apolipoprotein_b_concentration", 9, "ng/mL"),
    result("marker_positive_particles", 60, "%", marker="CD63"),
    result("detergent_labile_fraction", 85, "%"),
    result("contaminant_share", 4, "%"),
)
CALLS = {"Albumin": "positive", "ApoA-I": "negative", "Calnexin": "negative"}


def panel(**calls: str) -> list[dict[str, Any]]:
    return [{"sample": "it", "technique": "western blot", "marker": m, "call": call} for m, call in calls.items()]


def batch(*results: dict[str, Any], **tables: Any) -> Any:
    record = {
        "batch": {"id": "B", "product": "P"},
        "source": {"volume_ml": 100, "cells_at_harvest": 1e7, "collection_hours": 48},
        "samples": [
            {"name": "it", "role": "product", "volume_ml": 5.0},
            {"name": "mid", "role": "step sample"},
            {"name": "feed", "role": "step sample"},
        ],
        "isolation": [TFF, SEC],
        "results": list(results or NUMBERS),
        "markers": panel(**CALLS),
    } | tables
    return making.batch(record, [])


def study(numbers: dict[str, Any] | None = None, of: Any = None) -> Any:
    entry = {"arm": "TFF + SEC", "pool": "d1", "name": "T1", "folder": "t1", "numbers": numbers or {}}
    arm = {"name": "TFF + SEC", "methods": ("TFF", "SEC")}
    given = {"study": {"id": "S", "title": "T"}, "arms": [arm], "batches": [entry]}
    return opened(given, T1=batch() if of is None else of)


@pytest.mark.parametrize(
    ("name", "lower", "upper"),
    [
        ("particles_per_protein", 4e9, 4e9),
        ("particles_total", 3e11, 3e11),
        ("feed_particles", 6e11, 6e11),
        ("particle_recovery", 50, 50),
        ("particles_per_ml_source", 3e9, 3e9),
        ("particles_per_million_cells", 3e10, 3e10),
        ("particles_per_day", 1.5e11, 1.5e11),
        ("albumin_per_particles", None, 0.1),
        ("apolipoprotein_per_particles", 0.2, 0.2),
        ("marker_positive_fraction", 60, 60),
        ("detergent_labile_fraction", 85, 85),
        ("contaminant_share", 4, 4),
    ],
)
def test_a_folder_gives_every_aspect(name: str, lower: float | None, upper: float) -> None:
    found = of_folder(batch(), ENTRY)
    assert not found.because
    assert found.calls == CALLS
    assert found.known[name].lower == (None if lower is None else pytest.approx(lower))
    assert found.known[name].upper == pytest.approx(upper)


def test_of_several_markers_the_share_is_known_between_bounds() -> None:
    shares = [result("marker_positive_particles", v, "%", marker=m) for m, v in (("CD63", 60), ("CD81", 30))]
    found = of_folder(batch(*shares), ENTRY).known["marker_positive_fraction"]
    assert (found.lower, found.upper) == (60, 90)
    assert "CD63 or CD81" in found.source


def test_one_apolipoprotein_is_a_lower_bound_of_both() -> None:
    found = of_folder(batch(*[r for r in NUMBERS if "_b_" not in r["measurand"]]), ENTRY)
    known = found.known["apolipoprotein_per_particles"]
    assert known.lower == pytest.approx(0.05)
    assert known.upper is None


@pytest.mark.parametrize(
    ("below", "ends"), [((60, "<2"), (60, 62)), (("<1", "<2"), (None, 3)), ((60, ">50"), (60, 100))]
)
def test_a_share_below_or_above_range_stays_a_bound(
    below: tuple[float | str, ...], ends: tuple[float | None, ...]
) -> None:
    shares = [
        result("marker_positive_particles", v, "%", marker=m) for m, v in zip(("CD63", "CD81"), below, strict=True)
    ]
    found = of_folder(batch(*shares), ENTRY).known["marker_positive_fraction"]
    assert (found.lower, found.upper) == ends


def test_units_of_a_folder_are_those_of_the_numbers() -> None:
    """150 ng/mL of albumin are 0.15 µg/mL; apolipoproteins as named analytes of an assay count as their own."""
    of_units = (
        result("albumin_concentration", 0.15, "ug/mL"),
        result("analyte_concentration", 0.03, "ug/mL", marker="ApoA-I"),
        result("apolipoprotein_b_concentration", 30, "ng/mL"),
        NUMBERS[2],
    )
    found = of_folder(batch(*of_units), ENTRY).known
    assert found["albumin_per_particles"].exact == pytest.approx(2.5)
    assert found["apolipoprotein_per_particles"].exact == pytest.approx(1.0)


def contaminants_of(*batches: Any) -> list[tuple[int, int]]:
    """Both ends in whole per cent."""
    entries = [{"arm": "TFF + SEC", "pool": f"d{i}", "name": f"T{i}", "folder": f"t{i}"} for i, _ in enumerate(batches)]
    given = {
        "study": {"id": "S", "title": "T"},
        "arms": [{"name": "TFF + SEC", "methods": ("TFF", "SEC")}],
        "batches": entries,
    }  # fmt: skip
    found = gather(opened(given, **{f"T{i}": of for i, of in enumerate(batches)})).observations
    own = [o for o in found if o.aspect == "contaminant_markers_negative"]
    return [(round(o.lower or 0), round(o.upper or 0)) for o in own]


def test_of_the_contaminants_that_panels_ask_for_the_negative_share_counts() -> None:
    assert contaminants_of(batch()) == [(67, 67)]
    less = batch(markers=panel(Albumin="negative", Calnexin="not tested"))
    assert contaminants_of(batch(), less) == [(67, 67), (33, 100)], "what it does not answer may be either"
    assert contaminants_of(batch(), batch(markers=[])) == [(67, 67)], "and no panel is not a negative one"
    assert contaminants_of(batch(markers=panel(Albumin="positive"))) == [(0, 0)]


@pytest.mark.parametrize(
    ("tables", "aspect", "because"),
    [
        ({"isolation": [SEC | {"sample_in": None}]}, "particle_recovery", "names no sample before it"),
        ({"samples": [{"name": n, "role": "step sample"} for n in ("it", "mid", "feed")]}, "particle_recovery",
         "no sample as its product"),
        ({"samples": [{"name": n, "role": "product"} for n in ("it", "mid", "feed")]}, "particles_per_protein",
         "several products (it, mid, feed)"),
        ({"source": {}}, "particles_per_million_cells", "cells at harvest is missing"),
        ({"results": [r for r in NUMBERS if r["measurand"] != "protein_concentration"]}, "particles_per_protein",
         "protein concentration is missing"),
        ({"results": [NUMBERS[2]]}, "marker_positive_fraction", "CD9, CD63 or CD81"),
        ({"results": [NUMBERS[2]]}, "contaminant_share", "No protein table of it"),
        ({"markers": []}, "contaminant_markers_negative", "asks for Albumin, ApoA-I, ApoB-100 or Calnexin"),
    ],
)  # fmt: skip
def test_what_a_folder_lacks_has_its_reason(tables: dict[str, Any], aspect: str, because: str) -> None:
    found = of_folder(batch(**tables), ENTRY)
    assert aspect not in found.known
    assert because in found.because[aspect]


def test_of_several_products_the_study_names_one() -> None:
    samples = [{"name": n, "role": "product", "volume_ml": 5} for n in ("it", "mid", "feed")]
    found = of_folder(batch(samples=samples), ENTRY.model_copy(update={"sample": "it"}))
    assert found.known["particles_per_protein"].exact == pytest.approx(4e9)
    wrong = of_folder(batch(samples=samples), ENTRY.model_copy(update={"sample": "that"}))
    assert "names no sample 'that'" in wrong.because["particle_recovery"]


def test_stated_numbers_add_what_the_folder_lacks() -> None:
    without_feed = batch(*[r for r in NUMBERS if r["sample"] != "feed"])
    found = gather(study({"feed_particles": 6e11}, without_feed))
    recovery = next(o for o in found.observations if o.aspect == "particle_recovery")
    assert recovery.exact == pytest.approx(50)
    assert "stated in the study" in recovery.source


def test_a_stated_number_that_contradicts_the_folder_is_noticed_and_does_not_count() -> None:
    found = gather(study({"feed_particles": 3e11}))
    assert next(o for o in found.observations if o.aspect == "particle_recovery").exact == pytest.approx(50)
    assert [(n.source, n.issue.code) for n in found.noticed] == [("T1", "NUMBERS_DISAGREE")]


def test_steps_that_are_not_those_of_the_method_are_noticed() -> None:
    found = gather(study(of=batch(isolation=[SEC | {"sample_in": "feed", "volume_in_ml": 100.0}])))
    assert [n.issue.code for n in found.noticed] == ["OTHER_METHODS"]


def test_more_out_than_in_is_noticed() -> None:
    more = [r | {"value": 1e9} if r["sample"] == "feed" else r for r in NUMBERS]
    assert [n.issue.code for n in gather(study(of=batch(*more))).noticed] == ["RECOVERY_ABOVE_100"]


def test_every_step_is_followed() -> None:
    found = [s for s in compare(study(), draws=100).steps if s.recovered == "particles"]
    assert [(s.number, s.method) for s in found] == [
        (1, "tangential flow filtration"), (2, "size-exclusion chromatography"),
    ]  # fmt: skip
    assert [s.percent.value for s in found if s.percent is not None] == [pytest.approx(400 / 6), pytest.approx(75)]


def test_what_is_missing_says_what_the_folder_lacks() -> None:
    found = compare(study(of=batch(NUMBERS[2])), draws=100)
    missing = {m.aspect: m for m in found.missing}
    assert missing["hours"].batch is None
    assert missing["particles_per_protein"].because == "The protein concentration is missing."
    assert missing["particle_recovery"].needed.startswith("particle concentration and volume")
