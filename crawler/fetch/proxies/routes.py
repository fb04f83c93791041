"""Which way a site is reached: directly or by a proxy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import ada_url

from crawler.fetch.proxies.bypass import Bypass, configured_bypass
from settings.proxy import ProxyAuthentication, ProxySettings
from settings.secrets import Secret

DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443, "socks5": 1080}
"""The schemes of proxies, and the port of each where its address names none."""
SETTING: Final = "proxy.url"


@dataclass(frozen=True, slots=True)
class ProxyCredentials:
    """What a proxy wants to see, and by which scheme; nothing weaker is ever used."""

    username: str
    password: Secret
    type: ProxyAuthentication = ProxyAuthentication.BASIC


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: `scheme` is http, https or socks5; `setting` is what named it, for sentences to people."""

    scheme: str
    hostname: str
    port: int
    credentials: ProxyCredentials | None = None
    setting: str = SETTING

    @property
    def name(self) -> str:
        """Host and port."""
        return f"{self.hostname}:{self.port}"

    @property
    def where_credentials_go(self) -> str:
        """What to set so that credentials are sent, or others than now."""
        if self.setting == SETTING:
            return "proxy.username and proxy.password"
        return f"NAME:PASSWORD@ before the host in {self.setting}"

    @property
    def where_exceptions_go(self) -> str:
        """What to set so that a host is reached directly."""
        return "proxy.bypass" if self.setting == SETTING else "NO_PROXY"


class Direct:
    """No proxy on the way."""


DIRECT: Final = Direct()
Route = Direct | Proxy


@dataclass(frozen=True, slots=True)
class ProxyRoutes:
    """The route of each site: a proxy by the scheme of the site's URL, except for what is bypassed."""

    by_scheme: Mapping[str, Proxy] = field(default_factory=dict)
    bypass: Bypass = field(default_factory=Bypass)

    def route(self, scheme: str, hostname: str, port: int) -> Route:
        """How the host of an http or https URL is reached; `hostname` and `port` as in `Site`."""
        proxy = self.by_scheme.get(scheme)
        if proxy is None or self.bypass.covers(hostname, port):
            return DIRECT
        return proxy

    @property
    def proxies(self) -> frozenset[Proxy]:
        """All proxies that may be asked for anything."""
        return frozenset(self.by_scheme.values())


NO_PROXIES: Final = ProxyRoutes()


def configured_routes(settings: ProxySettings) -> ProxyRoutes:
    """What `connectors[].proxy` says: one proxy for everything but its `bypass`."""
    credentials = None
    if settings.username is not None and settings.password is not None:
        credentials = ProxyCredentials(settings.username, settings.password, settings.type)
    scheme, hostname, port = address_of(settings.url)
    proxy = Proxy(scheme, hostname, port, credentials)
    return ProxyRoutes({"http": proxy, "https": proxy}, configured_bypass(settings.bypass))


def address_of(url: str) -> tuple[str, str, int]:
    """Scheme, host (without brackets) and port of a proxy's address.

    Raises `ValueError` where it is no URL with a host, or its scheme is none of a proxy.
    """
    parsed = ada_url.URL(url)
    scheme = parsed.protocol.removesuffix(":")
    if scheme not in DEFAULT_PORTS or not parsed.hostname:
        raise ValueError("no address of a proxy")
    port = int(parsed.port) if parsed.port else DEFAULT_PORTS[scheme]
    return scheme, parsed.hostname.strip("[]").lower(), port
