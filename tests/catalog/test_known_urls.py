"""The rows of a connector as a plan reads them, and access rules that are looked at only when they change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from catalog.access import AccessList, intern, known_access_lists
from catalog.access_rules import follow_access_rules
from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.document import url_key
from catalog.known_urls import (
    RefusedHostExamples,
    known_urls,
    last_robots,
    refused_host_examples,
    seed_redirects,
    which_are_known,
)
from catalog.robots_cache import RobotsAnswer, save_robots
from catalog.tables import documents, refused_links
from catalog.vocabulary import NOBODY, PUBLIC
from tests.catalog.rows import NOON, add_document, add_url


def site(path: str) -> str:
    return f"https://a.example/{path}"


def add_page(connection: Connection, path: str, **columns: Any) -> int:
    number = add_url(connection, site(path))
    add_document(connection, site(path), url_id=number, **columns)
    return number


def test_rows_come_in_their_order_with_the_readers_of_their_living_document(catalog: Catalog) -> None:
    with catalog.write() as connection:
        group = intern(connection, ["group:hr"], [])
        add_page(connection, "public")
        add_page(connection, "hr", access_id=group)
        add_page(connection, "deleted", deleted_at=NOON)
        add_url(connection, site("refused"), state="refused", reason="too_deep", rule="scope.max_depth 3")
        add_url(connection, site("public"), connector="wiki")
        rows = list(known_urls(connection, connector_id(connection, "intranet")))
    assert [(row.url, row.access_id) for row in rows] == [
        (site("public"), PUBLIC),
        (site("hr"), group),
        (site("deleted"), None),
        (site("refused"), None),
    ]
    assert (rows[3].state, rows[3].reason, rows[3].rule) == ("refused", "too_deep", "scope.max_depth 3")


def test_only_redirects_of_seeds_that_joined_the_scope_are_ways_in(catalog: Catalog) -> None:
    with catalog.write() as connection:
        add_url(connection, site("seed"), state="redirect", detail=site("home"))
        add_url(connection, site("home"), state="redirect", found_by="redirect", detail=site("start"))
        add_url(connection, site("out"), state="redirect", reason="out_of_scope", detail="https://b.example/")
        add_url(connection, site("page"), state="redirect", depth=2, found_by="link", detail=site("new"))
        found = seed_redirects(connection, connector_id(connection, "intranet"))
    assert found == {site("seed"): site("home"), site("home"): site("start")}


def test_robots_are_remembered_beyond_their_day(catalog: Catalog) -> None:
    old = RobotsAnswer("https://a.example", 200, b"Disallow: /", NOON, NOON - timedelta(days=30), None)
    with catalog.write() as connection:
        save_robots(connection, [old])
        assert last_robots(connection, "https://a.example") == (200, b"Disallow: /")
        assert last_robots(connection, "https://b.example") is None


def test_hosts_left_out_come_with_their_examples_and_known_keys_are_told_apart(catalog: Catalog) -> None:
    with catalog.write() as connection:
        add_url(connection, site("known"))
        number = connector_id(connection, "intranet")
        rows = [
            {"connector_id": number, "host": host, "reason": "out_of_scope", "run_id": 1, "count": count}
            | {"examples": [f"https://{host}/"]}
            for host, count in (("few.example", 2), ("many.example", 9))
        ]
        connection.execute(insert(refused_links), rows)
        keys = [url_key("intranet", site(path)) for path in ("known", "unknown")]
        assert which_are_known(connection, keys) == {keys[0]}
        assert refused_host_examples(connection, number) == (
            RefusedHostExamples("many.example", "out_of_scope", 9, ("https://many.example/",)),
            RefusedHostExamples("few.example", "out_of_scope", 2, ("https://few.example/",)),
        )


def test_every_interned_list_has_its_id(catalog: Catalog) -> None:
    with catalog.write() as connection:
        group = intern(connection, ["group:hr"], ["user:eva"])
        known = known_access_lists(connection)
    assert known[AccessList(("group:hr",), ("user:eva",))] == group
    assert (known[AccessList((), ())], known[AccessList(("everyone",), ())]) == (NOBODY, PUBLIC)


def test_documents_follow_access_rules_that_changed_and_are_not_looked_at_otherwise(catalog: Catalog) -> None:
    with catalog.write() as connection:
        add_page(connection, "page")
        number = connector_id(connection, "intranet")
        group = intern(connection, ["group:hr"], [])

        def follow(access_id: int) -> int:
            return follow_access_rules(connection, number, [""], [access_id], lambda _url: access_id)

        assert follow(group) == 1
        assert connection.scalar(select(documents.c.access_id)) == group
        connection.execute(update(documents).values(access_id=NOBODY))
        assert follow(group) == 0
        assert connection.scalar(select(documents.c.access_id)) == NOBODY
        assert follow(PUBLIC) == 1
        assert connection.scalar(select(documents.c.access_id)) == PUBLIC
