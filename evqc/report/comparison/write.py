"""Writes the three renderings of a comparison, each complete or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.records import to_json
from evqc.report.comparison.html import html
from evqc.report.comparison.xlsx import xlsx
from evqc.report.write import in_utf8, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.study.comparison import Comparison


def renderings(of: Comparison) -> dict[str, bytes]:
    """The bytes of each file by its name; the same comparison gives the same bytes."""
    return {
        "comparison.html": in_utf8(html(of)),
        "comparison.xlsx": xlsx(of),
        "comparison.json": in_utf8(to_json(of)),
    }


def write_comparison(of: Comparison, folder: Path) -> list[Path]:
    """Writes ``comparison.html``, ``comparison.xlsx`` and ``comparison.json`` into ``folder``.

    Args:
        of: what to write.
        folder: made when it is not there; older comparisons in it are replaced.

    Returns:
        The files written.

    Raises:
        InputError: ``CANNOT_WRITE`` when the folder or a file in it cannot be written.
    """
    return write_files(renderings(of), folder)
