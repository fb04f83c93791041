"""The headers by which a trusted back end says for whom it asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from catalog.api_keys import Scope
from search_api.identity.caller import Claimed
from search_api.identity.refusals import ForbiddenError, MalformedIdentityError
from search_api.identity.tokens import LONGEST_NAME, MOST_GROUPS

USER: Final = "X-On-Behalf-Of"
GROUPS: Final = "X-Groups"


def on_behalf(claimed: Claimed, users: Sequence[bytes], groups: Sequence[bytes]) -> Claimed:
    """Who `claimed` asks for: itself, unless the headers' values name someone and its scope lets it.

    The user has the groups of the header, none of the key's. Raises `ForbiddenError` without the scope
    `act-as`, `MalformedIdentityError` for headers that cannot be read.
    """
    if not users and not groups:
        return claimed
    if Scope.ACT_AS not in claimed.scopes:
        field = USER if users else GROUPS
        raise ForbiddenError("needs an API key with the scope act-as", field)
    user = _user(_only(users, USER)) if users else None
    named = _groups(_only(groups, GROUPS)) if groups else ()
    return replace(claimed, user=user, groups=named, scopes=frozenset({Scope.SEARCH}), acts_as=True)


def _only(values: Sequence[bytes], field: str) -> str:
    if len(values) > 1:
        raise MalformedIdentityError("is sent more than once", field)
    try:
        return values[0].decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedIdentityError("is not UTF-8", field) from None


def _user(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_NAME:
        raise MalformedIdentityError(f"must be the name of a user, up to {LONGEST_NAME:,} characters", USER)
    return text


def _groups(text: str) -> tuple[str, ...]:
    try:
        groups = json.loads(text)
    except (ValueError, RecursionError):
        groups = None
    if not isinstance(groups, list) or len(groups) > MOST_GROUPS or not all(map(_is_name, groups)):
        raise MalformedIdentityError('must be a JSON list of names, such as ["hr", "it"]', GROUPS)
    return tuple(groups)


def _is_name(value: object) -> bool:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)
