"""What is asked all the time is answered from an index, never by reading every row (on SQLite)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from catalog.database import open_catalog
from catalog.documents import document_count, pending_count, pending_documents, read_documents
from catalog.explanation import explain, links_to_host
from catalog.known_urls import known_urls, seed_redirects
from catalog.ledger import enqueue, frontier_window, queued_hosts, record_verdicts
from catalog.redirected_seeds import redirected_seeds
from catalog.reports import connector_statuses
from catalog.visit import Verdict
from catalog.vocabulary import UrlState
from tests.catalog.rows import NOON
from tests.catalog.visiting import copy, intranet, met


def _links_to_host(connection: Connection) -> None:
    intranet(connection)
    links_to_host(connection, "a.example")


_LANE = "ix_urls_frontier (connector_id=? AND run_id=? AND host=?)"
VERDICT = Verdict(1, UrlState.INDEXED, copy=copy("text"))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda connection: pending_documents(connection, 10), "ix_documents_pending"),
        (pending_count, "ix_documents_pending"),
        (document_count, "COVERING INDEX ix_documents_living"),
        (lambda connection: document_count(connection, 1), "COVERING INDEX ix_documents_living"),
        (lambda connection: read_documents(connection, ["a"]), "sqlite_autoindex_documents_1"),
        (lambda connection: frontier_window(connection, 1, 1, "a.example", 9), _LANE),
        (connector_statuses, "ix_documents_pending"),
        (lambda connection: queued_hosts(connection, 1, 1), "ix_urls_frontier (connector_id=? AND run_id=?)"),
        (lambda connection: redirected_seeds(connection, 1, 1), "ix_urls_seed_redirects"),
        (lambda connection: seed_redirects(connection, 1), "ix_urls_seed_redirects"),
        (lambda connection: explain(connection, "https://a.example/"), "sqlite_autoindex_urls_1"),
        (_links_to_host, "sqlite_autoindex_refused_links_1"),
        (
            lambda connection: enqueue(connection, intranet(connection), 1, [met("/")]),
            "sqlite_autoindex_urls_1",
        ),
        (lambda connection: record_verdicts(connection, [VERDICT], NOON), "USING INTEGER PRIMARY KEY"),
    ],
)
def test_a_frequent_question_uses_its_index(
    ask: Callable[[Connection], object], index: str, tmp_path: Path
) -> None:
    catalog = open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path)
    asked: list[tuple[str, Any]] = []
    with catalog.read() as connection:
        event.listen(
            connection,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
        )
        ask(connection)
    with catalog.read() as connection:
        plans = [
            step[3]
            for statement, parameters in asked
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    catalog.close()
    assert any(index in step for step in plans), plans
    assert not any(step in {"SCAN documents", "SCAN urls"} for step in plans), plans


def test_a_plan_reads_the_ledger_once_and_documents_by_their_index(tmp_path: Path) -> None:
    catalog = open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path)
    asked: list[tuple[str, Any]] = []
    with catalog.read() as connection:
        event.listen(
            connection,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
        )
        assert list(known_urls(connection, 1)) == []
    ((statement, parameters),) = [each for each in asked if each[0].startswith("SELECT")]
    with catalog.read() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    catalog.close()
    assert steps[0] == "SCAN urls"
    assert "COVERING INDEX ix_documents_living (connector_id=? AND deleted_at=? AND url_id=?)" in steps[1]
    assert len(steps) == 2
