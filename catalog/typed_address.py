"""Addresses as people type them, and the other spellings that they may have meant."""

from __future__ import annotations

from urllib.parse import urlsplit

from catalog.canonical_url import UrlFault, WebAddress, parse_url


def address_as_typed(text: str) -> WebAddress | UrlFault:
    """The address that a person means: as a browser's address bar takes it, a scheme may be left out."""
    address = parse_url(text.strip())
    if "://" not in text and (isinstance(address, UrlFault) or address.scheme not in ("http", "https")):
        guessed = parse_url(f"https://{text.strip()}")
        return guessed if isinstance(guessed, WebAddress) else address
    return address


def other_spellings(address: WebAddress) -> tuple[str, ...]:
    """Addresses that people take for the same: the other scheme, with or without `www.` or a last slash."""
    parts = urlsplit(address.url)
    bare = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/")
    spelt = (
        parts._replace(scheme=scheme, netloc=host, path=way or "/").geturl()
        for scheme in ("https", "http")
        for host in (parts.netloc, bare, f"www.{bare}")
        for way in (parts.path, path, f"{path}/")
    )
    return tuple(each for each in dict.fromkeys(spelt) if each != address.url)
