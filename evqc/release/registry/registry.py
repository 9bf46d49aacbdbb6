"""The registry as one object: people, records, signatures, investigations, instruments, and whether all of it holds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from evqc.release.audit_page import audit_csv, page
from evqc.release.instruments_used import instrument_flags
from evqc.release.registry import checking
from evqc.release.registry.assembling import person_of
from evqc.release.registry.stating import Stating
from evqc.release.registry.writing import entries, head, rows
from evqc.release.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.audit_page import Asked, AuditPage
    from evqc.release.chain import AuditEntry, Head
    from evqc.release.registry.checking import Fault
    from evqc.release.registry.writing import Act
    from evqc.release.status import Status


class Registry(Stating):
    """Everything that is known of people, batches and their release, in one database. Made by ``open_registry``."""

    def trail(self) -> tuple[AuditEntry, ...]:
        """The whole audit trail."""
        with self.reading() as connection:
            return tuple(entries(connection))

    def head(self) -> Head:
        """The end of the audit trail, to be kept elsewhere as an anchor."""
        with self.reading() as connection:
            return head(connection)

    def audit_page(self, user: str, asked: Asked, why: str, *, exported: bool = False) -> AuditPage:
        """The entries of the trail that somebody asked for and may see; that they were read is an entry itself.

        The entry of an export holds the SHA-256 of its CSV file, so that a file that turns up tells who made it.

        Args:
            user: id of who reads.
            asked: which entries.
            why: the reason, in words.
            exported: whether they leave evqc as a file.

        Raises:
            InputError: as ``write``.
        """
        action = "export audit trail" if exported else "read audit trail"

        def read(act: Act) -> AuditPage:
            held = (act.row("users", user) or {})["roles"]
            made = page(entries(act.connection), asked, user, held)
            said = {"filters": list(made.filters), "entries": len(made.entries), "of": made.of}
            act.note("audit", user, None, said | ({"sha256": _of_file(made)} if exported else {}))
            return made

        return self.write(user, action, why, read)

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
        flags = instrument_flags(release.record.instruments, self.instruments())
        return status(release, able, self.clock().date().isoformat(), flags)


def _of_file(of: AuditPage) -> str:
    return hashlib.sha256(audit_csv(of).encode("utf-8")).hexdigest()
