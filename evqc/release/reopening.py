"""When a record may be opened again as a new version: after it ended, for the same batch; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evqc.release.record import ReleaseRecord
    from evqc.release.release import Release

#: States after which only a new version goes on.
ENDED = ("rejected", "invalidated")


def refuse_unended(release: Release, rows: Iterable[Mapping[str, Any]]) -> None:
    """Refuses a record that did not end, or is not the newest version of its batch.

    Args:
        release: to be opened again.
        rows: every record of the registry, as ``Registry.records`` gives them.

    Raises:
        InputError: ``NOT_ENDED`` or ``NOT_THE_NEWEST``.
    """
    batch = release.record.batch.id
    name = f"{batch}/{release.version}"
    if release.state not in ENDED:
        raise refusal(name, "NOT_ENDED", Where(field="state"), release.state, f"a record that is {' or '.join(ENDED)}")
    newest = max(int(row["version"]) for row in rows if row["batch"] == batch)
    if newest != release.version:
        raise refusal(name, "NOT_THE_NEWEST", Where(field="record"), name, f"the newest version, {batch}/{newest}")


def refuse_other_batch(release: Release, made: ReleaseRecord) -> None:
    """Raises InputError ``OTHER_BATCH`` for a draft of another batch than that of the record to be opened again."""
    if made.batch.id != release.record.batch.id:
        raise refusal(made.batch.id, "OTHER_BATCH", Where(field="batch"), made.batch.id, release.record.batch.id)
