"""The tables and their triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evqc.release.registry import triggers

revision = "0001"
down_revision = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _may_be_empty(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=True) for name in names]


def _number(name: str, *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=empty)


def _key(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _of_record() -> list[sa.Column[str]]:
    return [*_texts("batch"), sa.Column("record", sa.Text, sa.ForeignKey("records.id"), nullable=False)]


def upgrade() -> None:
    """Makes every table of the first version."""
    _tables_of_people_and_files()
    _tables_of_records()
    _triggers()


def _tables_of_people_and_files() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("at", "user", "action", "table", "key"),
        *_may_be_empty("old", "new"),
        *_texts("why"),
        _number("hash_version"),
        *_texts("previous", "hash"),
    )
    op.create_table(
        "users",
        _key(),
        *_texts("printed_name", "roles"),
        _number("active"),
        _number("must_change"),
        *_may_be_empty("trained_until"),
        *_texts("password_hash"),
        *_may_be_empty("private_key"),
        *_texts("public_keys"),
    )
    op.create_table("files", _key("sha256"), _number("bytes"), sa.Column("content", sa.LargeBinary, nullable=False))
    op.create_table("instruments", _key("serial"), *_texts("name", "software_versions", "status", "note"))


def _tables_of_records() -> None:
    op.create_table(
        "records",
        _key(),
        *_texts("batch"),
        _number("version"),
        *_texts("state", "record", "record_sha256", "specification_sha256", "made_by"),
        sa.UniqueConstraint("batch", "version"),
    )
    op.create_table(
        "signatures",
        _key(),
        *_of_record(),
        *_texts("record_sha256"),
        _number("record_version"),
        *_texts("user", "printed_name", "role", "at", "meaning", "reason"),
        _number("head_length"),
        *_texts("head_hash"),
        _number("hash_version"),
        *_texts("public_key", "signature"),
    )
    op.create_table(
        "attestations", _key(), *_of_record(), *_texts("item", "user", "printed_name", "at", "note", "signature")
    )
    op.create_table(
        "deviations", _key(), *_of_record(), *_texts("subject", "code", "reason", "user", "at"),
        *_may_be_empty("signature"),
    )  # fmt: skip
    op.create_table(
        "investigations",
        _key(),
        *_of_record(),
        *_texts("test", "original", "phase", "opened_by", "at"),
        *_may_be_empty("assignable_cause", "plan"),
        _number("retests_planned", empty=True),
        *_may_be_empty("conclusion", "closed_by"),
    )
    op.create_table(
        "retests",
        _key(),
        *_of_record(),
        sa.Column("investigation", sa.Text, sa.ForeignKey("investigations.id"), nullable=False),
        _number("number"),
        *_texts("user", "at", "value", "unit", "evidence"),
    )


def _triggers() -> None:
    connection = op.get_bind()
    triggers.create(connection, "audit", "sequence")
    triggers.create(connection, "files", "sha256")
    for table in ("signatures", "attestations", "retests"):
        triggers.create(connection, table, "id")
    triggers.create(connection, "users", "id", ("id",))
    triggers.create(connection, "instruments", "serial", ("serial",))
    made = ("id", "batch", "version", "record", "record_sha256", "specification_sha256", "made_by")
    triggers.create(connection, "records", "id", made)
    asked = ("id", "batch", "record", "subject", "code", "reason", "user", "at")
    triggers.create(connection, "deviations", "id", asked)
    opened = ("id", "batch", "record", "test", "original", "opened_by", "at")
    triggers.create(connection, "investigations", "id", opened)
