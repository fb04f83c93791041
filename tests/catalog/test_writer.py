"""The writer: what a visit says is committed together, counted, and survives whatever happens."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from catalog.bodies import BodyStore
from catalog.connectors import connector_id
from catalog.content import pack_links
from catalog.database import Catalog, open_catalog
from catalog.deletion import delete_documents
from catalog.documents import document_count, mark_indexed, pending_documents
from catalog.ledger import state_counts
from catalog.links import read_links_of
from catalog.runs import Run, begin_run, finish_run, read_run
from catalog.tables import bodies, documents, page_links, refused_links, runs, urls
from catalog.task import FetchTask
from catalog.visit import HostRefused, Verdict, Visit, body_hash, stored_body
from catalog.vocabulary import Reason, RunMode, RunState, UrlState
from catalog.writer import LARGEST_BATCH, Committed, RunContext, Writer
from tests.catalog import killed_writer
from tests.catalog.visiting import SITE, copy, document_of, draft, met, name_of, row_of


class Desk:
    """A writer with what it reported."""

    def __init__(self, catalog: Catalog, *, keep_bodies: bool = True) -> None:
        self.catalog = catalog
        self.bodies = BodyStore(catalog.directory) if keep_bodies else None
        self.committed: queue.SimpleQueue[Committed] = queue.SimpleQueue()
        self.failures: list[Exception] = []
        self.writer = Writer(
            catalog, self.bodies, on_commit=self.committed.put, on_failure=self.failures.append
        )

    def put(self, run: RunContext, visit: Visit) -> Committed:
        """Hand over one visit and wait until it is written."""
        self.writer.put(run, visit)
        return self.committed.get(timeout=30)

    def close(self) -> None:
        self.writer.close()
        if self.bodies is not None:
            self.bodies.close()


@pytest.fixture
def desks() -> Iterator[Callable[[Catalog], Desk]]:
    opened: list[Desk] = []

    def another(catalog: Catalog) -> Desk:
        opened.append(Desk(catalog))
        return opened[-1]

    yield another
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(catalog: Catalog, desks: Callable[[Catalog], Desk]) -> Desk:
    return desks(catalog)


def begin(catalog: Catalog, connector: str = "intranet") -> Run:
    with catalog.write() as connection:
        return begin_run(connection, connector_id(connection, connector), RunMode.FULL, "settings")


@pytest.fixture
def run(catalog: Catalog) -> RunContext:
    begun = begin(catalog)
    return RunContext(1, begun.id)


def planted(desk: Desk, run: RunContext, *paths: str) -> list[FetchTask]:
    return list(desk.put(run, Visit(discoveries=[met(path) for path in paths])).queued)


def read_visit(task: FetchTask, said: str = "", **changes: Any) -> Visit:
    """A page that was read and leads nowhere."""
    path = task.url.removeprefix(SITE)
    page = draft(path, said, url_id=task.url_id)
    body = stored_body(said.encode() or path.encode())
    values: dict[str, Any] = {
        "verdict": Verdict(
            task.url_id, UrlState.INDEXED, copy=copy(body_hash=body.hash, content_hash=page.content_hash)
        ),
        "draft": page,
        "body": body,
        "transferred": body.size,
    } | changes
    return Visit(**values)


def numbers(catalog: Catalog, run: RunContext) -> dict[str, Any]:
    with catalog.read() as connection:
        known = read_run(connection, run.run_id)
    assert known is not None
    return {name: count for name, count in known.counts.items() if count}


def test_a_visit_is_written_with_all_that_it_says(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    (task,) = planted(desk, run, "/page")
    packed = pack_links([(f"{SITE}/linked", False)])
    said = read_visit(
        task,
        "text",
        links=packed,
        discoveries=[met("/linked", referrer_id=task.url_id), met("/out", Reason.EXCLUDED_BY_CRAWL_FILTER)],
        hosts_refused=[HostRefused("b.example", Reason.OUT_OF_SCOPE, 2, ("https://b.example/",))],
    )
    report = desk.put(run, said)
    assert (report.run, report.visited) == (run, (task.url_id,))
    assert [queued.url for queued in report.queued] == [f"{SITE}/linked"]
    row = row_of(catalog, "/page")
    assert (row.state, row.document_id, row.etag) == ("indexed", name_of("/page"), '"one"')
    assert document_of(catalog, "/page").url_id == task.url_id
    assert (row_of(catalog, "/linked").state, row_of(catalog, "/out").state) == ("queued", "refused")
    assert desk.bodies is not None
    with catalog.read() as connection:
        assert desk.bodies.get(connection, body_hash(b"text")) == b"text"
        assert read_links_of(connection, [task.url_id]) == {task.url_id: packed}
        assert connection.scalar(select(refused_links.c["count"])) == 2
    assert numbers(catalog, run) == {"found": 2, "fetched": 1, "added": 1, "bytes": 4, "state:indexed": 1}
    assert report.counts["fetched"] == 1


def test_a_url_that_one_page_allows_and_another_does_not_is_queued(
    catalog: Catalog, desk: Desk, run: RunContext
) -> None:
    kept_out = Visit(discoveries=[met("/page", Reason.NOFOLLOW), met("/other", Reason.NOFOLLOW)])
    for visit in (kept_out, Visit(discoveries=[met("/page")]), kept_out):
        desk.writer.put(run, visit)
    desk.writer.execute(lambda _connection: None).result(30)
    assert (row_of(catalog, "/page").state, row_of(catalog, "/other").state) == ("queued", "refused")


def test_the_verdict_says_what_became_of_the_document(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    one, two, same = planted(desk, run, "/1", "/2", "/same")
    desk.put(run, read_visit(one, "text"))
    desk.put(run, read_visit(two, "text"))
    row = row_of(catalog, "/2")
    assert (row.state, row.reason, row.detail) == ("duplicate", "duplicate_of", f"{SITE}/1")
    assert row.document_id == name_of("/1")
    desk.put(run, read_visit(same, "other"))
    again = read_visit(same, "other")
    desk.put(run, again)
    assert row_of(catalog, "/same").state == "unchanged"
    assert numbers(catalog, run) == {
        "found": 3,
        "fetched": 4,
        "added": 2,
        "duplicate": 1,
        "unchanged": 1,
        "bytes": 18,
        "state:indexed": 2,
        "state:duplicate": 1,
        "state:unchanged": 1,
    }


def test_a_document_that_stands_is_noted_as_met(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    (task,) = planted(desk, run, "/page")
    desk.put(run, read_visit(task))
    with catalog.write() as connection:
        finish_run(connection, run.run_id, RunState.SUCCEEDED, counts={}, seconds=1.0)
    later = RunContext(1, begin(catalog).id)
    (task,) = planted(desk, later, "/page")
    desk.put(later, Visit(Verdict(task.url_id, UrlState.UNCHANGED), unchanged=name_of("/page")))
    assert document_of(catalog, "/page").run_id == later.run_id
    assert numbers(catalog, later) == {"found": 1, "fetched": 1, "unchanged": 1, "state:unchanged": 1}


def test_a_forced_run_hands_the_unchanged_to_the_indexer(
    catalog: Catalog, desk: Desk, run: RunContext
) -> None:
    (task,) = planted(desk, run, "/page")
    desk.put(run, read_visit(task))
    with catalog.write() as connection:
        mark_indexed(connection, [each.mark for each in pending_documents(connection, 9)])
    desk.put(RunContext(1, run.run_id, forced=True), read_visit(task))
    assert document_of(catalog, "/page").pending


def test_bodies_are_kept_only_where_they_are_wanted(catalog: Catalog, run: RunContext) -> None:
    desk = Desk(catalog, keep_bodies=False)
    (task,) = planted(desk, run, "/page")
    desk.put(run, read_visit(task))
    desk.close()
    with catalog.read() as connection:
        assert connection.scalar(select(func.count()).select_from(bodies)) == 0
    assert document_of(catalog, "/page").pending


def test_counts_go_on_from_where_an_interrupted_run_was(
    catalog: Catalog, desks: Callable[[Catalog], Desk], run: RunContext
) -> None:
    first = desks(catalog)
    one, two = planted(first, run, "/1", "/2")
    first.put(run, read_visit(one))
    before = numbers(catalog, run)
    with catalog.write() as connection:
        finish_run(connection, run.run_id, RunState.STOPPED, counts=before, seconds=1.0)
    continued = begin(catalog)
    assert (continued.id, continued.resumed) == (run.run_id, True)
    second = desks(catalog)
    second.writer.count_on_from(run, continued.counts)
    report = second.put(run, read_visit(two))
    assert (before["fetched"], report.counts["fetched"]) == (1, 2)
    assert numbers(catalog, run)["found"] == 2


def test_visits_of_several_runs_share_a_writer(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    wiki = RunContext(2, begin(catalog, "wiki").id)
    desk.writer.put(run, Visit(discoveries=[met("/1"), met("/2")]))
    desk.writer.put(wiki, Visit(discoveries=[met("/in the wiki")]))
    desk.writer.execute(lambda _connection: None).result(30)
    assert (numbers(catalog, run), numbers(catalog, wiki)) == ({"found": 2}, {"found": 1})
    reports = [desk.committed.get(timeout=30) for _ in range(2)]
    assert {report.run.run_id: len(report.queued) for report in reports} == {run.run_id: 2, wiki.run_id: 1}
    assert row_of(catalog, "/in the wiki").connector_id == 2


def test_a_job_runs_after_what_was_handed_over_before_it(
    catalog: Catalog, desk: Desk, run: RunContext
) -> None:
    def rows(connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(urls)).scalar_one()

    asked = []
    for number in range(40):
        desk.writer.put(run, Visit(discoveries=[met(f"/{number}")]))
        asked.append(desk.writer.execute(rows))
    assert [future.result(30) for future in asked] == list(range(1, 41))


def test_a_job_is_a_transaction_of_its_own(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    (task,) = planted(desk, run, "/page")
    desk.put(run, read_visit(task))

    def remove(connection: Connection) -> str:
        delete_documents(connection, [name_of("/page")], document.fetched_at)
        return "done"

    document = document_of(catalog, "/page")
    assert desk.writer.execute(remove).result(30) == "done"
    assert document_of(catalog, "/page").deleted_at is not None


def test_a_job_that_nobody_waits_for_any_more_is_not_done_and_harms_nothing(
    catalog: Catalog, desk: Desk, run: RunContext
) -> None:
    """A task that renewed the lease was cancelled while its job waited: the run must still be closed."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> None:
        begun.set()
        go_on.wait(30)

    first = desk.writer.execute(slow)
    waiting = desk.writer.execute(lambda connection: connection.execute(delete(runs)))
    assert begun.wait(30)
    assert waiting.cancel()
    assert not first.cancel(), "it has begun"
    go_on.set()
    planted(desk, run, "/page")
    assert first.result(30) is None
    assert desk.failures == []
    assert numbers(catalog, run) == {"found": 1}


def test_what_has_gathered_is_committed_at_once_when_there_is_nothing_else_to_do(
    desk: Desk, run: RunContext
) -> None:
    desk.writer.hurry()
    desk.writer.put(run, Visit(discoveries=[met("/page")]))
    desk.writer.hurry()
    assert len(desk.committed.get(timeout=30).queued) == 1
    desk.writer.execute(lambda _connection: None).result(30)
    assert desk.writer.waiting == 0


def test_closing_writes_what_was_handed_over(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    visits = LARGEST_BATCH * 2 + 7
    for number in range(visits):
        desk.writer.put(run, Visit(discoveries=[met(f"/{number}")]))
    desk.close()
    desk.close()
    assert numbers(catalog, run) == {"found": visits}
    reports = [desk.committed.get_nowait() for _ in range(desk.committed.qsize())]
    assert sum(len(report.queued) for report in reports) == visits
    assert max(len(report.queued) for report in reports) <= LARGEST_BATCH


def test_many_threads_hand_over_at_once(catalog: Catalog, desk: Desk, run: RunContext) -> None:
    def hand_over(thread: int) -> None:
        for number in range(100):
            page = f"/{thread}/{number}"
            desk.writer.put(run, Visit(discoveries=[met(page), met("/shared"), met(f"/shared/{number}")]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hand_over, range(8)))
    desk.close()
    assert desk.failures == []
    assert numbers(catalog, run) == {"found": 8 * 100 + 1 + 100}
    with catalog.read() as connection:
        assert state_counts(connection, 1, run.run_id) == {(UrlState.QUEUED, None): 901}


# When the catalog fails


def test_a_failing_catalog_is_reported_once_and_nothing_of_the_visit_is_there(
    catalog: Catalog, desk: Desk, run: RunContext
) -> None:
    (task,) = planted(desk, run, "/page")
    unknown = draft("/page", url_id=task.url_id, access_id=999)
    desk.writer.put(run, read_visit(task, draft=unknown, discoveries=[met("/linked")], links=b"packed"))
    job = desk.writer.execute(lambda _connection: "never")
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        job.result(30)
    for _ in range(10):
        desk.writer.put(run, Visit(discoveries=[met("/later")]))
    after = desk.writer.execute(lambda _connection: "never")
    desk.writer.close()
    assert isinstance(after.exception(30), IntegrityError)
    assert len(desk.failures) == 1
    assert desk.committed.empty()
    assert row_of(catalog, "/page").state == "queued"
    with catalog.read() as connection:
        assert connection.scalar(select(func.count()).select_from(urls)) == 1
        assert document_count(connection) == 0
    assert numbers(catalog, run) == {"found": 1}


def test_a_job_that_fails_tells_whoever_asked_and_ends_the_writing(desk: Desk, run: RunContext) -> None:
    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError("in the job")

    with pytest.raises(ZeroDivisionError, match="in the job"):
        desk.writer.execute(fail).result(30)
    desk.writer.put(run, Visit(discoveries=[met("/page")]))
    desk.writer.close()
    assert [str(failure) for failure in desk.failures] == ["in the job"]
    assert desk.committed.empty()


# Side by side


def test_two_connectors_are_crawled_into_one_catalog_at_once(
    opened: Callable[[], Catalog], desks: Callable[[Catalog], Desk]
) -> None:
    """Two processes whose sites share bodies, met in opposite order."""
    catalogs = {name: opened() for name in ("east", "west")}
    contexts = {}
    for name, catalog in catalogs.items():
        run = begin(catalog, name)
        with catalog.write() as connection:
            contexts[name] = RunContext(connector_id(connection, name), run.id)
    both = {name: desks(catalog) for name, catalog in catalogs.items()}
    together = threading.Barrier(2)

    def crawl(name: str) -> None:
        desk, run = both[name], contexts[name]
        shared = [stored_body(f"template {number}".encode()) for number in range(600)]
        if name == "west":
            shared.reverse()
        together.wait(30)
        for start in range(0, 600, 50):
            for number, body in enumerate(shared[start : start + 50], start):
                path = f"/{name}/{number}"
                page = draft(path, url_id=number)
                desk.writer.put(run, Visit(body=body, draft=page, discoveries=[met(path)]))
            desk.writer.hurry()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(crawl, both))
    for desk in both.values():
        desk.close()
        assert desk.failures == []
    with catalogs["east"].read() as connection:
        assert connection.scalar(select(func.count()).select_from(bodies)) == 600
        assert document_count(connection) == 1200
    for name, context in contexts.items():
        assert numbers(catalogs[name], context) == {"found": 600, "added": 600}


def test_a_crawl_and_an_indexer_change_the_same_documents_at_once(
    opened: Callable[[], Catalog], desks: Callable[[Catalog], Desk]
) -> None:
    """Each takes the documents in its own order; neither may end up waiting for the other in a circle."""
    catalog, of_the_indexer = opened(), opened()
    run = RunContext(1, begin(catalog).id)
    paths = [f"/{number}" for number in range(40)]
    desk = desks(catalog)
    pages = [draft(path, url_id=number) for number, path in enumerate(paths)]
    for page in pages:
        desk.writer.put(run, Visit(draft=page))
    desk.writer.execute(lambda _connection: None).result(30)
    finished = threading.Event()

    def index() -> None:
        while not finished.is_set():
            with of_the_indexer.write() as connection:
                mark_indexed(connection, [each.mark for each in pending_documents(connection, 100)])

    def visit(turn: int) -> None:
        for number, page in enumerate(pages if turn % 2 else reversed(pages)):
            if number % 3 == turn % 3:
                desk.writer.put(run, Visit(unchanged=page.id))
            else:
                said = draft(page.url.removeprefix(SITE), f"{page.url} {turn}", url_id=page.url_id)
                desk.writer.put(run, Visit(draft=said))
        desk.writer.execute(lambda _connection: None).result(30)

    with ThreadPoolExecutor(1) as pool:
        indexing = pool.submit(index)
        try:
            for turn in range(60):
                visit(turn)
        finally:
            finished.set()
        indexing.result(30)
    assert desk.failures == []


# Killed


def crawl_until(folder: Path, pages: int, kill_at: int | None) -> None:
    """Crawl in a process of its own, killed once it says that so many pages were visited."""
    program = [sys.executable, "-m", killed_writer.__name__, f"sqlite:///{folder}/catalog.db", str(folder)]
    root = Path(killed_writer.__file__).resolve().parents[2]
    with subprocess.Popen([*program, str(pages)], stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if kill_at is not None and int(line) >= kill_at:
                os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == (0 if kill_at is None else -signal.SIGKILL)


def visited_pages(folder: Path, pages: int) -> set[int]:
    """Check that each page is queued, or visited with all that followed; return the visited ones."""
    catalog = open_catalog(f"sqlite:///{folder}/catalog.db", folder)
    with catalog.read() as connection:
        rows = {killed_writer.page_of(row.url): row for row in connection.execute(select(urls))}
        visited = {page for page, row in rows.items() if row.state == "indexed"}
        assert {row.state for row in rows.values()} <= {"queued", "indexed"}
        expected = {0}.union(*(killed_writer.linked_from(page, pages) for page in visited))
        assert set(rows) == expected, "each link of a visited page has its row, and there is no other"
        ids = {rows[page].id for page in visited}
        assert set(connection.scalars(select(page_links.c.url_id))) == ids
        assert set(connection.scalars(select(documents.c.url_id))) == ids
        known = set(connection.scalars(select(bodies.c.hash)))
        assert {rows[page].body_hash for page in visited} == known
        store = BodyStore(folder)
        for page in visited:
            assert store.get(connection, rows[page].body_hash) == killed_writer.body_of(page)
        store.close()
        (counts,) = connection.scalars(select(runs.c.counts))
        assert counts["fetched"] == counts["added"] == len(visited)
        assert counts["found"] == len(rows) - 1, "the first was planted"
    catalog.close()
    return visited


def test_a_process_killed_while_writing_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    pages, before = 4000, set[int]()
    for kill_at in (1, 300, 1200, 2500):
        crawl_until(tmp_path, pages, kill_at)
        visited = visited_pages(tmp_path, pages)
        assert before <= visited
        assert len(visited) >= kill_at
        before = visited
    crawl_until(tmp_path, pages, None)
    assert visited_pages(tmp_path, pages) == set(range(pages))
