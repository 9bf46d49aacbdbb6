"""Roche Cedex HiRes: viability and cell concentration, csv or xlsx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.instruments._cell_counts import Column, Format, reading
from evqc.instruments._first_headings import has_headings
from evqc.instruments._samples import samples

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "cedex_hires"
TITLE = "Roche Cedex HiRes cell analyser"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv or xlsx of results: counts, concentrations, viability, diameter, aggregates",)
MENTIONS = "cedex id"

_NEEDED = ("Sample identifer", "Viability", "Viable Cell Conc.", "Total Cell Conc.")


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has the Cedex's identity and its concentrations."""
    return has_headings(file, "cedex id", "viable cell conc.", "total cell conc.", "viability")


def read(file: ExportFile) -> Reading:
    """Counts, concentrations, viability, diameter and aggregation of each sample.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    return reading(file, samples(file, _NEEDED, _FORMAT.holds_numbers), _FORMAT)


_FORMAT = Format(
    name=NAME,
    status=STATUS,
    file_kind="results",
    samples=("Sample identifer", "Reactor identifer"),
    dates=("Date finished",),
    columns=(
        Column("diameter", "Avg Diameter", "um"),
        Column("viable count", "Viable Cell Count", "1"),
        Column("dead count", "Dead Cell Count", "1"),
        Column("viability", "Viability", "%"),
        Column("viable", "Viable Cell Conc.", "1/mL"),
        Column("dead", "Dead Cell Conc.", "1/mL"),
        Column("total", "Total Cell Conc.", "1/mL"),
        Column("total count", "Total Cell Count", "1"),
        Column("aggregation", "Aggregate Rate", "%"),
    ),
    settings={
        # The software divides by it: in real files a quarter of the sample has four times the concentration a cell.
        "Dilution": "dilution_as_share_of_sample",
        "Sample volume": "sample_volume",
        "Total Object Count": "objects",
        "Avg Area": "area",
        "Avg Perimeter": "perimeter",
        "Avg Segm. Area": "segmented_area",
        "Avg Compactness": "compactness",
        "Std Dev.": "printed_standard_deviation",
    },
    texts={
        "Cedex ID": "instrument_id",
        "System name": "instrument",
        "Workarea name": "workarea",
        "Reactor identifer": "reactor",
        "Data set name": "data_set",
        "Comment": "comment",
        "Cell type name": "cell_type",
        "Sample draw Time": "sample_drawn_at",
        "Username": "operator",
    },
    stated={"dilution_included": True},
    figures=7,  # single precision
    end="open",
)
