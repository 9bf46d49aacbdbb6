"""Markers of cells that the vesicles are not of count neither as found nor as analysed, and the finding says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import subjects
from evqc.assessment.other_cells import belongs_elsewhere, is_msc
from evqc.batch.model import SourceMaterial
from evqc.markers.vocabulary import known, marker
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts

LYSATE = "conditioned medium with human platelet lysate"
SERUM_FREE = "conditioned medium, serum-free"


def facts(source: dict[str, Any], **calls: str) -> Facts:
    """Facts of a product with blots of these calls, each beside a lysate that shows the marker."""
    blots = [
        {"sample": "it", "technique": "western blot", "marker": name, "call": call, "lysate": "positive"}
        for name, call in calls.items()
    ]
    record = {
        "batch": {"id": "B", "product": "P"},
        "source": source,
        "samples": [{"name": "it", "role": "product"}],
        "markers": blots,
    }
    return next(s.facts for s in subjects(making.batch(record, [])) if s.kind == "product")


MSC = {"cell_type": "UC-MSC", "matrix": SERUM_FREE}
POSITIVE = ("ev_markers_positive", "transmembrane_positive")


def test_markers_of_leukocytes_are_no_sign_of_vesicles_of_stromal_cells() -> None:
    made = facts(MSC, CD45="positive", CD34="positive", CD63="positive", TSG101="positive")
    assert made["ev_markers_positive"].value == ("CD63", "TSG101")
    assert made["transmembrane_positive"].value == ("CD63",)
    for name in POSITIVE:
        assert made[name].remark == "not counted, since they are of other cells than stromal cells: CD45, CD34"


def test_negative_controls_are_no_enriched_proteins_that_were_analysed() -> None:
    made = facts(MSC, CD45="negative", CD34="negative", CD14="negative", CD63="positive")
    assert made["enriched_proteins_analysed"].value == ("CD63",)
    said = "not counted, since they are of other cells than stromal cells: CD45, CD34, CD14"
    assert made["enriched_proteins_analysed"].remark == said
    assert made["ev_markers_positive"].remark == ""


@pytest.mark.parametrize("cells", ["UC-MSC", "HEK293", None])
def test_platelet_markers_may_be_of_the_lysate_in_the_medium(cells: str | None) -> None:
    made = facts({"cell_type": cells, "matrix": LYSATE}, CD41b="positive", CD62P="positive", TSG101="positive")
    assert made["ev_markers_positive"].value == ("TSG101",)
    said = "not counted, since platelet lysate in the medium brings vesicles with them: CD41b, CD62P"
    assert made["ev_markers_positive"].remark == said


def test_a_supplement_of_platelet_lysate_is_one_whatever_the_material_is_called() -> None:
    source = {"cell_type": "HEK293", "matrix": SERUM_FREE, "supplement": "5 % human platelet lysate"}
    assert facts(source, CD41b="positive")["ev_markers_positive"].value == ()


@pytest.mark.parametrize(
    "source",
    [
        {"cell_type": "platelets", "matrix": "plasma"},
        {"matrix": "plasma"},
        {"cell_type": "T cells", "matrix": SERUM_FREE},
        {"matrix": SERUM_FREE},
        {},
    ],
)
def test_of_other_or_unknown_sources_every_marker_counts(source: dict[str, Any]) -> None:
    made = facts(source, CD45="positive", CD41b="positive", TSG101="positive")
    assert made["ev_markers_positive"].value == ("CD41b", "CD45", "TSG101")
    assert made["ev_markers_positive"].remark == ""
    assert "CD45" in (made["enriched_proteins_analysed"].value or ())  # type: ignore[operator]  # a list


def test_an_undecided_marker_of_other_cells_decides_nothing() -> None:
    beads = {"sample": "it", "technique": "bead assay", "marker": "CD45", "signal": 30, "unit": "a.u."}
    record = {
        "batch": {"id": "B", "product": "P"},
        "source": MSC,
        "samples": [{"name": "it", "role": "product"}],
        "markers": [beads, beads | {"marker": "CD63"}],
    }
    made = next(s.facts for s in subjects(making.batch(record, [])) if s.kind == "product")
    assert (made["ev_markers_positive"].undecided, made["ev_markers_positive"].remark) == (("CD63",), "")
    assert made["enriched_proteins_analysed"].undecided == ("CD63",)


def test_what_counts_of_stromal_cells_is_what_stands_for_no_other_cell() -> None:
    source = SourceMaterial(cell_type="UC-MSC")
    out = {m.name for m in known() if m.category in {"1a", "1b"} and belongs_elsewhere(m, source)}
    assert {"CD45", "CD14", "HLA-DRDPDQ", "CD41b", "CD31", "CD37", "CD326"} <= out
    assert out.isdisjoint({"CD9", "CD63", "CD81", "CD73", "CD90", "CD105", "CD146", "CD142", "CD106", "EGFR"})
    assert belongs_elsewhere(marker("ITGB2"), source)
    assert not belongs_elsewhere(marker("Calnexin"), source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SourceMaterial(cell_type="adipose stem cells"), True),
        (SourceMaterial(cell_type="HEK293"), False),
        (SourceMaterial(matrix="plasma"), False),
        (SourceMaterial(matrix=SERUM_FREE), None),
        (SourceMaterial(), None),
    ],
)
def test_stromal_cells_are_known_by_the_cell_type(source: SourceMaterial, expected: bool | None) -> None:
    assert is_msc(source) is expected


@pytest.mark.parametrize(
    ("supplement", "counts"),
    [("5 % hPL", False), ("5 % Platelet Lysate", False), ("without platelet lysate", True), ("insulin", True)],
)
def test_platelet_lysate_is_known_by_the_words_that_contradict_a_serum_free_medium(
    supplement: str, counts: bool
) -> None:
    source = {"cell_type": "HEK293", "matrix": SERUM_FREE, "supplement": supplement}
    found = facts(source, CD41b="positive")["ev_markers_positive"].value
    assert found == (("CD41b",) if counts else ())
