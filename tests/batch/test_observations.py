"""Tests without a number in the batch record: read, refused, contradicted, and absent from old records."""

from __future__ import annotations

import io

import openpyxl
import pytest

from evqc.batch.crosscheck import crosscheck
from evqc.batch.fields import OBSERVATIONS, RESULTS
from evqc.batch.join import join
from evqc.batch.model import BatchRecord
from evqc.batch.vocabulary import OBSERVATIONS as KNOWN
from evqc.batch.vocabulary import OUTCOMES
from evqc.batch.workbook import read_workbook, write_workbook
from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.reading import Source
from tests.batch.records import changed, full, issues_of, toml

SOURCE = Source(name="batch.toml", sha256="0" * 64, bytes=1)
NO_OUTCOME = 'outcome = "no growth"\n'


def contradictions(*changes: tuple[str, str]) -> dict[str, str | None]:
    """Code and place of what an observation of the full record contradicts."""
    found = crosscheck(full(*changes), SOURCE, ())
    return {c.issue.code: c.issue.where.field for c in found if "observations" in str(c.issue.where.field)}


def test_an_observation_is_read_from_both_forms() -> None:
    record = full()
    assert record.observations[0].outcome == "no growth"
    assert record.observations[0].containers_positive == 0
    assert read_workbook(ExportFile("batch.xlsx", write_workbook(record))) == record


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('sample = "EV-1"\ntest', 'sample = "EV-9"\ntest', "UNKNOWN_SAMPLE"),
        ("containers_positive = 0", "containers_positive = 5", "OUT_OF_RANGE"),
        ("containers_tested = 4\n", "", "MISSING_KEY"),
        ("containers_tested = 4", "containers_tested = 0", "OUT_OF_RANGE"),
        (NO_OUTCOME, "", "MISSING_KEY"),
        (NO_OUTCOME, 'result = "no growth"\n' + NO_OUTCOME, "UNKNOWN_KEY"),
        ("read_on = 2024-06-17", 'read_on = "17.6.2024"', "WRONG_TYPE"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(old: str, new: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        toml(changed((old, new)))
    ((found, line),) = issues_of(refused.value)
    assert found == code
    assert isinstance(line, int)


def test_a_refusal_in_the_workbook_names_its_cell() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(full())))
    column = [field.name for field in OBSERVATIONS].index("containers_positive") + 1
    book["Observations"].cell(2, column).value = 5
    with pytest.raises(InputError) as refused:
        read_workbook(workbook(book))
    assert issues_of(refused.value) == [("OUT_OF_RANGE", "Observations!I2")]


def workbook(book: openpyxl.Workbook) -> ExportFile:
    raw = io.BytesIO()
    book.save(raw)
    return ExportFile("batch.xlsx", raw.getvalue())


def test_a_workbook_from_before_observations_still_opens() -> None:
    record = full()
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(record)))
    del book["Observations"]
    book["Results"].delete_cols([field.name for field in RESULTS].index("size_um") + 1)
    assert read_workbook(workbook(book)) == record.model_copy(update={"observations": ()})


def test_a_record_from_before_observations_still_opens() -> None:
    assert toml('[batch]\nid = "a"\nproduct = "b"\n').observations == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("read_on = 2024-06-17", "read_on = 2024-06-02", "READ_BEFORE_START", "observations[1].read_on"),
        ("started_on = 2024-06-03", "started_on = 2024-05-31", "STARTED_BEFORE_PREPARATION",
         "observations[1].started_on"),
        ("containers_positive = 0", "containers_positive = 1", "OUTCOME_DIFFERS", "observations[1].outcome"),
        (NO_OUTCOME, 'outcome = "growth"\n', "OUTCOME_DIFFERS", "observations[1].outcome"),
        ('control = "no growth"', 'control = "growth"', "CONTROL_POSITIVE", "observations[1].control"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_a_warning_at_its_place(old: str, new: str, code: str, place: str) -> None:
    assert contradictions((old, new)) == {code: place}


def test_a_sound_observation_contradicts_nothing() -> None:
    assert contradictions() == {}


def test_a_test_that_looks_for_nothing_has_no_outcome_to_contradict() -> None:
    assert contradictions(('test = "sterility"', 'test = "appearance"'), (NO_OUTCOME, 'outcome = "turbid"\n')) == {}


def test_a_sample_with_an_observation_has_data() -> None:
    record = BatchRecord.model_validate(
        {
            "batch": {"id": "a", "product": "b"},
            "samples": [{"name": "EV-1", "role": "product"}],
            "observations": [{"sample": "EV-1", "test": "appearance", "outcome": "turbid"}],
        }
    )
    assert not [c for c in crosscheck(record, SOURCE, ()) if c.issue.code == "SAMPLE_WITHOUT_DATA"]


def test_the_size_of_sub_visible_particles_travels_with_the_number() -> None:
    result = {"sample": "EV-1", "measurand": "subvisible_particle_concentration", "unit": "1/mL", "value": 212}
    record = BatchRecord.model_validate(
        {
            "batch": {"id": "a", "product": "b"},
            "samples": [{"name": "EV-1", "role": "product"}],
            "results": [result | {"size_um": 10}, result],
        }
    )
    first, second = (value.quantity.settings for value in join(record, SOURCE, ()).values)
    assert first == {"size_um": 10}
    assert second == {}


def test_every_outcome_of_the_lists_is_offered_once() -> None:
    assert len(set(OUTCOMES)) == len(OUTCOMES)
    assert set(OUTCOMES) == {outcome for outcomes in KNOWN.values() for outcome in outcomes}
