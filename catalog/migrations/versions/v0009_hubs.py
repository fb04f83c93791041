"""The pages on which most others were found: noted at the end of a run, asked for one by one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "hubs",
        sa.Column(
            "url_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("connector_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_hubs_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("url_id", name=op.f("pk_hubs")),
    )
    op.create_index(op.f("ix_hubs_connector_id"), "hubs", ["connector_id"])
