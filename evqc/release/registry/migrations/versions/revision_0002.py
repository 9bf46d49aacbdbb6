"""The list of copies that were given out, and an index with which the entries of one batch are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evqc.release.registry import triggers

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table ``issued`` and the index of the audit trail; no row is touched."""
    op.create_table(
        "issued",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("record", sa.Text, sa.ForeignKey("records.id"), nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "sha256", "by", "at")],
    )
    triggers.create(op.get_bind(), "issued", "id")
    op.create_index("ix_audit_key", "audit", ["key"])
