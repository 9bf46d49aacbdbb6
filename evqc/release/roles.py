"""Who may do what: the table of actions and roles as data, and the one function that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Collection

Role = Literal["analyst", "reviewer", "QA release", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)

_RESULTS: tuple[Role, ...] = ("analyst", "reviewer", "QA release")
_SECOND: tuple[Role, ...] = ("reviewer", "QA release")

#: Every action that a person does, and the roles that may. Whoever holds several roles may do what any of them may,
#: but for ``SIGNING``.
ACTIONS: dict[str, tuple[Role, ...]] = {
    "import record": ("analyst",),
    "submit": ("analyst",),
    "withdraw": ("analyst",),
    "return": _SECOND,
    "review": _SECOND,
    "release": ("QA release",),
    "reject": ("QA release",),
    "invalidate": ("QA release",),
    "attest": _SECOND,
    "raise deviation": _RESULTS,
    "accept deviation": ("QA release",),
    "investigate": _RESULTS,
    "retest": ("analyst",),
    "conclude investigation": ("QA release",),
    "issue": _RESULTS,
    "register instrument": ("QA release", "administrator"),
    "retire instrument": ("QA release", "administrator"),
    "read audit trail": ROLES,
    "export audit trail": ROLES,
    "sign statement": ROLES,
    "create user": ("administrator",),
    "change user": ("administrator",),
    "deactivate user": ("administrator",),
    "reset password": ("administrator",),
    "change password": ROLES,
    "migrate": ("administrator",),
}

#: Actions that are signatures: the password is asked for again, and no administrator may.
SIGNING = frozenset(
    {"review", "release", "reject", "invalidate", "attest", "accept deviation", "conclude investigation"}
)

#: What is written into the trail without a role: nobody acts, or nobody is known yet.
UNATTENDED = frozenset(
    {"create registry", "migrate", "sign in", "sign-in failed", "sign-in refused", "backup", "restore"}
)

#: The meaning of a signature to the action that it is; every other meaning that a specification asks for is a review.
MEANINGS: dict[str, str] = {
    "released": "release",
    "rejected": "reject",
    "invalidated": "invalidate",
    "attested": "attest",
    "deviation accepted": "accept deviation",
    "investigation concluded": "conclude investigation",
}
#: The other way round, with what a review is called where nothing else is said.
MEANING_OF: dict[str, str] = {action: meaning for meaning, action in MEANINGS.items()} | {"review": "reviewed"}


def allowed(action: str, roles: Collection[str]) -> bool:
    """Whether somebody with these roles may do this.

    An administrator makes users and resets passwords, and therefore signs nothing, whatever other role is held beside.

    Raises:
        KeyError: no such action.

    Source:
        21 CFR 11.10(d) and (g).
    """
    if action in SIGNING and "administrator" in roles:
        return False
    return any(role in ACTIONS[action] for role in roles)


def action_of(meaning: str) -> str:
    """The action that a signature with this meaning is."""
    return MEANINGS.get(meaning, "review")


def may_sign(meaning: str, roles: Collection[str]) -> bool:
    """Whether somebody with these roles may sign with this meaning."""
    return allowed(action_of(meaning), roles)


def role_for(action: str, roles: Collection[str]) -> Role | None:
    """The role in which somebody does this, the first that may; None when none may."""
    if not allowed(action, roles):
        return None
    return next(role for role in ROLES if role in roles and role in ACTIONS[action])


def conflicting(roles: Collection[str]) -> bool:
    """Whether roles must not be held by one person: an administrator with any role that signs."""
    signs = {role for action in SIGNING for role in ACTIONS[action]}
    return "administrator" in roles and any(role in signs for role in roles)
