"""Records keep their values, refuse what does not fit, and write the same bytes every time."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from evqc.criteria.findings import Evidence, Fact
from evqc.errors import Where
from evqc.measurement import Agreement, Bins, Comparison, Quantity, RunValidity, SizeStatistics, State, agreement
from evqc.records import (
    array,
    from_columns,
    from_plain,
    json_schema,
    maker,
    record,
    replace,
    to_columns,
    to_json,
    to_plain,
)

numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@record
class Holding:
    """A record that holds anything."""

    value: Any


@settings(deadline=None)  # the first document loads pydantic
@given(documents, st.sampled_from([None, 2, 4]))
def test_a_document_is_written_as_json_writes_it(value: object, indent: int | None) -> None:
    expected = json.dumps({"value": value}, indent=indent, ensure_ascii=False, allow_nan=False) + "\n"
    assert to_json(Holding(value=value), indent=indent) == expected


def test_every_line_but_the_first_begins_with_the_margin() -> None:
    expected = '{\n>  "value": [\n>    {},\n>    [\n>      null,\n>      [\n>        2.5\n>      ]\n>    ]\n>  ]\n>}\n'
    assert to_json(Holding(value=[{}, [None, [2.5]]]), margin=">") == expected


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_finite_number_is_not_written(number: float) -> None:
    for holder in (SizeStatistics(mean_nm=number), Bins(lower=np.array([1.0, number]), upper=np.array([2.0, 3.0]))):
        with pytest.raises(ValueError, match=r"not JSON compliant|finite numbers"):
            to_json(holder)


@settings(deadline=None)  # the first document loads pydantic
@given(numbers)
def test_an_array_survives_json(values: list[float]) -> None:
    bins = Bins(lower=array(values), upper=array(values))
    again = from_plain(Bins, json.loads(to_json(bins)))
    assert again == bins
    assert to_json(again) == to_json(bins)


@pytest.mark.parametrize("bad", [[1.0, float("nan")], [float("inf")], [[1.0], [2.0]], 3.0])
def test_an_array_is_finite_and_flat(bad: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        array(bad)


def test_arrays_and_records_cannot_be_changed() -> None:
    bins = Bins(lower=array([0.0]), upper=array([1.0]))
    with pytest.raises(ValueError, match="read-only"):
        bins.lower[0] = 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        bins.lower = array([2.0])  # type: ignore[misc]  # that it cannot be assigned is what is tested


def test_changing_the_list_afterwards_does_not_change_the_record() -> None:
    values = np.array([0.0, 1.0])
    bins = Bins(lower=array(values), upper=array(values))
    values[0] = 9
    assert bins.lower[0] == 0


def test_what_a_record_makes_anew_is_its_own_and_what_it_is_given_is_kept() -> None:
    flags = {"Results / Noise": "low"}
    one, other, given = RunValidity(valid=None), RunValidity(valid=None), RunValidity(valid=True, flags=flags)
    assert one.flags == {}
    assert one.flags is not other.flags
    assert given.flags is flags
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.flags = flags  # type: ignore[misc]  # that it cannot be assigned is what is tested


def test_equality_looks_into_arrays() -> None:
    one, same, other = (Bins(lower=array([0.0]), upper=array([u])) for u in (1.0, 1.0, 2.0))
    assert one == same
    assert one != other
    assert one.__eq__("bins") is False


@given(numbers)
def test_a_record_survives_the_way_to_another_process(values: list[float]) -> None:
    bins = Bins(lower=array(values), upper=array(values))
    again = pickle.loads(pickle.dumps(bins))
    assert again == bins
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.lower = bins.upper


def test_a_record_is_made_as_any_dataclass_and_is_frozen_at_once() -> None:
    made = Evidence(name="a.csv", sha256="0", where=Where(line=1))
    assert type(made) is Evidence
    assert [getattr(made, field.name) for field in dataclasses.fields(made)] == ["a.csv", "0", Where(line=1)]
    assert Fact(value=1.0) == Fact(value=1.0, unit="", evidence=(), above=None)
    assert dataclasses.replace(Fact(value=1.0), unit="nm") == Fact(value=1.0, unit="nm")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.name = "b.csv"  # type: ignore[misc]  # that it cannot be assigned is what is tested


@pytest.mark.parametrize("given", [{}, {"value": 1.0, "surprise": 1}])
def test_a_record_is_not_made_of_too_little_or_too_much(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"value|surprise"):
        Fact(**given)


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="surprise"):
        from_plain(Bins, {"lower": [0], "upper": [1], "surprise": 1})


def test_a_schema_names_its_document() -> None:
    schema = json_schema(Quantity, "evqc.quantity/1")
    assert schema["$id"] == "evqc.quantity/1"
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("state", [s for s in State if s is not State.MEASURED])
def test_a_value_exists_only_when_measured(state: State) -> None:
    with pytest.raises(ValueError, match="does not go with value"):
        Quantity(measurand="volume", value=1.0, unit="mL", state=state, sample=None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": None}, "does not go with value"),
        ({"value": float("nan")}, "finite"),
        ({"value": float("inf")}, "finite"),
        ({"unit": "nm"}, "does not go with volume"),
        ({"unit": "furlong"}, "does not go with volume"),
        ({"measurand": "mood"}, "not known"),
        ({"bound": 1.0}, "bound"),
    ],
)
def test_a_quantity_refuses_nonsense(changes: dict[str, object], message: str) -> None:
    good = {"measurand": "volume", "value": 1.0, "unit": "mL", "state": State.MEASURED, "sample": None}
    with pytest.raises(ValueError, match=message):
        Quantity(**{**good, **changes})  # type: ignore[arg-type]  # wrong types are what is tested


def test_plain_values_stand_in_the_order_of_the_fields() -> None:
    quantity = Quantity(measurand="volume", value=None, unit="mL", state=State.BELOW_RANGE, sample="a", bound=0.5)
    assert list(to_plain(quantity))[:4] == ["kind", "measurand", "value", "unit"]
    assert to_plain(quantity)["state"] == "below range"


def comparisons(values: list[float]) -> tuple[Comparison, ...]:
    """A comparison for each number."""
    return tuple(
        Comparison(statistic=f"d{i}_nm", reported=value, recomputed=-value, tolerance=0.5, within=value == 0)
        for i, value in enumerate(values)
    )


@given(numbers)
def test_records_made_of_columns_are_those_made_one_by_one(values: list[float]) -> None:
    made = comparisons(values)
    columns = to_columns(made)
    assert (from_columns(Comparison, **columns) if columns else ()) == made
    assert list(columns) in ([], ["statistic", "reported", "recomputed", "tolerance", "within"])


@given(numbers)
def test_an_agreement_comes_whole_out_of_another_process(values: list[float]) -> None:
    sent = agreement("a rule", comparisons(values))
    again: Agreement = pickle.loads(pickle.dumps(sent))
    assert again == sent
    assert repr(again) == repr(sent)


def test_records_made_of_columns_cannot_be_changed() -> None:
    (made,) = from_columns(Comparison, **to_columns(comparisons([1.0])))
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.reported = 2.0  # type: ignore[misc]  # that it cannot be assigned is what is tested


@given(numbers)
def test_a_maker_makes_what_calling_the_class_makes(values: list[float]) -> None:
    make: Any = maker(Comparison)
    for one in comparisons(values):
        same = make(**{field.name: getattr(one, field.name) for field in dataclasses.fields(one)})
        assert (type(same), same, repr(same)) == (Comparison, one, repr(one))


def test_a_maker_fills_in_defaults_and_makes_what_cannot_be_changed() -> None:
    make = maker(RunValidity)
    assert make(valid=None) == RunValidity(valid=None)
    assert make(valid=None).flags is not make(valid=None).flags, "a default that is made anew is made anew"
    with pytest.raises(dataclasses.FrozenInstanceError):
        make(valid=None).valid = True  # type: ignore[misc]  # that it cannot be assigned is what is tested
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'valid'"):
        make()  # type: ignore[call-arg]  # that it is refused is what is tested


@given(numbers, st.floats(allow_nan=False))
def test_a_record_is_replaced_as_dataclasses_do_it(values: list[float], other: float) -> None:
    for one in comparisons(values):
        made = replace(one, reported=other)
        assert (type(made), made) == (Comparison, dataclasses.replace(one, reported=other))
        assert one.reported != other or made == one


def test_a_record_has_no_other_fields_to_replace_and_is_checked_again() -> None:
    quantity = Quantity(measurand="volume", value=1.0, unit="mL", state=State.MEASURED, sample=None)
    with pytest.raises(TypeError, match="colour"):
        replace(quantity, colour="red")
    with pytest.raises(ValueError, match="does not go with volume"):
        replace(quantity, unit="furlong")


def test_there_is_no_maker_of_a_record_that_checks_what_it_is_made_of() -> None:
    with pytest.raises(TypeError, match="Quantity checks"):
        maker(Quantity)


def test_columns_that_make_no_record_are_refused() -> None:
    columns = to_columns(comparisons([1.0, 2.0]))
    none: dict[str, tuple[object, ...]] = {field.name: () for field in dataclasses.fields(Quantity)}
    with pytest.raises(TypeError, match="made of the fields statistic"):
        from_columns(Comparison, **{name: columns[name] for name in ("statistic", "reported")})
    with pytest.raises(ValueError, match="one length"):
        from_columns(Comparison, **(columns | {"within": [True]}))
    with pytest.raises(TypeError, match="without a check"):
        from_columns(Quantity, **none)
