"""The document of ``evqc read --json``: its names are fixed, and what each of them means holds for every file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import evqc
from evqc.instruments._registry import known
from evqc.reading import Readings
from evqc.records import to_plain
from tests.places import CORPUS, corpus_files, needs_corpus
from tests.samples import Sample, joined, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The names that other programs rely on, as the design has them.
READING = {
    "source", "verdict", "instrument", "software_version", "file_kind", "issues", "unread", "measurements",
}  # fmt: skip
ISSUE = {"code", "severity", "where", "found", "expected", "message"}
SIZE_DISTRIBUTION = {
    "kind", "technique", "sample", "run", "acquired_at", "diameter_nm", "count", "concentration_per_ml", "dilution",
    "concentration_total_per_ml", "statistics", "agreement", "validity", "settings",
}  # fmt: skip
STATISTICS = {"mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm"}
MARKER = {
    "name", "symbol", "as_written", "signal", "unit", "background", "limit_of_detection", "call", "why",
}  # fmt: skip
CALLS = {"positive", "negative", "indeterminate", "not tested", "invalid"}
STATES = {"measured", "below range", "above range", "missing"}

ALL = [to_plain(reading) for name in sorted(known()) for reading in joined(name).values()]
ALL += [to_plain(sample.read()) for sample in samples() if sample.rejects]
REAL = [to_plain(Sample(path, None).read()) for path in corpus_files("nta/nanosight", "nta/zetaview")]


def of_kind(kind: str) -> Iterator[dict[str, Any]]:
    for reading in ALL + REAL:
        yield from (m for m in reading["measurements"] if m["kind"] == kind)


def test_the_document_names_itself_and_its_readings() -> None:
    assert to_plain(Readings(readings=())) == {"schema": "evqc.readings/1", "readings": []}


def test_a_reading_has_the_names_of_the_design() -> None:
    for reading in ALL + REAL:
        assert reading.keys() >= READING
        assert reading["source"].keys() == {"name", "sha256", "bytes", "joined"}
        assert len(reading["source"]["sha256"]) == 64
        assert all(issue.keys() == ISSUE for issue in reading["issues"])
        assert all(issue["where"].keys() == {"line", "column", "field"} for issue in reading["issues"])


def test_the_verdict_follows_from_the_issues() -> None:
    for reading in ALL + REAL:
        severities = {issue["severity"] for issue in reading["issues"]}
        assert (reading["verdict"] == "refused") == ("error" in severities)
        assert (reading["verdict"] == "flagged") == ("warning" in severities and "error" not in severities)
        assert reading["verdict"] != "refused" or reading["measurements"] == []
        assert reading["verdict"] == "refused" or reading["instrument"] in known()


def test_a_size_distribution_has_the_names_of_the_design() -> None:
    found = list(of_kind("size_distribution"))
    assert found
    for run in found:
        assert run.keys() >= SIZE_DISTRIBUTION
        assert run["diameter_nm"].keys() == {"lower", "upper"}
        assert run["dilution"].keys() >= {"factor", "source", "already_applied"}
        assert run["concentration_total_per_ml"].keys() >= {"reported", "recomputed", "undiluted"}
        assert run["statistics"].keys() == {"reported", "vendor", "standard"}
        assert all(run["statistics"][rule].keys() == STATISTICS for rule in run["statistics"])
        assert run["agreement"].keys() >= {"within_rounding", "largest_difference_nm", "rule"}


def test_bins_are_as_long_as_what_they_hold() -> None:
    for run in of_kind("size_distribution"):
        lengths = {len(run["diameter_nm"]["lower"]), len(run["diameter_nm"]["upper"])}
        lengths |= {len(run[held]) for held in ("count", "concentration_per_ml") if run[held] is not None}
        assert len(lengths) == 1
        nothing_counted = run["count"] is None and run["concentration_per_ml"] is None
        assert nothing_counted == (run["technique"] == "DLS"), "light scattering counts nothing, all others do"


def test_the_sample_s_own_concentration_is_there_exactly_when_the_dilution_is_known() -> None:
    for run in of_kind("size_distribution"):
        total, dilution = run["concentration_total_per_ml"], run["dilution"]
        measured = total["reported"] if total["reported"] is not None else total["recomputed"]
        assert (dilution["factor"] is None) == (dilution["source"] == "not stated")
        known_and_measured = dilution["factor"] is not None and measured is not None
        assert (total["undiluted"] is not None) == known_and_measured
        if known_and_measured:
            times = dilution["factor"] * dilution["correction"]
            assert total["undiluted"] == pytest.approx(measured * times, rel=0.06)  # positions print two digits


def test_concentrations_are_as_measured_and_the_print_is_kept() -> None:
    for run in of_kind("size_distribution"):
        total, dilution = run["concentration_total_per_ml"], run["dilution"]
        factor = dilution["factor"] if dilution["already_applied"] else 1.0
        if total["reported"] is not None:
            assert total["as_printed"] == pytest.approx(total["reported"] * factor)
        if total["recomputed"] is not None and run["concentration_per_ml"] is not None:
            assert sum(run["concentration_per_ml"]) == pytest.approx(total["recomputed"], rel=1e-6)


def test_agreement_is_of_what_was_compared() -> None:
    for run in of_kind("size_distribution"):
        agreement = run["agreement"]
        within = [c["within"] for c in agreement["compared"]]
        assert agreement["within_rounding"] is (all(within) if within else None)
        assert agreement["rule"]
        for c in agreement["compared"]:
            slack = 1e-9 * max(1.0, abs(c["reported"]))  # of binary arithmetic
            assert c["within"] is (abs(c["reported"] - c["recomputed"]) <= c["tolerance"] + slack)


def test_a_run_without_particles_has_no_size_and_is_invalid() -> None:
    for run in of_kind("size_distribution"):
        held = run["concentration_per_ml"] if run["concentration_per_ml"] is not None else run["count"]
        if held is not None and not any(held):
            assert run["validity"]["valid"] is False
            assert run["concentration_total_per_ml"]["recomputed"] is None
            assert set(run["statistics"]["standard"].values()) == {None}
            assert set(run["statistics"]["reported"].values()) == {None}


def test_units_stand_in_the_names_of_settings() -> None:
    allowed = {
        "temperature_degC", "viscosity_mPa_s", "shutter_ms", "frame_rate_per_s", "conductivity_uS_per_cm",
        "laser_wavelength_nm", "um_per_pixel",
    }  # fmt: skip
    seen = {name for run in of_kind("size_distribution") for name in run["settings"]}
    assert allowed <= seen
    assert not {"temperature", "viscosity", "shutter_time", "frame_rate", "conductivity"} & seen


def test_a_quantity_has_a_value_exactly_when_it_was_measured() -> None:
    found = list(of_kind("quantity"))
    assert found
    for quantity in found:
        assert quantity.keys() >= {"measurand", "value", "unit", "state", "sample"}
        assert quantity["state"] in STATES
        assert (quantity["value"] is not None) == (quantity["state"] == "measured")


def test_a_panel_has_the_names_of_the_design() -> None:
    found = list(of_kind("marker_panel"))
    assert found
    for panel in found:
        assert panel.keys() >= {"technique", "sample", "controls", "markers"}
        for marker in panel["markers"]:
            assert marker.keys() == MARKER
            assert marker["call"] in CALLS
            assert marker["why"]


#: Real files that are refused, by a part of their name, each with the reason.
REFUSED = {
    "MANIFEST.csv": "UNKNOWN_FORMAT",  # of the corpus itself
    "Assay_Info_1.csv": "UNKNOWN_FORMAT",  # a plate layout, read through a mapping
    "Results_1.csv": "UNKNOWN_FORMAT",  # somebody's own evaluation
    "test_first_400_lines.csv": "TRUNCATED",  # an ExoView table cut for the corpus
    "EY_2013-07-19_PBS_FCS_3.1": "FCS_OFFSET",  # read with --instrument fcs_offset
    "corrupted.fcs": "UNKNOWN_FORMAT",
    "MACSPlex_Human_EV_panel_decoded.csv": "UNKNOWN_FORMAT",  # a bead map, no measurement
    "MPA_Preset_Bead_Populations.mat": "UNKNOWN_FORMAT",
    "simplex_mplex_SIMULATED.csv": "UNKNOWN_FORMAT",
    "cytiva_unicorn": "UNKNOWN_FORMAT",  # a chromatogram
    "RNA_Electropherogram.csv.gz": "SIGNAL_WITHOUT_AXIS",
    "HSRNA_Electropherogram.csv.gz": "SIGNAL_WITHOUT_AXIS",
    "wapl_depletion.csv": "UNKNOWN_FORMAT",  # a table made by hand
    "ratio-ExperimentSummary.csv": "UNKNOWN_FORMAT",  # stripped by a user
    "1_0001.xml": "UNSUPPORTED_KIND",  # report settings of ViewSizer
    "info.md": "EMPTY_FILE",
}


@needs_corpus
def test_every_file_of_the_corpus_is_read_by_one_reader_or_refused_with_its_reason() -> None:
    for reading in evqc.read(CORPUS).readings:
        reason = next((code for part, code in REFUSED.items() if part in reading.source.name), None)
        assert (reading.verdict == "refused") == (reason is not None), (reading.source.name, reading.issues)
        assert reason is None or reading.issues[0].code == reason, reading.source.name
        held = reading.measurements or reading.series or reading.positions or reading.source.joined
        assert reading.verdict == "refused" or reading.instrument in known()
        assert reading.verdict == "refused" or held, reading.source.name
