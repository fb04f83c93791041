"""Saved searches in the catalog: whose they are, what is queued for them, and who may work at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from catalog.alert_tables import alerts, leases, saved_searches
from catalog.alerts import are_due, due_alerts, put_alert, put_off, settle_alert, waiting_of
from catalog.api_keys import create_key, revoke_key
from catalog.database import Catalog
from catalog.documents import mark_indexed
from catalog.errors import CatalogError
from catalog.holder import Holder
from catalog.named_leases import give_lease_back, take_lease
from catalog.published_changes import are_waiting, settle_changes, waiting_changes
from catalog.saved_searches import (
    MOST_OF_ONE,
    Owner,
    SavedSearch,
    active_searches,
    owner_of,
    pause_search,
    read_destination,
    remove_search,
    save_search,
    searches_of,
)
from catalog.tables import documents
from catalog.vault import Vault
from tests.catalog.rows import NOON, add_document

EVA = Owner("eva", ("hr",), None)
BOB = Owner("bob", (), None)
URL = "https://hooks.example.com/a-secret-path"
ELSEWHERE = Holder("search-2.example", 77, "bbbb", 1_795_656_600, 1234)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path)


def save(catalog: Catalog, vault: Vault, owner: Owner = EVA) -> SavedSearch:
    with catalog.write() as connection:
        request = {"query": "leave", "filter": None}
        return save_search(connection, vault, owner, name="Leave", request=request, url=URL)[0]


def publish(catalog: Catalog, *ids: str) -> None:
    """As the indexer does once readers can see them."""
    with catalog.write() as connection:
        versions = select(documents.c.id, documents.c.version).where(documents.c.id.in_(ids))
        mark_indexed(connection, [(row.id, row.version) for row in connection.execute(versions)])


def change(catalog: Catalog, document_id: str, *, says: datetime | None) -> None:
    """Have a document looked at again; `says`: when it came to say something else."""
    values = {"version": documents.c.version + 1, "pending": True} | ({"changed_at": says} if says else {})
    with catalog.write() as connection:
        connection.execute(update(documents).where(documents.c.id == document_id).values(values))


def waiting(catalog: Catalog) -> list[tuple[str, bool]]:
    with catalog.write() as connection:
        return [(each.url, each.is_new) for each in waiting_changes(connection, 100)]


def test_an_owner_sees_and_removes_only_what_is_theirs(catalog: Catalog, vault: Vault) -> None:
    mine, others = save(catalog, vault), save(catalog, vault, BOB)
    with catalog.write() as connection:
        assert [each.id for each in searches_of(connection, EVA)] == [mine.id]
        assert not remove_search(connection, EVA, others.id)
        assert remove_search(connection, EVA, mine.id)
        assert not remove_search(connection, EVA, mine.id)
        assert [each.id for each in active_searches(connection)] == [others.id]


def test_a_caller_has_a_limited_number(catalog: Catalog, vault: Vault) -> None:
    for _ in range(MOST_OF_ONE):
        save(catalog, vault)
    with pytest.raises(CatalogError, match="can have 50 saved searches: delete one first"):
        save(catalog, vault)
    assert save(catalog, vault, BOB)


def test_whose_it_is_does_not_depend_on_the_way_by_which_a_user_came(catalog: Catalog) -> None:
    with catalog.write() as connection:
        create_key(connection, "chat")
        by_key = owner_of(connection, "eva", (), "chat")
        alone = owner_of(connection, None, (), "chat")
        assert by_key.mark == owner_of(connection, "eva", ("other",), None).mark
        assert alone.mark not in {by_key.mark, BOB.mark}
        revoke_key(connection, "chat")
        create_key(connection, "chat")
        assert owner_of(connection, None, (), "chat").mark != alone.mark, "another key of the same name"
        revoke_key(connection, "chat")
        with pytest.raises(CatalogError, match="was revoked"):
            owner_of(connection, None, (), "chat")


def test_a_webhook_is_not_kept_in_clear(catalog: Catalog, vault: Vault, tmp_path: Path) -> None:
    saved = save(catalog, vault)
    with catalog.read() as connection:
        row = connection.execute(select(saved_searches)).one()
        assert "a-secret-path" not in str(row)
        assert row.origin == "https://hooks.example.com"
        destination = read_destination(connection, vault, saved.id)
        assert destination is not None
        assert destination.url.reveal() == URL
        assert destination.signing_key.reveal().startswith("whsec_")
        (tmp_path / "another").mkdir()
        assert read_destination(connection, Vault.open(tmp_path / "another"), saved.id) is None


def test_nothing_is_queued_while_nobody_watches(catalog: Catalog, vault: Vault) -> None:
    with catalog.write() as connection:
        first = add_document(connection, "https://example.com/1")
        second = add_document(connection, "https://example.com/2")
    publish(catalog, first)
    assert waiting(catalog) == []
    save(catalog, vault)
    publish(catalog, second)
    assert waiting(catalog) == [("https://example.com/2", True)]


def test_what_is_indexed_again_is_not_new_but_what_says_something_else_is(
    catalog: Catalog, vault: Vault
) -> None:
    save(catalog, vault)
    with catalog.write() as connection:
        name = add_document(connection, "https://example.com/1")
    publish(catalog, name)
    with catalog.write() as connection:
        settle_changes(connection, waiting_changes(connection, 100))
        assert not are_waiting(connection)
    change(catalog, name, says=None)
    publish(catalog, name)
    assert waiting(catalog) == []
    change(catalog, name, says=NOON + timedelta(hours=1))
    assert waiting(catalog) == [], "it cannot be found yet"
    publish(catalog, name)
    assert waiting(catalog) == [("https://example.com/1", False)]


def test_what_changes_while_it_is_compared_is_compared_again(catalog: Catalog, vault: Vault) -> None:
    save(catalog, vault)
    with catalog.write() as connection:
        name = add_document(connection, "https://example.com/1")
    publish(catalog, name)
    with catalog.write() as connection:
        seen = waiting_changes(connection, 100)
    change(catalog, name, says=NOON + timedelta(hours=1))
    publish(catalog, name)
    with catalog.write() as connection:
        settle_changes(connection, seen)
        assert are_waiting(connection)


def test_what_was_deleted_before_it_was_compared_is_forgotten(catalog: Catalog, vault: Vault) -> None:
    save(catalog, vault)
    with catalog.write() as connection:
        name = add_document(connection, "https://example.com/1")
    publish(catalog, name)
    with catalog.write() as connection:
        connection.execute(update(documents).values(deleted_at=NOON))
    assert waiting(catalog) == []
    with catalog.read() as connection:
        assert not are_waiting(connection)


def test_a_message_waits_until_it_is_due_and_goes_with_its_search(catalog: Catalog, vault: Vault) -> None:
    saved = save(catalog, vault)
    now = datetime.now(UTC)
    with catalog.write() as connection:
        for number in range(3):
            put_alert(connection, saved.id, [{"id": str(number)}], now)
        first, second, _ = due_alerts(connection, now, 10)
        settle_alert(connection, first.id)
        put_off(connection, second.id, now + timedelta(minutes=1))
        assert [alert.documents for alert in due_alerts(connection, now, 10)] == [[{"id": "2"}]]
        assert [alert.tries for alert in due_alerts(connection, now + timedelta(minutes=2), 10)] == [1, 0]
        assert waiting_of(connection, saved.id) == 2
        pause_search(connection, saved.id, "its webhook is gone")
        assert not are_due(connection, now + timedelta(days=1))
        assert active_searches(connection) == []
        assert searches_of(connection, EVA)[0].paused == "its webhook is gone"
        put_alert(connection, saved.id, [], now)
        remove_search(connection, EVA, saved.id)
        assert connection.execute(select(alerts)).all() == []


def test_one_process_at_a_time_has_a_lease(catalog: Catalog) -> None:
    with catalog.write() as connection:
        assert take_lease(connection, "alerts")
        assert take_lease(connection, "alerts"), "whoever has it keeps it"
        assert not take_lease(connection, "alerts", own=ELSEWHERE)
        give_lease_back(connection, "alerts")
        assert take_lease(connection, "alerts", own=ELSEWHERE)
        assert not take_lease(connection, "alerts")
        connection.execute(update(leases).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert take_lease(connection, "alerts"), "who was not heard of is gone"
