"""A plain reader that returns of a file what evqc returns, without any check: the fair comparison of the benchmark.

Header, settings, every table in every weighting, the printed statistics, and mean, mode, SD and D-values of every run
and weighting. It is written as one writes it with pandas, whole tables at a time; it hashes and compares nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

_WEIGHTING, _BINS, _PERCENTILES = "Weighting,", "Bin centre", "Percentile,"


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes:
        header: the cells of each row above the tables, by key, printed statistics of every weighting included.
        tables: every table by weighting and heading.
        statistics: one row a run, for each weighting.
    """

    header: dict[str, list[str]]
    tables: dict[str, pd.DataFrame]
    statistics: dict[str, pd.DataFrame]


def nanosight(path: Path) -> Content:
    """A NanoSight experiment summary: every video, weighting and percentile."""
    lines = path.read_text("cp1252").splitlines()
    header: dict[str, list[str]] = {}
    tables: dict[str, pd.DataFrame] = {}
    statistics: dict[str, pd.DataFrame] = {}
    weighting = section = ""
    for at, line in enumerate(lines):
        if line[:1].isdigit():
            continue
        if line.startswith("["):
            section = line.strip("[], ")
        elif line.startswith(_WEIGHTING):
            weighting = f"{section} / {line.split(',')[1]}"
        elif line.startswith((_BINS, _PERCENTILES)):
            rows = 1000 if line.startswith(_BINS) else 101
            table = pd.read_csv(path, skiprows=at, nrows=rows, encoding="cp1252").dropna(axis="columns", how="all")
            tables[f"{weighting} / {line.partition(',')[0]}"] = table
            if line.startswith(_BINS):
                statistics[weighting] = _statistics(table.iloc[:, 0], table.iloc[:, 1 : _videos(header) + 1])
        elif line:
            key, *cells = line.split(",")
            header[f"{weighting or section} / {key}"] = cells
    return Content(header, tables, statistics)


def _videos(header: dict[str, list[str]]) -> int:
    return len([name for name in header["Experiment Details / Filename:"] if name])


def zetaview(path: Path) -> Content:
    """A ZetaView size file: the header with its printed statistics, and every column of the tables of bins."""
    lines = path.read_text("cp1252").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Size / nm"))
    header = {cells[0]: cells[1:] for line in lines[:at] if len(cells := line.split("\t")) > 1}
    decimal = "," if "," in header.get("pH:", "") else "."
    table = pd.read_csv(path, sep="\t", skiprows=at, decimal=decimal, encoding="cp1252")
    end = int(np.argmax(table["Size / nm"] < 0)) if (table["Size / nm"] < 0).any() else len(table)
    linear, logarithmic = table.iloc[:end], table.iloc[end:]
    return Content(
        header,
        {"linear": linear, "logarithmic": logarithmic},
        {"linear": _statistics(linear["Size / nm"], linear.drop(columns="Size / nm"))},
    )


def _statistics(size: pd.Series, weights: pd.DataFrame) -> pd.DataFrame:
    """Mean, mode, SD and D-values of each column."""
    total = weights.sum()
    mean = weights.mul(size, axis="index").sum() / total
    spread = np.sqrt((weights.mul(size**2, axis="index").sum() / total - mean**2).clip(lower=0))
    mode = size.to_numpy()[weights.to_numpy().argmax(axis=0)]
    cumulated = weights.cumsum() / total
    shares = {f"d{p}": size.to_numpy()[(cumulated >= p / 100).to_numpy().argmax(axis=0)] for p in (10, 50, 90)}
    return pd.DataFrame({"total": total, "mean": mean, "mode": mode, "sd": spread, **shares})
