"""Purity beside protein: particles lost to detergent, marker-positive ones, and contaminants with their index."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from evqc.isolation import Scored, derive
from evqc.isolation.shares import NO_REAGENT_BLANK
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.numerics.estimate import Estimate

UNITS = {"particle_concentration": "1/mL", "protein_concentration": "ug/mL", "albumin_concentration": "ng/mL",
         "apolipoprotein_a1_concentration": "ng/mL", "apolipoprotein_b_concentration": "ng/mL",
         "marker_positive_particles": "%", "detergent_labile_fraction": "%", "contaminant_share": "%",
         "analyte_concentration": "ug/mL"}  # fmt: skip
ROLES = {"EV": "product", "lysed": "detergent control", "reagents": "reagent blank"}


def stated(measurand: str, value: float | str, u: float | None = None, **more: Any) -> dict[str, Any]:
    known = {} if u is None else {"uncertainty": u, "replicates": 3}
    return {"sample": "EV", "measurand": measurand, "value": value, "unit": UNITS[measurand]} | known | more


def found(*results: dict[str, Any], runs: dict[str, tuple[float, ...]] | None = None, **tables: Any) -> dict[str, Any]:
    """What was derived of the product, by name; of several of one name the last."""
    names = ["EV", *(name for name in runs or {} if name != "EV")]
    record = {
        "batch": {"id": "B", "product": "P"},
        "samples": [{"name": name, "role": ROLES[name]} for name in names],
        "files": [{"path": f"{name}.csv", "sample": name, "dilution": 100} for name in runs or {}],
        "results": list(results),
    }
    described = [
        {
            "name": f"{name}.csv",
            "instrument": "nanosight",
            "runs": [{"name": f"{i}", "concentration": c} for i, c in enumerate(of)],
        }
        for name, of in (runs or {}).items()
    ]
    return {one.derived.title: one for one in derive(making.batch(record | tables, described))}


def estimate(of: dict[str, Scored], title: str) -> Estimate:
    made = of[title].derived.estimate
    assert made is not None, of[title].derived.why_missing
    return made


PARTICLES = stated("particle_concentration", 2e10, 2e9)
PER = "ng/1e9"


def test_particles_lost_to_detergent_are_counted_with_their_uncertainty() -> None:
    """4e8 before, 6e7 after, 2e7 in the reagents: a tenth is left."""
    made = estimate(
        found(runs={"EV": (3.8e8, 4.2e8), "lysed": (6.2e7, 5.8e7), "reagents": (2e7, 2.1e7, 1.9e7)}),
        "Particles lost to detergent",
    )
    assert made.value == pytest.approx(90.0, abs=0.5)
    assert made.lower is not None
    assert made.upper is not None
    assert made.lower < 90 < made.upper <= 100
    assert NO_REAGENT_BLANK not in made.flags


def test_without_reagent_blank_the_share_says_so() -> None:
    made = estimate(found(runs={"EV": (4e8, 4e8), "lysed": (8e7, 8.4e7)}), "Particles lost to detergent")
    assert made.value == pytest.approx(79.5)
    assert NO_REAGENT_BLANK in made.flags


def test_a_share_entered_by_hand_counts_where_none_was_counted() -> None:
    assert estimate(found(stated("detergent_labile_fraction", 88.0)), "Particles lost to detergent").value == 88.0
    assert "Particles lost to detergent" not in found(PARTICLES), "nobody measured it, and nobody is told it is zero"


def test_marker_positive_particles_by_marker_and_by_any_tetraspanin() -> None:
    shares = [stated("marker_positive_particles", v, 2.0, marker=m) for m, v in (("CD63", 40.0), ("CD81", 55.0))]
    of = found(*shares)
    assert estimate(of, "Particles positive for CD63").value == 40.0
    either = estimate(of, "Particles positive for CD63 or CD81")
    assert (either.relation, either.value, either.upper) == (">", 55.0, None)


def test_contaminants_per_particles_and_in_the_protein() -> None:
    of = found(PARTICLES, stated("protein_concentration", 50.0, 5.0), stated("albumin_concentration", 100.0, 10.0))
    albumin = estimate(of, "Albumin per particles")
    assert albumin.value == pytest.approx(5.0)
    assert albumin.unit == PER
    assert albumin.standard_uncertainty == pytest.approx(5 * math.hypot(0.1, 0.1))
    assert estimate(of, "Albumin in the protein").value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("albumin", "a1", "b", "relation", "value"),
    [
        (100.0, 20.0, 40.0, "=", 8.0),
        (100.0, 20.0, "<40", "<", 8.0),
        ("<100", "<20", "<40", "<", 8.0),
        (100.0, 20.0, None, ">", 6.0),
        (100.0, None, "<40", ">", 5.0),
        (100.0, ">20", None, ">", 6.0),
    ],
)
def test_the_index_is_a_bound_where_not_everything_is_known(
    albumin: Any, a1: Any, b: Any, relation: str, value: float
) -> None:
    names = ("albumin_concentration", "apolipoprotein_a1_concentration", "apolipoprotein_b_concentration")
    rows = [stated(name, each) for name, each in zip(names, (albumin, a1, b), strict=True) if each is not None]
    of = found(PARTICLES, *rows)
    made = estimate(of, next(title for title in of if title.startswith("Contaminant index")))
    assert (made.relation, made.unit) == (relation, PER)
    assert made.value == pytest.approx(value)


def test_an_index_of_nothing_but_bounds_says_why_there_is_none() -> None:
    of = found(PARTICLES, stated("albumin_concentration", "<100"))
    index = next(one for title, one in of.items() if title.startswith("Contaminant index"))
    assert index.derived.why_missing.startswith("Not all of them were measured")
    assert estimate(of, "Albumin per particles").relation == "<"


def test_calnexin_as_a_named_analyte() -> None:
    of = found(PARTICLES, stated("analyte_concentration", 0.1, marker="calnexin"))
    assert estimate(of, "Calnexin per particles").value == pytest.approx(5.0)
    assert not [title for title in of if "index" in title], "which is of plasma"


def test_a_protein_table_states_its_plasma_proteins() -> None:
    made = estimate(found(stated("contaminant_share", 12.5)), "Plasma and serum proteins by mass spectrometry")
    assert made.value == 12.5


def panel(marker: str, signal: float, limit: float = 20.0) -> dict[str, Any]:
    return {"sample": "EV", "technique": "bead array", "marker": marker, "signal": signal, "unit": "a.u.",
            "control_signal": 10.0, "limit_of_detection": limit}  # fmt: skip


@pytest.mark.parametrize(("signal", "relation", "value"), [(60.0, "=", 5.0), (15.0, "<", 1.0)])
def test_signals_stand_beside_those_of_the_tetraspanins(signal: float, relation: str, value: float) -> None:
    """Less the control of 10, CD9 and CD63 have 1000 on average; calnexin 50, or below its limit of 20."""
    of = found(markers=[panel("CD9", 910.0), panel("CD63", 1110.0), panel("Calnexin", signal)])
    made = estimate(of, "Calnexin by bead array, of the tetraspanins")
    assert made.relation == relation
    assert made.value == pytest.approx(value)


def test_calnexin_of_a_protein_table_stands_beside_the_tetraspanins() -> None:
    """Abundances of mass spectrometry have no control."""
    rows = [panel(name, signal) | {"technique": "mass spectrometry", "control_signal": None, "limit_of_detection": None,
                                   "call": "positive"}
            for name, signal in (("CD9", 900.0), ("CD63", 1100.0), ("Calnexin", 50.0))]  # fmt: skip
    made = estimate(found(markers=rows), "Calnexin by mass spectrometry, of the tetraspanins")
    assert made.value == pytest.approx(5.0)


def test_without_tetraspanins_there_is_nothing_to_compare_with() -> None:
    of = found(markers=[panel("CD9", 12.0), panel("Calnexin", 60.0)])
    assert not [title for title in of if "tetraspanins" in title]
