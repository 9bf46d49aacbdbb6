"""Separation methods that a laboratory adds to the catalogue, in a TOML file beside its batch or study record."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from evqc.batch.making import Method, methods
from evqc.batch.part import Part
from evqc.batch.references import Plain, Problem, stays_below
from evqc.batch.wording import quoted
from evqc.errors import InputError, Where, problem, refusal

if TYPE_CHECKING:
    from pathlib import Path

#: The methods by the path of a file that a record names; None where there is no such file.
Own = Callable[[str], Mapping[str, Method] | None]


class _Own(Part):
    method: tuple[Method, ...] = Field(min_length=1)


def own_below(folder: Path) -> Own:
    """Looks for files of own methods in the folder of a record."""
    return lambda path: with_own(folder / path) if (folder / path).is_file() else None


def known_methods(plain: Plain, section: str, own: Own | None) -> tuple[Mapping[str, Method], list[Problem]]:
    """The catalogue, with the methods of the file that a record names under ``methods`` of a section.

    Args:
        plain: sections by key.
        section: in which the file is named.
        own: finds it; without it the catalogue is all there is.

    Raises:
        InputError: the file is faulty.
    """
    head = plain.get(section)
    named = head.get("methods") if isinstance(head, dict) else None
    if own is None or not isinstance(named, str) or not stays_below(named):
        return methods(), []
    found = own(named.strip())
    if found is None:
        missing = (
            (section, "methods"),
            "FILE_MISSING",
            f"{quoted(named)}, which is not there",
            "a file beside the record",
        )
        return methods(), [missing]
    return found, []


def with_own(file: Path) -> Mapping[str, Method]:
    """The catalogue and the methods of a file, by name.

    Args:
        file: TOML with ``[[method]]`` entries such as those of ``batch/methods.toml``.

    Raises:
        InputError: ``FILE_MISSING``, ``NOT_TOML``, ``FAULTY_METHODS`` with everything wrong in it, or
            ``DUPLICATE_NAME`` for a name or synonym that means another method already.
    """
    try:
        plain = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(file), "FILE_MISSING", Where(), found, "a TOML file that can be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refusal(file.name, "NOT_TOML", Where(), str(error), "a TOML file in UTF-8") from error
    try:
        own = _Own.model_validate(plain).method
    except ValidationError as error:
        faults = (
            problem("error", "FAULTY_METHODS", Where(field=_field(e)), _found(e), e["msg"]) for e in error.errors()
        )
        raise InputError(file.name, *faults) from error
    known = dict(methods())
    for method in own:
        _refuse_known(file.name, method, known)
        known[method.name] = method
    return known


def _refuse_known(source: str, method: Method, known: Mapping[str, Method]) -> None:
    taken = {name.casefold(): each.name for each in known.values() for name in (each.name, *each.synonyms)}
    for name in (method.name, *method.synonyms):
        if name.casefold() in taken:
            expected = f"a name that is not {taken[name.casefold()]}"
            raise refusal(source, "DUPLICATE_NAME", Where(field=method.name), f"'{name}'", expected)


def _field(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def _found(error: Any) -> str:
    return "the entry" if isinstance(error["input"], dict) else repr(error["input"])
