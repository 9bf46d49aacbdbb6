"""The lines of a csv of 2100 Expert: what holds for the run, and a block for each sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, refusal
from evqc.instruments._cell import Row
from evqc.instruments._dates import acquired
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rows import filled, rows

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile

_SAMPLE = "Sample Name"


@dataclass(frozen=True)
class Block:
    """One sample.

    Attributes:
        name: of the sample.
        rows: filled rows below its name.
    """

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Export:
    """A csv of 2100 Expert.

    Attributes:
        source: name of the file.
        about: keys and values above the first sample.
        blocks: the samples.
        marks: of its numbers.
        acquired_at: when the run was created.
        issues: what is wrong with that date.
        last_line: number of the last filled line.
    """

    source: str
    about: dict[str, str]
    blocks: tuple[Block, ...]
    marks: Marks
    acquired_at: str | None
    issues: tuple[Issue, ...]
    last_line: int


def export(file: ExportFile) -> Export:
    """The lines of a file.

    Raises:
        InputError: ``NO_SAMPLE``, or what reading rows and marks refuses.
    """
    lines = [row for row in rows(file, ",") if filled(row)]
    starts = [i for i, row in enumerate(lines) if row[0].text == _SAMPLE]
    if not starts:
        raise refusal(file.name, "NO_SAMPLE", Where(), "no line 'Sample Name'", "a sample")
    about = {row[0].text: row[1].text for row in lines[: starts[0]] if len(row) > 1}
    blocks = tuple(
        Block(lines[a][1].text if len(lines[a]) > 1 else "", tuple(lines[a + 1 : b]))
        for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)
    )
    texts = (cell.text for block in blocks for row in block.rows for cell in row[1:])
    used = marks(texts, file.name, Where(line=lines[starts[0]][0].line), delimiter=",")
    when, issues = acquired(about.get("Date Created"), Where(field="Date Created"))
    return Export(file.name, about, blocks, used, when, issues, lines[-1][0].line)


def unread_about(found: Export) -> list[str]:
    """Keys of the run that nothing uses."""
    used = {"Date Created", "Version Created", "Assay Name", "Number of Samples Run"}
    return [key for key, value in found.about.items() if value and key not in used]
