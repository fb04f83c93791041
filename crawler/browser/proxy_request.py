"""What a browser says to a forward proxy (RFC 9112 section 3.2): pure parsing of a request's head."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from catalog.canonical_url import Site, UrlFault, parse_url
from crawler.fetch.http11 import Headers

_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authorization", b"proxy-connection", b"te", b"upgrade"}
)
"""What is for the next hop alone (RFC 9110 section 7.6.1)."""


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """A request to a proxy. `target` is what the origin is to be asked for, empty for CONNECT."""

    method: str
    site: Site
    target: str
    headers: Headers

    @property
    def is_tunnel(self) -> bool:
        """Whether raw bytes follow (CONNECT)."""
        return self.method == "CONNECT"

    @property
    def body_bytes(self) -> int | None:
        """The length of the body; None where it is chunked, which browsers never send over HTTP/1.1."""
        if self._field(b"transfer-encoding"):
            return None
        length = self._field(b"content-length").decode("latin-1")
        return int(length[:20]) if length.isdecimal() else 0

    def authorises(self, username: str, password: str) -> bool:
        """Whether the request carries these credentials by HTTP Basic (RFC 7617)."""
        scheme, _, token = self._field(b"proxy-authorization").partition(b" ")
        try:
            given = base64.b64decode(token, validate=True)
        except binascii.Error:
            return False
        return scheme.lower() == b"basic" and hmac.compare_digest(given, f"{username}:{password}".encode())

    def fields(self) -> Headers:
        """The headers that the origin gets."""
        kept = [field for field in self.headers if field[0].lower() not in _HOP_BY_HOP]
        return [*kept, (b"Connection", b"keep-alive")]

    def _field(self, name: bytes) -> bytes:
        return next((value for field, value in self.headers if field.lower() == name), b"")


def parse_proxy_request(head: bytes) -> ProxyRequest | None:
    """A head with its empty line; None where it is no request to a proxy for an http address or a tunnel."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    target, _, version = rest.partition(" ")
    if not method.isalpha() or version != "HTTP/1.1":
        return None
    url = f"http://{target}/" if method == "CONNECT" else target
    address = parse_url(url)
    if isinstance(address, UrlFault) or address.scheme != "http":
        return None
    fields = [line.partition(":") for line in lines if line]
    if any(not colon for _, colon, _ in fields):
        return None
    headers = [(name.encode("latin-1"), value.strip().encode("latin-1")) for name, _, value in fields]
    path = "" if method == "CONNECT" else _origin_form(target)
    return ProxyRequest(method, address.site, path, headers)


def _origin_form(url: str) -> str:
    """Path and query exactly as the browser wrote them: they may be signed, so nothing is made canonical."""
    _, _, rest = url.partition("://")
    slash = rest.find("/")
    question = rest.find("?")
    if slash < 0 or 0 <= question < slash:
        return "/" + rest[question:] if question >= 0 else "/"
    return rest[slash:]
