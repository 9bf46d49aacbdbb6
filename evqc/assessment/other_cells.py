"""Markers of cells that the vesicles are not of: they are controls there, and no sign of vesicles of the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.batch.material import PLATELET_LYSATE, medium_holds
from evqc.markers.vocabulary import marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evqc.batch.assembled import Batch
    from evqc.batch.model import SourceMaterial
    from evqc.markers.vocabulary import Marker

#: How starting materials from cultured cells begin.
_CULTURED = "conditioned medium"
#: Names of mesenchymal stromal cells, those of tissues whose stem cells are no others among them.
_MSC = re.compile(
    r"mesenchymal|stromal|\b\w*MSCs?\b|\b(hu?)?(AD|DP|WJ|PDL)[- ]?SCs?\b|\bh?ASCs?\b|\bSHEDs?\b"
    r"|(adipose|fat|dental pulp|periodontal ligament|wharton's jelly|umbilical cord)[- ](tissue[- ])?(derived )?"
    r"stem cells?",
    re.IGNORECASE,
)
_OF_LYSATE = "platelet lysate in the medium brings vesicles with them"
_OF_OTHERS = "they are of other cells than stromal cells"


def is_msc(source: SourceMaterial) -> bool | None:
    """Whether the vesicles are of mesenchymal stromal cells, by the cell type; those of a body fluid are not.

    Returns:
        None when the record names neither a cell type nor a body fluid.
    """
    if source.cell_type is not None:
        return _MSC.search(source.cell_type) is not None
    return False if source.matrix is not None and not source.matrix.startswith(_CULTURED) else None


def holds_platelet_lysate(source: SourceMaterial) -> bool:
    """Whether the medium was made with platelet lysate, by the starting material or by the supplement."""
    return PLATELET_LYSATE in medium_holds(source)


def belongs_elsewhere(of: Marker, source: SourceMaterial) -> str:
    """Why a marker says nothing of vesicles of this source, in a few words; nothing where it may.

    Proteins of category 1b are specific to a cell or tissue. On vesicles of stromal cells those of any other cell are
    controls, whichever way they turn out; in medium with platelet lysate those of platelets may be of its own vesicles,
    whatever the source is. Of other sources evqc does not know which cells they hold, and every marker counts.

    Source:
        MISEV2018 table 3, category 1b, ``[lit-H]``; roles as in ``vocabulary.csv``. That platelet lysate holds small
        EVs: PMC9904364 (Jakl 2023).
    """
    if of.role == "cell type" and "platelet" in of.detail and holds_platelet_lysate(source):
        return _OF_LYSATE
    return _OF_OTHERS if of.role in {"msc negative", "cell type"} and is_msc(source) else ""


def of_other_cells(batch: Batch, names: Iterable[str]) -> dict[str, str]:
    """Those of several markers that say nothing of vesicles of the source, each with the reason.

    Args:
        batch: without a record nothing is known of the source, and every marker counts.
        names: canonical names.
    """
    if batch.record is None:
        return {}
    source = batch.record.source
    return {name: why for name in names if (why := belongs_elsewhere(marker(name), source))}


def not_counted(foreign: Mapping[str, str]) -> str:
    """Which markers were not counted and why, for a remark; nothing when all were."""
    reasons = dict.fromkeys(foreign.values())
    by_reason = {why: ", ".join(name for name, of in foreign.items() if of == why) for why in reasons}
    return "; ".join(f"not counted, since {why}: {names}" for why, names in by_reason.items())
