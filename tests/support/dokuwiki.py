"""DokuWiki (Debian's package, PHP behind Apache), closed to everyone without an account."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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

PROGRAM: Final = Path("/usr/share/dokuwiki")
DEBIAN_CONFIGURATION: Final = Path("/etc/dokuwiki")
USER: Final = "crawler"
PASSWORD: Final = "kelp: drying/9"
PAGES: Final = ("start", "tides", "moorings", "ferries:timetable", "ferries:fares", "lighthouse")

needs_dokuwiki: Final = pytest.mark.skipif(
    not (PROGRAM.exists() and PHP.exists()), reason="the Debian package dokuwiki is missing"
)

LOCAL: Final = """<?php
$conf['title'] = 'Harbour wiki'; $conf['lang'] = 'en'; $conf['license'] = '';
$conf['useacl'] = 1; $conf['authtype'] = 'authplain'; $conf['superuser'] = '@admin';
$conf['disableactions'] = 'register'; $conf['savedir'] = '{folder}/data';
$conf['autopasswd'] = 0; $conf['indexdelay'] = 0; $conf['updatecheck'] = 0; $conf['sneaky_index'] = 1;
"""
ACCESS: Final = "*  @ALL  0\n*  @user  1\n"
OWN_FOLDERS: Final = "define('DOKU_MAIN_CONF', '{folder}/conf/'); define('DOKU_CONF', '{folder}/conf/');\n"
DATA_FOLDERS: Final = (
    *("attic", "cache", "index", "locks", "log", "media"),
    *("media_attic", "media_meta", "meta", "pages", "tmp"),
)
SITE: Final = (
    WITH_PHP
    + """
DocumentRoot "{program}"
DirectoryIndex doku.php
php_admin_value auto_prepend_file {folder}/prepend.php
php_admin_value session.save_path {folder}/sessions
"""
)


@dataclass(frozen=True, slots=True)
class DokuWiki:
    """The running wiki."""

    apache: Apache

    @property
    def login_url(self) -> str:
        """The page that asks for the account."""
        return f"{self.apache.address}/doku.php?id=start&do=login"

    def page(self, name: str) -> str:
        """The address of a page."""
        return f"{self.apache.address}/doku.php?id={name}"

    @property
    def passwords(self) -> int:
        """How often a user name and password were submitted."""
        return self.apache.posted()

    def end_sessions(self) -> None:
        """Delete the session files, and the key with which the wiki reads its "remember me" cookies."""
        for file in (self.apache.folder / "sessions").iterdir():
            file.unlink()
        for name in ("_htcookiesalt", "_htcookiesalt2"):
            (self.apache.folder / "data" / "meta" / name).unlink(missing_ok=True)


@contextmanager
def serve_dokuwiki() -> Iterator[DokuWiki]:
    """Run the wiki until the block ends."""
    address = free_address()
    with server_folder("dokuwiki") as folder:
        _configure(folder)
        _write_pages(folder / "data" / "pages")
        with serve_apache(address, folder, SITE.format(folder=folder, program=PROGRAM)) as apache:
            yield DokuWiki(apache)


def page_text(name: str) -> str:
    """A sentence that stands on this page and on no other."""
    return f"The keeper of {name} counts the gulls at every turn of the tide."


def _configure(folder: Path) -> None:
    shutil.copytree(DEBIAN_CONFIGURATION, folder / "conf")
    (folder / "conf" / "local.php").write_text(LOCAL.format(folder=folder))
    (folder / "conf" / "acl.auth.php").write_text(ACCESS)
    (folder / "conf" / "users.auth.php").write_text(f"{USER}:{_hashed()}:Crawler:crawler@example.org:user\n")
    counts = COUNTS_POSTS.format(field="p", folder=folder)
    (folder / "prepend.php").write_text(counts + OWN_FOLDERS.format(folder=folder))
    (folder / "sessions").mkdir()
    for name in DATA_FOLDERS:
        (folder / "data" / name).mkdir(parents=True)


def _hashed() -> str:
    """The password as DokuWiki's default (bcrypt) keeps it."""
    made = subprocess.run(
        ["php", "-r", "echo password_hash(stream_get_contents(STDIN), PASSWORD_BCRYPT, ['cost' => 4]);"],
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout


def _write_pages(folder: Path) -> None:
    links = "\n".join(f"  * [[:{name}]]" for name in PAGES)
    for name in PAGES:
        path = folder / (name.replace(":", "/") + ".txt")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"====== {name} ======\n\n{page_text(name)}\n\n{links}\n")
