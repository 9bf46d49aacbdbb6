"""What a model of single entries cannot see: names used twice, names that nobody defined, units that do not fit."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from evqc.batch.making import methods
from evqc.batch.measuring import amount_units, impossible
from evqc.batch.statements import answer, statements
from evqc.batch.vocabulary import IN_WORDS, choose
from evqc.batch.wording import Path, nearest, quoted
from evqc.measurands import MEASURANDS, UNITS, UnknownUnitError, unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evqc.batch.making import Method

Plain = dict[str, Any]
#: Path to the value, code, what was found, what can be read there.
Problem = tuple[Path, str, str, str]

_REFERENCES = {
    "isolation": ("sample_in", "sample_out"),
    "files": ("sample",),
    "results": ("sample",),
    "spikes": ("sample", "without"),
    "markers": ("sample",),
    "observations": ("sample",),
    "images": ("sample",),
}
_PATHS = {"files": ("path", "mapping"), "markers": ("image",), "images": ("path",)}
_BELOW = "a path below the batch folder, with / between folders and without '..'"
_DRIVE = re.compile(r"[A-Za-z]:")
#: The most that a workbook's cell holds, so that both forms of a record can hold the same.
LONGEST_TEXT = 32_767


def wrong_between_entries(plain: Plain, known: Mapping[str, Method] | None = None) -> list[Problem]:
    """Everything wrong in a record that its single entries do not show, or that is said better with an exact place.

    Args:
        plain: sections by key, lists as tuples; values of a wrong type are passed over, the model speaks of them.
        known: separation methods, where a laboratory has its own; else the catalogue.
    """
    checks = (_names, _samples, _fractions, _listed, _shares, _quantities, _spikes, _marker_units, _not_tested,
              _purposes, _paths, _assays, _containers, _statements)  # fmt: skip
    own = (*_parameters(plain, known or methods()), *_own_methods(plain))
    return [*chain.from_iterable(check(plain) for check in checks), *own, *text_problems(plain, ())]


def text_problem(text: str) -> tuple[str, str, str] | None:
    """Code, found and expected when a text cannot stand in a record: too long, or with control characters."""
    if len(text) > LONGEST_TEXT:
        return "TOO_LONG", f"{len(text)} characters", f"at most {LONGEST_TEXT} characters"
    bad = next((c for c in text if _is_control(c)), None)
    return None if bad is None else ("CONTROL_CHARACTER", f"character U+{ord(bad):04X}", "text without it")


def _is_control(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff"


def _entries(plain: Plain, section: str) -> Iterator[tuple[Path, Plain]]:
    entries = plain.get(section, ())
    if isinstance(entries, tuple):
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield (section, index), entry


def _text(entry: Plain, key: str) -> str | None:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else None


def _names(plain: Plain) -> Iterable[Problem]:
    seen: set[str] = set()
    for path, entry in _entries(plain, "samples"):
        name = _text(entry, "name")
        if name is not None and name in seen:
            yield (*path, "name"), "DUPLICATE_NAME", quoted(name), "a name that no other sample has"
        seen |= {name} if name else set()


def _samples(plain: Plain) -> Iterable[Problem]:
    names = list(dict.fromkeys(name for _, entry in _entries(plain, "samples") if (name := _text(entry, "name"))))
    for section, keys in _REFERENCES.items():
        for path, entry in _entries(plain, section):
            for key in keys:
                if (name := _text(entry, key)) and name not in names:
                    yield (*path, key), "UNKNOWN_SAMPLE", quoted(name), nearest(name, names, "a name of samples")


def _fractions(plain: Plain) -> Iterable[Problem]:
    """Samples of a step that there is not, fractions of no step, and two fractions of one number."""
    steps = sum(1 for _ in _entries(plain, "isolation"))
    seen: list[tuple[object, object]] = []
    for path, entry in _entries(plain, "samples"):
        step, fraction = entry.get("from_step"), entry.get("fraction")
        if isinstance(step, int) and step > steps:
            yield (*path, "from_step"), "UNKNOWN_STEP", quoted(step), f"a step of the isolation, up to {steps}"
        if fraction is not None and step is None:
            yield (*path, "from_step"), "MISSING_KEY", "nothing", "the number of the step that the fraction is of"
        elif fraction is not None and (step, fraction) in seen:
            yield (*path, "fraction"), "DUPLICATE_NAME", quoted(fraction), "each fraction of a step once"
        seen.append((step, fraction))


def _listed(plain: Plain) -> Iterable[Problem]:
    given = plain.get("batch")
    batch = given if isinstance(given, dict) else {}
    for key, what in (("claims", "each claim once"), ("profiles", "each profile once")):
        entries = batch.get(key, ())
        for index, entry in enumerate(entries if isinstance(entries, tuple) else ()):
            place = ("batch", key, index)
            if entry in entries[:index]:
                yield place, "DUPLICATE_NAME", quoted(entry), what
            elif key == "profiles" and isinstance(entry, str) and not stays_below(entry):
                yield place, "PATH_NOT_ALLOWED", quoted(entry), f"the id of a profile, or {_BELOW}"


def _shares(plain: Plain) -> Iterable[Problem]:
    """A share of one or less where per cent is asked for: nobody harvests cells of which one in a hundred lives."""
    given = plain.get("source")
    source = given if isinstance(given, dict) else {}
    for key in ("viability_percent", "confluence_percent"):
        value = source.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
            yield ("source", key), "OUT_OF_RANGE", quoted(value), f"per cent: {100 * value:g} for {100 * value:g} %"


def _quantities(plain: Plain) -> Iterable[Problem]:
    for path, entry in (*_entries(plain, "results"), *_entries(plain, "assays")):
        name, given = _text(entry, "measurand"), _text(entry, "unit")
        if name is not None and name not in MEASURANDS:
            expected = nearest(name, list(MEASURANDS), "a quantity that evqc knows")
            yield (*path, "measurand"), "UNKNOWN_MEASURAND", quoted(name), expected
        elif given is not None and name is not None:
            unfitting = [*unfitting_unit((*path, "unit"), given, UNITS[MEASURANDS[name].unit].dimension, name)]
            yield from unfitting or _impossible(path, name, given, entry)
        elif given is not None:
            yield from unfitting_unit((*path, "unit"), given, None, "")
        if path[0] == "results" and name is not None and name.startswith("marker_") and _text(entry, "marker") is None:
            yield (*path, "marker"), "MISSING_KEY", "nothing", f"the marker whose {name} this is"


def _impossible(path: Path, name: str, given: str, entry: Plain) -> Iterable[Problem]:
    """A result that no quantity of its kind can have, such as a negative content or a share above 100 %."""
    if path[0] == "results" and (wanted := impossible(name, entry.get("value"), given)):
        yield (*path, "value"), "OUT_OF_RANGE", quoted(entry["value"]), wanted


def _spikes(plain: Plain) -> Iterable[Problem]:
    """Amounts in a unit that is none, steps that there are not, and samples that hold the spike with and without it."""
    steps = sum(1 for _ in _entries(plain, "isolation"))
    for path, entry in _entries(plain, "spikes"):
        name, given, step = _text(entry, "measurand"), _text(entry, "unit"), entry.get("before_step")
        fitting = () if name is None else amount_units(name)
        if name is not None and not fitting:
            expected = nearest(name, [each for each in MEASURANDS if amount_units(each)], "a concentration per mL")
            yield (*path, "measurand"), "UNKNOWN_MEASURAND", quoted(name), expected
        if fitting and given is not None and _spelled(given) not in fitting:
            yield (*path, "unit"), "WRONG_UNIT", quoted(given), f"a unit of an amount: {', '.join(fitting)}"
        if name is not None and name.startswith(("marker_", "analyte_")) and _text(entry, "marker") is None:
            yield (*path, "marker"), "MISSING_KEY", "nothing", f"the marker whose {name} this is"
        if isinstance(step, int) and step > steps:
            yield (*path, "before_step"), "UNKNOWN_STEP", quoted(step), f"a step of the isolation, up to {steps}"
        if (sample := _text(entry, "sample")) is not None and sample == _text(entry, "without"):
            yield (*path, "without"), "NOT_ALLOWED", quoted(sample), "another sample, which holds no spike"


def unfitting_unit(path: Path, given: str, dimension: str | None, name: str) -> Iterable[Problem]:
    """A unit that nobody knows, or one of another dimension than ``dimension``, of the quantity ``name``."""
    fitting = [u for u, row in UNITS.items() if dimension is None or row.dimension == dimension]
    try:
        known = unit(given)
    except UnknownUnitError:
        what = f"a unit of {name}" if name else "a unit that evqc knows"
        yield path, "UNKNOWN_UNIT", quoted(given), nearest(given, fitting, what)
        return
    if known not in fitting:
        yield path, "WRONG_UNIT", quoted(given), f"a unit of {name}: {', '.join(fitting)}"


def _marker_units(plain: Plain) -> Iterable[Problem]:
    units: dict[object, str] = {}
    for path, entry in _entries(plain, "markers"):
        given = _text(entry, "unit")
        if given is None:
            continue
        panel = (_text(entry, "sample"), _text(entry, "technique"))
        yield from unfitting_unit((*path, "unit"), given, None, "")
        first = units.setdefault(panel, given)
        if _spelled(first) != _spelled(given):
            yield (*path, "unit"), "WRONG_UNIT", quoted(given), f"one unit for the whole panel, as before: {first}"


def _spelled(given: str) -> str:
    try:
        return unit(given)
    except UnknownUnitError:
        return given


def _not_tested(plain: Plain) -> Iterable[Problem]:
    for path, entry in _entries(plain, "markers"):
        if entry.get("call") == "not tested" and entry.get("signal") is not None:
            yield (*path, "signal"), "NOT_ALLOWED", quoted(entry["signal"]), "no signal of a marker that was not tested"


def _own_methods(plain: Plain) -> Iterable[Problem]:
    given = plain.get("batch")
    named = _text(given, "methods") if isinstance(given, dict) else None
    if named and not stays_below(named):
        yield ("batch", "methods"), "PATH_NOT_ALLOWED", quoted(named), _BELOW


def _parameters(plain: Plain, known: Mapping[str, Method]) -> Iterable[Problem]:
    for path, entry in _entries(plain, "isolation"):
        method, given = _method(entry, known), entry.get("parameters")
        own = [] if method is None else [*known[method].needed, *known[method].also]
        for key, value in given.items() if isinstance(given, dict) else ():
            place = (*path, "parameters", key)
            if method is not None and key not in own:
                yield place, "UNKNOWN_KEY", quoted(key), nearest(key, own, f"a parameter of {method}")
            elif isinstance(value, str) and key in _in_numbers():
                yield (*place, "value"), "WRONG_TYPE", quoted(value), f"a number, in the unit that '{key}' says"


def _in_numbers() -> set[str]:
    """The parameters of the catalogue's methods that are numbers; of a laboratory's own nobody knows."""
    return {key for method in methods().values() for key in (*method.needed, *method.also)} - IN_WORDS


def _method(entry: Plain, known: Mapping[str, Method]) -> str | None:
    """The name of the step's method, when it has one."""
    try:
        return choose(_text(entry, "method") or "", known, {name: m.synonyms for name, m in known.items()})
    except ValueError:
        return None


def _purposes(plain: Plain) -> Iterable[Problem]:
    for path, entry in _entries(plain, "files"):
        is_bead = entry.get("purpose") == "bead check"
        if is_bead and entry.get("bead_nm") is None:
            yield (*path, "bead_nm"), "MISSING_KEY", "nothing", "the certified diameter of the beads"
        for key, what in (("bead_nm", "diameter"), ("bead_uncertainty_nm", "certificate")):
            if not is_bead and entry.get(key) is not None:
                expected = f"no {what} unless purpose is 'bead check'"
                yield (*path, key), "NOT_ALLOWED", quoted(entry[key]), expected
        if not is_bead and entry.get("sample") is None:
            yield (*path, "sample"), "MISSING_KEY", "nothing", "the name of the sample that was measured"


def _paths(plain: Plain) -> Iterable[Problem]:
    for section, keys in _PATHS.items():
        for path, entry in _entries(plain, section):
            for key in keys:
                if (given := _text(entry, key)) and not stays_below(given):
                    yield (*path, key), "PATH_NOT_ALLOWED", quoted(given), _BELOW


def stays_below(path: str) -> bool:
    """Whether a path leads to a place below the folder that it begins in."""
    absolute = path.startswith("/") or _DRIVE.match(path) is not None
    return not absolute and "\\" not in path and ".." not in PurePosixPath(path).parts


def _assays(plain: Plain) -> Iterable[Problem]:
    seen: set[tuple[str | None, ...]] = set()
    for path, entry in _entries(plain, "assays"):
        numbers = [entry.get(key) for key in ("limit_of_detection", "range_lower", "range_upper")]
        if _text(entry, "unit") is None and any(number is not None for number in numbers):
            yield (*path, "unit"), "MISSING_KEY", "nothing", "the unit of the limits"
        low, high = (number if isinstance(number, int | float) else None for number in numbers[1:])
        if low is not None and high is not None and high < low:
            yield (*path, "range_upper"), "OUT_OF_RANGE", quoted(high), f"at least {low:g}, where the range begins"
        name = tuple(_text(entry, key) for key in ("method", "instrument", "measurand"))
        if name in seen:
            yield (*path, "method"), "DUPLICATE_NAME", quoted(name[0]), "each method, instrument and quantity once"
        seen.add(name)


def _containers(plain: Plain) -> Iterable[Problem]:
    """More containers that showed something than were looked at, or a count of which nobody knows out of how many."""
    for path, entry in _entries(plain, "observations"):
        tested, positive = entry.get("containers_tested"), entry.get("containers_positive")
        if isinstance(positive, int) and tested is None:
            yield (*path, "containers_tested"), "MISSING_KEY", "nothing", "how many containers were tested"
        elif isinstance(positive, int) and isinstance(tested, int) and positive > tested:
            yield (*path, "containers_positive"), "OUT_OF_RANGE", quoted(positive), f"at most the {tested} tested"


def _statements(plain: Plain) -> Iterable[Problem]:
    given = plain.get("statements")
    for key, text in given.items() if isinstance(given, dict) else ():
        if key not in statements():
            yield ("statements", key), "UNKNOWN_KEY", quoted(key), nearest(key, list(statements()), "a statement")
        elif isinstance(text, str):
            try:
                answer(key, text)
            except ValueError as error:
                yield ("statements", key), "NOT_ALLOWED", quoted(text), str(error)


def text_problems(value: object, path: Path) -> Iterator[Problem]:
    """Texts anywhere below ``path`` that are too long or hold control characters."""
    match value:
        case str() if wrong := text_problem(value):
            yield path, *wrong
        case dict():
            for key, each in value.items():
                yield from text_problems(each, (*path, key))
        case tuple():
            for index, each in enumerate(value):
                yield from text_problems(each, (*path, index))
