"""What every part of the registry stands on: reading at one moment, and acting within one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

from evqc.errors import Where, refusal
from evqc.release import roles
from evqc.release.registry import database
from evqc.release.registry.passwords import Cost
from evqc.release.registry.writing import Act

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection, Engine

    from evqc.release.registry.tables import Row

T = TypeVar("T")

#: Wrong passwords in a row after which a user is locked out.
TRIES = 5
#: How long, in minutes, unless an administrator resets the password before.
LOCKED_MINUTES = 30


class Store:
    """A registry's database with the clock and the randomness it works by. Close it, or use it in ``with``.

    Attributes:
        engine: of the database.
        clock: the time, with its zone.
        random: ``n`` bytes that nobody can guess.
        cost: of one password.
        tries: wrong passwords in a row after which a user is locked out.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        random: Callable[[int], bytes],
        *,
        cost: Cost | None = None,
        tries: int = TRIES,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.random = random
        self.cost = cost or Cost()
        self.tries = tries

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the registry as it was at one moment."""
        with database.reading(self.engine) as connection:
            yield connection

    def write(self, user: str, action: str, why: str, what: Callable[[Act], T]) -> T:
        """Does one act of one user in one transaction: all of it is written, with its entries in the trail, or nothing.

        Args:
            user: id; it has to be active, and its roles have to allow the action.
            action: of ``roles.ACTIONS``.
            why: the reason, in words.
            what: reads and writes by the act that it is given.

        Raises:
            InputError: ``NO_SUCH_USER``, ``DEACTIVATED``, ``NOT_ALLOWED``, ``NO_REASON``, or what ``what`` refuses.
        """
        with database.writing(self.engine) as connection:
            act = Act(connection, user, action, why, self.clock)
            authorise(act.row("users", user), user, action)
            return what(act)

    def log(self, user: str, action: str, table: str, key: str, why: str) -> None:
        """Appends one entry that needs no role (``roles.UNATTENDED``), and changes nothing else."""
        with database.writing(self.engine) as connection:
            Act(connection, user, action, why, self.clock).note(table, key)


def authorise(user: Row | None, name: str, action: str) -> Row:
    """The row of a user who may do this.

    Raises:
        InputError: ``NO_SUCH_USER``, ``DEACTIVATED``, ``PASSWORD_TO_BE_CHANGED`` or ``NOT_ALLOWED``.

    Source:
        21 CFR 11.10(d) and (g).
    """
    if user is None:
        raise refusal(name, "NO_SUCH_USER", Where(field="user"), name, "the id of a user of the registry")
    if not user["active"]:
        raise refusal(name, "DEACTIVATED", Where(field="user"), name, "an active user")
    if user["must_change"] and action != "change password":
        raise refusal(name, "PASSWORD_TO_BE_CHANGED", Where(field="user"), "a password that somebody else chose",
                      "a password of one's own first")  # fmt: skip
    if not roles.allowed(action, user["roles"]):
        may = " or ".join(roles.ACTIONS[action])
        raise refusal(name, "NOT_ALLOWED", Where(field="roles"), f"{action} by {', '.join(user['roles'])}", may)
    return user
