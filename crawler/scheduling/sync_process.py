"""A sync in a process of its own: what it leaks or breaks ends with it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from crawler.scheduling.job import Job
from crawler.scheduling.starting import start_child
from settings.console import ExitCode

# What a sync without a terminal says of its progress every ten seconds, and what needs no second telling.
_PROGRESS: Final = re.compile(r"(indexing: |[a-z0-9-]+: found )")


@dataclass(frozen=True, slots=True)
class SyncEnded:
    """How it ended: its exit code (negative: that of a signal), its run if it told one, its last words."""

    code: int
    run: Mapping[str, Any] | None
    last_words: str

    @property
    def done(self) -> bool:
        """Whether a run came of it, however that ended."""
        return self.run is not None and self.code in {*ExitCode}


class SyncProcess:
    """Starts, follows and stops `crawler sync` for one job; `say` hears what it says besides its progress."""

    def __init__(
        self,
        job: Job,
        config: Path,
        snapshot: Path,
        *,
        index: bool = True,
        say: Callable[[str, str], None] = lambda _connector, _text: None,
    ) -> None:
        self.job = job
        self._say = say
        self._snapshot = snapshot
        self._arguments = [
            *("sync", job.connector, "--config", str(config), "--json"),
            *(("--mode", job.mode) if job.mode else ()),
            *(() if index else ("--no-index",)),
        ]
        self._process: asyncio.subprocess.Process | None = None
        self._asked_to_stop = False

    async def run(self) -> SyncEnded:
        """Run it to its end; never raises for what the sync does, or that it cannot be started."""
        try:
            process = await start_child(self._arguments, self._snapshot)
        except OSError as error:
            return SyncEnded(ExitCode.FAILED, None, f"no process could be started: {error.strerror or error}")
        self._process = process
        if self._asked_to_stop:
            self._terminate(process)
        assert process.stdout is not None
        assert process.stderr is not None
        output, said = await asyncio.gather(process.stdout.read(), self._follow(process.stderr))
        code = await process.wait()
        return SyncEnded(code, _run_in(output), said[-1] if said else "it ended without a word")

    def stop(self, *, at_once: bool = False) -> None:
        """Ask it to stop cleanly; `at_once`, after that, has it end without writing what is under way."""
        if self._process is not None and (at_once or not self._asked_to_stop):
            self._terminate(self._process)
        self._asked_to_stop = True

    def _terminate(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()

    async def _follow(self, stream: asyncio.StreamReader) -> Sequence[str]:
        kept: list[str] = []
        while not stream.at_eof():
            try:
                line = await stream.readline()
            except ValueError:  # longer than a line may be: it was dropped
                continue
            text = line.decode(errors="replace").strip()
            if text and not _PROGRESS.match(text):
                kept = [*kept[-20:], text]
                self._say(self.job.connector, text.removeprefix(f"{self.job.connector}: "))
        return kept


def _run_in(output: bytes) -> Mapping[str, Any] | None:
    try:
        runs = orjson.loads(output)["runs"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return runs[0] if runs else None
