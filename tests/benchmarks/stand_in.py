"""A plain reader of the kind that laboratories write with pandas: a stand-in for today's tools in the benchmark.

It does what such scripts do and no more: finds the table, reads it with pandas, makes it long, and computes the mean,
the mode and the D-values of every run by group; of several videos also mean and standard error bin by bin, which is
what today's tools draw. It checks nothing, hashes nothing and compares nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path


def nanosight(path: Path) -> tuple[pd.DataFrame, ...]:
    """Of a NanoSight experiment summary the statistics, one row a video, and mean and standard error, one row a bin."""
    lines = path.read_text("cp1252").splitlines()
    header = {cells[0]: cells[1:] for line in lines if len(cells := line.split(",")) > 1}
    at = next(i for i, line in enumerate(lines) if line.startswith("Bin centre (nm)"))
    videos = len([name for name in header["Filename:"] if name])
    table = pd.read_csv(path, skiprows=at, nrows=1000, encoding="cp1252").iloc[:, : videos + 1]
    table.columns = pd.Index(["size", *(f"video {k}" for k in range(videos))])
    long = table.melt("size", var_name="run", value_name="weight")
    return _statistics(long), long.groupby("size")["weight"].agg(["mean", "sem"])


def zetaview(path: Path) -> tuple[pd.DataFrame, ...]:
    """Statistics of a ZetaView size file, one row."""
    lines = path.read_text("cp1252").splitlines()
    header = {cells[0]: cells[1] for line in lines if len(cells := line.split("\t")) > 1}
    decimal = "," if "," in header.get("pH:", "") else "."
    at = next(i for i, line in enumerate(lines) if line.startswith("Size / nm"))
    table = pd.read_csv(path, sep="\t", skiprows=at, decimal=decimal, encoding="cp1252")
    table = table.iloc[: int(np.argmax(table["Size / nm"] < 0))]
    long = table.melt(["Size / nm"], ["Number", "Concentration / cm-3"], var_name="run", value_name="weight")
    return (_statistics(long.rename(columns={"Size / nm": "size"})),)


def _statistics(long: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(long.groupby("run")[["size", "weight"]].apply(_of_run))


def _of_run(run: pd.DataFrame) -> pd.Series:
    total = run["weight"].sum()
    mean = (run["size"] * run["weight"]).sum() / total
    cumulated = run["weight"].cumsum() / total
    found = {f"d{p}": float(run.loc[cumulated >= p / 100, "size"].iloc[0]) for p in (10, 50, 90)}
    sd = float(np.sqrt((run["weight"] * (run["size"] - mean) ** 2).sum() / total))
    return pd.Series(
        {"total": total, "mean": mean, "mode": float(run["size"].iloc[int(run["weight"].argmax())]), "sd": sd} | found
    )
