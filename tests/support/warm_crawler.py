"""`crawler …`, `search-api …` and `indexer …` in processes that have imported all they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.warm.copies import Copy, Finished, run, start
from tests.support.warm.session import REPOSITORY


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
