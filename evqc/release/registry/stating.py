"""Statements of accountability, kept in the audit trail for each user: written once, and never changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.records import to_plain
from evqc.release.registry.registering import Registering
from evqc.release.registry.signing import private_key
from evqc.release.registry.tables import AUDIT
from evqc.release.registry.writing import entries
from evqc.release.statement import STATEMENTS, TEXT, Statement, signed_bytes

if TYPE_CHECKING:
    from evqc.release.registry.writing import Act


class Stating(Registering):
    """What people sign of themselves."""

    def sign_statement(self, user: str, password: str) -> Statement:
        """Signs, for oneself, what an electronic signature means.

        Raises:
            InputError: ``WRONG_PASSWORD``, ``LOCKED_OUT``, ``PASSWORD_TO_BE_CHANGED``, or as ``write``.

        Source:
            21 CFR 11.10(j) and 11.100(c); DEPENDENCIES, REGULATED C.
        """
        before = self.checked(user, password)

        def state(act: Act) -> Statement:
            self.confirm(act, before)
            key = private_key(before, password)
            unsigned = Statement(
                user=user,
                printed_name=before["printed_name"],
                at=act.at,
                text=TEXT,
                public_key=before["public_keys"][-1],
                signature="",
            )
            made = replace(unsigned, signature=key.sign(signed_bytes(unsigned)).hex())
            act.note(STATEMENTS, user, None, to_plain(made))
            return made

        return self.write(user, "sign statement", "the user's own statement", state)

    def statements(self) -> dict[str, Statement]:
        """The last statement of each user who signed one, by id."""
        with self.reading() as connection:
            found = entries(connection, AUDIT.c.table == STATEMENTS)
        return {entry.key: Statement(**entry.new) for entry in found if entry.new is not None}
