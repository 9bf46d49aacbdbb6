"""ZetaView table of measuring positions (``*_11pos.txt``): which were kept, why others were not, and their means."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._numbers import half_unit, number, parse, whole
from evqc.instruments.zetaview._header import header, lines_of, plain, unread, version
from evqc.instruments.zetaview._statistics import comparison
from evqc.instruments.zetaview._tables import LARGEST
from evqc.measurement import Comparison, Position, agreement
from evqc.reading import Reading, Summary, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments._export import ExportFile

ALONE = "POSITIONS_ALONE"
RULE = "Mean, SD with n - 1 and relative SD over the positions that ZetaView kept; printed with two digits."
#: What a position that saw nothing prints as its X50: the last class.
SENTINEL_NM = 5997.5
_USE, _POSITION, _REMOVAL = "use", "position", "removal"
_HEADING = re.compile(r"^Use *\t *Position *\t", re.MULTILINE)
#: Our name of each numeric column, by its heading in lower case without unit.
_COLUMNS = {
    "mean int.": "mean_intensity",
    "av. no of particles": "particles_per_frame",
    "conc.": "concentration_per_ml",
    "orig. conc.": "original_concentration_per_ml",
    "no. of traces": "traces",
    "x50": "d50_nm",
    "peak µ": "peak_nm",
    "span": "span",
    "drift": "drift_um_per_s",
}
_UNITS = {
    "concentration_per_ml": {"p./ml", "p./cm^3"},
    "original_concentration_per_ml": {"p./ml", "p./cm^3"},
    "d50_nm": {"nm"},
    "peak_nm": {"nm"},
    "drift_um_per_s": {"µm/s", "mum/s", "um/s"},
}
_REQUIRED = (_USE, _POSITION, "particles_per_frame", "concentration_per_ml", "traces", "d50_nm", _REMOVAL)
_ROWS = ("mean", "st.dev.", "rel.st.dev.")
#: Columns of the table that neither a position nor the join holds.
_UNREAD = {"peak_nm"}


@dataclass(frozen=True, slots=True)
class PositionTable:
    """The table as text.

    Attributes:
        source: the file's name.
        decimal: its decimal mark.
        names: our name of each column.
        rows: line number and cells of each position.
        summary: line number and cells of the rows Mean, St.Dev. and Rel.St.Dev.
    """

    source: str
    decimal: str
    names: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    summary: Mapping[str, tuple[int, list[str]]]

    def cell(self, row: tuple[int, list[str]], name: str) -> str:
        """A cell of a row, ``""`` when the row is shorter or the file has no such column."""
        at = self.names.index(name) if name in self.names else len(row[1])
        return row[1][at] if at < len(row[1]) else ""

    def where(self, row: tuple[int, list[str]], name: str) -> Where:
        """The place of a cell."""
        return Where(line=row[0], column=str(self.names.index(name) + 1), field=name)

    def number(self, row: tuple[int, list[str]], name: str) -> float:
        """The number in a cell; raises InputError ``NOT_A_NUMBER`` or, below 0, ``OUT_OF_RANGE``."""
        where = self.where(row, name)
        return _bounded(
            number(self.cell(row, name), self.source, where, decimal=self.decimal, minimum=0), self.source, where
        )

    def optional(self, row: tuple[int, list[str]], name: str) -> float | None:
        """The number in a cell, of either sign; None when it is empty or ``NaN``."""
        text = self.cell(row, name)
        if text.casefold() in {"", "nan"}:
            return None
        where = self.where(row, name)
        return _bounded(number(text, self.source, where, decimal=self.decimal), self.source, where)


def _bounded(value: float, source: str, where: Where) -> float:
    if not abs(value) <= LARGEST:
        raise refusal(source, "OUT_OF_RANGE", where, f"{value:g}", f"a number of at most {LARGEST:g}")
    return value


def holds_table(text: str) -> bool:
    """Whether one of the lines names the columns of a table of positions."""
    return _HEADING.search(text) is not None


def read(file: ExportFile) -> Reading:
    """The reading of a table of positions. It holds no measurement: it belongs to the run of its size file.

    Raises:
        InputError: ``MISSING_TABLE``, ``UNKNOWN_COLUMNS``, ``TRUNCATED``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``UNEXPECTED_CELL``, ``DECIMAL_MARK_MIXED``.
    """
    lines = lines_of(file, nul_allowed=True)
    at = next((i for i, line in enumerate(lines) if _HEADING.match(line)), None)
    if at is None:
        raise refusal(file.name, "MISSING_TABLE", Where(), "no line 'Use, Position, …'", "a table of positions")
    head = header(file.name, lines[:at], list(enumerate(map(_numeric, lines[at + 1 :]), start=at + 2)))
    table = _table(file.name, lines, at, head.decimal)
    positions = tuple(_position(table, row) for row in table.rows)
    summary = _summary(table, positions)
    last = table.summary[_ROWS[-1]][0]
    alone = problem("note", ALONE, Where(), "a table of positions", "the size file of the same run beside it")
    headings = [heading.strip() for heading in lines[at].split("\t")]
    columns = [heading for heading, name in zip(headings, table.names, strict=False) if name in _UNREAD]
    return accepted(
        file.source,
        instrument="zetaview",
        software_version=version(head)[0] if head.find("software") else None,
        file_kind="positions",
        measurements=(),
        issues=(alone, *_disagreements(table, summary)),
        unread=(*unread(head, {"software"}), *columns, *(line.strip() for line in lines[last:] if line.strip())),
        summary=summary,
        positions=positions,
    )


def _numeric(line: str) -> str:
    """The cells of a line that can be numbers: free text in Removal has no say in the decimal mark."""
    return "\t".join(cell for cell in line.split("\t") if cell[-1:].isdigit())


def _table(source: str, lines: Sequence[str], at: int, decimal: str) -> PositionTable:
    numbered = [
        (i, [cell.strip() for cell in line.split("\t")]) for i, line in enumerate(lines[at + 1 :], start=at + 2)
    ]
    filled = [row for row in numbered if any(row[1])]
    labels = [plain(row[1][1]).rstrip(":") if len(row[1]) > 1 else "" for row in filled]
    end = next((i for i, label in enumerate(labels) if label in _ROWS), len(filled))
    summary = dict(zip(labels[end : end + 3], filled[end : end + 3], strict=True))
    _check_whole(source, filled[:end], summary, len(lines))
    return PositionTable(source, decimal, _names(source, lines[at], at + 1), tuple(filled[:end]), summary)


def _check_whole(
    source: str, rows: Sequence[tuple[int, list[str]]], summary: Mapping[str, tuple[int, list[str]]], last: int
) -> None:
    lengths = {len("\t".join(cells).rstrip().split("\t")) for _, cells in summary.values()}
    if not rows or tuple(summary) != _ROWS or len(lengths) != 1:
        found = f"{len(rows)} positions and the rows {', '.join(summary) or 'none'}"
        expected = "positions and the rows Mean, St.Dev. and Rel.St.Dev., equally long"
        raise refusal(source, "TRUNCATED", Where(line=last), found, expected)


def _names(source: str, line: str, at: int) -> tuple[str, ...]:
    names = [_name(cell) for cell in line.rstrip("\t ").split("\t")]
    unknown = [cell for cell, name in zip(line.split("\t"), names, strict=False) if name is None]
    known = [name for name in names if name is not None]
    missing = [name for name in _REQUIRED if name not in known]
    if unknown or missing or len(set(known)) < len(known):
        expected = "the columns Use, Position, Av. No of Particles, Conc., No. of Traces, X50, Removal, each once"
        raise refusal(source, "UNKNOWN_COLUMNS", Where(line=at), ", ".join(unknown or missing or known), expected)
    return tuple(known)


def _name(heading: str) -> str | None:
    text = plain(heading)
    if text in {_USE, _POSITION, _REMOVAL}:
        return text
    stem, bracket, unit = text.partition("(")
    name = _COLUMNS.get(stem.strip().replace("peak mu", "peak µ"))
    units = _UNITS.get(name or "", {""})
    return name if unit.removesuffix(")").strip() in units and bool(bracket) == ("" not in units) else None


def _position(table: PositionTable, row: tuple[int, list[str]]) -> Position:
    use, removal = table.cell(row, _USE), table.cell(row, _REMOVAL)
    if use not in {"X", "x", ""} or (use and removal):
        found = f"Use '{use}' and Removal '{removal}'"
        raise refusal(table.source, "UNEXPECTED_CELL", table.where(row, _USE), found, "X, or nothing and a reason")
    where = table.where(row, "traces")
    traces = whole(table.cell(row, "traces"), table.source, where, decimal=table.decimal)
    d50 = table.optional(row, "d50_nm") or 0.0
    return Position(
        position=table.number(row, _POSITION),
        kept=bool(use),
        removal=removal or None,
        particles_per_frame=table.number(row, "particles_per_frame"),
        concentration_per_ml=table.number(row, "concentration_per_ml"),
        completed_tracks=traces,
        d50_nm=d50 if traces and d50 > 0 and not _is_sentinel(table.cell(row, "d50_nm"), d50) else None,
        span=table.optional(row, "span"),
        drift_um_per_s=table.optional(row, "drift_um_per_s"),
        mean_intensity=table.optional(row, "mean_intensity"),
    )


def _is_sentinel(text: str, d50_nm: float) -> bool:
    return abs(d50_nm - SENTINEL_NM) <= half_unit(text)


def _summary(table: PositionTable, positions: Sequence[Position]) -> Summary:
    """The printed means with their agreement; ``runs`` are the positions kept."""
    kept = [row for row, position in zip(table.rows, positions, strict=True) if position.kept]
    names = [name for name in table.names if name in _COLUMNS.values()]
    means = {name: value for name in names if (value := table.optional(table.summary["mean"], name)) is not None}
    compared = [c for name in names for c in _compared(table, kept, name)] if kept else []
    return Summary(
        runs=len(kept),
        groups=(),
        mixes_samples=False,
        average=means if kept else {},
        standard_error={},
        agreement=agreement(RULE, tuple(compared)),
    )


def _compared(table: PositionTable, kept: Sequence[tuple[int, list[str]]], name: str) -> list[Comparison]:
    """Mean, SD and relative SD of one column beside those of the kept rows, as far as all are printed."""
    values = [table.optional(row, name) for row in kept]
    if None in values:
        return []
    x = np.array(values, dtype=np.float64)
    half = np.array([half_unit(table.cell(row, name)) for row in kept])
    found = [_one(table, "mean", name, float(x.mean()), float(half.mean()))]
    if len(x) > 1:
        found += _spread(table, name, x, half)
    return [c for c in found if c is not None]


def _spread(
    table: PositionTable, name: str, x: NDArray[np.float64], half: NDArray[np.float64]
) -> list[Comparison | None]:
    """SD and relative SD in percent.

    Source:
        Errors of at most h[i] move an SD by at most the root of sum(h²) / (n - 1), as the SD is a norm.
    """
    sd, mean = float(x.std(ddof=1)), float(x.mean())
    sd_half = math.sqrt(float((half**2).sum()) / (len(x) - 1))
    found = [_one(table, "st.dev.", name, sd, sd_half)]
    if abs(mean) > half.mean():
        nearest = abs(mean) - float(half.mean())
        relative = 100 * (sd_half + sd / abs(mean) * float(half.mean())) / nearest
        found.append(_one(table, "rel.st.dev.", name, 100 * sd / mean, relative))
    return found


def _one(table: PositionTable, row: str, name: str, recomputed: float, moved: float) -> Comparison | None:
    text = table.cell(table.summary[row], name).removesuffix("%").strip()
    printed = parse(text, decimal=table.decimal)
    if printed is None:
        return None
    in_nm = name.endswith("_nm") and row != "rel.st.dev."
    statistic = f"{name.removesuffix('_nm')} {row}_nm" if in_nm else f"{name} {row}"
    return comparison(statistic, printed, recomputed, half_unit(text) + moved)


def _disagreements(table: PositionTable, summary: Summary) -> tuple[Issue, ...]:
    return tuple(
        problem(
            "warning",
            "POSITION_MEAN_DISAGREES",
            Where(line=table.summary[c.statistic.split(" ")[1].removesuffix("_nm")][0], field=c.statistic),
            f"{c.reported:g}",
            f"{c.recomputed:.6g}, which the kept positions give, within {c.tolerance:.3g}",
        )
        for c in summary.agreement.compared
        if not c.within
    )
