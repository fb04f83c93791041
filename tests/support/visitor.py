"""A reference client of a few lines: what a person's browser does with forms, by httpx2 and selectolax.

It shows that a test's server is right before our own login is tried on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx2
from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes and what it sends when nothing is filled in."""

    url: str
    method: str
    values: Mapping[str, str] = field(repr=False)

    def has(self, *names: str) -> bool:
        """Whether the form has all of these fields."""
        return all(name in self.values for name in names)


class Visitor:
    """A person with a browser that knows no JavaScript but follows redirects and keeps cookies."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client

    def get(self, url: str) -> httpx2.Response:
        """Fetch a page; forms that would submit themselves are submitted."""
        return self._carry_on(self._client.get(url))

    def submit(self, page: httpx2.Response, filled: Mapping[str, str]) -> httpx2.Response:
        """Fill in the form of the page that has these fields, and send it."""
        form = next(form for form in forms(page) if form.has(*filled))
        values = {**form.values, **filled}
        answer = (
            self._client.get(form.url, params=values)
            if form.method == "get"
            else self._client.post(form.url, data=values)
        )
        return self._carry_on(answer)

    def _carry_on(self, page: httpx2.Response) -> httpx2.Response:
        """SAML's messages lie in forms that a script submits (SAML 2.0 Bindings, 3.5.4)."""
        for form in forms(page):
            if form.has("SAMLRequest") or form.has("SAMLResponse"):
                return self._carry_on(self._client.post(form.url, data=form.values))
        return page


@contextmanager
def visiting() -> Iterator[Visitor]:
    """A visitor without cookies."""
    with httpx2.Client(follow_redirects=True, trust_env=False, timeout=30) as client:
        yield Visitor(client)


def forms(page: httpx2.Response) -> list[Form]:
    """The forms of a page, in order."""
    tree = LexborHTMLParser(page.text)
    return [
        Form(
            urljoin(str(page.url), form.attributes.get("action") or ""),
            (form.attributes.get("method") or "get").lower(),
            dict(_fields(form)),
        )
        for form in tree.css("form")
    ]


def _fields(form: LexborNode) -> Iterator[tuple[str, str]]:
    for element in form.css("input[name], button[name]"):
        attributes = element.attributes
        if attributes.get("type") in ("checkbox", "radio") and "checked" not in attributes:
            continue
        yield attributes["name"] or "", attributes.get("value") or ""
