"""Which process may ask a host now: several syncs that crawl one host take turns there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "host_turns",
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(128)),
        sa.Column("lease_expires_at", moment),
        sa.Column("free_at", moment),
        sa.Column("wanted_by", sa.String(128)),
        sa.Column("wanted_until", moment),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_turns")),
    )
    op.create_index(op.f("ix_host_turns_holder"), "host_turns", ["holder"])
