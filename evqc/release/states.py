"""The states of a release record, the only ways between them, and who has a hand in it, read from the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.errors import InputError, Where, refusal
from evqc.release.chain import AuditEntry
from evqc.release.contributors import named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.release.chain import SealedEntry
    from evqc.release.release import Deviation, State

#: (action, state before) to the state after. What does not stand here does not exist.
#: ``import record`` of the next version invalidates a draft; a specification may ask for several reviews.
TRANSITIONS: dict[tuple[str, State | None], State] = {
    ("import record", None): "draft",
    ("import record", "draft"): "invalidated",
    ("submit", "draft"): "submitted",
    ("withdraw", "submitted"): "draft",
    ("return", "submitted"): "draft",
    ("review", "submitted"): "reviewed",
    ("review", "reviewed"): "reviewed",
    ("release", "reviewed"): "released",
    ("reject", "submitted"): "rejected",
    ("reject", "reviewed"): "rejected",
    ("invalidate", "submitted"): "invalidated",
    ("invalidate", "reviewed"): "invalidated",
    ("invalidate", "released"): "invalidated",
}
#: States in which the next version of a batch may be imported; any other version has to be ended first.
REPLACEABLE: tuple[State, ...] = ("draft", "rejected", "invalidated")
#: States in which a record is still worked on.
OPEN: tuple[State, ...] = ("draft", "submitted", "reviewed")

#: Actions by which somebody makes, changes or retests data. Raising a deviation or reading changes no data.
MAKING = frozenset({"import record", "submit", "withdraw", "retest"})
#: Actions after which what was reviewed before is not all that there is: a new result, or another finding on one.
CHANGING = frozenset({"retest", "investigate"})


def after(action: str, state: State | None, source: str) -> State:
    """The state that an action leads to.

    Args:
        action: a key of ``roles.ACTIONS``.
        state: before; None for a record that is not there yet.
        source: id of the record, for the message.

    Raises:
        InputError: ``ILLEGAL_TRANSITION``; there is no such way.
    """
    if (action, state) not in TRANSITIONS:
        froms = [str(before) for name, before in TRANSITIONS if name == action]
        raise refusal(source, "ILLEGAL_TRANSITION", Where(field="state"), f"{action} of a record that is {state}",
                      f"a record that is {' or '.join(froms)}")  # fmt: skip
    return TRANSITIONS[action, state]


def concerns(entry: AuditEntry | SealedEntry, batch: str) -> bool:
    """Whether an entry of the trail is of this batch: the row that it writes says so itself."""
    if not isinstance(entry, AuditEntry):
        return False
    return any(row is not None and row.get("batch") == batch for row in (entry.old, entry.new))


def makers(trail: Iterable[AuditEntry | SealedEntry], batch: str) -> frozenset[str]:
    """Who made, changed or retested data of a batch, in any version: ids of users, from the trail and nothing else.

    Source:
        DEPENDENCIES, REGULATED B (one person verifying twice; the retester not counted) and D3.
    """
    own = [entry for entry in trail if isinstance(entry, AuditEntry) and concerns(entry, batch)]
    named_then = [user for row in _contributors(own) for user in row["users"]]
    return frozenset([*(entry.user for entry in own if entry.action in MAKING), *named_then])


def made_by(trail: Iterable[AuditEntry | SealedEntry], batch: str, user: str, printed_name: str) -> bool:
    """Whether a person had a hand in the data of a batch: by what they did here, or by name in the data themselves.

    Args:
        trail: of the batch at least.
        batch: its id.
        user: id of the person.
        printed_name: of the person.
    """
    own = [entry for entry in trail if isinstance(entry, AuditEntry) and concerns(entry, batch)]
    return user in makers(own, batch) or named([row["name"] for row in _contributors(own)], user, printed_name)


def _contributors(own: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    return [entry.new for entry in own if entry.table == "contributors" and entry.new is not None]


def last_change(trail: Iterable[AuditEntry | SealedEntry], batch: str) -> int:
    """The number of the last entry that changed what a review of a batch is of; 0 where there is none."""
    return max((each.sequence for each in trail if each.action in CHANGING and concerns(each, batch)), default=0)


def state_of(trail: Iterable[AuditEntry | SealedEntry], record_id: str) -> State | None:
    """The state of a record as the trail has it, every step checked; None when the trail does not know the record.

    Raises:
        InputError: ``ILLEGAL_TRANSITION``; the trail takes a way that does not exist.
    """
    state: State | None = None
    for entry in trail:
        if isinstance(entry, AuditEntry) and entry.table == "records" and entry.key == record_id and entry.new:
            if after(entry.action, state, record_id) != entry.new["state"]:
                found = f"{entry.action} to {entry.new['state']}"
                where = Where(field=f"entry {entry.sequence}")
                raise refusal(record_id, "ILLEGAL_TRANSITION", where, found, after(entry.action, state, record_id))
            state = entry.new["state"]
    return state


def follows(trail: Iterable[AuditEntry | SealedEntry], record_id: str, state: State) -> bool:
    """Whether the trail leads to ``state`` by ways that exist."""
    try:
        return state_of(trail, record_id) == state
    except InputError:
        return False


def attested(reason: str) -> tuple[str, ...]:
    """The items of the checklist that a signature with the meaning ``attested`` is of, from its reason."""
    return tuple(reason.split("\n"))


def accepted_words(deviation: Deviation) -> str:
    """The reason that the signature under an accepted deviation has to carry, so that it binds what was accepted."""
    return f"{deviation.id}, {deviation.subject}, {deviation.code}: {deviation.reason}"


def concluded_words(investigation: str, conclusion: str | None) -> str:
    """What the reason of the signature under a concluded investigation begins with, so that it binds the conclusion."""
    return f"{investigation}, {conclusion}: "
