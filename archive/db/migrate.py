"""Upgrade a database to the newest version, or say why that is impossible."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from pygent.archive.db.schema import VERSION
from pygent.archive.records import ArchiveError

SCRIPTS = Path(__file__).parent / "migrations"


def version(connection: Connection, where: str) -> int:
    """The version of the tables, 0 if there are none yet. Raises `ArchiveError` for a foreign database."""
    found = set(inspect(connection).get_table_names())
    if "alembic_version" in found:
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        if row is not None and str(row[0]).isdigit():
            return int(row[0])
    elif not found:
        return 0
    raise ArchiveError(
        f"{where}: a database, but not an archive of ours; move it away or choose another home"
    )


def refuse_newer(found: int, where: str, newest: int = VERSION) -> None:
    if found > newest:
        raise ArchiveError(
            f"{where}: written by a newer version (format {found}, this program knows {newest}); "
            "upgrade pygent-factory"
        )


def upgrade(connection: Connection, revision: str = "head", scripts: Path = SCRIPTS) -> None:
    """Run the missing migrations inside the connection's transaction: all of them or none."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
