"""What becomes of particles, protein and contaminants along a process whose numbers are known."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.isolation.process import Fate, Process, process_of
from evqc.isolation.process_causes import LESS, LIQUID_LACKING, MORE_MASS, MORE_PARTICLES, PART_NOT_PROCESSED
from evqc.isolation.process_results import BALANCE_TOO_HIGH, BALANCE_TOO_LOW
from evqc.isolation.yields import ABOVE_100_PERCENT
from evqc.records import from_plain, to_plain
from tests.assessment import making

#: Sample, particles per mL, protein in µg/mL, volume in mL.
TFF = (("feed", 1e9, 100.0, 100.0), ("retentate", 8e9, 40.0, 10.0), ("permeate", 1e8, 90.0, 90.0))
UNITS = {"particle_concentration": "1/mL", "protein_concentration": "ug/mL", "albumin_concentration": "ng/mL",
         "marker_positive_particles": "%"}  # fmt: skip


def result(sample: str, measurand: str, value: float | str, cv: float | None = 0.1, **more: Any) -> dict[str, Any]:
    stated = {} if cv is None or isinstance(value, str) else {"uncertainty": cv * value, "replicates": 3}
    return {"sample": sample, "measurand": measurand, "value": value, "unit": UNITS[measurand]} | stated | more


def counted(*samples: tuple[str, float, float, float]) -> list[dict[str, Any]]:
    return [
        row
        for name, particles, protein, _ in samples
        for row in (result(name, "particle_concentration", particles), result(name, "protein_concentration", protein))
    ]


def made(of: tuple[tuple[str, float, float, float], ...] = TFF, /, *more: dict[str, Any], **tables: Any) -> Process:
    """A concentration by tangential flow filtration, every number entered by hand with a relative error of 10 %."""
    record = {
        "batch": {"id": "B", "product": "P"},
        "samples": [
            {"name": name, "role": "step sample", "volume_ml": volume}
            | ({"from_step": 1} if name == "permeate" else {})
            for name, _, _, volume in of
        ],
        "isolation": [{"method": "TFF", "sample_in": "feed", "sample_out": "retentate"}],
        "results": [*counted(*of), *more],
    }
    return process_of(making.batch(record | tables, []))


def fate(of: Process, quantity: str = "particles", *, overall: bool = False) -> Fate:
    return next(each for each in (of.overall if overall else of.steps) if each.quantity == quantity)


def value(derived: Any) -> float:
    assert derived.estimate is not None, derived.why_missing
    assert derived.estimate.value is not None
    return float(derived.estimate.value)


def test_particles_in_out_beside_and_lost() -> None:
    """1e11 in; 8e10 in the retentate, 9e9 in the permeate, 1.1e10 in neither."""
    found = fate(made())
    assert (value(found.feed.amount), value(found.product.amount)) == pytest.approx((1e11, 8e10))
    assert {f.sample: value(f.amount) for f in found.beside} == pytest.approx({"permeate": 9e9})
    assert value(found.recovery) == pytest.approx(80.0)
    assert value(found.balance) == pytest.approx(89.0)
    assert value(found.lost) == pytest.approx(1.1e10)
    assert found.lost.estimate is not None
    assert found.lost.estimate.standard_uncertainty == pytest.approx(0.1 * math.sqrt(1e22 + 6.4e21 + 8.1e19))
    assert found.remarks == ()


def test_volumes_concentrate_more_than_particles() -> None:
    """Ten times less volume and eight times the concentration: 80 % recovered."""
    found = fate(made())
    assert value(found.volumetric_factor) == pytest.approx(10.0)
    assert value(found.concentration_factor) == pytest.approx(8.0)
    ratio = value(found.concentration_factor) / value(found.volumetric_factor)
    assert 100 * ratio == pytest.approx(value(found.recovery))


def test_enrichment_over_protein_and_clearance_of_it() -> None:
    """1e7 particles a µg before, 2e8 after; 400 of 10 000 µg are left."""
    of = made()
    enriched = fate(of).enrichment
    assert enriched is not None
    assert value(enriched) == pytest.approx(20.0)
    protein = fate(of, "protein")
    assert protein.clearance is not None
    assert value(protein.clearance) == pytest.approx(math.log10(25.0))
    assert protein.clearance.estimate is not None
    assert protein.clearance.estimate.standard_uncertainty == pytest.approx(math.hypot(0.1, 0.1) / math.log(10))
    assert (fate(of).clearance, protein.enrichment) == (None, None)
    assert value(protein.balance) == pytest.approx(100 * (400 + 8100) / 1e4)


def test_a_contaminant_below_its_range_is_cleared_by_more_than_a_number() -> None:
    of = made(TFF, result("feed", "albumin_concentration", 500.0), result("retentate", "albumin_concentration", "<2"))
    albumin = fate(of, "albumin")
    assert albumin.clearance is not None
    assert albumin.clearance.estimate is not None
    assert albumin.clearance.estimate.relation == ">"
    assert value(albumin.clearance) == pytest.approx(math.log10(50_000 / 20))
    assert albumin.balance.why_missing.startswith("permeate: the concentration of albumin is missing")
    assert albumin.lost.why_missing == albumin.balance.why_missing


def test_marker_positive_particles_are_their_share_of_the_particles() -> None:
    rows = [result(name, "marker_positive_particles", share, 0.05, marker="CD63") for name, share in
            (("feed", 20.0), ("retentate", 60.0), ("permeate", 10.0))]  # fmt: skip
    found = fate(made(TFF, *rows), "CD63-positive particles")
    assert value(found.feed.amount) == pytest.approx(2e10)
    assert value(found.recovery) == pytest.approx(240.0)
    assert found.enrichment is not None
    assert value(found.enrichment) == pytest.approx(60.0)
    assert found.feed.amount.estimate is not None
    assert found.feed.amount.estimate.standard_uncertainty == pytest.approx(2e10 * math.hypot(0.1, 0.05))


@pytest.mark.parametrize(
    ("retentate", "permeate", "flags", "words"),
    [
        (8e9, 1e8, (), ()),
        (6e9, 1e7, (BALANCE_TOO_LOW,), ("Part of the particles was not found again (61 %)", *LESS)),
        (1.1e10, 1e8, (), ("More particles came out than went in (110 %)", "holds 100 %, so that", *MORE_PARTICLES)),
        (2e10, 1e8, (BALANCE_TOO_HIGH,), ("(200 %)", "(209 %)", "does not hold 100 %")),
    ],
)
def test_what_does_not_close_is_told_with_its_causes(
    retentate: float, permeate: float, flags: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = fate(made((TFF[0], ("retentate", retentate, 40.0, 10.0), ("permeate", permeate, 90.0, 90.0))))
    assert found.balance.estimate is not None
    assert {BALANCE_TOO_LOW, BALANCE_TOO_HIGH} & set(found.balance.estimate.flags) == set(flags)
    told = " ".join(found.remarks)
    assert all(each in told for each in words), told
    assert bool(told) == bool(words)


def test_more_protein_than_went_in_has_causes_of_its_own() -> None:
    told = fate(made((TFF[0], ("retentate", 8e9, 2000.0, 10.0), TFF[2])), "protein").remarks
    assert all(cause in told[0] for cause in MORE_MASS)


def test_single_measurements_say_that_nothing_tells_their_scatter() -> None:
    rows = [result(n, "particle_concentration", v, None) for n, v in (("feed", 1e9), ("retentate", 1.2e10))]
    found = fate(made(TFF, results=rows))
    assert "Single measurements do not tell" in found.remarks[0]
    assert found.recovery.estimate is not None
    assert ABOVE_100_PERCENT in found.recovery.estimate.flags


def test_nothing_beside_the_product_leaves_the_balance_open() -> None:
    """The feed minus the product stays: it is not in the product, and nobody knows where it is."""
    found = fate(made(TFF[:2]))
    assert "from_step" in found.balance.why_missing
    assert value(found.lost) == pytest.approx(2e10)
    assert found.lost.title == "Not in the product"


STEPS = [
    {"method": "TFF", "sample_in": "feed", "sample_out": "retentate", "volume_in_ml": 100, "volume_out_ml": 10},
    {"method": "SEC", "volume_in_ml": 10, "volume_out_ml": 20},
    {"method": "UF", "sample_out": "product", "volume_in_ml": 20, "volume_out_ml": 4},
]
LONG = (("feed", 1e9, 100.0, 100.0), ("retentate", 8e9, 40.0, 10.0), ("product", 1e10, 5.0, 4.0))


def test_steps_without_samples_are_taken_together_and_the_whole_from_its_ends() -> None:
    of = made(LONG, isolation=STEPS)
    particles = [each for each in of.steps if each.quantity == "particles"]
    assert [(f.first, f.last, len(f.methods)) for f in particles] == [(1, 1, 1), (2, 3, 2)]
    assert [value(f.recovery) for f in particles] == pytest.approx([80.0, 50.0])
    whole = fate(of, overall=True)
    assert (whole.first, whole.last) == (1, 3)
    assert value(whole.recovery) == pytest.approx(40.0)
    assert whole.recovery.estimate is not None
    assert whole.recovery.estimate.standard_uncertainty == pytest.approx(40 * math.hypot(0.1, 0.1)), "not of three"
    assert [value(f.volumetric_factor) for f in (*particles, whole)] == pytest.approx([10.0, 2.5, 25.0])


def test_protein_measured_at_the_ends_only_spans_all_steps() -> None:
    rows = [row for row in counted(*LONG) if not (row["sample"] == "retentate" and "protein" in row["measurand"])]
    of = made(LONG, isolation=STEPS, results=rows)
    assert [(f.first, f.last) for f in of.steps if f.quantity == "protein"] == [(1, 3)]
    assert not [f for f in of.overall if f.quantity == "protein"]


def test_what_was_kept_back_is_said() -> None:
    steps = [STEPS[0], STEPS[1] | {"volume_in_ml": 5}, STEPS[2]]
    whole = fate(made(LONG, isolation=steps), overall=True)
    assert whole.recovery.estimate is not None
    assert PART_NOT_PROCESSED in whole.recovery.estimate.flags
    assert any("kept back" in each for each in whole.remarks)


def test_a_missing_count_names_its_sample() -> None:
    rows = [row for row in counted(*TFF) if not (row["sample"] == "retentate" and "particle" in row["measurand"])]
    found = fate(made(TFF, results=rows))
    assert found.recovery.why_missing == "retentate: the concentration of particles is missing."
    assert "particles" in found.concentration_factor.why_missing


def test_fractions_that_were_pooled_are_not_counted_twice() -> None:
    """The pool holds fractions 2 and 3; fractions 1 and 4 lie beside it."""
    parts = (("F1", 1e9, 5.0, 1.0), ("F2", 4e10, 9.0, 1.0), ("F3", 3e10, 9.0, 1.0), ("F4", 5e9, 90.0, 1.0))
    rows = counted(("feed", 1e11, 150.0, 1.0), ("pool", 3.5e10, 9.0, 2.0), *parts)
    samples = [{"name": n, "role": "step sample", "volume_ml": v} for n, v in (("feed", 1), ("pool", 2))]
    samples += [
        {"name": f"F{i}", "role": "step sample", "volume_ml": 1, "from_step": 1, "fraction": i} for i in range(1, 5)
    ]
    step = {"method": "SEC", "sample_in": "feed", "sample_out": "pool", "parameters": {"fractions_pooled": "2-3"}}
    found = fate(made(results=rows, samples=samples, isolation=[step]))
    assert [f.sample for f in found.beside] == ["F1", "F4"]
    assert value(found.balance) == pytest.approx(76.0)
    unknown = fate(made(results=rows, samples=samples, isolation=[step | {"parameters": {}}]))
    assert "fractions_pooled" in unknown.balance.why_missing
    assert value(unknown.recovery) == pytest.approx(70.0)


def test_without_record_or_steps_nothing_is_followed() -> None:
    assert process_of(making.batch(None, [])) == Process(steps=(), overall=())
    assert made(isolation=[], samples=[{"name": n, "role": "product"} for n, *_ in TFF]) == Process(
        steps=(), overall=()
    )


def test_a_process_survives_its_document() -> None:
    of = made(LONG, isolation=STEPS)
    assert from_plain(Process, to_plain(of)) == of


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6), st.floats(1e6, 1e12))
def test_what_is_divided_adds_up_again(shares: list[float], particles: float) -> None:
    """Whatever the shares in product, permeate and further streams, the balance is 100 % and nothing is lost."""
    whole, names = math.fsum(shares), ["retentate", "permeate", "flush 1", "flush 2", "flush 3", "flush 4"]
    parts = dict(zip(names, [share / whole for share in shares], strict=False))
    rows = [result("feed", "particle_concentration", particles)]
    rows += [result(name, "particle_concentration", share * particles) for name, share in parts.items()]
    samples = [
        {"name": "feed", "role": "step sample", "volume_ml": 10},
        {"name": "retentate", "role": "product", "volume_ml": 10},
    ]
    samples += [{"name": n, "role": "step sample", "volume_ml": 10, "from_step": 1} for n in parts if n != "retentate"]
    found = fate(made(results=rows, samples=samples))
    assert value(found.balance) == pytest.approx(100.0)
    assert value(found.lost) == pytest.approx(0.0, abs=1e-6 * particles)
    assert value(found.recovery) == pytest.approx(100 * parts["retentate"])


def test_a_fraction_that_goes_on_is_no_waste() -> None:
    """Fraction 2 of the column is what the next step takes in: over both steps it is not lost beside the product."""
    rows = counted(
        ("feed", 1e10, 9.0, 10.0), ("F1", 1e9, 1.0, 5.0), ("F2", 1e10, 1.0, 5.0), ("product", 4e10, 1.0, 1.0)
    )
    samples = [{"name": n, "role": "step sample", "volume_ml": v} for n, v in (("feed", 10), ("product", 1))]
    samples += [{"name": f"F{i}", "role": "step sample", "volume_ml": 5, "from_step": 1, "fraction": i} for i in (1, 2)]
    steps = [{"method": "SEC", "sample_in": "feed"}, {"method": "UF", "sample_in": "F2", "sample_out": "product"}]
    of = made(results=rows, samples=samples, isolation=steps)
    first, whole = fate(of), fate(of, overall=True)
    assert (first.product.sample, [f.sample for f in first.beside]) == ("F2", ["F1"])
    assert [f.sample for f in whole.beside] == ["F1"]
    assert value(first.balance) == pytest.approx(55.0)
    assert "step 2" in whole.balance.why_missing, "nothing beside the product of step 2 is named"
    assert value(whole.lost) == pytest.approx(1e11 - 4e10 - 5e9)


TWO_STEPS = [
    {"method": "TFF", "sample_in": "feed", "sample_out": "retentate", "volume_in_ml": 100, "volume_out_ml": 10},
    {"method": "TFF", "sample_in": "retentate", "sample_out": "product", "volume_in_ml": 10, "volume_out_ml": 10},
]


def test_a_balance_over_steps_one_of_which_names_nothing_beside_its_product_is_open() -> None:
    """The permeate of step 1 is known, the wash of step 2 is not: the sum would read as all that there was."""
    of = made((*TFF, ("product", 7e9, 10.0, 10.0)), isolation=TWO_STEPS)
    whole = fate(of, overall=True)
    assert whole.balance.why_missing == "No permeate, wash or waste of step 2 is named (from_step)."
    assert value(whole.lost) == pytest.approx(1e11 - 7e10 - 9e9)
    assert whole.lost.title == "In nothing that was measured"
    assert value(whole.recovery) == pytest.approx(70.0)


def test_liquid_that_is_nowhere_is_told_beside_the_balance() -> None:
    """10 mL of product and 40 mL of permeate of the 100 mL that went in."""
    found = fate(made((TFF[0], TFF[1], ("permeate", 1e8, 90.0, 40.0))))
    assert found.balance.estimate is not None
    assert LIQUID_LACKING in found.balance.estimate.flags
    assert any("50 of 100 mL" in each for each in found.remarks), found.remarks
    assert not fate(made()).remarks


def test_two_products_of_one_feed_are_no_process_of_two_steps() -> None:
    """Half of the feed goes through each of two columns: nothing passed both of them."""
    steps = [
        {"method": "SEC", "sample_in": "feed", "sample_out": "A", "volume_in_ml": 50, "volume_out_ml": 10},
        {"method": "UC", "sample_in": "feed", "sample_out": "B", "volume_in_ml": 50, "volume_out_ml": 10},
        {"method": "UF", "sample_in": "B", "sample_out": "C", "volume_in_ml": 10, "volume_out_ml": 1},
    ]
    of = made((TFF[0], ("A", 4e9, 4.0, 10.0), ("B", 3e9, 4.0, 10.0), ("C", 2e10, 4.0, 1.0)), isolation=steps)
    particles = [f for f in of.steps if f.quantity == "particles"]
    assert [(f.first, f.feed.sample, f.product.sample) for f in particles] == [
        (1, "feed", "A"), (2, "feed", "B"), (3, "B", "C"),
    ]  # fmt: skip
    whole = fate(of, overall=True)
    assert (whole.first, whole.last, whole.feed.sample, whole.product.sample) == (2, 3, "feed", "C")
    assert value(whole.recovery) == pytest.approx(100 * 2e10 / 5e10)


def test_the_volume_of_the_source_is_that_of_the_first_feed() -> None:
    samples = [
        {"name": "feed", "role": "step sample"},
        {"name": "retentate", "role": "product", "volume_ml": 10},
    ]
    found = fate(made(TFF[:2], samples=samples, source={"volume_ml": 100}))
    assert value(found.recovery) == pytest.approx(80.0)


def test_little_protein_left_is_no_fault_of_a_step() -> None:
    found = fate(made(), "protein").recovery.estimate
    assert found is not None
    assert found.value == pytest.approx(4.0)
    assert found.flags == ()


def test_a_bound_says_whether_all_on_its_side_is_below_what_went_in() -> None:
    known: dict[str, float | str] = {"feed": 1e9, "retentate": 3e9, "permeate": "<1e6"}
    rows = [result(name, "particle_concentration", each) for name, each in known.items()]
    (told,) = fate(made(TFF, results=rows)).remarks
    assert told.startswith("Part of the particles was not found again (< 30 %). Its 95 % interval does not hold 100 %.")
