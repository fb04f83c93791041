"""Who is signed in on the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("user", sa.Text()),
        sa.Column("groups", sa.JSON()),
        sa.Column("id_token", sa.LargeBinary()),
        sa.Column("key_digest", sa.LargeBinary(32)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_expires_at"), "sign_ins", ["expires_at"])
