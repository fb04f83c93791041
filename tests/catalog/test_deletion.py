"""Deleting: only on evidence, never more than the guard lets, and no content goes with a former address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.database import Catalog
from catalog.deletion import (
    SMALLEST_GUARDED,
    ask_about_unmet,
    condemned,
    delete_documents,
    is_protected,
)
from catalog.documents import document_count, mark_indexed, pending_documents
from catalog.ledger import frontier_window
from catalog.reconsidering import reconsider_copies
from catalog.recording import Fate
from catalog.tables import urls
from catalog.task import FetchTask, FoundBy
from catalog.vocabulary import Reason, UrlState
from tests.catalog.rows import NOON
from tests.catalog.visiting import (
    SITE,
    conclude,
    copy,
    document_of,
    draft,
    find,
    index,
    intranet,
    keep_out,
    met,
    name_of,
    row_of,
    save,
)

LATER = NOON + timedelta(hours=1)

EVIDENCE = (
    Reason.NOINDEX,
    Reason.OUT_OF_SCOPE,
    Reason.TOO_DEEP,
    Reason.ROBOTS_DISALLOWED,
    Reason.EXCLUDED_BY_CRAWL_FILTER,
    Reason.NOT_INCLUDED_BY_CRAWL_FILTER,
    Reason.EXCLUDED_BY_INDEX_FILTER,
    Reason.NOT_INCLUDED_BY_INDEX_FILTER,
    Reason.EXCLUDED_BY_FILE_FILTER,
    Reason.NOT_INCLUDED_BY_FILE_FILTER,
    Reason.FILE_TYPE_NOT_WANTED,
    Reason.ATTACHMENTS_OFF,
)


def visit(catalog: Catalog, run: int, path: str, state: UrlState, **changes: object) -> None:
    """A run meets a URL and its visit comes to this."""
    (task,) = find(catalog, run, met(path))
    conclude(catalog, task, state, **changes)


def lead(catalog: Catalog, run: int, path: str, state: UrlState, target: str) -> None:
    """A run finds that a URL leads to another."""
    visit(catalog, run, path, state, document_id=name_of(target), detail=SITE + target)


def doomed(catalog: Catalog, run: int = 2) -> set[str]:
    with catalog.write() as connection:
        names = condemned(connection, intranet(connection), run)
    assert len(names) == len(set(names))
    return set(names)


def remove(catalog: Catalog, *paths: str) -> None:
    with catalog.write() as connection:
        delete_documents(connection, [name_of(path) for path in paths], LATER)


def reconsidered(catalog: Catalog, run: int = 2) -> set[str]:
    """The paths that wait once copies were reconsidered."""
    with catalog.write() as connection:
        reconsider_copies(connection, intranet(connection), run)
    return {task.url.removeprefix(SITE) for task in waiting(catalog, run)}


def asked(catalog: Catalog, run: int = 2) -> set[str]:
    """The paths that wait once the unmet were asked for."""
    with catalog.write() as connection:
        ask_about_unmet(connection, intranet(connection), run)
    return {task.url.removeprefix(SITE) for task in waiting(catalog, run)}


def waiting(catalog: Catalog, run: int = 2) -> tuple[FetchTask, ...]:
    with catalog.write() as connection:
        return frontier_window(connection, intranet(connection), run, "a.example", 100)


# The guard


@pytest.mark.parametrize(
    ("to_delete", "scanned", "protected"),
    [
        (9, 0, False),
        (10, 0, True),
        (10, 57, False),  # 10 of 67: 14.9 %
        (10, 56, True),  # 10 of 66: 15.2 %
        (15, 85, False),  # 15 % exactly is not more than 15 %
        (16, 85, True),
        (0, 0, False),
        (0, 100, False),
    ],
)
def test_the_guard_holds_back_more_than_its_share(to_delete: int, scanned: int, protected: bool) -> None:
    assert is_protected(to_delete, scanned, 0.15) is protected


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_guard_of_one_lets_everything_and_of_none_only_a_few(to_delete: int, scanned: int) -> None:
    assert not is_protected(to_delete, scanned, 1.0)
    assert is_protected(to_delete, scanned, 0.0) is (to_delete >= SMALLEST_GUARDED)


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0, 1))
def test_more_deletions_are_never_less_suspicious(to_delete: int, scanned: int, guard: float) -> None:
    if is_protected(to_delete, scanned, guard):
        assert is_protected(to_delete + 1, scanned, guard)


# Evidence


@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.GONE])
def test_a_page_that_is_gone_condemns_its_document(catalog: Catalog, reason: Reason) -> None:
    index(catalog, 1, "/page")
    index(catalog, 1, "/other")
    visit(catalog, 2, "/page", UrlState.GONE, reason=reason)
    assert doomed(catalog) == {name_of("/page")}


@pytest.mark.parametrize("reason", EVIDENCE)
def test_a_page_that_is_excluded_now_condemns_its_document(catalog: Catalog, reason: Reason) -> None:
    index(catalog, 1, "/met")
    index(catalog, 1, "/visited")
    keep_out(catalog, 2, met("/met", reason))
    visit(catalog, 2, "/visited", UrlState.REFUSED, reason=reason)
    assert doomed(catalog) == {name_of("/met"), name_of("/visited")}


@pytest.mark.parametrize("reason", sorted(set(Reason) - set(EVIDENCE)))
@pytest.mark.parametrize("state", [UrlState.REFUSED, UrlState.FAILED])
def test_trouble_is_no_evidence(catalog: Catalog, state: UrlState, reason: Reason) -> None:
    index(catalog, 1, "/page")
    visit(catalog, 2, "/page", state, reason=reason)
    assert doomed(catalog) == set()


@pytest.mark.parametrize("state", [UrlState.INDEXED, UrlState.UNCHANGED])
def test_a_page_that_answers_keeps_its_document(catalog: Catalog, state: UrlState) -> None:
    index(catalog, 1, "/page")
    visit(catalog, 2, "/page", state, reason=Reason.NOT_LINKED_ANY_MORE)
    assert doomed(catalog) == set()


def test_what_this_run_did_not_see_is_no_evidence(catalog: Catalog) -> None:
    index(catalog, 1, "/gone in an earlier run")
    visit(catalog, 2, "/gone in an earlier run", UrlState.GONE, reason=Reason.NOT_FOUND)
    index(catalog, 1, "/queued")
    find(catalog, 3, met("/queued"))
    assert doomed(catalog, run=3) == set()


def test_what_is_deleted_already_or_of_another_connector_is_not_condemned(catalog: Catalog) -> None:
    index(catalog, 1, "/page")
    visit(catalog, 2, "/page", UrlState.GONE, reason=Reason.NOT_FOUND)
    with catalog.write() as connection:
        assert condemned(connection, intranet(connection) + 1, 2) == ()
    remove(catalog, "/page")
    assert doomed(catalog) == set()


# Moved, copied


@pytest.mark.parametrize("state", [UrlState.REDIRECT, UrlState.DUPLICATE])
def test_a_document_whose_url_leads_to_another_is_replaced(catalog: Catalog, state: UrlState) -> None:
    index(catalog, 1, "/old")
    index(catalog, 1, "/new")
    lead(catalog, 2, "/old", state, "/new")
    assert doomed(catalog) == {name_of("/old")}


@pytest.mark.parametrize("state", [UrlState.REDIRECT, UrlState.DUPLICATE])
def test_what_leads_to_no_document_replaces_none(catalog: Catalog, state: UrlState) -> None:
    """A redirect to a login page, to an error page, out of scope; a copy whose original went."""
    for path in ("/to nothing", "/to deleted", "/nowhere"):
        index(catalog, 1, path)
    index(catalog, 1, "/deleted")
    remove(catalog, "/deleted")
    lead(catalog, 2, "/to nothing", state, "/login")
    lead(catalog, 2, "/to deleted", state, "/deleted")
    visit(catalog, 2, "/nowhere", state, reason=Reason.OUT_OF_SCOPE)
    assert doomed(catalog) == set()


def test_a_document_is_not_replaced_by_itself(catalog: Catalog) -> None:
    index(catalog, 1, "/page")
    lead(catalog, 2, "/page", UrlState.REDIRECT, "/page")
    assert doomed(catalog) == set()


def test_a_document_is_replaced_over_several_redirects(catalog: Catalog) -> None:
    """http://…/page to https://…/page to https://…/page/: what is in between never was a document."""
    index(catalog, 1, "/old")
    lead(catalog, 2, "/old", UrlState.REDIRECT, "/between")
    lead(catalog, 2, "/between", UrlState.REDIRECT, "/new")
    assert doomed(catalog) == set()
    index(catalog, 2, "/new")
    assert doomed(catalog) == {name_of("/old")}


def test_all_documents_along_a_way_are_replaced_by_the_last(catalog: Catalog) -> None:
    for path in ("/a", "/b", "/c"):
        index(catalog, 1, path)
    lead(catalog, 2, "/a", UrlState.REDIRECT, "/b")
    lead(catalog, 2, "/b", UrlState.DUPLICATE, "/c")
    assert doomed(catalog) == {name_of("/a"), name_of("/b")}


@pytest.mark.parametrize("state", [UrlState.REDIRECT, UrlState.DUPLICATE])
def test_documents_that_lead_to_each_other_are_both_kept(catalog: Catalog, state: UrlState) -> None:
    """Two pages that name each other as canonical, or one that redirects and the other that names it."""
    index(catalog, 1, "/page")
    index(catalog, 1, "/page/")
    lead(catalog, 2, "/page", state, "/page/")
    lead(catalog, 2, "/page/", UrlState.DUPLICATE, "/page")
    assert doomed(catalog) == set()


def test_a_document_that_is_condemned_itself_replaces_none(catalog: Catalog) -> None:
    for path in ("/copy", "/original"):
        index(catalog, 1, path)
    lead(catalog, 2, "/copy", UrlState.DUPLICATE, "/original")
    visit(catalog, 2, "/original", UrlState.GONE, reason=Reason.NOT_FOUND)
    assert doomed(catalog) == {name_of("/original")}


def test_many_documents_move_at_once(catalog: Catalog) -> None:
    paths = [f"/{number}" for number in range(600)]
    tasks = find(catalog, 1, *map(met, paths), met("/new"))
    save(catalog, 1, *(draft(task.url.removeprefix(SITE), url_id=task.url_id) for task in tasks))
    for task in find(catalog, 2, *map(met, paths)):
        conclude(catalog, task, UrlState.REDIRECT, document_id=name_of("/new"))
    gone = doomed(catalog)
    assert gone == {name_of(path) for path in paths}
    remove(catalog, *paths)
    with catalog.read() as connection:
        assert document_count(connection) == 1


# Asking before deleting


def test_documents_that_a_run_did_not_meet_are_asked_for(catalog: Catalog) -> None:
    for path in ("/met", "/refused", "/orphan", "/deleted"):
        index(catalog, 1, path)
    remove(catalog, "/deleted")
    visit(catalog, 2, "/met", UrlState.UNCHANGED)
    keep_out(catalog, 2, met("/refused", Reason.EXCLUDED_BY_CRAWL_FILTER))
    find(catalog, 1, met("/never a document"))
    assert asked(catalog) == {"/orphan"}
    (task,) = waiting(catalog)
    assert (task.found_by, task.etag, task.document_id) == (FoundBy.ORPHAN, '"one"', name_of("/orphan"))
    conclude(catalog, task, UrlState.UNCHANGED, reason=Reason.NOT_LINKED_ANY_MORE)
    assert asked(catalog) == set(), "once is enough"


@pytest.mark.parametrize("reason", [Reason.NOFOLLOW, Reason.TOO_MANY_LINKS])
def test_documents_that_only_forbidden_ways_lead_to_are_asked_for(catalog: Catalog, reason: Reason) -> None:
    """A link that is not to be followed says nothing about what it leads to."""
    index(catalog, 1, "/page")
    keep_out(catalog, 2, met("/page", reason))
    assert doomed(catalog) == set()
    assert asked(catalog) == {"/page"}
    (task,) = waiting(catalog)
    conclude(catalog, task, UrlState.GONE, reason=Reason.NOT_FOUND)
    assert asked(catalog) == set()
    assert doomed(catalog) == {name_of("/page")}


def test_an_orphan_is_asked_for_without_the_redirects_that_led_to_it(catalog: Catalog) -> None:
    """Else a redirect that was turned round would look like a loop."""
    (task,) = find(catalog, 1, met("/page", found_by=FoundBy.REDIRECT, redirects=(f"{SITE}/old",)))
    save(catalog, 1, draft("/page", url_id=task.url_id))
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/page"))
    asked(catalog)
    (task,) = waiting(catalog)
    assert task.redirects == ()


# Copies are checked, not trusted


def test_a_copy_of_a_standing_document_stays_one(catalog: Catalog) -> None:
    index(catalog, 1, "/original", "same")
    assert index(catalog, 2, "/copy", "same").fate is Fate.DUPLICATE
    index(catalog, 2, "/original", "same")
    assert reconsidered(catalog) == set()


def test_a_copy_of_what_is_no_document_is_judged_on_its_own_once(catalog: Catalog) -> None:
    (task,) = find(catalog, 2, met("/copy"))
    canonical = {"document_id": name_of("/missing"), "reason": Reason.CANONICAL_ELSEWHERE, "copy": copy()}
    conclude(catalog, task, UrlState.DUPLICATE, **canonical)
    assert reconsidered(catalog) == {"/copy"}
    (again,) = waiting(catalog)
    assert again.found_by is FoundBy.COPY
    assert (again.etag, again.body_hash) == (None, None), "not modified would only repeat the mistake"
    conclude(catalog, again, UrlState.DUPLICATE, **canonical)
    assert reconsidered(catalog) == set()


@pytest.mark.parametrize(
    ("state", "reason"), [(UrlState.GONE, Reason.NOT_FOUND), (UrlState.REFUSED, Reason.NOINDEX)]
)
def test_content_outlives_its_former_address(catalog: Catalog, state: UrlState, reason: Reason) -> None:
    """A page that moved is found at both addresses in some order; its content is never lost."""
    index(catalog, 1, "/old", "same")
    assert index(catalog, 2, "/new", "same").fate is Fate.DUPLICATE
    visit(catalog, 2, "/old", state, reason=reason)
    assert reconsidered(catalog) == {"/new"}
    (task,) = waiting(catalog)
    (settled,) = save(catalog, 2, draft("/new", "same", url_id=task.url_id), now=LATER)
    assert settled.fate is Fate.ADDED
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/new"))
    assert doomed(catalog) == {name_of("/old")}


def test_a_site_that_moved_settles_at_its_new_addresses(catalog: Catalog) -> None:
    index(catalog, 1, "/old", "same")
    assert index(catalog, 2, "/new", "same").fate is Fate.DUPLICATE
    lead(catalog, 2, "/old", UrlState.REDIRECT, "/new")
    assert doomed(catalog) == set(), "not while the new page counts as its copy"
    assert reconsidered(catalog) == {"/new"}
    (task,) = waiting(catalog)
    save(catalog, 2, draft("/new", "same", url_id=task.url_id), now=LATER)
    conclude(catalog, task, UrlState.INDEXED, document_id=name_of("/new"))
    assert doomed(catalog) == {name_of("/old")}


def test_a_copy_is_none_any_more_when_its_original_says_something_else(catalog: Catalog) -> None:
    index(catalog, 1, "/original", "same")
    assert index(catalog, 2, "/copy", "same").fate is Fate.DUPLICATE
    index(catalog, 2, "/original", "another text")
    assert reconsidered(catalog) == {"/copy"}


def test_an_original_in_trouble_keeps_its_copies(catalog: Catalog) -> None:
    index(catalog, 1, "/original", "same")
    assert index(catalog, 2, "/copy", "same").fate is Fate.DUPLICATE
    visit(catalog, 2, "/original", UrlState.FAILED, reason=Reason.TIMEOUT)
    assert reconsidered(catalog) == set()


def test_only_copies_of_this_run_and_connector_are_reconsidered(catalog: Catalog) -> None:
    lead(catalog, 1, "/copy", UrlState.DUPLICATE, "/missing")
    assert reconsidered(catalog) == set()
    with catalog.write() as connection:
        assert reconsider_copies(connection, intranet(connection) + 1, 1) == 0
        assert reconsider_copies(connection, intranet(connection), 1) == 1


# Deleting


def test_a_deleted_document_leaves_the_indexes_and_the_ledger_forgets_it(catalog: Catalog) -> None:
    index(catalog, 1, "/page", "same")
    index(catalog, 1, "/the copy", "same")
    index(catalog, 1, "/other")
    with catalog.write() as connection:
        mark_indexed(connection, [each.mark for each in pending_documents(connection, 9)])
    remove(catalog, "/page")
    remove(catalog)
    with catalog.read() as connection:
        (pending,) = pending_documents(connection, 9)
        assert (pending.document.id, pending.deleted) == (name_of("/page"), True)
        known = connection.execute(select(urls.c.url, urls.c.document_id).order_by(urls.c.id))
        assert [row.document_id for row in known] == [None, None, name_of("/other")]
    assert (document_of(catalog, "/page").deleted_at, document_of(catalog, "/page").version) == (LATER, 2)
    (task,) = find(catalog, 2, met("/page"))
    assert (task.etag, task.document_id) == (None, None), "back again, it is read in full"
    assert row_of(catalog, "/page").etag == '"one"'
