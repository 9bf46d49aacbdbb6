"""The people of the registry: made and reset by administrators, locked out after wrong passwords, never deleted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_

from evqc.errors import InputError, Where, refusal
from evqc.release import roles
from evqc.release.registry import database, passwords
from evqc.release.registry.store import LOCKED_MINUTES, Store
from evqc.release.registry.tables import AUDIT
from evqc.release.registry.writing import Act, entries, rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from sqlalchemy.engine import Connection

    from evqc.release.chain import AuditEntry
    from evqc.release.registry.tables import Row

#: Who creates a registry and migrates it, where no user does; no user can have this id.
INSTALLATION = "installation"
_ID = re.compile(r"[a-z][a-z0-9._-]{1,39}")
#: Entries that end a row of wrong passwords: the user gave the right one, or was given a new one.
_RIGHT = roles.SIGNING | {"sign in", "change password", "sign statement"}


class People(Store):
    """Users, their roles, passwords and keys."""

    def users(self) -> list[Row]:
        """Every user, without what is secret."""
        with self.reading() as connection:
            found = rows(connection, "users")
        return [{name: row[name] for name in row if name not in {"password_hash", "private_key"}} for row in found]

    def locked_out(self) -> dict[str, str]:
        """Who is locked out now, with the time until which: id to UTC, to the minute."""
        with self.reading() as connection:
            found = entries(connection, AUDIT.c.action.in_({"sign-in failed", "reset password", *_RIGHT}))
        tried: dict[str, list[AuditEntry]] = {}
        for entry in found:
            for user in {entry.user, entry.key if entry.table == "users" else entry.user}:
                tried.setdefault(user, []).append(entry)
        ends = {user: locked_until(of, self.tries) for user, of in tried.items() if user != INSTALLATION}
        now = self.clock()
        return {user: f"{end:%Y-%m-%d %H:%M} UTC" for user, end in ends.items() if end is not None and now < end}

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
            InputError: ``NO_SUCH_USER``, ``ROLES_UNFIT``, ``LAST_ADMINISTRATOR``, ``OWN_ROLES``, or as ``write``.
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
            if user == by and new["roles"] != row["roles"]:
                raise refusal(user, "OWN_ROLES", Where(field="user"), user, "another administrator")

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
            self.confirm(act, before)
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
        before = self.checked(user, password)
        with database.writing(self.engine) as connection:
            act = Act(connection, user, "sign in", "the right password", self.clock)
            self.confirm(act, before)
            act.note("users", user)

    def confirm(self, act: Act, before: Row) -> None:
        """Refuses when the user was changed or locked out between the check of the password and the act.

        So that many guesses at the same time are no more than the same guesses one after the other.

        Raises:
            InputError: ``CHANGED_MEANWHILE`` or ``LOCKED_OUT``.
        """
        unchanged(act, before)
        if locked(_tried(act.connection, before["id"]), act.moment, self.tries):
            raise _locked_out(before["id"], self.tries)

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
            tried = _tried(connection, user)
        if row is None:
            passwords.hash_password(password, self.cost, self.random)  # takes as long as a check
            self.log(INSTALLATION, "sign-in failed", "users", "unknown", "an id that nobody has")
            raise _wrong(user)
        if locked(tried, self.clock(), self.tries):
            self.log(user, "sign-in refused", "users", user, "locked out after wrong passwords")
            raise _locked_out(user, self.tries)
        right = passwords.matches(row["password_hash"], password)  # also of who is deactivated: it takes as long
        if not row["active"] or not right:
            self.log(user, "sign-in failed", "users", user, "a wrong password or a deactivated user")
            raise _wrong(user)
        return row


def _tried(connection: Connection, user: str) -> list[AuditEntry]:
    """What counts for a lockout: passwords that the user gave, right or wrong, and resets of this user's own."""
    gave = and_(AUDIT.c.user == user, AUDIT.c.action.in_([*_RIGHT, "sign-in failed"]))
    reset = and_(AUDIT.c.table == "users", AUDIT.c.key == user, AUDIT.c.action == "reset password")
    return entries(connection, or_(gave, reset))


def locked(tried: Sequence[AuditEntry], now: datetime, tries: int) -> bool:
    """Whether a user is locked out, from the entries by and of that user; pure.

    Args:
        tried: right and wrong passwords of the user and resets of it, in their order.
        now: with its zone.
        tries: wrong passwords in a row after which a user is locked out.
    """
    until = locked_until(tried, tries)
    return until is not None and now < until


def locked_until(tried: Iterable[AuditEntry], tries: int) -> datetime | None:
    """When the last lockout of a user ends or ended; None when the last password was right, or few were wrong; pure.

    Args:
        tried: entries by and of that user, in their order.
        tries: wrong passwords in a row after which a user is locked out.
    """
    failed: list[AuditEntry] = []
    for entry in tried:
        if entry.action in _RIGHT or entry.action == "reset password":
            failed = []
        elif entry.action == "sign-in failed":
            failed.append(entry)
    if len(failed) < tries:
        return None
    return datetime.fromisoformat(failed[-1].at) + timedelta(minutes=LOCKED_MINUTES)


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


def _locked_out(user: str, tries: int) -> InputError:
    return refusal(user, "LOCKED_OUT", Where(field="password"), f"{tries} wrong passwords in a row",
                   f"{LOCKED_MINUTES} minutes of waiting, or a reset by an administrator")  # fmt: skip


def _wrong(user: str) -> InputError:
    return refusal(user, "WRONG_PASSWORD", Where(field="password"), "a wrong id or password", "the right ones")
