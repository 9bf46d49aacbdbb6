"""People: passwords, keys, lockout, training, and ids that are never used again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.release.registry import passwords
from evqc.release.signature import holds
from tests.release.registries import ADMINISTRATOR, CHEAP, PEOPLE, Clock, joined, password_of, seeded, sign, submitted
from tests.release.test_registry import refused

if TYPE_CHECKING:
    from evqc.release.registry import Registry

BEGIN = "a password to begin with"


def row_of(registry: Registry, user: str) -> dict[str, object]:
    return next(row for row in registry.users() if row["id"] == user)


def test_a_wrong_password_changes_nothing_but_the_log(registry: Registry) -> None:
    record_id = submitted(registry)
    before, release = registry.trail(), registry.export(record_id)
    assert refused(lambda: registry.sign(record_id, "reviewed", "rita", "not the password")) == {"WRONG_PASSWORD"}
    after = registry.trail()
    assert after[:-1] == before
    assert (after[-1].action, after[-1].key, after[-1].old, after[-1].new) == ("sign-in failed", "rita", None, None)
    assert registry.export(record_id).signatures == release.signatures == ()
    assert registry.export(record_id).state == "submitted"
    assert registry.faults() == ()


def test_the_password_of_somebody_else_does_not_sign(registry: Registry) -> None:
    record_id = submitted(registry)
    assert refused(lambda: registry.sign(record_id, "reviewed", "rita", password_of("quinn"))) == {"WRONG_PASSWORD"}


def test_every_signature_needs_the_password(registry: Registry) -> None:
    record_id = submitted(registry)
    sign(registry, record_id, "reviewed", "rita")
    assert refused(lambda: registry.attest(record_id, ["x"], "rita", "")) == {"WRONG_PASSWORD"}


def test_lockout_after_wrong_passwords_in_a_row(registry: Registry) -> None:
    clock = Clock(now=registry.clock(), step=timedelta(seconds=1))
    registry.clock = clock
    for _ in range(4):
        assert refused(lambda: registry.authenticate("rita", "wrong")) == {"WRONG_PASSWORD"}
    registry.authenticate("rita", password_of("rita"))
    for _ in range(5):
        assert refused(lambda: registry.authenticate("rita", "wrong")) == {"WRONG_PASSWORD"}
    assert refused(lambda: registry.authenticate("rita", password_of("rita"))) == {"LOCKED_OUT"}
    assert registry.trail()[-1].action == "sign-in refused"
    registry.authenticate("remy", password_of("remy"))
    clock.now += timedelta(minutes=31)
    registry.authenticate("rita", password_of("rita"))


def test_guesses_side_by_side_are_no_more_than_one_after_the_other(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race is made by hand: the right guess was checked before five wrong ones were written down."""
    record_id = submitted(registry)
    right = registry.checked("rita", password_of("rita"))
    for _ in range(5):
        refused(lambda: registry.authenticate("rita", "wrong"))
    before = registry.trail()
    monkeypatch.setattr(registry, "checked", lambda *_: right)
    assert refused(lambda: registry.authenticate("rita", "guessed")) == {"LOCKED_OUT"}
    assert refused(lambda: sign(registry, record_id, "reviewed", "rita")) == {"LOCKED_OUT"}
    assert refused(lambda: registry.change_password("rita", password_of("rita"), BEGIN)) == {"LOCKED_OUT"}
    assert registry.trail() == before


def test_a_reset_for_somebody_else_ends_no_lockout_of_ones_own(registry: Registry) -> None:
    for _ in range(5):
        refused(lambda: registry.authenticate(ADMINISTRATOR, "wrong"))
    registry.reset_password("rita", BEGIN, by=ADMINISTRATOR, why="forgotten")
    assert refused(lambda: registry.authenticate(ADMINISTRATOR, password_of(ADMINISTRATOR))) == {"LOCKED_OUT"}


def test_nobody_changes_roles_of_ones_own(registry: Registry) -> None:
    joined(registry, "otto", "Otto Other", ["administrator"])

    def promote() -> None:
        registry.change_user("otto", by="otto", why="w", held=["QA release"])

    assert refused(promote) == {"OWN_ROLES"}
    registry.change_user("otto", by="otto", why="married", printed_name="Otto Another")


def test_a_reset_ends_a_lockout(registry: Registry) -> None:
    for _ in range(5):
        refused(lambda: registry.authenticate("rita", "wrong"))
    registry.reset_password("rita", BEGIN, by=ADMINISTRATOR, why="locked out")
    registry.change_password("rita", BEGIN, "another one of her choice")
    registry.authenticate("rita", "another one of her choice")


def test_an_id_that_nobody_has_is_logged_without_it(registry: Registry) -> None:
    assert refused(lambda: registry.authenticate("my password", "x")) == {"WRONG_PASSWORD"}
    assert (registry.trail()[-1].action, registry.trail()[-1].key) == ("sign-in failed", "unknown")
    assert "my password" not in str(registry.trail())


def test_a_password_that_somebody_else_chose_signs_and_writes_nothing(registry: Registry) -> None:
    registry.create_user("zoe", "Zoe Zero", ["analyst", "QA release"], BEGIN, by=ADMINISTRATOR, why="new")
    record_id = submitted(registry)
    assert refused(lambda: registry.sign(record_id, "rejected", "zoe", BEGIN, "w")) == {"PASSWORD_TO_BE_CHANGED"}
    assert refused(lambda: registry.submit(record_id, "zoe", "w")) == {"PASSWORD_TO_BE_CHANGED"}
    assert row_of(registry, "zoe")["public_keys"] == []
    assert refused(lambda: registry.change_password("zoe", BEGIN, BEGIN)) == {"SAME_PASSWORD"}
    registry.change_password("zoe", BEGIN, "one of her own choice")
    registry.sign(record_id, "rejected", "zoe", "one of her own choice", "not good enough")


def test_a_changed_password_keeps_the_key_and_a_reset_makes_a_new_one(registry: Registry) -> None:
    record_id = submitted(registry)
    sign(registry, record_id, "reviewed", "rita")
    first = row_of(registry, "rita")["public_keys"]
    registry.change_password("rita", password_of("rita"), "another one of her choice")
    assert row_of(registry, "rita")["public_keys"] == first
    registry.reset_password("rita", BEGIN, by=ADMINISTRATOR, why="forgotten")
    registry.change_password("rita", BEGIN, password_of("rita"))
    keys = row_of(registry, "rita")["public_keys"]
    assert isinstance(keys, list)
    assert keys[:-1] == first
    release = registry.export(record_id)
    assert holds(release.signatures[0])
    assert release.signatures[0].public_key == keys[0]
    assert registry.faults() == ()


def test_nobody_resets_a_password_of_ones_own(registry: Registry) -> None:
    def reset() -> None:
        registry.reset_password(ADMINISTRATOR, BEGIN, by=ADMINISTRATOR, why="forgotten")

    assert refused(reset) == {"OWN_RESET"}


def test_expired_training_signs_nothing(registry: Registry) -> None:
    record_id = submitted(registry)
    registry.change_user("rita", by=ADMINISTRATOR, why="course taken", trained_until=date(2026, 3, 20))
    assert refused(lambda: sign(registry, record_id, "reviewed", "rita")) == {"TRAINING_EXPIRED"}
    registry.change_user("rita", by=ADMINISTRATOR, why="course taken", trained_until=date(2026, 3, 21))
    sign(registry, record_id, "reviewed", "rita")


def test_a_deactivated_user_does_nothing_and_the_id_is_never_used_again(registry: Registry) -> None:
    record_id = submitted(registry)
    registry.deactivate_user("rita", by=ADMINISTRATOR, why="left")
    assert refused(lambda: sign(registry, record_id, "reviewed", "rita")) == {"WRONG_PASSWORD"}
    assert refused(lambda: registry.hand_back(record_id, "rita", "why")) == {"DEACTIVATED"}
    assert refused(lambda: joined(registry, "rita", "Rita Other", ["reviewer"])) == {"USER_ID_TAKEN"}
    assert row_of(registry, "rita")["printed_name"] == "Rita Reviewer"


def test_one_administrator_is_always_left(registry: Registry) -> None:
    assert refused(lambda: registry.deactivate_user(ADMINISTRATOR, by=ADMINISTRATOR, why="w")) == {"LAST_ADMINISTRATOR"}

    def demote() -> None:
        registry.change_user(ADMINISTRATOR, by=ADMINISTRATOR, why="w", held=["analyst"])

    assert refused(demote) == {"LAST_ADMINISTRATOR"}


def test_no_administrator_holds_a_role_that_signs(registry: Registry) -> None:
    unfit: tuple[list[str], ...] = (["administrator", "QA release"], ["administrator", "reviewer"], ["boss"], [])
    for held in unfit:
        with pytest.raises(InputError, match="ROLES_UNFIT"):
            joined(registry, "zoe", "Zoe Zero", held)

    def change() -> None:
        registry.change_user("quinn", by=ADMINISTRATOR, why="w", held=["administrator", "QA release"])

    assert refused(change) == {"ROLES_UNFIT"}


@pytest.mark.parametrize("user", ["", "Z", "zoé", "1a", "z o", "installation", "x" * 41, "../z"])
def test_ids_that_are_none(registry: Registry, user: str) -> None:
    assert refused(lambda: joined(registry, user, "Zoe Zero", ["analyst"])) == {"USER_ID_UNFIT"}


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "zoe is my password", "my name is Zero, ok?"])
def test_passwords_that_are_none(registry: Registry, password: str) -> None:
    def create() -> None:
        registry.create_user("zoe", "Zoe Zero", ["analyst"], password, by=ADMINISTRATOR, why="w")

    assert refused(create) == {"WEAK_PASSWORD"}


def test_everybody_of_the_tests(registry: Registry) -> None:
    assert {row["id"] for row in registry.users()} == {ADMINISTRATOR, *PEOPLE}
    assert all("password_hash" not in row and "private_key" not in row for row in registry.users())


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_a_key_opens_with_its_own_password_and_owner_only(password: str, other: str) -> None:
    public, sealed = passwords.new_key(password, "rita", CHEAP, seeded())
    secret = passwords.unseal(sealed, password, "rita")
    assert secret is not None
    assert public not in sealed
    assert secret.hex() not in sealed
    assert passwords.unseal(sealed, password, "quinn") is None
    if passwords._bytes(other) != passwords._bytes(password):
        assert passwords.unseal(sealed, other, "rita") is None
        assert not passwords.matches(passwords.hash_password(password, CHEAP, seeded()), other)
    assert passwords.matches(passwords.hash_password(password, CHEAP, seeded()), password)


@pytest.mark.parametrize("sealed", ["", "x", "a$b$c$d$e", "argon2id$m=1,t=1,p=1$00$00$00"])
def test_a_key_that_was_tampered_with(sealed: str) -> None:
    assert passwords.unseal(sealed, "password", "rita") is None


def test_the_default_cost_is_that_of_the_standard() -> None:
    hashed = passwords.hash_password("a password", passwords.Cost(), seeded())
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_user_changed_between_password_and_signature(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is made by hand: the row that was checked is not the one in the database any more."""
    record_id = submitted(registry)
    right = registry.checked("rita", password_of("rita"))
    registry.change_user("rita", by=ADMINISTRATOR, why="married", printed_name="Rita Other")
    monkeypatch.setattr(registry, "checked", lambda *_: right)
    with pytest.raises(InputError, match="CHANGED_MEANWHILE"):
        sign(registry, record_id, "reviewed", "rita")
