"""The request that sends a form of a page, byte for byte as a browser would (HTML standard, 4.10.22)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from selectolax.lexbor import LexborHTMLParser

from catalog.canonical_url import WebAddress
from crawler.auth.pages.controls import Control, attribute
from crawler.auth.pages.forms import MULTIPART, Entries, PageForm
from crawler.auth.pages.visited import Page, Request, exact_address
from crawler.fetch.http11 import Headers

_BOUNDARY: Final = "sitelore-form-boundary-7f3a"
_NEWLINE: Final = re.compile(r"\r\n?|\n")
_TOKEN_FIELD: Final = re.compile(r"csrf|xsrf|token|nonce|sectok|authenticity", re.I)
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")


def form_request(page: Page, form: PageForm, entries: Entries, button: Control | None) -> Request | None:
    """The request for `entries`; None where the form's action is no address of http or https."""
    action, method, enctype = form.destination(button)
    address = exact_address(action or "", page.address.url)
    if address is None:
        return None
    encoding = _encoding(form, page)
    entries = tuple((_NEWLINE.sub("\r\n", name), _NEWLINE.sub("\r\n", value)) for name, value in entries)
    fields = _referrer(page.address, address)
    if method != "POST":
        query = urlencode(entries, encoding=encoding, errors="xmlcharrefreplace")
        asked = exact_address(f"?{query}", address.url)
        return Request(asked or address, fields=fields)
    if address.origin == page.address.origin:
        further, headers = _token_beside(page.tree, form)
        entries, fields = entries + further, fields + headers
    fields.append((b"Origin", page.address.origin.encode("ascii")))
    if enctype == MULTIPART:
        fields.append((b"Content-Type", f"multipart/form-data; boundary={_BOUNDARY}".encode()))
        return Request(address, "POST", fields, _multipart(entries, encoding))
    fields.append((b"Content-Type", b"application/x-www-form-urlencoded"))
    body = urlencode(entries, encoding=encoding, errors="xmlcharrefreplace").encode("ascii")
    return Request(address, "POST", fields, body)


def _encoding(form: PageForm, page: Page) -> str:
    """The form's own choice, else the page's encoding; of Unicode's encodings, UTF-8."""
    encoding = form.encoding or page.encoding
    return "utf-8" if encoding.startswith("utf") else encoding


def _referrer(sender: WebAddress, address: WebAddress) -> Headers:
    """What browsers tell of where a form stood: all to its own origin, else the origin, nothing to http from
    https (Referrer Policy, strict-origin-when-cross-origin)."""
    if sender.origin == address.origin:
        return [(b"Referer", sender.url.encode("ascii", "replace"))]
    if sender.scheme == "https" and address.scheme != "https":
        return []
    return [(b"Referer", f"{sender.origin}/".encode("ascii"))]


def _token_beside(tree: LexborHTMLParser, form: PageForm) -> tuple[Entries, Headers]:
    """A token against forged requests that the page holds in a `<meta>`, for its scripts to send.

    As Rails (``csrf-token``, ``csrf-param``) and Spring (``_csrf``, ``_csrf_header``, ``_csrf_parameter``)
    write it. A form with a token of its own is left alone.
    """
    if any(control.type == "hidden" and _TOKEN_FIELD.search(control.name) for control in form.controls):
        return (), []
    said = {attribute(node, "name").lower(): attribute(node, "content") for node in tree.css("meta[name]")}
    token = said.get("csrf-token") or said.get("_csrf") or ""
    if not token.isascii() or not token.isprintable() or not token:
        return (), []
    parameter = said.get("csrf-param") or said.get("_csrf_parameter")
    header = said.get("_csrf_header") or "X-CSRF-Token"
    headers: Headers = (
        [(header.encode("ascii"), token.encode("ascii"))] if _HEADER_NAME.fullmatch(header) else []
    )
    return ((parameter, token),) if parameter else (), headers


def _multipart(entries: Entries, encoding: str) -> bytes:
    """RFC 7578, with names as browsers escape them (HTML standard, 4.10.22.7)."""
    parts = []
    for name, value in entries:
        escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        parts.append(f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{escaped}"\r\n\r\n{value}\r\n')
    return ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode(encoding, "xmlcharrefreplace")
