"""What the parts of the renderer know of one another: requests that a page makes, and how a page is asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from crawler.rendering.cdp import CdpConnection

EVALUATE_SECONDS: Final = 10.0
"""How long a script of ours may take in a page where nothing else is said."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request that a page wants to make.

    `resource_type` is DevTools' own word (Document, Stylesheet, Script, XHR, Fetch, Image, Font, Media …).
    Header names are in lower case. `page` is the address of the page that is being rendered.
    `is_main_document` tells a navigation of the page itself from that of a frame in it.
    """

    method: str
    url: str
    resource_type: str
    headers: Mapping[str, str]
    is_main_document: bool
    page: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a page is given for a request: `body` is decompressed, `headers` as the server sent them."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Withheld:
    """A request that is not made. `why` in a few words: "image", "tracker", "POST changes things …".

    `note` is said of the rendered page where what was withheld may be missing from it: a cap, mostly.
    """

    why: str
    note: str | None = None


@dataclass(slots=True)
class Spent:
    """What one visit of a page used so far; the loader counts here, and holds the caps.

    `generation` is the session that the page is seen under, `ends_at` the end of the visit by
    `time.monotonic`. `withheld` counts by its `why` what was not made. `saw_unauthorized`: a script was
    answered 401 or 403, or led to a login, by an origin that we are signed in to: the session may be over.
    `unavailable` counts what scripts and frames wanted and what might come another time (429, 5xx, no
    connection): the page may be incomplete.
    """

    requests: int = 0
    bytes: int = 0
    reloads: int = 0
    generation: int = 0
    ends_at: float = math.inf
    withheld: Counter[str] = field(default_factory=Counter)
    saw_unauthorized: bool = False
    unavailable: int = 0


class ResourceLoader(Protocol):
    """Decides about a page's requests, and makes those that may be made over our own network.

    A redirect is `Answered` with its 3xx status and `location`: the browser asks for the target, which is a
    request of its own.
    """

    async def load(self, request: PageRequest, spent: Spent) -> Answered | Withheld:
        """What the page is given. Faults are `Withheld`; it may be cancelled when the visit ends."""
        ...


class PreparesContext(Protocol):
    """Gives a new browser context the session of its connector."""

    async def __call__(self, connection: CdpConnection, context: str, generation: int) -> Sequence[str]:
        """Set the cookies of the session of that generation (`Storage.setCookies`) before any page is opened.

        What is returned runs in each new document of the context before the page's scripts (local storage).
        Raises `CdpError`.
        """
        ...


Turn = Callable[[str], Awaitable[None]]
"""Returns when a request to a host may be made (politeness)."""


class Evaluates(Protocol):
    """A page that can be asked."""

    async def evaluate(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """The value of an expression as JSON; a promise is awaited.

        It runs in a world of its own: it sees the page's DOM, but neither its variables nor what it made of
        `document`, `Array.prototype` or `JSON`. Raises `CdpError`: it threw, took longer, the page is gone.
        """
        ...

    async def evaluate_in_page(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """The same in the page's own world, which the page may have bent: believe nothing that it returns."""
        ...


NOTE_BINDING: Final = "__sitelore_note"
"""A function of each page's own world, there before its first script; what is given to it (a string) is among
the notes of the visit. `page_scripts.on_new_document` takes it away from the page and hands over what it
observes: JSON such as ``{"link": "https://…"}``."""
