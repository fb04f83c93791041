"""A connector's way to its sites: the network with its proxy, the fetcher, and the keeper of its logins."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from catalog.canonical_url import WebAddress
from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.sessions import forget_rejection, rejection_of, remember_rejection
from catalog.task import FetchTask
from catalog.vault import Vault
from crawler.auth.from_settings import addresses_of_logins, client_certificates, kept_logins
from crawler.auth.keeper import KeptLogin, SessionKeeper
from crawler.auth.memory import CatalogMemory
from crawler.auth.outcome import LoginFault
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.pages.walls import shows_login
from crawler.auth.scheme import Note, Scheme
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.proxies.environment import environment_routes
from crawler.fetch.proxies.routes import Proxy, configured_routes
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.outcome import Outcome
from crawler.rules.guard import Guard
from settings.connector import ConnectorSettings


@dataclass(frozen=True, slots=True)
class SiteAccess:
    """What a crawl fetches with; `keeper` is None where nobody logs in."""

    fetcher: HttpFetcher
    keeper: SessionKeeper | None
    network: Network
    schemes: tuple[Scheme, ...]
    _proxy_memory: _ProxyMemory

    @property
    def fault(self) -> str | None:
        """Why nothing more can be fetched by the connector's proxy, in one sentence, if so."""
        return self.network.fault

    def leads_to_login(self, url: str, target: WebAddress) -> bool:
        """Whether a redirect from a page goes to where people sign in."""
        keeper = self.keeper
        return keeper is not None and (keeper.is_login_page(target.url) or keeper.signs_in_at(url, target))

    def fetch(self, task: FetchTask, *, conditional: bool) -> Coroutine[Any, Any, Outcome]:
        """Ask for a URL."""
        return self.fetcher.fetch(task, conditional=conditional)

    def fetch_robots(self, origin: str) -> Coroutine[Any, Any, RobotsAnswer]:
        """Ask for an origin's robots.txt."""
        return self.fetcher.fetch_robots(origin)

    async def aclose(self) -> None:
        """Close all connections; proxies that rejected their credentials are remembered."""
        await self.fetcher.aclose()
        await asyncio.to_thread(self._proxy_memory.update, self.network.rejecting_proxies)


class UnusableSettingError(Exception):
    """A file or variable that the settings name cannot be used; the message says which and why."""


def open_access(
    catalog: Catalog,
    connector: ConnectorSettings,
    seeds: Sequence[WebAddress],
    note: Note = lambda _step: None,
    *,
    again: bool = False,
    also: Sequence[WebAddress] = (),
) -> SiteAccess:
    """Make ready to fetch for a connector. Nothing is sent before `SessionKeeper.open`.

    `again` tries a proxy's credentials that were rejected before; `also` are addresses beside the seeds that
    the configuration wants asked, without a login of their own. Raises `UnusableSettingError` before
    anything is written, and `CatalogError`.
    """

    async def by_browser(plan: PageLoginPlan, say: Note) -> Mapping[str, Any] | LoginFault:
        from crawler.browser.page_login import sign_in_by_browser  # noqa: PLC0415 - few logins need it

        agent = connector.politeness.user_agent
        return await sign_in_by_browser(network, connector.tls, plan, say, user_agent=agent)

    try:
        logins = kept_logins(connector.auth, seeds, by_browser)
        proxies = _proxies(connector)
        vault = Vault.open(catalog.directory) if logins or proxies else None
        proxy_memory = _ProxyMemory(catalog, vault, proxies, again)
        network = Network.for_connector(
            connector,
            Guard.for_seeds([*seeds, *also, *addresses_of_logins(connector.auth)], connector.network.allow),
            pinned_origins=_pinned(logins),
            client_certificates=client_certificates(connector.auth, seeds),
            rejected=proxy_memory.rejected(),
        )
    except OSError as error:  # a certificate, a variable of the environment: each says which
        raise UnusableSettingError(f"connector {connector.name}: {error}") from error
    by_origin = {origin: login.scheme.auth for login in logins for origin in login.scheme.origins}
    fetcher = HttpFetcher.for_connector(connector, network, by_origin)
    keeper = None
    if logins and vault is not None:
        memory = CatalogMemory(catalog, vault, _number(catalog, connector.name))
        keeper = SessionKeeper(logins, fetcher, memory, shows_login=shows_login, note=note, way_out=network)
    schemes = tuple(login.scheme for login in logins)
    return SiteAccess(fetcher, keeper, network, schemes, proxy_memory)


@dataclass(frozen=True, slots=True)
class _ProxyMemory:
    """Which proxies rejected their credentials in a run before: those are not sent again."""

    catalog: Catalog
    vault: Vault | None
    proxies: tuple[Proxy, ...]
    again: bool

    def rejected(self) -> tuple[Proxy, ...]:
        if self.again:
            return ()
        with self.catalog.read() as connection:
            return tuple(proxy for proxy in self.proxies if rejection_of(connection, self._mark(proxy)))

    def update(self, rejecting: Collection[Proxy]) -> None:
        """Remember those that rejected them; forget that of those that were tried again and did not."""
        if not rejecting and not (self.again and self.proxies):
            return
        with self.catalog.write() as connection:
            for proxy in self.proxies:
                if proxy in rejecting:
                    sentence = f"the proxy {proxy.name} rejected the credentials"
                    remember_rejection(connection, self._mark(proxy), sentence)
                elif self.again:
                    forget_rejection(connection, self._mark(proxy))

    def _mark(self, proxy: Proxy) -> str:
        assert self.vault is not None
        assert proxy.credentials is not None
        return self.vault.mark([proxy.name, proxy.credentials.username, proxy.credentials.password.reveal()])


def _proxies(connector: ConnectorSettings) -> tuple[Proxy, ...]:
    """The proxies that are sent credentials."""
    routes = environment_routes(os.environ) if connector.proxy is None else configured_routes(connector.proxy)
    return tuple(proxy for proxy in routes.proxies if proxy.credentials is not None)


def _pinned(logins: Iterable[KeptLogin]) -> frozenset[str]:
    """The origins whose logins authenticate a connection."""
    pinned = (login.scheme.origins for login in logins if login.scheme.authenticates_connections)
    return frozenset(chain.from_iterable(pinned))


def _number(catalog: Catalog, name: str) -> int:
    with catalog.write() as connection:
        return connector_id(connection, name)
