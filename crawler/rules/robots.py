"""The Robots Exclusion Protocol (RFC 9309), over protego.

What an answer means (section 2.3.1): a 2xx is parsed, a 4xx allows all, a 5xx or none forbids all until the
file can be read. The fetcher follows five redirects; a sixth counts as a 4xx (section 2.3.1.2), so that a
login that bounces every address about does not close its site.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from protego import Protego
from protego._utils import _quote_path

from catalog.vocabulary import ALLOWED, Decision, Reason, refused

PRODUCT_NAME = "sitelore"
"""Our product token: the name that a robots.txt addresses us by."""

MAX_BYTES = 500 * 1024
"""How much of a robots.txt is read (RFC 9309 section 2.5)."""


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
        """No usable answer (a 5xx, a 429, a timeout, a TLS fault …): nothing may be fetched for now."""
        return cls(Access.UNREACHABLE, note=note)

    def decide(self, url: str, agent: str = PRODUCT_NAME) -> Decision:
        """Whether the agent may fetch the URL; a refusal quotes the line that decided."""
        if self.access is Access.UNREACHABLE:
            return refused(Reason.ROBOTS_UNREACHABLE, self.note)
        if self._parsed is None or self._parsed.can_fetch(url, agent):
            return ALLOWED
        return refused(Reason.ROBOTS_DISALLOWED, self._deciding_line(url, agent))

    def crawl_delay(self, agent: str = PRODUCT_NAME) -> float | None:
        """Seconds between two requests, where the file asks for some."""
        delay = None if self._parsed is None else self._parsed.crawl_delay(agent)
        return delay if delay is not None and math.isfinite(delay) and delay >= 0 else None

    def _deciding_line(self, url: str, agent: str) -> str:
        """The rule that made protego say no, as the file has it after percent-encoding.

        protego's public face says only yes or no; its rules stand most specific first (RFC 9309 section
        2.2.2). The version is pinned and a test quotes a rule, so that a change there is seen.
        """
        rule_set = None if self._parsed is None else self._parsed._get_matching_rule_set(agent)
        path = _quote_path(url)
        for rule in () if rule_set is None else rule_set._rules:
            if rule.field == "disallow" and rule.value.match(path):
                return f"robots.txt: Disallow: {rule.value._pattern}"
        return "robots.txt"
