"""From plain data to a study record, or to everything that is wrong with it, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from evqc.batch.own_methods import Own, known_methods
from evqc.batch.problems import prepared, validated
from evqc.batch.references import stays_below, text_problems
from evqc.batch.wording import nearest, quoted
from evqc.study.model import Study
from evqc.study.numbers import computed, disagreeing, number_fields, refused_number, stated
from evqc.study.sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.references import Plain, Problem
    from evqc.batch.wording import Locate, Path
    from evqc.errors import Issue

_BELOW = "a path below the folder of the study, with / between folders and without '..'"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a record is checked against.

    Attributes:
        own: finds files of a laboratory's own separation methods.
        is_folder: whether a folder stands at a path below that of the study.
    """

    own: Own
    is_folder: Callable[[str], bool]


def check(plain: Plain, locate: Locate, *, around: Surroundings) -> tuple[Study | None, list[Issue]]:
    """The study that ``plain`` describes, or what is wrong with it.

    Args:
        plain: sections by key, as ``tomllib`` gives them.
        locate: the place in the source of a path.
        around: what it is checked against.
    """
    made = prepared(plain, SECTIONS)
    between = chain.from_iterable(each(made) for each in (_empty, _names, _batches, _numbers, _costs))
    known, missing = known_methods(made, "study", around.own)
    wrong = [*between, *_paths(made, around), *missing, *text_problems(made, ())]
    return validated(Study, made, SECTIONS, wrong, locate, {"methods": known})


def _entries(plain: Plain, section: str) -> Iterator[tuple[Path, Plain]]:
    entries = plain.get(section, ())
    for index, entry in enumerate(entries if isinstance(entries, tuple) else ()):
        if isinstance(entry, dict):
            yield (section, index), entry


def _text(entry: Plain, key: str) -> str | None:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else None


def _empty(plain: Plain) -> Iterator[Problem]:
    """Tables without any row, as those of an untouched workbook."""
    for section in ("arms", "batches"):
        if plain.get(section) == ():
            yield (section,), "MISSING_KEY", "nothing", "one entry or more"


def _names(plain: Plain) -> Iterator[Problem]:
    """Names used twice, and one method or pool in two spellings, which would take its pairs apart."""
    for section, key, what in (("arms", "name", "method"), ("batches", "name", "batch")):
        seen: set[str] = set()
        for path, entry in _entries(plain, section):
            if (name := _text(entry, key)) is not None and name in seen:
                yield (*path, key), "DUPLICATE_NAME", quoted(name), f"a name that no other {what} has"
            seen |= {name} if name else set()
    for section, key in (("arms", "name"), ("batches", "pool")):
        spelled: dict[str, str] = {}
        for path, entry in _entries(plain, section):
            if (name := _text(entry, key)) is not None:
                first = spelled.setdefault("".join(name.split()).casefold(), name)
                if first != name:
                    yield (*path, key), "SPELLED_TWICE", quoted(name), f"{quoted(first)}, as before, or another name"


def _batches(plain: Plain) -> Iterator[Problem]:
    arms = [name for _, entry in _entries(plain, "arms") if (name := _text(entry, "name"))]
    used: list[tuple[PurePosixPath, str | None, str | None]] = []
    for path, entry in _entries(plain, "batches"):
        arm, folder, sample = _text(entry, "arm"), _text(entry, "folder"), _text(entry, "sample")
        if arm is not None and arm not in arms:
            yield (*path, "arm"), "UNKNOWN_ARM", quoted(arm), nearest(arm, arms, "a name of arms")
        if folder is None and not entry.get("numbers"):
            yield (*path, "folder"), "MISSING_KEY", "nothing", "a batch folder or numbers of the batch"
        if folder is None and sample is not None:
            yield (*path, "sample"), "NOT_ALLOWED", quoted(sample), "a sample only beside a folder"
        if folder is not None:
            before = [other for path_of, sample_of, other in used if _is_same(path_of, sample_of, folder, sample)]
            if before:
                expected = f"each product of a folder once; batch {quoted(before[0])} has it"
                yield (*path, "folder"), "DUPLICATE_NAME", quoted(folder), expected
            used.append((PurePosixPath(folder), sample, _text(entry, "name")))


def _is_same(folder: PurePosixPath, sample: str | None, other: str, sample_of_other: str | None) -> bool:
    """Whether two entries mean one product: without a sample it is the only one that the folder has."""
    return folder == PurePosixPath(other) and (sample is None or sample_of_other is None or sample == sample_of_other)


def _numbers(plain: Plain) -> Iterator[Problem]:
    """Numbers that nobody knows, that cannot be, or that contradict what they are computed from."""
    known = number_fields()
    for path, entry in _entries(plain, "batches"):
        given = entry.get("numbers")
        sound = {}
        for name, value in given.items() if isinstance(given, dict) else ():
            place = (*path, "numbers", name)
            if name not in known:
                yield place, "UNKNOWN_KEY", quoted(name), nearest(name, list(known), "a quantity or an aspect")
            elif (wrong := _wrong_size(name, value)) is not None:
                yield place, "OUT_OF_RANGE", *wrong
            elif _is_number_or_bound(value):
                sound[name] = value
        numbers = stated(sound)
        for name, said, made in disagreeing(numbers, computed(numbers)):
            expected = f"{made.in_words}, which the other numbers of the batch give, or one of them"
            yield (*path, "numbers", name), "NUMBERS_DISAGREE", said.in_words, expected


def _is_number_or_bound(value: object) -> bool:
    if isinstance(value, str):
        try:
            float(value[1:])
        except ValueError:
            return False
        return value[:1] in {"<", ">"}
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong_size(name: str, value: Any) -> tuple[str, str] | None:
    return refused_number(name, value) if _is_number_or_bound(value) else None


def _costs(plain: Plain) -> Iterator[Problem]:
    first: str | None = None
    for path, entry in _entries(plain, "arms"):
        currency = _text(entry, "currency")
        if entry.get("cost_per_batch") is not None and currency is None:
            yield (*path, "currency"), "MISSING_KEY", "nothing", "the currency of the cost"
        if currency is not None:
            first = first or currency
            if currency != first:
                yield (*path, "currency"), "NOT_ALLOWED", quoted(currency), f"one currency for all, as before: {first}"


def _paths(plain: Plain, around: Surroundings) -> Iterator[Problem]:
    head = plain.get("study")
    keys = ("weights", "methods") if isinstance(head, dict) else ()
    given: list[tuple[Path, str | None]] = [(("study", key), _text(plain["study"], key)) for key in keys]
    given += [((*path, "folder"), _text(entry, "folder")) for path, entry in _entries(plain, "batches")]
    for path, text in given:
        if text is not None and not stays_below(text):
            yield path, "PATH_NOT_ALLOWED", quoted(text), _BELOW
        elif text is not None and path[-1] == "folder" and not around.is_folder(text):
            yield path, "FILE_MISSING", f"{quoted(text)}, which is no folder", "a batch folder below that of the study"
