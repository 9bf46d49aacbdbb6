"""What a Gen5 layout puts into the wells: standards with concentration, samples with dilution, blanks, controls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Issue, problem
from evqc.instruments._amounts import amount_in
from evqc.instruments._plate_wells import Content

if TYPE_CHECKING:
    from evqc.instruments._cell import Cell
    from evqc.instruments._marks import Marks
    from evqc.instruments._plates import Grid

_ROLES = {"STD": "standard", "BLK": "blank", "SPL": "sample", "CTL": "control"}
_GROUP = re.compile(r"(STD|BLK|SPL|CTL)\d*(:\d+)?")


def contents(source: str, layout: Grid, used: Marks) -> tuple[dict[str, Content], tuple[Issue, ...]]:
    """What is in the wells that the layout says something of, and what should be known of it.

    A sample without a name is called by its group: ``SPL2`` for ``SPL2:3``, its third dilution.

    ``Conc/Dil`` is a concentration for standards and controls, and a dilution for samples: a factor where it is 1 or
    more; a number below 1 is the share of the sample, which is kept as ``diluted_share`` and never inverted.

    Args:
        source: name of the file.
        layout: lines ``Well ID``, ``Conc/Dil`` and, where samples are named, ``Name``.
        used: marks of the file.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    groups, stated, names = layout.cells("Well ID"), layout.cells("Conc/Dil"), layout.cells("Name")
    amounts = {name: _stated(cell, source, used) for name, cell in stated.items()}
    found = {
        well: _content(cell.text, amounts.get(well), names[well].text if well in names else "")
        for well, cell in groups.items()
        if cell.text
    }
    shares = [well for well, content in found.items() if "diluted_share" in content.more]
    if not shares:
        return found, ()
    shown = f"{found[shares[0]].more['diluted_share']} for well {shares[0]}"
    expected = "a dilution factor of at least 1; a number below 1 is kept as 'diluted_share'"
    return found, (problem("note", "DILUTION_AS_SHARE", stated[shares[0]].where("Conc/Dil"), shown, expected),)


def _stated(cell: Cell, source: str, used: Marks) -> float | None:
    return amount_in(cell, "Conc/Dil", source, used, minimum=0).value


def _content(group: str, stated: float | None, name: str) -> Content:
    known = _GROUP.fullmatch(group)
    role = _ROLES[known[1]] if known is not None else None
    sample = role == "sample"
    factor = stated if sample and stated is not None and stated >= 1 else None
    share = stated if sample and stated is not None and stated < 1 else None
    return Content(
        role=role,
        group=group,
        sample=name or (group.partition(":")[0] if sample or role == "control" else None),
        nominal=stated if role in {"standard", "control"} else None,
        dilution=factor,
        more={} if share is None else {"diluted_share": share},
    )
