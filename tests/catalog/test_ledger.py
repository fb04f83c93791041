"""The ledger: whatever is met, in whatever order, every URL has one row and one state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from catalog.database import Catalog, open_catalog
from catalog.ledger import (
    enqueue,
    frontier_window,
    queued_hosts,
    read_link_text,
    record_verdicts,
    refuse,
    requeue,
    state_counts,
)
from catalog.tables import urls
from catalog.task import FetchTask, FoundBy
from catalog.visit import REACHABLE_ANOTHER_WAY, Verdict
from catalog.vocabulary import Reason, UrlState
from tests.catalog.rows import NOON
from tests.catalog.visiting import SITE, conclude, copy, find, intranet, keep_out, met, name_of, row_of


def window(catalog: Catalog, run: int, host: str = "a.example", limit: int = 100) -> tuple[FetchTask, ...]:
    with catalog.write() as connection:
        return frontier_window(connection, intranet(connection), run, host, limit)


def paths(tasks: Sequence[FetchTask]) -> list[str]:
    return [task.url.removeprefix(SITE) for task in tasks]


def test_a_url_is_queued_once_in_a_run(catalog: Catalog) -> None:
    (first,) = find(catalog, 1, met("/page", depth=2, redirects=("https://a.example/old",)))
    assert (first.url, first.host, first.depth) == ("https://a.example/page", "a.example", 2)
    assert first.redirects == ("https://a.example/old",)
    assert (first.found_by, first.attempts, first.document_id) == (FoundBy.LINK, 0, None)
    assert find(catalog, 1, met("/page")) == ()
    assert row_of(catalog, "/page").depth == 2


def test_only_what_is_new_among_known_urls_is_returned(catalog: Catalog) -> None:
    find(catalog, 1, met("/known"))
    assert paths(find(catalog, 1, met("/known"), met("/new"), met("/newer"))) == ["/new", "/newer"]
    assert find(catalog, 1) == ()


def test_a_later_run_queues_again_under_the_old_id(catalog: Catalog) -> None:
    (first,) = find(catalog, 1, met("/page", depth=3, redirects=("https://a.example/old",)))
    conclude(catalog, first, UrlState.FAILED, reason=Reason.TIMEOUT, detail="30 s", attempts=4)
    (again,) = find(catalog, 2, met("/page", depth=1, found_by=FoundBy.SITEMAP, referrer_id=7))
    assert again.url_id == first.url_id
    assert (again.depth, again.found_by, again.attempts, again.redirects) == (1, FoundBy.SITEMAP, 0, ())
    row = row_of(catalog, "/page")
    assert (row.run_id, row.state, row.reason, row.detail, row.referrer_id) == (2, "queued", None, None, 7)


def test_the_first_link_text_of_a_run_is_kept_and_none_takes_none_away(catalog: Catalog) -> None:
    (task,) = find(catalog, 1, met("/page"), met("/page", link_text="Rates"), met("/page", link_text="More"))
    assert task.link_text == "Rates"
    find(catalog, 1, met("/page", link_text="Prices"))
    assert row_of(catalog, "/page").link_text == "Rates"
    (again,) = find(catalog, 2, met("/page"))
    assert again.link_text == "Rates"
    (renamed,) = find(catalog, 3, met("/page", link_text="Prices\0"))
    assert renamed.link_text == "Prices\ufffd"


def test_a_link_text_that_comes_late_is_noted(catalog: Catalog) -> None:
    (task,) = find(catalog, 1, met("/page"))
    assert task.link_text == ""
    assert find(catalog, 1, met("/page", link_text="Rates")) == ()
    with catalog.read() as connection:
        assert read_link_text(connection, task.key) == "Rates"
        assert read_link_text(connection, bytes(16)) == ""


def test_an_earlier_run_that_still_writes_takes_nothing_from_a_later_one(catalog: Catalog) -> None:
    find(catalog, 2, met("/page"))
    assert find(catalog, 1, met("/page")) == ()
    assert keep_out(catalog, 1, met("/page", Reason.TOO_DEEP)) == 0
    assert (row_of(catalog, "/page").run_id, row_of(catalog, "/page").state) == (2, "queued")


def test_the_same_url_twice_in_one_batch_is_met_once_and_its_first_way_counts(catalog: Catalog) -> None:
    tasks = find(catalog, 1, met("/a", depth=1), met("/b"), met("/a", depth=5))
    assert [(task.url, task.depth) for task in tasks] == [(f"{SITE}/a", 1), (f"{SITE}/b", 1)]
    refused_twice = (met("/c", Reason.NOFOLLOW), met("/c", Reason.TOO_DEEP))
    assert keep_out(catalog, 1, *refused_twice) == 1
    assert row_of(catalog, "/c").reason == "nofollow"
    assert keep_out(catalog, 2, *refused_twice) == 1, "also when the row is there"
    assert len(find(catalog, 3, met("/a"), met("/a"))) == 1


@pytest.mark.parametrize("reason", REACHABLE_ANOTHER_WAY)
def test_what_was_refused_for_the_way_can_be_reached_another_way(catalog: Catalog, reason: Reason) -> None:
    assert keep_out(catalog, 1, met("/page", reason, depth=9)) == 1
    refused = row_of(catalog, "/page")
    assert (refused.state, refused.reason, refused.rule) == ("refused", reason, "a rule")
    (task,) = find(catalog, 1, met("/page", depth=1))
    assert (task.url_id, task.depth) == (refused.id, 1)
    revived = row_of(catalog, "/page")
    assert (revived.state, revived.reason, revived.rule) == ("queued", None, None)


@pytest.mark.parametrize("reason", sorted(set(Reason) - set(REACHABLE_ANOTHER_WAY)))
def test_what_was_refused_for_itself_stays_refused_in_that_run(catalog: Catalog, reason: Reason) -> None:
    keep_out(catalog, 1, met("/page", reason))
    assert find(catalog, 1, met("/page")) == ()
    assert row_of(catalog, "/page").reason == reason
    assert len(find(catalog, 2, met("/page"))) == 1


def test_what_is_queued_or_visited_is_not_refused_in_the_same_run(catalog: Catalog) -> None:
    (queued, visited) = find(catalog, 1, met("/queued"), met("/visited"))
    conclude(catalog, visited, UrlState.INDEXED)
    assert keep_out(catalog, 1, met("/queued", Reason.NOFOLLOW), met("/visited", Reason.NOFOLLOW)) == 0
    assert (row_of(catalog, "/queued").state, row_of(catalog, "/visited").state) == ("queued", "indexed")
    assert keep_out(catalog, 1) == 0
    assert paths(window(catalog, 1)) == [queued.url.removeprefix(SITE)]


def test_a_later_run_can_refuse_what_an_earlier_one_visited(catalog: Catalog) -> None:
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.FAILED, reason=Reason.TIMEOUT, detail="30 s")
    assert keep_out(catalog, 2, met("/page", Reason.EXCLUDED_BY_CRAWL_FILTER)) == 1
    row = row_of(catalog, "/page")
    assert (row.state, row.reason, row.rule) == ("refused", "excluded_by_crawl_filter", "a rule")
    assert row.detail is None, "what the earlier run saw is not why this one refuses"


def test_the_frontier_gives_a_hosts_urls_in_the_order_of_their_discovery(catalog: Catalog) -> None:
    find(catalog, 1, met("/3"), met("/1"), met("https://b.example/0"), met("/2"))
    assert paths(window(catalog, 1)) == ["/3", "/1", "/2"]
    assert paths(window(catalog, 1, limit=2)) == ["/3", "/1"]
    assert window(catalog, 1, "c.example") == ()
    assert window(catalog, 2) == ()
    with catalog.read() as connection:
        assert queued_hosts(connection, 1, 1) == {"a.example": 3, "b.example": 1}
        assert queued_hosts(connection, 1, 2) == {}
        assert queued_hosts(connection, 2, 1) == {}


def test_what_was_visited_leaves_the_frontier(catalog: Catalog) -> None:
    first, second, third = find(catalog, 1, met("/1"), met("/2"), met("/3"))
    conclude(catalog, second, UrlState.GONE, reason=Reason.NOT_FOUND)
    assert window(catalog, 1) == (first, third)


def test_a_window_takes_nothing_of_another_connector(catalog: Catalog) -> None:
    find(catalog, 1, met("/mine"))
    with catalog.write() as connection:
        other = intranet(connection) + 1
        assert frontier_window(connection, other, 1, "a.example", 9) == ()
        assert state_counts(connection, other, 1) == {}


# What a next request may ask


def revisited(catalog: Catalog, path: str = "/page") -> FetchTask:
    (task,) = find(catalog, 2, met(path))
    return task


def test_a_document_is_asked_for_conditionally(catalog: Catalog) -> None:
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"), copy=copy("text"))
    again = revisited(catalog)
    assert (again.etag, again.last_modified) == ('"one"', "Mon, 23 Nov 2026 12:00:00 GMT")
    assert (again.body_hash, again.document_id) == (bytes(16), name_of("/page"))
    assert window(catalog, 2) == (again,), "the frontier hands out the very same"


def test_a_page_that_was_refused_is_asked_for_in_full(catalog: Catalog) -> None:
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.REFUSED, reason=Reason.NOINDEX, copy=copy())
    again = revisited(catalog)
    assert (again.etag, again.last_modified, again.body_hash) == (None, None, None)
    assert row_of(catalog, "/page").etag == '"one"', "known, for those who ask why"


def test_a_document_that_was_kept_although_its_page_is_refused_is_asked_for_in_full(
    catalog: Catalog,
) -> None:
    """Else its "not modified" would make a page with noindex a document that stands."""
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"), copy=copy("text"))
    (task,) = find(catalog, 2, met("/page"))
    conclude(catalog, task, UrlState.REFUSED, reason=Reason.NOINDEX, copy=copy(etag='"noindex"'))
    (again,) = find(catalog, 3, met("/page"))
    assert (again.etag, again.body_hash, again.document_id) == (None, None, name_of("/page"))


@pytest.mark.parametrize("state", [UrlState.DUPLICATE, UrlState.REDIRECT])
def test_what_leads_to_another_document_is_asked_for_in_full(catalog: Catalog, state: UrlState) -> None:
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"), copy=copy("text"))
    (task,) = find(catalog, 2, met("/page"))
    conclude(catalog, task, state, document_id=name_of("/other"))
    assert row_of(catalog, "/page").document_id == name_of("/other")
    (again,) = find(catalog, 3, met("/page"))
    assert (again.etag, again.last_modified, again.body_hash) == (None, None, None)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (UrlState.FAILED, Reason.TIMEOUT),
        (UrlState.GONE, Reason.NOT_FOUND),
        (UrlState.REFUSED, Reason.UNAUTHORIZED),
    ],
)
def test_an_answer_without_a_body_leaves_what_is_known_of_the_copy(
    catalog: Catalog, state: UrlState, reason: Reason
) -> None:
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"), copy=copy("text"), status=200)
    (task,) = find(catalog, 2, met("/page"))
    conclude(catalog, task, state, reason=reason, detail="seen", rule="r", status=503, attempts=3)
    row = row_of(catalog, "/page")
    assert (row.state, row.reason, row.detail, row.rule) == (state, reason, "seen", "r")
    assert (row.status, row.attempts, row.fetched_at) == (503, 3, NOON)
    assert (row.etag, row.size, row.content_type) == ('"one"', 10, "text/html")
    assert (row.body_hash, row.content_hash) == (bytes(16), copy("text").content_hash)
    (again,) = find(catalog, 3, met("/page"))
    assert (again.etag, again.document_id) == ('"one"', name_of("/page"))


def test_why_a_page_was_read_as_it_was_is_kept_with_its_copy(catalog: Catalog) -> None:
    (task,) = find(catalog, 1, met("/page"))
    read = copy("text", renderer="browser", renderer_reason="its HTML holds 12 words, “#app” is empty")
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"), copy=read)
    row = row_of(catalog, "/page")
    assert (row.renderer, row.renderer_reason) == ("browser", "its HTML holds 12 words, “#app” is empty")
    conclude(catalog, revisited(catalog), UrlState.UNCHANGED)
    assert row_of(catalog, "/page").renderer_reason == row.renderer_reason
    (task,) = find(catalog, 3, met("/page"))
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"), copy=copy("text"))
    assert (row_of(catalog, "/page").renderer, row_of(catalog, "/page").renderer_reason) == ("http", None)


def test_verdicts_of_every_shape_go_into_one_batch(catalog: Catalog) -> None:
    tasks = find(catalog, 1, *(met(f"/{number}") for number in range(4)))
    first, second, third, fourth = (task.url_id for task in tasks)
    verdicts = [
        Verdict(first, UrlState.INDEXED, document_id=name_of("/0"), copy=copy("a"), milliseconds=12),
        Verdict(second, UrlState.REFUSED, Reason.NOINDEX, copy=copy(etag=None)),
        Verdict(third, UrlState.REDIRECT, detail=f"{SITE}/0", document_id=name_of("/0"), status=301),
        Verdict(fourth, UrlState.FAILED, Reason.DNS_FAILED),
    ]
    with catalog.write() as connection:
        record_verdicts(connection, verdicts, NOON)
        record_verdicts(connection, [], NOON)
    rows = [row_of(catalog, f"/{number}") for number in range(4)]
    assert [row.state for row in rows] == ["indexed", "refused", "redirect", "failed"]
    assert [row.document_id for row in rows] == [name_of("/0"), None, name_of("/0"), None]
    assert [row.etag for row in rows] == ['"one"', None, None, None]
    assert rows[0].fetch_ms == 12


def test_what_strangers_send_is_cut_to_what_the_columns_hold(catalog: Catalog) -> None:
    """PostgreSQL refuses a longer text, and one odd answer must not end a crawl."""
    host = "a" * 400 + ".example"
    (task,) = find(catalog, 1, met(f"https://{host}/"))
    assert (task.host, task.url) == (host[:300], f"https://{host}/")
    assert paths(window(catalog, 1, host[:300])) == [f"https://{host}/"]
    conclude(catalog, task, UrlState.REFUSED, copy=copy(content_type="application/" + "x" * 200))
    assert row_of(catalog, f"https://{host}/").content_type == "application/" + "x" * 116


@pytest.mark.parametrize("odd", ["\x00", "\ud800"])
def test_what_no_database_keeps_in_a_text_does_not_end_a_crawl(catalog: Catalog, odd: str) -> None:
    (task,) = find(catalog, 1, met("/page"))
    conclude(catalog, task, UrlState.FAILED, reason=Reason.TLS_FAILED, detail=f"a name with {odd}")
    assert row_of(catalog, "/page").detail == "a name with \ufffd"


def test_a_large_batch_is_queued_in_the_order_in_which_it_was_met(catalog: Catalog) -> None:
    known = [met(f"/{number}") for number in range(0, 1200, 3)]
    find(catalog, 1, *known)
    both = [met(f"/{number}") for number in range(1199, -1, -1)]
    expected = [f"/{number}" for number in range(1199, -1, -1) if number % 3]
    assert paths(find(catalog, 1, *both)) == expected
    assert paths(window(catalog, 1, limit=2000)) == [f"/{number}" for number in range(0, 1200, 3)] + expected


# Again in the same run


def test_requeued_rows_wait_again_and_are_asked_for_directly(catalog: Catalog) -> None:
    tasks = find(catalog, 1, met("/1", redirects=(f"{SITE}/old",)), met("/2"), met("/3"))
    for task in tasks:
        conclude(catalog, task, UrlState.FAILED, reason=Reason.TIMEOUT, detail="slow", attempts=4)
    with catalog.write() as connection:
        some = select(urls.c.id).where(urls.c.id.in_([tasks[0].url_id, tasks[1].url_id]))
        assert requeue(connection, 2, some, FoundBy.ORPHAN) == 2
        assert requeue(connection, 2, some.where(urls.c.id < 0), FoundBy.ORPHAN) == 0
    waiting = window(catalog, 2)
    assert paths(waiting) == ["/1", "/2"]
    assert {task.found_by for task in waiting} == {FoundBy.ORPHAN}
    assert [(task.attempts, task.redirects) for task in waiting] == [(0, ()), (0, ())]
    assert (row_of(catalog, "/1").reason, row_of(catalog, "/1").detail) == (None, None)
    assert row_of(catalog, "/3").run_id == 1


def test_states_are_counted_by_reason(catalog: Catalog) -> None:
    one, two, three = find(catalog, 1, met("/1"), met("/2"), met("/3"))
    find(catalog, 2, met("/of another run"))
    conclude(catalog, one, UrlState.INDEXED)
    conclude(catalog, two, UrlState.REFUSED, reason=Reason.NOINDEX)
    conclude(catalog, three, UrlState.REFUSED, reason=Reason.NOINDEX)
    find(catalog, 1, met("/4"))
    with catalog.read() as connection:
        assert state_counts(connection, 1, 1) == {
            (UrlState.INDEXED, None): 1,
            (UrlState.REFUSED, Reason.NOINDEX): 2,
            (UrlState.QUEUED, None): 1,
        }


# Whatever happens

KEYS = [f"/{number}" for number in range(4)]
Step = tuple[str, int, Reason | UrlState | None]


def a_step() -> st.SearchStrategy[Step]:
    number = st.integers(0, len(KEYS) - 1)
    before_a_request = st.sampled_from([*REACHABLE_ANOTHER_WAY, Reason.EXCLUDED_BY_CRAWL_FILTER])
    after_it = st.sampled_from([state for state in UrlState if state is not UrlState.QUEUED])
    return st.one_of(
        st.tuples(st.just("allowed"), number, st.none()),
        st.tuples(st.just("refused"), number, before_a_request),
        st.tuples(st.just("visited"), number, after_it),
    )


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder: Path = tmp_path_factory.mktemp("ledger")
    catalog = open_catalog(f"sqlite:///{folder}/catalog.db", folder)
    yield catalog
    catalog.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(runs=st.lists(st.lists(a_step(), max_size=12), min_size=2, max_size=2))
def test_whatever_is_met_every_url_has_one_row_and_allowed_ways_win(
    emptied: Catalog, runs: list[list[Step]]
) -> None:
    with emptied.write() as connection:
        connector = intranet(connection)
        connection.execute(delete(urls))
        seen = set[str]()
        for run, steps in enumerate(runs, 1):
            allowed, settled_otherwise = set[str](), set[str]()
            for what, number, how in steps:
                path = KEYS[number]
                if what == "allowed":
                    seen.add(path)
                    enqueue(connection, connector, run, [met(path)])
                    allowed.add(path)
                elif what == "refused":
                    assert isinstance(how, Reason)
                    seen.add(path)
                    refuse(connection, connector, run, [met(path, how)])
                else:
                    assert isinstance(how, UrlState)
                    waiting = frontier_window(connection, connector, run, "a.example", 99)
                    for task in waiting:
                        if task.url == SITE + path:
                            record_verdicts(connection, [Verdict(task.url_id, how, Reason.FORBIDDEN)], NOON)
                            settled_otherwise.add(path)
        rows = connection.execute(select(urls).order_by(urls.c.id)).all()
        assert sorted(row.url.removeprefix(SITE) for row in rows) == sorted(seen)
        assert {row.state for row in rows} <= {state.value for state in UrlState}
        for row in rows:
            path = row.url.removeprefix(SITE)
            if row.run_id == 2 and path in allowed:
                assert row.reason not in REACHABLE_ANOTHER_WAY
                assert row.state != "queued" or path not in settled_otherwise
        queued = connection.scalar(select(func.count()).where(urls.c.state == "queued", urls.c.run_id == 2))
        assert sum(queued_hosts(connection, connector, 2).values()) == queued
