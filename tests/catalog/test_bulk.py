"""Rows that travel as one value arrive as they were, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, true

from catalog.bulk import ManyOf, ManyRows
from catalog.database import Catalog
from catalog.tables import urls
from tests.catalog.visiting import intranet

NAMES = ("connector_id", "key", "url", "host", "depth", "found_by", "run_id", "state", "redirects")
MORE = ("detail", "size", "etag", "body_hash", "content_hash")
COLUMNS = tuple(urls.c[name] for name in NAMES + MORE)
MANY = ManyRows(COLUMNS)


def row(connector: int, number: int, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "connector_id": connector,
        "key": number.to_bytes(16, "big"),
        "url": f"https://a.example/{number}",
        "host": "a.example",
        "depth": number,
        "found_by": "link",
        "run_id": 1,
        "state": "queued",
    }
    return dict.fromkeys(NAMES + MORE) | values | changes


def stored(catalog: Catalog, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Write rows as one value, read them back row by row."""
    with catalog.write() as connection:
        source = MANY.source(connection.dialect.name)
        statement = insert(urls).from_select(source.c.keys(), select(*source.c).where(true()))
        connection.execute(statement, MANY.parameters([list(each.values()) for each in rows]))
    with catalog.read() as connection:
        return [dict(each._mapping) for each in connection.execute(select(*COLUMNS).order_by(urls.c.id))]


@pytest.fixture
def connector(catalog: Catalog) -> int:
    with catalog.write() as connection:
        return intranet(connection)


def test_rows_arrive_in_their_order_with_every_type_of_value(catalog: Catalog, connector: int) -> None:
    rows = [
        row(connector, 3, redirects=["https://a.example/old", "https://a.example/'\"\\"], size=2**40),
        row(connector, 1, body_hash=b"\x00" * 16, content_hash=bytes(range(16)), etag='W/"ü 😀"'),
        row(connector, 2, content_hash=b"\xff" * 16, detail="a text, null, 17"),
    ]
    assert stored(catalog, *rows) == rows


@pytest.mark.parametrize("text", ["17", "-1e3", "null", "true", "[1]", '{"a": 1}', "", "\\u0000", "%s :x ?"])
def test_a_text_stays_the_text_that_it_is(catalog: Catalog, connector: int, text: str) -> None:
    assert [each["detail"] for each in stored(catalog, row(connector, 1, detail=text))] == [text]


@pytest.mark.parametrize("odd", ["\x00", "\ud800"])
def test_what_no_database_keeps_is_replaced(catalog: Catalog, connector: int, odd: str) -> None:
    rows = [row(connector, 1, detail=f"before{odd}after"), row(connector, 2, detail="as it was")]
    assert [each["detail"] for each in stored(catalog, *rows)] == ["before\ufffdafter", "as it was"]


def test_what_json_cannot_hold_is_told(connector: int) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        MANY.parameters([list(row(connector, 1, detail=object()).values())])


def test_a_single_column_travels_too(catalog: Catalog, connector: int) -> None:
    stored(catalog, row(connector, 1), row(connector, 2), row(connector, 3))
    keys = ManyRows([urls.c.key])
    depths = ManyRows([urls.c.depth])
    with catalog.read() as connection:
        source = keys.source(connection.dialect.name)
        by_key = select(urls.c.depth).join(source, source.c.key == urls.c.key).order_by(urls.c.depth)
        sought = [[number.to_bytes(16, "big")] for number in (3, 9, 1)]
        assert list(connection.scalars(by_key, keys.parameters(sought))) == [1, 3]
        source = depths.source(connection.dialect.name)
        by_depth = select(urls.c.url).join(source, source.c.depth == urls.c.depth)
        assert list(connection.scalars(by_depth, depths.parameters([[2], [7]]))) == ["https://a.example/2"]


def test_rows_are_read_back_as_one_value(catalog: Catalog, connector: int) -> None:
    stored(catalog, row(connector, 2, body_hash=b"\xab" * 16, etag='"ü\\'), row(connector, 1, detail="x"))
    query = select(urls.c.depth, urls.c.body_hash, urls.c.etag, urls.c.detail)
    with catalog.read() as connection:
        dialect = connection.dialect.name
        found = sorted(ManyOf(query, dialect).fetch(connection, {}))
        assert found == [[1, None, None, "x"], [2, b"\xab" * 16, '"ü\\', None]]
        assert ManyOf(query.where(urls.c.depth == 5), dialect).fetch(connection, {}) == []
