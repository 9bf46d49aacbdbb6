"""ExoView R100/R200 and Leprechaun (NanoView, Unchained Labs): the table of single particles on a chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._rows import ends_open
from evqc.instruments.exoview import _layout, _particles, _remarks, _results
from evqc.reading import accepted

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "exoview"
TITLE = "ExoView R100/R200, Leprechaun"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("single particles of a chip: a block of columns for each capture antibody, spots in triplicate",)
MENTIONS = "spot"


def recognises(file: ExportFile) -> bool:
    """Whether a row of antibodies, one of channels with ``IM`` in every block and a first spot follow each other."""
    if file.is_workbook or not (_layout.INTERFEROMETRY in file.head and any(s in file.head for s in _layout.SPOTS)):
        return False
    return _layout.layout(_layout.head_rows(file.head)) is not None


def read(file: ExportFile) -> Reading:
    """Diameters, counts, classes of colocalisation and the panel of capture antibodies of one chip.

    Raises:
        InputError: ``TRUNCATED``, ``HEADING_MISSING``, or what ``_layout.columns`` and ``_particles.spots`` refuse.
    """
    rows, separator = _layout.cells(file)
    if (found := _layout.layout(rows)) is None:
        expected = "a row of antibodies, a row of channels with IM, and Spot1"
        raise refusal(file.name, "HEADING_MISSING", Where(line=1), "other headings", expected)
    if ends_open(file):
        raise refusal(file.name, "TRUNCATED", Where(line=len(rows)), "no line end", "a whole last row")
    columns = _layout.columns(file, rows, found)
    chip = _particles.spots(file.name, columns, found, separator)
    line = found.captures_row + 1
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="single particles",
        measurements=(
            *_results.sizes(chip, found.sample),
            _results.panel(chip, found.sample, line),
            *_results.counts(chip, found.sample),
            *_results.classes(chip, found.sample),
            *_results.shares(chip, found.sample),
        ),
        issues=_remarks.remarks(chip, line),
        status=STATUS,
    )
