"""Sketches by which near copies are found, and patterns of addresses that are counted to find traps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("urls", sa.Column("sketch", sa.LargeBinary(16), nullable=True))
    op.add_column("documents", sa.Column("sketch", sa.LargeBinary(16), nullable=True))
    for place in range(4):
        name = f"near_{place}"
        op.add_column("documents", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_index(op.f(f"ix_documents_{name}"), "documents", [name])
    op.create_table(
        "url_patterns",
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(300), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("barren", sa.BigInteger(), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("stopped_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_url_patterns_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("connector_id", "pattern", name=op.f("pk_url_patterns")),
    )
