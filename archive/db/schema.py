"""The tables at the newest version; `archive/db/migrations` makes them.

Integer keys link rows because they are small; `id` holds the ids that people and other packages use.
Addresses are the 32 raw bytes of a SHA-256. `data` columns are packed by `pygent.archive.blobs.codec`.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 5  # the newest migration; see docs/explanation/archive.md for how to add one

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("target", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("stopped_by", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("summary", Text),
    Column("vocabulary", LargeBinary),
    Column("health", Text),
)

blobs = Table(
    "blobs",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("base", Integer, ForeignKey("blobs.key")),
    Column("depth", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

trees = Table(
    "trees",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("base", Integer, ForeignKey("trees.key")),
    Column("depth", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

variants = Table(
    "variants",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("run", Integer, ForeignKey("runs.key"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tree", Integer, ForeignKey("trees.key")),
    Column("status", Text, nullable=False),
    Column("score", Float),
    Column("fitness", Float),
    Column("proposer", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("dollars", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("run", "attempt", name="variants_attempt"),
    Index("variants_standing", "run", "status", "fitness"),
)

parents = Table(
    "parents",
    metadata,
    Column("child", Integer, ForeignKey("variants.key"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("parent", Integer, ForeignKey("variants.key"), nullable=False),
    Index("parents_parent", "parent"),
    sqlite_with_rowid=False,
)

records = Table(
    "records",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("variant", Integer, ForeignKey("variants.key"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("records_variant", "variant"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("variant", Integer, ForeignKey("variants.key"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("why", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("decisions_variant", "variant"),
)

hints = Table(
    "hints",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.key"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("run", "number", "kind", name="hints_number"),
)

events = Table(
    "events",
    metadata,
    Column("run", Integer, ForeignKey("runs.key"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("parents", Text, nullable=False),
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    Column("run", Integer, ForeignKey("runs.key"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
