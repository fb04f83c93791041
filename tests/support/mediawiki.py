"""MediaWiki (Debian's package, PHP behind Apache, SQLite) as a private wiki.

Its wall answers 200 and holds no form, but a link to the page with the form.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.php_apache import (
    COUNTS_POSTS,
    PHP,
    WITH_PHP,
    Apache,
    free_address,
    serve_apache,
    server_folder,
)

PROGRAM: Final = Path("/usr/share/mediawiki")
USER: Final = "Crawler"
PASSWORD: Final = "anchor=watch+4/seven"
PAGES: Final = ("Main Page", "Pilot boats", "Night signals", "Fog rules", "Harbour fees")

needs_mediawiki: Final = pytest.mark.skipif(
    not (PROGRAM.exists() and PHP.exists()),
    reason="the Debian package mediawiki (with php-sqlite3) is missing",
)

PRIVATE: Final = """
$wgGroupPermissions['*']['read'] = false;
$wgGroupPermissions['*']['edit'] = false;
$wgGroupPermissions['*']['createaccount'] = false;
$wgSessionCacheType = CACHE_DB;
$wgCookieSecure = false;
$wgEnableEmail = false;
$wgJobRunRate = 0;
wfLoadSkin( 'Vector' );
"""
SITE: Final = (
    WITH_PHP
    + """
DocumentRoot "{program}"
SetEnv MW_CONFIG_FILE {folder}/LocalSettings.php
php_admin_value auto_prepend_file {folder}/prepend.php
php_admin_value session.save_path {folder}/sessions
<Directory "{folder}">
    Require all denied
</Directory>
"""
)


@dataclass(frozen=True, slots=True)
class MediaWiki:
    """The running wiki."""

    apache: Apache

    @property
    def login_url(self) -> str:
        """The page that asks for the account."""
        return f"{self.apache.address}/index.php?title=Special:UserLogin"

    def page(self, name: str) -> str:
        """The address of a page, as the wiki itself links it."""
        return f"{self.apache.address}/index.php?title={name.replace(' ', '_')}"

    @property
    def passwords(self) -> int:
        """How often a user name and password were submitted."""
        return self.apache.posted()

    def end_sessions(self) -> None:
        """Empty the table in which the wiki keeps its sessions."""
        with closing(sqlite3.connect(self.apache.folder / "db" / "wikicache.sqlite", timeout=10)) as cache:
            cache.execute("DELETE FROM objectcache")
            cache.commit()


@contextmanager
def serve_mediawiki() -> Iterator[MediaWiki]:
    """Install a wiki of a few pages and run it until the block ends."""
    address = free_address()
    with server_folder("mediawiki") as folder:
        _install(folder, address)
        (folder / "sessions").mkdir()
        (folder / "prepend.php").write_text(COUNTS_POSTS.format(field="wpPassword", folder=folder))
        with serve_apache(address, folder, SITE.format(folder=folder, program=PROGRAM)) as apache:
            yield MediaWiki(apache)


def page_text(name: str) -> str:
    """A sentence that stands on this page and on no other."""
    return f"Of {name} the oldest pilot says that no two winters were alike."


def _install(folder: Path, address: str) -> None:
    (folder / "db").mkdir()
    _maintain(
        folder,
        "install",
        *("--dbtype", "sqlite", "--dbpath", str(folder / "db"), "--confpath", str(folder)),
        *("--dbname", "harbour", "--server", address, "--scriptpath", "", "--pass", "only-for-the-installer"),
        *("Harbour pilots", "Installer"),
    )
    with (folder / "LocalSettings.php").open("a") as settings:
        settings.write(PRIVATE)
    _maintain(folder, "createAndPromote", USER, PASSWORD)
    texts = folder / "texts"
    texts.mkdir()
    links = "\n".join(f"* [[{name}]]" for name in PAGES)
    for name in PAGES:
        (texts / f"{name}.txt").write_text(f"{page_text(name)}\n\n{links}\n")
    files = [str(texts / f"{name}.txt") for name in PAGES]
    _maintain(folder, "importTextFiles", "--overwrite", "--user", "Installer", *files)


def _maintain(folder: Path, script: str, *arguments: str) -> None:
    environment = {**os.environ}
    if script != "install":
        environment["MW_CONFIG_FILE"] = str(folder / "LocalSettings.php")
    done = subprocess.run(
        ["php", str(PROGRAM / "maintenance" / f"{script}.php"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"MediaWiki's {script} failed: {done.stdout}{done.stderr}")
