"""Runs say how their models, MCP servers and breakers stand, while they go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("runs", sa.Column("health", sa.Text))
