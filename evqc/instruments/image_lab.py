"""Bio-Rad Image Lab lane and band tables: blocks of columns side by side, one block a lane, one row a band.

The adjusted volume, with the background taken off, is the signal; the volume without that stands beside it. The table
names lanes by number and does not say which marker a blot was probed for.

Source: a public parser of such workbooks (a title row, then blocks of 11 columns); Image Lab user guide: Band % is the
share of a band's volume in the sum over the bands of its lane.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._bands import METHOD, Bands, signal, torn, without_map
from evqc.instruments._first_headings import first_filled
from evqc.instruments._rows import Table, delimiter, filled, plain, rows
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "image_lab"
TITLE = "Bio-Rad Image Lab"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = ("Lane and band table (.xlsx, .csv, .txt): one block of columns a lane with volumes of its bands",)
MENTIONS = "band no."

_LANE, _BAND = "Lane", "Band No."
_ADJUSTED = re.compile(r"adj\.? (total )?(band )?vol(ume|\.)? ?\(.*\)", re.IGNORECASE)
_VOLUME = re.compile(r"(total )?(band )?vol(ume|\.)? ?\(.*\)", re.IGNORECASE)
_SETTINGS = {
    "Lane": "lane", "Lane Name": "lane_name", "Band No.": "band", "Band Label": "band_label",
    "Mol. Wt. (KDa)": "molecular_weight_kDa", "MW (kDa)": "molecular_weight_kDa", "Relative Front": "relative_front",
    "Abs. Quant.": "absolute_quantity", "Rel. Quant.": "relative_quantity", "Band %": "band_percent",
    "Lane %": "lane_percent",
}  # fmt: skip
_NUMBERS = (
    "Lane", "Band No.", "Mol. Wt. (KDa)", "MW (kDa)", "Relative Front", "Abs. Quant.", "Rel. Quant.", "Band %",
    "Lane %",
)  # fmt: skip
_TOP_ROWS = 12


def recognises(file: ExportFile) -> bool:
    """Whether one of the first rows, of a sheet or of a text, holds lane, band number and a volume."""
    if file.is_workbook:
        return any(_is_header(row) for sheet in file.sheets.values() for row in sheet[:_TOP_ROWS])
    if not file.holds("Band No."):
        return False
    return any(_is_header(line) for line in first_filled(file, _TOP_ROWS))


def _is_header(texts: Iterable[str]) -> bool:
    named = {plain(text) for text in texts}
    return {_LANE, _BAND} <= named and any(_ADJUSTED.fullmatch(t) or _VOLUME.fullmatch(t) for t in named)


def read(file: ExportFile) -> Reading:
    """The whole reading of a lane and band table.

    Raises:
        InputError: ``HEADING_MISSING``, ``LANE_BLOCK`` for cells before the first lane or behind the last, bands that
            are not numbered from 1 on or several lanes in one block, ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``, what
            ``every_sheet`` refuses in a workbook.
    """
    sheets = [list(_blocks(file.name, sheet, mark)) for sheet, mark in _sheets(file)]
    blocks = [block for lanes in sheets for block in lanes]
    if not blocks:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no row of headings", f"'{_LANE}', '{_BAND}' and volumes")
    for block in blocks:
        _refuse_odd_block(block)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="lane and band table",
        measurements=tuple(_band(block, row) for lanes in sheets for block, row in _in_file_order(lanes)),
        issues=(
            *torn(file),
            without_map("the marker of the blot and the sample of each lane"),
            *(issue for lanes in sheets for issue in (*_twice(lanes), *_other_headings(lanes))),
            *_remarks(blocks),
        ),
        unread=tuple(dict.fromkeys(name for block in blocks for name in block.table.unread(_read(block)))),
        status=STATUS,
    )


def _sheets(file: ExportFile) -> Iterator[tuple[list[Row], str | None]]:
    if not file.is_workbook:
        yield rows(file), delimiter(file.text())
        return
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    yield from ((sheet, None) for sheet in every_sheet(file))


def _blocks(source: str, sheet: Sequence[Row], mark: str | None) -> Iterator[Bands]:
    """The lanes of one sheet: a block begins at each heading ``Lane`` and ends before the next.

    Raises:
        InputError: ``LANE_BLOCK``.
    """
    top = next((i for i, row in enumerate(sheet[:_TOP_ROWS]) if _is_header(cell.text for cell in row)), None)
    if top is None:
        return
    header = sheet[top]
    starts = [i for i, cell in enumerate(header) if plain(cell.text) == _LANE]
    _refuse_lost_lane(source, sheet[top:], starts)
    for begin, end in zip(starts, [*starts[1:], len(header)], strict=True):
        own = (row[begin:end] for row in sheet[top + 1 :])
        found = Table(source, header[begin:end], tuple(row for row in own if filled(row)))
        if found.body:
            volumes = [h for h in found.headings if _ADJUSTED.fullmatch(h) or _VOLUME.fullmatch(h)]
            yield Bands(found, (*_NUMBERS, *volumes), mark, (_LANE, _BAND))


def _refuse_lost_lane(source: str, rows: Sequence[Row], starts: Sequence[int]) -> None:
    """Raises InputError ``LANE_BLOCK`` for what stands in no block, or for a block with the bands of a second lane."""
    before = next((cell for row in rows for cell in row[: starts[0]] if cell.text), None)
    if before is not None:
        where, expected = before.where(before.text), f"nothing before the first column '{_LANE}'"
        raise refusal(source, "LANE_BLOCK", where, f"'{before.text}'", expected)
    header = rows[0]
    behind = next((cell for row in rows for cell in row[len(header) :] if cell.text), None)
    if behind is not None:
        where, expected = behind.where(behind.text), "nothing behind the last heading"
        raise refusal(source, "LANE_BLOCK", where, f"'{behind.text}'", expected)
    for begin, end in zip(starts, [*starts[1:], len(header)], strict=True):
        bands = [cell for cell in header[begin:end] if plain(cell.text) == _BAND]
        if len(bands) > 1:
            where, expected = bands[1].where(_BAND), f"a column '{_LANE}' before it"
            raise refusal(source, "LANE_BLOCK", where, f"'{_BAND}' twice in the block of one lane", expected)


def _in_file_order(lanes: Sequence[Bands]) -> list[tuple[Bands, Row]]:
    """The bands of one sheet, row by row: the first bands of all lanes, then the second ones."""
    return sorted(((b, row) for b in lanes for row in b.table.body), key=lambda pair: pair[1][0].line)


def _heading(block: Bands, pattern: re.Pattern[str]) -> str | None:
    return next((heading for heading in block.table.headings if pattern.fullmatch(heading)), None)


def _read(block: Bands) -> tuple[str, ...]:
    return (*_SETTINGS, *filter(None, (_heading(block, _ADJUSTED), _heading(block, _VOLUME))))


def _refuse_odd_block(block: Bands) -> None:
    """One block holds one lane, whose bands have volumes and are numbered from 1 on."""
    if not (_heading(block, _ADJUSTED) or _heading(block, _VOLUME)):
        line, headings = block.table.header[0].line, f"headings {list(block.table.headings)}"
        raise refusal(
            block.table.source, "HEADING_MISSING", Where(line=line), headings, "a volume in the block of every lane"
        )
    lane = block.value(block.table.body[0], _LANE)
    for number, row in enumerate(block.table.body, start=1):
        found = (block.value(row, _LANE), block.value(row, _BAND))
        if found not in {(lane, number), (None, number)}:
            where = block.table.cell(row, _BAND).where(_BAND)
            some = f"lane {block.table.text(row, _LANE)}, band {block.table.text(row, _BAND)}"
            expected = f"lane {block.table.text(block.table.body[0], _LANE)}, band {number}"
            raise refusal(block.table.source, "LANE_BLOCK", where, some, expected)


def _band(block: Bands, row: Row) -> Quantity:
    """A band with its adjusted volume; with the plain one, and saying so, where the table has no other."""
    adjusted, volume = _heading(block, _ADJUSTED), _heading(block, _VOLUME)
    of = adjusted or volume
    assert of is not None
    settings = block.settings(row, _SETTINGS) | {"statistic": of, "background_corrected": adjusted is not None}
    if adjusted and volume:
        settings["volume_au"] = block.value(row, volume)
    where = block.table.cell(row, of).where(of)
    return signal(block.amount(row, of), where, None, settings, METHOD)


def _twice(lanes: Sequence[Bands]) -> Iterator[Issue]:
    """A warning for a lane that has two blocks in one sheet: which of its bands is meant cannot be told."""
    seen = set[float]()
    for block in lanes:
        row = block.table.body[0]
        lane = block.value(row, _LANE)
        if lane in seen:
            where = block.table.cell(row, _LANE).where(_LANE)
            yield problem("warning", "LANE_TWICE", where, f"lane {lane:g} again", "one block of columns a lane")
        seen |= set() if lane is None else {lane}


def _other_headings(lanes: Sequence[Bands]) -> Iterator[Issue]:
    """A warning for a lane with other headings than the first: a damaged one makes another number its signal."""
    for block in lanes[1:]:
        first, own = lanes[0].table, block.table
        if set(own.headings) != set(first.headings):
            odd = sorted(set(own.headings) ^ set(first.headings))
            where, expected = own.header[0].where(_LANE), "the same headings in the block of every lane"
            yield problem("warning", "HEADINGS_DIFFER", where, f"{odd} in one block and not in another", expected)


def _remarks(blocks: Sequence[Bands]) -> Iterator[Issue]:
    """Adjusted volumes above the plain ones, and percents that are not those of the volumes."""
    for block in blocks:
        adjusted, volume = _heading(block, _ADJUSTED), _heading(block, _VOLUME)
        for row in block.table.body if adjusted and volume else ():
            high, low = block.value(row, str(adjusted)), block.value(row, str(volume))
            if high is not None and low is not None and high > low:
                where = block.table.cell(row, str(adjusted)).where(str(adjusted))
                expected = f"at most the volume {low:g}, from which the background is taken off"
                yield problem("warning", "VOLUME_BELOW_ADJUSTED", where, f"{high:g}", expected)
        yield from _percents(block, adjusted or volume)


def _percents(block: Bands, of: str | None) -> Iterator[Issue]:
    """Band percents beside the shares of the volumes in the sum over the lane."""
    volumes = [block.value(row, str(of)) for row in block.table.body]
    known = [v for v in volumes if v is not None]
    if len(known) < len(volumes) or not sum(known) > 0 or not block.table.has("Band %"):
        return
    for row, own in zip(block.table.body, known, strict=True):
        if block.value(row, "Band %") is not None:
            slack = block.rounding(row, "Band %") + 0.05
            yield from block.disagrees(row, "Band %", 100 * own / sum(known), slack, "the share in the lane's volumes")
