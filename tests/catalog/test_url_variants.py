"""What was learned of variants comes back, and the ledger says which addresses show the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.document import url_key
from catalog.url_variants import (
    Likeness,
    VariantRecord,
    compare,
    count_recognised,
    load_variants,
    refuted_in,
    requeue_recognised,
    save_variants,
)
from tests.catalog.rows import add_url
from tests.catalog.visiting import hash_of, row_of

SID = VariantRecord("a.example", "parameter", "sid", 5)
SLASH = VariantRecord("a.example", "slash", "", 7)
VARIANT, NORMAL = "https://a.example/x?sid=1", "https://a.example/x"
RULE = "on this host the parameter `sid` changes nothing: 5 pages seen alike"


def test_rules_come_back_each_connectors_apart(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        save_variants(connection, number, 1, [SLASH, SID])
        save_variants(connection, number, 1, [])
        assert load_variants(connection, number) == (SID, SLASH)
        assert load_variants(connection, connector_id(connection, "wiki")) == ()


def test_a_rule_that_is_refuted_is_remembered_with_the_run_that_did_it(catalog: Catalog) -> None:
    refuted = replace(SID, refuted="https://a.example/x?sid=1 differs from https://a.example/x")
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        save_variants(connection, number, 1, [SID, SLASH])
        save_variants(connection, number, 2, [refuted])
        assert load_variants(connection, number) == (refuted, SLASH)
        assert refuted_in(connection, number, 2) == (refuted,)
        assert refuted_in(connection, number, 1) == ()


SAID, OTHER = hash_of("the same"), hash_of("something else")
COPY: dict[str, Any] = {
    "state": "duplicate",
    "reason": "duplicate_of",
    "content_hash": SAID,
    "document_id": "d",
}
PAGE: dict[str, Any] = {"state": "indexed", "content_hash": SAID, "document_id": "d"}


@pytest.mark.parametrize(
    ("variant", "normal", "expected"),
    [
        (COPY, PAGE, Likeness.SAME),
        (PAGE, COPY, Likeness.SAME),
        (COPY, COPY | {"reason": "canonical_elsewhere"}, Likeness.SAME),
        (COPY | {"reason": "canonical_elsewhere", "content_hash": OTHER}, PAGE, Likeness.SAME),
        (PAGE, PAGE | {"document_id": "e"}, Likeness.UNCLEAR),  # too little text, or other readers
        (PAGE, PAGE | {"content_hash": OTHER, "document_id": "e"}, Likeness.DIFFERENT),
        (COPY | {"sketch": bytes(16)}, PAGE | {"content_hash": OTHER, "sketch": bytes(16)}, Likeness.UNCLEAR),
        (PAGE, {"state": "gone"}, Likeness.DIFFERENT),
        (PAGE, {"state": "refused", "reason": "soft_404"}, Likeness.DIFFERENT),
        (PAGE, {"state": "redirect", "document_id": "d"}, Likeness.UNCLEAR),
        (PAGE, {"state": "failed", "reason": "timeout"}, Likeness.UNCLEAR),
        ({"state": "gone"}, PAGE, Likeness.UNCLEAR),
        (COPY | {"rule": RULE}, PAGE, Likeness.UNCLEAR),  # nobody has looked at it
        (PAGE, {"state": "queued"}, Likeness.NOT_YET),
        (PAGE, PAGE | {"run_id": 2}, Likeness.NOT_YET),
    ],
)
def test_visits_say_whether_two_addresses_show_the_same(
    catalog: Catalog, variant: dict[str, Any], normal: dict[str, Any], expected: Likeness
) -> None:
    with catalog.write() as connection:
        add_url(connection, VARIANT, run_id=3, **variant)
        add_url(connection, NORMAL, **{"run_id": 3, **normal})
        keys = url_key("intranet", VARIANT), url_key("intranet", NORMAL)
        assert compare(connection, 3, *keys).likeness is expected


def test_an_address_that_was_never_met_is_not_compared_yet(catalog: Catalog) -> None:
    with catalog.write() as connection:
        add_url(connection, VARIANT, **PAGE)
        keys = url_key("intranet", VARIANT), url_key("intranet", NORMAL)
        assert compare(connection, 1, *keys).likeness is Likeness.NOT_YET


def test_what_a_wrong_rule_recognised_is_queued_as_it_was_met(catalog: Catalog) -> None:
    by_rule: dict[str, Any] = COPY | {"rule": RULE, "detail": NORMAL, "run_id": 3, "found_by": "link"}
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        add_url(connection, VARIANT, **by_rule)
        add_url(connection, "https://www.a.example/x", **by_rule)
        add_url(connection, "https://a.example/earlier", **by_rule | {"run_id": 2})
        add_url(connection, "https://b.example/elsewhere", **by_rule)
        add_url(connection, "https://a.example/read", **COPY | {"run_id": 3})
        add_url(connection, "https://a.example/other", **by_rule | {"rule": RULE.replace("sid", "s_d")})
        assert count_recognised(connection, number, 3) == 4
        assert (
            requeue_recognised(connection, number, 3, "a.example", "the parameter `sid` changes nothing") == 2
        )
        assert (
            requeue_recognised(connection, number, 3, "a.example", "the parameter `s_d` changes nothing") == 1
        )
        assert count_recognised(connection, number, 3) == 1
    row = row_of(catalog, VARIANT)
    assert (row.state, row.reason, row.rule, row.document_id, row.found_by) == (
        "queued",
        None,
        None,
        None,
        "link",
    )
