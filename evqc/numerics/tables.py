"""Results as tables of pandas."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd


def as_table(result: Any) -> pd.DataFrame:
    """A result as a table: one row, or one for each element where it holds arrays.

    Args:
        result: a record of numbers, texts, arrays of shape (n,) and further records. Fields of an inner record stand
            as ``outer_inner``; several texts are joined by ``; ``; a number that is missing is missing in the table.

    Raises:
        ValueError: arrays of different lengths.
    """
    import pandas as pd  # noqa: PLC0415  pandas loads when a table is asked for

    columns = dict(_columns(result, ""))
    lengths = {len(value) for value in columns.values() if isinstance(value, np.ndarray)}
    if len(lengths) > 1:
        raise ValueError(f"arrays of lengths {sorted(lengths)} make no table")
    return pd.DataFrame(columns, index=range(next(iter(lengths), 1)))


def rows_table(results: Iterable[Any], names: Iterable[str]) -> pd.DataFrame:
    """One row for each of several results of one kind, the column ``name`` saying which it is."""
    import pandas as pd  # noqa: PLC0415  pandas loads when a table is asked for

    return pd.DataFrame([{"name": name, **dict(_columns(of, ""))} for name, of in zip(names, results, strict=True)])


def _columns(result: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(result):
        value, name = getattr(result, field.name), f"{prefix}{field.name}"
        if dataclasses.is_dataclass(value):
            yield from _columns(value, f"{name}_")
        elif isinstance(value, tuple):
            yield name, "; ".join(map(str, value))
        else:
            yield name, value
