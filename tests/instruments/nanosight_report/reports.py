"""NanoSight reports of known content: two columns of labels and numbers, as the report lays them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pdf_documents import pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

STATISTICS = ("Mean", "Mode", "SD", "D10", "D50", "D90")


def report(
    *,
    sample: str = "umbilical cord MSC EVs",
    runs: Sequence[str] = ("evs 2021-04-01 15-20-16", "evs 2021-04-01 15-21-16"),
    merged: Sequence[str] = ("119.4", "116.9", "14.4", "101.6", "118.5", "138.2"),
    means: Sequence[str] = ("119.4", "116.8", "14.4", "101.6", "118.5", "138.2"),
    errors: Sequence[str] = ("0.5", "0.5", "0.1", "0.4", "0.5", "0.6"),
    concentration: str = "3.10e+08",
    **more: Any,
) -> bytes:
    """The bytes of a report; the values are those of the synthetic experiment summary of NTA 3.3."""
    left = [
        "Details",
        "NTA Version:  NTA 3.3 - Sample Assistant Dev Build 3.3.203",
        "Script Used:  SOP Standard Measurement",
        "Operator:  QC",
        f"Sample Name:  {sample}",
        "Diluent:  PBS",
        "Dilution:  Dilution not recorded",
        "Included Files",
        *runs,
    ]
    right = [
        "Results",
        "Stats: Merged Data",
        *(f"{name}:  {value} nm" for name, value in zip(STATISTICS, merged, strict=True)),
        "Stats: Mean +/- Standard Error",
        *(f"{name}:  {v} +/- {e} nm" for name, v, e in zip(STATISTICS, means, errors, strict=True)),
        f"Concentration:  {concentration} +/- 0.00e+00 particles/ml",
        "51.7 +/- 0.0 particles/frame",
        "54.2 +/- 0.0 centres/frame",
    ]
    height = max(len(left), len(right))
    rows = [
        [(x, column[at]) for x, column in ((40.0, left), (330.0, right)) if at < len(column)] for at in range(height)
    ]
    return pdf([[[(40.0, "NANOSIGHT  experiment report")], *rows]], **more)
