"""Reports on connectors and runs, and the explanation of a URL, over both databases."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, update

from catalog.access import AccessList
from catalog.connectors import connector_id
from catalog.content import pack_links
from catalog.database import Catalog
from catalog.document import document_id
from catalog.explanation import Finding, RefusedHostLinks, explain, links_to_host
from catalog.holder import Holder
from catalog.reports import Health, connector_statuses, run_summary
from catalog.run_report import RefusedHost, VerdictCount, refused_hosts, report_rows, verdict_counts
from catalog.runs import begin_run, finish_run, read_run
from catalog.tables import documents, page_links, refused_links, urls
from catalog.task import FoundBy
from catalog.vocabulary import Reason, RunMode, RunState, UrlState
from tests.catalog.rows import NOON, add_chunks, add_document, add_url


def site(path: str) -> str:
    return f"https://a.example/{path}"


def refuse_host(connection: Connection, host: str, count: int, connector: str = "intranet") -> None:
    connection.execute(
        insert(refused_links).values(
            connector_id=connector_id(connection, connector),
            host=host,
            reason=Reason.OUT_OF_SCOPE.value,
            run_id=1,
            count=count,
            examples=[f"https://{host}/"],
        )
    )


def test_a_status_counts_only_what_is_the_connectors_own(catalog: Catalog) -> None:
    with catalog.write() as connection:
        page = add_document(connection, site(""), pending=False)
        add_document(connection, site("waits"))
        add_document(connection, site("gone"), deleted_at=NOON)
        other = add_document(connection, site(""), connector="wiki", pending=False)
        add_chunks(connection, page, 2)
        add_chunks(connection, other, 1)
        begin_run(connection, connector_id(connection, "intranet"), RunMode.FULL, "s1", now=NOON)
        statuses = connector_statuses(connection)
    intranet, wiki = statuses["intranet"], statuses["wiki"]
    assert (intranet.documents, intranet.chunks, intranet.waiting, intranet.health) == (
        2,
        2,
        2,
        Health.RUNNING,
    )
    assert (wiki.documents, wiki.chunks, wiki.waiting, wiki.health) == (1, 1, 0, Health.NEW)


@pytest.mark.parametrize(
    ("state", "health"),
    [
        (RunState.SUCCEEDED, Health.HEALTHY),
        (RunState.INCOMPLETE, Health.INCOMPLETE),
        (RunState.STOPPED, Health.STOPPED),
        (RunState.FAILED, Health.FAILED),
    ],
)
def test_health_is_that_of_the_latest_run(catalog: Catalog, state: RunState, health: Health) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        for outcome in (RunState.FAILED, RunState.SUCCEEDED, state):
            run = begin_run(connection, number, RunMode.FULL, "s1")
            finish_run(connection, run.id, outcome, counts={}, seconds=0.0)
        assert connector_statuses(connection)["intranet"].health is health


def test_a_connector_whose_process_was_killed_is_interrupted(catalog: Catalog) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    killed = replace(Holder.of_this_process(), pid=ended.pid, token="cccc", ticks=5)
    with catalog.write() as connection:
        begin_run(connection, connector_id(connection, "intranet"), RunMode.FULL, "s1", holder=killed)
        assert connector_statuses(connection)["intranet"].health is Health.INTERRUPTED


def test_a_run_without_a_second_has_no_speed(catalog: Catalog) -> None:
    with catalog.write() as connection:
        begun = begin_run(connection, connector_id(connection, "intranet"), RunMode.FULL, "s1", now=NOON)
        run = read_run(connection, begun.id)
    assert run is not None
    summary = run_summary(run)
    assert (summary["pages_per_second"], summary["refused"], summary["finished_at"]) == (0.0, {}, None)


def test_report_rows_name_referrer_and_title(catalog: Catalog) -> None:
    with catalog.write() as connection:
        seed = add_url(connection, site(""), run_id=2)
        add_url(
            connection,
            site("copy"),
            run_id=2,
            depth=1,
            referrer_id=seed,
            state="duplicate",
            reason="duplicate_of",
            detail=site("page"),
            document_id=add_document(connection, site("page"), title="The original"),
        )
        add_url(connection, site("earlier"), run_id=1)
        rows = list(report_rows(connection, 2))
    assert [(row.url, row.state, row.referrer, row.title) for row in rows] == [
        (site(""), "indexed", None, None),
        (site("copy"), "duplicate", site(""), "The original"),
    ]


def test_a_report_longer_than_one_portion_is_complete(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        rows = [
            {
                "connector_id": number,
                "key": n.to_bytes(16, "big"),
                "url": site(str(n)),
                "host": "a.example",
                "depth": 0,
                "found_by": "seed",
                "run_id": 1,
                "state": "indexed",
            }
            for n in range(2500)
        ]
        connection.execute(insert(urls), rows)
    with catalog.read() as connection:
        assert [row.url for row in report_rows(connection, 1)] == [row["url"] for row in rows]


def test_verdicts_are_counted_by_state_and_reason_most_frequent_first(catalog: Catalog) -> None:
    with catalog.write() as connection:
        for number in range(3):
            add_url(connection, site(f"deep/{number}"), state="refused", reason="too_deep")
        add_url(connection, site("no"), state="refused", reason="noindex")
        add_url(connection, site("yes"))
        add_url(connection, site("another run"), run_id=2)
        assert verdict_counts(connection, 1) == (
            VerdictCount(UrlState.REFUSED, Reason.TOO_DEEP, 3),
            VerdictCount(UrlState.INDEXED, None, 1),
            VerdictCount(UrlState.REFUSED, Reason.NOINDEX, 1),
        )


def test_refused_hosts_come_with_the_most_links_first(catalog: Catalog) -> None:
    with catalog.write() as connection:
        refuse_host(connection, "few.example", 2)
        refuse_host(connection, "many.example", 30)
        assert refused_hosts(connection, 1) == (
            RefusedHost("many.example", Reason.OUT_OF_SCOPE, 30, ("https://many.example/",)),
            RefusedHost("few.example", Reason.OUT_OF_SCOPE, 2, ("https://few.example/",)),
        )
        assert refused_hosts(connection, 2) == ()
        refuse_host(connection, "few.example", 5, connector="wiki")
        assert links_to_host(connection, "few.example") == (
            RefusedHostLinks("wiki", Reason.OUT_OF_SCOPE, 5),
            RefusedHostLinks("intranet", Reason.OUT_OF_SCOPE, 2),
        )


def test_an_explanation_leads_from_the_url_back_to_the_seed(catalog: Catalog) -> None:
    with catalog.write() as connection:
        seed = add_url(connection, site(""))
        hub = add_url(connection, site("hub"), depth=1, referrer_id=seed, found_by="link")
        page = add_url(connection, site("page"), depth=2, referrer_id=hub, found_by="redirect")
        connection.execute(insert(page_links).values(url_id=page, links=pack_links([(site("x"), False)] * 3)))
        (found,) = explain(connection, site("page"))
    assert found.chain == (
        Finding(site("page"), 2, FoundBy.REDIRECT),
        Finding(site("hub"), 1, FoundBy.LINK),
        Finding(site(""), 0, FoundBy.SEED),
    )
    assert (found.links, found.document, found.history) == (3, None, ())


def test_an_explanation_has_the_document_and_says_whether_the_indexes_show_it(catalog: Catalog) -> None:
    with catalog.write() as connection:
        add_url(connection, site("page"))
        name = add_document(connection, site("page"), changed_at=NOON + timedelta(days=1))
        add_chunks(connection, name, 4)
        (found,) = explain(connection, site("page"))
        assert found.document is not None
        assert (found.document.id, found.document.chunks, found.document.indexed) == (name, 4, False)
        assert found.document.access == AccessList(("everyone",), ())
        assert found.document.changed_at == NOON + timedelta(days=1)
        connection.execute(update(documents).values(pending=False))
        (found,) = explain(connection, site("page"))
        assert found.document is not None
        assert found.document.indexed


def test_an_explanation_of_a_copy_shows_the_originals_document(catalog: Catalog) -> None:
    with catalog.write() as connection:
        original = add_document(connection, site("page"))
        add_document(connection, site("copy"), deleted_at=NOON)
        add_url(connection, site("copy"), state="duplicate", reason="duplicate_of", document_id=original)
        (found,) = explain(connection, site("copy"))
    assert found.document is not None
    assert found.document.id == document_id("intranet", site("page"))


def test_a_url_is_found_however_it_is_written_and_in_every_connector(catalog: Catalog) -> None:
    with catalog.write() as connection:
        add_url(connection, site("page"))
        add_url(connection, site("page"), connector="wiki", state="queued")
        found = explain(connection, "HTTPS://A.example/page", site("page"))
        assert [(each.connector, each.state) for each in found] == [
            ("intranet", UrlState.INDEXED),
            ("wiki", UrlState.QUEUED),
        ]
        assert explain(connection, site("never seen")) == ()


def test_a_referrer_that_is_gone_or_a_circle_ends_the_chain(catalog: Catalog) -> None:
    with catalog.write() as connection:
        first = add_url(connection, site("1"), referrer_id=4711)
        second = add_url(connection, site("2"), referrer_id=first)
        assert [each.url for each in explain(connection, site("2"))[0].chain] == [site("2"), site("1")]
        connection.execute(update(urls).where(urls.c.id == first).values(referrer_id=second))
        assert [each.url for each in explain(connection, site("2"))[0].chain] == [site("2"), site("1")]
