"""A folder that is replaced in one step: its name is a symbolic link to the present one."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from catalog.durable import make_durably, sync_folder


def present_folder(link: Path) -> Path:
    """The folder behind `link`, made when there is none."""
    if not link.exists():
        switch(link, new_folder(link))
    return link.resolve()


def new_folder(link: Path) -> Path:
    """An empty folder beside `link`, to be filled and then switched to."""
    folder = link.with_name(f"{link.name}-{secrets.token_hex(4)}")
    make_durably(folder)
    return folder


def switch(link: Path, folder: Path) -> None:
    """Make `link` lead to `folder`: who opens it sees the old content or the new. Others are removed.

    Who has files of the old folder open can go on reading them.
    """
    if link.is_dir() and not link.is_symlink():
        link.rename(link.with_name(f"{link.name}-{secrets.token_hex(4)}"))
    temporary = link.with_name(f".{link.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(folder.name)
    temporary.replace(link)
    sync_folder(link.parent)  # before the old folders go: the link must never lead to one of them again
    for other in link.parent.glob(f"{link.name}-*"):
        if other.resolve() != folder.resolve():
            shutil.rmtree(other)
