"""The distribution blocks: which are declared, which are there, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments.nanosight._grids import BIN_HEADING, BINS, PERCENTILES
from evqc.instruments.nanosight._sections import DIFFUSION, INCLUDED, SIZE, Row, Sections
from evqc.instruments.nanosight._tables import (
    Bins,
    By,
    Of,
    Percentiles,
    read_bins,
    read_percentiles,
)
from evqc.instruments.nanosight._values import AVERAGE_COLUMNS, Printed, averaged, counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = tuple[Of, By]

#: The distribution that every export has and that is a measurement's own.
MAIN: Kind = ("diameter", "number")
#: The printed statistics, by the names that evqc gives them.
STATISTICS = {"mean": "Mean", "mode": "Mode", "sd": "SD", "d10": "D10", "d50": "D50", "d90": "D90"}
_KEYS = frozenset({"Weighting", "Filename", "Valid Tracks", "Graph Data", *STATISTICS.values()})
_WANTED = _KEYS - {"Graph Data"}
_SECTION_OF: dict[Of, str] = {"diameter": SIZE, "diffusion coefficient": DIFFUSION}
_WEIGHTINGS: tuple[By, ...] = ("number", "surface area", "volume")


@dataclass(frozen=True, slots=True)
class Block:
    """One distribution of all videos.

    Attributes:
        kind: what the abscissa is, and what each bin counts.
        statistics: the printed ones (``mean``, ``mode``, ``sd``, ``d10``, ``d50``, ``d90``), with their averages.
        valid_tracks: one a video.
        bins: the distribution itself.
        percentiles: None when not exported.
        line: where the block begins.
    """

    kind: Kind
    statistics: dict[str, Printed]
    valid_tracks: Printed
    bins: Bins
    percentiles: Percentiles | None
    line: int


@dataclass(frozen=True, slots=True)
class Declared:
    """A line of ``[Data Included]``: the block that it announces, and whether with percentiles."""

    kind: Kind
    percentiles: bool
    line: int


def name_of(kind: Kind) -> str:
    """A block as messages call it: the section, and the weighting as written there."""
    return f"{_SECTION_OF[kind[0]]} / {kind[1].title()}"


def declared(sections: Sections) -> tuple[list[Declared], list[Row]]:
    """The blocks that ``[Data Included]`` announces, and its lines that announce none."""
    announced, other = [], []
    for row in sections.filled(INCLUDED):
        said = row.text.lower()
        by = [weighting for weighting in _WEIGHTINGS if weighting in said]
        of: Of = "diffusion coefficient" if "diffusion" in said else "diameter"
        if len(by) == 1:
            announced.append(Declared((of, by[0]), "with percentiles" in said, row.line))
        else:
            other.append(row)
    return announced, other


def read_blocks(sections: Sections, runs: tuple[str, ...]) -> dict[Kind, Block]:
    """The distribution blocks of a file, in its order.

    Args:
        sections: the file.
        runs: the run names of the row ``Filename:``.

    Raises:
        InputError: ``TRUNCATED`` when a declared block or its percentiles are missing, ``DUPLICATE_BLOCK``,
            ``NO_NUMBER_DISTRIBUTION``, ``UNKNOWN_WEIGHTING``, ``RUN_NAMES_DIFFER``, ``MISSING_KEY``,
            ``DUPLICATE_KEY``, and what the tables raise.
    """
    blocks: dict[Kind, Block] = {}
    for of in _SECTION_OF:
        for rows in _parts(sections, of):
            block = _read_block(of, rows, runs, sections.source)
            if block.kind in blocks:
                where = Where(line=block.line, field=name_of(block.kind))
                found = f"a second block; the first is line {blocks[block.kind].line}"
                raise refusal(sections.source, "DUPLICATE_BLOCK", where, found, "one block of each kind")
            blocks[block.kind] = block
    _refuse_missing(blocks, declared(sections)[0], sections.source)
    return blocks


def unread_in_blocks(sections: Sections, blocks: Mapping[Kind, Block]) -> Iterator[str]:
    """What stands in the sections of the blocks and no block holds, as ``Section / key``."""
    used = [range(block.bins.line - 1, block.bins.line + BINS) for block in blocks.values()]
    tables = [block.percentiles for block in blocks.values() if block.percentiles is not None]
    used += [range(table.line - 1, table.line + PERCENTILES) for table in tables]
    for section in _SECTION_OF.values():
        for row in (row for row in sections.rows.get(section, ()) if not row.blank):
            if row.key not in _KEYS and row.key != "Analysis Method" and not any(row.line in lines for lines in used):
                yield f"{section} / {row.key or row.value}"


def _parts(sections: Sections, of: Of) -> Iterator[list[Row]]:
    rows = sections.rows.get(_SECTION_OF[of], [])
    starts = [i for i, row in enumerate(rows) if "Weighting" in row.text and row.key == "Weighting"]
    for start, end in pairwise([*starts, len(rows)]):
        yield rows[start:end]


def _refuse_missing(blocks: dict[Kind, Block], announced: list[Declared], source: str) -> None:
    for item in announced:
        where = Where(line=item.line, field=INCLUDED)
        block = blocks.get(item.kind)
        if block is None:
            found = f"declared, but no block {name_of(item.kind)}"
            raise refusal(source, "TRUNCATED", where, found, "every block that is declared")
        if item.percentiles and block.percentiles is None:
            found = f"declared, but no percentiles in {name_of(item.kind)}"
            raise refusal(source, "TRUNCATED", where, found, "the percentiles that are declared")
    if MAIN not in blocks:
        found = "no number-weighted size distribution"
        raise refusal(source, "NO_NUMBER_DISTRIBUTION", Where(field=SIZE), found, "the one that every export has")


def _read_block(of: Of, rows: list[Row], runs: tuple[str, ...], source: str) -> Block:
    kind = (of, _weighting(rows[0], source))
    name, videos = name_of(kind), len(runs)
    keyed = _keyed(rows, source, name)
    _refuse_other_runs(keyed["Filename"], runs, source, name)
    printed = {short: averaged(keyed[key], videos, source, f"{name} / {key}") for short, key in STATISTICS.items()}
    return Block(
        kind=kind,
        statistics=printed,
        valid_tracks=counts(keyed["Valid Tracks"], videos, source, f"{name} / Valid Tracks"),
        bins=read_bins(rows, *kind, videos, source, name),
        percentiles=read_percentiles(rows, of, videos, source, name),
        line=rows[0].line,
    )


def _weighting(row: Row, source: str) -> By:
    for by in _WEIGHTINGS:
        if row.value.lower() == by:
            return by
    where = Where(line=row.line, field="Weighting")
    raise refusal(source, "UNKNOWN_WEIGHTING", where, row.value, "Number, Surface Area or Volume")


def _keyed(rows: list[Row], source: str, name: str) -> dict[str, Row]:
    """The rows above the bins by their key; all that a block has are there."""
    keyed: dict[str, Row] = {}
    for row in rows:
        if row.key.startswith(BIN_HEADING):
            break
        first = row if row.blank else keyed.setdefault(row.key, row)
        if first is not row and first.filled != row.filled:
            where = Where(line=row.line, field=f"{name} / {row.key}")
            raise refusal(
                source, "DUPLICATE_KEY", where, row.value, f"one row; the first is line {keyed[row.key].line}"
            )
    for key in sorted(_WANTED - keyed.keys()):
        where = Where(line=rows[0].line, field=f"{name} / {key}")
        raise refusal(source, "MISSING_KEY", where, f"no row '{key}' in the block", f"a row '{key}'")
    return keyed


def _refuse_other_runs(row: Row, runs: tuple[str, ...], source: str, name: str) -> None:
    expected, cells = [*runs, *AVERAGE_COLUMNS], row.filled[1:]
    if cells == expected or (len(runs) == 1 and cells == expected[: len(cells)] and cells):
        return
    pairs = enumerate(zip([*cells, *[""] * len(expected)], [*expected, *[""] * len(cells)], strict=False))
    at, (found, wanted) = next((i, pair) for i, pair in pairs if pair[0] != pair[1])
    where = Where(line=row.line, column=str(at + 2), field=f"{name} / Filename")
    raise refusal(source, "RUN_NAMES_DIFFER", where, f"'{found}'", f"'{wanted}', as the row 'Filename:' has it")
