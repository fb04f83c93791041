"""Files are parsed in processes of their own: real ones, killed, starved, worn out and left idle."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.vocabulary import ALLOWED, Reason
from crawler.sync.parser_kind import FILES, ParserKind
from crawler.sync.parsers import Parsers
from crawler.sync.reading import Reading
from extract.rules import ExtractionRules
from tests.crawler.sync.rules import CONNECTOR, link_rules, read_job, reading_rules
from tests.support.changing_site import page
from tests.support.made_files import pdf

CSV = "text/csv"


class Watched(Parsers):
    """Parsers, and the processes for files that run now."""

    async def file(self, body: bytes, name: str, content_type: str = "") -> Reading:
        return await self.read(read_job(body, f"https://wiki.test/{name}", content_type=content_type))

    @property
    def pids(self) -> list[int]:
        return [parser.started.process.pid for parser in self.files._parsers]


@asynccontextmanager
async def watched(files: ParserKind = FILES) -> AsyncIterator[Watched]:
    """Parsers that end with the block; files are parsed one at a time."""
    parsers = Watched(files=files)
    parsers.files._size = 1
    parsers.use(CONNECTOR, reading_rules())
    try:
        yield parsers
    finally:
        await parsers.close()


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def title(reading: Reading) -> str:
    assert reading.draft is not None, reading.detail
    return reading.draft.title


async def test_neither_pages_nor_pictures_nor_unwanted_files_start_a_process_for_files() -> None:
    async with watched() as parsers:
        assert title(await parsers.file(page("Only a page").body, "a", "text/html")) == "Only a page"
        picture = await parsers.file(b"\x89PNG\r\n\x1a\n", "a.png", "image/png")
        assert picture.decision.reason is Reason.UNSUPPORTED_TYPE
        parsers.use(CONNECTOR, reading_rules(link_rules(attachments=False)))
        unwanted = await parsers.file(pdf("Rates"), "a.pdf", "application/pdf")
        assert unwanted.decision.reason is Reason.ATTACHMENTS_OFF
        assert parsers.pids == []


async def test_a_parser_that_is_killed_or_hangs_loses_its_file_alone_and_holds_up_no_page() -> None:
    async with watched() as parsers:
        assert title(await parsers.file(pdf("Rates", title="Rates of 2026"), "a.pdf")) == "Rates of 2026"
        (first,) = parsers.pids
        os.kill(first, signal.SIGSTOP)  # it reads for ever
        deadly = asyncio.create_task(parsers.file(b"a,b\n1,2\n", "deadly.csv", CSV))
        behind = asyncio.create_task(parsers.file(b"a,b\n3,4\n", "behind.csv", CSV))
        assert title(await parsers.file(page("Beside it").body, "page", "text/html")) == "Beside it"
        os.kill(first, signal.SIGKILL)
        lost = await deadly
        assert (lost.decision.reason, lost.draft) == (Reason.PARSER_CRASHED, None)
        assert lost.detail == "the parser process died on this content (SIGKILL)"
        assert title(await behind) == "behind.csv"
        (second,) = parsers.pids
        os.kill(second, signal.SIGSTOP)
        parsers.files.kind = replace(FILES, job_seconds=0.2)
        hanging = await parsers.file(b"a,b\n5,6\n", "endless.csv", CSV)
        assert hanging.decision.reason is Reason.PARSER_TIMEOUT
    assert not runs(first)
    assert not runs(second)


async def test_a_parser_is_replaced_when_it_is_worn_out_and_ends_when_it_is_idle() -> None:
    async with watched(replace(FILES, most_jobs=2)) as parsers:
        readings = [await parsers.file(f"a,b\n{n},2\n".encode(), f"{n}.csv", CSV) for n in range(2)]
        assert [reading.decision for reading in readings] == [ALLOWED, ALLOWED]
        assert parsers.pids == []  # it has read two
        parsers.files.kind = replace(FILES, idle_seconds=0.05)
        await parsers.file(b"a,b\n3,2\n", "3.csv", CSV)
        (last,) = parsers.pids
        while runs(last):  # noqa: ASYNC110 - nothing tells that a process has ended
            await asyncio.sleep(0.01)
        assert parsers.pids == []


async def test_a_file_that_takes_more_memory_than_allowed_is_lost_alone() -> None:
    async with watched(replace(FILES, memory=450 * 2**20)) as parsers:
        greedy = b"<r>" + b"<a><b/></a>" * 2_000_000 + b"</r>"
        reading = await parsers.file(greedy, "greedy.xml", "application/xml")
        assert (reading.decision.reason, reading.draft) == (Reason.PARSER_CRASHED, None)
        assert title(await parsers.file(b"a,b\n1,2\n", "after.csv", CSV)) == "after.csv"


@pytest.mark.parametrize(("ocr", "seconds"), [(False, 60.0), (True, 600.0)])
def test_scanned_pages_are_given_more_time(ocr: bool, seconds: float) -> None:
    parsers = Parsers()
    parsers.use(CONNECTOR, replace(reading_rules(), extraction=ExtractionRules(ocr=ocr)))
    assert parsers.files.seconds_for(read_job(b"")) == seconds
    assert parsers.pages.seconds_for(read_job(b"")) == 60.0
