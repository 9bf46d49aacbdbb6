"""The registry as one object: people, records, signatures, investigations, instruments, and whether all of it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release.registry import checking
from evqc.release.registry.assembling import person_of
from evqc.release.registry.registering import Registering
from evqc.release.registry.writing import entries, rows
from evqc.release.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.chain import AuditEntry, Head
    from evqc.release.registry.checking import Fault
    from evqc.release.status import Status


class Registry(Registering):
    """Everything that is known of people, batches and their release, in one database. Made by ``open_registry``."""

    def trail(self) -> tuple[AuditEntry, ...]:
        """The whole audit trail."""
        with self.reading() as connection:
            return tuple(entries(connection))

    def faults(self, anchors: Sequence[Head] = ()) -> tuple[Fault, ...]:
        """Everything that is wrong with the registry, each with table, row and column; empty when all of it holds.

        Args:
            anchors: heads of the trail that were kept elsewhere, such as in bundles.
        """
        with self.reading() as connection:
            return checking.faults(connection, anchors)

    def status(self, record_id: str) -> Status:
        """What a record needs to be released: what is required, done and missing, and who could do it.

        Raises:
            InputError: ``NO_SUCH_RECORD``.
        """
        release = self.export(record_id)
        with self.reading() as connection:
            users = rows(connection, "users")
        able = [person_of(row) for row in users if row["active"] and not row["must_change"]]
        return status(release, able, self.clock().date().isoformat())
