"""From plain data to a batch record, or to everything that is wrong with it, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from evqc.batch.model import BatchRecord
from evqc.batch.own_methods import Own, known_methods
from evqc.batch.references import wrong_between_entries
from evqc.batch.sections import SECTIONS, Section
from evqc.batch.wording import Locate, Path, nearest, quoted
from evqc.errors import Issue, Where, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails

    from evqc.batch.references import Problem

Record = TypeVar("Record", bound=BaseModel)
_BOUND = 'a number, or a bound such as "<0.5" or ">600"'

#: What pydantic calls it, what evqc calls it, and what can be read there instead.
_SENTENCES: dict[str, tuple[str, str]] = {
    "float_type": ("WRONG_TYPE", "a number"),
    "int_type": ("WRONG_TYPE", "a whole number"),
    "bool_type": ("WRONG_TYPE", "true or false"),
    "string_type": ("WRONG_TYPE", "text"),
    "date_type": ("WRONG_TYPE", "a date such as 2024-05-31, without quotes and without time"),
    "tuple_type": ("WRONG_TYPE", "a list"),
    "dict_type": ("WRONG_TYPE", "a table of keys and values"),
    "model_type": ("WRONG_TYPE", "a table of keys and values"),
    "finite_number": ("NOT_FINITE", "a finite number"),
    "greater_than": ("OUT_OF_RANGE", "a number above {gt:g}"),
    "greater_than_equal": ("OUT_OF_RANGE", "a number of at least {ge:g}"),
    "less_than_equal": ("OUT_OF_RANGE", "a number of at most {le:g}"),
    "string_too_short": ("MISSING_KEY", "some text"),
    "string_too_long": ("TOO_LONG", "at most {max_length} characters"),
    "string_pattern_mismatch": ("NOT_A_VALUE", _BOUND),
    "literal_error": ("NOT_ALLOWED", "one of {expected}"),
}


def check(plain: dict[str, Any], locate: Locate, own: Own | None = None) -> tuple[BatchRecord | None, list[Issue]]:
    """The record that ``plain`` describes, or what is wrong with it.

    Args:
        plain: sections by key, as ``tomllib`` gives them.
        locate: the place in the source of a path; also asked for keys that are not there.
        own: finds files of a laboratory's own separation methods.

    Returns:
        The record and no issue, or None and every issue: keys and units that are not known, values of the wrong type
        or range, missing keys, names used twice, and references to samples that the record does not name.
    """
    made = prepared(plain, SECTIONS)
    known, missing = known_methods(made, "batch", own)
    wrong = [*wrong_between_entries(made, known), *missing]
    return validated(BatchRecord, made, SECTIONS, wrong, locate, {"methods": known})


def prepared(plain: dict[str, Any], sections: Sequence[Section]) -> dict[str, Any]:
    """Sections with lists as tuples and without empty texts, which are missing values."""
    made: dict[str, Any] = _tupled(_without_empty_text(plain, sections))
    return made


def validated(
    model: type[Record],
    plain: dict[str, Any],
    sections: Sequence[Section],
    own: Sequence[Problem],
    locate: Locate,
    context: dict[str, Any] | None = None,
) -> tuple[Record | None, list[Issue]]:
    """The record of a model that ``plain`` describes, or what is wrong with it.

    Args:
        model: what is described.
        plain: as ``prepared`` gives it.
        sections: of the model, for the keys that may stand.
        own: what was found wrong before, with exact places.
        locate: the place in the source of a path.
        context: for the model's validators.
    """
    issues = [problem("error", code, locate(path), found, expected) for path, code, found, expected in own]
    try:
        record = model.model_validate(plain, strict=True, context=context)
    except ValidationError as error:
        return None, [*issues, *_issues(error.errors(), plain, locate, [path for path, *_ in own], sections)]
    return (None, issues) if issues else (record, [])


def once_a_place(issues: Iterable[Issue]) -> list[Issue]:
    """The first issue of every place: what follows from it would only hide it."""
    return list({issue.where: issue for issue in reversed(list(issues))}.values())[::-1]


def _without_empty_text(plain: dict[str, Any], sections: Sequence[Section]) -> dict[str, Any]:
    """Empty text is a missing value; under a key that nobody knows it stays, so that the key is refused."""
    return {key: _emptied(value, _known_keys((key,), sections)) for key, value in plain.items()}


def _emptied(value: Any, known: Sequence[str]) -> Any:
    match value:
        case list():
            return [_emptied(each, known) for each in value]
        case dict():
            kept = {k: _emptied(v, list(v)) if isinstance(v, dict) else v for k, v in value.items()}
            return {k: v for k, v in kept.items() if not (isinstance(v, str) and not v.strip() and k in known)}
    return value


def _tupled(value: Any) -> Any:
    match value:
        case list():
            return tuple(_tupled(each) for each in value)
        case dict():
            return {key: _tupled(each) for key, each in value.items()}
    return value


def _known_keys(path: Path, sections: Sequence[Section]) -> list[str]:
    """The keys that may stand below ``path``."""
    if not path:
        return ["schema", *(s.key for s in sections)]
    return next((list(s.keys) for s in sections if s.key == path[0]), [])


def _issues(
    errors: list[ErrorDetails], plain: Any, locate: Locate, seen: list[Path], sections: Sequence[Section]
) -> list[Issue]:
    grouped: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        grouped.setdefault(_in_plain(error, plain), []).append(error)
    covered = {path[:n] for path in seen for n in range(len(path) + 1)}
    return [
        _issue(path, group, locate(path), sections)
        for path, group in grouped.items()
        if not (group[0]["type"] == "value_error" and path in covered)  # said with its own place
    ]


def _in_plain(error: ErrorDetails, plain: Any) -> Path:
    """The error's path without what pydantic adds to tell the members of a union apart."""
    value: Any = plain
    kept = 0
    for part in error["loc"]:
        known = part in value if isinstance(value, dict) else isinstance(value, tuple) and isinstance(part, int)
        if not known:
            break
        value, kept = value[part], kept + 1
    return error["loc"] if error["type"] == "missing" else error["loc"][:kept]


def _issue(path: Path, group: list[ErrorDetails], where: Where, sections: Sequence[Section]) -> Issue:
    error = _telling(group)
    key, given = str(path[-1]), error["input"]
    match error["type"]:
        case "missing":
            return problem("error", "MISSING_KEY", where, "nothing", f"a value for '{key}'{_label(path, sections)}")
        case "extra_forbidden":
            known = nearest(key, _known_keys(path[:-1], sections), "a key that evqc knows here")
            return problem("error", "UNKNOWN_KEY", where, f"'{key}'", known)
        case "value_error":
            return problem("error", "NOT_ALLOWED", where, quoted(given), error["msg"].removeprefix("Value error, "))
    code, expected = _SENTENCES.get(error["type"], ("NOT_ALLOWED", error["msg"]))
    if code == "WRONG_TYPE" and len(group) > 1:
        expected = _BOUND if key == "value" else "a number or text"
    if error["type"] == "tuple_type" and len(path) == 1:
        expected = f"entries, each under [[{key}]]"
    return problem("error", code, where, quoted(given), expected.format(**error.get("ctx", {})))


def _label(path: Path, sections: Sequence[Section]) -> str:
    """What the workbook calls the field, in brackets; empty for what is no field."""
    fields = next((s.fields for s in sections if s.key == path[0]), ())
    return next((f" ({field.label})" for field in fields if field.name == path[-1]), "")


def _telling(group: list[ErrorDetails]) -> ErrorDetails:
    """Of the errors at one place, the one that says most."""
    order = ("finite_number", "string_pattern_mismatch")
    return min(group, key=lambda e: order.index(e["type"]) if e["type"] in order else len(order))
