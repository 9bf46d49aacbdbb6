"""A page of the audit trail: what a role may see of it, what was asked for, and how many entries that leaves; pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal

from evqc.records import record, to_plain
from evqc.release.canonical import canonical
from evqc.release.chain import AuditEntry, Head, head_of
from evqc.report.rows import defused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

#: Roles that see every entry. Others see what was done to batches and instruments, but of people only their own.
SEE_ALL = frozenset({"QA release", "administrator"})
#: Tables whose entries tell of people: who was locked out, whose roles were changed, who read what.
_OF_PEOPLE = frozenset({"users", "statements", "audit"})
COLUMNS = ("sequence", "at", "user", "action", "table", "key", "why", "old", "new", "previous", "hash")
#: A moment after every one that is written with fewer places.
_END = "~"


@record
class Asked:
    """What a page is of; every filter that is given has to hold.

    Attributes:
        about: id of a batch or a record, or whatever else the key of an entry names, such as a user or a serial number.
        user: id of who wrote.
        action: of ``roles.ACTIONS``, or one that needs no role.
        since, until: UTC, ISO 8601, a day or a moment; both included.
    """

    about: str | None = None
    user: str | None = None
    action: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Each filter as it stands on the page."""
        return tuple(f"{name} {value}" for name, value in to_plain(self).items() if value is not None)


@record
class AuditPage:
    """The document ``evqc.audit/1``.

    Attributes:
        reader: id of who asked.
        filters: in words; none, and everything was asked for.
        entries: that fit and that the reader may see, oldest first.
        kept_back: how many fit, but are of other people and not for the reader's role.
        of: how many entries the trail had when it was read.
        head: of the trail then.
    """

    schema: Literal["evqc.audit/1"] = "evqc.audit/1"
    reader: str
    filters: tuple[str, ...]
    entries: tuple[AuditEntry, ...]
    kept_back: int
    of: int
    head: Head


def page(trail: Sequence[AuditEntry], asked: Asked, reader: str, held: Collection[str]) -> AuditPage:
    """The entries that somebody asked for, as far as a role may see them.

    Args:
        trail: the whole of it.
        asked: which entries.
        reader: id of who asks.
        held: the reader's roles.

    Source:
        DEPENDENCIES, REGULATED B: a page by role, with filters; what is filtered says so and is counted.
    """
    fitting = [entry for entry in trail if fits(entry, asked)]
    shown = tuple(entry for entry in fitting if may_see(entry, reader, held))
    return AuditPage(
        reader=reader,
        filters=asked.words,
        entries=shown,
        kept_back=len(fitting) - len(shown),
        of=len(trail),
        head=head_of(trail),
    )


def fits(entry: AuditEntry, asked: Asked) -> bool:
    """Whether an entry is one of those asked for."""
    return (
        (asked.about is None or _is_about(entry, asked.about))
        and (asked.user is None or entry.user == asked.user)
        and (asked.action is None or entry.action == asked.action)
        and (asked.since is None or entry.at >= asked.since)
        and (asked.until is None or entry.at <= asked.until + _END)
    )


def _is_about(entry: AuditEntry, name: str) -> bool:
    batch = next((row["batch"] for row in (entry.new, entry.old) if row and "batch" in row), None)
    return entry.key == name or entry.key.startswith(f"{name}/") or batch == name


def may_see(entry: AuditEntry, reader: str, held: Collection[str]) -> bool:
    """Whether somebody with these roles may see an entry."""
    of_others = entry.table in _OF_PEOPLE and reader not in {entry.user, entry.key, entry.key.split("/", 1)[0]}
    return bool(SEE_ALL.intersection(held)) or not of_others


def audit_csv(of: AuditPage) -> str:
    """The entries of a page as CSV, one a row; rows before and after a change stand as canonical JSON."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in of.entries:
        writer.writerow([_cell(getattr(entry, name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> object:
    return canonical(value).decode("utf-8") if isinstance(value, dict) else defused(value)


def page_lines(of: AuditPage) -> Iterator[str]:
    """What stands under a page: its filters and its counts."""
    yield f"asked for: {', '.join(of.filters) or 'everything'}"
    kept = f", {of.kept_back} more are of other people and not for the role of {of.reader}" if of.kept_back else ""
    yield f"{len(of.entries)} of {of.of} entries shown{kept}"
    yield f"head of the trail: {of.head.hash}:{of.head.length}"
