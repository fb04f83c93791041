"""How often a URL was read and had changed, and for how many runs no page has led to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for name in ("visits", "changes", "unlinked_runs"):
        op.add_column("urls", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("urls", sa.Column("first_read_at", sa.DateTime(timezone=True), nullable=True))
