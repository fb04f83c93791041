"""Keys, groups and sessions: who may ask, and as whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from catalog.api_keys import (
    PREFIX,
    Scope,
    create_key,
    find_key,
    find_signing_key,
    make_signing,
    read_key,
    read_keys,
    revoke_key,
)
from catalog.database import Catalog
from catalog.errors import CatalogError
from catalog.groups import Groups, replace_groups
from catalog.sign_ins import (
    Person,
    close_sign_in,
    close_sign_ins_of,
    find_sign_in,
    open_key_sign_in,
    open_sign_in,
)
from catalog.tables import api_keys, sign_ins
from catalog.vault import Vault


def test_a_key_is_found_by_its_text_and_only_its_hash_is_kept(catalog: Catalog) -> None:
    with catalog.write() as connection:
        key = create_key(connection, "portal", ["hr", "hr"], [Scope.ACT_AS])
    with catalog.read() as connection:
        found = find_key(connection, key)
        assert found is not None
        assert (found.name, found.groups) == ("portal", ("hr",))
        assert found.scopes == {Scope.ACT_AS}
        assert find_key(connection, key + "x") is None
        assert key.startswith(PREFIX)
        kept = connection.execute(select(api_keys)).one()
        assert key.removeprefix(PREFIX) not in str(kept)


def test_a_revoked_key_opens_nothing_and_its_name_is_free_again(catalog: Catalog) -> None:
    with catalog.write() as connection:
        old = create_key(connection, "portal")
        with pytest.raises(CatalogError, match="there is a key named portal already"):
            create_key(connection, "portal")
        assert revoke_key(connection, "portal")
        assert not revoke_key(connection, "portal")
        assert find_key(connection, old) is None
        new = create_key(connection, "portal")
        assert find_key(connection, new) is not None
        assert find_key(connection, old) is None
        assert [key.name for key in read_keys(connection)] == ["portal"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_name_that_cannot_be_printed_is_refused(catalog: Catalog, name: str) -> None:
    with catalog.write() as connection, pytest.raises(CatalogError, match="1 to 100 printable characters"):
        create_key(connection, name)


def test_groups_are_held_through_groups_even_when_they_contain_each_other(catalog: Catalog) -> None:
    groups = Groups()
    with catalog.write() as connection:
        told = [
            ("group:berlin", "user:eva"),
            ("group:germany", "group:berlin"),
            ("group:staff", "group:germany"),
            ("group:berlin", "group:staff"),
            ("group:board", "user:bob"),
        ]
        assert replace_groups(connection, told) == 5
    with catalog.read() as connection:
        assert groups.expanded(connection, ["user:eva"]) == {
            "user:eva", "group:berlin", "group:germany", "group:staff",
        }  # fmt: skip
        assert groups.paths(connection, ["user:eva", "group:staff"])["group:germany"] == (
            "user:eva", "group:berlin", "group:germany",
        )  # fmt: skip


def test_groups_that_were_loaded_again_replace_the_old_ones_at_once(catalog: Catalog) -> None:
    groups = Groups()
    with catalog.write() as connection:
        replace_groups(connection, [("group:hr", "user:eva")])
    with catalog.read() as connection:
        assert "group:hr" in groups.expanded(connection, ["user:eva"])
    for told, held in (([("group:it", "user:eva")], {"user:eva", "group:it"}), ([], {"user:eva"})):
        with catalog.write() as connection:
            replace_groups(connection, told)
        with catalog.read() as connection:
            assert groups.expanded(connection, ["user:eva"]) == held


def test_a_sign_in_ends_when_it_is_closed_and_when_its_time_is_over(catalog: Catalog) -> None:
    vault, hour = Vault(b"k" * 32), timedelta(hours=1)
    with catalog.write() as connection:
        mine = open_sign_in(connection, vault, Person("eva", ("hr", "hr")), "token of eva", hour)
        other = open_sign_in(connection, vault, Person("bob", ()), "token of bob", hour)
        over = open_sign_in(connection, vault, Person("ann", ()), "token of ann", timedelta(seconds=-1))
        assert find_sign_in(connection, mine) == Person("eva", ("hr",))
        assert find_sign_in(connection, over) is None
        assert find_sign_in(connection, mine + "x") is None
        assert close_sign_in(connection, vault, mine) == "token of eva"
        assert find_sign_in(connection, mine) is None
        assert close_sign_in(connection, vault, mine) is None
        assert find_sign_in(connection, other) == Person("bob", ())
        open_sign_in(connection, vault, Person("joe", ()), "token of joe", hour)
        assert {row.user for row in connection.execute(select(sign_ins))} == {"bob", "joe"}


def test_a_user_can_be_signed_out_everywhere(catalog: Catalog) -> None:
    vault, hour = Vault(b"k" * 32), timedelta(hours=1)
    with catalog.write() as connection:
        eva, again, bob = (
            open_sign_in(connection, vault, Person(user, ()), "a token", hour)
            for user in ("eva", "eva", "bob")
        )
        assert close_sign_ins_of(connection, "eva") == 2
        found = [find_sign_in(connection, identifier) for identifier in (eva, again, bob)]
        assert found == [None, None, Person("bob", ())]
        assert close_sign_ins_of(connection, "eva") == 0


def test_whoever_reads_the_catalog_can_use_no_sign_in(catalog: Catalog) -> None:
    with catalog.write() as connection:
        mine = open_sign_in(
            connection, Vault(b"k" * 32), Person("eva", ()), "token of eva", timedelta(hours=1)
        )
        kept = str(connection.execute(select(sign_ins)).one())
        assert mine not in kept
        assert "token of eva" not in kept
        assert close_sign_in(connection, Vault(b"l" * 32), mine) is None
        assert find_sign_in(connection, mine) is None


def test_a_key_that_requests_are_signed_with_is_found_by_its_id_until_it_is_revoked(catalog: Catalog) -> None:
    vault = Vault(b"k" * 32)
    with catalog.write() as connection:
        key = create_key(connection, "portal", ["hr"])
        assert find_key(connection, key) == read_key(connection, "portal")
        access_key_id = make_signing(connection, vault, key)
        assert re.fullmatch(r"SITELORE[A-Z2-7]{16}", access_key_id)
        found = find_signing_key(connection, vault, access_key_id)
        assert found is not None
        assert (found.secret, found.key.groups, found.key.access_key_id) == (key, ("hr",), access_key_id)
        assert key not in repr(found) + str(connection.execute(select(api_keys)).one())
        assert find_key(connection, key) == found.key
        assert find_signing_key(connection, vault, access_key_id + "A") is None
        assert find_signing_key(connection, Vault(b"l" * 32), access_key_id) is None
        revoke_key(connection, "portal")
        assert find_signing_key(connection, vault, access_key_id) is None
        assert connection.scalar(select(api_keys.c.sealed_secret)) is None


def test_whoever_signs_in_by_a_key_is_what_the_key_is_until_it_is_revoked(catalog: Catalog) -> None:
    hour = timedelta(hours=1)
    with catalog.write() as connection:
        key = create_key(connection, "operator", ["it"], [Scope.ADMIN])
        assert open_key_sign_in(connection, key + "x", hour) is None
        mine = open_key_sign_in(connection, key, hour)
        assert mine is not None
        assert find_sign_in(connection, mine) == find_key(connection, key)
        assert key not in str(connection.execute(select(sign_ins)).one())
        revoke_key(connection, "operator")
        assert find_sign_in(connection, mine) is None
        create_key(connection, "operator", ["it"], [Scope.ADMIN])
        assert find_sign_in(connection, mine) is None
        assert close_sign_in(connection, Vault(b"k" * 32), mine) is None
