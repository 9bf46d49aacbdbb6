from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment.panels import facts_of_panels, purity_controls
from evqc.batch.assembled import Batch
from evqc.batch.join import join
from evqc.batch.model import BatchRecord
from evqc.batch.vocabulary import MATRICES
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.markers.vocabulary import resolve
from tests.assessment import making
from tests.places import SAMPLES

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts

CM = "conditioned medium with fetal bovine serum"


def facts(*markers: dict[str, Any], matrix: str | None = CM, results: list[dict[str, Any]] | None = None) -> Facts:
    record = {
        "batch": {"id": "B", "product": "P"},
        "source": {"matrix": matrix} if matrix else {},
        "samples": [{"name": "it", "role": "product"}, {"name": "cells", "role": "lysate"}],
        "markers": list(markers),
        "results": results or [],
    }
    return facts_of_panels(making.batch(record, []), "it")


def blot(marker: str, call: str, lysate: str | None = None, sample: str = "it") -> dict[str, Any]:
    made = {"sample": sample, "technique": "western blot", "marker": marker, "call": call}
    return made | ({"lysate": lysate} if lysate else {})


def bead(marker: str, signal: float, control: float = 20.0, limit: float | None = 60.0) -> dict[str, Any]:
    made = {"sample": "it", "technique": "bead assay", "marker": marker, "signal": signal, "control_signal": control}
    return made | {"unit": "a.u."} | ({"limit_of_detection": limit} if limit is not None else {})


def test_markers_are_counted_by_category() -> None:
    made = facts(
        blot("CD63", "positive"), blot("CD81", "positive"), blot("TSG101", "positive"), blot("GAPDH", "positive"),
        blot("Albumin", "negative"), blot("Calnexin", "negative", "positive"), blot("TGF-beta-1", "positive"),
    )  # fmt: skip
    assert made["transmembrane_positive"].value == ("CD63", "CD81")
    assert made["cytosolic_positive"].value == ("TSG101", "GAPDH")
    assert made["cytosolic_specific_positive"].value == ("TSG101",)
    assert set(made["ev_markers_positive"].value or ()) == {"CD63", "CD81", "TSG101", "GAPDH"}  # type: ignore[arg-type]  # a list
    assert made["purity_controls_assessed"].value == ("Albumin",)
    assert made["other_compartments_assessed"].value == ("Calnexin",)
    assert made["secreted_assessed"].value == ("TGF-beta-1",)


def test_a_signal_above_a_single_control_without_limit_is_undecided() -> None:
    made = facts(bead("CD63", 900.0, limit=None))
    assert made["transmembrane_positive"].value == ()
    assert made["transmembrane_positive"].undecided == ("CD63",)
    assert made["marker.CD63"].value is None
    assert "indeterminate" in made["marker.CD63"].why_missing


def test_a_marker_that_its_isotype_outshines_is_invalid_and_undecided() -> None:
    made = facts(bead("CD9", 120.0, control=400.0), bead("CD63", 900.0))
    assert made["isotypes_brighter_than_markers"].value == ("CD9",)
    assert made["transmembrane_positive"].value == ("CD63",)
    assert made["transmembrane_positive"].undecided == ("CD9",)
    assert "invalid" in made["marker.CD9"].why_missing


def test_a_name_that_nobody_knows_leaves_every_list_open_and_is_quoted() -> None:
    made = facts(blot("CD6E", "positive"), blot("Kalnexxin", "negative", "positive"), blot("TSG101", "positive"))
    for name in ("ev_markers_positive", "transmembrane_positive", "cytosolic_positive", "cytosolic_specific_positive"):
        assert made[name].undecided == ("'CD6E'",), name
    for name in ("purity_controls_assessed", "purity_controls_fitting", "other_compartments_assessed",
                 "secreted_assessed"):  # fmt: skip
        assert made[name].undecided == ("'CD6E'", "'Kalnexxin'"), name
    assert made["compartment_markers_negative"].undecided == ("'Kalnexxin'",)
    assert made["unknown_markers"].value == ("'CD6E'", "'Kalnexxin'")
    assert "HGNC symbol" in made["unknown_markers"].needed


def test_an_ambiguous_name_leaves_the_lists_open_that_it_may_belong_to() -> None:
    made = facts(blot("AIM", "positive"))
    assert made["ev_markers_positive"].undecided == ("'AIM'",)
    assert made["secreted_assessed"].undecided == ("'AIM'",)
    assert made["cytosolic_positive"].undecided == ()
    assert (made["unknown_markers"].value, made["unknown_markers"].needed) == ((), "")


def test_panels_that_disagree_leave_a_marker_open() -> None:
    made = facts(blot("CD63", "positive"), bead("CD63", 10.0))
    assert made["marker.CD63"].value is None
    assert made["transmembrane_positive"].undecided == ("CD63",)


def test_rows_that_contradict_each_other_are_what_has_to_be_settled() -> None:
    made = facts(
        blot("Calnexin", "negative", "positive"), blot("CANX", "positive", "positive"), blot("CD63", "positive")
    )
    need = "one answer for Calnexin, which one row calls positive and another negative"
    assert made["other_compartments_assessed"].undecided == ("Calnexin",)
    assert made["other_compartments_assessed"].needed == need
    assert made["compartment_markers_negative"].needed == need
    assert made["marker.Calnexin"].needed == need
    assert made["marker.Calnexin"].why_missing == "one row calls it positive and another negative"
    assert made["ev_markers_positive"].needed == ""


def test_markers_of_the_msc_sets_that_no_panel_lists_are_not_tested() -> None:
    made = facts(blot("CD73", "positive"), blot("CD34", "not tested"))
    assert made["marker.CD73"].value == "positive"
    for name in ("CD34", "CD14", "CD29", "HLA-DRDPDQ"):
        assert (made[f"marker.{name}"].value, made[f"marker.{name}"].why_missing) == (None, "not tested")


@pytest.mark.parametrize(
    ("markers", "expected", "why"),
    [
        ([blot("CD45", "negative", "positive")], "negative", ""),
        ([blot("CD45", "negative"), blot("CD45", "positive", sample="cells")], "negative", ""),
        ([blot("CD45", "negative")], None, "called negative on a blot, and no lysate shows that the antibody works"),
        ([blot("CD45", "negative", "negative")], None, "and the lysate does not show it either"),
        ([blot("CD45", "positive")], "positive", ""),
        ([bead("CD45", 10.0)], "negative", ""),
        ([blot("CD45", "negative"), bead("CD45", 10.0)], "negative", ""),
    ],
)
def test_a_negative_on_a_blot_counts_only_where_a_lysate_shows_it(
    markers: list[dict[str, Any]], expected: str | None, why: str
) -> None:
    fact = facts(*markers)["marker.CD45"]
    assert (fact.value, why in fact.why_missing) == (expected, True)


def test_one_need_names_every_negative_that_no_lysate_shows() -> None:
    made = facts(
        blot("CD45", "negative"), blot("CD34", "negative"), blot("CD14", "negative", "positive"),
        blot("Albumin", "negative"),
    )  # fmt: skip
    need = "a lysate that holds CD45, CD34 beside the product on the same blot"
    assert (made["marker.CD45"].needed, made["marker.CD34"].needed, made["marker.CD14"].needed) == (need, need, "")


def test_the_reason_of_a_call_is_remarked() -> None:
    fact = facts(bead("CD63", 900.0))["marker.CD63"]
    assert fact.value == "positive"
    assert "limit of detection" in fact.remark


@pytest.mark.parametrize(
    ("markers", "without", "lysates"),
    [
        ([blot("Calnexin", "negative", "positive")], (), 1),
        ([blot("Calnexin", "negative", "negative")], ("Calnexin",), 1),
        ([blot("Calnexin", "negative")], ("Calnexin",), 0),
        ([blot("Calnexin", "positive", "positive")], (), 1),
        ([blot("CD63", "negative")], (), 0),
        ([blot("Calnexin", "negative"), blot("Calnexin", "positive", sample="cells")], (), 1),
    ],
)
def test_a_negative_of_another_compartment_needs_a_lysate_that_shows_it(
    markers: list[dict[str, Any]], without: tuple[str, ...], lysates: int
) -> None:
    made = facts(*markers)
    assert made["negative_without_lysate"].value == without
    lanes = made["lysate_controls"].value
    assert isinstance(lanes, tuple)
    assert len(lanes) == lysates


@pytest.mark.parametrize(
    ("marker", "matrix", "fitting"),
    [
        ("Albumin", CM, ("Albumin",)),
        ("Argonaute-2", CM, ()),
        ("Argonaute-2", "conditioned medium, serum-free", ("Argonaute-2",)),
        ("ApoB-100", "plasma", ("ApoB-100",)),
        ("Tamm-Horsfall", "urine", ("Tamm-Horsfall",)),
        ("Tamm-Horsfall", "plasma", ()),
        ("Tamm-Horsfall", "tissue", ("Tamm-Horsfall",)),
        ("Albumin", None, None),
    ],
)
def test_purity_controls_fit_their_material(marker: str, matrix: str | None, fitting: tuple[str, ...] | None) -> None:
    assert facts(blot(marker, "negative"), matrix=matrix)["purity_controls_fitting"].value == fitting


def test_albumin_by_elisa_counts_without_any_panel() -> None:
    elisa = [{"sample": "it", "measurand": "albumin_concentration", "value": "<5", "unit": "ng/mL"}]
    made = facts(results=elisa)
    assert made["purity_controls_assessed"].value == ("Albumin",)
    assert made["purity_controls_fitting"].value == ("Albumin",)
    assert made["ev_markers_positive"].value is None


def test_without_panel_everything_is_missing() -> None:
    made = facts()
    assert {fact.value for fact in made.values()} == {None}
    assert made["marker.CD73"].why_missing == "not tested"


def test_the_table_of_purity_controls_speaks_of_known_materials_and_markers() -> None:
    assert set(purity_controls()) <= set(MATRICES)
    for names in purity_controls().values():
        for name in names:
            found = resolve(name)
            assert found is not None
            assert found.name == name
            assert found.category is not None
            assert found.category.startswith("3")


# Panels by the instruments that measure many markers


def of_samples(*files: tuple[str, str, str]) -> Facts:
    """Facts of ``it`` with the instruments' own samples as exports: each its path, its sample and the group in it."""
    paths = dict.fromkeys(path for path, _, _ in files)
    readings = [read_export(ExportFile(path, (SAMPLES / path).read_bytes())) for path in paths]
    assert all(reading.verdict != "refused" for reading in readings), [r.issues for r in readings]
    entries = [{"path": path, "sample": sample, "runs": runs} for path, sample, runs in files]
    record = BatchRecord.model_validate({
        "batch": {"id": "B", "product": "P"},
        "source": {"matrix": CM},
        "samples": [{"name": "it", "role": "product"}, {"name": "cells", "role": "lysate"}],
        "files": entries,
    })  # fmt: skip
    joined = join(record, making.source("batch.toml"), readings)
    made = Batch(
        name="B", record=record, record_source=making.source("batch.toml"), readings=tuple(readings),
        runs=joined.runs, panels=joined.panels, values=joined.values,
    )  # fmt: skip
    return facts_of_panels(made, "it")


MACSPLEX = ("macsplex_table/flowjo-medians-and-counts.csv", "it", "EV batch 7.fcs")
SPECTRA = ("fragpipe/two_samples.tsv", "it", "batch_7")
SPECTRA_OF_LYSATE = ("fragpipe/two_samples.tsv", "cells", "lysate")
FLOW_OF_CELLS = ("flowjo/nested_populations.wsp", "it", "EV batch 7 CD63")


def test_surface_beads_alone_answer_neither_category_2_nor_3() -> None:
    made = of_samples(MACSPLEX)
    assert len(made["transmembrane_positive"].value or ()) >= 3  # type: ignore[arg-type]  # a list
    for name in ("cytosolic_positive", "purity_controls_assessed", "purity_controls_fitting"):
        assert (made[name].value, made[name].undecided) == ((), ()), name


def test_proteins_that_a_search_names_by_accession_count_by_their_canonical_name() -> None:
    made = of_samples(SPECTRA)
    assert made["cytosolic_specific_positive"].value == ("Syntenin-1",)
    assert {"Albumin", "ApoA-I"} <= set(made["purity_controls_assessed"].value or ())  # type: ignore[arg-type]  # a list


def test_what_mass_spectrometry_did_not_find_is_open_and_not_negative() -> None:
    made = of_samples(SPECTRA)
    assert made["compartment_markers_negative"].value == ()
    assert made["other_compartments_assessed"].undecided == ("Calnexin",)
    by_hand = facts({"sample": "it", "technique": "mass spectrometry", "marker": "Calnexin", "call": "negative"})
    assert by_hand["compartment_markers_negative"].value == ()
    assert by_hand["other_compartments_assessed"].undecided == ("Calnexin",)


def test_beads_and_spectra_together_answer_what_each_can() -> None:
    """CD63 is positive on beads and not decided by spectra; Syntenin-1 is in the spectra only."""
    made = of_samples(MACSPLEX, SPECTRA)
    assert {"CD63", "CD81", "Syntenin-1"} <= set(made["ev_markers_positive"].value or ())  # type: ignore[arg-type]  # a list
    assert made["cytosolic_positive"].value == ("Syntenin-1",)
    assert made["purity_controls_assessed"].value


def test_a_panel_of_the_lysate_shows_that_a_negative_could_have_been_seen() -> None:
    negative = blot("Calnexin", "negative")
    assert facts(negative)["negative_without_lysate"].value == ("Calnexin",)
    assert facts(negative, blot("Calnexin", "positive", sample="cells"))["negative_without_lysate"].value == ()
    assert of_samples(SPECTRA, SPECTRA_OF_LYSATE)["lysate_controls"].value == ("cells",)
    assert "Calnexin" not in (of_samples(SPECTRA_OF_LYSATE)["ev_markers_positive"].value or ())  # type: ignore[operator]  # a list


@pytest.mark.parametrize(
    "file",
    [
        FLOW_OF_CELLS, ("fcs/float_with_volume.fcs", "it", "EV batch 7 anti-CD63"),
        ("macsquantify/gates-of-two-experiments.xlsx", "it", "EV donor cells"),
    ],
)  # fmt: skip
def test_gates_and_channels_of_a_cytometer_are_no_panel(file: tuple[str, str, str]) -> None:
    """They say nothing against a control, and may be of cells."""
    made = of_samples(file)
    assert made["ev_markers_positive"].why_missing == "no marker panel of the product"
    assert made["marker.CD63"].value is None if "marker.CD63" in made else True
    assert of_samples((file[0], "cells", file[2]))["lysate_controls"].value is None
