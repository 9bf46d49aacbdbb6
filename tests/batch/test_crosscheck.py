"""Everything that exports and record may say against each other, and what is no contradiction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.batch.crosscheck import crosscheck
from evqc.batch.duplicates import duplicates
from tests.batch.readings import BEADS, NTA, RECORD, panel, quantity, reading, refused_reading, run
from tests.batch.records import full

if TYPE_CHECKING:
    from evqc.batch.assembled import Contradiction
    from evqc.reading import Reading

Change = tuple[str, str]
_MEDIUM = '[[results]]\nsample = "medium"\nmeasurand = "ph"\nvalue = 7.4\nunit = "1"\n\n'
_BLANK = '[[results]]\nsample = "=cmd|\'/c calc\'!A0"\nmeasurand = "ph"\nvalue = 7.4\nunit = "1"\n\n'
#: Gives every sample of the full record a result, and the second step the sample that the first one made.
_COMPLETE: tuple[Change, ...] = (("[[markers]]", f"{_MEDIUM}{_BLANK}[[markers]]"),)
_NOT_IN_A_STEP: Change = ('sample_in = "medium"\n', "")
_ENTRY = '[[files]]\npath = "nta/EV-1.csv"\nsample = "EV-1"\ndilution = 1000\n'
_BEAD_ENTRY = '[[files]]\npath = "nta/beads.csv"\n'


def found(*readings: Reading, changes: tuple[Change, ...] = (), images: tuple[str, ...] = ("images/tem.png",)) -> list[
    tuple[str, str | None]
]:  # fmt: skip
    """Code and place of every contradiction; the place is the file when it is not in the record."""
    record = full(*_COMPLETE, *changes)
    return [_of(c) for c in crosscheck(record, RECORD, readings, images=images, mappings=("bca.toml",))]


def _of(contradiction: Contradiction) -> tuple[str, str | None]:
    where = contradiction.issue.where.field
    return contradiction.issue.code, where if contradiction.source == RECORD else contradiction.source.name


def test_record_that_fits_its_exports_has_no_contradiction() -> None:
    assert found(NTA, BEADS) == []


def entries(*texts: str) -> Change:
    """The entry of the one export replaced by others, each given by its lines after the path."""
    return _ENTRY, "\n".join(f'[[files]]\npath = "nta/EV-1.csv"\n{text}\n' for text in texts)


TWO = reading("nta/EV-1.csv", run("all", group="g1"), run("all", group="g2", name="b"))
SAMPLES = reading("nta/EV-1.csv", run("EV-1", group="EV_1", dilution=1000.0), run("medium", group="Medium", name="b"))
G1, G2 = 'sample = "EV-1"\nruns = "g1"\ndilution = 10', 'sample = "medium"\nruns = "G2"\ndilution = 10'

#: Name; readings; changes of the record; every contradiction that follows.
CASES: dict[str, tuple[tuple[Reading, ...], tuple[Change, ...], list[tuple[str, str | None]]]] = {
    "file_missing": ((BEADS,), (), [("FILE_MISSING", "files[1].path")]),
    "no_exports_at_all": ((), (), [("FILE_MISSING", "files[1].path"), ("FILE_MISSING", "files[2].path")]),
    "file_of_the_only_data_missing": (
        (BEADS,),
        (('sample = "EV-1"\ndilution', 'sample = "medium"\ndilution'), (_MEDIUM, "")),
        [("FILE_MISSING", "files[1].path"), ("SAMPLE_WITHOUT_DATA", "samples[2].name")],
    ),
    "file_of_the_only_data_refused": (
        (refused_reading("nta/EV-1.csv"), BEADS),
        (('sample = "EV-1"\ndilution', 'sample = "medium"\ndilution'), (_MEDIUM, "")),
        [("SAMPLE_WITHOUT_DATA", "samples[2].name")],
    ),
    "path_with_a_dot": ((NTA, BEADS), (('"nta/EV-1.csv"', '"./nta//EV-1.csv"'),), []),
    "file_nobody_mentions": ((NTA, BEADS, reading("x.csv", run())), (), [("FILE_NOT_LISTED", "x.csv")]),
    "file_joined_to_a_listed_one": (
        (reading("nta/EV-1.csv", run(), joined=("nta/EV-1_11pos.txt",)), BEADS,
         reading("nta/EV-1_11pos.txt", joined=("nta/EV-1.csv",))),
        (),
        [],
    ),
    "mapping_missing": (
        (NTA, BEADS), ((_BEAD_ENTRY, f'{_BEAD_ENTRY}mapping = "elisa.toml"\n'),),
        [("MAPPING_MISSING", "files[2].mapping")],
    ),
    "mapping_there": ((NTA, BEADS), ((_BEAD_ENTRY, f'{_BEAD_ENTRY}mapping = "bca.toml"\n'),), []),
    "image_missing": ((NTA, BEADS), (("images/tem.png", "images/tim.png"),), [("IMAGE_MISSING", "images[1].path")]),
    "image_of_a_marker_missing": (
        (NTA, BEADS), (('call = "positive"', 'call = "positive"\nimage = "images/blot.png"'),),
        [("IMAGE_MISSING", "markers[1].image")],
    ),
    "marker_misspelt": (
        (NTA, BEADS), (('marker = "CD63"', 'marker = "calnexn"'),),
        [("MARKER_NOT_KNOWN", "markers[1].marker"), ("ANTIBODY_NOT_USED", "antibodies[1].marker")],
    ),
    "dilution_stated_twice_differently": (
        (reading("nta/EV-1.csv", run(dilution=500.0)), BEADS), (), [("DILUTION_DIFFERS", "files[1].dilution")]
    ),
    "dilution_stated_twice_alike": ((reading("nta/EV-1.csv", run(dilution=1000.0000000001)), BEADS), (), []),
    "dilution_nowhere": ((NTA, BEADS), (("dilution = 1000\n", ""),), [("DILUTION_NOT_STATED", "files[1].dilution")]),
    "dilution_in_the_export_only": (
        (reading("nta/EV-1.csv", run(dilution=500.0)), BEADS), (("dilution = 1000\n", ""),), []
    ),
    "dilution_of_a_diluent_needs_none": (
        (NTA, BEADS, reading("pbs.csv", run(None))),
        ((_BEAD_ENTRY, f"[[files]]\npath = \"pbs.csv\"\nsample = \"=cmd|'/c calc'!A0\"\n\n{_BEAD_ENTRY}"),),
        [],
    ),
    "dilution_of_a_table_of_quantities": (
        (reading("nta/EV-1.csv", quantity()), BEADS), (), [("DILUTION_NOT_APPLIED", "files[1].dilution")]
    ),
    "dilution_of_a_panel_means_nothing_yet": ((reading("nta/EV-1.csv", panel()), BEADS), (), []),
    "sample_of_the_export_is_another_one": (
        (reading("nta/EV-1.csv", run("Medium")), BEADS), (), [("SAMPLE_DIFFERS", "files[1].sample")]
    ),
    "sample_of_the_export_written_otherwise": ((reading("nta/EV-1.csv", run("ev_1")), BEADS), (), []),
    "sample_of_the_export_is_a_label": ((reading("nta/EV-1.csv", run("d1000 pre2")), BEADS), (), []),
    "sample_without_data": ((NTA, BEADS), ((_MEDIUM, ""),), [("SAMPLE_WITHOUT_DATA", "samples[2].name")]),
    "groups_mixed": ((TWO, BEADS), (), [("GROUPS_MIXED", "files[1]")]),
    "groups_shared_out": ((TWO, BEADS), (entries(G1, G2),), []),
    "group_left": ((TWO, BEADS), (entries(G1),), [("GROUP_NOT_ASSIGNED", "nta/EV-1.csv")]),
    "group_left_to_an_entry_without_runs": ((TWO, BEADS), (entries(G1, 'sample = "medium"\ndilution = 10'),), []),
    "group_named_like_the_sample": ((SAMPLES, BEADS), (), [("GROUP_NOT_ASSIGNED", "nta/EV-1.csv")]),
    "groups_named_like_the_samples": (
        (SAMPLES, BEADS), (entries('sample = "EV-1"', 'sample = "medium"\ndilution = 10'),), []
    ),
    "group_that_is_not_there": (
        (TWO, BEADS), (entries(G1, G2, 'sample = "EV-1"\nruns = "g3"'),), [("RUNS_NOT_FOUND", "files[3].runs")]
    ),
    "one_file_for_two_samples": (
        (NTA, BEADS), (entries('sample = "EV-1"', 'sample = "medium"'),), [("GROUPS_DISPUTED", "nta/EV-1.csv")]
    ),
    "one_file_twice_for_one_sample": (
        (NTA, BEADS), (entries('sample = "EV-1"\ndilution = 10', 'sample = "EV-1"\ndilution = 10'),), []
    ),
    "one_group_for_two_samples": (
        (TWO, BEADS), (entries(G1, G2, 'sample = "medium"\nruns = "g1"'),), [("GROUPS_DISPUTED", "nta/EV-1.csv")]
    ),
    "group_of_another_sample": (
        (SAMPLES, BEADS),
        (entries('sample = "EV-1"\nruns = "medium"\ndilution = 10', 'sample = "EV-1"\nruns = "EV-1"'),),
        [("SAMPLE_DIFFERS", "files[1].sample")],
    ),
    "same_bytes_under_two_names": (
        (NTA, BEADS, reading("nta/copy.csv", run(), content="nta/EV-1.csv")),
        ((_BEAD_ENTRY, f'[[files]]\npath = "nta/copy.csv"\nsample = "EV-1"\ndilution = 1000\n\n{_BEAD_ENTRY}'),),
        [("DUPLICATE_FILE", "nta/copy.csv")],
    ),
    "same_run_in_two_files": (
        (NTA, BEADS, reading("nta/merged.csv", run(name="EV-1 00"))),
        ((_BEAD_ENTRY, f'[[files]]\npath = "nta/merged.csv"\nsample = "EV-1"\ndilution = 1000\n\n{_BEAD_ENTRY}'),),
        [("DUPLICATE_RUN", "nta/merged.csv")],
    ),
    "acquired_before_harvest": (
        (reading("nta/EV-1.csv", run(at="2024-05-29T23:59:59")), BEADS), (), [("MEASURED_BEFORE_HARVEST", "files[1]")]
    ),
    "acquired_before_preparation": (
        (reading("nta/EV-1.csv", run(at="2024-05-31T09:00:00")), BEADS), (),
        [("MEASURED_BEFORE_PREPARATION", "files[1]")],
    ),
    "acquired_on_the_day": ((reading("nta/EV-1.csv", run(at="2024-06-01T00:00:00")), BEADS), (), []),
    "acquired_at_nobody_knows": ((reading("nta/EV-1.csv", run(at=None)), BEADS), (), []),
    "step_sample_before_preparation": (
        (reading("nta/EV-1.csv", run(None, at="2024-05-31T09:00:00")), BEADS),
        (('sample = "EV-1"\ndilution', 'sample = "medium"\ndilution'),),
        [],
    ),
    "result_before_harvest": (
        (NTA, BEADS), (("measured_on = 2024-06-02", "measured_on = 2024-05-01"),),
        [("MEASURED_BEFORE_HARVEST", "results[1].measured_on")],
    ),
    "cells_counted_before_harvest": (
        (NTA, BEADS),
        (('"protein_concentration"\nvalue = 12.5\nunit = "ug/mL"', '"cell_viability"\nvalue = 95\nunit = "%"'),
         ("measured_on = 2024-06-02", "measured_on = 2024-05-01")),
        [],
    ),
    "prepared_before_harvest": (
        (NTA, BEADS), (("prepared_on = 2024-06-01", "prepared_on = 2024-05-29"),),
        [("PREPARED_BEFORE_HARVEST", "batch.prepared_on")],
    ),
    "more_into_the_first_step_than_there_was": (
        (NTA, BEADS), (("volume_in_ml = 500", "volume_in_ml = 600"),), [("STEP_VOLUME", "isolation[1].volume_in_ml")]
    ),
    "more_into_a_step_than_came_out": (
        (NTA, BEADS), (("volume_in_ml = 25", "volume_in_ml = 30"),), [("STEP_VOLUME", "isolation[2].volume_in_ml")]
    ),
    "more_into_a_step_for_a_stated_reason": (
        (NTA, BEADS), (("volume_in_ml = 25", 'volume_in_ml = 30\nnote = "made up with PBS"'),), []
    ),
    "less_into_a_step_than_came_out": ((NTA, BEADS), (("volume_in_ml = 25", "volume_in_ml = 2"),), []),
    "more_out_than_in": (
        (NTA, BEADS), (("volume_out_ml = 5\n", "volume_out_ml = 50\n"), ("volume_ml = 5\n", "volume_ml = 50\n")), []
    ),
    "sample_of_another_volume_than_its_step_gave": (
        (NTA, BEADS), (("volume_out_ml = 5\n", "volume_out_ml = 50\n"),),
        [("STEP_VOLUME", "isolation[2].volume_out_ml")],
    ),
    "sample_of_another_volume_for_a_stated_reason": (
        (NTA, BEADS), (("volume_out_ml = 5\n", 'volume_out_ml = 50\nnote = "45 mL kept back"\n'),), []
    ),
    "concentration_factor_of_the_volumes": (
        (NTA, BEADS), (("cutoff_kDa = 300", "cutoff_kDa = 300, concentration_factor = 20"),), []
    ),
    "concentration_factor_that_the_volumes_deny": (
        (NTA, BEADS), (("cutoff_kDa = 300", "cutoff_kDa = 300, concentration_factor = 50"),),
        [("STEP_FACTOR", "isolation[1].parameters.concentration_factor")],
    ),
    "sample_in_its_own_step": (
        (NTA, BEADS), (('sample_out = "EV-1"', 'sample_in = "EV-1"\nsample_out = "EV-1"'),),
        [("STEP_ORDER", "isolation[2].sample_in")],
    ),
    "sample_out_of_two_steps": (
        (NTA, BEADS), (('sample_in = "medium"', 'sample_in = "medium"\nsample_out = "EV-1"'),),
        [("STEP_ORDER", "isolation[2].sample_out")],
    ),
    "sample_of_a_step_that_another_one_makes": (
        (NTA, BEADS), (('role = "product"', 'role = "product"\nfrom_step = 1'),),
        [("STEP_ORDER", "samples[1].from_step")],
    ),
    "other_sample_in_than_out": (
        (NTA, BEADS),
        (('sample_in = "medium"\n', 'sample_out = "medium"\n'),
         ('sample_out = "EV-1"', 'sample_in = "EV-1"')),
        [("STEP_SAMPLE", "isolation[2].sample_in")],
    ),
    "blank_out_of_a_step": (
        (NTA, BEADS), (('role = "product"', 'role = "process blank"'),), [("STEP_ROLE", "isolation[2].sample_out")]
    ),
    "dilution_of_a_reagent_blank_needs_none": (
        (NTA, BEADS, reading("pbs.csv", run(None))),
        (('role = "diluent blank"', 'role = "reagent blank"'),
         (_BEAD_ENTRY, f"[[files]]\npath = \"pbs.csv\"\nsample = \"=cmd|'/c calc'!A0\"\n\n{_BEAD_ENTRY}")),
        [],
    ),
    "detergent_control_that_nobody_measured": (
        (NTA, BEADS), ((_MEDIUM, ""), ('role = "step sample"', 'role = "detergent control"'), _NOT_IN_A_STEP),
        [("SAMPLE_WITHOUT_DATA", "samples[2].name")],
    ),
    "isotype_control_that_nobody_measured": (
        (NTA, BEADS), ((_MEDIUM, ""), ('role = "step sample"', 'role = "isotype control"'), _NOT_IN_A_STEP),
        [("SAMPLE_WITHOUT_DATA", "samples[2].name")],
    ),
    "detergent_control_in_a_step": (
        (NTA, BEADS), (('role = "step sample"', 'role = "detergent control"'),),
        [("STEP_ROLE", "isolation[1].sample_in")],
    ),
    "detergent_control_before_the_harvest": (
        (reading("nta/EV-1.csv", run(None, at="2024-05-29T09:00:00")), BEADS),
        (('role = "step sample"', 'role = "detergent control"'), _NOT_IN_A_STEP,
         ('sample = "EV-1"\ndilution', 'sample = "medium"\ndilution')),
        [("MEASURED_BEFORE_HARVEST", "files[1]")],
    ),
    "stored_as_long_as_the_dates_say": ((NTA, BEADS), (("storage_degC = -80", "stored_days = 1.5"),), []),
    "stored_longer_than_the_dates_say": (
        (NTA, BEADS), (("storage_degC = -80", "stored_days = 14"),),
        [("STORED_DAYS_DIFFER", "samples[1].stored_days")],
    ),
    "stored_and_never_prepared": (
        (NTA, BEADS), (("storage_degC = -80", "stored_days = 14"), ("prepared_on = 2024-06-01\n", "")), []
    ),
    "marker_without_result": ((NTA, BEADS), (('call = "positive"\n', ""),), [("MARKER_WITHOUT_RESULT", "markers[1]")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_contradictions_are_exactly_these(name: str) -> None:
    readings, changes, expected = CASES[name]
    assert found(*readings, changes=changes) == expected


def test_both_numbers_of_a_dilution_are_shown() -> None:
    record = full(*_COMPLETE)
    readings = (reading("nta/EV-1.csv", run(dilution=500.0)), BEADS)
    (contradiction,) = crosscheck(record, RECORD, readings, images=("images/tem.png",))
    assert contradiction.issue.found == "1000 in the record, 500 in nta/EV-1.csv"
    assert contradiction.issue.severity == "warning"
    assert contradiction.source == RECORD


def test_missing_file_names_the_one_that_looks_like_it() -> None:
    (contradiction,) = [
        c
        for c in crosscheck(full(), RECORD, (reading("nta/EV-1 .csv", run()), BEADS), images=("images/tem.png",))
        if c.issue.code == "FILE_MISSING"
    ]
    assert "near it: nta/EV-1 .csv" in contradiction.issue.message


@pytest.mark.parametrize(("name", "severity"), [("calnexn", "warning"), ("our own antigen", "note")])
def test_a_marker_that_looks_like_a_known_one_is_more_than_a_remark(name: str, severity: str) -> None:
    record = full(*_COMPLETE, *(2 * (('marker = "CD63"', f'marker = "{name}"'),)))
    (contradiction,) = crosscheck(record, RECORD, (NTA, BEADS), images=("images/tem.png",), mappings=("bca.toml",))
    assert contradiction.issue.severity == severity
    assert ("near it: Calnexin" in contradiction.issue.message) == (severity == "warning")


def test_empty_files_are_the_same_file_only_when_their_bytes_are() -> None:
    unreadable = [refused_reading("a"), refused_reading("b")]
    assert list(duplicates(unreadable)) == []


def test_every_contradiction_reads_as_a_sentence() -> None:
    for readings, changes, _ in CASES.values():
        record = full(*_COMPLETE, *changes)
        for each in crosscheck(record, RECORD, readings, images=("images/tem.png",)):
            assert each.issue.message.startswith("found ")
            assert each.issue.message.endswith(".")
            assert each.issue.severity in {"warning", "note"}
