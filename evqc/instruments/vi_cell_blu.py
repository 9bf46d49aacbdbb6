"""Beckman Coulter Vi-CELL BLU: viability and cell concentration, csv of results or of one sample image by image."""

from __future__ import annotations

from dataclasses import replace
from math import floor
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._cell_counts import UNSTATED, Column, Format, in_micrometres, reading
from evqc.instruments._first_headings import first_headings
from evqc.instruments._rounded import disagreement, total
from evqc.instruments._rows import Table, filled, rows
from evqc.instruments._samples import Samples, samples

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "vi_cell_blu"
TITLE = "Beckman Coulter Vi-CELL BLU cell viability analyser"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv (or xlsx saved of it) of results: counts, concentrations, viability and diameters of each sample",
    "csv of one sample with a row for each image: its row Total, compared with the images",
)
MENTIONS = "viable (x10^6) cells/ml"

_COUNT, _VIABLE, _PER_IMAGE, _IMAGES = "Cell count", "Viable cells", "Average cells per image", "Images for analysis"
_IMAGE, _TOTAL_PER_ML = "Image#", "Total (x10^6) cells/mL"
_VIABLE_PER_ML, _VIABILITY = "Viable (x10^6) cells/mL", "Viability (%)"
#: Every column but these may be left out of an export.
_OWN = {_VIABLE_PER_ML.casefold(), _VIABILITY.casefold(), _COUNT.casefold()}


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has the Vi-CELL BLU's counts, viability and concentrations in its spelling."""
    found = (set(row) for row in first_headings(file)) if file.mentions(*_OWN) else ()
    return any(row >= _OWN and not (file.is_workbook and _IMAGE.casefold() in row) for row in found)


def read(file: ExportFile) -> Reading:
    """Counts, concentrations, viability and diameters of each sample.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``TRUNCATED``.
    """
    if not any({_IMAGE.casefold(), _COUNT.casefold()} <= set(row) for row in first_headings(file)):
        needed = ("Sample ID", _COUNT, _VIABLE_PER_ML, _VIABILITY)
        return reading(file, samples(file, needed, _FORMAT.holds_numbers), _FORMAT)
    images = samples(file, (_IMAGE, _COUNT), _FORMAT.holds_numbers)[0]
    of = replace(_FORMAT, file_kind="images of one sample")
    return reading(file, [_sample(file, images)], of, issues=_sums(images), unread=("rows of single images",))


def _sample(file: ExportFile, images: Samples) -> Samples:
    """The sample's settings, which stand in the first two rows, and the row Total as one row."""
    header, settings = [row for row in rows(file) if filled(row)][:2]
    last = images.rows[-1]
    if images.text(last, _IMAGE) != "Total":
        where = Where(line=last[0].line)
        raise refusal(file.name, "TRUNCATED", where, f"'{last[0].text}'", "a row 'Total' behind the images")
    if len(settings) > len(header):
        where, expected = Where(line=settings[0].line), f"{len(header)} cells, as many as headings"
        raise refusal(file.name, "LONG_ROW", where, f"{len(settings)} cells", expected)
    own = settings + (Cell("", settings[0].line),) * (len(header) - len(settings))
    return replace(images, table=Table(file.name, header + images.table.header, (own + last,)))


def _sums(images: Samples) -> tuple[Issue, ...]:
    """Warnings when the images do not add up to the row Total."""
    *single, last = images.rows
    issues: list[Issue] = []
    for heading in (_COUNT, _VIABLE):
        parts = [images.printed(row, heading) for row in single]
        shown, where = images.printed(last, heading), images.where(last, heading)
        issues += disagreement(heading, shown, total(p for p in parts if p is not None), where, "sum of the images")
    return tuple(issues)


def _per_image(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning when cells over images is not the printed mean, of which the software drops the fraction."""
    if not all(found.table.has(heading) for heading in (_PER_IMAGE, _IMAGES)):
        return ()
    count, images, shown = (found.number(row, heading) for heading in (_COUNT, _IMAGES, _PER_IMAGE))
    if count is None or shown is None or not images or shown == floor(count / images):
        return ()
    expected = f"{floor(count / images)}, the whole part of '{_COUNT}' over '{_IMAGES}'"
    return (problem("warning", "PRINTED_DISAGREES", found.where(row, _PER_IMAGE), f"{_PER_IMAGE} {shown:g}", expected),)


_FORMAT = Format(
    name=NAME,
    status=STATUS,
    file_kind="results",
    samples=("Sample ID",),
    dates=("Analysis date/time",),
    columns=(
        Column("total count", _COUNT, "1"),
        Column("viable count", _VIABLE, "1"),
        Column("total", _TOTAL_PER_ML, "1e6/mL"),
        Column("viable", _VIABLE_PER_ML, "1e6/mL"),
        Column("viability", _VIABILITY, "%"),
        *in_micrometres("diameter", "Average diameter (µm)"),
        *in_micrometres("viable diameter", "Average viable diameter (µm)"),
    ),
    settings={
        "Dilution": "dilution_factor",
        "Concentration Adjustment Factor (%)": "concentration_adjustment_percent",
        _IMAGES: "images_analysed",
        "Images": "images",
        _PER_IMAGE: "cells_per_image",
        "Average circularity": "circularity",
        "Average viable circularity": "viable_circularity",
        "Average background intensity": "background_intensity",
        "Bubble count": "bubbles",
        "Cluster count": "clusters",
        **{f"Minimum Diameter ({sign}m)": "minimum_diameter_um" for sign in ("µ", "u", "?", "\ufffd")},
        **{f"Maximum Diameter ({sign}m)": "maximum_diameter_um" for sign in ("µ", "u", "?", "\ufffd")},
        "Minimum circularity": "minimum_circularity",
        "Cell sharpness": "cell_sharpness",
        "Viable spot brightness (%)": "viable_spot_brightness_percent",
        "Viable spot area (%)": "viable_spot_area_percent",
        "Aspiration cycles": "aspiration_cycles",
        "Mixing cycles": "mixing_cycles",
    },
    texts={
        "Cell type": "cell_type",
        "Decluster degree": "decluster_degree",
        "Wash": "wash",
        "Tag": "tag",
        "Analysis by": "operator",
        "Reanalysis by": "reanalysed_by",
        "Reanalysis date/time": "reanalysed_at",
        "ROW": "plate_row",
        "COLUMN": "plate_column",
    },
    stated={"dilution_included": UNSTATED},
    dilution="Dilution",
    remarks=_per_image,
)
