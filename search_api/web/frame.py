"""What the frame around every page shows: who is here, and in which colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from catalog.api_keys import Scope
from search_api.identity.caller import Caller

Theme = Literal["light", "dark"]

THEME_COOKIE: Final = "theme"
"""Set by `static/base.js`; without it the system's preference holds."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The same for every page that a caller sees."""

    theme: Theme | None = None
    user: str | None = None
    """Who asks: a person, or whoever signed in by the key of that name."""
    signed_in: bool = False
    """Whether they signed in on the pages, and can sign out there."""
    administers: bool = False
    """Whether the pages for operators are for them."""

    @property
    def initials(self) -> str:
        """One or two letters of the user's name."""
        words = (self.user or "").partition("@")[0].replace(".", " ").replace("_", " ").split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def frame_of(cookies: Mapping[str, str], caller: Caller) -> Frame:
    """The frame of a request with these cookies."""
    theme = cookies.get(THEME_COOKIE)
    return Frame(
        theme=cast(Theme, theme) if theme in {"light", "dark"} else None,
        user=caller.user or caller.key,
        signed_in=caller.signed_in,
        administers=Scope.ADMIN in caller.scopes,
    )
