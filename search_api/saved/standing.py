"""Who saved a search, as of now: what they may read today decides what they are told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from catalog.api_keys import Scope, find_key_of_digest
from catalog.saved_searches import Owner
from search_api.backend import Backend
from search_api.catalog_door import CatalogDoor
from search_api.identity.caller import Claimed
from search_api.identity.identify import Identifier
from search_api.identity.refusals import UnknownCallerError


@dataclass(frozen=True, slots=True)
class Watching:
    """What comparing and telling work with."""

    catalog: CatalogDoor
    identifier: Identifier
    backend: Backend

    def principals(self, owner: Owner) -> frozenset[str]:
        """What an owner holds now, with nested groups; raises what `standing` raises."""
        with self.catalog.read() as connection:
            claimed = standing(connection, owner)
        return self.identifier.principals(self.catalog.callers, claimed)


def standing(connection: Connection, owner: Owner) -> Claimed:
    """What is known of an owner: a key as it is now, a user as of saving.

    Raises `UnknownCallerError` when the key was revoked, or may not do any more what it did.
    """
    if owner.key_digest is None:
        return Claimed(owner.user, owner.groups)
    key = find_key_of_digest(connection, owner.key_digest)
    if key is None:
        raise UnknownCallerError("the API key by which it was saved was revoked")
    needed = Scope.SEARCH if owner.user is None else Scope.ACT_AS
    if needed not in key.scopes:
        raise UnknownCallerError(f"the API key by which it was saved has no scope {needed} any more")
    if owner.user is None:
        return Claimed(None, key.groups, key.scopes, key.name)
    return Claimed(owner.user, owner.groups, key=key.name, acts_as=True)
