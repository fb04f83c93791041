"""What was learned of pages that need a browser, of hosts with script routes, and why a page was read so."""

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
    op.create_table(
        "hash_routes",
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("slash", sa.Boolean(), nullable=False),
        sa.Column("bang", sa.Boolean(), nullable=False),
        sa.Column("drops_id", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_hash_routes_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("connector_id", "host", name=op.f("pk_hash_routes")),
    )
    op.add_column("urls", sa.Column("renderer_reason", sa.Text(), nullable=True))
