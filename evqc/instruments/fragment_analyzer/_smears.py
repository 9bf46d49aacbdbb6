"""The Smear Analysis Result: concentration, share and mean length of each range of lengths.

Source: headings and rows as laboratories print them of these files; no whole real file was at hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import refusal
from evqc.instruments._amounts import quantity
from evqc.instruments._electrophoresis import fragment, inside, key
from evqc.instruments._rounded import disagreement, rounded
from evqc.instruments._samples import Samples, misplaced, samples, torn
from evqc.instruments.fragment_analyzer._part import MASS, SAMPLE, WELL, Part, by_well, holds_numbers, refuse_again

if TYPE_CHECKING:
    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

_RANGE, _MEAN = "Range", "Avg. Size"
_WINDOW = re.compile(r"([\d.,]+) (nt|bp) to ([\d.,]+) (nt|bp)", re.IGNORECASE)
_SHARES = ("% Total", "%Total")
_SETTINGS = {
    "nmole/L": "molarity_nmol_per_l",
    "%CV": "length_cv_percent",
    "Size Threshold (b.p.)": "threshold_bp",
    "Threshold": "threshold_bp",
    "DQN": "dqn",
    "GQN": "gqn",
}


def is_smears(row: list[str]) -> bool:
    """Whether a row of headings (in lower case) is that of a Smear Analysis Result."""
    wanted = {_RANGE.casefold(), _MEAN.casefold()}
    return row[:2] == [WELL.casefold(), SAMPLE.casefold()] and wanted <= set(row) and any(map(MASS.fullmatch, row))


def smears(file: ExportFile) -> Part:
    """One quantity a range: its share of the RNA in nucleotides, the mean length of DNA in base pairs."""
    part = Part()
    tables = samples(file, (WELL, SAMPLE, _RANGE, _MEAN), holds_numbers)
    refuse_again(tables)
    for found in tables:
        mass = next((h for h in found.table.headings if MASS.fullmatch(h)), None)
        names = dict(_SETTINGS)
        if mass is not None:
            names[mass] = f"concentration_{key(mass)}"
        for row, top in ((row, rows[0]) for rows in by_well(found) for row in rows):
            part.samples[found.text(row, WELL) or ""] = found.text(row, SAMPLE)
            part.quantities.append(_smear(found, row, names))
            part.issues.extend(() if mass is None or row is top else _tied(found, row, top, mass))
            part.issues.extend(_outside(found, row))
        part.issues.extend([*misplaced(found, WELL), *torn(found, found.table.headings)])
        part.unread.extend(found.table.unread([WELL, SAMPLE, _RANGE, _MEAN, *_SHARES, *names]))
    return part


def _share(found: Samples) -> str:
    return next((h for h in _SHARES if found.table.has(h)), _SHARES[0])


def _smear(found: Samples, row: Row, names: dict[str, str]) -> Quantity:
    where, text = found.where(row, _RANGE), found.text(row, _RANGE) or ""
    window = _WINDOW.fullmatch(text)
    if window is None or window[2].casefold() != window[4].casefold():
        raise refusal(found.file.name, "NOT_A_RANGE", where, f"'{text}'", "a range such as '100 bp to 450 bp'")
    unit = window[2].casefold()
    ends = {f"from_{unit}": found.marks.parse(window[1]), f"to_{unit}": found.marks.parse(window[3])}
    said: dict[str, Scalar] = {"well": found.text(row, WELL), **ends, **found.settings(row, names)}
    sample = found.text(row, SAMPLE)
    if unit == "nt" and found.table.has(_share(found)):
        said |= found.settings(row, {_MEAN: "mean_length_nt"})
        amount, where = found.amount(row, _share(found), minimum=0), found.where(row, _share(found))
        return quantity(amount, "small_rna_share", "%", where, sample=sample, settings=said)
    said |= found.settings(row, {_share(found): "share_of_total_percent"})
    amount, where = found.amount(row, _MEAN, minimum=0), found.where(row, _MEAN)
    return fragment(amount, unit, where, sample=sample, method=None, settings=said)


def _outside(found: Samples, row: Row) -> tuple[Issue, ...]:
    window = _WINDOW.fullmatch(found.text(row, _RANGE) or "")
    ends = [None, None] if window is None else [rounded(window[i], found.marks) for i in (1, 3)]
    return inside(_MEAN, found.printed(row, _MEAN), ends, found.where(row, _MEAN))


def _tied(found: Samples, row: Row, top: Row, mass: str) -> tuple[Issue, ...]:
    """The share of a range beside its concentration: all ranges of a well are of one total."""
    shares, masses = ([found.printed(r, h) for r in (row, top)] for h in (_share(found), mass))
    if shares[1] is None or masses[0] is None or masses[1] is None:
        return ()
    part = masses[0].over(masses[1])
    recomputed = None if part is None else part.times(shares[1])
    where = found.where(row, _share(found)) if found.table.has(_share(found)) else found.where(row, mass)
    return disagreement(_share(found), shares[0], recomputed, where, "the well's first range")
