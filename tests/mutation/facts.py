"""The numbers of a reading, item by item: what must not change unseen."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evqc.records import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.reading import Reading

Number = float | int | bool | str | None | tuple[float, ...]

#: Texts that say what a number is worth, and are therefore judged as numbers are.
_STATES = re.compile(r"(^|\.)(state|reason|call|already_applied|source|valid)$")
#: Numbers that only say the how manieth an item is; they move when one before it comes or goes.
_ORDINALS = ("settings.peak",)
#: What says whose a number is.
_CORE = (
    "kind", "measurand", "unit", "sample", "run", "plate", "well",
    "settings.well", "settings.plate", "settings.analyte",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One measurement, series, curve, summary, position or printed report.

    Attributes:
        of: which of these.
        numbers: every number and state by its path.
        texts: every other text by its path: names, settings, reasons in words.
        line: where the file has it.
        column: the heading or cell of it.
    """

    of: str
    numbers: dict[str, Number]
    texts: dict[str, str]
    line: int | None
    column: str | None

    @property
    def same_as(self) -> tuple[Any, ...]:
        """What equal items share."""
        return (self.of, tuple(self.numbers.items()), tuple(self.texts.items()))

    @property
    def core(self) -> tuple[str | None, ...]:
        """Whose numbers these are."""
        return (self.of, *(self.texts.get(name) for name in _CORE))


def items(reading: Reading) -> list[Item]:
    """Everything in a reading that holds numbers."""
    parts = {
        "measurement": reading.measurements,
        "series": reading.series,
        "curve": reading.curves,
        "position": reading.positions,
        "summary": [reading.summary] if reading.summary else [],
        "printed": [reading.printed] if reading.printed else [],
    }
    return [_item(of, to_plain(record)) for of, records in parts.items() for record in records]


def _item(of: str, plain: dict[str, Any]) -> Item:
    where = plain.pop("where", None) or {}
    leaves = dict(_leaves(plain))
    states = {path for path in leaves if _STATES.search(path)}
    texts = {path: v for path, v in leaves.items() if isinstance(v, str) and path not in states}
    numbers = {path: v for path, v in leaves.items() if path not in texts and path not in _ORDINALS}
    return Item(of, numbers, texts, where.get("line"), where.get("column"))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its path; a list of numbers is one value, entries of other lists go by their name or place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and all(isinstance(v, (int, float)) for v in value):
        yield path, tuple(value)
    elif isinstance(value, list):
        seen = Counter[str]()
        for inner in value:
            name = _name(inner)
            seen[name] += 1
            yield from _leaves(inner, f"{path}[{name} {seen[name]}]")
    else:
        yield path, value


def _name(entry: Any) -> str:
    """What an entry of a list is called; those without a name are numbered."""
    if not isinstance(entry, dict):
        return ""
    names = ("name", "marker", "statistic", "nominal", "by", "position")
    return " ".join(str(entry[k]) for k in names if entry.get(k) is not None)


def paired(before: list[Item], after: list[Item]) -> tuple[list[tuple[Item, Item]], list[Item], list[Item]]:
    """Items that differ, in pairs of before and after; those that are gone; those that are new.

    Equal items fall out whatever their order. The rest is paired by whose numbers they are, then by equal numbers (only
    a name differs), then by their place when as many are left on both sides.
    """
    gone, new = _without_equal(before, after), _without_equal(after, before)
    pairs: list[tuple[Item, Item]] = []
    for key in (lambda i: i.core, lambda i: (i.of, tuple(i.numbers.items()))):
        found, gone, new = _by(key, gone, new)
        pairs += found
    same_kind = all(_kind(a) == _kind(b) for a, b in zip(gone, new, strict=False))
    if len(gone) == len(new) and same_kind:
        return pairs + list(zip(gone, new, strict=True)), [], []
    return pairs, gone, new


def _kind(item: Item) -> tuple[str, str | None]:
    return item.of, item.texts.get("measurand")


def _without_equal(own: list[Item], other: list[Item]) -> list[Item]:
    left = Counter(item.same_as for item in other)
    kept = []
    for item in own:
        if left[item.same_as]:
            left[item.same_as] -= 1
        else:
            kept.append(item)
    return kept


def _by(key: Any, gone: list[Item], new: list[Item]) -> tuple[list[tuple[Item, Item]], list[Item], list[Item]]:
    """Pairs of items that share a key, where as many share it before as after."""
    groups: dict[Any, tuple[list[Item], list[Item]]] = {}
    for side, found in enumerate((gone, new)):
        for item in found:
            groups.setdefault(key(item), ([], []))[side].append(item)
    even = {k for k, (a, b) in groups.items() if len(a) == len(b)}
    pairs = [pair for k in groups if k in even for pair in zip(*groups[k], strict=True)]
    return pairs, [i for i in gone if key(i) not in even], [i for i in new if key(i) not in even]
