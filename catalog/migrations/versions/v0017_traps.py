"""Patterns of addresses that give nothing new, and how their pages fared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "url_traps",
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("pattern", sa.String(300), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("fruitless", sa.BigInteger(), nullable=False),
        sa.Column("breeding", sa.BigInteger(), nullable=False),
        sa.Column("bred", sa.BigInteger(), nullable=False),
        sa.Column("is_trap", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_url_traps_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("connector_id", "host", "pattern", name=op.f("pk_url_traps")),
    )
