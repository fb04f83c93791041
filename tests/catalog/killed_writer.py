"""A program that crawls an imaginary site into a catalog until it is killed: a page N leads to 2N+1 and 2N+2.

Usage: killed_writer.py DATABASE FOLDER PAGES
"""

from __future__ import annotations

import queue
import sys
from collections.abc import Sequence
from pathlib import Path

from catalog.bodies import BodyStore
from catalog.connectors import connector_id
from catalog.content import pack_blocks, pack_links
from catalog.database import open_catalog
from catalog.document import Block, BlockKind, document_id, url_key
from catalog.ledger import enqueue, frontier_window
from catalog.runs import begin_run
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery, DocumentDraft, FetchedCopy, Verdict, Visit, stored_body
from catalog.vocabulary import ALLOWED, PUBLIC, RunMode, UrlState
from catalog.writer import Committed, RunContext, Writer

CONNECTOR = "imaginary"
HOST = "imaginary.example"


def url_of(page: int) -> str:
    return f"https://{HOST}/{page}"


def page_of(url: str) -> int:
    return int(url.rsplit("/", 1)[1])


def linked_from(page: int, pages: int) -> list[int]:
    return [linked for linked in (2 * page + 1, 2 * page + 2) if linked < pages]


def body_of(page: int) -> bytes:
    return f"The body of page {page}. ".encode() * 50


def found(page: int, depth: int, referrer: int | None = None) -> Discovery:
    url = url_of(page)
    return Discovery(url_key(CONNECTOR, url), url, HOST, depth, FoundBy.LINK, ALLOWED, referrer)


def visit_of(task: FetchTask, pages: int) -> Visit:
    page = page_of(task.url)
    links = linked_from(page, pages)
    body = stored_body(body_of(page))
    said = url_key("content", task.url)
    document = document_id(CONNECTOR, task.url)
    return Visit(
        Verdict(
            task.url_id,
            UrlState.INDEXED,
            document_id=document,
            copy=FetchedCopy("text/html", body.size, "http", None, None, body.hash, said),
        ),
        draft=DocumentDraft(
            id=document,
            url_id=task.url_id,
            url=task.url,
            kind="page",
            title=f"Page {page}",
            language="en",
            fields={},
            content=pack_blocks([Block(BlockKind.PARAGRAPH, task.url)]),
            content_hash=said,
            access_id=PUBLIC,
        ),
        body=body,
        links=pack_links([(url_of(link), False) for link in links]),
        discoveries=[found(link, task.depth + 1, task.url_id) for link in links],
        transferred=body.size,
    )


def crawl(database: str, folder: Path, pages: int) -> None:
    """Begin or continue; prints the number of pages visited after each commit."""
    catalog = open_catalog(database, folder)
    bodies = BodyStore(folder)
    with catalog.write() as connection:
        connector = connector_id(connection, CONNECTOR)
        run = begin_run(connection, connector, RunMode.FULL, "settings")
        enqueue(connection, connector, run.id, [found(0, 0)])
        waiting: Sequence[FetchTask] = frontier_window(connection, connector, run.id, HOST, pages)
    committed: queue.SimpleQueue[Committed | Exception] = queue.SimpleQueue()
    writer = Writer(catalog, bodies, on_commit=committed.put, on_failure=committed.put)
    context = RunContext(connector, run.id)
    writer.count_on_from(context, run.counts)
    visited = run.counts.get("fetched", 0)
    while visited < pages:
        for task in waiting:
            writer.put(context, visit_of(task, pages))
        news = committed.get()
        if isinstance(news, Exception):
            raise news
        waiting, visited = news.queued, news.counts["fetched"]
        print(visited, flush=True)
    writer.close()
    bodies.close()
    catalog.close()


if __name__ == "__main__":
    crawl(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
