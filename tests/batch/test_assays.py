"""What a file holds of its assay and of other samples than the record's: shown, and no sample's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.batch.assignment import UNNAMED, assay_roles
from evqc.batch.crosscheck import crosscheck
from evqc.batch.join import join, join_without_record
from evqc.batch.model import BatchRecord
from evqc.measurement import REPLICATE_OF, Bins, Call, Quantity, SizeDistribution, State, TotalConcentration
from evqc.records import array
from tests.batch.readings import RECORD, panel, reading, run

if TYPE_CHECKING:
    from evqc.batch.assembled import Value
    from evqc.reading import Reading


def record(*files: dict[str, Any], **tables: Any) -> BatchRecord:
    samples = [
        {"name": "EV-1", "role": "product"}, {"name": "PBS", "role": "diluent blank"},
        {"name": "feed", "role": "step sample"},
    ]  # fmt: skip
    return BatchRecord.model_validate(
        {"batch": {"id": "B", "product": "P"}, "samples": samples, "files": files} | tables
    )


def protein(
    sample: str | None,
    value: float = 12.0,
    measurand: str = "protein_concentration",
    more: dict[str, Any] | None = None,
    **settings: Any,
) -> Quantity:
    unit = {"absorbance": "1"}.get(measurand, "ug/mL")
    said = {**settings, **(more or {})}
    return Quantity(measurand=measurand, value=value, unit=unit, state=State.MEASURED, sample=sample, settings=said)


def values(made: BatchRecord, *readings: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(v.sample, v.role, v.of_assay) for v in join(made, RECORD, readings).values]


def codes(made: BatchRecord, *readings: Reading) -> list[str]:
    found = [c.issue.code for c in crosscheck(made, RECORD, readings)]
    return [code for code in found if code != "SAMPLE_WITHOUT_DATA"]


OF_EV = {"path": "t.csv", "sample": "EV-1"}


@pytest.mark.parametrize(
    "settings",
    [
        {"role": "standard"}, {"role": "control"}, {"role": "blank"}, {"role": "ladder"}, {"content": "standard"},
        {"role": "standard sample role"}, {"role": "control sample role"}, {"role": "blank role"},
        {"task": "STANDARD"}, {"task": "NTC"},
    ],
)  # fmt: skip
def test_what_belongs_to_the_assay_is_no_value_of_the_sample(settings: dict[str, Any]) -> None:
    """Neither where the sample is named in the file nor where all the rest of the file is its own."""
    for name in ("EV-1", "tube 7"):
        plate = reading(
            "t.csv", protein(name), protein("S1", 2000.0, more=settings), protein("S2", 1000.0, more=settings)
        )
        role = next(iter(settings.values()))
        assert values(record(OF_EV), plate) == [("EV-1", "product", None), ("S1", None, role), ("S2", None, role)]
        assert codes(record(OF_EV), plate) == []


@pytest.mark.parametrize("role", ["sample", "unknown sample role", "unknown", "UNKNOWN"])
def test_samples_of_a_plate_are_samples(role: str) -> None:
    assert values(record(OF_EV), reading("t.csv", protein("EV-1", role=role))) == [("EV-1", "product", None)]


def test_a_control_that_an_entry_names_is_that_entrys() -> None:
    plate = reading("t.csv", protein("EV-1"), protein("Blank1", 0.1, role="blank"))
    made = record(OF_EV, {"path": "t.csv", "sample": "PBS", "runs": "Blank1"})
    assert values(made, plate) == [("EV-1", "product", None), ("PBS", "diluent blank", None)]


def test_wells_without_a_name_beside_results_are_of_the_plate() -> None:
    wells = [protein(None, 0.4, "absorbance", well=f"A{n}") for n in range(1, 4)]
    plate = reading("t.csv", *wells, protein("EV-1"))
    assert values(record(OF_EV), plate) == [("EV-1", "product", None), *[(UNNAMED, None, UNNAMED)] * 3]
    assert codes(record(OF_EV), plate) == []


def test_a_file_without_any_name_is_of_its_entry() -> None:
    plate = reading("t.csv", protein(None, 0.4, "absorbance"), protein(None, 0.5, "absorbance"))
    assert values(record(OF_EV), plate) == [("EV-1", "product", None)] * 2


def test_quantities_and_panels_of_several_samples_are_nobodys_until_they_are_named() -> None:
    several = reading("t.csv", protein("tube 1"), protein("tube 2"), panel("tube 3"))
    joined = join(record(OF_EV), RECORD, (several,))
    assert (joined.values, joined.panels) == ((), ())
    assert codes(record(OF_EV), several) == ["GROUP_NOT_ASSIGNED"] * 3
    named = record({**OF_EV, "runs": "tube 2"})
    assert [(v.sample, v.quantity.sample) for v in join(named, RECORD, (several,)).values] == [("EV-1", "tube 2")]


def test_an_entry_takes_the_rest_where_that_is_one_sample() -> None:
    several = reading("t.csv", protein("EV-1"), protein("tube 2"))
    made = record(OF_EV, {"path": "t.csv", "sample": "feed"})
    assert values(made, several) == [("EV-1", "product", None), ("feed", "step sample", None)]


def test_numbered_replicates_of_one_sample_are_one_sample() -> None:
    repeats = [protein(f"EV-1 {n}", more={REPLICATE_OF: "EV-1"}) for n in (1, 2, 3)]
    others = reading("t.csv", *repeats, protein("medium 1", more={REPLICATE_OF: "medium"}))
    assert values(record(OF_EV), others) == [("EV-1", "product", None)] * 3
    assert codes(record(OF_EV), others) == ["GROUP_NOT_ASSIGNED"]
    assert values(record(OF_EV), reading("t.csv", *repeats)) == [("EV-1", "product", None)] * 3


def test_the_ending_of_a_cytometers_file_is_no_part_of_a_name() -> None:
    table = reading("t.csv", panel("EV-1.fcs"), panel("EV-2.fcs"))
    assert [p.panel.sample for p in join(record(OF_EV), RECORD, (table,)).panels] == ["EV-1.fcs"]


def test_without_a_record_the_assays_own_wells_are_told_apart() -> None:
    plate = reading("t.csv", protein("EV-1"), protein("S1", role="standard"), protein(None, 0.3, "absorbance"))
    made = join_without_record((plate,)).values
    assert [(v.sample, v.of_assay) for v in made] == [("EV-1", None), ("S1", "standard"), (UNNAMED, UNNAMED)]


def test_roles_are_of_quantities_only() -> None:
    assert assay_roles((run(), panel(), protein("S1", role="standard"))) == [None, None, "standard"]


def only(made: Quantity) -> Value:
    (value,) = join(record(OF_EV), RECORD, (reading("t.csv", made),)).values
    return value


def test_a_result_of_several_wells_carries_their_number_and_its_uncertainty() -> None:
    stated = {"wells": "A1, A2, A3", "wells_without_number": 1, "standard_uncertainty_ug_per_mL": 0.5}
    wells, single = only(protein("EV-1", more=stated)), only(protein("EV-1"))
    assert (wells.replicates, wells.uncertainty) == (2, 0.5)
    assert (single.replicates, single.uncertainty) == (1, None)


# Sizing without a concentration


def counted(technique: str = "SP-IRIS") -> SizeDistribution:
    nothing = TotalConcentration(reported=None, recomputed=None, undiluted=None)
    return replace(
        run(), technique=technique, count=array([5.0]), concentration_per_ml=None, concentration_total_per_ml=nothing,
        diameter_nm=Bins(lower=array([50.0]), upper=array([150.0])),
    )  # fmt: skip


def test_a_run_without_a_concentration_needs_no_dilution() -> None:
    assert codes(record(OF_EV), reading("t.csv", counted())) == []
    assert codes(record(OF_EV), reading("t.csv", run())) == ["DILUTION_NOT_STATED"]


def test_runs_without_a_concentration_stay_with_their_sample() -> None:
    joined = join_without_record((reading("a.csv", counted()), reading("b.csv", counted("DLS"))))
    assert [r.sample for r in joined.runs] == ["EV-1", "EV-1"]


def test_a_file_that_holds_the_measurement_is_not_mentioned_by_its_companion() -> None:
    """A particle list whose run is counted in a summary that nobody lists would otherwise vanish unseen."""
    particles, summary = reading("t.csv", joined=("s.csv",)), reading("s.csv", run(dilution=10.0))
    assert codes(record(OF_EV), particles, summary) == ["FILE_NOT_LISTED"]
    assert codes(record(OF_EV), particles, reading("s.csv")) == []


@pytest.mark.parametrize(
    ("technique", "call"),
    [
        ("mass spectrometry", Call.INDETERMINATE), ("LC-MS/MS proteomics", Call.INDETERMINATE),
        ("western blot", Call.NEGATIVE), ("MSD immunoassay", Call.NEGATIVE),
    ],
)  # fmt: skip
def test_mass_spectrometry_never_makes_a_negative(technique: str, call: Call) -> None:
    by_hand = [{"sample": "EV-1", "technique": technique, "marker": "Calnexin", "call": "negative"}]
    (made,) = join(record(markers=by_hand), RECORD, ()).panels
    assert made.panel.markers[0].call is call


def test_mass_spectrometry_of_a_file_never_makes_a_negative() -> None:
    absent = panel("EV-1")
    lost = replace(absent, technique="mass spectrometry", markers=(replace(absent.markers[0], call=Call.NEGATIVE),))
    (made,) = join(record(OF_EV), RECORD, (reading("t.csv", lost),)).panels
    assert made.panel.markers[0].call is Call.INDETERMINATE
    assert "does not show that it is absent" in made.panel.markers[0].why
