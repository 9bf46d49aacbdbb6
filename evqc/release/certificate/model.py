"""What a certificate prints, and nothing else does: an explicit list of sections, lines and tables of text."""

from __future__ import annotations

from typing import Literal

from evqc.records import record

#: How a cell stands out; words and a symbol always say the same.
Mark = Literal["", "pass", "fail", "open"]


@record
class Cell:
    """One cell of a table.

    Attributes:
        text: as every rendering shows it.
        value: the same as a number, for the workbook.
        small: further lines.
        code: hashes and keys, shown in equal widths.
    """

    text: str
    value: float | None = None
    small: tuple[str, ...] = ()
    mark: Mark = ""
    code: bool = False


@record
class Group:
    """Rows of a table under one title; the title is empty where the table has no groups."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]


@record
class Table:
    """A table; ``widths`` are the shares of its columns."""

    heading: tuple[str, ...]
    widths: tuple[float, ...]
    groups: tuple[Group, ...]


@record
class Line:
    """One thing that is named and stated."""

    name: str
    text: str
    code: bool = False


@record
class Section:
    """One section; ``empty`` is what stands there when it has neither lines nor rows.

    Attributes:
        id: stable, for links.
        note: a sentence under the title.
    """

    id: str
    title: str
    note: str = ""
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    empty: str = ""


@record
class Certificate:
    """Everything that is printed.

    Attributes:
        evqc_version: that made it.
        state: in large letters, such as ``RELEASED`` or ``HOLD``.
        warning: on every page while the record is not released; empty when it is.
        conclusion: one sentence.
        reasons: what is in the way.
        dated: UTC time of the last signature, ISO 8601; midnight of the day of judgement where nobody signed.
        record_sha256: stands at the foot of every page.
    """

    evqc_version: str
    title: str
    product: str
    batch: str
    state: str
    warning: str
    conclusion: str
    reasons: tuple[str, ...]
    dated: str
    record_sha256: str
    identity: tuple[Line, ...]
    sections: tuple[Section, ...]
