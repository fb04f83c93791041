"""For which addresses a sitemap may speak (https://www.sitemaps.org/protocol.html#location).

By itself for what lies in its own folder, on its own host, under its own scheme; a robots.txt that names it
lets it speak for that robots.txt's host as well ("Sitemaps & Cross Submits"), wherever the sitemap lies.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.canonical_url import WebAddress

_WWW = "www."


@dataclass(frozen=True)  # no slots: it travels to the parser processes
class Coverage:
    """Addresses that begin with one of `prefixes`; None: all, since the configuration names the sitemap."""

    prefixes: tuple[str, ...] | None

    def covers(self, url: str) -> bool:
        """Whether a canonical URL is among them."""
        return self.prefixes is None or url.startswith(self.prefixes)

    def also(self, other: Coverage) -> Coverage:
        """Both together."""
        if self.prefixes is None or other.prefixes is None:
            return EVERYTHING
        return Coverage(tuple(dict.fromkeys((*self.prefixes, *other.prefixes))))


EVERYTHING = Coverage(None)


def own_folder(sitemap: WebAddress) -> Coverage:
    """What a sitemap speaks for by itself; a slash in its query does not matter."""
    return Coverage((f"{sitemap.origin}{sitemap.path.rpartition('/')[0]}/",))


def whole_host(host: str) -> Coverage:
    """All of a host, under http and https, with and without ``www.``: sites move between these."""
    twin = host.removeprefix(_WWW) if host.startswith(_WWW) else _WWW + host
    return Coverage(tuple(f"{scheme}://{name}/" for name in (host, twin) for scheme in ("https", "http")))
