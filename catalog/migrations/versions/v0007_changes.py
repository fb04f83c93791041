"""By what rules and headers a page was read, what a rendered one is made of, what is to be embedded anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("urls", sa.Column("read_by", sa.LargeBinary(length=16), nullable=True))
    op.add_column("urls", sa.Column("headers", sa.JSON(), nullable=True))
    op.add_column("documents", sa.Column("anew", sa.Boolean(), nullable=True))
    op.create_table(
        "page_sources",
        sa.Column(
            "url_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("url_id", name=op.f("pk_page_sources")),
    )
