"""Whether a Methodical Mind file has all of its plates: the format has no mark of its end, but several hints of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments.methodical_mind._plates import Plate

#: The sections that the reader writes behind each grid, in this order (as found in real files).
_SECTIONS = ("Processing", "Statistics", "Camera Status", "Waveform/Current")
#: Empty lines behind a plate that another one follows; behind the last plate of a file there are fewer.
_BEFORE_ANOTHER = 4


def end_issues(plates: Sequence[Plate]) -> tuple[Issue, ...]:
    """What speaks for plates that are missing, or that stand there twice; else how many there are.

    Args:
        plates: of the file, in order.
    """
    found = (*_cut(plates), *_numbers(plates), *_twice(plates))
    return found or (_note(plates),)


def _note(plates: Sequence[Plate]) -> Issue:
    names = ", ".join(dict.fromkeys(plate.name or "without a name" for plate in plates))
    found = f"{len(plates)} grid{'s' * (len(plates) > 1)} of wells: {names}"
    expected = "as many as were read; this format does not say how many belong to a file"
    return problem("note", "PLATES_READ", Where(line=plates[-1].line), found, expected)


def _cut(plates: Sequence[Plate]) -> tuple[Issue, ...]:
    """A warning when the last plate lacks sections or lines of them, or empty lines announce another plate."""
    last = plates[-1]
    where = Where(line=last.line)
    lacking = [name for name in _SECTIONS if name not in last.sections]
    if lacking:
        expected = "all sections behind the last plate; the file may be cut"
        return (problem("warning", "TRUNCATED", where, f"no section {', '.join(lacking)}", expected),)
    whole = next((plate.ends for plate in plates if plate.ends and plate.ends[0] == _SECTIONS[-1]), None)
    if last.ends is None or whole is None or last.ends[1] < whole[1]:
        found = f"{last.ends[1] if last.ends else 0} lines in the last section"
        expected = f"{whole[1] if whole else 'more'} as behind other plates; the file may be cut"
        return (problem("warning", "TRUNCATED", where, found, expected),)
    cells = [len(row) for row in last.sections[_SECTIONS[-1]].values()]
    if len(set(cells)) > 1:
        found, expected = (
            f"{cells[-1]} cells in the last line",
            f"{cells[0]} as in the lines above; the file may be cut",
        )
        return (problem("warning", "TRUNCATED", where, found, expected),)
    if last.blank > _BEFORE_ANOTHER:
        expected = "another plate, which such a gap announces; the file may be cut"
        return (problem("warning", "TRUNCATED", where, f"{last.blank - 1} empty lines at the end", expected),)
    return ()


def _numbers(plates: Sequence[Plate]) -> tuple[Issue, ...]:
    """A warning when the plates' numbers do not count from 1."""
    told = [plate.header.get("Plate #", "") for plate in plates]
    numbers = list(dict.fromkeys(int(text) for text in told if text.isdigit()))
    if numbers == list(range(1, len(numbers) + 1)):
        return ()
    found, expected = f"plates number {', '.join(map(str, numbers))}", "numbers from 1 without a gap"
    return (problem("warning", "PLATES_MISSING", Where(line=plates[0].line, field="Plate #"), found, expected),)


def _twice(plates: Sequence[Plate]) -> tuple[Issue, ...]:
    """A warning when one reading of a plate stands there twice."""
    keys = ("Barcode1", "Plate #", "SpotID", "Read Time")
    seen: set[tuple[str | None, ...]] = set()
    for plate in plates:
        identity = tuple(plate.header.get(key) for key in keys)
        if identity in seen:
            where, found = Where(line=plate.line), f"plate {plate.name or 'without a name'}, read {identity[-1]}, again"
            return (problem("warning", "PLATE_TWICE", where, found, "each reading of a plate once"),)
        seen.add(identity)
    return ()
