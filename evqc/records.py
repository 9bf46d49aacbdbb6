"""Records: light frozen dataclasses that also know their JSON, their schema and how to refuse what does not fit."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import MISSING
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import TypeAdapter
    from pydantic_core import CoreSchema

T = TypeVar("T")
P = ParamSpec("P")
_NESTED = frozenset({dict, list})


def _array_to_list(values: NDArray[np.float64]) -> list[float]:
    # What an array holds besides finite numbers would stand in the document as null, which is missing.
    found: list[float] = _finite_array(values).tolist()
    return found


def _finite_array(values: object) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError("expected a list of numbers")
    if not np.isfinite(array).all():
        raise ValueError("expected finite numbers")
    array.setflags(write=False)
    return array


class _ArraySchema:
    """Tells pydantic how a one-dimensional float array is read, written and described."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415  loads only when a document is made

        return core_schema.no_info_plain_validator_function(
            _finite_array,
            serialization=core_schema.plain_serializer_function_ser_schema(_array_to_list),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: object, _handler: object) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "number"}}


#: One-dimensional array of finite floats, shape (n,); a JSON list of numbers in documents.
Array = Annotated[NDArray[np.float64], _ArraySchema]


def array(values: object) -> NDArray[np.float64]:
    """A read-only float array of shape (n,) for a record; raises ValueError on NaN, infinity or another shape."""
    return _finite_array(values)


def _same(left: object, right: object) -> bool:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return np.array_equal(np.asarray(left), np.asarray(right))
    return left == right


def _equal(self: Any, other: Any) -> bool:
    if type(self) is not type(other):
        return False
    return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in dataclasses.fields(self))


def _restored(cls: Any, *values: Any) -> Any:
    return _of_values(cls)(*values)


def _reduced(self: Any) -> tuple[Any, ...]:
    """How a record is sent to another process: its values in order, in a third of the time of what dataclasses do."""
    kind: Any = type(self)
    return _restored, (kind, *_fields(kind)[1](self))


@cache
def _of_values(cls: Any) -> Callable[..., Any]:
    """A function that makes a record of its values in the order of the fields, without a check of them."""
    filled: Callable[..., Any] = _filling(cls, "", "self = unfrozen()", ["self.__class__ = made", "return self"])
    return filled


def _quick_init(made: Any) -> Any:
    """The ``__init__`` of a frozen record that sets its fields in half the time of the one that dataclasses write.

    That one asks ``object.__setattr__`` for each field by its name. While it is filled, a record here is of a class of
    the same slots that is not frozen, whose fields are set as those of any object.
    """
    checked = ["self.__post_init__()"] if hasattr(made, "__post_init__") else []
    unfreeze = "object.__setattr__(self, '__class__', unfrozen)"
    init = _filling(made, "self, *, ", unfreeze, ["self.__class__ = made", *checked])
    init.__annotations__ = made.__init__.__annotations__
    return init


def _filling(made: Any, before: str, first: str, last: Sequence[str]) -> Any:
    """A function that takes the fields of a record and sets them between its ``first`` and ``last`` statements."""
    fields = dataclasses.fields(made)
    makers = {f.name: f.default_factory for f in fields if f.default_factory is not MISSING}
    set_fields = [
        f"self.{f.name} = {f'makers[{f.name!r}]() if {f.name} is lacking else ' if f.name in makers else ''}{f.name}"
        for f in fields
    ]
    # What dataclasses themselves put in the place of a default that is made anew each time.
    lacking = next((made.__init__.__kwdefaults__[name] for name in makers), None)
    taken = f"{before}{', '.join(f.name for f in fields)}"
    filled = _written(made, taken, [first, *set_fields, *last], makers=makers, lacking=lacking)
    filled.__kwdefaults__ = made.__init__.__kwdefaults__
    return filled


def _written(made: Any, taken: str, statements: Sequence[str], **known: object) -> Any:
    """A function of these parameters and statements, which know the class and one of the same slots not frozen."""
    space = {"unfrozen": type(made.__name__, (), {"__slots__": made.__slots__}), "made": made, **known}
    exec("\n ".join([f"def filled({taken}):", *statements]), space)  # noqa: S102  the names are those of fields
    return space["filled"]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[T]) -> type[T]:
    """Class decorator: a frozen, keyword-only, slotted dataclass that refuses unknown keys and NaN in documents.

    Equality looks into arrays. Records are values and are not hashable.
    """
    made: Any = dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)(cls)
    made.__eq__ = _equal
    made.__hash__ = None
    if "__reduce__" not in vars(cls):
        made.__reduce__ = _reduced
    made.__pydantic_config__ = {"extra": "forbid", "allow_inf_nan": False}
    made.__init__ = _quick_init(made)
    return made  # type: ignore[no-any-return]  # Any above lets mypy accept the three assignments


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """A function that makes records of a class as calling it does, in a third of the time, for what thousands are of.

    To call a class costs more than to fill a record: Python binds the arguments once for the class and once for its
    ``__init__``.

    Raises:
        TypeError: the class checks what it is made of.
    """
    made: Any = cls
    if hasattr(made, "__post_init__"):
        raise TypeError(f"{made.__name__} checks what it is made of")
    quick: Callable[P, T] = _filling(made, "*, ", "self = unfrozen()", ["self.__class__ = made", "return self"])
    return quick


def replace(made: T, /, **changes: Any) -> T:
    """A record with some fields changed, as ``dataclasses.replace`` makes it, in a third of the time.

    Raises:
        TypeError: there is no such field.
    """
    kind: Any = type(made)
    copy, check = _copying(kind)
    changed: Any = copy(made)
    for name, value in changes.items():
        if name not in kind.__slots__:
            raise TypeError(f"{kind.__name__} has no field '{name}'")
        setattr(changed, name, value)
    changed.__class__ = kind
    if check is not None:
        check(changed)
    replaced: T = changed
    return replaced


@cache
def _copying(cls: Any) -> tuple[Callable[[Any], Any], Callable[[Any], None] | None]:
    """What copies the fields of a record into one that is not frozen yet, and what checks it when it is, if any."""
    copied = [f"self.{name} = of.{name}" for name in cls.__slots__]
    return _written(cls, "of", ["self = unfrozen()", *copied, "return self"]), getattr(cls, "__post_init__", None)


@cache
def _fields(cls: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Names of the fields, and what gets their values."""
    names: tuple[str, ...] = cls.__slots__
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda record: tuple(getattr(record, name) for name in names)


def from_columns(cls: type[T], **columns: Sequence[object]) -> tuple[T, ...]:
    """Many records of one class from a column for each of its fields, in half the time of making them one by one.

    Raises:
        TypeError: columns are lacking or are of no field, or the class checks what it is made of.
        ValueError: a column is longer or shorter than the first.
    """
    names: tuple[str, ...] = cls.__slots__  # type: ignore[attr-defined]  # every record has them
    if (tuple(columns) != names and columns.keys() != set(names)) or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__} is made of the fields {', '.join(names)}, without a check")
    if len({*map(len, columns.values())}) > 1:
        raise ValueError("columns of one length make records")
    kind: Any = cls
    return tuple(map(_of_values(kind), *[columns[name] for name in names]))


def to_columns(records: Sequence[Any]) -> dict[str, list[object]]:
    """A column for each field of some records of one class, as ``from_columns`` takes them; empty without records."""
    if not records:
        return {}
    kind: Any = type(records[0])
    names, values = _fields(kind)
    return dict(zip(names, map(list, zip(*map(values, records), strict=True)), strict=True))


def left_out_when_none(schema: CoreSchema, *names: str) -> CoreSchema:
    """The pydantic schema of a class whose fields ``names`` are not written while they are None.

    For what came to a document after the first of them were hashed and signed: those keep their bytes. Called in
    ``__get_pydantic_core_schema__``.
    """
    from pydantic_core import core_schema  # noqa: PLC0415  loads only when a document is made

    def written(value: object, serialise: Callable[[object], Any]) -> Any:
        plain = serialise(value)
        return {key: each for key, each in plain.items() if each is not None or key not in names}

    left_out: Any = {**schema, "serialization": core_schema.wrap_serializer_function_ser_schema(written)}
    return left_out  # type: ignore[no-any-return]  # a union of typed dictionaries, each of which may have the key


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415  loads only when a document is made

    return TypeAdapter(cls)


def to_plain(value: Any) -> Any:
    """A record or pydantic model as dicts, lists, numbers and texts, in the order of its fields."""
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json", by_alias=True)


def from_plain(cls: type[T], value: Any) -> T:
    """The record that ``value`` (from JSON) describes; raises pydantic's ValidationError when it does not fit."""
    kind: Any = cls
    made: T = _adapter(kind).validate_python(value)
    return made


def to_json(value: Any, *, indent: int | None = 2, margin: str = "") -> str:
    """JSON text of a record: UTF-8 characters, fields in their order, no NaN, a line end; the same bytes every time.

    Args:
        value: a record or pydantic model.
        indent: blanks for each level; None for all in one line.
        margin: what stands before every line but the first.
    """
    plain = to_plain(value)
    if indent is None:
        return _written_as(", ")(plain) + "\n"
    return _indented(plain, f"\n{margin}", " " * indent) + "\n"


def _indented(plain: Any, line: str, indent: str) -> str:
    """What ``json.dumps`` writes with an indent, in less than half the time.

    The encoder of ``json`` that is written in C knows no indent, but writes what holds nothing nested, which most
    numbers stand in, when the line is part of its separator.
    """
    kind = type(plain)
    if kind not in _NESTED or not plain:
        return _written_as(", ")(plain)
    inner = line + indent
    if _NESTED.isdisjoint(map(type, plain.values() if kind is dict else plain)):
        text = _written_as(f",{inner}")(plain)
        return f"{text[0]}{inner}{text[1:-1]}{line}{text[-1]}"
    if kind is dict:
        fields = [f"{_written_as(', ')(key)}: {_indented(each, inner, indent)}" for key, each in plain.items()]
        return f"{{{inner}{f',{inner}'.join(fields)}{line}}}"
    return f"[{inner}{f',{inner}'.join([_indented(each, inner, indent) for each in plain])}{line}]"


@cache
def _written_as(separator: str) -> Callable[[Any], str]:
    """What writes a value in one go, with this between the items of lists and objects."""
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(separator, ": ")).encode


def json_schema(cls: type[Any], name: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the documents that ``cls`` writes; ``name`` is such as ``evqc.readings/1``."""
    kind: Any = cls
    schema = _adapter(kind).json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name, **schema}
