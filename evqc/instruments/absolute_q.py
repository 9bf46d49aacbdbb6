"""Applied Biosystems QuantStudio Absolute Q digital PCR: copies per microlitre of each well and target, csv."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._first_headings import first_headings
from evqc.instruments._rounded import Rounded, disagreement, total
from evqc.instruments._rows import Table
from evqc.instruments._samples import Samples, dated, once, samples, torn
from evqc.measurement import State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "absolute_q"
TITLE = "Applied Biosystems QuantStudio Absolute Q digital PCR"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv of results with a row for each well and target: copies per microlitre, partitions, averages of groups",
    "csv summary with the columns of the dyes side by side",
    "csv of combinations of dyes: partitions that are positive in exactly these dyes",
)
MENTIONS = "run"

_RESULTS = ("Run", "Well", "Total", "Dye", "Target", "Conc. cp/uL", "Positives")
_SUMMARY = ("Run name", "Well", "Total", "QC", "Target", "Conc.", "Positives")
#: Rows of a sample by the dyes in which partitions are positive, none of them in the first.
_COMBINED = ("Run", "Sample", "Channels", "Count", "Copies per microliter", "Total")
#: Rows of single partitions with their intensities, from which nothing is counted here.
_PARTITIONS = ("Run", "Plate", "Well ID", "Sample", "Index", "Reject")
_LAYOUTS = {_RESULTS: "results", _SUMMARY: "summary", _COMBINED: "combinations of dyes"}
#: Of each layout in lower case.
_HEADINGS = [[heading.casefold() for heading in layout] for layout in (*_LAYOUTS, _PARTITIONS)]
_NUMBERS = {
    "count",
    "copies per microliter",
    "total",
    "conc. cp/ul",
    "conc.",
    "sd",
    "cv%",
    "95%ci",
    "95%deltalci",
    "95%deltauci",
    "positives",
    "threshold",
}
_AGAIN = re.compile(r" \[\d+\]$")
#: What one dye's block of a summary may hold.
_BLOCK = {
    "target", "conc.", "sd", "cv%", "95%deltalci", "95%deltauci", "precision %", "lambda (cp/rxn)",
    "lambda_95%deltalci", "lambda_95%deltauci", "positives", "copy #", "cnv_95%deltalci", "cnv_95%deltauci",
    "threshold",
}  # fmt: skip
#: Microlitres of one partition, found in real files from total, positives and concentration; 0.1 % of leeway.
_PARTITION_UL, _LEEWAY = 4.32e-4, 1e-3
_GROUP = re.compile(r".*\((\d+)\)", re.ASCII)
_TEXTS = {
    "Well": "well",
    "Target": "target",
    "Dye": "dye",
    "Group": "group",
    "Plate": "plate",
    "Instrument": "instrument",
    "Run": "run",
    "Run name": "run",
    "Channels": "dyes",
    "DF": "dilution",
    "QC": "instrument_qc",
}
_SETTINGS = {
    "Total": "partitions",
    "Positives": "positive_partitions",
    "Count": "positive_partitions",
    "95%CI": "ci95_per_ul",
    "95%DeltaLCI": "ci95_below_per_ul",
    "95%DeltaUCI": "ci95_above_per_ul",
    "Threshold": "threshold",
}
_READ = {*_RESULTS, *_SUMMARY, *_COMBINED, "Sample", "Name", "Date", "SD", "CV%", *_TEXTS, *_SETTINGS}


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has the Absolute Q's partitions and concentrations, in one of three layouts."""
    mentioned = any(file.mentions(*headings) for headings in _HEADINGS)
    return mentioned and not file.is_workbook and any(_layout(row) is not None for row in first_headings(file, ","))


def _layout(row: Sequence[str]) -> tuple[str, ...] | None:
    headings = set(row)
    if headings >= {h.casefold() for h in _SUMMARY} | {"lambda (cp/rxn)"}:
        return _SUMMARY
    return next(
        (layout for layout in (_RESULTS, _COMBINED, _PARTITIONS) if headings >= {h.casefold() for h in layout}), None
    )


def read(file: ExportFile) -> Reading:
    """Copies per microlitre of each well and target; averages are compared with their wells and not kept beside them.

    Raises:
        InputError: ``SINGLE_PARTITIONS``, ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    needed = next((layout for row in first_headings(file, ",") if (layout := _layout(row))), _RESULTS)
    if needed is _PARTITIONS:
        expected = "the export of results or the summary of the same run"
        raise refusal(file.name, "SINGLE_PARTITIONS", Where(), "intensities of single partitions", expected)
    measured: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    for table in samples(file, needed, _holds_numbers, separator=","):
        found = _side_by_side(table) if needed is _SUMMARY else table
        wells = [row for row in found.rows if _averaged(found, row) is None]
        measured += [_quantity(found, row) for row in wells]
        issues += [issue for row in wells for issue in _remarks(found, row)]
        issues += _averages(found)
        issues += _all_partitions(found) if needed is _COMBINED else ()
        issues += torn(table, {*_READ, *filter(_AGAIN.search, table.table.headings)})
        unread += [h for h in table.table.unread(_READ) if _AGAIN.sub("", h) not in _READ and not _AGAIN.search(h)]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind=_LAYOUTS[needed],
        measurements=tuple(measured),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status=STATUS,
    )


def _holds_numbers(heading: str) -> bool:
    return _AGAIN.sub("", heading) in _NUMBERS


def _side_by_side(found: Samples) -> Samples:
    """A summary as a table with a row for each well and dye; the dyes stand above the headings of their blocks."""
    names = [_AGAIN.sub("", heading) for heading in found.table.headings]
    header, dyes = found.table.header, found.above[-1] if found.above else ()
    starts = [i for i, name in enumerate(names) if name == "Target"]
    blocks = [range(start, _end(names, start)) for start in starts]
    _refuse_other_blocks(found, names, blocks)
    common = [i for i, name in enumerate(names) if name and not any(i in block for block in blocks)]
    dye = replace(header[0], text="Dye")
    body = [(*_at(row, common), _dye(dyes, block, row), *_at(row, block)) for row in found.rows for block in blocks]
    joined = (*_at(header, common), dye, *_at(header, blocks[0]))
    return replace(found, table=Table(found.file.name, joined, tuple(body)))


def _refuse_other_blocks(found: Samples, names: Sequence[str], blocks: Sequence[range]) -> None:
    """Raises InputError ``HEADING_MISSING`` for a dye whose columns are not those of the first one."""
    first = [names[i] for i in blocks[0]]
    for block in blocks[1:]:
        own = [names[i] for i in block]
        if own != first:
            odd = next((name for name in first if name not in own), own[-1])
            cell, expected = found.table.header[block.start], f"the columns of the first dye, '{odd}' among them"
            raise refusal(found.file.name, "HEADING_MISSING", cell.where(odd), f"{len(own)} columns", expected)


def _end(names: Sequence[str], start: int) -> int:
    inside = (i for i in range(start + 1, len(names)) if names[i] == "Target" or names[i].casefold() not in _BLOCK)
    return next(inside, len(names))


def _at(row: Row, places: Sequence[int]) -> Row:
    return tuple(row[i] if i < len(row) else replace(row[0], text="") for i in places)


def _dye(dyes: Row, block: range, row: Row) -> Cell:
    names = [dyes[i].text for i in block if i < len(dyes) and dyes[i].text]
    return replace(row[0], text=names[0] if names else "")


def _averaged(found: Samples, row: Row) -> str | None:
    """``average`` or ``pooled`` for a row over a group of wells; None for a well.

    Some exports leave the well of an average empty; its group is followed by the number of wells.
    """
    text = (found.text(row, "Well") or "").casefold()
    if not text and _GROUP.fullmatch(found.text(row, "Group") or ""):
        return "average"
    return text if text in {"average", "pooled"} else None


def _concentration(found: Samples) -> str:
    return next((h for h in ("Conc. cp/uL", "Copies per microliter") if found.table.has(h)), "Conc.")


def _positives(found: Samples) -> str:
    return "Count" if found.table.has("Count") else "Positives"


def _quantity(found: Samples, row: Row) -> Quantity:
    heading = _concentration(found)
    when, _ = dated(found, row, "Date")
    return quantity(
        _amount(found, row, heading),
        "copy_concentration",
        "1/uL",
        found.where(row, heading),
        sample=found.text(row, "Name") or found.text(row, "Sample"),
        acquired_at=when,
        settings={**found.texts(row, _TEXTS), **found.settings(row, _SETTINGS)},
    )


def _amount(found: Samples, row: Row, heading: str) -> Amount:
    """The concentration; partitions that are positive in no dye have none, and what is printed for them is no zero."""
    if not found.table.has("Channels") or found.text(row, "Channels") is not None:
        return found.amount(row, heading, minimum=0)
    return Amount(State.MISSING, reason="not computed", as_written=found.text(row, heading))


def _all_partitions(found: Samples) -> Iterator[Issue]:
    """A warning for each sample whose combinations, with the partitions of none, do not make all its partitions."""
    samples_of: dict[tuple[str | None, ...], list[Row]] = defaultdict(list)
    for row in found.rows:
        samples_of[found.text(row, "Run"), found.text(row, "Plate"), found.text(row, "Sample")].append(row)
    for (*_, sample), members in samples_of.items():
        counted = _sum(found, members, "Count")
        whole = max(_shown(found, members, "Total"), key=lambda number: number.value, default=None)
        where = found.where(members[-1], "Count")
        yield from disagreement(f"Total of '{sample}'", whole, counted, where, "sum of the combinations of dyes")


def _remarks(found: Samples, row: Row) -> Iterator[Issue]:
    """Its date, what the instrument's check says, and whether the concentration follows from the partitions."""
    yield from dated(found, row, "Date")[1]
    said = found.text(row, "QC")
    if said is not None and said.casefold() != "pass":
        yield problem("warning", "INSTRUMENT_FLAG", found.where(row, "QC"), f"QC '{said}'", "PASS")
    heading = _concentration(found)
    if _amount(found, row, heading).value is None:
        return
    partitions, positives = found.number(row, "Total"), found.number(row, _positives(found))
    expected = None if partitions is None or positives is None else _poisson(positives, partitions)
    rule = f"-ln(1 - Positives/Total) over {_PARTITION_UL:g} µL"
    yield from disagreement(heading, found.printed(row, heading), expected, found.where(row, heading), rule)


def _poisson(positives: float, partitions: float) -> Rounded | None:
    """Copies per microlitre from positive partitions; None when none or all of too few are there.

    Source: Poisson statistics of digital PCR, Hindson et al. 2011, Anal. Chem. 83:8604, concentration -ln(1 - p) / V.
    """
    if not 0 <= positives < partitions:
        return None
    value = -math.log1p(-positives / partitions) / _PARTITION_UL
    return Rounded(float(value), float(value) * _LEEWAY)


def _averages(found: Samples) -> tuple[Issue, ...]:
    """Warnings for averages and pools that do not follow from their wells, and an error when wells are missing."""
    issues: list[Issue] = []
    for place, row in enumerate(found.rows):
        if (kind := _averaged(found, row)) is None:
            continue
        wells = _members(found, place)
        issues += _incomplete(found, row, len(wells))
        for heading, rule in (_MEANS if kind == "average" else _POOLS).items():
            name = _concentration(found) if heading == "Conc." else heading
            if found.table.has(name):
                where, shown = found.where(row, name), found.printed(row, name)
                issues += disagreement(name, shown, rule(found, wells, name), where, f"{kind} of {len(wells)} wells")
    return tuple(issues)


def _members(found: Samples, place: int) -> list[Row]:
    """The wells below an average, of its dye and target, as far as the next one."""
    keys = ("Dye", "Target")
    own = [found.text(found.rows[place], key) for key in keys]
    alike = [row for row in found.rows[place + 1 :] if [found.text(row, key) for key in keys] == own]
    end = next((i for i, row in enumerate(alike) if _averaged(found, row) is not None), len(alike))
    return alike[:end]


def _incomplete(found: Samples, row: Row, wells: int) -> tuple[Issue, ...]:
    said = _GROUP.fullmatch(found.text(row, "Group") or "")
    if said is None or int(said[1]) == wells:
        return ()
    where = found.where(row, "Group")
    return (problem("error", "TRUNCATED", where, f"{wells} wells of '{said[0]}'", f"{said[1]} wells, as it says"),)


def _shown(found: Samples, wells: Sequence[Row], heading: str) -> list[Rounded]:
    numbers = (found.printed(row, heading) for row in wells)
    return [number for number in numbers if number is not None]


def _mean(found: Samples, wells: Sequence[Row], heading: str) -> Rounded | None:
    numbers = _shown(found, wells, heading)
    return total(numbers).by(1 / len(numbers)) if numbers else None


def _sum(found: Samples, wells: Sequence[Row], heading: str) -> Rounded:
    return total(_shown(found, wells, heading))


def _sd(found: Samples, wells: Sequence[Row], _: str) -> Rounded | None:
    """Standard deviation of the wells' concentrations, over n in the results and over n - 1 in the summary.

    Source: recomputed from real files of both layouts. Roundings move it by twice the largest at most.
    """
    numbers = _shown(found, wells, _concentration(found))
    if len(numbers) < 2:
        return None
    ddof = 0 if found.table.has("Conc. cp/uL") else 1
    return Rounded(float(np.std([n.value for n in numbers], ddof=ddof)), 2 * max(n.half for n in numbers))


def _cv(found: Samples, wells: Sequence[Row], heading: str) -> Rounded | None:
    sd, mean = _sd(found, wells, heading), _mean(found, wells, _concentration(found))
    share = None if sd is None or mean is None else sd.over(mean)
    return None if share is None else share.by(100.0)


def _pool(found: Samples, wells: Sequence[Row], _: str) -> Rounded | None:
    return _poisson(_sum(found, wells, "Positives").value, _sum(found, wells, "Total").value)


_MEANS: dict[str, Callable[[Samples, Sequence[Row], str], Rounded | None]] = {
    "Total": _mean,
    "Conc.": _mean,
    "SD": _sd,
    "CV%": _cv,
    "Positives": _mean,
}
_POOLS: dict[str, Callable[[Samples, Sequence[Row], str], Rounded | None]] = {
    "Total": _sum,
    "Conc.": _pool,
    "Positives": _sum,
}
