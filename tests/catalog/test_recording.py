"""Saving documents: new, changed, the same again, or a copy of another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from catalog.access import intern
from catalog.connectors import connector_id
from catalog.content import unpack_blocks
from catalog.database import Catalog
from catalog.deletion import delete_documents
from catalog.documents import mark_indexed, pending_documents
from catalog.recording import Fate, Settled, reassign_access, save_documents, touch_documents
from catalog.tables import document_versions, documents
from catalog.vocabulary import NOBODY, PUBLIC, Reason, UrlState
from tests.catalog.rows import NOON
from tests.catalog.visiting import (
    SITE,
    conclude,
    document_of,
    draft,
    find,
    hash_of,
    index,
    intranet,
    met,
    name_of,
    row_of,
    save,
)

LATER = NOON + timedelta(hours=1)
LATEST = NOON + timedelta(hours=2)

ADDED, CHANGED, UNCHANGED = (Settled(fate) for fate in (Fate.ADDED, Fate.CHANGED, Fate.UNCHANGED))


def copy_of(path: str) -> Settled:
    return Settled(Fate.DUPLICATE, name_of(path), SITE + path)


def indexed(catalog: Catalog) -> None:
    """The indexer has seen everything."""
    with catalog.write() as connection:
        mark_indexed(connection, [pending.mark for pending in pending_documents(connection, 100)])


def waiting(catalog: Catalog) -> set[str]:
    with catalog.read() as connection:
        return {pending.document.url.removeprefix(SITE) for pending in pending_documents(connection, 100)}


def former_versions(catalog: Catalog, path: str) -> list[tuple[int, str]]:
    columns = document_versions.c
    statement = (
        select(columns.version, columns.content)
        .where(columns.document_id == name_of(path))
        .order_by(columns.version)
    )
    with catalog.read() as connection:
        return [(row.version, unpack_blocks(row.content)[0].text) for row in connection.execute(statement)]


def test_a_new_document_is_stored_complete_and_waits_for_the_indexer(catalog: Catalog) -> None:
    assert save(catalog, 3, draft("/page", "text", fields={"department": "HR"}, url_id=7)) == (ADDED,)
    row = document_of(catalog, "/page")
    assert (row.url, row.url_id, row.kind, row.title) == (f"{SITE}/page", 7, "page", "Title of /page")
    assert (row.language, row.fields, row.access_id) == ("en", {"department": "HR"}, PUBLIC)
    assert (row.version, row.run_id, row.deleted_at, row.pending) == (1, 3, None, True)
    assert {row.created_at, row.changed_at, row.fetched_at} == {NOON}
    assert unpack_blocks(row.content)[0].text == "text"
    assert save(catalog, 3) == ()


def test_the_same_again_is_only_met(catalog: Catalog) -> None:
    save(catalog, 1, draft("/page", "text"))
    indexed(catalog)
    assert save(catalog, 2, draft("/page", "text"), now=LATER) == (UNCHANGED,)
    row = document_of(catalog, "/page")
    assert (row.version, row.run_id, row.pending) == (1, 2, False)
    assert (row.created_at, row.changed_at, row.fetched_at) == (NOON, NOON, LATER)
    assert former_versions(catalog, "/page") == []


def test_changed_content_keeps_the_former_version(catalog: Catalog) -> None:
    save(catalog, 1, draft("/page", "one"))
    indexed(catalog)
    assert save(catalog, 2, draft("/page", "two", title="New", language="de"), now=LATER) == (CHANGED,)
    row = document_of(catalog, "/page")
    assert (row.version, row.title, row.language, row.content_hash) == (2, "New", "de", hash_of("two"))
    assert (row.created_at, row.changed_at, row.fetched_at, row.pending) == (NOON, LATER, LATER, True)
    assert former_versions(catalog, "/page") == [(1, "one")]
    save(catalog, 3, draft("/page", "three"), now=LATEST)
    assert former_versions(catalog, "/page") == [(1, "one"), (2, "two")]
    with catalog.read() as connection:
        replaced = connection.scalars(
            select(document_versions.c.replaced_at).order_by(document_versions.c.version)
        )
        assert list(replaced) == [LATER, LATEST]


def test_a_forced_run_hands_the_unchanged_to_the_indexer_again(catalog: Catalog) -> None:
    save(catalog, 1, draft("/page", "text"))
    indexed(catalog)
    assert save(catalog, 2, draft("/page", "text"), now=LATER, forced=True) == (UNCHANGED,)
    row = document_of(catalog, "/page")
    assert (row.version, row.pending, row.changed_at, row.fetched_at) == (2, True, NOON, LATER)
    assert former_versions(catalog, "/page") == [], "nothing that it said is gone"


def test_another_access_list_is_a_change_without_a_former_version(catalog: Catalog) -> None:
    save(catalog, 1, draft("/page", "text"))
    indexed(catalog)
    assert save(catalog, 2, draft("/page", "text", access_id=NOBODY), now=LATER) == (CHANGED,)
    row = document_of(catalog, "/page")
    assert (row.access_id, row.version, row.pending, row.changed_at) == (NOBODY, 2, True, NOON)
    assert former_versions(catalog, "/page") == []


@pytest.mark.parametrize("text", ["old", "new"])
def test_a_deleted_document_that_is_there_again_is_added_again(catalog: Catalog, text: str) -> None:
    save(catalog, 1, draft("/page", "old"))
    with catalog.write() as connection:
        delete_documents(connection, [name_of("/page")], LATER)
    indexed(catalog)
    assert save(catalog, 3, draft("/page", text), now=LATEST) == (ADDED,)
    row = document_of(catalog, "/page")
    assert (row.deleted_at, row.pending, row.version, row.run_id) == (None, True, 3, 3)
    assert former_versions(catalog, "/page") == ([] if text == "old" else [(2, "old")])


def test_a_language_that_is_none_is_left_out(catalog: Catalog) -> None:
    """A mapped field may hold anything; PostgreSQL refuses what is longer than the column."""
    odd = "English, French and a little Latin"
    save(catalog, 1, draft("/page", "one", language=odd))
    assert document_of(catalog, "/page").language is None
    save(catalog, 2, draft("/page", "two", language="de-CH"))
    assert document_of(catalog, "/page").language == "de-CH"
    save(catalog, 3, draft("/page", "three", language=odd))
    assert document_of(catalog, "/page").language is None


# Copies


def test_of_equal_documents_the_older_stays_and_the_younger_is_its_copy(catalog: Catalog) -> None:
    save(catalog, 1, draft("/old", "same"))
    assert save(catalog, 1, draft("/new", "same"), now=LATER) == (copy_of("/old"),)
    with catalog.read() as connection:
        assert connection.scalars(select(documents.c.url)).all() == [f"{SITE}/old"]
    assert save(catalog, 2, draft("/new", "same"), draft("/old", "same"), now=LATEST) == (
        copy_of("/old"),
        UNCHANGED,
    )


def test_of_equal_drafts_in_one_batch_the_one_with_the_shortest_address_stays(catalog: Catalog) -> None:
    drafts = [draft(path, "same") for path in ("/long", "/b", "/a")]
    assert save(catalog, 1, *drafts) == (copy_of("/a"), copy_of("/a"), ADDED)
    assert save(catalog, 2, *drafts, now=LATER) == (copy_of("/a"), copy_of("/a"), UNCHANGED)


def test_documents_for_different_readers_are_never_merged(catalog: Catalog) -> None:
    with catalog.write() as connection:
        team = intern(connection, ["group:team"], [])
    drafts = [draft("/public", "same"), draft("/team", "same", access_id=team)]
    assert save(catalog, 1, *drafts) == (ADDED, ADDED)
    assert save(catalog, 2, draft("/team too", "same", access_id=team)) == (copy_of("/team"),)
    assert save(catalog, 2, draft("/public too", "same")) == (copy_of("/public"),)


def test_documents_of_different_connectors_are_never_merged(catalog: Catalog) -> None:
    save(catalog, 1, draft("/page", "same"))
    with catalog.write() as connection:
        wiki = connector_id(connection, "wiki")
        other = draft("/in the wiki", "same")
        assert save_documents(connection, wiki, 2, [other], now=LATER) == (ADDED,)


def test_little_content_makes_no_copy(catalog: Catalog) -> None:
    drafts = [draft(path, "Log out", can_be_copy=False) for path in ("/a", "/b")]
    assert save(catalog, 1, *drafts) == (ADDED, ADDED)
    assert save(catalog, 2, *drafts, now=LATER) == (UNCHANGED, UNCHANGED)


def test_a_deleted_document_is_nobodys_original(catalog: Catalog) -> None:
    save(catalog, 1, draft("/old", "same"))
    with catalog.write() as connection:
        delete_documents(connection, [name_of("/old")], LATER)
    assert save(catalog, 2, draft("/new", "same"), now=LATER) == (ADDED,)
    assert save(catalog, 3, draft("/old", "same"), now=LATEST) == (copy_of("/new"),)
    assert document_of(catalog, "/old").deleted_at == LATER


def test_a_document_that_was_gone_is_no_older_than_the_run_that_finds_it_again(catalog: Catalog) -> None:
    save(catalog, 1, draft("/gone", "something else"))
    with catalog.write() as connection:
        delete_documents(connection, [name_of("/gone")], NOON)
    save(catalog, 1, draft("/old", "what was said before"), now=LATER)
    assert save(catalog, 2, draft("/gone", "same"), now=LATEST) == (ADDED,)
    assert save(catalog, 2, draft("/old", "same"), now=LATEST) == (CHANGED,), "it stays at its address"


def test_a_document_that_comes_to_say_the_same_as_an_older_one_is_its_copy(catalog: Catalog) -> None:
    save(catalog, 1, draft("/old", "same"))
    save(catalog, 1, draft("/young", "something else"), now=LATER)
    assert save(catalog, 2, draft("/young", "same"), now=LATEST) == (copy_of("/old"),)
    assert document_of(catalog, "/young").content_hash == hash_of("something else"), "it is left as it was"


def test_an_older_document_that_comes_to_say_the_same_takes_the_place(catalog: Catalog) -> None:
    save(catalog, 1, draft("/old", "something else"))
    save(catalog, 1, draft("/young", "same"), now=LATER)
    drafts = [draft("/old", "same"), draft("/new", "same"), draft("/young", "same")]
    settled = save(catalog, 2, *drafts, now=LATEST)
    assert settled == (CHANGED, copy_of("/old"), copy_of("/old"))


@pytest.mark.parametrize("first", [0, 1])
def test_content_that_moved_on_to_another_page_is_no_copy_of_where_it_was(
    catalog: Catalog, first: int
) -> None:
    """Pages of a list: what stood on the first stands on the second when something new comes in."""
    save(catalog, 1, draft("/news/1", "Tuesday"), draft("/news/2", "Monday"))
    drafts = [draft("/news/1", "Wednesday"), draft("/news/2", "Tuesday")]
    assert save(catalog, 2, drafts[first], drafts[1 - first], now=LATER) == (CHANGED, CHANGED)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (UrlState.GONE, Reason.NOT_FOUND),
        (UrlState.REFUSED, Reason.NOINDEX),
        (UrlState.REDIRECT, None),
        (UrlState.DUPLICATE, Reason.CANONICAL_ELSEWHERE),
    ],
)
def test_a_document_whose_url_says_otherwise_in_this_run_is_no_original(
    catalog: Catalog, state: UrlState, reason: Reason | None
) -> None:
    """A page that moved: its content must not go with its former address."""
    index(catalog, 1, "/old", "same")
    (task,) = find(catalog, 2, met("/old"))
    conclude(catalog, task, state, reason=reason, document_id=name_of("/elsewhere"))
    assert save(catalog, 2, draft("/new", "same"), now=LATER) == (ADDED,)


@pytest.mark.parametrize(
    ("state", "reason"), [(UrlState.FAILED, Reason.TIMEOUT), (UrlState.REFUSED, Reason.UNAUTHORIZED)]
)
def test_trouble_with_an_originals_url_makes_no_document_of_its_copy(
    catalog: Catalog, state: UrlState, reason: Reason
) -> None:
    index(catalog, 1, "/old", "same")
    (task,) = find(catalog, 2, met("/old"))
    conclude(catalog, task, state, reason=reason)
    assert save(catalog, 2, draft("/new", "same"), now=LATER) == (copy_of("/old"),)


def test_what_an_earlier_run_found_at_an_originals_url_does_not_matter(catalog: Catalog) -> None:
    index(catalog, 1, "/old", "same")
    (task,) = find(catalog, 2, met("/old"))
    conclude(catalog, task, UrlState.GONE, reason=Reason.NOT_FOUND)
    assert save(catalog, 3, draft("/new", "same"), now=LATER) == (copy_of("/old"),)
    assert row_of(catalog, "/old").run_id == 2


def test_a_thousand_drafts_are_saved_at_once(catalog: Catalog) -> None:
    drafts = [draft(f"/{number}") for number in range(1100)]
    assert set(save(catalog, 1, *drafts[:550])) == {ADDED}
    assert set(save(catalog, 1, *drafts[550:], now=LATER)) == {ADDED}
    changed = [draft(f"/{number}", f"other {number % 550}") for number in range(1100)]
    settled = save(catalog, 2, *changed, now=LATEST)
    assert settled == (CHANGED,) * 550 + tuple(copy_of(f"/{number}") for number in range(550))
    with catalog.read() as connection:
        assert len(connection.execute(select(document_versions.c.document_id)).all()) == 550


# Without a body


def test_documents_that_stand_are_noted_as_met(catalog: Catalog) -> None:
    save(catalog, 1, draft("/page", "text"), draft("/other"))
    indexed(catalog)
    with catalog.write() as connection:
        touch_documents(connection, 2, [name_of("/page"), "0" * 32], LATER)
        touch_documents(connection, 2, [], LATER)
    row = document_of(catalog, "/page")
    assert (row.run_id, row.fetched_at, row.version, row.pending) == (2, LATER, 1, False)
    assert document_of(catalog, "/other").run_id == 1


def reassign(connection: Connection, closed: str) -> int:
    return reassign_access(connection, intranet(connection), lambda url: NOBODY if closed in url else PUBLIC)


def test_a_changed_access_rule_holds_without_a_crawl(catalog: Catalog) -> None:
    save(catalog, 1, draft("/hr/salaries"), draft("/handbook"), draft("/hr/deleted"))
    with catalog.write() as connection:
        delete_documents(connection, [name_of("/hr/deleted")], LATER)
        wiki = connector_id(connection, "wiki")
        save_documents(connection, wiki, 1, [draft("/hr/wiki")], now=NOON)
    indexed(catalog)
    with catalog.write() as connection:
        assert reassign(connection, "/hr/") == 1
        assert reassign(connection, "/hr/") == 0
    assert waiting(catalog) == {"/hr/salaries"}
    row = document_of(catalog, "/hr/salaries")
    assert (row.access_id, row.version, row.run_id) == (NOBODY, 2, 1)
    assert document_of(catalog, "/hr/wiki").access_id == PUBLIC
    with catalog.write() as connection:
        assert reassign(connection, "nothing") == 1
    assert document_of(catalog, "/hr/salaries").access_id == PUBLIC


def test_an_original_that_others_may_not_read_any_more_is_no_original_for_them(catalog: Catalog) -> None:
    save(catalog, 1, draft("/hr/it", "same"), draft("/the copy", "same"))
    with catalog.write() as connection:
        reassign(connection, "/hr/")
        connection.execute(update(documents).values(pending=False))
    assert save(catalog, 2, draft("/the copy", "same"), now=LATER) == (ADDED,)
