"""Fetchers that go by a proxy, and sites that can tell whether somebody went round it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.proxies.routes import Proxy, ProxyRoutes, configured_routes
from crawler.fetch.tls import TlsContexts
from crawler.rules.guard import Guard
from settings.proxy import ProxySettings, TlsSettings
from tests.crawler.fetch.conftest import address
from tests.crawler.fetch.faux_site import Behaviour, FauxSite, answer, serve
from tests.support.own_proxy import OwnProxy

ROBOTS = answer(b"User-agent: *\nDisallow: /secret", content_type="text/plain")
PAGE = answer(b"<p>hello")


def network(
    proxy: Mapping[str, Any] | ProxyRoutes,
    *seeds: str,
    ca_file: Path | None = None,
    verify: bool = True,
    pinned_origins: Collection[str] = (),
    rejected: Collection[Proxy] = (),
) -> Network:
    """The way out by a proxy that the connector's setting `proxy` describes."""
    routes = proxy if isinstance(proxy, ProxyRoutes) else configured_routes(ProxySettings(**proxy))
    tls = TlsSettings(ca_file=ca_file, verify=verify)
    return Network(
        Guard.for_seeds([address(seed) for seed in seeds]),
        TlsContexts.for_settings(tls, http1_origins=pinned_origins),
        routes=routes,
        pinned_origins=pinned_origins,
        rejected=rejected,
    )


@asynccontextmanager
async def fetcher(
    proxy: Mapping[str, Any] | ProxyRoutes,
    *seeds: str,
    seconds: float = 10.0,
    logins: Mapping[str, httpx2.Auth] | None = None,
    **options: Any,
) -> AsyncIterator[HttpFetcher]:
    """A fetcher that goes by a proxy; `options` as for `network`."""
    made = HttpFetcher(network(proxy, *seeds, **options), max_bytes=1_000_000, seconds=seconds, logins=logins)
    try:
        yield made
    finally:
        await made.aclose()


@asynccontextmanager
async def serve_only_for(
    proxy: OwnProxy, answers: Mapping[str, bytes | Behaviour], tls: ssl.SSLContext | None = None
) -> AsyncIterator[FauxSite]:
    """A site that must have been visited by the proxy's own connections and by no other."""
    async with serve(answers, tls) as site:
        yield site
    assert site.connections > 0, "nobody came at all"
    assert set(site.peer_ports) <= proxy.local_ports, "somebody went round the proxy"


def server_tls(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS, over HTTP/1.1."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context
