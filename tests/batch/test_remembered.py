"""What was computed of a batch is computed once, and never told of another batch."""

from __future__ import annotations

from dataclasses import replace

from evqc.batch.assembled import Batch
from evqc.batch.remembered import remembered

ASKED: list[str] = []


@remembered
def of_sample(batch: Batch, sample: str, *, shouted: bool = False) -> str:
    """Names a sample, and notes that it was asked to."""
    ASKED.append(sample)
    return f"{batch.name}: {sample.upper() if shouted else sample}"


def batch(name: str = "one") -> Batch:
    return Batch(name=name, record=None, record_source=None, readings=())


def test_the_same_is_computed_once() -> None:
    ASKED.clear()
    one = batch()
    assert [of_sample(one, "EV"), of_sample(one, "EV"), of_sample(one, "blank")] == ["one: EV", "one: EV", "one: blank"]
    assert ASKED == ["EV", "blank"]


def test_other_arguments_have_their_own_answer() -> None:
    one = batch()
    assert of_sample(one, "ev") == "one: ev"
    assert of_sample(one, "ev", shouted=True) == "one: EV"


def test_a_batch_made_of_another_remembers_nothing_of_it() -> None:
    one = batch()
    assert of_sample(one, "EV") == "one: EV"
    assert of_sample(replace(one, name="two"), "EV") == "two: EV"


def test_what_is_remembered_is_no_part_of_the_batch() -> None:
    one = batch()
    of_sample(one, "EV")
    assert one == batch()
    assert "EV" not in repr(one)


def test_a_missing_answer_is_remembered_too() -> None:
    ASKED.clear()

    @remembered
    def nothing(batch: Batch) -> None:
        ASKED.append(batch.name)

    one = batch()
    nothing(one)
    nothing(one)
    assert ASKED == ["one"]
