"""The first version: runs, sources, variants, records, journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("stopped_by", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("summary", sa.Text),
        sa.Column("vocabulary", sa.LargeBinary),
    )
    for name in ("blobs", "trees"):
        op.create_table(
            name,
            sa.Column("key", sa.Integer, primary_key=True),
            sa.Column("id", sa.LargeBinary, nullable=False, unique=True),
            sa.Column("base", sa.Integer, sa.ForeignKey(f"{name}.key")),
            sa.Column("depth", sa.Integer, nullable=False),
            sa.Column("data", sa.LargeBinary, nullable=False),
        )
    op.create_table(
        "variants",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.key"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("tree", sa.Integer, sa.ForeignKey("trees.key")),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("fitness", sa.Float),
        sa.Column("proposer", sa.Text, nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("cached_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("dollars", sa.Float, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("run", "attempt", name="variants_attempt"),
    )
    op.create_index("variants_standing", "variants", ["run", "status", "fitness"])
    op.create_table(
        "parents",
        sa.Column("child", sa.Integer, sa.ForeignKey("variants.key"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("parent", sa.Integer, sa.ForeignKey("variants.key"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("parents_parent", "parents", ["parent"])
    op.create_table(
        "records",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("variant", sa.Integer, sa.ForeignKey("variants.key"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("records_variant", "records", ["variant"])
    op.create_table(
        "journal",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.key"), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
