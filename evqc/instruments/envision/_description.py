"""What an EnVision export says of the assay behind its results: protocol, labels, filters and instrument."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.instruments._rows import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row

#: A text as a spreadsheet program keeps it.
QUOTED = re.compile(r'^="?(.*?)"?$')
_CENTRE = re.compile(r"CWL=(\d+(?:\.\d+)?)nm")
_REPEAT = re.compile(r"\(\d+\)$")


def keys_of(rows: Sequence[Row]) -> dict[str, str]:
    """Keys and values of the lines of two cells, the first of each; a value stands some cells behind its key."""
    found: dict[str, str] = {}
    for row in rows:
        values = [cell.text for cell in row[1:] if cell.text]
        if row[0].text and len(values) == 1:
            found.setdefault(row[0].text.rstrip(": "), QUOTED.sub(r"\1", values[0]))
    return found


def paragraphs(rows: Sequence[Row], section: str) -> dict[str, dict[str, str]]:
    """Keys and values of each label or filter: a paragraph of the section, which begins with its name."""
    start = next((place for place, row in enumerate(rows) if row[0].text == section), len(rows))
    found: dict[str, dict[str, str]] = {}
    place = start + 1
    while place < len(rows) and not (rows[place][0].text.endswith(":") and not filled(rows[place][1:])):
        end = behind_filled(rows, place)
        if end > place:
            found[rows[place][0].text] = keys_of(rows[place:end])
        place = max(end, place + 1)
    return found


def shape_of_plate(rows: Sequence[Row]) -> tuple[int, int]:
    """Rows and columns of the plate as the protocol states them; zeros when it does not."""
    keys = keys_of(rows)
    stated = [keys.get(name, "0") for name in ("Number of rows", "Number of columns")]
    return tuple(int(text) if text.isdigit() else 0 for text in stated)  # type: ignore[return-value]  # two texts, two numbers


def filters_of(protocol: Sequence[Row], label: str) -> dict[str, float]:
    """The centre wavelengths of the filters of a label, as far as the protocol describes them."""
    described = paragraphs(protocol, "Filters:")
    own = paragraphs(protocol, "Labels:").get(_REPEAT.sub("", label), {})
    found = {use: _CENTRE.search(described.get(name, {}).get("Description", "")) for use, name in own.items()}
    return {use: float(match[1]) for use, match in found.items() if match is not None}


def unread_keys(rows: Sequence[Row]) -> list[str]:
    """The keys of the description that no measurement uses."""
    used = {
        "Serial#",
        "Protocol Name",
        "Number of rows",
        "Number of columns",
        "Exc. filter",
        "Ems. filter",
        "2nd ems. filter",
    }
    return [key for key in keys_of(rows) if key not in used and len(key) < 60]


def behind_filled(rows: Sequence[Row], place: int) -> int:
    """The place of the first row from a place on that holds nothing, or that behind the last row."""
    while place < len(rows) and filled(rows[place]):
        place += 1
    return place
