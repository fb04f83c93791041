"""When a page last changed, as a sitemap or feed says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("urls", sa.Column("sitemap_lastmod", sa.DateTime(timezone=True), nullable=True))
