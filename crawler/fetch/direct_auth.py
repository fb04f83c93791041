"""Logins that know what their flow would send first, so that most requests need no flow at all.

A flow works on request and response objects of httpx2, which cost more than the rest of a request does:
behind a login that is settled they are made only when a server asks again.
"""

from __future__ import annotations

import httpx2

from crawler.fetch.clients import Lane
from crawler.fetch.http11 import Headers


class DirectAuth(httpx2.Auth):
    """An auth flow with a shortcut.

    `owns_authorization`: what a page's scripts would say in `Authorization` is left out for what it says.
    """

    owns_authorization = True

    def first_headers(self, origin: str, target: str, lane: Lane) -> Headers | None:  # noqa: ARG002
        """What the flow would add to a request to this target, were it driven now; None: drive it.

        Any answer but a 401 is the flow's end then. At a 401 the flow is driven, and given that answer to the
        first request it yields.
        """
        return None


def merged(fields: Headers, added: Headers) -> Headers:
    """The fields with those of a login, which win over others of the same name."""
    if not added:
        return fields
    names = {name.lower() for name, _ in added}
    return [*(field for field in fields if field[0].lower() not in names), *added]
