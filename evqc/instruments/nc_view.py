"""ChemoMetec NC-View (NucleoCounter NC-202 and others): viability and cell concentration, csv or one sample as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._cell_counts import UNSTATED, Column, Format, in_micrometres, reading
from evqc.instruments._first_headings import has_headings
from evqc.instruments._key_values import lines, one_row, pairs
from evqc.instruments._rows import ends_open
from evqc.instruments._samples import Samples, samples

if TYPE_CHECKING:
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "nc_view"
TITLE = "ChemoMetec NC-View (NucleoCounter NC-202)"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv of results: concentrations of all, live and dead cells, viability, diameter, aggregates",
    "text of one sample with a key and value a line",
)
MENTIONS = "debris index"

_NEEDED = ("SAMPLE ID", "TOTAL (cells/ml)", "LIVE (cells/ml)", "VIABILITY (%)")
_STATUS, _DILUTION, _TIME = "STATUS", "DILUTION FACTOR", "Time (UTC)"


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings, or the keys, are those of NC-View: live cells, aggregates and debris index."""
    return not file.is_workbook and (_is_table(file) or _is_text(file))


def _is_table(file: ExportFile) -> bool:
    return has_headings(file, "sample id", "total (cells/ml)", "live (cells/ml)", "aggregates (%)", "debris index")


def _is_text(file: ExportFile) -> bool:
    if not file.mentions("debris index:"):
        return False
    keys = {line.partition("\t")[0].strip().casefold() for line in lines(file.head)}
    return {"sample id:", "live (cells/ml):", "viability (%):", "debris index:"} <= keys


def read(file: ExportFile) -> Reading:
    """Concentrations, viability, diameter and aggregation of each sample.

    Raises:
        InputError: ``HEADING_MISSING``, ``KEY_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``TRUNCATED``.
    """
    if _is_text(file):
        return _read_text(file)
    tables = samples(file, _NEEDED, _FORMAT.holds_numbers)
    return reading(file, tables, _FORMAT)


def _read_text(file: ExportFile) -> Reading:
    found = one_row(file, _in_utc(pairs(file.text(), "\t")), (*_NEEDED, _DILUTION), _FORMAT.holds_numbers)
    last = found.table.header[-1]
    if last.text.casefold() != _STATUS.casefold() or ends_open(file):
        raise refusal(
            file.name, "TRUNCATED", Where(line=last.line), f"'{last.text}' last", "a line 'Status' at the end"
        )
    of = replace(_FORMAT, file_kind="one sample", end="marked")
    return reading(file, [found], of, software_version=found.text(found.rows[0], "Software version"))


def _in_utc(found: list[tuple[Cell, Cell]]) -> list[tuple[Cell, Cell]]:
    """Keys and values, with the distance to universal time, which the key states, behind the time."""
    utc = {key: replace(value, text=f"{value.text} +00:00") for key, value in found if key.text == _TIME and value.text}
    return [(key, utc.get(key, value)) for key, value in found]


def _flagged(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning with what the instrument says of the sample unless that is ``OK``."""
    text = found.text(row, _STATUS)
    if text is None or text.casefold() == "ok":
        return ()
    return (problem("warning", "INSTRUMENT_FLAG", found.where(row, _STATUS), f"'{text}'", "status OK"),)


_FORMAT = Format(
    name=NAME,
    status=STATUS,
    file_kind="results",
    samples=("SAMPLE ID", "NAME", "Source ID"),
    dates=(_TIME,),
    columns=(
        Column("total", "TOTAL (cells/ml)", "1/mL"),
        Column("viable", "LIVE (cells/ml)", "1/mL"),
        Column("dead", "DEAD (cells/ml)", "1/mL"),
        Column("viability", "VIABILITY (%)", "%"),
        *in_micrometres("diameter", "DIAMETER (µm)"),
        Column("aggregation", "AGGREGATES (%)", "%"),
    ),
    settings={_DILUTION: "dilution_factor", "DEBRIS INDEX": "debris_index"},
    texts={
        "NAME": "name",
        "Source ID": "name",
        "TAGS": "tags",
        "PROTOCOL": "protocol",
        "MEDIA": "medium",
        "Sample Media": "medium",
        "USER": "user",
        "OPERATOR": "operator",
        "SIGNED BY": "signed_by",
        "INSTRUMENT": "instrument",
        _STATUS: "status",
        "Software version": "software_version",
        "Secure Mode status": "secure_mode",
        "Comments": "comments",
    },
    stated={"dilution_included": UNSTATED},
    dilution=_DILUTION,
    figures=3,
    remarks=_flagged,
    end="open",
)
