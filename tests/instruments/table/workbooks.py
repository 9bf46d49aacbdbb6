"""Workbooks for the tests, made at run time: their bytes cannot be reviewed."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from evqc.instruments._export import ExportFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A BCA plate as a plate reader's software exports it, the result column last.
BCA = (
    ("Assay", "BCA", None, None),
    (None, None, None, None),
    ("Well", "Sample", "A562", "Result (µg/mL)"),
    ("A1", "UC-EV-07", 0.412, 118.25),
    ("A2", "UC-EV-07", 0.405, 115.5),
    ("B1", "process blank", 0.061, "<20"),
    ("B2", "wash 2", 0.058, None),
    ("C1", 12, 0.733, 240),
)


def book(**sheets: Iterable[Sequence[Any]]) -> Workbook:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    return made


def as_file(made: Workbook, name: str = "bca_plate.xlsx") -> ExportFile:
    raw = io.BytesIO()
    made.save(raw)
    return ExportFile(name, raw.getvalue())


def repacked(file: ExportFile, part: str, old: bytes, new: bytes) -> ExportFile:
    """The workbook with bytes of one part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file.data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == part else content)
    return ExportFile(file.name, made.getvalue())
