"""ChemoMetec NucleoView (NucleoCounter NC-200 and others): viability and cell concentration of one image, csv."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID
from evqc.instruments._cell import Cell
from evqc.instruments._cell_counts import UNSTATED, Column, Format, reading
from evqc.instruments._key_values import lines, one_row
from evqc.instruments._rounded import Rounded, disagreement, total
from evqc.measurement import State

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._samples import Samples
    from evqc.reading import Reading

NAME = "nucleoview"
TITLE = "ChemoMetec NucleoView (NucleoCounter NC-200)"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv of one image with a key and value a line: live, dead and all cells, viability, diameter, aggregates",)
MENTIONS = "multiplication factor"

_IMAGE, _VIABILITY, _TOTAL = "Image", "Viability (%)", "Total (cells/ml)"
_VOLUME, _DILUENT, _FACTOR = "Sample Volume (ul)", "Dilution Volume (ul)", "Multiplication factor"
#: The last line of every export.
_SUM = re.compile(r"//\[[0-9A-Fa-f]{8}\]")
_REMARKED = re.compile(r"([^()]*?)\s*\((.+)\)")
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)", re.ASCII)


def recognises(file: ExportFile) -> bool:
    """Whether lines begin with the keys of NucleoView before a semicolon."""
    if file.is_workbook or ";" not in file.head:
        return False
    keys = {line.partition(";")[0].strip() for line in lines(file.head)}
    return {_IMAGE, _VIABILITY, _TOTAL, _FACTOR} <= keys


def read(file: ExportFile) -> Reading:
    """Concentrations, viability, diameter and aggregation of one image.

    Raises:
        InputError: ``TRUNCATED`` without the check sum that ends every export, ``KEY_MISSING``, ``KEY_TWICE``,
            ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    joined = list(_joined(lines(file.text())))
    if not any(_SUM.fullmatch(line.strip()) for _, line in joined):
        where = Where(line=joined[-1][0])
        raise refusal(file.name, "TRUNCATED", where, f"'{joined[-1][1]}' last", "a check sum such as //[0123ABCD]")
    found = [_cells(number, line) for number, line in joined if ";" in line and line.strip("; ")]
    remarks = tuple(remark for _, _, remark in found if remark is not None)
    row = one_row(
        file, [(key, value) for key, value, _ in found], (_IMAGE, _VIABILITY, _TOTAL), _FORMAT.holds_numbers,
        words=_FORMAT.words,
    )  # fmt: skip
    version = row.text(row.rows[0], "Application SW version")
    title = () if found[0][1].text else (found[0][0].text,)
    return reading(file, [row], _FORMAT, software_version=version, issues=remarks, unread=title)


def _joined(parts: list[str]) -> list[tuple[int, str]]:
    """Lines with their numbers; a remark in brackets that goes over a line end is put together."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(parts, start=1):
        if found and found[-1][1].count("(") > found[-1][1].count(")") and not _SUM.fullmatch(line.strip()):
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif line.strip():
            found.append((number, line))
    return found


def _cells(number: int, line: str) -> tuple[Cell, Cell, Issue | None]:
    """Key and value of a line; what stands in brackets behind a number is the instrument's remark on it."""
    key, value = (text.strip() for text in line.split(";")[:2])
    name, text = Cell(key, number), _date(value) if key == "Date time" else value
    remarked = _REMARKED.fullmatch(text)
    if remarked is None or not _FORMAT.holds_numbers(key.casefold()):
        return name, Cell(text, number), None
    where = Where(line=number, column=key)
    remark = problem("warning", "INSTRUMENT_FLAG", where, f"'{text}'", "a number without remark")
    return name, Cell(remarked[1], number), remark


def _date(text: str) -> str:
    """``20231120 163016`` with the marks of an ISO date and time."""
    return _DAY.sub(r"\1-\2-\3 \4:\5:\6", text)


def _factor(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning when the factor is not sample and diluent over sample.

    Source: definition of a dilution factor; the three numbers stand in the export.
    """
    volume, diluent = (found.printed(row, heading) for heading in (_VOLUME, _DILUENT))
    expected: Rounded | None = None if volume is None or diluent is None else total((volume, diluent)).over(volume)
    rule = f"('{_VOLUME}' plus '{_DILUENT}') over '{_VOLUME}'"
    shown = found.printed(row, _FACTOR)
    return disagreement(_FACTOR, shown, expected, found.where(row, _FACTOR), rule) if shown is not None else ()


_FORMAT = Format(
    name=NAME,
    status=STATUS,
    file_kind="one image",
    samples=(_IMAGE,),
    dates=("Date time",),
    columns=(
        Column("viability", _VIABILITY, "%"),
        Column("viable", "Live (cells/ml)", "1/mL"),
        Column("dead", "Dead (cells/ml)", "1/mL"),
        Column("total", _TOTAL, "1/mL"),
        Column("diameter", "Estimated cell diameter (um)", "um"),
        Column("diameter", "Estimated cell diameter [um]", "um"),
        Column("aggregation", "(%) of cells in aggregates with five or more cells", "%"),
    ),
    settings={
        _VOLUME: "sample_volume_ul",
        _DILUENT: "dilution_volume_ul",
        _FACTOR: "dilution_factor",
        "Cell diameter standard deviation (um)": "diameter_sd_um",
        "Cell diameter standard deviation [um]": "diameter_sd_um",
    },
    texts={
        "Operator": "operator",
        "Protocol adaptation title": "protocol",
        "Protocol template title": "protocol_template",
        "Instrument type": "instrument",
        "Instrument s/n": "instrument_serial_number",
        "Time zone offset": "time_zone_offset_h",
        "cm filename": "image_file",
        "Login ID": "user",
        "Application SW version": "software_version",
    },
    stated={"dilution_included": UNSTATED},
    dilution=_FACTOR,
    words=SAID | {"not determined": (State.MISSING, "not computed")},
    remarks=_factor,
    end="marked",
)
