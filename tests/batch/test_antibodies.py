"""An antibody of a marker that nothing tests is remarked on; one that is used anywhere is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.batch.antibodies import antibodies_of_nothing
from evqc.batch.assignment import assign
from tests.batch.readings import BEADS, NTA, RECORD, panel, reading
from tests.batch.records import full

if TYPE_CHECKING:
    from evqc.reading import Reading

Said = list[tuple[str, str, str | None]]
PANEL = reading("nta/EV-1.csv", panel())
_OF_RECORD = ('marker = "CD63"\ntechnique = "western blot"\nclone', 'marker = "{}"\ntechnique = "{}"\nclone')


def found(
    marker: str, technique: str = "western blot", *readings: Reading, change: tuple[str, str] | None = None
) -> Said:
    """Code, severity and place of what is said of the record's one antibody."""
    record = full((_OF_RECORD[0], _OF_RECORD[1].format(marker, technique)), *([change] if change else []))
    said = antibodies_of_nothing(record, RECORD, assign(record, readings or (NTA, BEADS)))
    return [(each.issue.code, each.issue.severity, each.issue.where.field) for each in said]


NOT_USED = [("ANTIBODY_NOT_USED", "note", "antibodies[1].marker")]
OTHER_BLOT = ('marker = "CD63"\ncall', 'marker = "CD9"\ncall')


@pytest.mark.parametrize("marker", ["CD63", "cd63", "anti-human CD63", "Tspan30"])
def test_an_antibody_of_the_marker_of_a_blot_is_used_however_it_is_written(marker: str) -> None:
    assert found(marker) == []


@pytest.mark.parametrize("marker", ["CD9", "Calnexin", "our own antigen"])
def test_an_antibody_of_a_marker_that_nothing_tests_is_remarked_on(marker: str) -> None:
    assert found(marker) == NOT_USED


@pytest.mark.parametrize(
    "name", ["mouse IgG1", "REA control isotype", "anti-mouse HRP", "goat anti-rabbit IgG", "secondary antibody"]
)
def test_controls_and_second_antibodies_are_of_no_marker(name: str) -> None:
    assert found(name) == []


def test_the_panel_of_an_export_counts_and_an_export_of_nobody_does_not() -> None:
    assert found("CD63", "flow", PANEL, change=OTHER_BLOT) == []
    unlisted = reading("else.csv", panel())
    assert found("CD63", "flow", NTA, unlisted, change=OTHER_BLOT) == NOT_USED


def test_share_of_cells_counts() -> None:
    cells = (
        '"protein_concentration"\nvalue = 12.5\nunit = "ug/mL"',
        '"marker_positive_cells"\nvalue = 98\nunit = "%"\nmarker = "CD73"',
    )
    assert found("CD73", "flow cytometry", change=cells) == []


def test_capture_in_a_step_counts() -> None:
    step = (
        '"size-exclusion chromatography"',
        '"immunoaffinity"\nparameters = { target = "CD9", antibody_clone = "H5C6" }',
    )
    assert found("CD9", "immunoaffinity", change=step) == []


def test_label_of_an_image_counts() -> None:
    assert found("CD9", "cryo electron microscopy") == []
    assert found("CD9", "atomic force microscopy") == NOT_USED
