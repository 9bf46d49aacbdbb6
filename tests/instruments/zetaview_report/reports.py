"""ZetaView reports of known content, as the report lays them out."""

from __future__ import annotations

from typing import Any

from tests.pdf_documents import pdf

NUMBERS = {
    "X10": ("70.5", "70.5", "92.9"),
    "X50": ("92.9", "92.9", "130.1"),
    "X90": ("135.8", "135.8", "222.2"),
    "Span": ("0.7", "0.7", "1.0"),
    "Mean": ("105.6", "105.6", "150.0"),
    "StdDev": ("47.4", "47.2", "60.1"),
}


def report(
    *,
    sample: str = "F8-1000",
    date: str = "2025-02-19",
    concentration: str = "9.4E+6",
    original: str = "9.4E+10",
    filter_: str = "Scatter",
    x50: str = "92.9",
    **more: Any,
) -> bytes:
    """The bytes of a report; the values are those of the synthetic size file that was never checked for drift."""
    lines = [
        [(40.0, "ZetaView (version 8.05.14 SP7)")],
        [(40.0, f"Sample Name:  {sample}"), (330.0, f"Date:  {date}")],
        [(40.0, "Electrolyte:  PBS"), (330.0, f"Filter:  {filter_}")],
        [(40.0, f"Concentration:  {concentration} Particles/mL"), (330.0, "Dilution Factor:  10000")],
        [(40.0, f"Original Concentration:  {original} Particles/mL"), (330.0, "Number of Traces:  90")],
        [(40.0, "Peak Analysis (Number)")],
        [(40.0, "Diameter / nm"), (200.0, "FWHM / nm"), (330.0, "Percentage")],
        [(40.0, "101.8"), (200.0, "66.0"), (330.0, "100.0")],
        [(40.0, "X Values"), (200.0, "Number"), (330.0, "Concentration"), (460.0, "Volume")],
    ]
    for label, columns in NUMBERS.items():
        texts = (x50, *columns[1:]) if label == "X50" else columns
        lines.append([(40.0, label), *((x, t) for x, t in zip((200.0, 330.0, 460.0), texts, strict=True))])
    return pdf([lines], **more)
