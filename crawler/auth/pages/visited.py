"""What one goes through in a login: the requests, and the pages that answer them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from catalog.canonical_url import WebAddress, parse_url, standard_href
from crawler.auth.pages.controls import text_of
from crawler.fetch.answer import Answer
from crawler.fetch.http11 import Headers
from extract.encoding import sniff


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `is_same_body`: it carries on what the one before it sent (307 and 308)."""

    address: WebAddress
    method: Literal["GET", "POST"] = "GET"
    fields: Headers = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)
    is_same_body: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a login: where it stands, its status, its tree, and the encoding it is in (Python's name)."""

    address: WebAddress
    status: int
    tree: LexborHTMLParser
    encoding: str = "utf-8"

    @classmethod
    def of(cls, address: WebAddress, answer: Answer) -> Page:
        """The page that an answer brings."""
        encoding, mark = sniff(answer.body, answer.headers.get("content-type", ""))
        text = answer.body[mark:].decode(encoding, "replace")
        return cls(address, answer.status, LexborHTMLParser(text), encoding)

    @property
    def text(self) -> str:
        """What it says, up to 4,000 characters."""
        return "" if self.tree.body is None else text_of(self.tree.body, 4_000)


def exact_address(text: str, base: str) -> WebAddress | None:
    """An address whose bytes stay as they are; None where it is none of http or https.

    A signed SAML request is signed as it was escaped (SAML 2.0 Bindings, 3.4.4.1), and some write ``%2b``:
    the canonical form of a crawl's URLs would break the signature.
    """
    href = standard_href(text, base)
    address = None if href is None else parse_url(href)
    if href is None or not isinstance(address, WebAddress) or address.scheme not in {"http", "https"}:
        return None
    exact = href.partition("#")[0]
    return replace(address, url=exact) if exact.startswith(f"{address.origin}/") else address
