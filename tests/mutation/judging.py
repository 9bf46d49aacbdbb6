"""Decides what came of a mutant: refused, flagged, unchanged, changed only where it was touched, or a violation.

What counts as *touched* is found by comparing the two files (``touched.py``), not by believing the mutation: the
cells that differ, cut at tabs, semicolons, quotes, brackets and, where nothing else separates, commas. Encodings,
line ends and columns that move with their headings touch nothing, whatever the bytes say.

A mutant is *flagged* when its reading holds a warning that the original's does not: the warnings that a sample
carries anyway excuse nothing. Of the others, each number (and state, and call) of the mutant is compared with the
original's, item by item, whatever their order. One that differs is excused only when

* it is **its own text**: it stands to the old value as a touched number stands to the one it replaced (so units and
  dilutions may lie between), or it is a touched number times a factor between units, or differs as the touched
  numbers do;
* its **unit or meaning** was touched: a touched cell holds letters, and it changed by a factor between two units;
* it became **missing or outside the range** (or the other way round), and it stands in a row that was touched, or the
  reading names something new among ``unread`` or in a note; a value that the quantity itself says to be missing, a
  bound, and a setting other than a dilution may be lost with any touch;
* it is the file's own **comparison** of printed and recomputed numbers, or the summary over runs, after any touch;
* it belongs to a **control** of a panel (a blank, copied there), and the signals that came and went stand in touched
  cells, or the same signals stand there and a control's name was touched;
* it belongs to a **marker** or control of a panel (or an analyte of a sample) whose name is a touched cell, and those
  with such names hold the same numbers as before: their names were exchanged;
* it is **derived** (statistics, totals, agreement, background, call, curve) in an item that holds a touched number or
  whose row was touched;
* it is **computed** from many numbers by a reader that ``COMPUTED`` names, or says itself to be computed of others (a
  share of two counts), and numbers were touched;
* only its **name** differs, and the name was touched: same numbers, another sample or run. It was touched when it is
  in a touched cell, or when the original holds the new one nowhere and both stand in touched lines, whatever cuts the
  cells;
* it **says itself** that it is something else now (another unit, method or statistic, not another group of a layout),
  and that text was touched;
* it stands so in the **other file** of a splice.

A whole item that is gone or new is excused when its row was touched, when its numbers stand in the touched cells, or,
if it is gone, when the reading names something new among ``unread`` or in a note; and if it is new and says itself to
be missing, when a touched cell names it (an empty well that a layout now calls a standard) and its settings are those
of other items or touched. What evqc says to have computed itself (a share of two counts) comes and goes with the item
that it was computed of. Everything else is a **violation**.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.measurands import UNITS
from evqc.reading import Reading
from tests.mutation.facts import Item, Number, items, paired
from tests.mutation.texts import lines
from tests.mutation.touched import Touched, touched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.errors import Severity
    from tests.mutation.mutant import Mutant

_DERIVED = re.compile(
    r"statistics|agreement|concentration_total|validity|vendor|background|limit_of_detection|call$|parameters|"
    r"diameter_nm|bins_in_table|lower|upper|time_s|standards|determination|correlation|blank|average|standard_error|percentiles|standard\."
)
#: Readers whose numbers are computed from many others of the file, and what they compute. There any number may follow a
#: touched one; what a file says once (names, settings as texts) still has to stay.
COMPUTED = {
    "exoview": "particles of the rows are counted into bins and markers",
    "nanosight_tracks": "tracks are counted into bins; positions, means and shares",
    "fcs": "counts and medians of the events",
    "fcs_offset": "counts and medians of the events",
    "macsplex_beads": "medians of the events of one bead",
    "plate_assay": "concentrations by a curve that is fitted to all standards and blanks of the plate",
    "maxquant": "shares of a sum over all proteins",
    "fragpipe": "shares of a sum over all proteins",
    "nanosight_report": "printed numbers are only compared with the run's own export; the page's geometry joins them",
    "zetaview_report": "printed numbers are only compared with the run's own export; the page's geometry joins them",
    "peaks": "shares of a sum over all proteins",
}
#: Texts that name whose a number is; the others say what it is.
_NAMES = ("sample", "run", "plate", "well", "settings.well", "settings.plate")
#: Texts that say what a layout puts into a well: they move nothing that was measured in it.
_LAYOUT = ("settings.group", "settings.content")
#: Texts that say what kind of thing an item is, or that nothing was written.
_KINDS = {"kind", "measurand", "unit", "as_written", "method", "technique"}
#: A number of a control in a panel: copied there from the control's own row.
_CONTROL = re.compile(r"controls\[.*\]\.(signal|state|reason|bound|name|kind|as_written)")
#: A number of a marker or of its control in a panel: the entry, its name, and which number of it.
_MARKER = re.compile(r"((?:markers|controls)\[(.*) \d+\])\.(.*)")
_FACTORS = sorted(
    {u.factor / v.factor for u in UNITS.values() for v in UNITS.values() if u.dimension == v.dimension}
    | {10.0**n for n in range(-12, 13)}
)


class Outcome(StrEnum):
    """What came of a mutant."""

    REFUSED = "refused"
    FLAGGED = "flagged"
    SAME = "accepted, unchanged"
    TOUCHED = "accepted, changed only where touched"
    VIOLATION = "violation"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, and of a violation what differs without excuse."""

    outcome: Outcome
    because: str = ""


@dataclass(frozen=True)
class Baseline:
    """An undamaged file and its reading."""

    data: bytes
    reading: Reading

    @cached_property
    def items(self) -> list[Item]:
        return items(self.reading)

    @cached_property
    def lines(self) -> list[tuple[str, str]]:
        return lines(self.data)


def judge(
    baseline: Baseline, mutant: Mutant, reading: Reading, instrument: str, other: Baseline | None = None
) -> Judgement:
    """What came of a mutant.

    Args:
        baseline: the original, read; one that was refused gives nothing to compare.
        mutant: the damaged file.
        reading: what was read from it.
        instrument: name of the reader.
        other: the file that it was spliced with, whose numbers may stand in it as they stand there.
    """
    if reading.verdict == "refused":
        left = bool(reading.measurements or reading.series or reading.curves or reading.printed)
        return Judgement(Outcome.VIOLATION, "refused, with numbers") if left else Judgement(Outcome.REFUSED)
    if _more(baseline.reading, reading, "warning"):
        return Judgement(Outcome.FLAGGED)
    if baseline.reading.verdict == "refused":
        return Judgement(Outcome.TOUCHED if reading.measurements else Outcome.SAME)
    pairs, gone, new = paired(baseline.items, items(reading))
    if not (pairs or gone or new):
        return Judgement(Outcome.SAME)
    missed = gone
    if other is not None:
        new, pairs = _without(other.items, new, pairs)
        gone = []  # the end of the original is not there
    differing = _Differing(baseline, mutant, reading, instrument)
    wrong = next(differing.unexcused(pairs, gone, new, missed), None)
    if wrong is None:
        only_names = not gone and not new and all(a.numbers == b.numbers for a, b in pairs)
        return Judgement(Outcome.SAME if only_names else Outcome.TOUCHED)
    return Judgement(Outcome.VIOLATION, wrong)


def _more(before: Reading, after: Reading, severity: Severity) -> bool:
    """Whether the mutant's reading holds an issue of this severity that the original's does not."""
    counted = [Counter((i.code, i.found) for i in r.issues if i.severity == severity) for r in (after, before)]
    return bool(counted[0] - counted[1])


def _without(
    known: list[Item], new: list[Item], pairs: list[tuple[Item, Item]]
) -> tuple[list[Item], list[tuple[Item, Item]]]:
    """What is new and what differs, without what stands so in the other file of a splice."""
    same = {item.same_as for item in known}
    return [item for item in new if item.same_as not in same], [p for p in pairs if p[1].same_as not in same]


class _Differing:
    """Looks for a difference without excuse."""

    def __init__(self, baseline: Baseline, mutant: Mutant, reading: Reading, instrument: str) -> None:
        nothing = Touched()
        self.touched = nothing if mutant.same_meaning else touched(baseline.lines, lines(mutant.data))
        more_unread = bool(set(reading.unread) - set(baseline.reading.unread))
        self.told = more_unread or _more(baseline.reading, reading, "note")
        self.same_meaning = mutant.same_meaning
        self.old_rows, self.new_rows = _texts_at(baseline.lines), _texts_at(lines(mutant.data))
        self.any = bool(self.touched.old_lines | self.touched.new_lines)
        self.computed = self.any and instrument in COMPUTED
        self.items = baseline.items
        self.before = "\n".join(text for _, text in baseline.lines)

    def unexcused(
        self, pairs: list[tuple[Item, Item]], gone: list[Item], new: list[Item], missed: list[Item]
    ) -> Iterator[str]:
        """Each difference without excuse, in words; what is new may be one of ``missed`` under another label."""
        for before, after in pairs:
            yield from self._in_pair(before, after)
        went = {id(item): self._may_go(item) or self._relabelled(item, new) for item in gone}
        came = {id(item): self._may_come(item) or self._relabelled(item, missed) for item in new}
        yield from (f"gone: {_shown(i)}" for i in gone if not went[id(i)] and not _computed_of(i, gone, went))
        yield from (f"new: {_shown(i)}" for i in new if not came[id(i)] and not _computed_of(i, new, came))

    def _may_go(self, item: Item) -> bool:
        touched = self._row(item) or self._holds(item)
        return touched or self.told or self.computed

    def _relabelled(self, item: Item, others: list[Item]) -> bool:
        """Whether the number of its row stands there before and after, under another label, and words were touched."""
        own = item.numbers.get("value")
        same = [g.numbers.get("value") for g in others if g.line == item.line]
        return self.touched.words and any(_same_amount(own, value) for value in same)

    def _may_come(self, item: Item) -> bool:
        relabelled = self.told and self.touched.words
        return self._row(item) or self._holds(item) or self.computed or relabelled or self._missing_and_named(item)

    def _missing_and_named(self, item: Item) -> bool:
        """Whether an item without a value is there since its name was touched; its settings are others' or touched."""
        if item.numbers.get("state") != "missing" or item.numbers.get("value") is not None:
            return False
        named = any(self.touched.names(text) for path, text in item.texts.items() if path not in _KINDS and text)
        known = {pair for other in self.items for pair in other.numbers.items()} | {("state", "missing")}
        told = {path: v for path, v in item.numbers.items() if path != "reason" and v is not None}
        own = [v for path, v in told.items() if (path, v) not in known]
        return named and all(isinstance(v, float) and _any_close(v, self.touched.row_numbers) for v in own)

    def _in_pair(self, before: Item, after: Item) -> Iterator[str]:
        if before.numbers == after.numbers:
            if not self._renamed(before, after) and not (self._may_go(before) and self._may_come(after)):
                yield f"another name: {_shown(before)} became {_shown(after)}"
            return
        names = [item.texts.get("sample", "") for item in (before, after)]
        if any(map(self.touched.names, names)) and self._may_go(before) and self._may_come(after):
            return
        if self._analyte_exchanged(after):
            return
        if self.computed or self._means_another(before, after) or (self.any and after.of == "summary"):
            return
        paths = [p for p in {**before.numbers, **after.numbers} if before.numbers.get(p) != after.numbers.get(p)]
        row = self._row(before) or self._row(after)
        lost = {before.numbers[p] for p in before.numbers if p not in after.numbers} if self.touched.words else set()
        misnamed = {p for p in after.numbers if p not in before.numbers and after.numbers[p] in lost}
        paths = [p for p in paths if p not in misnamed and not self._said_to_be_lost(p, after)]
        if self._controls_told(before, after):
            row, paths = True, [p for p in paths if not _CONTROL.fullmatch(p)]
        exchanged = self._markers_exchanged(before, after)
        paths = [p for p in paths if not p.startswith(exchanged)]
        if self.touched.new_numbers and _is_computed(after):
            paths = [p for p in paths if p not in {"value", "state", "reason"}]
        own = {p for p in paths if self._own(before.numbers.get(p), after.numbers.get(p), row=row)}
        for path in paths:
            compared = self.any and path.startswith("agreement.")
            if path in own or compared or (_DERIVED.search(path) and (own or row)):
                continue
            yield f"{path}: {before.numbers.get(path)!r} became {after.numbers.get(path)!r} in {_shown(after)}"

    def _controls_told(self, before: Item, after: Item) -> bool:
        """Whether a panel's controls differ, and only by signals that stand in touched cells, or by whose they are."""
        old, new = _controls(before), _controls(after)
        known = {path: v for path, v in before.numbers.items() if _CONTROL.fullmatch(path)}
        if known == {path: v for path, v in after.numbers.items() if _CONTROL.fullmatch(path)}:
            return False
        gone, added = [v for v in old - new if v is not None], [v for v in new - old if v is not None]
        told = all(isinstance(v, (int, float)) and _any_close(v, self.touched.old_numbers) for v in gone)
        told = told and all(isinstance(v, (int, float)) and _any_close(v, self.touched.new_numbers) for v in added)
        names = [path.partition("[")[2].rpartition(" ")[0] for path in known]
        return told if gone or added else any(self._named_in(name) for name in names)

    def _analyte_exchanged(self, after: Item) -> bool:
        """Whether an item holds what another analyte of its sample held, and both names are touched cells."""
        name, sample = after.texts.get("settings.analyte", ""), after.texts.get("sample")
        return self.touched.names(name) and any(
            other.numbers == after.numbers
            and other.texts.get("sample") == sample
            and self.touched.names(other.texts.get("settings.analyte", ""))
            for other in self.items
        )

    def _markers_exchanged(self, before: Item, after: Item) -> tuple[str, ...]:
        """The entries of markers whose names are touched cells, when they hold the same numbers under other names."""
        old, new = self._touched_markers(before), self._touched_markers(after)
        contents = [Counter(tuple(sorted(map(repr, entry))) for entry in found.values()) for found in (old, new)]
        return tuple({**old, **new}) if contents[0] == contents[1] else ()

    def _touched_markers(self, item: Item) -> dict[str, list[tuple[str, Number]]]:
        found: dict[str, list[tuple[str, Number]]] = {}
        for path, value in item.numbers.items():
            if (m := _MARKER.fullmatch(path)) and self._ends_touched(m[2]):
                found.setdefault(m[1], []).append((m[3], value))
        return found

    def _ends_touched(self, name: str) -> bool:
        """Whether a touched cell is how a name ends: a marker, behind its control."""
        words = name.split(" ")
        return any(self.touched.names(" ".join(words[begin:])) for begin in range(len(words)))

    def _named_in(self, name: str) -> bool:
        """Whether a touched cell is how a text begins: a control, before its marker."""
        plain = "".join(name.split()).casefold()
        return any(cell and plain.startswith("".join(cell.split()).casefold()) for cell in self.touched.old)

    def _renamed(self, before: Item, after: Item) -> bool:
        """Whether each name that differs was touched."""
        both = [(before.texts.get(path, ""), after.texts.get(path, "")) for path in _NAMES]
        return self.same_meaning or all(a == b or self._retold(a, b) for a, b in both)

    def _retold(self, old: str, new: str) -> bool:
        """Whether a name was touched: in a cell, or in the lines where the new one was written."""
        if self.touched.says(old) or self.touched.says(new):
            return True
        written = bool(old and new) and new not in self.before
        written = written and any(old in line for line in self.touched.old_lines)
        return written and any(new in line for line in self.touched.new_lines)

    def _means_another(self, before: Item, after: Item) -> bool:
        """Whether the item says itself that it is something else now, because that was touched."""
        besides = {*_NAMES, *_LAYOUT, "as_written"}
        paths = [p for p in {**before.texts, **after.texts} if p not in besides]
        both = [(before.texts.get(path, ""), after.texts.get(path, "")) for path in paths]
        return any(a != b and a and b and (self.touched.says(a) or self.touched.says(b)) for a, b in both)

    def _said_to_be_lost(self, path: str, after: Item) -> bool:
        """Whether a quantity says itself that its value is missing, or a bound or setting other than a dilution is."""
        if not self.any or (after.numbers.get(path) is not None and path not in {"state", "reason", "missing"}):
            return False
        missing = after.numbers.get("state") == "missing" and path in {"value", "state", "reason", "bound"}
        beside = path.startswith("settings.") or path in {"bound", "wavelength_nm", "missing"}
        return missing or (beside and "dilution" not in path)

    def _own(self, old: Number, new: Number, *, row: bool) -> bool:
        """Whether a number changed as its own text or its unit did, or to a state that was written."""
        if isinstance(old, tuple) or isinstance(new, tuple):
            return self._own_array(_tuple(old), _tuple(new), row=row)
        if isinstance(old, (str, bool)) or isinstance(new, (str, bool)):
            return bool(self.touched.old or self.touched.new)
        if old is None or new is None:
            return row or self.told or _any_close(old if new is None else new, self.touched.row_numbers)
        return self._told(old, new) or (self.touched.words and any(_close(new, old * f) for f in _FACTORS))

    def _own_array(self, old: tuple[float, ...], new: tuple[float, ...], *, row: bool) -> bool:
        """The same for an array: element by element, or by what is gone and new when its length differs."""
        if len(old) == len(new):
            return all(a == b or self._own(a, b, row=row) for a, b in zip(old, new, strict=True))
        gone, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
        told = all(_any_close(v, self.touched.old_numbers) for v in gone)
        return (
            row or (self.told and not added) or (told and all(_any_close(v, self.touched.new_numbers) for v in added))
        )

    def _told(self, old: float, new: float) -> bool:
        """Whether touched numbers tell the new one, given the old one."""
        if _any_close(new, self.touched.new_numbers):
            return True
        for there in self.touched.new_numbers:
            for here in self.touched.old_numbers if len(self.touched.new_numbers) < 2000 else ():
                if _close(new - old, there - here):
                    return True
                # Without zeros, of which any number is a multiple.
                if here and there and (_close(new * here, old * there) or _close(new * there, old * here)):
                    return True
        return False

    def _row(self, item: Item) -> bool:
        """Whether the row that an item says it stands in was touched, in the original or in the mutant."""
        texts = {*self.old_rows.get(item.line, ()), *self.new_rows.get(item.line, ())}
        return bool(texts & (self.touched.old_lines | self.touched.new_lines))

    def _holds(self, item: Item) -> bool:
        """Whether every number of an item, those of its controls apart, stands in rows that were touched."""
        stated = (v for p, v in item.numbers.items() if not _DERIVED.search(p) and not p.startswith("controls["))
        own = [v for v in stated if isinstance(v, (int, float))]
        if not own:
            return self.any
        return all(_any_close(v, self.touched.row_numbers) for v in own)


def _is_computed(item: Item) -> bool:
    """Whether an item says that evqc computed it."""
    return item.texts.get("settings.rule", "").startswith("computed")


def _computed_of(item: Item, others: list[Item], excused: dict[int, bool]) -> bool:
    """Whether an item says that evqc computed it, and what it is computed of came or went with an excuse."""
    whose = [path for path in item.texts if path in {"sample", "settings.population", "settings.parent"}]
    return _is_computed(item) and any(
        excused[id(o)] and all(o.texts.get(path) == item.texts[path] for path in whose)
        for o in others
        if o is not item and "settings.rule" not in o.texts
    )


def _controls(item: Item) -> Counter[Number]:
    """The signals of the controls of a panel, whatever their order."""
    return Counter(v for path, v in item.numbers.items() if _CONTROL.fullmatch(path) and path.endswith(".signal"))


def _texts_at(numbered: list[tuple[str, str]]) -> dict[int | None, set[str]]:
    """The texts of the lines of each number: one in a text, one a sheet or member in a container."""
    found: dict[int | None, set[str]] = {}
    for number, text in numbered:
        if number.rpartition(":")[2].isdigit():
            found.setdefault(int(number.rpartition(":")[2]), set()).add(text)
    return found


def _tuple(value: Number) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else ()


def _same_amount(a: Number, b: Number) -> bool:
    """Whether two values are one amount, perhaps in two units."""
    if not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        return a == b
    return any(_close(a, b * factor) for factor in _FACTORS)


def _any_close(value: float | None, numbers: frozenset[float]) -> bool:
    return value is not None and any(_close(value, n * f) for f in _FACTORS for n in numbers)


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-300)


def _shown(item: Item) -> str:
    texts = [item.texts[p] for p in ("kind", "measurand", "sample", "run", "well") if item.texts.get(p)]
    values = [f"{p}={v}" for p, v in item.numbers.items() if p in {"value", "state"}]
    return f"{item.of} {' / '.join(texts)} {' '.join(values)} (line {item.line})"
