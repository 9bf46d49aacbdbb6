"""The names under the data of a record, with the users who had them when it was imported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evqc.release.registry import triggers

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the table ``contributors``; no row is touched."""
    op.create_table(
        "contributors",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("record", sa.Text, sa.ForeignKey("records.id"), nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("name", "users")],
    )
    triggers.create(op.get_bind(), "contributors", "id")
