"""Applied Biosystems QuantStudio and ViiA 7 real-time PCR: the quantification cycle of each well and target."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, Amount, quantity
from evqc.instruments._cell import Row
from evqc.instruments._dates import acquired
from evqc.instruments._key_values import lines
from evqc.instruments._marks import marks
from evqc.instruments._rounded import Rounded, disagreement
from evqc.instruments._rows import Table, ends_open, filled, rows, table
from evqc.instruments._samples import Samples, once
from evqc.measurement import State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "quantstudio"
TITLE = "Applied Biosystems QuantStudio and ViiA 7 real-time PCR"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "text export with the section Results: quantification cycles, replicate means, quantities, controls by task",
    "xlsx export with the same sections as sheets",
)
MENTIONS = "quantification cycle method"

_NEEDED = ("Well", "Well Position", "Target Name", "Task", "CT")
#: The curve stayed below its threshold in all cycles: the cycle, if any, lies behind the last one.
_UNDETERMINED = "undetermined"
_WORDS = SAID | {_UNDETERMINED: (State.ABOVE_RANGE, "above range")}
_NUMBERS = (
    "CT", "Ct Mean", "Ct SD", "Quantity", "Quantity Mean", "Quantity SD", "Ct Threshold", "Baseline Start",
    "Baseline End", "Y-Intercept", "R(superscript 2)", "Slope", "Efficiency", "Amp Score", "Cq Conf",
    "RQ", "RQ Min", "RQ Max", "Delta Ct", "Delta Ct Mean", "Delta Ct SE", "Delta Delta Ct", "Tm1", "Tm2", "Tm3",
)  # fmt: skip
_TEXTS = {
    "Well Position": "well",
    "Target Name": "target",
    "Task": "task",
    "Reporter": "reporter",
    "Quencher": "quencher",
    "Comments": "comment",
    "Call": "call",
}
_SETTINGS = {
    "Ct Threshold": "threshold",
    "Baseline Start": "baseline_start_cycle",
    "Baseline End": "baseline_end_cycle",
    "Amp Score": "amplification_score",
    "Cq Conf": "cq_confidence",
    "Tm1": "melting_temperature_1_degc",
    "Tm2": "melting_temperature_2_degc",
    "Tm3": "melting_temperature_3_degc",
}
_RUN = {
    "Experiment Name": "experiment",
    "Experiment Type": "experiment_type",
    "Experiment User Name": "operator",
    "User Name": "operator",
    "Instrument Type": "instrument",
    "Instrument Serial Number": "instrument_serial_number",
    "Chemistry": "chemistry",
    "Passive Reference": "passive_reference",
}
#: What is printed of the replicates of a sample: of which column, the mean and the standard deviation.
_REPLICATES = (("CT", "Ct Mean", "Ct SD"), ("Quantity", "Quantity Mean", "Quantity SD"))
_CHECKED = ("Well", "Omit", "Sample Name", "Y-Intercept", "Slope", "Efficiency", *chain(*_REPLICATES))
_READ = (*_CHECKED, *_TEXTS, *_SETTINGS)
_TITLE = re.compile(r"\[(.+)\]")
_END = "Experiment Run End Time"
_ZONE = re.compile(r"(?<=[\dM])\s+(?!AM|PM)[A-Z]{2,5}$")
#: The software writes PM behind the hours of a clock with 24 hours, too.
_AFTERNOON = re.compile(r"((?<![\d:])(?:1[3-9]|2[0-3]):\d\d(?::\d\d)?) PM\b")
#: Significant figures of single precision, in which the software keeps its numbers: 127,155.960 is 127,155.95.
_FIGURES = 7
_KEYS = {"Experiment Type", "Instrument Type", "Quantification Cycle Method"}
#: Some exports head cycles with a Cyrillic te.
_SPELLED = str.maketrans({"т": "T", "Т": "T"})


def recognises(file: ExportFile) -> bool:
    """Whether lines ``* key = value``, or rows of a key and a value, name an instrument and its cycle method first."""
    if file.is_workbook:
        first = next(iter(file.sheets.values()), ())
        return {row[0].strip() for row in first if row} >= _KEYS
    if not file.head.lstrip().startswith("* "):
        return False
    return {line[2:].partition("=")[0].strip() for line in lines(file.head) if line.startswith("* ")} >= _KEYS


@dataclass(frozen=True)
class _Export:
    """The header and the rows of each section, the last of them without what stands behind its blank line."""

    header: dict[str, str]
    sections: dict[str, list[Row]] = field(default_factory=dict)
    after: dict[str, bool] = field(default_factory=dict)


def read(file: ExportFile) -> Reading:
    """The quantification cycle, and the quantity where one is printed, of each well and target.

    Raises:
        InputError: ``SECTION_MISSING``, ``OTHER_EXPERIMENT`` for genotyping, ``HEADING_MISSING``, ``NO_SAMPLE``,
            ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``TRUNCATED``.
    """
    export = _sheets(file) if file.is_workbook else _sections(file)
    if export.header.get("Experiment Type") == "Genotyping":
        found, expected = "an experiment of the type Genotyping", "one with a target and a cycle (CT) in each row"
        raise refusal(file.name, "OTHER_EXPERIMENT", Where(field="Experiment Type"), found, expected)
    if "Results" not in export.sections:
        raise refusal(file.name, "SECTION_MISSING", Where(), f"sections {list(export.sections)}", "a section [Results]")
    results = _results(file, export.sections["Results"])
    _refuse_torn(file, export, results)
    when, dates = _run_end(export.header)
    run: dict[str, Scalar] = {
        key: text for name, key in _RUN.items() if (text := export.header.get(name, "NA")) != "NA"
    }
    used = [row for row in results.rows if _is_used(results, row)]
    cycles = _cycles(export, results)
    measured = [q for row in used for q in _quantities(results, row, when, run, cycles)]
    issues = (*dates, *_long(results), *_missing(export, results), *_replicates(results, used), *_baselines(results))
    reactions = replace(results.table, body=tuple(used))
    issues += reactions.gap("Task", "UNKNOWN, STANDARD or NTC; a reaction without one counts as a sample's")
    issues += tuple(issue for row in used for issue in _remarks(results, row))
    sections = tuple(f"[{name}]" for name in export.sections if name not in {"Results", "Sample Setup"})
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="results",
        measurements=tuple(measured),
        issues=once(issues),
        unread=(*_unread_keys(export.header), *results.table.unread((*_READ, *_flags(results))), *sections),
        status=STATUS,
    )


def _long(found: Samples) -> tuple[Issue, ...]:
    """Warnings for cells below no heading; rows that are shorter lack nothing but empty cells at their end."""
    uneven = tuple(issue for issue in found.table.uneven() if issue.severity == "warning")
    return (*uneven, *found.table.unnamed())


def _baselines(found: Samples) -> tuple[Issue, ...]:
    """A warning for the first baseline with a beginning and no later end, as in rows that lack a cell."""
    ends = ("Baseline Start", "Baseline End")
    if not all(map(found.table.has, ends)):
        return ()
    for row in found.rows:
        start, end = (found.number(row, heading) for heading in ends)
        if (start is None) != (end is None) or (start is not None and end is not None and end < start):
            shown = f"a baseline from {found.text(row, ends[0])} to {found.text(row, ends[1])}"
            return (problem("warning", "BASELINE", found.where(row, ends[0]), shown, "a beginning and a later end"),)
    return ()


def _unread_keys(header: dict[str, str]) -> tuple[str, ...]:
    read_keys = {*_RUN, _END}
    return tuple(key for key, text in header.items() if text not in {"", "NA"} and key not in read_keys)


def _sections(file: ExportFile) -> _Export:
    """The sections of a text, each ended by a blank line; raises InputError ``SECTION_TWICE``."""
    export = _Export({})
    name: str | None = None
    for row in rows(file, "\t"):
        text = row[0].text if row else ""
        if (title := _TITLE.fullmatch(text)) is not None and len([c for c in row if c.text]) == 1:
            if title[1] in export.sections:
                where, expected = row[0].where(title[1]), "each section once"
                raise refusal(file.name, "SECTION_TWICE", where, f"'{text}' again", expected)
            name = title[1]
            export.sections[name] = []
        elif name is None and text.startswith("*"):
            key, _, value = text.lstrip("* ").partition("=")
            export.header[key.strip()] = value.strip()
        elif name is not None and not filled(row):
            export.after[name] = True
        elif name is not None and not export.after.get(name):
            export.sections[name].append(row)
    return export


def _sheets(file: ExportFile) -> _Export:
    """The sections of a workbook: each sheet repeats the header, and below an empty row its table follows."""
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    export = _Export({})
    for name, sheet in zip(file.sheets, every_sheet(file), strict=True):
        empty = [i for i, row in enumerate(sheet) if not filled(row)]
        top = next((i for i in empty if i > 0), len(sheet))
        export.header.update({row[0].text: row[1].text if len(row) > 1 else "" for row in sheet[:top] if filled(row)})
        end = next((i for i in empty if i > top + 1), len(sheet))
        export.sections[name] = [row for row in sheet[top + 1 : end] if filled(row)]
        export.after[name] = end < len(sheet)
    return export


def _results(file: ExportFile, section: Sequence[Row]) -> Samples:
    header = tuple(replace(cell, text=cell.text.translate(_SPELLED)) for cell in section[0]) if section else ()
    found = table(file.name, [header, *section[1:]], _NEEDED)
    if not found.body:
        raise refusal(file.name, "NO_SAMPLE", Where(line=header[0].line), "headings only", "a row for each well")
    cells = (found.cell(row, heading) for heading in _NUMBERS if found.has(heading) for row in found.body)
    texts = [cell.text for cell in cells if cell.number is None]
    used = marks(texts, file.name, Where(line=header[0].line), delimiter="\t")
    return Samples(file, (), found, used, _WORDS)


def _refuse_torn(file: ExportFile, export: _Export, found: Samples) -> None:
    """Refuse a last row without line end behind it.

    Raises:
        InputError: ``TRUNCATED``.
    """
    ends_here = not export.after.get("Results") and list(export.sections)[-1] == "Results"
    if ends_here and not file.is_workbook and ends_open(file):
        last = found.rows[-1][-1]
        raise refusal(file.name, "TRUNCATED", Where(line=last.line), f"'{last.text}'", "a line end behind the last row")


def _missing(export: _Export, found: Samples) -> tuple[Issue, ...]:
    """Wells of the setup that have no result: an error when the file ends with the results, else a warning."""
    setup = export.sections.get("Sample Setup", [])
    if len(setup) < 2:
        return ()
    planned = Table(found.file.name, setup[0], tuple(setup[1:]))
    if not (planned.has("Well Position") and planned.has("Target Name")):
        return ()
    wanted = {(planned.text(row, "Well Position"), planned.text(row, "Target Name")) for row in planned.body}
    there = {(found.text(row, "Well Position"), found.text(row, "Target Name")) for row in found.rows}
    lacking = sorted(well for well, target in wanted - there if well is not None and target is not None)
    if not lacking:
        return ()
    ends_here = not export.after.get("Results") and list(export.sections)[-1] == "Results"
    where = Where(line=found.rows[-1][0].line, field="Results")
    shown, expected = f"no result for {', '.join(lacking[:5])}", f"results of all {len(wanted)} reactions of the setup"
    return (problem("error" if ends_here else "warning", "WELLS_MISSING", where, shown, expected),)


def _run_end(header: dict[str, str]) -> tuple[str | None, tuple[Issue, ...]]:
    """Time of the run's end, without its zone's letters, which name no distance to universal time for certain."""
    text = _AFTERNOON.sub(r"\1", _ZONE.sub("", header.get(_END, "")))
    return acquired(text, Where(field=_END))


def _is_used(found: Samples, row: Row) -> bool:
    """Whether a well holds a reaction."""
    return any(found.text(row, heading) is not None for heading in ("Sample Name", "Target Name", "CT"))


def _omitted(found: Samples, row: Row) -> bool:
    return (found.text(row, "Omit") or "").casefold() == "true"


def _cycles(export: _Export, found: Samples) -> float | None:
    """How many cycles the amplification curves have; None without them, or when a result lies behind their end."""
    section = export.sections.get("Amplification Data", [])
    curves = Table(found.file.name, section[0], tuple(section[1:])) if section else None
    if curves is None or not curves.has("Cycle"):
        return None
    last = max((int(text) for text in curves.column("Cycle") if text.isascii() and text.isdigit()), default=0)
    results = [found.number(row, "CT") or 0.0 for row in found.rows]
    return float(last) if last > max(results) else None


def _cycle(found: Samples, row: Row, cycles: float | None = None) -> Amount:
    """What the cycle's cell says: a reaction that somebody omitted has no number, one that stayed flat a bound."""
    amount = found.amount(row, "CT", minimum=0)
    if not _omitted(found, row):
        return replace(amount, bound=cycles) if amount.state is State.ABOVE_RANGE else amount
    return Amount(State.MISSING, reason="masked", as_written=found.text(row, "CT"))


def _flags(found: Samples) -> list[str]:
    """Headings of the software's own flags, such as ``NOAMP`` and ``HIGHSD``."""
    return [heading for heading in found.table.headings if heading.isupper() and len(heading) > 4]


def _quantities(
    found: Samples, row: Row, when: str | None, run: dict[str, Scalar], cycles: float | None
) -> Iterator[Quantity]:
    flags = [heading for heading in _flags(found) if found.text(row, heading) == "Y"]
    said = {**found.texts(row, _TEXTS), **found.settings(row, _SETTINGS), **run}
    settings: dict[str, Scalar] = {**said, **({"flags": ", ".join(flags)} if flags else {})}
    shared = {"sample": found.text(row, "Sample Name"), "acquired_at": when}
    cycle = _cycle(found, row, cycles)
    yield quantity(cycle, "quantification_cycle", "1", found.where(row, "CT"), **shared, settings=settings)
    if found.text(row, "Quantity") is None or found.text(row, "Task") == "STANDARD" or _omitted(found, row):
        return
    amount, where = found.amount(row, "Quantity", minimum=0), found.where(row, "Quantity")
    more = {**settings, "analyte": found.text(row, "Target Name")}
    yield quantity(amount, "analyte_result", "a.u.", where, **shared, settings=more)


def _remarks(found: Samples, row: Row) -> Iterator[Issue]:
    """A control that amplified, and numbers that do not follow from the standard curve printed beside them."""
    task = (found.text(row, "Task") or "").upper()
    if task == "NTC" and _cycle(found, row).value is not None:
        where, shown = found.where(row, "CT"), f"a cycle of {found.text(row, 'CT')} in a no-template control"
        yield problem("warning", "CONTROL_AMPLIFIED", where, shown, "no amplification without template")
    slope, intercept = (
        found.printed(row, "Slope", figures=_FIGURES),
        found.printed(row, "Y-Intercept", figures=_FIGURES),
    )
    if slope is None or not slope.value < -slope.half:
        return
    yield from _efficiency(found, row, slope)
    if intercept is not None and task != "STANDARD":
        yield from _from_curve(found, row, slope, intercept)


def _efficiency(found: Samples, row: Row, slope: Rounded) -> tuple[Issue, ...]:
    """Source: efficiency of a standard curve, 10^(-1/slope) - 1 (MIQE guidelines, Bustin et al. 2009)."""
    # A slope near zero has no efficiency that a float holds: 300 keeps it finite and as absurd.
    expected = _through(lambda s: 100 * (10 ** min(-1 / s, 300.0) - 1), slope)
    if not found.table.has("Efficiency"):
        return ()
    where = found.where(row, "Efficiency")
    return disagreement(
        "Efficiency", found.printed(row, "Efficiency", figures=_FIGURES), expected, where, "from the slope"
    )


def _from_curve(found: Samples, row: Row, slope: Rounded, intercept: Rounded) -> tuple[Issue, ...]:
    """Source: standard curve, cycle = intercept + slope times the common logarithm of the quantity."""
    cycle, shown = found.printed(row, "CT", figures=_FIGURES), found.printed(row, "Quantity", figures=_FIGURES)
    if cycle is None and shown is not None and (found.text(row, "CT") or "").casefold() == _UNDETERMINED:
        told, where = f"a quantity of {shown.value:g} beside '{found.text(row, 'CT')}'", found.where(row, "Quantity")
        return (problem("warning", "PRINTED_DISAGREES", where, told, "no quantity without a cycle"),)
    if cycle is None or shown is None:
        return ()
    logarithm = Rounded(cycle.value - intercept.value, cycle.half + intercept.half).over(slope)
    if logarithm is None or not abs(logarithm.value) < 30:
        return ()
    expected = _through(lambda x: 10.0**x, logarithm)
    return disagreement("Quantity", shown, expected, found.where(row, "Quantity"), "from CT, slope and intercept")


def _through(function: Callable[[float], float], argument: Rounded) -> Rounded:
    """A rising or falling function of a rounded number, with the wider of the two roundings that follow."""
    value = function(argument.value)
    ends = (function(argument.value - argument.half), function(argument.value + argument.half))
    return Rounded(value, max(abs(end - value) for end in ends))


def _replicates(found: Samples, used: Sequence[Row]) -> tuple[Issue, ...]:
    """Warnings when the printed mean or SD of a sample's replicates is not that of its wells that have a number."""
    groups: dict[tuple[str | None, str | None], list[Row]] = defaultdict(list)
    for row in used:
        if not _omitted(found, row):
            groups[found.text(row, "Sample Name"), found.text(row, "Target Name")].append(row)
    return tuple(i for rows in groups.values() for of in _REPLICATES for i in _replicate(found, rows, *of))


def _replicate(found: Samples, members: Sequence[Row], heading: str, mean: str, sd: str) -> Iterator[Issue]:
    """Source: arithmetic mean and standard deviation (n - 1); found by recomputing real files."""
    numbers = [number for row in members if (number := found.printed(row, heading, figures=_FIGURES)) is not None]
    if not numbers:
        return
    values, half = np.array([number.value for number in numbers]), max(number.half for number in numbers)
    expected = {mean: Rounded(float(np.mean(values)), half)}
    if len(values) > 1:
        expected[sd] = Rounded(float(np.std(values, ddof=1)), 2 * half)
    for row in members:
        for name, number in expected.items():
            if found.table.has(name):
                where, shown = found.where(row, name), found.printed(row, name, figures=_FIGURES)
                yield from disagreement(name, shown, number, where, f"of {len(values)} wells")
