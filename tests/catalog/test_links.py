"""The links of pages, and the counters of hosts out of scope."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.connectors import connector_id
from catalog.content import pack_links, unpack_links
from catalog.database import Catalog
from catalog.explanation import links_to_host
from catalog.links import _together, count_refused_hosts, read_links_of, save_links
from catalog.tables import refused_links
from catalog.visit import EXAMPLES_PER_HOST, HostRefused
from catalog.vocabulary import Reason
from tests.catalog.rows import add_url

Counters = dict[tuple[str, str], tuple[int, tuple[str, ...]]]


def left_out(host: str, count: int = 1, *paths: str, reason: Reason = Reason.OUT_OF_SCOPE) -> HostRefused:
    return HostRefused(host, reason, count, tuple(f"https://{host}{path}" for path in paths))


def count(catalog: Catalog, run: int, *refused: HostRefused, connector: str = "intranet") -> None:
    with catalog.write() as connection:
        count_refused_hosts(connection, connector_id(connection, connector), run, refused)


def counters(catalog: Catalog, connector: str = "intranet") -> Counters:
    with catalog.write() as connection:
        of_connector = refused_links.c.connector_id == connector_id(connection, connector)
        return {
            (row.host, row.reason): (row._mapping["count"], tuple(row.examples))
            for row in connection.execute(select(refused_links).where(of_connector))
        }


def test_the_links_of_a_page_come_back_as_it_was_last_read(catalog: Catalog) -> None:
    with catalog.write() as connection:
        page, other = (add_url(connection, f"https://a.example/{name}") for name in ("page", "other"))
        save_links(connection, [])
        save_links(connection, [(page, pack_links([("https://a.example/1", False)])), (other, b"packed")])
        save_links(connection, [(page, pack_links([("https://a.example/2", True)]))])
    with catalog.read() as connection:
        packed = read_links_of(connection, [page])[page]
        assert packed is not None
        assert unpack_links(packed) == (("https://a.example/2", True),)
        assert read_links_of(connection, [other, other + 1]) == {other: b"packed"}


def test_counters_add_up_within_a_run(catalog: Catalog) -> None:
    count(catalog, 1, left_out("b.example", 3, "/1", "/2"), left_out("c.example", 1, "/"))
    count(catalog, 1, left_out("b.example", 2, "/2", "/3"))
    count(catalog, 1)
    assert counters(catalog) == {
        ("b.example", "out_of_scope"): (
            5,
            ("https://b.example/1", "https://b.example/2", "https://b.example/3"),
        ),
        ("c.example", "out_of_scope"): (1, ("https://c.example/",)),
    }
    with catalog.read() as connection:
        assert [(each.connector, each.count) for each in links_to_host(connection, "b.example")] == [
            ("intranet", 5)
        ]


def test_counters_start_anew_in_the_next_run(catalog: Catalog) -> None:
    count(catalog, 1, left_out("b.example", 30, "/old"), left_out("c.example", 4, "/"))
    count(catalog, 2, left_out("b.example", 2, "/new"))
    assert counters(catalog)["b.example", "out_of_scope"] == (2, ("https://b.example/new",))
    assert counters(catalog)["c.example", "out_of_scope"][0] == 4, "not met again: what was last known"


def test_one_batch_may_name_a_host_many_times(catalog: Catalog) -> None:
    pages = [left_out("b.example", 2, f"/{number}", "/") for number in range(9)]
    count(catalog, 1, *pages)
    total, examples = counters(catalog)["b.example", "out_of_scope"]
    assert total == 18
    assert len(examples) == EXAMPLES_PER_HOST
    assert examples[:2] == ("https://b.example/0", "https://b.example/")


def test_each_reason_and_each_connector_counts_by_itself(catalog: Catalog) -> None:
    trap = left_out("b.example", 2, reason=Reason.TRAP)
    count(catalog, 1, left_out("b.example"), trap)
    count(catalog, 1, trap)
    count(catalog, 1, left_out("b.example", 7), connector="wiki")
    assert counters(catalog) == {
        ("b.example", "out_of_scope"): (1, ()),
        ("b.example", "trap"): (4, ()),
    }
    assert counters(catalog, "wiki") == {("b.example", "out_of_scope"): (7, ())}


def test_a_directory_of_links_may_name_more_hosts_than_a_statement_holds(catalog: Catalog) -> None:
    """Every engine limits the variables of a statement: SQLite to 32,766."""
    hosts = [left_out(f"{number}.example", 1, "/") for number in range(33_000)]
    count(catalog, 1, *hosts)
    count(catalog, 1, hosts[0], hosts[-1])
    known = counters(catalog)
    assert len(known) == 33_000
    assert known["32999.example", "out_of_scope"] == (2, ("https://32999.example/",))


def test_a_host_longer_than_any_name_is_counted_too(catalog: Catalog) -> None:
    host = "a" * 400 + ".example"
    count(catalog, 1, left_out(host), left_out(host + ".", 2))
    count(catalog, 1, left_out(host))
    assert counters(catalog) == {(host[:300], "out_of_scope"): (4, ())}


@given(st.lists(st.lists(st.text("ab", max_size=2), max_size=8), min_size=1, max_size=5))
def test_examples_are_the_first_that_differ(pages: list[list[str]]) -> None:
    total = left_out("b.example", 0)
    for paths in pages:
        total = _together(total, left_out("b.example", len(paths), *paths))
    in_order = tuple(dict.fromkeys(f"https://b.example{path}" for paths in pages for path in paths))
    assert total.examples == in_order[:EXAMPLES_PER_HOST]
    assert total.count == sum(map(len, pages))
