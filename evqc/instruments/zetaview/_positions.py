"""ZetaView table of measuring positions (``*_11pos.txt``): which were kept, why others were not, and their means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._numbers import half_unit, parse, whole
from evqc.instruments.zetaview._header import header, lines_of, text_of, unread, version
from evqc.instruments.zetaview._position_table import (
    NUMERIC,
    POSITION,
    REMOVAL,
    SUMMARY_ROWS,
    USE,
    PositionTable,
    column_issues,
    heading,
    position_table,
)
from evqc.instruments.zetaview._statistics import comparison
from evqc.measurement import Comparison, Position, agreement
from evqc.reading import Reading, Summary, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments._export import ExportFile

POSITIONS, ALONE = "positions", "POSITIONS_ALONE"
RULE = "Mean, SD with n - 1 and relative SD over the positions that ZetaView kept; printed with two digits."
#: What a position that saw nothing prints as its X50: the last class.
SENTINEL_NM = 5997.5
#: Columns of the table that neither a position nor the join holds.
_UNREAD = {"peak_nm"}


def read(file: ExportFile) -> Reading:
    """The reading of a table of positions. It holds no measurement: it belongs to the run of its size file.

    Raises:
        InputError: ``MISSING_TABLE``, ``UNKNOWN_COLUMNS``, ``TRUNCATED``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``UNEXPECTED_CELL``, ``ROW_LENGTH``, ``DUPLICATE_POSITION``, ``DECIMAL_MARK_MIXED``.
    """
    lines = lines_of(text_of(file, nul_allowed=True))
    at = heading(file.name, lines)
    head = header(file.name, lines[:at], [(at + 2, "\n".join(map(_numeric, lines[at + 1 :])))])
    table = position_table(file.name, lines, at, head.decimal)
    positions = tuple(_position(table, row) for row in table.rows)
    _refuse_twice(table, positions)
    summary = _summary(table, positions)
    last = table.summary[SUMMARY_ROWS[-1]][0]
    alone = problem("note", ALONE, Where(), "a table of positions", "the size file of the same run beside it")
    headings = [cell.strip() for cell in lines[at].split("\t")]
    columns = [text for text, name in zip(headings, table.names, strict=False) if name in _UNREAD]
    return accepted(
        file.source,
        instrument="zetaview",
        software_version=version(head)[0] if head.find("software") else None,
        file_kind=POSITIONS,
        measurements=(),
        issues=(alone, *_unexplained(table, positions), *column_issues(table), *_disagreements(table, summary)),
        unread=(*unread(head, {"software"}), *columns, *(line.strip() for line in lines[last:] if line.strip())),
        summary=summary,
        positions=positions,
    )


def _numeric(line: str) -> str:
    """The cells of a line that can be numbers: free text in Removal has no say in the decimal mark."""
    return "\t".join(cell for cell in line.split("\t") if cell[-1:].isdigit())


def _position(table: PositionTable, row: tuple[int, list[str]]) -> Position:
    use, removal = table.cell(row, USE), table.cell(row, REMOVAL)
    if use not in {"X", "x", ""} or (use and removal):
        found = f"Use '{use}' and Removal '{removal}'"
        raise refusal(table.source, "UNEXPECTED_CELL", table.where(row, USE), found, "X, or nothing and a reason")
    where = table.where(row, "traces")
    traces = whole(table.cell(row, "traces"), table.source, where, decimal=table.decimal)
    d50 = table.optional(row, "d50_nm") or 0.0
    return Position(
        position=table.number(row, POSITION, maximum=1),
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


def _refuse_twice(table: PositionTable, positions: Sequence[Position]) -> None:
    first: dict[float, int] = {}
    for row, position in zip(table.rows, positions, strict=True):
        if first.setdefault(position.position, row[0]) != row[0]:
            found, expected = f"{position.position:g} again", f"each once; the first is line {first[position.position]}"
            raise refusal(table.source, "DUPLICATE_POSITION", table.where(row, POSITION), found, expected)


def _unexplained(table: PositionTable, positions: Sequence[Position]) -> tuple[Issue, ...]:
    """A warning for each position that was left out without the instrument's reason."""
    pairs = zip(table.rows, positions, strict=True)
    wheres = [table.where(row, REMOVAL) for row, position in pairs if not (position.kept or position.removal)]
    expected = "why the position was left out, or X under Use"
    return tuple(problem("warning", "REMOVAL_UNEXPLAINED", where, "nothing", expected) for where in wheres)


def _is_sentinel(text: str, d50_nm: float) -> bool:
    return abs(d50_nm - SENTINEL_NM) <= half_unit(text)


def _summary(table: PositionTable, positions: Sequence[Position]) -> Summary:
    """The printed means with their agreement; ``runs`` are the positions kept."""
    kept = [row for row, position in zip(table.rows, positions, strict=True) if position.kept]
    names = [name for name in table.names if name in NUMERIC]
    means = {name: value for name in names if (value := table.optional(table.summary["mean"], name)) is not None}
    compared = [c for name in names for c in _compared(table, kept, name)]
    return Summary(
        runs=len(kept),
        groups=(),
        mixes_samples=False,
        average=means if kept else {},
        standard_error={},
        agreement=agreement(RULE, tuple(compared)),
    )


def _compared(table: PositionTable, kept: Sequence[tuple[int, list[str]]], name: str) -> list[Comparison]:
    """Mean, SD and relative SD of one column beside those of the kept rows, as far as all are printed.

    Source:
        Where no position was kept the three rows print 0.
    """
    if not kept:
        nothing = _one(table, "mean", name, 0.0, 0.0)
        return [] if nothing is None else [nothing]
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
