"""Facts of parent cells, MSC vesicles, sizes, species and storage, with values calculated by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import subjects
from evqc.assessment.buffers import read_buffer
from evqc.criteria.evaluate import ask
from evqc.criteria.findings import Fact, Subject, Verdict
from evqc.criteria.load import shipped
from tests.assessment import making

if TYPE_CHECKING:
    from collections.abc import Iterable

BOOK = shipped()
BASE: dict[str, Any] = {
    "batch": {"id": "B", "product": "P", "term": "small EVs", "size_cutoff_nm": 200},
    "source": {"cell_type": "UC-MSC"},
    "samples": [{"name": "it", "role": "product", "volume_ml": 2}, {"name": "ref", "role": "reference"}],
    "files": [{"path": "it.csv", "sample": "it", "dilution": 1}],
}
RUNS = [{"name": "it.csv", "runs": [{"concentration": 4e9}, {"concentration": 4e9}]}]


def result(measurand: str, value: float | str, unit: str, sample: str = "it", **more: Any) -> dict[str, Any]:
    return {"sample": sample, "measurand": measurand, "value": value, "unit": unit, **more}


def facts(exports: Iterable[dict[str, Any]] = RUNS, **tables: Any) -> dict[str, Fact]:
    """Facts of the batch and its product together."""
    made = subjects(making.batch(BASE | tables, list(exports)))
    found: dict[str, Fact] = {}
    for subject in made:
        if subject.kind in {"batch", "product"}:
            found |= subject.facts
    return found


@pytest.mark.parametrize(
    ("places", "share", "verdict"),
    [(0, 94.9, Verdict.PASS), (1, 94.9, Verdict.FAIL), (0, 95.0, Verdict.PASS), (1, 95.0, Verdict.PASS),
     (0, 94.4, Verdict.FAIL), (1, 94.95, Verdict.PASS)],
)  # fmt: skip
def test_the_decimals_of_the_limit_decide(places: int, share: float, verdict: Verdict) -> None:
    """STANDARDS 10.6: 94.9 meets "at least 95", which is shipped, and not "at least 95.0"."""
    shipped_one = BOOK.criteria["ISCT-MSC-02"]
    assert {limit.places for c in shipped_one.requires for limit in c.limits} == {0}
    requires = tuple(
        c.model_copy(update={"limits": tuple(limit.model_copy(update={"places": places}) for limit in c.limits)})
        for c in shipped_one.requires
    )
    criterion = shipped_one.model_copy(update={"requires": requires})
    shares = {"parent_cells.CD105": 95.0, "parent_cells.CD73": 95.0, "parent_cells.CD90": share}
    of = {name: Fact(value=value, unit="%") for name, value in shares.items()} | {"source_is_msc": Fact(value=True)}
    subject = Subject(kind="batch", name="B", facts=of)
    assert ask(criterion, subject, words=BOOK.words, day=date(2026, 11, 21)).verdict is verdict


def test_the_edges_of_isct_are_included_and_cd11b_stands_in_for_cd14() -> None:
    shares = {"CD105": 95, "CD73": 95, "CD90": 95, "CD45": 2, "CD34": 2, "CD11b": 2, "CD19": 2, "HLA-DR": 2}
    rows = [result("marker_positive_cells", v, "%", marker=name) for name, v in shares.items()]
    of = Subject(kind="batch", name="B", facts=facts(results=rows))
    for name in ("ISCT-MSC-02", "ISCT-MSC-03"):
        assert ask(BOOK.criteria[name], of, words=BOOK.words, day=BOOK.newest).verdict is Verdict.PASS


@pytest.mark.parametrize(("species", "verdict"), [("human", Verdict.PASS), ("mouse", Verdict.NOT_ASSESSED)])
def test_isct_judges_human_cells_alone(species: str, verdict: Verdict) -> None:
    rows = [result("marker_positive_cells", 99, "%", marker=name) for name in ("CD105", "CD73", "CD90")]
    of = Subject(kind="batch", name="B", facts=facts(source={"cell_type": "BM-MSC", "species": species}, results=rows))
    finding = ask(BOOK.criteria["ISCT-MSC-02"], of, words=BOOK.words, day=BOOK.newest)
    assert finding.verdict is verdict
    assert ("species mouse" in finding.because) is (species == "mouse")


def test_cells_of_a_reference_are_not_the_parent_cells() -> None:
    rows = [result("marker_positive_cells", 99, "%", marker="CD45", sample="PBMC")]
    given = {"samples": [{"name": "PBMC", "role": "reference"}], "results": rows}
    assert facts(**given)["parent_cells.CD45"].why_missing == "not tested"


def test_the_higher_share_of_a_pair_counts_and_the_lower_of_replicates() -> None:
    rows = [result("marker_positive_cells", v, "%", marker=m) for m, v in (("CD14", 1), ("CD11b", 4), ("CD90", 99))]
    found = facts(results=[*rows, result("marker_positive_cells", 91, "%", marker="CD90")])
    assert found["parent_cells.CD14 or CD11b"].value == 4
    assert found["parent_cells.CD90"].value == 91
    assert found["parent_cells.CD73"].value is None


@pytest.mark.parametrize(
    ("shares", "name", "value", "above", "below"),
    [
        ([("CD14", 1.2), ("CD11b", ">1")], "CD14 or CD11b", None, 1.2, None),
        ([("CD14", 1.2), ("CD11b", ">5")], "CD14 or CD11b", None, 5.0, None),
        ([("CD14", 1.2), ("CD11b", "<0.5")], "CD14 or CD11b", 1.2, None, None),
        ([("CD14", 1.2), ("CD11b", "<5")], "CD14 or CD11b", None, 1.2, 5.0),
        ([("CD14", ">1"), ("CD11b", "<5")], "CD14 or CD11b", None, 1.0, None),
        ([("CD90", 99), ("CD90", "<60")], "CD90", None, None, 60.0),
        ([("CD90", 91), ("CD90", ">95")], "CD90", 91.0, None, None),
        ([("CD90", 97), ("CD90", ">95")], "CD90", None, 95.0, 97.0),
        ([("CD90", ">95")], "CD90", None, 95.0, None),
    ],
)
def test_of_several_shares_what_lies_beyond_a_range_may_be_the_one_that_counts(
    shares: list[tuple[str, float | str]], name: str, value: float | None, above: float | None, below: float | None
) -> None:
    """The higher share counts of CD14 and CD11b, and the lower of two of CD90."""
    rows = [result("marker_positive_cells", share, "%", marker=marker) for marker, share in shares]
    found = facts(results=rows)[f"parent_cells.{name}"]
    assert (found.value, found.above, found.below) == (value, above, below)


def test_what_induces_hla_dr_is_said_with_its_number_alone() -> None:
    source = {"cell_type": "UC-MSC", "matrix": "conditioned medium with human platelet lysate", "condition": "IFN-g"}
    row = result("marker_positive_cells", 8, "%", marker="HLA-DR")
    assert facts(source=source)["parent_cells.HLA-DR"].remark == ""
    remark = facts(source=source, results=[row])["parent_cells.HLA-DR"].remark
    assert remark == "the cells grew with platelet lysate and under 'IFN-g', which can induce it"
    assert facts(results=[row])["parent_cells.HLA-DR"].remark == ""


@pytest.mark.parametrize(
    ("cell_type", "tissue"),
    [("UC-MSC", "UC-MSC"), ("hUC-MSCs", "hUC-MSCs"), ("BMSC", "BMSC"), ("ADSC", "ADSC"), ("MSC", ""), ("THE MSC", "")],
)
def test_the_tissue_in_the_name_of_the_cells(cell_type: str, tissue: str) -> None:
    assert facts(source={"cell_type": cell_type})["tissue_of_msc"].value == tissue
    assert facts(source={"cell_type": cell_type, "tissue": "BM"})["tissue_of_msc"].value == "bone marrow"


def test_lineages_nobody_tested_are_undecided() -> None:
    stated = {"osteogenic_differentiation": "shown", "adipogenic_differentiation": "not shown"}
    found = facts(statements=stated)["differentiation_shown"]
    assert (found.value, found.undecided) == (("osteogenic",), ("chondrogenic",))
    assert facts()["differentiation_shown"].value is None


def test_membrane_and_cargo_by_hand() -> None:
    rows = [result("lipid_concentration", 2, "ug/mL"), result("rna_concentration", 50, "ng/mL"),
            result("detergent_labile_fraction", 80, "%")]  # fmt: skip
    found = facts(results=rows)
    assert found["membrane_metrics"].value == ("lipid per particle 0.5 fg", "share destroyed by detergent 80 %")
    metrics = found["physical_integrity_metrics"].value
    assert isinstance(metrics, tuple)
    assert metrics[0].endswith("% of the particles at 50 to 200 nm")
    assert metrics[1] == "0.025 µg RNA per µg lipid"
    assert facts()["membrane_metrics"].value is None
    assert facts(results=[result("detergent_labile_fraction", 0, "%")])["membrane_metrics"].value == ()


@pytest.mark.parametrize(
    ("own", "reference", "value", "above", "below"),
    [
        (90, 100, 0.9, None, None),
        ("<10", 100, None, None, 0.1),
        (90, "<10", None, 9, None),
        ("<5", "<5", None, None, None),
    ],
)
def test_activity_relative_to_the_reference(
    own: float | str, reference: float | str, value: float | None, above: float | None, below: float | None
) -> None:
    rows = [result("specific_activity", own, "a.u."), result("specific_activity", reference, "a.u.", "ref")]
    found = facts(results=rows)["specific_activity_to_reference"]
    assert (found.value, found.above, found.below) == (value, above, below)


@pytest.mark.parametrize(
    ("limits", "value"),
    [("0.8 to 1.25", True), ("0.8-1.25", True), ("0.95 – 1.05", False), ("1.25 to 0.8", None), ("± 20 %", None)],
)
def test_the_comparison_with_the_reference_needs_limits_that_are_numbers(limits: str, value: bool | None) -> None:
    rows = [result("specific_activity", 90, "a.u."), result("specific_activity", 100, "a.u.", "ref")]
    found = facts(results=rows, statements={"reference_limits": limits})["reference_within_limits"]
    assert found.value is value
    assert found.remark != "" if value is not None else limits in found.why_missing


def test_sizes_and_purity_are_compared_with_the_reference_as_well() -> None:
    rows = [result("protein_concentration", 2, "ug/mL"), result("protein_concentration", 2, "ug/mL", "ref")]
    files = [*BASE["files"], {"path": "ref.csv", "sample": "ref", "dilution": 1}]
    runs = [*RUNS, {"name": "ref.csv", "runs": [{"concentration": 2e9, "median": 55}]}]
    found = facts(runs, results=rows, files=files, statements={"reference_limits": "0.5 to 3"})
    remark = found["reference_within_limits"].remark
    assert "particles per protein 2, median diameter 2;" in remark


def test_identity_counts_what_has_an_answer() -> None:
    markers = [
        {"sample": "it", "technique": "western blot", "marker": "CD63", "call": "positive"},
        {"sample": "it", "technique": "western blot", "marker": "CD73", "call": "not tested"},
        {"sample": "it", "technique": "western blot", "marker": "CD45", "call": "negative", "lysate": "positive"},
    ]
    assert facts(markers=markers)["identity_attributes"].value == (
        "size distribution", "particle concentration", "EV markers", "markers of other cells",
    )  # fmt: skip


def test_an_attribute_that_was_looked_for_without_an_answer_is_undecided() -> None:
    markers = [
        {"sample": "it", "technique": "western blot", "marker": "CD63", "call": "positive"},
        {"sample": "it", "technique": "western blot", "marker": "CD45", "call": "negative", "lysate": "negative"},
    ]
    found = facts(markers=markers)["identity_attributes"]
    assert found.value == ("size distribution", "particle concentration", "EV markers")
    assert found.undecided == ("markers of other cells",)


def test_size_windows_of_a_product() -> None:
    found = facts()
    assert found["size_window.release-30-160"].value == pytest.approx(89.4, abs=0.1)
    assert found["size_window.exosome-30-100"].remark == "30 to 100 nm, 2 runs"
    shares = found["size_window_shares"].value
    assert isinstance(shares, tuple)
    assert shares[0].endswith("at 30 to 100 nm (exosomes)")
    assert any("(exosomes or small EVs of mesenchymal stromal cells)" in text for text in shares)
    assert found["share_on_side_of_cutoff"].value == pytest.approx(97.7, abs=0.1)
    large = facts(batch=BASE["batch"] | {"term": "large EVs"})
    assert large["share_on_side_of_cutoff"].value == pytest.approx(100 - 97.7, abs=0.1)
    assert large["share_on_side_of_cutoff"].remark == "from 200 nm, 2 runs"


def test_without_runs_no_window_has_a_share() -> None:
    found = facts([], files=[])
    names = ("size_window_shares", "share_on_side_of_cutoff", "size_window.exosome-30-100")
    assert [found[name].value for name in names] == [None] * 3


@pytest.mark.parametrize(
    ("species", "expected"),
    [
        ("human", ()),
        ("mouse", ("CD1c", "IL32")),
        ("rat", ("CD1c", "CD209", "IL32")),
        ("pig", None),
        (None, None),
    ],
)
def test_markers_that_the_species_lacks(species: str | None, expected: tuple[str, ...] | None) -> None:
    names = ("CD1c", "CD209", "SSEA-4", "Gnai2", "H2-K1", "IL-32", "IL-6", "not a marker")
    markers = [{"sample": "it", "technique": "western blot", "marker": n, "call": "positive"} for n in names]
    source = {"cell_type": "UC-MSC"} | ({"species": species} if species else {})
    assert facts(source=source, markers=markers)["markers_foreign_to_species"].value == expected


@pytest.mark.parametrize(
    ("degrees", "kind"),
    [(-196, "vapour or liquid nitrogen"), (-80, "-80 degC"), (-70, "-80 degC"), (-65, "frozen above -70 degC"),
     (-20, "frozen above -70 degC"), (0, "refrigerated"), (4, "refrigerated"), (25, "warmer than a refrigerator"),
     (None, None)],
)  # fmt: skip
def test_kinds_of_storage(degrees: float | None, kind: str | None) -> None:
    samples = [{"name": "it", "role": "product"} | ({} if degrees is None else {"storage_degC": degrees})]
    assert facts(samples=samples)["storage_class"].value == kind


def test_an_unknown_buffer_is_quoted_where_it_is_missing() -> None:
    found = facts(samples=[{"name": "it", "role": "product", "buffer": "Buffer C", "tube": "tube"}])
    assert read_buffer("Buffer C") is None
    for name in ("buffer_kind", "buffer_additives", "measured_in_albumin", "trehalose_in_buffer"):
        assert found[name].value is None
        assert "'Buffer C'" in found[name].why_missing
    assert "'tube'" in found["tube_kind"].why_missing


def test_albumin_of_the_buffer_spoils_protein_and_nothing_else() -> None:
    samples = [{"name": "it", "role": "product", "buffer": "PBS-HAT"}]
    rows = [result("protein_concentration", 2, "ug/mL"), result("lipid_concentration", 2, "ug/mL")]
    assert facts(samples=samples, results=rows)["measured_in_albumin"].value == ("protein concentration",)
    samples = [{"name": "it", "role": "product", "buffer": "PBS, 25 mM trehalose"}]
    assert facts(samples=samples, results=rows)["measured_in_albumin"].value == ()


def test_what_is_left_since_day_0() -> None:
    samples = [
        {"name": "it", "role": "product", "stored_days": 90},
        {"name": "t0", "role": "product", "stored_days": 0},
    ]
    files = [*BASE["files"], {"path": "t0.csv", "sample": "t0", "dilution": 1}]
    runs = [*RUNS, {"name": "t0.csv", "runs": [{"concentration": 5e9, "median": 110}]}]
    rows = [result("polydispersity_index", 0.4, "1"), result("polydispersity_index", 0.3, "1", "t0")]
    made = subjects(making.batch(BASE | {"samples": samples, "files": files, "results": rows}, runs))
    of = {subject.name: subject.facts for subject in made if subject.kind == "product"}
    later, first = of["it"], of["t0"]
    assert (later["day_0_known"].value, first["day_0_known"].value) == (True, False)
    assert later["particles_left"].value == pytest.approx(80)
    assert later["mode_shift"].value == 0
    assert later["polydispersity_rise"].value == 0.1


def test_without_stored_days_nobody_knows_whether_it_is_later_than_day_0() -> None:
    assert facts()["day_0_known"].value is None
    assert facts(samples=[{"name": "it", "role": "product", "stored_days": 3}])["day_0_known"].value is False


@pytest.mark.parametrize(("name", "severity"), [("AIM", "warning"), ("CD1", "warning"), ("our own antigen", "note")])
def test_an_ambiguous_marker_of_the_record_is_more_than_a_remark(name: str, severity: str) -> None:
    markers = [{"sample": "it", "technique": "western blot", "marker": name, "call": "positive"}]
    made = making.batch(BASE | {"markers": markers}, RUNS)
    found = [c.issue for c in made.contradictions if c.issue.code == "MARKER_NOT_KNOWN"]
    assert [issue.severity for issue in found] == [severity]
    assert found[0].found.startswith(f"'{name}'")
    of = next(s.facts for s in subjects(made) if s.kind == "product")
    listed = of["ambiguous_markers"].value
    assert isinstance(listed, tuple)
    assert bool(listed) == (severity == "warning")


SIGNALS = [("CD73", 1010), ("CD90", 510), ("CD14", 85), ("CD34", 185)]


def by_signal(**changed: float) -> list[dict[str, Any]]:
    """A bead assay of the product, its background 10 and its limit of detection 50."""
    at = {"sample": "it", "technique": "bead assay", "control_signal": 10, "limit_of_detection": 50, "unit": "a.u."}
    return [at | {"marker": name, "signal": changed.get(name, signal)} for name, signal in SIGNALS]


def test_the_ratio_of_origin_by_hand_as_a_bound_and_absent() -> None:
    """750 over 125 on the mean; with CD14 in the dark over 107.5 at most; without CD73 and CD90 nothing."""
    assert facts()["msc_marker_ratio"].why_missing == "no marker panel of the product"
    found = facts(markers=by_signal())["msc_marker_ratio"]
    assert found.value == pytest.approx(6)
    assert found.remark == "CD73, CD90 over CD14, CD34, bead assay in a.u., one panel; decadic logarithm 0.78"
    bound = facts(markers=by_signal(CD14=12))["msc_marker_ratio"]
    assert bound.value is None
    assert bound.above == pytest.approx(750 / 107.5)
    partly = by_signal(CD14=9)
    del partly[2]["limit_of_detection"]
    named = facts(markers=partly)["msc_marker_ratio"]
    assert named.value == pytest.approx(750 / 175)
    assert named.remark.endswith("; left out for want of a signal above background or a limit of detection: CD14")
    absent = facts(markers=by_signal(CD73=20, CD90=30))["msc_marker_ratio"]
    assert absent.value == 0
    assert absent.remark.startswith("none above background")
