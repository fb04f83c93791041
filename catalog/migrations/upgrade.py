"""Bringing a database to the newest migration, also when several processes start at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from typing import Final

from sqlalchemy import Connection, inspect, select, table, text
from sqlalchemy import column as sql_column

from catalog.errors import CatalogError

HEAD: Final = "0022"
"""The newest migration: a database that is there is opened without loading Alembic."""

_ADVISORY_LOCK: Final = 0x517E102E  # any number that is the same for every process of ours
_alembic_version: Final = table("alembic_version", sql_column("version_num"))

Opener = Callable[[], AbstractContextManager[Connection]]


def migrate(read: Opener, write: Opener, name: str) -> None:
    """Apply the migrations that the database `name` lacks, all in one transaction under a lock.

    Raises `CatalogError` when the database has migrations that this program does not know.
    """
    with read() as connection:
        if _revision(connection) == HEAD:
            return
    with write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        _upgrade(connection, name)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(select(_alembic_version.c.version_num))
    return revision


def _upgrade(connection: Connection, name: str) -> None:
    from alembic import command  # noqa: PLC0415 - most processes find nothing to migrate
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    with as_file(files("catalog.migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        revision = _revision(connection)
        if revision is not None and revision not in known:
            raise CatalogError(
                f"the catalog {name} was written by a newer Sitelore (its schema is {revision}, this "
                f"program knows up to {HEAD}): upgrade Sitelore, or restore a backup made before"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
