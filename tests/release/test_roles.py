"""Every cell of the table of actions and roles, in the rules and in the registry."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import pytest

from evqc.errors import InputError
from evqc.release import roles
from evqc.release.audit_page import Asked
from evqc.release.registry.store import authorise
from tests.release.registries import by_hash, joined, password_of, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.release.registry import Registry

#: What each action is allowed to: analyst, reviewer, QA release, administrator. Written by hand, not from the code.
TABLE = """
import record           yes no  no  no
submit                  yes no  no  no
withdraw                yes no  no  no
return                  no  yes yes no
review                  no  yes yes no
release                 no  no  yes no
reject                  no  no  yes no
invalidate              no  no  yes no
attest                  no  yes yes no
raise deviation         yes yes yes no
accept deviation        no  no  yes no
investigate             yes yes yes no
retest                  yes no  no  no
conclude investigation  no  no  yes no
issue                   yes yes yes no
register instrument     no  no  yes yes
retire instrument       no  no  yes yes
read audit trail        yes yes yes yes
export audit trail      yes yes yes yes
sign statement          yes yes yes yes
create user             no  no  no  yes
change user             no  no  no  yes
deactivate user         no  no  no  yes
reset password          no  no  no  yes
change password         yes yes yes yes
migrate                 no  no  no  yes
"""
ROLES = ("analyst", "reviewer", "QA release", "administrator")
ROWS = {" ".join(line.split()[:-4]): line.split()[-4:] for line in TABLE.strip().splitlines()}
CELLS = [(action, role, cell == "yes") for action, row in ROWS.items() for role, cell in zip(ROLES, row, strict=True)]
SETS = list(chain.from_iterable(combinations(ROLES, n) for n in range(len(ROLES) + 1)))


def test_the_table_has_every_action_and_role() -> None:
    assert list(ROWS) == list(roles.ACTIONS)
    assert roles.ROLES == ROLES


@pytest.mark.parametrize(("action", "role", "may"), CELLS)
def test_each_cell(action: str, role: str, may: bool) -> None:
    assert roles.allowed(action, (role,)) is may
    assert (roles.role_for(action, (role,)) == role) is may
    user = {"active": 1, "must_change": 0, "roles": [role]}
    if may:
        assert authorise(user, "u", action) == user
    else:
        with pytest.raises(InputError, match="NOT_ALLOWED"):
            authorise(user, "u", action)


@pytest.mark.parametrize("held", SETS, ids=" + ".join)
def test_several_roles_allow_what_each_allows_but_an_administrator_signs_nothing(held: tuple[str, ...]) -> None:
    for action in roles.ACTIONS:
        each = any(roles.allowed(action, (role,)) for role in held)
        signs = action in roles.SIGNING and "administrator" in held
        assert roles.allowed(action, held) is (each and not signs)
    assert roles.conflicting(held) is ("administrator" in held and bool({"reviewer", "QA release"} & set(held)))


def test_meanings() -> None:
    assert roles.may_sign("released", ("QA release",))
    assert not roles.may_sign("released", ("reviewer",))
    assert roles.may_sign("approved", ("reviewer",))
    assert not roles.may_sign("reviewed", ("analyst",))
    assert set(roles.MEANING_OF) == roles.SIGNING


def test_an_unknown_action_is_a_defect() -> None:
    with pytest.raises(KeyError):
        roles.allowed("delete", ("administrator",))


#: One call for each action, by a user whose password is known; what is refused after the role does not matter here.

CALLS: dict[str, Callable[[Registry, str, str], Any]] = {
    "import record": lambda r, u, p: r.import_record(record(), by_hash(), u, "why"),
    "submit": lambda r, u, p: r.submit("EV-7/1", u, "why"),
    "withdraw": lambda r, u, p: r.withdraw("EV-7/1", u, "why"),
    "return": lambda r, u, p: r.hand_back("EV-7/1", u, "why"),
    "review": lambda r, u, p: r.sign("EV-7/1", "reviewed", u, p),
    "release": lambda r, u, p: r.sign("EV-7/1", "released", u, p),
    "reject": lambda r, u, p: r.sign("EV-7/1", "rejected", u, p, "why"),
    "invalidate": lambda r, u, p: r.sign("EV-7/1", "invalidated", u, p, "why"),
    "attest": lambda r, u, p: r.attest("EV-7/1", ["item"], u, p),
    "raise deviation": lambda r, u, p: r.raise_deviation("EV-7/1", "CONTENT", "OTHER", "why", u),
    "accept deviation": lambda r, u, p: r.accept_deviation("EV-9/1/deviation-1", u, p),
    "investigate": lambda r, u, p: r.go_full_scale("EV-8/1/OOS-CONTENT", u, "why"),
    "retest": lambda r, u, p: r.retest("EV-8/1/OOS-CONTENT", value="1", unit="", evidence="x", user=u, why="why"),
    "conclude investigation": lambda r, u, p: r.conclude_investigation("EV-8/1/OOS-CONTENT", "confirmed", u, p, "why"),
    "issue": lambda r, u, p: r.issue("EV-7/1", "bundle", "0" * 64, u, "why"),
    "register instrument": lambda r, u, p: r.register_instrument("Z-2", "Tracker", [], by=u, why="why"),
    "retire instrument": lambda r, u, p: r.retire_instrument("Z-1", by=u, why="why"),
    "read audit trail": lambda r, u, p: r.audit_page(u, Asked(), "why"),
    "export audit trail": lambda r, u, p: r.audit_page(u, Asked(), "why", exported=True),
    "sign statement": lambda r, u, p: r.sign_statement(u, p),
    "create user": lambda r, u, p: r.create_user("new", "Nora New", ["analyst"], "a long enough one", by=u, why="why"),
    "change user": lambda r, u, p: r.change_user("anna", by=u, why="why", printed_name="Anna Other"),
    "deactivate user": lambda r, u, p: r.deactivate_user("remy", by=u, why="why"),
    "reset password": lambda r, u, p: r.reset_password("remy", "a long enough one", by=u, why="why"),
    "change password": lambda r, u, p: r.change_password(u, p, f"{p}!"),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_cell_in_the_registry(full: Registry, role: str) -> None:
    user = "zoe"
    joined(full, user, "Zoe Zero", [role])
    assert set(CALLS) == set(ROWS) - {"migrate"}  # which is a command on a database: test_migrations
    for action, call in CALLS.items():
        before = len(full.trail())
        try:
            call(full, user, password_of(user))
            codes = set()
        except InputError as error:
            codes = {issue.code for issue in error.issues}
        may = ROWS[action][ROLES.index(role)] == "yes"
        assert ("NOT_ALLOWED" not in codes) is may, (action, codes)
        assert may or len(full.trail()) == before
    assert full.faults() == ()
