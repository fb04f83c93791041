"""Access lists: interned once, and the ids that a caller may see are exactly those that permit."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.access import AccessList, AccessLists, access_list, intern, read_access_list
from catalog.database import Catalog
from catalog.vocabulary import NOBODY, PUBLIC

principals = st.sampled_from(["everyone", "user:a", "user:b", "group:a", "group:b", "group:c"])
some = st.frozensets(principals, max_size=4)
lists = st.lists(st.tuples(some, some), max_size=8)


def plainly_permits(allow: frozenset[str], deny: frozenset[str], caller: frozenset[str]) -> bool:
    """The rule as the documentation says it: an allow entry is held, and no deny entry is."""
    held = caller | {"everyone"}
    return any(entry in held for entry in allow) and not any(entry in held for entry in deny)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(written=lists, caller=some)
def test_allowed_ids_are_those_of_the_lists_that_permit(
    catalog: Catalog, written: list[tuple[frozenset[str], frozenset[str]]], caller: frozenset[str]
) -> None:
    with catalog.write() as connection:
        ids = [intern(connection, allow, deny) for allow, deny in written]
        allowed = AccessLists().allowed_ids(connection, caller)
    for number, (allow, deny) in zip(ids, written, strict=True):
        assert (number in allowed) == plainly_permits(allow, deny, caller)
        assert access_list(allow, deny).permits(caller) == plainly_permits(allow, deny, caller)
    assert PUBLIC in allowed
    assert NOBODY not in allowed


def test_the_same_list_has_the_same_id_however_it_is_written(catalog: Catalog) -> None:
    with catalog.write() as connection:
        first = intern(connection, ["group:hr", "user:eva"], ["group:contractors"])
        assert first > PUBLIC
        again = intern(connection, [" user:eva", "group:hr", "group:hr"], ("group:contractors",))
        assert again == first
        assert intern(connection, ["group:hr"], []) != first
        assert read_access_list(connection, first) == AccessList(
            ("group:hr", "user:eva"), ("group:contractors",)
        )
        assert read_access_list(connection, 4711) is None


@pytest.mark.parametrize(
    ("allow", "deny", "expected"),
    [
        (["everyone"], [], PUBLIC),
        (["group:hr", "everyone"], [], PUBLIC),
        ([], [], NOBODY),
        ([], ["group:hr"], NOBODY),
        (["group:hr"], ["everyone"], NOBODY),
        (["group:hr"], ["group:hr"], NOBODY),
    ],
)
def test_lists_for_everyone_and_for_nobody_have_the_fixed_ids(
    catalog: Catalog, allow: list[str], deny: list[str], expected: int
) -> None:
    with catalog.write() as connection:
        assert intern(connection, allow, deny) == expected


@pytest.mark.parametrize("entry", ["", "eva", "user:", "role:hr", "Everyone", ":hr"])
def test_what_is_no_principal_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is no principal: write everyone, user:NAME or group:NAME"):
        access_list([entry], [])


def test_a_caller_without_identity_sees_only_what_is_public(catalog: Catalog) -> None:
    with catalog.write() as connection:
        intern(connection, ["group:hr"], [])
        partly = intern(connection, ["everyone"], ["group:contractors"])
        assert AccessLists().allowed_ids(connection, frozenset()) == {PUBLIC, partly}


def test_a_list_interned_elsewhere_is_seen_by_the_next_question(opened: Callable[[], Catalog]) -> None:
    searching, crawling, known = opened(), opened(), AccessLists()
    caller = frozenset({"group:hr"})
    with searching.read() as connection:
        assert known.allowed_ids(connection, caller) == {PUBLIC}
    with crawling.write() as connection:
        added = intern(connection, ["group:hr"], [])
    with searching.read() as connection:
        assert known.allowed_ids(connection, caller) == {PUBLIC, added}


def test_threads_that_intern_the_same_lists_at_once_agree(opened: Callable[[], Catalog]) -> None:
    catalog = opened()
    found: list[list[int]] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        mine = []
        for number in range(15):
            with catalog.write() as connection:
                mine.append(intern(connection, [f"group:{number}"], []))
        found.append(mine)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(mine == found[0] for mine in found)
    assert len(set(found[0])) == 15
