"""The people of the registry: made and reset by administrators, locked out after wrong passwords, never deleted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_

from evqc.errors import InputError, Where, refusal
from evqc.release import roles
from evqc.release.registry import passwords
from evqc.release.registry.store import LOCKED_MINUTES, Store
from evqc.release.registry.tables import AUDIT
from evqc.release.registry.writing import entries, rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from evqc.release.chain import AuditEntry
    from evqc.release.registry.tables import Row
    from evqc.release.registry.writing import Act

#: Who creates a registry and migrates it, where no user does; no user can have this id.
INSTALLATION = "installation"
_ID = re.compile(r"[a-z][a-z0-9._-]{1,39}")
#: Entries that end a row of wrong passwords: the user gave the right one, or was given a new one.
_RIGHT = roles.SIGNING | {"sign in", "change password"}


class People(Store):
    """Users, their roles, passwords and keys."""

    def users(self) -> list[Row]:
        """Every user, without what is secret."""
        with self.reading() as connection:
            found = rows(connection, "users")
        return [{name: row[name] for name in row if name not in {"password_hash", "private_key"}} for row in found]

    def create_user(
        self,
        user: str,
        printed_name: str,
        held: Collection[str],
        password: str,
        *,
        by: str,
        why: str,
        trained_until: date | None = None,
    ) -> None:
        """Makes a user with a password that has to be changed before anything can be signed.

        No key is made yet: it comes with the user's own password, so that no administrator ever knew what opens it.

        Args:
            user: id, in small letters; never used again for another person.
            printed_name: as it stands under signatures.
            held: roles.
            password: to begin with.
            by: an administrator.
            why: the reason, in words.
            trained_until: last day on which the user may sign; None when training does not expire.

        Raises:
            InputError: ``USER_ID_TAKEN``, ``USER_ID_UNFIT``, ``ROLES_UNFIT``, ``WEAK_PASSWORD``, or as ``write``.
        """
        _fit(user, printed_name, held)
        passwords.acceptable(password, user, printed_name)
        secret = passwords.hash_password(password, self.cost, self.random)

        def make(act: Act) -> None:
            if act.row("users", user) is not None:
                raise refusal(user, "USER_ID_TAKEN", Where(field="user"), user, "an id that nobody ever had")
            act.put("users", _new_user(user, printed_name, held, secret, trained_until))

        self.write(by, "create user", why, make)

    def change_user(
        self,
        user: str,
        *,
        by: str,
        why: str,
        printed_name: str | None = None,
        held: Collection[str] | None = None,
        trained_until: date | None = None,
    ) -> None:
        """Changes a name, the roles or the end of training; what is None stays as it is.

        Raises:
            InputError: ``NO_SUCH_USER``, ``ROLES_UNFIT``, ``LAST_ADMINISTRATOR``, or as ``write``.
        """

        def change(act: Act) -> None:
            row = _known(act, user)
            new = row | {
                "printed_name": printed_name or row["printed_name"],
                "roles": sorted(held) if held is not None else row["roles"],
                "trained_until": trained_until.isoformat() if trained_until else row["trained_until"],
            }
            _fit(user, new["printed_name"], new["roles"])
            act.put("users", new)
            _still_administered(act)

        self.write(by, "change user", why, change)

    def deactivate_user(self, user: str, *, by: str, why: str) -> None:
        """Takes every right from a user, for good; the row, the id and the public keys stay.

        Raises:
            InputError: ``NO_SUCH_USER``, ``LAST_ADMINISTRATOR``, or as ``write``.
        """

        def deactivate(act: Act) -> None:
            act.put("users", _known(act, user) | {"active": 0})
            _still_administered(act)

        self.write(by, "deactivate user", why, deactivate)

    def reset_password(self, user: str, password: str, *, by: str, why: str) -> None:
        """Gives a user a new password to begin with: the only way back in.

        The old private key is gone, and a new pair comes with the user's own password; the old public key stays, for
        what it signed.

        Raises:
            InputError: ``NO_SUCH_USER``, ``OWN_RESET``, ``WEAK_PASSWORD``, or as ``write``.
        """
        secret = passwords.hash_password(password, self.cost, self.random)

        def reset(act: Act) -> None:
            row = _known(act, user)
            if user == by:
                raise refusal(user, "OWN_RESET", Where(field="user"), user, "another administrator; change yours")
            passwords.acceptable(password, user, row["printed_name"])
            act.put("users", row | {"password_hash": secret, "private_key": None, "must_change": 1})

        self.write(by, "reset password", why, reset)

    def change_password(self, user: str, old: str, new: str) -> None:
        """Changes one's own password; the first one of one's own makes the key pair that signs.

        Raises:
            InputError: ``WRONG_PASSWORD``, ``LOCKED_OUT``, ``WEAK_PASSWORD``, ``SAME_PASSWORD``, or as ``write``.
        """
        before = self.checked(user, old)
        passwords.acceptable(new, user, before["printed_name"])
        if passwords.matches(before["password_hash"], new):
            raise refusal(user, "SAME_PASSWORD", Where(field="password"), "the same password", "another one")
        changed = before | self._with_key(before, old, new)

        def change(act: Act) -> None:
            unchanged(act, before)
            act.put("users", changed)

        self.write(user, "change password", "the user's own choice", change)

    def _with_key(self, row: Row, old: str, new: str) -> Row:
        secret = passwords.hash_password(new, self.cost, self.random)
        opened = row["private_key"] and passwords.unseal(row["private_key"], old, row["id"])
        public = row["public_keys"]
        if opened:
            sealed = passwords.seal(opened, new, row["id"], self.cost, self.random)
        else:
            key, sealed = passwords.new_key(new, row["id"], self.cost, self.random)
            public = [*public, key]
        return {"password_hash": secret, "private_key": sealed, "public_keys": public, "must_change": 0}

    def authenticate(self, user: str, password: str) -> None:
        """Checks a password and writes into the trail that the user signed in.

        Raises:
            InputError: ``WRONG_PASSWORD`` or ``LOCKED_OUT``.
        """
        self.checked(user, password)
        self.log(user, "sign in", "users", user, "the right password")

    def checked(self, user: str, password: str) -> Row:
        """The row of a user who gave the right password. A wrong one changes nothing but the trail.

        The same error for a user that is not there, so that ids cannot be guessed.

        Raises:
            InputError: ``WRONG_PASSWORD`` or ``LOCKED_OUT``.

        Source:
            21 CFR 11.300(d).
        """
        with self.reading() as connection:
            row = next((row for row in rows(connection, "users") if row["id"] == user), None)
            tried = entries(connection, or_(AUDIT.c.user == user, and_(AUDIT.c.table == "users", AUDIT.c.key == user)))
        if row is None:
            passwords.hash_password(password, self.cost, self.random)  # takes as long as a check
            self.log(INSTALLATION, "sign-in failed", "users", "unknown", "an id that nobody has")
            raise _wrong(user)
        if locked(tried, self.clock(), self.tries):
            self.log(user, "sign-in refused", "users", user, "locked out after wrong passwords")
            raise refusal(user, "LOCKED_OUT", Where(field="password"), f"{self.tries} wrong passwords in a row",
                          f"{LOCKED_MINUTES} minutes of waiting, or a reset by an administrator")  # fmt: skip
        if not row["active"] or not passwords.matches(row["password_hash"], password):
            self.log(user, "sign-in failed", "users", user, "a wrong password or a deactivated user")
            raise _wrong(user)
        return row


def locked(tried: Sequence[AuditEntry], now: datetime, tries: int) -> bool:
    """Whether a user is locked out, from the entries by and of that user; pure.

    Args:
        tried: in their order.
        now: with its zone.
        tries: wrong passwords in a row after which a user is locked out.
    """
    failed: list[AuditEntry] = []
    for entry in tried:
        if entry.action in _RIGHT or entry.action == "reset password":
            failed = []
        elif entry.action == "sign-in failed":
            failed.append(entry)
    if len(failed) < tries:
        return False
    return now < datetime.fromisoformat(failed[-1].at) + timedelta(minutes=LOCKED_MINUTES)


def unchanged(act: Act, before: Row) -> None:
    """Refuses when a user was changed between the check of the password and the act.

    Raises:
        InputError: ``CHANGED_MEANWHILE``.
    """
    if act.row("users", before["id"]) != before:
        raise refusal(before["id"], "CHANGED_MEANWHILE", Where(field="user"), "a user changed meanwhile", "once more")


def first_administrator(act: Act, store: Store, user: str, printed_name: str, password: str) -> None:
    """The administrator who installs a registry, with a password of their own."""
    _fit(user, printed_name, ("administrator",))
    passwords.acceptable(password, user, printed_name)
    secret = passwords.hash_password(password, store.cost, store.random)
    public, private = passwords.new_key(password, user, store.cost, store.random)
    row = _new_user(user, printed_name, ("administrator",), secret, None)
    act.put("users", row | {"private_key": private, "public_keys": [public], "must_change": 0})


def _new_user(user: str, printed_name: str, held: Collection[str], secret: str, trained_until: date | None) -> Row:
    return {
        "id": user,
        "printed_name": printed_name,
        "roles": sorted(held),
        "active": 1,
        "must_change": 1,
        "trained_until": trained_until.isoformat() if trained_until else None,
        "password_hash": secret,
        "private_key": None,
        "public_keys": [],
    }


def _fit(user: str, printed_name: str, held: Collection[str]) -> None:
    if not _ID.fullmatch(user) or user == INSTALLATION:
        raise refusal(user, "USER_ID_UNFIT", Where(field="user"), user, "small letters, digits and . _ -, from 2 to 40")
    if not printed_name.strip() or not printed_name.isprintable():
        raise refusal(user, "USER_ID_UNFIT", Where(field="printed name"), printed_name, "the name of a person")
    if not held or not set(held) <= set(roles.ROLES) or roles.conflicting(held):
        raise refusal(user, "ROLES_UNFIT", Where(field="roles"), ", ".join(held),
                      f"one or more of {', '.join(roles.ROLES)}; an administrator none that signs")  # fmt: skip


def _known(act: Act, user: str) -> Row:
    row = act.row("users", user)
    if row is None:
        raise refusal(user, "NO_SUCH_USER", Where(field="user"), user, "the id of a user of the registry")
    return row


def _still_administered(act: Act) -> None:
    if not any(row["active"] and "administrator" in row["roles"] for row in act.rows("users")):
        raise refusal("the registry", "LAST_ADMINISTRATOR", Where(field="roles"), "none left", "an administrator")


def _wrong(user: str) -> InputError:
    return refusal(user, "WRONG_PASSWORD", Where(field="password"), "a wrong id or password", "the right ones")
