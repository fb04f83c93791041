"""What links say of the pages and files that they lead to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("urls", sa.Column("link_text", sa.Text(), nullable=True))
