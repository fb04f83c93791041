"""Differences of addresses that were found to change nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "url_variants",
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("refuted", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_url_variants_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("connector_id", "host", "kind", "name", name=op.f("pk_url_variants")),
    )
