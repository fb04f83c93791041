"""The canary: one page that tells whether a session lives."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.scheme import Scheme, Web
from crawler.auth.walls import WallSigns, wall_seen
from crawler.fetch.answer import REDIRECTS, Answer, outcome_of_answer, redirect_target

_MOST_REDIRECTS: Final = 5
_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9_.:-]+)")


class Sign(Enum):
    """What the canary says."""

    ALIVE = auto()
    DEAD = auto()
    SILENT = auto()  # no answer that says anything: the site is in trouble


@dataclass(frozen=True, slots=True)
class Canary:
    """A page and the text that stands on it while the session lives; no text: any page but a wall will do."""

    address: WebAddress
    contains: str | None = None


@dataclass(frozen=True, slots=True)
class CanaryAnswer:
    """What the canary says and, in words, what was seen."""

    sign: Sign
    seen: str


async def ask_canary(
    canary: Canary,
    scheme: Scheme,
    web: Web,
    signs: WallSigns,
    shows_login: Callable[[bytes], bool],
    *,
    signed_in: bool = True,
) -> CanaryAnswer:
    """Ask for the canary's page through the login (or, for comparison, without it), following its redirects.

    A redirect to where people sign in, or out of the login's origins, says that the session is over.
    """
    address = canary.address
    for _ in range(_MOST_REDIRECTS):
        auth = scheme.auth if signed_in and address.origin in scheme.origins else None
        answer = await web.ask(address, auth=auth)
        if not isinstance(answer, Answer):
            return CanaryAnswer(Sign.SILENT, answer.detail)
        outcome = outcome_of_answer(answer, address.url, conditional=False)
        if (wall := wall_seen(address.url, outcome, signs, shows_login)) is not None:
            return CanaryAnswer(Sign.DEAD, f"{address.url} answers with {wall}")
        target = redirect_target(answer, address.url) if answer.status in REDIRECTS else None
        following = None if target is None else parse_url(target)
        if not isinstance(following, WebAddress):
            return _judge(canary, address, answer)
        if following.origin not in scheme.origins:
            return CanaryAnswer(Sign.DEAD, f"{address.url} redirects to {following.origin}")
        address = following
    return CanaryAnswer(Sign.SILENT, f"{canary.address.url} redirects more than {_MOST_REDIRECTS} times")


def _judge(canary: Canary, address: WebAddress, answer: Answer) -> CanaryAnswer:
    if answer.status >= 500 or answer.status == 429:
        return CanaryAnswer(Sign.SILENT, f"{address.url} answers {answer.status}")
    if canary.contains is None:
        return CanaryAnswer(Sign.ALIVE, f"{address.url} answers {answer.status}")
    if answer.status == 200 and canary.contains in _text(answer):
        return CanaryAnswer(Sign.ALIVE, f"{address.url} contains `{canary.contains}`")
    seen = f"answers {answer.status}" if answer.status != 200 else f"does not contain `{canary.contains}`"
    return CanaryAnswer(Sign.DEAD, f"{address.url} {seen}")


def _text(answer: Answer) -> str:
    """The body as text, with character references resolved: people write what they read."""
    named = _CHARSET.search(answer.headers.get("content-type", ""))
    try:
        return html.unescape(answer.body.decode(named[1] if named else "utf-8", "replace"))
    except LookupError:  # a charset that nobody knows
        return html.unescape(answer.body.decode("utf-8", "replace"))
