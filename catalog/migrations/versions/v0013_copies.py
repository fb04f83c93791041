"""Sketches by which near copies are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("urls", sa.Column("sketch", sa.LargeBinary(16), nullable=True))
    op.add_column("documents", sa.Column("sketch", sa.LargeBinary(16), nullable=True))
    for place in range(4):
        name = f"near_{place}"
        op.add_column("documents", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_index(op.f(f"ix_documents_{name}"), "documents", [name])
