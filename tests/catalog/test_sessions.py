"""Sessions are kept encrypted; rejected credentials are remembered by a mark."""

from __future__ import annotations

from sqlalchemy import select

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.sessions import (
    forget_rejection,
    forget_session,
    load_session,
    rejection_of,
    remember_rejection,
    save_session,
)
from catalog.tables import sessions
from catalog.vault import Vault

VAULT = Vault(b"k" * 32)


def test_a_session_comes_back_as_it_was_and_lies_encrypted(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "portal")
        save_session(connection, VAULT, number, "form", b"old")
        save_session(connection, VAULT, number, "form", b"SESSION=geheim")
        assert load_session(connection, VAULT, number, "form") == b"SESSION=geheim"
        assert load_session(connection, VAULT, number, "saml") is None
        assert load_session(connection, Vault(b"l" * 32), number, "form") is None
        assert b"geheim" not in connection.execute(select(sessions.c.sealed)).scalar_one()


def test_a_session_that_is_over_is_forgotten(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "portal")
        save_session(connection, VAULT, number, "form", b"state")
        forget_session(connection, number, "form")
        assert load_session(connection, VAULT, number, "form") is None


def test_a_rejection_is_remembered_until_it_is_forgotten(catalog: Catalog) -> None:
    mark = VAULT.mark(["crawler", "geheim"])
    with catalog.write() as connection:
        assert rejection_of(connection, mark) is None
        remember_rejection(connection, mark, "the portal rejected the password of crawler")
        remember_rejection(connection, mark, "the account crawler is locked")
        remembered = rejection_of(connection, mark)
        assert remembered is not None
        assert remembered.sentence == "the account crawler is locked"
        assert forget_rejection(connection, mark)
        assert not forget_rejection(connection, mark)
        assert rejection_of(connection, mark) is None
