"""Who asks, as everything below sees it: principals and scopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from catalog.api_keys import Scope
from settings.access import EVERYONE


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was proven of a caller: a user, groups (names without `group:`), scopes.

    `acts_as` tells that the user was named by a trusted back end, `key` which key was shown, `signed_in` that
    a cookie proves it.
    """

    user: str | None = None
    groups: tuple[str, ...] = ()
    scopes: frozenset[Scope] = frozenset({Scope.SEARCH})
    key: str | None = None
    acts_as: bool = False
    signed_in: bool = False

    @property
    def principals(self) -> frozenset[str]:
        """The principals that were proven, before nested groups; never fewer than everyone has."""
        return principals_of(self.user, self.groups)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `principals` hold every group that the caller is in, directly or through other groups.

    `signed_in` tells that they did so on the pages, and can sign out there; `groups` are those that were
    proven, without those that they are in through others.
    """

    principals: frozenset[str] = frozenset({EVERYONE})
    scopes: frozenset[Scope] = frozenset({Scope.SEARCH})
    user: str | None = None
    key: str | None = None
    signed_in: bool = False
    groups: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything was proven at all."""
        return self.user is not None or self.key is not None


ANONYMOUS: Final = Claimed()
"""Nobody said who they are: public documents only."""


def principals_of(user: str | None, groups: Iterable[str]) -> frozenset[str]:
    """A user and groups as principals, with what everyone has."""
    named = {f"group:{group}" for group in groups}
    return frozenset({EVERYONE, *named} if user is None else {EVERYONE, f"user:{user}", *named})
