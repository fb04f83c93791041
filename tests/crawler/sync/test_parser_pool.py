"""Real parser processes: one that dies or hangs costs the body it was reading, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.vocabulary import ALLOWED, Reason
from crawler.sync.parser_kind import PAGES
from crawler.sync.parser_pool import ParserPool
from crawler.sync.reading import Reading
from crawler.sync.started_parser import StartedParser
from tests.crawler.sync.rules import CONNECTOR, link_rules, read_job, reading_rules
from tests.support.changing_site import page


def pool_of(processes: int) -> ParserPool:
    return ParserPool([StartedParser.start() for _ in range(processes)])


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    """One process, so that jobs lie behind one another."""
    pool = pool_of(1)
    pool.use(CONNECTOR, reading_rules())
    yield pool
    await pool.close()


def parsers() -> set[int]:
    """The parser processes of this test."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            parent = re.search(r"^PPid:\s+(\d+)$", (folder / "status").read_text(), re.MULTILINE)
            ours = parent is not None and int(parent[1]) == os.getpid()
            if ours and b"crawler.sync.parser_process" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


async def busy(
    pool: ParserPool, *titles: str, job_seconds: float = PAGES.job_seconds
) -> list[asyncio.Task[Reading]]:
    """Jobs under way: the first cannot be read until the process is let go on."""
    await pool.read(read_job(page("Warm").body))
    (parser,) = parsers()
    os.kill(parser, signal.SIGSTOP)
    jobs = [read_job(page(title).body, f"https://wiki.test/{title}") for title in titles]
    tasks = [asyncio.create_task(pool.read(job)) for job in jobs]
    pool.kind = replace(PAGES, job_seconds=job_seconds)
    await asyncio.sleep(0)  # the jobs are handed over, the first with its time
    pool.kind = PAGES
    return tasks


def title(reading: Reading) -> str:
    assert reading.draft is not None
    return reading.draft.title


async def test_bodies_are_read_in_a_process_of_their_own(pool: ParserPool) -> None:
    reading = await pool.read(read_job(page("Read elsewhere", "/next").body))
    assert reading.decision == ALLOWED
    assert title(reading) == "Read elsewhere"
    assert [each.url for each in reading.discoveries] == ["https://wiki.test/next"]


async def test_a_process_that_dies_costs_only_the_body_that_it_was_reading(pool: ParserPool) -> None:
    first, *behind = await busy(pool, "deadly", "second", "third")
    (parser,) = parsers()
    os.kill(parser, signal.SIGKILL)
    reading = await first
    assert reading.decision.reason is Reason.PARSER_CRASHED
    assert reading.detail == "the parser process died on this content (SIGKILL)"
    assert reading.draft is None
    assert [title(await task) for task in behind] == ["second", "third"]
    assert parser not in parsers()


async def test_a_process_that_hangs_is_killed_and_the_others_are_answered(pool: ParserPool) -> None:
    first, *behind = await busy(pool, "endless", "second", "third", job_seconds=0.3)
    reading = await first
    assert reading.decision.reason is Reason.PARSER_TIMEOUT
    assert reading.detail == "parsing took longer than allowed"
    assert [title(await task) for task in behind] == ["second", "third"]


async def test_a_fresh_process_knows_the_rules(pool: ParserPool) -> None:
    pool.use(CONNECTOR, reading_rules(link_rules(index_exclude=["/drafts/"])))
    (first,) = await busy(pool, "deadly")
    (parser,) = parsers()
    os.kill(parser, signal.SIGKILL)
    assert (await first).decision.reason is Reason.PARSER_CRASHED
    reading = await pool.read(read_job(page("Draft").body, "https://wiki.test/drafts/1"))
    assert reading.decision.reason is Reason.EXCLUDED_BY_INDEX_FILTER


async def test_rules_that_change_hold_for_the_jobs_after(pool: ParserPool) -> None:
    draft = read_job(page("Draft").body, "https://wiki.test/drafts/1")
    assert (await pool.read(draft)).decision == ALLOWED
    pool.use(CONNECTOR, reading_rules(link_rules(index_exclude=["/drafts/"])))
    assert (await pool.read(draft)).decision.reason is Reason.EXCLUDED_BY_INDEX_FILTER


async def test_many_jobs_at_once_are_all_answered_each_with_its_own() -> None:
    pool = pool_of(2)
    pool.use(CONNECTOR, reading_rules())
    jobs = [read_job(page(f"Page {number}").body, f"https://wiki.test/{number}") for number in range(60)]
    readings = await asyncio.gather(*(pool.read(job) for job in jobs))
    assert [title(reading) for reading in readings] == [f"Page {number}" for number in range(60)]
    assert len(parsers()) == 2
    await pool.close()


async def test_closing_leaves_no_process_and_cancels_what_waits() -> None:
    pool = pool_of(2)
    pool.use(CONNECTOR, reading_rules())
    await pool.read(read_job(page("One").body))
    tasks = [asyncio.create_task(pool.read(read_job(b"x" * 10_000_000))) for _ in range(20)]
    await asyncio.sleep(0)
    await pool.close()
    assert parsers() == set()
    assert {type(result) for result in await asyncio.gather(*tasks, return_exceptions=True)} == {
        asyncio.CancelledError
    }


def test_processes_that_were_never_used_end_without_an_event_loop() -> None:
    pool = pool_of(2)
    pool.end_spare()
    assert parsers() == set()


async def test_no_process_is_started_before_there_is_something_to_read() -> None:
    pool = ParserPool((), size=2)
    pool.use(CONNECTOR, reading_rules())
    assert parsers() == set()
    await pool.read(read_job(page("The first").body))
    assert len(parsers()) == 1
    await pool.close()


async def test_processes_are_started_up_to_the_size_when_there_is_much_to_read() -> None:
    pool = ParserPool((), size=2)
    pool.use(CONNECTOR, reading_rules())
    jobs = [read_job(page(f"Page {n}").body, f"https://wiki.test/{n}") for n in range(20)]
    readings = await asyncio.gather(*map(pool.read, jobs))
    assert [reading.decision for reading in readings] == [ALLOWED] * 20
    assert len(parsers()) == 2
    await pool.close()


def test_parsers_start_early_only_where_every_page_is_to_be_read(tmp_path: Path) -> None:
    known = tmp_path / "catalog.db"
    known.touch()
    assert StartedParser.early(f"sqlite:///{known}") == ()
    assert StartedParser.early("postgresql+psycopg://user@host/sitelore") == ()
    started = StartedParser.early(f"sqlite:///{tmp_path / 'new.db'}")
    assert len(started) == len(os.sched_getaffinity(0))
    for parser in started:
        parser.end()
