"""From the text of a link to its canonical URL, by the WHATWG algorithm.

Canonical means: the `href` of the URL standard without fragment, credentials and empty query, and its
percent-encoding in the normal form of RFC 3986 section 6.2.2 (upper-case digits, nothing encoded that is
unreserved). Nothing is changed that a server may tell apart: neither the order of parameters, nor a
trailing slash, nor the case of a path.

Links are parsed by the ten thousand each second, so the plain ones (letters, digits and a few signs after a
base or an origin already known) are joined by a regular expression; a property test holds that they come
out as ada parses them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ada_url import URL, join_url


@dataclass(frozen=True, slots=True)
class Site:
    """What the URLs of one origin share.

    `host` is the WHATWG host: the name, and the port where it is not the scheme's own. `hostname` is the
    name alone. `port` is the scheme's own where none is named. `origin` is ``scheme://host``. Schemes other
    than http and https have neither host nor port and the origin ``null``.
    """

    scheme: str
    host: str
    hostname: str
    port: int
    origin: str


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A canonical URL, and the fragment that was cut off it (without ``#``)."""

    url: str
    fragment: str
    site: Site

    @property
    def scheme(self) -> str:
        """The scheme without its colon, in lower case."""
        return self.site.scheme

    @property
    def host(self) -> str:
        """The name, and the port where it is not the scheme's own."""
        return self.site.host

    @property
    def hostname(self) -> str:
        """The name alone; an IPv6 address stands in brackets."""
        return self.site.hostname

    @property
    def port(self) -> int:
        """The port, the scheme's own where the URL names none; 0 for schemes that have none."""
        return self.site.port

    @property
    def origin(self) -> str:
        """``scheme://host``, or ``null``."""
        return self.site.origin

    @property
    def path(self) -> str:
        """The path without the query; it begins with a slash where the scheme is http or https."""
        if not self.site.host:
            return self.url.removeprefix(self.site.scheme + ":").partition("#")[0].partition("?")[0]
        return self.url[len(self.site.origin) :].partition("#")[0].partition("?")[0]


@dataclass(frozen=True, slots=True)
class UrlFault:
    """A text that is no URL: `text` as it stood in the link, `detail` for people."""

    text: str
    detail: str


_SEGMENT = r"[A-Za-z0-9_~\-][A-Za-z0-9._~\-]*"
_QUERY = r"(?:\?[A-Za-z0-9._~\-=&+;/:,@!$*()]+)?"
_FRAGMENT = r"(?:\#([A-Za-z0-9._~\-]*))?"
_plain_absolute = re.compile(
    rf"(https?://[a-z0-9.\-]+(?::[0-9]+)?)((?:/{_SEGMENT})*/?)({_QUERY}){_FRAGMENT}"
).fullmatch
_plain_from_root = re.compile(rf"((?:/{_SEGMENT})*/?{_QUERY}){_FRAGMENT}").fullmatch
_plain_from_folder = re.compile(rf"((?:\.\.?/)*)({_SEGMENT}(?:/{_SEGMENT})*/?{_QUERY}){_FRAGMENT}").fullmatch
_plain_fragment = re.compile(r"\#([A-Za-z0-9._~\-]*)").fullmatch
_escape = re.compile(r"%([0-9A-Fa-f]{2})")
_WEB_SCHEMES = frozenset({"http", "https"})
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def parse_url(text: str, base: str | None = None) -> WebAddress | UrlFault:
    """Parse a link as a browser would, against the URL of the page that it stands on.

    `base` may carry a fragment or credentials; neither reaches the answer. Schemes other than http and
    https are parsed too: whether they are wanted is for `LinkRules` to say.
    """
    if base is not None and (page := _known_page(base)) is not None:
        if plain := _plain_from_folder(text):
            folder = _climbed(page, plain[1].count("../")) if plain[1] else page.folder
            return WebAddress(folder + plain[2], plain[3] or "", page.site)
        if text[:1] == "/" and (plain := _plain_from_root(text)):
            return WebAddress(page.site.origin + plain[1], plain[2] or "", page.site)
        if plain := _plain_fragment(text):
            return WebAddress(page.url, plain[1], page.site)
    if (plain := _plain_absolute(text)) and (origin := _known_origin(plain[1])):
        return WebAddress(f"{origin.origin}{plain[2] or '/'}{plain[3]}", plain[4] or "", origin)
    href = standard_href(text, base)
    if href is None:
        seen = text if len(text) <= 100 else text[:100] + "…"
        return UrlFault(text, f"{seen!r} cannot be parsed as a URL")
    return _address_of(href)


def standard_href(text: str, base: str | None = None) -> str | None:
    """The `href` of the WHATWG URL standard, or None where the standard says failure."""
    text = _scalar_values(text)
    try:
        return URL(text).href if base is None else join_url(_scalar_values(base), text)
    except ValueError:
        return None


def _scalar_values(text: str) -> str:
    """Lone surrogates become U+FFFD, as the standard's input type (USVString) demands."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _address_of(href: str) -> WebAddress:
    """Canonicalise what the standard's algorithm made."""
    url, _, fragment = href.partition("#")
    if url.endswith("?") and url.index("?") == len(url) - 1:
        url = url[:-1]
    if "%" in url:
        url = _normal_escapes(url)
    scheme, _, rest = url.partition(":")
    if scheme not in _WEB_SCHEMES:
        return WebAddress(url, fragment, _other_site(href))
    authority, slash, tail = rest[2:].partition("/")
    host = authority.rpartition("@")[2]
    return WebAddress(f"{scheme}://{host}{slash}{tail}", fragment, _site(scheme, host))


def _normal_escapes(url: str) -> str:
    """Percent-encoding in normal form (RFC 3986 section 6.2.2).

    Decoding can let a stray ``%`` meet new digits (``%%34%31``); then only the case is normalised.
    """
    decoded = _escape.sub(_normal_escape, url)
    if _escape.sub(_normal_escape, decoded) != decoded:
        return _escape.sub(lambda match: match[0].upper(), url)
    return decoded


def _normal_escape(match: re.Match[str]) -> str:
    octet = int(match[1], 16)
    return chr(octet) if octet in _UNRESERVED else match[0].upper()


@lru_cache(maxsize=16_384)
def _site(scheme: str, host: str) -> Site:
    name, colon, port = host.rpartition(":")
    if not (colon and port.isdecimal()):  # an IPv6 address has colons too
        name, port = host, "443" if scheme == "https" else "80"
    return Site(scheme, host, name, int(port), f"{scheme}://{host}")


@lru_cache(maxsize=256)
def _other_site(href: str) -> Site:
    """The site of a URL that is neither http nor https."""
    url = URL(href)
    return Site(url.protocol.removesuffix(":"), "", "", 0, "null")


@dataclass(frozen=True, slots=True)
class _Page:
    """A base: its canonical URL, and the folder that its relative links start from."""

    url: str
    folder: str
    site: Site


@lru_cache(maxsize=1_024)
def _known_page(base: str) -> _Page | None:
    """The page that a base names; None where its links need the parser."""
    address = parse_url(base)
    if isinstance(address, UrlFault) or address.scheme not in _WEB_SCHEMES:
        return None
    return _Page(address.url, address.url.partition("?")[0].rpartition("/")[0] + "/", address.site)


def _climbed(page: _Page, steps: int) -> str:
    """The folder so many steps above the page's, the root at the highest."""
    end = len(page.folder) - 1
    top = len(page.site.origin)
    for _ in range(steps):
        if end == top:
            break
        end = page.folder.rindex("/", top, end)
    return page.folder[: end + 1]


@lru_cache(maxsize=16_384)
def _known_origin(origin: str) -> Site | None:
    """The site that an origin as written stands for (``http://a:80`` is ``http://a``)."""
    href = standard_href(origin)
    return None if href is None else _address_of(href).site
