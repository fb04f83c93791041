"""Mapped values that do not fit the type of their field stay with the document that they are missing in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("documents", sa.Column("faults", sa.JSON(none_as_null=True), nullable=True))
    op.create_index(
        "ix_documents_faults",
        "documents",
        ["run_id"],
        sqlite_where=sa.text("faults IS NOT NULL"),
        postgresql_where=sa.text("faults IS NOT NULL"),
    )
