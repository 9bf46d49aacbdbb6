"""Facts of flow cytometry: what was measured, the dilution series, the controls, and the acquisition itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc import read
from evqc.assessment import assess, subjects
from evqc.assessment.flow_data import acquisitions, assay_of, is_flow, marker_gates, widest
from evqc.criteria.findings import Fact, Verdict
from tests.assessment import making
from tests.places import SAMPLES

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch

ROLES = {
    "eluate": "product",
    "PBS": "diluent blank",
    "PBS with antibodies": "reagent blank",
    "eluate with Triton": "detergent control",
    "eluate with isotype": "isotype control",
    "medium": "process blank",
    "cells": "lysate",
}
Described = dict[str, Any]


def file(name: str, sample: str = "eluate", dilution: float | None = None, **of: Any) -> Described:
    """A file of a cytometer with one acquisition; ``instrument`` names its reader."""
    instrument = of.pop("instrument", "macsquantify")
    return {
        "name": name,
        "sample": sample,
        "dilution": dilution,
        "instrument": instrument,
        "of": {"sample": sample} | of,
    }


def batch(*files: Described, **record: Any) -> Batch:
    """A batch whose record lists the files with their samples and dilutions."""
    samples = [{"name": name, "role": role} for name, role in ROLES.items()]
    listed = [{k: f[k] for k in ("sample", "dilution") if f[k] is not None} | {"path": f["name"]} for f in files]
    made = {"batch": {"id": "F-1", "product": "EV"}, "samples": samples, "files": listed}
    exports = [{"name": f["name"], "instrument": f["instrument"], "acquisitions": [f["of"]]} for f in files]
    return making.batch(made | record, exports)


def fact(of: Batch, name: str, kind: str = "product") -> Fact:
    return next(s.facts[name] for s in subjects(of) if s.kind == kind)


def series(*amounts: float, dilutions: tuple[float, ...] = (100, 200, 400), **more: Any) -> list[Described]:
    """Files of the product at several dilutions with events per mL in the CD63 gate."""
    return [
        file(f"d{d:g}.txt", dilution=d, per_ml={"P1": 2 * a, "P1/CD63+": a}, events={"P1/CD63+": 5000.0}, **more)
        for d, a in zip(dilutions, amounts, strict=True)
    ]


class TestWhatIsFlowCytometry:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("flow cytometry", True),
            ("bead-based flow cytometry", True),
            ("nFCM", True),
            ("MACSPlex", True),
            ("Nano-flow cytometry", True),
            ("western blot", False),
            ("bead-based immunoassay", False),
            (None, False),
        ],
    )
    def test_by_the_name_of_a_method(self, text: str | None, answer: bool) -> None:
        assert is_flow(text) is answer

    def test_beads_by_the_name_of_a_technique(self) -> None:
        assert assay_of("bead-based flow cytometry") == "vesicles on beads"
        assert assay_of("flow cytometry") == "single vesicles"

    def test_gates_of_markers_are_those_named_after_one(self) -> None:
        gates = ["all events", "P1", "P1/CD63+", "P1/CD9 pos", "P1/CD63-", "P1/CD9+ CD81+", "P1/Calcein"]
        assert marker_gates(gates) == ("P1/CD63+", "P1/CD9 pos")

    def test_the_widest_gate(self) -> None:
        assert widest(["P1/P2", "P1", "P1/P2/CD63+"]) == "P1"
        assert widest(["P1", "all events"]) == "all events"

    def test_none_measured_is_known_with_a_record_and_not_without(self) -> None:
        assert fact(batch(), "flow_assays", "batch").value == ()
        assert fact(making.batch(None, []), "flow_assays", "batch").value is None

    def test_single_vesicles(self) -> None:
        assert fact(batch(file("a.txt", events={"P1": 10})), "flow_assays").value == ("single vesicles",)

    def test_a_control_alone_is_no_measurement_of_vesicles(self) -> None:
        assert fact(batch(file("a.txt", "PBS", events={"P1": 10})), "flow_assays").value == ()

    def test_cells_are_no_vesicles(self) -> None:
        assert fact(batch(file("a.fcs", "cells", events={"none": 10})), "flow_assays").value == ()

    def test_beads_by_the_method_of_the_reader(self) -> None:
        beads = file("CD9.csv", events={"none": 80}, method="bead-based flow cytometry")
        assert fact(batch(beads), "flow_assays").value == ("vesicles on beads",)

    def test_files_beside_a_panel_of_beads_may_be_of_the_beads(self) -> None:
        panel = {"sample": "eluate", "technique": "MACSPlex", "marker": "CD9", "call": "positive"}
        both = batch(file("a.fcs", events={"none": 10}), markers=[panel])
        found = fact(both, "flow_assays")
        assert (found.value, found.undecided) == (("vesicles on beads",), ("single vesicles",))
        stated = batch(
            file("a.fcs", events={"none": 10}), markers=[panel], statements={"flow_assay": "vesicles on beads"}
        )
        found = fact(stated, "flow_assays")
        assert (found.value, found.undecided) == (("vesicles on beads",), ())

    def test_both_may_be_stated(self) -> None:
        found = fact(batch(statements={"flow_assay": "both"}), "flow_assays")
        assert found.value == ("single vesicles", "vesicles on beads")

    def test_a_nano_flow_run_is_of_single_vesicles(self) -> None:
        assert fact(nano(), "flow_assays").value == ("single vesicles",)


def nano(**run: Any) -> Batch:
    """The product by nano-flow cytometry, 4,000 particles at 1:100."""
    record = {
        "batch": {"id": "N-1", "product": "EV"},
        "samples": [{"name": "eluate", "role": "product"}],
        "files": [{"path": "nano.csv", "sample": "eluate", "dilution": 100}],
    }
    described = {"technique": "nFCM", "tracks": 4000, "concentration": 2e8} | run
    return making.batch(record, [{"name": "nano.csv", "instrument": "table", "runs": [described]}])


class TestDilutionSeries:
    def test_a_linear_series(self) -> None:
        found = fact(batch(*series(8e8, 4e8, 2e8)), "flow_dilution_slope")
        assert found.value == pytest.approx(1.0)
        assert "events per mL in P1/CD63+, n = 3 over 3 dilutions" in found.remark
        assert len(found.evidence) == 3

    def test_swarm_flattens_it(self) -> None:
        """Half the events at 1:100: ln 2 is missing over ln 4, so that the slope is 1 - 0.5 = 0.5."""
        found = fact(batch(*series(4e8, 4e8, 2e8)), "flow_dilution_slope")
        assert found.value == pytest.approx(0.5)

    def test_a_gate_whose_events_one_file_leaves_out_is_not_taken_as_empty(self) -> None:
        """CD9 holds most events per mL at every dilution; only CD63 is also counted in one of the files."""
        files = [
            file(f"d{d}.txt", dilution=d, per_ml={"CD63+": 1e6, "CD9+": 8e8 / d}, events=counted)
            for d, counted in ((100, {"CD63+": 200.0}), (200, {}), (400, {}))
        ]
        found = fact(batch(*files), "flow_dilution_slope")
        assert "events per mL in CD9+" in found.remark

    def test_two_dilutions_are_no_series(self) -> None:
        found = fact(batch(*series(8e8, 4e8, dilutions=(100, 200))), "flow_dilution_slope")
        assert found.value is None
        assert "fewer than three dilutions" in found.why_missing

    def test_bare_counts_are_not_compared(self) -> None:
        files = [file(f"d{d}.fcs", dilution=d, events={"none": 1e5}, instrument="fcs") for d in (100, 200, 400)]
        assert fact(batch(*files), "flow_dilution_slope").value is None

    def test_counts_by_time_are(self) -> None:
        """Three acquisitions of 60 s that were not stopped at a number of events."""
        times = {"begun": "2026-03-10T23:59:30", "ended_at": "00:00:30"}
        files = [
            file(f"d{d}.fcs", dilution=d, events={"none": 8e6 / d}, instrument="fcs", **times) for d in (100, 200, 400)
        ]
        found = fact(batch(*files), "flow_dilution_slope")
        assert found.value == pytest.approx(1.0)
        assert "events per second in all events" in found.remark

    def test_counts_by_volume_are(self) -> None:
        files = [
            file(f"d{d}.fcs", dilution=d, events={"none": 1e5}, volume_nL=1000.0 * d, instrument="fcs")
            for d in (100, 200, 400)
        ]
        found = fact(batch(*files), "flow_dilution_slope")
        assert found.value == pytest.approx(1.0)

    def test_a_gate_without_events_has_no_logarithm(self) -> None:
        found = fact(batch(*series(8e8, 4e8, 0.0)), "flow_dilution_slope")
        assert "a dilution without any event in P1/CD63+" in found.why_missing

    def test_what_was_entered_by_hand_is_no_series(self) -> None:
        result = {"sample": "eluate", "measurand": "event_concentration", "value": 1e10, "unit": "1/mL"}
        found = fact(batch(results=[result | {"method": "flow cytometry"}]), "flow_dilutions")
        assert found.why_missing == "no file of a cytometer holds single vesicles of the product"

    def test_a_dilution_not_stated_stays_open(self) -> None:
        files = [*series(8e8, 4e8, 2e8), file("other.txt", per_ml={"P1/CD63+": 1e8})]
        found = fact(batch(*files), "flow_dilutions")
        assert found.value == ("1:100", "1:200", "1:400")
        assert found.undecided == ("that of other.txt",)

    def test_runs_of_one_file_take_the_dilution_of_their_entry(self) -> None:
        record = {
            "batch": {"id": "F-1", "product": "EV"},
            "samples": [{"name": "eluate", "role": "product"}],
            "files": [{"path": "all.xlsx", "runs": f"EV {d}", "sample": "eluate", "dilution": d} for d in (10, 20, 40)],
        }
        runs = [{"sample": f"EV {d}", "per_ml": {"P1": 1e9 / d}, "number": "0001", "well": "A1"} for d in (10, 20, 40)]
        made = making.batch(record, [{"name": "all.xlsx", "instrument": "macsquantify", "acquisitions": runs}])
        assert sorted(a.dilution or 0 for a in acquisitions(made)) == [10, 20, 40]
        assert fact(made, "flow_dilution_slope").value == pytest.approx(1.0)

    def test_nano_flow_runs_make_a_series(self) -> None:
        record = {
            "batch": {"id": "N-1", "product": "EV"},
            "samples": [{"name": "eluate", "role": "product"}],
            "files": [{"path": f"d{d}.csv", "sample": "eluate", "dilution": d} for d in (100, 200, 400)],
        }
        files = [
            {"name": f"d{d}.csv", "instrument": "table", "runs": [{"technique": "nFCM", "concentration": 4e10 / d}]}
            for d in (100, 200, 400)
        ]
        assert fact(making.batch(record, files), "flow_dilution_slope").value == pytest.approx(1.0)

    def test_a_workspace_is_no_second_measurement_of_the_files_it_analyses(self) -> None:
        files, dilutions = [], (100, 200, 400)
        for d in dilutions:
            raw: Described = {
                "events": {"none": 1e4},
                "volume_nL": 100.0 * d,
                "medians": {"APC": 50.0},
                "instrument": "fcs",
            }
            gated: Described = {
                "key": "population",
                "events": {"all events": 1e4, "EV/CD63+": 2e3},
                "instrument": "flowjo",
            }
            files.append(file(f"d{d}.fcs", dilution=d, file=f"d{d}.fcs", **raw))
            files.append(file(f"d{d}.wsp", dilution=d, file=f"d{d}.fcs", **gated))
        made = batch(*files)
        found = fact(made, "flow_dilution_slope")
        assert found.value == pytest.approx(1.0)
        assert "events per mL in EV/CD63+, n = 3" in found.remark
        assert len(acquisitions(made)) == 3
        assert fact(made, "flow_brightness_drift").value == pytest.approx(0.0)


class TestBrightness:
    def test_the_worst_stained_channel_counts(self) -> None:
        medians = ({"APC": 100.0, "PE": 50.0}, {"APC": 90.0, "PE": 50.0}, {"APC": 80.0, "PE": 51.0})
        files = [
            file(f"d{d}.fcs", dilution=d, medians=m, instrument="fcs")
            for d, m in zip((100, 200, 400), medians, strict=True)
        ]
        found = fact(batch(*files), "flow_brightness_drift")
        assert found.value == pytest.approx(25.0)
        assert "APC" in found.remark

    def test_unstained_channels_and_other_statistics_are_left_out(self) -> None:
        of = {"measurand": "marker_signal", "value": 5.0, "unit": "a.u.", "method": "flow cytometry"}
        told = ({"channel": "SSC-A"}, {"channel": "APC-A", "population": "EV", "statistic": "Mean"})
        quantities = [of | {"sample": "eluate", "settings": each} for each in told]
        record = {
            "batch": {"id": "F-1", "product": "EV"},
            "samples": [{"name": "eluate", "role": "product"}],
            "files": [{"path": "a.wsp", "sample": "eluate"}],
        }
        made = making.batch(record, [{"name": "a.wsp", "instrument": "flowjo", "quantities": quantities}])
        assert fact(made, "flow_brightness").value == ()

    def test_a_median_below_zero_has_no_ratio(self) -> None:
        files = [file(f"d{d}.fcs", dilution=d, medians={"APC": -1.0}, instrument="fcs") for d in (100, 200)]
        assert fact(batch(*files), "flow_brightness_drift").value is None

    def test_one_dilution_does_not_drift(self) -> None:
        assert fact(batch(file("a.fcs", dilution=100, medians={"APC": 5.0})), "flow_brightness_drift").value is None


def controlled(role: str, own: dict[str, float], control: dict[str, float], *dilutions: float | None) -> Batch:
    """The product and one control with events per mL by gate, at dilutions (both 100 unless stated)."""
    sample = next(name for name, each in ROLES.items() if each == role)
    first, second = dilutions or (100, 100)
    return batch(
        file("a.txt", dilution=first, per_ml=own, events=dict.fromkeys(own, 5000.0)),
        file("b.txt", sample, second, per_ml=control),
    )


class TestControls:
    def test_detergent_of_the_marker_that_loses_least(self) -> None:
        made = controlled(
            "detergent control",
            {"P1": 1e8, "P1/CD63+": 1e7, "P1/CD9+": 1e7},
            {"P1": 9e7, "P1/CD63+": 5e5, "P1/CD9+": 3e6},
        )
        found = fact(made, "flow_detergent_loss")
        assert found.value == pytest.approx(70.0)
        assert found.remark == "P1/CD9+"

    def test_detergent_in_a_control_that_is_diluted_more(self) -> None:
        made = controlled("detergent control", {"P1/CD63+": 1e7}, {"P1/CD63+": 1e6}, 100, 200)
        assert fact(made, "flow_detergent_loss").value == pytest.approx(80.0)

    def test_detergent_in_a_control_of_unknown_dilution(self) -> None:
        made = controlled("detergent control", {"P1/CD63+": 1e7}, {"P1/CD63+": 1e6}, 100, None)
        assert fact(made, "flow_detergent_loss").why_missing == "the dilution of product or control is not stated"

    def test_detergent_without_gates_of_markers_says_nothing(self) -> None:
        made = controlled("detergent control", {"P1": 1e8}, {"P1": 9e7})
        assert "no gate is named after a marker" in fact(made, "flow_detergent_loss").why_missing

    def test_a_gate_with_few_events_of_the_product_is_left_out(self) -> None:
        made = batch(
            file("a.txt", dilution=1, per_ml={"CD63+": 1e7, "CD14+": 100}, events={"CD63+": 5000, "CD14+": 99}),
            file("b.txt", "eluate with Triton", 1, per_ml={"CD63+": 1e6, "CD14+": 100}),
        )
        assert fact(made, "flow_detergent_loss").value == pytest.approx(90.0)

    def test_without_a_detergent_control(self) -> None:
        found = fact(batch(file("a.txt", per_ml={"CD63+": 1e7})), "flow_detergent_loss")
        assert found.why_missing == "no file of a detergent control"

    def test_reagents_against_the_product_as_measured(self) -> None:
        made = controlled("reagent blank", {"P1": 1e8, "P1/CD63+": 1e7}, {"P1": 1e7, "P1/CD63+": 1.5e6}, 100, None)
        found = fact(made, "flow_background_share")
        assert found.value == pytest.approx(15.0)
        assert found.remark == "in P1/CD63+, at 1:100"

    def test_buffer_alone_stands_in_and_says_so(self) -> None:
        found = fact(controlled("diluent blank", {"P1": 1e8}, {"P1": 1e6}), "flow_background_share")
        assert found.value == pytest.approx(1.0)
        assert found.remark.endswith("buffer without reagents")

    def test_the_working_dilution_is_the_one_of_most_runs(self) -> None:
        made = batch(
            file("a.txt", dilution=100, per_ml={"P1": 1e8}),
            file("b.txt", dilution=400, per_ml={"P1": 2.6e7}),
            file("c.txt", dilution=400, per_ml={"P1": 2.4e7}),
            file("d.txt", "PBS with antibodies", per_ml={"P1": 5e6}),
        )
        found = fact(made, "flow_background_share")
        assert found.value == pytest.approx(20.0)
        assert found.remark == "in P1, at 1:400"

    def test_a_result_by_hand_is_undiluted_and_compares_with_no_file(self) -> None:
        result = {"sample": "eluate", "measurand": "event_concentration", "value": 1e10, "unit": "1/mL"}
        blank = file("b.txt", "PBS with antibodies", per_ml={"P1": 1e6, "none": 1e6})
        made = batch(blank, results=[result | {"method": "flow cytometry"}])
        assert fact(made, "flow_assays").value == ("single vesicles",)
        assert fact(made, "flow_concentrations").value == ("all events",)
        assert fact(made, "flow_background_share").value is None
        assert fact(made, "flow_dilution_not_stated", "batch").value == ()

    def test_isotype_brighter_than_the_antigen(self) -> None:
        found = fact(controlled("isotype control", {"CD63+": 1e6}, {"CD63+": 1.2e6}), "flow_isotype_share")
        assert found.value == pytest.approx(120.0)

    @pytest.mark.parametrize(
        ("sample", "name"),
        [
            ("PBS", "flow_buffer_controls"),
            ("PBS with antibodies", "flow_reagent_controls"),
            ("eluate with Triton", "flow_detergent_controls"),
            ("eluate with isotype", "flow_isotype_controls"),
            ("medium", "flow_procedural_controls"),
        ],
    )
    def test_a_control_counts_by_its_file(self, sample: str, name: str) -> None:
        assert fact(batch(file("a.txt", sample, events={"P1": 3})), name, "batch").value == (sample,)
        assert fact(batch(file("a.txt", events={"P1": 3})), name, "batch").value == ()

    @pytest.mark.parametrize(
        ("sample", "name"),
        [
            ("PBS", "flow_buffer_controls"),
            ("PBS with antibodies", "flow_reagent_controls"),
            ("eluate with Triton", "flow_detergent_controls"),
            ("eluate with isotype", "flow_isotype_controls"),
            ("medium", "flow_procedural_controls"),
        ],
    )
    def test_a_number_or_panel_entered_by_hand_is_no_file_of_a_control(self, sample: str, name: str) -> None:
        result = {"sample": sample, "measurand": "event_concentration", "value": 1e5, "unit": "1/mL"}
        panel = {"sample": sample, "technique": "MACSPlex", "marker": "CD9", "call": "negative"}
        made = batch(results=[result | {"method": "flow cytometry"}], markers=[panel])
        assert fact(made, name, "batch").value == ()


class TestAcquisition:
    def test_a_number_of_events_entered_by_hand_is_no_file(self) -> None:
        result = {"sample": "eluate", "measurand": "event_count", "value": 60, "unit": "1", "method": "flow cytometry"}
        found = fact(batch(file("a.fcs", events={"none": 400}), results=[result]), "flow_fewest_events")
        assert found.value == 400
        assert fact(batch(results=[result]), "flow_fewest_events").why_missing == (
            "no file of the product states a number of events"
        )

    def test_fewest_events_and_their_counting_error(self) -> None:
        made = batch(file("a.fcs", events={"none": 400}), file("b.fcs", events={"none": 90000}))
        found = fact(made, "flow_fewest_events")
        assert found.value == 400
        assert "Poisson CV 5.0 %" in found.remark

    def test_no_events_have_no_counting_error(self) -> None:
        found = fact(batch(file("a.fcs", events={"none": 0})), "flow_fewest_events")
        assert found.value == 0
        assert "Poisson" not in found.remark

    def test_aborted_and_lost_events(self) -> None:
        made = batch(file("a.fcs", events={"none": 900}, events_aborted=60.0, events_lost=40.0))
        assert fact(made, "flow_not_counted").value == pytest.approx(10.0)

    def test_a_workspace_without_a_total_has_that_of_the_file_it_analyses(self) -> None:
        raw = file("a.fcs", events={"none": 49900.0}, events_aborted=100.0, instrument="fcs")
        gated: Described = {"key": "population", "events": {"EV": 20000.0, "EV/CD63+": 9000.0}, "file": "a.fcs"}
        made = batch(raw, file("a.wsp", instrument="flowjo", **gated))
        assert fact(made, "flow_not_counted").value == pytest.approx(0.2)
        assert fact(made, "flow_fewest_events").value == 49900

    def test_lost_events_without_all_the_others_are_no_share(self) -> None:
        found = fact(batch(file("a.txt", events={"P1": 900}, events_lost=100.0)), "flow_not_counted")
        assert found.value is None
        assert found.why_missing == "no file of the product states both all its events and those aborted or lost"

    def test_a_file_that_does_not_say_is_not_zero(self) -> None:
        assert fact(batch(file("a.fcs", events={"none": 900})), "flow_not_counted").value is None

    @pytest.mark.parametrize(
        ("ended", "rate"), [("10:01:00", 6000.0), ("10:00:29", None), ("noon", None), ("10:02:00.50", 3000.0)]
    )
    def test_rate_per_minute(self, ended: str, rate: float | None) -> None:
        times: Described = {"begun": "2026-03-10T10:00:00", "ended_at": ended}
        made = batch(file("a.fcs", events={"none": 6000}, cytometer="Flow NanoAnalyzer", **times))
        found = fact(made, "flow_event_rate")
        assert found.value == (rate if rate is None else pytest.approx(rate))
        assert fact(made, "flow_cytometer").value == "NanoFCM"

    @pytest.mark.parametrize(
        ("written", "name"),
        [("Apogee A60 Micro-PLUS", "Apogee A60-Micro"), ("NanoFCM", "NanoFCM"), ("LSRFortessa", "LSRFortessa")],
    )
    def test_the_cytometer(self, written: str, name: str) -> None:
        assert fact(batch(file("a.fcs", events={"none": 1}, cytometer=written)), "flow_cytometer").value == name

    def test_two_cytometers_are_none(self) -> None:
        made = batch(file("a.fcs", events={"none": 1}, cytometer="A"), file("b.fcs", events={"none": 1}, cytometer="B"))
        assert fact(made, "flow_cytometer").why_missing == "several: A, B"

    def test_events_at_the_top(self) -> None:
        made = batch(file("a.fcs", medians={"APC": 5.0, "PE": 5.0}, saturated={"PE": 2.5}))
        found = fact(made, "flow_saturated")
        assert found.value == 2.5
        assert found.remark == "PE-A, a.fcs"

    def test_a_nano_flow_run(self) -> None:
        made = nano(settings={"duration_s": 60.0})
        assert fact(made, "flow_cytometer").value == "NanoFCM"
        assert fact(made, "flow_event_rate").value == pytest.approx(4000.0)
        assert fact(made, "flow_diameter").value == "size distribution"
        assert fact(made, "flow_concentrations").value == ("all events",)


class TestWhatIsStated:
    def test_trigger_and_volume_by_the_file(self) -> None:
        made = batch(file("a.fcs", events={"none": 1}, trigger="SSC-H,1000", volume_nL=50000.0))
        assert fact(made, "flow_trigger", "batch").value == "trigger SSC-H,1000"
        assert fact(made, "flow_rate", "batch").value == "volume in nL 50000.0"

    def test_what_the_record_states_goes_first(self) -> None:
        made = batch(file("a.fcs", events={"none": 1}, trigger="SSC"), statements={"flow_trigger": "405 nm, 10 nm²"})
        assert fact(made, "flow_trigger", "batch").value == "405 nm, 10 nm²"

    def test_nothing_stated_is_empty_and_not_missing(self) -> None:
        assert fact(batch(file("a.fcs", events={"none": 1})), "flow_trigger", "batch").value == ""

    def test_files_without_a_dilution(self) -> None:
        made = batch(file("a.fcs", events={"none": 1}), file("b.fcs", dilution=10, events={"none": 1}))
        assert fact(made, "flow_dilution_not_stated", "batch").value == ("a.fcs",)

    def test_conditions_before_the_measurement(self) -> None:
        assert fact(batch(), "flow_conditions_not_stated", "batch").value == (
            "starting material",
            "isolation steps",
            "storage of the product",
        )


def as_read(path: str, *runs: str) -> Batch:
    """The product by a sample file of a reader, as that reader reads it; ``runs`` are the names inside the file."""
    (reading,) = read(SAMPLES / path).readings
    entries = [
        {"path": reading.source.name, "sample": "eluate", "dilution": 10} | ({"runs": r} if r else {}) for r in runs
    ]
    record = {
        "batch": {"id": "R-1", "product": "EV"},
        "samples": [{"name": "eluate", "role": "product"}],
        "files": entries,
    }
    return making.recorded(record, (reading,))


class TestWhatReadersGive:
    """The facts rest on names of settings; this holds them to what the readers write."""

    def test_an_fcs_file(self) -> None:
        (found,) = acquisitions(as_read("fcs/float_with_volume.fcs", ""))
        assert (found.assay, found.dilution, found.events) == ("single vesicles", 10, {"all events": 60})
        assert found.per_ml == {"all events": pytest.approx(2400)}
        assert found.medians["CD63 of all events"] == 764.125
        assert (found.volume_ml, found.seconds, found.not_counted) == (0.025, 60, 0)
        assert found.settings["trigger"] == "SSC-A,600"

    def test_a_workspace(self) -> None:
        first, second = acquisitions(as_read("flowjo/nested_populations.wsp", "EV batch 7 CD63", "Buffer"))
        assert first.events == {
            "all events": 2000, "Vesicles": 1600, "Vesicles/CD63+": 400, "Vesicles/Not CD63": 1200,
        }  # fmt: skip
        assert first.medians == {"APC-A of Vesicles/CD63+": 812.5}
        assert second.events["Vesicles/CD63+"] == 0

    def test_gates_of_a_macsquant_whose_sheets_hold_runs_of_one_name(self) -> None:
        found = acquisitions(as_read("macsquantify/gates-of-two-experiments.xlsx", ""))
        assert [a.per_ml["P1"] for a in found] == [812345.5, 790120.25, 5120.0, 700000.0]

    def test_beads_of_a_macsquant(self) -> None:
        made = as_read("macsquantify/macsplex-decimal-comma.txt", "EV batch 7", "Blank 1")
        assert {a.assay for a in acquisitions(made)} == {"vesicles on beads"}
        assert fact(made, "flow_assays").value == ("vesicles on beads",)


def test_without_a_record_nothing_of_flow_is_assessed() -> None:
    found = assess(making.batch(None, []), ["miflowcyt-ev", "flow-validity"])
    assert {f.verdict for p in found.profiles for f in p.findings} == {Verdict.NOT_ASSESSED}


def test_without_flow_cytometry_nothing_applies() -> None:
    found = assess(batch(), ["miflowcyt-ev"])
    assert {f.verdict for p in found.profiles for f in p.findings} == {Verdict.NOT_APPLICABLE}


def test_items_on_single_particles_are_not_asked_of_beads() -> None:
    beads = batch(file("CD9.csv", events={"none": 80}, method="bead-based flow cytometry"))
    found = assess(beads, ["miflowcyt-ev"])
    asked = {f.criterion for p in found.profiles for f in p.findings if f.verdict is not Verdict.NOT_APPLICABLE}
    assert asked == {
        "MFC-1-01", "MFC-1-02", "MFC-2-01", "MFC-2-02", "MFC-2-03", "MFC-3-01", "MFC-3-02", "MFC-3-04", "MFC-3-06",
        "MFC-4-03", "MFC-6-01", "MFC-6-04", "MFC-7-01",
    }  # fmt: skip
