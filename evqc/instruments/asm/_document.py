"""An ASM document: JSON read strictly, and every value of it as a leaf that knows where it stands."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments._export import ExportFile

#: JSON takes some thirty times its size in memory; the largest ASM documents of plates and traces hold below 20 MB.
LARGEST_BYTES = 32 * 1024 * 1024
#: A gating tree of thirteen levels, the deepest document seen, nests 45 levels.
DEEPEST = 200
MANIFEST = "$asm.manifest"
_QUALIFIER = re.compile(r"\s*\([^()]*\)$")
#: Documents whose keys describe what stands beside them.
_BESIDE = (
    "sample document",
    "device control aggregate document",
    "device control document",
    "data processing document",
    "custom information document",
)

Json = dict[str, Any]


class _RefusedError(Exception):
    """A token of the JSON text that no ASM document may hold: code, what was found, what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """One JSON object of a document, and those around it.

    Attributes:
        content: its keys.
        path: the keys that lead to it from the root, without positions.
        place: the same for a person, with positions from 1.
        up: the object around it; None for the root.
    """

    content: Json
    path: tuple[str, ...]
    place: str
    up: Scope | None

    def find(self, *names: str) -> Any:
        """The value of the first of the names that this object, a document beside it or one around it has, or None."""
        for name in names:
            scope: Scope | None = self
            while scope is not None:
                if (found := _beside(scope.content, name)) is not None:
                    return found
                scope = scope.up
        return None

    def named(self, name: str) -> str | None:
        """``find`` for a text; None too when it says that it is not available."""
        found = self.find(name)
        text = str(found).strip() if isinstance(found, (str, int, float)) else ""
        return None if text.casefold() in {"", "n/a", "na", "none", "unknown"} else text

    def within(self, key: str) -> Scope | None:
        """The innermost object around this one (or itself) that stands under ``key``; None when there is none."""
        scope: Scope | None = self
        while scope is not None and (not scope.path or scope.path[-1] != key):
            scope = scope.up
        return scope


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One value of a document.

    Attributes:
        name: its key.
        value: number, text, truth value or None; a data cube as it stands.
        unit: None when it states none.
        role: which statistic it is, where it says so.
        scope: the object that holds it.
    """

    name: str
    value: Any
    unit: str | None
    role: str | None
    scope: Scope

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead to it from the root, without positions."""
        return (*self.scope.path, self.name)

    @property
    def plain_name(self) -> str:
        """Its key without a qualifier in brackets: ``viability`` for ``viability (cell counter)``."""
        return plain_name(self.name)

    @property
    def where(self) -> Where:
        """Its place in the document."""
        return Where(field=f"{self.scope.place} > {self.name}".lstrip(" >"))


def plain_name(name: str) -> str:
    """A key without a qualifier in brackets, in lower case."""
    return _QUALIFIER.sub("", name).casefold()


def document(file: ExportFile) -> Json:
    """The JSON object of an ASM file.

    ``NaN`` and ``Infinity``, which are no JSON but which converters write, stay texts and never become numbers.

    Raises:
        InputError: ``FILE_TOO_LARGE``, ``NOT_JSON`` with line and column, ``TOO_DEEP``, ``KEY_TWICE``, ``NOT_A_NUMBER``
            for numbers beyond the floating-point range, ``NOT_ASM`` for what is no object with a manifest, or what
            ``ExportFile.text`` refuses.
    """
    if len(file.content) > LARGEST_BYTES:
        found, limit = f"{len(file.content) / 2**20:.0f} MiB", f"at most {LARGEST_BYTES / 2**20:.0f} MiB of JSON"
        raise refusal(file.name, "FILE_TOO_LARGE", Where(), found, limit)
    found = _parsed(file)
    if not isinstance(found, dict) or not isinstance(found.get(MANIFEST), str):
        raise refusal(file.name, "NOT_ASM", Where(), "JSON without a manifest", f"an object with a text '{MANIFEST}'")
    return found


def _parsed(file: ExportFile) -> Any:
    text = file.text()
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=str, parse_float=_number, parse_int=_number)
    except json.JSONDecodeError as error:
        where = Where(line=error.lineno, column=str(error.colno))
        raise refusal(file.name, "NOT_JSON", where, error.msg, "a whole JSON document") from None
    except RecursionError:
        found, limit = "brackets without end", f"at most {DEEPEST} levels"
        raise refusal(file.name, "TOO_DEEP", Where(), found, limit) from None
    except _RefusedError as error:
        code, found, expected = error.args
        raise refusal(file.name, code, Where(), found, expected) from None


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add
        raise _RefusedError("KEY_TWICE", f"the key '{twice}' twice in one object", "each key once")
    return found


def _number(text: str) -> float | int:
    """A number of the JSON text; a whole one stays whole, but ``-0`` keeps its sign as a float."""
    value = float(text)
    if not math.isfinite(value):
        raise _RefusedError("NOT_A_NUMBER", text, "a number within the floating-point range")
    whole = value.is_integer() and abs(value) < 2**53 and not any(c in text for c in ".eE")
    return int(value) if whole and not is_negative_zero(value) else value


def is_negative_zero(value: object) -> bool:
    """Whether a number is minus zero, which ASM converters write where a number is required and none is known.

    Source:
        The public converter allotropy writes -0.0 together with an error document; seen in 35 of its documents.
    """
    return isinstance(value, float) and value == 0 and math.copysign(1.0, value) < 0


def leaves(root: Json, source: str) -> Iterator[Leaf]:
    """Every value of a document in its order; a quantity (value and unit) and a data cube are one leaf each.

    Raises:
        InputError: ``TOO_DEEP``.
    """
    yield from _leaves(Scope(root, (), "", None), source)


def _leaves(scope: Scope, source: str) -> Iterator[Leaf]:
    if len(scope.path) > DEEPEST:
        raise refusal(source, "TOO_DEEP", Where(), f"more than {DEEPEST} levels", "a document of an instrument")
    for key, value in scope.content.items():
        if not isinstance(value, list):
            yield from _below(key, value, scope, source, f"{scope.place} > {key}".lstrip(" >"))
            continue
        for at, item in enumerate(value, start=1):
            yield from _below(key, item, scope, source, f"{scope.place} > {key} {at}".lstrip(" >"))


def _below(key: str, value: Any, scope: Scope, source: str, place: str) -> Iterator[Leaf]:
    if isinstance(value, list):
        value = {"item": value}
    if not isinstance(value, dict) or "cube-structure" in value:
        yield Leaf(key, value, None, None, scope)
    elif "value" in value and isinstance(value.get("unit"), (str, type(None))) and not _nested(value["value"]):
        role = value.get("has statistic datum role")
        yield Leaf(key, value["value"], value.get("unit"), role if isinstance(role, str) else None, scope)
        if any(map(_nested, value.values())):  # a value among documents makes no quantity of them all
            own = Scope(value, (*scope.path, key), place, scope)
            yield from (leaf for leaf in _leaves(own, source) if leaf.scope is not own or leaf.name not in _OF_QUANTITY)
    else:
        yield from _leaves(Scope(value, (*scope.path, key), place, scope), source)


_OF_QUANTITY = {"value", "unit", "has statistic datum role"}


def _nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _beside(content: Json, name: str) -> Any:
    """The value of a key of an object or of a document that describes it; None when neither has it."""
    if (own := content.get(name)) is not None:
        return own
    for key in _BESIDE:
        inner = content.get(key)
        first = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
        if isinstance(first, dict) and (found := _beside(first, name)) is not None:
            return found
    return None
