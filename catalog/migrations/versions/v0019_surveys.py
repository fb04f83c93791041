"""How well a connector's documents are kept up, as its last run left them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("connectors", sa.Column("survey", sa.JSON(none_as_null=True), nullable=True))
