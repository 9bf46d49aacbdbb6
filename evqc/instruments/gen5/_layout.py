"""What a Gen5 layout puts into the wells: standards with concentration, samples with dilution, blanks, controls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Issue, problem
from evqc.instruments._amounts import amount_in
from evqc.instruments._plate_layouts import uneven_groups
from evqc.instruments._plate_wells import Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evqc.instruments._cell import Cell
    from evqc.instruments._marks import Marks
    from evqc.instruments._plates import Grid

_ROLES = {"STD": "standard", "BLK": "blank", "SPL": "sample", "CTL": "control"}
_GROUP = re.compile(r"(STD|BLK|SPL|CTL)\d*(:\d+)?")


def contents(source: str, layout: Grid, used: Marks) -> tuple[dict[str, Content], tuple[Issue, ...]]:
    """What is in the wells that the layout says something of, and what should be known of it.

    A sample without a name is called by its group: ``SPL2`` for ``SPL2:3``, its third dilution.

    ``Conc/Dil`` is a concentration for standards and controls. For samples it is either: numbers of 1 and more are
    dilution factors, numbers of 1 and less the share of the sample, kept as ``diluted_share`` and never inverted. A
    plate whose samples have numbers on both sides of 1, or 0, as a titration has, says neither: they are kept as
    ``concentration_or_dilution``, and so are the numbers of wells with an ID of somebody's choice.

    Args:
        source: name of the file.
        layout: lines ``Well ID``, ``Conc/Dil`` and, where samples are named, ``Name``.
        used: marks of the file.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    groups, stated, names = layout.cells("Well ID"), layout.cells("Conc/Dil"), layout.cells("Name")
    amounts = {name: _stated(cell, source, used) for name, cell in stated.items()}
    of_samples = {
        w: n for w, n in amounts.items() if n is not None and w in groups and _role(groups[w].text) == "sample"
    }
    key = _meaning(of_samples.values())
    found = {
        well: _content(cell.text, amounts.get(well), names[well].text if well in names else "", key)
        for well, cell in groups.items()
        if cell.text
    }
    issues = (*_unplaced(groups, stated, amounts), *uneven_groups(found, lambda name: groups[name].where("Well ID")))
    odd = next((well for well, number in of_samples.items() if number != 1), None)
    if key == "dilution" or odd is None:
        return found, issues
    shown, expected = f"{of_samples[odd]:g} for sample well {odd}", f"dilution factors of at least 1; kept as '{key}'"
    code = "DILUTION_AS_SHARE" if key == "diluted_share" else "DILUTION_UNCLEAR"
    return found, (*issues, problem("note", code, stated[odd].where("Conc/Dil"), shown, expected))


def _unplaced(
    groups: Mapping[str, Cell], stated: Mapping[str, Cell], amounts: Mapping[str, float | None]
) -> tuple[Issue, ...]:
    """A warning for a number in a well without an ID, a note for one in a well whose ID is none of Gen5's own."""
    texts = {well: groups[well].text if well in groups else "" for well in amounts}
    odd = [well for well, number in amounts.items() if number is not None and _role(texts[well]) is None]
    if not odd:
        return ()
    lost = next((well for well in odd if not texts[well]), None)
    well = lost or odd[0]
    found = f"{amounts[well]:g} for well {well} with the ID '{texts[well]}'"
    expected = "an ID such as STD1, SPL1, CTL1 or BLK beside it; kept as 'concentration_or_dilution'"
    if lost is not None:
        expected = "an ID such as STD1, SPL1, CTL1 or BLK beside each number"
        return (problem("warning", "CONTENT_UNKNOWN", stated[well].where("Conc/Dil"), found, expected),)
    return (problem("note", "DILUTION_UNCLEAR", stated[well].where("Conc/Dil"), found, expected),)


def _meaning(numbers: Iterable[float]) -> str:
    """What the numbers of a plate's samples are: all 1 and more, all 1 and less, or neither."""
    known = list(numbers)
    if all(number >= 1 for number in known):
        return "dilution"
    return "diluted_share" if all(0 < number <= 1 for number in known) else "concentration_or_dilution"


def _role(group: str) -> str | None:
    known = _GROUP.fullmatch(group)
    return _ROLES[known[1]] if known is not None else None


def _stated(cell: Cell, source: str, used: Marks) -> float | None:
    return amount_in(cell, "Conc/Dil", source, used, minimum=0).value


def _content(group: str, stated: float | None, name: str, key: str) -> Content:
    role = _role(group)
    sample = role == "sample"
    own = stated if sample or role is None else None
    key = "concentration_or_dilution" if role is None else key
    return Content(
        role=role,
        group=group,
        sample=name or (group.partition(":")[0] if sample or role == "control" else None),
        nominal=stated if role in {"standard", "control"} else None,
        dilution=own if key == "dilution" else None,
        more={} if own is None or key == "dilution" else {key: own},
    )
