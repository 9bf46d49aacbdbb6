from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.isolation import Scored, derive
from evqc.isolation.concentrations import (
    MEASURED_OTHERWISE_LEFT_OUT,
    SCATTER_NOT_STATED,
    WITHOUT_TRACKS_LEFT_OUT,
    particle_concentration,
    protein_concentration,
    usable_runs,
)
from evqc.isolation.of_batch import products, purity_of
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.numerics.estimate import Estimate

TFF = {"method": "TFF", "sample_in": "feed", "sample_out": "it", "volume_in_ml": 100.0, "volume_out_ml": 10.0}


def result(measurand: str, value: float | str, unit: str, sample: str = "it", **more: Any) -> dict[str, Any]:
    return {"sample": sample, "measurand": measurand, "value": value, "unit": unit} | more


def batch(*runs: dict[str, Any], feed: list[dict[str, Any]] | None = None, **tables: Any) -> Any:
    exports = [{"name": "it.csv", "runs": list(runs)}] if runs else []
    exports += [{"name": "feed.csv", "runs": feed}] if feed else []
    files = [{"path": "it.csv", "sample": "it", "dilution": 100}] if runs else []
    files += [{"path": "feed.csv", "sample": "feed", "dilution": 10}] if feed else []
    record = {
        "batch": {"id": "B", "product": "P"},
        "source": {"volume_ml": 100, "cells_at_harvest": 1e7, "collection_hours": 48},
        "samples": [{"name": "it", "role": "product"}, {"name": "feed", "role": "step sample"}],
        "isolation": [TFF],
        "files": files,
    } | tables
    return making.batch(record, exports)


def by_name(of: Any) -> dict[str, Scored]:
    return {one.derived.name: one for one in derive(of)}


def estimate(scored: Scored) -> Estimate:
    assert scored.derived.estimate is not None, scored.derived.why_missing
    return scored.derived.estimate


THREE = ({"concentration": 1.0e8}, {"concentration": 1.2e8}, {"concentration": 1.4e8})


def test_the_concentration_is_the_mean_of_usable_runs_undiluted() -> None:
    found = particle_concentration(batch(*THREE), "it")
    assert found is not None
    assert found.value == pytest.approx(1.2e10)
    assert (found.n, found.replicates, found.flags) == (3, "runs", ())


def test_empty_runs_are_left_out_and_said_so() -> None:
    found = particle_concentration(batch(*THREE, {"tracks": 0}), "it")
    assert found is not None
    assert found.value == pytest.approx(1.2e10)
    assert found.flags == (WITHOUT_TRACKS_LEFT_OUT,)


def test_a_dilution_unknown_of_one_run_leaves_the_mean_unknown() -> None:
    of = batch({"dilution": 100}, {}, files=[{"path": "it.csv", "sample": "it"}])
    assert particle_concentration(of, "it") is None
    assert "missing" in by_name(of)["particles_per_protein"].derived.why_missing


def test_without_runs_the_number_entered_by_hand_counts() -> None:
    found = particle_concentration(batch(results=[result("particle_concentration", 2e10, "1/mL")]), "it")
    assert found is not None
    assert found.value == 2e10


def test_runs_of_one_technique_are_taken() -> None:
    of = batch({"concentration": 1e8}, {"technique": "TRPS", "concentration": 9e8}, {"technique": "DLS"})
    assert [run.distribution.technique for run in usable_runs(of, "it")] == ["NTA"]


SCATTER = {"settings": {"filter": "scatter"}}
FLUORESCENCE = {"settings": {"filter": "500"}}


@pytest.mark.parametrize(
    ("runs", "taken", "flags"),
    [
        (
            [{"settings": {"filter": "scatter"}}] * 2 + [{"settings": {"filter": "500"}}],
            2,
            (MEASURED_OTHERWISE_LEFT_OUT,),
        ),
        ([{"settings": {"filter": "scatter"}}, {"settings": {"filter": "500"}}], 1, (MEASURED_OTHERWISE_LEFT_OUT,)),
        ([{}, {}, {"technique": "TRPS"}, {"tracks": 0}], 2, (WITHOUT_TRACKS_LEFT_OUT, MEASURED_OTHERWISE_LEFT_OUT)),
        ([{"technique": "TRPS"}, {"technique": "TRPS"}, {}], 1, (MEASURED_OTHERWISE_LEFT_OUT,)),
        ([{}, {}], 2, ()),
    ],
)
def test_runs_that_do_not_measure_alike_are_no_replicates(
    runs: list[dict[str, Any]], taken: int, flags: tuple[str, ...]
) -> None:
    """Tracking counts before pulse sensing; of one technique the way most runs were measured, else the first."""
    found = particle_concentration(batch(*runs), "it")
    assert found is not None
    assert found.n == taken
    assert set(flags) == set(found.flags) & {WITHOUT_TRACKS_LEFT_OUT, MEASURED_OTHERWISE_LEFT_OUT}


@pytest.mark.parametrize(
    ("results", "value", "relation"),
    [
        ([result("protein_concentration", 5.0, "ug/mL")], 5.0, "="),
        ([result("protein_concentration", 0.005, "mg/mL")], 5.0, "="),
        ([result("protein_concentration", "<5", "ug/mL")], 5.0, "<"),
        ([result("protein_mass", 50.0, "ug")], 5.0, "="),
        ([result("protein_concentration", 4.0, "ug/mL"), result("protein_concentration", 6.0, "ug/mL")], 5.0, "="),
        ([result("protein_concentration", 5.0, "ug/mL"), result("protein_mass", 900.0, "ug")], 5.0, "="),
    ],
)
def test_protein(results: list[dict[str, Any]], value: float, relation: str) -> None:
    found = protein_concentration(batch(results=results), "it")
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.relation == relation


def test_a_stated_uncertainty_makes_the_interval() -> None:
    """5 ± 0.5 of three determinations: t with 2 degrees of freedom is 4.303."""
    stated = result("protein_concentration", 5.0, "ug/mL", uncertainty=0.5, replicates=3)
    found = protein_concentration(batch(results=[stated]), "it")
    assert found is not None
    assert found.n == 3
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower * found.upper == pytest.approx(25.0), "symmetric on the log scale"
    assert found.upper / 5.0 == pytest.approx(2.718281828 ** (4.3027 * 0.1), rel=1e-4)


def test_several_determinations_without_scatter_say_so() -> None:
    found = protein_concentration(batch(results=[result("protein_concentration", 5.0, "ug/mL", replicates=3)]), "it")
    assert found is not None
    assert (found.n, found.lower, found.flags) == (3, None, (SCATTER_NOT_STATED,))


def test_purity_comes_with_its_ceiling() -> None:
    """1.2e10 /mL by 4 µg/mL is 3e9 /µg."""
    of = batch(*THREE, results=[result("protein_concentration", 4.0, "ug/mL")])
    found = by_name(of)["particles_per_protein"]
    assert estimate(found).value == pytest.approx(3e9)
    assert found.sample == "it"
    physical = purity_of(of, "it").physical
    assert physical is not None
    assert found.ceiling_per_ug == physical.ceiling_per_ug


def test_yields_of_the_product() -> None:
    """1.2e10 /mL in 10 mL: 1.2e11 particles of 1e7 cells, 100 mL and two days."""
    found = by_name(batch(*THREE))
    expected = {
        "particle_count": 1.2e11,
        "particles_per_million_cells": 1.2e10,
        "particles_per_ml_medium": 1.2e9,
        "particles_per_day": 6e10,
        "particles_per_million_cells_per_day": 6e9,
    }
    assert {name: estimate(found[name]).value for name in expected} == pytest.approx(expected)


def test_recovery_of_a_step_uses_the_volumes_of_the_step() -> None:
    """Feed 3e8 · 10 · 100 mL = 3e11; out 1.2e11: 40 %."""
    found = by_name(batch(*THREE, feed=[{"concentration": 3e8}] * 2))["step_recovery"]
    assert estimate(found).value == pytest.approx(40.0)
    assert (found.step, found.recovered, found.sample) == (1, "particles", "it")


def test_recovery_of_protein_only_where_both_sides_were_measured() -> None:
    both = [result("protein_concentration", 5.0, "ug/mL"), result("protein_concentration", 10.0, "ug/mL", "feed")]
    recovered = [one for one in derive(batch(results=both)) if one.recovered == "protein"]
    assert estimate(recovered[0]).value == pytest.approx(100 * 50 / 1000)
    assert not [one for one in derive(batch(results=both[:1])) if one.recovered == "protein"]


def test_what_is_missing_names_the_sample_that_lacks_it() -> None:
    found = by_name(batch(*THREE))["step_recovery"]
    assert found.derived.estimate is None
    assert found.derived.why_missing.startswith("feed: ")


def test_blanks_have_no_purity_and_other_samples_with_protein_have() -> None:
    roles = {"it": "product", "feed": "step sample", "PBS": "diluent blank"}
    of = batch(
        *THREE,
        samples=[{"name": name, "role": role} for name, role in roles.items()],
        results=[result("protein_concentration", 1.0, "ug/mL", name) for name in roles],
    )
    assert [s.sample for s in derive(of) if s.derived.name == "particles_per_protein"] == ["it", "feed"]


def test_without_a_record_there_is_nothing_to_derive_from_sizes_alone() -> None:
    of = making.batch(None, [{"name": "a.csv", "runs": [{}]}])
    assert products(of) == ()
    assert derive(of) == ()


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([result("protein_concentration", 5.0, "ug/mL", "feed")], None),
        ([result("protein_concentration", "<5", "ug/mL"), result("protein_concentration", 9, "ug/mL", "feed")], "<"),
    ],
)
def test_recovery_of_protein_below_range_is_a_bound(results: list[dict[str, Any]], said: str | None) -> None:
    recovered = [one for one in derive(batch(results=results)) if one.recovered == "protein"]
    assert [estimate(one).relation for one in recovered] == ([said] if said else [])
