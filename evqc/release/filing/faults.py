"""From plain data to a specification, or to everything that is wrong with it, each with its place."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from evqc.batch.problems import prepared, validated
from evqc.batch.references import text_problems, unfitting_unit
from evqc.batch.wording import nearest, quoted
from evqc.measurands import MEASURANDS, UNITS
from evqc.release.filing.fields import LINES, SECTIONS, TOP
from evqc.release.specification import (
    ID_PATTERN,
    LABEL_PATTERN,
    LIMIT_PATTERN,
    NEEDED,
    TEST_ID_PATTERN,
    Asks,
    Reportable,
    Specification,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from evqc.batch.references import Plain, Problem
    from evqc.batch.wording import Locate, Path
    from evqc.errors import Issue

_NUMBER_AS_TEXT = 'a number as text, with a decimal point, such as "1.0e10"'


def check(plain: Plain, locate: Locate) -> tuple[Specification | None, list[Issue]]:
    """The specification that ``plain`` describes, or what is wrong with it.

    Args:
        plain: by key, as ``tomllib`` gives it.
        locate: the place in the source of a path; also asked for keys that are not there.

    Returns:
        The specification and no issue, or None and every issue: keys, quantities and units that are not known, values
        of the wrong type or form, missing keys, and ids used twice.
    """
    made = prepared(plain, SECTIONS)
    wrong = [*_head(made), *chain.from_iterable(_of_test(path, test) for path, test in _tests(made))]
    wrong += [*_twice(made), *text_problems(made, ())]
    misshapen = [path for path, code, *_ in wrong if path[-1] == "window_nm" and code == "WRONG_TYPE"]
    return validated(Specification, _without(made, misshapen), SECTIONS, wrong, locate)


def _without(plain: Plain, misshapen: Sequence[Path]) -> Plain:
    """``plain`` without windows whose shape was refused already: what the model says of their parts helps nobody."""
    if not misshapen:
        return plain
    tests = tuple(
        {key: value for key, value in test.items() if ("tests", index, key) not in misshapen}
        if isinstance(test, dict)
        else test
        for index, test in enumerate(plain["tests"])
    )
    return {**plain, "tests": tests}


def _head(plain: Plain) -> Iterator[Problem]:
    for key in plain:
        if key not in (*TOP, "dosage", "tests"):
            yield (key,), "UNKNOWN_KEY", quoted(key), nearest(key, [*TOP, "dosage", "tests"], "a key of specifications")
    expected = "letters, digits, '.', '_' and '-', at most 64 of them and no blanks"
    yield from _unlike(ID_PATTERN, plain, "id", (), expected)
    dosage = plain.get("dosage")
    if isinstance(dosage, dict):
        yield from _unlike(LABEL_PATTERN, dosage, "label_particles_per_ml", ("dosage",), _NUMBER_AS_TEXT)


def _tests(plain: Plain) -> Iterator[tuple[Path, Plain]]:
    entries = plain.get("tests", ())
    for index, entry in enumerate(entries if isinstance(entries, tuple) else ()):
        if isinstance(entry, dict):
            yield ("tests", index), entry


def _of_test(path: Path, test: Plain) -> Iterator[Problem]:
    yield from _unlike(TEST_ID_PATTERN, test, "id", path, "2 to 40 capitals, digits and hyphens, such as END-01")
    for index, limit in enumerate(_listed(test, "limits")):
        if isinstance(limit, str) and re.match(LIMIT_PATTERN, limit.strip()) is None:
            expected = "a relation and a number with a decimal point, such as '<= 0.25' or '>= 95'"
            yield (*path, "limits", index), "NOT_A_VALUE", quoted(limit), expected
    checks: tuple[Callable[[Path, Plain], Iterable[Problem]], ...] = (_needed, _quantity, _window, _reportable, _lines)
    yield from chain.from_iterable(each(path, test) for each in checks)


def _unlike(pattern: str, entry: Plain, key: str, path: Path, expected: str) -> Iterator[Problem]:
    value = entry.get(key)
    if isinstance(value, str) and re.match(pattern, value.strip()) is None:
        yield (*path, key), "NOT_ALLOWED", quoted(value), expected


def _listed(entry: Plain, key: str) -> tuple[Any, ...]:
    value = entry.get(key)
    return value if isinstance(value, tuple) else ()


def _needed(path: Path, test: Plain) -> Iterator[Problem]:
    asks: Asks | None = test.get("asks")
    for key in NEEDED.get(asks, ()) if isinstance(asks, str) else ():
        if test.get(key) in (None, (), ""):
            yield (*path, key), "MISSING_KEY", "nothing", f"'{key}', since the test asks for {asks}"


def _quantity(path: Path, test: Plain) -> Iterator[Problem]:
    """Quantities that evqc does not know, and units that are none of theirs."""
    name, unit = test.get("measurand"), test.get("unit")
    if isinstance(name, str) and name.strip() not in MEASURANDS:
        expected = nearest(name, list(MEASURANDS), "a quantity that evqc knows")
        yield (*path, "measurand"), "UNKNOWN_MEASURAND", quoted(name), expected
    elif isinstance(name, str) and isinstance(unit, str) and test.get("per", "as measured") == "as measured":
        known = name.strip()
        yield from unfitting_unit((*path, "unit"), unit, UNITS[MEASURANDS[known].unit].dimension, known)


def _window(path: Path, test: Plain) -> Iterator[Problem]:
    window = test.get("window_nm")
    if window is None:
        return
    ends = [end for end in _listed(test, "window_nm") if isinstance(end, int | float) and not isinstance(end, bool)]
    if not isinstance(window, tuple) or len(window) != 2 or len(ends) != 2:
        yield (*path, "window_nm"), "WRONG_TYPE", quoted(window), "two diameters in nm, such as [50, 200]"
    elif not 0 < ends[0] < ends[1]:
        found = f"{ends[0]:g} to {ends[1]:g} nm"
        yield (*path, "window_nm"), "OUT_OF_RANGE", found, "a window above 0 nm that begins below its end"


def _reportable(path: Path, test: Plain) -> Iterator[Problem]:
    given = test.get("reportable")
    if not isinstance(given, dict):
        return
    known = list(Reportable.model_fields)
    for key in given:
        if key not in known:
            place = (*path, "reportable", key)
            yield place, "UNKNOWN_KEY", quoted(key), nearest(key, known, "a key of the reportable value")
    formula, number = given.get("formula", "single"), given.get("determinations", 1)
    if isinstance(number, int) and number >= 1 and (formula == "single") != (number == 1):
        found = f"'{formula}' of {number}"
        expected = "'single' of 1, or another formula of two or more determinations"
        yield (*path, "reportable"), "NOT_ALLOWED", found, expected


def _lines(path: Path, test: Plain) -> Iterator[Problem]:
    """Entries of lists that a cell with one entry a line could not hold."""
    for key in LINES:
        for index, entry in enumerate(_listed(test, key)):
            if isinstance(entry, str) and "\n" in entry.strip():
                yield (*path, key, index), "NOT_ALLOWED", quoted(entry), "an entry without a line break"


def _twice(plain: Plain) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, test in _tests(plain):
        if isinstance(name := test.get("id"), str):
            if name.strip() in seen:
                yield (*path, "id"), "DUPLICATE_NAME", quoted(name), "an id that no other test has"
            seen.add(name.strip())
