"""The Robots Exclusion Protocol (RFC 9309), over protego.

What an answer means (section 2.3.1): a 2xx is parsed, a 4xx allows all, a 5xx or none forbids all until the
file can be read. The fetcher follows five redirects; a sixth counts as a 4xx (section 2.3.1.2), so that a
login that bounces every address about does not close its site.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from protego import Protego
from protego._utils import _quote_path

from catalog.vocabulary import ALLOWED, Decision, Reason, refused

PRODUCT_NAME = "sitelore"
"""Our product token: the name that a robots.txt addresses us by."""

MAX_BYTES = 500 * 1024
"""How much of a robots.txt is read (RFC 9309 section 2.5)."""


_GROUPS_REMEMBERED = 1_024
"""Files of which it is kept which group speaks to us: looking for it takes as long as the rules do."""

_leading_name = re.compile(r"[a-z_-]+").match


class Access(StrEnum):
    """What a robots.txt comes to."""

    PARSED = "parsed"
    ALLOW_ALL = "allow_all"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules of one origin. `note` says why the file could not be read."""

    access: Access
    sitemaps: tuple[str, ...] = ()
    note: str | None = None
    _parsed: Protego | None = field(default=None, repr=False)

    @classmethod
    def from_answer(cls, status: int, body: bytes) -> RobotsRules:
        """The rules that an answer, after its redirects, stands for."""
        if 200 <= status < 300:
            return cls.from_body(body)
        if 300 <= status < 500:
            return cls(Access.ALLOW_ALL)
        return cls.unreachable(f"robots.txt answered {status}")

    @classmethod
    def from_body(cls, body: bytes) -> RobotsRules:
        """Parse a robots.txt: UTF-8, its first 500 KiB; a line cut by that limit is dropped."""
        if len(body) > MAX_BYTES:
            kept = body[:MAX_BYTES]
            body = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
        parsed = Protego.parse(body.decode("utf-8-sig", "replace"))
        return cls(Access.PARSED, tuple(parsed.sitemaps), _parsed=parsed)

    @classmethod
    def unreachable(cls, note: str) -> RobotsRules:
        """No usable answer (a 5xx, a timeout, a TLS fault …): nothing may be fetched for now."""
        return cls(Access.UNREACHABLE, note=note)

    def decide(self, url: str, agent: str = PRODUCT_NAME) -> Decision:
        """Whether the agent may fetch the URL; a refusal quotes the line that decided."""
        if self.access is Access.UNREACHABLE:
            return refused(Reason.ROBOTS_UNREACHABLE, self.note)
        if self._parsed is None:
            return ALLOWED
        group = _group(self._parsed, agent)
        if self._parsed.can_fetch(url, group):
            return ALLOWED
        return refused(Reason.ROBOTS_DISALLOWED, _deciding_line(self._parsed, url, group))

    def crawl_delay(self, agent: str = PRODUCT_NAME) -> float | None:
        """Seconds between two requests, where the file asks for some."""
        if self._parsed is None:
            return None
        delay = self._parsed.crawl_delay(_group(self._parsed, agent))
        return delay if delay is not None and math.isfinite(delay) and delay >= 0 else None


# What follows looks into protego, whose public face says only yes or no. Its version is pinned, and tests
# of the groups and of the quoted line would notice a change.


@lru_cache(maxsize=_GROUPS_REMEMBERED)
def _group(parsed: Protego, agent: str) -> str:
    """The `User-agent` value whose group speaks to a product name, by equality (RFC 9309 section 2.2.1).

    protego would also let a group for ``site`` speak to ``sitelore``, and one for ``sitelore/1.0`` to
    nobody. Anything but a bare product name is left to protego.
    """
    name = agent.lower()
    if name in parsed._user_agents or _product_name(name) != name:
        return agent
    return next((value for value in parsed._user_agents if _product_name(value) == name), "*")


def _product_name(user_agent: str) -> str | None:
    name = _leading_name(user_agent)
    return name and name[0]


def _deciding_line(parsed: Protego, url: str, group: str) -> str:
    """The rule that said no, as the file has it after percent-encoding; the most specific stands first."""
    rule_set = parsed._get_matching_rule_set(group)
    path = _quote_path(url)
    for rule in () if rule_set is None else rule_set._rules:
        if rule.field == "disallow" and rule.value.match(path):
            return f"robots.txt: Disallow: {rule.value._pattern}"
    return "robots.txt"
