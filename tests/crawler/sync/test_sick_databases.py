"""A catalog that cannot be used: one sentence says what to do, exit code 1, and nothing is lost by it."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tantivy import Query

from catalog.database import Catalog, open_catalog
from catalog.documents import read_documents
from indexer.layout import IndexLayout
from indexer.lexical.reader import LexicalReader
from indexer.pipeline import Pipeline
from indexer.serving import read_served
from settings.load import load_settings
from tests.indexer.pipeline.support import WordEmbedder
from tests.support.catalog_picture import Picture, differences, picture
from tests.support.changing_site import Answer, ChangingSite, Declared, page, serve_site
from tests.support.syncing import Synced, configure, finish, kept, start, sync

PAGES = 120


def library(pages: int = PAGES) -> dict[str, Declared]:
    """Long pages, so that they fill a small disk."""
    numbered = {
        f"/{number}": page(f"Page {number}", text=" ".join(f"{number} and {each}." for each in range(1_500)))
        for number in range(pages)
    }
    return {"/": page("Start", *numbered), **numbered}


@dataclass(frozen=True, slots=True)
class Installed:
    """A site that was crawled and indexed once, when it had only some of its pages."""

    site: ChangingSite
    config: Path
    before: Picture

    @property
    def database(self) -> Path:
        return self.config.parent / "data" / "catalog.db"

    def indexed(self) -> list[str]:
        """The documents that the index of before shows, as the catalog reads them."""
        settings = load_settings(self.config)
        build = read_served(IndexLayout(settings.store.directory))
        assert build is not None
        snapshot = LexicalReader.open(build.lexical).snapshot
        assert snapshot is not None
        names = snapshot.passages(Query.all_query(), 1_000).document_ids
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            with catalog.read() as connection:
                return sorted(each.url for each in read_documents(connection, set(names)).values())
        finally:
            catalog.close()


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    with serve_site(library(5)) as site:
        store = {"database": "sqlite:///data/catalog.db?timeout=0.3", "directory": "data"}
        config = configure(tmp_path / "home", {"name": "library", "seeds": [site.url()]}, store=store)
        assert sync(config).code == 0
        settings = load_settings(config)
        catalog = open_catalog(settings.store.database, settings.store.directory)
        with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
            pipeline.run_once()
        catalog.close()
        site.pages.update(library())
        yield Installed(site, config, picture(config))


def assert_refused(synced: Synced, *sentences: str) -> None:
    """One sentence and exit code 1; `read_output` has seen to it that there is no traceback."""
    assert synced.code == 1
    assert synced.runs == {}
    said = synced.said.strip().splitlines()[-1]
    for sentence in sentences:
        assert sentence in said
    assert said.count("\n") == 0


def assert_works_again(installed: Installed) -> None:
    """A sync of the repaired installation brings all, as if nothing had been."""
    assert sync(installed.config).code == 0
    assert len(kept(installed.config).documents) == PAGES + 1


@contextmanager
def mounted(*arguments: str, at: Path) -> Iterator[None]:
    """A file system at a folder until the block ends; skips where this user may not mount."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    made = subprocess.run(["mount", *arguments, str(at)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    with mounted("--bind", str(folder), at=folder):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """As a program does that writes for long."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def damage_head(database: Path) -> None:
    database.write_bytes(b"\0" * 4096 + database.read_bytes()[4096:])


def damage_pages(database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def cut(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 3)


def test_a_read_only_folder_is_said_and_the_index_of_before_is_intact(installed: Installed) -> None:
    with read_only(installed.database.parent):
        assert_refused(sync(installed.config), "is read-only", "writable")
    assert len(installed.indexed()) == 6
    assert_works_again(installed)


def test_a_database_that_another_program_locks_is_said_and_can_be_read_meanwhile(
    installed: Installed,
) -> None:
    with locked(installed.database):
        assert_refused(sync(installed.config), "is locked by another process: wait for it")
        assert len(installed.indexed()) == 6
    assert differences(picture(installed.config), installed.before) == []
    assert_works_again(installed)


@pytest.mark.parametrize("damage", [damage_head, damage_pages, cut])
def test_a_damaged_database_is_said_and_left_as_it_is(
    installed: Installed, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    backup = shutil.copy(installed.database, tmp_path)
    damage(installed.database)
    damaged = installed.database.read_bytes()
    assert_refused(sync(installed.config), "is broken", "restore a backup, or move it away and sync again")
    assert installed.database.read_bytes() == damaged
    for file in installed.database.parent.glob("catalog.db*"):
        file.unlink()
    shutil.copy(backup, installed.database)
    assert len(installed.indexed()) == 6
    assert_works_again(installed)


def test_a_database_of_a_newer_program_is_said_and_left_as_it_is(installed: Installed) -> None:
    with sqlite3.connect(installed.database) as connection:
        (known,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = installed.database.read_bytes()
    assert_refused(sync(installed.config), "written by a newer Sitelore", "upgrade Sitelore")
    assert installed.database.read_bytes() == before
    with sqlite3.connect(installed.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (known,))
    connection.close()
    assert len(installed.indexed()) == 6
    assert_works_again(installed)


def test_a_file_that_may_not_grow_is_said_and_what_was_committed_stays(installed: Installed) -> None:
    size = installed.database.stat().st_size + 150_000
    reached, opened = threading.Event(), threading.Event()

    def gate(_headers: Mapping[str, str]) -> Answer:
        reached.set()
        assert opened.wait(60)
        return page("Gate", *(f"/{number}" for number in range(PAGES)))

    installed.site.pages.update({"/": page("Start", "/gate"), "/gate": gate})
    process = start(installed.config)
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})  # one parser, which unpacks a file
    assert reached.wait(60)  # and has read a page
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
    opened.set()
    assert_refused(finish(process), "`ulimit -f`")
    assert len(installed.indexed()) >= 6
    installed.site.pages.update(library())
    assert sync(installed.config).code == 0
    assert len(kept(installed.config).documents) == PAGES + 2


def test_a_full_disk_is_said_and_the_sync_goes_on_when_there_is_space(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    with serve_site(library()) as site, mounted("-t", "tmpfs", "-o", "size=900k", "tmpfs", at=home / "data"):
        config = configure(home, {"name": "library", "seeds": [site.url()]})
        assert_refused(sync(config), "disk is full", "free some space")
        subprocess.run(["mount", "-o", "remount,size=64m", str(home / "data")], check=True)
        continued = sync(config)
        assert (continued.code, continued.run["run"], continued.run["documents"]) == (0, 1, PAGES + 1)


def test_a_shard_on_a_full_disk_is_said_and_leaves_no_torn_body(tmp_path: Path) -> None:
    """The database has room where it is; the bodies have not."""
    from catalog.bodies import BodyStore
    from catalog.errors import CatalogError
    from catalog.visit import stored_body

    bodies = tmp_path / "data" / "bodies"
    bodies.mkdir(parents=True)
    catalog: Catalog = open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path / "data")
    fits, too_large = stored_body(os.urandom(20_000)), stored_body(os.urandom(200_000))
    with mounted("-t", "tmpfs", "-o", "size=100k", "tmpfs", at=bodies):
        store = BodyStore(tmp_path / "data")
        with catalog.write() as connection:
            store.put(connection, [fits])
        with (
            pytest.raises(CatalogError, match="the disk is full: free some space"),
            catalog.write() as connection,
        ):
            store.put(connection, [too_large])
        subprocess.run(["mount", "-o", "remount,size=8m", str(bodies)], check=True)
        with catalog.write() as connection:
            store.put(connection, [too_large])
        with catalog.read() as connection:
            assert all(store.get(connection, each.hash) for each in (fits, too_large))
        store.close()
    catalog.close()
