"""Saved searches and what they have to tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from catalog.columns import RowId

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.LargeBinary(16), nullable=False),
        sa.Column("user", sa.Text()),
        sa.Column("groups", sa.JSON()),
        sa.Column("key_digest", sa.LargeBinary(32)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("destination", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(op.f("ix_saved_searches_owner"), "saved_searches", ["owner"])
    op.create_table(
        "published_changes",
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_published_changes")),
    )
    op.create_index(op.f("ix_published_changes_waits"), "published_changes", ["waits"])
    op.create_table(
        "alerts",
        sa.Column("id", RowId, nullable=False),
        sa.Column("search_id", sa.String(32), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_alerts_search_id_saved_searches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_search_id"), "alerts", ["search_id"])
    op.create_index(op.f("ix_alerts_next_try_at"), "alerts", ["next_try_at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
