"""Measurements tied to samples: dilutions, bounds, units, panels by hand, copies that are no replicates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.batch.join import join, join_without_record, with_dilution
from evqc.measurement import Call, SizeDistribution, State
from tests.batch.readings import BEADS, NTA, RECORD, panel, quantity, reading, refused_reading, run
from tests.batch.records import full

_FILES = '[[files]]\npath = "nta/beads.csv"\n'


def more_files(*entries: str) -> tuple[str, str]:
    """The full record with further entries before the bead check."""
    return _FILES, "".join(f"[[files]]\n{entry}\n\n" for entry in entries) + _FILES


def test_runs_come_in_the_order_of_the_record_with_their_roles() -> None:
    joined = join(full(), RECORD, (BEADS, NTA))
    assert [(r.sample, r.role, r.bead_nm, r.file.name) for r in joined.runs] == [
        ("EV-1", "product", None, "nta/EV-1.csv"),
        ("EV-1", "product", None, "nta/EV-1.csv"),
        ("bead check", "reference", 100.0, "nta/beads.csv"),
    ]


def test_dilution_of_the_record_stands_in_where_the_export_states_none() -> None:
    first = join(full(), RECORD, (NTA, BEADS)).runs[0].distribution
    assert (first.dilution.factor, first.dilution.source) == (1000.0, "batch record")
    assert not first.dilution.already_applied
    assert first.concentration_total_per_ml.undiluted == 2e11
    assert first.concentration_total_per_ml.reported == 2e8


def test_dilution_of_the_export_is_never_overwritten() -> None:
    joined = join(full(), RECORD, (reading("nta/EV-1.csv", run(dilution=500.0)),))
    (only,) = joined.runs
    assert (only.distribution.dilution.factor, only.distribution.dilution.source) == (500.0, "file")
    assert only.distribution.concentration_total_per_ml.undiluted == 1e11


def test_without_any_dilution_the_undiluted_concentration_stays_unknown() -> None:
    joined = join(full(("dilution = 1000\n", "")), RECORD, (NTA,))
    assert {r.distribution.concentration_total_per_ml.undiluted for r in joined.runs} == {None}


@pytest.mark.parametrize(
    ("reported", "correction", "undiluted"), [(2e8, 1.0, 2e9), (2e8, 1.5, 3e9), (None, 1.0, 1.9e9)]
)
def test_undiluted_is_the_instruments_number_or_the_sum_of_the_bins(
    reported: float | None, correction: float, undiluted: float
) -> None:
    diluted = with_dilution(run(reported=reported, correction=correction), 10)
    assert diluted.concentration_total_per_ml.undiluted == pytest.approx(undiluted, rel=1e-12)


@given(stated=st.floats(1, 1e6), reported=st.floats(1, 1e12))
def test_dilution_scales_and_leaves_what_was_measured(stated: float, reported: float) -> None:
    before = run(reported=reported)
    after = with_dilution(before, stated)
    assert after.concentration_total_per_ml.undiluted == reported * stated
    assert after.concentration_total_per_ml.reported == reported
    assert after.concentration_per_ml is before.concentration_per_ml
    assert with_dilution(before, None) is before


def test_results_become_values_in_canonical_units() -> None:
    changes = (('unit = "ug/mL"', 'unit = "mg/mL"'),)
    protein, endotoxin = join(full(*changes), RECORD, ()).values
    assert (protein.quantity.value, protein.quantity.unit) == (12500.0, "ug/mL")
    assert (protein.uncertainty, protein.replicates) == (500.0, 3)
    assert (protein.sample, protein.role, protein.file) == ("EV-1", "product", RECORD)
    assert protein.quantity.where.field == "results[1]"
    assert (endotoxin.quantity.state, endotoxin.quantity.bound) == (State.BELOW_RANGE, 0.05)
    assert endotoxin.quantity.value is None


@pytest.mark.parametrize(
    ("value", "state", "number", "bound"),
    [
        ("0.0", State.MEASURED, 0.0, None),
        ('"<0.5"', State.BELOW_RANGE, None, 0.5),
        ('"> 600"', State.ABOVE_RANGE, None, 600.0),
        ('">1e3"', State.ABOVE_RANGE, None, 1000.0),
    ],
)
def test_bounds_are_states_and_zero_is_a_number(
    value: str, state: State, number: float | None, bound: float | None
) -> None:
    (first, _) = join(full(("value = 12.5", f"value = {value}")), RECORD, ()).values
    assert (first.quantity.state, first.quantity.value, first.quantity.bound) == (state, number, bound)


def test_identity_of_the_parent_cells_carries_the_canonical_marker() -> None:
    entry = '"marker_positive_cells"\nvalue = 0.98\nunit = "fraction"\nmarker = "Endoglin"'
    (first, _) = join(full(('"protein_concentration"\nvalue = 12.5\nunit = "ug/mL"', entry)), RECORD, ()).values
    assert (first.quantity.value, first.quantity.unit) == (98.0, "%")
    assert first.marker == "CD105"
    assert first.uncertainty == 50.0


def test_unknown_marker_stays_as_written() -> None:
    entry = '"marker_signal"\nvalue = 3\nunit = "a.u."\nmarker = "Zebra-7"'
    (first, _) = join(full(('"protein_concentration"\nvalue = 12.5\nunit = "ug/mL"', entry)), RECORD, ()).values
    assert first.marker == "Zebra-7"


def markers(*entries: str) -> tuple[str, str]:
    """The marker of the full record replaced by others of the same panel."""
    head = '[[markers]]\nsample = "EV-1"\ntechnique = "western blot"\n'
    return f'{head}marker = "CD63"\ncall = "positive"\n', "".join(f"{head}{entry}\n\n" for entry in entries)


def test_markers_by_hand_become_one_panel_a_technique() -> None:
    change = markers(
        'marker = "CD63"\nsignal = 900\nlimit_of_detection = 50\nunit = "a.u."',
        'marker = "Alix"\nsignal = 20\ncontrol_signal = 30\nlimit_of_detection = 50\nunit = "AU"\nlysate = "positive"',
        'marker = "Calnexin"\ncall = "negative"\nlysate = "positive"',
        'marker = "CD9"\ncall = "not tested"',
        'marker = "CD81"',
    )
    (made,) = join(full(change), RECORD, ()).panels
    assert (made.sample, made.role, made.file, made.panel.technique) == ("EV-1", "product", RECORD, "western blot")
    assert made.panel.where.field == "markers[1]"
    assert {m.as_written: m.call for m in made.panel.markers} == {
        "CD63": Call.POSITIVE,
        "Alix": Call.NEGATIVE,
        "Calnexin": Call.NEGATIVE,
        "CD9": Call.NOT_TESTED,
        "CD81": Call.NOT_TESTED,
    }


def test_techniques_stay_apart() -> None:
    text = 'marker = "CD63"\ncall = "positive"\n\n[[markers]]\nsample = "EV-1"\ntechnique = "ELISA"\nmarker = "CD9"'
    assert [p.panel.technique for p in join(full(markers(text)), RECORD, ()).panels] == ["western blot", "ELISA"]


def test_panels_and_quantities_of_files_belong_to_the_sample_of_their_entry() -> None:
    both = reading("t.csv", quantity("tube 7"), panel("tube 7"))
    joined = join(full(more_files('path = "t.csv"\nsample = "medium"')), RECORD, (both,))
    assert [(p.sample, p.role) for p in joined.panels] == [("medium", "step sample"), ("EV-1", "product")]
    assert [v.sample for v in joined.values] == ["medium", "EV-1", "EV-1"]
    assert joined.values[0].quantity.sample == "tube 7"


def test_table_of_several_samples_is_shared_out_by_name() -> None:
    table = reading("t.csv", quantity("EV 1", 1.0), quantity("Medium", 2.0), quantity("standard", 3.0))
    change = more_files('path = "t.csv"\nsample = "EV-1"', 'path = "t.csv"\nsample = "medium"')
    values = join(full(change), RECORD, (table,)).values
    assert [(v.sample, v.quantity.value) for v in values[:-2]] == [("EV-1", 1.0), ("medium", 2.0)]


def test_group_is_chosen_by_runs() -> None:
    merged = reading("m.csv", run("all", group="g1", name="a"), run("all", group="g2", name="b"))
    change = more_files('path = "m.csv"\nsample = "medium"\nruns = "g2"')
    assert [(r.sample, r.distribution.run) for r in join(full(change), RECORD, (merged,)).runs] == [("medium", "b")]


def test_what_several_samples_claim_goes_to_none() -> None:
    change = more_files('path = "m.csv"\nsample = "medium"', 'path = "m.csv"\nsample = "EV-1"')
    assert join(full(change), RECORD, (reading("m.csv", run()),)).runs == ()


def test_file_that_nobody_lists_or_that_is_refused_gives_nothing() -> None:
    readings = (reading("other.csv", run()), refused_reading("nta/EV-1.csv"))
    assert join(full(), RECORD, readings).runs == ()


def test_copy_of_a_file_is_no_replicate() -> None:
    copy = reading("nta/copy.csv", *NTA.measurements, content="nta/EV-1.csv")
    joined = join(full(more_files('path = "nta/copy.csv"\nsample = "EV-1"')), RECORD, (NTA, copy))
    assert [r.file.name for r in joined.runs] == ["nta/EV-1.csv", "nta/EV-1.csv"]
    assert len(join_without_record((NTA, copy)).runs) == 2


def test_copy_of_a_file_of_another_sample_is_kept_and_contradicted() -> None:
    copy = reading("nta/copy.csv", run(), content="nta/EV-1.csv")
    joined = join(full(more_files('path = "nta/copy.csv"\nsample = "medium"')), RECORD, (NTA, copy))
    assert [r.sample for r in joined.runs] == ["EV-1", "EV-1", "medium"]


@pytest.mark.parametrize(
    ("measurements", "samples"),
    [
        ((run("A", group="g"),), ["A"]),
        ((run(None, group="g"),), ["g"]),
        ((run(None),), ["f.csv"]),
        ((run("all", group="g1"), run("all", group="g2", name="b")), ["g1", "g2"]),
    ],
)
def test_without_a_record_the_file_names_its_sample(
    measurements: tuple[SizeDistribution, ...], samples: list[str]
) -> None:
    joined = join_without_record((reading("f.csv", *measurements),))
    assert [r.sample for r in joined.runs] == samples
    assert {r.role for r in joined.runs} == {None}


@pytest.mark.parametrize(
    ("dilution", "samples"),
    [(None, ["evs (a.csv)", "evs (b.csv)"]), (100.0, ["evs", "evs"])],
    ids=["unknown", "stated"],
)
def test_suspensions_of_unknown_dilution_are_never_one_sample(dilution: float | None, samples: list[str]) -> None:
    files = [reading(name, run("evs", name=name, dilution=dilution)) for name in ("a.csv", "b.csv")]
    assert [r.sample for r in join_without_record(files).runs] == samples


def test_without_a_record_every_kind_is_kept() -> None:
    joined = join_without_record((reading("f.csv", run("A"), quantity("A"), panel("A")),))
    assert (len(joined.runs), len(joined.panels), len(joined.values)) == (1, 1, 1)
