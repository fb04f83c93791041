"""A ledger of a million rows: frontier, documents, ways in of the seeds are found by indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"

_QUEUED = sa.text("state = 'queued'")
_SEED_REDIRECT = sa.text("depth = 0 AND state = 'redirect'")


def upgrade() -> None:
    op.add_column("connectors", sa.Column("access_hash", sa.String(length=32), nullable=True))
    op.drop_index("ix_documents_living", table_name="documents")
    op.create_index("ix_documents_living", "documents", ["connector_id", "deleted_at", "url_id", "access_id"])
    op.drop_index("ix_urls_frontier", table_name="urls")
    op.create_index(
        "ix_urls_frontier",
        "urls",
        ["connector_id", "run_id", "host", "id"],
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
    )
    op.create_index(
        "ix_urls_seed_redirects",
        "urls",
        ["connector_id", "run_id"],
        sqlite_where=_SEED_REDIRECT,
        postgresql_where=_SEED_REDIRECT,
    )
