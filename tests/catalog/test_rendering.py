"""What was learned of pages that need a browser comes back as it was saved, each connector's apart."""

from __future__ import annotations

from dataclasses import replace

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.rendering import RenderingRecord, load_rendering, save_rendering

PRODUCTS = RenderingRecord("shop.example", "/products/*", -(1 << 63), "shell", 40, 9, 9, 0)
GUIDE = RenderingRecord("shop.example", "/guide/*.html", (1 << 63) - 1, "plain", 900, 3, 0, 3)


def test_records_come_back_from_where_most_pages_are(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "shop")
        save_rendering(connection, number, [PRODUCTS, GUIDE])
        assert load_rendering(connection, number) == (GUIDE, PRODUCTS)
        assert load_rendering(connection, connector_id(connection, "wiki")) == ()


def test_a_record_takes_the_place_of_the_former_one(catalog: Catalog) -> None:
    later = replace(PRODUCTS, pages=50, samples=12, streak=2)
    with catalog.write() as connection:
        number = connector_id(connection, "shop")
        save_rendering(connection, number, [PRODUCTS, GUIDE])
        save_rendering(connection, number, [later])
        save_rendering(connection, number, [])
        assert load_rendering(connection, number) == (GUIDE, later)


def test_templates_and_kinds_under_one_pattern_are_kept_apart(catalog: Catalog) -> None:
    records = {
        PRODUCTS,
        replace(PRODUCTS, kind="plain"),
        replace(PRODUCTS, template=7),
        replace(PRODUCTS, pattern="/*"),
    }
    with catalog.write() as connection:
        number = connector_id(connection, "shop")
        save_rendering(connection, number, records)
        assert set(load_rendering(connection, number)) == records


def test_names_of_any_length_are_cut_to_what_a_column_holds(catalog: Catalog) -> None:
    endless = replace(PRODUCTS, host="h" * 400, pattern="/" + "p" * 400)
    with catalog.write() as connection:
        number = connector_id(connection, "shop")
        save_rendering(connection, number, [endless])
        (kept,) = load_rendering(connection, number)
    assert kept == replace(endless, host="h" * 300, pattern="/" + "p" * 299)
