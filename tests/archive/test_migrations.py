"""Archives of every version are brought to the newest one, or refused with a reason."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text

from pygent.archive.db import database, migrate, schema
from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore

SAMPLES = Path(__file__).parent / "samples"
VERSIONS = range(1, schema.VERSION + 1)
NEXT = f"{schema.VERSION + 1:04}"
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{newest}"


def upgrade() -> None:
    op.create_table("reviews", sa.Column("variant", sa.Integer), sa.Column("who", sa.Text))
    {extra}
"""


def test_the_newest_migration_is_the_version_that_the_program_knows():
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [f"{schema.VERSION:04}"]


def test_the_migrations_make_the_tables_that_the_program_uses(home, archive):
    engine = create_engine(f"sqlite:///{home / 'archive.db'}", poolclass=NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_an_empty_file_becomes_an_archive(home):
    home.mkdir()
    (home / "archive.db").touch()
    with ArchiveStore.open(home, create=False) as archive:
        assert archive.runs.list_() == []
        assert archive.verify() == []


@pytest.mark.parametrize("version", VERSIONS)
def test_an_archive_of_every_version_is_read_after_its_upgrade(home, version):
    """samples/v000N.sql is the dump of an archive that version N wrote; it is never changed afterwards."""
    home.mkdir()
    connection = sqlite3.connect(home / "archive.db")
    connection.executescript((SAMPLES / f"v{version:04}.sql").read_text())
    connection.close()
    for read_only in (True, False):
        with ArchiveStore.open(home, read_only=read_only) as archive:
            assert archive.verify() == []
            champion = archive.variants.best("run-1")
            assert (champion.attempt, champion.score, champion.metrics) == (2, 0.75, {"excess": 0.75})
            assert [v.attempt for v in archive.variants.lineage(champion.id)] == [0, 1, 2]
            assert archive.variants.files(champion.tree)["a.py"].endswith("# two\n")
            assert archive.variants.records(champion.id)[0].data == {"samples": [0.5, 1.0]}
            assert archive.journal.get("run-1", 3, "proposal") == {"text": "paid for"}


def test_an_archive_from_a_newer_version_is_refused_and_left_alone(home):
    ArchiveStore.open(home).close()
    connection = sqlite3.connect(home / "archive.db")
    connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.commit()
    for read_only in (True, False):
        with pytest.raises(
            ArchiveError, match=r"archive\.db: written by a newer version .*upgrade"
        ) as caught:
            ArchiveStore.open(home, read_only=read_only)
        assert "\n" not in str(caught.value)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0099",)]
    connection.close()


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """Pretends that there is a later version, with `extra` as the last line of its migration."""

    def pretend(extra: str) -> None:
        scripts = tmp_path / "migrations"
        shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        later = LATER.format(extra=extra, next=NEXT, newest=f"{schema.VERSION:04}")
        (scripts / "versions" / f"v{NEXT}_reviews.py").write_text(later)
        monkeypatch.setattr(migrate.upgrade, "__defaults__", ("head", scripts))
        monkeypatch.setattr(migrate.refuse_newer, "__defaults__", (int(NEXT),))
        monkeypatch.setattr(database, "VERSION", int(NEXT))

    return pretend


def tables(home: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{home / 'archive.db'}", poolclass=NullPool)
    with engine.connect() as connection:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return {*inspect(connection).get_table_names(), version}


@pytest.mark.parametrize("read_only", [False, True])
def test_a_later_version_adds_its_tables_and_keeps_what_is_there(home, maker, next_version, read_only):
    with ArchiveStore.open(home) as archive:
        make = maker(archive)
        make.run()
        variant = make.add(files={"a.py": "1"})
    next_version("")
    with ArchiveStore.open(home, read_only=read_only) as archive:
        assert archive.variants.get(variant.id) == variant
    assert {"reviews", NEXT} <= tables(home)


def test_a_migration_that_fails_leaves_the_old_version_whole(home, next_version):
    ArchiveStore.open(home).close()
    next_version('op.execute("INSERT INTO nowhere VALUES (1)")')
    with pytest.raises(ArchiveError, match="no such table: nowhere"):
        ArchiveStore.open(home)
    assert f"{schema.VERSION:04}" in tables(home)
    assert "reviews" not in tables(home)


def test_an_old_archive_on_a_read_only_disk_says_what_is_wrong(disk, next_version):
    folder = disk("size=4m")
    ArchiveStore.open(folder).close()
    disk("ro")
    next_version("")
    with pytest.raises(ArchiveError, match=r"of an older version .* cannot be converted"):
        ArchiveStore.open(folder, read_only=True)
