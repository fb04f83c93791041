"""`crawler …`, `search-api …` and `indexer …` in processes that have imported all they need."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.warm.copies import Copy, Finished, run, start
from tests.support.warm.session import REPOSITORY

_PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class WarmProgram:
    """The console commands of a module: each call is a process of its own."""

    module: str

    def run(
        self,
        arguments: Sequence[str],
        *,
        seconds: float,
        variables: Mapping[str, str] | None = None,
        folder: Path = REPOSITORY,
    ) -> Finished:
        """Run a command to its end, with `variables` in its environment beside those of this process.

        One that takes longer is killed: `TimeoutError`.
        """
        return run(self.module, arguments, seconds=seconds, variables=variables, folder=folder)

    def call(
        self, *arguments: str, variables: Mapping[str, str] | None = None, folder: Path = REPOSITORY
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, as `subprocess.run` would with `text=True`."""
        done = self.run(arguments, seconds=_PATIENCE_SECONDS, variables=variables, folder=folder)
        return subprocess.CompletedProcess(
            arguments, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def start(self, arguments: Sequence[str], *, variables: Mapping[str, str] | None = None) -> Copy:
        """Begin a command; the caller ends it."""
        return start(self.module, arguments, variables=variables)


def warm_crawler() -> WarmProgram:
    """`crawler`."""
    return WarmProgram("crawler")


def warm_search() -> WarmProgram:
    """`search-api`."""
    return WarmProgram("search_api")


def warm_indexer() -> WarmProgram:
    """`indexer`."""
    return WarmProgram("indexer")
