"""Specifications for the tests: one that nothing is wrong with, and any valid one."""

from __future__ import annotations

import string
from datetime import date
from typing import Any, get_args

from hypothesis import strategies as st

from evqc.batch.vocabulary import ROLES
from evqc.measurands import MEASURANDS
from evqc.release.specification import Category, Reportable, Rounding, Route, Specification, Stage
from evqc.release.templates.making import from_template, templates
from tests.batch.records import TEXTS

#: What the examples of the templates say, for a route that has a K.
VALUES = {
    need.key: need.example for listed in templates().templates for need in listed.takes if need.key != "endotoxin_limit"
}
PRODUCT, SUBSTANCE = "msc-ev-drug-product", "msc-ev-drug-substance"


def sound(name: str = PRODUCT, **values: str) -> Specification:
    """The specification of a template with the values of its examples and others."""
    taken = {need.key for listed in templates().templates if listed.name == name for need in listed.takes}
    return from_template(name, {key: text for key, text in VALUES.items() if key in taken} | values)


def with_changes(specification: Specification, **changes: Any) -> Specification:
    """A specification with some of its fields replaced, checked by the model."""
    return Specification.model_validate(specification.model_dump(by_alias=True) | changes)


def with_test(specification: Specification, test: str, **changes: Any) -> Specification:
    """A specification with some fields of one test replaced."""
    plain = specification.model_dump(by_alias=True)
    assert any(each["id"] == test for each in plain["tests"]), test
    plain["tests"] = [each | changes if each["id"] == test else each for each in plain["tests"]]
    return Specification.model_validate(plain)


def another(specification: Specification, test: str, name: str, **changes: Any) -> Specification:
    """A specification with a copy of one of its tests behind the others."""
    plain = specification.model_dump(by_alias=True)
    copied = next(each for each in plain["tests"] if each["id"] == test)
    return Specification.model_validate(plain | {"tests": [*plain["tests"], {**copied, "id": name, **changes}]})


def _typed(number: float) -> float:
    return float(f"{number:.15g}")


_LINES = TEXTS.map(lambda text: text.replace("\n", " "))
_ENTRIES = st.lists(_LINES, max_size=3, unique=True).map(tuple)
_SOME = st.lists(_LINES, min_size=1, max_size=3, unique=True).map(tuple)
_POSITIVE = st.floats(min_value=1e-300, max_value=1e300).map(_typed)
_DAYS = st.dates(date(1800, 1, 1), date(9999, 12, 31))
DIGITS = st.from_regex(r"([0-9]{1,6}(\.[0-9]{0,4})?|\.[0-9]{1,4})([eE][+-]?[0-9]{1,2})?", fullmatch=True)
LIMITS = st.tuples(st.sampled_from(("<=", ">=", "<", ">")), st.sampled_from(("", " ")), DIGITS).map("".join)
_SETTINGS = st.dictionaries(TEXTS, TEXTS | st.floats(-1e300, 1e300).map(_typed), max_size=3)
_IDS = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=3).map(lambda text: f"T{text}")


def _reportable() -> st.SearchStrategy[dict[str, Any]]:
    several = st.sampled_from([f for f in get_args(Reportable.model_fields["formula"].annotation) if f != "single"])
    many = st.fixed_dictionaries(
        {"formula": several, "determinations": st.integers(2, 99)}, optional={"largest_cv_percent": _POSITIVE}
    )
    return many | st.just({})


def _window() -> st.SearchStrategy[tuple[float, float]]:
    lower, width = st.integers(1, 1000), st.integers(1, 1000)
    return st.tuples(lower, width).map(lambda pair: (pair[0] / 8, (pair[0] + pair[1]) / 8))


@st.composite
def _asked(draw: st.DrawFn) -> dict[str, Any]:
    """What one kind of test needs."""
    measurand = draw(st.sampled_from(sorted(MEASURANDS)))
    limits = draw(st.lists(LIMITS, min_size=1, max_size=3).map(tuple))
    kinds: tuple[dict[str, Any], ...] = (
        {"asks": "quantity", "measurand": measurand, "unit": MEASURANDS[measurand].unit, "limits": limits},
        {"asks": "size share", "window_nm": draw(_window()), "limits": limits},
        {"asks": "marker", "markers": draw(_SOME), "expected": draw(st.sampled_from(("positive", "negative")))},
        {"asks": "particles per protein", "limits": limits},
        {"asks": "label content", "tolerance_percent": draw(st.integers(1, 800)) / 8},
        {"asks": "endotoxin", "unit": "EU/mL"},
        {"asks": "observation", "observation": draw(TEXTS), "accepted": draw(_SOME)},
    )
    return draw(st.sampled_from(kinds))


@st.composite
def _tests(draw: st.DrawFn) -> dict[str, Any]:
    flags = {"mandatory": st.booleans(), "control": st.booleans()}
    texts = dict.fromkeys(("sample", "marker", "note", "second_stage"), TEXTS)
    more = {
        "role": st.sampled_from(ROLES), "stage": st.sampled_from(get_args(Stage)), "method": _ENTRIES,
        "settings": _SETTINGS, "rounding": st.sampled_from(get_args(Rounding)), "uncertainty_percent": _POSITIVE,
        "guard_risk_percent": st.integers(1, 399).map(lambda eighths: eighths / 8),
        "days": st.integers(1, 999), "valid_until": _DAYS, "reportable": _reportable(),
    }  # fmt: skip
    required = {"title": TEXTS, "category": st.sampled_from(get_args(Category)), "source": TEXTS, "valid_from": _DAYS}
    return draw(st.fixed_dictionaries(required, optional={**flags, **texts, **more})) | draw(_asked())


@st.composite
def specifications(draw: st.DrawFn) -> Specification:
    """Any specification that the model accepts and both forms can hold."""
    ids = draw(st.lists(_IDS, min_size=1, max_size=3, unique=True))
    dosage = st.fixed_dictionaries(
        {"route": st.sampled_from(get_args(Route))},
        optional={
            "dose_ml": _POSITIVE, "dose_particles": _POSITIVE, "doses_per_hour": _POSITIVE,
            "body_weight_kg": _POSITIVE, "container_ml": _POSITIVE, "label_particles_per_ml": DIGITS,
        },
    )  # fmt: skip
    optional = {
        "stage": st.sampled_from(get_args(Stage)), "valid_until": _DAYS, "changes": TEXTS,
        "rounding": st.sampled_from(get_args(Rounding)), "checklist": _ENTRIES, "signatures": _SOME,
    }  # fmt: skip
    required = {
        "id": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True), "version": st.integers(1, 10_000),
        "title": TEXTS, "product": TEXTS, "source": TEXTS, "valid_from": _DAYS, "dosage": dosage,
    }  # fmt: skip
    head = draw(st.fixed_dictionaries(required, optional=optional))
    return Specification.model_validate(head | {"tests": [{"id": name, **draw(_tests())} for name in ids]})
