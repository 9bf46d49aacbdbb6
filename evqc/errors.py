"""What can be wrong with an input, said once and in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in a source file, precise enough for a person to open it there.

    Attributes:
        line: line number, from 1; in a workbook the row.
        column: column number from 1 as text, a column's heading, or a cell (``B7``).
        field: the key, section or sheet the value belongs to.
    """

    line: int | None = None
    column: str | None = None
    field: str | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """How it is sent to another process, in a third of the time of what dataclasses do."""
        return _where, (self.line, self.column, self.field)

    def __str__(self) -> str:
        parts = []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        if self.field is not None:
            parts.append(f"'{self.field}'")
        return ", ".join(parts) or "the whole file"


def _where(line: int | None, column: str | None, field: str | None) -> Where:
    return Where(line=line, column=column, field=field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that a reader noticed in a file.

    Attributes:
        code: stable name in capitals, such as ``NOT_A_NUMBER``.
        severity: ``error`` refuses the file, ``warning`` flags it, ``note`` informs.
        where: the place in the file.
        found: what stands there, quoted.
        expected: what evqc can read there.
        message: one plain sentence.
    """

    code: str
    severity: Severity
    where: Where
    found: str
    expected: str
    message: str


class EvqcError(Exception):
    """Base of everything that evqc raises on purpose."""


class InputError(EvqcError):
    """An input is at fault and the user can act on the message.

    Attributes:
        source: the file (name or path) that is at fault.
        issues: everything found wrong, at least one, the first being the one that stopped the reading.
    """

    def __init__(self, source: str, *issues: Issue) -> None:
        if not issues:
            raise ValueError("an InputError states at least one issue")
        self.source = source
        self.issues = issues
        super().__init__("\n".join(f"{i.code}: {_place(source, i.where)}: {i.message}" for i in issues))

    def __reduce__(self) -> tuple[type[InputError], tuple[str | Issue, ...]]:
        """As it was made, for the way between processes."""
        return InputError, (self.source, *self.issues)


def _place(source: str, where: Where) -> str:
    """The source and the place in it; the source alone, which may be a folder or an option, when that says all."""
    return source if where == Where() else f"{source}, {where}"


def refusal(source: str, code: str, where: Where, found: str, expected: str) -> InputError:
    """The error for one thing that stops a reading.

    Args:
        source: name of the file at fault.
        code: stable name in capitals.
        where: the place.
        found: what stands there; it is shortened to a readable length.
        expected: what can be read there.
    """
    return InputError(source, problem("error", code, where, found, expected))


def problem(severity: Severity, code: str, where: Where, found: str, expected: str) -> Issue:
    """An issue whose message is made of what was found and what was expected."""
    short = shorten(found)
    return Issue(
        code=code,
        severity=severity,
        where=where,
        found=short,
        expected=expected,
        message=f"found {short}; expected {expected}.",
    )


def shorten(text: str, length: int = 120) -> str:
    """``text`` without control characters and cut to ``length`` characters, so that it fits a message."""
    plain = text
    if not text.isprintable():
        plain = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return plain if len(plain) <= length else plain[: length - 1] + "…"
