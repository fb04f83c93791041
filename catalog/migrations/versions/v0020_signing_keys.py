"""API keys that requests are signed with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    with op.batch_alter_table("api_keys") as table:
        table.add_column(sa.Column("access_key_id", sa.String(32), nullable=True))
        table.add_column(sa.Column("sealed_secret", sa.LargeBinary(), nullable=True))
        table.create_unique_constraint(op.f("uq_api_keys_access_key_id"), ["access_key_id"])
