"""Blocks that many pages of a host share, known again by their fingerprints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "boilerplate",
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(300), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_boilerplate_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("connector_id", "host", "fingerprint", name=op.f("pk_boilerplate")),
    )
