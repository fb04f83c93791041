"""What was learned of pages that need a browser, and why a page was read as it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "rendering",
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("pattern", sa.String(length=300), nullable=False),
        sa.Column("template", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("gains", sa.Integer(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_rendering_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint(
            "connector_id", "host", "pattern", "template", "kind", name=op.f("pk_rendering")
        ),
    )
    op.add_column("urls", sa.Column("renderer_reason", sa.Text(), nullable=True))
