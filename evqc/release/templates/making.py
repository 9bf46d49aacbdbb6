"""A specification made of a template and of what only the product decides: no placeholder is ever left in it."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from evqc.batch.part import Part
from evqc.batch.wording import nearest, quoted, shown_path
from evqc.errors import InputError, Where, problem, refusal
from evqc.records import record
from evqc.release.filing.faults import check
from evqc.release.specification import LABEL_PATTERN, LIMIT_PATTERN, Specification
from evqc.release.specification_check import problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue

Kind = Literal["text", "texts", "number", "several", "digits", "limit", "date"]
_KEY = re.compile(r"\{([a-z_]+)\}")
#: What a value of each kind has to look like, and how a message says so.
_FORMS: dict[Kind, tuple[str, str]] = {
    "text": (r"\S", "some text"),
    "texts": (r"\S", "some text, with | between several"),
    "number": (LABEL_PATTERN, "a number with a decimal point"),
    "several": (r"^([2-9]|[1-9][0-9])$", "a whole number from 2 to 99"),
    "digits": (LABEL_PATTERN, "a number with a decimal point, whose digits count"),
    "limit": (LIMIT_PATTERN, "a relation and a number, such as '<= 0.25'"),
    "date": (r"^\d{4}-\d{2}-\d{2}$", "a day such as 2026-01-31"),
}


class When(Part):
    """On which value of another key something depends.

    Attributes:
        one_of: texts of which the value is one.
        at_most, above: ends of the number that it is.
    """

    key: str
    one_of: tuple[str, ...] = ()
    at_most: float | None = None
    above: float | None = None

    def holds(self, given: Mapping[str, str]) -> bool:
        """Whether the value that was given fulfils it; without a value it does not."""
        value = given.get(self.key)
        if value is None:
            return False
        if self.one_of:
            return value in self.one_of
        number = float(value)
        return (self.at_most is None or number <= self.at_most) and (self.above is None or number > self.above)


class Need(Part):
    """One thing that a template takes from the product.

    Attributes:
        default: what stands in a published table that the template names; None where the product has to decide.
        when: asked for only then; it may be given always.
    """

    key: str = Field(pattern=r"^[a-z][a-z_]*$")
    kind: Kind
    meaning: str
    example: str
    default: str | None = None
    when: When | None = None


class _About(Part):
    title: str
    about: str
    extends: str | None = None


class _File(Part):
    template: _About
    needs: tuple[Need, ...] = ()
    specification: dict[str, Any]


@record
class ListedNeed:
    """One value for ``--set``; ``needed`` says when, empty for a value with a default."""

    key: str
    meaning: str
    example: str
    default: str | None
    needed: str


@record
class ListedTemplate:
    """One template, with the values that it takes and the tests that it holds."""

    name: str
    title: str
    about: str
    takes: tuple[ListedNeed, ...]
    tests: tuple[str, ...]


@record
class Templates:
    """The document ``evqc.specification-templates/1``."""

    schema: Literal["evqc.specification-templates/1"] = "evqc.specification-templates/1"
    templates: tuple[ListedTemplate, ...]


def templates() -> Templates:
    """Every template that ships."""
    return Templates(templates=tuple(_listed(name) for name in _names()))


def from_template(name: str, values: Mapping[str, str]) -> Specification:
    """A specification of a template.

    Args:
        name: of a template.
        values: by key, as text; digits stay as they were typed.

    Raises:
        InputError: ``UNKNOWN_TEMPLATE``; or all at once ``VALUE_NEEDED`` for everything that the product has to
            decide, ``UNKNOWN_KEY`` and ``NOT_A_VALUE``; or the errors of the specification that would be made.
    """
    file = _template(name)
    given = {need.key: need.default for need in file.needs if need.default is not None} | dict(values)
    if wrong := [*_unknown(file, given), *_malformed(file, given), *_lacking(file, given)]:
        raise InputError(name, *wrong)
    kinds = {need.key: need.kind for need in file.needs}
    typed = {key: _typed(kinds[key], text.strip()) for key, text in given.items()}
    specification, issues = check(_filled(file, given, typed), lambda path: Where(field=shown_path(path)))
    if specification is None:
        raise InputError(name, *issues)
    if errors := [issue for issue in problems(specification) if issue.severity == "error"]:
        raise InputError(name, *errors)
    return specification


@cache
def _names() -> tuple[str, ...]:
    found = (file.name for file in files(__package__ or "").iterdir())
    return tuple(sorted((name.removesuffix(".toml") for name in found if name.endswith(".toml")), reverse=True))


@cache
def _template(name: str) -> _File:
    """A template with everything of those that it extends: their needs, fields and tests come first."""
    if name not in _names():
        raise refusal(name, "UNKNOWN_TEMPLATE", Where(), quoted(name), nearest(name, _names(), "a template"))
    text = files(__package__ or "").joinpath(f"{name}.toml").read_text("utf-8")
    own = _File.model_validate(tomllib.loads(text))
    if own.template.extends is None:
        return own
    base = _template(own.template.extends)
    dosage = {**base.specification["dosage"], **own.specification.get("dosage", {})}
    tests = [*base.specification["tests"], *own.specification.get("tests", [])]
    content = {**base.specification, **own.specification, "dosage": dosage, "tests": tests}
    return _File(template=own.template, needs=(*base.needs, *own.needs), specification=content)


def _listed(name: str) -> ListedTemplate:
    file = _template(name)
    takes = tuple(
        ListedNeed(key=n.key, meaning=n.meaning, example=n.example, default=n.default, needed=_needed(n))
        for n in file.needs
    )
    tests = dict.fromkeys(str(test["id"]) for test in file.specification["tests"])
    about = file.template
    return ListedTemplate(name=name, title=about.title, about=about.about, takes=takes, tests=tuple(tests))


def _needed(need: Need) -> str:
    if need.default is not None:
        return ""
    return "always" if need.when is None else f"when {need.when.key} is {' or '.join(need.when.one_of)}"


def _unknown(file: _File, given: Mapping[str, str]) -> list[Issue]:
    known = [need.key for need in file.needs]
    return [
        problem("error", "UNKNOWN_KEY", Where(field=key), quoted(key), nearest(key, known, "a key of the template"))
        for key in given
        if key not in known
    ]


def _malformed(file: _File, given: Mapping[str, str]) -> list[Issue]:
    wrong = []
    for need in file.needs:
        form, expected = _FORMS[need.kind]
        if (text := given.get(need.key)) is not None and (re.search(form, text.strip()) is None or "\n" in text):
            wrong.append(problem("error", "NOT_A_VALUE", Where(field=need.key), quoted(text), expected))
    return wrong


def _lacking(file: _File, given: Mapping[str, str]) -> list[Issue]:
    return [
        problem("error", "VALUE_NEEDED", Where(field=need.key), "nothing", _asked(need))
        for need in file.needs
        if need.key not in given and (need.when is None or need.when.holds(given))
    ]


def _asked(need: Need) -> str:
    return f"{need.meaning}: --set {_setting(need.key, need.example)}"


def _setting(key: str, value: str) -> str:
    """``key=value`` as a shell takes it."""
    return f"{key}={value}" if re.fullmatch(r"[\w.-]+", value) else f"{key}='{value}'"


def command_for(listed: ListedTemplate) -> str:
    """The command that makes a specification of a template with its examples, for a route that has a K."""
    given = [need for need in listed.takes if need.default is None and need.key != "endotoxin_limit"]
    settings = " ".join(f"--set {_setting(need.key, need.example)}" for need in given)
    return f"evqc release spec from-template {listed.name} -o specification.toml {settings}"


def _typed(kind: Kind, text: str) -> Any:
    match kind:
        case "number":
            return float(text)
        case "several":
            return int(text)
        case "date":
            try:
                return date.fromisoformat(text)
            except ValueError:
                return text  # the specification refuses it with its place
        case "texts":
            return [part.strip() for part in text.split("|") if part.strip()]
    return text


def _filled(file: _File, given: Mapping[str, str], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The specification as plain data; tests are in force from its first day, at its stage where they name none."""
    head = {key: value for key, value in file.specification.items() if key != "tests"}
    plain: dict[str, Any] = _set(head, given, typed)
    own = {"stage": plain["stage"], "valid_from": plain["valid_from"]}
    chosen = [test for test in file.specification["tests"] if _stands(test, given)]
    bare: Sequence[dict[str, Any]] = [{k: v for k, v in test.items() if k != "when"} for test in chosen]
    return {**plain, "tests": [{**own, **_set(test, given, typed)} for test in bare]}


def _stands(test: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    return "when" not in test or When.model_validate(test["when"]).holds(given)


def _set(value: Any, given: Mapping[str, str], typed: Mapping[str, Any]) -> Any:
    """``value`` with its keys in braces replaced; what is only a key that was not given is left out.

    Within a text a number keeps the digits that were typed.
    """
    match value:
        case str():
            whole = _KEY.fullmatch(value)
            return typed.get(whole[1]) if whole else _KEY.sub(lambda found: given[found[1]].strip(), value)
        case list():
            return [made for each in value if (made := _set(each, given, typed)) is not None]
        case dict():
            return {key: made for key, each in value.items() if (made := _set(each, given, typed)) is not None}
    return value
