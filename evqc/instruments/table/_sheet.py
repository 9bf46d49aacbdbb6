"""A text file or workbook as rows of cells that know their place, before anyone says what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments import _rows

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments.table.mapping import TableOptions

_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def rows(file: ExportFile, options: TableOptions) -> list[Row]:
    """All rows of a file, blank ones too.

    Args:
        file: a text file or a workbook.
        options: delimiter of a text, sheet of a workbook.

    Raises:
        InputError: the encoding, the quoting (``QUOTING``) or the workbook is broken, or the file is an old or
            password-protected one of a spreadsheet program (``NOT_A_TABLE``).
    """
    if file.is_workbook:
        from evqc.instruments._workbook import workbook_rows  # noqa: PLC0415  loads openpyxl only for workbooks

        return workbook_rows(file, options.sheet)
    if file.data.startswith(_OLD_OFFICE):
        found = "a password-protected workbook or one of the format before 2007 (.xls)"
        raise refusal(file.name, "NOT_A_TABLE", Where(), found, "CSV, TSV or an XLSX workbook without password")
    return _rows.rows(file, _DELIMITERS[options.delimiter])


def possible_sheets(file: ExportFile, options: TableOptions) -> list[list[Row]]:
    """The rows of every sheet that the mapping can mean: all sheets when it names none. Errors as of ``rows``."""
    if file.is_workbook and options.sheet is None:
        from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

        return every_sheet(file)
    return [rows(file, options)]
