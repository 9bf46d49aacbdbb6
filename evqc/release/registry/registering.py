"""The register of instruments, and the list of certificates and bundles that were given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.release.registry.investigating import Investigating
from evqc.release.registry.records import known
from evqc.release.registry.tables import ISSUED
from evqc.release.registry.writing import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.registry.tables import Row
    from evqc.release.registry.writing import Act


class Registering(Investigating):
    """Instruments and what was issued."""

    def register_instrument(
        self, serial: str, name: str, software_versions: Sequence[str], *, by: str, why: str, note: str = ""
    ) -> None:
        """Puts an instrument into the register, or changes what it says of it.

        Args:
            serial: as the instrument's exports state it.
            name: in words.
            software_versions: those that are qualified.
            by: who does it.
            why: the reason, in words.
            note: such as its place.

        Raises:
            InputError: ``SERIAL_UNFIT``, or as ``write``.
        """
        if not serial.strip():
            raise refusal("the register", "SERIAL_UNFIT", Where(field="serial"), "nothing", "a serial number")
        row = {
            "serial": serial.strip(),
            "name": name,
            "software_versions": sorted(software_versions),
            "status": "in use",
            "note": note,
        }
        self.write(by, "register instrument", why, lambda act: act.put("instruments", row))

    def retire_instrument(self, serial: str, *, by: str, why: str) -> None:
        """Takes an instrument out of use; it stays in the register.

        Raises:
            InputError: ``NO_SUCH_INSTRUMENT``, or as ``write``.
        """

        def retire(act: Act) -> None:
            row = act.row("instruments", serial)
            if row is None:
                raise refusal(serial, "NO_SUCH_INSTRUMENT", Where(field="serial"), serial, "a registered instrument")
            act.put("instruments", row | {"status": "retired"})

        self.write(by, "retire instrument", why, retire)

    def instruments(self) -> list[Row]:
        """Every registered instrument."""
        with self.reading() as connection:
            return rows(connection, "instruments")

    def issue(self, record_id: str, kind: str, sha256: str, user: str, why: str) -> str:
        """Writes down that a copy is given out, and returns the id that stands on it.

        Args:
            record_id: ``BATCH/version``.
            kind: ``certificate`` or ``bundle``.
            sha256: of the file that is given out.
            user: who gives it out.
            why: to whom, or what for.

        Raises:
            InputError: ``NO_SUCH_RECORD``, or as ``write``.
        """

        def put(act: Act) -> str:
            row = known(act, record_id)
            number = len(act.rows("issued", ISSUED.c.record == record_id)) + 1
            made = f"{record_id}/{kind}-{number}"
            place = {"id": made, "batch": row["batch"], "record": record_id}
            act.put("issued", place | {"kind": kind, "sha256": sha256, "by": user, "at": act.at})
            return made

        return self.write(user, "issue", why, put)

    def issued(self, record_id: str) -> list[Row]:
        """Every copy of a record that was given out."""
        with self.reading() as connection:
            return rows(connection, "issued", ISSUED.c.record == record_id)
