"""The migrations and the tables say the same, on both engines."""

from __future__ import annotations

from importlib.resources import files

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from catalog.columns import metadata
from catalog.database import Catalog
from catalog.migrations.upgrade import HEAD


def test_migrations_build_exactly_the_tables(catalog: Catalog) -> None:
    with catalog.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_that_opening_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("catalog.migrations")))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_migrations_are_package_data() -> None:
    folder = files("catalog.migrations")
    assert folder.joinpath("env.py").is_file()
    assert folder.joinpath("versions", "v0001_first.py").is_file()
