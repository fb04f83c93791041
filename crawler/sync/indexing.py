"""The indexer beside a crawl: a process of its own that embeds what the crawl stores while it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class IndexingProgress:
    """How far the indexer is: documents and chunks indexed in this sync, and documents that wait."""

    documents: int = 0
    chunks: int = 0
    pending: int = 0

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to count yet."""
        return bool(self.documents or self.pending)


class IndexingFailedError(Exception):
    """The indexer ended with an error; what it did not do stays pending and `indexer run` does it."""


class Indexing:
    """Starts `indexer.worker`, follows its progress lines, lets it finish or ends it."""

    def __init__(self, config: Path) -> None:
        self._command: Sequence[str] = (sys.executable, "-m", "indexer.worker", "--config", str(config))
        self.progress = IndexingProgress()
        self.interrupted = False
        self._process: asyncio.subprocess.Process | None = None
        self._following: asyncio.Task[None] | None = None
        self._said: list[str] = []

    async def start(self) -> None:
        """Start the process. Its session is its own: Ctrl-C is for the crawler alone."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # uvloop knows no process_group
        )
        self._following = asyncio.create_task(self._follow(self._process))

    async def finish(self) -> IndexingProgress:
        """Let it do what is pending. Raises `IndexingFailedError` with what it said."""
        assert self._process is not None
        assert self._following is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._following
        if await self._process.wait() != 0 and not self.interrupted:
            raise IndexingFailedError("\n".join(self._said[-5:]) or "the indexer ended without a word")
        return self.progress

    async def abort(self) -> None:
        """End it now; pending work is kept for the next sync."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()
        if self._following is not None:
            self._following.cancel()

    def interrupt(self) -> None:
        """End it early, which is no failure: what it did not do stays pending."""
        self.interrupted = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        """End it this instant, without waiting."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        await asyncio.gather(self._follow_progress(process.stdout), self._follow_errors(process.stderr))

    async def _follow_progress(self, stream: asyncio.StreamReader) -> None:
        documents = chunks = 0
        async for line in stream:
            report = orjson.loads(line)
            documents += report["documents"]
            chunks += report["chunks"]
            self.progress = IndexingProgress(documents, chunks, report["pending"])

    async def _follow_errors(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            if text := line.decode(errors="replace").strip():
                self._said.append(text)
                del self._said[:-50]
